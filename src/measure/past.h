/* past.h -- a customer's past in columns of numbers, as of the end of a day.
 *
 * A past is a list of facts in order of days: orders, returns, looks, adds to a cart. zh_past_columns looks at those until a day
 * (that day included) and at no later one, so a column can never know what came after: what a model learns from is what it
 * will see when it is asked.
 *
 * Beside counts, sums and gaps stand the chances of a BG/NBD (bgnbd.h) fitted on all: still a customer, an order in 7 days …
 *
 * Guarantees  pure; facts after the day change nothing; all columns are finite.
 * Cost        about 20 ns a fact and 2 us a past.
 */
#ifndef ZH_MEASURE_PAST_H
#define ZH_MEASURE_PAST_H
#include "measure/bgnbd.h"

typedef enum zh_past_kind { ZH_PAST_ORDER, ZH_PAST_RETURN, ZH_PAST_VIEW, ZH_PAST_ADD, ZH_PAST_OTHER } zh_past_kind;

typedef struct zh_past_fact {
    int32_t day;       /* since 1970, of the shop's time */
    uint16_t kind;     /* zh_past_kind */
    uint16_t lines;    /* of an order; of others how many of that day this fact stands for */
    uint32_t category; /* of the first line, 0: not known */
    float units;
    double value;      /* money, in the shop's unit; of a return >= 0 too */
} zh_past_fact;

typedef struct zh_past {
    const zh_past_fact *facts; /* ascending by day */
    uint32_t count;
} zh_past;

/* What all columns share, learnt from everybody until a day. */
typedef struct zh_past_shop {
    zh_bgnbd model;       /* time in weeks; a is 0 where it could not be fitted */
    double mean_gap;      /* days between the orders of a customer; those with one order take it */
    double mean_value;    /* of an order */
} zh_past_shop;

void zh_past_shop_of(zh_past_shop *out, const zh_past *pasts, size_t count, int32_t until_day);

enum { ZH_PAST_COLUMNS = 48 };
extern const char *const zh_past_names[ZH_PAST_COLUMNS];

/* false: no order until that day, there is nothing to say. `window` is the days ahead that are asked for. */
bool zh_past_columns(const zh_past *past, const zh_past_shop *shop, int32_t day, int32_t window, float out[ZH_PAST_COLUMNS]);

/* Days on which the customer ordered until `day`, and the first and last of them; false: none. */
bool zh_past_history(const zh_past *past, int32_t day, zh_clv_history *weeks, int32_t *first, int32_t *last);
/* An order in (day, day + window]? */
bool zh_past_orders_within(const zh_past *past, int32_t day, int32_t window);

#endif
