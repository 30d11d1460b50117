/* Goal: a table laid on the counts says the same in their places; lists made with it are sums of exact shares; what came after the training still speaks.
 * Method: a table of a made-up shop over counts in another order and with more items; every source, candidate and part by hand; a source taken out of the
 * history lowers each score by its share; a touch of an unknown item speaks through the counts. */
#include "decide/learnt.h"
#include "base/hash.h"
#include "decide/source.h"
#include "shop.h"

#include <string.h>

enum { ITEMS = 12, LATER = 3 }; /* items of the table; those that came after it */

typedef struct entry { uint64_t number; uint32_t item; } entry;

static int by_number(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static uint16_t weight_of(uint32_t i, uint32_t j) { return i == j || (i + j) % 3 == 0 ? 0 : (uint16_t)(1 + zh_mix64(i * 100 + j) % 65535); }

/* A file of items 0 .. ITEMS - 1 with weight_of, written by hand after docs/FORMATS.md. */
static zh_serving *table_of(void)
{
    zh_buf file = zh_buf_open(1 << 16);
    entry sorted[ITEMS];
    uint32_t pairs = 0, from = 0;
    char name[20] = "ease";
    for (uint32_t i = 0; i < ITEMS; i++) sorted[i] = (entry){ shop_item(i).number, i };
    qsort(sorted, ITEMS, sizeof *sorted, by_number);
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++) pairs += weight_of(i, j) > 0;
    zh_buf_put(&file, ZH_SV("ZHM\1"));
    zh_buf_put_u32(&file, ITEMS);
    zh_buf_put_u32(&file, pairs);
    zh_buf_put(&file, (zh_sv){ name, sizeof name });
    for (int i = 0; i < ITEMS; i++) zh_buf_put_u64(&file, sorted[i].number);
    for (int i = 0; i < ITEMS; i++) {
        zh_buf_put_u32(&file, from);
        for (int j = 0; j < ITEMS; j++) from += weight_of(sorted[i].item, sorted[j].item) > 0;
    }
    zh_buf_put_u32(&file, from);
    for (int i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++)
            if (weight_of(sorted[i].item, sorted[j].item) > 0) zh_buf_put_u32(&file, j);
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++)
            if (weight_of(sorted[i].item, sorted[j].item) > 0) zh_buf_put_u16(&file, weight_of(sorted[i].item, sorted[j].item));
    zh_buf_put_u32(&file, zh_crc32c(0, zh_buf_view(&file)));
    zh_serving *table;
    const char *why;
    CHECK(zh_serving_read(&table, zh_buf_view(&file), &why) == ZH_OK);
    zh_buf_close(&file);
    return table;
}

/* Counts know the items in another order; item 11 of the table they never saw. */
static shop open_shop(void)
{
    shop s = shop_open(ITEMS + LATER);
    for (uint32_t i = 0; i < ITEMS - 1; i++) {
        const uint32_t item = (i * 5 + 2) % (ITEMS - 1);
        shop_together(&s, false, (const uint32_t[]){ item, (item + 4) % (ITEMS - 1) }, 2, 3);
    }
    shop_together(&s, true, (const uint32_t[]){ ITEMS, 2 }, 2, 9);         /* came later, was viewed with 2 */
    shop_together(&s, false, (const uint32_t[]){ ITEMS + 1, 3 }, 2, 9);    /* came later, was bought with 3 */
    return s;
}

static void test_the_table_speaks_in_the_places_of_the_counts(void)
{
    shop s = open_shop();
    zh_serving *table = table_of();
    zh_learnt *l;
    CHECK(zh_learnt_open(&l, table, s.cocount) == ZH_OK && zh_learnt_table(l) == table);
    const uint32_t width = zh_cocount_width(s.cocount);
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t from, index, place;
        CHECK(zh_serving_find(table, shop_item(i), &place));
        CHECK(zh_cocount_index(s.cocount, shop_item(i), &from) == (i < ITEMS - 1));
        if (i < ITEMS - 1) CHECK(zh_learnt_place(l, from) == place);
        int32_t *scores = calloc(width, sizeof *scores);
        CHECK(scores != NULL);
        CHECK(zh_learnt_reach(l, place) < ITEMS);
        zh_learnt_spread(l, place, 0.7f, &(zh_board){ .all = scores, .places = width });
        for (uint32_t j = 0; j < ITEMS - 1; j++) {
            CHECK(zh_cocount_index(s.cocount, shop_item(j), &index));
            const double want = 0.7 * 1e6 * weight_of(i, j) / 65535;
            CHECK(scores[index] >= want - 1 && scores[index] <= want + 1 && scores[index] == zh_learnt_share(l, place, index, 0.7f));
        }
        CHECK(zh_cocount_index(s.cocount, shop_item(ITEMS), &index) && scores[index] == 0 && zh_learnt_share(l, place, index, 0.7f) == 0);
        CHECK(zh_learnt_place(l, index) == ZH_LEARNT_NONE && zh_learnt_place(l, width + 5) == ZH_LEARNT_NONE);
        free(scores);
    }
    zh_learnt_close(l);
    zh_serving_close(table);
    shop_close(&s);
}

/* The list of a customer who did these things, at home. */
static zh_reason *home_of(shop *s, const zh_history *history, zh_decision *d)
{
    const zh_permit permit = shop_permit(s, 9);
    zh_rng rng = { 5, 0, 0 };
    zh_reason *why;
    CHECK(zh_recommend(&s->world, &(zh_recommend_ask){ .placement = zh_placement_find(ZH_SV("home")), .n = 8, .now_ms = NOW, .customer = { 9 }, .permit = &permit, .history = history, .explain = true },
                       &rng, &s->arena, d, &why) == ZH_OK);
    return why;
}

static int64_t score_of(const zh_decision *d, zh_item_id item)
{
    for (uint32_t i = 0; i < d->shown_count; i++)
        if (d->shown[i].item.number == item.number) return d->shown[i].score_micro;
    return -1;
}

static void test_a_list_is_made_of_exact_shares(void)
{
    shop s = open_shop();
    zh_serving *table = table_of();
    zh_learnt *l;
    CHECK(zh_learnt_open(&l, table, s.cocount) == ZH_OK);
    s.world.learnt = l;
    const zh_bought bought[] = { { shop_item(0), 1, NOW - 9 * DAY, 1, { 0 } }, { shop_item(4), 1, NOW - 20 * DAY, 1, { 0 } } };
    zh_bought sorted[2] = { bought[0], bought[1] };
    qsort(sorted, 2, sizeof *sorted, shop_by_item);
    const zh_touch touches[] = { { shop_item(2), { NOW - DAY, 0 }, ZH_ACT_ADD } };
    const zh_history history = { .bought = sorted, .bought_count = 2, .touches = touches, .touches_count = 1 };
    zh_decision all, less;
    const zh_reason *why = home_of(&s, &history, &all);
    CHECK(all.model_hash == zh_serving_hash(table) && all.shown_count == 8);
    const zh_history without = { .bought = sorted, .bought_count = 2 };
    (void)home_of(&s, &without, &less);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < all.shown_count; i++) {
        int64_t sum = 0, wanted = 0;
        for (uint32_t e = 0; e < why[i].evidence_count; e++) {
            sum += why[i].evidence[e].share_micro;
            if (why[i].evidence[e].item.number == shop_item(2).number) wanted = why[i].evidence[e].share_micro;
        }
        if (why[i].evidence_count == 0) continue; /* of a later stage */
        CHECK(sum == all.shown[i].score_micro);
        const int64_t before = score_of(&less, all.shown[i].item);
        if (before >= 0 && wanted > 0 && wanted < sum) CHECK(before == all.shown[i].score_micro - wanted);
        seen += wanted > 0;
    }
    CHECK(seen > 0); /* what was put into the cart moved the list, without learning anew */
    s.world.learnt = NULL;
    (void)home_of(&s, &history, &less);
    CHECK(less.model_hash == 0);
    zh_learnt_close(l);
    zh_serving_close(table);
    shop_close(&s);
}

static void test_what_came_later_speaks_through_the_counts(void)
{
    shop s = open_shop();
    zh_serving *table = table_of();
    zh_learnt *l;
    zh_decision d;
    CHECK(zh_learnt_open(&l, table, s.cocount) == ZH_OK);
    s.world.learnt = l;
    const zh_touch touches[] = { { shop_item(ITEMS + 1), { NOW - 1000, 0 }, ZH_ACT_ADD } };
    const zh_history history = { .touches = touches, .touches_count = 1 };
    const zh_reason *why = home_of(&s, &history, &d);
    CHECK(d.shown[0].item.number == shop_item(3).number && d.shown[0].reason == ZH_REASON_BECAUSE_YOU_WANTED);
    CHECK(why[0].evidence[0].item.number == shop_item(ITEMS + 1).number && why[0].evidence[0].share_micro == d.shown[0].score_micro);
    zh_learnt_close(l);
    zh_serving_close(table);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    (void)test_seed(argc, argv);
    test_the_table_speaks_in_the_places_of_the_counts();
    test_a_list_is_made_of_exact_shares();
    test_what_came_later_speaks_through_the_counts();
    return 0;
}
