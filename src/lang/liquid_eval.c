/* Values of expressions, chains of filters and conditions. */
#include "lang/liquid_filter.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_lex.h"
#include "lang/liquid_number.h"
#include "lang/liquid_run.h"

#include <math.h>

/* ---- names ---- */

zh_liquid_value zh_liquid_find(zh_liquid_run *run, zh_sv name, bool *known)
{
    const zh_liquid_frame *frame = run->frame;
    uint64_t passed = 0;
    *known = true;
    for (const zh_liquid_scope *s = frame->scopes; s != NULL; s = s->outer, passed++)
        if (zh_sv_equal(s->name, name)) return zh_liquid_pay(run, passed / 8) ? s->value : zh_liquid_nil();
    if (!zh_liquid_pay(run, passed / 8)) return zh_liquid_nil();
    const zh_liquid_value *value = zh_liquid_name_get(&frame->assigned, name);
    if (value == NULL) value = zh_liquid_name_get(&frame->counters, name);
    if (value == NULL && frame->data != NULL) value = zh_liquid_get(frame->data, name);
    *known = value != NULL;
    return value == NULL ? zh_liquid_nil() : *value;
}

/* [k, v] of a pair, as the first of a map is. */
static zh_liquid_value pair_of(zh_liquid_run *run, const zh_liquid_pair *pair)
{
    zh_liquid_value *items = ZH_LIQUID_ROOM(run, zh_liquid_value, 2);
    if (items == NULL) return zh_liquid_nil();
    items[0] = zh_liquid_text(pair->key);
    items[1] = pair->value;
    return zh_liquid_list(items, 2);
}

static zh_liquid_value end_of(zh_liquid_run *run, zh_liquid_value v, bool last)
{
    if (v.kind == ZH_LIQUID_LIST) return v.n == 0 ? zh_liquid_nil() : v.items[last ? v.n - 1 : 0];
    if (v.kind == ZH_LIQUID_RANGE) return zh_liquid_int(last ? v.range->to : v.range->from);
    if (v.kind == ZH_LIQUID_MAP) return last || v.map->count == 0 ? zh_liquid_nil() : pair_of(run, v.map->pairs);
    zh_sv text = zh_liquid_sv(v), one = { 0 };
    if (text.size == 0) return zh_liquid_text(one);
    if (!last) return zh_liquid_text(zh_sv_part(text, 0, zh_liquid_character(text)));
    size_t at = text.size - 1;
    while (at > 0 && text.size - at < 4 && ((unsigned char)text.data[at] & 0xC0) == 0x80) at--;
    one = zh_sv_part(text, at, SIZE_MAX);
    return zh_liquid_text(zh_liquid_character(one) == one.size ? one : zh_sv_part(text, text.size - 1, 1));
}

bool zh_liquid_command(zh_liquid_run *run, zh_liquid_value v, zh_sv name, zh_liquid_value *out)
{
    const bool has = v.kind == ZH_LIQUID_TEXT || v.kind == ZH_LIQUID_LIST || v.kind == ZH_LIQUID_MAP || v.kind == ZH_LIQUID_RANGE;
    const bool first = zh_sv_equal(name, ZH_SV("first")), last = zh_sv_equal(name, ZH_SV("last"));
    if (!has || (!first && !last && !zh_sv_equal(name, ZH_SV("size")))) return false;
    if (first || last) *out = end_of(run, v, last);
    else if (v.kind == ZH_LIQUID_TEXT) *out = zh_liquid_int((int64_t)zh_liquid_characters(zh_liquid_sv(v)));
    else *out = zh_liquid_int(v.kind == ZH_LIQUID_LIST ? (int64_t)v.n : v.kind == ZH_LIQUID_MAP ? (int64_t)v.map->count : zh_liquid_range_size(v.range));
    return v.kind != ZH_LIQUID_TEXT || zh_liquid_pay(run, v.n / 32);
}

/* forloop.index and its like. */
static bool loop_member(zh_liquid_value v, zh_sv name, zh_liquid_value *out)
{
    const zh_liquid_loop *l = v.loop;
    const bool row = v.kind == ZH_LIQUID_ROW;
    const struct { const char *name; bool here; zh_liquid_value value; } members[] = {
        { "index", true, zh_liquid_int(l->index + 1) }, { "index0", true, zh_liquid_int(l->index) }, { "length", true, zh_liquid_int(l->length) },
        { "rindex", true, zh_liquid_int(l->length - l->index) }, { "rindex0", true, zh_liquid_int(l->length - l->index - 1) },
        { "first", true, zh_liquid_bool(l->index == 0) }, { "last", true, zh_liquid_bool(l->index == l->length - 1) },
        { "name", !row, zh_liquid_text(l->name) }, { "parentloop", !row && l->parent != NULL, { .kind = ZH_LIQUID_LOOP, .loop = l->parent } },
        { "col", row, zh_liquid_int(l->column) }, { "col0", row, zh_liquid_int(l->column - 1) }, { "row", row, zh_liquid_int(l->row) },
        { "col_first", row, zh_liquid_bool(l->column == 1) }, { "col_last", row, zh_liquid_bool(l->column == l->columns) },
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (members[i].here && zh_sv_equal(name, zh_sv_of(members[i].name))) return *out = members[i].value, true;
    return false;
}

/* v[key]; false: it has no such thing. */
static bool member(zh_liquid_value v, zh_liquid_value key, zh_liquid_value *out)
{
    if (v.kind == ZH_LIQUID_LIST && key.kind == ZH_LIQUID_INT) {
        const int64_t at = key.i < 0 ? key.i + v.n : key.i;
        if (at >= 0 && at < v.n) *out = v.items[at];
        return at >= 0 && at < v.n;
    }
    if (key.kind != ZH_LIQUID_TEXT) return false;
    if (v.kind == ZH_LIQUID_LOOP || v.kind == ZH_LIQUID_ROW) return loop_member(v, zh_liquid_sv(key), out);
    const zh_liquid_value *value = v.kind == ZH_LIQUID_MAP ? zh_liquid_get(v.map, zh_liquid_sv(key)) : NULL;
    if (value != NULL) *out = *value;
    return value != NULL;
}

static zh_liquid_value lookup(zh_liquid_run *run, const zh_liquid_expr *expr)
{
    bool known;
    zh_sv name = expr->name;
    if (expr->root != NULL) name = zh_liquid_text_of(run, zh_liquid_eval(run, expr->root));
    zh_liquid_value v = zh_liquid_find(run, name, &known);
    for (const zh_liquid_step *step = expr->steps; known && step != NULL && !zh_liquid_fails(run) && zh_liquid_pay(run, 1); step = step->next) {
        zh_liquid_value out = zh_liquid_nil();
        const zh_liquid_value key = step->index != NULL ? zh_liquid_eval(run, step->index) : zh_liquid_text(step->name);
        if (!zh_liquid_pay(run, key.kind == ZH_LIQUID_TEXT ? key.n / 32 : 0)) break;
        known = member(v, key, &out) || (step->index == NULL && zh_liquid_command(run, v, step->name, &out));
        v = out;
    }
    if (!known && run->desc->strict) zh_liquid_miss(run, "undefined variable", name);
    return v;
}

/* An end of a range: whole numbers as they are, texts by the digits they begin with. */
static int64_t bound(zh_liquid_run *run, const zh_liquid_expr *expr, bool both_literal)
{
    const zh_liquid_value v = zh_liquid_eval(run, expr);
    if (v.kind == ZH_LIQUID_NIL) return 0;
    if (v.kind == ZH_LIQUID_TEXT) return zh_liquid_leading_int(zh_liquid_sv(v));
    if (v.kind == ZH_LIQUID_FLOAT && both_literal && fabs(v.d) < 1e18) return (int64_t)v.d;
    return zh_liquid_whole_of(run, v);
}

static zh_liquid_value range(zh_liquid_run *run, const zh_liquid_expr *expr)
{
    const bool both_literal = expr->root->kind == ZH_LIQUID_LITERAL && expr->to->kind == ZH_LIQUID_LITERAL;
    zh_liquid_range *range = ZH_LIQUID_ROOM(run, zh_liquid_range, 1);
    if (range == NULL) return zh_liquid_nil();
    range->from = bound(run, expr->root, both_literal);
    range->to = bound(run, expr->to, both_literal);
    return (zh_liquid_value){ .kind = ZH_LIQUID_RANGE, .range = range };
}

zh_liquid_value zh_liquid_eval(zh_liquid_run *run, const zh_liquid_expr *expr)
{
    if (zh_liquid_fails(run) || !zh_liquid_pay(run, 1)) return zh_liquid_nil();
    const zh_liquid_value v = expr->kind == ZH_LIQUID_LITERAL ? expr->value : expr->kind == ZH_LIQUID_LOOKUP ? lookup(run, expr) : range(run, expr);
    return zh_liquid_fails(run) ? zh_liquid_nil() : v;
}

/* ---- filters ---- */

/* "wrong number of arguments": counted with the value, as the reference does. */
static bool count_fits(zh_liquid_run *run, const zh_liquid_filter *filter, uint32_t given)
{
    if (given >= filter->least && given <= filter->most) return true;
    if (filter->least == filter->most) zh_liquid_error(run, "wrong number of arguments (given %u, expected %u)", given + 1, filter->least + 1u);
    else zh_liquid_error(run, "wrong number of arguments (given %u, expected %u..%u)", given + 1, filter->least + 1u, filter->most + 1u);
    return false;
}

static zh_liquid_value apply(zh_liquid_run *run, const zh_liquid_call *call, zh_liquid_value in)
{
    zh_liquid_given given = { .in = in };
    bool keys = false;
    for (const zh_liquid_argument *a = call->arguments; a != NULL; a = a->next) {
        const zh_liquid_value v = zh_liquid_eval(run, a->value);
        if (a->key.size == 0) given.args[given.count++] = v;
        else if (zh_sv_equal(a->key, ZH_SV("allow_false"))) given.allow_false = zh_liquid_truthy(v);
        keys = keys || a->key.size > 0;
    }
    if (zh_liquid_fails(run) || !zh_liquid_pay(run, 1)) return zh_liquid_nil();
    if (call->filter == NULL) {
        if (run->desc->strict) zh_liquid_miss(run, "undefined filter", call->name);
        return in;
    }
    const bool takes_keys = call->filter->run == zh_liquid_f_default;
    if (!count_fits(run, call->filter, given.count + (keys && !takes_keys ? 1 : 0))) return zh_liquid_nil();
    return call->filter->run(run, &given);
}

zh_liquid_value zh_liquid_eval_piped(zh_liquid_run *run, const zh_liquid_piped *piped)
{
    if (piped->value == NULL) return zh_liquid_nil();
    zh_liquid_value v = zh_liquid_eval(run, piped->value);
    for (const zh_liquid_call *call = piped->calls; call != NULL && !zh_liquid_fails(run); call = call->next) v = apply(run, call, v);
    return zh_liquid_fails(run) ? zh_liquid_nil() : v;
}

/* ---- conditions ---- */

static bool contains(zh_liquid_run *run, zh_liquid_value in, zh_liquid_value what)
{
    if (!zh_liquid_truthy(what)) return false;
    switch (in.kind) {
    case ZH_LIQUID_TEXT: {
        const zh_sv text = zh_liquid_sv(in), part = zh_liquid_text_of(run, what);
        return part.size == 0 || (text.size > 0 && zh_liquid_pay(run, text.size / 32) && memmem(text.data, text.size, part.data, part.size) != NULL);
    }
    case ZH_LIQUID_LIST:
        if (!zh_liquid_pay_for(run, in)) return false;
        for (uint32_t i = 0; i < in.n; i++)
            if (zh_liquid_equal(in.items[i], what)) return true;
        return false;
    case ZH_LIQUID_MAP: return what.kind == ZH_LIQUID_TEXT && zh_liquid_get(in.map, zh_liquid_sv(what)) != NULL;
    case ZH_LIQUID_RANGE: return what.kind == ZH_LIQUID_INT && what.i >= in.range->from && what.i <= in.range->to;
    default: return false;
    }
}

/* Numbers with numbers, texts with texts; a number with a text is an error, anything else false. */
static bool ordered(zh_liquid_run *run, zh_liquid_value a, zh_liquid_value b, uint8_t op)
{
    int order;
    const bool a_has = zh_liquid_is_number(a) || a.kind == ZH_LIQUID_TEXT, b_has = zh_liquid_is_number(b) || b.kind == ZH_LIQUID_TEXT;
    if (!a_has || !b_has) return false;
    if (!zh_liquid_compare(a, b, &order)) {
        const bool number = zh_liquid_is_number(b);
        const zh_sv shown = number ? zh_liquid_text_of(run, b) : zh_sv_of(zh_liquid_class(b));
        zh_liquid_error(run, "comparison of %s with %.*s failed", zh_liquid_class(a), ZH_SV_ARG(shown));
        return false;
    }
    switch (op) {
    case ZH_LIQUID_W_LT: return order < 0;
    case ZH_LIQUID_W_LE: return order <= 0;
    case ZH_LIQUID_W_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool holds(zh_liquid_run *run, const zh_liquid_condition *c)
{
    const zh_liquid_value left = zh_liquid_eval(run, c->left);
    if (c->op == ZH_LIQUID_W_END) return zh_liquid_truthy(left);
    const zh_liquid_value right = zh_liquid_eval(run, c->right);
    if (zh_liquid_fails(run) || !zh_liquid_pay_for(run, left)) return false;
    if (c->op == ZH_LIQUID_W_EQ) return zh_liquid_equal(left, right);
    if (c->op == ZH_LIQUID_W_NE) return !zh_liquid_equal(left, right);
    return c->op == ZH_LIQUID_W_CONTAINS ? contains(run, left, right) : ordered(run, left, right, c->op);
}

/* Joined from the right: a or b and c is a or (b and c). */
bool zh_liquid_eval_condition(zh_liquid_run *run, const zh_liquid_condition *c)
{
    for (;; c = c->next) {
        const bool is = holds(run, c);
        if (c->next == NULL || is == c->is_or || zh_liquid_fails(run) || !zh_liquid_pay(run, 1)) return is && !zh_liquid_fails(run);
    }
}
