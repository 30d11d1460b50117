/* The record of an event (docs/FORMATS.md draws it), version 1; 2 with the number of an import; 3 with
 * costs, and that number or 0:
 *
 *   u8 kind=1, u8 version [2, 3: u32 import], u8 type, u8 act, u32 marks, u64 customer, u32 source,
 *   u64 key.high, u64 key.low, u64 body_hash, i64 time_ms,
 *   zig original_ms - time_ms, zig received_ms - time_ms, u8 has sent [, zig sent_ms - time_ms],
 *   text message_id, name, category, order_id; u32 currency; zig revenue_minor;
 *   var lines, each: u64 item, text item_text, sku ("" = as item_text), name, category, brand,
 *                    zig price_minor, zig quantity, zig total_minor [3: var 0 or cost_minor + 1];
 *   text properties, traits, context, integrations, consent, personal (sealed).
 */
#include "core/event.h"
#include "core/record.h"

#define VERSION 1
#define VERSION_IMPORT 2 /* with the number of the import behind it */
#define VERSION_COST 3   /* and what pieces cost */
#define LINE_BYTES_MIN 16 /* of one line in a record: bounds the count before it is believed */

static const char *const acts[ZH_ACT_COUNT] = {
#define X(name, text) [ZH_ACT_##name] = text,
    ZH_ACT_LIST(X)
#undef X
};

const char *zh_act_text(zh_act act)
{
    return (unsigned)act < ZH_ACT_COUNT ? acts[act] : "other";
}

static uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

/* Differences of times wrap instead of overflowing; reading wraps back. */
static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Where the record is written: its room was taken before, so no piece asks for room by itself. */
typedef struct pen {
    char *at;
} pen;

enum { VAR_BYTES_MAX = 10, TEXT_HEAD = VAR_BYTES_MAX, LINE_ROOM = 8 + 5 * TEXT_HEAD + 4 * VAR_BYTES_MAX, EVENT_ROOM = 256 };
_Static_assert(EVENT_ROOM >= 6 + 2 + 4 + 8 + 4 + 16 + 8 + 8 + 3 * VAR_BYTES_MAX + 1 + 4 + 2 * VAR_BYTES_MAX + 10 * TEXT_HEAD, "head, texts' sizes and all");

#define PEN_PUT(pen, value) (memcpy((pen)->at, &(value), sizeof(value)), (pen)->at += sizeof(value)) /* little-endian, as buf.h */
static void pen_u8(pen *p, uint8_t value) { PEN_PUT(p, value); }
static void pen_u32(pen *p, uint32_t value) { PEN_PUT(p, value); }
static void pen_u64(pen *p, uint64_t value) { PEN_PUT(p, value); }

static void pen_var(pen *p, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) *p->at++ = (char)(unsigned char)(value | 0x80);
    *p->at++ = (char)(unsigned char)value;
}

static void pen_zig(pen *p, int64_t value)
{
    pen_var(p, zigzag(value));
}

static void pen_text(pen *p, zh_sv text)
{
    pen_var(p, text.size);
    if (text.size > 0) memcpy(p->at, text.data, text.size);
    p->at += text.size;
}

static void put_line(const zh_line *line, uint8_t version, pen *p)
{
    pen_u64(p, line->item.number);
    pen_text(p, line->item_text);
    pen_text(p, zh_sv_equal(line->sku, line->item_text) ? (zh_sv){ 0 } : line->sku);
    pen_text(p, line->name);
    pen_text(p, line->category);
    pen_text(p, line->brand);
    pen_zig(p, line->price_minor);
    pen_zig(p, line->quantity);
    pen_zig(p, line->total_minor);
    if (version == VERSION_COST) pen_var(p, line->has_cost ? (uint64_t)line->cost_minor + 1 : 0);
}

static uint8_t version_of(const zh_event *e)
{
    for (uint32_t i = 0; i < e->lines_count; i++)
        if (e->lines[i].has_cost) return VERSION_COST;
    return e->import_number == 0 ? VERSION : VERSION_IMPORT;
}

/* No record is longer. */
static size_t room_of(const zh_event *e)
{
    size_t room = EVENT_ROOM + e->message_id.size + e->name.size + e->category.size + e->order_id.size + e->properties.size + e->traits.size +
                  e->context.size + e->integrations.size + e->consent.size + e->personal.size;
    for (uint32_t i = 0; i < e->lines_count; i++) {
        const zh_line *line = &e->lines[i];
        room += LINE_ROOM + line->item_text.size + line->sku.size + line->name.size + line->category.size + line->brand.size;
    }
    return room;
}

static void put_head(const zh_event *e, pen *p)
{
    pen_u8(p, (uint8_t)e->type);
    pen_u8(p, (uint8_t)e->act);
    pen_u32(p, e->marks);
    pen_u64(p, e->customer.number);
    pen_u32(p, e->source.number);
    pen_u64(p, e->key.high);
    pen_u64(p, e->key.low);
    pen_u64(p, e->body_hash);
    pen_u64(p, (uint64_t)e->time_ms);
    pen_zig(p, minus(e->original_ms, e->time_ms));
    pen_zig(p, minus(e->received_ms, e->time_ms));
    pen_u8(p, e->sent_ms != 0);
    if (e->sent_ms != 0) pen_zig(p, minus(e->sent_ms, e->time_ms));
    pen_text(p, e->message_id);
    pen_text(p, e->name);
    pen_text(p, e->category);
    pen_text(p, e->order_id);
    pen_u32(p, e->currency.code);
    pen_zig(p, e->revenue_minor);
}

void zh_event_put(const zh_event *e, zh_buf *out)
{
    const uint8_t version = version_of(e);
    zh_record_begin(out, ZH_RECORD_EVENT, version);
    if (version != VERSION) zh_buf_put_u32(out, e->import_number);
    const size_t room = room_of(e);
    pen p = { zh_buf_room(out, room) };
    if (p.at == NULL) return;
    const char *end = p.at + room;
    put_head(e, &p);
    pen_var(&p, e->lines_count);
    for (uint32_t i = 0; i < e->lines_count; i++) put_line(&e->lines[i], version, &p);
    pen_text(&p, e->properties);
    pen_text(&p, e->traits);
    pen_text(&p, e->context);
    pen_text(&p, e->integrations);
    pen_text(&p, e->consent);
    pen_text(&p, e->personal);
    out->size -= (size_t)(end - p.at);
}

static void get_line(zh_reader *r, uint8_t version, zh_line *line)
{
    line->item.number = zh_read_u64(r);
    line->item_text = zh_read_text(r);
    line->sku = zh_read_text(r);
    if (line->sku.size == 0) line->sku = line->item_text;
    line->name = zh_read_text(r);
    line->category = zh_read_text(r);
    line->brand = zh_read_text(r);
    line->price_minor = zh_read_zig(r);
    line->quantity = zh_read_zig(r);
    line->total_minor = zh_read_zig(r);
    const uint64_t cost = version == VERSION_COST ? zh_read_var(r) : 0;
    r->bad |= cost > (uint64_t)INT64_MAX;
    line->has_cost = cost > 0;
    line->cost_minor = cost > 0 ? (int64_t)(cost - 1) : 0;
}

static void get_head(zh_reader *r, zh_event *e)
{
    e->type = (zh_event_type)zh_read_u8(r);
    e->act = (zh_act)zh_read_u8(r);
    e->marks = zh_read_u32(r);
    e->customer.number = zh_read_u64(r);
    e->source.number = zh_read_u32(r);
    e->key.high = zh_read_u64(r);
    e->key.low = zh_read_u64(r);
    e->body_hash = zh_read_u64(r);
    e->time_ms = zh_read_i64(r);
    e->original_ms = plus(e->time_ms, zh_read_zig(r));
    e->received_ms = plus(e->time_ms, zh_read_zig(r));
    e->sent_ms = zh_read_u8(r) == 0 ? 0 : plus(e->time_ms, zh_read_zig(r));
    e->message_id = zh_read_text(r);
    e->name = zh_read_text(r);
    e->category = zh_read_text(r);
    e->order_id = zh_read_text(r);
    e->currency.code = zh_read_u32(r);
    e->revenue_minor = zh_read_zig(r);
}

zh_err zh_event_get(zh_sv record, zh_arena *arena, zh_event *e)
{
    zh_reader r = zh_reader_on(record);
    *e = (zh_event){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_EVENT) return ZH_FORMAT;
    const uint8_t version = zh_read_u8(&r);
    if (version < VERSION || version > VERSION_COST) return ZH_FORMAT;
    if (version != VERSION) e->import_number = zh_read_u32(&r);
    if (version == VERSION_IMPORT && e->import_number == 0) return ZH_FORMAT;
    get_head(&r, e);
    const uint64_t lines = zh_read_var(&r);
    if (r.bad || lines > ZH_EVENT_LINES_MAX || lines > zh_reader_left(&r) / LINE_BYTES_MIN) return ZH_FORMAT;
    if (lines > 0) {
        e->lines = ZH_TAKE(arena, zh_line, lines);
        if (e->lines == NULL) return ZH_NOMEM;
        e->lines_count = (uint32_t)lines;
        for (uint32_t i = 0; i < e->lines_count; i++) get_line(&r, version, &e->lines[i]);
    }
    e->properties = zh_read_text(&r);
    e->traits = zh_read_text(&r);
    e->context = zh_read_text(&r);
    e->integrations = zh_read_text(&r);
    e->consent = zh_read_text(&r);
    e->personal = zh_read_text(&r);
    if (r.bad || zh_reader_left(&r) != 0) return ZH_FORMAT;
    if (e->type < ZH_EVENT_TRACK || e->type > ZH_EVENT_ALIAS || e->act >= ZH_ACT_COUNT) return ZH_FORMAT;
    return ZH_OK;
}

zh_customer_id zh_event_customer(zh_sv record)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_EVENT) return (zh_customer_id){ 0 };
    const uint8_t version = zh_read_u8(&r);
    if (version < VERSION || version > VERSION_COST) return (zh_customer_id){ 0 };
    if (version != VERSION) (void)zh_read_u32(&r);
    (void)zh_read_u16(&r); /* type, act */
    (void)zh_read_u32(&r); /* marks */
    const uint64_t number = zh_read_u64(&r);
    return (zh_customer_id){ r.bad ? 0 : number };
}

int zh_event_order(const zh_event *a, const zh_event *b)
{
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    const int by_id = zh_sv_compare(a->message_id, b->message_id);
    if (by_id != 0) return by_id;
    return a->body_hash < b->body_hash ? -1 : a->body_hash > b->body_hash;
}

int64_t zh_event_lines_minor(const zh_event *event)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < event->lines_count; i++) sum += event->lines[i].total_minor;
    return sum;
}

bool zh_event_cost(const zh_event *event, int64_t *minor)
{
    int64_t sum = 0;
    *minor = 0;
    if ((event->marks & ZH_MARK_NON_PRODUCT) != 0) return true;
    for (uint32_t i = 0; i < event->lines_count; i++) {
        const zh_line *line = &event->lines[i];
        int64_t all;
        if (!line->has_cost || __builtin_mul_overflow(line->cost_minor, line->quantity, &all) || __builtin_add_overflow(sum, all, &sum)) return false;
    }
    *minor = sum;
    return event->lines_count > 0;
}
