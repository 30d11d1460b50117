/* timeline.h -- where in the log are this customer's events, newest first?
 *
 * The log has the events; here are their places. Rows of the latest events stand in memory, chained by
 * customer; a flush moves them to the state's TIMELINE space in one sorted file, because a row at a time
 * would cost more than all views together. Keys of the state sort as they are read:
 *
 *     'e' customer (8, big-endian) ~time (8) ~sequence (8) partition (4)     no value: an event
 *     's' the same                                                           a list that was decided for him: a decision
 *     't' the same                                                           an event with sealed traits; its record as
 *                                                                            value where the log dropped it
 *     'd' decision id (16)                                                   partition (4) sequence (8)
 *
 * Customer 0 is nobody: there stand the dead letters. A customer who absorbed others has the rows
 * of each number; reading merges them.
 *
 * Guarantees  a row can be read from its put on; after a crash the state's rows may be ahead of the
 *             checkpoint, never behind it, when the caller flushes before each checkpoint.
 * Cost        a put about 60 ns and 48 bytes until the flush; a page O(numbers x page).
 * Threads     put and flush by the fold thread; reading by any.
 */
#ifndef ZH_ENGINE_TIMELINE_H
#define ZH_ENGINE_TIMELINE_H
#include "core/decision.h"
#include "store/state.h"

#define ZH_TIMELINE_PAGE_MAX 1000  /* rows of one page */
#define ZH_TIMELINE_NUMBERS_MAX 64 /* absorbed numbers read for one page; more belong to no person */

typedef enum zh_timeline_kind { ZH_TIMELINE_EVENTS = 'e', ZH_TIMELINE_SHOWN = 's', ZH_TIMELINE_TRAITS = 't' } zh_timeline_kind;

typedef struct zh_timeline_at {
    zh_customer_id customer;
    int64_t time_ms;
    uint32_t partition;
    uint64_t sequence;
} zh_timeline_at;

typedef struct zh_timeline zh_timeline;

#define ZH_TIMELINE_TRAITS_KEPT 16 /* newest events with sealed traits of a number: older ones are never asked for */

ZH_MUST zh_err zh_timeline_open(zh_timeline **out, zh_state *state); /* state is borrowed; ZH_NOMEM */
void zh_timeline_close(zh_timeline *timeline);

/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_timeline_put(zh_timeline *timeline, zh_timeline_kind kind, const zh_timeline_at *at);
ZH_MUST zh_err zh_timeline_put_decision(zh_timeline *timeline, zh_decision_id id, uint32_t partition, uint64_t sequence);
/* Move all rows put before the call to the state; rows may be put meanwhile. Errors: ZH_IO, ZH_FULL, ZH_NOMEM: they stay in memory. */
ZH_MUST zh_err zh_timeline_flush(zh_timeline *timeline);

/* The rows of these numbers after `after` (NULL: from the newest), newest first, at most `limit`
 * (<= ZH_TIMELINE_PAGE_MAX); *count of them into `out`. Errors: ZH_IO, ZH_CORRUPT, ZH_NOMEM. */
ZH_MUST zh_err zh_timeline_read(zh_timeline *timeline, zh_timeline_kind kind, const zh_customer_id *numbers, size_t numbers_count,
                                const zh_timeline_at *after, size_t limit, zh_timeline_at *out, size_t *count);
/* The record of an event with sealed traits that the log dropped, into `out`. ZH_ABSENT: it was not kept. */
ZH_MUST zh_err zh_timeline_kept(zh_timeline *timeline, const zh_timeline_at *at, zh_buf *out);
/* ZH_ABSENT: no such decision. */
ZH_MUST zh_err zh_timeline_find_decision(zh_timeline *timeline, zh_decision_id id, uint32_t *partition, uint64_t *sequence);

/* ---- rows of records that the log drops; for rows that were flushed ---- */

#define ZH_TIMELINE_KEY_BYTES 29
size_t zh_timeline_key(zh_timeline_kind kind, const zh_timeline_at *at, char out[ZH_TIMELINE_KEY_BYTES]); /* its size */
size_t zh_timeline_decision_key(zh_decision_id id, char out[ZH_TIMELINE_KEY_BYTES]);
/* An event with sealed traits: its row gets the record. */
void zh_timeline_keep(zh_state_batch *batch, const zh_timeline_at *at, zh_sv record);
/* Rows of kept records behind the newest ZH_TIMELINE_TRAITS_KEPT of a number go. ZH_IO, ZH_CORRUPT. */
ZH_MUST zh_err zh_timeline_prune(zh_state *state, zh_state_batch *batch, zh_customer_id number);

/* A cursor as text for an answer, and back. Errors: ZH_FORMAT. */
#define ZH_TIMELINE_CURSOR_BYTES 64
size_t zh_timeline_cursor(const zh_timeline_at *at, char out[ZH_TIMELINE_CURSOR_BYTES]);
ZH_MUST zh_err zh_timeline_cursor_parse(zh_sv text, zh_timeline_at *out);

#endif
