/* Goal: each sentence of the table holds at its threshold and not beside it, the most urgent first.
 * Method: a healthy shop, in which one fact at a time is moved over its threshold. */
#include "measure/attention.h"
#include "base/time.h"
#include "check.h"

#include <string.h>

#define GIB ((uint64_t)1 << 30)

static zh_attention_facts healthy(void)
{
    return (zh_attention_facts){ .ready = true, .now_ms = 100 * ZH_DAY_MS, .newest_ms = 100 * ZH_DAY_MS - 1000, .disk_bytes = 100 * GIB, .disk_free = 50 * GIB, .events = 9,
        .compared = true, .today = { 1000, 50, 60, 6000, 0, 2 }, .last_week = { 1000, 50, 60, 6000, 0, 2 } };
}

static bool says(const zh_attention_facts *f, zh_attention_code code, zh_attention_level level)
{
    zh_attention found[ZH_ATTENTION_COUNT];
    return zh_attention_of(f, found) == 1 && found[0].code == code && found[0].level == level;
}

static bool is_quiet(const zh_attention_facts *f)
{
    zh_attention found[ZH_ATTENTION_COUNT];
    return zh_attention_of(f, found) == 0;
}

#define WITH(change) (f = healthy(), (void)(change), &f)

int main(void)
{
    zh_attention_facts f = healthy();
    CHECK(is_quiet(&f));
    CHECK(says(WITH(f.ready = false), ZH_ATTENTION_NOT_READY, ZH_ATTENTION_HIGH));
    CHECK(says(WITH(f.disk_free = 4 * GIB), ZH_ATTENTION_DISK_LOW, ZH_ATTENTION_HIGH));
    CHECK(says(WITH(f.disk_free = 14 * GIB), ZH_ATTENTION_DISK_LOW, ZH_ATTENTION_MEDIUM));
    CHECK(says(WITH((f.disk_bytes = 4 * GIB, f.disk_free = GIB / 2)), ZH_ATTENTION_DISK_LOW, ZH_ATTENTION_HIGH));
    CHECK(is_quiet(WITH(f.disk_free = 16 * GIB)) && is_quiet(WITH((f.disk_bytes = 0, f.disk_free = 0))));
    CHECK(says(WITH(f.lag_ms = 10001), ZH_ATTENTION_VIEWS_BEHIND, ZH_ATTENTION_MEDIUM) && says(WITH(f.lag_ms = 60001), ZH_ATTENTION_VIEWS_BEHIND, ZH_ATTENTION_HIGH));
    CHECK(is_quiet(WITH(f.lag_ms = 10000)));
    CHECK(says(WITH(f.today.orders = 41), ZH_ATTENTION_ORDERS_DOWN, ZH_ATTENTION_HIGH) && is_quiet(WITH(f.today.orders = 42)));
    CHECK(is_quiet(WITH((f.today.orders = 0, f.last_week.orders = 19))) && is_quiet(WITH((f.today.orders = 0, f.compared = false))));
    CHECK(says(WITH(f.today.buyers = 34), ZH_ATTENTION_CONVERSION_DOWN, ZH_ATTENTION_HIGH) && is_quiet(WITH(f.today.buyers = 36)));
    CHECK(is_quiet(WITH((f.today.visitors = 199, f.today.buyers = 0))));
    CHECK(says(WITH(f.today.refunds = 5), ZH_ATTENTION_REFUNDS_UP, ZH_ATTENTION_MEDIUM) && is_quiet(WITH(f.today.refunds = 4)));
    CHECK(is_quiet(WITH((f.today.refunds = 6, f.last_week.refunds = 3))));
    CHECK(says(WITH(f.letters = 1), ZH_ATTENTION_DEAD_LETTERS, ZH_ATTENTION_MEDIUM) && says(WITH(f.untitled = 1), ZH_ATTENTION_UNTITLED_ITEMS, ZH_ATTENTION_LOW));
    CHECK(says(WITH(f.newest_ms = f.now_ms - ZH_HOUR_MS - 1), ZH_ATTENTION_SILENT, ZH_ATTENTION_MEDIUM) && is_quiet(WITH(f.newest_ms = f.now_ms - ZH_HOUR_MS)));
    CHECK(says(WITH((f.events = 0, f.newest_ms = 0)), ZH_ATTENTION_NO_EVENTS, ZH_ATTENTION_MEDIUM));
    CHECK(says(WITH((f.narrow = 1, f.narrow_placement = ZH_SV("home"))), ZH_ATTENTION_LISTS_NARROW, ZH_ATTENTION_MEDIUM));
    CHECK(says(WITH((f.apart = 2, f.apart_placement = ZH_SV("home"))), ZH_ATTENTION_LISTS_APART, ZH_ATTENTION_MEDIUM));
    zh_attention found[ZH_ATTENTION_COUNT];
    f = healthy(), f.sold_out = 2, f.sold_out_item = ZH_SV("a1");
    CHECK(zh_attention_of(&f, found) == 1 && found[0].params_count == 2 && found[0].params[0].number == 2 && zh_sv_equal(found[0].params[1].text, ZH_SV("a1")));
    f.today.orders = 10, f.untitled = 1, f.ready = false; /* the most urgent first, then in the order of the table */
    const zh_attention_code want[] = { ZH_ATTENTION_NOT_READY, ZH_ATTENTION_ORDERS_DOWN, ZH_ATTENTION_POPULAR_SOLD_OUT, ZH_ATTENTION_UNTITLED_ITEMS };
    CHECK(zh_attention_of(&f, found) == 4);
    for (size_t i = 0; i < 4; i++) CHECK(found[i].code == want[i]);
    for (int code = 0; code < ZH_ATTENTION_COUNT; code++) CHECK(strlen(zh_attention_text((zh_attention_code)code)) > 3 && zh_attention_page((zh_attention_code)code)[0] == '/');
    return 0;
}
