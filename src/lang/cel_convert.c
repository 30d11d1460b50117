/* Conversions: int() uint() double() string() bytes() bool() timestamp() duration(), each with the ranges of the language definition. */
#include "base/json_out.h"
#include "base/utf8.h"
#include "lang/cel_std.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define FUNCTION(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self
#define TWO63 9223372036854775808.0
#define TWO64 18446744073709551616.0
#define NUMBER_BYTES_MAX 400 /* digits of a number in a text */

static zh_cel_value range(const char *message) { return zh_cel_error(ZH_CEL_RANGE, message); }

static zh_cel_value not_this(zh_cel_run *run, const char *what, zh_cel_value text)
{
    return zh_cel_errorf(run->arena, ZH_CEL_CONVERT, "Type conversion error: '%.*s' is no %s", (int)(text.n < 60 ? text.n : 60), text.text == NULL ? "" : text.text, what);
}

/* Digits with a sign perhaps; false: not that, or over `most`. */
static bool whole(zh_sv text, bool *minus, uint64_t *out)
{
    size_t i = 0;
    *minus = text.size > 0 && text.data[0] == '-';
    if (*minus || (text.size > 0 && text.data[0] == '+')) i++;
    if (i == text.size) return false;
    for (*out = 0; i < text.size; i++) {
        const unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(*out, 10u, out) || __builtin_add_overflow(*out, digit, out)) return false;
    }
    return true;
}

FUNCTION(to_int)
{
    UNUSED;
    const zh_cel_value v = args[0];
    bool minus;
    uint64_t digits;
    switch (v.kind) {
    case ZH_CEL_UINT: return v.u > INT64_MAX ? range("int range error") : zh_cel_int((int64_t)v.u);
    case ZH_CEL_DOUBLE: /* both ends are refused: the doubles there are rounded from numbers outside */
        return !(v.d > -TWO63 && v.d < TWO63) ? range("int range error") : zh_cel_int((int64_t)v.d);
    case ZH_CEL_STRING:
        if (!whole(zh_cel_sv(v), &minus, &digits) || digits > (uint64_t)INT64_MAX + minus) return not_this(run, "int", v);
        return zh_cel_int(minus ? (int64_t)(0 - digits) : (int64_t)digits);
    case ZH_CEL_DURATION: return zh_cel_int(v.i / 1000000000);
    default: return zh_cel_int(v.i); /* int itself; a timestamp's seconds */
    }
}

FUNCTION(to_uint)
{
    UNUSED;
    const zh_cel_value v = args[0];
    bool minus;
    uint64_t digits;
    switch (v.kind) {
    case ZH_CEL_INT: return v.i < 0 ? range("uint range error") : zh_cel_uint((uint64_t)v.i);
    case ZH_CEL_DOUBLE: return !(v.d > -1 && v.d < TWO64) || v.d < 0 ? range("uint range error") : zh_cel_uint((uint64_t)v.d);
    case ZH_CEL_STRING:
        if (!whole(zh_cel_sv(v), &minus, &digits) || minus) return not_this(run, "uint", v);
        return zh_cel_uint(digits);
    default: return v;
    }
}

static bool read_double(zh_sv text, double *out)
{
    char copy[NUMBER_BYTES_MAX], *end;
    bool minus = text.size > 0 && text.data[0] == '-';
    const zh_sv rest = zh_sv_part(text, minus || (text.size > 0 && text.data[0] == '+') ? 1 : 0, SIZE_MAX);
    if (zh_sv_equal(rest, ZH_SV("NaN"))) return *out = NAN, true;
    if (zh_sv_equal(rest, ZH_SV("Infinity")) || zh_sv_equal(rest, ZH_SV("Inf")) || zh_sv_equal(rest, ZH_SV("inf")) || zh_sv_equal(rest, ZH_SV("infinity"))) return *out = minus ? -INFINITY : INFINITY, true;
    if (text.size == 0 || text.size >= sizeof copy) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\0' || strchr("+-0123456789.eE", text.data[i]) == NULL) return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *out = strtod(copy, &end);
    return *end == '\0' && !isinf(*out);
}

FUNCTION(to_double)
{
    UNUSED;
    const zh_cel_value v = args[0];
    double d;
    switch (v.kind) {
    case ZH_CEL_INT: return zh_cel_double((double)v.i);
    case ZH_CEL_UINT: return zh_cel_double((double)v.u);
    case ZH_CEL_STRING: return read_double(zh_cel_sv(v), &d) ? zh_cel_double(d) : not_this(run, "double", v);
    default: return v;
    }
}

void zh_cel_put_double(zh_buf *out, double d)
{
    if (isnan(d)) {
        zh_buf_put(out, ZH_SV("NaN"));
        return;
    }
    if (isinf(d)) {
        zh_buf_put(out, d < 0 ? ZH_SV("-Infinity") : ZH_SV("Infinity"));
        return;
    }
    char text[ZH_JSON_REAL_BYTES]; /* "1.0" and "1e30": a fraction of nothing is left out, an exponent has its sign */
    size_t size = zh_json_print_real(d, text);
    if (size > 2 && text[size - 1] == '0' && text[size - 2] == '.') size -= 2;
    for (size_t i = 0; i < size; i++) {
        zh_buf_put_u8(out, (uint8_t)text[i]);
        if (text[i] == 'e' && i + 1 < size && text[i + 1] != '-' && text[i + 1] != '+') zh_buf_put_u8(out, '+');
    }
}

FUNCTION(to_string)
{
    UNUSED;
    const zh_cel_value v = args[0];
    zh_buf text = zh_buf_open(1 << 12);
    switch (v.kind) {
    case ZH_CEL_STRING: return v;
    case ZH_CEL_BYTES:
        if (!zh_cel_run_pay(run, v.n / 32)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
        return zh_utf8_valid(zh_cel_sv(v)) == v.n ? zh_cel_text(zh_cel_sv(v)) : zh_cel_error(ZH_CEL_CONVERT, "invalid UTF-8 in bytes, cannot convert to string");
    case ZH_CEL_INT: zh_buf_printf(&text, "%lld", (long long)v.i); break;
    case ZH_CEL_UINT: zh_buf_printf(&text, "%llu", (unsigned long long)v.u); break;
    case ZH_CEL_DOUBLE: zh_cel_put_double(&text, v.d); break;
    case ZH_CEL_BOOL: zh_buf_put(&text, v.boolean ? ZH_SV("true") : ZH_SV("false")); break;
    case ZH_CEL_TIMESTAMP: zh_cel_put_timestamp(&text, v); break;
    default: zh_cel_put_duration(&text, v.i); break;
    }
    return zh_cel_take_text(run, &text);
}

FUNCTION(to_bytes)
{
    UNUSED;
    return zh_cel_bytes(zh_cel_sv(args[0]));
}

FUNCTION(to_bool)
{
    UNUSED;
    static const char *const words[][5] = { { "false", "False", "FALSE", "f", "0" }, { "true", "True", "TRUE", "t", "1" } };
    if (args[0].kind == ZH_CEL_BOOL) return args[0];
    for (unsigned is = 0; is < 2; is++)
        for (size_t i = 0; i < 5; i++)
            if (zh_sv_equal(zh_cel_sv(args[0]), zh_sv_of(words[is][i]))) return zh_cel_bool(is == 1);
    return not_this(run, "bool", args[0]);
}

FUNCTION(to_timestamp)
{
    UNUSED;
    if (args[0].kind == ZH_CEL_TIMESTAMP) return args[0];
    if (args[0].kind == ZH_CEL_STRING) return zh_cel_timestamp_of(zh_cel_sv(args[0]));
    if (args[0].i < ZH_CEL_SECONDS_MIN || args[0].i > ZH_CEL_SECONDS_MAX) return range("timestamp out of range: years 1 to 9999");
    return zh_cel_timestamp(args[0].i, 0);
}

FUNCTION(to_duration)
{
    UNUSED;
    int64_t ns;
    if (args[0].kind == ZH_CEL_STRING) return zh_cel_duration_of(zh_cel_sv(args[0]));
    if (args[0].kind == ZH_CEL_DURATION) return args[0];
    return __builtin_mul_overflow(args[0].i, INT64_C(1000000000), &ns) ? range("duration out of range: about 292 years") : zh_cel_duration(ns);
}

const zh_cel_entry zh_cel_std_convert[] = {
    { "int(int) int", to_int }, { "int(uint) int", to_int }, { "int(double) int", to_int }, { "int(string) int", to_int },
    { "int(timestamp) int", to_int }, { "int(duration) int", to_int },
    { "uint(uint) uint", to_uint }, { "uint(int) uint", to_uint }, { "uint(double) uint", to_uint }, { "uint(string) uint", to_uint },
    { "double(double) double", to_double }, { "double(int) double", to_double }, { "double(uint) double", to_double }, { "double(string) double", to_double },
    { "string(string) string", to_string }, { "string(bool) string", to_string }, { "string(int) string", to_string }, { "string(uint) string", to_string },
    { "string(double) string", to_string }, { "string(bytes) string", to_string }, { "string(timestamp) string", to_string }, { "string(duration) string", to_string },
    { "bytes(bytes) bytes", to_bytes }, { "bytes(string) bytes", to_bytes },
    { "bool(bool) bool", to_bool }, { "bool(string) bool", to_bool },
    { "timestamp(timestamp) timestamp", to_timestamp }, { "timestamp(string) timestamp", to_timestamp }, { "timestamp(int) timestamp", to_timestamp },
    { "duration(duration) duration", to_duration }, { "duration(string) duration", to_duration }, { "duration(int) duration", to_duration },
    { NULL, NULL },
};
