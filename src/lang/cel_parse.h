/* cel_parse.h -- an expression's text as a tree.
 *
 * A recursive descent over the grammar of the CEL language definition, with its standard macros (has, all, exists, exists_one, map,
 * filter, the two-variable ones, optMap, optFlatMap, cel.bind) and those of the caller.
 *
 * Guarantees  any bytes give a tree within the limits of cel_ast.h or a fault with its place; recursion is bounded by ZH_CEL_DEPTH_MAX.
 * Cost        O(bytes).
 * Not here    messages of protobuf (`Name{field: value}`), which are refused with a sentence.
 */
#ifndef ZH_LANG_CEL_PARSE_H
#define ZH_LANG_CEL_PARSE_H
#include "lang/cel_ast.h"

/* Is `receiver.name(variable, condition)` a macro of the caller's? */
typedef struct zh_cel_macros {
    bool (*is)(const void *self, zh_sv name);
    const void *self;
} zh_cel_macros;

/* `source` and `arena` must outlive the tree; `macros` and `why` may be NULL. Errors: ZH_FORMAT (why says what and where),
 * ZH_FULL a limit (why says which), ZH_NOMEM. */
ZH_MUST zh_err zh_cel_parse(zh_arena *arena, zh_sv source, const zh_cel_macros *macros, zh_cel_node **root, zh_cel_fault *why);

/* Words that are kept for other languages and cannot be names of variables or functions: "while", "return". */
bool zh_cel_is_reserved(zh_sv name);

#endif
