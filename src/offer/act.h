/* act.h -- what happened to an offer: the entries of its ledger, as records of the log.
 *
 *     CLAIM     a customer took a coupon                          coupon: free
 *     HOLD      an order is being paid at a quoted price           coupon: held;  amounts held, until a moment
 *     USE       the order was paid                                 coupon: used;  amounts used
 *     RELEASE   the hold ended, or the order was cancelled          coupon: free;  amounts back
 *
 * An act is a **fact**: whoever wrote it had judged it (coupons.h) on all that was written before, so folding it judges nothing. What a rebuild
 * leaves out (an erased customer's events, an undone merge) can therefore never take back a coupon that somebody was given.
 *
 *     u8 kind=32, u8 version=1, u8 act, zig at_ms; then
 *     CLAIM     text offer, var version, var coupon, var customer, u64 claim key
 *     HOLD      u64 order, var customer, zig until_ms, u64 quote high, u64 quote low, var uses, each: text offer, var version, var coupon, var cents
 *     USE       u64 order
 *     RELEASE   u64 order, u8 cause
 *
 * Records stand in partition 0, which owns everything scarce. A customer is a number in them, an order a hash of the shop's id.
 */
#ifndef ZH_OFFER_ACT_H
#define ZH_OFFER_ACT_H
#include "base/buf.h"
#include "core/id.h"
#include "offer/offer.h"

#define ZH_OFFER_ACT_USES_MAX 32          /* offers of one order */
#define ZH_COUPONS_MAX 2000000u     /* of all offers: 100 MB */

typedef enum zh_offer_act_kind { ZH_OFFER_ACT_CLAIM = 1, ZH_OFFER_ACT_HOLD, ZH_OFFER_ACT_USE, ZH_OFFER_ACT_RELEASE } zh_offer_act_kind; /* stored: append only */

#define ZH_RELEASE_LIST(X) X(ASKED, "asked") X(TIMEOUT, "timeout") X(CANCELLED, "cancelled")
typedef enum zh_release { /* stored: append only */
#define X(name, text) ZH_RELEASE_##name,
    ZH_RELEASE_LIST(X)
#undef X
    ZH_RELEASES
} zh_release;

typedef struct zh_offer_act_use {
    zh_sv offer;
    uint32_t version;        /* of its definition, from 1 */
    uint32_t coupon;         /* 0: none is needed */
    int64_t cents;           /* what it takes off */
} zh_offer_act_use;

typedef struct zh_offer_act {
    zh_offer_act_kind kind;
    int64_t at_ms;
    uint64_t order;          /* zh_offer_act_order; of HOLD, USE, RELEASE */
    zh_customer_id customer; /* of CLAIM and HOLD; 0: nobody was named */
    zh_sv offer;             /* of CLAIM */
    uint32_t version, coupon;
    uint64_t claim_key;      /* of CLAIM: hash of what the shop calls it, so that asking again gives the same coupon; 0: none */
    int64_t until_ms;        /* of HOLD */
    uint64_t quote[2];       /* of HOLD: high, low */
    zh_offer_act_use uses[ZH_OFFER_ACT_USES_MAX];
    uint32_t uses_count;
    zh_release cause;        /* of RELEASE */
} zh_offer_act;

void zh_offer_act_put(const zh_offer_act *act, zh_buf *out);
/* Texts are views of the record. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_offer_act_get(zh_sv record, zh_offer_act *out);

/* The number of an order: a hash of the shop's own id, never 0. */
static inline uint64_t zh_offer_act_order(zh_sv text)
{
    static const zh_sip_key key = { "zhun order  v1 " };
    const uint64_t number = zh_sip64(&key, text);
    return number == 0 ? 1 : number;
}

#endif
