/* Goal: the same decisions and events in any order give the same entries, also where a day is more than fits and where days go; what is left of a draw
 * is complete; kept and loaded it is the same.
 * Method: random records counted by a slow model (a list of all), shuffled, in 30 seeds; a day ten times too large; stories of places and days. */
#include "measure/exposure.h"
#include "base/rng.h"
#include "base/time.h"
#include "check.h"
#include "shelf.h"

#define DAY ZH_DAY_MS

static zh_exposure *opened(void)
{
    zh_exposure *x = NULL;
    CHECK(zh_exposure_open(&x) == ZH_OK);
    return x;
}

static void check_sound(const zh_exposure *x)
{
    const char *why = NULL;
    const bool sound = zh_exposure_check(x, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

static void show(zh_exposure *x, uint64_t customer, const char *placement, bool personal, int64_t ms, uint64_t item)
{
    zh_shown shown[2] = { { .item = { item } }, { .item = { item + 1 } } };
    const zh_decision d = { .customer = { customer }, .placement = zh_sv_of(placement), .time_ms = ms, .personalized = personal, .shown = shown, .shown_count = 2 };
    CHECK(zh_exposure_decided(x, &d, ms) == ZH_OK);
}

static void act(zh_exposure *x, uint64_t customer, zh_act what, uint32_t marks, int64_t ms, uint64_t item)
{
    zh_line line = { .item = { item } };
    const zh_event event = { .act = what, .marks = marks, .time_ms = ms, .lines = &line, .lines_count = 1 };
    CHECK(zh_exposure_fold(x, &event, (zh_customer_id){ customer }, ms) == ZH_OK);
}

static zh_exposure_row row_of(const zh_exposure *x, int64_t day, zh_exposure_part part, uint32_t customer, uint32_t place, uint64_t item)
{
    zh_exposure_row row;
    for (size_t at = 0; zh_exposure_next(x, day, part, &at, &row);)
        if (row.customer == customer && row.place == place && row.item == item) return row;
    return (zh_exposure_row){ 0 };
}

static size_t count_of(const zh_exposure *x, int64_t day, zh_exposure_part part)
{
    zh_exposure_row row;
    size_t at = 0;
    while (zh_exposure_next(x, day, part, &at, &row)) {}
    return at;
}

static void check_equal(zh_exposure *a, zh_exposure *b)
{
    shelf of_a = { 0 }, of_b = { 0 };
    CHECK(zh_exposure_save(a, true, shelf_keep(&of_a)) == ZH_OK && zh_exposure_save(b, true, shelf_keep(&of_b)) == ZH_OK);
    CHECK(shelf_equal(&of_a, &of_b));
    shelf_close(&of_a);
    shelf_close(&of_b);
}

static void test_what_is_shown_and_done_is_counted(void)
{
    zh_exposure *x = opened();
    const uint32_t home = zh_exposure_place(ZH_SV("home"), true), open_home = zh_exposure_place(ZH_SV("home"), false);
    CHECK(home != open_home && (home & ~1u) == open_home && zh_exposure_is_personal(home) && !zh_exposure_is_personal(open_home) && home != 0);
    CHECK(zh_exposure_newest(x) == INT64_MIN);
    show(x, 7, "home", true, 10 * DAY, 100);
    show(x, 7, "home", true, 10 * DAY + 5, 101);
    show(x, 0, "home", false, 10 * DAY, 100);
    act(x, 7, ZH_ACT_VIEW, 0, 10 * DAY, 101);
    act(x, 7, ZH_ACT_WISH, 0, 10 * DAY, 101);
    act(x, 7, ZH_ACT_ORDER, 0, 10 * DAY, 101);
    act(x, 7, ZH_ACT_REMOVE, 0, 10 * DAY, 101);                 /* neither touched nor bought */
    act(x, 7, ZH_ACT_VIEW, ZH_MARK_BOT_AGENT, 10 * DAY, 101);   /* a robot */
    act(x, 7, ZH_ACT_ORDER, ZH_MARK_OUTLIER, 10 * DAY, 101);
    act(x, 0, ZH_ACT_VIEW, 0, 10 * DAY, 101);                   /* nobody */
    CHECK(row_of(x, 10, ZH_EXPOSURE_EVERYBODY, 0, home, 101).shown == 2 && row_of(x, 10, ZH_EXPOSURE_EVERYBODY, 0, open_home, 101).shown == 1);
    CHECK(row_of(x, 10, ZH_EXPOSURE_OWN, 7, home, 101).shown == 2 && row_of(x, 10, ZH_EXPOSURE_OWN, 7, home, 102).shown == 1);
    const zh_exposure_row done = row_of(x, 10, ZH_EXPOSURE_OWN, 7, 0, 101);
    CHECK(done.touched == 2 && done.bought == 1 && done.shown == 0);
    CHECK(count_of(x, 10, ZH_EXPOSURE_OWN) == 4 && count_of(x, 10, ZH_EXPOSURE_EVERYBODY) == 5 && count_of(x, 9, ZH_EXPOSURE_OWN) == 0);
    const zh_event far = { .act = ZH_ACT_VIEW };
    CHECK(zh_exposure_fold(x, &far, (zh_customer_id){ (uint64_t)UINT32_MAX + 1 }, 0) == ZH_RANGE);
    check_sound(x);
    zh_exposure_close(x);
    zh_exposure_close(NULL);
}

static void test_a_record_counts_on_no_day_after_its_commit(void)
{
    zh_exposure *x = opened();
    zh_shown shown = { .item = { 5 } };
    const zh_decision ahead = { .customer = { 1 }, .placement = ZH_SV("home"), .time_ms = 900 * DAY, .personalized = true, .shown = &shown, .shown_count = 1 };
    CHECK(zh_exposure_decided(x, &ahead, 20 * DAY) == ZH_OK && zh_exposure_newest(x) == 20);
    const zh_decision arm = { .customer = { 1 }, .placement = ZH_SV("home"), .time_ms = 30 * DAY }; /* an arm without a list */
    CHECK(zh_exposure_decided(x, &arm, 30 * DAY) == ZH_OK && zh_exposure_newest(x) == 20);
    zh_exposure_close(x);
}

static void test_old_days_go(void)
{
    zh_exposure *x = opened();
    shelf kept = { 0 };
    show(x, 1, "home", true, 100 * DAY, 5);
    show(x, 1, "home", true, 101 * DAY, 5);
    CHECK(zh_exposure_save(x, false, shelf_keep(&kept)) == ZH_OK && kept.count == 2);
    show(x, 1, "home", true, (100 + ZH_EXPOSURE_DAYS) * DAY, 9);
    show(x, 1, "home", true, 100 * DAY, 5); /* late: nobody's */
    CHECK(count_of(x, 100, ZH_EXPOSURE_OWN) == 0 && count_of(x, 101, ZH_EXPOSURE_OWN) == 2 && count_of(x, 100 + ZH_EXPOSURE_DAYS, ZH_EXPOSURE_OWN) == 2);
    show(x, 1, "home", true, 400 * DAY, 9);
    CHECK(zh_exposure_save(x, false, shelf_keep(&kept)) == ZH_OK); /* the entry of day 101 is taken back */
    zh_exposure *again = opened();
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_exposure_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_exposure_newest(again) == 400 && count_of(again, 101, ZH_EXPOSURE_OWN) == 0);
    check_equal(x, again);
    check_sound(x);
    check_sound(again);
    shelf_close(&kept);
    zh_exposure_close(again);
    zh_exposure_close(x);
}

/* ---- any order ---- */

typedef struct told { uint64_t customer, item; int64_t ms; int what; } told;

static void tell(zh_exposure *x, const told *t)
{
    if (t->what < 2) show(x, t->customer, t->what == 0 ? "home" : "cart", t->customer % 5 != 0, t->ms, t->item);
    else act(x, t->customer, t->what == 2 ? ZH_ACT_CLICK : ZH_ACT_ORDER, 0, t->ms, t->item);
}

static void shuffle(told *list, size_t count, zh_rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = zh_rng_below(rng, i);
        const told swapped = list[i - 1];
        list[i - 1] = list[j], list[j] = swapped;
    }
}

static void test_any_order_gives_the_same(uint64_t seed)
{
    enum { COUNT = 600 };
    static told list[COUNT];
    zh_rng rng = { .seed = seed };
    for (size_t i = 0; i < COUNT; i++)
        list[i] = (told){ 1 + zh_rng_below(&rng, 30), 1000 + zh_rng_below(&rng, 40), (int64_t)zh_rng_below(&rng, 70) * DAY + (int64_t)zh_rng_below(&rng, (uint64_t)DAY), (int)zh_rng_below(&rng, 4) };
    zh_exposure *a = opened(), *b = opened(), *c = opened();
    shelf kept = { 0 };
    for (size_t i = 0; i < COUNT; i++) tell(a, &list[i]);
    shuffle(list, COUNT, &rng);
    for (size_t i = 0; i < COUNT; i++) {
        tell(b, &list[i]);
        if (i % 97 == 0) CHECK(zh_exposure_save(b, false, shelf_keep(&kept)) == ZH_OK);
    }
    CHECK(zh_exposure_save(b, false, shelf_keep(&kept)) == ZH_OK);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_exposure_load(c, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    check_equal(a, b);
    check_equal(a, c);
    uint64_t bought = 0, found = 0; /* the slow model: lines bought on kept days */
    zh_exposure_row row;
    for (size_t i = 0; i < COUNT; i++) bought += list[i].what == 3 && list[i].ms / DAY > zh_exposure_newest(a) - ZH_EXPOSURE_DAYS;
    for (int64_t day = 0; day < 70; day++)
        for (size_t at = 0; zh_exposure_next(a, day, ZH_EXPOSURE_OWN, &at, &row);) found += row.bought;
    CHECK(found == bought);
    check_sound(a);
    check_sound(c);
    shelf_close(&kept);
    zh_exposure_close(a);
    zh_exposure_close(b);
    zh_exposure_close(c);
}

/* A day ten times too large: the same draw from both ends, and of each customer in it everything. */
static void test_a_day_that_does_not_fit_keeps_a_draw(void)
{
    enum { CUSTOMERS = 60000, EACH = 5 };
    zh_exposure *a = opened(), *b = opened();
    for (uint64_t c = 1; c <= CUSTOMERS; c++)
        for (uint64_t i = 0; i < EACH; i++) {
            act(a, c, ZH_ACT_VIEW, 0, DAY, 10 + i);
            act(b, CUSTOMERS + 1 - c, ZH_ACT_VIEW, 0, DAY, 10 + i);
        }
    const uint32_t level = zh_exposure_level(a, 1, ZH_EXPOSURE_OWN);
    size_t drawn = 0;
    for (uint64_t c = 1; c <= CUSTOMERS; c++) drawn += zh_exposure_draws(c, level);
    CHECK(level == 4 && count_of(a, 1, ZH_EXPOSURE_OWN) == EACH * drawn && EACH * drawn <= ZH_EXPOSURE_OWN_MAX);
    CHECK(drawn > CUSTOMERS / 16 * 0.94 && drawn < CUSTOMERS / 16 * 1.06);
    check_equal(a, b);
    check_sound(a);
    CHECK(zh_exposure_bytes(a) < (size_t)3 << 20);
    for (uint64_t i = 1; i <= 3 * ZH_EXPOSURE_CELLS_MAX; i += 2) show(a, 0, "home", false, DAY, 1000 + i);
    CHECK(zh_exposure_level(a, 1, ZH_EXPOSURE_EVERYBODY) == 2 && count_of(a, 1, ZH_EXPOSURE_EVERYBODY) <= ZH_EXPOSURE_CELLS_MAX);
    check_sound(a);
    zh_exposure_close(a);
    zh_exposure_close(b);
}

static void test_a_damaged_entry_is_refused(void)
{
    zh_exposure *x = opened();
    shelf kept = { 0 };
    show(x, 3, "home", true, 5 * DAY, 77);
    act(x, 3, ZH_ACT_CLICK, 0, 5 * DAY, 77);
    CHECK(zh_exposure_save(x, true, shelf_keep(&kept)) == ZH_OK && kept.count == 1);
    const zh_sv value = shelf_value(&kept, 0);
    char bytes[256];
    CHECK(value.size < sizeof bytes);
    for (size_t i = 0; i < value.size; i++) {
        zh_exposure *y = opened();
        memcpy(bytes, value.data, value.size);
        bytes[i] ^= 1;
        CHECK(zh_exposure_load(y, shelf_key(&kept, 0), (zh_sv){ bytes, value.size }) != ZH_OK);
        zh_exposure_close(y);
        y = opened();
        CHECK(zh_exposure_load(y, shelf_key(&kept, 0), (zh_sv){ value.data, i }) != ZH_OK);
        zh_exposure_close(y);
    }
    CHECK(zh_exposure_load(x, ZH_SV("\7"), value) != ZH_OK); /* day 5 does not stand there */
    shelf_close(&kept);
    zh_exposure_close(x);
}

int main(void)
{
    test_what_is_shown_and_done_is_counted();
    test_a_record_counts_on_no_day_after_its_commit();
    test_old_days_go();
    for (uint64_t seed = 1; seed <= 30; seed++) test_any_order_gives_the_same(seed);
    test_a_day_that_does_not_fit_keeps_a_draw();
    test_a_damaged_entry_is_refused();
    return 0;
}
