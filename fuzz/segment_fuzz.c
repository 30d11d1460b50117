/* segment_fuzz.c -- any bytes are a request of the Segment dialect. The first byte chooses the route and
 * the flags. Malformed is refused whole and nothing else is; every item is an event or a reject; every
 * event keeps the promises of core/event.h; asked twice, the answer is the same. */
#include "base/json_scan.h"
#include "base/time.h"
#include "collect/personal.h"
#include "collect/segment.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)
#define NOW ((int64_t)1795262400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_object(zh_sv text)
{
    if (text.size == 0) return;
    REQUIRE(text.data[0] == '{' && zh_json_judge(text).kind == ZH_JSON_FINE);
}

static void check_event(const zh_event *e, zh_json *json, zh_buf *scratch, zh_buf *out)
{
    REQUIRE(e->type >= ZH_EVENT_TRACK && e->type <= ZH_EVENT_ALIAS &&
            (unsigned)e->act < ZH_ACT_COUNT);
    REQUIRE(e->message_id.size > 0 && e->message_id.size <= ZH_MESSAGE_ID_BYTES_MAX);
    REQUIRE(e->user_id.size > 0 || e->anonymous_id.size > 0);
    REQUIRE(e->user_id.size <= ZH_EXTERNAL_ID_BYTES_MAX &&
            e->anonymous_id.size <= ZH_EXTERNAL_ID_BYTES_MAX);
    REQUIRE(e->name.size <= ZH_EVENT_NAME_BYTES_MAX && e->lines_count <= ZH_EVENT_LINES_MAX);
    REQUIRE(e->time_ms >= ZH_TIME_MS_MIN && e->time_ms <= ZH_TIME_MS_MAX);
    REQUIRE(e->original_ms >= ZH_TIME_MS_MIN && e->original_ms <= ZH_TIME_MS_MAX &&
            e->sent_ms >= 0);
    REQUIRE(e->revenue_minor >= 0 || e->act == ZH_ACT_STOCK);
    for (uint32_t i = 0; i < e->lines_count; i++) {
        const zh_line *line = &e->lines[i];
        REQUIRE(line->item.number != 0 && line->item_text.size > 0 &&
                line->item_text.size <= ZH_ITEM_TEXT_BYTES_MAX);
        REQUIRE(line->price_minor >= -1 && (line->quantity >= 0 || e->act == ZH_ACT_STOCK));
        REQUIRE(line->total_minor >= 0 || e->act == ZH_ACT_STOCK);
    }
    const zh_sv objects[] = { e->properties,   e->traits,  e->context,
                              e->integrations, e->consent, e->personal };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) check_object(objects[i]);
    zh_buf_reset(out);
    REQUIRE(zh_personal_join(json, scratch, ZH_PERSONAL_CONTEXT, e->context, e->personal, out) ==
            ZH_OK);
    check_object(zh_buf_view(out));
}

static uint64_t digest(const zh_segment_batch *b)
{
    uint64_t h = b->events_count;
    for (uint32_t i = 0; i < b->events_count; i++) {
        const zh_event *e = &b->events[i];
        const zh_sv texts[] = { e->message_id, e->name,     e->properties, e->traits,
                                e->context,    e->personal, e->order_id };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            h = zh_mix64(h ^ zh_fast64(texts[k]));
        h = zh_mix64(h ^ e->body_hash ^ (uint64_t)e->time_ms ^ e->marks);
    }
    for (uint32_t i = 0; i < b->rejects_count; i++)
        h = zh_mix64(h ^ (uint64_t)b->rejects[i].why ^ zh_fast64(b->rejects[i].detail));
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    zh_json *json;
    zh_arena first = zh_arena_open(64 << 20), second = zh_arena_open(64 << 20);
    zh_buf scratch = zh_buf_open(1 << 20), join_scratch = zh_buf_open(1 << 20),
           out = zh_buf_open(1 << 20);
    zh_segment_batch batch, again;
    REQUIRE(zh_json_open(&json, 1 << 20) == ZH_OK);
    zh_segment_ask ask = { .route = (zh_segment_route)(1 + data[0] % 8),
                           .is_import = (data[0] & 16) != 0,
                           .fill_ip = (data[0] & 32) != 0,
                           .peer_ip = ZH_SV("203.0.113.1"),
                           .received_ms = NOW,
                           .parser = json,
                           .arena = &first,
                           .scratch = &scratch,
                           .body = { (const char *)data + 1, size - 1 } };
    const zh_err e = zh_segment_read(&ask, &batch);
    const zh_json_fault_kind kind = zh_json_judge(ask.body).kind;
    const bool malformed = kind == ZH_JSON_MALFORMED || kind == ZH_JSON_BAD_UTF8;
    REQUIRE(e == ZH_OK || e == ZH_FORMAT || e == ZH_RANGE);
    REQUIRE(e != ZH_OK || !malformed);
    REQUIRE(e == ZH_OK ||
            (batch.events_count == 0 && batch.rejects_count == 0 && batch.fault != NULL));
    if (e == ZH_OK)
        REQUIRE(batch.whole_rejected ||
                batch.events_count + batch.rejects_count == batch.items_count);
    for (uint32_t i = 0; i < batch.rejects_count; i++) {
        const zh_segment_reject *r = &batch.rejects[i];
        REQUIRE(r->why != ZH_REJECT_NONE && r->why < ZH_REJECT_COUNT &&
                r->index < batch.items_count);
        REQUIRE(r->raw.data >= ask.body.data &&
                r->raw.data + r->raw.size <= ask.body.data + ask.body.size);
    }
    ask.arena = &second;
    REQUIRE(zh_segment_read(&ask, &again) == e && digest(&batch) == digest(&again));
    for (uint32_t i = 0; i < batch.events_count; i++)
        check_event(&batch.events[i], json, &join_scratch, &out);
    zh_json_close(json);
    zh_arena_close(&first), zh_arena_close(&second);
    zh_buf_close(&scratch), zh_buf_close(&join_scratch), zh_buf_close(&out);
    return 0;
}
