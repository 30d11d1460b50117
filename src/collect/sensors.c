#include "collect/sensors.h"

#include "base/b64.h"
#include "base/form.h"
#include "base/inflate.h"
#include "base/json_scan.h"
#include "collect/sensors_record.h"

#define RAW_LETTER_BYTES_MAX (4u * ZH_EVENT_BYTES_MAX) /* what is kept of data that could not be unpacked */

int32_t zh_sensors_crc(zh_sv text)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < text.size; i++) hash = hash * 31 + (unsigned char)text.data[i];
    return (int32_t)hash;
}

/* The pairs of a request that matter, decoded; data == NULL: absent. */
typedef struct packed {
    zh_sv data;     /* data_list or data; base64, its pluses mended */
    zh_sv gzip, crc, ext;
} packed;

static zh_err take_packed(const zh_sensors_ask *ask, packed *p)
{
    *p = (packed){ .gzip = zh_form_get(ask->arena, ask->form, ZH_SV("gzip")),
                   .crc = zh_form_get(ask->arena, ask->form, ZH_SV("crc")),
                   .ext = zh_form_get(ask->arena, ask->form, ZH_SV("ext")) };
    zh_sv data = zh_form_get(ask->arena, ask->form, ZH_SV("data_list"));
    if (data.data == NULL) data = zh_form_get(ask->arena, ask->form, ZH_SV("data"));
    if (data.data == NULL) return ZH_OK;
    char *mended = zh_arena_take(ask->arena, data.size, 1);
    if (mended == NULL) return ZH_FULL;
    size_t size = 0;
    for (size_t i = 0; i < data.size; i++) {
        const char c = data.data[i];
        if (c != '\r' && c != '\n') mended[size++] = c == ' ' ? '+' : c;
    }
    p->data = (zh_sv){ mended, size };
    return ZH_OK;
}

/* "-156276541", also as "crc=-156276541". False: none was sent. */
static bool stated_crc(const packed *p, int64_t *crc)
{
    zh_sv text = p->crc;
    if (text.size == 0 && zh_sv_starts(p->ext, ZH_SV("crc="))) text = zh_sv_part(p->ext, 4, SIZE_MAX);
    if (text.size == 0) return false;
    const bool negative = text.data[0] == '-';
    *crc = 0;
    for (size_t i = negative; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *crc > INT32_MAX) {
            *crc = INT64_MAX; /* sent, and fits nothing */
            return true;
        }
        *crc = *crc * 10 + (text.data[i] - '0');
    }
    if (negative) *crc = -*crc;
    return true;
}

/* The JSON text; *why and *detail where there is none to be had. */
static zh_err unpack(const zh_sensors_ask *ask, const packed *p, zh_sv *text, zh_reject *why, zh_sv *detail)
{
    int64_t crc;
    *why = ZH_REJECT_UNREADABLE;
    *detail = ZH_SV("data");
    if (p->data.size == 0) return ZH_OK;
    if (zh_sv_equal(p->gzip, ZH_SV("9")) || zh_sv_equal(p->gzip, ZH_SV("13"))) {
        *why = ZH_REJECT_ENCRYPTED;
        return ZH_OK;
    }
    if (stated_crc(p, &crc) && crc != zh_sensors_crc(p->data)) {
        *why = ZH_REJECT_CRC_MISMATCH;
        *detail = ZH_SV("crc");
        return ZH_OK;
    }
    *detail = ZH_SV("base64");
    zh_buf_reset(ask->scratch);
    zh_err e = zh_b64_decode(p->data, ask->scratch);
    if (e == ZH_FORMAT) return ZH_OK;
    if (e != ZH_OK) return e;
    *text = zh_arena_copy(ask->arena, zh_buf_view(ask->scratch));
    if (text->data == NULL) return ZH_FULL;
    *detail = ZH_SV("gzip");
    if (zh_inflate_is_gzip(*text)) { /* the bytes decide: some senders forget to say gzip=1 */
        zh_buf_reset(ask->scratch);
        e = zh_inflate(*text, ZH_INFLATE_GZIP, ZH_SENSORS_UNPACKED_BYTES_MAX, ask->scratch);
        if (e == ZH_FULL) *why = ZH_REJECT_TOO_LARGE;
        if (e == ZH_FORMAT || e == ZH_FULL) return ZH_OK;
        if (e != ZH_OK) return e;
        *text = zh_arena_copy(ask->arena, zh_buf_view(ask->scratch));
        if (text->data == NULL) return ZH_FULL;
    }
    *why = ZH_REJECT_NONE;
    *detail = (zh_sv){ 0 };
    return ZH_OK;
}

static zh_err make_room(const zh_sensors_ask *ask, zh_sensors_batch *out, uint32_t records)
{
    zh_arena *arena = ask->arena;
    out->events = ZH_TAKE(arena, zh_event, records);
    out->events_place = ZH_TAKE(arena, zh_sensors_place, records);
    out->items = ZH_TAKE(arena, zh_sensors_item, records);
    out->items_place = ZH_TAKE(arena, zh_sensors_place, records);
    out->rejects = ZH_TAKE(arena, zh_segment_reject, records);
    out->rejects_place = ZH_TAKE(arena, zh_sensors_place, records);
    const bool all = out->events != NULL && out->events_place != NULL && out->items != NULL && out->items_place != NULL &&
                     out->rejects != NULL && out->rejects_place != NULL;
    return all ? ZH_OK : ZH_FULL;
}

static zh_err refuse_whole(const zh_sensors_ask *ask, zh_sensors_batch *out, zh_reject why, zh_sv detail, zh_sv raw)
{
    const zh_err e = make_room(ask, out, 1);
    if (e != ZH_OK) return e;
    out->records_count = out->rejects_count = 1;
    out->rejects_place[0] = out->place;
    out->rejects[0] = (zh_segment_reject){ .why = why, .detail = detail, .raw = zh_sv_part(raw, 0, RAW_LETTER_BYTES_MAX) };
    return ZH_OK;
}

static zh_err read_one(const zh_sensors_ask *ask, zh_sensors_batch *out, zh_sv raw, uint32_t index)
{
    zh_sensors_made made;
    zh_segment_reject reject;
    zh_sensors_place place = out->place;
    zh_sensors_item *item = &out->items[out->items_count];
    const zh_err e = zh_sensors_record(ask, raw, index, &made, &out->events[out->events_count], item, &reject, &place);
    if (e != ZH_OK) return e;
    switch (made) {
    case ZH_SENSORS_MADE_EVENT: out->events_place[out->events_count++] = place; break;
    case ZH_SENSORS_MADE_ITEM: out->items_place[out->items_count++] = place; break;
    case ZH_SENSORS_MADE_NOTHING: out->tolerated_count++; break;
    case ZH_SENSORS_MADE_REJECT:
        out->rejects_place[out->rejects_count] = place;
        out->rejects[out->rejects_count++] = reject;
    }
    return ZH_OK;
}

static zh_err read_list(const zh_sensors_ask *ask, zh_sensors_batch *out, zh_sv text)
{
    uint32_t count = 0;
    zh_json_split it = zh_json_split_on(text);
    while (zh_json_split_next(&it)) count++;
    if (it.bad || zh_json_judge(text).kind == ZH_JSON_BAD_UTF8)
        return refuse_whole(ask, out, ZH_REJECT_UNREADABLE, ZH_SV("json"), text);
    out->records_count = count;
    if (count > ZH_SENSORS_RECORDS_MAX) {
        out->whole_rejected = true;
        return ZH_OK;
    }
    zh_err e = make_room(ask, out, count);
    it = zh_json_split_on(text);
    for (uint32_t i = 0; e == ZH_OK && zh_json_split_next(&it); i++) e = read_one(ask, out, it.value, i);
    return e;
}

zh_err zh_sensors_read(const zh_sensors_ask *ask, zh_sensors_batch *out)
{
    packed p;
    zh_sv text = { 0 }, detail;
    zh_reject why;
    *out = (zh_sensors_batch){ .place = { .project = zh_form_get(ask->arena, ask->query, ZH_SV("project")),
                                          .token = zh_form_get(ask->arena, ask->query, ZH_SV("token")) } };
    zh_err e = take_packed(ask, &p);
    if (e == ZH_OK) e = unpack(ask, &p, &text, &why, &detail);
    if (e != ZH_OK) return e;
    if (why != ZH_REJECT_NONE) return refuse_whole(ask, out, why, detail, p.data.size > 0 ? p.data : ask->form);
    text = zh_sv_trim(text);
    if (text.size > 0 && text.data[0] == '[') return read_list(ask, out, text);
    e = make_room(ask, out, 1);
    out->records_count = 1;
    return e == ZH_OK ? read_one(ask, out, text, 0) : e;
}

zh_err zh_sensors_read_list(const zh_sensors_ask *ask, zh_sv text, zh_sensors_batch *out)
{
    *out = (zh_sensors_batch){ .place = { .project = { 0 } } };
    text = zh_sv_trim(text);
    if (text.size == 0 || text.data[0] != '[') return refuse_whole(ask, out, ZH_REJECT_UNREADABLE, ZH_SV("json"), text);
    return read_list(ask, out, text);
}
