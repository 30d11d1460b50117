/* sensors_fuzz.c -- any bytes are a request of the Sensors dialect. The first byte says how they are taken: as the
 * form itself, or as the JSON that a client would pack. Every record is an event, an item, a reject or
 * tolerated; every event keeps the promises of core/event.h; asked twice, the answer is the same. */
#include "base/b64.h"
#include "base/json_scan.h"
#include "base/time.h"
#include "collect/sensors.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)
#define NOW ((int64_t)1795262400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_object(zh_sv text)
{
    if (text.size == 0) return;
    REQUIRE(text.data[0] == '{' && zh_json_judge(text).kind == ZH_JSON_FINE);
}

static void check_event(const zh_event *e)
{
    REQUIRE(e->type == ZH_EVENT_TRACK || e->type == ZH_EVENT_PAGE || e->type == ZH_EVENT_IDENTIFY);
    REQUIRE((unsigned)e->act < ZH_ACT_COUNT && e->message_id.size > 0 && e->message_id.size <= ZH_MESSAGE_ID_BYTES_MAX);
    REQUIRE(e->user_id.size > 0 || e->anonymous_id.size > 0);
    REQUIRE(e->user_id.size <= ZH_EXTERNAL_ID_BYTES_MAX && e->anonymous_id.size <= ZH_EXTERNAL_ID_BYTES_MAX);
    REQUIRE(e->name.size <= ZH_EVENT_NAME_BYTES_MAX && e->lines_count <= ZH_EVENT_LINES_MAX);
    REQUIRE(e->time_ms >= ZH_TIME_MS_MIN && e->time_ms <= ZH_TIME_MS_MAX);
    REQUIRE(e->original_ms >= ZH_TIME_MS_MIN && e->original_ms <= ZH_TIME_MS_MAX && e->sent_ms >= 0);
    REQUIRE(e->revenue_minor >= 0);
    for (uint32_t i = 0; i < e->lines_count; i++) {
        const zh_line *line = &e->lines[i];
        REQUIRE(line->item.number != 0 && line->item_text.size > 0 && line->item_text.size <= ZH_ITEM_TEXT_BYTES_MAX);
        REQUIRE(line->quantity >= 0);
    }
    const zh_sv objects[] = { e->properties, e->traits, e->context, e->personal };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) check_object(objects[i]);
}

static void check_item(const zh_sensors_item *item)
{
    REQUIRE(item->text.size > 0 && item->text.size <= ZH_ITEM_TEXT_BYTES_MAX);
    REQUIRE(item->price_minor >= -1 && item->stock >= -1);
    REQUIRE(item->at_ms >= ZH_TIME_MS_MIN && item->at_ms <= ZH_TIME_MS_MAX);
    check_object(item->attributes);
}

static uint64_t digest(const zh_sensors_batch *b)
{
    uint64_t h = b->records_count;
    for (uint32_t i = 0; i < b->events_count; i++) {
        const zh_event *e = &b->events[i];
        const zh_sv texts[] = { e->message_id, e->name, e->properties, e->traits, e->context, e->personal, b->events_place[i].project };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) h = zh_mix64(h ^ zh_fast64(texts[k]));
        h = zh_mix64(h ^ e->body_hash ^ (uint64_t)e->time_ms ^ e->marks);
    }
    for (uint32_t i = 0; i < b->items_count; i++) h = zh_mix64(h ^ zh_fast64(b->items[i].text) ^ (uint64_t)b->items[i].price_minor);
    for (uint32_t i = 0; i < b->rejects_count; i++) h = zh_mix64(h ^ (uint64_t)b->rejects[i].why ^ zh_fast64(b->rejects[i].detail));
    return h;
}

static void check_batch(const zh_sensors_batch *b)
{
    REQUIRE(b->whole_rejected || b->events_count + b->items_count + b->rejects_count + b->tolerated_count == b->records_count);
    for (uint32_t i = 0; i < b->events_count; i++) check_event(&b->events[i]);
    for (uint32_t i = 0; i < b->items_count; i++) check_item(&b->items[i]);
    for (uint32_t i = 0; i < b->rejects_count; i++) {
        const zh_segment_reject *r = &b->rejects[i];
        REQUIRE(r->why != ZH_REJECT_NONE && r->why < ZH_REJECT_COUNT && r->index < b->records_count);
        REQUIRE(r->message_id.size <= ZH_MESSAGE_ID_BYTES_MAX && r->detail.size <= ZH_EVENT_BYTES_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    zh_json *json;
    zh_arena first = zh_arena_open(64 << 20), second = zh_arena_open(64 << 20);
    zh_buf scratch = zh_buf_open(2 * ZH_SENSORS_UNPACKED_BYTES_MAX), form = zh_buf_open(8 << 20);
    zh_sensors_batch batch, again;
    REQUIRE(zh_json_open(&json, ZH_SENSORS_PARSER_BYTES) == ZH_OK);
    const zh_sv bytes = { (const char *)data + 1, size - 1 };
    if ((data[0] & 1) != 0) {
        zh_buf_put(&form, ZH_SV("data_list="));
        zh_b64_encode(bytes, &form);
    } else {
        zh_buf_put(&form, bytes);
    }
    zh_sensors_ask ask = { .form = zh_buf_view(&form), .query = (data[0] & 2) != 0 ? ZH_SV("project=p") : zh_buf_view(&form),
                           .peer_ip = ZH_SV("203.0.113.1"), .received_ms = NOW, .parser = json, .arena = &first, .scratch = &scratch };
    REQUIRE(zh_sensors_read(&ask, &batch) == ZH_OK);
    check_batch(&batch);
    ask.arena = &second;
    REQUIRE(zh_sensors_read(&ask, &again) == ZH_OK && digest(&batch) == digest(&again));
    zh_json_close(json);
    zh_arena_close(&first), zh_arena_close(&second);
    zh_buf_close(&scratch), zh_buf_close(&form);
    return 0;
}
