#include "lang/cel_code.h"
#include "lang/cel_cost.h"
#include "lang/cel_macro.h"
#include "lang/cel_regex.h"
#include "lang/cel_uses.h"

#define STACK_MAX 120000 /* values: a call or list of the longest kind */

typedef struct grower { char *data; uint32_t count, room; } grower;

typedef struct compiler {
    zh_arena *arena;
    zh_sv source;
    zh_cel_fault *why;
    grower code, places, constants, reads, sites;
    uint32_t depth, deepest;
    zh_err failed;
} compiler;

static void emit_node(compiler *c, zh_cel_node *node);

static void *grow(compiler *c, grower *g, size_t each)
{
    if (g->count == g->room) {
        const uint32_t room = g->room == 0 ? 16 : g->room * 2;
        char *new = g->count >= ZH_CEL_CODE_MAX ? NULL : zh_arena_take(c->arena, room, each);
        if (new == NULL) {
            if (c->failed == ZH_OK) c->failed = g->count >= ZH_CEL_CODE_MAX ? ZH_FULL : ZH_NOMEM;
            return NULL;
        }
        if (g->count > 0) memcpy(new, g->data, g->count * each);
        g->data = new;
        g->room = room;
    }
    return g->data + each * g->count++;
}

static zh_cel_instr *instr_at(compiler *c, uint32_t at) { return (zh_cel_instr *)(void *)c->code.data + at; }

static uint32_t emit(compiler *c, const zh_cel_node *node, zh_cel_code_op op, unsigned a, unsigned b, uint32_t to)
{
    const uint32_t at = c->code.count;
    zh_cel_instr *instr = grow(c, &c->code, sizeof *instr);
    uint32_t *place = grow(c, &c->places, sizeof *place);
    if (instr == NULL || place == NULL) return 0;
    *instr = (zh_cel_instr){ .op = (uint8_t)op, .a = (uint8_t)a, .b = (uint16_t)b, .c = to };
    *place = node->at;
    return at;
}

static void land(compiler *c, uint32_t from) /* the jump at `from` goes to the next instruction */
{
    if (c->failed == ZH_OK) instr_at(c, from)->c = c->code.count;
}

static void push(compiler *c, int32_t values)
{
    c->depth = (uint32_t)((int32_t)c->depth + values);
    if (c->depth > c->deepest) c->deepest = c->depth;
    if (c->depth > STACK_MAX && c->failed == ZH_OK) c->failed = ZH_FULL;
}

static uint32_t constant(compiler *c, zh_cel_value value)
{
    const zh_cel_value *all = (const zh_cel_value *)(void *)c->constants.data;
    for (uint32_t i = c->constants.count; i-- > 0 && c->constants.count - i < 16;) /* a few back: the same name in neighbouring terms */
        if (all[i].kind == value.kind && value.kind == ZH_CEL_STRING && zh_sv_equal(zh_cel_sv(all[i]), zh_cel_sv(value))) return i;
    zh_cel_value *slot = grow(c, &c->constants, sizeof *slot);
    if (slot == NULL) return 0;
    if (value.kind == ZH_CEL_STRING || value.kind == ZH_CEL_BYTES) { /* the source may go */
        const zh_sv copy = zh_arena_copy(c->arena, zh_cel_sv(value));
        if (copy.data == NULL && c->failed == ZH_OK) c->failed = ZH_NOMEM;
        value.text = copy.data;
    }
    *slot = value;
    return c->constants.count - 1;
}

static void emit_constant(compiler *c, const zh_cel_node *node, zh_cel_value value)
{
    emit(c, node, ZH_CEL_I_CONST, 0, 0, constant(c, value));
    push(c, 1);
}

static uint32_t read_of(compiler *c, const zh_cel_decl *decl)
{
    const zh_cel_decl **slot = grow(c, &c->reads, sizeof *slot);
    if (slot != NULL) *slot = decl;
    return c->reads.count - 1;
}

/* ---- constants that are computed here ---- */

static bool fold(compiler *c, const zh_cel_node *node, zh_cel_value *out);

static bool fold_all(compiler *c, const zh_cel_node *node, zh_cel_value **out)
{
    zh_cel_value *items = ZH_TAKE(c->arena, zh_cel_value, node->count);
    if (items == NULL) return false;
    for (uint32_t i = 0; i < node->count; i++)
        if (node->args[i]->element || !fold(c, node->args[i], &items[i])) return false;
    *out = items;
    return true;
}

/* Lists and maps of constants are constants; texts in them are copied with the source. */
static bool fold(compiler *c, const zh_cel_node *node, zh_cel_value *out)
{
    zh_cel_value *items;
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL:
        *out = node->value;
        if (out->kind == ZH_CEL_STRING || out->kind == ZH_CEL_BYTES) out->text = zh_arena_copy(c->arena, zh_cel_sv(*out)).data;
        return !((out->kind == ZH_CEL_STRING || out->kind == ZH_CEL_BYTES) && out->text == NULL);
    case ZH_CEL_LIST_OF:
        if (!fold_all(c, node, &items)) return false;
        *out = zh_cel_list(items, node->count);
        return true;
    case ZH_CEL_MAP_OF:
        if (!fold_all(c, node, &items)) return false;
        *out = zh_cel_map_of(c->arena, items, node->count / 2);
        return !zh_cel_is_error(*out);
    default: return false;
    }
}

/* ---- parts ---- */

static void emit_ident(compiler *c, const zh_cel_node *node)
{
    if (node->decl == NULL) emit(c, node, ZH_CEL_I_LOCAL, 0, node->slot, 0);
    else if (node->decl->is == ZH_CEL_TYPE_NAME) emit(c, node, ZH_CEL_I_CONST, 0, 0, constant(c, zh_cel_type_value(node->decl->type->args[0])));
    else if (node->decl->get.call == NULL) emit(c, node, ZH_CEL_I_VARIABLE, 0, 0, node->decl->get.id);
    else emit(c, node, ZH_CEL_I_READ, 0, 0, read_of(c, node->decl));
    push(c, 1);
}

static void emit_select(compiler *c, const zh_cel_node *node)
{
    const bool has = node->kind == ZH_CEL_HAS;
    if (node->decl != NULL) emit(c, node, has ? ZH_CEL_I_HAS_GET : ZH_CEL_I_GET, node->optional, 0, read_of(c, node->decl));
    else emit(c, node, has ? ZH_CEL_I_HAS : ZH_CEL_I_FIELD, node->optional, 0, constant(c, zh_cel_text(node->name)));
}

static void emit_terms(compiler *c, const zh_cel_node *node)
{
    const bool and = node->op == ZH_CEL_OP_AND;
    uint32_t *ends = ZH_TAKE(c->arena, uint32_t, node->count);
    if (ends == NULL) {
        c->failed = ZH_NOMEM;
        return;
    }
    for (uint32_t i = 0; i < node->count && c->failed == ZH_OK; i++) {
        emit_node(c, node->args[i]);
        if (i == 0) ends[i] = emit(c, node->args[i], and ? ZH_CEL_I_AND_FIRST : ZH_CEL_I_OR_FIRST, 0, 0, 0);
        else ends[i] = emit(c, node->args[i], and ? ZH_CEL_I_AND_NEXT : ZH_CEL_I_OR_NEXT, 0, 0, 0), push(c, -1);
    }
    for (uint32_t i = 0; i < node->count && c->failed == ZH_OK; i++) land(c, ends[i]);
}

static void emit_cond(compiler *c, const zh_cel_node *node)
{
    emit_node(c, node->args[0]);
    const uint32_t branch = emit(c, node, ZH_CEL_I_BRANCH, 0, 0, 0);
    push(c, -1);
    emit_node(c, node->args[1]);
    const uint32_t over = emit(c, node, ZH_CEL_I_JUMP, 0, 0, 0);
    land(c, branch);
    push(c, -1);
    emit_node(c, node->args[2]);
    land(c, over);
}

/* The operands are there; the left one came by the walk. */
static void emit_operator(compiler *c, const zh_cel_node *node)
{
    static const uint8_t codes[] = {
        [ZH_CEL_OP_NOT] = ZH_CEL_I_NOT, [ZH_CEL_OP_NEGATE] = ZH_CEL_I_NEGATE, [ZH_CEL_OP_ADD] = ZH_CEL_I_ADD, [ZH_CEL_OP_SUB] = ZH_CEL_I_SUB,
        [ZH_CEL_OP_MUL] = ZH_CEL_I_MUL, [ZH_CEL_OP_DIV] = ZH_CEL_I_DIV, [ZH_CEL_OP_MOD] = ZH_CEL_I_MOD, [ZH_CEL_OP_EQ] = ZH_CEL_I_EQ,
        [ZH_CEL_OP_NE] = ZH_CEL_I_NE, [ZH_CEL_OP_LT] = ZH_CEL_I_LT, [ZH_CEL_OP_LE] = ZH_CEL_I_LE, [ZH_CEL_OP_GT] = ZH_CEL_I_GT,
        [ZH_CEL_OP_GE] = ZH_CEL_I_GE, [ZH_CEL_OP_IN] = ZH_CEL_I_IN, [ZH_CEL_OP_INDEX] = ZH_CEL_I_INDEX, [ZH_CEL_OP_OPT_INDEX] = ZH_CEL_I_OPT_INDEX,
    };
    emit(c, node, codes[node->op], 0, 0, 0);
    push(c, 1 - (int32_t)node->count);
}

static bool is_builder(const zh_cel_node *node)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (node->args[i]->element) return true;
    return false;
}

static void emit_collection(compiler *c, zh_cel_node *node)
{
    const bool map = node->kind == ZH_CEL_MAP_OF;
    const uint32_t each = map ? 2 : 1;
    zh_cel_value whole;
    if (fold(c, node, &whole)) {
        emit_constant(c, node, whole);
        return;
    }
    const bool builds = is_builder(node);
    if (builds) emit(c, node, ZH_CEL_I_BUILD, map, 0, 0), push(c, 1);
    for (uint32_t i = 0; i < node->count && c->failed == ZH_OK; i += each) {
        for (uint32_t j = 0; j < each; j++) emit_node(c, node->args[i + j]);
        if (!builds) continue;
        emit(c, node->args[i], map ? ZH_CEL_I_PUT : ZH_CEL_I_APPEND, node->args[i + each - 1]->element, 0, 0);
        push(c, -(int32_t)each);
    }
    if (builds) {
        emit(c, node, ZH_CEL_I_BUILT, 0, 0, 0);
    } else {
        emit(c, node, map ? ZH_CEL_I_MAP : ZH_CEL_I_LIST, 0, 0, node->count / each);
        push(c, 1 - (int32_t)node->count);
    }
}

/* ---- calls ---- */

/* A pattern that is known now is compiled now: a wrong one is an error of the expression. */
static bool pattern(compiler *c, const zh_cel_node *node)
{
    const zh_cel_node *text = node->args[node->count - 1];
    if (!zh_sv_equal(node->name, ZH_SV("matches")) || node->count != 2 || text->kind != ZH_CEL_LITERAL || text->value.kind != ZH_CEL_STRING || node->overloads[0]->own) return false;
    zh_cel_regex *regex;
    zh_note why;
    const zh_err e = zh_cel_regex_open(&regex, c->arena, zh_cel_sv(text->value), &why);
    if (e != ZH_OK) {
        zh_cel_fault_set(c->why, c->source, text->at, "the pattern cannot be read: %s", why.text);
        c->failed = e == ZH_NOMEM ? ZH_NOMEM : ZH_FORMAT;
        return true;
    }
    emit_constant(c, text, (zh_cel_value){ .kind = ZH_CEL_INSIDE, .object = regex });
    return true;
}

static uint32_t site_of(compiler *c, const zh_cel_node *node)
{
    zh_cel_site *site = grow(c, &c->sites, sizeof *site);
    if (site != NULL) *site = (zh_cel_site){ node->overloads, node->overloads_count };
    return c->sites.count - 1;
}

static void emit_call(compiler *c, const zh_cel_node *node)
{
    const uint32_t from = node->member ? 1 : 0;
    const bool or = node->member && node->count == 2 && !node->overloads[0]->own &&
                    (zh_sv_equal(node->name, ZH_SV("or")) || zh_sv_equal(node->name, ZH_SV("orValue")));
    if (or) { /* the other value is not looked at where there is one */
        const uint32_t test = emit(c, node, ZH_CEL_I_OR_ELSE, node->name.size > 2, 0, 0);
        push(c, -1);
        emit_node(c, node->args[1]);
        land(c, test);
        return;
    }
    const bool regex = node->count == 2 && (from == 1 || c->failed == ZH_OK);
    for (uint32_t i = from; i < node->count && c->failed == ZH_OK; i++)
        if (!(regex && i == 1 && pattern(c, node))) emit_node(c, node->args[i]);
    emit(c, node, ZH_CEL_I_CALL, node->count, 0, site_of(c, node));
    push(c, 1 - (int32_t)node->count);
}

/* ---- macros ---- */

static void emit_lambda(compiler *c, zh_cel_node *node)
{
    const uint32_t start = emit(c, node, ZH_CEL_I_LAMBDA, 0, node->slot + 1, 0);
    push(c, 1);
    emit_node(c, node->args[1]); /* it runs above the receiver and itself */
    emit(c, node, ZH_CEL_I_RETURN, 0, 0, 0);
    land(c, start);
    push(c, -1);
    emit(c, node, ZH_CEL_I_CALL, 2, 0, site_of(c, node));
    push(c, -1);
}

static void emit_optional_macro(compiler *c, zh_cel_node *node)
{
    const uint32_t test = emit(c, node, ZH_CEL_I_OPT_TEST, 0, node->slot + 1, 0);
    push(c, -1);
    emit_node(c, node->args[1]);
    if (node->op == ZH_CEL_OP_OPT_MAP) emit(c, node, ZH_CEL_I_WRAP, 0, 0, 0);
    land(c, test);
}

static zh_cel_code_op step_of(zh_cel_op op)
{
    switch (op) {
    case ZH_CEL_OP_ALL: return ZH_CEL_I_ALL_STEP;
    case ZH_CEL_OP_EXISTS: return ZH_CEL_I_EXISTS_STEP;
    case ZH_CEL_OP_ONE: return ZH_CEL_I_ONE_STEP;
    case ZH_CEL_OP_FILTER: return ZH_CEL_I_FILTER_STEP;
    case ZH_CEL_OP_TRANSFORM_MAP: return ZH_CEL_I_KEY_STEP;
    case ZH_CEL_OP_TRANSFORM_ENTRY: return ZH_CEL_I_ENTRY_STEP;
    default: return ZH_CEL_I_MAP_STEP;
    }
}

static void emit_loop(compiler *c, zh_cel_node *node)
{
    const zh_cel_op op = (zh_cel_op)node->op;
    const uint32_t first = emit(c, node, ZH_CEL_I_ITERATE, 0, node->slot, 0);
    push(c, -1);
    if (op == ZH_CEL_OP_ALL || op == ZH_CEL_OP_EXISTS) emit_constant(c, node, zh_cel_bool(op == ZH_CEL_OP_ALL));
    else if (op == ZH_CEL_OP_ONE) emit_constant(c, node, zh_cel_int(0));
    else emit(c, node, ZH_CEL_I_BUILD, op == ZH_CEL_OP_TRANSFORM_MAP || op == ZH_CEL_OP_TRANSFORM_ENTRY, 0, 0), push(c, 1);
    const uint32_t next = emit(c, node, ZH_CEL_I_NEXT, node->vars_count, node->slot, 0);
    uint32_t where = 0;
    if (node->count == 3) {
        emit_node(c, node->args[1]);
        where = emit(c, node->args[1], ZH_CEL_I_WHERE, 0, 0, 0);
        push(c, -1);
        emit(c, node, ZH_CEL_I_AGAIN, 0, 1, next);
    }
    emit_node(c, node->args[node->count - 1]);
    const uint32_t step = emit(c, node->args[node->count - 1], step_of(op), 0, node->slot, 0);
    push(c, -1);
    const uint32_t body = c->code.count - next;
    emit(c, node, ZH_CEL_I_AGAIN, 0, body < UINT16_MAX ? body : UINT16_MAX, next);
    land(c, next);
    land(c, step);
    if (node->count == 3) land(c, where);
    if (op == ZH_CEL_OP_ONE) emit(c, node, ZH_CEL_I_ONE, 0, 0, 0);
    else if (op != ZH_CEL_OP_ALL && op != ZH_CEL_OP_EXISTS) emit(c, node, ZH_CEL_I_BUILT, 0, 0, 0);
    land(c, first);
}

static void emit_macro(compiler *c, zh_cel_node *node)
{
    emit_node(c, node->args[0]);
    switch ((zh_cel_op)node->op) {
    case ZH_CEL_OP_LAMBDA: emit_lambda(c, node); break;
    case ZH_CEL_OP_OPT_MAP:
    case ZH_CEL_OP_OPT_FLAT_MAP: emit_optional_macro(c, node); break;
    case ZH_CEL_OP_BIND:
        emit(c, node, ZH_CEL_I_STORE, 0, node->slot + 1, 0);
        push(c, -1);
        emit_node(c, node->args[1]);
        break;
    default: emit_loop(c, node); break;
    }
}

/* ---- the walk ---- */

static void emit_rest(compiler *c, zh_cel_node *node)
{
    const zh_cel_node *left = zh_cel_node_left(node);
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL: emit_constant(c, node, node->value); break;
    case ZH_CEL_IDENT: emit_ident(c, node); break;
    case ZH_CEL_SELECT:
        if (node->decl != NULL && node->decl->is != ZH_CEL_FIELD) emit_ident(c, node); /* a.b.c is one name */
        else emit_select(c, node);
        break;
    case ZH_CEL_HAS:
        emit_node(c, node->args[0]);
        emit_select(c, node);
        break;
    case ZH_CEL_CALL: emit_call(c, node); break;
    case ZH_CEL_OPERATOR:
        if (node->op == ZH_CEL_OP_AND || node->op == ZH_CEL_OP_OR) {
            emit_terms(c, node);
        } else if (node->op == ZH_CEL_OP_COND) {
            emit_cond(c, node);
        } else {
            for (uint32_t i = left != NULL; i < node->count; i++) emit_node(c, node->args[i]);
            emit_operator(c, node);
        }
        break;
    case ZH_CEL_LIST_OF:
    case ZH_CEL_MAP_OF: emit_collection(c, node); break;
    case ZH_CEL_MACRO: emit_macro(c, node); break;
    }
}

static bool is_leaf(const zh_cel_node *node)
{
    return zh_cel_node_left(node) == NULL || (node->kind == ZH_CEL_SELECT && node->decl != NULL && node->decl->is != ZH_CEL_FIELD);
}

static void emit_node(compiler *c, zh_cel_node *node)
{
    if (c->failed != ZH_OK) return;
    uint32_t count = 0;
    zh_cel_node *bottom = node;
    for (; !is_leaf(bottom); bottom = zh_cel_node_left(bottom)) count++;
    emit_rest(c, bottom);
    if (count == 0) return;
    zh_cel_node **spine = ZH_TAKE(c->arena, zh_cel_node *, count);
    if (spine == NULL) {
        c->failed = ZH_NOMEM;
        return;
    }
    zh_cel_node *at = node;
    for (uint32_t i = count; i-- > 0; at = zh_cel_node_left(at)) spine[i] = at;
    for (uint32_t i = 0; i < count && c->failed == ZH_OK; i++) emit_rest(c, spine[i]);
}

static zh_err make(compiler *c, zh_cel_node *root, const zh_cel_checked *checked, zh_cel_program **out)
{
    emit_node(c, root);
    emit(c, root, ZH_CEL_I_RETURN, 0, 0, 0);
    zh_cel_program *p = ZH_TAKE(c->arena, zh_cel_program, 1);
    if (p == NULL) return ZH_NOMEM;
    if (c->failed != ZH_OK) {
        if (c->failed == ZH_FULL) zh_cel_fault_set(c->why, c->source, root->at, "the expression is larger than a program can be: split it");
        return c->failed;
    }
    *p = (zh_cel_program){ .code = (const zh_cel_instr *)(void *)c->code.data, .places = (const uint32_t *)(void *)c->places.data,
                           .constants = (const zh_cel_value *)(void *)c->constants.data, .reads = (const zh_cel_decl *const *)(void *)c->reads.data,
                           .sites = (const zh_cel_site *)(void *)c->sites.data, .code_count = c->code.count, .constants_count = c->constants.count,
                           .reads_count = c->reads.count, .sites_count = c->sites.count, .slots = checked->slots, .stack = c->deepest + 1,
                           .type = checked->type, .source = c->source };
    *out = p;
    return zh_cel_uses_find(c->arena, root, &p->uses, &p->uses_count);
}

static zh_err within(const zh_cel_limits *limits, const zh_cel_node *root, zh_cel_program *p, zh_cel_fault *why)
{
    static const zh_cel_limits none;
    if (limits == NULL) limits = &none;
    p->cost = zh_cel_cost_of(root, limits->items_assumed == 0 ? 100 : limits->items_assumed);
    if (limits->cost_max != 0 && p->cost > limits->cost_max) {
        zh_cel_fault_set(why, p->source, root->at, "the expression could take %llu steps, more than the %llu allowed: nest fewer loops", (unsigned long long)p->cost,
                         (unsigned long long)limits->cost_max);
        return ZH_FULL;
    }
    if (limits->wanted != NULL && p->type->kind != ZH_CEL_DYN && !zh_sv_equal(zh_cel_type_name(p->type), zh_sv_of(limits->wanted))) {
        zh_cel_fault_set(why, p->source, root->at, "the expression must be of type %s, and is %.*s", limits->wanted, ZH_SV_ARG(zh_cel_type_name(p->type)));
        return ZH_FORMAT;
    }
    return ZH_OK;
}

zh_err zh_cel_compile(zh_cel_program **out, zh_arena *arena, const zh_cel_env *env, zh_sv text, const zh_cel_limits *limits, zh_cel_fault *why)
{
    zh_cel_fault unseen;
    zh_cel_node *root;
    zh_cel_checked checked;
    zh_cel_program *program = NULL;
    *out = NULL;
    if (why == NULL) why = &unseen;
    *why = (zh_cel_fault){ .text = "out of memory", .line = 1, .column = 1 };
    const zh_cel_macros macros = { zh_cel_env_is_macro, env };
    const zh_sv source = text.size > ZH_CEL_SOURCE_BYTES_MAX ? text : zh_arena_copy(arena, text);
    if (source.data == NULL && text.size > 0) return ZH_NOMEM;
    zh_err e = zh_cel_parse(arena, source, &macros, &root, why);
    if (e == ZH_OK) e = zh_cel_check(arena, env, source, root, &checked, why);
    if (e != ZH_OK) return e;
    compiler c = { .arena = arena, .source = source, .why = why };
    e = make(&c, root, &checked, &program);
    if (e == ZH_OK) e = within(limits, root, program, why);
    if (e == ZH_OK) *out = program;
    return e;
}

const zh_cel_type *zh_cel_program_type(const zh_cel_program *program) { return program->type; }
zh_sv zh_cel_program_source(const zh_cel_program *program) { return program->source; }
uint64_t zh_cel_program_cost(const zh_cel_program *program) { return program->cost; }

const zh_cel_use *zh_cel_program_uses(const zh_cel_program *program, uint32_t *count)
{
    *count = program->uses_count;
    return program->uses;
}
