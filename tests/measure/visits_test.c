/* Goal: every span counts each customer once, whatever the order of events and merges, and old hours go.
 * Method: random visits and merges against plain sets, shuffled, kept and loaded; stories of days,
 * kept hours, a customer who turns out to be another. */
#include "measure/visits.h"
#include "base/rng.h"
#include "base/time.h"
#include "check.h"
#include "shelf.h"

#define HOUR ZH_HOUR_MS
#define DAY ZH_DAY_MS

static zh_visits *opened(void)
{
    zh_visits *v = NULL;
    CHECK(zh_visits_open(&v, &(zh_visits_desc){ 0 }) == ZH_OK);
    return v;
}

static void check_sound(const zh_visits *v)
{
    const char *why = NULL;
    const bool sound = zh_visits_check(v, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

static void come(zh_visits *v, uint64_t customer, int64_t ms, zh_act act)
{
    const zh_event event = { .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms };
    CHECK(zh_visits_fold(v, &event, (zh_customer_id){ customer }) == ZH_OK);
}

static zh_visits_count between(const zh_visits *v, int64_t from, int64_t to)
{
    zh_visits_count count;
    CHECK(zh_visits_between(v, from, to, &count) == ZH_OK);
    return count;
}

static bool is(zh_visits_count c, int64_t visitors, int64_t buyers) { return c.visitors == visitors && c.buyers == buyers; }

static void test_each_customer_counts_once_in_a_span(void)
{
    zh_visits *v = opened();
    come(v, 1, 5 * HOUR, ZH_ACT_VIEW);
    come(v, 1, 6 * HOUR, ZH_ACT_ORDER);
    come(v, 2, 6 * HOUR + 1, ZH_ACT_VIEW);
    come(v, 1, DAY + HOUR, ZH_ACT_VIEW);
    come(v, 3, DAY + 2 * HOUR, ZH_ACT_ORDER);
    come(v, 9, DAY, ZH_ACT_REFUND); /* the back office */
    const zh_event told = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .time_ms = DAY, .marks = ZH_MARK_NO_VISIT };
    CHECK(zh_visits_fold(v, &told, (zh_customer_id){ 10 }) == ZH_OK); /* a system speaks of a customer who is not there */
    come(v, 9, DAY, ZH_ACT_STOCK);
    come(v, 0, DAY, ZH_ACT_VIEW);   /* nobody */
    CHECK(is(between(v, 0, 24), 2, 1) && is(between(v, 0, 48), 3, 2) && is(between(v, 24, 48), 2, 1));
    CHECK(is(between(v, 5, 6), 1, 0) && is(between(v, 6, 7), 2, 1) && is(between(v, 6, 26), 2, 1) && is(between(v, 6, 27), 3, 2));
    CHECK(is(zh_visits_hour(v, 6), 2, 1) && is(zh_visits_hour(v, 7), 0, 0) && is(zh_visits_day(v, 1), 2, 1));
    CHECK(is(between(v, 48, 24), 0, 0) && is(between(v, -100, 0), 0, 0) && is(between(v, INT32_MIN, INT32_MAX), 3, 2));
    const zh_event far = { .type = ZH_EVENT_TRACK, .time_ms = 1 };
    CHECK(zh_visits_fold(v, &far, (zh_customer_id){ (uint64_t)UINT32_MAX + 1 }) == ZH_RANGE);
    check_sound(v);
    zh_visits_close(v);
    zh_visits_close(NULL);
}

static void test_two_who_are_one_count_once(void)
{
    zh_visits *v = opened();
    come(v, 1, 5 * HOUR, ZH_ACT_VIEW);
    come(v, 2, 5 * HOUR, ZH_ACT_ORDER);
    come(v, 2, 9 * HOUR, ZH_ACT_VIEW);
    CHECK(is(between(v, 0, 24), 2, 1));
    CHECK(zh_visits_merge(v, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, 5 * HOUR) == ZH_OK);
    CHECK(is(between(v, 0, 24), 1, 1) && is(zh_visits_hour(v, 9), 1, 0) && is(zh_visits_hour(v, 5), 1, 1));
    CHECK(zh_visits_merge(v, (zh_customer_id){ 1 }, (zh_customer_id){ 1 }, 0) == ZH_OK);
    check_sound(v);
    zh_visits_close(v);
}

static void test_old_hours_go_and_their_day_stays(void)
{
    zh_visits *v = opened();
    shelf kept = { 0 };
    const int64_t late = (ZH_VISITS_HOURS_KEPT + 10) * HOUR;
    come(v, 1, 5 * HOUR, ZH_ACT_VIEW);
    come(v, 2, 11 * HOUR, ZH_ACT_VIEW);
    CHECK(zh_visits_save(v, false, shelf_keep(&kept)) == ZH_OK && kept.count == 3);
    come(v, 3, late, ZH_ACT_VIEW);
    CHECK(is(zh_visits_hour(v, 5), 0, 0) && is(zh_visits_hour(v, 11), 1, 0) && is(zh_visits_day(v, 0), 2, 0));
    CHECK(is(between(v, 0, 6), 2, 0)); /* its hours are gone: the whole day */
    come(v, 4, 4 * HOUR, ZH_ACT_VIEW); /* too late for an hour of its own */
    CHECK(is(zh_visits_hour(v, 4), 0, 0) && is(zh_visits_day(v, 0), 3, 0));
    CHECK(zh_visits_save(v, false, shelf_keep(&kept)) == ZH_OK && kept.count == 4); /* 2 days, 2 hours: the old one is taken back */
    check_sound(v);
    zh_visits *again = opened();
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_visits_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_visits_load(again, shelf_key(&kept, 0), shelf_value(&kept, 0)) == ZH_FORMAT); /* twice */
    come(again, 5, 5 * HOUR, ZH_ACT_VIEW);
    CHECK(is(zh_visits_hour(again, 5), 0, 0)); /* the newest hour came back with the hours */
    zh_visits_close(again);
    zh_visits_close(v);
    shelf_close(&kept);
}

static void test_damaged_entries_are_refused(void)
{
    zh_visits *v = opened();
    shelf kept = { 0 };
    for (uint64_t i = 1; i < 5000; i++) come(v, i * 3, HOUR, ZH_ACT_VIEW);
    CHECK(zh_visits_save(v, true, shelf_keep(&kept)) == ZH_OK && kept.count == 2);
    const zh_sv value = shelf_value(&kept, 0);
    for (size_t at = 0; at < value.size; at += 97) {
        zh_visits *to = opened();
        ((char *)(uintptr_t)value.data)[at] ^= 16;
        CHECK(zh_visits_load(to, shelf_key(&kept, 0), value) == ZH_FORMAT);
        ((char *)(uintptr_t)value.data)[at] ^= 16;
        CHECK(zh_visits_load(to, shelf_key(&kept, 0), zh_sv_part(value, 0, at)) == ZH_FORMAT);
        CHECK(zh_visits_load(to, shelf_key(&kept, 0), value) == ZH_OK);
        zh_visits_close(to);
    }
    CHECK(zh_visits_load(v, ZH_SV("x1234"), value) == ZH_FORMAT && zh_visits_load(v, ZH_SV("d"), value) == ZH_FORMAT);
    zh_visits_close(v);
    shelf_close(&kept);
}

/* ---- random ---- */

#define STEPS 1200
#define CUSTOMERS 60
#define DAYS 50

typedef struct step { int64_t ms; uint32_t customer; zh_act act; } step;

static uint32_t root_of(const uint32_t *into, uint32_t customer)
{
    while (into[customer] != 0) customer = into[customer];
    return customer;
}

/* Events in `order`, each with the number its customer had before any merge; merges at the end. */
static zh_visits *told(const step *steps, const uint32_t *order, const uint32_t *into, shelf *kept)
{
    zh_visits *v = opened();
    int64_t first[CUSTOMERS + 1];
    for (uint32_t c = 0; c <= CUSTOMERS; c++) first[c] = INT64_MAX;
    for (uint32_t i = 0; i < STEPS; i++) {
        const step *s = &steps[order[i]];
        come(v, s->customer, s->ms, s->act);
        if (s->ms < first[s->customer]) first[s->customer] = s->ms;
        if (i % 300 == 299 && kept != NULL) CHECK(zh_visits_save(v, false, shelf_keep(kept)) == ZH_OK);
    }
    for (uint32_t c = 1; c <= CUSTOMERS; c++)
        if (into[c] != 0) { /* who absorbs is smaller, so merged already: into its root */
            const uint32_t root = root_of(into, c);
            CHECK(zh_visits_merge(v, (zh_customer_id){ c }, (zh_customer_id){ root }, first[c]) == ZH_OK);
            if (first[c] < first[root]) first[root] = first[c];
        }
    if (kept != NULL) CHECK(zh_visits_save(v, false, shelf_keep(kept)) == ZH_OK);
    check_sound(v);
    return v;
}

static zh_visits_count counted(const step *steps, const uint32_t *into, int64_t from, int64_t to)
{
    bool came[CUSTOMERS + 1] = { false }, bought[CUSTOMERS + 1] = { false };
    zh_visits_count count = { 0 };
    for (uint32_t i = 0; i < STEPS; i++) {
        const int64_t hour = steps[i].ms / HOUR;
        const uint32_t root = root_of(into, steps[i].customer);
        if (hour < from || hour >= to || steps[i].act == ZH_ACT_REFUND) continue;
        count.visitors += !came[root], came[root] = true;
        if (steps[i].act == ZH_ACT_ORDER) count.buyers += !bought[root], bought[root] = true;
    }
    return count;
}

static void test_random_visits_equal_plain_sets(void)
{
    static step steps[STEPS];
    uint32_t order[STEPS], into[CUSTOMERS + 1] = { 0 };
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint64_t n = 0;
        for (uint32_t i = 0; i < STEPS; i++) {
            const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_VIEW, ZH_ACT_ORDER, ZH_ACT_REFUND, ZH_ACT_ADD };
            steps[i] = (step){ (int64_t)(zh_rng_at(seed, 1, n++) % (DAYS * 24 * 60)) * ZH_MINUTE_MS, (uint32_t)(zh_rng_at(seed, 1, n++) % CUSTOMERS) + 1, acts[zh_rng_at(seed, 1, n++) % 5] };
            order[i] = i;
        }
        for (uint32_t c = 2; c <= CUSTOMERS; c++) into[c] = zh_rng_at(seed, 2, c) % 4 == 0 ? (uint32_t)(zh_rng_at(seed, 3, c) % (c - 1)) + 1 : 0;
        shelf first = { 0 }, second = { 0 }, kept = { 0 };
        zh_visits *v = told(steps, order, into, &kept);
        for (uint32_t i = STEPS - 1; i > 0; i--) {
            const uint32_t j = (uint32_t)(zh_rng_at(seed, 4, i) % (i + 1)), swap = order[i];
            order[i] = order[j], order[j] = swap;
        }
        zh_visits *shuffled = told(steps, order, into, NULL), *loaded = opened();
        CHECK(zh_visits_save(v, true, shelf_keep(&first)) == ZH_OK && zh_visits_save(shuffled, true, shelf_keep(&second)) == ZH_OK);
        CHECK(shelf_equal(&first, &second) && shelf_equal(&first, &kept));
        for (size_t i = 0; i < kept.count; i++) CHECK(zh_visits_load(loaded, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
        check_sound(loaded);
        int64_t newest = 0;
        for (uint32_t i = 0; i < STEPS; i++) /* visits alone move the newest hour */
            if (steps[i].act != ZH_ACT_REFUND && steps[i].ms / HOUR > newest) newest = steps[i].ms / HOUR;
        const int64_t exact = (newest - ZH_VISITS_HOURS_KEPT) / 24 * 24 + 24; /* from here on all hours are kept */
        for (uint64_t i = 0; i < 200; i++) {
            const int64_t from = (int64_t)(zh_rng_at(seed, 5, i) % (DAYS * 24)), to = from + (int64_t)(zh_rng_at(seed, 6, i) % 300);
            const int64_t low = from < exact ? from / 24 * 24 : from, high = to < exact ? (to + 23) / 24 * 24 : to;
            const zh_visits_count want = counted(steps, into, low, high), a = between(v, low, high), b = between(loaded, low, high);
            CHECK(is(a, want.visitors, want.buyers) && is(b, want.visitors, want.buyers));
        }
        zh_visits_close(v);
        zh_visits_close(shuffled);
        zh_visits_close(loaded);
        shelf_close(&first);
        shelf_close(&second);
        shelf_close(&kept);
    }
}

int main(void)
{
    test_each_customer_counts_once_in_a_span();
    test_two_who_are_one_count_once();
    test_old_hours_go_and_their_day_stays();
    test_damaged_entries_are_refused();
    test_random_visits_equal_plain_sets();
    return 0;
}
