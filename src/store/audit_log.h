/* audit_log.h -- the audit of a data folder: lines appended, heads signed, all of it read again.
 *
 *     DIR/audit/00000001.jsonl …   the lines (guard/audit.h), a new file after ZH_AUDIT_FILE_BYTES
 *     DIR/audit/heads.jsonl        a signed head: each minute in which lines came, and at the end
 *
 * It is kept apart from the event log, because retention shortens that one and this must stay for years.
 *
 * Guarantees  an append that was to be durable is on the disk when it returns; others are within ZH_AUDIT_SYNC_MS. A torn last line is cut
 *             by opening. What cannot be written or synced stays in memory, in its place in the chain, and is written again with the next
 *             sync: a disk that was full for an hour takes no line away, as long as the process lives and ZH_AUDIT_WAITING_BYTES_MAX hold them.
 * Cost        an append about 3 us, durable ones an fdatasync; 8 bytes of memory a line; opening reads all, about 300 MB/s.
 * Threads     any; a thread of its own syncs and signs.
 * Not here    what a line says (server/audit.c).
 */
#ifndef ZH_STORE_AUDIT_LOG_H
#define ZH_STORE_AUDIT_LOG_H
#include "guard/audit.h"
#include "guard/seal.h"
#include "sys/clock.h"

#define ZH_AUDIT_FILE_BYTES (64u << 20)
#define ZH_AUDIT_FILES_MAX 99999
#define ZH_AUDIT_LINES_MAX 50000000u /* far beyond what people do in years */
#define ZH_AUDIT_SYNC_MS 500
#define ZH_AUDIT_WAITING_BYTES_MAX (1u << 20) /* lines not on the disk yet */
#define ZH_AUDIT_HEAD_MS 60000       /* between two heads */
#define ZH_AUDIT_HEAD_BYTES_MAX 512  /* one, as text */

typedef struct zh_audit_log zh_audit_log;

typedef struct zh_audit_log_desc {
    zh_sv dir;               /* the data folder; audit/ is made where absent */
    const zh_sealer *sealer; /* signs heads; borrowed */
    const zh_clock *clock;   /* NULL: the real one */
} zh_audit_log_desc;

/* Lines that do not hang together are no error of opening: zh_audit_log_damage says so, and new ones follow on the last.
 * Errors: ZH_IO, ZH_NOMEM, ZH_RANGE a path, ZH_FULL too many lines; *why. */
ZH_MUST zh_err zh_audit_log_open(zh_audit_log **out, const zh_audit_log_desc *desc, zh_note *why);
void zh_audit_log_close(zh_audit_log *log); /* a last head; NULL is fine */

/* seq, at_ms and prev are filled in. Errors: ZH_FULL too many wait, ZH_NOMEM: there is no such line. Where it was to be durable and the disk
 * refuses, it waits, and zh_audit_log_sync tells. */
ZH_MUST zh_err zh_audit_log_append(zh_audit_log *log, zh_audit_entry *entry, bool durable);
/* Bring all lines to the disk. ZH_FULL, ZH_IO: some still wait. */
ZH_MUST zh_err zh_audit_log_sync(zh_audit_log *log);
/* Did the last try to bring lines to the disk fail? */
bool zh_audit_log_is_behind(zh_audit_log *log);
uint64_t zh_audit_log_size(zh_audit_log *log);
/* The line of this number, 1 to size, appended to `out` with a line end. Errors: ZH_ABSENT, ZH_IO, ZH_NOMEM. */
ZH_MUST zh_err zh_audit_log_line(zh_audit_log *log, uint64_t seq, zh_buf *out);
/* The head of all lines so far as signed JSON, for keeping off the machine: {"size","root","at","key","signature"}. */
void zh_audit_log_head(zh_audit_log *log, zh_buf *out);
/* What opening found wrong; empty: nothing. */
const char *zh_audit_log_damage(const zh_audit_log *log);

/* ---- verifying: reads the folder, whoever writes to it ---- */

typedef struct zh_audit_verdict {
    uint64_t lines, heads;   /* looked at */
    uint64_t faults;         /* of them, one each that was told */
    uint8_t root[ZH_AUDIT_HASH_BYTES];
} zh_audit_verdict;

/* Every line, every head in the folder, and `older` (empty: none): the text of a head from elsewhere. `say` hears of each fault, at most
 * ZH_AUDIT_SAID_MAX. *out.faults is 0: all is well. Errors: ZH_ABSENT no audit there, ZH_FORMAT `older` is no head, ZH_IO, ZH_NOMEM. */
#define ZH_AUDIT_SAID_MAX 100
ZH_MUST zh_err zh_audit_verify(zh_sv dir, zh_sv older, void (*say)(void *context, const char *what), void *context, zh_audit_verdict *out, zh_note *why);

#endif
