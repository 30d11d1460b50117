/* timeline.h -- where in the log are this customer's events, newest first?
 *
 * Rows of the state's TIMELINE space; the log has the events themselves. Keys sort as they are read:
 *
 *     'e' customer (8, big-endian) ~time (8) ~sequence (8) partition (4)     no value: an event
 *     't' the same                                                           an event with sealed traits
 *     'd' decision id (16)                                                   partition (4) sequence (8)
 *
 * Customer 0 is nobody: there stand the dead letters. A customer who absorbed others has the rows
 * of each number; reading merges them.
 *
 * Guarantees  a row is written with the fold of its record; after a crash rows may be ahead of the
 *             checkpoint, never behind it.
 * Cost        a put 28 bytes; a page O(numbers x page).
 */
#ifndef ZH_ENGINE_TIMELINE_H
#define ZH_ENGINE_TIMELINE_H
#include "core/decision.h"
#include "store/state.h"

#define ZH_TIMELINE_PAGE_MAX 1000  /* rows of one page */
#define ZH_TIMELINE_NUMBERS_MAX 64 /* absorbed numbers read for one page; more belong to no person */

typedef enum zh_timeline_kind { ZH_TIMELINE_EVENTS = 'e', ZH_TIMELINE_TRAITS = 't' } zh_timeline_kind;

typedef struct zh_timeline_at {
    zh_customer_id customer;
    int64_t time_ms;
    uint32_t partition;
    uint64_t sequence;
} zh_timeline_at;

void zh_timeline_put(zh_state_batch *batch, zh_timeline_kind kind, const zh_timeline_at *at);
void zh_timeline_put_decision(zh_state_batch *batch, zh_decision_id id, uint32_t partition, uint64_t sequence);

/* The rows of these numbers after `after` (NULL: from the newest), newest first, at most `limit`
 * (<= ZH_TIMELINE_PAGE_MAX); *count of them into `out`. Errors: ZH_IO, ZH_CORRUPT. */
ZH_MUST zh_err zh_timeline_read(zh_state *state, zh_timeline_kind kind, const zh_customer_id *numbers, size_t numbers_count,
                                const zh_timeline_at *after, size_t limit, zh_timeline_at *out, size_t *count);
/* ZH_ABSENT: no such decision. */
ZH_MUST zh_err zh_timeline_find_decision(zh_state *state, zh_decision_id id, uint32_t *partition, uint64_t *sequence);

/* A cursor as text for an answer, and back. Errors: ZH_FORMAT. */
#define ZH_TIMELINE_CURSOR_BYTES 64
size_t zh_timeline_cursor(const zh_timeline_at *at, char out[ZH_TIMELINE_CURSOR_BYTES]);
ZH_MUST zh_err zh_timeline_cursor_parse(zh_sv text, zh_timeline_at *out);

#endif
