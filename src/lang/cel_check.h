/* cel_check.h -- does an expression fit the names it is written with? Every node gets its type, every call its overloads.
 *
 * Guarantees  the first thing that is wrong is told with its place, and the declared name that was probably meant; an expression that
 *             passed fails at run time only by values (a division by zero, a missing key) or where dyn is.
 * Cost        O(nodes), times the overloads of a name.
 * Source      CEL language definition, "Type checking", "Name resolution".
 */
#ifndef ZH_LANG_CEL_CHECK_H
#define ZH_LANG_CEL_CHECK_H
#include "lang/cel_env.h"

typedef struct zh_cel_checked {
    const zh_cel_type *type; /* of the whole */
    uint32_t slots;          /* places for the variables of macros */
} zh_cel_checked;

/* Annotate the tree. `why` may be NULL. Errors: ZH_FORMAT (why says what and where), ZH_NOMEM. */
ZH_MUST zh_err zh_cel_check(zh_arena *arena, const zh_cel_env *env, zh_sv source, zh_cel_node *root, zh_cel_checked *out, zh_cel_fault *why);

#endif
