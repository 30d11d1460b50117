/* customer.h -- what zhun knows of each customer, folded from events into integers.
 *
 * The state is a function of the *set* of a customer's events, never of the order they came in:
 * sums, unions, minima, maxima, and "the newest N" by a rank that no order of arrival can move.
 * So shuffled events give the same bytes, two customers merge into exactly what one would have
 * been, and partitions need no agreement. Ratios, decay and scores are computed by the reader.
 *
 *     part       key                  holds                                   kept when full
 *     tallies    act, hour of week    events                                  (bounded by nature)
 *     days       UTC day              which half hours saw an event           newest days
 *     touches    item, act            newest touch                            newest touches
 *     glances    UTC day, item        times shown in a list                   newest days
 *     bought     item                 times, quantity, newest time            smallest item numbers
 *     orders     hash of order id     what was stated, lines, refunds         smallest hashes
 *     tastes     week, kind, name     points                                  newest weeks
 *     traits     name, part           newest value (JSON text), additions     smallest names
 *     activity   time, content        each event, small (activity.h)          newest events
 *
 * "Smallest numbers" of a keyed hash is a fair sample that any order of arrival agrees on
 * (bottom-k; Cohen, Kaplan, PODC 2007); only accounts no person has get there.
 *
 * Guarantees  state(shuffled events) == state(events); state(A) merged with state(B) == state(A and B), but for traits
 *             that additions and sets of one name, arriving in another order than they happened, made (customer_change.c);
 *             the BUYER and BOTH steps of all folds and merges add up to exactly the final bought sets;
 *             so do AFTER and GAP to the days in them: 2 where a's newest day is 1 .. ZH_PROFILE_AFTER_DAYS before b's, 1 each way where
 *             they are one day, of the ZH_PROFILE_AFTER_MAX items bought last;
 *             a failed call changes neither the state nor the effects.
 * Cost        a fold: O(log n) to find, O(n) bytes moved to insert, and one BOTH step for each bought
 *             item when a new one is bought. A merge: (items only here) x (items only there) steps.
 * Threads     one table, one thread at a time.
 * Clock       none: weeks, days and hours come from the events' own times, UTC.
 * Not here    who a customer is (identity.h), personal traits (sealed in the log), scores (model),
 *             the time line of events (store), duplicates (an event is folded once: store/dedup.h).
 */
#ifndef ZH_PROFILE_CUSTOMER_H
#define ZH_PROFILE_CUSTOMER_H
#include "base/keep.h"
#include "core/effect.h"
#include "core/place.h"

#define ZH_PROFILE_TOUCHES_MAX 32      /* what "now interested in" can use; older ones are in `tastes` */
#define ZH_PROFILE_GLANCES_MAX 96     /* (day, item) pairs: the lists of the last few visits */
#define ZH_PROFILE_BOUGHT_MAX 4096     /* distinct items; the heaviest trade customer of UCI has 1,800 */
#define ZH_PROFILE_ORDERS_MAX 2048     /* one a day for five years, and refunds */
#define ZH_PROFILE_STATED_MAX 256      /* items of one order whose quantity is counted; bounds memory an order */
#define ZH_PROFILE_TASTES_MAX 512      /* (week, name) pairs: a year of ten names a week */
#define ZH_PROFILE_DAYS_MAX 128        /* active days */
#define ZH_PROFILE_STAYS_MAX 128       /* (week, cell) pairs: a year of two or three places a week */
#define ZH_PROFILE_TRAITS_MAX 64       /* distinct trait names */
#define ZH_PROFILE_TRAIT_NAME_MAX 255  /* bytes; longer names are not traits */
#define ZH_PROFILE_TRAIT_VALUE_MAX 1024 /* bytes of JSON; longer values are not taken */
#define ZH_PROFILE_LIST_MAX 100        /* elements an append makes a list have; further ones are not taken */
#define ZH_PROFILE_NAME_BYTES_MAX 96   /* category and brand as shown, cut at a character */
#define ZH_PROFILE_PARTNERS_MAX 4      /* SEEN_BOTH steps of one view: its newest partners; what was looked at just before says most */
#define ZH_PROFILE_AFTER_DAYS 60       /* b follows a where it was bought at most so much later: past it, little has to do with a */
#define ZH_PROFILE_AFTER_MAX 64        /* of a customer's items, those bought last: by newest day, then number; bounds AFTER steps and pairs */
#define ZH_PROFILE_SITTING_MS (30 * 60 * 1000) /* two views nearer than this are one sitting */
#define ZH_PROFILE_CURRENCIES_MAX 4    /* totals shown; the most used ones */

/* The place of an event in the canonical order: its time, then a hash of its key and body. */
typedef struct zh_rank {
    int64_t time_ms;
    uint64_t tie;
} zh_rank;
zh_rank zh_rank_of(const zh_event *event);
static inline int zh_rank_compare(zh_rank a, zh_rank b)
{
    if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms ? -1 : 1;
    return a.tie < b.tie ? -1 : a.tie > b.tie;
}

/* The newest touch of an item by an act. */
typedef struct zh_touch {
    zh_item_id item;
    zh_rank rank;
    zh_act act; /* VIEW, CLICK, ADD, REMOVE, ORDER, WISH, UNWISH, SHARE, REVIEW */
} zh_touch;

/* An item stood in a list that the customer was shown (Product List Viewed): how often on a day. */
typedef struct zh_glance {
    zh_item_id item;
    uint16_t day;   /* since 1970-01-01 UTC */
    uint16_t times; /* stays at 65,535 */
} zh_glance;

typedef struct zh_bought {
    zh_item_id item;
    int64_t quantity; /* over the orders that stand */
    int64_t last_ms;
    uint32_t times;   /* orders that stand, and loose lines; 0: only in statements replaced since */
    uint16_t days[2]; /* UTC days since 1970 of the newest orders on different days, the newest first; 0: none, or before they were kept */
} zh_bought;

/* What an order says of itself, in either form: stated whole (Order Completed, Order Updated), or
 * as loose lines (ZH_MARK_ORDER_LINE). Of several statements one stands: an update before an order,
 * the newest update, the oldest order. Lines and refunds add up. */
typedef enum zh_order_form { ZH_ORDER_UNSTATED, ZH_ORDER_STATED, ZH_ORDER_UPDATED } zh_order_form;
typedef struct zh_order {
    uint64_t id_hash;       /* zh_order_hash() */
    int64_t first_ms;       /* oldest event that names it */
    zh_rank stated;         /* of the statement that stands */
    int64_t stated_minor;
    int64_t stated_cost_minor; /* of its goods; -1: not known */
    int64_t loose_minor;    /* sum of loose lines */
    int64_t loose_cost_minor; /* of those whose cost is known */
    int64_t refunded_minor;
    zh_currency currency;   /* of the statement that stands, else the smallest code of lines and refunds */
    uint32_t marks;         /* ZH_MARK_… of all its events */
    uint32_t loose_lines;
    uint32_t refunds;       /* refund events */
    uint32_t uncosted;      /* loose events whose cost is not known */
    uint16_t stated_lines;
    uint8_t form;           /* zh_order_form */
    bool is_cancelled;
} zh_order;
uint64_t zh_order_hash(zh_sv order_id);
static inline bool zh_order_is_sale(const zh_order *order) /* not only a refund, and not cancelled */
{
    return (order->form != ZH_ORDER_UNSTATED || order->loose_lines > 0) && !order->is_cancelled;
}
static inline int64_t zh_order_minor(const zh_order *order)
{
    return order->form != ZH_ORDER_UNSTATED ? order->stated_minor : order->loose_minor;
}
/* What its goods cost the shop. False: not known of all. */
static inline bool zh_order_cost(const zh_order *order, int64_t *minor)
{
    *minor = order->form != ZH_ORDER_UNSTATED ? order->stated_cost_minor : order->loose_cost_minor;
    return order->form != ZH_ORDER_UNSTATED ? order->stated_cost_minor >= 0 : order->loose_lines > 0 && order->uncosted == 0;
}

/* Interest in a category or brand in one week: 1 a view or click, 3 an add or wish, 5 a line bought. */
typedef enum zh_taste_kind { ZH_TASTE_CATEGORY = 1, ZH_TASTE_BRAND = 2 } zh_taste_kind;
typedef struct zh_taste {
    uint64_t name_hash;  /* zh_taste_hash(); the name as shown: zh_terms_name() of the table's terms */
    uint16_t week;       /* whole weeks since 1970-01-01 UTC */
    uint8_t kind;        /* zh_taste_kind */
    uint32_t points;
} zh_taste;
uint64_t zh_taste_hash(zh_taste_kind kind, zh_sv name);

/* On which days of a week a customer was in a cell, by the sun's clock there (zh_cell_hours). Days begin at 8, weeks on Monday. */
typedef enum zh_stay_kind {
    ZH_STAY_NIGHT,   /* 20 to 8 */
    ZH_STAY_WORK,    /* Monday to Friday 9 to 18 */
    ZH_STAY_WEEKEND, /* Saturday and Sunday 8 to 20 */
    ZH_STAY_EDGE,    /* the other hours: on the way */
    ZH_STAY_KINDS
} zh_stay_kind;
typedef struct zh_stay {
    zh_cell cell;
    uint16_t week;                /* since the Monday before 1970-01-01 */
    uint8_t days[ZH_STAY_KINDS];  /* a bit for each, Monday the lowest */
} zh_stay;

/* A name's value, and beside it what was added to it since it was set; see customer_change.c. */
typedef enum zh_trait_part { ZH_TRAIT_VALUE, ZH_TRAIT_ADDED, ZH_TRAIT_APPENDED, ZH_TRAIT_DELETED } zh_trait_part;
typedef struct zh_trait {
    zh_sv name;
    zh_sv value;         /* JSON text; "null" where the shop took it back */
    zh_rank rank;
    zh_trait_part part;  /* ZH_TRAIT_VALUE in what the accessors below give */
} zh_trait;

typedef struct zh_money_total {
    zh_currency currency;
    uint32_t orders;
    int64_t revenue_minor, refunded_minor;
} zh_money_total;

typedef struct zh_order_totals {
    uint32_t orders;     /* sales that stand, in all currencies */
    uint32_t cancelled;
    int64_t last_ms;     /* newest sale that stands; 0 without one */
    uint64_t last_hash;
    zh_money_total money[ZH_PROFILE_CURRENCIES_MAX]; /* most orders first, then by code */
    uint32_t money_count;
    bool is_sampled;     /* more than ZH_PROFILE_ORDERS_MAX: these are a sample */
} zh_order_totals;

/* One customer, read-only; valid until the next change of the table. */
typedef struct zh_customer_state zh_customer_state;

zh_customer_id zh_customer_number(const zh_customer_state *state);
int64_t zh_customer_first_ms(const zh_customer_state *state);
int64_t zh_customer_last_ms(const zh_customer_state *state);
uint64_t zh_customer_events(const zh_customer_state *state);             /* all acts */
uint32_t zh_customer_acts(const zh_customer_state *state, zh_act act);
uint32_t zh_customer_hour(const zh_customer_state *state, uint32_t hour_of_week); /* 0: Monday 00:00 UTC, < 168 */
uint32_t zh_customer_active_days(const zh_customer_state *state, int64_t from_ms, int64_t until_ms);
uint32_t zh_customer_half_hours(const zh_customer_state *state, int64_t from_ms, int64_t until_ms); /* by whole days */
const zh_touch *zh_customer_touches(const zh_customer_state *state, uint32_t *count); /* newest first */
const zh_glance *zh_customer_glances(const zh_customer_state *state, uint32_t *count); /* newest day first, then by item */
const zh_bought *zh_customer_bought(const zh_customer_state *state, uint32_t *count); /* by item number */
const zh_bought *zh_customer_bought_of(const zh_customer_state *state, zh_item_id item); /* NULL: never */
const zh_order *zh_customer_orders(const zh_customer_state *state, uint32_t *count);  /* by hash */
const zh_order *zh_customer_order_of(const zh_customer_state *state, zh_sv order_id); /* NULL: unknown */
/* The items of the order's statement that stands, as far as they are learned from, each once; how many. */
uint32_t zh_customer_order_items(const zh_customer_state *state, uint64_t id_hash, zh_item_id out[ZH_PROFILE_STATED_MAX]);
const zh_taste *zh_customer_tastes(const zh_customer_state *state, uint32_t *count);  /* newest week first */
const zh_stay *zh_customer_stays(const zh_customer_state *state, uint32_t *count);    /* newest week first, then by cell */
void zh_customer_order_totals(const zh_customer_state *state, zh_order_totals *out);  /* O(orders) */
bool zh_customer_trait_at(const zh_customer_state *state, uint32_t at, zh_trait *out); /* by name; false past the end */
bool zh_customer_trait_of(const zh_customer_state *state, zh_sv name, zh_trait *out);
/* The newest deletion of the portrait (profile_delete): what is not after it is gone. False: there was none. */
bool zh_customer_deleted(const zh_customer_state *state, zh_rank *rank);
/* What an identify event says of its traits; by its name, see customer_trait.c. */
typedef enum zh_trait_said { ZH_TRAIT_SET, ZH_TRAIT_SET_ONCE, ZH_TRAIT_UNSET, ZH_TRAIT_ADD, ZH_TRAIT_APPEND, ZH_TRAIT_DELETE } zh_trait_said;
zh_trait_said zh_customer_trait_said(const zh_event *event);
size_t zh_customer_bytes(const zh_customer_state *state);                             /* memory of this state */

struct zh_terms; /* profile/terms.h */
typedef struct zh_customers zh_customers;
typedef struct zh_customers_desc {
    size_t bytes_max; /* bound of all states; 0: 16 GiB */
} zh_customers_desc;

ZH_MUST zh_err zh_customers_open(zh_customers **out, const zh_customers_desc *desc);
void zh_customers_close(zh_customers *customers);

/* Fold one event into `customer` (> 0, after merges: the survivor). Steps are appended to `effects`, whose
 * arena also serves as scratch. Traits that are no JSON object are ignored: collect has checked them.
 * SEEN_BOTH comes once a sitting for a pair, VIEWER once for as long as the item stays among the touches;
 * these two depend on the order of the log, which is fixed, and merges leave them.
 * Errors: ZH_NOMEM (nothing changed). */
ZH_MUST zh_err zh_customers_fold(zh_customers *customers, zh_customer_id customer, const zh_event *event,
                                 zh_effects *effects);

/* What an event teaches, where it was folded before as one to be kept out of learning: its items, sums and tastes now, nothing of
 * the rest. An unknown customer learns nothing. Errors: ZH_NOMEM (nothing changed). */
ZH_MUST zh_err zh_customers_learn(zh_customers *customers, zh_customer_id customer, const zh_event *event, zh_effects *effects);

/* `from` becomes part of `to` (different, > 0) and is gone; one or both may be unknown.
 * Errors: ZH_NOMEM (nothing changed). */
ZH_MUST zh_err zh_customers_merge(zh_customers *customers, zh_customer_id from, zh_customer_id to,
                                  zh_effects *effects);
/* The same across two partitions' tables; the caller holds both. */
ZH_MUST zh_err zh_customers_hand_over(zh_customers *source, zh_customer_id from, zh_customers *target,
                                      zh_customer_id to, zh_effects *effects);
/* As if the customer never was: steps take back what it had counted (but VIEWER and SEEN_BOTH).
 * Unknown is fine. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_customers_drop(zh_customers *customers, zh_customer_id customer, zh_effects *effects);

/* NULL where unknown. */
const zh_customer_state *zh_customers_get(const zh_customers *customers, zh_customer_id customer);
/* This customer will be asked for or folded soon: bring its memory near. Step 0: the table, 1: the state, 2: its
 * lists, 3: of those its events alone; each needs the step before to have come. A hint. */
void zh_customers_prefetch(const zh_customers *customers, zh_customer_id customer, int step);
/* What the numbers in activities mean; the table's own, kept as a view beside it. */
struct zh_terms *zh_customers_terms(const zh_customers *customers);
size_t zh_customers_count(const zh_customers *customers);
size_t zh_customers_bytes(const zh_customers *customers); /* memory held */

/* Each customer once, in no particular order; the table must not change meanwhile.
 *     for (size_t at = 0; (state = zh_customers_walk(customers, &at)) != NULL;) use(state); */
const zh_customer_state *zh_customers_walk(const zh_customers *customers, size_t *at);

struct zh_stamps; /* profile/stamps.h */
/* What is known of when each customer did what, without looking at him: by place, 0 .. zh_customers_count() - 1; NULL past it. Places change with the table. */
const struct zh_stamps *zh_customers_stamps(const zh_customers *customers, size_t at);

/* Keep (base/keep.h). Key: the number, 8 bytes, big-endian. Errors: the keeper's, ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_customers_save(zh_customers *customers, bool all, zh_keep keep);
ZH_MUST zh_err zh_customers_load(zh_customers *customers, zh_sv key, zh_sv value);
/* A save in steps, so that folding need not wait for it: freeze says that all that changed since the last save is to be
 * written as it is at this moment, thaw writes `most` of it, until *done. A state that changes in between is written
 * first, to the same keeper, which must live until then. save(…, false, …) is both at once. One at a time.
 * Cost: freeze O(removed customers), thaw about 1 us a changed one. */
ZH_MUST zh_err zh_customers_freeze(zh_customers *customers, zh_keep keep);
ZH_MUST zh_err zh_customers_thaw(zh_customers *customers, size_t most, bool *done);
/* The bytes of one entry, and a hash of them for comparing states. */
void zh_customer_put(const zh_customer_state *state, zh_buf *out);
/* The same with names by their hashes, not by this table's numbers (terms.h): equal for equal events in any table. */
void zh_customer_put_by_hash(const zh_customers *customers, const zh_customer_state *state, zh_buf *out);
ZH_MUST zh_err zh_customer_hash(const zh_customers *customers, const zh_customer_state *state, uint64_t *hash);

/* Is every state as this file promises? Else *why is a static sentence. O(everything). */
bool zh_customers_check(const zh_customers *customers, const char **why);

#endif
