#include "lang/cel_env.h"
#include "base/hash.h"
#include "lang/cel_macro.h"
#include "lang/cel_std.h"

#include <assert.h>

#define BUCKETS 512
#define OVERLOADS_MAX 4096 /* functions of one environment */

struct zh_cel_env {
    zh_arena *arena;
    zh_sv container;
    const zh_cel_overload *functions[BUCKETS];
    const zh_cel_decl *decls[BUCKETS];
    const zh_cel_overload *by_number[OVERLOADS_MAX];
    uint32_t overloads, letters; /* letters: bits of the capital letters of the signature that is read */
    bool standard;               /* the standard library is being declared */
};

static uint32_t bucket_of(zh_sv name) { return (uint32_t)zh_fast64(name) % BUCKETS; }

/* ---- types as text ---- */

typedef struct text_reader { const zh_cel_env *env; zh_sv text; size_t at; unsigned depth; } text_reader;

static void blanks(text_reader *r)
{
    while (r->at < r->text.size && r->text.data[r->at] == ' ') r->at++;
}

static bool sign(text_reader *r, char c)
{
    blanks(r);
    if (r->at >= r->text.size || r->text.data[r->at] != c) return false;
    r->at++;
    return true;
}

static zh_sv word(text_reader *r)
{
    blanks(r);
    const size_t from = r->at;
    while (r->at < r->text.size && strchr(" (),=", r->text.data[r->at]) == NULL) r->at++;
    return zh_sv_part(r->text, from, r->at - from);
}

static const zh_cel_type *read_type(text_reader *r);

/* list(T), map(K, V), type(T), optional_type(T); bare: of dyn. */
static const zh_cel_type *read_args(text_reader *r, zh_cel_kind kind, uint32_t count)
{
    const zh_cel_type *args[2] = { NULL, NULL };
    if (!sign(r, '(')) return zh_cel_type_plain(kind);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && !sign(r, ',')) return NULL;
        args[i] = read_type(r);
        if (args[i] == NULL) return NULL;
    }
    return sign(r, ')') ? zh_cel_type_of2(r->env->arena, kind, args[0], args[1]) : NULL;
}

static const zh_cel_type *read_type(text_reader *r)
{
    const zh_sv name = word(r);
    if (name.size == 0 || ++r->depth > ZH_CEL_TYPE_DEPTH_MAX) return NULL;
    if (name.size == 1 && name.data[0] >= 'A' && name.data[0] <= 'Z') {
        zh_cel_type *letter = ZH_TAKE(r->env->arena, zh_cel_type, 1);
        if (letter != NULL) *letter = (zh_cel_type){ .kind = ZH_CEL_PARAM, .number = (uint32_t)(name.data[0] - 'A'), .name = zh_arena_copy(r->env->arena, name) };
        return letter;
    }
    for (zh_cel_kind kind = ZH_CEL_DYN; kind <= ZH_CEL_OPTIONAL; kind++) {
        if (!zh_sv_equal(name, zh_sv_of(zh_cel_kind_text(kind)))) continue;
        return kind < ZH_CEL_LIST ? zh_cel_type_plain(kind) : read_args(r, kind, kind == ZH_CEL_MAP ? 2 : 1);
    }
    const zh_cel_decl *object = zh_cel_env_decl(r->env, NULL, name);
    return object != NULL && object->is == ZH_CEL_TYPE_NAME ? object->type->args[0] : NULL;
}

zh_err zh_cel_env_type(const zh_cel_env *env, zh_sv text, const zh_cel_type **out)
{
    text_reader r = { .env = env, .text = text };
    *out = read_type(&r);
    blanks(&r);
    return *out != NULL && r.at == text.size ? ZH_OK : ZH_FORMAT;
}

/* "math.abs(int) int", ".size(string) int", ".where(Events, Event => bool) Events" */
static zh_err read_signature(const zh_cel_env *env, zh_sv text, zh_cel_overload *out)
{
    text_reader r = { .env = env, .text = text };
    out->member = sign(&r, '.');
    const size_t from = r.at;
    while (r.at < text.size && text.data[r.at] != '(') r.at++; /* operators have all kinds of signs: _==_ */
    out->name = zh_arena_copy(env->arena, zh_sv_part(text, from, r.at - from));
    if (out->name.size == 0 || !sign(&r, '(')) return ZH_FORMAT;
    while (!sign(&r, ')')) {
        if (out->params_count == ZH_CEL_PARAMS_MAX || out->lambda || (out->params_count > 0 && !sign(&r, ','))) return ZH_FORMAT;
        r.depth = 0;
        const zh_cel_type *type = read_type(&r);
        if (type == NULL) return ZH_FORMAT;
        if (sign(&r, '=')) {
            if (!sign(&r, '>')) return ZH_FORMAT;
            out->lambda = true;
            out->variable = type;
            if ((type = read_type(&r)) == NULL) return ZH_FORMAT;
        }
        out->params[out->params_count++] = type;
    }
    r.depth = 0;
    out->result = read_type(&r);
    blanks(&r);
    const bool whole = out->result != NULL && r.at == text.size && !(out->member && out->params_count == 0) && !(out->lambda && (out->params_count != 2 || !out->member));
    return whole ? ZH_OK : ZH_FORMAT;
}

/* ---- declaring ---- */

zh_err zh_cel_env_function(zh_cel_env *env, zh_sv signature, zh_cel_fn call, uint32_t id)
{
    zh_cel_overload *overload = ZH_TAKE(env->arena, zh_cel_overload, 1);
    if (overload == NULL) return ZH_NOMEM;
    if (env->overloads == OVERLOADS_MAX) return ZH_FULL;
    *overload = (zh_cel_overload){ .own = !env->standard, .call = call, .id = id, .number = env->overloads };
    const zh_err e = read_signature(env, signature, overload);
    if (e != ZH_OK) return e;
    const zh_cel_overload **end = &env->functions[bucket_of(overload->name)]; /* the order of declaring is the order of trying */
    while (*end != NULL) end = (const zh_cel_overload **)(uintptr_t)&(*end)->next;
    *end = overload;
    env->by_number[env->overloads++] = overload;
    return ZH_OK;
}

static zh_err declare(zh_cel_env *env, const zh_cel_decl *like)
{
    if (zh_cel_env_decl(env, like->owner, like->name) != NULL) return ZH_EXISTS;
    zh_cel_decl *decl = ZH_TAKE(env->arena, zh_cel_decl, 1);
    if (decl == NULL) return ZH_NOMEM;
    *decl = *like;
    decl->name = decl->get.name = zh_arena_copy(env->arena, like->name);
    if (decl->name.data == NULL) return ZH_NOMEM;
    const uint32_t bucket = bucket_of(decl->name);
    decl->next = env->decls[bucket];
    env->decls[bucket] = decl;
    return ZH_OK;
}

static zh_err declare_type(zh_cel_env *env, zh_sv name, const zh_cel_type *type)
{
    const zh_cel_type *of = zh_cel_type_of1(env->arena, ZH_CEL_TYPE, type);
    return of == NULL ? ZH_NOMEM : declare(env, &(zh_cel_decl){ .is = ZH_CEL_TYPE_NAME, .name = name, .type = of });
}

zh_err zh_cel_env_object(zh_cel_env *env, zh_sv name, uint32_t tag)
{
    zh_cel_type *type = ZH_TAKE(env->arena, zh_cel_type, 1);
    if (type == NULL) return ZH_NOMEM;
    *type = (zh_cel_type){ .kind = ZH_CEL_OBJECT, .number = tag, .name = zh_arena_copy(env->arena, name) };
    return declare_type(env, name, type);
}

zh_err zh_cel_env_variable(zh_cel_env *env, zh_sv name, zh_sv type, zh_cel_fn get, uint32_t id)
{
    zh_cel_decl decl = { .is = ZH_CEL_VARIABLE, .name = name, .get = { .own = true, .call = get, .id = id } };
    const zh_err e = zh_cel_env_type(env, type, &decl.type);
    return e != ZH_OK ? e : declare(env, &decl);
}

zh_err zh_cel_env_field(zh_cel_env *env, zh_sv object, zh_sv name, zh_sv type, zh_cel_fn get, uint32_t id)
{
    assert(get != NULL);
    zh_cel_decl decl = { .is = ZH_CEL_FIELD, .name = name, .get = { .own = true, .call = get, .id = id, .params_count = 1 } };
    zh_err e = zh_cel_env_type(env, object, &decl.owner);
    if (e == ZH_OK && decl.owner->kind != ZH_CEL_OBJECT) e = ZH_FORMAT;
    if (e == ZH_OK) e = zh_cel_env_type(env, type, &decl.type);
    return e != ZH_OK ? e : declare(env, &decl);
}

zh_err zh_cel_env_container(zh_cel_env *env, zh_sv container)
{
    env->container = zh_arena_copy(env->arena, container);
    return env->container.data == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_cel_env_open(zh_cel_env **out, zh_arena *arena)
{
    zh_cel_env *env = ZH_TAKE(arena, zh_cel_env, 1);
    *out = NULL;
    if (env == NULL) return ZH_NOMEM;
    env->arena = arena;
    env->standard = true;
    static const zh_cel_kind named[] = { ZH_CEL_NULL, ZH_CEL_BOOL, ZH_CEL_INT, ZH_CEL_UINT, ZH_CEL_DOUBLE, ZH_CEL_STRING, ZH_CEL_BYTES,
                                         ZH_CEL_TIMESTAMP, ZH_CEL_DURATION, ZH_CEL_LIST, ZH_CEL_MAP, ZH_CEL_TYPE, ZH_CEL_OPTIONAL };
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < sizeof named / sizeof *named; i++)
        e = declare_type(env, zh_cel_type_name(zh_cel_type_plain(named[i])), zh_cel_type_plain(named[i]));
    if (e == ZH_OK) e = zh_cel_std_declare(env);
    env->standard = false;
    if (e == ZH_OK) *out = env;
    return e;
}

/* ---- asking ---- */

const zh_cel_decl *zh_cel_env_decl(const zh_cel_env *env, const zh_cel_type *owner, zh_sv name)
{
    for (const zh_cel_decl *decl = env->decls[bucket_of(name)]; decl != NULL; decl = decl->next) {
        if (!zh_sv_equal(decl->name, name)) continue;
        if (owner == NULL ? decl->is != ZH_CEL_FIELD : decl->is == ZH_CEL_FIELD && zh_cel_type_equal(decl->owner, owner)) return decl;
    }
    return NULL;
}

const zh_cel_overload *zh_cel_env_overloads(const zh_cel_env *env, zh_sv name)
{
    const zh_cel_overload *at = env->functions[bucket_of(name)];
    while (at != NULL && !zh_sv_equal(at->name, name)) at = at->next;
    return at;
}

const zh_cel_overload *zh_cel_env_next(const zh_cel_overload *overload)
{
    const zh_cel_overload *at = overload->next;
    while (at != NULL && !zh_sv_equal(at->name, overload->name)) at = at->next;
    return at;
}

const zh_cel_overload *zh_cel_env_overload_at(const zh_cel_env *env, uint32_t number)
{
    return number < env->overloads ? env->by_number[number] : NULL;
}

zh_sv zh_cel_env_container_of(const zh_cel_env *env) { return env->container; }
uint32_t zh_cel_env_functions(const zh_cel_env *env) { return env->overloads; }

bool zh_cel_env_is_macro(const void *self, zh_sv name)
{
    for (const zh_cel_overload *at = zh_cel_env_overloads(self, name); at != NULL; at = zh_cel_env_next(at))
        if (at->lambda) return true;
    return false;
}

/* ---- misspelt names ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Damerau-Levenshtein with neighbours swapped once (optimal string alignment), three rows. */
unsigned zh_cel_edits(zh_sv a, zh_sv b, unsigned most)
{
    enum { LONGEST = 64 };
    unsigned rows[3][LONGEST + 1];
    if (a.size > LONGEST || b.size > LONGEST) return most + 1;
    bool same = a.size == b.size;
    for (size_t i = 0; same && i < a.size; i++) same = lower(a.data[i]) == lower(b.data[i]);
    if (same && most >= 1) return zh_sv_equal(a, b) ? 0 : 1;
    for (size_t j = 0; j <= b.size; j++) rows[0][j] = (unsigned)(2 * j);
    unsigned *before = rows[2], *last = rows[0], *now = rows[1];
    for (size_t i = 1; i <= a.size; i++) {
        now[0] = (unsigned)(2 * i);
        for (size_t j = 1; j <= b.size; j++) {
            const char x = a.data[i - 1], y = b.data[j - 1];
            unsigned best = last[j - 1] + (x == y ? 0 : lower(x) == lower(y) ? 1 : 2);
            if (last[j] + 2 < best) best = last[j] + 2;
            if (now[j - 1] + 2 < best) best = now[j - 1] + 2;
            if (i > 1 && j > 1 && x == b.data[j - 2] && a.data[i - 2] == y && before[j - 2] + 2 < best) best = before[j - 2] + 2;
            now[j] = best;
        }
        unsigned *oldest = before;
        before = last, last = now, now = oldest;
    }
    return last[b.size] <= most ? last[b.size] : most + 1;
}

static void closer(zh_sv wanted, zh_sv name, unsigned *best, zh_sv *closest)
{
    const unsigned edits = zh_cel_edits(wanted, name, *best);
    if (edits < *best || (edits == *best && closest->size > 0 && zh_sv_compare(name, *closest) < 0)) *best = edits, *closest = name;
}

zh_sv zh_cel_env_closest(const zh_cel_env *env, const zh_cel_type *owner, zh_sv name, bool functions, bool member)
{
    zh_sv closest = { 0 };
    unsigned best = name.size < 2 ? 2 : name.size < 5 ? 3 : name.size < 9 ? 5 : 7; /* one edit in a short name, three in a long one */
    if (functions) {
        for (uint32_t i = 0; i < env->overloads; i++)
            if (env->by_number[i]->member == member && env->by_number[i]->name.data[0] != '_') closer(name, env->by_number[i]->name, &best, &closest);
        static const char *const macros[] = { "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "transformMapEntry", "optMap", "optFlatMap" };
        for (size_t i = 0; member && i < sizeof macros / sizeof *macros; i++) closer(name, zh_sv_of(macros[i]), &best, &closest);
        return closest;
    }
    for (uint32_t i = 0; i < BUCKETS; i++)
        for (const zh_cel_decl *decl = env->decls[i]; decl != NULL; decl = decl->next)
            if (owner == NULL ? decl->is != ZH_CEL_FIELD : decl->is == ZH_CEL_FIELD && zh_cel_type_equal(decl->owner, owner)) closer(name, decl->name, &best, &closest);
    return closest;
}
