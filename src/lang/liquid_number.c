#include "lang/liquid_number.h"
#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

__extension__ typedef __int128 wide; /* 38 digits */

#define DIGITS_MAX 18     /* decimal digits that surely fit 64 bits */
#define SIXTEEN_DIGITS INT64_C(10000000000000000)
#define ALIGN_MAX 19      /* powers of ten between two numbers that are added exactly */
#define EXPONENT_MAX 400  /* beyond that nothing is a float any more */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static wide power(int32_t exponent)
{
    wide p = 1;
    for (int32_t i = 0; i < exponent; i++) p *= 10;
    return p;
}

/* ---- reading ---- */

/* Digits with one point at most, and maybe an exponent, that are known to be well formed. Digits past DIGITS_MAX are cut. */
static zh_liquid_number read_decimal(zh_sv text)
{
    zh_liquid_number number = { .whole = false };
    size_t i = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    const bool negative = i == 1 && text.data[0] == '-';
    bool behind = false;
    for (int digits = 0; i < text.size && text.data[i] != 'e' && text.data[i] != 'E'; i++) {
        if (text.data[i] == '.') {
            behind = true;
            continue;
        }
        const bool taken = digits < DIGITS_MAX;
        if (taken) number.digits = number.digits * 10 + (text.data[i] - '0');
        if (number.digits != 0) digits++;
        if (taken && behind) number.exponent--;
        if (!taken && !behind) number.exponent++;
    }
    if (i < text.size) number.exponent += (int32_t)zh_liquid_leading_int(zh_sv_part(text, i + 1, SIZE_MAX));
    if (negative) number.digits = -number.digits;
    return number;
}

/* Without zeros at its end, so that other numbers can be aligned with it. */
static zh_liquid_number shorten(zh_liquid_number number)
{
    while (number.digits != 0 && number.digits % 10 == 0 && number.exponent < EXPONENT_MAX) number.digits /= 10, number.exponent++;
    if (number.digits == 0) number.exponent = 0;
    return number;
}

static zh_liquid_number of_float(double d)
{
    char text[ZH_JSON_REAL_BYTES], shorter[ZH_JSON_REAL_BYTES];
    const zh_liquid_number number = shorten(read_decimal((zh_sv){ text, zh_json_print_real(d, text) }));
    if (number.digits > -SIXTEEN_DIGITS && number.digits < SIXTEEN_DIGITS) return number;
    int size = snprintf(shorter, sizeof shorter, "%.16g", d); /* of so long ones not all digits are needed */
    if (strtod(shorter, NULL) != d) size = snprintf(shorter, sizeof shorter, "%.17g", d);
    return shorten(read_decimal((zh_sv){ shorter, (size_t)size }));
}

int64_t zh_liquid_leading_int(zh_sv text)
{
    text = zh_sv_trim(text);
    size_t i = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    const bool negative = i == 1 && text.data[0] == '-';
    int64_t value = 0;
    for (; i < text.size && is_digit(text.data[i]); i++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, text.data[i] - '0', &value)) return negative ? INT64_MIN : INT64_MAX;
    if (negative) return value;
    return value == INT64_MIN ? INT64_MAX : -value;
}

/* -?digits.digits and nothing else */
static bool is_decimal(zh_sv text)
{
    size_t i = text.size > 0 && text.data[0] == '-';
    const size_t from = i;
    while (i < text.size && is_digit(text.data[i])) i++;
    if (i == from || i >= text.size || text.data[i] != '.') return false;
    const size_t point = i++;
    while (i < text.size && is_digit(text.data[i])) i++;
    return i == text.size && i > point + 1;
}

zh_liquid_number zh_liquid_number_of(zh_liquid_value v)
{
    if (v.kind == ZH_LIQUID_INT) return (zh_liquid_number){ .whole = true, .digits = v.i };
    if (v.kind == ZH_LIQUID_FLOAT) return of_float(v.d);
    if (v.kind != ZH_LIQUID_TEXT) return (zh_liquid_number){ .whole = true };
    const zh_sv text = zh_sv_trim(zh_liquid_sv(v));
    if (is_decimal(text)) return shorten(read_decimal(text));
    return (zh_liquid_number){ .whole = true, .digits = zh_liquid_leading_int(text) };
}

bool zh_liquid_whole(zh_liquid_value v, int64_t *out)
{
    if (v.kind == ZH_LIQUID_INT) return *out = v.i, true;
    if (v.kind != ZH_LIQUID_TEXT) return false;
    const zh_sv text = zh_sv_trim(zh_liquid_sv(v));
    size_t i = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    if (i == text.size) return false;
    for (; i < text.size; i++)
        if (!is_digit(text.data[i])) return false;
    *out = zh_liquid_leading_int(text);
    return true;
}

/* ---- results ---- */

/* The float nearest to digits * 10^exponent; false where none is. */
static bool to_float(wide digits, int32_t exponent, zh_liquid_value *out)
{
    char text[64];
    size_t at = sizeof text - 16;
    const bool negative = digits < 0;
    const size_t end = at;
    if (digits == 0) return *out = zh_liquid_float(0), true;
    for (; digits != 0; digits /= 10) text[--at] = (char)('0' + (int)(negative ? -(digits % 10) : digits % 10));
    if (negative) text[--at] = '-';
    (void)snprintf(text + end, 16, "e%d", exponent);
    *out = zh_liquid_float(strtod(text + at, NULL));
    return isfinite(out->d);
}

zh_liquid_value zh_liquid_of_number(zh_liquid_number number)
{
    zh_liquid_value v = zh_liquid_int(number.digits);
    if (number.whole || to_float(number.digits, number.exponent, &v)) return v;
    return zh_liquid_int(0);
}

static zh_liquid_value to_whole(wide value)
{
    zh_liquid_value v = zh_liquid_int((int64_t)value);
    if (value >= INT64_MIN && value <= INT64_MAX) return v;
    (void)to_float(value, 0, &v);
    return v;
}

static double approximate(zh_liquid_number number)
{
    const zh_liquid_value v = zh_liquid_of_number(number);
    return v.kind == ZH_LIQUID_INT ? (double)v.i : v.d;
}

int zh_liquid_number_compare(zh_liquid_number a, zh_liquid_number b)
{
    if (a.whole && b.whole) return a.digits < b.digits ? -1 : a.digits > b.digits;
    const double left = approximate(a), right = approximate(b);
    return left < right ? -1 : left > right;
}

/* ---- operations ---- */

static wide floor_divide(wide a, wide b)
{
    const wide quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

static wide floor_modulo(wide a, wide b)
{
    const wide rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* Both whole: the result is whole unless it passes 64 bits. */
static zh_liquid_value calculate_whole(zh_liquid_number_op op, wide a, wide b)
{
    switch (op) {
    case ZH_LIQUID_ADD: return to_whole(a + b);
    case ZH_LIQUID_SUBTRACT: return to_whole(a - b);
    case ZH_LIQUID_MULTIPLY: return to_whole(a * b);
    case ZH_LIQUID_DIVIDE: return to_whole(floor_divide(a, b));
    default: return to_whole(floor_modulo(a, b));
    }
}

static bool divide(zh_liquid_number a, zh_liquid_number b, zh_liquid_value *out)
{
    wide digits = a.digits;
    int32_t exponent = a.exponent;
    for (const wide most = power(36); digits != 0 && digits < most && digits > -most; exponent--) digits *= 10; /* 18 digits of the result at least */
    return to_float(digits / b.digits, exponent - b.exponent, out);
}

/* The two are so far apart that a float loses nothing a float could hold. */
static bool calculate_apart(zh_liquid_number_op op, double a, double b, zh_liquid_value *out)
{
    double result = op == ZH_LIQUID_ADD ? a + b : op == ZH_LIQUID_SUBTRACT ? a - b : fmod(a, b);
    if (op == ZH_LIQUID_MODULO && result != 0 && (result < 0) != (b < 0)) result += b;
    *out = zh_liquid_float(result);
    return isfinite(result);
}

bool zh_liquid_calculate(zh_liquid_number_op op, zh_liquid_number a, zh_liquid_number b, zh_liquid_value *out)
{
    if (a.whole && b.whole) return *out = calculate_whole(op, a.digits, b.digits), true;
    if (op == ZH_LIQUID_DIVIDE) return divide(a, b, out);
    if (op == ZH_LIQUID_MULTIPLY) return to_float((wide)a.digits * b.digits, a.exponent + b.exponent, out);
    const int32_t apart = a.exponent - b.exponent, exponent = apart < 0 ? a.exponent : b.exponent;
    if (apart > ALIGN_MAX || apart < -ALIGN_MAX) return calculate_apart(op, approximate(a), approximate(b), out);
    const wide left = a.digits * power(apart > 0 ? apart : 0), right = b.digits * power(apart < 0 ? -apart : 0);
    return to_float(op == ZH_LIQUID_ADD ? left + right : op == ZH_LIQUID_SUBTRACT ? left - right : floor_modulo(left, right), exponent, out);
}

/* ---- rounding ---- */

/* digits / 10^drop, up or down or to the nearest (half away from zero). */
typedef enum direction { DOWN, UP, NEAREST } direction;
static wide drop_digits(wide digits, int64_t drop, direction to)
{
    if (drop > 36) return to == DOWN && digits < 0 ? -1 : to == UP && digits > 0 ? 1 : 0;
    const wide unit = power((int32_t)drop);
    if (to == DOWN) return floor_divide(digits, unit);
    if (to == UP) return -floor_divide(-digits, unit);
    return digits < 0 ? -floor_divide(-digits * 2 + unit, unit * 2) : floor_divide(digits * 2 + unit, unit * 2);
}

static zh_liquid_value to_whole_by(zh_liquid_number number, direction to)
{
    if (number.exponent <= 0) return to_whole(drop_digits(number.digits, -(int64_t)number.exponent, to));
    if (number.exponent <= ALIGN_MAX) return to_whole(number.digits * power(number.exponent));
    number.whole = false;
    return zh_liquid_of_number(number);
}

zh_liquid_value zh_liquid_floor(zh_liquid_number number) { return to_whole_by(number, DOWN); }
zh_liquid_value zh_liquid_ceil(zh_liquid_number number) { return to_whole_by(number, UP); }

zh_liquid_value zh_liquid_round(zh_liquid_number number, int64_t places)
{
    if (places == 0) return to_whole_by(number, NEAREST);
    if (places > 0) {
        const int64_t drop = -(int64_t)number.exponent - (places > EXPONENT_MAX ? EXPONENT_MAX : places);
        if (number.whole || drop <= 0) return zh_liquid_of_number(number);
        zh_liquid_value v = zh_liquid_int(0);
        (void)to_float(drop_digits(number.digits, drop, NEAREST), (int32_t)-places, &v);
        return v;
    }
    if (places < -DIGITS_MAX) return zh_liquid_int(0);
    const int64_t drop = -places - number.exponent;
    if (drop <= 0) return to_whole_by(number, NEAREST);
    return to_whole(drop_digits(number.digits, drop, NEAREST) * power((int32_t)-places));
}

/* ---- printing ---- */

void zh_liquid_print_float(double d, zh_buf *out)
{
    char digits[24];
    const zh_liquid_number number = of_float(d);
    const int size = snprintf(digits, sizeof digits, "%lld", (long long)(number.digits < 0 ? -number.digits : number.digits));
    const int point = size + number.exponent; /* 0.ddd * 10^point */
    if (number.digits < 0 || (d == 0 && signbit(d))) zh_buf_put_u8(out, '-');
    if (number.digits == 0) {
        zh_buf_put(out, ZH_SV("0.0"));
    } else if (point <= -4 || point > 16) {
        zh_buf_printf(out, "%c.%se%s%02d", digits[0], size > 1 ? digits + 1 : "0", point > 0 ? "+" : "-", abs(point - 1));
    } else if (point <= 0) {
        zh_buf_printf(out, "0.%.*s%s", -point, "000", digits);
    } else if (point < size) {
        zh_buf_printf(out, "%.*s.%s", point, digits, digits + point);
    } else {
        zh_buf_printf(out, "%s%.*s.0", digits, point - size, "0000000000000000");
    }
}
