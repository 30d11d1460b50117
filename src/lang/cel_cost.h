/* cel_cost.h -- how many steps an evaluation takes at most, before it is run. Private to lang.
 *
 *     cost(leaf) = 1 · cost(operator) = 1 + operands · cost(macro over n elements) = range + n (1 + body) · cost(a + b of texts) = their length
 *
 * n is the length of a literal list, else what lists are assumed to have; a made list is as long as what it was made from.
 */
#ifndef ZH_LANG_CEL_COST_H
#define ZH_LANG_CEL_COST_H
#include "lang/cel_ast.h"

uint64_t zh_cel_cost_of(const zh_cel_node *root, uint32_t items_assumed); /* saturates at UINT64_MAX */

#endif
