#include "engine/queue.h"

zh_queue zh_queue_open(size_t bytes_max)
{
    return (zh_queue){ .bytes_max = bytes_max };
}

/* The lane of a source with waiting work, else an empty one near its home, else its home, shared. */
static zh_queue_lane *lane_of(zh_queue *q, uint32_t source)
{
    zh_queue_lane *empty = NULL;
    const uint32_t home = source * 2654435761u >> 24; /* 256 lanes: the highest 8 bits */
    for (uint32_t i = 0; i < 8; i++) {
        zh_queue_lane *lane = &q->lanes[(home + i) % ZH_QUEUE_LANES];
        if (lane->head != NULL && lane->source == source) return lane;
        if (lane->head == NULL && empty == NULL) empty = lane;
    }
    return empty != NULL ? empty : &q->lanes[home % ZH_QUEUE_LANES];
}
_Static_assert(ZH_QUEUE_LANES == 256, "a home has 8 bits");

static void join_ring(zh_queue *q, zh_queue_lane *lane)
{
    const uint16_t at = (uint16_t)(lane - q->lanes);
    if (q->busy++ == 0) {
        lane->next = at;
    } else { /* behind all others */
        lane->next = q->lanes[q->last].next;
        q->lanes[q->last].next = at;
    }
    q->last = at;
    lane->may_take = 0;
}

zh_err zh_queue_put(zh_queue *q, uint32_t source, zh_work *work)
{
    zh_queue_lane *lane = lane_of(q, source);
    const size_t left = q->bytes < q->bytes_max ? q->bytes_max - q->bytes : 0;
    if (lane->bytes + work->bytes_ > left && (lane->head != NULL || left == 0)) return ZH_BUSY;
    work->next_ = NULL;
    if (lane->head == NULL) {
        lane->source = source;
        lane->head = work;
        join_ring(q, lane);
    } else {
        lane->tail->next_ = work;
    }
    lane->tail = work;
    lane->bytes += work->bytes_;
    q->bytes += work->bytes_;
    return ZH_OK;
}

zh_work *zh_queue_take(zh_queue *q, size_t bytes)
{
    zh_work *group = NULL, **end = &group;
    size_t taken = 0;
    while (q->busy > 0 && taken < bytes) {
        zh_queue_lane *before = &q->lanes[q->last], *lane = &q->lanes[before->next];
        lane->may_take += ZH_QUEUE_TURN_BYTES;
        while (lane->head != NULL && lane->head->bytes_ <= lane->may_take && taken < bytes) {
            zh_work *work = lane->head;
            lane->head = work->next_;
            lane->may_take -= work->bytes_;
            lane->bytes -= work->bytes_;
            q->bytes -= work->bytes_;
            taken += work->bytes_;
            *end = work;
            end = &work->next_;
        }
        if (lane->head == NULL) {
            before->next = lane->next;
            q->busy--;
        } else {
            q->last = (uint16_t)(lane - q->lanes); /* its turn is over */
        }
    }
    *end = NULL;
    return group;
}
