/* From the tree of an expression to that of a plan. */
#include "lang/cel_parse.h"
#include "lang/cel_print.h"
#include "segment/plan_inside.h"

#define EXACT_MAX (INT64_C(1) << 53) /* whole numbers that a double says exactly */
#define PREFETCHED 448 /* bytes: a plan of one count */
#define WINDOW_UNITS_MAX 100000

typedef struct reader {
    zh_arena *arena;
    const zh_cel_env *env;
    zh_plan *plan;
    uint32_t nodes, own; /* all; those that are not the machine's */
    bool gave_up;        /* too large, or no memory */
} reader;

/* ---- small things ---- */

static bool is_text(const zh_cel_node *n) { return n->kind == ZH_CEL_LITERAL && n->value.kind == ZH_CEL_STRING && n->value.n <= ZH_PROFILE_NAME_BYTES_MAX; }
static bool is_int(const zh_cel_node *n) { return n->kind == ZH_CEL_LITERAL && n->value.kind == ZH_CEL_INT; }
static bool is_named(const zh_cel_node *n, zh_sv name) { return n->kind == ZH_CEL_IDENT && !n->rooted && zh_sv_equal(n->name, name); }
static bool is_customer(const zh_cel_node *n) { return is_named(n, ZH_SV("customer")); }
static bool is_member(const zh_cel_node *n, const char *name, uint32_t args)
{
    return n->kind == ZH_CEL_CALL && n->member && n->count == args && zh_sv_equal(n->name, zh_sv_of(name));
}
static bool is_field(const zh_cel_node *n, const char *name) { return n->kind == ZH_CEL_SELECT && !n->optional && zh_sv_equal(n->name, zh_sv_of(name)); }
static bool is_order(zh_cel_op op) { return op >= ZH_CEL_OP_EQ && op <= ZH_CEL_OP_GE; }
static bool is_operator(const zh_cel_node *n, zh_cel_op op) { return n->kind == ZH_CEL_OPERATOR && n->op == op; }

static bool number_of(const zh_cel_node *n, double *out)
{
    if (n->kind != ZH_CEL_LITERAL) return false;
    if (n->value.kind == ZH_CEL_DOUBLE) *out = n->value.d;
    else if (n->value.kind == ZH_CEL_INT && n->value.i < EXACT_MAX && n->value.i > -EXACT_MAX) *out = (double)n->value.i;
    else return false;
    return true;
}

/* days(7), with a number that stands there. */
static bool window_of(const zh_cel_node *n, int64_t *ms)
{
    static const struct { const char *name; int64_t ms; } units[] = { { "weeks", 7 * 86400000 }, { "days", 86400000 }, { "hours", 3600000 }, { "minutes", 60000 } };
    if (n->kind != ZH_CEL_CALL || n->member || n->count != 1 || !is_int(n->args[0]) || n->args[0]->value.i < 0 || n->args[0]->value.i > WINDOW_UNITS_MAX) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!zh_sv_equal(n->name, zh_sv_of(units[i].name))) continue;
        *ms = units[i].ms * n->args[0]->value.i;
        return true;
    }
    return false;
}

static zh_cel_op turned(zh_cel_op op)
{
    switch (op) {
    case ZH_CEL_OP_LT: return ZH_CEL_OP_GT;
    case ZH_CEL_OP_LE: return ZH_CEL_OP_GE;
    case ZH_CEL_OP_GT: return ZH_CEL_OP_LT;
    case ZH_CEL_OP_GE: return ZH_CEL_OP_LE;
    default: return op;
    }
}

static uint32_t term_of(reader *r, zh_sv text)
{
    zh_plan *p = r->plan;
    if (p->terms_count == p->terms_room) {
        const uint32_t room = p->terms_room == 0 ? 2 : p->terms_room * 2;
        zh_plan_term *terms = ZH_TAKE(r->arena, zh_plan_term, room);
        if (terms == NULL) {
            r->gave_up = true;
            return 0;
        }
        if (p->terms_count > 0) memcpy(terms, p->terms, p->terms_count * sizeof *terms);
        p->terms = terms;
        p->terms_room = room;
    }
    const zh_sv copy = zh_arena_copy(r->arena, text);
    if (text.size > 0 && copy.data == NULL) r->gave_up = true;
    p->terms[p->terms_count] = (zh_plan_term){ .text = copy };
    return p->terms_count++;
}

/* ---- what `where` asks ---- */

static zh_filter *filter_of(reader *r, const zh_cel_node *n, zh_sv variable, bool is_product);

static zh_filter *new_filter(reader *r, zh_filter_kind kind)
{
    zh_filter *f = r->nodes < ZH_PLAN_NODES_MAX ? ZH_TAKE(r->arena, zh_filter, 1) : NULL;
    if (f == NULL) {
        r->gave_up = true;
        return NULL;
    }
    r->nodes++;
    *f = (zh_filter){ .kind = kind };
    return f;
}

static zh_filter *filter_of_all(reader *r, zh_filter_kind kind, const zh_cel_node *n, zh_sv variable, bool is_product)
{
    zh_filter *f = new_filter(r, kind);
    const zh_filter **args = f == NULL ? NULL : ZH_TAKE(r->arena, const zh_filter *, n->count);
    if (args == NULL) return NULL;
    for (uint32_t i = 0; i < n->count; i++)
        if ((args[i] = filter_of(r, n->args[i], variable, is_product)) == NULL) return NULL;
    f->args = args;
    f->count = n->count;
    return f;
}

static bool text_field(const zh_cel_node *n, zh_sv variable, zh_plan_field *out)
{
    if (n->kind != ZH_CEL_SELECT || !is_named(n->args[0], variable)) return false;
    if (is_field(n, "item_id")) *out = ZH_PLAN_ITEM;
    else if (is_field(n, "category")) *out = ZH_PLAN_CATEGORY;
    else if (is_field(n, "brand")) *out = ZH_PLAN_BRAND;
    else return false;
    return true;
}

static zh_filter *text_in(reader *r, const zh_cel_node *n, zh_plan_field field)
{
    const zh_cel_node *list = n->args[1];
    zh_filter *f = list->kind == ZH_CEL_LIST_OF && list->count > 0 && list->count <= ZH_PLAN_NODES_MAX ? new_filter(r, ZH_FILTER_TEXT) : NULL;
    if (f == NULL) return NULL;
    *f = (zh_filter){ .kind = ZH_FILTER_TEXT, .op = ZH_CEL_OP_IN, .field = field, .count = list->count, .term = r->plan->terms_count };
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_text(list->args[i]) || list->args[i]->element) return NULL;
        (void)term_of(r, zh_cel_sv(list->args[i]->value));
    }
    return f;
}

/* field OP constant, in this order. */
static zh_filter *comparison(reader *r, const zh_cel_node *field, zh_cel_op op, const zh_cel_node *constant, zh_sv variable, bool is_product)
{
    zh_plan_field which;
    zh_filter_kind kind;
    double number;
    if (text_field(field, variable, &which)) {
        if (!is_text(constant) || (op != ZH_CEL_OP_EQ && op != ZH_CEL_OP_NE)) return NULL;
        zh_filter *f = new_filter(r, ZH_FILTER_TEXT);
        if (f != NULL) *f = (zh_filter){ .kind = ZH_FILTER_TEXT, .op = op, .field = which, .count = 1, .term = term_of(r, zh_cel_sv(constant->value)) };
        return f;
    }
    if (field->kind != ZH_CEL_SELECT || !is_named(field->args[0], variable)) return NULL;
    if (is_field(field, "price")) kind = ZH_FILTER_PRICE;
    else if (is_field(field, "quantity")) kind = ZH_FILTER_QUANTITY;
    else if (is_field(field, "value") && !is_product) kind = ZH_FILTER_VALUE;
    else return NULL;
    if (kind == ZH_FILTER_QUANTITY ? !is_int(constant) : !number_of(constant, &number)) return NULL;
    zh_filter *f = new_filter(r, kind);
    if (f == NULL) return NULL;
    f->op = op;
    if (kind == ZH_FILTER_QUANTITY) f->whole = constant->value.i;
    else f->number = number;
    return f;
}

static zh_filter *filter_of(reader *r, const zh_cel_node *n, zh_sv variable, bool is_product)
{
    zh_plan_field field;
    if (n->kind == ZH_CEL_MACRO && n->op == ZH_CEL_OP_EXISTS && n->vars_count == 1 && !is_product && n->count == 2) {
        if (!is_field(n->args[0], "products") || !is_named(n->args[0]->args[0], variable)) return NULL;
        zh_filter *f = new_filter(r, ZH_FILTER_PRODUCTS);
        const zh_filter **args = f == NULL ? NULL : ZH_TAKE(r->arena, const zh_filter *, 1);
        if (args == NULL || (args[0] = filter_of(r, n->args[1], n->vars[0], true)) == NULL) return NULL;
        f->args = args;
        return f;
    }
    if (n->kind != ZH_CEL_OPERATOR) return NULL;
    const zh_cel_op op = (zh_cel_op)n->op;
    if (op == ZH_CEL_OP_AND) return filter_of_all(r, ZH_FILTER_AND, n, variable, is_product);
    if (op == ZH_CEL_OP_OR) return filter_of_all(r, ZH_FILTER_OR, n, variable, is_product);
    if (op == ZH_CEL_OP_NOT) return filter_of_all(r, ZH_FILTER_NOT, n, variable, is_product);
    if (op == ZH_CEL_OP_IN) return text_field(n->args[0], variable, &field) ? text_in(r, n, field) : NULL;
    if (!is_order(op)) return NULL;
    if (n->args[0]->kind == ZH_CEL_LITERAL) return comparison(r, n->args[1], turned(op), n->args[0], variable, is_product);
    return comparison(r, n->args[0], op, n->args[1], variable, is_product);
}

/* ---- events ---- */

static bool stage_of(reader *r, const zh_cel_node *n, zh_plan_stage *out)
{
    if (n->kind == ZH_CEL_MACRO) {
        if (n->op != ZH_CEL_OP_LAMBDA || !zh_sv_equal(n->name, ZH_SV("where")) || n->count != 2) return false;
        *out = (zh_plan_stage){ .filter = filter_of(r, n->args[1], n->vars[0], false) };
        return out->filter != NULL;
    }
    const bool wants = is_member(n, "followed_by", 3);
    if ((!wants && !is_member(n, "not_followed_by", 3)) || !is_text(n->args[1]) || !window_of(n->args[2], &out->within_ms)) return false;
    *out = (zh_plan_stage){ .wants = wants, .within_ms = out->within_ms, .term = term_of(r, zh_cel_sv(n->args[1]->value)) };
    return true;
}

/* customer.events("name") and what is chosen of them, into the node. */
static bool events_of(reader *r, const zh_cel_node *n, zh_plan_node *out)
{
    const zh_cel_node *chain[ZH_PLAN_STAGES_MAX];
    uint32_t count = 0;
    for (; !is_member(n, "events", 1) && !is_member(n, "events", 2); n = n->args[0]) {
        if (count == ZH_PLAN_STAGES_MAX || n->count == 0 || (n->kind != ZH_CEL_MACRO && n->kind != ZH_CEL_CALL)) return false;
        chain[count++] = n;
    }
    if (!is_customer(n->args[0]) || (n->count == 2 && !is_text(n->args[1]))) return false;
    out->any_name = n->count == 1;
    if (!out->any_name) out->term = term_of(r, zh_cel_sv(n->args[1]->value));
    if (count > 0 && (out->stages = ZH_TAKE(r->arena, zh_plan_stage, count)) == NULL) return false;
    while (count > 0)
        if (!stage_of(r, chain[--count], &out->stages[out->count++])) return false;
    return true;
}

static bool window_arg(const zh_cel_node *n, zh_plan_node *out)
{
    out->has_window = n->count == 2;
    return n->count == 1 || (n->count == 2 && window_of(n->args[1], &out->window_ms));
}

/* count(…) or sum(…) of events or orders, against a constant. */
static bool counted(reader *r, const zh_cel_node *n, zh_cel_op op, const zh_cel_node *constant, zh_plan_node *out)
{
    if (n->kind != ZH_CEL_CALL || !n->member || n->count == 0 || !window_arg(n, out)) return false;
    out->op = op;
    if (zh_sv_equal(n->name, ZH_SV("sum"))) {
        out->kind = ZH_PLAN_SUM;
        return number_of(constant, &out->number) && events_of(r, n->args[0], out);
    }
    if (!zh_sv_equal(n->name, ZH_SV("count")) || !is_int(constant)) return false;
    out->whole = constant->value.i;
    out->kind = is_field(n->args[0], "orders") && is_customer(n->args[0]->args[0]) ? ZH_PLAN_ORDERS : ZH_PLAN_COUNT;
    return out->kind == ZH_PLAN_ORDERS || events_of(r, n->args[0], out);
}

/* ---- conditions ---- */

static bool trait_of(const zh_cel_node *n, zh_cel_op op, const zh_cel_node *constant, zh_plan_node *out)
{
    const zh_cel_node *traits = n->kind == ZH_CEL_SELECT && !n->optional ? n->args[0] : NULL;
    if (is_operator(n, ZH_CEL_OP_INDEX) && is_text(n->args[1])) traits = n->args[0];
    if (traits == NULL || !is_field(traits, "traits") || !is_customer(traits->args[0])) return false;
    if (constant->kind != ZH_CEL_LITERAL || constant->value.kind != ZH_CEL_STRING || (op != ZH_CEL_OP_EQ && op != ZH_CEL_OP_NE)) return false;
    *out = (zh_plan_node){ .kind = ZH_PLAN_TRAIT, .op = op, .name = n->kind == ZH_CEL_SELECT ? n->name : zh_cel_sv(n->args[1]->value), .text = zh_cel_sv(constant->value) };
    return true;
}

static bool consent_of(const zh_cel_node *n, zh_plan_node *out)
{
    if (n->kind != ZH_CEL_SELECT || n->optional || !is_field(n->args[0], "consent") || !is_customer(n->args[0]->args[0])) return false;
    *out = (zh_plan_node){ .kind = ZH_PLAN_CONSENT, .consent = ZH_CONSENT_PERSONALIZATION };
    if (zh_sv_equal(n->name, ZH_SV("personalization"))) return true;
    out->consent = ZH_CONSENT_ANALYTICS;
    if (zh_sv_equal(n->name, ZH_SV("analytics"))) return true;
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++) {
        out->consent = ZH_CONSENT_OF(channel);
        if (zh_sv_equal(n->name, zh_sv_of(zh_channel_text((zh_channel)channel)))) return true;
    }
    return false;
}

static bool own_leaf(reader *r, const zh_cel_node *n, zh_plan_node *out)
{
    if (n->kind == ZH_CEL_OPERATOR && n->count == 2 && is_order((zh_cel_op)n->op)) {
        const bool first = n->args[0]->kind == ZH_CEL_LITERAL;
        const zh_cel_node *left = n->args[first ? 1 : 0], *right = n->args[first ? 0 : 1];
        const zh_cel_op op = first ? turned((zh_cel_op)n->op) : (zh_cel_op)n->op;
        if (trait_of(left, op, right, out)) return true;
        *out = (zh_plan_node){ 0 };
        return counted(r, left, op, right, out);
    }
    if (consent_of(n, out)) return true;
    *out = (zh_plan_node){ .kind = ZH_PLAN_DID };
    if ((is_member(n, "did", 2) || is_member(n, "did", 3)) && is_customer(n->args[0]) && is_text(n->args[1])) {
        out->term = term_of(r, zh_cel_sv(n->args[1]->value));
        out->has_window = n->count == 3;
        return n->count == 2 || window_of(n->args[2], &out->window_ms);
    }
    *out = (zh_plan_node){ .kind = ZH_PLAN_SEGMENT };
    if (!is_member(n, "in_segment", 2) || !is_customer(n->args[0]) || !is_text(n->args[1])) return false;
    out->name = zh_cel_sv(n->args[1]->value);
    return true;
}

/* A part that only the machine can answer, as a program of its own. */
static bool machine_leaf(reader *r, const zh_cel_node *n, zh_plan_node *out)
{
    zh_buf text = zh_buf_open(ZH_EXPRESSION_BYTES_MAX * 2);
    zh_condition condition = { 0 };
    zh_cel_print(n, &text);
    const bool ok = zh_buf_err(&text) == ZH_OK && zh_vocabulary_compile(&condition, r->arena, r->env, zh_buf_view(&text), NULL) == ZH_OK;
    zh_buf_close(&text);
    *out = (zh_plan_node){ .kind = ZH_PLAN_MACHINE, .program = condition.program };
    r->plan->has_machine = true;
    return ok;
}

static const zh_plan_node *node_of(reader *r, const zh_cel_node *n);

static bool joint_of(reader *r, const zh_cel_node *n, zh_plan_node *out)
{
    *out = (zh_plan_node){ .kind = n->op == ZH_CEL_OP_AND ? ZH_PLAN_AND : n->op == ZH_CEL_OP_OR ? ZH_PLAN_OR : ZH_PLAN_NOT, .count = n->count };
    if ((out->args = ZH_TAKE(r->arena, const zh_plan_node *, n->count)) == NULL) return false;
    for (uint32_t i = 0; i < n->count; i++)
        if ((out->args[i] = node_of(r, n->args[i])) == NULL) return false;
    return true;
}

static const zh_plan_node *node_of(reader *r, const zh_cel_node *n)
{
    zh_plan_node *out = r->nodes < ZH_PLAN_NODES_MAX && !r->gave_up ? ZH_TAKE(r->arena, zh_plan_node, 1) : NULL;
    if (out == NULL) {
        r->gave_up = true;
        return NULL;
    }
    r->nodes++;
    if (is_operator(n, ZH_CEL_OP_AND) || is_operator(n, ZH_CEL_OP_OR) || is_operator(n, ZH_CEL_OP_NOT)) return joint_of(r, n, out) ? out : NULL;
    if (own_leaf(r, n, out) && !r->gave_up) {
        r->own++;
        return out;
    }
    return !r->gave_up && machine_leaf(r, n, out) ? out : NULL;
}

zh_err zh_plan_make(zh_plan **out, zh_arena *arena, const zh_cel_env *env, const zh_condition *condition)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, env };
    zh_cel_node *tree;
    *out = NULL;
    const zh_err e = zh_cel_parse(arena, zh_cel_program_source(condition->program), &macros, &tree, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK;
    zh_plan *plan = ZH_TAKE(arena, zh_plan, 1);
    if (plan == NULL) return ZH_NOMEM;
    *plan = (zh_plan){ .window_ms = condition->window_ms };
    reader r = { .arena = arena, .env = env, .plan = plan };
    plan->root = node_of(&r, tree);
    plan->unbound = plan->terms_count;
    plan->bound_at = UINT32_MAX;
    if (plan->root != NULL && r.own > 0) *out = plan;
    return ZH_OK;
}

zh_err zh_plan_of_where(zh_plan **out, zh_arena *arena, const zh_cel_env *env, zh_sv text)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, env };
    zh_cel_node *tree;
    zh_plan_stage stage;
    *out = NULL;
    const zh_err e = zh_cel_parse(arena, text, &macros, &tree, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK;
    zh_plan *plan = ZH_TAKE(arena, zh_plan, 1);
    if (plan == NULL) return ZH_NOMEM;
    *plan = (zh_plan){ .bound_at = UINT32_MAX };
    reader r = { .arena = arena, .env = env, .plan = plan };
    if (tree->kind != ZH_CEL_MACRO || !stage_of(&r, tree, &stage) || r.gave_up) return ZH_OK;
    plan->where = stage.filter;
    plan->unbound = plan->terms_count;
    *out = plan;
    return ZH_OK;
}

/* Its parts were made one behind the other. */
void zh_plan_prefetch(const zh_plan *plan)
{
    for (size_t at = 0; at < PREFETCHED; at += 64) __builtin_prefetch((const char *)plan + at);
}

void zh_plan_bind(zh_plan *plan, const zh_terms *terms)
{
    if (plan->unbound == 0 || plan->bound_at == zh_terms_count(terms)) return;
    plan->bound_at = zh_terms_count(terms);
    for (uint32_t i = 0; i < plan->terms_count; i++) {
        if (plan->terms[i].number != 0) continue;
        plan->terms[i].number = zh_terms_find(terms, plan->terms[i].text);
        plan->unbound -= plan->terms[i].number != 0;
    }
}
