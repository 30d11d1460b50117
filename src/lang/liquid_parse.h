/* liquid_parse.h -- a template's text as a tree.
 *
 * Guarantees  any bytes give a tree within the limits of liquid_ast.h or a fault with line and column; recursion is bounded by
 *             ZH_LIQUID_DEPTH_MAX.
 * Cost        O(bytes).
 * Source      the tags as Shopify documents them; where its Ruby implementation has two minds, the strict one.
 */
#ifndef ZH_LANG_LIQUID_PARSE_H
#define ZH_LANG_LIQUID_PARSE_H
#include "lang/liquid_ast.h"

/* The source is copied into the arena, which must outlive the tree; `why` may be NULL. Errors: ZH_FORMAT (why says what and
 * where), ZH_FULL a limit (why says which), ZH_NOMEM. */
ZH_MUST zh_err zh_liquid_parse_template(zh_arena *arena, zh_sv source, zh_liquid_template **out, zh_cel_fault *why);

#endif
