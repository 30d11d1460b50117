/* merge_read.h -- all partitions of a log as one row of frames, in the order in which they were committed.
 *
 * That order is (commit time, partition): the committer gives every append a later time. It is the
 * order the views were folded in, so replay and rebuild see what the live fold saw.
 *
 * Cost        one frame of each partition in memory.
 * Threads     one.
 */
#ifndef ZH_ENGINE_MERGE_READ_H
#define ZH_ENGINE_MERGE_READ_H
#include "store/log.h"

typedef struct zh_merge_read zh_merge_read;

/* `positions`: where to begin in each partition. Errors as zh_log_reader_open; *why names the partition. */
ZH_MUST zh_err zh_merge_read_open(zh_merge_read **out, zh_log *log, const uint64_t *positions, zh_note *why);
void zh_merge_read_close(zh_merge_read *read);

/* The next frame and its partition; valid until the next call. ZH_ABSENT: at the end, call again after more was
 * appended. Errors as zh_log_reader_next; *why says more. */
ZH_MUST zh_err zh_merge_read_next(zh_merge_read *read, uint32_t *partition, zh_log_frame *frame, zh_note *why);
/* First record of a partition that was not given out yet. */
uint64_t zh_merge_read_position(const zh_merge_read *read, uint32_t partition);

#endif
