/* shop_hook_fuzz.c -- any bytes are a signed webhook. The first byte says shop and topic. Whatever comes out keeps
 * the promises of core/event.h and of an item change; choices say only e-mail and SMS; asked twice, the answer is the
 * same. */
#include "base/json_scan.h"
#include "base/time.h"
#include "collect/clock.h"
#include "collect/shop_hook.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)
#define NOW ((int64_t)1795262400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stored in kept inputs by their place: append only. */
static const struct { zh_shop shop; const char *topic; } topics[] = {
    { ZH_SHOP_SHOPIFY, "orders/create" }, { ZH_SHOP_SHOPIFY, "orders/updated" }, { ZH_SHOP_SHOPIFY, "orders/cancelled" },
    { ZH_SHOP_SHOPIFY, "refunds/create" }, { ZH_SHOP_SHOPIFY, "checkouts/update" }, { ZH_SHOP_SHOPIFY, "products/update" },
    { ZH_SHOP_SHOPIFY, "products/delete" }, { ZH_SHOP_SHOPIFY, "customers/update" }, { ZH_SHOP_SHOPIFY, "customers/redact" },
    { ZH_SHOP_SHOPIFY, "app/uninstalled" }, { ZH_SHOP_WOOCOMMERCE, "order.created" }, { ZH_SHOP_WOOCOMMERCE, "order.updated" },
    { ZH_SHOP_WOOCOMMERCE, "order.deleted" }, { ZH_SHOP_WOOCOMMERCE, "product.updated" }, { ZH_SHOP_WOOCOMMERCE, "customer.created" },
    { ZH_SHOP_WOOCOMMERCE, "coupon.created" }, { ZH_SHOP_WOOCOMMERCE, "nothing" },
};
#define TOPICS (sizeof topics / sizeof *topics)

static void check_object(zh_sv text)
{
    if (text.size == 0) return;
    REQUIRE(text.data[0] == '{' && zh_json_judge(text).kind == ZH_JSON_FINE);
}

static void check_event(const zh_event *e)
{
    REQUIRE(e->type == ZH_EVENT_TRACK || e->type == ZH_EVENT_IDENTIFY);
    REQUIRE((unsigned)e->act < ZH_ACT_COUNT && e->message_id.size > 0 && e->message_id.size <= ZH_MESSAGE_ID_BYTES_MAX);
    REQUIRE(e->user_id.size > 0 || e->anonymous_id.size > 0);
    REQUIRE(e->user_id.size <= ZH_EXTERNAL_ID_BYTES_MAX && e->anonymous_id.size <= ZH_EXTERNAL_ID_BYTES_MAX);
    REQUIRE(e->name.size <= ZH_EVENT_NAME_BYTES_MAX && e->lines_count <= ZH_EVENT_LINES_MAX && e->revenue_minor >= 0);
    REQUIRE(e->time_ms >= ZH_TIME_MS_MIN && e->time_ms <= NOW + ZH_CLOCK_AHEAD_MS_MAX);
    for (uint32_t i = 0; i < e->lines_count; i++) {
        const zh_line *line = &e->lines[i];
        REQUIRE(line->item.number != 0 && line->item_text.size > 0 && line->item_text.size <= ZH_ITEM_TEXT_BYTES_MAX && line->quantity >= 0);
    }
    const zh_sv objects[] = { e->properties, e->traits, e->context, e->personal };
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) check_object(objects[i]), bytes += objects[i].size;
    REQUIRE(bytes <= 4 * ZH_EVENT_BYTES_MAX);
}

static void check_item(const zh_shop_item *item)
{
    REQUIRE(item->text.size > 0 && item->text.size <= ZH_ITEM_TEXT_BYTES_MAX && item->price_minor >= -1 && item->stock >= -1);
    REQUIRE(item->title.size <= 500 && item->category.size <= 255 && item->brand.size <= 255 && item->attributes.size <= 8192);
    REQUIRE(item->url.size <= 2048 && item->image_url.size <= 2048);
    REQUIRE(item->at_ms >= ZH_TIME_MS_MIN && item->at_ms <= NOW + ZH_CLOCK_AHEAD_MS_MAX);
    check_object(item->attributes);
}

static void check(const zh_shop_hook *h)
{
    REQUIRE(h->events_count <= ZH_SHOP_HOOK_EVENTS_MAX && h->rejects_count <= ZH_SHOP_HOOK_EVENTS_MAX);
    for (uint32_t i = 0; i < h->events_count; i++) check_event(&h->events[i]);
    if (h->has_item) check_item(&h->item);
    REQUIRE(h->choices_count <= ZH_SHOP_HOOK_CHOICES_MAX && (h->choices_count == 0 || h->choices_user.size > 0));
    for (uint32_t i = 0; i < h->choices_count; i++)
        REQUIRE(h->choices[i].said != 0 && (h->choices[i].yes & ~h->choices[i].said) == 0 && h->choices[i].at_ms >= 0);
    for (uint32_t i = 0; i < h->rejects_count; i++) REQUIRE(h->rejects[i].why != ZH_REJECT_NONE && h->rejects[i].detail.size <= ZH_EXTERNAL_ID_BYTES_MAX);
}

static uint64_t digest(const zh_shop_hook *h)
{
    uint64_t hash = h->events_count ^ (uint64_t)h->rejects_count << 20 ^ (uint64_t)h->choices_count << 40;
    for (uint32_t i = 0; i < h->events_count; i++) {
        const zh_event *e = &h->events[i];
        const zh_sv texts[] = { e->message_id, e->name, e->properties, e->traits, e->context, e->personal };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) hash = zh_mix64(hash ^ zh_fast64(texts[k]));
        hash = zh_mix64(hash ^ e->body_hash ^ (uint64_t)e->time_ms ^ e->marks);
    }
    if (h->has_item) hash = zh_mix64(hash ^ zh_fast64(h->item.attributes) ^ (uint64_t)h->item.price_minor ^ (uint64_t)h->item.at_ms);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    zh_json *json;
    zh_arena first = zh_arena_open(64 << 20), second = zh_arena_open(64 << 20);
    zh_buf scratch = zh_buf_open(ZH_SHOP_HOOK_SCRATCH_BYTES);
    zh_shop_hook hook, again;
    REQUIRE(zh_json_open(&json, ZH_SHOP_HOOK_SCRATCH_BYTES) == ZH_OK);
    const size_t at = data[0] % TOPICS;
    zh_shop_hook_ask ask = { .shop = topics[at].shop, .source = { 2 }, .topic = zh_sv_of(topics[at].topic), .domain = ZH_SV("shop.example"),
        .delivery = ZH_SV("d-1"), .triggered_ms = ZH_CLOCK_ABSENT, .body = { (const char *)data + 1, size - 1 }, .received_ms = NOW,
        .parser = json, .arena = &first, .scratch = &scratch };
    REQUIRE(zh_shop_hook_read(&ask, &hook) == ZH_OK);
    check(&hook);
    ask.arena = &second;
    REQUIRE(zh_shop_hook_read(&ask, &again) == ZH_OK && digest(&hook) == digest(&again));
    zh_json_close(json);
    zh_arena_close(&first), zh_arena_close(&second);
    zh_buf_close(&scratch);
    return 0;
}
