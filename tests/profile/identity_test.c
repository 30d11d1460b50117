/* Goal    the promises of identity.h: records read back and nothing else does; ids lead to the survivor;
 *         folding again, or from a checkpoint that is ahead, changes nothing; forgetting is final;
 *         entries give the same table; a failed call changes nothing.
 * Method  a slow model (an array of ids, an array of survivors) beside random plans, aliases and erasures. */
#include "profile/identity_inside.h"
#include "check.h"

#include <stdio.h>

enum { USERS = 12, VISITORS = 18, STEPS = 400 };

static zh_blind_id blind_of(uint64_t kind, uint64_t n)
{
    return (zh_blind_id){ zh_mix64(n * 2 + kind), zh_mix64(n * 2 + kind + 77777) };
}

static zh_external_id id_of(zh_id_kind kind, uint64_t n)
{
    return (zh_external_id){ kind, blind_of((uint64_t)kind, n) };
}

/* The log: records one after another. */
typedef struct history { zh_buf bytes; size_t ends[STEPS * 5]; size_t count; } history;

static void keep_record(history *h)
{
    CHECK(zh_buf_err(&h->bytes) == ZH_OK && h->count < sizeof h->ends / sizeof *h->ends);
    h->ends[h->count++] = h->bytes.size;
}

static zh_sv record_at(const history *h, size_t at)
{
    const size_t begin = at == 0 ? 0 : h->ends[at - 1];
    return zh_sv_part(zh_buf_view(&h->bytes), begin, h->ends[at] - begin);
}

static void write_plan(history *h, const zh_identity_plan *plan, int64_t at_ms)
{
    zh_wrapped_dek dek;
    memset(dek.bytes, (int)(plan->customer.number % 251) + 1, sizeof dek.bytes);
    for (uint32_t i = 0; i < plan->links_count; i++) {
        char sealed[32];
        const int size = snprintf(sealed, sizeof sealed, "sealed %llu %u", (unsigned long long)plan->links[i].id.blind.low % 1000,
                                  (unsigned)plan->links[i].turn);
        zh_identity_link link = { .id = plan->links[i].id, .customer = plan->links[i].customer,
            .turn = plan->links[i].turn, .at_ms = at_ms, .sealed = { sealed, (size_t)size } };
        if (plan->links[i].makes) link.dek = (zh_sv){ (const char *)dek.bytes, sizeof dek.bytes };
        zh_identity_link_put(&link, &h->bytes);
        keep_record(h);
    }
    if (!plan->has_merge) return;
    zh_identity_merge_put(&(zh_identity_merge){ plan->from, plan->to, at_ms, plan->why }, &h->bytes);
    keep_record(h);
}

static zh_identity *open_table(void)
{
    zh_identity *t;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
    return t;
}

static void check(const zh_identity *t)
{
    const char *why = "";
    const bool ok = zh_identity_check(t, &why);
    if (!ok) fprintf(stderr, "%s\n", why);
    CHECK(ok);
}

/* A store of entries, as small as can be: it is also the `get` of a table. */
typedef struct entry { char key[ZH_LINK_KEY_BYTES]; size_t key_size; char value[ZH_IDENTITY_SEALED_BYTES_MAX + 64]; size_t size; } entry;
typedef struct shelf { entry entries[1000]; size_t count; } shelf;

static entry *shelf_find(shelf *s, zh_sv key)
{
    for (size_t i = 0; i < s->count; i++)
        if (zh_sv_equal((zh_sv){ s->entries[i].key, s->entries[i].key_size }, key)) return &s->entries[i];
    return NULL;
}

static zh_err shelf_put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    entry *e = shelf_find(s, key);
    if (value.data == NULL) {
        if (e != NULL) *e = s->entries[--s->count];
        return ZH_OK;
    }
    if (e == NULL) e = &s->entries[s->count++];
    CHECK(s->count < 1000 && key.size <= sizeof e->key && value.size <= sizeof e->value);
    memcpy(e->key, key.data, e->key_size = key.size);
    memcpy(e->value, value.data, e->size = value.size);
    return ZH_OK;
}

static zh_err shelf_get(void *context, zh_sv key, zh_buf *out)
{
    const entry *e = shelf_find(context, key);
    if (e == NULL) return ZH_ABSENT;
    zh_buf_put(out, (zh_sv){ e->value, e->size });
    return zh_buf_err(out);
}

static int by_key(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return zh_sv_compare((zh_sv){ x->key, x->key_size }, (zh_sv){ y->key, y->key_size });
}

/* All entries in one order, as bytes: two tables are equal exactly when these are. */
static uint64_t hash_of(zh_identity *t)
{
    static shelf s;
    s.count = 0;
    CHECK(zh_identity_save(t, true, (zh_keep){ &s, shelf_put }) == ZH_OK);
    qsort(s.entries, s.count, sizeof *s.entries, by_key);
    uint64_t hash = s.count;
    for (size_t i = 0; i < s.count; i++)
        hash = zh_mix64(hash ^ zh_fast64((zh_sv){ s.entries[i].key, s.entries[i].key_size }) * 3 ^
                        zh_fast64((zh_sv){ s.entries[i].value, s.entries[i].size }));
    return hash;
}

static void load_shelf(zh_identity *t, const shelf *s, uint64_t *seed)
{
    const size_t from = s->count == 0 ? 0 : test_random(seed) % s->count; /* entries come in any order */
    for (size_t i = 0; i < s->count; i++) {
        const entry *e = &s->entries[(from + i) % s->count];
        CHECK(zh_identity_load(t, (zh_sv){ e->key, e->key_size }, (zh_sv){ e->value, e->size }) == ZH_OK);
    }
    check(t);
}

/* The slow model: which customer each id has, who survives whom. */
typedef struct model {
    uint64_t of[3][USERS + VISITORS], up[STEPS + 8];
    bool erased[STEPS + 8];
} model;

static uint64_t model_root(const model *m, uint64_t number)
{
    while (m->up[number] != 0) number = m->up[number];
    return number;
}

static bool model_known(const model *m, uint64_t customer)
{
    for (int i = 0; i < USERS; i++)
        if (m->of[ZH_ID_USER][i] != 0 && model_root(m, m->of[ZH_ID_USER][i]) == customer) return true;
    return false;
}

static void model_check(const model *m, zh_identity *t, uint64_t last)
{
    CHECK(zh_identity_next(t).number == last + 1);
    for (uint64_t n = 1; n <= last; n++) {
        CHECK(zh_identity_root(t, (zh_customer_id){ n }).number == model_root(m, n));
        CHECK((zh_identity_dek(t, (zh_customer_id){ n }) == NULL) == m->erased[n]);
        CHECK(m->erased[n] || zh_identity_dek(t, (zh_customer_id){ n })->bytes[5] == n % 251 + 1);
        CHECK(zh_identity_is_known(t, (zh_customer_id){ n }) == model_known(m, model_root(m, n)));
        size_t links = 0, want = 0, absorbed = 0;
        for (zh_identity_links it = zh_identity_links_of(t, (zh_customer_id){ n }); zh_identity_links_next(&it); links++)
            CHECK(model_root(m, it.customer.number) == model_root(m, n));
        for (int kind = 1; kind <= 2; kind++)
            for (int i = 0; i < USERS + VISITORS; i++)
                want += m->of[kind][i] != 0 && model_root(m, m->of[kind][i]) == model_root(m, n);
        CHECK(links == want);
        uint64_t before = 0;
        for (zh_identity_absorbed it = zh_identity_absorbed_of(t, (zh_customer_id){ n }); zh_identity_absorbed_next(&it); absorbed++) {
            CHECK(it.customer.number > before && model_root(m, it.customer.number) == model_root(m, n));
            before = it.customer.number;
        }
        for (uint64_t k = 1; k <= last; k++) want += k != model_root(m, n) && model_root(m, k) == model_root(m, n);
        CHECK(links + absorbed == want);
    }
    for (int kind = 1; kind <= 2; kind++)
        for (uint64_t i = 0; i < USERS + VISITORS; i++) {
            const zh_external_id id = id_of((zh_id_kind)kind, i);
            const uint64_t want = m->of[kind][i] == 0 ? 0 : model_root(m, m->of[kind][i]);
            CHECK(zh_identity_find(t, &id).number == want);
        }
}

/* Every random step: ask, check the plan against the cases as told in words, record, fold, compare. */
static void random_life(uint64_t seed, history *h, zh_identity *t, bool with_erasure)
{
    model m = { 0 };
    uint64_t last = 0;
    for (int step = 0; step < STEPS; step++) {
        const uint64_t user = test_random(&seed) % USERS, visitor = test_random(&seed) % VISITORS;
        const uint64_t previous = test_random(&seed) % USERS, what = test_random(&seed) % 8;
        zh_identity_ask ask = { .time_ms = step, .has_user = what != 0, .has_anonymous = what != 1 && what != 2, .is_alias = what == 2,
            .has_previous = what == 2, .user = blind_of(ZH_ID_USER, user), .anonymous = blind_of(ZH_ID_ANONYMOUS, visitor),
            .previous_user = blind_of(ZH_ID_USER, previous), .previous_anonymous = blind_of(ZH_ID_ANONYMOUS, previous) };
        if (with_erasure && last > 3 && test_random(&seed) % 20 == 0) {
            const uint64_t gone = 1 + test_random(&seed) % last, root = model_root(&m, gone);
            CHECK(zh_identity_forget(t, (zh_customer_id){ gone }) == ZH_OK);
            for (int kind = 1; kind <= 2; kind++)
                for (int i = 0; i < USERS + VISITORS; i++)
                    if (m.of[kind][i] != 0 && model_root(&m, m.of[kind][i]) == root) m.of[kind][i] = 0;
            for (uint64_t n = 1; n <= last; n++)
                if (model_root(&m, n) == root) m.erased[n] = true;
        }
        zh_identity_plan plan;
        zh_identity_plan_make(t, &ask, &plan);
        const size_t from = h->count;
        write_plan(h, &plan, step);
        for (size_t i = from; i < h->count; i++) CHECK(zh_identity_fold(t, record_at(h, i)) == ZH_OK);
        if (plan.is_new) CHECK(plan.customer.number == ++last);
        for (uint32_t i = 0; i < plan.links_count; i++)
            for (uint64_t n = 0; n < USERS + VISITORS; n++) {
                const zh_external_id id = id_of(plan.links[i].id.kind, n);
                if (zh_blind_id_equal(id.blind, plan.links[i].id.blind)) m.of[id.kind][n] = plan.links[i].customer.number;
            }
        if (plan.has_merge) {
            CHECK(model_root(&m, plan.from.number) == plan.from.number && model_root(&m, plan.to.number) == plan.customer.number);
            CHECK(plan.why == ZH_MERGE_ALIAS || !model_known(&m, plan.from.number));
            m.up[plan.from.number] = plan.to.number;
        }
        /* What every plan promises: the event's ids lead to the plan's customer, who survives. */
        CHECK(model_root(&m, plan.customer.number) == plan.customer.number && model_root(&m, plan.own.number) == plan.customer.number);
        if (ask.has_user) CHECK(model_root(&m, m.of[ZH_ID_USER][user]) == plan.customer.number);
        if (ask.has_anonymous) CHECK(model_root(&m, m.of[ZH_ID_ANONYMOUS][visitor]) == plan.customer.number);
        if (step % 20 == 0 || step == STEPS - 1) model_check(&m, t, last);
        zh_identity_plan again; /* a second event of the same ids changes nothing */
        zh_identity_plan_make(t, &ask, &again);
        CHECK(again.links_count == 0 && !again.has_merge && !again.is_new && again.customer.number == plan.customer.number);
    }
    check(t);
}

static void random_lives_agree_with_the_model(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *t = open_table();
    random_life(seed, &h, t, true);
    zh_identity_close(t);
    zh_buf_close(&h.bytes);
}

static void folding_again_changes_nothing(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *t = open_table(), *rebuilt = open_table();
    random_life(seed, &h, t, false);
    const uint64_t hash = hash_of(t);
    for (size_t i = 0; i < h.count; i++) CHECK(zh_identity_fold(rebuilt, record_at(&h, i)) == ZH_OK);
    CHECK(hash_of(rebuilt) == hash);
    for (size_t i = 0; i < h.count; i++) { /* one record again */
        CHECK(zh_identity_fold(t, record_at(&h, i)) == ZH_OK);
        CHECK(i % 16 != 0 || hash_of(t) == hash);
    }
    const size_t from = test_random(&seed) % h.count; /* a whole tail again */
    for (size_t i = from; i < h.count; i++) CHECK(zh_identity_fold(t, record_at(&h, i)) == ZH_OK);
    CHECK(hash_of(t) == hash);
    check(t);
    zh_identity_close(t);
    zh_identity_close(rebuilt);
    zh_buf_close(&h.bytes);
}

/* A checkpoint that is ahead of the log by an erasure: the records before it do not undo it. */
static void what_is_forgotten_stays_so_when_older_records_come_again(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *t = open_table();
    random_life(seed, &h, t, false);
    const zh_customer_id gone = { 1 + test_random(&seed) % (zh_identity_next(t).number - 1) };
    CHECK(zh_identity_forget(t, gone) == ZH_OK);
    CHECK(zh_identity_dek(t, gone) == NULL && !zh_identity_is_known(t, gone));
    const uint64_t hash = hash_of(t);
    for (size_t i = 0; i < h.count; i++) CHECK(zh_identity_fold(t, record_at(&h, i)) == ZH_OK);
    CHECK(zh_identity_forget(t, gone) == ZH_OK);
    CHECK(hash_of(t) == hash);
    CHECK(zh_identity_forget(t, (zh_customer_id){ 1ull << 40 }) == ZH_OK && hash_of(t) == hash);
    check(t);
    zh_identity_close(t);
    zh_buf_close(&h.bytes);
}

/* The id went from 1 to 2, and 2 was forgotten: coming again, the first record must not win. */
static void an_id_that_moved_to_a_forgotten_customer_leads_nowhere(void)
{
    zh_identity *t = open_table();
    for (int round = 0; round < 2; round++) {
        for (uint32_t turn = 1; turn <= 2; turn++) {
            zh_buf record = zh_buf_open(1000);
            zh_identity_link_put(&(zh_identity_link){ .id = id_of(ZH_ID_ANONYMOUS, 1), .customer = { turn }, .turn = turn }, &record);
            CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
            zh_buf_close(&record);
        }
        if (round == 0) CHECK(zh_identity_forget(t, (zh_customer_id){ 2 }) == ZH_OK);
        const zh_external_id id = id_of(ZH_ID_ANONYMOUS, 1);
        CHECK(zh_identity_find(t, &id).number == 0);
        check(t);
    }
    zh_identity_close(t);
}

static void fold_unmerge(zh_identity *t, uint64_t from, uint64_t to)
{
    zh_buf record = zh_buf_open(1000);
    const zh_identity_unmerge unmerge = { .from = { from }, .to = { to }, .at_ms = 9, .merged_ms = 8, .why = ZH_MERGE_LOGIN, .actor_kind = 1, .actor_number = 300 };
    zh_identity_unmerge_put(&unmerge, &record);
    zh_identity_unmerge back;
    CHECK(zh_identity_unmerge_get(zh_buf_view(&record), &back) == ZH_OK);
    CHECK(back.from.number == from && back.to.number == to && back.at_ms == 9 && back.merged_ms == 8 && back.why == ZH_MERGE_LOGIN && back.actor_kind == 1 && back.actor_number == 300);
    for (size_t cut = 0; cut < record.size; cut++) CHECK(zh_identity_unmerge_get(zh_sv_part(zh_buf_view(&record), 0, cut), &back) == ZH_FORMAT);
    for (int i = 0; i < 2; i++) CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

/* The law of taking back: after all records and the unmerge, the table is as after all records but the merge. */
static void a_merge_taken_back_has_never_been(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *t = open_table();
    random_life(seed, &h, t, false);
    size_t merges[STEPS], count = 0;
    zh_identity_merge merge;
    for (size_t i = 0; i < h.count; i++)
        if (zh_identity_merge_get(record_at(&h, i), &merge) == ZH_OK) merges[count++] = i;
    CHECK(count > 3);
    for (size_t round = 0; round < 3; round++) {
        const size_t skipped = merges[test_random(&seed) % count];
        zh_identity *without = open_table(), *with = open_table();
        CHECK(zh_identity_merge_get(record_at(&h, skipped), &merge) == ZH_OK);
        for (size_t i = 0; i < h.count; i++) {
            CHECK(zh_identity_fold(with, record_at(&h, i)) == ZH_OK);
            if (i != skipped) CHECK(zh_identity_fold(without, record_at(&h, i)) == ZH_OK);
        }
        fold_unmerge(with, merge.from.number, merge.to.number);
        fold_unmerge(without, merge.from.number, merge.to.number);
        check(with);
        uint32_t listed = 0;
        CHECK(zh_identity_unmerged(with, false, &listed, 1) == 1 && listed == merge.from.number && zh_identity_unmerged(with, true, NULL, 0) == 0);
        CHECK(zh_identity_unmerged(without, true, NULL, 0) == 1 && zh_identity_is_apart(with, merge.from) && zh_identity_is_pending(with, merge.from));
        const uint64_t hash = hash_of(with);
        for (size_t i = 0; i < h.count; i++) CHECK(zh_identity_fold(with, record_at(&h, i)) == ZH_OK); /* a log that is behind */
        CHECK(hash_of(with) == hash);
        static shelf s;
        s.count = 0;
        CHECK(zh_identity_save(with, true, (zh_keep){ &s, shelf_put }) == ZH_OK);
        zh_identity *back = open_table();
        load_shelf(back, &s, &seed);
        CHECK(hash_of(back) == hash && zh_identity_is_pending(back, merge.from));
        zh_number_at(with, merge.from.number)->flags &= (uint8_t)~ZH_NUMBER_PENDING; /* all else is equal */
        CHECK(hash_of(with) == hash_of(without));
        zh_identity_plan plan; /* no login joins it again */
        zh_identity_links it = zh_identity_links_of(with, merge.from);
        const zh_external_id user = id_of(ZH_ID_USER, 999);
        zh_buf record = zh_buf_open(1000);
        zh_identity_link_put(&(zh_identity_link){ .id = user, .customer = zh_identity_next(with), .turn = 1 }, &record);
        CHECK(zh_identity_fold(with, zh_buf_view(&record)) == ZH_OK);
        while (zh_identity_links_next(&it)) {
            if (it.id.kind != ZH_ID_ANONYMOUS || zh_identity_is_known(with, merge.from)) continue;
            zh_identity_plan_make(with, &(zh_identity_ask){ .has_user = true, .has_anonymous = true, .user = user.blind, .anonymous = it.id.blind }, &plan);
            CHECK(!plan.has_merge && plan.held == ZH_IDENTITY_HELD_APART && plan.links_count == 0);
        }
        zh_buf_close(&record);
        zh_identity_close(without);
        zh_identity_close(with);
        zh_identity_close(back);
    }
    zh_identity_close(t);
    zh_buf_close(&h.bytes);
}

static void entries_read_back(uint64_t seed)
{
    static shelf s;
    s.count = 0;
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *model_table = open_table(), *t;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ .get = shelf_get, .context = &s }) == ZH_OK);
    random_life(seed, &h, model_table, false);
    for (size_t i = 0; i < h.count; i++) {
        CHECK(zh_identity_fold(t, record_at(&h, i)) == ZH_OK);
        if (test_random(&seed) % 30 == 0) CHECK(zh_identity_save(t, false, (zh_keep){ &s, shelf_put }) == ZH_OK);
    }
    CHECK(hash_of(t) == hash_of(model_table)); /* some texts from memory, some from the store */
    const zh_customer_id gone = zh_identity_root(t, (zh_customer_id){ 2 });
    CHECK(zh_identity_forget(t, gone) == ZH_OK && zh_identity_forget(model_table, gone) == ZH_OK);
    for (int i = 0; i < 3; i++) CHECK(zh_identity_save(t, false, (zh_keep){ &s, shelf_put }) == ZH_OK);
    CHECK(t->tails == 0); /* the store has them all */
    CHECK(hash_of(t) == hash_of(model_table));
    for (uint64_t i = 0; i < USERS; i++) {
        const zh_external_id id = id_of(ZH_ID_USER, i);
        zh_buf a = zh_buf_open(1000), b = zh_buf_open(1000);
        const zh_err e = zh_identity_sealed(t, &id, &a);
        CHECK(zh_identity_sealed(model_table, &id, &b) == e && (e == ZH_OK || e == ZH_ABSENT));
        CHECK(zh_sv_equal(zh_buf_view(&a), zh_buf_view(&b)) && (e != ZH_OK || zh_sv_starts(zh_buf_view(&a), ZH_SV("sealed "))));
        zh_buf_close(&a);
        zh_buf_close(&b);
    }
    zh_identity *back, *alone = open_table();
    CHECK(zh_identity_open(&back, &(zh_identity_desc){ .get = shelf_get, .context = &s }) == ZH_OK);
    load_shelf(back, &s, &seed);
    load_shelf(alone, &s, &seed);
    CHECK(hash_of(back) == hash_of(model_table) && hash_of(alone) == hash_of(model_table));
    zh_wrapped_dek dek = { { 9, 9 } };
    CHECK(zh_identity_rewrap(back, gone, &dek) == ZH_ABSENT);
    const zh_customer_id one = { 1 };
    CHECK(zh_identity_rewrap(back, one, &dek) == (zh_identity_dek(back, one) == NULL ? ZH_ABSENT : ZH_OK));
    zh_identity_close(t);
    zh_identity_close(back);
    zh_identity_close(alone);
    zh_identity_close(model_table);
    zh_buf_close(&h.bytes);
}

typedef struct faulty { shelf *s; int left; } faulty; /* `left` calls work, the next fails */

static zh_err faulty_get(void *context, zh_sv key, zh_buf *out)
{
    faulty *f = context;
    return f->left-- == 0 ? ZH_IO : shelf_get(f->s, key, out);
}

static zh_err faulty_put(void *context, zh_sv key, zh_sv value)
{
    faulty *f = context;
    return f->left-- == 0 ? ZH_IO : shelf_put(f->s, key, value);
}

/* A save that breaks off at any of its entries is made good by the next, also for what changed between the two. */
static void a_save_that_broke_off_is_made_good(uint64_t seed, int at)
{
    static shelf s;
    s.count = 0;
    faulty disk = { &s, -1 };
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *model_table = open_table(), *t, *back;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ .get = faulty_get, .context = &disk }) == ZH_OK);
    random_life(seed, &h, model_table, false);
    for (size_t i = 0; i < h.count; i++) {
        CHECK(zh_identity_fold(t, record_at(&h, i)) == ZH_OK);
        if (i % 25 != 10) continue;
        disk.left = at + (int)(i / 25);
        const zh_err e = zh_identity_save(t, false, (zh_keep){ &disk, faulty_put });
        CHECK(e == ZH_OK || e == ZH_IO);
        disk.left = -1;
    }
    for (int i = 0; i < 3; i++) CHECK(zh_identity_save(t, false, (zh_keep){ &disk, faulty_put }) == ZH_OK);
    CHECK(t->tails == 0); /* nothing of a broken save is held for ever */
    CHECK(zh_identity_open(&back, &(zh_identity_desc){ .get = shelf_get, .context = &s }) == ZH_OK);
    load_shelf(back, &s, &seed);
    CHECK(hash_of(t) == hash_of(model_table) && hash_of(back) == hash_of(model_table));
    zh_identity_close(t);
    zh_identity_close(back);
    zh_identity_close(model_table);
    zh_buf_close(&h.bytes);
}

static void a_failed_fold_changes_nothing(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *whole = open_table(), *t = open_table();
    random_life(seed, &h, whole, false);
    size_t failures = 0;
    for (size_t i = 0; i < h.count; i++) {
        zh_err e = ZH_NOMEM;
        const uint64_t hash = i % 8 == 0 ? hash_of(t) : 0;
        for (uint64_t takes = 0; e != ZH_OK; takes++) {
            t->heap.takes_left = takes;
            e = zh_identity_fold(t, record_at(&h, i));
            t->heap.takes_left = UINT64_MAX;
            CHECK(e == ZH_OK || e == ZH_NOMEM);
            failures += e == ZH_NOMEM;
            if (e == ZH_NOMEM) check(t);
            if (e == ZH_NOMEM && i % 8 == 0) CHECK(hash_of(t) == hash);
        }
    }
    CHECK(failures > 20);
    CHECK(hash_of(t) == hash_of(whole));
    zh_identity_close(t);
    zh_identity_close(whole);
    zh_buf_close(&h.bytes);
}

static void records_read_back_and_damage_does_not(uint64_t seed)
{
    history h = { .bytes = zh_buf_open((size_t)1 << 20) };
    zh_identity *t = open_table();
    random_life(seed, &h, t, false);
    for (size_t i = 0; i < h.count && i < 60; i++) {
        const zh_sv record = record_at(&h, i);
        zh_buf again = zh_buf_open(4096);
        zh_identity_link link;
        zh_identity_merge merge;
        if (zh_identity_link_get(record, &link) == ZH_OK) zh_identity_link_put(&link, &again);
        else if (zh_identity_merge_get(record, &merge) == ZH_OK) zh_identity_merge_put(&merge, &again);
        CHECK(zh_sv_equal(zh_buf_view(&again), record));
        for (size_t cut = 0; cut < record.size; cut++) {
            CHECK(zh_identity_link_get(zh_sv_part(record, 0, cut), &link) == ZH_FORMAT);
            CHECK(zh_identity_merge_get(zh_sv_part(record, 0, cut), &merge) == ZH_FORMAT);
        }
        zh_buf_put_u8(&again, 0);
        CHECK(zh_identity_link_get(zh_buf_view(&again), &link) == ZH_FORMAT);
        zh_buf_close(&again);
    }
    CHECK(zh_identity_fold(t, ZH_SV("\1\1 an event is another's business")) == ZH_OK);
    CHECK(zh_identity_fold(t, ZH_SV("\2\1 short")) == ZH_FORMAT);
    CHECK(zh_identity_load(t, ZH_SV("X"), ZH_SV("")) == ZH_CORRUPT);
    zh_identity_close(t);
    zh_buf_close(&h.bytes);
}

static void a_million_customers_fit(uint64_t customers)
{
    static shelf s; /* never asked: nothing is saved in full */
    zh_identity *t;
    CHECK(zh_identity_open(&t, &(zh_identity_desc){ .get = shelf_get, .context = &s }) == ZH_OK);
    zh_wrapped_dek dek = { { 1 } };
    zh_buf record = zh_buf_open(1000);
    for (uint64_t n = 1; n <= customers; n++) {
        for (int kind = 1; kind <= 2; kind++) {
            zh_buf_reset(&record);
            const zh_identity_link link = { .id = id_of((zh_id_kind)kind, n), .customer = { n }, .turn = 1,
                .sealed = ZH_SV("a text of about sixty bytes, as a sealed id of a shop would be"),
                .dek = kind == 1 ? (zh_sv){ (const char *)dek.bytes, sizeof dek.bytes } : (zh_sv){ 0 } };
            zh_identity_link_put(&link, &record);
            CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
        }
    }
    const size_t tables = t->numbers_count * sizeof(zh_number) + t->links_count * sizeof(zh_link) + t->index_size * sizeof *t->index;
    printf("%llu customers with two ids: %.1f bytes each\n", (unsigned long long)customers, (double)tables / (double)customers);
    CHECK(tables <= customers * 192); /* 168, and the index at its emptiest */
    zh_identity_close(t);
    zh_buf_close(&record);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) * 1000;
    for (uint64_t i = 0; i < 20; i++) {
        random_lives_agree_with_the_model(seed + i);
        folding_again_changes_nothing(seed + i);
        what_is_forgotten_stays_so_when_older_records_come_again(seed + i);
        a_merge_taken_back_has_never_been(seed + i);
        entries_read_back(seed + i);
        a_save_that_broke_off_is_made_good(seed + i, (int)i);
    }
    an_id_that_moved_to_a_forgotten_customer_leads_nowhere();
    a_failed_fold_changes_nothing(seed);
    records_read_back_and_damage_does_not(seed);
    a_million_customers_fit(50000);
    return 0;
}
