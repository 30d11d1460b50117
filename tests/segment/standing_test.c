/* Goal: scores and classes are those of rfm.h; the lifecycle is that of the plain list of orders, and stands until the moment it says;
 * an earlier stage is that of a customer who did nothing later.
 * Method: random customers beside loops over what they did; stories by hand. */
#include "segment/standing.h"
#include "segment/rfm.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1763800000000)
enum { DEEDS = 40, CUSTOMERS = 60 };

typedef struct deed { int64_t time_ms, minor; zh_act act; bool cancelled; } deed;
typedef struct life { deed deeds[DEEDS]; int count; } life;

static zh_arena scratch;

static void fold(zh_customers *c, uint64_t customer, const deed *d, int i)
{
    char order[40];
    snprintf(order, sizeof order, "o%llu-%d", (unsigned long long)customer, i);
    zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = d->act, .time_ms = d->time_ms, .key = { customer, (uint64_t)i + 1 }, .name = ZH_SV("x"),
                       .revenue_minor = d->minor, .currency = zh_currency_of(ZH_SV("CNY")) };
    if (d->act == ZH_ACT_ORDER) event.order_id = zh_sv_of(order);
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    if (d->act == ZH_ACT_ORDER && d->cancelled) {
        event.act = ZH_ACT_CANCEL, event.key.low += 1000;
        CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    }
    zh_arena_reset(&scratch);
}

static zh_customers *lived(const life *lives, int count, int64_t until_ms)
{
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (int i = 0; i < count; i++)
        for (int d = 0; d < lives[i].count; d++)
            if (lives[i].deeds[d].time_ms <= until_ms) fold(c, (uint64_t)i + 1, &lives[i].deeds[d], d);
    return c;
}

static void random_life(life *l, uint64_t *seed, bool cancels)
{
    static const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_ORDER, ZH_ACT_OTHER, ZH_ACT_ADD, ZH_ACT_ORDER, ZH_ACT_SHARE, ZH_ACT_VIEW };
    l->count = 1 + (int)(test_random(seed) % (DEEDS / (1 + test_random(seed) % 8)));
    for (int i = 0; i < l->count; i++)
        l->deeds[i] = (deed){ .time_ms = T0 - (int64_t)(test_random(seed) % (uint64_t)(400 * ZH_DAY_MS)), .minor = (int64_t)(test_random(seed) % 90000),
                              .act = acts[test_random(seed) % 7], .cancelled = cancels && test_random(seed) % 6 == 0 };
}

/* ---- by hand ---- */

static int newest_first(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static int ascending(const void *a, const void *b) { return newest_first(b, a); }

static int64_t usual(const int64_t *gaps, int count, int64_t shops)
{
    int64_t sorted[DEEDS];
    if (count < 3) return shops;
    if (count > 8) count = 8;
    memcpy(sorted, gaps, (size_t)count * sizeof *gaps);
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    return sorted[(count - 1) / 2];
}

static zh_lifecycle by_hand(const life *l, int64_t shops, int64_t now_ms)
{
    int64_t times[DEEDS], gaps[DEEDS];
    int count = 0, gaps_count = 0;
    for (int i = 0; i < l->count; i++)
        if (l->deeds[i].act == ZH_ACT_ORDER && !l->deeds[i].cancelled) times[count++] = l->deeds[i].time_ms;
    if (count == 0) return ZH_LIFECYCLE_PROSPECT;
    qsort(times, (size_t)count, sizeof *times, newest_first);
    int64_t occasion = times[0];
    for (int i = 1; i < count; i++)
        if (occasion - times[i] >= ZH_DAY_MS) gaps[gaps_count++] = occasion - times[i], occasion = times[i];
    const int64_t p = usual(gaps, gaps_count, shops), silence = now_ms - times[0];
    if (silence >= 4 * p) return ZH_LIFECYCLE_LAPSED;
    if (silence >= 2 * p) return ZH_LIFECYCLE_AT_RISK;
    if (gaps_count == 0) return ZH_LIFECYCLE_NEW;
    return gaps[0] >= 4 * usual(gaps + 1, gaps_count - 1, shops) ? ZH_LIFECYCLE_WON_BACK : ZH_LIFECYCLE_ACTIVE;
}

static void test_random_customers(uint64_t seed)
{
    static life lives[CUSTOMERS];
    static zh_buyer buyers[CUSTOMERS];
    for (int i = 0; i < CUSTOMERS; i++) random_life(&lives[i], &seed, true);
    zh_customers *c = lived(lives, CUSTOMERS, INT64_MAX);
    zh_boundaries b = { .at_ms = T0, .cause = ZH_BOUNDARIES_MIDNIGHT, .currency = zh_currency_of(ZH_SV("CNY")) };
    double figures[3][CUSTOMERS], cuts[3][ZH_BOUNDARIES_CUTS];
    size_t count = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
        if (!zh_standing_buyer(zh_customers_get(c, (zh_customer_id){ (uint64_t)i + 1 }), b.currency, &buyers[count])) continue;
        figures[0][count] = (double)(T0 / ZH_DAY_MS - buyers[count].last_ms / ZH_DAY_MS);
        figures[1][count] = (double)buyers[count].orders;
        figures[2][count] = (double)buyers[count].minor / 100;
        count++;
    }
    zh_boundaries_make(&b, buyers, count, zh_tz_utc());
    if (count > 0)
        for (int of = 0; of < 3; of++) zh_rfm_cuts(figures[of], count, 5, cuts[of]);
    for (int i = 0; i < CUSTOMERS; i++) {
        const zh_customer_state *state = zh_customers_get(c, (zh_customer_id){ (uint64_t)i + 1 });
        int64_t orders = 0, minor = 0, last = 0;
        for (int d = 0; d < lives[i].count; d++) {
            const deed *it = &lives[i].deeds[d];
            if (it->act != ZH_ACT_ORDER || it->cancelled) continue;
            orders++, minor += it->minor;
            if (it->time_ms > last) last = it->time_ms;
        }
        for (int round = 0; round < 8; round++) {
            const int64_t now_ms = T0 + (int64_t)(test_random(&seed) % (uint64_t)(500 * ZH_DAY_MS));
            zh_standing s, later;
            zh_standing_of(state, &b, now_ms, &s);
            CHECK(s.orders == orders && s.minor == minor && s.last_ms == last);
            CHECK(s.lifecycle == by_hand(&lives[i], b.interval_ms, now_ms));
            CHECK((s.until_ms == INT64_MAX) == (s.lifecycle == ZH_LIFECYCLE_PROSPECT || s.lifecycle == ZH_LIFECYCLE_LAPSED));
            if (s.until_ms != INT64_MAX) { /* it is the first moment that differs */
                zh_standing_of(state, &b, s.until_ms - 1, &later);
                CHECK(s.until_ms > now_ms && later.lifecycle == s.lifecycle && later.until_ms == s.until_ms);
                zh_standing_of(state, &b, s.until_ms, &later);
                CHECK(later.lifecycle != s.lifecycle);
            }
            if (orders == 0) {
                CHECK(s.scores[0] == 0 && s.rfm_class == ZH_RFM_CLASS_NONE);
                continue;
            }
            CHECK(s.scores[0] == 6 - zh_rfm_score((double)(T0 / ZH_DAY_MS - last / ZH_DAY_MS) + 1e-9, cuts[0], 5)) /* where floating point misses a tie by its last digit */;
            CHECK(s.scores[1] == zh_rfm_score((double)orders, cuts[1], 5) && s.scores[2] == zh_rfm_score((double)minor / 100 + 1e-9, cuts[2], 5));
            CHECK(s.segment == zh_rfm_segment(zh_rfm_rules, zh_rfm_rules_count, s.scores[0], s.scores[1], s.scores[2]));
            CHECK(((s.rfm_class & 4) != 0) == (last >= b.above[0]) && ((s.rfm_class & 2) != 0) == (orders >= b.above[1]) && ((s.rfm_class & 1) != 0) == (minor >= b.above[2]));
        }
    }
    zh_customers_close(c);
}

/* What was, at an earlier moment, is what is of one who did nothing later. */
static void test_earlier_stages(uint64_t seed)
{
    static life lives[CUSTOMERS];
    for (int i = 0; i < CUSTOMERS; i++) random_life(&lives[i], &seed, false);
    const int64_t then_ms = T0 - (int64_t)(test_random(&seed) % (uint64_t)(300 * ZH_DAY_MS));
    zh_customers *c = lived(lives, CUSTOMERS, INT64_MAX), *before = lived(lives, CUSTOMERS, then_ms);
    for (int i = 0; i < CUSTOMERS; i++) {
        const zh_customer_state *was = zh_customers_get(before, (zh_customer_id){ (uint64_t)i + 1 });
        zh_lifecycle lifecycle;
        zh_aipl aipl;
        zh_standing s = { .lifecycle = ZH_LIFECYCLE_PROSPECT, .aipl = ZH_AIPL_NONE };
        if (was != NULL) zh_standing_of(was, NULL, then_ms, &s);
        zh_standing_then(zh_customers_get(c, (zh_customer_id){ (uint64_t)i + 1 }), NULL, then_ms, &lifecycle, &aipl);
        CHECK(lifecycle == s.lifecycle && aipl == s.aipl);
    }
    zh_customers_close(c);
    zh_customers_close(before);
}

static void stage_is(const life *l, zh_aipl stage)
{
    zh_standing s;
    zh_customers *c = lived(l, 1, INT64_MAX);
    zh_standing_of(zh_customers_get(c, (zh_customer_id){ 1 }), NULL, T0, &s);
    CHECK(s.aipl == stage && s.scores[0] == 0 && s.rfm_class == ZH_RFM_CLASS_NONE); /* without boundaries there is no class */
    zh_customers_close(c);
}

static void test_stages(void)
{
    const deed view = { T0 - 9 * ZH_DAY_MS, 0, ZH_ACT_VIEW, false }, page = { T0 - 8 * ZH_DAY_MS, 0, ZH_ACT_OTHER, false }, add = { T0 - ZH_DAY_MS, 0, ZH_ACT_ADD, false },
               share = { T0 - 1, 0, ZH_ACT_SHARE, false }, order = { T0 - 9 * ZH_DAY_MS, 100, ZH_ACT_ORDER, false }, soon = { T0 - 9 * ZH_DAY_MS + 3600000, 100, ZH_ACT_ORDER, false },
               again = { T0 - 7 * ZH_DAY_MS, 100, ZH_ACT_ORDER, false }, undone = { T0 - 6 * ZH_DAY_MS, 100, ZH_ACT_ORDER, true };
    stage_is(&(life){ { page }, 1 }, ZH_AIPL_AWARE);
    stage_is(&(life){ { page, view }, 2 }, ZH_AIPL_AWARE);
    stage_is(&(life){ { view, view }, 2 }, ZH_AIPL_INTEREST);
    stage_is(&(life){ { add }, 1 }, ZH_AIPL_INTEREST);
    stage_is(&(life){ { order, view, add }, 3 }, ZH_AIPL_PURCHASE);
    stage_is(&(life){ { order, soon }, 2 }, ZH_AIPL_PURCHASE); /* one occasion */
    stage_is(&(life){ { order, again }, 2 }, ZH_AIPL_LOYAL);
    stage_is(&(life){ { order, undone }, 2 }, ZH_AIPL_PURCHASE);
    stage_is(&(life){ { order, share }, 2 }, ZH_AIPL_LOYAL); /* bought, and recommends */
    stage_is(&(life){ { undone, page }, 2 }, ZH_AIPL_AWARE);
}

static void test_texts(void)
{
    CHECK(zh_rfm_rules_count == 10); /* one code each, and one for others */
    CHECK(zh_sv_equal(zh_rfm_segment_code(0), ZH_SV("champion")) && zh_sv_equal(zh_rfm_segment_code(10), ZH_SV("other")) && zh_sv_equal(zh_rfm_segment_code(99), ZH_SV("other")));
    CHECK(zh_sv_equal(zh_rfm_class_zh(7), ZH_SV("重要价值")) && zh_sv_equal(zh_rfm_class_zh(3), ZH_SV("重要保持")) && zh_sv_equal(zh_rfm_class_zh(5), ZH_SV("重要发展")) &&
          zh_sv_equal(zh_rfm_class_zh(1), ZH_SV("重要挽留")) && zh_sv_equal(zh_rfm_class_zh(6), ZH_SV("一般价值")) && zh_sv_equal(zh_rfm_class_zh(2), ZH_SV("一般保持")) &&
          zh_sv_equal(zh_rfm_class_zh(4), ZH_SV("一般发展")) && zh_sv_equal(zh_rfm_class_zh(0), ZH_SV("一般挽留")) && zh_rfm_class_zh(8).size == 0);
    CHECK(strcmp(zh_lifecycle_text(ZH_LIFECYCLE_WON_BACK), "won_back") == 0 && strcmp(zh_aipl_text(ZH_AIPL_LOYAL), "loyal") == 0 && strcmp(zh_aipl_text((zh_aipl)77), "?") == 0);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    scratch = zh_arena_open(1 << 20);
    for (uint64_t i = 0; i < 60; i++) test_random_customers(seed + i * 100000);
    for (uint64_t i = 0; i < 60; i++) test_earlier_stages(seed + i * 100000);
    test_stages();
    test_texts();
    zh_arena_close(&scratch);
    return 0;
}
