/* shop_hook_inside.h -- what the parts of shop_hook.c share: a body being read, events being written.
 *
 * For src/collect/shop_hook*.c only. Events are written one after another into one JSON array in the scratch
 * buffer; shop_hook.c parses it once, at the end.
 */
#ifndef ZH_COLLECT_SHOP_HOOK_INSIDE_H
#define ZH_COLLECT_SHOP_HOOK_INSIDE_H
#include "base/json_out.h"
#include "collect/shop_hook.h"

#define ZH_SHOP_TEXT_BYTES_MAX 1000 /* of one text taken over: a name, a tag list; longer ones are cut */

typedef struct zh_shop_reading {
    const zh_shop_hook_ask *ask;
    zh_json_value root;    /* an object */
    zh_sv id;              /* of the thing; empty: none */
    int64_t updated_ms;    /* of the thing; ZH_CLOCK_ABSENT */
    zh_json_out out;       /* of the array of events */
    uint32_t written;
    bool is_visit[ZH_SHOP_HOOK_EVENTS_MAX]; /* the customer did it, just then */
    bool is_slim;          /* lines without names: the order is large */
    zh_shop_hook *hook;
    zh_sv bad;             /* a field that makes the body useless; empty: none */
    zh_err e;              /* ZH_FULL, ZH_NOMEM: give up */
} zh_shop_reading;

/* One event being written. */
typedef struct zh_shop_event {
    zh_sv type;            /* "track", "identify" */
    zh_sv name;            /* of a track */
    zh_sv user, anonymous; /* not both empty */
    int64_t time_ms;       /* ZH_CLOCK_ABSENT: when it is received */
    zh_sv once;            /* what it is the only event of, for ever ("refund 5"); empty: of its content */
    bool is_visit;
    size_t from_;          /* private: where its content begins */
} zh_shop_event;
void zh_shop_event_begin(zh_shop_reading *r, zh_shop_event *event); /* then write one JSON object: properties or traits */
void zh_shop_event_end(zh_shop_reading *r, zh_shop_event *event);

/* ---- pieces ---- */
zh_json_value zh_shop_get(const zh_shop_reading *r, const char *key);  /* of the body */
zh_sv zh_shop_id(zh_shop_reading *r, zh_json_value value);             /* empty: none, 0, or no id */
zh_sv zh_shop_join(zh_shop_reading *r, const char *what, zh_sv id);    /* "shopify:3:order:17"; "…:shop" without id */
int64_t zh_shop_time(zh_json_value value);                             /* ZH_CLOCK_ABSENT where there is none */
zh_sv zh_shop_text_of(zh_json_value value);                            /* cut to ZH_SHOP_TEXT_BYTES_MAX, trimmed */
void zh_shop_put_text(zh_shop_reading *r, const char *key, zh_sv text);         /* where not empty */
void zh_shop_put_amount(zh_shop_reading *r, const char *key, zh_json_value value, zh_currency currency); /* where it is one */
void zh_shop_put_minor(zh_shop_reading *r, const char *key, int64_t minor, zh_currency currency);
int zh_shop_digits(zh_currency currency);
bool zh_shop_is(const zh_shop_reading *r, const char *topic);

/* ---- one kind of topic each; the body is an object ---- */
void zh_shop_order(zh_shop_reading *r);       /* orders and WooCommerce's refunds in them */
void zh_shop_order_gone(zh_shop_reading *r);
void zh_shop_refund(zh_shop_reading *r);
void zh_shop_checkout(zh_shop_reading *r);
void zh_shop_product(zh_shop_reading *r);
void zh_shop_product_gone(zh_shop_reading *r);
void zh_shop_customer(zh_shop_reading *r);
void zh_shop_customer_gone(zh_shop_reading *r);
void zh_shop_coupon(zh_shop_reading *r);
void zh_shop_privacy(zh_shop_reading *r);
void zh_shop_uninstalled(zh_shop_reading *r);

#endif
