/* cel_uses.h -- what an expression asks of its caller's names. Private to lang; told by zh_cel_program_uses(). */
#ifndef ZH_LANG_CEL_USES_H
#define ZH_LANG_CEL_USES_H
#include "lang/cel_program.h"

#define ZH_CEL_USES_MAX 100000 /* of one expression */

/* Of a checked tree. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_cel_uses_find(zh_arena *arena, const zh_cel_node *root, const zh_cel_use **out, uint32_t *count);

#endif
