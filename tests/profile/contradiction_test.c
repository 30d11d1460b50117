/* Goal: a tag that says what somebody likes is contradicted by ten events or more of which fewer than one in twenty agree, and not otherwise.
 * Method: rows of events counted by hand. */
#include "profile/contradiction.h"
#include "base/time.h"
#include "check.h"

#define NOW 1700000000000

static zh_customers *customers;
static zh_arena scratch;
static uint64_t made;

static void views(uint64_t customer, const char *category, const char *brand, int count, int64_t days_ago)
{
    for (int i = 0; i < count; i++) {
        zh_line line = { .item = zh_item_id_of(ZH_SV("i")), .item_text = ZH_SV("i"), .category = zh_sv_of(category), .brand = zh_sv_of(brand), .price_minor = 100, .quantity = 1, .total_minor = 100 };
        const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .time_ms = NOW - days_ago * ZH_DAY_MS - i, .key = { ++made, 5 },
                                 .name = ZH_SV("Product Viewed"), .lines = &line, .lines_count = 1 };
        zh_effects effects = zh_effects_open(&scratch);
        CHECK(zh_customers_fold(customers, event.customer, &event, &effects) == ZH_OK);
        zh_arena_reset(&scratch);
    }
}

int main(void)
{
    scratch = zh_arena_open((size_t)16 << 20);
    CHECK(zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK);
    views(1, "女装", "a", 1, 3);
    views(1, "男装", "b", 20, 2);
    views(1, "鞋", "b", 5, 2);
    views(2, "男装", "", 9, 2);
    views(3, "女装", "", 40, 100);
    views(3, "男装", "", 10, 1);
    static const struct { const char *name; uint64_t customer; const char *tag; bool against; uint32_t events, of_it; const char *most; } rows[] = {
        { "one of 26 is not one of twenty", 1, "category:女装", true, 26, 1, "男装" },
        { "what most of it is", 1, "category:男装", false, 26, 20, "鞋" },
        { "a brand that is most of it", 1, "brand:b", false, 26, 25, "a" },
        { "a brand that was never named", 1, "brand:zzz", true, 26, 0, "b" },
        { "either", 1, "likes:b", false, 26, 25, "女装" },
        { "neither", 1, "likes:tea", true, 26, 0, "男装" },
        { "nine events say nothing", 2, "category:女装", false, 9, 0, "男装" },
        { "what is a hundred days ago is not counted", 3, "category:女装", true, 10, 0, "男装" },
        { "a tag that says nothing of tastes", 1, "vip", false, 0, 0, "" },
        { "nothing behind the colon", 1, "category:", false, 0, 0, "" },
        { "nobody", 7, "category:女装", false, 0, 0, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_contradiction found;
        const bool against = zh_contradiction_of(zh_customers_get(customers, (zh_customer_id){ rows[i].customer }), zh_customers_terms(customers), zh_sv_of(rows[i].tag), NOW, &found);
        CHECK_ROW(against == rows[i].against, rows[i].name);
        CHECK_ROW(found.events == rows[i].events && found.of_it == rows[i].of_it, rows[i].name);
        CHECK_ROW(zh_sv_equal(found.most, zh_sv_of(rows[i].most)), rows[i].name);
    }
    zh_customers_close(customers);
    zh_arena_close(&scratch);
    return 0;
}
