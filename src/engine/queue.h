/* queue.h -- work that waits for the committer, fair between sources.
 *
 * Each source has a lane of its own, whose works keep their order (sources share lanes only where hundreds wait at once); lanes take turns, each with the same bytes a
 * turn, so a source that floods waits behind itself and not before the others.
 *
 *     room   a lane may hold as much as is still free for all: one flood fills half of the queue, two a third each,
 *            n leave 1/(n+1) of it to the source that comes next. A lane that is empty always gets one work in.
 *     turns  deficit round robin: a turn adds ZH_QUEUE_TURN_BYTES to what a lane may take; what it could not use
 *            because its next work was larger is kept for its next turn.
 *
 * Guarantees  at most `bytes_max` and one work wait; a lane with work is served after at most ZH_QUEUE_TURN_BYTES and
 *             one work of each other lane.
 * Cost        put O(1); take O(works taken + lanes).
 * Threads     one at a time: the committer's lock.
 * Source      Shreedhar, Varghese: Efficient fair queueing using deficit round robin, SIGCOMM 1995;
 *             Choudhury, Hahne: Dynamic queue length thresholds, IEEE/ACM ToN 6 (1998), with alpha = 1.
 */
#ifndef ZH_ENGINE_QUEUE_H
#define ZH_ENGINE_QUEUE_H
#include "base/err.h"
#include "engine/work.h"

#define ZH_QUEUE_LANES 256               /* sources with waiting work; past that they share lanes */
#define ZH_QUEUE_TURN_BYTES (128u << 10) /* of one lane before the next: a dozen lanes share one group commit */

typedef struct zh_queue_lane {
    zh_work *head, *tail;
    size_t bytes, may_take;
    uint32_t source; /* of the first work it got since it was empty */
    uint16_t next;   /* in the ring of lanes with work */
} zh_queue_lane;

typedef struct zh_queue {
    zh_queue_lane lanes[ZH_QUEUE_LANES];
    size_t bytes, bytes_max;
    uint16_t last;   /* of the ring; its next is served next */
    uint16_t busy;   /* lanes with work */
} zh_queue;

zh_queue zh_queue_open(size_t bytes_max);

/* `work->bytes_` is set. ZH_BUSY: this source has its share waiting. */
ZH_MUST zh_err zh_queue_put(zh_queue *queue, uint32_t source, zh_work *work);

/* The works that go next, linked by next_, until they have `bytes` or nothing waits; NULL: nothing waits. */
zh_work *zh_queue_take(zh_queue *queue, size_t bytes);

static inline bool zh_queue_is_empty(const zh_queue *queue) { return queue->busy == 0; }

#endif
