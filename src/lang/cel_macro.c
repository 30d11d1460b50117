#include "lang/cel_macro.h"

#include <stdarg.h>
#include <stdio.h>

#define HEIGHT_MAX (2 * ZH_CEL_DEPTH_MAX) /* levels that the walks after the parser may take */

/* Levels of recursion that a walk over the node takes: what leans left is walked by a loop. */
static uint32_t height_of(const zh_cel_node *node)
{
    uint32_t height = 0;
    const zh_cel_node *left = zh_cel_node_left(node);
    for (uint32_t i = 0; i < node->count; i++) {
        const uint32_t of_arg = node->args[i]->overloads_count + (node->args[i] != left);
        if (of_arg > height) height = of_arg;
    }
    return height;
}

zh_cel_node *zh_cel_made_fail(zh_cel_made *made, uint32_t at, const char *format, ...)
{
    if (made->failed != ZH_OK) return NULL;
    made->failed = ZH_FORMAT;
    char text[sizeof made->why->text];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    va_end(args);
    zh_cel_fault_set(made->why, made->source, at, "%s", text);
    return NULL;
}

zh_cel_node *zh_cel_made_node(zh_cel_made *made, const zh_cel_node *like)
{
    if (made->failed != ZH_OK) return NULL;
    const uint32_t height = height_of(like);
    if (made->count >= ZH_CEL_NODES_MAX || height > HEIGHT_MAX) {
        if (height > HEIGHT_MAX) (void)zh_cel_made_fail(made, like->at, "nested deeper than %d levels: split the expression", HEIGHT_MAX);
        else (void)zh_cel_made_fail(made, like->at, "an expression of over %d names, values and operators: split it", ZH_CEL_NODES_MAX);
        made->failed = ZH_FULL;
        return NULL;
    }
    zh_cel_node *node = ZH_TAKE(made->arena, zh_cel_node, 1);
    if (node == NULL) {
        (void)zh_cel_made_fail(made, like->at, "out of memory");
        made->failed = ZH_NOMEM;
        return NULL;
    }
    *node = *like;
    node->overloads_count = height; /* until the checker puts its own there */
    made->count++;
    return node;
}

/* ---- the table ---- */

static const struct { const char *name, *usage; zh_cel_op op; uint8_t args, vars; } macros[] = {
    { "all", "all(variable, condition)", ZH_CEL_OP_ALL, 2, 1 },
    { "all", NULL, ZH_CEL_OP_ALL, 3, 2 },
    { "exists", "exists(variable, condition)", ZH_CEL_OP_EXISTS, 2, 1 },
    { "exists", NULL, ZH_CEL_OP_EXISTS, 3, 2 },
    { "exists_one", "exists_one(variable, condition)", ZH_CEL_OP_ONE, 2, 1 },
    { "existsOne", "existsOne(variable, condition)", ZH_CEL_OP_ONE, 2, 1 },
    { "existsOne", NULL, ZH_CEL_OP_ONE, 3, 2 },
    { "exists_one", NULL, ZH_CEL_OP_ONE, 3, 2 },
    { "map", "map(variable, value) or map(variable, condition, value)", ZH_CEL_OP_MAP, 2, 1 },
    { "map", NULL, ZH_CEL_OP_MAP, 3, 1 },
    { "filter", "filter(variable, condition)", ZH_CEL_OP_FILTER, 2, 1 },
    { "transformList", "transformList(index, variable, value)", ZH_CEL_OP_TRANSFORM_LIST, 3, 2 },
    { "transformList", NULL, ZH_CEL_OP_TRANSFORM_LIST, 4, 2 },
    { "transformMap", "transformMap(key, variable, value)", ZH_CEL_OP_TRANSFORM_MAP, 3, 2 },
    { "transformMap", NULL, ZH_CEL_OP_TRANSFORM_MAP, 4, 2 },
    { "transformMapEntry", "transformMapEntry(key, variable, {key: value})", ZH_CEL_OP_TRANSFORM_ENTRY, 3, 2 },
    { "transformMapEntry", NULL, ZH_CEL_OP_TRANSFORM_ENTRY, 4, 2 },
    { "optMap", "optMap(variable, value)", ZH_CEL_OP_OPT_MAP, 2, 1 },
    { "optFlatMap", "optFlatMap(variable, optional)", ZH_CEL_OP_OPT_FLAT_MAP, 2, 1 },
};
#define MACROS (sizeof macros / sizeof *macros)

const char *zh_cel_macro_usage(zh_sv name)
{
    for (size_t i = 0; i < MACROS; i++)
        if (macros[i].usage != NULL && zh_sv_equal(name, zh_sv_of(macros[i].name))) return macros[i].usage;
    return zh_sv_equal(name, ZH_SV("has")) ? "has(value.field)" : NULL;
}

zh_sv zh_cel_macro_name(const zh_cel_node *node)
{
    if (node->op == ZH_CEL_OP_LAMBDA) return node->name;
    if (node->op == ZH_CEL_OP_BIND) return ZH_SV("bind");
    for (size_t i = 0; i < MACROS; i++)
        if (macros[i].op == (zh_cel_op)node->op && (node->name.size == 0 || zh_sv_equal(node->name, zh_sv_of(macros[i].name)))) return zh_sv_of(macros[i].name);
    return ZH_SV("");
}

/* ---- blocks: what optimisers of other engines write, values named by numbers ---- */

/* cel.index(2) is the name "@index2", cel.iterVar(0, 1) is "@it0:1"; NULL and no failure where it is neither. */
static zh_cel_node *numbered(zh_cel_made *made, const zh_cel_node *call)
{
    const bool index = zh_sv_equal(call->name, ZH_SV("index")) && call->count == 2, iter = zh_sv_equal(call->name, ZH_SV("iterVar")) && call->count == 3;
    if (!index && !iter) return NULL;
    for (uint32_t i = 1; i < call->count; i++) {
        const zh_cel_node *number = call->args[i];
        if (number->kind != ZH_CEL_LITERAL || number->value.kind != ZH_CEL_INT || number->value.i < 0 || number->value.i > ZH_CEL_NODES_MAX)
            return zh_cel_made_fail(made, number->at, "cel.%.*s() takes small whole numbers", ZH_SV_ARG(call->name));
    }
    char text[48];
    const int size = index ? snprintf(text, sizeof text, "@index%lld", (long long)call->args[1]->value.i)
                           : snprintf(text, sizeof text, "@it%lld:%lld", (long long)call->args[1]->value.i, (long long)call->args[2]->value.i);
    const zh_sv name = zh_arena_copy(made->arena, (zh_sv){ text, (size_t)size });
    if (name.data == NULL) made->failed = ZH_NOMEM;
    return zh_cel_made_node(made, &(zh_cel_node){ .kind = ZH_CEL_IDENT, .at = call->at, .name = name, .slot = ZH_CEL_NO_SLOT });
}

/* cel.block([a, b], body): cel.bind(cel.index(0), a, cel.bind(cel.index(1), b, body)). */
static zh_cel_node *block(zh_cel_made *made, const zh_cel_node *call)
{
    const zh_cel_node *list = call->args[1];
    zh_cel_node *body = call->args[2];
    if (list->kind != ZH_CEL_LIST_OF) return zh_cel_made_fail(made, list->at, "cel.block() takes a list of values, and what is made of them");
    for (uint32_t i = list->count; i-- > 0 && body != NULL;) {
        char text[32];
        const int size = snprintf(text, sizeof text, "@index%u", i);
        const zh_sv name = zh_arena_copy(made->arena, (zh_sv){ text, (size_t)size });
        zh_cel_node **args = ZH_TAKE(made->arena, zh_cel_node *, 2);
        if (name.data == NULL || args == NULL) return made->failed = ZH_NOMEM, NULL;
        args[0] = list->args[i];
        args[1] = body;
        body = zh_cel_made_node(made, &(zh_cel_node){ .kind = ZH_CEL_MACRO, .op = ZH_CEL_OP_BIND, .vars_count = 1, .at = call->at, .name = ZH_SV("bind"), .vars = { name }, .args = args, .count = 2 });
    }
    return body;
}

/* Variables and the other arguments apart. args[first ..] begins with the variables; args[kept] stays in front. */
static zh_cel_node *expand(zh_cel_made *made, const zh_cel_node *call, zh_cel_op op, uint32_t vars, bool bind)
{
    zh_cel_node node = { .kind = ZH_CEL_MACRO, .op = (uint8_t)op, .member = !bind, .vars_count = (uint8_t)vars, .at = call->at, .name = call->name };
    for (uint32_t i = 0; i < vars; i++) {
        const zh_cel_node *var = call->args[1 + i];
        if (var->kind != ZH_CEL_IDENT || var->rooted)
            return zh_cel_made_fail(made, var->at, "the variable of %.*s() is a plain name", ZH_SV_ARG(call->name));
        node.vars[i] = var->name;
        node.vars_at[i] = var->at;
    }
    if (vars == 2 && zh_sv_equal(node.vars[0], node.vars[1])) return zh_cel_made_fail(made, node.vars_at[1], "the two variables of %.*s() have one name", ZH_SV_ARG(call->name));
    call->args[vars] = bind ? call->args[1 + vars] : call->args[0];
    node.args = call->args + vars;
    node.count = call->count - vars;
    if (bind) { /* cel.bind(x, value, body): args are value, body */
        node.args = call->args + 1;
        node.args[0] = call->args[2];
        node.args[1] = call->args[3];
        node.count = 2;
    }
    return zh_cel_made_node(made, &node);
}

zh_cel_node *zh_cel_macro_global(zh_cel_made *made, const zh_cel_node *call)
{
    if (call->rooted || call->count != 1 || !zh_sv_equal(call->name, ZH_SV("has"))) return zh_cel_made_node(made, call);
    const zh_cel_node *field = call->args[0];
    if (field->kind != ZH_CEL_SELECT || field->optional) return zh_cel_made_fail(made, field->at, "has() looks for a field: write has(value.field)");
    zh_cel_node node = *field;
    node.kind = ZH_CEL_HAS;
    return zh_cel_made_node(made, &node);
}

static zh_cel_node **own_args(zh_cel_made *made, const zh_cel_node *call)
{
    zh_cel_node **args = ZH_TAKE(made->arena, zh_cel_node *, call->count);
    if (args != NULL) memcpy(args, call->args + 1, (call->count - 1) * sizeof *args);
    else made->failed = ZH_NOMEM;
    return args;
}

zh_cel_node *zh_cel_macro_member(zh_cel_made *made, const zh_cel_macros *own, const zh_cel_node *call)
{
    const uint32_t args = call->count - 1;
    const zh_cel_node *receiver = call->args[0];
    if (receiver->kind == ZH_CEL_IDENT && zh_sv_equal(receiver->name, ZH_SV("cel")) && zh_sv_equal(call->name, ZH_SV("bind")) && args == 3)
        return expand(made, call, ZH_CEL_OP_BIND, 1, true);
    for (size_t i = 0; i < MACROS; i++)
        if (macros[i].args == args && zh_sv_equal(call->name, zh_sv_of(macros[i].name))) return expand(made, call, macros[i].op, macros[i].vars, false);
    const bool cel = receiver->kind == ZH_CEL_IDENT && zh_sv_equal(receiver->name, ZH_SV("cel"));
    if (cel && zh_sv_equal(call->name, ZH_SV("block")) && args == 2) return block(made, call);
    if (cel) {
        zh_cel_node *name = numbered(made, call);
        if (name != NULL || made->failed != ZH_OK) return name;
    }
    const bool best = zh_sv_equal(call->name, ZH_SV("greatest")) || zh_sv_equal(call->name, ZH_SV("least"));
    if (best && args > 1 && receiver->kind == ZH_CEL_IDENT && zh_sv_equal(receiver->name, ZH_SV("math"))) { /* of many: of a list */
        zh_cel_node node = *call;
        node.args[1] = zh_cel_made_node(made, &(zh_cel_node){ .kind = ZH_CEL_LIST_OF, .at = call->at, .args = own_args(made, call), .count = args });
        node.count = 2;
        return node.args[1] == NULL ? NULL : zh_cel_made_node(made, &node);
    }
    if (own != NULL && args == 2 && own->is(own->self, call->name)) return expand(made, call, ZH_CEL_OP_LAMBDA, 1, false);
    return zh_cel_made_node(made, call);
}
