/* Entries, all numbers big-endian in keys:
 *   'd' u32 day     version, crc32c of the rest, size of the first set, visitors, buyers (Roaring's portable form)
 *   'h' u32 hour    the same
 * The portable form of equal sets is equal: none of them is ever run-length encoded, and an array or a
 * bitset is chosen by the number of members alone. */
#include "base/buf.h"
#include "base/map.h"
#include "base/time.h"
#include "measure/visits.h"

#include <roaring/roaring.h>
#include <stdlib.h>

#define VERSION 1
#define SPANS_BYTES_MAX ((size_t)1 << 31)  /* a span is 40 bytes: 50 million, never met */
#define SET_BYTES_MAX ((size_t)1 << 30)    /* of one set: 2^32 members take half of it */

typedef struct span { /* an hour or a day */
    int64_t at; /* local hours or days since 1970; INT64_MIN: dropped, to be reported once */
    roaring_bitmap_t *visitors, *buyers;
    uint32_t was; /* the key of a dropped one */
    bool dirty;
} span;

typedef struct spans { /* all of one kind */
    zh_map place;  /* at -> index in list */
    zh_buf list;   /* of span */
    char kind;     /* 'd' or 'h' */
} spans;

struct zh_visits {
    zh_visits_desc desc;
    spans days, hours;
    int64_t newest_hour; /* INT64_MIN: none yet */
};

static span *span_of(const spans *s, size_t i) { return (span *)(void *)s->list.data + i; }
static size_t count_of(const spans *s) { return s->list.size / sizeof(span); }

zh_err zh_visits_open(zh_visits **out, const zh_visits_desc *desc)
{
    zh_visits *v = calloc(1, sizeof *v);
    *out = v;
    if (v == NULL) return ZH_NOMEM;
    v->desc = *desc;
    v->days = (spans){ zh_map_open(), zh_buf_open(SPANS_BYTES_MAX), 'd' };
    v->hours = (spans){ zh_map_open(), zh_buf_open(SPANS_BYTES_MAX), 'h' };
    v->newest_hour = INT64_MIN;
    return ZH_OK;
}

static void empty(span *s)
{
    if (s->visitors != NULL) roaring_bitmap_free(s->visitors);
    if (s->buyers != NULL) roaring_bitmap_free(s->buyers);
    s->visitors = s->buyers = NULL;
}

static void close_spans(spans *s)
{
    for (size_t i = 0; i < count_of(s); i++) empty(span_of(s, i));
    zh_map_close(&s->place);
    zh_buf_close(&s->list);
}

void zh_visits_close(zh_visits *v)
{
    if (v == NULL) return;
    close_spans(&v->days);
    close_spans(&v->hours);
    free(v);
}

/* ---- spans ---- */

static const span *find(const spans *s, int64_t at)
{
    const uint64_t *place = zh_map_get(&s->place, (uint64_t)at);
    return place == NULL ? NULL : span_of(s, *place);
}

/* The span at `at`, made where it is new. NULL: no memory. */
static span *span_at(spans *s, int64_t at)
{
    const uint64_t *there = zh_map_get(&s->place, (uint64_t)at);
    if (there != NULL) return span_of(s, *there);
    span made = { .at = at, .visitors = roaring_bitmap_create(), .buyers = roaring_bitmap_create(), .dirty = true };
    const size_t place = count_of(s);
    char *room = made.visitors == NULL || made.buyers == NULL ? NULL : zh_buf_room(&s->list, sizeof made);
    if (room != NULL && zh_map_put(&s->place, (uint64_t)at, place) == ZH_OK) {
        memcpy(room, &made, sizeof made);
        return span_of(s, place);
    }
    if (room != NULL) s->list.size -= sizeof made;
    empty(&made);
    return NULL;
}

/* Hours behind the newest are let go; their entries are taken back with the next save. */
static void drop_old(zh_visits *v)
{
    const int64_t oldest = v->newest_hour - ZH_VISITS_HOURS_KEPT;
    for (size_t i = 0; i < count_of(&v->hours); i++) {
        span *s = span_of(&v->hours, i);
        if (s->at == INT64_MIN || s->at > oldest) continue;
        (void)zh_map_drop(&v->hours.place, (uint64_t)s->at);
        empty(s);
        s->was = (uint32_t)s->at, s->at = INT64_MIN, s->dirty = true;
    }
}

static bool is_kept(const zh_visits *v, int64_t hour)
{
    return v->newest_hour == INT64_MIN || hour > v->newest_hour - ZH_VISITS_HOURS_KEPT;
}

static int64_t hour_of(const zh_visits *v, int64_t utc_ms)
{
    const int64_t local_ms = v->desc.local_ms != NULL ? v->desc.local_ms(v->desc.context, utc_ms) : utc_ms;
    return local_ms / ZH_HOUR_MS - (local_ms % ZH_HOUR_MS < 0);
}

static int64_t day_of(int64_t hour) { return hour / 24 - (hour % 24 < 0); }

/* ---- folding ---- */

static bool is_visit(const zh_event *event)
{
    if ((event->marks & ZH_MARK_NO_VISIT) != 0) return false;
    switch (event->act) {
    case ZH_ACT_REFUND: case ZH_ACT_CANCEL: case ZH_ACT_ORDER_UPDATE: case ZH_ACT_STOCK: case ZH_ACT_CONSENT: return false;
    default: return true;
    }
}

static zh_err put(spans *s, int64_t at, uint32_t customer, bool buys)
{
    span *to = span_at(s, at);
    if (to == NULL) return ZH_NOMEM;
    to->dirty |= roaring_bitmap_add_checked(to->visitors, customer);
    if (buys) to->dirty |= roaring_bitmap_add_checked(to->buyers, customer);
    return ZH_OK;
}

zh_err zh_visits_fold(zh_visits *v, const zh_event *event, zh_customer_id customer)
{
    if (customer.number == 0 || !is_visit(event)) return ZH_OK;
    if (customer.number > UINT32_MAX) return ZH_RANGE;
    const int64_t hour = hour_of(v, event->time_ms);
    const bool buys = event->act == ZH_ACT_ORDER;
    const zh_err e = put(&v->days, day_of(hour), (uint32_t)customer.number, buys);
    if (e != ZH_OK || !is_kept(v, hour)) return e;
    if (hour > v->newest_hour) {
        v->newest_hour = hour;
        drop_old(v);
    }
    return put(&v->hours, hour, (uint32_t)customer.number, buys);
}

static void move(roaring_bitmap_t *set, uint32_t from, uint32_t to, bool *dirty)
{
    if (!roaring_bitmap_remove_checked(set, from)) return;
    roaring_bitmap_add(set, to);
    *dirty = true;
}

static void merge_spans(spans *s, int64_t first, uint32_t from, uint32_t to)
{
    for (size_t i = count_of(s); i > 0; i--) {
        span *one = span_of(s, i - 1);
        if (one->at < first || one->visitors == NULL) continue;
        move(one->visitors, from, to, &one->dirty);
        move(one->buyers, from, to, &one->dirty);
    }
}

zh_err zh_visits_merge(zh_visits *v, zh_customer_id absorbed, zh_customer_id into, int64_t first_ms)
{
    if (absorbed.number > UINT32_MAX || into.number > UINT32_MAX) return ZH_RANGE;
    if (absorbed.number == into.number) return ZH_OK;
    const int64_t hour = hour_of(v, first_ms);
    merge_spans(&v->days, day_of(hour), (uint32_t)absorbed.number, (uint32_t)into.number);
    merge_spans(&v->hours, hour, (uint32_t)absorbed.number, (uint32_t)into.number);
    return ZH_OK;
}

/* ---- counting ---- */

static zh_visits_count size_of(const span *s)
{
    if (s == NULL) return (zh_visits_count){ 0 };
    return (zh_visits_count){ (int64_t)roaring_bitmap_get_cardinality(s->visitors), (int64_t)roaring_bitmap_get_cardinality(s->buyers) };
}

zh_visits_count zh_visits_hour(const zh_visits *v, int64_t hour) { return size_of(find(&v->hours, hour)); }
zh_visits_count zh_visits_day(const zh_visits *v, int64_t day) { return size_of(find(&v->days, day)); }

typedef struct sets { const roaring_bitmap_t **visitors, **buyers; size_t count, room; } sets;

static void take(sets *to, const span *s)
{
    if (s == NULL || to->count == to->room) return;
    to->visitors[to->count] = s->visitors;
    to->buyers[to->count++] = s->buyers;
}

/* The sets of a span. Days are walked only where there is one: a span may be as long as time. */
static void gather(const zh_visits *v, int64_t from, int64_t to, sets *out)
{
    for (size_t i = 0; i < count_of(&v->days); i++) {
        const span *day = span_of(&v->days, i);
        const int64_t begin = day->at * 24, end = begin + 24;
        if (end <= from || begin >= to) continue;
        const bool whole = begin >= from && end <= to;
        if (whole || !is_kept(v, begin)) take(out, day);
        else
            for (int64_t hour = begin; hour < end; hour++)
                if (hour >= from && hour < to) take(out, find(&v->hours, hour));
    }
}

static zh_err size_of_union(size_t count, const roaring_bitmap_t **all, int64_t *out)
{
    *out = 0;
    if (count == 0) return ZH_OK;
    roaring_bitmap_t *joined = roaring_bitmap_or_many(count, all);
    if (joined == NULL) return ZH_NOMEM;
    *out = (int64_t)roaring_bitmap_get_cardinality(joined);
    roaring_bitmap_free(joined);
    return ZH_OK;
}

zh_err zh_visits_between(const zh_visits *v, int64_t from, int64_t to, zh_visits_count *out)
{
    *out = (zh_visits_count){ 0 };
    const size_t room = count_of(&v->days) + 48; /* every day, and the hours of two cut ones */
    sets all = { calloc(room, sizeof *all.visitors), calloc(room, sizeof *all.buyers), 0, room };
    zh_err e = all.visitors == NULL || all.buyers == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK) {
        gather(v, from, to, &all);
        e = size_of_union(all.count, all.visitors, &out->visitors);
        if (e == ZH_OK) e = size_of_union(all.count, all.buyers, &out->buyers);
    }
    free(all.visitors);
    free(all.buyers);
    return e;
}

/* ---- keeping ---- */

static void put_set(const roaring_bitmap_t *set, size_t bytes, zh_buf *to)
{
    char *room = zh_buf_room(to, bytes);
    if (room != NULL) (void)roaring_bitmap_portable_serialize(set, room);
}

static zh_err save_span(const spans *s, const span *one, zh_keep keep, zh_buf *body, zh_buf *value)
{
    const uint32_t at = one->at == INT64_MIN ? one->was : (uint32_t)one->at;
    const char key[] = { s->kind, (char)(at >> 24), (char)(at >> 16), (char)(at >> 8), (char)at };
    if (one->at == INT64_MIN) return keep.put(keep.context, (zh_sv){ key, sizeof key }, (zh_sv){ 0 });
    const size_t first = roaring_bitmap_portable_size_in_bytes(one->visitors), second = roaring_bitmap_portable_size_in_bytes(one->buyers);
    zh_buf_reset(body);
    zh_buf_reset(value);
    zh_buf_put_var(body, first);
    put_set(one->visitors, first, body);
    put_set(one->buyers, second, body);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u32(value, zh_crc32c(0, zh_buf_view(body)));
    zh_buf_put(value, zh_buf_view(body));
    if (zh_buf_err(body) != ZH_OK || zh_buf_err(value) != ZH_OK) return ZH_NOMEM;
    return keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(value));
}

/* Dropped spans whose entries were taken back leave the list. */
static void compact(spans *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < count_of(s); i++) {
        const span one = *span_of(s, i);
        if (one.at == INT64_MIN) continue;
        if (kept != i) {
            *span_of(s, kept) = one;
            *zh_map_get(&s->place, (uint64_t)one.at) = kept;
        }
        kept++;
    }
    s->list.size = kept * sizeof(span);
}

static zh_err save_spans(spans *s, bool all, zh_keep keep, zh_buf *body, zh_buf *value)
{
    for (size_t i = 0; i < count_of(s); i++) {
        span *one = span_of(s, i);
        if (all ? one->at == INT64_MIN : !one->dirty) continue;
        const zh_err e = save_span(s, one, keep, body, value);
        if (e != ZH_OK) return e;
        if (!all) one->dirty = false;
    }
    if (!all) compact(s);
    return ZH_OK;
}

zh_err zh_visits_save(zh_visits *v, bool all, zh_keep keep)
{
    zh_buf body = zh_buf_open(SET_BYTES_MAX), value = zh_buf_open(SET_BYTES_MAX);
    zh_err e = save_spans(&v->days, all, keep, &body, &value);
    if (e == ZH_OK) e = save_spans(&v->hours, all, keep, &body, &value);
    zh_buf_close(&body);
    zh_buf_close(&value);
    return e;
}

/* One set of `bytes`; NULL: not one. The library trusts what it reads, so the bytes passed a check sum before. */
static roaring_bitmap_t *read_set(zh_sv bytes)
{
    if (bytes.size == 0 || roaring_bitmap_portable_deserialize_size(bytes.data, bytes.size) != bytes.size) return NULL;
    return roaring_bitmap_portable_deserialize_safe(bytes.data, bytes.size);
}

zh_err zh_visits_load(zh_visits *v, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    const unsigned char *k = (const unsigned char *)key.data;
    if (key.size != 5 || (k[0] != 'd' && k[0] != 'h') || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint32_t crc = zh_read_u32(&r);
    if (r.bad || crc != zh_crc32c(0, zh_sv_part(value, 5, SIZE_MAX))) return ZH_FORMAT;
    const uint64_t first = zh_read_var(&r);
    const zh_sv visitors = first > zh_reader_left(&r) ? (zh_sv){ 0 } : zh_read_bytes(&r, first);
    const zh_sv buyers = zh_read_bytes(&r, zh_reader_left(&r));
    const int64_t at = (int32_t)((uint32_t)k[1] << 24 | (uint32_t)k[2] << 16 | (uint32_t)k[3] << 8 | k[4]);
    spans *to = k[0] == 'd' ? &v->days : &v->hours;
    if (r.bad || find(to, at) != NULL) return ZH_FORMAT;
    span *s = span_at(to, at);
    if (s == NULL) return ZH_NOMEM;
    empty(s);
    s->visitors = read_set(visitors), s->buyers = read_set(buyers);
    s->dirty = false;
    if (k[0] == 'h' && at > v->newest_hour) v->newest_hour = at;
    if (s->visitors != NULL && s->buyers != NULL) return ZH_OK;
    empty(s);
    s->visitors = roaring_bitmap_create(), s->buyers = roaring_bitmap_create();
    return s->visitors == NULL || s->buyers == NULL ? ZH_NOMEM : ZH_FORMAT;
}

bool zh_visits_check(const zh_visits *v, const char **why)
{
    const spans *const kinds[] = { &v->days, &v->hours };
    *why = NULL;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < count_of(kinds[kind]); i++) {
            const span *s = span_of(kinds[kind], i);
            if (s->at == INT64_MIN) continue;
            if (!roaring_bitmap_is_subset(s->buyers, s->visitors)) *why = "a buyer is no visitor";
            if (find(kinds[kind], s->at) != s) *why = "an hour or a day is not where the index says";
            const span *day = kind == 1 ? find(&v->days, day_of(s->at)) : s;
            if (day == NULL || !roaring_bitmap_is_subset(s->visitors, day->visitors)) *why = "a visitor of an hour is none of its day";
        }
    return *why == NULL;
}

static size_t bytes_of(const spans *s)
{
    size_t bytes = zh_map_bytes(&s->place) + s->list.cap_;
    for (size_t i = 0; i < count_of(s); i++) {
        const span *one = span_of(s, i);
        if (one->visitors != NULL) bytes += 128 + roaring_bitmap_size_in_bytes(one->visitors) + roaring_bitmap_size_in_bytes(one->buyers);
    }
    return bytes;
}

size_t zh_visits_bytes(const zh_visits *v) { return sizeof *v + bytes_of(&v->days) + bytes_of(&v->hours); }
