/* liquid_ast.h -- a template as a tree: what the parser makes and the renderer walks.
 *
 * A block is a chain of nodes. Texts and names are views of the template's own copy of the source.
 *
 * Lifetimes   everything lives in the arena of the parse.
 */
#ifndef ZH_LANG_LIQUID_AST_H
#define ZH_LANG_LIQUID_AST_H
#include "lang/cel_ast.h" /* zh_cel_fault: a sentence with line and column is the same in both languages */
#include "lang/liquid_value.h"

#define ZH_LIQUID_TEMPLATE_BYTES_MAX ((size_t)1 << 20) /* one template; a long letter with its styles has a tenth of it */
#define ZH_LIQUID_NODES_MAX 200000                     /* nodes and expressions of one template */
#define ZH_LIQUID_DEPTH_MAX 100                        /* blocks within blocks, brackets within brackets; as the reference has it */

/* ---- expressions ---- */

typedef enum zh_liquid_expr_kind { ZH_LIQUID_LITERAL, ZH_LIQUID_LOOKUP, ZH_LIQUID_RANGE_OF } zh_liquid_expr_kind;

struct zh_liquid_expr;
/* One step of a look-up: .name or [expression]. */
typedef struct zh_liquid_step {
    zh_sv name;                  /* where `index` is NULL */
    struct zh_liquid_expr *index;
    struct zh_liquid_step *next;
} zh_liquid_step;

typedef struct zh_liquid_expr {
    uint8_t kind; /* zh_liquid_expr_kind */
    zh_liquid_value value;       /* LITERAL */
    zh_sv name;                  /* LOOKUP: the variable, where `root` is NULL */
    struct zh_liquid_expr *root; /* LOOKUP: [expression] names the variable; RANGE_OF: from */
    struct zh_liquid_expr *to;   /* RANGE_OF */
    zh_liquid_step *steps;       /* LOOKUP */
    uint32_t at;
} zh_liquid_expr;

typedef struct zh_liquid_argument {
    zh_sv key; /* empty: by its place */
    zh_liquid_expr *value;
    struct zh_liquid_argument *next;
} zh_liquid_argument;

struct zh_liquid_filter; /* liquid_filter.h */
typedef struct zh_liquid_call {
    zh_sv name;
    const struct zh_liquid_filter *filter; /* NULL: not known */
    zh_liquid_argument *arguments;
    uint32_t count; /* of those by place */
    uint32_t at;
    struct zh_liquid_call *next;
} zh_liquid_call;

/* value | filter: argument | … */
typedef struct zh_liquid_piped { zh_liquid_expr *value; /* NULL: nothing, {{ }} */ zh_liquid_call *calls; } zh_liquid_piped;

/* One comparison, or one value where op is END; joined with what follows. */
typedef struct zh_liquid_condition {
    zh_liquid_expr *left, *right;
    uint8_t op; /* zh_liquid_word_kind: EQ .. CONTAINS, or END */
    bool is_or; /* how `next` is joined */
    struct zh_liquid_condition *next;
} zh_liquid_condition;

/* ---- nodes ---- */

typedef enum zh_liquid_node_kind {
    ZH_LIQUID_N_TEXT, ZH_LIQUID_N_OUTPUT, ZH_LIQUID_N_ASSIGN, ZH_LIQUID_N_CAPTURE, ZH_LIQUID_N_INCREMENT, ZH_LIQUID_N_DECREMENT,
    ZH_LIQUID_N_IF,    /* branches; unless is an if whose first condition is turned round */
    ZH_LIQUID_N_CASE, ZH_LIQUID_N_FOR, ZH_LIQUID_N_TABLEROW, ZH_LIQUID_N_BREAK, ZH_LIQUID_N_CONTINUE, ZH_LIQUID_N_CYCLE, ZH_LIQUID_N_IFCHANGED,
    ZH_LIQUID_N_RENDER, ZH_LIQUID_N_INCLUDE, ZH_LIQUID_N_ABORT
} zh_liquid_node_kind;

typedef struct zh_liquid_block { struct zh_liquid_node *first, *last; bool blank; } zh_liquid_block;

/* IF: condition and block, CASE: value and block; neither: else. */
typedef struct zh_liquid_branch {
    zh_liquid_condition *condition;
    zh_liquid_argument *values; /* CASE: each that matches renders the block once */
    bool turned;                /* unless */
    zh_liquid_block block;
    struct zh_liquid_branch *next;
} zh_liquid_branch;

typedef struct zh_liquid_node {
    uint8_t kind;       /* zh_liquid_node_kind */
    bool reversed;      /* FOR */
    bool from_continue; /* FOR: offset: continue */
    bool each;          /* RENDER, INCLUDE: for instead of with */
    bool blank;         /* prints nothing but blanks, whatever the data */
    uint32_t at;
    zh_sv text;         /* TEXT; ASSIGN, CAPTURE, INCREMENT, DECREMENT, FOR, TABLEROW: the variable; RENDER, INCLUDE: alias */
    zh_sv name;         /* FOR, TABLEROW: "item-list"; CYCLE: its items as written */
    zh_liquid_piped *piped;        /* OUTPUT, ASSIGN */
    zh_liquid_expr *value;         /* CASE; FOR, TABLEROW: what is walked; CYCLE: group or NULL; RENDER, INCLUDE: name; ABORT: reason or NULL */
    zh_liquid_expr *with;          /* RENDER, INCLUDE; FOR, TABLEROW: limit */
    zh_liquid_expr *offset, *columns; /* FOR, TABLEROW */
    zh_liquid_argument *arguments; /* CYCLE, RENDER, INCLUDE */
    zh_liquid_branch *branches;    /* IF, CASE */
    zh_liquid_block block, other;  /* CAPTURE, FOR, TABLEROW, IFCHANGED; FOR: else */
    struct zh_liquid_node *next;
} zh_liquid_node;

typedef struct zh_liquid_template {
    zh_sv source;
    zh_liquid_block block;
} zh_liquid_template;

#endif
