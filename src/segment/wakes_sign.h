/* wakes_sign.h -- with which sign the events of a name stand in an expression; for wakes.c.
 *
 * One more event of the name can turn the answer only to yes (UP), only to no (DOWN), or either way. did() and count() > n go up
 * with it, ! and < turn the sign, && and || keep it; whatever else is made of a count may do both.
 */
#ifndef ZH_SEGMENT_WAKES_SIGN_H
#define ZH_SEGMENT_WAKES_SIGN_H
#include "lang/cel_ast.h"

enum { ZH_SIGN_UP = 1, ZH_SIGN_DOWN = 2, ZH_SIGN_BOTH = 3 };
#define ZH_SIGNS_MAX 64 /* names; of further ones nothing is known */

typedef struct zh_signs {
    struct { zh_sv name; unsigned signs; } names[ZH_SIGNS_MAX];
    unsigned count;
} zh_signs;

/* Read the tree of the whole expression; names are views of it. */
void zh_signs_read(zh_signs *signs, const zh_cel_node *root);
unsigned zh_signs_of(const zh_signs *signs, zh_sv name); /* BOTH where nothing is known */

#endif
