/* Goal: items are named in both languages, variants of one product say so, and are as alike as the file wants.
 * Method: the built-in shop; a small one with catalog.variant_spread at both ends. */
#include "catalog.h"
#include "world_of.h"

#define SHIRTS(spread) "{\"interests\":[\"a\",\"b\"],\"catalog\":{\"variant_spread\":" spread "},\"types\":[{\"name\":\"shirt\",\"title\":[\"Shirt\",\"衬衫\"],\"items\":12," \
    "\"brands\":[[\"Mono\",\"素物\"],[\"Ridge\",\"山脊\"]],\"attributes\":[\"Soft\",\"Light\"],\"variants\":[[\"black\",\"黑色\"],[\"white\",\"白色\"],[\"blue\",\"蓝色\"]]}," \
    "{\"name\":\"lamp\",\"items\":3}]}"

static void every_item_has_both_languages_and_a_name_of_its_own(zh_arena *arena)
{
    zh_shop shop;
    zh_sim_catalog catalog;
    test_shop(zh_shop_default(), arena, &shop);
    CHECK(zh_sim_catalog_open(&catalog, &shop, 60, arena) == ZH_OK && catalog.count == shop.items_count);
    uint32_t grouped = 0, news = 0, ends = 0;
    for (uint32_t i = 0; i < catalog.count; i++) {
        const zh_sim_item *item = &catalog.items[i];
        CHECK_ROW(item->title_en.size > 0 && item->title_zh.size > 0 && !zh_sv_equal(item->title_en, item->title_zh), item->id);
        CHECK_ROW(item->price_cents > item->cost_cents && item->cost_cents > 0 && item->stock_full > 0, item->id);
        CHECK_ROW((item->brand.size > 0) == (item->brand_zh.size > 0) && (item->variant.size > 0) == (item->variant_zh.size > 0), item->id);
        news += item->first_day > 0, ends += item->end_day < INT32_MAX;
        for (uint32_t j = catalog.type_first[item->type]; j < i; j++) {
            const bool same = item->group[0] != '\0' && strcmp(item->group, catalog.items[j].group) == 0;
            const zh_shop_type *type = &shop.types[item->type];
            const uint32_t products = (type->brands_count + (type->brands_count == 0)) * (type->attributes_count + (type->attributes_count == 0));
            const bool parts_left = i - j < products * type->variants_count;
            CHECK_ROW(!same || !parts_left || !zh_sv_equal(item->variant, catalog.items[j].variant), item->id); /* variants differ in the variant */
            CHECK_ROW(!same || zh_sv_equal(item->brand, catalog.items[j].brand), item->id);
            grouped += same;
        }
    }
    printf("%d items, %d pairs of variants, %d new, %d ending\n", (int)catalog.count, (int)grouped, (int)news, (int)ends);
    CHECK(grouped > 30 && news > 40 && ends > 20);
}

static void variants_are_as_alike_as_the_file_wants(zh_arena *arena)
{
    for (int alike = 0; alike < 2; alike++) {
        zh_shop shop;
        zh_sim_catalog c;
        test_shop(alike == 1 ? ZH_SV(SHIRTS("0")) : ZH_SV(SHIRTS("1")), arena, &shop);
        CHECK(zh_sim_catalog_open(&c, &shop, 60, arena) == ZH_OK && c.count == 15);
        uint32_t equal = 0;
        for (uint32_t i = 4; i < 12; i++) { /* four products: item i is a variant of item i % 4 */
            const zh_sim_item *a = &c.items[i % 4], *b = &c.items[i];
            CHECK(strcmp(a->group, b->group) == 0 && !zh_sv_equal(a->variant, b->variant));
            equal += a->price_cents == b->price_cents && a->cost_cents == b->cost_cents && memcmp(a->interests, b->interests, sizeof a->interests) == 0 &&
                     memcmp(&a->quality, &b->quality, sizeof a->quality) == 0;
        }
        CHECK(equal == (alike == 1 ? 8u : 0u));
        CHECK(strcmp(c.items[0].group, "shirt-p01") == 0 && strcmp(c.items[1].group, "shirt-p02") == 0 && c.items[12].group[0] == '\0');
        CHECK(zh_sv_equal(c.items[0].title, ZH_SV("Mono Soft Shirt, black · 素物Soft衬衫 黑色")));
    }
}

int main(void)
{
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    every_item_has_both_languages_and_a_name_of_its_own(&arena);
    variants_are_as_alike_as_the_file_wants(&arena);
    zh_arena_close(&arena);
    return 0;
}
