/* Entries: a merge, u8 version=1, var who absorbed it, zig time, u8 why. Taken back: u8 version=1, var place, the record. */
#include "profile/absorbed.h"

#include "base/map.h"

#include <stdlib.h>

#define VERSION 1
#define VALUE_BYTES_MAX 128
#define THINGS_BYTES_MAX ((size_t)16 << 30)

typedef struct fact {
    uint32_t from, up; /* up 0: it stands for itself again */
    int64_t at_ms;
    uint8_t why;
    bool is_dirty;
} fact;

struct zh_absorbed_view {
    zh_map places;  /* number -> place in facts */
    zh_map skips;   /* numbers whose merges are passed over */
    zh_buf facts;   /* of fact */
    zh_buf undone;  /* of zh_identity_unmerge */
    size_t undone_saved;
};

static fact *fact_at(const zh_absorbed_view *view, uint64_t place) { return (fact *)(void *)view->facts.data + place; }
static size_t facts_count(const zh_absorbed_view *view) { return view->facts.size / sizeof(fact); }

static fact *fact_of(const zh_absorbed_view *view, uint64_t number)
{
    const uint64_t *place = view->places.count == 0 ? NULL : zh_map_get(&view->places, number);
    return place == NULL ? NULL : fact_at(view, *place);
}

zh_err zh_absorbed_open(zh_absorbed_view **out, const uint32_t *skip, size_t skip_count)
{
    zh_absorbed_view *view = calloc(1, sizeof *view);
    *out = NULL;
    if (view == NULL) return ZH_NOMEM;
    view->facts = zh_buf_open(THINGS_BYTES_MAX);
    view->undone = zh_buf_open(THINGS_BYTES_MAX);
    for (size_t i = 0; i < skip_count; i++) {
        if (zh_map_put(&view->skips, skip[i], 1) == ZH_OK) continue;
        zh_absorbed_close(view);
        return ZH_NOMEM;
    }
    *out = view;
    return ZH_OK;
}

void zh_absorbed_close(zh_absorbed_view *view)
{
    if (view == NULL) return;
    zh_map_close(&view->places);
    zh_map_close(&view->skips);
    zh_buf_close(&view->facts);
    zh_buf_close(&view->undone);
    free(view);
}

bool zh_absorbed_skips(const zh_absorbed_view *view, zh_customer_id from)
{
    return view->skips.count > 0 && zh_map_get(&view->skips, from.number) != NULL;
}

zh_customer_id zh_absorbed_root(const zh_absorbed_view *view, zh_customer_id customer)
{
    for (const fact *f; (f = fact_of(view, customer.number)) != NULL && f->up != 0;) customer.number = f->up;
    return customer;
}

zh_customer_id zh_absorbed_next(const zh_absorbed_view *view, zh_customer_id customer)
{
    const fact *f = fact_of(view, customer.number);
    return (zh_customer_id){ f == NULL ? 0 : f->up };
}

static zh_err put(zh_absorbed_view *view, const fact *value)
{
    fact *there = fact_of(view, value->from);
    if (there != NULL) {
        *there = *value;
        return ZH_OK;
    }
    const uint64_t place = facts_count(view);
    char *room = zh_buf_room(&view->facts, sizeof(fact));
    if (room == NULL) return ZH_NOMEM;
    memcpy(room, value, sizeof *value);
    const zh_err e = zh_map_put(&view->places, value->from, place);
    if (e != ZH_OK) view->facts.size -= sizeof(fact);
    return e;
}

zh_err zh_absorbed_merge(zh_absorbed_view *view, const zh_identity_merge *merge)
{
    if (zh_absorbed_root(view, merge->to).number == merge->from.number) return ZH_OK;
    const fact f = { .from = (uint32_t)merge->from.number, .up = (uint32_t)merge->to.number, .at_ms = merge->at_ms, .why = (uint8_t)merge->why, .is_dirty = true };
    return put(view, &f);
}

zh_err zh_absorbed_split(zh_absorbed_view *view, const zh_identity_unmerge *unmerge)
{
    if (zh_absorbed_undone_count(view) < ZH_ABSORBED_UNDONE_MAX) {
        char *room = zh_buf_room(&view->undone, sizeof *unmerge);
        if (room == NULL) return ZH_NOMEM;
        memcpy(room, unmerge, sizeof *unmerge);
    }
    fact *f = fact_of(view, unmerge->from.number);
    if (f != NULL) f->up = 0, f->is_dirty = true;
    return ZH_OK;
}

bool zh_absorbed_get(const zh_absorbed_view *view, zh_customer_id from, zh_identity_merge *out)
{
    const fact *f = fact_of(view, from.number);
    if (f == NULL || f->up == 0) return false;
    *out = (zh_identity_merge){ .from = from, .to = { f->up }, .at_ms = f->at_ms, .why = (zh_merge_why)f->why };
    return true;
}

size_t zh_absorbed_undone_count(const zh_absorbed_view *view) { return view->undone.size / sizeof(zh_identity_unmerge); }

const zh_identity_unmerge *zh_absorbed_undone(const zh_absorbed_view *view, size_t at)
{
    return (const zh_identity_unmerge *)(const void *)view->undone.data + at;
}

/* ---- keeping ---- */

static zh_err keep_entry(zh_keep keep, char letter, uint64_t number, zh_sv value)
{
    char key[9] = { letter };
    for (int i = 0; i < 8; i++) key[1 + i] = (char)(unsigned char)(number >> (56 - 8 * i));
    return keep.put(keep.context, letter == 0 ? (zh_sv){ key + 1, 8 } : (zh_sv){ key, 9 }, value);
}

static zh_err put_fact(zh_keep keep, const fact *f, zh_buf *value)
{
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_var(value, f->up);
    zh_buf_put_zig(value, f->at_ms);
    zh_buf_put_u8(value, (uint8_t)f->why);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep_entry(keep, 0, f->from, f->up == 0 ? (zh_sv){ 0 } : zh_buf_view(value));
}

static zh_err put_undone(zh_keep keep, const zh_absorbed_view *view, size_t at, zh_buf *value)
{
    const zh_identity_unmerge *u = zh_absorbed_undone(view, at);
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_var(value, at);
    zh_identity_unmerge_put(u, value);
    const zh_err e = zh_buf_err(value);
    return e != ZH_OK ? e : keep_entry(keep, 'u', u->from.number, zh_buf_view(value));
}

zh_err zh_absorbed_save(zh_absorbed_view *view, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < facts_count(view); i++) {
        fact *f = fact_at(view, i);
        if (all ? f->up == 0 : !f->is_dirty) continue;
        e = put_fact(keep, f, &value);
        if (e == ZH_OK && !all) f->is_dirty = false;
    }
    for (size_t i = all ? 0 : view->undone_saved; e == ZH_OK && i < zh_absorbed_undone_count(view); i++) e = put_undone(keep, view, i, &value);
    if (e == ZH_OK && !all) view->undone_saved = zh_absorbed_undone_count(view);
    zh_buf_close(&value);
    return e;
}

static zh_err load_undone(zh_absorbed_view *view, zh_reader *r)
{
    zh_identity_unmerge u;
    const uint64_t place = zh_read_var(r);
    if (r->bad || place >= ZH_ABSORBED_UNDONE_MAX || zh_identity_unmerge_get(zh_read_bytes(r, zh_reader_left(r)), &u) != ZH_OK) return ZH_CORRUPT;
    while (zh_absorbed_undone_count(view) <= place) { /* entries come by number; each has its place */
        char *room = zh_buf_room(&view->undone, sizeof u);
        if (room == NULL) return ZH_NOMEM;
        memset(room, 0, sizeof u);
    }
    memcpy(view->undone.data + place * sizeof u, &u, sizeof u);
    view->undone_saved = zh_absorbed_undone_count(view);
    return ZH_OK;
}

zh_err zh_absorbed_load(zh_absorbed_view *view, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value), k = zh_reader_on(key);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    if (key.size == 9 && zh_read_u8(&k) == 'u') return load_undone(view, &r);
    fact f = { 0 };
    uint64_t from = 0;
    for (size_t i = 0; i < key.size && key.size == 8; i++) from = from << 8 | (unsigned char)key.data[i];
    const uint64_t up = zh_read_var(&r);
    f.at_ms = zh_read_zig(&r);
    f.why = zh_read_u8(&r);
    if (r.bad || zh_reader_left(&r) != 0 || from == 0 || from > ZH_IDENTITY_CUSTOMERS_MAX || up == 0 || up > ZH_IDENTITY_CUSTOMERS_MAX || up == from ||
        f.why < ZH_MERGE_LOGIN || f.why >= ZH_MERGE_WHY_END) return ZH_CORRUPT;
    f.from = (uint32_t)from;
    f.up = (uint32_t)up;
    return put(view, &f);
}

bool zh_absorbed_check(const zh_absorbed_view *view, const char **why)
{
    *why = "customers absorb each other in a circle";
    for (size_t i = 0; i < facts_count(view); i++) {
        size_t steps = 0;
        for (const fact *f = fact_at(view, i); f != NULL && f->up != 0 && steps <= facts_count(view); steps++) f = fact_of(view, f->up);
        if (steps > facts_count(view)) return false;
    }
    *why = "a merge that was taken back has no number";
    for (size_t i = 0; i < zh_absorbed_undone_count(view); i++)
        if (zh_absorbed_undone(view, i)->from.number == 0) return false;
    *why = NULL;
    return true;
}

size_t zh_absorbed_bytes(const zh_absorbed_view *view)
{
    return zh_map_bytes(&view->places) + zh_map_bytes(&view->skips) + view->facts.size + view->undone.size;
}
