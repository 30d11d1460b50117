/* cel_print.h -- a tree as text again: the same tree when it is parsed, with single blanks and no brackets that are not needed.
 *
 * Guarantees  parse(print(tree)) is the tree, places apart. Two texts that differ only in blanks, comments, quotes and brackets print alike.
 */
#ifndef ZH_LANG_CEL_PRINT_H
#define ZH_LANG_CEL_PRINT_H
#include "lang/cel_ast.h"

/* Append the text of a tree, checked or not. */
void zh_cel_print(const zh_cel_node *root, zh_buf *out);
/* Append a value as a literal: 1u, b"\x00", timestamp("…"), [1, 2]. Objects and errors in angle brackets, for people. */
void zh_cel_print_value(zh_cel_value value, zh_buf *out);

#endif
