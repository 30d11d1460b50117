/* liquid_run.h -- what a rendering carries along; for the parts of the renderer and for filters, not for callers.
 *
 * Two kinds of trouble. An error (`zh_liquid_error`) is the template's or the data's: its text is printed where the output would
 * stand and rendering goes on, as the reference does. A stop (`zh_liquid_stop`) ends it: a limit, memory, abort.
 *
 * Cost        every node, loop and filter pays steps, and one more for each 32 bytes or item it handles; without steps it stops.
 */
#ifndef ZH_LANG_LIQUID_RUN_H
#define ZH_LANG_LIQUID_RUN_H
#include "lang/liquid.h"
#include "lang/liquid_ast.h"

/* Names and their values, found by hash; grows in the arena. */
typedef struct zh_liquid_names { zh_liquid_pair *slots; uint32_t count, size; } zh_liquid_names;

/* A variable of a loop or of include, as long as that runs. */
typedef struct zh_liquid_scope { zh_sv name; zh_liquid_value value; const struct zh_liquid_scope *outer; } zh_liquid_scope;

/* What `render` shuts off: a template sees only this. */
typedef struct zh_liquid_frame {
    const zh_liquid_map *data;  /* the caller's variables; NULL inside render */
    const zh_liquid_scope *scopes;
    zh_liquid_names assigned, counters, cycles, offsets;
    const zh_liquid_loop *loop; /* the innermost for that runs */
    zh_sv changed;              /* what ifchanged printed last */
    bool isolated;              /* inside render: no include */
} zh_liquid_frame;

typedef struct zh_liquid_run {
    const zh_liquid_render_desc *desc;
    zh_liquid_report *report;
    zh_arena *arena;
    zh_buf *out;           /* where output goes now: the caller's, or that of a capture */
    zh_buf scratch;        /* of one text in the making */
    zh_liquid_frame *frame;
    const zh_liquid_template *template; /* whose nodes are walked: for the places of errors */
    const zh_liquid_template **partials; /* parsed so far; NULL: not yet */
    uint64_t steps;        /* left */
    uint32_t depth;        /* blocks and templates within each other */
    enum { ZH_LIQUID_GOES_ON, ZH_LIQUID_BREAKS, ZH_LIQUID_CONTINUES } interrupt;
    zh_err stopped;        /* ZH_OK while it runs */
    bool erred;            /* the expression at hand failed: `error` says why */
    bool silent;           /* that is counted, but not printed: something is missing, and `strict` asks for it */
    char error[600]; /* holds a fault of a partial whole */
} zh_liquid_run;

void zh_liquid_error(zh_liquid_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void zh_liquid_miss(zh_liquid_run *run, const char *what, zh_sv name); /* an error that is not printed */
void zh_liquid_stop(zh_liquid_run *run, zh_err e, const char *format, ...) __attribute__((format(printf, 3, 4)));
static inline bool zh_liquid_fails(const zh_liquid_run *run) { return run->erred || run->stopped != ZH_OK; }
/* Pay for work; false: no steps are left, and the run is stopped. */
bool zh_liquid_pay(zh_liquid_run *run, uint64_t units);
/* Pay for looking at all of a value once: comparing, hashing, sorting. */
bool zh_liquid_pay_for(zh_liquid_run *run, zh_liquid_value v);
/* Zeroed room in the run's arena; NULL stops the run. */
void *zh_liquid_room(zh_liquid_run *run, size_t count, size_t each);
#define ZH_LIQUID_ROOM(run, type, count) ((type *)zh_liquid_room((run), (count), sizeof(type)))

/* The value as filters of texts see it. */
zh_sv zh_liquid_text_of(zh_liquid_run *run, zh_liquid_value v);
/* A text in the making: read all arguments first, then begin, append, end. One at a time. */
zh_buf *zh_liquid_text_begin(zh_liquid_run *run);
zh_liquid_value zh_liquid_text_end(zh_liquid_run *run);
/* The items of a list, a range written out, the one value of others, nothing of nil; lists within flattened. */
zh_liquid_value zh_liquid_items_of(zh_liquid_run *run, zh_liquid_value v);
/* A whole number, or the error "invalid integer" and 0. */
int64_t zh_liquid_whole_of(zh_liquid_run *run, zh_liquid_value v);

zh_liquid_value *zh_liquid_name_get(const zh_liquid_names *names, zh_sv name); /* NULL: not there */
zh_liquid_value *zh_liquid_name_at(zh_liquid_run *run, zh_liquid_names *names, zh_sv name); /* made as nil; NULL: stopped */

/* liquid_eval.c: values of expressions; nil after an error. */
zh_liquid_value zh_liquid_eval(zh_liquid_run *run, const zh_liquid_expr *expr);
zh_liquid_value zh_liquid_eval_piped(zh_liquid_run *run, const zh_liquid_piped *piped);
bool zh_liquid_eval_condition(zh_liquid_run *run, const zh_liquid_condition *condition);
zh_liquid_value zh_liquid_find(zh_liquid_run *run, zh_sv name, bool *known);
/* first, last, size of what has them; false: it has not. */
bool zh_liquid_command(zh_liquid_run *run, zh_liquid_value v, zh_sv name, zh_liquid_value *out);

/* liquid_render.c, liquid_loop.c, liquid_partial.c */
void zh_liquid_render_block(zh_liquid_run *run, const zh_liquid_block *block);
void zh_liquid_put(zh_liquid_run *run, zh_sv bytes); /* as it is */
void zh_liquid_render_loop(zh_liquid_run *run, const zh_liquid_node *node);
void zh_liquid_render_rows(zh_liquid_run *run, const zh_liquid_node *node);
void zh_liquid_render_cycle(zh_liquid_run *run, const zh_liquid_node *node);
void zh_liquid_render_partial(zh_liquid_run *run, const zh_liquid_node *node);
void zh_liquid_put_value(zh_liquid_run *run, zh_liquid_value v); /* escaped for the context */
/* Print the error at hand and go on. */
void zh_liquid_put_error(zh_liquid_run *run, uint32_t at);

/* The items a loop walks over, without writing out a range. */
typedef struct zh_liquid_walk { zh_liquid_value over; int64_t count; } zh_liquid_walk;
zh_liquid_walk zh_liquid_walk_of(zh_liquid_value v);
zh_liquid_value zh_liquid_walk_item(zh_liquid_run *run, const zh_liquid_walk *walk, int64_t index);

#endif
