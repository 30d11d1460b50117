/* cel_program.h -- a checked expression as bytecode, and its evaluation.
 *
 *     e = zh_cel_compile(&program, arena, env, text, &(zh_cel_limits){ 0 }, &fault);
 *     zh_cel_run run = { .arena = &scratch, .variables = values, .host = customer };
 *     zh_cel_value result = zh_cel_eval(program, &run);          // perhaps an ERROR
 *
 * A result stands until something changes that it was read from, or the clock passes a moment: run.until_ms says which. Whoever
 * keeps results need not ask again before.
 *
 * Guarantees  total: every evaluation ends within the steps it was given; an error is a value, with its place in the source.
 *             Pure: the same program, variables and host give the same value.
 * Cost        about 4 ns an instruction; compile O(nodes). A step is an instruction in a loop, 32 bytes copied or compared, or what
 *             a function says it costs.
 * Lifetimes   a program lives in its arena, with a copy of what it needs; the environment must outlive it. A result lives in
 *             run->arena, or in what the variables and the host gave.
 * Threads     a program may be evaluated by many threads; a run is one thread's.
 */
#ifndef ZH_LANG_CEL_PROGRAM_H
#define ZH_LANG_CEL_PROGRAM_H
#include "lang/cel_check.h"

#define ZH_CEL_STEPS_DEFAULT UINT64_C(1000000) /* about 5 ms: no honest condition of a segment comes near */

typedef struct zh_cel_program zh_cel_program;

typedef struct zh_cel_limits {
    const char *wanted;        /* the type the whole must have, "bool"; NULL: any */
    uint64_t cost_max;         /* the static bound must not pass it; 0: no limit */
    uint32_t items_assumed;    /* how long a list or map of unknown length is taken to be by the static bound; 0: 100 */
} zh_cel_limits;

typedef struct zh_cel_run {
    zh_arena *arena;
    const zh_cel_value *variables; /* by the ids of variables without a reader */
    uint32_t variables_count;      /* an id past it has no value (ABSENT) */
    void *host;                    /* the caller's, for his functions */
    const zh_tz *(*zone)(void *zones, zh_sv name); /* a named time zone or NULL; may be NULL: then only UTC and offsets are known */
    void *zones;
    uint64_t steps_max;            /* 0: ZH_CEL_STEPS_DEFAULT */
    int64_t now_ms;                /* the moment that values with a drift are of */
    int64_t until_ms;              /* in: the latest moment that is asked for, INT64_MAX: any; out: the first ms at which the result could be another */
    bool now_is_read_;             /* private; some value may have a drift */
    uint64_t steps_left_;
    const zh_cel_program *program_;
    zh_cel_value *slots_, *top_;
} zh_cel_run;

/* Parse, check and compile. `limits` and `why` may be NULL. Errors: ZH_FORMAT the expression is wrong (why says what and where),
 * ZH_FULL it is too large, too deep or too costly (why says which), ZH_NOMEM. */
ZH_MUST zh_err zh_cel_compile(zh_cel_program **out, zh_arena *arena, const zh_cel_env *env, zh_sv text, const zh_cel_limits *limits, zh_cel_fault *why);

/* Evaluate; an ERROR has its code, its message and, in n, its offset in the source. */
zh_cel_value zh_cel_eval(const zh_cel_program *program, zh_cel_run *run);

const zh_cel_type *zh_cel_program_type(const zh_cel_program *program);
zh_sv zh_cel_program_source(const zh_cel_program *program);
/* Steps that one evaluation takes at most, if lists and maps are no longer than assumed; UINT64_MAX: more than can be counted. */
uint64_t zh_cel_program_cost(const zh_cel_program *program);

/* What the expression asks of the caller's names, each once, in the order of the text: a variable, a field, a function, a macro. The
 * arguments that are constants are told, so `customer.did("Order Completed", days(7))` is known to depend on one event and a window. */
typedef struct zh_cel_use {
    const zh_cel_decl *decl;         /* a variable or field; else */
    const zh_cel_overload *overload; /* a function or macro */
    int32_t receiver;                /* the use that the field or function is asked of; -1: none, or something computed */
    uint32_t args_count;             /* of a function: without the receiver */
    zh_cel_value args[ZH_CEL_PARAMS_MAX]; /* its constants; kind INSIDE where it is none, then n: 1 + the use it is the result of, or 0 */
    zh_sv condition;                 /* a macro: its condition as text, variable and all: "e, e.category == \"tea\""; in the program's arena */
    uint32_t at;                     /* offset in the source */
} zh_cel_use;
const zh_cel_use *zh_cel_program_uses(const zh_cel_program *program, uint32_t *count);

/* ---- for functions ---- */

/* Take steps for work of this many units; false: there are no more, and the function gives up with zh_cel_error(ZH_CEL_LIMIT, NULL). */
static inline bool zh_cel_run_pay(zh_cel_run *run, uint64_t steps)
{
    if (run->steps_left_ >= steps) {
        run->steps_left_ -= steps;
        return true;
    }
    run->steps_left_ = 0;
    return false;
}
/* What was read changes by itself at this moment, the first ms at which it is another; of several the earliest counts. */
static inline void zh_cel_run_until(zh_cel_run *run, int64_t ms)
{
    if (ms < run->until_ms) run->until_ms = ms > run->now_ms ? ms : run->now_ms + 1;
}
/* The moment itself, as a value that drifts. */
zh_cel_value zh_cel_run_now(zh_cel_run *run);
/* A value with this drift was looked at in a way that changes whenever it passes a multiple of `unit_ns` (of 1970 for a timestamp). */
void zh_cel_run_drifts(zh_cel_run *run, zh_cel_value v, int64_t unit_ns);
/* The condition of a macro (the function's last argument) for one element. Only while the function runs. */
zh_cel_value zh_cel_apply(zh_cel_run *run, zh_cel_value condition, zh_cel_value element);

#endif
