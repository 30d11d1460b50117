/* keep.h -- how a view is kept: as entries, a key and bytes each.
 *
 * A view (a fold over the log) gives itself to a keeper entry by entry and is built again from
 * the same entries in any order. The bytes of an entry are a function of the view's content
 * alone, so two views are equal exactly when their entries are: `zhun check` compares those.
 *
 *     save(view, false, keep)   what changed since the last save: an incremental checkpoint
 *     save(view, true, keep)    everything: a comparison; does not count as a save
 *     load(view, key, value)    one entry, back into a fresh view
 */
#ifndef ZH_BASE_KEEP_H
#define ZH_BASE_KEEP_H
#include "base/err.h"
#include "base/sv.h"

typedef struct zh_keep {
    void *context; /* given back on each call; borrowed */
    zh_err (*put)(void *context, zh_sv key, zh_sv value); /* value.data == NULL: the entry is gone */
} zh_keep;

#endif
