#include "lang/cel_value.h"
#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define FEW 8           /* keys that are looked through one by one */
#define MESSAGE_BYTES 200
#define TWO63 9223372036854775808.0
#define TWO64 18446744073709551616.0

const char *zh_cel_code_text(zh_cel_code code)
{
    static const char *const texts[] = {
#define X(name, text) [ZH_CEL_##name] = text,
        ZH_CEL_CODE_LIST(X)
#undef X
    };
    return texts[code];
}

const char *zh_cel_code_name(zh_cel_code code)
{
    static const char *const names[] = {
#define X(name, text) [ZH_CEL_##name] = #name,
        ZH_CEL_CODE_LIST(X)
#undef X
    };
    return names[code];
}

zh_cel_value zh_cel_error(zh_cel_code code, const char *message_or_null)
{
    return (zh_cel_value){ .kind = ZH_CEL_ERROR, .fatal = code == ZH_CEL_LIMIT || code == ZH_CEL_MEMORY, .code = (uint16_t)code, .n = ZH_CEL_NO_PLACE,
                           .text = message_or_null == NULL ? zh_cel_code_text(code) : message_or_null };
}

zh_cel_value zh_cel_errorf(zh_arena *arena, zh_cel_code code, const char *format, ...)
{
    char *text = zh_arena_take(arena, MESSAGE_BYTES, 1);
    if (text != NULL) {
        va_list args;
        va_start(args, format);
        const int size = vsnprintf(text, MESSAGE_BYTES, format, args);
        va_end(args);
        if (size < 0) text = NULL;
    }
    return zh_cel_error(code, text);
}

zh_cel_value zh_cel_timestamp_ms(int64_t ms)
{
    const int64_t seconds = ms / 1000 - (ms % 1000 < 0);
    return zh_cel_timestamp(seconds, (uint32_t)(ms - seconds * 1000) * 1000000);
}

/* ---- numbers of different kinds ---- */

static int order_int(int64_t a, int64_t b) { return a < b ? -1 : a > b; }
static int order_uint(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int order_double(double a, double b)
{
    if (isnan(a) || isnan(b)) return 2;
    return a < b ? -1 : a > b;
}

/* As CEL has it, an integer in range of doubles is compared as the double nearest to it. */
static int order_int_double(int64_t a, double b)
{
    if (isnan(b)) return 2;
    if (b > TWO63) return -1;
    if (b < -TWO63) return 1;
    return order_double((double)a, b);
}

static int order_uint_double(uint64_t a, double b)
{
    if (isnan(b)) return 2;
    if (b > TWO64) return -1;
    if (b < 0) return 1;
    return order_double((double)a, b);
}

static int reversed(int order) { return order == -1 || order == 1 ? -order : order; }

static int order_numbers(zh_cel_value a, zh_cel_value b)
{
    if (a.kind == ZH_CEL_INT) {
        if (b.kind == ZH_CEL_INT) return order_int(a.i, b.i);
        if (b.kind == ZH_CEL_UINT) return a.i < 0 ? -1 : order_uint((uint64_t)a.i, b.u);
        return order_int_double(a.i, b.d);
    }
    if (a.kind == ZH_CEL_UINT) {
        if (b.kind == ZH_CEL_UINT) return order_uint(a.u, b.u);
        if (b.kind == ZH_CEL_INT) return b.i < 0 ? 1 : order_uint(a.u, (uint64_t)b.i);
        return order_uint_double(a.u, b.d);
    }
    if (b.kind == ZH_CEL_INT) return reversed(order_int_double(b.i, a.d));
    if (b.kind == ZH_CEL_UINT) return reversed(order_uint_double(b.u, a.d));
    return order_double(a.d, b.d);
}

static bool is_number(zh_cel_value v)
{
    return v.kind == ZH_CEL_INT || v.kind == ZH_CEL_UINT || v.kind == ZH_CEL_DOUBLE;
}

int zh_cel_compare(zh_cel_value a, zh_cel_value b)
{
    if (is_number(a) && is_number(b)) return order_numbers(a, b);
    if (a.kind != b.kind) return 3;
    switch (a.kind) {
    case ZH_CEL_BOOL: return order_int(a.boolean, b.boolean);
    case ZH_CEL_STRING: /* the order of code points is that of UTF-8 bytes */
    case ZH_CEL_BYTES: {
        const int order = zh_sv_compare(zh_cel_sv(a), zh_cel_sv(b));
        return order < 0 ? -1 : order > 0;
    }
    case ZH_CEL_TIMESTAMP: return a.i != b.i ? order_int(a.i, b.i) : order_uint(a.n, b.n);
    case ZH_CEL_DURATION: return order_int(a.i, b.i);
    default: return 3;
    }
}

/* ---- equality ---- */

static bool maps_equal(const zh_cel_map *a, const zh_cel_map *b)
{
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const zh_cel_value *other = zh_cel_map_get(b, a->pairs[2 * i]);
        if (other == NULL || !zh_cel_equal(a->pairs[2 * i + 1], *other)) return false;
    }
    return true;
}

bool zh_cel_equal(zh_cel_value a, zh_cel_value b)
{
    if (a.kind == ZH_CEL_STRING && b.kind == ZH_CEL_STRING) return a.n == b.n && (a.n == 0 || memcmp(a.text, b.text, a.n) == 0); /* the usual case */
    if (is_number(a) && is_number(b)) return order_numbers(a, b) == 0;
    if (a.kind != b.kind) return false;
    switch (a.kind) {
    case ZH_CEL_NULL: return true;
    case ZH_CEL_LIST:
        if (a.n != b.n) return false;
        for (uint32_t i = 0; i < a.n; i++)
            if (!zh_cel_equal(a.items[i], b.items[i])) return false;
        return true;
    case ZH_CEL_MAP: return maps_equal(a.map, b.map);
    case ZH_CEL_TYPE: return a.type->kind == b.type->kind && zh_sv_equal(zh_cel_type_name(a.type), zh_cel_type_name(b.type));
    case ZH_CEL_OPTIONAL:
        if (a.items == NULL || b.items == NULL) return a.items == b.items;
        return zh_cel_equal(*a.items, *b.items);
    case ZH_CEL_OBJECT: return a.n == b.n && a.u == b.u;
    default: return zh_cel_compare(a, b) == 0;
    }
}

/* ---- maps ---- */

static uint32_t hash_key(zh_cel_value key)
{
    switch (key.kind) {
    case ZH_CEL_STRING: return (uint32_t)zh_fast64(zh_cel_sv(key));
    case ZH_CEL_DOUBLE: /* the hash of the integer it equals; one that equals none is never found */
        if (key.d >= -TWO63 && key.d < TWO63) return (uint32_t)zh_mix64((uint64_t)(int64_t)key.d);
        return key.d >= 0 && key.d < TWO64 ? (uint32_t)zh_mix64((uint64_t)key.d) : 0;
    case ZH_CEL_BOOL: return key.boolean ? 1 : 2;
    default: return (uint32_t)zh_mix64(key.u);
    }
}

const zh_cel_value *zh_cel_map_get(const zh_cel_map *map, zh_cel_value key)
{
    if (map->slots == NULL) {
        if (key.kind == ZH_CEL_STRING) {
            for (uint32_t i = 0; i < map->count; i++) {
                const zh_cel_value *at = &map->pairs[2 * i];
                if (at->n == key.n && at->kind == ZH_CEL_STRING && (key.n == 0 || memcmp(at->text, key.text, key.n) == 0)) return at + 1;
            }
            return NULL;
        }
        for (uint32_t i = 0; i < map->count; i++)
            if (zh_cel_equal(map->pairs[2 * i], key)) return &map->pairs[2 * i + 1];
        return NULL;
    }
    for (uint32_t at = hash_key(key) & map->mask; map->slots[at] != 0; at = (at + 1) & map->mask) {
        const uint32_t entry = map->slots[at] - 1;
        if (zh_cel_equal(map->pairs[2 * entry], key)) return &map->pairs[2 * entry + 1];
    }
    return NULL;
}

static bool is_key(zh_cel_value v)
{
    return v.kind == ZH_CEL_STRING || v.kind == ZH_CEL_INT || v.kind == ZH_CEL_UINT || v.kind == ZH_CEL_BOOL;
}

/* Fill the table; false where a key is there already. */
static bool put_all(zh_cel_map *map, uint32_t *slots)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const zh_cel_value key = map->pairs[2 * i];
        uint32_t at = hash_key(key) & map->mask;
        for (; slots[at] != 0; at = (at + 1) & map->mask)
            if (zh_cel_equal(map->pairs[2 * (slots[at] - 1)], key)) return false;
        slots[at] = i + 1;
    }
    return true;
}

static bool few_differ(const zh_cel_map *map)
{
    for (uint32_t i = 0; i < map->count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (zh_cel_equal(map->pairs[2 * i], map->pairs[2 * j])) return false;
    return true;
}

zh_cel_value zh_cel_map_of(zh_arena *arena, const zh_cel_value *pairs, uint32_t count)
{
    zh_cel_map *map = ZH_TAKE(arena, zh_cel_map, 1);
    if (map == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    *map = (zh_cel_map){ .count = count, .pairs = pairs };
    for (uint32_t i = 0; i < count; i++)
        if (!is_key(pairs[2 * i])) return zh_cel_errorf(arena, ZH_CEL_NO_OVERLOAD, "a map key cannot be of type %s", zh_cel_kind_text(pairs[2 * i].kind));
    if (count > FEW) {
        uint32_t size = 16;
        while (size < count * 2) size *= 2;
        uint32_t *slots = ZH_TAKE(arena, uint32_t, size);
        if (slots == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
        map->mask = size - 1;
        if (!put_all(map, slots)) return zh_cel_error(ZH_CEL_REPEATED, NULL);
        map->slots = slots;
    } else if (!few_differ(map)) {
        return zh_cel_error(ZH_CEL_REPEATED, NULL);
    }
    return (zh_cel_value){ .kind = ZH_CEL_MAP, .map = map };
}
