/* outcome.h -- metrics: what one customer did in a span of time, as integers that can be added up.
 *
 *     metric         of a customer                                                             kind
 *     conversion     did he order?                                                             share
 *     orders         orders that stand                                                         mean
 *     revenue        their value as placed (GMV), minor units                                  mean
 *     paid_revenue   the same of those that an event said were paid (ZH_MARK_PAID)             mean
 *     net_revenue    the same, refunds taken off, cancelled orders left out                    mean
 *     margin         net_revenue of orders whose cost is known, less that cost, of what came back its share mean
 *     margin_share   margin / net_revenue of the same orders (毛利率)                            ratio
 *     average_order  revenue / orders (客单价)                                                  ratio
 *     repurchase     of those who ordered, did he order twice or more? (复购率)                  ratio
 *     refund_share   refunded / revenue                                                        ratio
 *     item_views     views of products                                                         mean
 *     add_to_cart    did he put something into a cart?                                         share
 *     active_days    UTC days with an event                                                    mean
 *     opt_outs       did he refuse a channel, personalisation or analytics?                    share
 *
 * A shop adds its own by events: "did", "count" or "sum" (of their values) of an event's name; of those alone for which `where`
 * holds, a condition on e. So that a number stays a function of the customer's own events, a condition may compare what an event says
 * (products, category, brand, item_id, price, quantity, value) with constants, and nothing else. `unit` is what it is divided by: nothing
 * (each customer counts once), his orders, his sessions (a pause of ZH_PROFILE_SITTING_MS ends one) or his active days; of sessions and days
 * "did" is the share in which it was done. `windowDays` is how long after an exposure its events count, where that is not the experiment's.
 *
 * A span is [from, to). An order belongs to the moment of its oldest event; what is given back later is taken off where the order
 * is. An order's cost is what its event says, or what the catalog said when it came; orders of which it is not known do not count in a margin,
 * so that a shop without costs has 0, not its revenue. Sums count orders of one currency. A metric is one number of a customer, or two whose sums are divided (a ratio); it is a
 * function of what is known of him, so whenever that changes it can be taken out of a sum and put back.
 *
 * Ranges      values are cut at +-ZH_OUTCOME_VALUE_MAX, so that 2^40 products of two fit into 128 bits.
 * Cost        O(his orders) or O(his events in the activity list); a condition some ns an event of that name, and no memory.
 * Not here    sums over customers (experiments.h), their statistics (experiment_result.h).
 */
#ifndef ZH_MEASURE_OUTCOME_H
#define ZH_MEASURE_OUTCOME_H
#include "base/json_out.h"
#include "base/note.h"
#include "guard/consent.h"
#include "segment/plan.h"

#define ZH_OUTCOME_VALUE_MAX (INT64_C(1) << 43)
#define ZH_METRIC_NAME_BYTES_MAX 64
#define ZH_METRIC_TITLE_BYTES_MAX 200
#define ZH_METRICS_MAX 200                /* a workspace's own */
#define ZH_METRIC_WHERE_BYTES_MAX 4096    /* as a computed trait's */
#define ZH_METRIC_WINDOW_DAYS_MAX 365     /* as an experiment's */
#define ZH_METRIC_SETTING "metric/"       /* how the settings are called that define one */

typedef enum zh_quantity { /* one number of a customer */
    ZH_QUANTITY_NONE, ZH_QUANTITY_ORDERED, ZH_QUANTITY_ORDERS, ZH_QUANTITY_REVENUE, ZH_QUANTITY_NET, ZH_QUANTITY_REFUNDED, ZH_QUANTITY_PAID, ZH_QUANTITY_MARGIN, ZH_QUANTITY_COSTED, ZH_QUANTITY_REPEATED, ZH_QUANTITY_VIEWS,
    ZH_QUANTITY_ADDED, ZH_QUANTITY_DAYS, ZH_QUANTITY_SESSIONS, ZH_QUANTITY_REFUSED, ZH_QUANTITY_DID, ZH_QUANTITY_COUNT, ZH_QUANTITY_SUM,
    ZH_QUANTITY_DID_SESSIONS, ZH_QUANTITY_DID_DAYS /* in how many of them he did it */
} zh_quantity;

typedef struct zh_metric {
    zh_sv name, title_en, title_zh;
    zh_quantity of, per;   /* per: NONE, or what `of` is divided by */
    zh_sv event, where;    /* of DID, COUNT and SUM; where may be empty */
    zh_plan *filter;       /* where, once it is compiled; NULL: every event */
    uint32_t window_days;  /* 0: the experiment's */
    bool is_share;         /* 0 or 1 */
    bool is_money;         /* minor units */
    bool less_is_better;
    bool is_builtin;
} zh_metric;

/* Names of letters, digits, - and _. */
bool zh_metric_name_is_good(zh_sv name);
size_t zh_metric_builtins(const zh_metric **out);
const zh_metric *zh_metric_builtin(zh_sv name); /* NULL: none */
/* A workspace's own: {"kind": "did|count|sum", "event": "Video Watched", "where": "e.value > 5.0", "windowDays": 7,
 * "unit": "customer|order|session|day", "title": …, "better": "more|less"}. Views are those of the JSON and `name`; `where` is to be
 * compiled. Errors: ZH_FORMAT: *field and *why. */
ZH_MUST zh_err zh_metric_read(zh_json_value object, zh_sv name, zh_metric *out, const char **field, const char **why);
void zh_metric_write(const zh_metric *metric, zh_json_out *out); /* that object, of one that is not built in */
/* Its condition, if it has one, into the arena; before it is asked. Errors: ZH_FORMAT, ZH_FULL (why says what and where), ZH_NOMEM. */
ZH_MUST zh_err zh_metric_compile(zh_metric *metric, zh_arena *arena, const zh_cel_env *env, zh_cel_fault *why);
/* Whenever there may be new terms; one thread at a time. */
void zh_metric_bind(const zh_metric *metric, const zh_terms *terms);
const char *zh_metric_type_text(const zh_metric *metric); /* how it reads: "share" of customers, "mean" (a number), "ratio" (a share of something else, or money an order) */
const char *zh_metric_kind_text(const zh_metric *metric); /* "did", "count", "sum"; of one that is built in "" */
const char *zh_metric_unit_text(const zh_metric *metric); /* "customer", "order", "session", "day"; "" of other ratios */
static inline int64_t zh_metric_window_ms(const zh_metric *metric, uint32_t window_days) { return (metric->window_days > 0 ? metric->window_days : window_days) * INT64_C(86400000); }

typedef struct zh_outcome_look { /* of one customer */
    const zh_customer_state *state; /* NULL: nothing is known */
    const zh_consents *consents;    /* NULL: nobody said anything */
    const zh_terms *terms;
    zh_customer_id customer;
    zh_currency currency;           /* of sums; code 0: all added as they are */
} zh_outcome_look;

/* His number in [from, to), and what it is divided by (0 where the metric is no ratio). */
int64_t zh_outcome_of(const zh_outcome_look *look, const zh_metric *metric, int64_t from_ms, int64_t to_ms);
int64_t zh_outcome_per(const zh_outcome_look *look, const zh_metric *metric, int64_t from_ms, int64_t to_ms);
bool zh_outcome_is_active(const zh_outcome_look *look, int64_t from_ms, int64_t to_ms); /* has he an event there? */

/* Can an event of this act and name change the metric? (A choice: zh_metric_by_choice.) */
bool zh_metric_by_event(const zh_metric *metric, const zh_event *event);
bool zh_metric_by_choice(const zh_metric *metric);

#endif
