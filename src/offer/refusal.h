/* refusal.h -- why an offer is not given: one public list of reasons, each with its sentence.
 *
 * The reason that a customer reads is the one the engine decided by: the same value goes from the judge (ledger.h, price.h) into the answer, and the
 * sentence is made of it here. Nothing in between guesses.
 */
#ifndef ZH_OFFER_REFUSAL_H
#define ZH_OFFER_REFUSAL_H
#include "base/buf.h"
#include "core/money.h"

/* Stored in quotes and shown to the public: append only. `%` stands for the amount that is missing. */
#define ZH_REFUSAL_LIST(X)                                                                                                   \
    X(NONE,           "none",             "given", "已享受")                                                                  \
    X(UNKNOWN_CODE,   "unknown_code",     "there is no offer with this code", "没有这个优惠码")                                  \
    X(NOT_STARTED,    "not_started",      "the offer has not begun yet", "活动尚未开始")                                        \
    X(EXPIRED,        "expired",          "the offer has ended", "活动已结束")                                                 \
    X(PAUSED,         "paused",           "the shop has paused the offer", "商家已暂停此活动")                                   \
    X(SOLD_OUT,       "sold_out",         "all of them have been given out", "已领完")                                         \
    X(BUDGET_SPENT,   "budget_spent",     "the money for this offer has been spent", "活动预算已用完")                           \
    X(LIMIT_REACHED,  "limit_reached",    "you have had as many as one customer may have", "已达每人限领或限用数量")                \
    X(BELOW_MINIMUM,  "below_minimum",    "% more of what the offer is for is needed", "还差 % 可享受优惠")                      \
    X(NOTHING_FITS,   "nothing_fits",     "nothing in the cart is part of the offer", "购物车中没有适用的商品")                   \
    X(OTHER_CHANNEL,  "other_channel",    "the offer is for another channel of the shop", "此渠道不适用")                       \
    X(NOT_FIRST,      "not_first_order",  "the offer is for a first order", "仅限首单使用")                                     \
    X(OTHER_BETTER,   "other_better",     "another offer takes more off, and both do not go together", "已使用更优惠且不可叠加的活动") \
    X(OTHER_CURRENCY, "other_currency",   "the offer is in another currency", "币种不适用")                                     \
    X(NO_GIFT,        "no_gift",          "the gift is not to be had any more", "赠品已无货")                                   \
    X(NOT_YOURS,      "not_yours",        "the coupon belongs to another customer", "此券属于其他客户")                           \
    X(USED,           "already_used",     "the coupon has been used", "此券已使用")                                             \
    X(HELD,           "held",             "the coupon is held by another order that is being paid", "此券已被另一笔待付款订单占用")     \
    X(HOLD_ENDED,     "hold_ended",       "the hold has ended: ask for a new price", "占用已超时，请重新询价")                     \
    X(NO_HOLD,        "no_hold",          "nothing is held for this order", "没有为此订单占用的优惠")                              \
    X(NOT_CLAIMED,    "not_claimed",      "the offer must be claimed first", "请先领取")                                         \
    X(NOT_CLAIMABLE,  "not_claimable",    "the offer is given without a claim", "无需领取，下单即享")                              \
    X(WHO,            "customer_needed",  "the offer is limited for each customer: say who it is", "此活动按客户限量，请先登录")       \
    X(OTHER_ORDER,    "other_order",      "this order was priced otherwise: release it first", "此订单已按另一报价占用，请先释放")    \
    X(QUOTE_OLD,      "quote_old",        "the price is older than half an hour: ask for a new one", "报价已超过半小时，请重新询价")               \
    X(FULL,           "full",             "the ledger is full", "优惠台账已满")
typedef enum zh_refusal {
#define X(name, code, en, zh) ZH_REFUSAL_##name,
    ZH_REFUSAL_LIST(X)
#undef X
    ZH_REFUSALS
} zh_refusal;

const char *zh_refusal_code(zh_refusal refusal); /* "sold_out" */
/* Its sentence, into `out`; `missing_cents` is what BELOW_MINIMUM lacks. */
void zh_refusal_say(zh_refusal refusal, bool chinese, int64_t missing_cents, zh_currency currency, zh_buf *out);

#endif
