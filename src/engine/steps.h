/* steps.h -- which events of a customer a report looks at: by their name and, where it says so, a condition on them.
 *
 * A step is an event's name and, where `where` stands, a condition on e as in customer.events().where(e, …). Looked at are the
 * events that conditions see: a customer's newest 2,048, those kept apart left out. A condition is a plan's comparison where it
 * has that form (segment/plan.h), and asked by the machine otherwise.
 *
 * Cost        customers without an event in the span are not read; the others: bench/reports_bench.c.
 * Threads     a zh_steps is one thread's.
 */
#ifndef ZH_ENGINE_STEPS_H
#define ZH_ENGINE_STEPS_H
#include "engine/crowd.h"
#include "engine/engine.h"
#include "measure/funnel.h"
#include "profile/briefs.h"
#include "segment/computed.h"
#include "segment/plan.h"

#define ZH_STEPS_MAX 10

typedef struct zh_asked_event { zh_sv event, where; } zh_asked_event; /* where may be empty */

typedef struct zh_steps_desc {
    const zh_asked_event *steps;   /* [count]; borrowed */
    uint32_t count;
    zh_sv segment;          /* of its members alone; empty: of all */
    bool all;               /* events of other names too, with no bit set */
} zh_steps_desc;

typedef struct zh_steps {
    zh_funnel_event *events; /* [count] of the latest customer, oldest first */
    uint32_t count;
    bool failed;             /* a condition had no answer for him: he has no event of that step */
    zh_world *world_;        /* the rest is private */
    zh_steps_desc desc_;
    zh_arena programs_, scratch_;
    zh_json *json_;
    const zh_cel_program *program_[ZH_STEPS_MAX];
    zh_plan *plan_[ZH_STEPS_MAX];
    uint32_t name_[ZH_STEPS_MAX], segment_;
    zh_funnel_event *room_;  /* [ZH_ACTIVITY_FACTS_MAX], filled from its end */
    zh_fact_brief *briefs_;  /* of the same events, newest first */
    uint64_t names_;         /* bit name % 64 */
    bool by_name_alone_;     /* no step has a condition, no two names share a place, other events are not wanted */
    struct { uint32_t name, plain, asked; } by_name_[64]; /* at name % 64: the steps it is, and those that a plan is asked for; name 0: see the steps */
} zh_steps;

/* Errors: ZH_FORMAT, ZH_FULL (a condition; *step says which, *why what), ZH_ABSENT no such segment, ZH_NOMEM. Close in any case. */
ZH_MUST zh_err zh_steps_open(zh_steps *out, zh_world *world, const zh_steps_desc *desc, uint32_t *step, zh_cel_fault *why);
void zh_steps_close(zh_steps *steps);
/* All that follows is under the world's read lock. Before customers are asked, whenever there may be new names. */
void zh_steps_bind(zh_steps *steps);
bool zh_steps_takes(const zh_steps *steps, zh_customer_id customer); /* is he of the segment? */
void zh_steps_of(zh_steps *steps, const zh_customer_state *state, int64_t from_ms); /* his events from then on */

#endif
