/* erase_record.h -- the ERASURE record of a customer, drawn up by the committer from the table of ids.
 *
 * Threads     the committer's: only it changes the table.
 */
#ifndef ZH_ENGINE_ERASE_RECORD_H
#define ZH_ENGINE_ERASE_RECORD_H
#include "engine/work.h"

/* Append it to `out`. `next_letter`: the number of the next dead letter; of an earlier record only letters before it are named, for those behind
 * belong to a time that is not there. Errors: ZH_ABSENT nobody has this number, or he was erased already; ZH_FULL he is joined of more numbers or has more
 * shared ids than one record takes; ZH_NOMEM, ZH_FORMAT of `again`. */
ZH_MUST zh_err zh_erase_record(const zh_identity *identity, const zh_erase_ask *ask, uint32_t number, uint64_t next_letter, zh_buf *out);

#endif
