/* Goal: what is blocked is never shown, what is like a refused item only where nothing else is left; a word taken back leaves no
 * trace; reasons stay exact; without a permit no word counts.
 * Method: a shop of four categories and three brands worked by hand; random shops and random words, list by list. */
#include "decide/recommend.h"
#include "shop.h"

#include <string.h>

enum { ITEMS = 48, CATEGORIES = 4, BRANDS = 3 };
static const char *const categories[CATEGORIES] = { "lamps", "mugs", "games", "rugs" }, *const brands[BRANDS] = { "A", "B", "mugs" };
static zh_decision d;
static zh_reason *why;

static uint32_t category_of(uint32_t i) { return i % CATEGORIES; }
static uint32_t brand_of(uint32_t i) { return i / CATEGORIES % BRANDS; }

/* Every item has a category and a brand; one customer in common for neighbours, many for 0 and 5. */
static shop open_shop(void)
{
    shop s = shop_open(ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++) {
        shop_learn(&s, i, categories[category_of(i)], NOW);
        shop_set(&s, i, (zh_item_change){ .set = ZH_ITEM_BRAND, .brand = zh_sv_of(brands[brand_of(i)]) });
        shop_sold(&s, i, 1, (int)(ITEMS - i));
        if (i > 0) TOGETHER(&s, false, 1, i - 1, i);
    }
    TOGETHER(&s, true, 40, 0, 5);
    return s;
}

static void ask_with(shop *s, const char *placement, const zh_history *history, uint32_t n)
{
    static zh_permit permit;
    zh_rng rng = { 5, 0, 0 };
    permit = shop_permit(s, 3);
    const zh_recommend_ask ask = { .placement = zh_placement_find(zh_sv_of(placement)), .n = n, .now_ms = NOW, .explain = true, .customer = { 3 },
                                   .permit = &permit, .history = history, .context_item = shop_item(20) };
    CHECK(zh_recommend(&s->world, &ask, &rng, &s->arena, &d, &why) == ZH_OK);
}

static bool shows_item(uint32_t i)
{
    for (uint32_t k = 0; k < d.shown_count; k++)
        if (d.shown[k].item.number == shop_item(i).number) return true;
    return false;
}

static uint32_t shown_of(const shop *s, const char *category, const char *brand)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < d.shown_count; k++) {
        const zh_item *item = zh_catalog_get(s->catalog, d.shown[k].item);
        count += (category == NULL || zh_sv_equal(item->category, zh_sv_of(category))) && (brand == NULL || zh_sv_equal(item->brand, zh_sv_of(brand)));
    }
    return count;
}

static zh_history with(zh_feedback_word *words, uint32_t count)
{
    static zh_bought bought[1];
    bought[0] = (zh_bought){ shop_item(0), 1, NOW - DAY, 1, { 0 } };
    return (zh_history){ .bought = bought, .bought_count = 1, .words = words, .words_count = count };
}

static void what_is_blocked_is_never_shown_not_even_where_nothing_is_left(void)
{
    shop s = open_shop();
    zh_feedback_word item[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "i002", 900) };
    zh_feedback_word brand[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_BRAND, "mugs", 0) };
    zh_feedback_word category[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_CATEGORY, "mugs", 0) };
    static const char *const placements[] = { "home", "product_page", "cart", "search_empty", "order_done" };
    for (int p = 0; p < 5; p++) {
        zh_history h = with(item, 1);
        ask_with(&s, placements[p], &h, ITEMS);
        CHECK_ROW(!shows_item(2) && d.shown_count == ITEMS - 2, placements[p]); /* the page's item is not there either */
        h = with(brand, 1);
        ask_with(&s, placements[p], &h, ITEMS);
        CHECK_ROW(shown_of(&s, NULL, "mugs") == 0 && shown_of(&s, "mugs", NULL) > 0, placements[p]); /* a brand is no category of that name */
        h = with(category, 1);
        ask_with(&s, placements[p], &h, ITEMS);
        CHECK_ROW(shown_of(&s, "mugs", NULL) == 0 && shown_of(&s, NULL, "mugs") > 0, placements[p]);
    }
    shop_close(&s);
}

static void what_is_like_a_refused_item_comes_only_where_nothing_else_is_left(void)
{
    shop s = open_shop();
    /* 0 is a lamp of brand A, as are 12, 24, 36; and 5 is viewed with it */
    zh_feedback_word words[] = { shop_word(ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "i000", 0) };
    zh_history h = with(words, 1);
    zh_touch touch = { shop_item(7), { NOW - DAY, 0 }, ZH_ACT_VIEW };
    h.touches = &touch, h.touches_count = 1;
    ask_with(&s, "home", &h, 20);
    CHECK(d.shown_count == 20 && !shows_item(0) && !shows_item(5) && shown_of(&s, "lamps", "A") == 0 && shown_of(&s, "lamps", NULL) > 0);
    ask_with(&s, "home", &h, ITEMS);
    CHECK(d.shown_count == ITEMS - 2 && !shows_item(0)); /* all but itself and the page's: lists stay full */
    for (uint32_t k = 0; k < ITEMS - 2; k++) {
        const zh_item *item = zh_catalog_get(s.catalog, d.shown[k].item);
        const bool alike = item->id.number == shop_item(5).number || (zh_sv_equal(item->category, ZH_SV("lamps")) && zh_sv_equal(item->brand, ZH_SV("A")));
        CHECK(alike == (k >= ITEMS - 2 - 4)); /* 5, 12, 24, 36, behind everything else */
    }
    words[0].is_undone = true;
    zh_feedback_word none[1];
    zh_history silent = with(none, 0);
    silent.touches = &touch, silent.touches_count = 1;
    zh_buf first = zh_buf_open(1 << 14), second = zh_buf_open(1 << 14);
    ask_with(&s, "home", &h, 20);
    zh_decision_put(&d, &first);
    ask_with(&s, "home", &silent, 20);
    zh_decision_put(&d, &second);
    CHECK(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second))); /* taken back: as if it was never said */
    zh_buf_close(&first), zh_buf_close(&second);
    shop_close(&s);
}

/* 2 is bought with 1 and with 3, once each: .083 twice is chance twice. */
static void chance_does_not_add_up(void)
{
    shop s = open_shop();
    zh_feedback_word words[] = { shop_word(ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "i001", 0), shop_word(ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "i003", 0) };
    if (words[0].target > words[1].target) {
        const zh_feedback_word swap = words[0];
        words[0] = words[1], words[1] = swap;
    }
    const zh_history h = { .words = words, .words_count = 2 };
    ask_with(&s, "home", &h, 12);
    CHECK(d.shown_count == 12 && shows_item(2) && shows_item(4) && !shows_item(1) && !shows_item(3) && !shows_item(13));
    shop_close(&s);
}

static void variants_of_a_refused_product_make_way(void)
{
    shop s = shop_open(8);
    for (uint32_t i = 0; i < 8; i++) shop_sold(&s, i, 1, 8 - (int)i);
    shop_set(&s, 1, (zh_item_change){ .set = ZH_ITEM_ATTRIBUTES, .attributes = ZH_SV("{\"group\":\"g\",\"color\":\"red\"}") });
    shop_set(&s, 2, (zh_item_change){ .set = ZH_ITEM_ATTRIBUTES, .attributes = ZH_SV("{\"color\":\"blue\",\"group\":\"g\"}") });
    shop_set(&s, 3, (zh_item_change){ .set = ZH_ITEM_ATTRIBUTES, .attributes = ZH_SV("{\"color\":\"blue\",\"group\":\"gg\"}") });
    shop_set(&s, 4, (zh_item_change){ .set = ZH_ITEM_ATTRIBUTES, .attributes = ZH_SV("{\"group\":\"unended") });
    zh_feedback_word words[] = { shop_word(ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "i001", 0) };
    const zh_history h = { .words = words, .words_count = 1 };
    ask_with(&s, "home", &h, 4);
    CHECK(d.shown_count == 4 && !shows_item(1) && !shows_item(2) && shows_item(3) && shows_item(4) && d.personalized);
    shop_close(&s);
}

static void what_was_refused_is_no_reason(void)
{
    shop s = shop_open(12);
    TOGETHER(&s, false, 5, 0, 1), TOGETHER(&s, false, 5, 2, 3);
    zh_bought bought[] = { { shop_item(0), 1, NOW - DAY, 1, { 0 } }, { shop_item(2), 1, NOW - DAY, 1, { 0 } } };
    qsort(bought, 2, sizeof bought[0], shop_by_item);
    zh_feedback_word words[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "i000", 0) };
    const zh_history h = { .bought = bought, .bought_count = 2, .words = words, .words_count = 1 };
    ask_with(&s, "home", &h, 4);
    CHECK(d.shown[0].item.number == shop_item(3).number && d.shown[0].evidence.number == shop_item(2).number);
    for (uint32_t i = 0; i < d.shown_count; i++)
        for (uint32_t k = 0; k < why[i].evidence_count; k++) CHECK(why[i].evidence[k].item.number != shop_item(0).number);
    shop_close(&s);
}

static void without_a_permit_no_word_counts(void)
{
    shop s = open_shop();
    zh_feedback_word words[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_CATEGORY, "lamps", 0) };
    const zh_history h = { .words = words, .words_count = 1 };
    const zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("home")), .n = 12, .now_ms = NOW, .explain = true, .customer = { 3 }, .history = &h };
    zh_rng rng = { 5, 0, 0 };
    CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && !d.personalized && shown_of(&s, "lamps", NULL) > 0);
    shop_close(&s);
}

static int by_place(const void *left, const void *right)
{
    const zh_feedback_word *a = left, *b = right;
    if (a->kind != b->kind) return a->kind - b->kind;
    if (a->scope != b->scope) return a->scope - b->scope;
    return a->target < b->target ? -1 : a->target > b->target;
}

/* Lists of any words: full as far as the shop has something that is not blocked, without what is, and explained to the last share. */
static void lists_stay_full_and_exact(uint64_t seed)
{
    shop s = open_shop();
    static char names[ZH_FEEDBACK_DISLIKES_MAX][8];
    zh_feedback_word words[ZH_FEEDBACK_DISLIKES_MAX];
    const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 100); /* more than are asked for likeness, sometimes */
    for (uint32_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "i%03u", (unsigned)(i % 40)); /* some stand twice, as if of another kind: it must not matter */
        const bool block = test_random(&seed) % 4 == 0;
        words[i] = shop_word(block ? ZH_FEEDBACK_BLOCK : ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, names[i], (int64_t)(test_random(&seed) % 9));
        words[i].is_undone = test_random(&seed) % 3 == 0;
    }
    qsort(words, count, sizeof *words, by_place);
    uint32_t kept = 0; /* one word a thing */
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || by_place(&words[kept - 1], &words[i]) != 0) words[kept++] = words[i];
    const zh_history h = with(words, kept);
    ask_with(&s, "home", &h, ITEMS);
    bool hidden[ITEMS] = { [20] = true };
    for (uint32_t i = 0; i < kept; i++)
        for (uint32_t k = 0; k < ITEMS; k++) hidden[k] |= !words[i].is_undone && words[i].target == shop_item(k).number;
    uint32_t left = 0;
    for (uint32_t k = 0; k < ITEMS; k++) {
        CHECK(!hidden[k] || !shows_item(k));
        left += !hidden[k];
    }
    CHECK(d.shown_count == left);
    for (uint32_t i = 0; i < d.shown_count; i++) {
        int64_t sum = 0;
        for (uint32_t k = 0; k < why[i].evidence_count; k++) sum += why[i].evidence[k].share_micro;
        CHECK(why[i].evidence_count == 0 || why[i].evidence_count == ZH_EVIDENCE_MAX || sum == d.shown[i].score_micro);
    }
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    what_is_blocked_is_never_shown_not_even_where_nothing_is_left();
    what_is_like_a_refused_item_comes_only_where_nothing_else_is_left();
    chance_does_not_add_up();
    variants_of_a_refused_product_make_way();
    what_was_refused_is_no_reason();
    without_a_permit_no_word_counts();
    for (uint64_t i = 0; i < 40; i++) lists_stay_full_and_exact(seed + i);
    return 0;
}
