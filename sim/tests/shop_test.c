/* Goal: a shop file is read whole or refused with the key that is wrong and what to do.
 * Method: rows of small files, each with one fault; the built-in shop. */
#include "shop.h"
#include "shop_keys.h"
#include "world_of.h"

#define TYPES "\"interests\":[\"a\",\"b\"],\"types\":[{\"name\":\"x\",\"interests\":{\"a\":3,\"b\":1}},{\"name\":\"y\"}]"

static const struct { const char *name, *json; zh_err want; const char *says; } rows[] = {
    { "smallest shop", "{" TYPES "}", ZH_OK, "" },
    { "not json", "{", ZH_FORMAT, "shop:" },
    { "an array", "[]", ZH_FORMAT, "one JSON object" },
    { "empty object", "{}", ZH_FORMAT, "interests" },
    { "no types", "{\"interests\":[\"a\"]}", ZH_FORMAT, "types" },
    { "unknown key at the top", "{" TYPES ",\"curency\":\"CNY\"}", ZH_FORMAT, "did you mean \"currency\"" },
    { "unknown key, nothing near", "{" TYPES ",\"flavour\":1}", ZH_FORMAT, "docs/SHOP_FILE.md" },
    { "unknown key of a group", "{" TYPES ",\"choice\":{\"taste_wait\":1}}", ZH_FORMAT, "did you mean \"taste_weight\"" },
    { "unknown key of visits", "{" TYPES ",\"visits\":{\"hour\":[]}}", ZH_FORMAT, "did you mean \"hours\"" },
    { "unknown key of a type", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"brand\":[]}]}", ZH_FORMAT, "did you mean \"brands\"" },
    { "unknown key of a complement", "{" TYPES ",\"complements\":[{\"from\":\"x\",\"to\":\"y\",\"chance\":1}]}", ZH_FORMAT, "complements[]" },
    { "unknown key of a season", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"seasons\":[{\"from\":\"01-01\",\"to\":\"02-01\",\"times\":2}]}]}", ZH_FORMAT, "unknown key \"times\"" },
    { "repeated key", "{" TYPES ",\"seed\":1,\"seed\":2}", ZH_FORMAT, "stands twice" },
    { "below the range", "{" TYPES ",\"people\":{\"taste_alpha\":0}}", ZH_RANGE, "choose 0.01 to 100" },
    { "above the range", "{" TYPES ",\"visits\":{\"need_prob\":1.5}}", ZH_RANGE, "visits.need_prob" },
    { "text for a number", "{" TYPES ",\"lists\":{\"home\":\"8\"}}", ZH_FORMAT, "a whole number" },
    { "a fraction for a whole number", "{" TYPES ",\"lists\":{\"home\":8.5}}", ZH_FORMAT, "a whole number" },
    { "a group that is no object", "{" TYPES ",\"choice\":[]}", ZH_FORMAT, "an object" },
    { "weights of a short week", "{" TYPES ",\"visits\":{\"weekday\":[1,1]}}", ZH_FORMAT, "7 weights" },
    { "weights all zero", "{" TYPES ",\"visits\":{\"weekday\":[0,0,0,0,0,0,0]}}", ZH_RANGE, "above 0" },
    { "complement of an unknown type", "{" TYPES ",\"complements\":[{\"from\":\"x\",\"to\":\"z\"}]}", ZH_RANGE, "\"z\" is not the name" },
    { "complement of itself", "{" TYPES ",\"complements\":[{\"from\":\"x\",\"to\":\"x\"}]}", ZH_RANGE, "replenish_days" },
    { "interest that is not listed", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"interests\":{\"c\":1}}]}", ZH_RANGE, "\"c\" is not in the list" },
    { "a type twice", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\"},{\"name\":\"x\"}]}", ZH_RANGE, "stands twice" },
    { "a type without a name", "{\"interests\":[\"a\"],\"types\":[{}]}", ZH_FORMAT, "needs a name" },
    { "prices upside down", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"price_low_cents\":500,\"price_high_cents\":400}]}", ZH_RANGE, "above price_high" },
    { "too many items", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"items\":4096},{\"name\":\"y\",\"items\":1}]}", ZH_RANGE, "4096" },
    { "bad start", "{" TYPES ",\"start\":\"soon\"}", ZH_FORMAT, "2025-03-03" },
    { "bad currency", "{" TYPES ",\"currency\":\"yuan\"}", ZH_RANGE, "three letters" },
    { "bad titles", "{" TYPES ",\"titles\":\"fr\"}", ZH_RANGE, "en, zh or both" },
    { "stock upside down", "{" TYPES ",\"catalog\":{\"stock_low\":9,\"stock_high\":3}}", ZH_RANGE, "stock_low" },
    { "offers out of order", "{" TYPES ",\"menu\":[{\"percent\":10},{\"percent\":5}]}", ZH_RANGE, "percent rises" },
    { "an empty menu", "{" TYPES ",\"menu\":[]}", ZH_FORMAT, "1 to 8 offers" },
    { "unknown key of an offer", "{" TYPES ",\"menu\":[{\"percents\":5}]}", ZH_FORMAT, "did you mean \"percent\"" },
    { "a menu and its week", "{" TYPES ",\"menu\":[{\"percent\":5},{\"percent\":9,\"minimum_cents\":100}],\"offers\":{\"nudge\":-1}}", ZH_OK, "" },
    { "one text as a word", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"title\":\"Lamp\"}]}", ZH_OK, "" },
    { "three texts as a word", "{\"interests\":[\"a\"],\"types\":[{\"name\":\"x\",\"title\":[\"a\",\"b\",\"c\"]}]}", ZH_FORMAT, "[English, Chinese]" },
};

static void files_are_read_or_refused_with_a_reason(zh_arena *arena)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        zh_shop shop;
        zh_note why = { "" };
        zh_arena_reset(arena);
        const zh_err e = zh_shop_read(zh_sv_of(rows[i].json), arena, &shop, &why);
        if (e != rows[i].want || strstr(why.text, rows[i].says) == NULL) fprintf(stderr, "got %s: %s\n", zh_err_name(e), why.text);
        CHECK_ROW(e == rows[i].want, rows[i].name);
        CHECK_ROW(strstr(why.text, rows[i].says) != NULL, rows[i].name);
    }
}

static void a_number_key_goes_where_its_row_says(zh_arena *arena)
{
    zh_shop shop;
    zh_arena_reset(arena);
    test_shop(ZH_SV("{" TYPES ",\"seed\":7,\"choice\":{\"fatigue\":0.75},\"start\":\"2026-01-01\",\"utc_offset_minutes\":60,"
                    "\"complements\":[{\"from\":\"y\",\"to\":\"x\",\"prob\":0.9}]}"), arena, &shop);
    CHECK(shop.seed == 7 && shop.fatigue > 0.7499 && shop.fatigue < 0.7501 && shop.looks == 3);
    CHECK(shop.start_ms == 1767225600000 - 3600000);
    CHECK(shop.follows_count == 1 && shop.follows[0].from == 1 && shop.follows[0].to == 0 && shop.follows[0].prob > 0.89);
    CHECK(shop.types[0].interests[0] > 0.7499 && shop.types[0].interests[0] < 0.7501); /* weights become shares */
    CHECK(shop.types[1].interests[0] > 0.4999 && shop.types[1].interests[0] < 0.5001); /* none given: all alike */
    CHECK(shop.types[0].own_days > 89);
}

static void every_default_is_in_its_range(void)
{
    for (size_t i = 0; i < zh_shop_keys_count; i++) {
        const zh_shop_key *k = &zh_shop_keys[i];
        CHECK_ROW(k->low <= k->value && k->value <= k->high, k->name);
        CHECK_ROW(zh_shop_keys_find(k->group, zh_sv_of(k->name)) == k, k->name); /* no name twice in a group */
    }
}

static void a_season_may_run_over_new_year(void)
{
    const zh_shop_type type = { .seasons = { { 1201, 131, 2 }, { 601, 630, 0.5 } }, .seasons_count = 2 };
    static const struct { int32_t day; int sign; } days[] = { { 1130, 0 }, { 1201, 1 }, { 105, 1 }, { 131, 1 }, { 201, 0 }, { 615, -1 } };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const double log = zh_shop_season_log(&type, days[i].day);
        CHECK((log > 0) - (log < 0) == days[i].sign);
    }
}

static void distance_counts_letters_to_change(void)
{
    CHECK(zh_shop_keys_distance(ZH_SV("fatigue"), ZH_SV("fatigue")) == 0);
    CHECK(zh_shop_keys_distance(ZH_SV("fatige"), ZH_SV("fatigue")) == 1);
    CHECK(zh_shop_keys_distance(ZH_SV("kitten"), ZH_SV("sitting")) == 3);
    CHECK(zh_shop_keys_distance(ZH_SV(""), ZH_SV("abc")) == 3);
}

int main(void)
{
    zh_shop shop;
    zh_arena arena = zh_arena_open(TEST_ARENA_BYTES);
    files_are_read_or_refused_with_a_reason(&arena);
    a_number_key_goes_where_its_row_says(&arena);
    every_default_is_in_its_range();
    a_season_may_run_over_new_year();
    distance_counts_letters_to_change();
    zh_arena_reset(&arena);
    test_shop(zh_shop_default(), &arena, &shop);
    CHECK(shop.types_count >= 30 && shop.items_count >= 400 && shop.follows_count >= 10);
    zh_arena_close(&arena);
    return 0;
}
