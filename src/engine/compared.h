/* compared.h -- customers who were treated against those who were left alone: what a campaign and a journey report of what they caused.
 *
 * A **unit** is a customer with the moment from which he takes part and the side he is on. He is taken as often as he comes up, and counts once, from the earliest moment on. Who was
 * on both sides is **crossed** and on neither. Customers who refused analytics are left out, and counted.
 *
 *     value of a unit = metric in [moment, moment + window)      (measure/outcome.h)
 *     difference      = mean of the treated - mean of the control; intervals of measure/effect.h
 *
 * Cost        a unit 1 us a metric; the world's read lock for 256 customers at a time. At most 91 bytes a unit.
 * Limits      ZH_COMPARED_UNITS_MAX customers; further ones are left out, and it is said.
 * Threads     any; units are one thread's.
 * Not here    who is on which side: campaign_report.h, journey_report.h.
 */
#ifndef ZH_ENGINE_COMPARED_H
#define ZH_ENGINE_COMPARED_H
#include "base/map.h"
#include "engine/engine.h"
#include "measure/effect.h"
#include "measure/outcome.h"

#define ZH_COMPARED_UNITS_MAX 2000000u
#define ZH_COMPARED_UNITS_MIN 50u  /* on each side, before a difference is spoken of */
#define ZH_COMPARED_ALPHA 0.05     /* intervals of 95 % */
#define ZH_COMPARED_METRICS 4      /* the goal, net revenue, margin, refusals */

typedef enum zh_compared_side { ZH_COMPARED_CONTROL, ZH_COMPARED_TREATED, ZH_COMPARED_CROSSED } zh_compared_side;

typedef struct zh_compared_unit { uint64_t customer; int64_t moment_ms; zh_compared_side side; } zh_compared_unit;
typedef struct zh_compared_units {
    zh_map places_;          /* private; customer -> index + 1 */
    zh_compared_unit *all;   /* [count], in the order they were taken first */
    size_t count, room_;
    bool is_part;            /* there are more than ZH_COMPARED_UNITS_MAX */
} zh_compared_units;

static inline zh_compared_units zh_compared_units_open(void) { return (zh_compared_units){ .places_ = zh_map_open() }; } /* allocates nothing yet */
void zh_compared_units_close(zh_compared_units *units);
/* `side` is TREATED or CONTROL. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_compared_take(zh_compared_units *units, zh_customer_id customer, int64_t moment_ms, zh_compared_side side);

typedef enum zh_compared_verdict { ZH_COMPARED_TOO_FEW, ZH_COMPARED_OPEN, ZH_COMPARED_BETTER, ZH_COMPARED_WORSE } zh_compared_verdict;
const char *zh_compared_verdict_text(zh_compared_verdict verdict); /* "too_few", "open", "better", "worse": by the sequential interval, as the metric means it */

typedef struct zh_compared_metric {
    const zh_metric *metric;
    zh_arm control, treated;
    zh_effect absolute, relative;       /* where `stands` */
    zh_verdict fixed, sequential;       /* of the absolute one */
    zh_verdict relative_sequential;
    bool stands, relative_stands;
    zh_compared_verdict verdict;
} zh_compared_metric;

typedef struct zh_compared {
    uint64_t treated, control, crossed; /* customers */
    uint64_t silent;                    /* who refused analytics */
    uint64_t open;                      /* customers whose window has not ended */
    bool is_part;
    zh_compared_metric metrics[ZH_COMPARED_METRICS];
} zh_compared;

/* `goal`: a metric that is built in and no ratio. Money of one currency; code 0: all added as it is. Takes the world's read lock. */
void zh_compared_of(zh_engine *engine, const zh_compared_units *units, zh_sv goal, int64_t window_ms, zh_currency currency, zh_compared *out);

#endif
