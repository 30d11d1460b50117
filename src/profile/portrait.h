/* portrait.h -- what a shopkeeper would say of a customer after years: what is liked, how often is bought, when one comes.
 *
 * Nothing of it is kept. It is worked out when somebody looks, from the events, orders and tastes the customer's state has
 * anyway (customer.h, activity.h), so it costs no memory and nothing while events come in, and is never out of date.
 *
 *     part      says                                                       from
 *     leanings  shares of category, brand (affinity.h)                     tastes, events
 *               shares of price bands, attributes of items                 events, and the catalog through zh_portrait_shop
 *     rhythm    basket, returns, time between purchases, the next one      orders
 *     habits    hours and weekdays, visits                                 events
 *
 * Each value says how much stands behind it. **Confidence** is 1 - exp(-n / k) for n things of evidence: 0 for none, 0.63
 * for k of them, never 1. It grows with evidence only and is no probability of anything.
 *
 * Guarantees  a pure function of (state, zone, catalog); no clock: a portrait changes when the customer does something, not by waiting.
 * Cost        12 us for a customer of 50 events, 0.3 ms for 2,048; bench/portrait_bench.c.
 * Threads     readers of the table together.
 * Not here    forecasts by models, classes that depend on everyone (RFM), tags.
 */
#ifndef ZH_PROFILE_PORTRAIT_H
#define ZH_PROFILE_PORTRAIT_H
#include "base/arena.h"
#include "base/json.h"
#include "base/tz.h"
#include "profile/activity.h"
#include "profile/affinity.h"

#define ZH_PORTRAIT_NAMES_MAX 12           /* of one dimension: the tail says nothing of a person */
#define ZH_PORTRAIT_ATTRIBUTES_MAX 8       /* the first that its items have: colour, material, season … */
#define ZH_PORTRAIT_LATELY_DAYS 1          /* half-life of `lately`: what a visitor wants these days */
#define ZH_PORTRAIT_LIKED_DAYS 10          /* half-life of what is said to be liked */
#define ZH_PORTRAIT_LIKED_CATEGORY 0.27    /* least share that is; chosen on simulated shops (bench/truth.py) */
#define ZH_PORTRAIT_LIKED_BRAND 0.08
#define ZH_PORTRAIT_LIKED_CONFIDENCE 0.3   /* and least confidence: three events */
#define ZH_PORTRAIT_OCCASION_MS (12 * 3600000LL) /* orders nearer than this to the first are one purchase: a forgotten item is no habit */
#define ZH_PORTRAIT_CHANCE 0.8             /* that the next purchase falls into its interval */
#define ZH_PORTRAIT_LEANING_K 8.0          /* events after which a leaning is 63 % sure */
#define ZH_PORTRAIT_ORDERS_K 4.0           /* orders, or gaps between purchases */
#define ZH_PORTRAIT_HABIT_K 20.0           /* events */

double zh_portrait_confidence(double evidence, double k); /* [0, 1) */

typedef struct zh_leaning { /* to one name of a dimension */
    zh_sv name;
    double share;       /* of the dimension, [0, 1]; half of what it rests on is forgotten in ZH_AFFINITY_HALF_LIFE_DAYS */
    double lately;      /* the same, forgotten in ZH_PORTRAIT_LATELY_DAYS: above `share` it rises */
    bool liked;         /* category and brand: the portrait claims it, by a share forgotten in ZH_PORTRAIT_LIKED_DAYS */
    uint32_t events;    /* of the activity that speak of it; where that does not go back so far, its weeks */
    int64_t last_ms;    /* of the newest of them */
    double confidence;
} zh_leaning;

typedef struct zh_leanings { /* the largest share first */
    zh_leaning *rows;   /* in the arena */
    uint32_t count;     /* at most ZH_PORTRAIT_NAMES_MAX */
    uint32_t names;     /* there are */
} zh_leanings;

typedef struct zh_rhythm { /* of sales that stand */
    uint32_t orders, purchases;   /* purchases: orders of half a day are one */
    double lines, pieces;         /* of an order, mean: distinct products; pieces */
    double mean_minor;            /* of an order in `currency` */
    zh_currency currency;         /* most orders are in */
    uint32_t returned;            /* orders with a refund */
    double return_rate;           /* of orders, [0, 1] */
    double refunded_share;        /* of the money in `currency`, [0, 1] */
    int64_t first_ms, last_ms;    /* orders; 0: none */
    uint32_t gaps;                /* between purchases */
    int64_t interval_ms;          /* median of the gaps; 0: fewer than two purchases */
    int64_t next_ms, next_from_ms, next_until_ms; /* last purchase and one interval; ZH_PORTRAIT_CHANCE lies between from and until */
    double confidence, gap_confidence;
} zh_rhythm;

typedef struct zh_habits {
    uint32_t events;              /* the customer's own: what the shop did (refunds, stock) is not counted */
    int64_t since_ms, last_ms;    /* oldest and newest of them; 0: none */
    uint32_t hours[168];          /* Monday 00:00 first, in the zone asked for */
    uint32_t visits;              /* ZH_PROFILE_SITTING_MS without an event ends one */
    int64_t visit_ms;             /* median length; one event: 0 */
    double visit_events;          /* mean */
    double confidence;
} zh_habits;

typedef struct zh_attribute { /* "colour", and leanings to its values */
    zh_sv name;
    zh_leanings values;
} zh_attribute;

/* What the catalog says, for who has one: it is no part of a customer's state. */
typedef struct zh_portrait_shop {
    void *context;
    /* The price band of a piece in its category, from 0; -1: not known. What the event did not state is empty, or -1. */
    int (*band)(void *context, zh_sv item, zh_sv category, int64_t price_minor);
    zh_sv (*band_text)(int band);
    zh_sv (*attributes)(void *context, zh_sv item); /* a JSON object as text; empty: none */
    zh_json *json;                                   /* that parses them */
} zh_portrait_shop;

typedef struct zh_portrait {
    zh_leanings category, brand;
    zh_leanings band;             /* and the next: of events, half forgotten in ZH_AFFINITY_HALF_LIFE_DAYS; none without a shop */
    zh_attribute attributes[ZH_PORTRAIT_ATTRIBUTES_MAX]; /* most evidence first */
    uint32_t attributes_count;
    zh_rhythm rhythm;
    zh_habits habits;
} zh_portrait;

/* `terms` are those of the state's table; `shop` may be NULL. Rows are in the arena, names there or views of the state.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_portrait_of(const zh_customer_state *state, const zh_terms *terms, const zh_tz *zone, const zh_portrait_shop *shop, zh_arena *arena, zh_portrait *out);

/* Parts alone, for who asks for one. */
ZH_MUST zh_err zh_rhythm_of(const zh_customer_state *state, zh_arena *arena, zh_rhythm *out);
ZH_MUST zh_err zh_habits_of(const zh_customer_state *state, const zh_tz *zone, zh_arena *arena, zh_habits *out);

#endif
