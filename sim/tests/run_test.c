/* Goal: the yardstick is right: oracle > popular > random, the same bytes for the same seed, pairing pays,
 *       no visit breaks a rule of the shop, and a live shop keeps to the wall clock.
 * Method: the built-in shop, several seeds; a watcher that checks each trace; a fake clock. */
#include "base/json.h"
#include "base/time.h"
#include "report.h"
#include "visit.h"
#include "world_of.h"

#include <math.h>

static zh_sim_run begin(const zh_shop *shop, uint64_t seed, uint32_t customers, int32_t days)
{
    return (zh_sim_run){ .shop = shop, .seed = seed, .customers = customers, .days = days,
                         .policies = { [ZH_SIM_POPULAR] = true, [ZH_SIM_RANDOM] = true, [ZH_SIM_ORACLE] = true } };
}

static void oracle_beats_popular_beats_random(const zh_shop *shop)
{
    static zh_sim_run run;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
        run = begin(shop, seed, (uint32_t)shop->customers, (int32_t)shop->days);
        test_run(&run, &arena, NULL, NULL);
        const zh_sim_tally *popular = &run.worlds[ZH_SIM_POPULAR].tally, *oracle = &run.worlds[ZH_SIM_ORACLE].tally;
        const zh_sim_tally *random = &run.worlds[ZH_SIM_RANDOM].tally;
        const zh_sim_estimate up = zh_sim_tally_estimate(oracle, popular, ZH_SIM_MARGIN);
        const zh_sim_estimate down = zh_sim_tally_estimate(random, popular, ZH_SIM_MARGIN);
        printf("seed %d: oracle +%.0f [%.0f, %.0f], random %.0f [%.0f, %.0f] cents a visit\n", (int)seed, up.value, up.low, up.high,
               down.value, down.low, down.high);
        CHECK(up.low > 0 && down.high < 0);
        CHECK(zh_sim_tally_total(popular).visits == zh_sim_tally_total(oracle).visits); /* the same customers came */
        const zh_sim_estimate loose = zh_sim_tally_unpaired(random, popular, ZH_SIM_MARGIN);
        printf("        unpaired [%.0f, %.0f]\n", loose.low, loose.high);
        CHECK(down.high - down.low < 0.6 * (loose.high - loose.low)); /* pairing pays: variance below 0.36 */
        zh_arena_close(&arena);
    }
}

static void the_same_seed_gives_the_same_bytes(const zh_shop *shop)
{
    static zh_sim_run run;
    zh_buf reports[3];
    for (int i = 0; i < 3; i++) {
        zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
        run = begin(shop, i < 2 ? 5 : 6, 200, 20);
        test_run(&run, &arena, NULL, NULL);
        reports[i] = zh_buf_open(1u << 20);
        zh_sim_report_json(&run, &reports[i]);
        zh_sim_report_table(&run, &reports[i]);
        CHECK(zh_buf_err(&reports[i]) == ZH_OK);
        zh_arena_close(&arena);
    }
    CHECK(zh_sv_equal(zh_buf_view(&reports[0]), zh_buf_view(&reports[1])));
    CHECK(!zh_sv_equal(zh_buf_view(&reports[0]), zh_buf_view(&reports[2])));
    for (int i = 0; i < 3; i++) zh_buf_close(&reports[i]);
}

/* What one policy sold does not depend on which others ran beside it. */
static void worlds_do_not_touch_each_other(const zh_shop *shop)
{
    static zh_sim_run together, alone;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    together = begin(shop, 3, 200, 20);
    test_run(&together, &arena, NULL, NULL);
    alone = begin(shop, 3, 200, 20);
    alone.policies[ZH_SIM_POPULAR] = alone.policies[ZH_SIM_ORACLE] = false;
    test_run(&alone, &arena, NULL, NULL);
    CHECK(memcmp(together.worlds[ZH_SIM_RANDOM].tally.customers, alone.worlds[ZH_SIM_RANDOM].tally.customers, 200 * sizeof(zh_sim_sums)) == 0);
    zh_arena_close(&arena);
}

/* ---- rules of every visit ---- */

typedef struct rules {
    const zh_sim_run *run;
    uint64_t visits, orders, lines, logins, returns;
} rules;

static void check_list(const rules *r, const zh_sim_trace *t, const zh_sim_act *a, const int32_t *cart, uint32_t cart_count)
{
    const int32_t day = (int32_t)(t->minute / ZH_SIM_DAY_MINUTES);
    for (uint32_t i = 0; i < a->count; i++) {
        const uint16_t item = t->items[a->from + i];
        CHECK(item < r->run->catalog.count && zh_sim_item_sold(&r->run->catalog.items[item], day));
        CHECK(a->place == ZH_SIM_SEARCH || (int32_t)item != a->item);
        for (uint32_t j = 0; j < i; j++) CHECK(t->items[a->from + j] != item);
        for (uint32_t j = 0; j < cart_count && a->place != ZH_SIM_SEARCH; j++) CHECK(cart[j] != (int32_t)item);
    }
}

static void check_trace(void *context, const zh_sim_trace *t)
{
    rules *r = context;
    int32_t cart[ZH_SIM_CART_MAX], viewed = -1;
    uint32_t cart_count = 0, second = 0;
    bool known = !t->anonymous, ordered = false;
    r->visits++;
    for (uint32_t i = 0; i < t->acts_count; i++) {
        const zh_sim_act *a = &t->acts[i];
        CHECK(a->second >= second && !ordered); /* time goes on; an order ends the visit */
        second = a->second;
        switch (a->kind) {
        case ZH_SIM_LIST: check_list(r, t, a, cart, cart_count); break;
        case ZH_SIM_VIEW: viewed = a->item; break;
        case ZH_SIM_LOGIN: CHECK(!known); known = true; r->logins++; break;
        case ZH_SIM_ADD:
            CHECK(known && viewed == a->item && cart_count < ZH_SIM_CART_MAX); /* what is added is on the page */
            for (uint32_t j = 0; j < cart_count; j++) /* of substitutes one is taken */
                CHECK(r->run->catalog.items[cart[j]].type != r->run->catalog.items[a->item].type);
            cart[cart_count++] = a->item;
            break;
        case ZH_SIM_ORDER:
            CHECK(a->count == cart_count && cart_count > 0);
            ordered = true, r->orders++, r->lines += a->count;
            for (uint32_t j = 0; j < a->count; j++) {
                CHECK(t->items[a->from + j] == cart[j]);
                if (t->return_day[j] < 0) continue;
                const int64_t after = t->return_day[j] - (int64_t)(t->minute / ZH_SIM_DAY_MINUTES);
                CHECK(after >= r->run->shop->return_delay_days_low && after <= r->run->shop->return_delay_days_high);
                r->returns++;
            }
        }
    }
}

static void check_stock(void *context, const zh_sim_run *run, int32_t day)
{
    (void)context, (void)day;
    for (uint32_t i = 0; i < run->catalog.count; i++) {
        for (int p = 0; p < ZH_SIM_POLICIES; p++)
            if (run->policies[p]) CHECK(run->worlds[p].stock[i] >= 0 && run->worlds[p].stock[i] <= run->catalog.items[i].stock_full);
        CHECK(run->worlds[ZH_SIM_POPULAR].tired[i] == 0); /* scratch is left clean */
    }
}

static void no_visit_breaks_a_rule(const zh_shop *given)
{
    static zh_sim_run run;
    zh_shop shop = *given;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    shop.stock_low = 1, shop.stock_high = 3; /* so that much is sold out */
    run = begin(&shop, 11, 600, 30);
    run.day_done = check_stock;
    rules r = { .run = &run };
    test_run(&run, &arena, check_trace, &r);
    CHECK(r.visits == run.visits && r.orders > 500 && r.lines > r.orders && r.logins > 100 && r.returns > 10);
    zh_arena_close(&arena);
}

/* ---- before the measured days all worlds are one ---- */

typedef struct warm { bool equal, later; } warm;
static void compare_sold(void *context, const zh_sim_run *run, int32_t day)
{
    warm *w = context;
    const bool same = memcmp(run->worlds[ZH_SIM_POPULAR].sold, run->worlds[ZH_SIM_ORACLE].sold, run->catalog.count * sizeof(double)) == 0;
    if (day < run->worlds[ZH_SIM_POPULAR].warmup_days) w->equal &= same;
    else w->later |= !same;
}

static void worlds_part_when_measuring_begins(const zh_shop *shop)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    warm w = { true, false };
    run = begin(shop, 2, 300, 30);
    run.day_done = compare_sold, run.context = &w;
    test_run(&run, &arena, NULL, NULL);
    CHECK(w.equal && w.later);
    zh_arena_close(&arena);
}

/* ---- live ---- */

typedef struct live_watch {
    zh_sim_run *run;
    zh_clock clock;
    volatile sig_atomic_t stop;
    int64_t begun_ms, until_ms;
    uint64_t early, late, seconds, beats, days, live_visits, fast_visits;
} live_watch;

static void watch_live(void *context, const zh_sim_trace *t)
{
    live_watch *l = context;
    const uint32_t second = t->acts_count > 0 ? t->acts[0].second : 0;
    const int64_t due_ms = l->run->shop->start_ms + t->minute * ZH_MINUTE_MS + second * ZH_SECOND_MS + ZH_SIM_LIVE_DELAY_MS;
    const int64_t now_ms = zh_clock_wall_ms(&l->clock);
    l->early += now_ms < due_ms; /* nothing before its moment */
    if (!l->run->is_live) l->fast_visits++;
    else l->live_visits++, l->late += now_ms > due_ms + 1000, l->seconds += second > 0 && second < 60;
    if (now_ms >= l->until_ms) l->stop = SIGTERM;
}

static void count_beat(void *context, const zh_sim_run *run, int32_t day) { (void)run, (void)day, ((live_watch *)context)->beats++; }
static void count_day(void *context, const zh_sim_run *run, int32_t day) { (void)run, (void)day, ((live_watch *)context)->days++; }

static void live_today_is_played_up_to_now_and_then_by_the_clock(const zh_shop *given)
{
    static zh_sim_run run;
    static live_watch l;
    zh_shop shop = *given;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    run = begin(&shop, 4, 400, 9);
    l = (live_watch){ .run = &run, .begun_ms = shop.start_ms + 8 * ZH_DAY_MS + 15 * ZH_HOUR_MS };
    l.until_ms = l.begun_ms + 30 * ZH_HOUR_MS; /* over a midnight */
    zh_clock_fake(&l.clock, l.begun_ms);
    run.live = true, run.clock = &l.clock, run.stop = &l.stop, run.beat = count_beat, run.day_done = count_day, run.context = &l;
    test_run(&run, &arena, watch_live, &l);
    printf("live: %d visits fast, %d by the clock, %d beats\n", (int)l.fast_visits, (int)l.live_visits, (int)l.beats);
    CHECK(l.early == 0 && l.late == 0 && l.stop == SIGTERM);
    CHECK(l.fast_visits > 500 && l.live_visits > 100 && l.seconds * 10 > l.live_visits * 9);
    CHECK(l.beats >= 30 * 60 && l.beats <= 31 * 60);
    CHECK(run.is_live && run.lived == 10 && l.days == 9 && run.worlds[ZH_SIM_POPULAR].warmup_days == 3); /* of 9 days, not of endless ones */
    const int64_t visits = zh_sim_tally_total(&run.worlds[ZH_SIM_POPULAR].tally).visits;
    CHECK(visits == zh_sim_tally_total(&run.worlds[ZH_SIM_ORACLE].tally).visits && visits == zh_sim_tally_total(&run.worlds[ZH_SIM_RANDOM].tally).visits);
    zh_arena_close(&arena);
}

static void a_stop_within_the_fast_days_ends_with_whole_days(const zh_shop *shop)
{
    static zh_sim_run run;
    static live_watch l;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    run = begin(shop, 4, 200, 9);
    l = (live_watch){ .run = &run, .until_ms = INT64_MAX, .stop = SIGINT };
    run.stop = &l.stop;
    test_run(&run, &arena, NULL, NULL);
    CHECK(run.lived == 0 && run.visits == 0);
    zh_arena_close(&arena);
}

/* ---- what an engine is told ---- */

static double number_at(zh_json_value object, zh_sv key)
{
    double value = -1e9;
    (void)zh_json_real(zh_json_get(object, key), &value);
    return value;
}

static void the_report_says_what_was_measured(const zh_shop *shop)
{
    static zh_sim_run run;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    zh_buf report = zh_buf_open(1u << 20);
    zh_json *json = NULL;
    zh_json_value root;
    CHECK(zh_json_open(&json, 1u << 20) == ZH_OK);
    run = begin(shop, 6, 300, 12);
    test_run(&run, &arena, NULL, NULL);
    CHECK(!zh_sim_report_policies(&run, 3, &report) && report.size == 0); /* day 4 of 12 is warm-up */
    CHECK(zh_sim_report_policies(&run, 11, &report) && zh_json_parse(json, zh_buf_view(&report), &root, NULL) == ZH_OK);
    CHECK(zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("from"))), ZH_SV("2025-03-07")));
    CHECK(zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("to"))), ZH_SV("2025-03-14")));
    CHECK(zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("note"))), ZH_SV("zhun-sim, seed 6, 300 customers")));
    const zh_sim_policy order[] = { ZH_SIM_RANDOM, ZH_SIM_POPULAR, ZH_SIM_ORACLE };
    int at = 0;
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("policies"))); zh_json_next(&it); at++) {
        const zh_sim_tally *tally = &run.worlds[order[at]].tally;
        const zh_sim_sums sum = zh_sim_tally_total(tally);
        const zh_sim_estimate mean = zh_sim_tally_estimate(tally, NULL, ZH_SIM_MARGIN);
        const zh_json_value m = zh_json_get(it.value, ZH_SV("marginPerVisit")), d = zh_json_get(it.value, ZH_SV("difference"));
        CHECK(zh_sv_equal(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("policy"))), zh_sv_of(zh_sim_policy_name(order[at]))));
        CHECK((int64_t)number_at(it.value, ZH_SV("visits")) == sum.visits && (int64_t)number_at(it.value, ZH_SV("orders")) == sum.orders);
        CHECK((int64_t)number_at(it.value, ZH_SV("revenueCents")) == sum.revenue_cents && (int64_t)number_at(it.value, ZH_SV("marginCents")) == sum.margin_cents);
        CHECK(fabs(number_at(m, ZH_SV("low")) - mean.low) < 1e-9 && fabs(number_at(m, ZH_SV("high")) - mean.high) < 1e-9);
        if (order[at] == ZH_SIM_POPULAR) {
            CHECK(zh_json_type_of(d) == ZH_JSON_NULL && zh_json_type_of(zh_json_get(it.value, ZH_SV("oracleShare"))) == ZH_JSON_NULL);
            continue;
        }
        const zh_sim_estimate gain = zh_sim_tally_estimate(tally, &run.worlds[ZH_SIM_POPULAR].tally, ZH_SIM_MARGIN);
        CHECK(fabs(number_at(d, ZH_SV("value")) - gain.value) < 1e-9 && fabs(number_at(d, ZH_SV("low")) - gain.low) < 1e-9);
        if (order[at] == ZH_SIM_ORACLE) CHECK(fabs(number_at(it.value, ZH_SV("oracleShare")) - 1) < 1e-12);
    }
    CHECK(at == 3);
    zh_buf_close(&report);
    zh_json_close(json);
    zh_arena_close(&arena);
}

int main(void)
{
    static zh_shop shop;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    test_shop(zh_shop_default(), &arena, &shop);
    the_same_seed_gives_the_same_bytes(&shop);
    worlds_do_not_touch_each_other(&shop);
    no_visit_breaks_a_rule(&shop);
    worlds_part_when_measuring_begins(&shop);
    live_today_is_played_up_to_now_and_then_by_the_clock(&shop);
    a_stop_within_the_fast_days_ends_with_whole_days(&shop);
    the_report_says_what_was_measured(&shop);
    oracle_beats_popular_beats_random(&shop);
    zh_arena_close(&arena);
    return 0;
}
