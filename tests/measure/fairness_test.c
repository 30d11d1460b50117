/* Goal: exposure, groups and merchants are those of the definitions.
 * Method: a shop of ten items in three categories and three brands with five customers, counted by hand; rows in any order; a random shop against
 * a slow count of clicks.
 *
 * The shop: item i has 100 - 10 i buyers, so the head is items 0 and 1 (a fifth of ten, once item 9, not sellable, is left out: 9 x 0.2 = 1.8, 2). */
#include "measure/fairness.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

enum { ITEMS = 10, TODAY = 20 };

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

static void make_items(zh_fair_item items[ITEMS])
{
    for (uint32_t i = 0; i < ITEMS; i++) items[i] = (zh_fair_item){ .category = i / 4, .brand = i == 0 ? 0 : i < 3 ? 1 : 2, .buyers = 100 - 10 * i, .sellable = i != 9, .drawn = true };
}

static zh_fair_row shown(uint32_t customer, int32_t day, uint32_t item, uint32_t times) { return (zh_fair_row){ customer, item, day, true, times, 0, 0 }; }
static zh_fair_row did(uint32_t customer, int32_t day, uint32_t item, uint32_t touched, uint32_t bought) { return (zh_fair_row){ customer, item, day, false, 0, touched, bought }; }

static void test_rows_of_one_key_become_one(void)
{
    zh_fair_row rows[] = { shown(1, 5, 3, 1), did(1, 5, 3, 1, 0), shown(0, 6, 2, 4), shown(1, 5, 3, 2), did(1, 5, 3, 1, 2) };
    CHECK(zh_fair_sort(rows, 5) == 3);
    CHECK(rows[0].customer == 0 && rows[1].touched == 2 && rows[1].bought == 2 && !rows[1].listed && rows[2].shown == 3 && rows[2].listed);
    CHECK(zh_fair_sort(rows, 0) == 0);
}

static void test_a_click_is_of_that_day_or_the_next(void)
{
    zh_fair_row rows[] = { shown(0, 5, 3, 1), shown(0, 5, 4, 1), shown(0, 5, 6, 1), shown(1, 5, 3, 1), did(0, 6, 3, 1, 0), did(0, 5, 4, 0, 1), did(0, 7, 6, 1, 0), did(0, 4, 6, 1, 0) };
    const zh_fair_input in = { .rows = rows, .rows_count = zh_fair_sort(rows, 8) };
    static const struct { uint32_t customer, item; bool clicked, bought; } wanted[] = { { 0, 3, true, false }, { 0, 4, false, true }, { 0, 6, false, false }, { 1, 3, false, false } };
    for (size_t i = 0; i < 4; i++) {
        const zh_fair_row row = shown(wanted[i].customer, 5, wanted[i].item, 1);
        const zh_fair_followed f = zh_fair_follow(&in, &row);
        CHECK(f.clicked == wanted[i].clicked && f.bought == wanted[i].bought);
    }
}

static void test_a_shop_counted_by_hand(void)
{
    zh_fair_item items[ITEMS];
    make_items(items);
    const uint32_t head[] = { 0, 1, 0, 1 }, mixed[] = { 0, 1, 4, 5 }, tail[] = { 5, 6, 7, 8 }, few[] = { 0 };
    const zh_fair_customer customers[] = { { false, head, 2 }, { false, mixed, 4 }, { true, tail, 4 }, { true, few, 1 }, { false, mixed, 4 }, { false, tail, 4 }, { false, head, 4 } };
    const zh_fair_cell cells[] = { { 0, TODAY, true, 6 }, { 1, TODAY, true, 2 }, { 5, TODAY - 1, true, 2 }, { 0, TODAY, false, 5 }, { 9, TODAY, false, 5 }, { 3, TODAY - 9, true, 50 } };
    zh_fair_row rows[] = {
        shown(1, TODAY, 0, 3), shown(1, TODAY, 5, 1), did(1, TODAY, 5, 1, 0), shown(2, TODAY, 0, 2), did(2, TODAY, 0, 0, 3), shown(3, TODAY, 1, 2), shown(4, TODAY, 5, 1),
        shown(5, TODAY, 8, 1), shown(6, TODAY, 0, 1), did(6, TODAY, 6, 0, 1), shown(0, TODAY - 9, 3, 9),
    };
    const zh_fair_input in = { .items = items, .customers = customers, .cells = cells, .rows = rows, .items_count = ITEMS, .customers_count = 7, .cells_count = 6,
                               .rows_count = zh_fair_sort(rows, sizeof rows / sizeof *rows), .categories = 3, .brands = 3, .from_day = TODAY - 1, .to_day = TODAY };
    zh_arena scratch = zh_arena_open(1 << 20);
    zh_fair_report r;
    CHECK(zh_fair_of(&in, &scratch, &r) == ZH_OK);
    /* Personal: 6, 2, 2 and six times 0 on nine items: G = 2 (7 x 2 + 8 x 2 + 9 x 6) / (9 x 10) - 10 / 9. */
    CHECK(r.personal.items == 9 && r.personal.shown_items == 3 && r.personal.slots == 10 && near(r.personal.gini, 168.0 / 90 - 10.0 / 9));
    CHECK(near(r.personal.coverage, 3.0 / 9) && near(r.personal.long_tail, 0.2));
    CHECK(r.anybody.slots == 10 && r.anybody.shown_items == 1 && near(r.anybody.long_tail, 0.5)); /* item 9 is shown, but no more for sale */
    const zh_fair_group *all = &r.groups[ZH_FAIR_ALL], *fresh = &r.groups[ZH_FAIR_NEW], *active = &r.groups[ZH_FAIR_ACTIVE];
    CHECK(all->customers == 6 && fresh->customers == 2 && active->customers == 4); /* customer 0 was shown nothing in the span */
    CHECK(all->slots == 11 && all->shown == 7 && all->clicked == 1 && all->bought == 1);
    CHECK(near(all->long_tail.value, (0.25 + 0 + 0 + 1 + 1 + 0) / 6) && all->long_tail.of == 6);
    /* Taste: of 1, 2, 4, 5, 6 with head shares 1/2, 0, 1/2, 0, 1: one each in the ends; of the two with none, the higher number is niche. */
    CHECK(r.groups[ZH_FAIR_BLOCKBUSTER].customers == 1 && r.groups[ZH_FAIR_NICHE].customers == 1 && r.groups[ZH_FAIR_DIVERSE].customers == 3);
    CHECK(r.groups[ZH_FAIR_BLOCKBUSTER].slots == 1 && near(r.groups[ZH_FAIR_NICHE].long_tail.value, 1));
    /* Niche is customer 5: the history of mean buyers (50 + 40 + 30 + 20) / 4 = 35, shown item 8 of 20. */
    CHECK(near(r.groups[ZH_FAIR_NICHE].lift, (20.0 - 35) / 35) && r.groups[ZH_FAIR_NICHE].lift_of == 1);
    /* His history is 3 of category 1 and 1 of 2, what he was shown is category 2: JS of (3/4, 1/4) and (0, 1). */
    const double js = (0.75 * log2(0.75 / 0.375) + 0.25 * log2(0.25 / 0.625) + log2(1 / 0.625)) / 2;
    CHECK(near(r.groups[ZH_FAIR_NICHE].js.value, js) && near(r.groups[ZH_FAIR_NICHE].steck.value, 0.75 * log2(0.75 / 0.0075) + 0.25 * log2(0.25 / (0.99 + 0.0025))));
    /* Lines bought: brand 0 three, brand 2 one: brand 0 is 3/4 of 4, still under 0.8, so both are large and brand 1 is small. */
    CHECK(r.large.brands == 2 && r.large.bought == 4 && r.large.items == 7 && r.large.slots == 8 && r.large.clicked == 1);
    CHECK(r.small.brands == 1 && r.small.bought == 0 && r.small.items == 2 && r.small.slots == 2 && r.small.clicked == 0);
    zh_arena_close(&scratch);
}

static void test_no_memory_is_said(void)
{
    zh_fair_item items[ITEMS];
    make_items(items);
    const zh_fair_input in = { .items = items, .items_count = ITEMS, .categories = 3, .brands = 3 };
    zh_fair_report r;
    zh_arena small = zh_arena_open(64), enough = zh_arena_open(1 << 20);
    CHECK(zh_fair_of(&in, &small, &r) == ZH_NOMEM);
    CHECK(zh_fair_of(&in, &enough, &r) == ZH_OK && r.groups[ZH_FAIR_ALL].customers == 0 && r.personal.gini == 0);
    zh_arena_close(&small);
    zh_arena_close(&enough);
}

static void test_clicks_of_a_random_shop(void)
{
    enum { ROWS = 400 };
    zh_fair_row rows[ROWS];
    zh_rng rng = { .seed = 5 };
    for (size_t i = 0; i < ROWS; i++) {
        const uint32_t customer = (uint32_t)zh_rng_below(&rng, 6), item = (uint32_t)zh_rng_below(&rng, ITEMS);
        const int32_t day = (int32_t)zh_rng_below(&rng, 12);
        rows[i] = zh_rng_below(&rng, 2) == 0 ? shown(customer, day, item, 1) : did(customer, day, item, (uint32_t)zh_rng_below(&rng, 2), 1);
    }
    const zh_fair_input in = { .rows = rows, .rows_count = zh_fair_sort(rows, ROWS) };
    for (size_t i = 0; i < in.rows_count; i++) {
        bool clicked = false;
        for (size_t j = 0; j < in.rows_count && rows[i].listed; j++)
            clicked |= !rows[j].listed && rows[j].customer == rows[i].customer && rows[j].item == rows[i].item && rows[j].touched > 0 && (rows[j].day == rows[i].day || rows[j].day == rows[i].day + 1);
        if (rows[i].listed) CHECK(zh_fair_follow(&in, &rows[i]).clicked == clicked);
    }
}

int main(void)
{
    test_rows_of_one_key_become_one();
    test_a_click_is_of_that_day_or_the_next();
    test_a_shop_counted_by_hand();
    test_no_memory_is_said();
    test_clicks_of_a_random_shop();
    return 0;
}
