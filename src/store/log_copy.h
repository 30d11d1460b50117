/* log_copy.h -- the log as it is at one moment, copied into another folder while it grows.
 *
 * What is copied is a log like any other, that ends with the last record that was durable when the copy began: each
 * partition at a place of its own, all of them places that an acknowledgement had reached. Sealed segments never change but for
 * being packed, so one that is there already is left as it is, and one that an earlier copy has is linked where the disk allows.
 *
 * Guarantees  every record acknowledged before the call is in the copy. A copy that ended early is no log: log.meta goes last,
 *             and is taken away first where a copy is brought up to date.
 * Threads     beside the appender and readers; while it runs nothing may be dropped (engine/upkeep.h holds still).
 */
#ifndef ZH_STORE_LOG_COPY_H
#define ZH_STORE_LOG_COPY_H
#include "store/log.h"

typedef struct zh_log_copy_desc {
    zh_sv to;    /* a folder that is there: empty, or an earlier copy of this log */
    zh_sv since; /* an earlier copy elsewhere; empty: none */
    /* After each piece, with its bytes; false stops the work. NULL: on. */
    bool (*go_on)(void *context, uint64_t bytes);
    void *context;
} zh_log_copy_desc;

typedef struct zh_log_copied {
    uint64_t copied_bytes, linked_bytes, same_bytes; /* same: it was there already */
    uint64_t ends[ZH_LOG_PARTITIONS_MAX];            /* by partition: the first record that is not in the copy */
} zh_log_copied;

/* Errors: ZH_STOPPED, ZH_FULL, ZH_IO (*why names the file), ZH_RANGE a path, ZH_NOMEM. */
ZH_MUST zh_err zh_log_copy(zh_log *log, const zh_log_copy_desc *desc, zh_log_copied *did, zh_note *why);

#endif
