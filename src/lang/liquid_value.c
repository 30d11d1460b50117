#include "lang/liquid_value.h"
#include "base/hash.h"
#include "lang/liquid_number.h"

#include <inttypes.h>

#define SCANNED 8 /* pairs of a map that are compared one after the other */

/* ---- from JSON ---- */

static uint64_t hash_key(zh_sv key) { return zh_fast64(key); }

/* The keys of a map in a table of twice their number; a repeated key keeps its first place. */
static bool index_pairs(zh_arena *arena, zh_liquid_map *map)
{
    if (map->count <= SCANNED) return true;
    uint32_t size = 16;
    while (size < 2 * map->count) size *= 2;
    uint32_t *slots = ZH_TAKE(arena, uint32_t, size);
    if (slots == NULL) return false;
    map->mask = size - 1;
    for (uint32_t i = 0; i < map->count; i++) {
        uint64_t at = hash_key(map->pairs[i].key) & map->mask;
        while (slots[at] != 0 && !zh_sv_equal(map->pairs[slots[at] - 1].key, map->pairs[i].key)) at = (at + 1) & map->mask;
        if (slots[at] == 0) slots[at] = i + 1;
    }
    map->slots = slots;
    return true;
}

static zh_err of_map(zh_arena *arena, zh_json_value json, zh_liquid_value *out)
{
    const size_t count = zh_json_count(json);
    zh_liquid_map *map = ZH_TAKE(arena, zh_liquid_map, 1);
    zh_liquid_pair *pairs = ZH_TAKE(arena, zh_liquid_pair, count);
    if (map == NULL || pairs == NULL) return ZH_NOMEM;
    *map = (zh_liquid_map){ .pairs = pairs };
    for (zh_json_iter it = zh_json_walk(json); zh_json_next(&it); map->count++) {
        zh_liquid_pair *pair = &pairs[map->count];
        pair->key = zh_arena_copy(arena, it.key);
        if (pair->key.data == NULL) return ZH_NOMEM;
        const zh_err e = zh_liquid_of_json(arena, it.value, &pair->value);
        if (e != ZH_OK) return e;
    }
    if (!index_pairs(arena, map)) return ZH_NOMEM;
    *out = (zh_liquid_value){ .kind = ZH_LIQUID_MAP, .map = map };
    return ZH_OK;
}

static zh_err of_list(zh_arena *arena, zh_json_value json, zh_liquid_value *out)
{
    zh_liquid_value *items = ZH_TAKE(arena, zh_liquid_value, zh_json_count(json));
    uint32_t count = 0;
    if (items == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(json); zh_json_next(&it);) {
        const zh_err e = zh_liquid_of_json(arena, it.value, &items[count++]);
        if (e != ZH_OK) return e;
    }
    *out = zh_liquid_list(items, count);
    return ZH_OK;
}

zh_err zh_liquid_of_json(zh_arena *arena, zh_json_value json, zh_liquid_value *out)
{
    *out = zh_liquid_nil();
    switch (zh_json_type_of(json)) {
    case ZH_JSON_BOOL:
        out->kind = ZH_LIQUID_BOOL;
        (void)zh_json_bool(json, &out->boolean);
        return ZH_OK;
    case ZH_JSON_INT:
    case ZH_JSON_REAL: {
        double d = 0;
        if (zh_json_int(json, &out->i)) out->kind = ZH_LIQUID_INT;
        else if (zh_json_real(json, &d)) *out = zh_liquid_float(d);
        return ZH_OK;
    }
    case ZH_JSON_TEXT: {
        const zh_sv text = zh_arena_copy(arena, zh_json_text_or_empty(json));
        *out = zh_liquid_text(text);
        return text.data == NULL ? ZH_NOMEM : ZH_OK;
    }
    case ZH_JSON_ARRAY: return of_list(arena, json, out);
    case ZH_JSON_OBJECT: return of_map(arena, json, out);
    default: return ZH_OK;
    }
}

/* ---- looking ---- */

const zh_liquid_value *zh_liquid_get(const zh_liquid_map *map, zh_sv key)
{
    if (map->slots == NULL) {
        for (uint32_t i = 0; i < map->count; i++)
            if (zh_sv_equal(map->pairs[i].key, key)) return &map->pairs[i].value;
        return NULL;
    }
    for (uint64_t at = hash_key(key) & map->mask; map->slots[at] != 0; at = (at + 1) & map->mask)
        if (zh_sv_equal(map->pairs[map->slots[at] - 1].key, key)) return &map->pairs[map->slots[at] - 1].value;
    return NULL;
}

int64_t zh_liquid_range_size(const zh_liquid_range *range)
{
    int64_t size;
    if (range->to < range->from) return 0;
    if (__builtin_sub_overflow(range->to, range->from, &size) || size == INT64_MAX) return INT64_MAX;
    return size + 1;
}

bool zh_liquid_is_empty(zh_liquid_value v)
{
    switch (v.kind) {
    case ZH_LIQUID_TEXT:
    case ZH_LIQUID_LIST: return v.n == 0;
    case ZH_LIQUID_MAP: return v.map->count == 0;
    default: return false;
    }
}

static bool is_blank(zh_liquid_value v)
{
    if (v.kind == ZH_LIQUID_TEXT) return zh_sv_trim(zh_liquid_sv(v)).size == 0;
    return !zh_liquid_truthy(v) || zh_liquid_is_empty(v);
}

/* ---- equality ---- */

static bool lists_equal(zh_liquid_value a, zh_liquid_value b, bool (*equal)(zh_liquid_value, zh_liquid_value))
{
    if (a.n != b.n) return false;
    for (uint32_t i = 0; i < a.n; i++)
        if (!equal(a.items[i], b.items[i])) return false;
    return true;
}

static bool maps_equal(zh_liquid_value a, zh_liquid_value b, bool (*equal)(zh_liquid_value, zh_liquid_value))
{
    if (a.map->count != b.map->count) return false;
    for (uint32_t i = 0; i < a.map->count; i++) {
        const zh_liquid_value *other = zh_liquid_get(b.map, a.map->pairs[i].key);
        if (other == NULL || !equal(a.map->pairs[i].value, *other)) return false;
    }
    return true;
}

static bool equal_of_kind(zh_liquid_value a, zh_liquid_value b, bool (*equal)(zh_liquid_value, zh_liquid_value))
{
    switch (a.kind) {
    case ZH_LIQUID_BOOL: return a.boolean == b.boolean;
    case ZH_LIQUID_INT: return a.i == b.i;
    case ZH_LIQUID_FLOAT: return a.d == b.d;
    case ZH_LIQUID_TEXT: return zh_sv_equal(zh_liquid_sv(a), zh_liquid_sv(b));
    case ZH_LIQUID_LIST: return lists_equal(a, b, equal);
    case ZH_LIQUID_MAP: return maps_equal(a, b, equal);
    case ZH_LIQUID_RANGE: return a.range->from == b.range->from && a.range->to == b.range->to;
    case ZH_LIQUID_LOOP:
    case ZH_LIQUID_ROW: return a.loop == b.loop;
    default: return true;
    }
}

bool zh_liquid_same(zh_liquid_value a, zh_liquid_value b)
{
    return a.kind == b.kind && equal_of_kind(a, b, zh_liquid_same);
}

bool zh_liquid_equal(zh_liquid_value a, zh_liquid_value b)
{
    int order;
    if (a.kind == b.kind) return equal_of_kind(a, b, zh_liquid_equal);
    if (a.kind == ZH_LIQUID_EMPTY || b.kind == ZH_LIQUID_EMPTY) return zh_liquid_is_empty(a.kind == ZH_LIQUID_EMPTY ? b : a);
    if (a.kind == ZH_LIQUID_BLANK || b.kind == ZH_LIQUID_BLANK) return is_blank(a.kind == ZH_LIQUID_BLANK ? b : a);
    return zh_liquid_is_number(a) && zh_liquid_is_number(b) && zh_liquid_compare(a, b, &order) && order == 0;
}

uint64_t zh_liquid_hash(zh_liquid_value v)
{
    uint64_t hash = v.kind;
    switch (v.kind) {
    case ZH_LIQUID_BOOL: return zh_mix64(hash + (v.boolean ? 0x100 : 0));
    case ZH_LIQUID_INT: return zh_mix64(hash ^ (uint64_t)v.i << 4);
    case ZH_LIQUID_FLOAT: {
        const double d = v.d == 0 ? 0 : v.d; /* -0.0 is 0.0 */
        memcpy(&hash, &d, sizeof d);
        return zh_mix64(hash ^ v.kind);
    }
    case ZH_LIQUID_TEXT: return zh_fast64(zh_liquid_sv(v));
    case ZH_LIQUID_LIST:
        for (uint32_t i = 0; i < v.n; i++) hash = zh_mix64(hash ^ zh_liquid_hash(v.items[i]));
        return hash;
    case ZH_LIQUID_MAP: /* the order of the pairs does not matter */
        for (uint32_t i = 0; i < v.map->count; i++) hash += zh_mix64(zh_fast64(v.map->pairs[i].key) ^ zh_liquid_hash(v.map->pairs[i].value));
        return zh_mix64(hash);
    case ZH_LIQUID_RANGE: return zh_mix64(zh_mix64((uint64_t)v.range->from) ^ (uint64_t)v.range->to);
    default: return zh_mix64(hash);
    }
}

bool zh_liquid_compare(zh_liquid_value a, zh_liquid_value b, int *order)
{
    if (a.kind == ZH_LIQUID_TEXT && b.kind == ZH_LIQUID_TEXT) {
        *order = zh_sv_compare(zh_liquid_sv(a), zh_liquid_sv(b));
        return true;
    }
    if (!zh_liquid_is_number(a) || !zh_liquid_is_number(b)) return false;
    if (a.kind == ZH_LIQUID_INT && b.kind == ZH_LIQUID_INT) {
        *order = a.i < b.i ? -1 : a.i > b.i;
        return true;
    }
    const double left = a.kind == ZH_LIQUID_INT ? (double)a.i : a.d, right = b.kind == ZH_LIQUID_INT ? (double)b.i : b.d;
    *order = left < right ? -1 : left > right;
    return true;
}

/* ---- printing ---- */

static void inspect(zh_liquid_value v, zh_buf *out);

/* "a\"b\n": a text as it stands inside a printed list or map. */
static void inspect_text(zh_sv text, zh_buf *out)
{
    static const char from[] = "\"\\\n\t\r\f\v\b\a\x1b", to[] = "\"\\ntrfvbae";
    zh_buf_put_u8(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const char *escape = c == 0 ? NULL : memchr(from, c, sizeof from - 1);
        if (escape != NULL) zh_buf_printf(out, "\\%c", to[escape - from]);
        else if (c == '#' && i + 1 < text.size && memchr("{$@", text.data[i + 1], 3) != NULL) zh_buf_put(out, ZH_SV("\\#"));
        else if (c < ' ' || c == 0x7F) zh_buf_printf(out, c == 0 ? "\\u0000" : "\\x%02X", c);
        else zh_buf_put_u8(out, c);
    }
    zh_buf_put_u8(out, '"');
}

static void inspect_list(zh_liquid_value v, zh_buf *out)
{
    zh_buf_put_u8(out, '[');
    for (uint32_t i = 0; i < v.n; i++) {
        if (i > 0) zh_buf_put(out, ZH_SV(", "));
        inspect(v.items[i], out);
    }
    zh_buf_put_u8(out, ']');
}

static void inspect_map(zh_liquid_value v, zh_buf *out)
{
    zh_buf_put_u8(out, '{');
    for (uint32_t i = 0; i < v.map->count; i++) {
        if (i > 0) zh_buf_put(out, ZH_SV(", "));
        inspect_text(v.map->pairs[i].key, out);
        zh_buf_put(out, ZH_SV("=>"));
        inspect(v.map->pairs[i].value, out);
    }
    zh_buf_put_u8(out, '}');
}

static void inspect(zh_liquid_value v, zh_buf *out)
{
    if (v.kind == ZH_LIQUID_TEXT) inspect_text(zh_liquid_sv(v), out);
    else if (v.kind == ZH_LIQUID_NIL) zh_buf_put(out, ZH_SV("nil"));
    else zh_liquid_print_text(v, out);
}

void zh_liquid_print_text(zh_liquid_value v, zh_buf *out)
{
    switch (v.kind) {
    case ZH_LIQUID_BOOL: zh_buf_put(out, v.boolean ? ZH_SV("true") : ZH_SV("false")); return;
    case ZH_LIQUID_INT: zh_buf_printf(out, "%" PRId64, v.i); return;
    case ZH_LIQUID_FLOAT: zh_liquid_print_float(v.d, out); return;
    case ZH_LIQUID_TEXT: zh_buf_put(out, zh_liquid_sv(v)); return;
    case ZH_LIQUID_LIST: inspect_list(v, out); return;
    case ZH_LIQUID_MAP: inspect_map(v, out); return;
    case ZH_LIQUID_RANGE: zh_buf_printf(out, "%" PRId64 "..%" PRId64, v.range->from, v.range->to); return;
    case ZH_LIQUID_LOOP: zh_buf_put(out, ZH_SV("Liquid::ForloopDrop")); return;
    case ZH_LIQUID_ROW: zh_buf_put(out, ZH_SV("Liquid::TablerowloopDrop")); return;
    default: return; /* nil, empty and blank are nothing */
    }
}

void zh_liquid_print(zh_liquid_value v, zh_buf *out)
{
    if (v.kind != ZH_LIQUID_LIST) {
        zh_liquid_print_text(v, out);
        return;
    }
    for (uint32_t i = 0; i < v.n; i++) zh_liquid_print(v.items[i], out);
}

const char *zh_liquid_class(zh_liquid_value v)
{
    static const char *const names[] = {
        [ZH_LIQUID_NIL] = "nil", [ZH_LIQUID_INT] = "Integer", [ZH_LIQUID_FLOAT] = "Float", [ZH_LIQUID_TEXT] = "String", [ZH_LIQUID_LIST] = "Array",
        [ZH_LIQUID_MAP] = "Hash", [ZH_LIQUID_RANGE] = "Range", [ZH_LIQUID_EMPTY] = "empty", [ZH_LIQUID_BLANK] = "blank", [ZH_LIQUID_LOOP] = "Liquid::ForloopDrop",
        [ZH_LIQUID_ROW] = "Liquid::TablerowloopDrop",
    };
    if (v.kind == ZH_LIQUID_BOOL) return v.boolean ? "true" : "false";
    return names[v.kind];
}
