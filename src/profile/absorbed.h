/* absorbed.h -- who absorbed whom, as far as the fold has come.
 *
 * An event carries the number its id was linked to, for ever: that of the visitor before the login, say. Which customer
 * that is now, is told by the merges. Identity knows them too, but runs ahead of the fold; views must know exactly what
 * the log said up to the record at hand, or a rebuild would differ.
 *
 *     7 ─► 3 ─► 12        merges as they were said, so that one can be taken back without its neighbours
 *
 * Guarantees  the same merges and splits in the same order, the same entries. A merge that would close a circle is none.
 * Cost        root: a look-up for each merge on the way, mostly one or none; 16 to 32 bytes a merge.
 * Threads     readers together or one writer.
 */
#ifndef ZH_PROFILE_ABSORBED_H
#define ZH_PROFILE_ABSORBED_H
#include "base/keep.h"
#include "core/id.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct zh_absorbed_view zh_absorbed_view; /* opaque */

ZH_MUST zh_err zh_absorbed_open(zh_absorbed_view **out); /* caller closes */
void zh_absorbed_close(zh_absorbed_view *view);

/* Who it is now; the number itself where nobody absorbed it. */
zh_customer_id zh_absorbed_root(const zh_absorbed_view *view, zh_customer_id customer);
/* Who absorbed it itself, one step; 0 where nobody did. */
zh_customer_id zh_absorbed_next(const zh_absorbed_view *view, zh_customer_id customer);
/* `from` is absorbed by `to`, or by who absorbed that. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_absorbed_merge(zh_absorbed_view *view, zh_customer_id from, zh_customer_id to);
/* `from` stands for itself again. Unknown is fine. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_absorbed_split(zh_absorbed_view *view, zh_customer_id from);

ZH_MUST zh_err zh_absorbed_save(zh_absorbed_view *view, bool all, zh_keep keep); /* base/keep.h; key: number, 8 bytes big-endian */
ZH_MUST zh_err zh_absorbed_load(zh_absorbed_view *view, zh_sv key, zh_sv value);
bool zh_absorbed_check(const zh_absorbed_view *view, const char **why);
size_t zh_absorbed_bytes(const zh_absorbed_view *view);

#endif
