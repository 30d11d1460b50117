/* Goal    the table of cases of README.md, row by row: whose event is it, and what is recorded.
 * Method  each row tells what the table knows before, one event, and the plan that is wanted. */
#include "profile/identity_inside.h"
#include "check.h"

static zh_blind_id blind(zh_id_kind kind, char name) /* the same text under two kinds is unrelated */
{
    return (zh_blind_id){ (uint64_t)kind * 1000 + (uint64_t)name, zh_mix64((uint64_t)name + (uint64_t)kind) };
}

static void fold_link(zh_identity *t, zh_id_kind kind, char name, uint64_t customer, uint32_t turn)
{
    zh_buf record = zh_buf_open(1000);
    zh_identity_link_put(&(zh_identity_link){ .id = { kind, blind(kind, name) }, .customer = { customer }, .turn = turn }, &record);
    CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

static void fold_merge(zh_identity *t, uint64_t from, uint64_t to)
{
    zh_buf record = zh_buf_open(1000);
    zh_identity_merge_put(&(zh_identity_merge){ { from }, { to }, 0, ZH_MERGE_MANUAL }, &record);
    CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

/* before: "u1" user id u belongs to 1, "a2" visitor a belongs to 2 (lower case: which kind is told by the
 * letter: a..m visitors, n..z users), "2>1" 2 was merged into 1. plan: "new u3 a3", "2>1", "" nothing. */
typedef struct row { const char *name, *before; char user, visitor, previous; uint64_t customer; const char *plan; } row;

static const row rows[] = {
    { "both unknown",                          "",            'u', 'a', 0, 1, "new u1 a1" },
    { "only a visitor, unknown",               "",            0,   'a', 0, 1, "new a1" },
    { "only a user, unknown",                  "",            'u', 0,   0, 1, "new u1" },
    { "only a visitor, known",                 "a1",          0,   'a', 0, 1, "" },
    { "only a user, known",                    "u1",          'u', 0,   0, 1, "" },
    { "a known user on a new device",          "u1",          'u', 'a', 0, 1, "a1" },
    { "a visitor logs in for the first time",  "a1",          'u', 'a', 0, 1, "u1" },
    { "both known and one",                    "u1 a1",       'u', 'a', 0, 1, "" },
    { "a known user, a visitor of nobody",     "u1 a2",       'u', 'a', 0, 1, "2>1" },
    { "another person on a shared device",     "u1 a1",       'v', 'a', 0, 2, "new v2 a2" },
    { "the other person comes back",           "u1 v2 a1",    'v', 'a', 0, 2, "a2" },
    { "a visitor who was merged",              "u1 a2 2>1",   0,   'a', 0, 1, "" },
    { "known by absorption only",              "u2 a1 2>1",   'v', 'a', 0, 3, "new v3 a3" },
    { "alias: a visitor becomes a user",       "a1",          'u', 0, 'a', 1, "u1" },
    { "alias: user and visitor differ",        "u1 a2",       'u', 0, 'a', 1, "2>1" },
    { "alias: two users are one person",       "u1 v2",       'u', 0, 'v', 1, "2>1" },
    { "alias: the new user id is unknown",     "v1",          'u', 0, 'v', 1, "u1" },
    { "alias: both unknown",                   "",            'u', 0, 'a', 1, "new u1 a1" },
    { "alias: previous unknown",               "u1",          'u', 0, 'a', 1, "a1" },
    { "alias: said again",                     "u1 v2 2>1",   'u', 0, 'v', 1, "" },
    { "alias of oneself",                      "",            'u', 0, 'u', 1, "new u1" },
    { "alias on a new device",                 "u1 v2",       'u', 'b', 'v', 1, "b1 2>1" },
};

static zh_id_kind kind_of(char name) { return name >= 'n' ? ZH_ID_USER : ZH_ID_ANONYMOUS; }

static void prepare(zh_identity *t, const char *before)
{
    for (const char *at = before; *at != 0; at += at[1] == '>' ? 3 : 2) {
        while (*at == ' ') at++;
        if (at[1] == '>') fold_merge(t, (uint64_t)(at[0] - '0'), (uint64_t)(at[2] - '0'));
        else fold_link(t, kind_of(at[0]), at[0], (uint64_t)(at[1] - '0'), 1);
    }
}

static char name_of(const zh_external_id *id)
{
    for (char name = 'a'; name <= 'z'; name++)
        if (zh_blind_id_equal(blind(id->kind, name), id->blind)) return name;
    return '?';
}

static void told(const zh_identity_plan *plan, char out[64])
{
    int size = 0;
    if (plan->is_new) size += snprintf(out + size, 64 - (size_t)size, "new ");
    for (uint32_t i = 0; i < plan->links_count; i++)
        size += snprintf(out + size, 64 - (size_t)size, "%c%d ", name_of(&plan->links[i].id), (int)plan->links[i].customer.number);
    if (plan->has_merge) size += snprintf(out + size, 64 - (size_t)size, "%d>%d ", (int)plan->from.number, (int)plan->to.number);
    out[size > 0 ? size - 1 : 0] = 0;
}

static void the_table_of_cases(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        zh_identity *t;
        CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
        prepare(t, r->before);
        const zh_identity_ask ask = { .has_user = r->user != 0, .has_anonymous = r->visitor != 0,
            .has_previous = r->previous != 0, .is_alias = r->previous != 0, .user = blind(ZH_ID_USER, r->user),
            .anonymous = blind(ZH_ID_ANONYMOUS, r->visitor), .previous_user = blind(ZH_ID_USER, r->previous),
            .previous_anonymous = blind(ZH_ID_ANONYMOUS, r->previous) };
        zh_identity_plan plan;
        zh_identity_plan_make(t, &ask, &plan);
        char out[64];
        told(&plan, out);
        if (!zh_sv_equal(zh_sv_of(out), zh_sv_of(r->plan))) fprintf(stderr, "have \"%s\", want \"%s\"\n", out, r->plan);
        CHECK_ROW(zh_sv_equal(zh_sv_of(out), zh_sv_of(r->plan)), r->name);
        CHECK_ROW(plan.customer.number == r->customer, r->name);
        zh_identity_close(t);
    }
}

/* An id of no stated kind: 'x' is looked for among user ids (customer `user`) and visitors' (`visitor`); 0: unknown. */
static void an_id_of_no_stated_kind(void)
{
    static const struct { const char *name; uint64_t user, visitor; bool visitor_known; uint64_t customer; const char *plan; } cases[] = {
        { "unknown: a visitor", 0, 0, false, 1, "new x1" },
        { "a visitor", 0, 1, false, 1, "" },
        { "a user", 1, 0, false, 1, "" },
        { "a user, and a visitor made before", 1, 2, false, 1, "2>1" },
        { "both, of one customer", 1, 1, false, 1, "" },
        { "a user, and the visitor is somebody else", 1, 2, true, 1, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zh_identity *t;
        CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
        if (cases[i].user != 0) fold_link(t, ZH_ID_USER, 'x', cases[i].user, 1);
        if (cases[i].visitor != 0) fold_link(t, ZH_ID_ANONYMOUS, 'x', cases[i].visitor, 1);
        if (cases[i].visitor_known) fold_link(t, ZH_ID_USER, 'z', cases[i].visitor, 1);
        const zh_identity_ask ask = { .has_anonymous = true, .anonymous = blind(ZH_ID_ANONYMOUS, 'x'), .may_be_user = true,
                                      .anonymous_user = blind(ZH_ID_USER, 'x') };
        zh_identity_plan plan;
        zh_identity_plan_make(t, &ask, &plan);
        char out[64];
        told(&plan, out);
        CHECK_ROW(zh_sv_equal(zh_sv_of(out), zh_sv_of(cases[i].plan)), cases[i].name);
        CHECK_ROW(plan.customer.number == cases[i].customer, cases[i].name);
        zh_identity_close(t);
    }
}

/* A kiosk's user id must not swallow every visitor: past the maximum nothing is joined, and the visitor stays apart. */
static void absorption_has_an_end(void)
{
    zh_identity *t;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
    fold_link(t, ZH_ID_USER, 'u', 1, 1);
    for (uint64_t n = 2; n < ZH_IDENTITY_ABSORBED_MAX + 2; n++) fold_merge(t, n, 1);
    fold_link(t, ZH_ID_ANONYMOUS, 'a', ZH_IDENTITY_ABSORBED_MAX + 2, 1);
    const zh_identity_ask ask = { .has_user = true, .has_anonymous = true, .user = blind(ZH_ID_USER, 'u'),
                                  .anonymous = blind(ZH_ID_ANONYMOUS, 'a') };
    zh_identity_plan plan;
    zh_identity_plan_make(t, &ask, &plan);
    CHECK(!plan.has_merge && plan.links_count == 0 && plan.customer.number == 1 && plan.held == ZH_IDENTITY_HELD_LIMIT);
    zh_identity_close(t);
}

/* ---- limits and devices ---- */

typedef struct life { zh_identity *t; zh_identity_policy policy; int64_t now_ms; } life;

static life begin(zh_identity_policy policy)
{
    life l = { .policy = policy };
    CHECK(zh_identity_open(&l.t, &(zh_identity_desc){ 0 }) == ZH_OK);
    return l;
}

static void end(life *l)
{
    const char *why;
    CHECK(zh_identity_check(l->t, &why));
    zh_identity_close(l->t);
}

/* One event of these ids (0: without) at that time; its plan is recorded. */
static zh_identity_plan event_at(life *l, int64_t time_ms, char user, char visitor, char previous)
{
    const zh_identity_ask ask = { .policy = &l->policy, .time_ms = time_ms, .has_user = user != 0, .has_anonymous = visitor != 0,
        .has_previous = previous != 0, .is_alias = previous != 0, .user = blind(ZH_ID_USER, user), .anonymous = blind(ZH_ID_ANONYMOUS, visitor),
        .previous_user = blind(ZH_ID_USER, previous), .previous_anonymous = blind(ZH_ID_ANONYMOUS, previous) };
    zh_identity_plan plan;
    zh_identity_plan_make(l->t, &ask, &plan);
    zh_wrapped_dek dek = { { 1 } };
    zh_buf record = zh_buf_open(1000);
    for (uint32_t i = 0; i < plan.links_count; i++) {
        zh_buf_reset(&record);
        zh_identity_link_put(&(zh_identity_link){ .id = plan.links[i].id, .customer = plan.links[i].customer, .turn = plan.links[i].turn, .at_ms = time_ms,
            .dek = plan.links[i].makes ? (zh_sv){ (const char *)dek.bytes, sizeof dek.bytes } : (zh_sv){ 0 } }, &record);
        CHECK(zh_identity_fold(l->t, zh_buf_view(&record)) == ZH_OK);
    }
    zh_buf_close(&record);
    if (plan.has_merge) fold_merge(l->t, plan.from.number, plan.to.number);
    return plan;
}

static zh_identity_plan event(life *l, char user, char visitor, char previous) { return event_at(l, l->now_ms += 10, user, visitor, previous); }

static void a_device_of_many_is_nobodys(void)
{
    life l = begin(ZH_IDENTITY_POLICY_DEFAULT);
    const uint64_t first = event(&l, 0, 'a', 0).customer.number;
    CHECK(event(&l, 'u', 'a', 0).customer.number == first); /* what came before the first login is theirs */
    const uint64_t second = event(&l, 'v', 'a', 0).customer.number;
    CHECK(second != first && event(&l, 0, 'a', 0).customer.number == second);
    const uint64_t third = event(&l, 'w', 'a', 0).customer.number;
    CHECK(third != first && third != second);
    const zh_external_id device = { ZH_ID_ANONYMOUS, blind(ZH_ID_ANONYMOUS, 'a') };
    CHECK(zh_identity_device_customers(l.t, &device) == 3);
    zh_identity_plan plan = event(&l, 0, 'a', 0);
    const uint64_t nobody = plan.customer.number;
    CHECK(plan.is_new && plan.held == ZH_IDENTITY_HELD_DEVICE && !zh_identity_is_known(l.t, plan.customer));
    for (char user = 'u'; user <= 'z'; user++) { /* known ones and new ones: they are themselves, and take nothing with them */
        plan = event(&l, user, 'a', 0);
        CHECK(plan.held == ZH_IDENTITY_HELD_DEVICE && !plan.has_merge && plan.customer.number != nobody && zh_identity_is_known(l.t, plan.customer));
        CHECK(event(&l, 0, 'a', 0).customer.number == nobody);
    }
    CHECK(event(&l, 'u', 0, 'a').customer.number == first && event(&l, 0, 'a', 0).customer.number == nobody); /* an alias says no more than a login */
    CHECK(event(&l, 'u', 0, 0).customer.number == first && event(&l, 'v', 0, 0).customer.number == second);
    end(&l);
}

/* What was queued on the device and comes later belongs to whoever used it then. */
static void a_late_event_is_of_its_time(void)
{
    life l = begin(ZH_IDENTITY_POLICY_DEFAULT);
    const uint64_t first = event_at(&l, 100, 'u', 'a', 0).customer.number, second = event_at(&l, 200, 'v', 'a', 0).customer.number;
    CHECK(event_at(&l, 150, 0, 'a', 0).customer.number == first);
    CHECK(event_at(&l, 50, 0, 'a', 0).customer.number == first);
    CHECK(event_at(&l, 200, 0, 'a', 0).customer.number == second && event_at(&l, 900, 0, 'a', 0).customer.number == second);
    CHECK(event_at(&l, 300, 'u', 'a', 0).customer.number == first && event_at(&l, 250, 0, 'a', 0).customer.number == second);
    CHECK(event_at(&l, 301, 0, 'a', 0).customer.number == first);
    CHECK(zh_identity_forget(l.t, (zh_customer_id){ second }) == ZH_OK);
    CHECK(event_at(&l, 250, 0, 'a', 0).customer.number == first); /* never of one who was erased */
    end(&l);
}

/* Two who take turns are two, however often; and an alias of one of them to the other makes them one. */
static void a_device_counts_people_not_logins(void)
{
    life l = begin(ZH_IDENTITY_POLICY_DEFAULT);
    for (int i = 0; i < 20; i++) CHECK(event(&l, i % 2 == 0 ? 'u' : 'v', 'a', 0).held == 0);
    CHECK(event(&l, 'v', 0, 'u').has_merge && event(&l, 'w', 'a', 0).held == 0 && event(&l, 0, 'a', 0).held == 0);
    const zh_external_id device = { ZH_ID_ANONYMOUS, blind(ZH_ID_ANONYMOUS, 'a') };
    CHECK(zh_identity_device_customers(l.t, &device) == 2);
    end(&l);
}

/* An unbind: the id leads to nobody known from then on; its past stays, and it may be bound again. */
static void an_id_is_let_go(void)
{
    life l = begin(ZH_IDENTITY_POLICY_DEFAULT);
    const uint64_t u = event(&l, 'u', 'a', 0).customer.number;
    CHECK(event(&l, 'u', 'b', 0).customer.number == u);
    zh_identity_plan plan;
    zh_identity_ask ask = { .policy = &l.policy, .time_ms = 1, .has_user = true, .user = blind(ZH_ID_USER, 'u'), .has_previous = true, .is_unbind = true,
                            .previous_anonymous = blind(ZH_ID_ANONYMOUS, 'c') };
    zh_identity_plan_make(l.t, &ask, &plan); /* not theirs */
    CHECK(plan.links_count == 0 && plan.customer.number == u);
    ask.previous_anonymous = blind(ZH_ID_ANONYMOUS, 'b');
    zh_identity_plan_make(l.t, &ask, &plan);
    CHECK(plan.customer.number == u && !plan.is_new && plan.links_count == 1 && plan.links[0].makes && plan.links[0].turn == 2 && plan.links[0].customer.number != u);
    const uint64_t other = plan.links[0].customer.number;
    zh_buf record = zh_buf_open(1000);
    zh_identity_link_put(&(zh_identity_link){ .id = plan.links[0].id, .customer = plan.links[0].customer, .turn = 2, .at_ms = 1 }, &record);
    CHECK(zh_identity_fold(l.t, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
    CHECK(event(&l, 0, 'b', 0).customer.number == other && event(&l, 0, 'a', 0).customer.number == u);
    ask = (zh_identity_ask){ .policy = &l.policy, .has_anonymous = true, .anonymous = blind(ZH_ID_ANONYMOUS, 'b'), .has_previous = true, .is_unbind = true,
                             .previous_anonymous = blind(ZH_ID_ANONYMOUS, 'b') };
    zh_identity_plan_make(l.t, &ask, &plan); /* its customer has no other id */
    CHECK(plan.links_count == 0 && plan.customer.number == other);
    CHECK(event(&l, 'u', 'b', 0).has_merge);
    end(&l);
}

static void an_alias_of_a_device_joins_no_two_people(void)
{
    life l = begin(ZH_IDENTITY_POLICY_DEFAULT);
    const uint64_t first = event(&l, 'u', 'a', 0).customer.number;
    const zh_identity_plan plan = event(&l, 'v', 0, 'a');
    CHECK(!plan.has_merge && plan.customer.number != first && event(&l, 0, 'a', 0).customer.number == plan.customer.number);
    CHECK(event(&l, 'u', 0, 0).customer.number == first);
    end(&l);
}

static void ids_have_limits(void)
{
    life l = begin((zh_identity_policy){ .users_max = 1, .anonymous_max = 2, .shared_from = 3 });
    const uint64_t u = event(&l, 'u', 'a', 0).customer.number;
    CHECK(event(&l, 'u', 'b', 0).held == 0);
    CHECK(event(&l, 'u', 'c', 0).held == ZH_IDENTITY_HELD_LIMIT && event(&l, 'u', 'a', 0).held == 0);
    const uint64_t c = event(&l, 0, 'c', 0).customer.number; /* a visitor of their own */
    CHECK(c != u);
    zh_identity_plan plan = event(&l, 'u', 'c', 0);
    CHECK(!plan.has_merge && plan.held == ZH_IDENTITY_HELD_LIMIT && plan.customer.number == u && event(&l, 0, 'c', 0).customer.number == c);
    const uint64_t v = event(&l, 'v', 0, 0).customer.number;
    plan = event(&l, 'v', 0, 'u'); /* both known: one user id a customer */
    CHECK(!plan.has_merge && plan.held == ZH_IDENTITY_HELD_LIMIT && plan.customer.number == v);
    plan = event(&l, 'w', 0, 'u'); /* not known before */
    CHECK(plan.is_new && plan.held == ZH_IDENTITY_HELD_LIMIT && plan.links_count == 1);
    CHECK(event(&l, 'w', 0, 'd').held == 0 && event(&l, 'w', 0, 'e').held == 0 && event(&l, 'w', 0, 'f').held == ZH_IDENTITY_HELD_LIMIT);
    l.policy.users_max = 2;
    CHECK(event(&l, 'v', 0, 'u').has_merge && event(&l, 'v', 0, 'w').held == ZH_IDENTITY_HELD_LIMIT);
    end(&l);
}

/* An id that moved 16 million times stays; the event still has a customer. */
static void moving_has_an_end(void)
{
    zh_identity *t;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
    fold_link(t, ZH_ID_USER, 'u', 1, 1);
    fold_link(t, ZH_ID_USER, 'v', 2, 1);
    fold_link(t, ZH_ID_ANONYMOUS, 'a', 1, ZH_IDENTITY_TURN_MAX);
    const zh_identity_ask ask = { .has_user = true, .has_anonymous = true, .user = blind(ZH_ID_USER, 'v'),
                                  .anonymous = blind(ZH_ID_ANONYMOUS, 'a') };
    zh_identity_plan plan;
    zh_identity_plan_make(t, &ask, &plan);
    CHECK(!plan.has_merge && plan.links_count == 0 && plan.customer.number == 2);
    zh_identity_close(t);
}

int main(void)
{
    the_table_of_cases();
    an_id_of_no_stated_kind();
    absorption_has_an_end();
    moving_has_an_end();
    a_device_of_many_is_nobodys();
    a_late_event_is_of_its_time();
    a_device_counts_people_not_logins();
    an_alias_of_a_device_joins_no_two_people();
    ids_have_limits();
    an_id_is_let_go();
    return 0;
}
