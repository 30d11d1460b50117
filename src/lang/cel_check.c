#include "lang/cel_check.h"
#include "lang/cel_macro.h"
#include "lang/cel_unify.h"

#include <stdarg.h>
#include <stdio.h>

#define NAME_BYTES_MAX 512
#define TYPE_TEXT_BYTES 400
#define SLOTS_EACH 4 /* what a macro ranges over, its two variables, how far it is */

typedef struct scope {
    zh_sv name;
    const zh_cel_type *type;
    uint32_t slot;
    const struct scope *outer;
} scope;

typedef struct checker {
    zh_arena *arena;
    const zh_cel_env *env;
    zh_sv source;
    zh_cel_fault *why;
    zh_err failed;
    zh_cel_unify unify;
    const scope *scope;
    uint32_t slots, slots_most;
} checker;

static void check(checker *c, zh_cel_node *node);

static const zh_cel_type *plain(zh_cel_kind kind) { return zh_cel_type_plain(kind); }
static const zh_cel_type *known(checker *c, const zh_cel_type *type) { return zh_cel_unify_known(&c->unify, type); }

__attribute__((format(printf, 3, 4)))
static void fail(checker *c, uint32_t at, const char *format, ...)
{
    if (c->failed != ZH_OK) return;
    c->failed = c->unify.failed ? ZH_NOMEM : ZH_FORMAT; /* types that found no room fit nothing */
    char text[sizeof c->why->text];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    va_end(args);
    zh_cel_fault_set(c->why, c->source, at, "%s", text);
}

static const zh_cel_type *of(checker *c, zh_cel_kind kind, const zh_cel_type *first, const zh_cel_type *second)
{
    const zh_cel_type *type = zh_cel_type_of2(c->arena, kind, zh_cel_unify_whole(&c->unify, first, false), second == NULL ? NULL : zh_cel_unify_whole(&c->unify, second, false));
    return type == NULL ? plain(ZH_CEL_DYN) : type; /* too deep for a type, or no memory: anything */
}

static bool fits(checker *c, const zh_cel_type *type, const zh_cel_type *wanted) { return zh_cel_unify_fits(&c->unify, &type, &wanted, 1); }

/* "(string, int)" of the arguments; cut where it is long. */
static void print_types(checker *c, zh_cel_node *const *args, uint32_t count, char out[TYPE_TEXT_BYTES])
{
    zh_buf text = zh_buf_open(1 << 16);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) zh_buf_put(&text, ZH_SV(", "));
        zh_cel_type_print(zh_cel_unify_whole(&c->unify, args[i]->type, true), &text);
    }
    snprintf(out, TYPE_TEXT_BYTES, "%.*s", (int)(text.size < 120 ? text.size : 120), text.data == NULL ? "" : text.data);
    zh_buf_close(&text);
}

static void must_fit(checker *c, const zh_cel_node *node, const zh_cel_type *wanted, const char *what)
{
    if (c->failed != ZH_OK || fits(c, node->type, wanted)) return;
    char is[TYPE_TEXT_BYTES];
    zh_cel_node *one = (zh_cel_node *)(uintptr_t)node;
    print_types(c, &one, 1, is);
    fail(c, node->at, "%s must be %s, and is %s", what, zh_cel_kind_text(wanted->kind), is);
}

/* ---- names ---- */

static const scope *local(const checker *c, zh_sv name)
{
    const scope *at = c->scope;
    while (at != NULL && !zh_sv_equal(at->name, name)) at = at->outer;
    return at;
}

/* "a.b.c" of selections of a name, none of them optional; empty where it is something else, or its root is a macro's variable. */
static zh_sv qualified(const checker *c, const zh_cel_node *node, char out[NAME_BYTES_MAX], bool *rooted)
{
    const zh_cel_node *parts[ZH_CEL_NAME_PARTS_MAX];
    uint32_t count = 0;
    for (; node->kind == ZH_CEL_SELECT && !node->optional && !node->quoted && count < ZH_CEL_NAME_PARTS_MAX; node = node->args[0]) parts[count++] = node;
    if (node->kind != ZH_CEL_IDENT || (!node->rooted && local(c, node->name) != NULL)) return (zh_sv){ 0 };
    *rooted = node->rooted;
    size_t size = 0;
    for (uint32_t i = count + 1; i-- > 0;) {
        const zh_sv part = i == count ? node->name : parts[i]->name;
        if (size + part.size + 1 > NAME_BYTES_MAX) return (zh_sv){ 0 };
        if (size > 0) out[size++] = '.';
        memcpy(out + size, part.data, part.size);
        size += part.size;
    }
    return (zh_sv){ out, size };
}

/* The name with the first `levels` parts of the container in front; false where there are fewer. `container` shrinks from the whole to "". */
static zh_sv within(zh_sv container, zh_sv name, char out[NAME_BYTES_MAX])
{
    if (container.size == 0 || container.size + 1 + name.size > NAME_BYTES_MAX) return name;
    memcpy(out, container.data, container.size);
    out[container.size] = '.';
    memcpy(out + container.size + 1, name.data, name.size);
    return (zh_sv){ out, container.size + 1 + name.size };
}

static zh_sv outer_of(zh_sv container)
{
    while (container.size > 0 && container.data[container.size - 1] != '.') container.size--;
    if (container.size > 0) container.size--;
    return container;
}

static const zh_cel_decl *find_decl(const checker *c, zh_sv name, bool rooted)
{
    char text[NAME_BYTES_MAX];
    for (zh_sv container = zh_cel_env_container_of(c->env); !rooted && container.size > 0; container = outer_of(container)) {
        const zh_cel_decl *decl = zh_cel_env_decl(c->env, NULL, within(container, name, text));
        if (decl != NULL) return decl;
    }
    return zh_cel_env_decl(c->env, NULL, name);
}

static const zh_cel_overload *find_function(const checker *c, zh_sv name, bool rooted)
{
    char text[NAME_BYTES_MAX];
    for (zh_sv container = zh_cel_env_container_of(c->env); !rooted && container.size > 0; container = outer_of(container)) {
        const zh_cel_overload *first = zh_cel_env_overloads(c->env, within(container, name, text));
        if (first != NULL) return first;
    }
    return zh_cel_env_overloads(c->env, name);
}

static void check_ident(checker *c, zh_cel_node *node)
{
    const scope *own = node->rooted ? NULL : local(c, node->name);
    if (own != NULL) {
        node->slot = own->slot;
        node->type = own->type;
        return;
    }
    node->decl = find_decl(c, node->name, node->rooted);
    if (node->decl != NULL) {
        node->type = node->decl->type;
        return;
    }
    zh_sv close = zh_cel_env_closest(c->env, NULL, node->name, false, false);
    unsigned best = close.size == 0 ? (node->name.size < 2 ? 1 : node->name.size < 5 ? 2 : 4) : zh_cel_edits(node->name, close, 8);
    for (const scope *at = c->scope; at != NULL; at = at->outer)
        if (zh_cel_edits(node->name, at->name, 8) <= best && at->name.size > 0) best = zh_cel_edits(node->name, at->name, 8), close = at->name;
    if (close.size > 0) fail(c, node->at, "'%.*s' is not known; did you mean '%.*s'?", ZH_SV_ARG(node->name), ZH_SV_ARG(close));
    else if (zh_cel_env_overloads(c->env, node->name) != NULL) fail(c, node->at, "'%.*s' is a function: call it with (…)", ZH_SV_ARG(node->name));
    else fail(c, node->at, "'%.*s' is not known", ZH_SV_ARG(node->name));
}

/* ---- selections ---- */

static const zh_cel_type *field_of(checker *c, zh_cel_node *node, const zh_cel_type *object)
{
    char is[TYPE_TEXT_BYTES];
    switch (object->kind) {
    case ZH_CEL_DYN: return object;
    case ZH_CEL_PARAM:
        (void)fits(c, plain(ZH_CEL_DYN), object);
        return plain(ZH_CEL_DYN);
    case ZH_CEL_MAP:
        if (fits(c, plain(ZH_CEL_STRING), object->args[0])) return object->args[1];
        fail(c, node->at, "the keys of this map are no strings: write [key] for .%.*s", ZH_SV_ARG(node->name));
        return plain(ZH_CEL_DYN);
    case ZH_CEL_OBJECT:
        node->decl = zh_cel_env_decl(c->env, object, node->name);
        if (node->decl != NULL) return node->decl->type;
        const zh_sv close = zh_cel_env_closest(c->env, object, node->name, false, false);
        if (close.size > 0) fail(c, node->at, "%.*s has no field '%.*s'; did you mean '%.*s'?", ZH_SV_ARG(object->name), ZH_SV_ARG(node->name), ZH_SV_ARG(close));
        else fail(c, node->at, "%.*s has no field '%.*s'", ZH_SV_ARG(object->name), ZH_SV_ARG(node->name));
        return plain(ZH_CEL_DYN);
    default:
        print_types(c, &node->args[0], 1, is);
        fail(c, node->at, "a value of type %s has no fields: '.%.*s'%s", is, ZH_SV_ARG(node->name),
             zh_cel_env_overloads(c->env, node->name) != NULL ? " is a function: call it with ()" : "");
        return plain(ZH_CEL_DYN);
    }
}

static void check_select(checker *c, zh_cel_node *node)
{
    const zh_cel_type *object = known(c, node->args[0]->type);
    const bool optional = object->kind == ZH_CEL_OPTIONAL;
    const zh_cel_type *field = field_of(c, node, optional ? known(c, object->args[0]) : object);
    if (c->failed != ZH_OK) return;
    if (node->kind == ZH_CEL_HAS) node->type = plain(ZH_CEL_BOOL);
    else node->type = optional || node->optional ? of(c, ZH_CEL_OPTIONAL, field, NULL) : field;
}

/* ---- calls ---- */

static void no_overload(checker *c, const zh_cel_node *node, zh_sv name, const zh_cel_overload *first)
{
    char is[TYPE_TEXT_BYTES], takes[TYPE_TEXT_BYTES] = "";
    print_types(c, node->args, node->count, is);
    if (node->kind == ZH_CEL_OPERATOR && node->op != ZH_CEL_OP_INDEX && node->op != ZH_CEL_OP_OPT_INDEX && node->count == 2) {
        char right[TYPE_TEXT_BYTES];
        print_types(c, node->args, 1, is);
        print_types(c, node->args + 1, 1, right);
        fail(c, node->at, "%s does not work on %s and %s", zh_cel_op_sign((zh_cel_op)node->op), is, right);
        return;
    }
    if (node->kind == ZH_CEL_OPERATOR) {
        fail(c, node->at, "%s does not work on %s", node->count == 1 ? zh_cel_op_sign((zh_cel_op)node->op) : "[…]", is);
        return;
    }
    zh_buf text = zh_buf_open(1 << 16);
    unsigned shown = 0;
    for (; first != NULL && shown < 4; first = zh_cel_env_next(first)) {
        if (first->member != node->member || first->lambda) continue;
        zh_buf_put(&text, shown++ == 0 ? ZH_SV("; it takes (") : ZH_SV(" or ("));
        for (uint32_t i = 0; i < first->params_count; i++) {
            if (i > 0) zh_buf_put(&text, ZH_SV(", "));
            zh_cel_type_print(first->params[i], &text);
        }
        zh_buf_put(&text, ZH_SV(")"));
    }
    snprintf(takes, sizeof takes, "%.*s", (int)(text.size < 200 ? text.size : 200), text.data == NULL ? "" : text.data);
    zh_buf_close(&text);
    fail(c, node->at, "'%.*s' does not take (%s)%s", ZH_SV_ARG(name), is, takes);
}

/* All overloads that may fit; the type is that of the first, or dyn where they differ. */
static void resolve(checker *c, zh_cel_node *node, zh_sv name, const zh_cel_overload *first, bool member)
{
    const zh_cel_type *types[ZH_CEL_PARAMS_MAX];
    const zh_cel_overload *found[64];
    uint32_t count = 0;
    const bool countable = node->count <= ZH_CEL_PARAMS_MAX;
    for (uint32_t i = 0; countable && i < node->count; i++) types[i] = node->args[i]->type;
    node->type = NULL;
    for (const zh_cel_overload *at = first; countable && at != NULL && count < 64; at = zh_cel_env_next(at)) {
        if (at->member != member || at->lambda || at->params_count != node->count) continue;
        const zh_cel_type *letters[ZH_CEL_LETTERS] = { NULL }, *params[ZH_CEL_PARAMS_MAX];
        for (uint32_t i = 0; i < at->params_count; i++) params[i] = zh_cel_unify_instance(&c->unify, at->params[i], letters);
        if (!zh_cel_unify_fits(&c->unify, types, params, node->count)) continue;
        const zh_cel_type *result = zh_cel_unify_whole(&c->unify, zh_cel_unify_instance(&c->unify, at->result, letters), false);
        if (node->type == NULL) node->type = result;
        else if (node->type->kind != ZH_CEL_DYN && !zh_cel_type_equal(node->type, result)) node->type = plain(ZH_CEL_DYN);
        found[count++] = at;
    }
    if (count == 0) {
        no_overload(c, node, name, first);
        return;
    }
    node->overloads = ZH_TAKE(c->arena, const zh_cel_overload *, count);
    if (node->overloads == NULL) return;
    memcpy(node->overloads, found, count * sizeof *found);
    node->overloads_count = count;
}

/* a.b.f(x) where a.b.f is a function: the receiver is no value. */
static const zh_cel_overload *qualified_function(const checker *c, const zh_cel_node *call, char text[NAME_BYTES_MAX], zh_sv *name)
{
    zh_cel_node as_field = *call;
    as_field.kind = ZH_CEL_SELECT;
    bool rooted = false;
    *name = qualified(c, &as_field, text, &rooted);
    if (name->size == 0) return NULL;
    const zh_cel_overload *first = find_function(c, *name, rooted);
    return first != NULL && !first->member ? first : NULL;
}

static void unknown_function(checker *c, const zh_cel_node *node)
{
    const char *usage = zh_cel_macro_usage(node->name);
    if (usage != NULL) {
        fail(c, node->at, "'%.*s' is written %s%s", ZH_SV_ARG(node->name), node->member ? "list." : "", usage);
        return;
    }
    const zh_cel_overload *other = zh_cel_env_overloads(c->env, node->name);
    if (other != NULL) {
        if (other->lambda) fail(c, node->at, "'%.*s' is written value.%.*s(variable, condition)", ZH_SV_ARG(node->name), ZH_SV_ARG(node->name));
        else fail(c, node->at, other->member ? "'%.*s' is called on a value: value.%.*s(…)" : "'%.*s' is not called on a value: write %.*s(…)", ZH_SV_ARG(node->name), ZH_SV_ARG(node->name));
        return;
    }
    const zh_sv close = zh_cel_env_closest(c->env, NULL, node->name, true, node->member);
    if (close.size > 0) fail(c, node->at, "there is no function '%.*s'; did you mean '%.*s'?", ZH_SV_ARG(node->name), ZH_SV_ARG(close));
    else fail(c, node->at, "there is no function '%.*s'", ZH_SV_ARG(node->name));
}

static bool any_of_shape(const zh_cel_overload *first, bool member)
{
    for (; first != NULL; first = zh_cel_env_next(first))
        if (first->member == member && !first->lambda) return true;
    return false;
}

/* Is there such a function at all? Then its arguments are looked at. */
static void check_call(checker *c, zh_cel_node *node)
{
    const zh_cel_overload *first = node->member ? zh_cel_env_overloads(c->env, node->name) : find_function(c, node->name, node->rooted);
    if (!any_of_shape(first, node->member)) unknown_function(c, node);
    for (uint32_t i = node->member; i < node->count; i++) check(c, node->args[i]);
    if (c->failed == ZH_OK) resolve(c, node, node->name, first, node->member);
}

static void check_operator(checker *c, zh_cel_node *node)
{
    if (node->op == ZH_CEL_OP_AND || node->op == ZH_CEL_OP_OR || node->op == ZH_CEL_OP_NOT) {
        for (uint32_t i = 0; i < node->count; i++) must_fit(c, node->args[i], plain(ZH_CEL_BOOL), node->op == ZH_CEL_OP_NOT ? "what stands behind !" : "each side of && and ||");
        node->type = plain(ZH_CEL_BOOL);
    } else if (node->op == ZH_CEL_OP_COND) {
        must_fit(c, node->args[0], plain(ZH_CEL_BOOL), "the condition before ?");
        if (c->failed == ZH_OK && !fits(c, node->args[1]->type, node->args[2]->type)) {
            char a[TYPE_TEXT_BYTES], b[TYPE_TEXT_BYTES];
            print_types(c, node->args + 1, 1, a);
            print_types(c, node->args + 2, 1, b);
            fail(c, node->at, "the two values of ?: are of different types, %s and %s", a, b);
        }
        node->type = zh_cel_unify_join(&c->unify, node->args[1]->type, node->args[2]->type);
    } else {
        const zh_sv name = zh_sv_of(zh_cel_op_name((zh_cel_op)node->op));
        resolve(c, node, name, zh_cel_env_overloads(c->env, name), false);
    }
}

/* ---- lists, maps, macros ---- */

/* The type of an element: what is in the optional where it was written with a ?. */
static const zh_cel_type *element_type(checker *c, const zh_cel_node *node)
{
    if (!node->element) return node->type;
    const zh_cel_type *inner = zh_cel_unify_fresh(&c->unify);
    must_fit(c, node, of(c, ZH_CEL_OPTIONAL, inner, NULL), "what is left out by ? where it is none");
    return inner;
}

static void check_list(checker *c, zh_cel_node *node)
{
    const zh_cel_type *element = NULL;
    for (uint32_t i = 0; i < node->count; i++) {
        check(c, node->args[i]);
        if (c->failed != ZH_OK) return;
        element = zh_cel_unify_join(&c->unify, element, element_type(c, node->args[i]));
    }
    node->type = of(c, ZH_CEL_LIST, element == NULL ? zh_cel_unify_fresh(&c->unify) : element, NULL);
}

static void check_map(checker *c, zh_cel_node *node)
{
    const zh_cel_type *key = NULL, *value = NULL;
    for (uint32_t i = 0; i < node->count; i += 2) {
        check(c, node->args[i]);
        check(c, node->args[i + 1]);
        if (c->failed != ZH_OK) return;
        const zh_cel_type *is = known(c, node->args[i]->type);
        if (is->kind == ZH_CEL_DOUBLE || is->kind == ZH_CEL_NULL || is->kind == ZH_CEL_BYTES || is->kind >= ZH_CEL_TIMESTAMP) {
            if (is->kind != ZH_CEL_PARAM) fail(c, node->args[i]->at, "a key of a map is a string, int, uint or bool, and this is %s", zh_cel_kind_text(is->kind));
        }
        key = zh_cel_unify_join(&c->unify, key, node->args[i]->type);
        value = zh_cel_unify_join(&c->unify, value, element_type(c, node->args[i + 1]));
    }
    if (key == NULL) key = zh_cel_unify_fresh(&c->unify), value = zh_cel_unify_fresh(&c->unify);
    node->type = of(c, ZH_CEL_MAP, key, value);
}

/* What a macro's variables are, by what it ranges over. */
static void variables(checker *c, const zh_cel_node *node, const zh_cel_type *vars[2])
{
    const zh_cel_type *range = known(c, node->args[0]->type), *dyn = plain(ZH_CEL_DYN);
    vars[0] = vars[1] = dyn;
    switch ((zh_cel_op)node->op) {
    case ZH_CEL_OP_BIND: vars[0] = node->args[0]->type; return;
    case ZH_CEL_OP_OPT_MAP:
    case ZH_CEL_OP_OPT_FLAT_MAP: {
        const zh_cel_type *inner = zh_cel_unify_fresh(&c->unify);
        must_fit(c, node->args[0], of(c, ZH_CEL_OPTIONAL, inner, NULL), "what optMap is called on");
        vars[0] = inner;
        return;
    }
    default: break;
    }
    if (range->kind == ZH_CEL_LIST) {
        vars[node->vars_count - 1] = range->args[0];
        if (node->vars_count == 2) vars[0] = plain(ZH_CEL_INT);
    } else if (range->kind == ZH_CEL_MAP) {
        vars[0] = range->args[0];
        if (node->vars_count == 2) vars[1] = range->args[1];
    } else if (range->kind == ZH_CEL_PARAM) {
        (void)fits(c, dyn, range);
    } else if (range->kind != ZH_CEL_DYN) {
        char is[TYPE_TEXT_BYTES];
        const zh_sv name = zh_cel_macro_name(node);
        print_types(c, node->args, 1, is);
        fail(c, node->at, "%.*s() goes over a list or a map, and this is %s", ZH_SV_ARG(name), is);
    }
}

static const zh_cel_type *macro_type(checker *c, const zh_cel_node *node, const zh_cel_type *const vars[2])
{
    const zh_cel_node *last = node->args[node->count - 1];
    const zh_cel_type *range = known(c, node->args[0]->type), *key, *value;
    switch ((zh_cel_op)node->op) {
    case ZH_CEL_OP_ALL:
    case ZH_CEL_OP_EXISTS:
    case ZH_CEL_OP_ONE:
        must_fit(c, last, plain(ZH_CEL_BOOL), "the condition");
        return plain(ZH_CEL_BOOL);
    case ZH_CEL_OP_FILTER:
        must_fit(c, last, plain(ZH_CEL_BOOL), "the condition of filter()");
        return of(c, ZH_CEL_LIST, vars[0], NULL);
    case ZH_CEL_OP_MAP:
    case ZH_CEL_OP_TRANSFORM_LIST: return of(c, ZH_CEL_LIST, last->type, NULL);
    case ZH_CEL_OP_TRANSFORM_MAP: return of(c, ZH_CEL_MAP, range->kind == ZH_CEL_MAP ? range->args[0] : range->kind == ZH_CEL_LIST ? plain(ZH_CEL_INT) : plain(ZH_CEL_DYN), last->type);
    case ZH_CEL_OP_TRANSFORM_ENTRY:
        key = zh_cel_unify_fresh(&c->unify), value = zh_cel_unify_fresh(&c->unify);
        must_fit(c, last, of(c, ZH_CEL_MAP, key, value), "the entry of transformMapEntry()");
        return of(c, ZH_CEL_MAP, key, value);
    case ZH_CEL_OP_OPT_MAP: return of(c, ZH_CEL_OPTIONAL, last->type, NULL);
    case ZH_CEL_OP_OPT_FLAT_MAP:
        must_fit(c, last, of(c, ZH_CEL_OPTIONAL, zh_cel_unify_fresh(&c->unify), NULL), "the value of optFlatMap()");
        return last->type;
    default: return last->type; /* bind */
    }
}

/* A lambda of the caller's: the receiver decides what the variable is. */
static const zh_cel_overload *lambda_of(checker *c, zh_cel_node *node, const zh_cel_type *letters[ZH_CEL_LETTERS])
{
    for (const zh_cel_overload *at = zh_cel_env_overloads(c->env, node->name); at != NULL; at = zh_cel_env_next(at)) {
        if (!at->lambda) continue;
        memset(letters, 0, ZH_CEL_LETTERS * sizeof *letters);
        if (fits(c, node->args[0]->type, zh_cel_unify_instance(&c->unify, at->params[0], letters))) return at;
    }
    char is[TYPE_TEXT_BYTES];
    print_types(c, node->args, 1, is);
    fail(c, node->at, "'%.*s' cannot be asked of %s", ZH_SV_ARG(node->name), is);
    return NULL;
}

static void check_macro(checker *c, zh_cel_node *node)
{
    const zh_cel_type *vars[2] = { NULL, NULL }, *letters[ZH_CEL_LETTERS];
    const zh_cel_overload *lambda = NULL;
    check(c, node->args[0]);
    if (c->failed != ZH_OK) return;
    if (node->op != ZH_CEL_OP_LAMBDA) variables(c, node, vars);
    else if ((lambda = lambda_of(c, node, letters)) != NULL) vars[0] = zh_cel_unify_instance(&c->unify, lambda->variable, letters);
    if (c->failed != ZH_OK) return;
    const scope *outer = c->scope;
    scope inner[2];
    node->slot = c->slots;
    c->slots += SLOTS_EACH;
    if (c->slots > c->slots_most) c->slots_most = c->slots;
    for (uint32_t i = 0; i < node->vars_count; i++) {
        inner[i] = (scope){ node->vars[i], vars[i], node->slot + 1 + i, c->scope };
        c->scope = &inner[i];
    }
    for (uint32_t i = 1; i < node->count; i++) check(c, node->args[i]);
    c->scope = outer;
    c->slots -= SLOTS_EACH;
    if (c->failed != ZH_OK) return;
    const bool filters = node->op == ZH_CEL_OP_MAP || node->op == ZH_CEL_OP_TRANSFORM_LIST || node->op == ZH_CEL_OP_TRANSFORM_MAP || node->op == ZH_CEL_OP_TRANSFORM_ENTRY;
    if (filters && node->count == 3) must_fit(c, node->args[1], plain(ZH_CEL_BOOL), "the condition");
    if (lambda == NULL) {
        node->type = macro_type(c, node, vars);
        return;
    }
    const zh_cel_type *wanted = zh_cel_unify_instance(&c->unify, lambda->params[1], letters);
    must_fit(c, node->args[1], wanted, "the condition");
    node->type = zh_cel_unify_instance(&c->unify, lambda->result, letters);
    node->overloads = ZH_TAKE(c->arena, const zh_cel_overload *, 1);
    if (node->overloads == NULL) return;
    node->overloads[0] = lambda;
    node->overloads_count = 1;
}

/* ---- the walk ---- */

/* The part to the left is checked; now the node itself. */
static void check_rest(checker *c, zh_cel_node *node)
{
    const zh_cel_node *left = zh_cel_node_left(node);
    if (node->kind == ZH_CEL_OPERATOR)
        for (uint32_t i = left != NULL; i < node->count; i++) check(c, node->args[i]);
    if (c->failed != ZH_OK) return;
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL: node->type = plain((zh_cel_kind)node->value.kind); break;
    case ZH_CEL_IDENT: check_ident(c, node); break;
    case ZH_CEL_HAS:
    case ZH_CEL_SELECT:
        if (node->kind == ZH_CEL_HAS) check(c, node->args[0]);
        if (c->failed == ZH_OK) check_select(c, node);
        break;
    case ZH_CEL_CALL: check_call(c, node); break;
    case ZH_CEL_OPERATOR: check_operator(c, node); break;
    case ZH_CEL_LIST_OF: check_list(c, node); break;
    case ZH_CEL_MAP_OF: check_map(c, node); break;
    case ZH_CEL_MACRO: check_macro(c, node); break;
    }
    if (c->failed == ZH_OK && (node->type == NULL || c->unify.failed)) c->failed = ZH_NOMEM;
}

/* A leaf of the walk to the left: a.b.c that is one name, a.b.f(x) that is one function. */
static bool check_whole(checker *c, zh_cel_node *node)
{
    char text[NAME_BYTES_MAX];
    bool rooted = false;
    if (node->kind == ZH_CEL_SELECT) {
        const zh_sv name = qualified(c, node, text, &rooted);
        const zh_cel_decl *decl = name.size == 0 ? NULL : find_decl(c, name, rooted);
        if (decl == NULL) return false;
        node->decl = decl;
        node->type = decl->type;
        return true;
    }
    zh_sv name;
    const zh_cel_overload *first = node->kind == ZH_CEL_CALL && node->member ? qualified_function(c, node, text, &name) : NULL;
    if (first == NULL) return false;
    node->member = false;
    node->args++;
    node->count--;
    node->name = zh_arena_copy(c->arena, name);
    for (uint32_t i = 0; i < node->count; i++) check(c, node->args[i]);
    if (c->failed == ZH_OK) resolve(c, node, name, first, false);
    return true;
}

static void check(checker *c, zh_cel_node *node)
{
    if (c->failed != ZH_OK) return;
    uint32_t count = 0;
    zh_cel_node *bottom = node;
    while (zh_cel_node_left(bottom) != NULL && !check_whole(c, bottom) && c->failed == ZH_OK) bottom = zh_cel_node_left(bottom), count++;
    if (c->failed != ZH_OK) return;
    if (bottom->type == NULL) check_rest(c, bottom);
    zh_cel_node **spine = ZH_TAKE(c->arena, zh_cel_node *, count == 0 ? 1 : count);
    if (spine == NULL) {
        c->failed = ZH_NOMEM;
        return;
    }
    zh_cel_node *at = node;
    for (uint32_t i = count; i-- > 0; at = zh_cel_node_left(at)) spine[i] = at;
    for (uint32_t i = 0; i < count && c->failed == ZH_OK; i++) check_rest(c, spine[i]);
}

/* Open variables become dyn once all is known. Trees are walked anew, left parts by a loop. */
static void settle(checker *c, zh_cel_node *node)
{
    for (;;) {
        node->type = zh_cel_unify_whole(&c->unify, node->type == NULL ? plain(ZH_CEL_DYN) : node->type, true);
        zh_cel_node *left = zh_cel_node_left(node);
        const bool whole = node->kind == ZH_CEL_SELECT && node->decl != NULL && node->decl->is != ZH_CEL_FIELD;
        if (whole) return; /* its parts are no values */
        for (uint32_t i = left != NULL; i < node->count; i++) settle(c, node->args[i]);
        if (left == NULL) return;
        node = left;
    }
}

zh_err zh_cel_check(zh_arena *arena, const zh_cel_env *env, zh_sv source, zh_cel_node *root, zh_cel_checked *out, zh_cel_fault *why)
{
    checker c = { .arena = arena, .env = env, .source = source, .why = why, .unify = { .arena = arena } };
    check(&c, root);
    if (c.failed != ZH_OK) {
        if (c.failed == ZH_NOMEM) zh_cel_fault_set(why, source, 0, "out of memory");
        return c.failed;
    }
    settle(&c, root);
    *out = (zh_cel_checked){ .type = root->type, .slots = c.slots_most };
    return c.unify.failed ? ZH_NOMEM : ZH_OK;
}
