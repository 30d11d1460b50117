/* cel_type.h -- the types of CEL: what an expression may be, before it has a value.
 *
 * Written as CEL writes them: int, list(string), map(string, dyn), optional_type(int), and names of the caller's own
 * objects. A type is immutable; the plain ones are static, the others live in the arena they were made in.
 *
 * Cost        all O(size of the type).
 * Source      CEL language definition, "Values" and "Type checking" (cel.dev).
 */
#ifndef ZH_LANG_CEL_TYPE_H
#define ZH_LANG_CEL_TYPE_H
#include "base/arena.h"
#include "base/buf.h"

#define ZH_CEL_TYPE_ARGS_MAX 4   /* arguments of one type; CEL's own have at most two */
#define ZH_CEL_TYPE_DEPTH_MAX 32 /* levels of a type: recursion over types is bounded by it */

/* What a type is of, and what a value is: one list for both. Stored in programs: append only. */
typedef enum zh_cel_kind {
    ZH_CEL_DYN = 0, /* a type only: anything, looked at when it is there */
    ZH_CEL_NULL, ZH_CEL_BOOL, ZH_CEL_INT, ZH_CEL_UINT, ZH_CEL_DOUBLE, ZH_CEL_STRING, ZH_CEL_BYTES,
    ZH_CEL_TIMESTAMP, ZH_CEL_DURATION,
    ZH_CEL_LIST,     /* (element) */
    ZH_CEL_MAP,      /* (key, value) */
    ZH_CEL_TYPE,     /* (of what) */
    ZH_CEL_OPTIONAL, /* (of what) */
    ZH_CEL_OBJECT,   /* the caller's: a name, fields and functions that he declares */
    ZH_CEL_PARAM,    /* a type only: a letter in a signature, or a variable of the checker */
    ZH_CEL_ERROR,    /* a value only: what went wrong */
    ZH_CEL_INSIDE    /* a value only: private to the machine (iterators, builders, patterns) */
} zh_cel_kind;

typedef struct zh_cel_type {
    zh_cel_kind kind;
    uint32_t number; /* PARAM: which; OBJECT: the tag of its values */
    zh_sv name;      /* OBJECT, PARAM: as written */
    uint32_t count;
    const struct zh_cel_type *args[ZH_CEL_TYPE_ARGS_MAX];
} zh_cel_type;

/* A type without arguments: every kind but LIST, MAP, OBJECT, PARAM, ERROR and INSIDE; TYPE and OPTIONAL are of dyn. */
const zh_cel_type *zh_cel_type_plain(zh_cel_kind kind);

/* LIST, TYPE, OPTIONAL of one argument; MAP of two. NULL: no memory, or a type of too many levels. */
const zh_cel_type *zh_cel_type_of1(zh_arena *arena, zh_cel_kind kind, const zh_cel_type *arg);
const zh_cel_type *zh_cel_type_of2(zh_arena *arena, zh_cel_kind kind, const zh_cel_type *first, const zh_cel_type *second);

/* The same type in every part? */
bool zh_cel_type_equal(const zh_cel_type *a, const zh_cel_type *b);
/* "map(string, list(int))", appended. */
void zh_cel_type_print(const zh_cel_type *type, zh_buf *out);
/* The name of a value's type without its arguments: "list", "google.protobuf.Timestamp"; OBJECT: its own name. */
zh_sv zh_cel_type_name(const zh_cel_type *type);
/* How a kind is called in messages: "list", "timestamp". */
const char *zh_cel_kind_text(zh_cel_kind kind);

#endif
