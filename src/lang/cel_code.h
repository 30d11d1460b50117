/* cel_code.h -- the instructions of the machine; private to compiler, machine and what stores programs.
 *
 * A stack machine: an instruction takes its operands from the top and leaves its result there. Slots hold the variables of macros.
 * Numbers are part of the stored form (cel_keep.h): append only.
 *
 *     op  a  b     c                     8 bytes
 *     u8  u8 u16   u32
 */
#ifndef ZH_LANG_CEL_CODE_H
#define ZH_LANG_CEL_CODE_H
#include "lang/cel_program.h"

#define ZH_CEL_CODE_MAX (1u << 20) /* instructions of a program: five times the nodes */

typedef enum zh_cel_code_op {
    ZH_CEL_I_RETURN = 0,
    ZH_CEL_I_CONST,    /* c: constant            ( -- v) */
    ZH_CEL_I_VARIABLE, /* c: id                  ( -- v) */
    ZH_CEL_I_READ,     /* c: read: a variable by its reader  ( -- v) */
    ZH_CEL_I_GET,      /* c: read: a field of an object; a & 1: .?  (object -- v) */
    ZH_CEL_I_HAS_GET,  /* c: read                (object -- bool) */
    ZH_CEL_I_LOCAL,    /* b: slot                ( -- v) */
    ZH_CEL_I_STORE,    /* b: slot                (v -- ) */
    ZH_CEL_I_FIELD,    /* c: constant, the name; a & 1: .?   (v -- v) */
    ZH_CEL_I_HAS,      /* c: constant            (v -- bool) */
    ZH_CEL_I_INDEX, ZH_CEL_I_OPT_INDEX, /*       (v key -- v) */
    ZH_CEL_I_NOT, ZH_CEL_I_NEGATE,      /*       (v -- v) */
    ZH_CEL_I_ADD, ZH_CEL_I_SUB, ZH_CEL_I_MUL, ZH_CEL_I_DIV, ZH_CEL_I_MOD,
    ZH_CEL_I_EQ, ZH_CEL_I_NE, ZH_CEL_I_LT, ZH_CEL_I_LE, ZH_CEL_I_GT, ZH_CEL_I_GE, ZH_CEL_I_IN, /* (v v -- v) */
    ZH_CEL_I_JUMP,     /* c: to */
    ZH_CEL_I_AGAIN,    /* c: back to; b: steps to pay */
    ZH_CEL_I_BRANCH,   /* c: else; an error goes where the jump before else goes  (bool -- ) */
    ZH_CEL_I_AND_FIRST, ZH_CEL_I_OR_FIRST, /* c: end, where it is decided   (v -- v) */
    ZH_CEL_I_AND_NEXT, ZH_CEL_I_OR_NEXT,   /* c: end                        (v v -- v) */
    ZH_CEL_I_CALL,     /* a: arguments; c: call  (v… -- v) */
    ZH_CEL_I_LIST,     /* c: elements            (v… -- list) */
    ZH_CEL_I_MAP,      /* c: pairs               (k v … -- map) */
    ZH_CEL_I_BUILD,    /* a: 0 list, 1 map       ( -- builder) */
    ZH_CEL_I_APPEND,   /* a & 1: an optional     (builder v -- builder) */
    ZH_CEL_I_PUT,      /* a & 1: an optional     (builder k v -- builder) */
    ZH_CEL_I_BUILT,    /*                        (builder -- v) */
    ZH_CEL_I_ITERATE,  /* b: slot; c: end where it cannot   (range -- ) */
    ZH_CEL_I_NEXT,     /* a: variables; b: slot; c: exit */
    ZH_CEL_I_WHERE,    /* c: exit on error; skips one where it is true   (acc v -- acc) */
    ZH_CEL_I_ALL_STEP, ZH_CEL_I_EXISTS_STEP, ZH_CEL_I_ONE_STEP, /* c: exit  (acc v -- acc) */
    ZH_CEL_I_MAP_STEP,    /* c: exit             (builder v -- builder) */
    ZH_CEL_I_FILTER_STEP, /* b: slot; c: exit    (builder bool -- builder) */
    ZH_CEL_I_KEY_STEP,    /* b: slot; c: exit    (builder v -- builder) */
    ZH_CEL_I_ENTRY_STEP,  /* c: exit             (builder map -- builder) */
    ZH_CEL_I_ONE,         /*                     (count -- bool) */
    ZH_CEL_I_OR_ELSE,  /* a: 1 orValue, 0 or; c: end   (optional -- v, or nothing) */
    ZH_CEL_I_OPT_TEST, /* b: slot; c: end             (optional -- none, or nothing) */
    ZH_CEL_I_WRAP,     /*                        (v -- optional) */
    ZH_CEL_I_LAMBDA,   /* b: slot; c: behind its code  ( -- condition) */
    ZH_CEL_I_COUNT
} zh_cel_code_op;

/* What a value of kind INSIDE is; stands in its field `fatal`. */
enum { ZH_CEL_IS_PATTERN = 0, ZH_CEL_IS_BUILDER = 1, ZH_CEL_IS_LAMBDA = 2 };

typedef struct zh_cel_instr {
    uint8_t op, a;
    uint16_t b;
    uint32_t c;
} zh_cel_instr;

typedef struct zh_cel_site { /* one call */
    const zh_cel_overload **overloads;
    uint32_t count;
} zh_cel_site;

struct zh_cel_program {
    const zh_cel_instr *code;
    const uint32_t *places; /* of each instruction: offset in the source */
    const zh_cel_value *constants;
    const zh_cel_decl *const *reads;
    const zh_cel_site *sites;
    const zh_cel_use *uses;
    uint32_t code_count, constants_count, reads_count, sites_count, uses_count;
    uint32_t slots, stack;
    uint64_t cost;
    const zh_cel_type *type;
    zh_sv source;
};

/* cel_ops.c: the slow ways of operators; operands may be errors, which come out again, the left one first. */
zh_cel_value zh_cel_op_arith(zh_cel_run *run, zh_cel_code_op op, zh_cel_value a, zh_cel_value b); /* ADD … MOD */
zh_cel_value zh_cel_op_negate(zh_cel_value v);
zh_cel_value zh_cel_op_order(zh_cel_run *run, zh_cel_code_op op, zh_cel_value a, zh_cel_value b); /* EQ … GE */
zh_cel_value zh_cel_op_in(zh_cel_run *run, zh_cel_value item, zh_cel_value of);
zh_cel_value zh_cel_op_index(zh_cel_run *run, zh_cel_value of, zh_cel_value key, bool optional);
zh_cel_value zh_cel_op_field(zh_cel_run *run, zh_cel_value of, zh_cel_value name, bool optional);
zh_cel_value zh_cel_op_has(zh_cel_value of, zh_cel_value name);
/* A copy in the arena that an optional can point to. */
zh_cel_value zh_cel_op_wrap(zh_cel_run *run, zh_cel_value v);
zh_cel_value zh_cel_no_overload(zh_cel_run *run, const char *what, const zh_cel_value *args, uint32_t count);

#endif
