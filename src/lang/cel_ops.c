#include "lang/cel_code.h"

#include <math.h>

#define NS_A_SECOND INT64_C(1000000000)
#define BYTES_A_STEP 32

static const char *sign_of(zh_cel_code_op op)
{
    static const char *const signs[] = { "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in" };
    return signs[op - ZH_CEL_I_ADD];
}

zh_cel_value zh_cel_no_overload(zh_cel_run *run, const char *what, const zh_cel_value *args, uint32_t count)
{
    zh_cel_value last = zh_cel_null();
    for (uint32_t i = count; i-- > 0;)
        if (zh_cel_is_error(args[i])) last = args[i];
    if (zh_cel_is_error(last)) return last;
    if (count == 1) return zh_cel_errorf(run->arena, ZH_CEL_NO_OVERLOAD, "no such overload: %s on %s", what, zh_cel_kind_text(args[0].kind));
    return zh_cel_errorf(run->arena, ZH_CEL_NO_OVERLOAD, "no such overload: %s on %s and %s", what, count > 0 ? zh_cel_kind_text(args[0].kind) : "nothing",
                         count > 1 ? zh_cel_kind_text(args[1].kind) : "nothing");
}

/* ---- arithmetic ---- */

static zh_cel_value arith_int(zh_cel_code_op op, int64_t a, int64_t b)
{
    int64_t out = 0;
    bool over;
    switch (op) {
    case ZH_CEL_I_ADD: over = __builtin_add_overflow(a, b, &out); break;
    case ZH_CEL_I_SUB: over = __builtin_sub_overflow(a, b, &out); break;
    case ZH_CEL_I_MUL: over = __builtin_mul_overflow(a, b, &out); break;
    default:
        if (b == 0) return zh_cel_error(op == ZH_CEL_I_DIV ? ZH_CEL_DIVIDE : ZH_CEL_MODULUS, NULL);
        over = a == INT64_MIN && b == -1;
        if (!over) out = op == ZH_CEL_I_DIV ? a / b : a % b;
    }
    return over ? zh_cel_error(ZH_CEL_OVERFLOW, NULL) : zh_cel_int(out);
}

static zh_cel_value arith_uint(zh_cel_code_op op, uint64_t a, uint64_t b)
{
    uint64_t out = 0;
    bool over = false;
    switch (op) {
    case ZH_CEL_I_ADD: over = __builtin_add_overflow(a, b, &out); break;
    case ZH_CEL_I_SUB: over = __builtin_sub_overflow(a, b, &out); break;
    case ZH_CEL_I_MUL: over = __builtin_mul_overflow(a, b, &out); break;
    default:
        if (b == 0) return zh_cel_error(op == ZH_CEL_I_DIV ? ZH_CEL_DIVIDE : ZH_CEL_MODULUS, NULL);
        out = op == ZH_CEL_I_DIV ? a / b : a % b;
    }
    return over ? zh_cel_error(ZH_CEL_OVERFLOW, "unsigned integer overflow") : zh_cel_uint(out);
}

/* ---- drift ---- */

/* The sum's or difference's; past what the number holds it is asked again at once. */
static zh_cel_value drifting(zh_cel_run *run, zh_cel_value v, zh_cel_value a, zh_cel_value b, bool back)
{
    if (__builtin_expect((a.drift | b.drift) == 0, 1) || zh_cel_is_error(v)) return v;
    const int drift = back ? a.drift - b.drift : a.drift + b.drift;
    if (drift < INT16_MIN || drift > INT16_MAX) zh_cel_run_until(run, run->now_ms + 1);
    else v.drift = (int16_t)drift;
    return v;
}

static __int128 ns_of(zh_cel_value v)
{
    return v.kind == ZH_CEL_DURATION ? v.i : (__int128)v.i * NS_A_SECOND + v.n;
}

static int64_t ms_later(const zh_cel_run *run, __int128 ns)
{
    const __int128 ms = run->now_ms + (ns + 999999) / 1000000;
    return ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
}

void zh_cel_run_drifts(zh_cel_run *run, zh_cel_value v, int64_t unit_ns)
{
    if (v.drift == 0) return;
    __int128 rest = ns_of(v) % unit_ns;
    if (rest < 0 && v.kind == ZH_CEL_TIMESTAMP) rest += unit_ns;
    const bool is_cut_up = v.kind == ZH_CEL_DURATION && v.i < 0; /* durations are cut towards 0 */
    const int speed = v.drift < 0 ? -v.drift : v.drift;
    __int128 way;
    if (v.drift > 0) way = is_cut_up ? 1 - rest : unit_ns - rest;
    else way = is_cut_up || (v.kind == ZH_CEL_DURATION && v.i == 0) ? unit_ns + rest : rest + 1;
    zh_cel_run_until(run, ms_later(run, (way + speed - 1) / speed));
}

zh_cel_value zh_cel_run_now(zh_cel_run *run)
{
    zh_cel_value now = zh_cel_timestamp_ms(run->now_ms);
    now.drift = 1;
    run->now_is_read_ = true;
    return now;
}

/* When does the order of two change? */
static void order_drifts(zh_cel_run *run, zh_cel_value a, zh_cel_value b)
{
    if (a.kind != b.kind || (a.kind != ZH_CEL_TIMESTAMP && a.kind != ZH_CEL_DURATION)) {
        /* `now` inside of a list or map: rare enough to ask again at once */
        if (run->now_is_read_ && (a.kind == ZH_CEL_LIST || a.kind == ZH_CEL_MAP || a.kind == ZH_CEL_OPTIONAL)) zh_cel_run_until(run, run->now_ms + 1);
        return;
    }
    const int speed = a.drift - b.drift;
    const __int128 apart = ns_of(a) - ns_of(b);
    if (speed == 0 || (speed > 0 ? apart > 0 : apart < 0)) return; /* it never does again */
    if (apart == 0) zh_cel_run_until(run, run->now_ms + 1);
    else zh_cel_run_until(run, ms_later(run, ((apart < 0 ? -apart : apart) + (speed < 0 ? -speed : speed) - 1) / (speed < 0 ? -speed : speed)));
}

static zh_cel_value moved(zh_cel_value time, int64_t ns, bool back)
{
    const int64_t whole = ns / NS_A_SECOND, rest = ns % NS_A_SECOND;
    int64_t nanos = (int64_t)time.n + (back ? -rest : rest), seconds = time.i + (back ? -whole : whole);
    if (nanos < 0) nanos += NS_A_SECOND, seconds--;
    if (nanos >= NS_A_SECOND) nanos -= NS_A_SECOND, seconds++;
    if (seconds < ZH_CEL_SECONDS_MIN || seconds > ZH_CEL_SECONDS_MAX) return zh_cel_error(ZH_CEL_RANGE, "timestamp out of range: years 1 to 9999");
    return zh_cel_timestamp(seconds, (uint32_t)nanos);
}

static zh_cel_value between(zh_cel_value a, zh_cel_value b)
{
    int64_t ns;
    if (__builtin_mul_overflow(a.i - b.i, NS_A_SECOND, &ns) || __builtin_add_overflow(ns, (int64_t)a.n - (int64_t)b.n, &ns))
        return zh_cel_error(ZH_CEL_RANGE, "duration out of range: about 292 years");
    return zh_cel_duration(ns);
}

static zh_cel_value joined(zh_cel_run *run, zh_cel_value a, zh_cel_value b)
{
    const uint64_t size = (uint64_t)a.n + b.n;
    const size_t each = a.kind == ZH_CEL_LIST ? sizeof(zh_cel_value) : 1;
    if (b.n == 0) return a;
    if (a.n == 0) return b;
    if (size > UINT32_MAX || !zh_cel_run_pay(run, 1 + size * each / BYTES_A_STEP)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    char *both = zh_arena_take(run->arena, (size_t)size, each);
    if (both == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    memcpy(both, a.object, a.n * each);
    memcpy(both + a.n * each, b.object, b.n * each);
    return (zh_cel_value){ .kind = a.kind, .n = (uint32_t)size, .object = both };
}

zh_cel_value zh_cel_op_arith(zh_cel_run *run, zh_cel_code_op op, zh_cel_value a, zh_cel_value b)
{
    if (a.kind == b.kind) {
        switch (a.kind) {
        case ZH_CEL_INT: return arith_int(op, a.i, b.i);
        case ZH_CEL_UINT: return arith_uint(op, a.u, b.u);
        case ZH_CEL_DOUBLE:
            if (op == ZH_CEL_I_ADD) return zh_cel_double(a.d + b.d);
            if (op == ZH_CEL_I_SUB) return zh_cel_double(a.d - b.d);
            if (op == ZH_CEL_I_MUL) return zh_cel_double(a.d * b.d);
            if (op == ZH_CEL_I_DIV) return zh_cel_double(a.d / b.d);
            break;
        case ZH_CEL_STRING:
        case ZH_CEL_BYTES:
        case ZH_CEL_LIST:
            if (op == ZH_CEL_I_ADD) return joined(run, a, b);
            break;
        case ZH_CEL_DURATION:
            if (op == ZH_CEL_I_ADD || op == ZH_CEL_I_SUB) {
                zh_cel_value sum = arith_int(op, a.i, b.i);
                return zh_cel_is_error(sum) ? zh_cel_error(ZH_CEL_RANGE, "duration out of range: about 292 years") : drifting(run, zh_cel_duration(sum.i), a, b, op == ZH_CEL_I_SUB);
            }
            break;
        case ZH_CEL_TIMESTAMP:
            if (op == ZH_CEL_I_SUB) return drifting(run, between(a, b), a, b, true);
            break;
        default: break;
        }
    } else if (a.kind == ZH_CEL_TIMESTAMP && b.kind == ZH_CEL_DURATION && (op == ZH_CEL_I_ADD || op == ZH_CEL_I_SUB)) {
        return drifting(run, moved(a, b.i, op == ZH_CEL_I_SUB), a, b, op == ZH_CEL_I_SUB);
    } else if (a.kind == ZH_CEL_DURATION && b.kind == ZH_CEL_TIMESTAMP && op == ZH_CEL_I_ADD) {
        return drifting(run, moved(b, a.i, false), a, b, false);
    }
    return zh_cel_no_overload(run, sign_of(op), (zh_cel_value[]){ a, b }, 2);
}

zh_cel_value zh_cel_op_negate(zh_cel_value v)
{
    switch (v.kind) {
    case ZH_CEL_INT: return v.i == INT64_MIN ? zh_cel_error(ZH_CEL_OVERFLOW, NULL) : zh_cel_int(-v.i);
    case ZH_CEL_DURATION:
        if (v.i == INT64_MIN) return zh_cel_error(ZH_CEL_RANGE, NULL);
        v.i = -v.i;
        v.drift = v.drift == INT16_MIN ? INT16_MAX : (int16_t)-v.drift;
        return v;
    case ZH_CEL_DOUBLE: return zh_cel_double(-v.d);
    case ZH_CEL_ERROR: return v;
    default: return zh_cel_error(ZH_CEL_NO_OVERLOAD, "no such overload: -");
    }
}

/* ---- comparing ---- */

/* Steps that comparing takes: what both are long, element by element. */
static bool pay_compare(zh_cel_run *run, zh_cel_value a, zh_cel_value b)
{
    switch (a.kind) {
    case ZH_CEL_STRING:
    case ZH_CEL_BYTES: return a.kind != b.kind || zh_cel_run_pay(run, (a.n < b.n ? a.n : b.n) / BYTES_A_STEP);
    case ZH_CEL_LIST:
        if (a.kind != b.kind || a.n != b.n) return true;
        for (uint32_t i = 0; i < a.n; i++)
            if (!zh_cel_run_pay(run, 1) || !pay_compare(run, a.items[i], b.items[i])) return false;
        return true;
    case ZH_CEL_MAP:
        if (a.kind != b.kind || a.map->count != b.map->count) return true;
        for (uint32_t i = 0; i < a.map->count; i++) {
            const zh_cel_value *other = zh_cel_map_get(b.map, a.map->pairs[2 * i]);
            if (!zh_cel_run_pay(run, 2)) return false;
            if (other != NULL && !pay_compare(run, a.map->pairs[2 * i + 1], *other)) return false;
        }
        return true;
    case ZH_CEL_OPTIONAL: return a.kind != b.kind || a.items == NULL || b.items == NULL || pay_compare(run, *a.items, *b.items);
    default: return true;
    }
}

zh_cel_value zh_cel_op_order(zh_cel_run *run, zh_cel_code_op op, zh_cel_value a, zh_cel_value b)
{
    if (zh_cel_is_error(a)) return a;
    if (zh_cel_is_error(b)) return b;
    if (!pay_compare(run, a, b)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (run->now_is_read_) order_drifts(run, a, b);
    if (op == ZH_CEL_I_EQ) return zh_cel_bool(zh_cel_equal(a, b));
    if (op == ZH_CEL_I_NE) return zh_cel_bool(!zh_cel_equal(a, b));
    const int order = zh_cel_compare(a, b);
    if (order == 3) return zh_cel_no_overload(run, sign_of(op), (zh_cel_value[]){ a, b }, 2);
    if (order == 2) return zh_cel_bool(false);
    switch (op) {
    case ZH_CEL_I_LT: return zh_cel_bool(order < 0);
    case ZH_CEL_I_LE: return zh_cel_bool(order <= 0);
    case ZH_CEL_I_GT: return zh_cel_bool(order > 0);
    default: return zh_cel_bool(order >= 0);
    }
}

zh_cel_value zh_cel_op_in(zh_cel_run *run, zh_cel_value item, zh_cel_value of)
{
    if (zh_cel_is_error(item)) return item;
    if (of.kind == ZH_CEL_MAP) return zh_cel_run_pay(run, 1) ? zh_cel_bool(zh_cel_map_get(of.map, item) != NULL) : zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (of.kind != ZH_CEL_LIST) return zh_cel_no_overload(run, "in", (zh_cel_value[]){ item, of }, 2);
    if (run->now_is_read_ && item.kind != ZH_CEL_STRING && item.kind != ZH_CEL_INT) zh_cel_run_until(run, run->now_ms + 1);
    const bool plain = item.kind < ZH_CEL_STRING || (item.kind == ZH_CEL_STRING && item.n < BYTES_A_STEP); /* each costs the one step */
    if (plain && !zh_cel_run_pay(run, of.n)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    for (uint32_t i = 0; i < of.n; i++) {
        if (!plain && (!zh_cel_run_pay(run, 1) || !pay_compare(run, item, of.items[i]))) return zh_cel_error(ZH_CEL_LIMIT, NULL);
        if (zh_cel_equal(item, of.items[i])) return zh_cel_bool(true);
    }
    return zh_cel_bool(false);
}

/* ---- parts ---- */

zh_cel_value zh_cel_op_wrap(zh_cel_run *run, zh_cel_value v)
{
    if (zh_cel_is_error(v)) return v;
    zh_cel_value *inner = ZH_TAKE(run->arena, zh_cel_value, 1);
    if (inner == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    *inner = v;
    return zh_cel_optional(inner);
}

/* The position a number means in a list; -1: none that it could be. */
static int64_t position_of(zh_cel_value key)
{
    if (key.kind == ZH_CEL_INT) return key.i < 0 ? INT64_MAX : key.i;
    if (key.kind == ZH_CEL_UINT) return key.u > INT64_MAX ? INT64_MAX : (int64_t)key.u;
    if (key.kind == ZH_CEL_DOUBLE && key.d == floor(key.d)) return key.d < 0 || key.d > 4e9 ? INT64_MAX : (int64_t)key.d;
    return -1;
}

static zh_cel_value index_plain(zh_cel_run *run, zh_cel_value of, zh_cel_value key)
{
    if (of.kind == ZH_CEL_MAP) {
        const zh_cel_value *found = zh_cel_map_get(of.map, key);
        if (found != NULL) return *found;
        if (key.kind == ZH_CEL_STRING) return zh_cel_errorf(run->arena, ZH_CEL_NO_KEY, "no such key: %.*s", (int)(key.n < 100 ? key.n : 100), key.text == NULL ? "" : key.text);
        if (key.kind == ZH_CEL_INT) return zh_cel_errorf(run->arena, ZH_CEL_NO_KEY, "no such key: %lld", (long long)key.i);
        return zh_cel_error(ZH_CEL_NO_KEY, NULL);
    }
    if (of.kind != ZH_CEL_LIST) return zh_cel_no_overload(run, "[…]", (zh_cel_value[]){ of, key }, 2);
    const int64_t at = position_of(key);
    if (at < 0) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "invalid argument: a list is indexed by a whole number, not by %s", zh_cel_kind_text(key.kind));
    if (at >= of.n) return zh_cel_errorf(run->arena, ZH_CEL_INDEX, "index out of bounds: %lld of %u", (long long)(key.kind == ZH_CEL_INT ? key.i : at), of.n);
    return of.items[at];
}

/* What is not there becomes none; other errors stay. */
static zh_cel_value maybe(zh_cel_run *run, zh_cel_value found)
{
    if (!zh_cel_is_error(found)) return zh_cel_op_wrap(run, found);
    const bool absent = found.code == ZH_CEL_NO_KEY || found.code == ZH_CEL_INDEX || found.code == ZH_CEL_ABSENT;
    return absent ? zh_cel_optional(NULL) : found;
}

zh_cel_value zh_cel_op_index(zh_cel_run *run, zh_cel_value of, zh_cel_value key, bool optional)
{
    if (zh_cel_is_error(of)) return of;
    if (zh_cel_is_error(key)) return key;
    if (of.kind == ZH_CEL_OPTIONAL) return of.items == NULL ? of : maybe(run, index_plain(run, *of.items, key));
    const zh_cel_value found = index_plain(run, of, key);
    return optional ? maybe(run, found) : found;
}

zh_cel_value zh_cel_op_field(zh_cel_run *run, zh_cel_value of, zh_cel_value name, bool optional)
{
    if (zh_cel_is_error(of)) return of;
    if (of.kind == ZH_CEL_OPTIONAL && of.items == NULL) return of;
    const zh_cel_value inner = of.kind == ZH_CEL_OPTIONAL ? *of.items : of;
    if (inner.kind != ZH_CEL_MAP)
        return zh_cel_errorf(run->arena, ZH_CEL_NO_FIELD, "no such key: a value of type %s has no field %.*s", zh_cel_kind_text(inner.kind), (int)(name.n < 100 ? name.n : 100), name.text);
    const zh_cel_value found = index_plain(run, inner, name);
    return optional || of.kind == ZH_CEL_OPTIONAL ? maybe(run, found) : found;
}

zh_cel_value zh_cel_op_has(zh_cel_value of, zh_cel_value name)
{
    if (zh_cel_is_error(of)) return of;
    if (of.kind == ZH_CEL_OPTIONAL) {
        if (of.items == NULL) return zh_cel_bool(false);
        of = *of.items;
    }
    return of.kind == ZH_CEL_MAP ? zh_cel_bool(zh_cel_map_get(of.map, name) != NULL) : zh_cel_error(ZH_CEL_NO_FIELD, NULL);
}
