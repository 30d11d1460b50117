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

/* A kiosk's user id must not swallow every visitor: past the maximum, the visitor's id moves instead. */
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
    CHECK(!plan.has_merge && plan.links_count == 1 && plan.links[0].turn == 2 && plan.customer.number == 1);
    zh_identity_close(t);
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
    return 0;
}
