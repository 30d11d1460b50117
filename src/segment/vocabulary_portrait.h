/* vocabulary_portrait.h -- names of an expression that say how a customer buys (profile/portrait.h), and where one is.
 *
 *     customer.basket_size, .basket_products     pieces and distinct products of an order, mean; absent without an order
 *     customer.return_rate                       share of orders with a refund; absent without an order
 *     customer.purchase_interval                 duration, median between purchases; absent before the second
 *     customer.next_order                        timestamp: one interval after the last purchase; may be over
 *     customer.home_cell, .work_cell             geohash of 6 characters (profile/portrait_place.h); absent where not known, and
 *                                                where the customer refused analytics or personalisation
 *
 * None of them has a clock: they change with orders, places with any event that says one.
 */
#ifndef ZH_SEGMENT_VOCABULARY_PORTRAIT_H
#define ZH_SEGMENT_VOCABULARY_PORTRAIT_H
#include "lang/cel_env.h"

/* Declare them; the object Customer is declared, and what stands for it is a zh_look. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vocabulary_portrait(zh_cel_env *env);

#endif
