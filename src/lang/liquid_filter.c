#include "lang/liquid_filter.h"
#include "base/json_out.h"
#include "lang/liquid_number.h"
#include "lang/liquid_run.h"

#include <inttypes.h>

/* ---- by name ---- */

static const zh_liquid_filter all[] = { /* in the order of their names: it is searched by halves */
#define X(name, least, most) { #name, least, most, zh_liquid_f_##name },
    ZH_LIQUID_FILTERS(X)
#undef X
};

const zh_liquid_filter *zh_liquid_filter_at(size_t index) { return index < sizeof all / sizeof *all ? &all[index] : NULL; }

const zh_liquid_filter *zh_liquid_filter_of(zh_sv name)
{
    size_t low = 0, high = sizeof all / sizeof *all;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = zh_sv_compare(zh_sv_of(all[middle].name), name);
        if (order == 0) return &all[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* ---- numbers ---- */

static zh_liquid_value calculate(zh_liquid_run *run, const zh_liquid_given *given, zh_liquid_number_op op)
{
    const zh_liquid_number a = zh_liquid_number_of(given->in), b = zh_liquid_number_of(given->args[0]);
    zh_liquid_value out = zh_liquid_nil();
    if (op >= ZH_LIQUID_DIVIDE && zh_liquid_number_is_zero(b)) zh_liquid_error(run, "divided by 0");
    else if (!zh_liquid_calculate(op, a, b, &out)) zh_liquid_error(run, "the number is too large");
    return out;
}

zh_liquid_value zh_liquid_f_plus(zh_liquid_run *run, const zh_liquid_given *given) { return calculate(run, given, ZH_LIQUID_ADD); }
zh_liquid_value zh_liquid_f_minus(zh_liquid_run *run, const zh_liquid_given *given) { return calculate(run, given, ZH_LIQUID_SUBTRACT); }
zh_liquid_value zh_liquid_f_times(zh_liquid_run *run, const zh_liquid_given *given) { return calculate(run, given, ZH_LIQUID_MULTIPLY); }
zh_liquid_value zh_liquid_f_divided_by(zh_liquid_run *run, const zh_liquid_given *given) { return calculate(run, given, ZH_LIQUID_DIVIDE); }
zh_liquid_value zh_liquid_f_modulo(zh_liquid_run *run, const zh_liquid_given *given) { return calculate(run, given, ZH_LIQUID_MODULO); }

zh_liquid_value zh_liquid_f_abs(zh_liquid_run *run, const zh_liquid_given *given)
{
    (void)run;
    zh_liquid_number number = zh_liquid_number_of(given->in);
    if (number.digits < 0) number.digits = number.digits == INT64_MIN ? INT64_MAX : -number.digits;
    return zh_liquid_of_number(number);
}

zh_liquid_value zh_liquid_f_ceil(zh_liquid_run *run, const zh_liquid_given *given)
{
    (void)run;
    return zh_liquid_ceil(zh_liquid_number_of(given->in));
}

zh_liquid_value zh_liquid_f_floor(zh_liquid_run *run, const zh_liquid_given *given)
{
    (void)run;
    return zh_liquid_floor(zh_liquid_number_of(given->in));
}

zh_liquid_value zh_liquid_f_round(zh_liquid_run *run, const zh_liquid_given *given)
{
    (void)run;
    zh_liquid_value places = zh_liquid_int(0);
    if (given->count > 0) {
        zh_liquid_number number = zh_liquid_number_of(given->args[0]);
        for (; number.exponent < 0; number.exponent++) number.digits /= 10; /* 1.9 places are 1 */
        places = zh_liquid_floor(number);
    }
    return zh_liquid_round(zh_liquid_number_of(given->in), places.kind == ZH_LIQUID_INT ? places.i : 0);
}

static zh_liquid_value bounded(const zh_liquid_given *given, int sign)
{
    const zh_liquid_number a = zh_liquid_number_of(given->in), b = zh_liquid_number_of(given->args[0]);
    return zh_liquid_of_number(zh_liquid_number_compare(b, a) * sign > 0 ? b : a);
}

zh_liquid_value zh_liquid_f_at_least(zh_liquid_run *run, const zh_liquid_given *given) { return (void)run, bounded(given, 1); }
zh_liquid_value zh_liquid_f_at_most(zh_liquid_run *run, const zh_liquid_given *given) { return (void)run, bounded(given, -1); }

/* ---- of the shop ---- */

/* Minor units as the price people read: 199900 is 1999.00. */
zh_liquid_value zh_liquid_f_money(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value cents = zh_liquid_round(zh_liquid_number_of(given->in), 0);
    zh_buf *out = zh_liquid_text_begin(run);
    const uint64_t size = cents.kind != ZH_LIQUID_INT ? 0 : cents.i < 0 ? (uint64_t)0 - (uint64_t)cents.i : (uint64_t)cents.i;
    if (cents.kind == ZH_LIQUID_INT && cents.i < 0) zh_buf_put_u8(out, '-');
    zh_buf_printf(out, "%" PRIu64 ".%02" PRIu64, size / 100, size % 100);
    if (cents.kind != ZH_LIQUID_INT) zh_liquid_error(run, "the number is too large");
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_raw(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value v = given->in;
    if (v.kind == ZH_LIQUID_LIST) { /* printed one item after the other */
        zh_liquid_print(v, zh_liquid_text_begin(run));
        v = zh_liquid_text_end(run);
    } else if (v.kind != ZH_LIQUID_TEXT && v.kind != ZH_LIQUID_NIL) {
        v = zh_liquid_text(zh_liquid_text_of(run, v));
    }
    v.raw = true;
    return v;
}

/* ---- of all kinds ---- */

zh_liquid_value zh_liquid_f_default(zh_liquid_run *run, const zh_liquid_given *given)
{
    (void)run;
    const bool is_false = given->in.kind == ZH_LIQUID_BOOL && !given->in.boolean;
    const bool missing = is_false ? !given->allow_false : given->in.kind == ZH_LIQUID_NIL || zh_liquid_is_empty(given->in);
    if (!missing) return given->in;
    return given->count > 0 ? given->args[0] : zh_liquid_text(ZH_SV(""));
}

static void put_json(zh_json_out *out, zh_liquid_value v)
{
    switch (v.kind) {
    case ZH_LIQUID_BOOL: zh_json_out_bool(out, v.boolean); return;
    case ZH_LIQUID_INT: zh_json_out_int(out, v.i); return;
    case ZH_LIQUID_FLOAT: zh_json_out_real(out, v.d); return;
    case ZH_LIQUID_TEXT: zh_json_out_text(out, zh_liquid_sv(v)); return;
    case ZH_LIQUID_LIST:
        zh_json_out_array(out);
        for (uint32_t i = 0; i < v.n; i++) put_json(out, v.items[i]);
        zh_json_out_end(out);
        return;
    case ZH_LIQUID_MAP:
        zh_json_out_object(out);
        for (uint32_t i = 0; i < v.map->count; i++) {
            zh_json_out_key(out, v.map->pairs[i].key);
            put_json(out, v.map->pairs[i].value);
        }
        zh_json_out_end(out);
        return;
    default: zh_json_out_null(out); return;
    }
}

/* How deep lists and maps go. */
static unsigned levels(zh_liquid_value v)
{
    unsigned most = 0;
    const uint32_t count = v.kind == ZH_LIQUID_LIST ? v.n : v.kind == ZH_LIQUID_MAP ? v.map->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const unsigned inner = levels(v.kind == ZH_LIQUID_LIST ? v.items[i] : v.map->pairs[i].value);
        if (inner > most) most = inner;
    }
    return most + (v.kind == ZH_LIQUID_LIST || v.kind == ZH_LIQUID_MAP);
}

/* The value as JSON; in the context of JSON it is printed as it is. */
zh_liquid_value zh_liquid_f_json(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value v = given->in;
    if (v.kind == ZH_LIQUID_RANGE) v = zh_liquid_items_of(run, v);
    if (levels(v) > ZH_JSON_DEPTH_MAX) return zh_liquid_error(run, "nested too deep for JSON"), zh_liquid_nil();
    zh_json_out out = zh_json_out_on(zh_liquid_text_begin(run));
    put_json(&out, v);
    (void)!zh_json_out_done(&out); /* a failure stays in the buffer */
    v = zh_liquid_text_end(run);
    v.raw = run->desc->context == ZH_LIQUID_JSON;
    return v;
}
