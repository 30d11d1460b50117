#include "lang/cel_uses.h"
#include "lang/cel_print.h"

#define RECENT 256 /* uses that are compared with a new one */

typedef struct finder {
    zh_arena *arena;
    zh_cel_use *uses;
    uint32_t count, room;
    zh_err failed;
} finder;

static int32_t find(finder *f, const zh_cel_node *node);

static bool same(const zh_cel_use *a, const zh_cel_use *b)
{
    if (a->decl != b->decl || a->overload != b->overload || a->receiver != b->receiver || a->args_count != b->args_count || !zh_sv_equal(a->condition, b->condition)) return false;
    for (uint32_t i = 0; i < a->args_count; i++)
        if (a->args[i].kind != b->args[i].kind || (a->args[i].kind == ZH_CEL_INSIDE ? a->args[i].n != b->args[i].n : !zh_cel_equal(a->args[i], b->args[i]))) return false;
    return true;
}

/* Its number; one that is there already is not put in again. */
static int32_t put(finder *f, const zh_cel_use *use)
{
    const uint32_t from = f->count > RECENT ? f->count - RECENT : 0;
    for (uint32_t i = from; i < f->count; i++)
        if (same(&f->uses[i], use)) return (int32_t)i;
    if (f->count == f->room) {
        const uint32_t room = f->room == 0 ? 8 : f->room * 2;
        zh_cel_use *grown = f->count >= ZH_CEL_USES_MAX ? NULL : ZH_TAKE(f->arena, zh_cel_use, room);
        if (grown == NULL) {
            f->failed = f->count >= ZH_CEL_USES_MAX ? ZH_FULL : ZH_NOMEM;
            return -1;
        }
        if (f->count > 0) memcpy(grown, f->uses, f->count * sizeof *grown);
        f->uses = grown;
        f->room = room;
    }
    f->uses[f->count++] = *use;
    return (int32_t)(f->count - 1);
}

/* `use`: what computes it, -1: none. */
static zh_cel_value constant_of(finder *f, const zh_cel_node *node, int32_t use)
{
    zh_cel_value v = { .kind = ZH_CEL_INSIDE, .n = node->kind == ZH_CEL_CALL ? (uint32_t)(use + 1) : 0 };
    if (node->kind != ZH_CEL_LITERAL) return v;
    v = node->value;
    if (v.kind == ZH_CEL_STRING || v.kind == ZH_CEL_BYTES) v.text = zh_arena_copy(f->arena, zh_cel_sv(v)).data;
    return v;
}

/* "e, e.category == \"tea\"" */
static zh_sv condition_of(finder *f, const zh_cel_node *node)
{
    zh_buf text = zh_buf_open(ZH_CEL_SOURCE_BYTES_MAX * 8);
    zh_buf_put(&text, node->vars[0]);
    zh_buf_put(&text, ZH_SV(", "));
    zh_cel_print(node->args[1], &text);
    const zh_sv copy = zh_arena_copy(f->arena, zh_buf_view(&text));
    if (zh_buf_err(&text) != ZH_OK || copy.data == NULL) f->failed = ZH_NOMEM;
    zh_buf_close(&text);
    return copy;
}

static int32_t call_of(finder *f, const zh_cel_node *node, int32_t receiver, const int32_t *args)
{
    const zh_cel_overload *overload = node->overloads[0];
    const uint32_t from = node->member ? 1 : 0;
    zh_cel_use use = { .overload = overload, .receiver = receiver, .at = node->at };
    if (node->kind == ZH_CEL_MACRO) {
        use.condition = condition_of(f, node);
    } else {
        use.args_count = node->count - from;
        for (uint32_t i = from; i < node->count; i++) use.args[i - from] = constant_of(f, node->args[i], args[i]);
    }
    return put(f, &use);
}

/* The node itself, its left part being found; the number of its use, or -1. */
static int32_t find_rest(finder *f, const zh_cel_node *node, int32_t left)
{
    const bool whole = node->kind == ZH_CEL_SELECT && node->decl != NULL && node->decl->is != ZH_CEL_FIELD;
    const bool has_left = zh_cel_node_left(node) != NULL;
    int32_t args[ZH_CEL_PARAMS_MAX + 1] = { left }; /* calls have no more */
    for (uint32_t i = has_left; i < node->count && !whole; i++) {
        const int32_t use = find(f, node->args[i]);
        if (i <= ZH_CEL_PARAMS_MAX) args[i] = use;
        if (i == 0 && node->kind != ZH_CEL_OPERATOR && node->kind != ZH_CEL_LIST_OF && node->kind != ZH_CEL_MAP_OF) left = use;
    }
    if (f->failed != ZH_OK) return -1;
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_IDENT:
    case ZH_CEL_SELECT:
    case ZH_CEL_HAS:
        if (node->decl == NULL || !node->decl->get.own) return -1;
        return put(f, &(zh_cel_use){ .decl = node->decl, .receiver = node->decl->is == ZH_CEL_FIELD ? left : -1, .at = node->at });
    case ZH_CEL_CALL: return node->overloads_count > 0 && node->overloads[0]->own ? call_of(f, node, node->member ? left : -1, args) : -1;
    case ZH_CEL_MACRO: return node->op == ZH_CEL_OP_LAMBDA ? call_of(f, node, left, args) : -1;
    default: return -1;
    }
}

static int32_t find(finder *f, const zh_cel_node *node)
{
    uint32_t count = 0;
    const zh_cel_node *bottom = node;
    while (zh_cel_node_left(bottom) != NULL && !(bottom->kind == ZH_CEL_SELECT && bottom->decl != NULL && bottom->decl->is != ZH_CEL_FIELD)) bottom = zh_cel_node_left(bottom), count++;
    int32_t use = find_rest(f, bottom, -1);
    const zh_cel_node **spine = ZH_TAKE(f->arena, const zh_cel_node *, count);
    if (spine == NULL) {
        f->failed = ZH_NOMEM;
        return -1;
    }
    const zh_cel_node *at = node;
    for (uint32_t i = count; i-- > 0; at = zh_cel_node_left(at)) spine[i] = at;
    for (uint32_t i = 0; i < count && f->failed == ZH_OK; i++) use = find_rest(f, spine[i], use);
    return use;
}

zh_err zh_cel_uses_find(zh_arena *arena, const zh_cel_node *root, const zh_cel_use **out, uint32_t *count)
{
    finder f = { .arena = arena };
    (void)find(&f, root);
    *out = f.uses;
    *count = f.count;
    return f.failed;
}
