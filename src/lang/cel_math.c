/* The math extension. */
#include "lang/cel_code.h"
#include "lang/cel_std.h"

#include <math.h>

#define FUNCTION(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

static zh_cel_value best(zh_cel_run *run, const zh_cel_value *of, uint32_t count, int wanted)
{
    if (count == 0) return zh_cel_error(ZH_CEL_ARGUMENT, "invalid argument: the list is empty");
    if (!zh_cel_run_pay(run, count)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    zh_cel_value most = of[0];
    for (uint32_t i = 0; i < count; i++) {
        if (of[i].kind != ZH_CEL_INT && of[i].kind != ZH_CEL_UINT && of[i].kind != ZH_CEL_DOUBLE) return zh_cel_no_overload(run, wanted > 0 ? "math.greatest" : "math.least", &of[i], 1);
        if (zh_cel_compare(of[i], most) == wanted) most = of[i];
    }
    return most;
}

FUNCTION(greatest)
{
    UNUSED;
    return args[0].kind == ZH_CEL_LIST ? best(run, args[0].items, args[0].n, 1) : best(run, args, count, 1);
}

FUNCTION(least)
{
    UNUSED;
    return args[0].kind == ZH_CEL_LIST ? best(run, args[0].items, args[0].n, -1) : best(run, args, count, -1);
}

#define OF_DOUBLE(name, value) \
    FUNCTION(name)             \
    {                          \
        UNUSED;                \
        return value;          \
    }
OF_DOUBLE(ceiling, zh_cel_double(ceil(args[0].d)))
OF_DOUBLE(floor_of, zh_cel_double(floor(args[0].d)))
OF_DOUBLE(rounded, zh_cel_double(round(args[0].d)))
OF_DOUBLE(truncated, zh_cel_double(trunc(args[0].d)))
OF_DOUBLE(is_nan, zh_cel_bool(isnan(args[0].d)))
OF_DOUBLE(is_inf, zh_cel_bool(isinf(args[0].d)))
OF_DOUBLE(is_finite, zh_cel_bool(isfinite(args[0].d)))

FUNCTION(absolute)
{
    UNUSED;
    if (args[0].kind == ZH_CEL_UINT) return args[0];
    if (args[0].kind == ZH_CEL_DOUBLE) return zh_cel_double(fabs(args[0].d));
    return args[0].i == INT64_MIN ? zh_cel_error(ZH_CEL_OVERFLOW, NULL) : zh_cel_int(args[0].i < 0 ? -args[0].i : args[0].i);
}

FUNCTION(sign_of)
{
    UNUSED;
    if (args[0].kind == ZH_CEL_UINT) return zh_cel_uint(args[0].u > 0);
    if (args[0].kind == ZH_CEL_INT) return zh_cel_int((args[0].i > 0) - (args[0].i < 0));
    return isnan(args[0].d) ? args[0] : zh_cel_double((args[0].d > 0) - (args[0].d < 0));
}

FUNCTION(root)
{
    UNUSED;
    return zh_cel_double(sqrt(args[0].kind == ZH_CEL_DOUBLE ? args[0].d : args[0].kind == ZH_CEL_INT ? (double)args[0].i : (double)args[0].u));
}

/* ---- bits ---- */

static zh_cel_value like(zh_cel_value v, uint64_t bits) { return v.kind == ZH_CEL_UINT ? zh_cel_uint(bits) : zh_cel_int((int64_t)bits); }

OF_DOUBLE(bit_and, like(args[0], args[0].u & args[1].u))
OF_DOUBLE(bit_or, like(args[0], args[0].u | args[1].u))
OF_DOUBLE(bit_xor, like(args[0], args[0].u ^ args[1].u))
OF_DOUBLE(bit_not, like(args[0], ~args[0].u))

FUNCTION(shift_left)
{
    UNUSED;
    if (args[1].i < 0) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "math.bitShiftLeft() negative offset: %lld", (long long)args[1].i);
    return like(args[0], args[1].i > 63 ? 0 : args[0].u << args[1].i);
}

FUNCTION(shift_right) /* zeros come in, of ints too */
{
    UNUSED;
    if (args[1].i < 0) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "math.bitShiftRight() negative offset: %lld", (long long)args[1].i);
    return like(args[0], args[1].i > 63 ? 0 : args[0].u >> args[1].i);
}

#define BEST(name, f)                                                                                                                             \
    { name "(int) int", f }, { name "(uint) uint", f }, { name "(double) double", f }, { name "(list(int)) int", f }, { name "(list(uint)) uint", f }, \
    { name "(list(double)) double", f }
#define BITS(name, f) { name "(int, int) int", f }, { name "(uint, uint) uint", f }
#define DOUBLES(name, f) { name "(double) double", f }

const zh_cel_entry zh_cel_std_math[] = {
    BEST("math.greatest", greatest), BEST("math.least", least),
    DOUBLES("math.ceil", ceiling), DOUBLES("math.floor", floor_of), DOUBLES("math.round", rounded), DOUBLES("math.trunc", truncated),
    { "math.abs(int) int", absolute }, { "math.abs(uint) uint", absolute }, { "math.abs(double) double", absolute },
    { "math.sign(int) int", sign_of }, { "math.sign(uint) uint", sign_of }, { "math.sign(double) double", sign_of },
    { "math.isNaN(double) bool", is_nan }, { "math.isInf(double) bool", is_inf }, { "math.isFinite(double) bool", is_finite },
    { "math.sqrt(double) double", root }, { "math.sqrt(int) double", root }, { "math.sqrt(uint) double", root },
    BITS("math.bitAnd", bit_and), BITS("math.bitOr", bit_or), BITS("math.bitXor", bit_xor),
    { "math.bitNot(int) int", bit_not }, { "math.bitNot(uint) uint", bit_not },
    { "math.bitShiftLeft(int, int) int", shift_left }, { "math.bitShiftLeft(uint, int) uint", shift_left },
    { "math.bitShiftRight(int, int) int", shift_right }, { "math.bitShiftRight(uint, int) uint", shift_right },
    { NULL, NULL },
};
