/* clock.h -- when did it truly happen? The client's clock is repaired with the server's.
 *
 *     timestamp := receivedAt - (sentAt - originalTimestamp)
 *
 * A client may be a day off and still knows how long ago something was. Without sentAt its clock
 * is believed, without a time of its own the server's is taken. What comes out absurd is replaced
 * by the time of receipt and marked.
 *
 * Guarantees  the result lies in the years 1970 .. 2200 and at most 5 minutes after receipt.
 * Source      Segment, "Common fields", timestamps; the guards are ours.
 */
#ifndef ZH_COLLECT_CLOCK_H
#define ZH_COLLECT_CLOCK_H
#include "base/time.h"

#define ZH_CLOCK_ABSENT INT64_MIN /* a time that was not sent */
#define ZH_CLOCK_UNREADABLE (INT64_MIN + 1) /* sent, but no time a clock of today can show */

#define ZH_CLOCK_SKEW_MS_MAX (3653 * ZH_DAY_MS) /* 10 years: a clock further off counts nothing at all */
#define ZH_CLOCK_AHEAD_MS_MAX (5 * ZH_MINUTE_MS) /* what the delay of a network and a rounding can explain */
#define ZH_CLOCK_SHIFT_MS_MARKED ZH_MINUTE_MS   /* smaller shifts are the delay of the network, not worth a mark */

typedef struct zh_clock {
    int64_t time_ms;
    uint32_t marks; /* ZH_MARK_CLOCK_REPAIRED, ZH_MARK_CLOCK_CLAMPED */
} zh_clock;

/* `received_ms` is the server's own clock, in range; the others may be absent or unreadable. */
zh_clock zh_clock_repair(int64_t original_ms, int64_t sent_ms, int64_t received_ms);

#endif
