/* Goal    the laws of customer.h: order of arrival never matters, two customers merge into what one
 *         would have been, partitions agree, steps add up to the final bought sets, entries read
 *         back, a failed call changes nothing.
 * Method  random events over a small world (so that orders repeat, are updated, cancelled, refunded),
 *         and over a wide one (so that every maximum is passed); slow models that read the plain list
 *         of events. Bytes of entries are compared, not fields. */
#include "profile/customer_inside.h"
#include "check.h"

#include <string.h>

enum { EVENTS = 160, LINES = 3, CUSTOMERS = 5 };
#define DAY ((int64_t)ZH_DAY_MS)
#define T0 (1300000000000LL)

typedef struct world { /* how wide the random choices are */
    uint32_t items, orders, categories, traits;
    int64_t span_ms;
    bool has_changes; /* increments, appends and deletions too: these mind the order of the log */
} world;
static const world small = { 30, 12, 4, 3, 40 * DAY, false };
static const world small_with_changes = { 30, 12, 4, 3, 40 * DAY, true };
static const world trade = { 200, 60, 4, 3, 100 * DAY, false }; /* more items than ZH_PROFILE_AFTER_MAX, bought on few and on many days */
static const world wide = { 9000, 5000, 300, 120, 3000 * DAY, false };

typedef struct sample {
    zh_event event;
    zh_line lines[LINES];
    char order[24], category[LINES][24], item[LINES][24], traits[80], context[32];
} sample;

static uint64_t below(uint64_t *seed, uint64_t n) { return test_random(seed) % n; }

static void make_lines(sample *s, const world *w, uint64_t *seed)
{
    s->event.lines = s->lines;
    s->event.lines_count = 1 + (uint32_t)below(seed, LINES);
    for (uint32_t i = 0; i < s->event.lines_count; i++) {
        zh_line *line = &s->lines[i];
        *line = (zh_line){ .item = { 1 + below(seed, w->items) }, .quantity = 1 + (int64_t)below(seed, 9) };
        line->price_minor = below(seed, 5) == 0 ? -1 : (int64_t)(100 + line->item.number);
        line->total_minor = line->price_minor < 0 ? 0 : line->quantity * line->price_minor;
        line->has_cost = below(seed, 4) != 0;
        line->cost_minor = line->has_cost ? (int64_t)below(seed, 90) : 0;
        snprintf(s->item[i], sizeof s->item[i], "item %llu", (unsigned long long)line->item.number);
        line->item_text = zh_sv_of(s->item[i]);
        s->event.revenue_minor += line->total_minor;
        if (below(seed, 3) == 0) continue;
        snprintf(s->category[i], sizeof s->category[i], "category %u", (unsigned)below(seed, w->categories));
        line->category = zh_sv_of(s->category[i]);
        if (below(seed, 2) == 0) line->brand = ZH_SV("brand");
    }
}

static void make_sample(sample *s, const world *w, uint64_t *seed)
{
    static const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_VIEW, ZH_ACT_CLICK, ZH_ACT_ADD, ZH_ACT_ORDER, ZH_ACT_ORDER,
        ZH_ACT_ORDER, ZH_ACT_ORDER_UPDATE, ZH_ACT_REFUND, ZH_ACT_CANCEL, ZH_ACT_WISH, ZH_ACT_SEARCH, ZH_ACT_LIST_VIEW, ZH_ACT_OTHER };
    *s = (sample){ .event = { .type = ZH_EVENT_TRACK, .act = acts[below(seed, sizeof acts / sizeof *acts)] } };
    zh_event *e = &s->event;
    e->key = (zh_event_key){ test_random(seed), test_random(seed) };
    e->body_hash = test_random(seed);
    e->name = zh_sv_of(zh_act_text(e->act));
    e->time_ms = T0 + (int64_t)below(seed, (uint64_t)w->span_ms) / 600000 * 600000; /* equal times are common */
    e->currency.code = 1 + (uint32_t)below(seed, 3);
    make_lines(s, w, seed);
    if (e->act == ZH_ACT_OTHER) {
        e->type = ZH_EVENT_IDENTIFY;
        snprintf(s->traits, sizeof s->traits, "{\"trait %u\": %u, \"city\": [ \"%u\" ]}", (unsigned)below(seed, w->traits),
                 (unsigned)below(seed, 99), (unsigned)below(seed, 99));
        e->traits = zh_sv_of(s->traits);
        static const char *const said[] = { "", "profile_set", "profile_set_once", "profile_unset", "profile_increment", "profile_append", "profile_delete" };
        e->name = zh_sv_of(said[below(seed, w->has_changes ? 7 : 4)]);
    }
    const uint64_t order = below(seed, w->orders);
    if (e->act == ZH_ACT_ORDER && order % 3 == 0) e->marks |= ZH_MARK_ORDER_LINE;
    if (below(seed, 12) == 0) e->marks |= ZH_MARK_NON_PRODUCT;
    if (below(seed, 3) == 0) {
        snprintf(s->context, sizeof s->context, "{\"$cell\":\"wtw%c%c%c\"}", "3q"[below(seed, 2)], "sj7e"[below(seed, 4)], "0123456789bcdefgh"[below(seed, w->items < 50 ? 2 : 17)]);
        e->context = zh_sv_of(s->context);
    }
    if (below(seed, 15) != 0) {
        snprintf(s->order, sizeof s->order, "order %u", (unsigned)order);
        e->order_id = zh_sv_of(s->order);
    }
}

static sample *make_samples(const world *w, size_t count, uint64_t seed)
{
    sample *samples = malloc(count * sizeof *samples);
    CHECK(samples != NULL);
    for (size_t i = 0; i < count; i++) make_sample(&samples[i], w, &seed);
    return samples;
}

static zh_customers *open_table(void)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    return c;
}

static uint64_t step_key(zh_step_kind kind, uint64_t a, uint64_t b)
{
    return zh_mix64(a + zh_mix64(b + zh_mix64((uint64_t)kind)));
}

static void add_steps(zh_map *sums, const zh_effects *effects)
{
    for (size_t i = 0; i < effects->count && sums != NULL; i++) {
        const zh_step *s = &effects->steps[i];
        const bool is_of_time = s->kind == ZH_STEP_AFTER || s->kind == ZH_STEP_GAP;
        CHECK(s->by == 1 || s->by == -1 || (s->kind == ZH_STEP_AFTER && s->by != 0 && s->by >= -4 && s->by <= 4));
        CHECK((s->kind == ZH_STEP_BUYER || s->kind == ZH_STEP_VIEWER) == (s->b.number == 0));
        CHECK(is_of_time || s->b.number == 0 || s->a.number < s->b.number);
        bool made;
        uint64_t *sum = zh_map_at(sums, step_key(s->kind, s->a.number, s->b.number), &made);
        CHECK(sum != NULL);
        *sum += (uint64_t)(int64_t)s->by;
    }
}

static zh_arena arena;

static void fold(zh_customers *c, uint64_t customer, const sample *s, zh_map *sums)
{
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, (zh_customer_id){ customer }, &s->event, &effects) == ZH_OK);
    add_steps(sums, &effects);
    zh_arena_reset(&arena);
}

static void merge(zh_customers *source, uint64_t from, zh_customers *target, uint64_t to, zh_map *sums)
{
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_hand_over(source, (zh_customer_id){ from }, target, (zh_customer_id){ to }, &effects) == ZH_OK);
    add_steps(sums, &effects);
    zh_arena_reset(&arena);
}

/* As the store keeps it, or as any table would write it. */
static zh_buf entry_of(const zh_customers *c, uint64_t customer, bool by_hash)
{
    zh_buf bytes = zh_buf_open((size_t)64 << 20);
    const zh_customer_state *state = zh_customers_get(c, (zh_customer_id){ customer });
    if (state != NULL && by_hash) zh_customer_put_by_hash(c, state, &bytes);
    else if (state != NULL) zh_customer_put(state, &bytes);
    CHECK(zh_buf_err(&bytes) == ZH_OK);
    return bytes;
}

static bool is_equal(const zh_customers *a, const zh_customers *b, uint64_t customer)
{
    zh_buf x = entry_of(a, customer, true), y = entry_of(b, customer, true);
    const bool equal = zh_sv_equal(zh_buf_view(&x), zh_buf_view(&y));
    zh_buf_close(&x);
    zh_buf_close(&y);
    return equal;
}

static void check(const zh_customers *c)
{
    const char *why = "";
    const bool ok = zh_customers_check(c, &why);
    if (!ok) fprintf(stderr, "%s\n", why);
    CHECK(ok);
}

static void shuffle(uint32_t *order, size_t count, uint64_t *seed)
{
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        const size_t k = below(seed, i);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

/* Is it among the ZH_PROFILE_AFTER_MAX bought last? */
static bool is_near(const zh_customer_state *s, const zh_bought *x)
{
    const zh_bought *all = s->bought.data;
    size_t before = 0;
    for (uint32_t i = 0; i < s->bought.count; i++)
        before += all[i].days[0] > x->days[0] || (all[i].days[0] == x->days[0] && all[i].item.number < x->item.number);
    return before < ZH_PROFILE_AFTER_MAX;
}

/* What of b after a one customer is. */
static uint64_t order_in(const zh_customer_state *s, uint64_t a, uint64_t b)
{
    const zh_bought *x = zh_customer_bought_of(s, (zh_item_id){ a }), *y = zh_customer_bought_of(s, (zh_item_id){ b });
    if (x == NULL || y == NULL || x->days[0] == 0 || y->days[0] == 0 || !is_near(s, x) || !is_near(s, y)) return 0;
    const int days = y->days[0] - x->days[0];
    return days == 0 ? 1 : days > 0 && days <= ZH_PROFILE_AFTER_DAYS ? 2 : 0;
}

/* The same for AFTER and GAP: no sum is left that the days of the tables do not explain. */
static void check_days(zh_customers *const *tables, size_t tables_count, const zh_map *sums, uint32_t items)
{
    size_t pairs = 0, gaps = 0;
    for (uint64_t a = 1; a <= items; a++) {
        zh_map want_gaps = zh_map_open();
        for (uint64_t b = 1; b <= items; b++) {
            uint64_t want = 0;
            const zh_customer_state *s;
            for (size_t t = 0; t < tables_count; t++)
                for (size_t at = 0; b != a && (s = zh_customers_walk(tables[t], &at)) != NULL;) want += order_in(s, a, b);
            const uint64_t *have = zh_map_get(sums, step_key(ZH_STEP_AFTER, a, b));
            CHECK((have == NULL ? 0 : *have) == want);
            pairs += want > 0;
        }
        const zh_customer_state *s;
        for (size_t t = 0; t < tables_count; t++)
            for (size_t at = 0; (s = zh_customers_walk(tables[t], &at)) != NULL;) {
                const zh_bought *x = zh_customer_bought_of(s, (zh_item_id){ a });
                if (x == NULL || x->days[1] == 0) continue;
                bool made;
                ++*zh_map_at(&want_gaps, (uint64_t)(x->days[0] - x->days[1]), &made);
            }
        for (uint64_t days = 1; days < 400; days++) {
            const uint64_t *have = zh_map_get(sums, step_key(ZH_STEP_GAP, a, days)), *want = zh_map_get(&want_gaps, days);
            CHECK((have == NULL ? 0 : *have) == (want == NULL ? 0 : *want));
            gaps += want != NULL;
        }
        zh_map_close(&want_gaps);
    }
    CHECK(pairs > 0 && gaps > 0);
}

/* BUYER and BOTH sums against the bought sets as they are in the tables. */
static void check_steps(zh_customers *const *tables, size_t tables_count, const zh_map *sums, uint32_t items)
{
    for (uint64_t a = 1; a <= items; a++) {
        for (uint64_t b = a; b <= items; b++) {
            uint64_t want = 0;
            for (size_t t = 0; t < tables_count; t++) {
                const zh_customer_state *s;
                for (size_t at = 0; (s = zh_customers_walk(tables[t], &at)) != NULL;)
                    want += zh_customer_bought_of(s, (zh_item_id){ a }) != NULL &&
                            zh_customer_bought_of(s, (zh_item_id){ b }) != NULL;
            }
            const uint64_t *have = zh_map_get(sums, a == b ? step_key(ZH_STEP_BUYER, a, 0) : step_key(ZH_STEP_BOTH, a, b));
            CHECK((have == NULL ? 0 : *have) == want);
        }
    }
}

static void check_07_shuffled_events_give_the_same_bytes(uint64_t seed, const world *w, size_t count, bool is_dedup_tested)
{
    sample *samples = make_samples(w, count, seed);
    uint32_t *order = malloc(count * sizeof *order);
    zh_customers *a = open_table(), *b = open_table();
    for (size_t i = 0; i < count; i++) fold(a, 7, &samples[i], NULL);
    shuffle(order, count, &seed);
    zh_map seen = zh_map_open();
    for (size_t i = 0; i < count; i++) {
        for (uint64_t times = is_dedup_tested ? 1 + below(&seed, 3) : 1; times > 0; times--) {
            bool made;
            CHECK(zh_map_at(&seen, samples[order[i]].event.key.low, &made) != NULL);
            if (made) fold(b, 7, &samples[order[i]], NULL);
        }
    }
    CHECK(is_equal(a, b, 7));
    check(a);
    check(b);
    zh_map_close(&seen);
    zh_customers_close(a);
    zh_customers_close(b);
    free(samples);
    free(order);
}

static void every_maximum_is_passed_by_the_wide_world(uint64_t seed)
{
    sample *samples = make_samples(&wide, 14000, seed);
    zh_customers *c = open_table();
    for (size_t i = 0; i < 14000; i++) fold(c, 7, &samples[i], NULL);
    const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ 7 });
    zh_order_totals totals;
    zh_customer_order_totals(s, &totals);
    CHECK(totals.is_sampled && s->orders.count == ZH_PROFILE_ORDERS_MAX);
    CHECK(s->bought.count == ZH_PROFILE_BOUGHT_MAX && s->tastes.count == ZH_PROFILE_TASTES_MAX);
    CHECK(s->days.count == ZH_PROFILE_DAYS_MAX && s->touches.count == ZH_PROFILE_TOUCHES_MAX && s->glances.count == ZH_PROFILE_GLANCES_MAX && s->stays.count == ZH_PROFILE_STAYS_MAX);
    zh_trait trait;
    CHECK(zh_customer_trait_at(s, ZH_PROFILE_TRAITS_MAX - 1, &trait));
    CHECK(!zh_customer_trait_at(s, ZH_PROFILE_TRAITS_MAX, &trait));
    zh_customers_close(c);
    free(samples);
}

static void one_and_three_partitions_agree(uint64_t seed)
{
    enum { COUNT = EVENTS * 3, PARTITIONS = 3 };
    sample *samples = make_samples(&small, COUNT, seed);
    uint32_t order[COUNT];
    zh_customers *one = open_table(), *three[PARTITIONS] = { open_table(), open_table(), open_table() };
    zh_map sums_one = zh_map_open(), sums_three = zh_map_open();
    for (size_t i = 0; i < COUNT; i++) fold(one, 1 + i % CUSTOMERS, &samples[i], &sums_one);
    /* Each partition keeps its own order; how partitions interleave is arbitrary. */
    size_t next[PARTITIONS] = { 0 };
    shuffle(order, COUNT, &seed);
    for (size_t turn = 0; turn < COUNT * 4; turn++) {
        const uint32_t p = (uint32_t)below(&seed, PARTITIONS);
        for (; next[p] < COUNT; next[p]++)
            if (zh_partition_of((zh_customer_id){ 1 + next[p] % CUSTOMERS }, PARTITIONS) == p) break;
        if (next[p] == COUNT) continue;
        fold(three[p], 1 + next[p] % CUSTOMERS, &samples[next[p]], &sums_three);
        next[p]++;
    }
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        for (; next[p] < COUNT; next[p]++)
            if (zh_partition_of((zh_customer_id){ 1 + next[p] % CUSTOMERS }, PARTITIONS) == p)
                fold(three[p], 1 + next[p] % CUSTOMERS, &samples[next[p]], &sums_three);
    }
    for (uint64_t customer = 1; customer <= CUSTOMERS; customer++)
        CHECK(is_equal(one, three[zh_partition_of((zh_customer_id){ customer }, PARTITIONS)], customer));
    uint64_t key, value;
    CHECK(sums_one.count == sums_three.count);
    for (size_t at = 0; zh_map_next(&sums_one, &at, &key, &value);) {
        const uint64_t *other = zh_map_get(&sums_three, key);
        CHECK(other != NULL && *other == value);
    }
    check_steps(three, PARTITIONS, &sums_three, small.items);
    check_days(three, PARTITIONS, &sums_three, small.items);
    check_steps(&one, 1, &sums_one, small.items);
    for (int p = 0; p < PARTITIONS; p++) zh_customers_close(three[p]);
    zh_customers_close(one);
    zh_map_close(&sums_one);
    zh_map_close(&sums_three);
    free(samples);
}

static void a_merge_at_any_moment_is_as_if_always_one(uint64_t seed, const world *w, size_t count, bool are_steps_tested)
{
    sample *samples = make_samples(w, count, seed);
    zh_customers *one = open_table(), *two = open_table(), *other = open_table();
    zh_map sums = zh_map_open();
    const bool is_across = below(&seed, 2) == 0; /* `from` lives in another partition */
    zh_customers *home = is_across ? other : two;
    const size_t moment = below(&seed, count + 1);
    for (size_t i = 0; i < count; i++) fold(one, 1, &samples[i], NULL);
    for (size_t i = 0; i < count; i++) {
        if (i == moment) merge(home, 2, two, 1, are_steps_tested ? &sums : NULL);
        const bool is_two = i < moment && below(&seed, 2) == 0;
        fold(is_two ? home : two, is_two ? 2 : 1, &samples[i], are_steps_tested ? &sums : NULL);
    }
    if (moment == count) merge(home, 2, two, 1, are_steps_tested ? &sums : NULL);
    CHECK(zh_customers_get(home, (zh_customer_id){ 2 }) == NULL);
    CHECK(is_equal(one, two, 1));
    check(two);
    if (are_steps_tested) check_steps(&two, 1, &sums, w->items), check_days(&two, 1, &sums, w->items);
    zh_map_close(&sums);
    zh_customers_close(one);
    zh_customers_close(two);
    zh_customers_close(other);
    free(samples);
}

/* A keeper that loads each entry into another table at once. */
static zh_err into_table(void *context, zh_sv key, zh_sv value)
{
    if (value.data != NULL) return zh_customers_load(context, key, value);
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) number = number << 8 | (unsigned char)key.data[i];
    zh_customer_inner_untake(context, number);
    return ZH_OK;
}

static zh_err over_table(void *context, zh_sv key, zh_sv value)
{
    CHECK(into_table(context, key, (zh_sv){ 0 }) == ZH_OK);
    return value.data == NULL ? ZH_OK : into_table(context, key, value);
}

static zh_err into_terms(void *context, zh_sv key, zh_sv value)
{
    return zh_terms_load(zh_customers_terms(context), key, value);
}

static void entries_read_back(uint64_t seed, const world *w, size_t count)
{
    sample *samples = make_samples(w, count, seed);
    zh_customers *a = open_table(), *whole = open_table(), *steps = open_table();
    for (size_t i = 0; i < count; i++) {
        fold(a, 1 + i % CUSTOMERS, &samples[i], NULL);
        if (i == count / 2) merge(a, 5, a, 1, NULL);
        if (below(&seed, count / 5 + 1) == 0)
            CHECK(zh_customers_save(a, false, (zh_keep){ steps, over_table }) == ZH_OK);
    }
    CHECK(zh_customers_save(a, true, (zh_keep){ whole, into_table }) == ZH_OK);
    CHECK(zh_customers_save(a, false, (zh_keep){ steps, over_table }) == ZH_OK);
    zh_customers *empty = open_table();
    CHECK(zh_customers_save(a, false, (zh_keep){ empty, into_table }) == ZH_OK);
    CHECK(zh_customers_count(empty) == 0); /* nothing changed since */
    CHECK(zh_customers_count(whole) == zh_customers_count(a) && zh_customers_count(steps) == zh_customers_count(a));
    CHECK(zh_terms_save(zh_customers_terms(a), true, (zh_keep){ whole, into_terms }) == ZH_OK);
    CHECK(zh_terms_save(zh_customers_terms(a), true, (zh_keep){ steps, into_terms }) == ZH_OK);
    for (uint64_t customer = 1; customer <= CUSTOMERS; customer++) {
        CHECK(is_equal(a, whole, customer));
        CHECK(is_equal(a, steps, customer));
    }
    check(whole);
    fold(a, 1, &samples[0], NULL); /* what was read goes on like what was not */
    fold(whole, 1, &samples[0], NULL);
    CHECK(is_equal(a, whole, 1));
    zh_customers_close(a);
    zh_customers_close(whole);
    zh_customers_close(steps);
    zh_customers_close(empty);
    free(samples);
}

static void damaged_entries_are_refused_or_sound(uint64_t seed)
{
    sample *samples = make_samples(&small_with_changes, EVENTS, seed);
    zh_customers *a = open_table();
    for (size_t i = 0; i < EVENTS; i++) fold(a, 1, &samples[i], NULL);
    zh_buf entry = entry_of(a, 1, false);
    for (size_t i = 0; i < entry.size; i++) {
        char *bytes = malloc(entry.size);
        memcpy(bytes, entry.data, entry.size);
        const bool is_cut = below(&seed, 2) == 0;
        if (!is_cut) bytes[i] = (char)(bytes[i] ^ (1 << below(&seed, 8)));
        zh_customers *b = open_table();
        const zh_err e = zh_customers_load(b, ZH_SV("\0\0\0\0\0\0\0\1"), (zh_sv){ bytes, is_cut ? i : entry.size });
        CHECK(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FORMAT);
        CHECK(!is_cut || e == ZH_CORRUPT);
        if (e != ZH_OK) { /* nothing but the table, the list of changed ones and the room for stamps is left */
            const size_t changed = b->changed.cap > 0 ? zh_heap_round(b->changed.cap * sizeof(uint64_t)) : 0;
            const size_t rows = b->rows.cap > 0 ? zh_heap_round(b->rows.cap * sizeof(zh_stamps *)) + zh_heap_round(ZH_STAMPS_PIECE * sizeof(zh_stamps)) : 0;
            CHECK(zh_customers_count(b) == 0 && zh_heap_used(&b->heap) == zh_heap_round(sizeof *b) + changed + rows);
        }
        check(b);
        zh_customers_close(b);
        free(bytes);
    }
    zh_buf_close(&entry);
    zh_customers_close(a);
    free(samples);
}

/* Counts, orders and money, read from the plain list of events. */
static bool order_stands(const sample *samples, size_t count, size_t at, zh_sv id, bool *is_first)
{
    const zh_event *e = &samples[at].event;
    if ((e->act != ZH_ACT_ORDER && e->act != ZH_ACT_ORDER_UPDATE) || !zh_sv_equal(e->order_id, id)) return false;
    bool has_statement = false, stands = true;
    *is_first = true;
    const bool is_loose = e->act == ZH_ACT_ORDER && (e->marks & ZH_MARK_ORDER_LINE);
    for (size_t i = 0; i < count; i++) {
        const zh_event *o = &samples[i].event;
        if ((o->act != ZH_ACT_ORDER && o->act != ZH_ACT_ORDER_UPDATE) || !zh_sv_equal(o->order_id, id)) continue;
        if (o->act == ZH_ACT_ORDER && (o->marks & ZH_MARK_ORDER_LINE)) continue;
        has_statement = true;
        if (is_loose || i == at) continue;
        if (o->act != e->act) stands &= e->act == ZH_ACT_ORDER_UPDATE;
        else stands &= (zh_rank_compare(zh_rank_of(o), zh_rank_of(e)) > 0) == (e->act == ZH_ACT_ORDER);
    }
    return is_loose ? !has_statement : stands;
}

static void the_slow_model_agrees(uint64_t seed)
{
    sample *samples = make_samples(&small, EVENTS, seed);
    zh_customers *c = open_table();
    for (size_t i = 0; i < EVENTS; i++) {
        if (samples[i].event.order_id.size == 0) samples[i].event.order_id = ZH_SV("no id"); /* the model needs one */
        fold(c, 3, &samples[i], NULL);
    }
    const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ 3 });
    uint32_t acts[ZH_ACT_COUNT] = { 0 }, orders = 0;
    int64_t revenue = 0, refunded = 0, first = INT64_MAX, last = INT64_MIN, days = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        const zh_event *e = &samples[i].event;
        acts[e->act]++;
        if (e->time_ms < first) first = e->time_ms;
        if (e->time_ms > last) last = e->time_ms;
        bool is_cancelled = false, is_named = false, is_first = true, is_new_day = true;
        for (size_t k = 0; k < EVENTS; k++) {
            const zh_event *o = &samples[k].event;
            if (k < i && o->time_ms / DAY == e->time_ms / DAY) is_new_day = false;
            if (!zh_sv_equal(o->order_id, e->order_id)) continue;
            is_cancelled |= o->act == ZH_ACT_CANCEL;
            if (k < i && (o->act == ZH_ACT_ORDER || o->act == ZH_ACT_ORDER_UPDATE)) is_named = true;
        }
        days += is_new_day;
        if (is_cancelled) continue;
        orders += !is_named && (e->act == ZH_ACT_ORDER || e->act == ZH_ACT_ORDER_UPDATE);
        if (e->act == ZH_ACT_REFUND) refunded += e->revenue_minor;
        if (order_stands(samples, EVENTS, i, e->order_id, &is_first)) revenue += e->revenue_minor;
    }
    for (int act = 0; act < ZH_ACT_COUNT; act++) CHECK(zh_customer_acts(s, (zh_act)act) == acts[act]);
    CHECK(zh_customer_events(s) == EVENTS && zh_customer_first_ms(s) == first && zh_customer_last_ms(s) == last);
    CHECK(zh_customer_active_days(s, first, last + 1) == days);
    CHECK(zh_customer_half_hours(s, first, last + 1) >= days);
    zh_order_totals totals;
    zh_customer_order_totals(s, &totals);
    int64_t have_revenue = 0, have_refunded = 0;
    for (uint32_t i = 0; i < totals.money_count; i++) {
        have_revenue += totals.money[i].revenue_minor;
        have_refunded += totals.money[i].refunded_minor;
    }
    CHECK(totals.orders == orders && have_revenue == revenue && have_refunded == refunded && !totals.is_sampled);
    zh_customers_close(c);
    free(samples);
}

static void the_slow_model_agrees_on_bought_items(uint64_t seed)
{
    sample *samples = make_samples(&small, EVENTS, seed);
    zh_customers *c = open_table();
    int64_t quantity[64] = { 0 }, last[64] = { 0 };
    for (size_t i = 0; i < EVENTS; i++) {
        if (samples[i].event.order_id.size == 0) samples[i].event.order_id = ZH_SV("no id");
        fold(c, 3, &samples[i], NULL);
    }
    for (size_t i = 0; i < EVENTS; i++) {
        const zh_event *e = &samples[i].event;
        if ((e->act != ZH_ACT_ORDER && e->act != ZH_ACT_ORDER_UPDATE) || (e->marks & ZH_MARK_NON_PRODUCT)) continue;
        bool unused;
        const bool is_loose = e->act == ZH_ACT_ORDER && (e->marks & ZH_MARK_ORDER_LINE);
        const bool counts = is_loose || order_stands(samples, EVENTS, i, e->order_id, &unused);
        for (uint32_t k = 0; k < e->lines_count; k++) {
            const uint64_t item = e->lines[k].item.number;
            if (e->time_ms > last[item]) last[item] = e->time_ms;
            if (counts) quantity[item] += e->lines[k].quantity;
        }
    }
    const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ 3 });
    for (uint64_t item = 1; item <= small.items; item++) {
        const zh_bought *bought = zh_customer_bought_of(s, (zh_item_id){ item });
        CHECK((bought != NULL) == (last[item] > 0));
        if (bought != NULL) CHECK(bought->quantity == quantity[item] && bought->last_ms == last[item]);
    }
    zh_customers_close(c);
    free(samples);
}

/* Every take from the heap and every size of the arena fails once; nothing may change then. */
static void check_05_a_failed_call_changes_nothing(uint64_t seed)
{
    sample *samples = make_samples(&small_with_changes, EVENTS, seed);
    zh_customers *a = open_table(), *b = open_table();
    size_t failures = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        const uint64_t customer = 1 + i % 2;
        zh_err e = ZH_NOMEM;
        for (uint64_t takes = 0; e != ZH_OK; takes++) {
            zh_arena tight = zh_arena_open(takes < 24 ? (size_t)32 << takes : (size_t)1 << 30);
            zh_effects effects = zh_effects_open(&tight);
            a->heap.takes_left = takes % 2 == 0 ? takes / 2 : UINT64_MAX;
            const size_t count = zh_customers_count(a);
            const bool is_merge = i == EVENTS / 2;
            e = is_merge ? zh_customers_merge(a, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, &effects)
                         : zh_customers_fold(a, (zh_customer_id){ customer }, &samples[i].event, &effects);
            CHECK(e == ZH_OK || e == ZH_NOMEM);
            if (e == ZH_NOMEM) {
                failures++;
                CHECK(effects.count == 0 && zh_customers_count(a) == count);
                CHECK(is_equal(a, b, 1) && is_equal(a, b, 2));
            }
            zh_arena_close(&tight);
        }
        a->heap.takes_left = UINT64_MAX;
        if (i == EVENTS / 2) merge(b, 2, b, 1, NULL);
        else fold(b, customer, &samples[i], NULL);
        CHECK(is_equal(a, b, 1) && is_equal(a, b, 2));
    }
    CHECK(failures > EVENTS);
    check(a);
    zh_customers_close(a);
    zh_customers_close(b);
    free(samples);
}

static void a_dropped_customer_takes_its_counts_along(uint64_t seed)
{
    sample *samples = make_samples(&small, EVENTS, seed);
    zh_customers *c = open_table();
    zh_map sums = zh_map_open();
    for (size_t i = 0; i < EVENTS; i++) fold(c, 1 + i % 2, &samples[i], &sums);
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_drop(c, (zh_customer_id){ 2 }, &effects) == ZH_OK);
    CHECK(zh_customers_drop(c, (zh_customer_id){ 99 }, &effects) == ZH_OK);
    add_steps(&sums, &effects);
    zh_arena_reset(&arena);
    CHECK(zh_customers_get(c, (zh_customer_id){ 2 }) == NULL && zh_customers_count(c) == 1);
    check_steps(&c, 1, &sums, small.items);
    check_days(&c, 1, &sums, small.items);
    zh_map_close(&sums);
    zh_customers_close(c);
    free(samples);
}

/* Table: what one sitting says about views. */
static void views_of_one_sitting_pair_once(void)
{
    enum { MIN = 60000 };
    static const struct { const char *name; struct { uint64_t item; int64_t min; } views[5]; uint64_t viewers, pairs; } rows[] = {
        { "one item", { { 1, 0 }, { 1, 1 } }, 1, 0 },
        { "two items in a sitting", { { 1, 0 }, { 2, 30 } }, 2, 1 },
        { "half an hour and a minute apart", { { 1, 0 }, { 2, 31 } }, 2, 0 },
        { "back and forth is one pair", { { 1, 0 }, { 2, 1 }, { 1, 2 }, { 2, 3 } }, 2, 1 },
        { "again the next day is a second", { { 1, 0 }, { 2, 1 }, { 1, 1440 }, { 2, 1441 } }, 2, 2 },
        { "late arrival", { { 1, 20 }, { 2, 0 } }, 2, 1 },
        { "three items", { { 1, 0 }, { 2, 1 }, { 3, 2 } }, 3, 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_customers *c = open_table();
        uint64_t viewers = 0, pairs = 0;
        for (size_t k = 0; k < 5 && rows[i].views[k].item != 0; k++) {
            zh_line line = { .item = { rows[i].views[k].item }, .quantity = 1 };
            const zh_event event = { .type = ZH_EVENT_TRACK, .act = k % 2 ? ZH_ACT_CLICK : ZH_ACT_VIEW, .key = { k, k },
                .time_ms = T0 + rows[i].views[k].min * MIN, .lines = &line, .lines_count = 1 };
            zh_effects effects = zh_effects_open(&arena);
            CHECK(zh_customers_fold(c, (zh_customer_id){ 1 }, &event, &effects) == ZH_OK);
            for (size_t s = 0; s < effects.count; s++) {
                viewers += effects.steps[s].kind == ZH_STEP_VIEWER;
                pairs += effects.steps[s].kind == ZH_STEP_SEEN_BOTH;
            }
            zh_arena_reset(&arena);
        }
        CHECK_ROW(viewers == rows[i].viewers, rows[i].name);
        CHECK_ROW(pairs == rows[i].pairs, rows[i].name);
        zh_customers_close(c);
    }
}

/* Table: orders by what was said of them, in every order of arrival. */
static void an_order_counts_once(void)
{
    typedef struct said { zh_act act; uint32_t marks; int64_t hour, minor; } said;
    static const struct { const char *name; said events[4]; uint32_t orders; int64_t revenue, refunded; uint32_t times; } rows[] = {
        { "said once", { { ZH_ACT_ORDER, 0, 1, 500 } }, 1, 500, 0, 1 },
        { "said again by a reload of the page", { { ZH_ACT_ORDER, 0, 1, 500 }, { ZH_ACT_ORDER, 0, 2, 700 } }, 1, 500, 0, 1 },
        { "updated twice", { { ZH_ACT_ORDER, 0, 1, 500 }, { ZH_ACT_ORDER_UPDATE, 0, 2, 700 }, { ZH_ACT_ORDER_UPDATE, 0, 3, 600 } }, 1, 600, 0, 1 },
        { "lines add up", { { ZH_ACT_ORDER, ZH_MARK_ORDER_LINE, 1, 500 }, { ZH_ACT_ORDER, ZH_MARK_ORDER_LINE, 1, 100 } }, 1, 600, 0, 2 },
        { "refunded in parts", { { ZH_ACT_ORDER, 0, 1, 500 }, { ZH_ACT_REFUND, 0, 2, 100 }, { ZH_ACT_REFUND, 0, 3, 50 } }, 1, 500, 150, 1 },
        { "cancelled", { { ZH_ACT_ORDER, 0, 1, 500 }, { ZH_ACT_CANCEL, 0, 2, 0 } }, 0, 0, 0, 1 },
        { "a refund alone is no order", { { ZH_ACT_REFUND, ZH_MARK_ORDER_LINE, 2, 100 } }, 0, 0, 100, 0 },
        { "postage is money, not an item", { { ZH_ACT_ORDER, ZH_MARK_NON_PRODUCT, 1, 300 } }, 1, 300, 0, 0 },
        { "history counts", { { ZH_ACT_ORDER, ZH_MARK_IMPORT, 1, 500 } }, 1, 500, 0, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int turn = 0; turn < 2; turn++) {
            zh_customers *c = open_table();
            for (int k = 0; k < 4; k++) {
                const int at = turn == 0 ? k : 3 - k;
                const said *x = &rows[i].events[at];
                if (x->hour == 0) continue;
                zh_line line = { .item = { 5 }, .quantity = 2, .category = ZH_SV("lamps") };
                const sample s = { .event = { .type = ZH_EVENT_TRACK, .act = x->act, .marks = x->marks, .key = { 1, (uint64_t)at },
                    .time_ms = T0 + x->hour * 3600000, .order_id = ZH_SV("o1"), .revenue_minor = x->minor,
                    .currency = { 826 }, .lines = &line, .lines_count = 1 } };
                fold(c, 1, &s, NULL);
            }
            const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ 1 });
            zh_order_totals t;
            zh_customer_order_totals(s, &t);
            CHECK_ROW(t.orders == rows[i].orders, rows[i].name);
            CHECK_ROW((t.money_count == 0 ? 0 : t.money[0].revenue_minor) == rows[i].revenue, rows[i].name);
            CHECK_ROW((t.money_count == 0 ? 0 : t.money[0].refunded_minor) == rows[i].refunded, rows[i].name);
            const zh_bought *bought = zh_customer_bought_of(s, (zh_item_id){ 5 });
            CHECK_ROW((bought == NULL ? 0 : bought->times) == rows[i].times, rows[i].name);
            CHECK_ROW((bought == NULL ? 0 : bought->quantity) == 2 * rows[i].times, rows[i].name);
            uint32_t tastes_count;
            const zh_taste *tastes = zh_customer_tastes(s, &tastes_count);
            CHECK_ROW((tastes_count == 0 ? 0 : tastes[0].points) == 5 * rows[i].times, rows[i].name);
            CHECK_ROW(zh_customer_order_of(s, ZH_SV("o1")) != NULL, rows[i].name);
            zh_customers_close(c);
        }
    }
}

static void traits_are_the_newest(void)
{
    static const struct { const char *traits; int64_t hour; } said[] = {
        { "{\"plan\":\"gold\",\"age\":31}", 5 }, { "{\"plan\":\"free\",\"city\":\"苏州\"}", 3 }, { "{\"age\":null}", 6 },
        { "[1]", 7 }, { "not json", 8 },
    };
    zh_customers *c = open_table();
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const sample s = { .event = { .type = ZH_EVENT_IDENTIFY, .key = { i, i }, .time_ms = T0 + said[i].hour * 3600000,
            .traits = zh_sv_of(said[i].traits) } };
        fold(c, 1, &s, NULL);
    }
    const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ 1 });
    zh_trait trait;
    CHECK(zh_customer_trait_of(s, ZH_SV("plan"), &trait) && zh_sv_equal(trait.value, ZH_SV("\"gold\"")));
    CHECK(zh_customer_trait_of(s, ZH_SV("city"), &trait) && zh_sv_equal(trait.value, ZH_SV("\"苏州\"")));
    CHECK(zh_customer_trait_of(s, ZH_SV("age"), &trait) && zh_sv_equal(trait.value, ZH_SV("null")));
    CHECK(zh_customer_trait_at(s, 0, &trait) && zh_sv_equal(trait.name, ZH_SV("age")));
    CHECK(!zh_customer_trait_of(s, ZH_SV("none"), &trait) && !zh_customer_trait_at(s, 3, &trait));
    zh_customers_close(c);
}

/* Each order of three statements of one name, against a reader of the statements in the order of their time. */
static void set_once_and_unset_do_not_mind_the_order(void)
{
    static const struct { const char *name; const char *kinds[3]; const char *want; } rows[] = {
        { "once alone: the oldest", { "profile_set_once", "profile_set_once", "profile_set_once" }, "0" },
        { "a set beats a once before it", { "profile_set_once", "profile_set", "profile_set_once" }, "1" },
        { "a once after a set does nothing", { "profile_set", "profile_set_once", "profile_set_once" }, "0" },
        { "unset takes a set away, an increment begins anew", { "profile_set", "profile_unset", "profile_increment" }, "2" },
        { "a set after an unset stands", { "profile_unset", "profile_set", "profile_append" }, "1" },
        { "unset takes a once away", { "profile_set_once", "profile_unset", "profile_delete" }, "" },
        { "increments after a set", { "profile_set", "profile_increment", "profile_increment" }, "3" },
        { "a set after increments", { "profile_increment", "profile_increment", "profile_set" }, "2" },
        { "increments alone", { "profile_increment", "profile_increment", "profile_increment" }, "3" },
        { "an increment after a once", { "profile_set_once", "profile_increment", "profile_increment" }, "3" },
        { "a delete ends what was before", { "profile_set", "profile_increment", "profile_delete" }, "" },
        { "an increment after a delete begins anew", { "profile_set", "profile_delete", "profile_increment" }, "2" },
        { "what is no list is not appended", { "profile_set", "profile_append", "profile_append" }, "0" },
    };
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    static const char *const traits[] = { "{\"n\":0}", "{\"n\":1}", "{\"n\":2}" };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t o = 0; o < 6; o++) {
            zh_customers *c = open_table();
            for (size_t k = 0; k < 3; k++) {
                const int at = orders[o][k];
                const sample s = { .event = { .type = ZH_EVENT_IDENTIFY, .key = { (uint64_t)at, 7 }, .time_ms = T0 + at,
                    .name = zh_sv_of(rows[i].kinds[at]), .traits = zh_sv_of(traits[at]) } };
                fold(c, 1, &s, NULL);
            }
            zh_trait trait = { 0 };
            (void)zh_customer_trait_of(zh_customers_get(c, (zh_customer_id){ 1 }), ZH_SV("n"), &trait);
            CHECK_ROW(zh_sv_equal(trait.value, zh_sv_of(rows[i].want)), rows[i].name);
            zh_customers_close(c);
        }
}

typedef struct said { const char *kind, *traits; int64_t at; } said;

static void say(zh_customers *c, uint64_t customer, const said *one, uint64_t key)
{
    const sample s = { .event = { .type = ZH_EVENT_IDENTIFY, .key = { key, 9 }, .time_ms = T0 + one->at, .name = zh_sv_of(one->kind), .traits = zh_sv_of(one->traits) } };
    fold(c, customer, &s, NULL);
}

static void print_traits(const zh_customers *c, uint64_t customer, char *out, size_t size)
{
    const zh_customer_state *s = zh_customers_get(c, (zh_customer_id){ customer });
    zh_trait trait;
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t i = 0; s != NULL && zh_customer_trait_at(s, i, &trait); i++)
        at += (size_t)snprintf(out + at, size - at, "%.*s=%.*s ", ZH_SV_ARG(trait.name), ZH_SV_ARG(trait.value));
}

/* What Sensors' records come to, in the order they happened; and when one customer said the even ones and another,
 * merged into the first, the odd ones: the same, unless a set of the one stands between additions of the other (`joined`). */
static void increments_appends_and_deletes_change_the_portrait(void)
{
    static const struct { const char *name; said said[6]; const char *want, *joined; } rows[] = {
        { "numbers", { { "profile_set", "{\"n\":10}", 0 }, { "profile_increment", "{\"n\":3}", 1 }, { "profile_increment", "{\"n\":-4,\"m\":1}", 2 } }, "m=1 n=9 ", NULL },
        { "parts of numbers", { { "profile_increment", "{\"n\":0.5}", 0 }, { "profile_increment", "{\"n\":2}", 1 } }, "n=2.5 ", NULL },
        { "past 64 bits", { { "profile_set", "{\"n\":9223372036854775807}", 0 }, { "profile_increment", "{\"n\":1}", 1 } }, "n=9223372036854775808.0 ", NULL },
        { "a text is not added to", { { "profile_set", "{\"n\":\"x\"}", 0 }, { "profile_increment", "{\"n\":1}", 1 } }, "n=\"x\" ", NULL },
        { "lists", { { "profile_set", "{\"l\":[\"a\",\"b\"]}", 0 }, { "profile_append", "{\"l\":[\"b\",\"c\",\"c\"]}", 1 }, { "profile_append", "{\"l\":[\"d\"],\"k\":[\"x\"]}", 2 } },
          "k=[\"x\"] l=[\"a\",\"b\",\"c\",\"d\"] ", "k=[\"x\"] l=[\"a\",\"b\",\"d\",\"c\"] " },
        { "a set clears additions", { { "profile_increment", "{\"n\":5}", 0 }, { "profile_set", "{\"n\":1}", 1 }, { "profile_increment", "{\"n\":1}", 2 } }, "n=2 ", "n=7 " },
        { "unset and increment", { { "profile_increment", "{\"n\":5}", 0 }, { "profile_unset", "{\"n\":true}", 1 }, { "profile_increment", "{\"n\":7}", 2 } }, "n=7 ", "n=12 " },
        { "delete", { { "profile_set", "{\"a\":1,\"b\":2}", 0 }, { "profile_increment", "{\"n\":5}", 1 }, { "profile_delete", "", 2 }, { "profile_set", "{\"b\":3}", 3 } }, "b=3 ", NULL },
        { "a set once after increments does nothing", { { "profile_increment", "{\"n\":5}", 0 }, { "profile_set_once", "{\"n\":1}", 1 } }, "n=5 ", NULL },
        { "plain identify, then an increment", { { "", "{\"n\":5,\"city\":\"x\"}", 0 }, { "profile_increment", "{\"n\":1}", 1 } }, "city=\"x\" n=6 ", NULL },
    };
    char got[512];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_customers *one = open_table(), *two = open_table();
        for (uint64_t k = 0; k < 6 && rows[i].said[k].kind != NULL; k++) {
            say(one, 1, &rows[i].said[k], k);
            say(two, 1 + k % 2, &rows[i].said[k], k);
        }
        print_traits(one, 1, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0) fprintf(stderr, "got %s\n", got);
        CHECK_ROW(strcmp(got, rows[i].want) == 0, rows[i].name);
        const char *why;
        CHECK_ROW(zh_customers_check(one, &why) && zh_customers_check(two, &why), rows[i].name);
        merge(two, 2, two, 1, NULL);
        print_traits(two, 1, got, sizeof got);
        const char *want = rows[i].joined != NULL ? rows[i].joined : rows[i].want;
        if (strcmp(got, want) != 0) fprintf(stderr, "joined: got %s\n", got);
        CHECK_ROW(strcmp(got, want) == 0, rows[i].name);
        CHECK_ROW(zh_customers_check(two, &why), rows[i].name);
        zh_customers_close(one);
        zh_customers_close(two);
    }
}

static void a_list_stops_growing(void)
{
    zh_customers *c = open_table();
    char text[64], got[2 * ZH_PROFILE_TRAIT_VALUE_MAX];
    for (uint64_t i = 0; i < 3 * ZH_PROFILE_LIST_MAX; i++) {
        snprintf(text, sizeof text, "{\"l\":[\"%llu\"]}", (unsigned long long)i);
        say(c, 1, &(said){ "profile_append", text, (int64_t)i }, i);
    }
    zh_trait trait;
    CHECK(zh_customer_trait_of(zh_customers_get(c, (zh_customer_id){ 1 }), ZH_SV("l"), &trait));
    CHECK(trait.value.size <= ZH_PROFILE_TRAIT_VALUE_MAX);
    snprintf(got, sizeof got, "%.*s", ZH_SV_ARG(trait.value));
    CHECK(strstr(got, "\"99\"]") != NULL && strstr(got, "\"100\"") == NULL);
    for (uint64_t i = 0; i < 200; i++) { /* more names than there is room for */
        snprintf(text, sizeof text, "{\"name %llu\":1}", (unsigned long long)i);
        say(c, 1, &(said){ "profile_increment", text, (int64_t)(1000 + i) }, 1000 + i);
    }
    const char *why;
    CHECK(zh_customers_check(c, &why));
    zh_customers_close(c);
}

/* Where the tastes end in the entry of a customer who bought nothing. */
static size_t end_of_tastes(zh_sv entry)
{
    zh_reader r = zh_reader_on(zh_sv_part(entry, 2, entry.size - 2));
    (void)zh_read_zig(&r);
    (void)zh_read_var(&r);
    for (uint64_t n = 2 * zh_read_var(&r); n > 0; n--) (void)zh_read_var(&r);
    (void)zh_read_bytes(&r, 8 * (size_t)zh_read_var(&r));  /* days */
    (void)zh_read_bytes(&r, 25 * (size_t)zh_read_var(&r)); /* touches */
    (void)zh_read_bytes(&r, 12 * (size_t)zh_read_var(&r)); /* glances */
    for (int i = 0; i < 3; i++) CHECK(zh_read_var(&r) == 0); /* bought, orders, stated */
    for (uint64_t n = zh_read_var(&r); n > 0; n--) {
        (void)zh_read_bytes(&r, 11);
        (void)zh_read_var(&r);
    }
    CHECK(!r.bad);
    return (size_t)(r.at - entry.data);
}

/* An entry of version 5 carries its names; they go to the table's terms. */
static void names_of_an_earlier_entry_are_taken(void)
{
    zh_customers *c = open_table(), *back = open_table();
    zh_line line = { .item = { 5 }, .quantity = 1, .category = ZH_SV("shoes"), .brand = ZH_SV("swift") };
    const sample s = { .event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .key = { 1, 1 }, .time_ms = T0, .lines = &line, .lines_count = 1 } };
    fold(c, 1, &s, NULL);
    const uint64_t hash = zh_taste_hash(ZH_TASTE_BRAND, line.brand);
    zh_buf now = zh_buf_open(4096), old = zh_buf_open(4096);
    zh_customer_put(zh_customers_get(c, (zh_customer_id){ 1 }), &now);
    const size_t end = end_of_tastes(zh_buf_view(&now));
    zh_buf_put_u8(&old, 5);
    zh_buf_put(&old, zh_sv_part(zh_buf_view(&now), 1, end - 1));
    zh_buf_put_var(&old, 1);
    zh_buf_put_u64(&old, hash);
    zh_buf_put_text(&old, line.brand);
    zh_buf_put(&old, zh_sv_part(zh_buf_view(&now), end, now.size - end));
    CHECK(zh_buf_err(&old) == ZH_OK);
    CHECK(zh_customers_load(back, ZH_SV("\0\0\0\0\0\0\0\1"), zh_buf_view(&old)) == ZH_OK);
    CHECK(zh_sv_equal(zh_terms_name(zh_customers_terms(back), hash), line.brand));
    zh_buf_reset(&old);
    zh_customer_put(zh_customers_get(back, (zh_customer_id){ 1 }), &old);
    CHECK(zh_sv_equal(zh_buf_view(&old), zh_buf_view(&now)));
    zh_buf_close(&now);
    zh_buf_close(&old);
    zh_customers_close(c);
    zh_customers_close(back);
}

/* Who comes from another table brings the names of his tastes. */
static void names_go_along_to_another_table(void)
{
    zh_customers *from = open_table(), *to = open_table();
    zh_line line = { .item = { 5 }, .quantity = 1, .category = ZH_SV("shoes"), .brand = ZH_SV("swift") };
    const sample s = { .event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .key = { 1, 1 }, .time_ms = T0, .lines = &line, .lines_count = 1 } };
    fold(from, 1, &s, NULL);
    zh_effects effects = { .arena = &arena };
    CHECK(zh_customers_hand_over(from, (zh_customer_id){ 1 }, to, (zh_customer_id){ 2 }, &effects) == ZH_OK);
    CHECK(zh_sv_equal(zh_terms_name(zh_customers_terms(to), zh_taste_hash(ZH_TASTE_BRAND, line.brand)), line.brand));
    zh_customers_close(from);
    zh_customers_close(to);
}

static void a_customer_with_one_view_is_small(void)
{
    zh_customers *c = open_table();
    zh_line line = { .item = { 5 }, .quantity = 1, .category = ZH_SV("shoes / running"), .brand = ZH_SV("swift") };
    const sample s = { .event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .key = { 1, 1 }, .time_ms = T0 + 9 * 3600000,
        .lines = &line, .lines_count = 1 } };
    fold(c, 1, &s, NULL);
    const zh_customer_state *state = zh_customers_get(c, (zh_customer_id){ 1 });
    printf("one view: %zu bytes\n", zh_customer_bytes(state));
    CHECK(zh_customer_bytes(state) + 46 <= 480); /* 46: its slots in two maps at their emptiest */
    uint32_t count;
    const zh_taste *tastes = zh_customer_tastes(state, &count);
    CHECK(count == 2 && tastes[0].points == 1 && tastes[0].week == zh_week_of(s.event.time_ms));
    CHECK(zh_sv_equal(zh_terms_name(zh_customers_terms(c), zh_taste_hash(ZH_TASTE_CATEGORY, line.category)), line.category));
    zh_customers_close(c);
}

static void glances_are_counted_by_the_day(void)
{
    zh_customers *c = open_table();
    zh_line lines[] = { { .item = { 9 }, .quantity = 1 }, { .item = { 5 }, .quantity = 1 }, { .item = { 9 }, .quantity = 1 } };
    sample s = { .event = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_LIST_VIEW, .key = { 1, 1 }, .time_ms = T0, .lines = lines, .lines_count = 3 } };
    const uint16_t day = (uint16_t)(T0 / DAY);
    uint32_t count;
    fold(c, 1, &s, NULL);
    s.event.time_ms += 60000; /* the same day again */
    fold(c, 1, &s, NULL);
    s.event.time_ms += DAY, s.event.lines_count = 1;
    fold(c, 1, &s, NULL);
    s.event.marks = ZH_MARK_OUTLIER;
    fold(c, 1, &s, NULL);
    const zh_glance *glances = zh_customer_glances(zh_customers_get(c, (zh_customer_id){ 1 }), &count);
    const zh_glance want[] = { { { 9 }, (uint16_t)(day + 1), 1 }, { { 5 }, day, 2 }, { { 9 }, day, 4 } };
    CHECK(count == 3);
    for (uint32_t i = 0; i < 3; i++)
        CHECK(glances[i].item.number == want[i].item.number && glances[i].day == want[i].day && glances[i].times == want[i].times);
    s.event.marks = 0;
    for (int i = 0; i < UINT16_MAX; i++) fold(c, 1, &s, NULL);
    glances = zh_customer_glances(zh_customers_get(c, (zh_customer_id){ 1 }), &count);
    CHECK(count == 3 && glances[0].times == UINT16_MAX); /* full, it stays */
    check(c);
    zh_customers_close(c);
}

static void hours_are_of_the_week_from_monday(void)
{
    static const struct { const char *name; int64_t time_ms; uint32_t hour; } rows[] = {
        { "1970-01-01 was a Thursday", 0, 72 },
        { "1969-12-31 23:59 was a Wednesday", -60000, 71 },
        { "Monday 2024-01-01 05:30", 1704087000000, 5 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_customers *c = open_table();
        const sample s = { .event = { .type = ZH_EVENT_PAGE, .key = { 1, 1 }, .time_ms = rows[i].time_ms } };
        fold(c, 1, &s, NULL);
        CHECK_ROW(zh_customer_hour(zh_customers_get(c, (zh_customer_id){ 1 }), rows[i].hour) == 1, rows[i].name);
        check(c);
        zh_customers_close(c);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) * 1000;
    arena = zh_arena_open((size_t)1 << 30);
    an_order_counts_once();
    views_of_one_sitting_pair_once();
    traits_are_the_newest();
    set_once_and_unset_do_not_mind_the_order();
    increments_appends_and_deletes_change_the_portrait();
    a_list_stops_growing();
    names_of_an_earlier_entry_are_taken();
    names_go_along_to_another_table();
    a_customer_with_one_view_is_small();
    hours_are_of_the_week_from_monday();
    glances_are_counted_by_the_day();
    for (uint64_t i = 0; i < 100; i++) {
        check_07_shuffled_events_give_the_same_bytes(seed + i, &small, EVENTS, true);
        a_merge_at_any_moment_is_as_if_always_one(seed + i, &small, EVENTS, true);
        the_slow_model_agrees(seed + i);
        the_slow_model_agrees_on_bought_items(seed + i);
    }
    for (uint64_t i = 0; i < 10; i++) {
        one_and_three_partitions_agree(seed + i);
        entries_read_back(seed + i, &small, EVENTS);
        entries_read_back(seed + i, &small_with_changes, EVENTS);
        a_dropped_customer_takes_its_counts_along(seed + i);
    }
    for (uint64_t i = 0; i < 3; i++) PROVE(check_05_a_failed_call_changes_nothing, seed + i);
    damaged_entries_are_refused_or_sound(seed);
    every_maximum_is_passed_by_the_wide_world(seed);
    for (uint64_t i = 0; i < 2; i++) {
        PROVE(check_07_shuffled_events_give_the_same_bytes, seed + i, &wide, 14000, false);
        a_merge_at_any_moment_is_as_if_always_one(seed + i, &trade, 1500, true);
        a_merge_at_any_moment_is_as_if_always_one(seed + i, &wide, 14000, false);
    }
    entries_read_back(seed, &wide, 14000);
    zh_arena_close(&arena);
    return 0;
}
