/* segments.h -- kept segments: named expressions, and who is in them at every moment. A view: a fold of what changes customers.
 *
 * For each customer and segment is kept whether he is in, since when, and until when the answer stands by itself. An event asks only
 * the segments that it can matter to (wakes.h); the clock asks those whose moment has come, as of that moment. So nobody is ever
 * asked in vain by the thousand, and nobody is late: "in the last seven days" ends seven days after, not in the next night.
 *
 *     zh_segments_advance(s, commit_ms, …)                      // what the clock did up to this record
 *     zh_segments_before(s, customer)  …the views change…  zh_segments_event(s, &event, commit_ms)
 *
 * The clock is the log's: the commit time of records, which grows with every record, and ticks where there are none. So a rebuild
 * asks the same questions in the same order and gets the same entries.
 *
 * Guarantees  after each record: in == what zh_vocabulary_holds says of the customer's state at the log's time, for every customer
 *             and segment (tested against asking all). But an answer that changes from one millisecond to the next (string(now)) is
 *             asked for each second.
 * Cost        an event: about 0.3 us, and 0.1 to 0.5 us for each segment it wakes, by the length of the history that is asked for (plan.h).
 *             16 bytes a customer and segment that he is in, or will be asked for by the clock, and 50 a customer that has any.
 * Threads     one writer; readers together when there is none (engine/world.h).
 * Not here    what an expression may say (vocabulary.h), the names' definitions (guard/registry.h: settings "segment/NAME").
 */
#ifndef ZH_SEGMENT_SEGMENTS_H
#define ZH_SEGMENT_SEGMENTS_H
#include "base/keep.h"
#include "segment/vocabulary_tags.h"
#include "segment/wakes.h"

#define ZH_SEGMENTS_MAX 2000              /* living ones */
#define ZH_SEGMENT_NAME_BYTES_MAX 64      /* letters, digits, - and _ */
#define ZH_SEGMENT_DAYS_MAX 400           /* of history */
#define ZH_SEGMENT_CLAUSES_MAX 64         /* that are told apart when people ask why */
#define ZH_SEGMENT_SETTING "segment/"     /* how the settings are called that define one */

typedef struct zh_segments zh_segments; /* opaque */

typedef struct zh_segment_day { /* UTC */
    int32_t day;            /* since 1970-01-01 */
    uint32_t size;          /* at its end, or now */
    uint32_t entered, left; /* during it */
} zh_segment_day;

typedef struct zh_segment_clause { /* a part of an && or || at the top */
    zh_sv text;
    zh_condition condition;
    const zh_wake *wakes;
    uint32_t wakes_count;
} zh_segment_clause;

typedef struct zh_segment { /* views in it are valid until the next change */
    uint32_t number;
    zh_sv name, expression;
    int64_t defined_ms;
    uint64_t size;          /* customers in it */
    const char *fault;      /* why it cannot be asked: it has no members; NULL: it can */
    const zh_segment_day *days; /* oldest first, days without a change left out */
    uint32_t days_count;
    const zh_segment_clause *clauses; /* one: the whole */
    uint32_t clauses_count;
    bool is_any;            /* the clauses are joined by || */
} zh_segment;

typedef struct zh_segments_desc { /* borrowed until close */
    zh_customers *customers;
    zh_look look;           /* what is the same for all customers: terms, consents … */
} zh_segments_desc;

ZH_MUST zh_err zh_segments_open(zh_segments **out, const zh_segments_desc *desc); /* ZH_NOMEM; the caller closes */
void zh_segments_close(zh_segments *segments);

/* ---- definitions ---- */

bool zh_segment_name_is_good(zh_sv name);
/* May this be the expression of the segment of this name? Errors: ZH_FORMAT, ZH_FULL (why says what and where), ZH_NOMEM. */
ZH_MUST zh_err zh_segments_examine(const zh_segments *segments, zh_sv name, zh_sv expression, zh_arena *arena, zh_cel_fault *why);
/* From now on it is this expression; empty: it is dropped. Then settle. One that cannot be compiled is kept with its fault.
 * Errors: ZH_NOMEM; ZH_FULL: there are ZH_SEGMENTS_MAX. */
ZH_MUST zh_err zh_segments_define(zh_segments *segments, zh_sv name, zh_sv expression, int64_t at_ms);
/* From now on whoever is in the segment has the tag; empty: nobody has it by that. Then settle. A load says the same of all bindings there are,
 * before zh_segments_loaded. Errors: ZH_NOMEM; ZH_FULL: there are ZH_TAG_BINDINGS_MAX. */
ZH_MUST zh_err zh_segments_bind(zh_segments *segments, zh_sv tag, zh_sv segment, int64_t at_ms);
ZH_MUST zh_err zh_segments_bound(zh_segments *segments, zh_sv tag, zh_sv segment); /* the latter */
/* As zh_look.binding. */
bool zh_segments_binding(const void *segments, uint32_t *at, zh_sv *tag, zh_sv *segment);
/* Would it go in a circle: does the segment ask, perhaps through others, about the tag? */
bool zh_segments_asks_tag(const zh_segments *segments, zh_sv segment, zh_sv tag);
/* What is the same for all has changed, boundaries (ZH_WAKE_SHARED) or predictions (ZH_WAKE_MODEL): those segments that look at it are asked
 * anew. Then settle. */
void zh_segments_wake_all(zh_segments *segments, zh_wake_kind what, int64_t at_ms);
bool zh_segments_is_settling(const zh_segments *segments);
/* Ask `most` customers more; before the next record is folded it must be *done. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_segments_settle(zh_segments *segments, size_t most, bool *done);

/* ---- what changes customers ---- */

/* The clock: everyone whose moment has come up to now, at most `most` of them; *done: there are no more. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_segments_advance(zh_segments *segments, int64_t now_ms, size_t most, bool *done);
/* The moment of the next one; INT64_MAX: none. */
int64_t zh_segments_next_ms(const zh_segments *segments);
/* A customer is about to change. */
void zh_segments_before(zh_segments *segments, zh_customer_id customer);
/* …by an event, which was folded since. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_segments_event(zh_segments *segments, const zh_event *event, int64_t now_ms);
/* …by a word about the tag or list of this name (ZH_WAKE_TAG, ZH_WAKE_LIST). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_segments_named(zh_segments *segments, zh_wake_kind kind, zh_customer_id customer, zh_sv name, int64_t now_ms);
/* …by a choice, or whatever else is said of him. */
ZH_MUST zh_err zh_segments_said(zh_segments *segments, zh_customer_id customer, int64_t now_ms);
/* Two are about to be one; then they are. Errors: ZH_NOMEM. */
void zh_segments_before_merge(zh_segments *segments, zh_customer_id from, zh_customer_id to);
/* An erased customer is in none any more. */
void zh_segments_forget(zh_segments *segments, zh_customer_id customer);
ZH_MUST zh_err zh_segments_merge(zh_segments *segments, zh_customer_id from, zh_customer_id to, int64_t now_ms);

/* ---- asking ---- */

uint32_t zh_segments_count(const zh_segments *segments); /* living ones */
/* The next living one, by number: for (uint32_t at = 0; zh_segments_next(s, &at, &segment);) … */
bool zh_segments_next(const zh_segments *segments, uint32_t *at, zh_segment *out);
bool zh_segments_find(const zh_segments *segments, zh_sv name, zh_segment *out);
/* Is he in it, and since when? since_ms may be NULL. */
bool zh_segments_has(const zh_segments *segments, uint32_t number, zh_customer_id customer, int64_t *since_ms);
/* The numbers of those he is in: for (uint32_t at = 0; zh_segments_of_customer(s, customer, &at, &number);) … */
bool zh_segments_of_customer(const zh_segments *segments, zh_customer_id customer, uint32_t *at, uint32_t *number);
/* As zh_look.in_segment. */
bool zh_segments_in(const void *segments, zh_customer_id customer, zh_sv name);
/* Everyone in it: for (size_t at = 0; zh_segments_member(s, number, &at, &customer, &since_ms);) … in no order. O(customers). */
bool zh_segments_member(const zh_segments *segments, uint32_t number, size_t *at, zh_customer_id *customer, int64_t *since_ms);
int64_t zh_segments_now_ms(const zh_segments *segments); /* the log's clock */
/* This customer will change soon: bring what is kept of him near. Step 0: the table, 1: the rest. A hint. */
void zh_segments_prefetch(const zh_segments *segments, zh_customer_id customer, int step);
uint64_t zh_segments_asked(const zh_segments *segments); /* since open: how often one customer was asked about one segment */
size_t zh_segments_bytes(const zh_segments *segments);

/* The newest of his events that the clause looks at, at most `most`; returns how many. */
size_t zh_segment_evidence(const zh_segment_clause *clause, const zh_look *look, zh_fact *out, size_t most);

/* ---- keep (base/keep.h) ---- 'c' and the customer, 8 bytes big-endian; 'd' and the number, 4 bytes. ---- */

ZH_MUST zh_err zh_segments_save(zh_segments *segments, bool all, zh_keep keep);
ZH_MUST zh_err zh_segments_load(zh_segments *segments, zh_sv key, zh_sv value);
ZH_MUST zh_err zh_segments_loaded(zh_segments *segments); /* all entries of all views are there: now it can ask */
bool zh_segments_check(const zh_segments *segments, const char **why);

#endif
