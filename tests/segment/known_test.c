/* Goal: names and values are listed as often as they came, whatever the order, and past a bound nothing breaks.
 * Method: random names beside plain counters; customers with traits of every kind. */
#include "segment/known.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static void names_are_counted(uint64_t seed)
{
    enum { NAMES = 40 };
    uint64_t counts[NAMES] = { 0 };
    zh_known *k;
    CHECK(zh_known_open(&k) == ZH_OK);
    for (int i = 0; i < 3000; i++) {
        char text[24];
        const uint64_t at = test_random(&seed) % NAMES, times = test_random(&seed) % 4;
        snprintf(text, sizeof text, "name %02llu", (unsigned long long)at);
        CHECK(zh_known_name(k, i % 2 == 0 ? ZH_KNOWN_EVENT : ZH_KNOWN_BRAND, zh_sv_of(text), times) == ZH_OK);
        if (i % 2 == 0) counts[at] += times;
    }
    CHECK(zh_known_name(k, ZH_KNOWN_EVENT, (zh_sv){ 0 }, 5) == ZH_OK);
    zh_known_settle(k);
    const zh_known_one *one;
    const size_t listed = zh_known_list(k, ZH_KNOWN_EVENT, 1, &one);
    CHECK(listed > 30 && listed <= NAMES);
    for (size_t i = 0; i < listed; i++) {
        CHECK(one[i].count == counts[(one[i].text.data[5] - '0') * 10 + one[i].text.data[6] - '0']);
        CHECK(i == 0 || one[i - 1].count > one[i].count || (one[i - 1].count == one[i].count && zh_sv_compare(one[i - 1].text, one[i].text) < 0));
    }
    CHECK(zh_known_list(k, ZH_KNOWN_EVENT, one[2].count + 1, &one) <= 2);
    CHECK(zh_known_list(k, ZH_KNOWN_CATEGORY, 1, &one) == 0);
    zh_known_close(k);
}

static void says(zh_customers *c, uint64_t customer, const char *traits)
{
    zh_arena scratch = zh_arena_open(1 << 20);
    zh_effects effects = zh_effects_open(&scratch);
    const zh_event event = { .customer = { customer }, .type = ZH_EVENT_IDENTIFY, .time_ms = 1000, .key = { customer, 1 }, .traits = zh_sv_of(traits) };
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_close(&scratch);
}

static const zh_known_one *trait_of(const zh_known *k, const char *name)
{
    const zh_known_one *one;
    const size_t count = zh_known_list(k, ZH_KNOWN_TRAIT, 1, &one);
    for (size_t i = 0; i < count; i++)
        if (zh_sv_equal(one[i].text, zh_sv_of(name))) return &one[i];
    return NULL;
}

static void traits_have_kinds_and_values(void)
{
    zh_customers *c;
    zh_known *k;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_known_open(&k) == ZH_OK);
    says(c, 1, "{\"city\":\"深圳\",\"age\":31,\"vip\":true,\"tags\":[\"a\"],\"gone\":null}");
    says(c, 2, "{\"city\":\"深圳\",\"age\":\"old\",\"vip\":false}");
    says(c, 3, "{\"city\":\"Guangzhou\",\"age\":40}");
    for (uint64_t customer = 1; customer <= 3; customer++) CHECK(zh_known_customer(k, zh_customers_get(c, (zh_customer_id){ customer })) == ZH_OK);
    zh_known_settle(k);
    const zh_known_one *city = trait_of(k, "city"), *age = trait_of(k, "age"), *vip = trait_of(k, "vip"), *tags = trait_of(k, "tags"), *value;
    CHECK(city != NULL && age != NULL && vip != NULL && tags != NULL && trait_of(k, "gone") == NULL);
    CHECK(city->count == 3 && age->count == 3 && vip->count == 2 && tags->count == 1);
    CHECK(zh_known_kind_of(city) == ZH_KNOWN_TEXT && zh_known_kind_of(age) == ZH_KNOWN_NUMBER && zh_known_kind_of(vip) == ZH_KNOWN_TRUTH && zh_known_kind_of(tags) == ZH_KNOWN_MANY);
    CHECK(zh_known_values(k, city, 1, &value) == 2 && value[0].count == 2 && zh_sv_equal(value[0].text, ZH_SV("\"深圳\"")) && zh_sv_equal(value[1].text, ZH_SV("\"Guangzhou\"")));
    CHECK(zh_known_values(k, city, 2, &value) == 1 && zh_known_values(k, age, 1, &value) == 3 && zh_known_values(k, tags, 1, &value) == 0);
    zh_known_close(k);
    zh_customers_close(c);
}

static void bounds_hold(void)
{
    char text[256];
    zh_known *k;
    const zh_known_one *one;
    CHECK(zh_known_open(&k) == ZH_OK);
    for (int i = 0; i < 3 * ZH_KNOWN_NAMES_MAX; i++) {
        snprintf(text, sizeof text, "%0200d", i);
        CHECK(zh_known_name(k, ZH_KNOWN_CATEGORY, zh_sv_of(text), 1) == ZH_OK);
    }
    zh_known_settle(k);
    CHECK(zh_known_list(k, ZH_KNOWN_CATEGORY, 1, &one) == ZH_KNOWN_NAMES_MAX);
    zh_known_close(k);
    CHECK(zh_known_open(&k) == ZH_OK);
    zh_known_settle(k);
    CHECK(zh_known_list(k, ZH_KNOWN_TRAIT, 1, &one) == 0);
    zh_known_close(k);
    zh_known_close(NULL);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 20; i++) names_are_counted(seed + i);
    traits_have_kinds_and_values();
    bounds_hold();
    return 0;
}
