/* activity.h -- what a customer did, event by event, small enough to be asked at every moment.
 *
 * "Viewed shoes three times in the last seven days" needs the single events, not their sums. Here each event is about 8 bytes
 * and 9 a product line: time, name and the numbers of what it named (terms.h); up to 3 more where it says from where the customer
 * came (origin.h). Newest first, because windows end now.
 *
 *     zh_facts facts = zh_customer_facts(state);
 *     for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms > from_ms;)
 *         for (zh_fact_line line; zh_fact_line_next(&fact, &line);) …
 *
 * Guarantees  the newest ZH_ACTIVITY_FACTS_MAX events by (time, content), whatever order they came in; merges join them.
 *             Events that quality keeps apart (robots, impossible amounts) are not here, unless a person says they are true.
 * Cost        a new newest event: O(bytes held) moved, about 50 ns for a usual customer; one that comes late: a walk to its
 *             place, 3 ns a newer event. Reading about 5 ns a fact; its lines and its value when they are asked for.
 * Not here    properties of the shop's own: those stand in the log.
 */
#ifndef ZH_PROFILE_ACTIVITY_H
#define ZH_PROFILE_ACTIVITY_H
#include "profile/customer.h"
#include "profile/terms.h"

#define ZH_ACTIVITY_FACTS_MAX 2048 /* events of a customer: twenty a day for a hundred days */
#define ZH_ACTIVITY_LINES_MAX 100  /* of one event; a larger basket's others are in `bought` */

typedef struct zh_fact_line {
    uint32_t item, category, brand; /* terms; 0: not stated, or not known */
    int64_t price_minor;            /* a piece; -1 where not stated */
    int64_t quantity;
} zh_fact_line;

typedef struct zh_fact {
    int64_t time_ms;
    zh_event_type type;
    zh_act act;
    uint32_t name;       /* term */
    uint32_t lines_count;
    bool value_stands_;  /* private */
    uint32_t lines_left_; /* private */
    int64_t value_;      /* private */
    zh_reader lines_;    /* private */
} zh_fact;

typedef struct zh_facts { /* a walk; valid until the next change of the table */
    zh_reader r_;      /* private */
    int64_t time_ms_;  /* private */
    uint32_t left_;    /* private */
} zh_facts;

zh_facts zh_customer_facts(const zh_customer_state *state);
uint32_t zh_customer_facts_count(const zh_customer_state *state);
bool zh_facts_next(zh_facts *facts, zh_fact *out);
bool zh_fact_line_next(zh_fact *fact, zh_fact_line *out);
uint32_t zh_fact_origin(const zh_fact *fact); /* the term of its origin (origin.h), 0: it says none; before its lines are walked */
int64_t zh_fact_value(const zh_fact *fact); /* the event's revenue in minor units: as stated, else the sum of its lines; before they are walked */
/* The event that was folded last, without its time; false: it was kept apart. Valid until the next fold. */
bool zh_customers_latest(const zh_customers *customers, zh_fact *out);

#endif
