/* Entries of quality, by the first byte of the key:
 *
 *     b, p, u   bounds.c, pace.c
 *     c         hash of the row u64: u8 version   zig day   u32 source   u64 name hash   text name   13 times var count
 *     s         reason u8, place u8: u8 version   var partition   var sequence   zig commit   var customer   text detail
 *     n         reason u8: u8 version   var samples ever
 *     j         customer u64: u8 version   u32 bits
 *     t         hash of what is true u64: u8 version
 *     a         u8 version   var events kept apart
 */
#include "quality/quality_inside.h"
#include "base/buf.h"

#include <stdlib.h>

#define VERSION 1
#define VALUE_BYTES_MAX 1024

static zh_sv key_of(char part, uint64_t number, char key[9])
{
    key[0] = part;
    for (int k = 0; k < 8; k++) key[k + 1] = (char)(unsigned char)(number >> (56 - 8 * k));
    return (zh_sv){ key, 9 };
}

static uint64_t number_of(zh_sv key)
{
    uint64_t number = 0;
    for (size_t k = 0; k < 8 && k < key.size; k++) number = number << 8 | (unsigned char)key.data[k];
    return number;
}

static void begin(zh_buf *value)
{
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
}

static zh_err put(zh_sv key, zh_buf *value, zh_keep keep)
{
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key, zh_buf_view(value));
}

/* ---- save ---- */

static zh_err save_counts(zh_quality *q, bool all, zh_buf *value, zh_keep keep)
{
    char key[9];
    uint64_t hash, one;
    zh_err e = ZH_OK;
    for (size_t at = 0; !all && e == ZH_OK && zh_map_next(&q->gone, &at, &hash, &one);) e = keep.put(keep.context, key_of('c', hash, key), (zh_sv){ 0 });
    if (!all && e == ZH_OK) zh_map_clear(&q->gone);
    for (size_t i = 0; e == ZH_OK && i < q->counts_count; i++) {
        quality_count *row = &q->counts[i];
        if (!all && !row->dirty) continue;
        begin(value);
        zh_buf_put_zig(value, row->day);
        zh_buf_put_u32(value, row->source.number);
        zh_buf_put_u64(value, row->name_hash);
        zh_buf_put_text(value, (zh_sv){ row->name, row->name_size });
        for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++) zh_buf_put_var(value, row->counts[r]);
        e = put(key_of('c', zh_quality_row_hash_(row->day, row->source, row->name_hash), key), value, keep);
        if (!all) row->dirty = e != ZH_OK;
    }
    return e;
}

static zh_err save_samples(zh_quality *q, bool all, zh_buf *value, zh_keep keep)
{
    zh_err e = ZH_OK;
    for (unsigned r = 0; e == ZH_OK && r < ZH_QUALITY_REASONS; r++) {
        quality_ring *ring = &q->rings[r];
        bool any = false;
        for (unsigned i = 0; e == ZH_OK && i < ZH_QUALITY_SAMPLES_MAX && i < ring->seen; i++) {
            quality_sample *s = &ring->samples[i];
            const char key[3] = { 's', (char)r, (char)i };
            if (!all && !s->dirty) continue;
            any = true;
            begin(value);
            zh_buf_put_var(value, s->partition);
            zh_buf_put_var(value, s->sequence);
            zh_buf_put_zig(value, s->commit_ms);
            zh_buf_put_var(value, s->customer);
            zh_buf_put_text(value, (zh_sv){ s->detail, s->detail_size });
            e = put((zh_sv){ key, 3 }, value, keep);
            if (!all) s->dirty = e != ZH_OK;
        }
        const char key[2] = { 'n', (char)r };
        if (e != ZH_OK || !any) continue;
        begin(value);
        zh_buf_put_var(value, ring->seen);
        e = put((zh_sv){ key, 2 }, value, keep);
    }
    return e;
}

static zh_err save_judged(zh_quality *q, bool all, zh_buf *value, zh_keep keep)
{
    char key[9];
    uint64_t customer, bits;
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &q->judged : &q->judged_dirty, &at, &customer, &bits);) {
        const uint64_t *now = zh_map_get(&q->judged, customer);
        begin(value);
        zh_buf_put_u32(value, now == NULL ? 0 : (uint32_t)*now);
        e = now == NULL ? keep.put(keep.context, key_of('j', customer, key), (zh_sv){ 0 }) : put(key_of('j', customer, key), value, keep);
    }
    if (!all && e == ZH_OK) zh_map_clear(&q->judged_dirty);
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &q->truths : &q->truths_dirty, &at, &customer, &bits);) {
        begin(value);
        e = put(key_of('t', customer, key), value, keep);
    }
    if (!all && e == ZH_OK) zh_map_clear(&q->truths_dirty);
    return e;
}

zh_err zh_quality_save(zh_quality *q, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = zh_bounds_save(&q->bounds, all, keep);
    if (e == ZH_OK) e = zh_pace_save(&q->pace, all, keep);
    if (e == ZH_OK) e = save_counts(q, all, &value, keep);
    if (e == ZH_OK) e = save_samples(q, all, &value, keep);
    if (e == ZH_OK) e = save_judged(q, all, &value, keep);
    if (e == ZH_OK && (all ? q->apart > 0 : q->apart_dirty)) {
        begin(&value);
        zh_buf_put_var(&value, q->apart);
        e = put(ZH_SV("a"), &value, keep);
        if (!all) q->apart_dirty = e != ZH_OK;
    }
    zh_buf_close(&value);
    return e;
}

/* ---- load ---- */

static zh_err load_count(zh_quality *q, zh_sv key, zh_reader *r)
{
    const int64_t day = zh_read_zig(r);
    const zh_source_id source = { zh_read_u32(r) };
    const uint64_t name_hash = zh_read_u64(r);
    const zh_sv name = zh_read_text(r);
    quality_count read = { .day = (int32_t)day, .source = source, .name_hash = name_hash };
    for (unsigned i = 0; i < ZH_QUALITY_REASONS; i++) {
        const uint64_t n = zh_read_var(r);
        r->bad |= n > UINT32_MAX;
        read.counts[i] = (uint32_t)n;
    }
    if (r->bad || name.size > QUALITY_NAME_BYTES_MAX || day > INT32_MAX || day < INT32_MIN) return ZH_FORMAT;
    if (name.size > 0) memcpy(read.name, name.data, name.size);
    read.name_size = (uint8_t)name.size;
    const uint64_t hash = zh_quality_row_hash_(read.day, source, name_hash);
    if (key.size != 8 || hash != number_of(key) || zh_map_get(&q->by_row, hash) != NULL || q->counts_count == ZH_QUALITY_COUNTS_MAX) return ZH_FORMAT;
    if (q->counts_count == q->counts_room) {
        const size_t room = q->counts_room == 0 ? 64 : q->counts_room * 2;
        quality_count *more = realloc(q->counts, room * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        q->counts = more;
        q->counts_room = room;
    }
    const zh_err e = zh_map_put(&q->by_row, hash, q->counts_count);
    if (e == ZH_OK) q->counts[q->counts_count++] = read;
    return e;
}

static zh_err load_sample(zh_quality *q, zh_sv key, zh_reader *r)
{
    const unsigned reason = key.size == 2 ? (unsigned char)key.data[0] : 255, place = key.size == 2 ? (unsigned char)key.data[1] : 255;
    const uint64_t partition = zh_read_var(r);
    quality_sample s = { .partition = (uint32_t)partition };
    s.sequence = zh_read_var(r);
    s.commit_ms = zh_read_zig(r);
    s.customer = zh_read_var(r);
    const zh_sv detail = zh_read_text(r);
    if (r->bad || reason >= ZH_QUALITY_REASONS || place >= ZH_QUALITY_SAMPLES_MAX || detail.size > sizeof s.detail || partition > UINT32_MAX) return ZH_FORMAT;
    if (detail.size > 0) memcpy(s.detail, detail.data, detail.size);
    s.detail_size = (uint8_t)detail.size;
    q->rings[reason].samples[place] = s;
    return ZH_OK;
}

static zh_err load_one(zh_quality *q, char part, zh_sv key, zh_reader *r)
{
    uint64_t number;
    switch (part) {
    case 'c': return load_count(q, key, r);
    case 's': return load_sample(q, key, r);
    case 'n':
        if (key.size != 1 || (unsigned char)key.data[0] >= ZH_QUALITY_REASONS) return ZH_FORMAT;
        q->rings[(unsigned char)key.data[0]].seen = zh_read_var(r);
        return ZH_OK;
    case 'j':
        number = zh_read_u32(r);
        if (key.size != 8 || number == 0 || zh_map_get(&q->judged, number_of(key)) != NULL) return ZH_FORMAT;
        return zh_map_put(&q->judged, number_of(key), number);
    case 't':
        if (key.size != 8 || zh_map_get(&q->truths, number_of(key)) != NULL) return ZH_FORMAT;
        return zh_map_put(&q->truths, number_of(key), 1);
    case 'a':
        if (key.size != 0) return ZH_FORMAT;
        q->apart = zh_read_var(r);
        return ZH_OK;
    default: return ZH_FORMAT;
    }
}

zh_err zh_quality_load(zh_quality *q, zh_sv key, zh_sv value)
{
    if (key.size == 0) return ZH_FORMAT;
    const char part = key.data[0];
    const zh_sv rest = zh_sv_part(key, 1, SIZE_MAX);
    if (part == 'b') return zh_bounds_load(&q->bounds, rest, value);
    if (part == 'p' || part == 'u') return zh_pace_load(&q->pace, part, rest, value);
    zh_reader r = zh_reader_on(value);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const zh_err e = load_one(q, part, rest, &r);
    return e != ZH_OK ? e : r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

bool zh_quality_check(const zh_quality *q, const char **why)
{
    *why = NULL;
    if (q->by_row.count != q->counts_count) *why = "a row of counts is not found by its name";
    for (size_t i = 0; i < q->counts_count; i++) {
        const quality_count *row = &q->counts[i];
        const uint64_t *at = zh_map_get(&q->by_row, zh_quality_row_hash_(row->day, row->source, row->name_hash));
        if (at == NULL || *at != i) *why = "a row of counts is not found by its name";
    }
    return *why == NULL;
}

size_t zh_quality_bytes(const zh_quality *q)
{
    return sizeof *q + zh_bounds_bytes(&q->bounds) + ZH_PACE_SLOTS * sizeof(zh_pace_slot) + ZH_PACE_BURSTS * sizeof(zh_pace_burst) +
           q->counts_room * sizeof *q->counts + zh_map_bytes(&q->by_row) + zh_map_bytes(&q->judged) + zh_map_bytes(&q->truths);
}
