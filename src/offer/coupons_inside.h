/* coupons_inside.h -- private to the files coupons*.c: what the ledger is made of. */
#ifndef ZH_OFFER_COUPONS_INSIDE_H
#define ZH_OFFER_COUPONS_INSIDE_H
#include "base/map.h"
#include "offer/coupons.h"

typedef struct kept_coupon {
    uint64_t holder, claim_key, order;
    int64_t at_ms;
    uint32_t offer;          /* place in `offers` */
    uint32_t next;           /* older one of the same holder; 0: none */
    uint16_t version;
    uint8_t state;           /* zh_coupon_state */
    bool dirty;
} kept_coupon;

typedef struct kept_use { uint32_t offer, coupon, version; int64_t cents; } kept_use;

typedef struct kept_order {
    uint64_t order, customer, quote[2];
    int64_t at_ms, until_ms;
    uint32_t before, next;   /* of the same customer; 0: none */
    uint32_t held_at;        /* place in `held` while it is */
    uint32_t uses_count;
    bool used, dirty;
    kept_use uses[];
} kept_order;

typedef struct kept_offer {
    char name[ZH_OFFER_NAME_BYTES_MAX];
    size_t name_bytes;
    zh_offer_account account;
    bool dirty;
} kept_offer;

struct zh_coupons {
    kept_coupon *coupons;    /* number n at n - 1; state NONE: a hole, where the log refused one */
    uint32_t coupons_count, coupons_cap;
    kept_order **orders;     /* at 1 ..; NULL: free */
    uint32_t orders_count, orders_cap; /* places used; orders_live of them are orders */
    uint32_t *free_places, free_count;
    uint32_t *held, held_count; /* places of held orders, in no order */
    uint64_t coupons_live, orders_live, uses;
    zh_map by_order;         /* number of an order -> its place */
    zh_map coupons_by, orders_by; /* customer -> newest coupon; -> newest order */
    zh_map gone;             /* orders to be dropped from what is kept */
    kept_offer *offers;
    uint32_t offers_count;   /* at most ZH_OFFERS_MAX: the register has no more names */
    uint64_t odd;
};

/* The place of an offer, made where it is new. Errors: ZH_FULL: there are too many. */
ZH_MUST zh_err zh_coupons_offer_(zh_coupons *c, zh_sv name, uint32_t *out);
uint32_t zh_coupons_known_(const zh_coupons *c, zh_sv name); /* UINT32_MAX: nothing happened to it */
ZH_MUST zh_err zh_coupons_put_coupon_(zh_coupons *c, const zh_offer_act *claim, zh_coupon_state state, uint64_t order);
ZH_MUST zh_err zh_coupons_put_order_(zh_coupons *c, const zh_offer_act *hold, bool used);
const kept_order *zh_coupons_order_(const zh_coupons *c, uint64_t order); /* NULL: none */

#endif
