/* offers.h -- a week in which public offers are mentioned to some customers, and the past by which they are known.
 *
 * The menu is public: so many percent off an order of at least so much, the same for everybody. What a shop decides is whom to
 * *mention* one of them to. A customer has in week w of need n_w
 *
 *     logit P(buy)  = habit + n_w + sensitivity ln 1/(1 - discount) + nudge told          habit ~ N(logit buy_prob, habit_sd^2)
 *     order         = exp(basket + basket_own_sd N(0, 1)),  before he decides to buy      basket ~ N(ln basket_cents, basket_sd^2)
 *     n_w           = r n_(w-1) + need_sd sqrt(1 - r^2) N(0, 1),  r = exp(-1/need_weeks)
 *     finds         with chance min(1, find_prob sensitivity / its median) he knows the whole menu, told or not, and uses its best
 *
 * A mention costs the channel's price and, of an order that reaches the minimum, what the offer takes off, also of those who would have
 * bought anyway; what a finder takes off lowers the margin, whoever was told. So profit = margin - cost, and the expected value of a
 * mention is exact: orders fall into segments between minimums, their parts of the log-normal are normal integrals.
 *
 * The past are `past_weeks` such weeks with sales for everybody and plain messages. An engine sees of it what zh_offers_columns names,
 * nothing of the above.
 *
 * Guarantees  a function of (shop, seed, customer); one customer's luck is the same whatever is mentioned to him.
 * Not here    files (offers_files.h), who is chosen (the engine's business), points, several offers in one order.
 */
#ifndef ZH_SIM_OFFERS_H
#define ZH_SIM_OFFERS_H
#include "shop.h"

#define ZH_OFFERS_COLUMNS 12
extern const char *const zh_offers_columns[ZH_OFFERS_COLUMNS];

typedef struct zh_offers_world {
    const zh_shop *shop;
    zh_shop_told told; /* the shop's numbers, strayed by `shop_spread` */
    uint64_t seed;
} zh_offers_world;

typedef struct zh_offers_person {
    uint32_t number;
    double habit, need, sensitivity, nudge, basket, find, curious; /* hidden: logits, ln cents, a chance, pages of offers a week */
    double seen[ZH_OFFERS_COLUMNS];
} zh_offers_person;

typedef struct zh_offers_sum { double margin_cents, cost_cents; } zh_offers_sum;

/* number < 2^24. */
zh_offers_world zh_offers_world_of(const zh_shop *shop, uint64_t seed);
zh_offers_person zh_offers_person_of(const zh_offers_world *world, uint32_t number);
/* Level 0: nothing is mentioned; l: offer l - 1 of the menu. */
zh_offers_sum zh_offers_expected(const zh_offers_world *world, const zh_offers_person *person, uint32_t level);
zh_offers_sum zh_offers_happened(const zh_offers_world *world, const zh_offers_person *person, uint32_t level, uint32_t luck); /* whole cents */

#endif
