/* features.h -- a customer as a row of numbers: how he buys, when he comes, what he leans to.
 *
 *     column            number                                                            in an expression
 *     recency           ln(1 + days since he was last seen)                               customer.last_seen
 *     orders            ln(1 + orders that stand)                                         customer.orders.count()
 *     money             ln(1 + their sum in his main currency, refunds taken off)         customer.orders.revenue()
 *     order_value       ln(1 + mean value of an order)                                    -
 *     basket            ln(1 + mean lines of an order)                                    -
 *     returns           share of orders with a refund                                     -
 *     days              ln(1 + active days of the last ZH_FEATURES_DAYS)                   -
 *     views, adds       ln(1 + events)                                                    -
 *     evening, night, weekend   share of his newest events from 18 to 24, 0 to 6, on Saturday and Sunday, drawn to the usual by
 *                       ZH_FEATURES_USUAL events: of two events both at night says little
 *     price             mean band of what he looked at and bought, 0 low .. 1 high; unknown 0.5
 *     category:NAME, brand:NAME   share of his interest, of the names most customers lean to      customer.affinity.category["NAME"]
 *
 * Guarantees  pure; all finite; traits are not in it: what customers did, not what was said of them.
 * Cost        7 us a customer of 20 events on a busy machine (bench/group_bench.c).
 * Threads     readers.
 */
#ifndef ZH_MEASURE_FEATURES_H
#define ZH_MEASURE_FEATURES_H
#include "base/buf.h"
#include "base/map.h"
#include "base/tz.h"
#include "profile/portrait.h"

#define ZH_FEATURES_NAMES_MAX 32  /* categories and brands together: the tail is a handful of customers each */
#define ZH_FEATURES_DAYS 90
#define ZH_FEATURES_FACTS_MAX 64  /* newest events that speak of hours and bands */
#define ZH_FEATURES_USUAL 4
#define ZH_FEATURES_COUNTED_MAX 100000 /* distinct names while the usual ones are sought */

#define ZH_FEATURE_LIST(X)                                                                                                               \
    X(RECENCY, "recency") X(ORDERS, "orders") X(MONEY, "money") X(ORDER_VALUE, "order_value") X(BASKET, "basket") X(RETURNS, "returns")  \
    X(DAYS, "days") X(VIEWS, "views") X(ADDS, "adds") X(EVENING, "evening") X(NIGHT, "night") X(WEEKEND, "weekend") X(PRICE, "price")
typedef enum zh_feature {
#define X(name, text) ZH_FEATURE_##name,
    ZH_FEATURE_LIST(X)
#undef X
    ZH_FEATURES_FIXED
} zh_feature;
#define ZH_FEATURES_MAX (ZH_FEATURES_FIXED + ZH_FEATURES_NAMES_MAX)

typedef struct zh_feature_name { zh_taste_kind kind; zh_sv text; uint64_t hash; uint64_t customers; } zh_feature_name;

typedef struct zh_features { /* which columns there are */
    zh_feature_name names[ZH_FEATURES_NAMES_MAX]; /* texts in the caller's arena */
    uint32_t names_count;
    const zh_terms *terms;
    const zh_tz *zone;
    const zh_portrait_shop *shop; /* NULL: no bands */
    int64_t now_ms;
} zh_features;
static inline uint32_t zh_features_columns(const zh_features *f) { return ZH_FEATURES_FIXED + f->names_count; }

/* "orders"; of a name "category" or "brand", and *name. */
const char *zh_feature_text(const zh_features *features, uint32_t column, zh_sv *name);

/* The names most customers lean to: count each, then take. The map is the counter's; close it. */
typedef struct zh_feature_counter { zh_map places; zh_feature_name *all; size_t count; } zh_feature_counter;
ZH_MUST zh_err zh_features_count(zh_feature_counter *counter, zh_arena *arena, zh_arena *scratch, const zh_terms *terms, const zh_customer_state *state);
/* At most categories + brands <= ZH_FEATURES_NAMES_MAX, each of at least `customers_min`; most customers first, then by text. */
void zh_features_take(zh_features *features, zh_feature_counter *counter, uint32_t categories, uint32_t brands, uint64_t customers_min);
void zh_feature_counter_close(zh_feature_counter *counter);

/* Errors: ZH_NOMEM (the scratch, which is the caller's to reset). */
ZH_MUST zh_err zh_features_of(const zh_features *features, const zh_customer_state *state, zh_arena *scratch, double out[ZH_FEATURES_MAX]);

/* A condition "column >= value" or "< value" of an expression that means the same; false: the vocabulary has no word for the column. */
bool zh_feature_condition(const zh_features *features, uint32_t column, double value, bool at_least, zh_buf *out);
/* What a number of the column stands for: orders, money, days; shares as they are. */
double zh_feature_plain(uint32_t column, double value);

#endif
