/* Goal: a placement is judged once a day against its first full week; exploration goes up while it is narrow, down when it is not, never over what is
 * allowed; records and entries keep what was decided.
 * Method: stories day by day; records folded in order, twice, with one missing, more than fit; damaged bytes. */
#include "measure/watch.h"
#include "check.h"
#include "shelf.h"

static const zh_watch_rule allowed = { true, 500000 }, off = { false, 500000 };

static zh_watch_seen week(int32_t day, double bits, double own_bits, double gap)
{
    zh_watch_seen seen = { .day = day, .whole = true, .slots = 1000, .customers = 100, .bits = bits, .own_bits = own_bits };
    for (int i = 0; i < ZH_WATCH_GAP_DAYS; i++) seen.gap[i].known = true, seen.gap[i].bits = gap;
    return seen;
}

static zh_watch_state started(void)
{
    zh_watch_state s;
    const zh_watch_seen seen = week(10, 3, 2, 0.01);
    CHECK(zh_watch_decide(NULL, &seen, &allowed, &s) && s.cause == ZH_WATCH_START && s.number == 1);
    CHECK(s.start_milli == 3000 && s.own_start_milli == 2000 && s.explore_micro == 0 && !s.narrow && !s.apart);
    return s;
}

static void test_it_starts_with_a_full_week(void)
{
    zh_watch_state s;
    zh_watch_seen seen = week(10, 3, 2, 0);
    seen.whole = false;
    CHECK(!zh_watch_decide(NULL, &seen, &allowed, &s));
    seen = week(10, 3, 2, 0);
    seen.slots = ZH_WATCH_SLOTS_LEAST - 1;
    CHECK(!zh_watch_decide(NULL, &seen, &allowed, &s));
    (void)started();
}

static void test_what_is_as_varied_changes_nothing(void)
{
    const zh_watch_state start = started();
    zh_watch_state s;
    for (int32_t day = 11; day < 40; day++) {
        const zh_watch_seen seen = week(day, 2.41, 1.61, 0.09);
        CHECK(!zh_watch_decide(&start, &seen, &allowed, &s));
    }
}

static void test_it_explores_while_it_is_narrow_and_takes_it_back(void)
{
    zh_watch_state s = started(), next;
    static const struct { double bits, own; bool changes, narrow; uint32_t explore; zh_watch_cause cause; } days[] = {
        { 2.39, 2.0, true, true, 100000, ZH_WATCH_NARROWED },  /* all together under 80 % */
        { 2.50, 2.0, true, true, 200000, ZH_WATCH_NARROWED },  /* over 80, under 90 */
        { 3.00, 1.7, true, true, 300000, ZH_WATCH_NARROWED },  /* the mean customer is */
        { 2.0, 1.0, true, true, 400000, ZH_WATCH_NARROWED },
        { 2.0, 1.0, true, true, 500000, ZH_WATCH_NARROWED },
        { 2.0, 1.0, false, true, 500000, ZH_WATCH_NARROWED },  /* no more is allowed */
        { 2.8, 1.9, true, false, 500000, ZH_WATCH_RECOVERED }, /* not narrow any more, because it is explored */
        { 2.8, 1.9, false, false, 500000, ZH_WATCH_RECOVERED },
        { 3.0, 2.0, true, false, 400000, ZH_WATCH_RECOVERED }, /* at the start again */
        { 3.1, 2.2, true, false, 300000, ZH_WATCH_RECOVERED },
        { 2.5, 1.7, false, false, 300000, ZH_WATCH_RECOVERED }, /* over 80 is not narrow again */
        { 2.5, 1.5, true, true, 400000, ZH_WATCH_NARROWED },
        { 3.1, 2.0, true, false, 300000, ZH_WATCH_RECOVERED },
        { 3.1, 2.0, true, false, 200000, ZH_WATCH_RECOVERED },
        { 3.1, 2.0, true, false, 100000, ZH_WATCH_RECOVERED },
        { 3.1, 2.0, true, false, 0, ZH_WATCH_RECOVERED },
        { 3.1, 2.0, false, false, 0, ZH_WATCH_RECOVERED },
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        const zh_watch_seen seen = week(11 + (int32_t)i, days[i].bits, days[i].own, 0);
        const bool changes = zh_watch_decide(&s, &seen, &allowed, &next);
        CHECK(changes == days[i].changes);
        if (!changes) continue;
        CHECK(next.narrow == days[i].narrow && next.explore_micro == days[i].explore && next.cause == days[i].cause && next.number == s.number + 1);
        s = next;
        CHECK(!zh_watch_decide(&s, &seen, &allowed, &next)); /* once a day */
    }
}

static void test_a_person_may_turn_it_off(void)
{
    zh_watch_state s = started(), next;
    zh_watch_seen seen = week(11, 1, 1, 0);
    CHECK(zh_watch_decide(&s, &seen, &off, &next) && next.narrow && next.explore_micro == 0 && next.cause == ZH_WATCH_NARROWED); /* seen, not acted upon */
    CHECK(zh_watch_decide(&s, &seen, &allowed, &next) && next.explore_micro == 100000);
    s = next;
    seen = (zh_watch_seen){ 0 }; /* holds at once, whatever is seen */
    CHECK(zh_watch_decide(&s, &seen, &off, &next) && next.explore_micro == 0 && next.cause == ZH_WATCH_STOPPED && next.narrow);
    const zh_watch_rule little = { true, 40000 };
    CHECK(zh_watch_decide(&s, &seen, &little, &next) && next.explore_micro == 40000 && next.cause == ZH_WATCH_STOPPED);
    CHECK(!zh_watch_decide(&next, &seen, &little, &s));
}

static void test_drift_is_said_after_three_days_and_ends_with_one(void)
{
    zh_watch_state s = started(), next;
    zh_watch_seen seen = week(11, 3, 2, 0.2);
    seen.gap[2].bits = 0.05;
    CHECK(!zh_watch_decide(&s, &seen, &allowed, &next));
    seen = week(12, 3, 2, 0.2);
    seen.gap[1].known = false;
    CHECK(!zh_watch_decide(&s, &seen, &allowed, &next));
    seen = week(13, 3, 2, 0.2);
    CHECK(zh_watch_decide(&s, &seen, &allowed, &next) && next.apart && next.cause == ZH_WATCH_DRIFTED && next.gap_milli == 200 && next.explore_micro == 0);
    s = next;
    seen = week(14, 3, 2, 0.2);
    CHECK(!zh_watch_decide(&s, &seen, &allowed, &next));
    seen.gap[0].bits = 0.08;
    CHECK(zh_watch_decide(&s, &seen, &allowed, &next) && !next.apart && next.cause == ZH_WATCH_SETTLED);
}

static void test_few_customers_are_not_judged_by_their_own(void)
{
    const zh_watch_state s = started();
    zh_watch_state next;
    zh_watch_seen seen = week(11, 3, 0.1, 0);
    seen.customers = ZH_WATCH_CUSTOMERS_LEAST - 1;
    CHECK(!zh_watch_decide(&s, &seen, &allowed, &next));
}

/* ---- the view ---- */

static zh_err fold(zh_watch *w, const char *placement, uint32_t number, uint32_t explore)
{
    zh_buf record = zh_buf_open(1024);
    const zh_watch_state s = { .number = number, .cause = ZH_WATCH_NARROWED, .day = 20, .start_milli = 3000, .now_milli = 2000, .explore_micro = explore, .narrow = true };
    zh_watch_put(zh_sv_of(placement), &s, &record);
    const zh_err e = zh_watch_fold(w, zh_buf_view(&record));
    zh_buf_close(&record);
    return e;
}

static zh_watch *opened(void)
{
    zh_watch *w = NULL;
    CHECK(zh_watch_open(&w) == ZH_OK);
    return w;
}

static void test_what_does_not_follow_is_passed_over(void)
{
    zh_watch *w = opened();
    CHECK(zh_watch_explore(w, ZH_SV("home")) == 0 && zh_watch_find(w, ZH_SV("home")) == NULL);
    CHECK(fold(w, "home", 2, 9) == ZH_OK && zh_watch_find(w, ZH_SV("home")) == NULL);
    CHECK(fold(w, "home", 1, 100) == ZH_OK && fold(w, "home", 1, 200) == ZH_OK && zh_watch_explore(w, ZH_SV("home")) == 100);
    CHECK(fold(w, "home", 3, 300) == ZH_OK && zh_watch_explore(w, ZH_SV("home")) == 100);
    CHECK(fold(w, "home", 2, 200) == ZH_OK && zh_watch_explore(w, ZH_SV("home")) == 200 && zh_watch_explore(w, ZH_SV("cart")) == 0);
    zh_watch_close(w);
    zh_watch_close(NULL);
}

static void test_kept_and_loaded_it_is_the_same(void)
{
    zh_watch *w = opened(), *again = opened();
    shelf kept = { 0 };
    const char *why;
    char name[8];
    for (uint32_t i = 1; i <= ZH_WATCH_HISTORY_MAX + 9; i++) CHECK(fold(w, "home", i, i) == ZH_OK);
    for (int i = 0; i < ZH_WATCH_PLACEMENTS_MAX + 3; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        CHECK(fold(w, name, 1, 1) == ZH_OK);
    }
    CHECK(zh_watch_save(w, false, shelf_keep(&kept)) == ZH_OK && kept.count == ZH_WATCH_PLACEMENTS_MAX);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_watch_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_watch_explore(again, ZH_SV("home")) == ZH_WATCH_HISTORY_MAX + 9 && zh_watch_check(again, &why) && zh_watch_check(w, &why));
    shelf both[2] = { { 0 }, { 0 } };
    CHECK(zh_watch_save(w, true, shelf_keep(&both[0])) == ZH_OK && zh_watch_save(again, true, shelf_keep(&both[1])) == ZH_OK && shelf_equal(&both[0], &both[1]));
    zh_sv placement;
    const zh_watch_state *states;
    uint32_t at = 0, count, seen = 0;
    while (zh_watch_next(again, &at, &placement, &states, &count)) {
        seen++;
        if (zh_sv_equal(placement, ZH_SV("home"))) CHECK(count == ZH_WATCH_HISTORY_MAX && states[0].number == 10 && states[0].day == 20 && states[0].narrow);
    }
    CHECK(seen == ZH_WATCH_PLACEMENTS_MAX);
    for (int i = 0; i < 2; i++) shelf_close(&both[i]);
    shelf_close(&kept);
    zh_watch_close(w);
    zh_watch_close(again);
}

static void test_other_bytes_are_refused(void)
{
    zh_buf record = zh_buf_open(1024);
    const zh_watch_state s = { .number = 7, .cause = ZH_WATCH_DRIFTED, .day = -4, .start_milli = 1, .now_milli = 2, .own_start_milli = 3, .own_now_milli = 4, .gap_milli = 5, .explore_micro = 6, .apart = true };
    zh_watch_state back;
    zh_sv placement;
    zh_watch_put(ZH_SV("cart"), &s, &record);
    const zh_sv bytes = zh_buf_view(&record);
    CHECK(zh_watch_get(bytes, &placement, &back) == ZH_OK && zh_sv_equal(placement, ZH_SV("cart")) && back.number == 7 && back.day == -4 && back.own_now_milli == 4 && back.gap_milli == 5 && back.apart && !back.narrow);
    for (size_t i = 0; i < bytes.size; i++) CHECK(zh_watch_get(zh_sv_part(bytes, 0, i), &placement, &back) == ZH_FORMAT);
    record.data[bytes.size - 1] = 4; /* a flag of nobody's */
    CHECK(zh_watch_get(bytes, &placement, &back) == ZH_FORMAT);
    zh_buf_close(&record);
}

int main(void)
{
    test_it_starts_with_a_full_week();
    test_what_is_as_varied_changes_nothing();
    test_it_explores_while_it_is_narrow_and_takes_it_back();
    test_a_person_may_turn_it_off();
    test_drift_is_said_after_three_days_and_ends_with_one();
    test_few_customers_are_not_judged_by_their_own();
    test_what_does_not_follow_is_passed_over();
    test_kept_and_loaded_it_is_the_same();
    test_other_bytes_are_refused();
    return 0;
}
