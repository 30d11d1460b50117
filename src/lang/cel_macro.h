/* cel_macro.h -- calls that are macros become nodes of their own: has(a.b), list.all(x, …), cel.bind(x, …, …).
 *
 * A macro is known by its name and the number of its arguments; anything else of that name is an ordinary call. Private to the parser
 * and to the reader of trees, which both make nodes through here and so keep the limits of cel_ast.h.
 *
 * Source      CEL language definition, "Macros"; the two-variable, optional and bindings extensions.
 */
#ifndef ZH_LANG_CEL_MACRO_H
#define ZH_LANG_CEL_MACRO_H
#include "lang/cel_parse.h"

typedef struct zh_cel_made {
    zh_arena *arena;
    zh_sv source;
    zh_cel_fault *why; /* may be NULL */
    uint32_t count;    /* nodes made */
    zh_err failed;     /* the first failure; its place is in `why` */
} zh_cel_made;

/* A node like this one; NULL and `failed` set where a limit is passed. */
zh_cel_node *zh_cel_made_node(zh_cel_made *made, const zh_cel_node *like);
/* Remember a failure, if it is the first. Returns NULL. */
zh_cel_node *zh_cel_made_fail(zh_cel_made *made, uint32_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The node of a call: a macro's where it is one. */
zh_cel_node *zh_cel_macro_global(zh_cel_made *made, const zh_cel_node *call);
zh_cel_node *zh_cel_macro_member(zh_cel_made *made, const zh_cel_macros *macros, const zh_cel_node *call);
/* Is there a macro of this name, whatever its arguments? NULL, or how it is written: "all(variable, condition)". */
const char *zh_cel_macro_usage(zh_sv name);
/* How the macro of a node is called. */
zh_sv zh_cel_macro_name(const zh_cel_node *node);

#endif
