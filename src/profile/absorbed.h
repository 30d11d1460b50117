/* absorbed.h -- who absorbed whom, as far as the fold has come, and which merges were taken back.
 *
 * An event carries the number its id was linked to, for ever: that of the visitor before the login, say. Which customer
 * that is now, is told by the merges. Identity knows them too, but runs ahead of the fold; views must know exactly what
 * the log said up to the record at hand, or a rebuild would differ.
 *
 *     7 ─► 3 ─► 12        merges as they were said, so that one can be taken back without its neighbours
 *
 * Guarantees  the same records in the same order, the same entries. A merge that would close a circle is none.
 * Cost        root: a look-up for each merge on the way, mostly one or none; about 45 bytes a merge.
 * Threads     readers together or one writer.
 */
#ifndef ZH_PROFILE_ABSORBED_H
#define ZH_PROFILE_ABSORBED_H
#include "base/keep.h"
#include "profile/identity.h"

#define ZH_ABSORBED_UNDONE_MAX 1000000u /* merges taken back that are listed */

typedef struct zh_absorbed_view zh_absorbed_view; /* opaque */

/* `skip`: numbers whose merges are passed over from the beginning, copied. The caller closes. ZH_NOMEM. */
ZH_MUST zh_err zh_absorbed_open(zh_absorbed_view **out, const uint32_t *skip, size_t skip_count);
void zh_absorbed_close(zh_absorbed_view *view);

/* Is the merge of this number to be passed over? */
bool zh_absorbed_skips(const zh_absorbed_view *view, zh_customer_id from);
/* Who it is now; the number itself where nobody absorbed it. */
zh_customer_id zh_absorbed_root(const zh_absorbed_view *view, zh_customer_id customer);
/* Who absorbed it itself, one step; 0 where nobody did. */
zh_customer_id zh_absorbed_next(const zh_absorbed_view *view, zh_customer_id customer);
/* merge->from is absorbed by merge->to, or by who absorbed that. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_absorbed_merge(zh_absorbed_view *view, const zh_identity_merge *merge);
/* unmerge->from stands for itself again, and that is kept. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_absorbed_split(zh_absorbed_view *view, const zh_identity_unmerge *unmerge);

/* How `from` was merged; false: it is not. */
bool zh_absorbed_get(const zh_absorbed_view *view, zh_customer_id from, zh_identity_merge *out);
/* The merges that were taken back, in the order of the log. */
size_t zh_absorbed_undone_count(const zh_absorbed_view *view);
const zh_identity_unmerge *zh_absorbed_undone(const zh_absorbed_view *view, size_t at);

/* base/keep.h. Keys: number, 8 bytes big-endian; 'u' and a number: taken back. */
ZH_MUST zh_err zh_absorbed_save(zh_absorbed_view *view, bool all, zh_keep keep);
ZH_MUST zh_err zh_absorbed_load(zh_absorbed_view *view, zh_sv key, zh_sv value);
bool zh_absorbed_check(const zh_absorbed_view *view, const char **why);
size_t zh_absorbed_bytes(const zh_absorbed_view *view);

#endif
