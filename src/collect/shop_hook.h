/* shop_hook.h -- one webhook of a shop becomes canonical events, an item change and a customer's choices.
 *
 * Shopify and WooCommerce send the thing that changed, whole, each time it changes. Only what the
 * engine knows is taken from it and written anew in Segment's shape, which segment_item.c reads:
 *
 *     Shopify                     WooCommerce                    becomes
 *     orders/create               order.created                  Order Completed
 *     orders/paid, …/updated      order.updated, .restored       Order Updated
 *     orders/cancelled            status cancelled, failed;      Order Cancelled
 *                                 order.deleted
 *     refunds/create              refunds of an order            Order Refunded
 *     checkouts/create, …/update  status checkout-draft          Checkout Started
 *     products/create, …/update   product.created, …             an item change
 *     products/delete             product.deleted                the item is gone
 *     customers/create, …/update  customer.created, .updated     identify, and e-mail and SMS choices
 *     -                           customer.deleted               Customer Deleted
 *     -                           coupon.*                       Coupon Created …
 *     app/uninstalled             -                              App Uninstalled
 *     customers/data_request      -                              Customer Data Requested
 *     customers/redact            -                              Customer Redaction Requested
 *     shop/redact                 -                              Shop Redaction Requested
 *
 * Whose is it? The shop's customer id is the userId. An order also carries an anonymous id made of its
 * own number ("shopify:3:order:450789469", 3 the source): a guest has no other, and a refund, which names
 * only the order, finds its customer by it. What concerns no customer is the shop's ("…:shop").
 *
 * Delivered twice, or out of order. A messageId is made of (shop, name, what it is, updated_at, content),
 * so the same state of the same thing is one event, whatever delivery brings it. Events carry the
 * shop's own updated_at as their time, item changes and choices too: the folds let the newer one stand.
 * A cancel and each refund of a WooCommerce order are one event each, however often the order is sent.
 *
 * Money is the shop's currency in its minor unit. `revenue` is not stated, so that `total`, what the customer
 * pays, counts.
 *
 * Guarantees  any bytes are events, an item, choices, rejects or nothing, never a crash; the same ask gives the same
 *             bytes out; nothing of the body is stored but what is named above.
 * Lifetimes   everything in *out is valid as long as body and arena are.
 * Cost        about 15 us an order of 700 bytes: two parses.
 * Threads     no state of its own.
 * Not here    HTTP, signatures (guard/signature.h), dedup, currencies of Shopify's products (the ask says it).
 * Source      Shopify's and WooCommerce's public documentation of webhooks and REST resources.
 */
#ifndef ZH_COLLECT_SHOP_HOOK_H
#define ZH_COLLECT_SHOP_HOOK_H
#include "collect/segment.h"
#include "guard/consent.h"

#define ZH_SHOP_HOOK_BYTES_MAX (1u << 20)   /* a body; a product of 100 variants has 200 KB */
#define ZH_SHOP_TIME_UNKNOWN INT64_MIN      /* as ZH_CLOCK_ABSENT of collect/clock.h */
#define ZH_SHOP_HOOK_REFUNDS_MAX 100        /* of one order; those beyond are left out */
#define ZH_SHOP_HOOK_SLIM_BYTES_MAX (2u * ZH_EVENT_BYTES_MAX) /* an event of an order whose names were left out, to keep
                                             * all its lines: 60 bytes each */
#define ZH_SHOP_HOOK_EVENTS_MAX (ZH_SHOP_HOOK_REFUNDS_MAX + 1)
#define ZH_SHOP_HOOK_CHOICES_MAX 2          /* e-mail and SMS */
#define ZH_SHOP_HOOK_SCRATCH_BYTES (4u << 20) /* what ask.scratch must take: all events, written out */

typedef enum zh_shop { ZH_SHOP_SHOPIFY = 1, ZH_SHOP_WOOCOMMERCE } zh_shop;
const char *zh_shop_text(zh_shop shop); /* "shopify"; static */

typedef struct zh_shop_hook_ask {
    zh_shop shop;
    zh_source_id source;
    zh_sv topic;          /* "orders/create", "order.created" */
    zh_sv domain;         /* of the shop, without scheme; may be empty */
    zh_sv delivery;       /* the delivery's id; may be empty */
    int64_t triggered_ms; /* when it happened, where a header says so; else ZH_SHOP_TIME_UNKNOWN */
    zh_currency currency; /* of Shopify's products, whose bodies state none; 0: unknown */
    zh_sv body;           /* at most ZH_SHOP_HOOK_BYTES_MAX, its signature checked */
    int64_t received_ms;
    zh_json *parser;      /* bytes_max >= ZH_SHOP_HOOK_BYTES_MAX */
    zh_arena *arena;      /* takes about 4 times the body, and a copy of the events */
    zh_buf *scratch;      /* working space */
} zh_shop_hook_ask;

/* A change of the catalog. Texts that are not known are empty, numbers -1: a product is always sent whole. */
typedef struct zh_shop_item {
    zh_sv text;
    bool deleted, available;
    zh_sv title, category, brand, url, image_url;
    zh_sv attributes;     /* a JSON object or empty */
    int64_t price_minor;  /* the lowest of its variants */
    int64_t stock;        /* of all variants; -1: not counted by the shop */
    zh_currency currency;
    int64_t at_ms;
} zh_shop_item;

typedef struct zh_shop_hook {
    bool is_known;        /* the topic; false: nothing else is set */
    zh_event *events;     /* source not set */
    uint32_t events_count;
    zh_shop_item item;
    bool has_item;
    zh_consent_change choices[ZH_SHOP_HOOK_CHOICES_MAX]; /* of `choices_user`; customer not set */
    uint32_t choices_count;
    zh_sv choices_user;
    zh_segment_reject *rejects; /* raw: the body */
    uint32_t rejects_count;
} zh_shop_hook;

/* Errors: ZH_NOMEM, ZH_FULL the arena or scratch is at its end. Whatever the bytes are, the answer is ZH_OK. */
ZH_MUST zh_err zh_shop_hook_read(const zh_shop_hook_ask *ask, zh_shop_hook *out);

#endif
