/* coupons.h -- the ledger of all offers: who holds which coupon, what is held, what is used, to the cent. A view.
 *
 *     offer   claimed   coupons taken                       held, held_cents   in orders that are being paid
 *                                                            used, used_cents   in orders that were paid
 *     what is left   stock - claimed (what is claimed) or stock - held - used (what is not); budget - held_cents - used_cents
 *
 *              claim            hold              use
 *     (none) ───────► free ──────────► held ──────────► used
 *                       ▲                │ release        │ release (cancelled)
 *                       └────────────────┴────────────────┘
 *
 * Folding adds facts (act.h). **Judging** asks what may be written next: it looks at the view and at the acts that are on their way to the log,
 * `pending`, each counted once. One judge at a time (engine/offer_desk.h), and every act that would be on one coupon or one order waits for the
 * one before it; so what is written always fits, and issued <= stock, spent <= budget hold in every prefix of the log.
 *
 * Guarantees  sums of every offer == sums over its coupons and orders (zh_coupons_check); the same records in the same order give the same entries.
 * Cost        O(1) an act, and the coupons or orders of one customer where a limit for each is judged. About 60 bytes a coupon, 100 and 24 a use an order.
 * Threads     readers together or one writer.
 */
#ifndef ZH_OFFER_COUPONS_H
#define ZH_OFFER_COUPONS_H
#include "base/keep.h"
#include "offer/act.h"
#include "offer/offers.h"
#include "offer/refusal.h"

#define ZH_COUPON_ORDERS_MAX 2000000u /* that use an offer or hold one */

typedef struct zh_coupons zh_coupons; /* opaque */
ZH_MUST zh_err zh_coupons_open(zh_coupons **out); /* ZH_NOMEM; the caller closes */
void zh_coupons_close(zh_coupons *coupons);

/* ---- folding ---- */

/* Its customer is who that is now, after merges. An act that does not fit is passed over and counted as `odd`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_coupons_fold(zh_coupons *coupons, const zh_offer_act *act);
/* Two customers are one. No error: nothing is added. ZH_NOMEM. */
ZH_MUST zh_err zh_coupons_merge(zh_coupons *coupons, zh_customer_id from, zh_customer_id to);

/* ---- asking ---- */

typedef enum zh_coupon_state { ZH_COUPON_NONE, ZH_COUPON_FREE, ZH_COUPON_HELD, ZH_COUPON_USED } zh_coupon_state; /* stored: append only */

typedef struct zh_coupon {
    uint32_t number;         /* from 1; of all offers */
    zh_sv offer;             /* valid as long as the ledger */
    uint32_t version;
    zh_coupon_state state;
    zh_customer_id holder;
    int64_t at_ms;           /* when it was claimed */
    uint64_t claim_key, order;
} zh_coupon;

typedef struct zh_coupon_order {
    uint64_t order;
    bool used;               /* paid; else held until `until_ms` */
    zh_customer_id customer;
    int64_t at_ms, until_ms; /* at_ms: of the newest act */
    uint64_t quote[2];
    uint32_t uses_count;
    zh_offer_act_use uses[ZH_OFFER_ACT_USES_MAX]; /* texts valid as long as the ledger */
} zh_coupon_order;

typedef struct zh_offer_account {
    uint64_t claimed, held, used, released, cancelled; /* the last two: how often */
    int64_t held_cents, used_cents;
} zh_offer_account;

bool zh_coupons_find(const zh_coupons *coupons, uint32_t number, zh_coupon *out);
bool zh_coupons_order(const zh_coupons *coupons, uint64_t order, zh_coupon_order *out);
zh_offer_account zh_coupons_account(const zh_coupons *coupons, zh_sv offer); /* zeros where nothing happened */
/* Coupons of a customer, the newest first: for (uint32_t at = 0; zh_coupons_of(c, customer, &at, &coupon);) */
bool zh_coupons_of(const zh_coupons *coupons, zh_customer_id customer, uint32_t *at, zh_coupon *out);
/* Orders that hold or use offers, in no stable order: for (uint32_t at = 0; zh_coupons_orders(c, &at, &order);) */
bool zh_coupons_orders(const zh_coupons *coupons, uint32_t *at, zh_coupon_order *out);
/* Holds whose time is over by then, at most `most`. */
uint32_t zh_coupons_overdue(const zh_coupons *coupons, int64_t now_ms, uint64_t *orders, uint32_t most);
uint64_t zh_coupons_count(const zh_coupons *coupons);
uint64_t zh_coupons_orders_count(const zh_coupons *coupons);
uint64_t zh_coupons_odd(const zh_coupons *coupons);

/* ---- judging ---- */

typedef struct zh_pending { const zh_offer_act *const *acts; uint32_t count; } zh_pending; /* written, or about to be; folded or not yet */

/* May this customer take a coupon? *number: of the coupon he would get; where the same claim was answered before, that one, and *again. */
zh_refusal zh_coupons_may_claim(const zh_coupons *coupons, const zh_offer *offer, zh_customer_id customer, uint64_t claim_key, int32_t day, zh_pending pending,
                                uint32_t *number, bool *again);
/* May this offer be used, as far as its ledger says? coupon 0: none is named. */
zh_refusal zh_coupons_may_use(const zh_coupons *coupons, const zh_offer *offer, zh_customer_id customer, uint32_t coupon, zh_pending pending);
/* What its budget has left; -1: no limit. Of stock the same. */
int64_t zh_coupons_left_cents(const zh_coupons *coupons, const zh_offer *offer, zh_pending pending);
int64_t zh_coupons_left(const zh_coupons *coupons, const zh_offer *offer, zh_pending pending);

/* ---- keep (base/keep.h) ---- */
ZH_MUST zh_err zh_coupons_save(zh_coupons *coupons, bool all, zh_keep keep);
ZH_MUST zh_err zh_coupons_load(zh_coupons *coupons, zh_sv key, zh_sv value);
bool zh_coupons_check(const zh_coupons *coupons, const char **why); /* O(coupons + orders) */
size_t zh_coupons_bytes(const zh_coupons *coupons);

#endif
