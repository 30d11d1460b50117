#include "lang/cel_code.h"
#include "lang/cel_std.h"

#define VALUES_HERE 96 /* slots and stack of a usual program, without asking the arena */

/* A list or map that grows: on the stack while a macro or a literal with ? is at it. */
typedef struct builder { zh_cel_value *items; uint32_t count, room; bool map; } builder;

static zh_cel_value go(zh_cel_run *run, uint32_t pc, zh_cel_value *sp);

/* ---- builders ---- */

static zh_cel_value build(zh_cel_run *run, bool map)
{
    builder *b = ZH_TAKE(run->arena, builder, 1);
    if (b == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    b->map = map;
    return (zh_cel_value){ .kind = ZH_CEL_INSIDE, .fatal = ZH_CEL_IS_BUILDER, .object = b };
}

static bool is_inside(zh_cel_value v, unsigned what) { return v.kind == ZH_CEL_INSIDE && v.fatal == what; }

/* The builder, or what went wrong. */
static zh_cel_value add(zh_cel_run *run, zh_cel_value into, zh_cel_value item)
{
    if (zh_cel_is_error(into)) return into;
    if (zh_cel_is_error(item)) return item;
    if (!is_inside(into, ZH_CEL_IS_BUILDER)) return zh_cel_error(ZH_CEL_ARGUMENT, NULL);
    builder *b = (builder *)(uintptr_t)into.object;
    if (b->count == b->room) {
        const uint32_t room = b->room == 0 ? 8 : b->room * 2;
        zh_cel_value *grown = room < b->room || !zh_cel_run_pay(run, 1 + b->room / 2) ? NULL : ZH_TAKE(run->arena, zh_cel_value, room);
        if (grown == NULL) return zh_cel_error(run->steps_left_ == 0 ? ZH_CEL_LIMIT : ZH_CEL_MEMORY, NULL);
        if (b->count > 0) memcpy(grown, b->items, b->count * sizeof *grown);
        b->items = grown;
        b->room = room;
    }
    b->items[b->count++] = item;
    return into;
}

static zh_cel_value add_pair(zh_cel_run *run, zh_cel_value into, zh_cel_value key, zh_cel_value value)
{
    if (zh_cel_is_error(into)) return into;
    if (zh_cel_is_error(key)) return key;
    if (zh_cel_is_error(value)) return value;
    const zh_cel_value with_key = add(run, into, key);
    return zh_cel_is_error(with_key) ? with_key : add(run, into, value);
}

static zh_cel_value add_entries(zh_cel_run *run, zh_cel_value into, zh_cel_value entry)
{
    if (zh_cel_is_error(into) || zh_cel_is_error(entry)) return zh_cel_is_error(into) ? into : entry;
    if (entry.kind != ZH_CEL_MAP) return zh_cel_no_overload(run, "transformMapEntry", &entry, 1);
    for (uint32_t i = 0; i < entry.map->count && !zh_cel_is_error(into); i++) into = add_pair(run, into, entry.map->pairs[2 * i], entry.map->pairs[2 * i + 1]);
    return into;
}

static zh_cel_value built(zh_cel_run *run, zh_cel_value v)
{
    if (!is_inside(v, ZH_CEL_IS_BUILDER)) return v; /* an error */
    const builder *b = v.object;
    return b->map ? zh_cel_map_of(run->arena, b->items, b->count / 2) : zh_cel_list(b->items, b->count);
}

/* An element behind a ?: what is in it, or nothing. */
static zh_cel_value add_optional(zh_cel_run *run, zh_cel_value into, const zh_cel_value *key, zh_cel_value v)
{
    if (zh_cel_is_error(into) || zh_cel_is_error(v)) return zh_cel_is_error(into) ? into : v;
    if (v.kind != ZH_CEL_OPTIONAL) return zh_cel_no_overload(run, "?", &v, 1);
    if (v.items == NULL) return key != NULL && zh_cel_is_error(*key) ? *key : into;
    return key == NULL ? add(run, into, *v.items) : add_pair(run, into, *key, *v.items);
}

static zh_cel_value collect(zh_cel_run *run, const zh_cel_value *from, uint32_t count, bool map)
{
    for (uint32_t i = 0; i < count; i++)
        if (zh_cel_is_error(from[i])) return from[i];
    zh_cel_value *items = !zh_cel_run_pay(run, count / 2) ? NULL : ZH_TAKE(run->arena, zh_cel_value, count);
    if (items == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    if (count > 0) memcpy(items, from, count * sizeof *items);
    return map ? zh_cel_map_of(run->arena, items, count / 2) : zh_cel_list(items, count);
}

/* ---- reading and calling ---- */

static zh_cel_value get(zh_cel_run *run, const zh_cel_decl *decl, zh_cel_value of, bool optional)
{
    if (zh_cel_is_error(of)) return of;
    const bool chained = of.kind == ZH_CEL_OPTIONAL;
    if (chained && of.items == NULL) return of;
    if (chained) of = *of.items;
    if (of.kind != ZH_CEL_OBJECT || of.n != decl->owner->number) return zh_cel_no_overload(run, "a field", &of, 1);
    const zh_cel_value v = decl->get.call(run, &of, 1, &decl->get);
    if (!chained && !optional) return v;
    if (zh_cel_is_error(v)) return v.code == ZH_CEL_ABSENT ? zh_cel_optional(NULL) : v;
    return zh_cel_op_wrap(run, v);
}

static zh_cel_value has_get(zh_cel_run *run, const zh_cel_decl *decl, zh_cel_value of)
{
    const zh_cel_value v = get(run, decl, of, true);
    return zh_cel_is_error(v) ? v : zh_cel_bool(v.items != NULL);
}

static bool takes(const zh_cel_overload *overload, const zh_cel_value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const zh_cel_type *param = overload->params[i];
        if (param->kind == args[i].kind && (param->kind != ZH_CEL_OBJECT || param->number == args[i].n)) continue;
        if (args[i].kind == ZH_CEL_INSIDE) { /* a macro's condition, or the pattern of matches() */
            const bool condition = overload->lambda && i + 1 == count && args[i].fatal == ZH_CEL_IS_LAMBDA;
            if (!condition && (args[i].fatal != ZH_CEL_IS_PATTERN || overload->own || !zh_sv_equal(overload->name, ZH_SV("matches")))) return false;
            continue;
        }
        if ((param->kind != ZH_CEL_DYN && param->kind != ZH_CEL_PARAM) || (overload->lambda && i + 1 == count)) return false;
    }
    return true;
}

/* A function that knows nothing of drift is asked again a millisecond later. */
static void look_again(zh_cel_run *run, const zh_cel_overload *overload, const zh_cel_value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const bool drifts = (args[i].kind == ZH_CEL_TIMESTAMP || args[i].kind == ZH_CEL_DURATION) ? args[i].drift != 0
                                                                                                  : args[i].kind == ZH_CEL_LIST || args[i].kind == ZH_CEL_OPTIONAL;
        if (drifts && !zh_cel_time_knows_drift(overload)) zh_cel_run_until(run, run->now_ms + 1);
    }
}

static zh_cel_value call(zh_cel_run *run, const zh_cel_site *site, const zh_cel_value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (zh_cel_is_error(args[i])) return args[i];
    for (uint32_t i = 0; i < site->count; i++) {
        if (!takes(site->overloads[i], args, count)) continue;
        if (run->now_is_read_) look_again(run, site->overloads[i], args, count);
        return site->overloads[i]->call(run, args, count, site->overloads[i]);
    }
    char name[64];
    const zh_sv is = site->overloads[0]->name;
    memcpy(name, is.data, is.size < 63 ? is.size : 63);
    name[is.size < 63 ? is.size : 63] = '\0';
    return zh_cel_no_overload(run, name, args, count);
}

/* ---- loops ---- */

static bool next(zh_cel_value *slot, uint32_t vars)
{
    const zh_cel_value range = slot[0];
    const uint32_t at = slot[3].n++;
    if (range.kind == ZH_CEL_LIST) {
        if (at >= range.n) return false;
        if (vars == 2) slot[1] = zh_cel_int(at);
        slot[vars] = range.items[at];
        return true;
    }
    if (range.kind != ZH_CEL_MAP || at >= range.map->count) return false;
    slot[1] = range.map->pairs[2 * at];
    if (vars == 2) slot[2] = range.map->pairs[2 * at + 1];
    return true;
}

static zh_cel_value not_bool(zh_cel_run *run, zh_cel_value v)
{
    return zh_cel_is_error(v) ? v : zh_cel_errorf(run->arena, ZH_CEL_NO_OVERLOAD, "no such overload: a condition is a bool, and this is %s", zh_cel_kind_text(v.kind));
}

/* What && makes of two sides where neither decides: the first error, if there is one. */
static zh_cel_value merged(zh_cel_value a, zh_cel_value b)
{
    if (zh_cel_is_error(a) && a.fatal) return a;
    if (zh_cel_is_error(b) && b.fatal) return b;
    return zh_cel_is_error(a) ? a : b;
}

/* ---- the machine ---- */

#define PLACED(v) placed(run, (v), pc - 1)

static inline zh_cel_value placed(const zh_cel_run *run, zh_cel_value v, uint32_t pc)
{
    if (__builtin_expect(v.kind == ZH_CEL_ERROR, 0) && v.n == ZH_CEL_NO_PLACE) v.n = run->program_->places[pc];
    return v;
}

/* Two ints, or texts of different lengths, are the usual cases. */
static inline zh_cel_value compared(zh_cel_run *run, zh_cel_code_op op, zh_cel_value a, zh_cel_value b)
{
    if (a.kind == ZH_CEL_STRING && b.kind == ZH_CEL_STRING && op <= ZH_CEL_I_NE && a.n != b.n) return zh_cel_bool(op == ZH_CEL_I_NE);
    if (a.kind != ZH_CEL_INT || b.kind != ZH_CEL_INT) return zh_cel_op_order(run, op, a, b);
    switch (op) {
    case ZH_CEL_I_EQ: return zh_cel_bool(a.i == b.i);
    case ZH_CEL_I_NE: return zh_cel_bool(a.i != b.i);
    case ZH_CEL_I_LT: return zh_cel_bool(a.i < b.i);
    case ZH_CEL_I_LE: return zh_cel_bool(a.i <= b.i);
    case ZH_CEL_I_GT: return zh_cel_bool(a.i > b.i);
    default: return zh_cel_bool(a.i >= b.i);
    }
}

static zh_cel_value go(zh_cel_run *run, uint32_t pc, zh_cel_value *sp)
{
    const zh_cel_program *p = run->program_;
    for (;;) {
        const zh_cel_instr i = p->code[pc++];
        switch ((zh_cel_code_op)i.op) {
        case ZH_CEL_I_RETURN: return sp[-1];
        case ZH_CEL_I_CONST: *sp++ = p->constants[i.c]; break;
        case ZH_CEL_I_VARIABLE: *sp++ = i.c < run->variables_count ? run->variables[i.c] : PLACED(zh_cel_error(ZH_CEL_ABSENT, NULL)); break;
        case ZH_CEL_I_READ:
            *sp = PLACED(p->reads[i.c]->get.call(run, NULL, 0, &p->reads[i.c]->get));
            sp++;
            break;
        case ZH_CEL_I_GET: sp[-1] = PLACED(get(run, p->reads[i.c], sp[-1], i.a != 0)); break;
        case ZH_CEL_I_HAS_GET: sp[-1] = PLACED(has_get(run, p->reads[i.c], sp[-1])); break;
        case ZH_CEL_I_LOCAL: *sp++ = run->slots_[i.b]; break;
        case ZH_CEL_I_STORE: run->slots_[i.b] = *--sp; break;
        case ZH_CEL_I_FIELD: sp[-1] = PLACED(zh_cel_op_field(run, sp[-1], p->constants[i.c], i.a != 0)); break;
        case ZH_CEL_I_HAS: sp[-1] = PLACED(zh_cel_op_has(sp[-1], p->constants[i.c])); break;
        case ZH_CEL_I_INDEX:
        case ZH_CEL_I_OPT_INDEX:
            sp[-2] = PLACED(zh_cel_op_index(run, sp[-2], sp[-1], i.op == ZH_CEL_I_OPT_INDEX));
            sp--;
            break;
        case ZH_CEL_I_NOT: sp[-1] = sp[-1].kind == ZH_CEL_BOOL ? zh_cel_bool(!sp[-1].boolean) : PLACED(not_bool(run, sp[-1])); break;
        case ZH_CEL_I_NEGATE: sp[-1] = PLACED(zh_cel_op_negate(sp[-1])); break;
        case ZH_CEL_I_ADD:
        case ZH_CEL_I_SUB:
        case ZH_CEL_I_MUL:
        case ZH_CEL_I_DIV:
        case ZH_CEL_I_MOD:
            sp[-2] = PLACED(zh_cel_op_arith(run, (zh_cel_code_op)i.op, sp[-2], sp[-1]));
            sp--;
            break;
        case ZH_CEL_I_EQ:
        case ZH_CEL_I_NE:
        case ZH_CEL_I_LT:
        case ZH_CEL_I_LE:
        case ZH_CEL_I_GT:
        case ZH_CEL_I_GE:
            sp[-2] = PLACED(compared(run, (zh_cel_code_op)i.op, sp[-2], sp[-1]));
            sp--;
            break;
        case ZH_CEL_I_IN:
            sp[-2] = PLACED(zh_cel_op_in(run, sp[-2], sp[-1]));
            sp--;
            break;
        case ZH_CEL_I_JUMP: pc = i.c; break;
        case ZH_CEL_I_AGAIN:
            if (!zh_cel_run_pay(run, i.b)) return PLACED(zh_cel_error(ZH_CEL_LIMIT, NULL));
            pc = i.c;
            break;
        case ZH_CEL_I_BRANCH:
            if (sp[-1].kind == ZH_CEL_BOOL) {
                if (!(--sp)->boolean) pc = i.c;
            } else {
                sp[-1] = PLACED(not_bool(run, sp[-1]));
                pc = p->code[i.c - 1].c;
            }
            break;
        case ZH_CEL_I_AND_FIRST:
        case ZH_CEL_I_OR_FIRST:
            if (sp[-1].kind != ZH_CEL_BOOL) sp[-1] = PLACED(not_bool(run, sp[-1]));
            else if (sp[-1].boolean == (i.op == ZH_CEL_I_OR_FIRST)) pc = i.c;
            break;
        case ZH_CEL_I_AND_NEXT:
        case ZH_CEL_I_OR_NEXT:
            sp--;
            if (sp[0].kind != ZH_CEL_BOOL) {
                sp[-1] = merged(sp[-1], PLACED(not_bool(run, sp[0])));
            } else if (sp[0].boolean == (i.op == ZH_CEL_I_OR_NEXT) && !(zh_cel_is_error(sp[-1]) && sp[-1].fatal)) {
                sp[-1] = sp[0];
                pc = i.c;
            }
            break;
        case ZH_CEL_I_CALL:
            sp -= i.a;
            run->top_ = sp + i.a;
            sp[0] = PLACED(call(run, &p->sites[i.c], sp, i.a));
            sp++;
            break;
        case ZH_CEL_I_LIST:
            sp -= i.c;
            sp[0] = PLACED(collect(run, sp, i.c, false));
            sp++;
            break;
        case ZH_CEL_I_MAP:
            sp -= 2 * (size_t)i.c;
            sp[0] = PLACED(collect(run, sp, 2 * i.c, true));
            sp++;
            break;
        case ZH_CEL_I_BUILD: *sp++ = build(run, i.a != 0); break;
        case ZH_CEL_I_APPEND:
            sp[-2] = PLACED(i.a != 0 ? add_optional(run, sp[-2], NULL, sp[-1]) : add(run, sp[-2], sp[-1]));
            sp--;
            break;
        case ZH_CEL_I_PUT:
            sp[-3] = PLACED(i.a != 0 ? add_optional(run, sp[-3], &sp[-2], sp[-1]) : add_pair(run, sp[-3], sp[-2], sp[-1]));
            sp -= 2;
            break;
        case ZH_CEL_I_BUILT: sp[-1] = PLACED(built(run, sp[-1])); break;
        case ZH_CEL_I_ITERATE:
            if (sp[-1].kind == ZH_CEL_LIST || sp[-1].kind == ZH_CEL_MAP) {
                run->slots_[i.b] = *--sp;
                run->slots_[i.b + 3] = zh_cel_null();
                run->slots_[i.b + 3].n = 0;
            } else {
                sp[-1] = PLACED(zh_cel_no_overload(run, "a macro", &sp[-1], 1));
                pc = i.c;
            }
            break;
        case ZH_CEL_I_NEXT:
            if (!next(&run->slots_[i.b], i.a)) pc = i.c;
            break;
        case ZH_CEL_I_WHERE:
            sp--;
            if (sp[0].kind == ZH_CEL_BOOL) {
                if (sp[0].boolean) pc++;
            } else {
                sp[-1] = PLACED(not_bool(run, sp[0]));
                pc = i.c;
            }
            break;
        case ZH_CEL_I_ALL_STEP:
        case ZH_CEL_I_EXISTS_STEP:
            sp--;
            if (sp[0].kind != ZH_CEL_BOOL) {
                sp[-1] = merged(sp[-1], PLACED(not_bool(run, sp[0])));
                if (sp[-1].fatal) pc = i.c;
            } else if (sp[0].boolean == (i.op == ZH_CEL_I_EXISTS_STEP)) {
                sp[-1] = sp[0];
                pc = i.c;
            }
            break;
        case ZH_CEL_I_ONE_STEP:
            sp--;
            if (sp[0].kind != ZH_CEL_BOOL) {
                sp[-1] = PLACED(not_bool(run, sp[0]));
                pc = i.c;
            } else if (sp[-1].kind == ZH_CEL_INT) {
                sp[-1].i += sp[0].boolean;
            }
            break;
        case ZH_CEL_I_MAP_STEP:
        case ZH_CEL_I_KEY_STEP:
        case ZH_CEL_I_ENTRY_STEP:
            sp--;
            if (i.op == ZH_CEL_I_MAP_STEP) sp[-1] = add(run, sp[-1], sp[0]);
            else if (i.op == ZH_CEL_I_KEY_STEP) sp[-1] = add_pair(run, sp[-1], run->slots_[i.b + 1], sp[0]);
            else sp[-1] = add_entries(run, sp[-1], sp[0]);
            sp[-1] = PLACED(sp[-1]);
            if (zh_cel_is_error(sp[-1])) pc = i.c;
            break;
        case ZH_CEL_I_FILTER_STEP:
            sp--;
            if (sp[0].kind != ZH_CEL_BOOL) sp[-1] = PLACED(not_bool(run, sp[0]));
            else if (sp[0].boolean) sp[-1] = PLACED(add(run, sp[-1], run->slots_[i.b + 1]));
            if (zh_cel_is_error(sp[-1])) pc = i.c;
            break;
        case ZH_CEL_I_ONE:
            if (sp[-1].kind == ZH_CEL_INT) sp[-1] = zh_cel_bool(sp[-1].i == 1);
            break;
        case ZH_CEL_I_OR_ELSE:
            if (sp[-1].kind == ZH_CEL_OPTIONAL && sp[-1].items == NULL) {
                sp--;
            } else {
                if (sp[-1].kind != ZH_CEL_OPTIONAL) sp[-1] = PLACED(zh_cel_no_overload(run, "or", &sp[-1], 1));
                else if (i.a != 0) sp[-1] = *sp[-1].items;
                pc = i.c;
            }
            break;
        case ZH_CEL_I_OPT_TEST:
            if (sp[-1].kind == ZH_CEL_OPTIONAL && sp[-1].items != NULL) {
                run->slots_[i.b] = *sp[-1].items;
                sp--;
            } else {
                if (sp[-1].kind != ZH_CEL_OPTIONAL) sp[-1] = PLACED(zh_cel_no_overload(run, "optMap", &sp[-1], 1));
                pc = i.c;
            }
            break;
        case ZH_CEL_I_WRAP: sp[-1] = PLACED(zh_cel_op_wrap(run, sp[-1])); break;
        case ZH_CEL_I_LAMBDA:
            *sp++ = (zh_cel_value){ .kind = ZH_CEL_INSIDE, .fatal = ZH_CEL_IS_LAMBDA, .code = i.b, .n = pc };
            pc = i.c;
            break;
        case ZH_CEL_I_COUNT: return zh_cel_error(ZH_CEL_ARGUMENT, NULL);
        }
    }
}

zh_cel_value zh_cel_apply(zh_cel_run *run, zh_cel_value condition, zh_cel_value element)
{
    zh_cel_value *const top = run->top_; /* a call inside moves it */
    if (!is_inside(condition, ZH_CEL_IS_LAMBDA)) return zh_cel_error(ZH_CEL_ARGUMENT, NULL);
    if (!zh_cel_run_pay(run, 4)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    run->slots_[condition.code] = element;
    const zh_cel_value v = go(run, condition.n, top);
    run->top_ = top;
    return v;
}

zh_cel_value zh_cel_eval(const zh_cel_program *program, zh_cel_run *run)
{
    zh_cel_value here[VALUES_HERE], *values = here;
    const size_t needed = (size_t)program->slots + program->stack;
    if (needed > VALUES_HERE) {
        values = ZH_TAKE(run->arena, zh_cel_value, needed);
        if (values == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    }
    if (program->slots > 0) memset(values, 0, program->slots * sizeof *values);
    run->program_ = program;
    run->now_is_read_ = false;
    run->steps_left_ = run->steps_max == 0 ? ZH_CEL_STEPS_DEFAULT : run->steps_max;
    run->slots_ = values;
    return go(run, 0, values + program->slots);
}
