/* An entry: key number u64 (big-endian), value u8 version=1, var who absorbed it. */
#include "profile/absorbed.h"

#include "base/buf.h"
#include "base/map.h"

#include <stdlib.h>

#define VERSION 1
#define VALUE_BYTES_MAX 16

struct zh_absorbed_view {
    zh_map up;    /* number -> who absorbed it, 0: stands for itself again and is not saved yet */
    zh_map dirty; /* numbers that are not saved yet */
};

zh_err zh_absorbed_open(zh_absorbed_view **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_absorbed_close(zh_absorbed_view *view)
{
    if (view == NULL) return;
    zh_map_close(&view->up);
    zh_map_close(&view->dirty);
    free(view);
}

zh_customer_id zh_absorbed_root(const zh_absorbed_view *view, zh_customer_id customer)
{
    const uint64_t *up;
    while (view->up.count > 0 && (up = zh_map_get(&view->up, customer.number)) != NULL && *up != 0) customer.number = *up;
    return customer;
}

zh_customer_id zh_absorbed_next(const zh_absorbed_view *view, zh_customer_id customer)
{
    const uint64_t *up = zh_map_get(&view->up, customer.number);
    return (zh_customer_id){ up == NULL ? 0 : *up };
}

static zh_err set(zh_absorbed_view *view, uint64_t from, uint64_t to)
{
    const zh_err e = zh_map_put(&view->dirty, from, 1);
    return e != ZH_OK ? e : zh_map_put(&view->up, from, to);
}

zh_err zh_absorbed_merge(zh_absorbed_view *view, zh_customer_id from, zh_customer_id to)
{
    if (from.number == 0 || to.number == 0 || zh_absorbed_root(view, to).number == from.number) return ZH_OK;
    return set(view, from.number, to.number);
}

zh_err zh_absorbed_split(zh_absorbed_view *view, zh_customer_id from)
{
    const uint64_t *up = zh_map_get(&view->up, from.number);
    return up == NULL || *up == 0 ? ZH_OK : set(view, from.number, 0);
}

/* ---- keeping ---- */

static zh_err put_entry(zh_keep keep, uint64_t number, uint64_t up, zh_buf *value)
{
    char key[8];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(number >> (56 - 8 * i));
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_var(value, up);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, up == 0 ? (zh_sv){ 0 } : zh_buf_view(value));
}

zh_err zh_absorbed_save(zh_absorbed_view *view, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = ZH_OK;
    uint64_t number, up;
    for (size_t at = 0; e == ZH_OK && zh_map_next(all ? &view->up : &view->dirty, &at, &number, &up);) {
        if (!all) up = *zh_map_get(&view->up, number);
        if (!all || up != 0) e = put_entry(keep, number, up, &value);
    }
    zh_buf_close(&value);
    if (e == ZH_OK && !all) zh_map_clear(&view->dirty);
    return e;
}

zh_err zh_absorbed_load(zh_absorbed_view *view, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint64_t number = 0;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint64_t up = zh_read_var(&r);
    for (size_t i = 0; i < key.size && key.size == 8; i++) number = number << 8 | (unsigned char)key.data[i];
    if (r.bad || zh_reader_left(&r) != 0 || number == 0 || up == 0 || up == number) return ZH_CORRUPT;
    return zh_map_put(&view->up, number, up);
}

bool zh_absorbed_check(const zh_absorbed_view *view, const char **why)
{
    uint64_t number, up;
    for (size_t at = 0; zh_map_next(&view->up, &at, &number, &up);) {
        size_t steps = 0;
        for (const uint64_t *next = &up; next != NULL && *next != 0 && steps <= view->up.count; steps++) next = zh_map_get(&view->up, *next);
        if (steps <= view->up.count) continue;
        *why = "customers absorb each other in a circle";
        return false;
    }
    *why = NULL;
    return true;
}

size_t zh_absorbed_bytes(const zh_absorbed_view *view) { return zh_map_bytes(&view->up) + zh_map_bytes(&view->dirty); }
