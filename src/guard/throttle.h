/* throttle.h -- after failed logins, how long must one wait?
 *
 * A few failures are free; then the wait doubles with each failure up to a maximum, and is forgotten
 * after a quiet time. One table counts by user name, another by address: the caller hashes either
 * into a number under a random key of the process (zh_sip64), so nobody can choose who shares a slot.
 *
 * A try counts as failed from the moment it is granted and is taken back when it succeeds: verifying
 * a password is slow, and a thousand tries at once must not all be granted before the first failed.
 *
 * Guarantees  between two granted tries of a number that failed `free + n` times lie at least
 *             min(first_ms * 2^n, wait_ms_max) ms, as long as its slot is held.
 *             The table is bounded: a full bucket of 8 drops its mildest, then oldest entry.
 * Cost        O(1), 24 bytes a slot.
 * Threads     one table, one thread, or a lock around it.
 * Clock       an argument; one that goes backwards makes the wait longer, never shorter.
 */
#ifndef ZH_GUARD_THROTTLE_H
#define ZH_GUARD_THROTTLE_H
#include "base/arena.h"
#include "base/err.h"

typedef struct zh_throttle zh_throttle;
typedef struct zh_throttle_desc {
    uint32_t slots;       /* a power of two, >= 8; 0: 4,096 */
    uint32_t free;        /* tries without a wait; 0: 5 */
    int64_t first_ms;     /* 0: 1,000 */
    int64_t wait_ms_max;  /* 0: 15 minutes */
    int64_t forget_ms;    /* quiet time; 0: 24 h; at least wait_ms_max */
} zh_throttle_desc;

/* In the arena, which owns it. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_throttle_open(zh_throttle **out, zh_arena *arena, const zh_throttle_desc *desc);
/* May `who` try now? If so, it counts as failed until told otherwise. Errors: ZH_BUSY, then *wait_ms > 0
 * says how long to wait, and nothing is counted. */
ZH_MUST zh_err zh_throttle_try(zh_throttle *throttle, uint64_t who, int64_t now_ms, int64_t *wait_ms);
/* The try succeeded. For a user: all is forgotten. */
void zh_throttle_pass(zh_throttle *throttle, uint64_t who);
/* For an address: only this try is taken back, or who owns one account could guess at others for ever. */
void zh_throttle_undo(zh_throttle *throttle, uint64_t who);

#endif
