/* commit.h -- the committer: one thread that makes work durable, many requests at a time.
 *
 *     HTTP threads ──submit──► queue ──group──► dedup ► identity ► seal ► log (one sync) ──► fold queue
 *                                                                              └──► done(work), each
 *
 * Everything that waits when the disk is ready joins one group commit. In that group the committer
 * decides, in order, what is new (dedup), whose it is (identity, with the records that say so) and
 * seals what is personal; then it appends one block a partition, syncs, hands the blocks to the
 * fold thread and tells each work what became of it.
 *
 * Every append has a commit time later than the one before, so (commit time, partition) puts all blocks
 * of all partitions into the one order in which they were folded; recovery and rebuild use it. A merge
 * of two customers of different partitions opens a new append, so it comes after what made it.
 *
 * Guarantees  done() is called exactly once for every submitted work; e == ZH_OK there means durable.
 *             A failed append leaves dedup as before and keeps the identity
 *             records it had made for the next group, so no customer number is ever lost or used twice.
 *             After a failed sync every later work gets ZH_IO: the log is read-only. While the intake is closed
 *             (intake.h) only vital work is taken, the rest gets ZH_IO; once a second it looks whether there is room again.
 * Cost        one fdatasync a group; about 3 us an event.
 * Threads     submit from any thread; done on the committer's. The committer writes dedup and identity
 *             (identity under identity_lock).
 * Not here    folding (fold.h), parsing (collect).
 */
#ifndef ZH_ENGINE_COMMIT_H
#define ZH_ENGINE_COMMIT_H
#include "engine/dedup.h"
#include "engine/fold.h"
#include "engine/intake.h"
#include "engine/queue.h"
#include "engine/work.h"
#include "guard/seal.h"
#include "profile/identity.h"
#include "store/log.h"
#include "sys/clock.h"
#include "sys/line.h"
#include "sys/metrics.h"

#include <pthread.h>

#define ZH_COMMIT_QUEUE_BYTES_MAX (64u << 20) /* waiting work; a second of a saturated disk. Beyond: ZH_BUSY */
#define ZH_COMMIT_GROUP_BYTES (4u << 20)      /* a group is closed at this size: about 10 ms of writing */
#define ZH_COMMIT_LAZY_MS 20                  /* how long lazy work may wait for company; its loss window with the sync */
#define ZH_COMMIT_TICK_MS 1000                /* an idle log still says what time it is */
#define ZH_COMMIT_ALARM_MS 300                /* and so often where a view waits for the clock: an exit comes within that */

typedef struct zh_commit zh_commit;

typedef struct zh_commit_desc {
    zh_workspace_id workspace;
    zh_log *log;
    zh_fold *fold;
    zh_dedup *dedup;
    zh_identity *identity;
    pthread_rwlock_t *identity_lock;
    const zh_sealer *sealer;
    uint32_t key_id;        /* of the workspace key that seals now */
    uint64_t next_letter;   /* number of the next dead letter, from 1 */
    uint32_t next_erasure;  /* the same of erasures */
    zh_identity_policy policy;
    int64_t last_commit_ms; /* of the newest block of the log; 0: it is empty */
    const zh_clock *clock;  /* NULL: the real one */
    zh_metrics *metrics;
    zh_line_sink *sink;     /* says when the intake closes and opens; may be NULL */
} zh_commit_desc;           /* all borrowed until close */

ZH_MUST zh_err zh_commit_open(zh_commit **out, const zh_commit_desc *desc); /* ZH_NOMEM; starts the thread */

/* Take no more work, finish what waits, end the thread. */
void zh_commit_close(zh_commit *commit);

/* Hand over one work; on ZH_OK done() will be called. Errors (done is not called): ZH_BUSY too much of this
 * source waits (queue.h); ZH_IO the intake is closed; ZH_STOPPED. */
ZH_MUST zh_err zh_commit_submit(zh_commit *commit, zh_work *work);

/* How far ids are joined, from the next group on. */
void zh_commit_set_policy(zh_commit *commit, const zh_identity_policy *policy);

zh_intake zh_commit_intake(const zh_commit *commit);

#endif
