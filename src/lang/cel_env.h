/* cel_env.h -- what an expression may name: variables, types, fields, functions and macros, each with its type.
 *
 * The language itself knows no customer and no order: who uses it declares his names here, once, and compiles many expressions
 * against them. CEL's standard library and its extensions (strings, math, encoders, optional values) are there from the start.
 *
 *     zh_cel_env_object(env, ZH_SV("Customer"), 1);
 *     zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("traits"), ZH_SV("map(string, dyn)"), customer_traits, 0);
 *     zh_cel_env_variable(env, ZH_SV("customer"), ZH_SV("Customer"), NULL, 0);
 *     zh_cel_env_function(env, ZH_SV(".in_segment(Customer, string) bool"), customer_in_segment, 7);
 *     zh_cel_env_function(env, ZH_SV(".where(Events, Event => bool) Events"), events_where, 8);
 *
 * A **signature** is `name(types) result`; with a leading dot the first type is the receiver's. A capital letter stands for any
 * type, the same one throughout. `Type => bool` in place of the last parameter declares a macro: receiver.where(e, condition).
 *
 * Lifetimes   an environment lives in its arena, with copies of the texts; names and ids given to fields, variables and functions of the
 *             caller are told back by zh_cel_program_uses().
 * Threads     many readers once all is declared.
 */
#ifndef ZH_LANG_CEL_ENV_H
#define ZH_LANG_CEL_ENV_H
#include "base/tz.h"
#include "lang/cel_ast.h"

#define ZH_CEL_PARAMS_MAX 6    /* parameters of one signature, with the receiver */
#define ZH_CEL_NAME_PARTS_MAX 16 /* a.b.c is a name of three parts */

typedef struct zh_cel_env zh_cel_env;
struct zh_cel_run;
struct zh_cel_overload;

/* One function: `args` are of the declared kinds, none is an error. Answers a value, or an ERROR (zh_cel_error). What it allocates
 * is from run->arena; what costs more than O(1) it pays with zh_cel_run_pay(). */
typedef zh_cel_value (*zh_cel_fn)(struct zh_cel_run *run, const zh_cel_value *args, uint32_t count, const struct zh_cel_overload *self);

typedef struct zh_cel_overload {
    zh_sv name;
    bool member;      /* the first parameter is the receiver */
    bool own;         /* declared by the caller: it is a use */
    bool lambda;      /* a macro; the last parameter is the condition */
    uint32_t params_count;
    const zh_cel_type *params[ZH_CEL_PARAMS_MAX];
    const zh_cel_type *result;
    const zh_cel_type *variable; /* lambda: of the macro's variable */
    zh_cel_fn call;
    uint32_t id;      /* the caller's */
    uint32_t number;  /* within the environment */
    const struct zh_cel_overload *next; /* of the same name, or of the same bucket */
} zh_cel_overload;

/* A name that is no function. */
typedef struct zh_cel_decl {
    enum { ZH_CEL_VARIABLE, ZH_CEL_TYPE_NAME, ZH_CEL_FIELD } is;
    zh_sv name;
    const zh_cel_type *owner; /* FIELD: of this object */
    const zh_cel_type *type;
    zh_cel_overload get;      /* VARIABLE, FIELD: how it is read; call == NULL: run->variables[id] */
    const struct zh_cel_decl *next;
} zh_cel_decl;

/* With the standard library. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_cel_env_open(zh_cel_env **out, zh_arena *arena);
/* Names are looked for in a.b.c, a.b, a, and at last alone, as in a package. */
ZH_MUST zh_err zh_cel_env_container(zh_cel_env *env, zh_sv container);

/* Declare. `tag` is that of the object's values (zh_cel_object). A variable with get == NULL is run->variables[id]; otherwise `get` is
 * called each time (no arguments; a field's argument is the object); it answers ZH_CEL_ABSENT where there is none, and has() is false.
 * Errors: ZH_FORMAT a type or signature that cannot be read, ZH_EXISTS a name that is there already, ZH_NOMEM. */
ZH_MUST zh_err zh_cel_env_object(zh_cel_env *env, zh_sv name, uint32_t tag);
ZH_MUST zh_err zh_cel_env_variable(zh_cel_env *env, zh_sv name, zh_sv type, zh_cel_fn get, uint32_t id);
ZH_MUST zh_err zh_cel_env_field(zh_cel_env *env, zh_sv object, zh_sv name, zh_sv type, zh_cel_fn get, uint32_t id);
ZH_MUST zh_err zh_cel_env_function(zh_cel_env *env, zh_sv signature, zh_cel_fn call, uint32_t id);

/* Look up. The container is not asked. */
const zh_cel_decl *zh_cel_env_decl(const zh_cel_env *env, const zh_cel_type *owner, zh_sv name); /* owner NULL: no field */
const zh_cel_overload *zh_cel_env_overloads(const zh_cel_env *env, zh_sv name); /* the first; NULL: no such function */
const zh_cel_overload *zh_cel_env_next(const zh_cel_overload *overload);        /* the next of the same name, or NULL */
const zh_cel_overload *zh_cel_env_overload_at(const zh_cel_env *env, uint32_t number); /* NULL: none */
zh_sv zh_cel_env_container_of(const zh_cel_env *env);
bool zh_cel_env_is_macro(const void *env, zh_sv name); /* a lambda of the caller's; fits zh_cel_macros */
ZH_MUST zh_err zh_cel_env_type(const zh_cel_env *env, zh_sv text, const zh_cel_type **out);
uint32_t zh_cel_env_functions(const zh_cel_env *env); /* how many overloads */

/* The declared name that is closest to a misspelt one; empty where none is close. `owner`: among its fields; `functions`: functions and
 * macros rather than variables; `member`: those with a receiver. */
zh_sv zh_cel_env_closest(const zh_cel_env *env, const zh_cel_type *owner, zh_sv name, bool functions, bool member);
/* Edits from one name to the other (insert, drop, change, swap of neighbours; letter case half an edit, all of it too), times two; over `most`: most + 1. */
unsigned zh_cel_edits(zh_sv a, zh_sv b, unsigned most);

#endif
