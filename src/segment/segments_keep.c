/* Entries of the view.
 *
 *     'c' customer u64 BE   u8 version=2, var items, each: var number, u8 is in, var since (until, of one who is not in), var until - since + 1 (0: it
 *                           stands). Version 1: the same, but with moments that come too early
 *     'd' number u32 BE     u8 version=1, u8 is living (1) | a circle (2), text name, text expression, zig defined, var days, each: zig day, var size, var
 *                           entered, var left
 *     'n'                   u8 version=1, zig the log's clock
 */
#include "base/time.h"
#include "segment/segments_inside.h"

#include <stdlib.h>

#define VERSION 1
#define ROW_VERSION 2
#define ENTRY_BYTES_MAX (1u << 20)

static void put_row(const zh_segment_row *row, zh_buf *out)
{
    zh_buf_put_u8(out, ROW_VERSION);
    zh_buf_put_var(out, row->count);
    for (uint32_t i = 0; i < row->count; i++) {
        const zh_segment_item *item = &row->items[i];
        zh_buf_put_var(out, zh_item_number(item));
        zh_buf_put_u8(out, zh_item_in(item));
        zh_buf_put_var(out, (uint64_t)zh_item_since(item));
        zh_buf_put_var(out, zh_item_until(item) == ZH_SEGMENT_NEVER ? 0 : (uint64_t)(zh_item_until(item) - zh_item_since(item)) + 1);
    }
}

static void put_definition(const zh_segment_inner *g, zh_buf *out)
{
    zh_buf_put_u8(out, VERSION);
    zh_buf_put_u8(out, (uint8_t)(g->is_living | g->is_circle << 1));
    zh_buf_put_text(out, g->face.name);
    zh_buf_put_text(out, g->face.expression);
    zh_buf_put_zig(out, g->face.defined_ms);
    zh_buf_put_var(out, g->face.days_count);
    for (uint32_t i = 0; i < g->face.days_count; i++) {
        zh_buf_put_zig(out, g->days[i].day);
        zh_buf_put_var(out, g->days[i].size);
        zh_buf_put_var(out, g->days[i].entered);
        zh_buf_put_var(out, g->days[i].left);
    }
}

static zh_sv key_of(char kind, uint64_t number, size_t bytes, char out[9])
{
    out[0] = kind;
    for (size_t i = 0; i < bytes; i++) out[1 + i] = (char)(unsigned char)(number >> (8 * (bytes - 1 - i)));
    return (zh_sv){ out, 1 + bytes };
}

static zh_err put(zh_keep keep, zh_sv key, zh_buf *value)
{
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key, zh_buf_view(value));
}

static zh_err save_row(uint64_t customer, const zh_segment_row *row, zh_buf *value, zh_keep keep)
{
    char key[9];
    if (row == NULL) return keep.put(keep.context, key_of('c', customer, 8, key), (zh_sv){ 0 });
    zh_buf_reset(value);
    put_row(row, value);
    return put(keep, key_of('c', customer, 8, key), value);
}

static zh_err save_rows(zh_segments *s, bool all, zh_buf *value, zh_keep keep)
{
    zh_err e = ZH_OK;
    uint64_t customer, row;
    if (all) {
        for (size_t at = 0; e == ZH_OK && zh_map_next(&s->rows, &at, &customer, &row);) e = save_row(customer, (const zh_segment_row *)(uintptr_t)row, value, keep);
        return e;
    }
    for (size_t i = 0; e == ZH_OK && i < s->dirty_count; i++) {
        const uint64_t *there = zh_map_get(&s->rows, s->dirty[i]);
        zh_segment_row *changed = there == NULL ? NULL : (zh_segment_row *)(uintptr_t)*there;
        e = save_row(s->dirty[i], changed, value, keep);
        if (e == ZH_OK && changed != NULL) changed->dirty = false;
    }
    if (e == ZH_OK) s->dirty_count = 0;
    return e;
}

zh_err zh_segments_save(zh_segments *s, bool all, zh_keep keep)
{
    char key[9];
    zh_buf value = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = save_rows(s, all, &value, keep);
    for (uint32_t i = 0; e == ZH_OK && i < s->count; i++) {
        zh_segment_inner *g = s->all[i];
        if (g == NULL || (!all && !g->dirty)) continue;
        zh_buf_reset(&value);
        put_definition(g, &value);
        e = put(keep, key_of('d', i + 1, 4, key), &value);
        if (e == ZH_OK && !all) g->dirty = false;
    }
    if (e == ZH_OK && s->count > 0) {
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_zig(&value, s->now_ms);
        e = put(keep, ZH_SV("n"), &value);
    }
    zh_buf_close(&value);
    return e;
}

/* ---- loading ---- */

static uint64_t number_in(zh_sv key)
{
    uint64_t number = 0;
    for (size_t i = 1; i < key.size; i++) number = number << 8 | (unsigned char)key.data[i];
    return number;
}

static zh_err load_row(zh_segments *s, uint64_t customer, bool is_old, zh_reader *r)
{
    const uint64_t count = zh_read_var(r);
    zh_segment_row *row;
    if (count == 0 || count > ZH_SEGMENTS_MAX || zh_map_get(&s->rows, customer) != NULL) return ZH_CORRUPT;
    const zh_err e = zh_segments_inner_row(s, customer, &row, (uint32_t)count);
    if (e != ZH_OK) return e;
    uint64_t before = 0;
    for (uint64_t i = 0; i < count && !r->bad; i++) {
        const uint64_t number = zh_read_var(r), in = zh_read_u8(r), since = zh_read_var(r), span = zh_read_var(r);
        if (number <= before || number > UINT16_MAX || in > 1 || since > ZH_SEGMENT_NEVER || span > ZH_SEGMENT_NEVER - since) return ZH_CORRUPT;
        before = number;
        const uint64_t until = span == 0 ? (uint64_t)ZH_SEGMENT_NEVER : since + span - 1;
        row->items[row->count++] = (zh_segment_item){ (in == 1 ? since : until) << 16 | (number - 1), until << 1 | in };
    }
    if (r->bad) return ZH_CORRUPT;
    if (is_old) {
        const zh_err old = zh_segments_inner_touch(s, customer, row);
        if (old != ZH_OK) return old;
        s->has_old_rows = true;
    }
    return zh_segments_inner_alarm(s, customer, row);
}

static zh_err load_days(zh_segment_inner *g, zh_reader *r)
{
    const uint64_t count = zh_read_var(r);
    if (count > ZH_SEGMENT_DAYS_MAX) return ZH_CORRUPT;
    for (uint64_t i = 0; i < count && !r->bad; i++) {
        const int64_t number = zh_read_zig(r);
        const uint64_t size = zh_read_var(r), entered = zh_read_var(r), left = zh_read_var(r);
        zh_segment_day *day;
        if (number < 0 || number > INT32_MAX || size > UINT32_MAX || entered > UINT32_MAX || left > UINT32_MAX) return ZH_CORRUPT;
        const zh_err e = zh_segments_inner_day(g, number * ZH_DAY_MS, &day);
        if (e != ZH_OK) return e;
        *day = (zh_segment_day){ (int32_t)number, (uint32_t)size, (uint32_t)entered, (uint32_t)left };
    }
    return r->bad ? ZH_CORRUPT : ZH_OK;
}

static zh_err load_definition(zh_segments *s, uint64_t number, zh_reader *r)
{
    const uint8_t what = zh_read_u8(r);
    const zh_sv name = zh_read_text(r), expression = zh_read_text(r);
    const int64_t defined_ms = zh_read_zig(r);
    if (r->bad || what > 3 || !zh_segment_name_is_good(name) || expression.size > ZH_EXPRESSION_BYTES_MAX || number == 0 || number > UINT16_MAX ||
        (number <= s->count && s->all[number - 1] != NULL) || zh_segments_inner_named(s, name) != NULL)
        return ZH_CORRUPT;
    zh_segment_inner *g;
    zh_err e = zh_segments_inner_add(s, name, (uint32_t)number, &g);
    if (e != ZH_OK) return e;
    char *text = malloc(expression.size + 1);
    if (text == NULL) return ZH_NOMEM;
    if (expression.size > 0) memcpy(text, expression.data, expression.size);
    g->text = text;
    g->face.expression = (zh_sv){ text, expression.size };
    g->face.defined_ms = defined_ms;
    g->is_living = (what & 1) != 0;
    g->is_circle = (what & 2) != 0;
    s->living += g->is_living;
    return load_days(g, r);
}

zh_err zh_segments_load(zh_segments *s, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    if (key.size == 0) return ZH_CORRUPT;
    const uint8_t version = zh_read_u8(&r);
    if (version != VERSION && !(version == ROW_VERSION && key.data[0] == 'c')) return ZH_FORMAT;
    zh_err e = ZH_CORRUPT;
    if (key.data[0] == 'c' && key.size == 9) e = load_row(s, number_in(key), version < ROW_VERSION, &r);
    else if (key.data[0] == 'd' && key.size == 5) e = load_definition(s, number_in(key), &r);
    else if (key.data[0] == 'n' && key.size == 1) s->now_ms = zh_read_zig(&r), e = ZH_OK;
    return e == ZH_OK && (r.bad || zh_reader_left(&r) > 0) ? ZH_CORRUPT : e;
}

/* Rows with moments that are not those this code would find: everybody is asked once. */
static zh_err renew(zh_segments *s)
{
    bool done;
    s->has_old_rows = false;
    for (uint32_t i = 0; i < s->by_rank_count; i++) s->all[s->by_rank[i] - 1]->settles = true;
    s->is_settling = true;
    s->settle_at = 0;
    s->settle_ms = s->now_ms;
    return zh_segments_settle(s, SIZE_MAX, &done);
}

zh_err zh_segments_loaded(zh_segments *s)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < s->count; i++) {
        zh_segment_inner *g = s->all[i];
        if (g == NULL || !g->is_living) continue;
        const zh_sv expression = g->face.expression;
        e = zh_segments_inner_compile(s, g, expression);
    }
    uint64_t customer, value;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&s->rows, &at, &customer, &value);) {
        const zh_segment_row *row = (const zh_segment_row *)(uintptr_t)value;
        for (uint32_t i = 0; i < row->count; i++) {
            const uint32_t number = zh_item_number(&row->items[i]);
            if (number > s->count || s->all[number - 1] == NULL) return ZH_CORRUPT;
            s->all[number - 1]->face.size += zh_item_in(&row->items[i]);
        }
    }
    if (e == ZH_OK) e = zh_segments_inner_index(s);
    return e == ZH_OK && s->has_old_rows ? renew(s) : e;
}

bool zh_segments_check(const zh_segments *s, const char **why)
{
    uint64_t customer, value;
    uint64_t *sizes = calloc((size_t)s->count + 1, sizeof *sizes);
    if (sizes == NULL) return true; /* nothing can be said */
    *why = NULL;
    for (size_t at = 0; *why == NULL && zh_map_next(&s->rows, &at, &customer, &value);) {
        const zh_segment_row *row = (const zh_segment_row *)(uintptr_t)value;
        for (uint32_t i = 0; i < row->count && *why == NULL; i++) {
            const uint32_t number = zh_item_number(&row->items[i]);
            if (number > s->count || (i > 0 && number <= zh_item_number(&row->items[i - 1]))) *why = "a customer's segments are not in order";
            else if (zh_item_until(&row->items[i]) < row->alarm_ms) *why = "a moment of a customer has no alarm";
            else sizes[number - 1] += zh_item_in(&row->items[i]);
        }
        if (row->count == 0) *why = "a customer without segments has a row";
    }
    for (uint32_t i = 0; i < s->count && *why == NULL; i++)
        if (s->all[i] != NULL && s->all[i]->face.size != sizes[i]) *why = "the size of a segment is not the number of its members";
    free(sizes);
    return *why == NULL;
}
