/* plan.h -- a condition in the form in which thousands of customers are asked: its counts of events, sums, traits and choices answered by
 * walks over numbers, without the machine that evaluates expressions.
 *
 *     customer.events("Product Viewed").where(e, e.category == "tea").count(days(7)) >= 3 && !customer.did("Order Completed", days(14))
 *
 * Whatever of a condition has no such form is still evaluated by the machine, as a leaf of the same tree. A customer's events are read from their
 * bytes once, however many conditions are asked of him (zh_recall).
 *
 * Guarantees  the answer is that of zh_vocabulary_ask, and `until` a moment before which that does not become another; it is never earlier than the
 *             machine's and often much later, because a plan knows which event of a count decides, and which part of && and || (tested on random
 *             conditions). Events that are counted cost no steps, so a condition that is too much for the machine may have an answer here.
 * Cost        about 10 ns an event read once, 1 to 3 ns an event and condition; no memory but the recall's.
 * Lifetimes   a plan lives in its arena; its condition must outlive it.
 * Threads     a plan and a recall are one thread's.
 */
#ifndef ZH_SEGMENT_PLAN_H
#define ZH_SEGMENT_PLAN_H
#include "profile/stamps.h"
#include "segment/vocabulary.h"

#define ZH_PLAN_NODES_MAX 256 /* of a condition; larger ones are the machine's */

typedef struct zh_plan zh_plan; /* opaque */

/* *out is NULL where the machine does as well. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_plan_make(zh_plan **out, zh_arena *arena, const zh_cel_env *env, const zh_condition *condition);
/* Its names in the numbers of these terms, as far as they have one by now. Before it is asked, whenever there may be new terms. */
void zh_plan_bind(zh_plan *plan, const zh_terms *terms);

/* It will be asked soon. A hint. */
void zh_plan_prefetch(const zh_plan *plan);

/* The newest of a customer's events, read as far as somebody asked. */
typedef struct zh_recall_event {
    int64_t time_ms;
    uint32_t name;            /* term */
    bool has_line, line_is_read;
    zh_fact_line line;        /* the first; where line_is_read */
    zh_fact fact;
} zh_recall_event;
typedef struct zh_recall {
    zh_recall_event *events;    /* [count] */
    uint32_t count;
    zh_facts rest;
} zh_recall;
ZH_MUST zh_err zh_recall_open(zh_recall *recall); /* ZH_NOMEM; the caller closes */
void zh_recall_close(zh_recall *recall);
void zh_recall_of(zh_recall *recall, const zh_customer_state *state); /* from now on it is this customer's; NULL: of somebody without any */

typedef enum zh_said { ZH_SAID_NO, ZH_SAID_YES, ZH_SAID_ERROR, ZH_SAID_FATAL } zh_said; /* the errors are no answer: zh_vocabulary_ask tells which */
/* Does it hold? `recall` is the look's customer's. */
zh_said zh_plan_ask(const zh_plan *plan, const zh_look *look, zh_recall *recall, zh_arena *scratch, int64_t *until_ms);

/* May the plan say anything but no of whoever has these stamps (profile/stamps.h)? False: it says no. About 10 ns; what is not a matter of events that must
 * be there may always. */
bool zh_plan_may(const zh_plan *plan, const zh_stamps *stamps, int64_t now_ms);

/* What customer.events("name").where(e, …) asks of each event, to be asked of single events. The text is that of such a chain. *out is NULL where it
 * has no such form: then the machine does it. It is bound as other plans are. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_plan_of_where(zh_plan **out, zh_arena *arena, const zh_cel_env *env, zh_sv text);
bool zh_plan_chooses(const zh_plan *plan, const zh_fact *fact); /* not: no, or it looks at what is not stated */

#endif
