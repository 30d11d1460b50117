/* cel_unify.h -- which type fits which, and what the open letters of signatures become.
 *
 * Each use of a signature gets fresh variables for its letters; asking whether a type fits binds them. A failed question leaves
 * everything as it was. Dyn fits everything, both ways.
 *
 * Cost        O(size of the types) a question.
 * Source      CEL language definition, "Type checking": parameterised types, join of types to the more general one.
 */
#ifndef ZH_LANG_CEL_UNIFY_H
#define ZH_LANG_CEL_UNIFY_H
#include "lang/cel_type.h"

#define ZH_CEL_LETTERS 26 /* numbers below are letters of signatures, from here on variables */

typedef struct zh_cel_unify {
    zh_arena *arena;
    const zh_cel_type **bound; /* of each variable, or NULL */
    uint32_t count, room;
    struct zh_cel_bound { uint32_t variable; const zh_cel_type *before; } *trail; /* what was bound since, to undo it */
    uint32_t trail_count, trail_room;
    bool failed; /* out of memory: every answer from then on is no */
} zh_cel_unify;

/* A new variable; dyn where memory is out. */
const zh_cel_type *zh_cel_unify_fresh(zh_cel_unify *u);
/* The type with the signature's letters replaced by those in `letters` (fresh ones made where NULL). */
const zh_cel_type *zh_cel_unify_instance(zh_cel_unify *u, const zh_cel_type *type, const zh_cel_type *letters[ZH_CEL_LETTERS]);
/* What is known of a type: a variable's binding, followed to its end. */
const zh_cel_type *zh_cel_unify_known(const zh_cel_unify *u, const zh_cel_type *type);
/* The type with all variables replaced; those not bound become dyn where `final`. */
const zh_cel_type *zh_cel_unify_whole(zh_cel_unify *u, const zh_cel_type *type, bool final);
/* Do the types agree, each with each? Binds on success only. */
bool zh_cel_unify_fits(zh_cel_unify *u, const zh_cel_type *const *from, const zh_cel_type *const *to, uint32_t count);
/* The more general of two types that fit: [1, dyn(2)] is of dyn. */
const zh_cel_type *zh_cel_unify_join(zh_cel_unify *u, const zh_cel_type *a, const zh_cel_type *b); /* NULL a: b; dyn where they do not fit */

#endif
