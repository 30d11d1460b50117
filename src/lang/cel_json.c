#include "lang/cel_json.h"
#include "base/b64.h"
#include "base/json_out.h"
#include "lang/cel_std.h"

#include <math.h>

static zh_cel_value of_text(zh_arena *arena, zh_sv text)
{
    const zh_sv copy = zh_arena_copy(arena, text);
    return copy.data == NULL ? zh_cel_error(ZH_CEL_MEMORY, NULL) : zh_cel_text(copy);
}

static zh_cel_value of_items(zh_arena *arena, zh_json_value value, bool object)
{
    const size_t count = zh_json_count(value);
    zh_cel_value *items = count > UINT32_MAX / 4 ? NULL : ZH_TAKE(arena, zh_cel_value, count * (object ? 2 : 1));
    uint32_t at = 0;
    if (items == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) {
        if (object) items[at++] = of_text(arena, it.key);
        items[at] = zh_cel_of_json(arena, it.value);
        if (zh_cel_is_error(items[at++])) return items[at - 1];
    }
    return object ? zh_cel_map_of(arena, items, at / 2) : zh_cel_list(items, at);
}

zh_cel_value zh_cel_of_json(zh_arena *arena, zh_json_value value)
{
    zh_sv text;
    int64_t i;
    uint64_t u;
    double d;
    bool b;
    if (zh_json_text(value, &text)) return of_text(arena, text);
    if (zh_json_int(value, &i)) return zh_cel_int(i);
    if (zh_json_uint(value, &u)) return zh_cel_uint(u);
    if (zh_json_real(value, &d)) return zh_cel_double(d);
    if (zh_json_bool(value, &b)) return zh_cel_bool(b);
    if (zh_json_is(value, ZH_JSON_ARRAY)) return of_items(arena, value, false);
    if (zh_json_is(value, ZH_JSON_OBJECT)) return of_items(arena, value, true);
    return zh_cel_null();
}

static zh_err put(zh_cel_value v, zh_buf *out, unsigned depth);

static void put_real(double d, zh_buf *out)
{
    char text[ZH_JSON_REAL_BYTES];
    if (isfinite(d)) zh_buf_put(out, (zh_sv){ text, zh_json_print_real(d, text) });
    else zh_buf_put(out, isnan(d) ? ZH_SV("\"NaN\"") : d < 0 ? ZH_SV("\"-Infinity\"") : ZH_SV("\"Infinity\""));
}

static void put_key(zh_cel_value key, zh_buf *out)
{
    if (key.kind == ZH_CEL_STRING) zh_json_put_text(out, zh_cel_sv(key));
    else if (key.kind == ZH_CEL_BOOL) zh_buf_put(out, key.boolean ? ZH_SV("\"true\"") : ZH_SV("\"false\""));
    else if (key.kind == ZH_CEL_UINT) zh_buf_printf(out, "\"%llu\"", (unsigned long long)key.u);
    else zh_buf_printf(out, "\"%lld\"", (long long)key.i);
}

static zh_err put_items(zh_cel_value v, zh_buf *out, unsigned depth)
{
    const bool map = v.kind == ZH_CEL_MAP;
    const uint32_t count = map ? v.map->count : v.n;
    if (depth >= ZH_CEL_JSON_DEPTH_MAX) return ZH_FULL;
    zh_buf_put_u8(out, map ? '{' : '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) zh_buf_put_u8(out, ',');
        if (map) {
            put_key(v.map->pairs[2 * i], out);
            zh_buf_put_u8(out, ':');
        }
        const zh_err e = put(map ? v.map->pairs[2 * i + 1] : v.items[i], out, depth + 1);
        if (e != ZH_OK) return e;
    }
    zh_buf_put_u8(out, map ? '}' : ']');
    return zh_buf_err(out);
}

static zh_err put(zh_cel_value v, zh_buf *out, unsigned depth)
{
    switch (v.kind) {
    case ZH_CEL_NULL: zh_buf_put(out, ZH_SV("null")); break;
    case ZH_CEL_BOOL: zh_buf_put(out, v.boolean ? ZH_SV("true") : ZH_SV("false")); break;
    case ZH_CEL_INT: zh_buf_printf(out, "%lld", (long long)v.i); break;
    case ZH_CEL_UINT: zh_buf_printf(out, "%llu", (unsigned long long)v.u); break;
    case ZH_CEL_DOUBLE: put_real(v.d, out); break;
    case ZH_CEL_STRING: zh_json_put_text(out, zh_cel_sv(v)); break;
    case ZH_CEL_TYPE: zh_json_put_text(out, zh_cel_type_name(v.type)); break;
    case ZH_CEL_LIST:
    case ZH_CEL_MAP: return put_items(v, out, depth);
    case ZH_CEL_OPTIONAL:
        if (v.items != NULL) return depth >= ZH_CEL_JSON_DEPTH_MAX ? ZH_FULL : put(*v.items, out, depth + 1);
        zh_buf_put(out, ZH_SV("null"));
        break;
    case ZH_CEL_BYTES:
    case ZH_CEL_TIMESTAMP:
    case ZH_CEL_DURATION:
        zh_buf_put_u8(out, '"');
        if (v.kind == ZH_CEL_BYTES) zh_b64_encode(zh_cel_sv(v), out);
        else if (v.kind == ZH_CEL_TIMESTAMP) zh_cel_put_timestamp(out, v);
        else zh_cel_put_duration(out, v.i);
        zh_buf_put_u8(out, '"');
        break;
    default: return ZH_FORMAT;
    }
    return zh_buf_err(out);
}

zh_err zh_cel_to_json(zh_cel_value value, zh_buf *out) { return put(value, out, 0); }
