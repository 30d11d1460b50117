/* cel_ast.h -- an expression as a tree: what the parser makes, the checker annotates, the compiler reads.
 *
 * && and || have any number of arguments, so a condition of ten thousand terms is a wide tree and not a deep one; chains of other
 * left-associative operators and of selections lean left and are walked by loops (zh_cel_node_left). Macros are nodes of their own:
 * the tree is what was written, and printing it gives the expression back.
 *
 * Lifetimes   nodes and texts: the arena of the parse; names are views of the source, which must live as long.
 */
#ifndef ZH_LANG_CEL_AST_H
#define ZH_LANG_CEL_AST_H
#include "base/note.h"
#include "lang/cel_value.h"

#define ZH_CEL_SOURCE_BYTES_MAX ((size_t)1 << 20) /* one expression; ten thousand terms take about half of it */
#define ZH_CEL_NODES_MAX 200000                   /* of one expression: bounds memory and time of everything after the parser */
#define ZH_CEL_DEPTH_MAX 160                      /* levels of nesting; each costs a few hundred bytes of stack in each walk */

typedef enum zh_cel_node_kind {
    ZH_CEL_LITERAL, /* value */
    ZH_CEL_IDENT,   /* name; `rooted`: written with a leading dot */
    ZH_CEL_SELECT,  /* args[0] . name; `optional`: .?name */
    ZH_CEL_HAS,     /* has(args[0].name) */
    ZH_CEL_CALL,    /* name(args), or args[0].name(args[1 ..]) where `member` */
    ZH_CEL_OPERATOR, /* op over args */
    ZH_CEL_LIST_OF, /* args */
    ZH_CEL_MAP_OF,  /* args: key, value, key, value … */
    ZH_CEL_MACRO    /* args[0] ranges or is bound; vars; args[1 ..] see them */
} zh_cel_node_kind;

typedef enum zh_cel_op {
    ZH_CEL_OP_NONE = 0,
    ZH_CEL_OP_OR, ZH_CEL_OP_AND, ZH_CEL_OP_NOT, ZH_CEL_OP_NEGATE, ZH_CEL_OP_COND,
    ZH_CEL_OP_ADD, ZH_CEL_OP_SUB, ZH_CEL_OP_MUL, ZH_CEL_OP_DIV, ZH_CEL_OP_MOD,
    ZH_CEL_OP_EQ, ZH_CEL_OP_NE, ZH_CEL_OP_LT, ZH_CEL_OP_LE, ZH_CEL_OP_GT, ZH_CEL_OP_GE, ZH_CEL_OP_IN,
    ZH_CEL_OP_INDEX, ZH_CEL_OP_OPT_INDEX,
    /* macros */
    ZH_CEL_OP_ALL, ZH_CEL_OP_EXISTS, ZH_CEL_OP_ONE, ZH_CEL_OP_MAP, ZH_CEL_OP_FILTER,
    ZH_CEL_OP_TRANSFORM_LIST, ZH_CEL_OP_TRANSFORM_MAP, ZH_CEL_OP_TRANSFORM_ENTRY,
    ZH_CEL_OP_OPT_MAP, ZH_CEL_OP_OPT_FLAT_MAP, ZH_CEL_OP_BIND,
    ZH_CEL_OP_LAMBDA /* a macro of the caller's: args[0].name(vars[0], args[1]) */
} zh_cel_op;

struct zh_cel_overload; /* cel_env.h */
struct zh_cel_decl;

typedef struct zh_cel_node {
    uint8_t kind;       /* zh_cel_node_kind */
    uint8_t op;         /* zh_cel_op of OPERATOR and MACRO */
    bool member;        /* CALL: on a receiver */
    bool optional;      /* SELECT: .?name */
    bool rooted;        /* IDENT: .name */
    bool element;       /* this node stands behind a ? in a list or map: it is left out where it is none */
    bool quoted;        /* SELECT: the name was written in backquotes */
    uint8_t vars_count; /* MACRO: 0 .. 2 */
    uint32_t at;        /* offset in the source that an error points to */
    uint32_t count;     /* of args */
    zh_sv name;
    zh_sv vars[2];
    uint32_t vars_at[2];
    struct zh_cel_node **args;
    zh_cel_value value;

    /* What the checker found out. */
    const zh_cel_type *type;
    const struct zh_cel_decl *decl; /* IDENT, SELECT: the variable, type or field it names; NULL where it is looked up in a value */
    uint32_t slot;                  /* IDENT: place of a macro's variable, or ZH_CEL_NO_SLOT; MACRO: the first of its places */
    const struct zh_cel_overload **overloads; /* CALL: those that may fit, in order */
    uint32_t overloads_count;
} zh_cel_node;

#define ZH_CEL_NO_SLOT UINT32_MAX

/* The part that leans left and is walked by a loop: args[0] of such an operator, selection or call; NULL for others. */
static inline zh_cel_node *zh_cel_node_left(const zh_cel_node *node)
{
    const bool leans = (node->kind == ZH_CEL_OPERATOR && node->op >= ZH_CEL_OP_ADD && node->op <= ZH_CEL_OP_OPT_INDEX) ||
                       node->kind == ZH_CEL_SELECT || (node->kind == ZH_CEL_CALL && node->member);
    return leans ? node->args[0] : NULL;
}

/* What is wrong with an expression, and where. */
typedef struct zh_cel_fault {
    char text[400]; /* one sentence, perhaps with "did you mean …?" */
    uint32_t offset, line, column; /* bytes from 0; lines and code points from 1 */
} zh_cel_fault;

/* Set text and place; `fault` may be NULL. */
void zh_cel_fault_set(zh_cel_fault *fault, zh_sv source, uint32_t offset, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The line of the source the fault is in, and a caret below, for a terminal: "\n | x + y\n | ....^". Appended. */
void zh_cel_fault_show(const zh_cel_fault *fault, zh_sv source, zh_buf *out);

/* "_+_" as CEL names it; "" for macros. */
const char *zh_cel_op_name(zh_cel_op op);
/* "+" as it is written; "" for those without a sign of their own. */
const char *zh_cel_op_sign(zh_cel_op op);
/* How tightly an operator binds, 1 (?:) to 8 (a name); higher is tighter. */
int zh_cel_op_level(zh_cel_op op);

#endif
