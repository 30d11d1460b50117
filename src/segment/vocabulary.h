/* vocabulary.h -- what an expression may say of a customer, and how it is answered.
 *
 *     customer.first_seen, .last_seen                       timestamps; absent where there is no event
 *     customer.orders.count([window])                       sales that stand: not cancelled, not only a refund
 *     customer.orders.revenue([window])                     their sum in the customer's main currency, refunds taken off
 *     customer.orders.first, .last                          timestamps, absent without an order
 *     customer.events(["name"])                             events, newest first
 *         .where(e, condition)                              those for which it holds
 *         .followed_by("name", time)                        those after which an event of that name came within the time
 *         .not_followed_by("name", time)                    those after which none came within it, once it has passed
 *         .count([window]) .sum([window])                   how many; the sum of their values
 *         .first, .last                                     timestamps, absent where there is none
 *     customer.did("name"[, window])                        events("name").count(window) > 0
 *     customer.traits                                       map of what the shop said; personal traits are not in it
 *     customer.affinity.category, .brand                    map name -> share of interest, half of it forgotten in 28 days (profile/affinity.h)
 *     customer.in_segment("name")                           is he in that kept segment (segments.h)?
 *     customer.has_tag("name"), .tags, .in_list("name")     what is said of him: vocabulary_tags.h
 *     customer.bucket("salt", n)                            0 .. n - 1, by chance but always the same (bucket.h)
 *     customer.consent.personalization, .analytics          in force
 *     customer.consent.email, .sms …                        was marketing by this channel allowed? silence is a no
 *     customer.basket_size, .return_rate, .purchase_interval, .next_order …    how he buys: vocabulary_portrait.h
 *     customer.home_cell, .work_cell                        where he usually is: vocabulary_portrait.h
 *     customer.predictions.buy_7d …                         what he will probably do: vocabulary_predict.h
 *     customer.rfm …, .lifecycle, .aipl                     where he stands: vocabulary_standing.h
 *     e.name .type .time .value .item_id .category .brand .price .quantity    of the first product where there are several
 *     e.products.exists(p, p.category == "tea")             all of them, the same fields
 *     days(7), hours(3), minutes(30), weeks(2)              windows; now: the moment of the question
 *
 * A **window** reaches from now - window (not included) to now, and beyond where a clock ran ahead.
 *
 * Guarantees  pure: the same customer, names and moment give the same answer. Events that are kept apart are not seen.
 * Cost        evaluating: about 150 ns, and 10 ns for each event looked at.
 * Threads     names are read by any; a look is one thread's.
 * Not here    the language (lang), sets of customers and when they change (segment.h).
 */
#ifndef ZH_SEGMENT_VOCABULARY_H
#define ZH_SEGMENT_VOCABULARY_H
#include "base/json.h"
#include "core/bucket.h"
#include "guard/consent.h"
#include "lang/cel_program.h"
#include "profile/activity.h"
#include "profile/tags.h"
#include "segment/boundaries.h"

#define ZH_EXPRESSION_BYTES_MAX 65536          /* of its text */
#define ZH_EXPRESSION_STEPS_MAX UINT64_C(100000) /* of one evaluation: about half a millisecond */

/* Declare them; all is in the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vocabulary_open(zh_cel_env **out, zh_arena *arena);

typedef struct zh_condition { /* on a customer */
    const zh_cel_program *program;
    int64_t window_ms; /* an event older than this has no say in it; INT64_MAX: any may have */
} zh_condition;

/* A boolean expression over these names; *out lives in the arena. Errors and `why` as zh_cel_compile. */
ZH_MUST zh_err zh_vocabulary_compile(zh_condition *out, zh_arena *arena, const zh_cel_env *env, zh_sv text, zh_cel_fault *why);

typedef struct zh_look { /* one customer at one moment */
    const zh_terms *terms;
    const zh_consents *consents;
    const zh_boundaries_view *boundaries; /* NULL: there are none */
    const zh_customer_state *state; /* NULL: nothing is known but the number */
    zh_customer_id customer;
    int64_t now_ms;
    zh_json *json;                  /* for traits */
    zh_workspace_id workspace;      /* for buckets */
    bool (*in_segment)(const void *segments, zh_customer_id customer, zh_sv name); /* NULL: he is in none */
    const void *segments;
    const zh_tags *tags, *lists;    /* NULL: he has none, and is on none */
    /* The tags that follow a kept segment, by name: for (uint32_t at = 0; binding(segments, &at, &tag, &segment);) …; NULL: there are none */
    bool (*binding)(const void *segments, uint32_t *at, zh_sv *tag, zh_sv *segment);
    const zh_tz *(*zone)(void *zones, zh_sv name); /* as zh_cel_run; may be NULL */
    void *zones;
    /* What is predicted of the customer (vocabulary_predict.h), and until when that stands; false: nothing. May be NULL. */
    bool (*predict)(const void *predictions, const struct zh_look *look, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms);
    const void *predictions;
    const zh_cel_value *variables;  /* of names that whoever compiled declared besides, by their ids (decide/rule_words.h) */
    uint32_t variables_count;
    uint64_t turn;                  /* of one who folds: the same as long as nothing about the customer and the moment is another; 0: not known */
} zh_look;

/* customer.consent.…: is it in force? Silence is a yes to personalisation and analytics, else a no; of a minor all marketing is. */
bool zh_look_consents(const zh_look *look, zh_consent_field field);

/* Does it hold? An evaluation that fails is a no, and *error says why (kind ERROR; else NULL kind). The scratch arena is the
 * caller's to reset. */
bool zh_vocabulary_holds(const zh_condition *condition, const zh_look *look, zh_arena *scratch, zh_cel_value *error);
/* The same, and until when: the first millisecond at which the answer may be another though nothing happened; INT64_MAX: never. */
bool zh_vocabulary_ask(const zh_condition *condition, const zh_look *look, zh_arena *scratch, zh_cel_value *error, int64_t *until_ms);

/* The value of a part of a condition that looks at events after `since_ms` alone; *until_ms becomes earlier where the value may be another
 * before it. */
zh_cel_value zh_vocabulary_value(const zh_cel_program *program, const zh_look *look, int64_t since_ms, zh_arena *scratch, int64_t *until_ms);

/* The events that an expression of the type Events chooses by a `where`, those after a moment alone: newest first, in the arena.
 * False: it has none, and *error says why. */
bool zh_vocabulary_events(const zh_cel_program *program, const zh_look *look, int64_t since_ms, zh_arena *arena, const zh_fact **facts, uint32_t *count,
                          zh_cel_value *error);

#endif
