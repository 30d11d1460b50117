/* price.h -- what a cart costs: one function for the list, the item's page, the cart and the order.
 *
 *     listed    l_i = unit price x quantity of line i
 *     item      each line takes the one offer of this layer that takes most off it:      r_i = l_i - most off
 *     order     at most one, on what is left:                                              r_i -= its share of the line
 *     extra     at most one, on what is left then
 *     alone     such an offer stands without any other, on l_i
 *     total     sum of r_i
 *
 * Of all pairs of one order and one extra offer (none is one, too), and of all that stand alone, the one that takes most off is used; a gift counts as its
 * listed price. Of equals the one with fewer offers, then the one that comes first in the caller's list.
 *
 * Conditions look at listed amounts, so no offer changes whether another one holds. What an offer takes off:
 *
 *     percent    the amount it is for x percent / 100, **rounded up to the cent**, the customer's gain; at most mostCents (of the item layer: a line's)
 *     fixed      offCents (of the item layer: of each piece); never more than what is left
 *     threshold  the offCents of the highest step whose fromCents the listed amount reaches; repeated: once for each time it does
 *
 * An offer of the order or extra layer is spread over the lines it is for in proportion to what is left of them, down to the cent, and the cents
 * that remain go to the largest remainders, the first line among equals: so lines sum up to the total, always.
 *
 * **There is no customer here.** What is asked has no field for one, but `first_order`, which the offer says in public. That is proved by the type, by the
 * auditor of check 15, and by replaying every quote from what it says (check 16).
 *
 * Guarantees  integers only; the same ask gives the same price; 0 <= total <= listed; each offer's cuts sum to its own `off_cents`.
 * Cost        O(offers x lines^2) at most; a cart of 5 lines and 10 offers about 5 us.
 */
#ifndef ZH_OFFER_PRICE_H
#define ZH_OFFER_PRICE_H
#include "offer/offer.h"
#include "offer/refusal.h"

#define ZH_PRICE_LINES_MAX 100
#define ZH_PRICE_OFFERS_MAX 100   /* all that a workspace defines */
#define ZH_PRICE_QUANTITY_MAX 9999
#define ZH_PRICE_NO_OFFER UINT32_MAX

typedef struct zh_price_line {
    zh_sv item, category, brand;
    int64_t unit_cents;   /* 0 .. ZH_OFFER_CENTS_MAX */
    int32_t quantity;     /* 1 .. ZH_PRICE_QUANTITY_MAX */
} zh_price_line;

typedef struct zh_price_offer {
    const zh_offer *offer;
    zh_refusal closed;    /* what the ledger says to it now; NONE: it may be had */
    int64_t left_cents;   /* of its budget; -1: no limit */
    int64_t gift_cents;   /* listed price of its gift; -1: not to be had */
} zh_price_offer;

typedef struct zh_price_ask {
    const zh_price_line *lines;
    uint32_t lines_count;
    const zh_price_offer *offers; /* in the order that decides between equals */
    uint32_t offers_count;
    zh_currency currency;
    zh_offer_channel channel;
    int32_t day;          /* of the shop's calendar */
    bool first_order;     /* disclosed: the answer says that it counted */
} zh_price_ask;

typedef struct zh_price_cut { uint32_t offer; int64_t cents; } zh_price_cut; /* offer ZH_PRICE_NO_OFFER: none */

typedef struct zh_price_verdict {
    zh_refusal refusal;     /* NONE: it is used */
    int64_t missing_cents;  /* of BELOW_MINIMUM */
    int64_t off_cents;      /* sum of its cuts; of a gift 0 */
} zh_price_verdict;

typedef struct zh_price {
    int64_t listed_cents, off_cents, total_cents;
    int64_t line_listed[ZH_PRICE_LINES_MAX], line_total[ZH_PRICE_LINES_MAX];
    zh_price_cut cuts[ZH_PRICE_LINES_MAX][ZH_OFFER_LAYERS]; /* alone stands in its own layer */
    zh_price_verdict offers[ZH_PRICE_OFFERS_MAX];
} zh_price;

/* The ask is within the limits above. */
void zh_price_of(const zh_price_ask *ask, zh_price *out);

/* Does this line belong to what the offer is for? */
bool zh_price_fits(const zh_offer *offer, const zh_price_line *line);

#endif
