/* "%s costs %.2f".format([name, price]): the strings extension's own formatting. */
#include "lang/cel_std.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_BYTES_MAX ((size_t)1 << 20)
#define PRECISION_MAX 100 /* digits behind the point */
#define DEPTH_MAX 64      /* levels of lists and maps in a %s */
#define KEYS_MAX 4096     /* entries of a map in a %s, which are sorted */

typedef struct writer {
    zh_cel_run *run;
    zh_buf out;
    zh_cel_value error; /* kind ERROR: it failed */
} writer;

static void fail(writer *w, const char *clause, zh_cel_value v)
{
    if (zh_cel_is_error(w->error)) return;
    const zh_cel_kind kind = (zh_cel_kind)v.kind;
    const zh_sv name = zh_cel_type_name(zh_cel_type_plain(kind));
    w->error = zh_cel_errorf(w->run->arena, ZH_CEL_ARGUMENT, "error during formatting: %s, was given %.*s", clause, ZH_SV_ARG(kind == ZH_CEL_OBJECT ? ZH_SV("an object") : name));
}

static void put_value(writer *w, zh_cel_value v, unsigned depth);

typedef struct keyed { zh_sv key; zh_cel_value value; } keyed;

static int by_key(const void *a, const void *b) { return zh_sv_compare(((const keyed *)a)->key, ((const keyed *)b)->key); }

/* Entries in the order of their keys' texts. */
static void put_map(writer *w, const zh_cel_map *map, unsigned depth)
{
    keyed *entries = map->count > KEYS_MAX || !zh_cel_run_pay(w->run, map->count) ? NULL : ZH_TAKE(w->run->arena, keyed, map->count);
    if (entries == NULL) {
        w->error = zh_cel_error(ZH_CEL_LIMIT, NULL);
        return;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        const size_t from = w->out.size;
        put_value(w, map->pairs[2 * i], depth + 1);
        if (zh_buf_err(&w->out) != ZH_OK) return;
        entries[i] = (keyed){ zh_arena_copy(w->run->arena, zh_sv_part(zh_buf_view(&w->out), from, SIZE_MAX)), map->pairs[2 * i + 1] };
        w->out.size = from;
    }
    qsort(entries, map->count, sizeof *entries, by_key);
    zh_buf_put(&w->out, ZH_SV("{"));
    for (uint32_t i = 0; i < map->count; i++) {
        if (i > 0) zh_buf_put(&w->out, ZH_SV(", "));
        zh_buf_put(&w->out, entries[i].key);
        zh_buf_put(&w->out, ZH_SV(": "));
        put_value(w, entries[i].value, depth + 1);
    }
    zh_buf_put(&w->out, ZH_SV("}"));
}

static void put_value(writer *w, zh_cel_value v, unsigned depth)
{
    if (depth > DEPTH_MAX || !zh_cel_run_pay(w->run, 1)) w->error = zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (zh_cel_is_error(w->error)) return;
    switch (v.kind) {
    case ZH_CEL_NULL: zh_buf_put(&w->out, ZH_SV("null")); break;
    case ZH_CEL_BOOL: zh_buf_put(&w->out, v.boolean ? ZH_SV("true") : ZH_SV("false")); break;
    case ZH_CEL_INT: zh_buf_printf(&w->out, "%lld", (long long)v.i); break;
    case ZH_CEL_UINT: zh_buf_printf(&w->out, "%llu", (unsigned long long)v.u); break;
    case ZH_CEL_DOUBLE: zh_cel_put_double(&w->out, v.d); break;
    case ZH_CEL_STRING:
    case ZH_CEL_BYTES: zh_buf_put(&w->out, zh_cel_sv(v)); break;
    case ZH_CEL_TIMESTAMP: zh_cel_put_timestamp(&w->out, v); break;
    case ZH_CEL_DURATION: zh_cel_put_duration(&w->out, v.i); break;
    case ZH_CEL_TYPE: zh_buf_put(&w->out, zh_cel_type_name(v.type)); break;
    case ZH_CEL_MAP: put_map(w, v.map, depth); break;
    case ZH_CEL_LIST:
        zh_buf_put(&w->out, ZH_SV("["));
        for (uint32_t i = 0; i < v.n && !zh_cel_is_error(w->error); i++) {
            if (i > 0) zh_buf_put(&w->out, ZH_SV(", "));
            put_value(w, v.items[i], depth + 1);
        }
        zh_buf_put(&w->out, ZH_SV("]"));
        break;
    default: fail(w, "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps", v);
    }
}

/* A whole number in base 2, 8, 10 or 16. */
static void put_whole(writer *w, uint64_t value, bool minus, unsigned base, bool upper)
{
    char text[72];
    size_t at = sizeof text;
    do {
        text[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
        value /= base;
    } while (value > 0);
    if (minus) text[--at] = '-';
    zh_buf_put(&w->out, (zh_sv){ text + at, sizeof text - at });
}

static bool put_integer(writer *w, zh_cel_value v, unsigned base, bool upper)
{
    if (v.kind == ZH_CEL_INT) put_whole(w, v.i < 0 ? 0 - (uint64_t)v.i : (uint64_t)v.i, v.i < 0, base, upper);
    else if (v.kind == ZH_CEL_UINT) put_whole(w, v.u, false, base, upper);
    else return false;
    return true;
}

static void put_hex(writer *w, zh_cel_value v, bool upper)
{
    if (put_integer(w, v, 16, upper)) return;
    if (v.kind != ZH_CEL_STRING && v.kind != ZH_CEL_BYTES) {
        fail(w, "only integers, byte buffers, and strings can be formatted as hex", v);
        return;
    }
    for (uint32_t i = 0; i < v.n && zh_cel_run_pay(w->run, i % 16 == 0); i++) zh_buf_printf(&w->out, upper ? "%02X" : "%02x", (unsigned)(unsigned char)v.text[i]);
}

static void put_real(writer *w, zh_cel_value v, char letter, int precision)
{
    if (v.kind != ZH_CEL_DOUBLE) fail(w, letter == 'f' ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", v);
    else if (isfinite(v.d)) zh_buf_printf(&w->out, letter == 'f' ? "%.*f" : "%.*e", precision, v.d);
    else zh_cel_put_double(&w->out, v.d);
}

static void clause(writer *w, zh_sv text, size_t *at, const zh_cel_value *args, uint32_t *used)
{
    int precision = 6;
    if (*at < text.size && text.data[*at] == '.') {
        precision = 0;
        for (++*at; *at < text.size && (unsigned)text.data[*at] - '0' <= 9 && precision <= PRECISION_MAX; ++*at) precision = precision * 10 + (text.data[*at] - '0');
    }
    const char letter = *at < text.size ? text.data[*at] : '\0';
    if (letter == '\0' || strchr("sdfeboxX", letter) == NULL || precision > PRECISION_MAX) {
        w->error = zh_cel_errorf(w->run->arena, ZH_CEL_ARGUMENT, "could not parse formatting clause: unrecognized formatting clause \"%c\"", letter == '\0' ? ' ' : letter);
        return;
    }
    ++*at;
    if (*used >= args[1].n) {
        w->error = zh_cel_errorf(w->run->arena, ZH_CEL_ARGUMENT, "index %u out of range", *used);
        return;
    }
    const zh_cel_value v = args[1].items[(*used)++];
    switch (letter) {
    case 's': put_value(w, v, 0); break;
    case 'd':
        if (v.kind == ZH_CEL_DOUBLE && !isfinite(v.d)) zh_cel_put_double(&w->out, v.d);
        else if (!put_integer(w, v, 10, false)) fail(w, "decimal clause can only be used on integers", v);
        break;
    case 'o':
        if (!put_integer(w, v, 8, false)) fail(w, "octal clause can only be used on integers", v);
        break;
    case 'b':
        if (v.kind == ZH_CEL_BOOL) zh_buf_put(&w->out, v.boolean ? ZH_SV("1") : ZH_SV("0"));
        else if (!put_integer(w, v, 2, false)) fail(w, "only integers and bools can be formatted as binary", v);
        break;
    case 'x':
    case 'X': put_hex(w, v, letter == 'X'); break;
    default: put_real(w, v, letter, precision);
    }
}

zh_cel_value zh_cel_format(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)count, (void)self;
    const zh_sv text = zh_cel_sv(args[0]);
    writer w = { .run = run, .out = zh_buf_open(TEXT_BYTES_MAX), .error = zh_cel_null() };
    uint32_t used = 0;
    for (size_t at = 0; at < text.size && !zh_cel_is_error(w.error);) {
        const char *sign = memchr(text.data + at, '%', text.size - at);
        const size_t to = sign == NULL ? text.size : (size_t)(sign - text.data);
        zh_buf_put(&w.out, zh_sv_part(text, at, to - at));
        at = to + 1;
        if (sign == NULL) break;
        if (at < text.size && text.data[at] == '%') zh_buf_put(&w.out, ZH_SV("%")), at++;
        else clause(&w, text, &at, args, &used);
        if (!zh_cel_run_pay(run, 1)) w.error = zh_cel_error(ZH_CEL_LIMIT, NULL);
    }
    if (!zh_cel_is_error(w.error)) return zh_cel_take_text(run, &w.out);
    zh_buf_close(&w.out);
    return w.error;
}
