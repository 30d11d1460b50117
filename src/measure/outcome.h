/* outcome.h -- metrics: what one customer did in a span of time, as integers that can be added up.
 *
 *     metric         of a customer                                                             kind
 *     conversion     did he order?                                                             share
 *     orders         orders that stand                                                         mean
 *     revenue        their value as placed (GMV), minor units                                  mean
 *     net_revenue    the same, refunds taken off, cancelled orders left out                    mean
 *     average_order  revenue / orders (客单价)                                                  ratio
 *     repurchase     of those who ordered, did he order twice or more? (复购率)                  ratio
 *     refund_share   refunded / revenue                                                        ratio
 *     item_views     views of products                                                         mean
 *     add_to_cart    did he put something into a cart?                                         share
 *     active_days    UTC days with an event                                                    mean
 *     opt_outs       did he refuse a channel, personalisation or analytics?                    share
 *
 * A shop adds its own by events: "did", "count" or "sum" (of their values) of an event's name.
 *
 * A span is [from, to). An order belongs to the moment of its oldest event; what is given back later is taken off where the order
 * is. Sums count orders of one currency. A metric is one number of a customer, or two whose sums are divided (a ratio); it is a
 * function of what is known of him, so whenever that changes it can be taken out of a sum and put back.
 *
 * Ranges      values are cut at +-ZH_OUTCOME_VALUE_MAX, so that 2^40 products of two fit into 128 bits.
 * Cost        O(his orders) or O(his events in the activity list).
 * Not here    sums over customers (experiments.h), their statistics (experiment_result.h).
 */
#ifndef ZH_MEASURE_OUTCOME_H
#define ZH_MEASURE_OUTCOME_H
#include "base/json_out.h"
#include "base/note.h"
#include "guard/consent.h"
#include "profile/activity.h"

#define ZH_OUTCOME_VALUE_MAX (INT64_C(1) << 43)
#define ZH_METRIC_NAME_BYTES_MAX 64
#define ZH_METRIC_TITLE_BYTES_MAX 200
#define ZH_METRICS_MAX 200                /* a workspace's own */
#define ZH_METRIC_SETTING "metric/"       /* how the settings are called that define one */

typedef enum zh_quantity { /* one number of a customer */
    ZH_QUANTITY_NONE, ZH_QUANTITY_ORDERED, ZH_QUANTITY_ORDERS, ZH_QUANTITY_REVENUE, ZH_QUANTITY_NET, ZH_QUANTITY_REFUNDED, ZH_QUANTITY_REPEATED, ZH_QUANTITY_VIEWS,
    ZH_QUANTITY_ADDED, ZH_QUANTITY_DAYS, ZH_QUANTITY_REFUSED, ZH_QUANTITY_DID, ZH_QUANTITY_COUNT, ZH_QUANTITY_SUM
} zh_quantity;

typedef struct zh_metric {
    zh_sv name, title_en, title_zh;
    zh_quantity of, per;   /* per: NONE, or what `of` is divided by */
    zh_sv event;           /* of DID, COUNT and SUM */
    bool is_share;         /* 0 or 1 */
    bool is_money;         /* minor units */
    bool less_is_better;
    bool is_builtin;
} zh_metric;

/* Names of letters, digits, - and _. */
bool zh_metric_name_is_good(zh_sv name);
size_t zh_metric_builtins(const zh_metric **out);
const zh_metric *zh_metric_builtin(zh_sv name); /* NULL: none */
/* A workspace's own: {"kind": "did|count|sum", "event": "Video Watched", "title": …, "better": "more|less"}. Views are those of the
 * JSON and `name`. Errors: ZH_FORMAT: *field and *why. */
ZH_MUST zh_err zh_metric_read(zh_json_value object, zh_sv name, zh_metric *out, const char **field, const char **why);
void zh_metric_write(const zh_metric *metric, zh_json_out *out); /* that object, of one that is not built in */
const char *zh_metric_kind_text(const zh_metric *metric); /* "share", "mean", "ratio" */

typedef struct zh_outcome_look { /* of one customer */
    const zh_customer_state *state; /* NULL: nothing is known */
    const zh_consents *consents;    /* NULL: nobody said anything */
    const zh_terms *terms;
    zh_customer_id customer;
    zh_currency currency;           /* of sums; code 0: all added as they are */
} zh_outcome_look;

int64_t zh_outcome_of(const zh_outcome_look *look, zh_quantity quantity, zh_sv event, int64_t from_ms, int64_t to_ms);

/* Can an event of this act and name change the metric? (A choice: zh_metric_by_choice.) */
bool zh_metric_by_event(const zh_metric *metric, const zh_event *event);
bool zh_metric_by_choice(const zh_metric *metric);

#endif
