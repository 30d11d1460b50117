#include "segment/wakes.h"
#include "lang/cel_parse.h"
#include "segment/wakes_sign.h"

typedef struct finder {
    const zh_cel_env *env;
    const zh_cel_use *uses;
    uint32_t uses_count;
    zh_arena *arena;
    zh_wake *wakes;
    uint32_t count, room;
    zh_err failed;
    bool may_narrow;
    zh_signs signs;
} finder;

static void add(finder *f, zh_wake wake)
{
    wake.falls = wake.kind == ZH_WAKE_EVENT && wake.name.size > 0 && zh_signs_of(&f->signs, wake.name) == ZH_SIGN_DOWN;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->wakes[i].kind == wake.kind && f->wakes[i].field == wake.field && zh_sv_equal(f->wakes[i].name, wake.name) && zh_sv_equal(f->wakes[i].text, wake.text)) return;
    if (f->count == f->room) {
        const uint32_t room = f->room == 0 ? 8 : f->room * 2;
        zh_wake *grown = ZH_TAKE(f->arena, zh_wake, room);
        if (grown == NULL) {
            f->failed = ZH_NOMEM;
            return;
        }
        if (f->count > 0) memcpy(grown, f->wakes, f->count * sizeof *grown);
        f->wakes = grown;
        f->room = room;
    }
    f->wakes[f->count++] = wake;
}

/* ---- lines: which of them can fulfil the condition of a `where`? ---- */

static bool is_text(const zh_cel_node *node) { return node->kind == ZH_CEL_LITERAL && zh_cel_is(node->value, ZH_CEL_STRING) && node->value.n > 0; }

/* variable.name */
static bool is_field(const zh_cel_node *node, zh_sv variable)
{
    return node->kind == ZH_CEL_SELECT && !node->optional && node->args[0]->kind == ZH_CEL_IDENT && zh_sv_equal(node->args[0]->name, variable);
}

static zh_wake_field field_of(const zh_cel_node *node, zh_sv variable)
{
    if (!is_field(node, variable)) return ZH_WAKE_ANY_LINE;
    if (zh_sv_equal(node->name, ZH_SV("item_id"))) return ZH_WAKE_ITEM;
    if (zh_sv_equal(node->name, ZH_SV("category"))) return ZH_WAKE_CATEGORY;
    return zh_sv_equal(node->name, ZH_SV("brand")) ? ZH_WAKE_BRAND : ZH_WAKE_ANY_LINE;
}

/* A comparison of a field with a constant has an answer or is absent: no other error of it hides what stands behind it. */
static bool is_plain(const zh_cel_node *node, zh_sv variable)
{
    if (node->kind == ZH_CEL_OPERATOR && node->op == ZH_CEL_OP_NOT) return is_plain(node->args[0], variable);
    if (node->kind != ZH_CEL_OPERATOR || node->op < ZH_CEL_OP_EQ || node->op > ZH_CEL_OP_GE) return false;
    for (int i = 0; i < 2; i++)
        if (node->args[i]->kind != ZH_CEL_LITERAL && !is_field(node->args[i], variable)) return false;
    return true;
}

typedef struct narrow { /* the values of a field, one of which a line must have */
    zh_wake_field field;
    const zh_cel_node *texts[ZH_CEL_PARAMS_MAX];
    uint32_t count;
} narrow;

static bool narrow_in(const zh_cel_node *list, narrow *out)
{
    if (list->kind != ZH_CEL_LIST_OF || list->count == 0 || list->count > ZH_CEL_PARAMS_MAX) return false;
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_text(list->args[i]) || list->args[i]->element) return false;
        out->texts[out->count++] = list->args[i];
    }
    return true;
}

static bool narrow_by(const zh_cel_node *node, zh_sv variable, narrow *out)
{
    *out = (narrow){ 0 };
    if (node->kind == ZH_CEL_MACRO && node->op == ZH_CEL_OP_EXISTS)
        return node->vars_count == 1 && is_field(node->args[0], variable) && zh_sv_equal(node->args[0]->name, ZH_SV("products")) && narrow_by(node->args[1], node->vars[0], out);
    if (node->kind != ZH_CEL_OPERATOR) return false;
    if (node->op == ZH_CEL_OP_AND) {
        for (uint32_t i = 0; i < node->count; i++) {
            if (narrow_by(node->args[i], variable, out)) return true;
            if (!is_plain(node->args[i], variable)) return false;
        }
        return false;
    }
    if (node->op == ZH_CEL_OP_IN) return (out->field = field_of(node->args[0], variable)) != ZH_WAKE_ANY_LINE && narrow_in(node->args[1], out);
    if (node->op != ZH_CEL_OP_EQ) return false;
    for (int i = 0; i < 2; i++) {
        out->field = field_of(node->args[i], variable);
        if (out->field == ZH_WAKE_ANY_LINE || !is_text(node->args[1 - i])) continue;
        out->texts[out->count++] = node->args[1 - i];
        return true;
    }
    return false;
}

/* "e, e.category == \"tea\"": does it name what a line must have? */
static bool narrow_condition(finder *f, zh_sv condition, narrow *out)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, f->env };
    zh_cel_node *root;
    size_t comma = 0;
    while (comma < condition.size && condition.data[comma] != ',') comma++;
    const zh_err e = zh_cel_parse(f->arena, zh_sv_part(condition, comma + 1, SIZE_MAX), &macros, &root, NULL);
    if (e == ZH_NOMEM) f->failed = e;
    return e == ZH_OK && narrow_by(root, zh_sv_part(condition, 0, comma), out);
}

/* ---- uses ---- */

static bool is_call(const zh_cel_use *use, const char *name) { return use->overload != NULL && zh_sv_equal(use->overload->name, zh_sv_of(name)); }

static bool is_of(const zh_cel_use *use, const char *object)
{
    const zh_cel_type *type = use->decl != NULL ? use->decl->owner : use->overload->member ? use->overload->params[0] : NULL;
    return type != NULL && type->kind == ZH_CEL_OBJECT && zh_sv_equal(type->name, zh_sv_of(object));
}

/* The events of a name: all of them, or those with certain lines, where each that asks for them says which. */
static void add_events(finder *f, uint32_t at, zh_sv name)
{
    narrow found;
    bool narrowed = f->may_narrow;
    uint32_t asking = 0;
    for (uint32_t i = 0; i < f->uses_count && narrowed; i++) {
        if (f->uses[i].receiver != (int32_t)at) continue;
        asking++;
        narrowed = is_call(&f->uses[i], "where") && narrow_condition(f, f->uses[i].condition, &found);
    }
    if (!narrowed || asking == 0) {
        add(f, (zh_wake){ .kind = ZH_WAKE_EVENT, .name = name });
        return;
    }
    for (uint32_t i = 0; i < f->uses_count; i++) {
        if (f->uses[i].receiver != (int32_t)at || !narrow_condition(f, f->uses[i].condition, &found)) continue;
        for (uint32_t k = 0; k < found.count; k++) add(f, (zh_wake){ .kind = ZH_WAKE_EVENT, .name = name, .field = found.field, .text = zh_cel_sv(found.texts[k]->value) });
    }
}

/* Its first argument, where that is a text that stands there; else empty: it may be any. */
static zh_sv named(const zh_cel_use *use)
{
    return use->args_count > 0 && zh_cel_is(use->args[0], ZH_CEL_STRING) ? zh_cel_sv(use->args[0]) : (zh_sv){ 0 };
}

static void add_call(finder *f, uint32_t at)
{
    static const char *const quiet[] = { "where", "count", "sum", "revenue", "days", "hours", "minutes", "weeks" };
    const zh_cel_use *use = &f->uses[at];
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        if (is_call(use, quiet[i])) return;
    if (is_call(use, "events")) add_events(f, at, named(use));
    else if (is_call(use, "did") || is_call(use, "followed_by") || is_call(use, "not_followed_by")) add(f, (zh_wake){ .kind = ZH_WAKE_EVENT, .name = named(use) });
    else if (is_call(use, "in_segment")) add(f, (zh_wake){ .kind = ZH_WAKE_SEGMENT, .name = named(use) });
    else if (is_call(use, "has_tag")) add(f, (zh_wake){ .kind = ZH_WAKE_TAG, .name = named(use) });
    else if (is_call(use, "in_list")) add(f, (zh_wake){ .kind = ZH_WAKE_LIST, .name = named(use) });
    else add(f, (zh_wake){ .kind = is_call(use, "bucket") ? ZH_WAKE_SELF : ZH_WAKE_OTHER });
}

static void add_read(finder *f, const zh_cel_use *use)
{
    static const struct { const char *name; zh_wake_kind kind; } known[] = {
        { "first_seen", ZH_WAKE_EVENT }, { "last_seen", ZH_WAKE_EVENT }, { "orders", ZH_WAKE_ORDERS },
        { "traits", ZH_WAKE_TRAITS }, { "affinity", ZH_WAKE_LINES }, { "consent", ZH_WAKE_CONSENT },
        { "basket_size", ZH_WAKE_ORDERS }, { "basket_products", ZH_WAKE_ORDERS }, { "return_rate", ZH_WAKE_ORDERS },
        { "purchase_interval", ZH_WAKE_ORDERS }, { "next_order", ZH_WAKE_ORDERS },
        { "rfm", ZH_WAKE_ORDERS }, { "rfm", ZH_WAKE_SHARED }, { "predictions", ZH_WAKE_EVENT }, { "predictions", ZH_WAKE_ORDERS }, { "predictions", ZH_WAKE_CONSENT }, { "predictions", ZH_WAKE_MODEL }, { "tags", ZH_WAKE_TAG },
    };
    bool is_known = false;
    if (use->decl->is != ZH_CEL_FIELD || !is_of(use, "Customer")) return; /* customer, now; parts of what is named here */
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!zh_sv_equal(use->decl->name, zh_sv_of(known[i].name))) continue;
        add(f, (zh_wake){ .kind = known[i].kind });
        is_known = true;
    }
    if (!is_known) add(f, (zh_wake){ .kind = ZH_WAKE_OTHER });
}

/* Nothing is known of the signs where it cannot be read again. */
static void read_signs(finder *f, const zh_condition *condition)
{
    const zh_cel_macros macros = { zh_cel_env_is_macro, f->env };
    zh_cel_node *root;
    f->signs.count = ZH_SIGNS_MAX + 1;
    const zh_err e = zh_cel_parse(f->arena, zh_cel_program_source(condition->program), &macros, &root, NULL);
    if (e == ZH_NOMEM) f->failed = e;
    if (e == ZH_OK) zh_signs_read(&f->signs, root);
}

zh_err zh_condition_wakes(const zh_condition *condition, const zh_cel_env *env, zh_arena *arena, const zh_wake **out, uint32_t *count)
{
    finder f = { .env = env, .arena = arena, .may_narrow = true };
    f.uses = zh_cel_program_uses(condition->program, &f.uses_count);
    read_signs(&f, condition);
    for (uint32_t i = 0; i < f.uses_count; i++) /* events that come out of a ?: are asked by someone who is not known */
        if (f.uses[i].receiver < 0 && is_of(&f.uses[i], "Events")) f.may_narrow = false;
    for (uint32_t i = 0; i < f.uses_count && f.failed == ZH_OK; i++) {
        if (f.uses[i].overload != NULL) add_call(&f, i);
        else add_read(&f, &f.uses[i]);
    }
    *out = f.wakes;
    *count = f.count;
    return f.failed;
}
