/* Goal: devices, systems, channels and discounts are counted from what events say, whatever they say.
 * Method: a table of events with what each adds. */
#include "profile/portrait_context.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *context, *properties; zh_act act; const char *device, *system, *channel; bool is_discounted; } rows[] = {
    { "{\"device\":{\"type\":\"ios\"},\"os\":{\"name\":\"iOS\"},\"campaign\":{\"source\":\"wechat\",\"medium\":\"social\"}}", "", ZH_ACT_VIEW, "ios", "iOS", "wechat", false },
    { "{\"screen\":{\"width\":390},\"campaign\":{\"medium\":\"email\"}}", "{\"coupon\":\"SPRING\"}", ZH_ACT_ORDER, "mobile", NULL, "email", true },
    { "{\"screen\":{\"width\":1440}}", "{\"discount\":5.5,\"coupon\":\"\"}", ZH_ACT_ORDER, "desktop", NULL, NULL, true },
    { "{\"screen\":{\"width\":-1}}", "{\"discount\":0,\"coupon\":\"\"}", ZH_ACT_ORDER, NULL, NULL, NULL, false },
    { "{\"device\":5,\"os\":[],\"campaign\":null}", "{\"coupon\":\"X\"}", ZH_ACT_VIEW, NULL, NULL, NULL, false },
    { "", "", ZH_ACT_ORDER, NULL, NULL, NULL, false },
    { "no JSON", "no JSON", ZH_ACT_ORDER, NULL, NULL, NULL, false },
};

static uint32_t found(const zh_portrait_context *c, zh_context_kind kind, const char *name)
{
    for (uint32_t i = 0; i < c->counts[kind]; i++)
        if (zh_sv_equal(c->names[kind][i].name, zh_sv_of(name))) return c->names[kind][i].events;
    return 0;
}

int main(int argc, char **argv)
{
    (void)test_seed(argc, argv);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_json *json;
    CHECK(zh_json_open(&json, 65536) == ZH_OK);
    zh_portrait_context all = { 0 };
    uint32_t orders = 0, discounted = 0;
    const size_t count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < count; i++) {
        zh_portrait_context one = { 0 };
        const zh_event event = { .act = rows[i].act, .time_ms = 1000 + (int64_t)((i * 3) % count), .context = zh_sv_of(rows[i].context), .properties = zh_sv_of(rows[i].properties) };
        CHECK(zh_portrait_context_add(&one, &event, json, &arena) == ZH_OK && zh_portrait_context_add(&all, &event, json, &arena) == ZH_OK);
        const char *const names[] = { rows[i].device, rows[i].system, rows[i].channel };
        for (int kind = 0; kind < ZH_CONTEXT_KINDS; kind++) {
            CHECK_ROW(one.counts[kind] == (names[kind] != NULL), rows[i].context);
            CHECK_ROW(names[kind] == NULL || found(&one, (zh_context_kind)kind, names[kind]) == 1, rows[i].context);
        }
        CHECK_ROW(one.discounted == rows[i].is_discounted && one.orders == (rows[i].act == ZH_ACT_ORDER), rows[i].properties);
        orders += rows[i].act == ZH_ACT_ORDER;
        discounted += rows[i].is_discounted;
    }
    CHECK(all.events == count && all.since_ms == 1000 && all.last_ms == 1000 + (int64_t)count - 1 && all.orders == orders && all.discounted == discounted);
    /* More names than there is room for: the first stay, counts go on. */
    for (int i = 0; i < 40; i++) {
        char context[64];
        (void)snprintf(context, sizeof context, "{\"os\":{\"name\":\"os %d\"}}", i % 20);
        const zh_event event = { .act = ZH_ACT_VIEW, .context = zh_sv_of(context) };
        CHECK(zh_portrait_context_add(&all, &event, json, &arena) == ZH_OK);
    }
    zh_portrait_context_end(&all);
    CHECK(all.counts[ZH_CONTEXT_SYSTEMS] == ZH_CONTEXT_NAMES_MAX);
    for (uint32_t i = 1; i < all.counts[ZH_CONTEXT_SYSTEMS]; i++) CHECK(all.names[ZH_CONTEXT_SYSTEMS][i].events <= all.names[ZH_CONTEXT_SYSTEMS][i - 1].events);
    zh_arena small = zh_arena_open(1);
    const zh_event event = { .act = ZH_ACT_VIEW, .context = ZH_SV("{\"os\":{\"name\":\"new\"}}") };
    zh_portrait_context none = { 0 };
    CHECK(zh_portrait_context_add(&none, &event, json, &small) == ZH_NOMEM);
    zh_arena_close(&small);
    zh_json_close(json);
    zh_arena_close(&arena);
    return 0;
}
