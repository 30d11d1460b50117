/* cel_tree.h -- an expression as JSON and back, for builders that people click together.
 *
 * One object a node, with one key that says what it is. What stands there is all there is, so a builder may make such objects itself.
 *
 *     {"value": 3}                                  a literal: null, true, 3, 2.5, "text"
 *     {"uint": 3}  {"bytes": "base64"}              literals that JSON has no form for; an int past 2^53: {"int": "9007199254740993"}
 *     {"double": 2}                                 a double without a fraction, which readers in browsers take for an int
 *     {"name": "now"}                               a name; with a leading dot: ".now"
 *     {"field": "email", "of": N}                   N.email; with "optional": true N.?email; with "quoted": true N.`e-mail`
 *     {"has": "email", "of": N}                     has(N.email)
 *     {"op": "&&", "args": [N, …]}                  an operator by its sign: || && ! - + - * / % == != < <= > >= in; "?:" of three; "[]" "[?]" of two;
 *                                                   && and || of any number from two on, the others of two, ! of one, - of one or two
 *     {"call": "size", "args": [N, …]}              size(N, …); a name with dots is fine
 *     {"call": "count", "on": N, "args": [N, …]}    N.count(…)
 *     {"list": [N, …]}                              an element that may be left out: {"optional": N}
 *     {"map": [[N, N], …]}                          keys with values; a value that may be left out: {"optional": N}
 *     {"macro": "where", "on": N, "vars": ["e"], "args": [N, …]}   N.where(e, …): all macros, the caller's too; cel.bind: no "on", args are value and body
 *
 * Guarantees  read(write(tree)) prints as the tree does; whatever is read prints as an expression that parses to the same tree.
 *             Unknown keys are refused, so a misspelt one is not lost in silence.
 * Limits      ZH_CEL_TREE_DEPTH_MAX levels of nodes: a JSON text has at most 64 levels. Chains of + lean left and count.
 */
#ifndef ZH_LANG_CEL_TREE_H
#define ZH_LANG_CEL_TREE_H
#include "base/json.h"
#include "lang/cel_parse.h"

#define ZH_CEL_TREE_DEPTH_MAX 30 /* two levels of JSON each, below ZH_JSON_DEPTH_MAX */

/* Append the tree of an expression (parsed, not checked) as one JSON value. Errors: ZH_FULL deeper than the limit, or the buffer's. */
ZH_MUST zh_err zh_cel_tree_write(const zh_cel_node *root, zh_buf *out);
/* The nodes of a JSON tree, in the arena, texts and all. `why` may be NULL. Errors: ZH_FORMAT (why says what is wrong), ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_cel_tree_read(zh_arena *arena, zh_json_value json, const zh_cel_macros *macros, zh_cel_node **root, zh_note *why);

#endif
