/* refold.h -- the log folded again, record by record, into a world beside the live one.
 *
 * It begins empty, or where the log was cut with the base (base.h), every byte and the signature of which are checked first. What was
 * taken back (undo.h) and is out of the live views is left out here as well. Who asks stops wherever he likes: at the live views to
 * compare (rebuild.h), or at the record a decision had seen (recompute.h).
 *
 * Guarantees  records come in the order of their commits, as the live fold saw them; reading checks every CRC on the way.
 * Cost        about 3 us an event, and the memory of the views.
 * Threads     one; the live engine goes on working. While it is open no newer base takes the place of the one it stands on.
 */
#ifndef ZH_ENGINE_REFOLD_H
#define ZH_ENGINE_REFOLD_H
#include "engine/engine.h"

typedef struct zh_refold zh_refold;

/* Errors: ZH_CORRUPT damage of the base (*why names it), ZH_NOMEM, ZH_IO. */
ZH_MUST zh_err zh_refold_open(zh_refold **out, zh_engine *engine, zh_note *why);
void zh_refold_close(zh_refold *refold); /* NULL is fine */

/* Fold the next record. ZH_ABSENT: at the end of the log, call again after more was appended. Errors: ZH_CORRUPT, ZH_NOMEM; *why. */
ZH_MUST zh_err zh_refold_next(zh_refold *refold, zh_note *why);

zh_world *zh_refold_world(zh_refold *refold);
uint64_t zh_refold_position(const zh_refold *refold, uint32_t partition); /* folded below, to the record */
bool zh_refold_leaves_out(const zh_refold *refold); /* was anything taken back that the log still has? */

#endif
