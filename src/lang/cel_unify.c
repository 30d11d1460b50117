#include "lang/cel_unify.h"

static bool is_variable(const zh_cel_type *type) { return type->kind == ZH_CEL_PARAM; }

static void *grown(zh_cel_unify *u, const void *old, uint32_t count, uint32_t *room, size_t each)
{
    const uint32_t more = *room == 0 ? 64 : *room * 2;
    void *new = zh_arena_take(u->arena, more, each);
    if (new == NULL) {
        u->failed = true;
        return NULL;
    }
    if (count > 0) memcpy(new, old, count * each);
    *room = more;
    return new;
}

const zh_cel_type *zh_cel_unify_fresh(zh_cel_unify *u)
{
    if (u->count == u->room) {
        const zh_cel_type **new = grown(u, u->bound, u->count, &u->room, sizeof *new);
        if (new == NULL) return zh_cel_type_plain(ZH_CEL_DYN);
        u->bound = new;
    }
    zh_cel_type *type = ZH_TAKE(u->arena, zh_cel_type, 1);
    if (type == NULL) {
        u->failed = true;
        return zh_cel_type_plain(ZH_CEL_DYN);
    }
    *type = (zh_cel_type){ .kind = ZH_CEL_PARAM, .number = ZH_CEL_LETTERS + u->count };
    u->bound[u->count++] = NULL;
    return type;
}

static const zh_cel_type **slot(const zh_cel_unify *u, const zh_cel_type *variable)
{
    return &u->bound[variable->number - ZH_CEL_LETTERS];
}

const zh_cel_type *zh_cel_unify_known(const zh_cel_unify *u, const zh_cel_type *type)
{
    while (is_variable(type) && type->number >= ZH_CEL_LETTERS && *slot(u, type) != NULL) type = *slot(u, type);
    return type;
}

/* A copy with its arguments mapped; the type itself where nothing changes. */
static const zh_cel_type *with_args(zh_cel_unify *u, const zh_cel_type *type, const zh_cel_type *const *args)
{
    bool same = true;
    for (uint32_t i = 0; i < type->count; i++) same = same && args[i] == type->args[i];
    if (same) return type;
    zh_cel_type *copy = ZH_TAKE(u->arena, zh_cel_type, 1);
    if (copy == NULL) {
        u->failed = true;
        return zh_cel_type_plain(ZH_CEL_DYN);
    }
    *copy = *type;
    for (uint32_t i = 0; i < type->count; i++) copy->args[i] = args[i];
    return copy;
}

const zh_cel_type *zh_cel_unify_instance(zh_cel_unify *u, const zh_cel_type *type, const zh_cel_type *letters[ZH_CEL_LETTERS])
{
    if (is_variable(type) && type->number < ZH_CEL_LETTERS) {
        if (letters[type->number] == NULL) letters[type->number] = zh_cel_unify_fresh(u);
        return letters[type->number];
    }
    const zh_cel_type *args[ZH_CEL_TYPE_ARGS_MAX];
    for (uint32_t i = 0; i < type->count; i++) args[i] = zh_cel_unify_instance(u, type->args[i], letters);
    return with_args(u, type, args);
}

static const zh_cel_type *whole(zh_cel_unify *u, const zh_cel_type *type, bool final, unsigned depth)
{
    type = zh_cel_unify_known(u, type);
    if (depth >= ZH_CEL_TYPE_DEPTH_MAX || (final && is_variable(type))) return zh_cel_type_plain(ZH_CEL_DYN);
    const zh_cel_type *args[ZH_CEL_TYPE_ARGS_MAX];
    for (uint32_t i = 0; i < type->count; i++) args[i] = whole(u, type->args[i], final, depth + 1);
    return with_args(u, type, args);
}

const zh_cel_type *zh_cel_unify_whole(zh_cel_unify *u, const zh_cel_type *type, bool final) { return whole(u, type, final, 0); }

static bool occurs(const zh_cel_unify *u, const zh_cel_type *variable, const zh_cel_type *in, unsigned depth)
{
    in = zh_cel_unify_known(u, in);
    if (in == variable || (is_variable(in) && in->number == variable->number)) return true;
    if (depth >= ZH_CEL_TYPE_DEPTH_MAX) return true; /* too deep to be let in */
    for (uint32_t i = 0; i < in->count; i++)
        if (occurs(u, variable, in->args[i], depth + 1)) return true;
    return false;
}

static bool bind(zh_cel_unify *u, const zh_cel_type *variable, const zh_cel_type *to)
{
    if (occurs(u, variable, to, 0)) return zh_cel_unify_known(u, to) == variable;
    if (u->trail_count == u->trail_room) {
        struct zh_cel_bound *new = grown(u, u->trail, u->trail_count, &u->trail_room, sizeof *new);
        if (new == NULL) return false;
        u->trail = new;
    }
    u->trail[u->trail_count++] = (struct zh_cel_bound){ variable->number - ZH_CEL_LETTERS, *slot(u, variable) };
    *slot(u, variable) = to;
    return true;
}

static void undo(zh_cel_unify *u, uint32_t to)
{
    while (u->trail_count > to) {
        u->trail_count--;
        u->bound[u->trail[u->trail_count].variable] = u->trail[u->trail_count].before;
    }
}

/* What may be null without being dyn, as CEL's checker has it: x == null is a question for these. */
static bool may_be_null(const zh_cel_type *type)
{
    return type->kind == ZH_CEL_TIMESTAMP || type->kind == ZH_CEL_DURATION || type->kind == ZH_CEL_OBJECT || type->kind == ZH_CEL_OPTIONAL;
}

/* Is `a` the more general one, part by part? */
static bool more_general(const zh_cel_unify *u, const zh_cel_type *a, const zh_cel_type *b, unsigned depth)
{
    a = zh_cel_unify_known(u, a), b = zh_cel_unify_known(u, b);
    if (a->kind == ZH_CEL_DYN || is_variable(a) || (b->kind == ZH_CEL_NULL && may_be_null(a))) return true;
    if (b->kind == ZH_CEL_DYN || is_variable(b) || a->kind != b->kind || a->count != b->count || depth >= ZH_CEL_TYPE_DEPTH_MAX) return false;
    if (a->kind == ZH_CEL_OBJECT && !zh_sv_equal(a->name, b->name)) return false;
    if (a->kind == ZH_CEL_TYPE) return true;
    for (uint32_t i = 0; i < a->count; i++)
        if (!more_general(u, a->args[i], b->args[i], depth + 1)) return false;
    return true;
}

static bool fits(zh_cel_unify *u, const zh_cel_type *a, const zh_cel_type *b, unsigned depth);

/* The end of a variable's chain, and the variable that holds it. */
static const zh_cel_type *holder(const zh_cel_unify *u, const zh_cel_type *variable)
{
    while (*slot(u, variable) != NULL && is_variable(*slot(u, variable))) variable = *slot(u, variable);
    return variable;
}

/* A variable agrees with a type: by what it is bound to already, which widens where the type is more general, else by being bound. */
static bool agrees(zh_cel_unify *u, const zh_cel_type *variable, const zh_cel_type *type, unsigned depth)
{
    const zh_cel_type *held = holder(u, variable), *known = *slot(u, held);
    if (is_variable(type)) {
        const zh_cel_type *other = holder(u, type);
        if (other == held) return true;
        if (known == NULL) return bind(u, held, other);
        if (*slot(u, other) == NULL) return bind(u, other, held);
    }
    if (known == NULL) return bind(u, held, type);
    if (!fits(u, type, known, depth + 1)) return false;
    const zh_cel_type *wide = zh_cel_unify_known(u, type);
    if (!more_general(u, wide, known, 0) || more_general(u, known, wide, 0)) return true;
    return occurs(u, held, wide, 0) || bind(u, held, wide);
}

static bool fits(zh_cel_unify *u, const zh_cel_type *a, const zh_cel_type *b, unsigned depth)
{
    if (depth > 2 * ZH_CEL_TYPE_DEPTH_MAX || u->failed) return false;
    if (a == b) return true;
    if (is_variable(b)) return agrees(u, b, a, depth);
    if (is_variable(a)) return agrees(u, a, b, depth);
    if (a->kind == ZH_CEL_DYN || b->kind == ZH_CEL_DYN) return true;
    if ((a->kind == ZH_CEL_NULL && may_be_null(b)) || (b->kind == ZH_CEL_NULL && may_be_null(a))) return true;
    if (a->kind != b->kind || a->count != b->count) return false;
    if (a->kind == ZH_CEL_OBJECT && !zh_sv_equal(a->name, b->name)) return false;
    if (a->kind == ZH_CEL_TYPE) return true; /* all type values compare */
    for (uint32_t i = 0; i < a->count; i++)
        if (!fits(u, a->args[i], b->args[i], depth + 1)) return false;
    return true;
}

bool zh_cel_unify_fits(zh_cel_unify *u, const zh_cel_type *const *from, const zh_cel_type *const *to, uint32_t count)
{
    const uint32_t mark = u->trail_count;
    for (uint32_t i = 0; i < count; i++) {
        if (fits(u, from[i], to[i], 0)) continue;
        undo(u, mark);
        return false;
    }
    if (mark == 0) u->trail_count = 0; /* nobody will undo it */
    return !u->failed;
}

const zh_cel_type *zh_cel_unify_join(zh_cel_unify *u, const zh_cel_type *a, const zh_cel_type *b)
{
    if (a == NULL) return b;
    if (!zh_cel_unify_fits(u, &a, &b, 1)) return zh_cel_type_plain(ZH_CEL_DYN);
    return more_general(u, a, b, 0) ? a : b;
}
