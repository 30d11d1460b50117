/* event.h -- the canonical event: what every dialect becomes, and how it stands in the log.
 *
 * A dialect (collect) turns the bytes of a client into a zh_event with the customer's ids as
 * sent. Identity resolution replaces the ids by an internal number, guard seals what is personal,
 * and zh_event_put() writes the record. From there on views see the same struct again, read by
 * zh_event_get(), with `customer` set and the ids empty.
 *
 * Guarantees  get(put(e)) gives the same event; any other bytes give ZH_FORMAT, never a crash.
 * Lifetimes   every view in a zh_event points into the bytes it was read from (request or block).
 * Cost        O(bytes), no allocation but the lines (from the caller's arena).
 * Not here    JSON (base/json.h), clock repair and naming (collect), sealing (guard).
 */
#ifndef ZH_CORE_EVENT_H
#define ZH_CORE_EVENT_H
#include "base/arena.h"
#include "base/buf.h"
#include "core/id.h"
#include "core/money.h"

#define ZH_EVENT_BYTES_MAX 32768     /* one event as sent; the limit Segment states */
#define ZH_EVENT_LINES_MAX 1000      /* products of one event: what 32 KB can hold, and a margin */
#define ZH_EVENT_NAME_BYTES_MAX 255  /* event name; longer ones are mistakes */
#define ZH_MESSAGE_ID_BYTES_MAX 100  /* as Segment states */

typedef enum zh_event_type {
    ZH_EVENT_TRACK = 1, ZH_EVENT_IDENTIFY, ZH_EVENT_PAGE, ZH_EVENT_SCREEN, ZH_EVENT_GROUP, ZH_EVENT_ALIAS
} zh_event_type; /* stored: append only */

/* What an event means to a shop, decided once, at collection, from its name (Segment's ecommerce
 * specification v2, its older names, and what other dialects call the same). Stored: append only. */
#define ZH_ACT_LIST(X)                                                            \
    X(OTHER,       "other")             /* anything else */                       \
    X(VIEW,        "view")              /* Product Viewed */                      \
    X(CLICK,       "click")             /* Product Clicked */                     \
    X(LIST_VIEW,   "list_view")         /* Product List Viewed, … Filtered */     \
    X(SEARCH,      "search")            /* Products Searched */                   \
    X(ADD,         "add")               /* Product Added */                       \
    X(REMOVE,      "remove")            /* Product Removed */                     \
    X(CART_VIEW,   "cart_view")         /* Cart Viewed */                         \
    X(CHECKOUT,    "checkout")          /* Checkout Started, … Step …, Payment Info Entered */ \
    X(ORDER,       "order")             /* Order Completed */                     \
    X(ORDER_UPDATE,"order_update")      /* Order Updated */                       \
    X(REFUND,      "refund")            /* Order Refunded */                      \
    X(CANCEL,      "cancel")            /* Order Cancelled */                     \
    X(STOCK,       "stock")             /* Stock Adjusted: a line of a ledger that is no sale */ \
    X(COUPON,      "coupon")            /* Coupon Entered, Applied, Denied, Removed */ \
    X(PROMOTION,   "promotion")         /* Promotion Viewed, Clicked */           \
    X(WISH,        "wish")              /* Product Added to Wishlist */           \
    X(UNWISH,      "unwish")            /* Product Removed from Wishlist */       \
    X(SHARE,       "share")             /* Product Shared, Cart Shared */         \
    X(REVIEW,      "review")            /* Product Reviewed */                    \
    X(CONSENT,     "consent")           /* Segment Consent Preference Updated */
typedef enum zh_act {
#define X(name, text) ZH_ACT_##name,
    ZH_ACT_LIST(X)
#undef X
    ZH_ACT_COUNT
} zh_act;
const char *zh_act_text(zh_act act);

/* What was found odd at collection. An event with a mark is kept, shown and left out of learning
 * where the mark says so. Stored: append only. */
enum {
    ZH_MARK_CLOCK_REPAIRED = 1 << 0, /* sentAt was off, time_ms was shifted */
    ZH_MARK_CLOCK_CLAMPED  = 1 << 1, /* the repaired time was nonsense; received time was taken */
    ZH_MARK_NO_MESSAGE_ID  = 1 << 2, /* the server made one from the body */
    ZH_MARK_NON_PRODUCT    = 1 << 3, /* lines are postage, fees …: counted in money, never recommended */
    ZH_MARK_ORDER_LINE     = 1 << 4, /* one line of an order that comes as several events */
    ZH_MARK_GUEST          = 1 << 5, /* no account: the customer is this order's alone */
    ZH_MARK_IMPORT         = 1 << 6, /* history: never triggers a reaction */
    ZH_MARK_REPEAT_LINE    = 1 << 7, /* an equal line of the same order came before it, and is another sale */
    ZH_MARK_OUTLIER        = 1 << 8, /* negative price, absurd quantity …: kept out of learning */
    ZH_MARK_NO_VISIT       = 1 << 9, /* the shop's own system said it: the customer was not there just then */
    ZH_MARK_BOT_AGENT      = 1 << 10, /* the browser names itself a robot */
    ZH_MARK_ID_LIMIT       = 1 << 11, /* its ids were not joined: the customer has as many as a workspace lets */
    ZH_MARK_SHARED_DEVICE  = 1 << 12, /* its anonymous id is a device's that many known customers use */
    ZH_MARK_ID_APART       = 1 << 13, /* its ids were not joined: a person took that apart */
    ZH_MARK_PAID           = 1 << 14, /* its order is paid, says the shop */
    ZH_MARK_APART          = 1 << 30, /* never stored: the fold keeps this event out of learning (src/quality) */
};
#define ZH_MARKS_OF_IDS (ZH_MARK_ID_LIMIT | ZH_MARK_SHARED_DEVICE | ZH_MARK_ID_APART) /* what arrival decides: no part of a profile */
#define ZH_MARKS_NOT_LEARNED (ZH_MARK_NON_PRODUCT | ZH_MARK_OUTLIER | ZH_MARK_APART) /* nothing is learned from an event with one of them */

/* One product of an event. `quantity` and `total_minor` are >= 0 for sales and refunds alike; the
 * act says the direction. Ledger lines (ZH_ACT_STOCK) may be negative. */
typedef struct zh_line {
    zh_item_id item;
    zh_sv item_text;      /* as the shop writes it; never empty */
    zh_sv sku, name, category, brand; /* empty where not sent */
    int64_t price_minor;  /* a piece; -1 where not sent */
    int64_t quantity;     /* 1 where not sent */
    int64_t total_minor;  /* quantity x price, rounded once; 0 without a price */
    int64_t cost_minor;   /* what a piece cost the shop, >= 0, where has_cost */
    bool has_cost;        /* the event said so, or the catalog when the event came */
} zh_line;

typedef struct zh_event {
    /* Known after identity resolution. */
    zh_customer_id customer;      /* 0 before */
    zh_source_id source;
    zh_event_key key;             /* dedup: keyed hash of (source, messageId) */
    uint32_t import_number;       /* of the file it came with (collect/imports.h), 0: none; not a part of the body */
    uint64_t body_hash;           /* of type, name, ids, original time, properties, traits: same id + other body = conflict */

    zh_event_type type;
    zh_act act;
    uint32_t marks;               /* ZH_MARK_… */
    int64_t time_ms;              /* repaired; the time everything uses */
    int64_t original_ms;          /* the client's own clock; time_ms where not sent */
    int64_t sent_ms;              /* 0 where not sent */
    int64_t received_ms;          /* the server's clock */

    zh_sv message_id;             /* never empty */
    zh_sv name;                   /* event name, or page / screen name; may be empty for those */
    zh_sv category;               /* page / screen category */

    /* Commerce, where the act has it. */
    zh_sv order_id;
    zh_currency currency;
    int64_t revenue_minor;        /* as stated by the shop for the event, else the sum of lines; refunds positive */
    zh_line *lines;
    uint32_t lines_count;

    /* JSON objects as text, without what is personal; "" where there is none. */
    zh_sv properties;             /* track, page, screen */
    zh_sv traits;                 /* identify, group */
    zh_sv context;
    zh_sv integrations;
    zh_sv consent;                /* context.consent as sent: "" absent, "{}" empty: they differ */

    /* What is personal: {"userId":…,"anonymousId":…,"context":{"ip":…,…},"traits":{"email":…,…},"properties":{…}}.
     * Plain from the dialect to guard; in a record it is the sealed bytes. */
    zh_sv personal;

    /* Ids as sent: from the dialect to identity resolution only, never stored in clear. */
    zh_sv user_id, anonymous_id, previous_id, group_id; /* previous_id: of an alias; of a track: the id that is let go */
} zh_event;

/* Append the record of an event (type byte ZH_RECORD_EVENT first). `personal` must be sealed by now. */
void zh_event_put(const zh_event *event, zh_buf *out);

/* Read a record written by zh_event_put(); views point into `record`, lines into `arena`.
 * Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_event_get(zh_sv record, zh_arena *arena, zh_event *out);

/* Whose event a record is, without reading the rest; 0: no record of an event. */
zh_customer_id zh_event_customer(zh_sv record);

/* The canonical order of a customer's events: (time, message id, body hash). < 0, 0, > 0. */
int zh_event_order(const zh_event *a, const zh_event *b);

/* Sum of lines, rounded as in the lines. */
int64_t zh_event_lines_minor(const zh_event *event);
/* What all its pieces cost the shop; of postage and fees 0. False: there are no lines, or of one it is not known. */
bool zh_event_cost(const zh_event *event, int64_t *minor);

#endif
