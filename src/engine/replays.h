/* replays.h -- what another way of drawing the arms of an experiment would have earned, read from the decisions of the log (measure/replay.h).
 *
 * Of each customer the first decision in the span that was made under the experiment counts, with the chance his arm had: of a bandit what the record
 * says, else the arm's weight. His reward is a metric of him from that moment on, as it is known now.
 *
 * An explore rate is asked of an arm that explores: w is then the chance of the last item under the other rate over that which it had. Only this first list is
 * weighed; later ones stay as they were.
 *
 * Cost        reads the log from the span on: about 1 us a decision, less for other records; 40 bytes a customer. Not measured at a shop's full size.
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_REPLAYS_H
#define ZH_ENGINE_REPLAYS_H
#include "engine/engine.h"
#include "measure/experiments.h"
#include "measure/replay.h"

#define ZH_REPLAY_CUSTOMERS_MAX 2000000 /* of one question */
#define ZH_REPLAY_WORK_MS 60000
#define ZH_REPLAY_LATE_MS INT64_C(86400000) /* a decision that was written down later than this after the span is not looked at */

typedef struct zh_replay_ask { /* texts live as long as the call */
    zh_sv experiment;
    zh_sv arms[ZH_EXPERIMENT_ARMS_MAX], placements[ZH_EXPERIMENT_PLACEMENTS_MAX];
    uint32_t arms_count, placements_count;
    double shares[ZH_EXPERIMENT_ARMS_MAX];  /* of the arms by weight */
    double explores[ZH_EXPERIMENT_ARMS_MAX];/* rate of each arm */
    double target[ZH_EXPERIMENT_ARMS_MAX];  /* sums to 1 */
    double explore;                         /* the other rate; below 0: as it was */
    bool is_bandit;
    zh_metric metric;                       /* compiled */
    zh_currency currency;
    int64_t from_ms, to_ms, window_ms;      /* of decisions [from, to) */
    double clip, alpha;
} zh_replay_ask;

typedef struct zh_replay_report {
    zh_replay sums;
    zh_replay_answer answer;
    uint64_t placed;    /* decisions in the span on the experiment's placements */
    uint64_t decisions; /* of them under the experiment, with a chance that is known */
    uint64_t open;      /* customers whose window has not ended */
    int64_t took_us;
} zh_replay_report;

/* Errors: ZH_FULL more customers than ZH_REPLAY_CUSTOMERS_MAX, ZH_TIMEOUT, ZH_NOMEM, ZH_IO, ZH_CORRUPT. */
ZH_MUST zh_err zh_engine_replay(zh_engine *engine, const zh_replay_ask *ask, zh_replay_report *out);

#endif
