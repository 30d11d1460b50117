/* Goal: entropy by day, gap, new categories and likeness are those of the definitions.
 * Method: a shop of four categories with one item each, days told by hand; a customer whose lists narrow; thresholds from both sides. */
#include "measure/bubble.h"
#include "check.h"

#include <math.h>

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

static const zh_fair_item items[4] = { { 0, 0, 9, true, true }, { 1, 0, 5, true, true }, { 2, 0, 3, true, true }, { 3, 0, 1, true, true } };
static const zh_fair_customer customers[3];

static zh_fair_row shown(uint32_t customer, int32_t day, uint32_t item, uint32_t times) { return (zh_fair_row){ customer, item, day, true, times, 0, 0 }; }
static zh_fair_row did(uint32_t customer, int32_t day, uint32_t item, uint32_t touched, uint32_t bought) { return (zh_fair_row){ customer, item, day, false, 0, touched, bought }; }

static zh_fair_input input_of(zh_fair_row *rows, size_t count, const zh_fair_cell *cells, size_t cells_count, int32_t from, int32_t to)
{
    return (zh_fair_input){ .items = items, .customers = customers, .cells = cells, .rows = rows, .items_count = 4, .customers_count = 3, .cells_count = cells_count,
                            .rows_count = zh_fair_sort(rows, count), .categories = 4, .brands = 1, .from_day = from, .to_day = to };
}

static void test_a_narrowing_list_is_seen(void)
{
    const zh_fair_cell cells[] = { { 0, 10, true, 5 }, { 1, 10, true, 5 }, { 2, 10, true, 5 }, { 3, 10, true, 5 }, { 0, 10, false, 1 }, { 1, 10, false, 1 }, { 0, 11, true, 10 }, { 1, 11, true, 10 }, { 0, 12, true, 20 } };
    zh_fair_row rows[] = { shown(0, 10, 0, 5), shown(0, 10, 1, 5), shown(0, 11, 0, 10), shown(1, 11, 1, 4) /* too few */, shown(0, 12, 0, 20) };
    const zh_fair_input in = input_of(rows, 5, cells, 9, 10, 12);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_bubble b;
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_OK && b.days_count == 3);
    CHECK(near(b.days[0].shown_bits, 2) && near(b.days[1].shown_bits, 1) && b.days[2].shown_bits == 0 && b.days[0].day == 10);
    CHECK(near(b.days[0].control_bits, 1) && b.days[0].control_slots == 2 && b.days[0].slots == 20 && near(b.days[1].top_share, 0.5) && near(b.days[2].top_share, 1));
    CHECK(b.days[0].customers == 1 && near(b.days[0].customer_bits, 1 + 1 / (2 * 10 * log(2))) && b.days[1].customers == 1 && b.days[1].customer_bits == 0);
    CHECK(b.all.slots == 60 && b.customer_bits.of == 1 && !b.all.has_gap && b.categories[0].shown == 35 && b.categories[0].control == 1);
    CHECK(b.jaccard.of > 0 && near(b.jaccard.value, 0.5)); /* items 0 and 1 against item 1; customer 2 was shown nothing */
    zh_arena_close(&arena);
}

static void test_new_categories_of_clicks_and_of_purchases(void)
{
    zh_fair_row rows[] = {
        did(0, 1, 0, 1, 0), did(0, 2, 1, 0, 1),                       /* before the span: touched category 0, bought 1 */
        shown(0, 10, 0, 1), did(0, 10, 0, 1, 0),                      /* known */
        shown(0, 11, 2, 1), shown(0, 11, 0, 1), did(0, 11, 2, 2, 0),  /* new; 0 was touched the day before */
        did(0, 12, 1, 0, 2), did(0, 12, 3, 0, 1),                     /* bought: 1 known, 3 new */
        shown(1, 10, 3, 1), did(1, 10, 3, 1, 1),                      /* nothing is known of him: not counted */
        shown(0, 40, 0, 1), did(0, 41, 0, 1, 0),                      /* category 0 was last touched 30 days ago, but 2 on day 12 … */
        did(0, 12, 2, 1, 0),
    };
    const zh_fair_input in = input_of(rows, sizeof rows / sizeof *rows, NULL, 0, 10, 41);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_bubble b;
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_OK && b.days_count == 32);
    CHECK(b.days[0].clicked == 2 && b.days[0].clicked_of == 1 && b.days[0].clicked_new == 0);
    CHECK(b.days[1].clicked == 1 && b.days[1].clicked_of == 1 && b.days[1].clicked_new == 1); /* 0 was not touched on day 11 or 12 */
    CHECK(b.days[2].bought == 3 && b.days[2].bought_of == 2 && b.days[2].bought_new == 1);
    CHECK(b.days[30].clicked == 1 && b.days[30].clicked_of == 1 && b.days[30].clicked_new == 1); /* day 40: clicked on 41 */
    CHECK(b.all.clicked_of == 3 && b.all.clicked_new == 2 && b.all.bought_of == 2 && b.all.bought_new == 1 && b.all.bought == 4);
    zh_arena_close(&arena);
}

static void test_a_gap_needs_enough_of_both(void)
{
    const zh_fair_cell cells[] = { { 0, 10, true, 150 }, { 1, 10, true, 50 } };
    zh_fair_row few[] = { did(0, 10, 0, 0, 100), did(0, 10, 1, 0, 99) }, enough[] = { did(0, 10, 0, 0, 100), did(0, 10, 1, 0, 100) };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_bubble b;
    zh_fair_input in = input_of(few, 2, cells, 2, 10, 17);
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_OK && !b.days[0].has_gap && !b.all.has_gap);
    in = input_of(enough, 2, cells, 2, 10, 17);
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_OK);
    const double js = (0.5 * log2(0.5 / 0.625) + 0.5 * log2(0.5 / 0.375) + 0.75 * log2(0.75 / 0.625) + 0.25 * log2(0.25 / 0.375)) / 2;
    CHECK(b.days[0].has_gap && near(b.days[0].gap, js) && b.days[6].has_gap && near(b.days[6].gap, js) && !b.days[7].has_gap); /* the week has passed */
    CHECK(b.all.has_gap && near(b.all.gap, js) && b.steck > 0);
    zh_arena_close(&arena);
}

static void test_a_span_is_bounded(void)
{
    zh_fair_row none[1];
    zh_arena arena = zh_arena_open(1 << 20), small = zh_arena_open(64);
    zh_bubble b;
    zh_fair_input in = input_of(none, 0, NULL, 0, 0, ZH_BUBBLE_DAYS_MAX);
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_RANGE);
    in.to_day = -1;
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_RANGE);
    in.to_day = ZH_BUBBLE_DAYS_MAX - 1;
    CHECK(zh_bubble_of(&in, &small, &b) == ZH_NOMEM);
    CHECK(zh_bubble_of(&in, &arena, &b) == ZH_OK && b.days_count == ZH_BUBBLE_DAYS_MAX && b.all.slots == 0 && b.jaccard.of == 0);
    zh_arena_close(&arena);
    zh_arena_close(&small);
}

int main(void)
{
    test_a_narrowing_list_is_seen();
    test_new_categories_of_clicks_and_of_purchases();
    test_a_gap_needs_enough_of_both();
    test_a_span_is_bounded();
    return 0;
}
