/* offer.h -- an offer as a marketer defines it: JSON text in, what pricing and the ledger use out.
 *
 *     { "title": { "en": "Spring", "zh": "春季" }, "kind": "percent", "percent": 15, "mostCents": 5000,
 *       "give": "claim", "layer": "order", "currency": "CNY", "from": "2026-11-01", "until": "2026-11-11",
 *       "conditions": { "minimumCents": 10000, "categories": ["shoes"], "channels": ["app"] },
 *       "stock": 1000, "budgetCents": 500000, "perCustomer": 1, "holdMinutes": 15 }
 *
 *     kind       percent (of 1 to 100; mostCents: never more), fixed (offCents), threshold (steps: fromCents, offCents; repeat: once for each time
 *                the only step fits), gift (itemId, quantity)
 *     give       automatic: whoever meets the conditions; code: whoever says its `code`; claim: a coupon, taken first and used once
 *     layer      item: each line takes the one that takes most off it; order, extra: at most one each, after each other (price.h).
 *                alone: with no other one at all
 *     conditions fixed words about the cart, the day and the channel, and whether it is the first order: each can be told to the public
 *     limits     stock: coupons, or uses where nothing is claimed; budgetCents: what all uses together may take off; perCustomer
 *
 * Guarantees  any bytes are an offer that can be priced, or refused with the field and a sentence; a word that says who the customer is is refused
 *             with the reason (fair.h). A price for first orders must have an end, so that the faithful are worse off for a stated time only.
 * Units       money in minor units of `currency`; days UTC-like numbers of the workspace's own calendar, both ends included.
 * Lifetimes   everything lives in the arena.
 */
#ifndef ZH_OFFER_OFFER_H
#define ZH_OFFER_OFFER_H
#include "base/json.h"
#include "base/json_out.h"
#include "base/note.h"
#include "core/money.h"

#define ZH_OFFER_BYTES_MAX 8192            /* of its text: with the one before it, it fits into a setting */
#define ZH_OFFER_NAME_BYTES_MAX 64
#define ZH_OFFER_TITLE_BYTES_MAX 200
#define ZH_OFFER_CODE_BYTES_MAX 32
#define ZH_OFFER_WORDS_MAX 100             /* items, categories or brands that it names, each */
#define ZH_OFFER_STEPS_MAX 10
#define ZH_OFFER_CENTS_MAX INT64_C(100000000000) /* of one amount: a thousand million, so that sums of carts stay far from overflow */
#define ZH_OFFER_STOCK_MAX 1000000         /* coupons of one offer: the ledger holds 2,000,000 of all */
#define ZH_OFFER_PER_CUSTOMER_MAX 100
#define ZH_OFFER_HOLD_MINUTES_MAX 1440     /* a cart that is held longer holds others up */
#define ZH_OFFER_HOLD_MINUTES_DEFAULT 15
#define ZH_OFFER_GIFTS_MAX 10
#define ZH_OFFER_DAY_NONE INT32_MIN

/* Stored in quotes: append only. */
#define ZH_OFFER_KIND_LIST(X) X(PERCENT, "percent") X(FIXED, "fixed") X(THRESHOLD, "threshold") X(GIFT, "gift")
typedef enum zh_offer_kind {
#define X(name, text) ZH_OFFER_##name,
    ZH_OFFER_KIND_LIST(X)
#undef X
    ZH_OFFER_KINDS
} zh_offer_kind;

#define ZH_OFFER_GIVE_LIST(X) X(AUTOMATIC, "automatic") X(CODE, "code") X(CLAIM, "claim")
typedef enum zh_offer_give {
#define X(name, text) ZH_OFFER_##name,
    ZH_OFFER_GIVE_LIST(X)
#undef X
    ZH_OFFER_GIVES
} zh_offer_give;

#define ZH_OFFER_LAYER_LIST(X) X(LAYER_ITEM, "item") X(LAYER_ORDER, "order") X(LAYER_EXTRA, "extra")
typedef enum zh_offer_layer {
#define X(name, text) ZH_OFFER_##name,
    ZH_OFFER_LAYER_LIST(X)
#undef X
    ZH_OFFER_LAYERS
} zh_offer_layer;

/* The shop's ways of selling. Stored in quotes: append only. */
#define ZH_OFFER_CHANNEL_LIST(X) X(CHANNEL_WEB, "web") X(CHANNEL_APP, "app") X(CHANNEL_MINIPROGRAM, "miniprogram") X(CHANNEL_STORE, "store")
typedef enum zh_offer_channel {
#define X(name, text) ZH_OFFER_##name,
    ZH_OFFER_CHANNEL_LIST(X)
#undef X
    ZH_OFFER_CHANNELS
} zh_offer_channel;

typedef struct zh_offer_step { int64_t from_cents, off_cents; } zh_offer_step;
typedef struct zh_offer_words { const zh_sv *texts; uint32_t count; } zh_offer_words;

typedef struct zh_offer {
    zh_sv name, title_en, title_zh;
    zh_offer_kind kind;
    zh_offer_give give;
    zh_offer_layer layer;
    bool alone, paused, repeats;
    zh_sv code;              /* upper case; of CODE */
    zh_currency currency;
    int32_t percent;
    int64_t off_cents, most_cents; /* most_cents 0: no cap */
    zh_offer_step steps[ZH_OFFER_STEPS_MAX]; /* rising */
    uint32_t steps_count;
    zh_sv gift;              /* item id */
    int32_t gift_quantity;
    int32_t from_day, until_day; /* both in it; ZH_OFFER_DAY_NONE: open */
    int64_t minimum_cents;
    zh_offer_words items, categories, brands; /* empty: any. A line must fit all that are said */
    uint32_t channels;       /* bits of zh_offer_channel; 0: all */
    bool first_order;
    int64_t stock, budget_cents; /* -1: no limit */
    int32_t per_customer;    /* 0: no limit */
    int64_t hold_ms;
} zh_offer;

typedef struct zh_offer_fault {
    char field[64]; /* "conditions.age" */
    zh_note why;
} zh_offer_fault;

bool zh_offer_name_is_good(zh_sv name); /* 1 .. 64 of lower-case letters, digits, - and _ */
/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*why says what), ZH_NOMEM. */
ZH_MUST zh_err zh_offer_read(zh_json_value root, zh_sv name, zh_arena *arena, zh_offer *out, zh_offer_fault *why);

const char *zh_offer_kind_text(zh_offer_kind kind);
const char *zh_offer_give_text(zh_offer_give give);
const char *zh_offer_layer_text(zh_offer_layer layer);
const char *zh_offer_channel_text(zh_offer_channel channel);
bool zh_offer_channel_of(zh_sv text, zh_offer_channel *out);

#endif
