/* gammagamma.h -- Gamma-Gamma: what a customer spends a purchase, drawn toward the mean of all.
 *
 * A purchase's value is gamma(p, u), u differs by customer as gamma(q, v). With the mean m of x repeat purchases:
 *
 *     ln L = ln G(px+q) - ln G(px) - ln G(q) + q ln v + (px-1) ln m + px ln x - (px+q) ln(x m + v)
 *     E[spend | x, m] = p (v + x m) / (p x + q - 1)        and p v / (q-1) where nothing is known (x = 0)
 *
 * Fitted on customers with x > 0 and m > 0. Spending is taken as independent of the number of purchases: look at
 * their correlation first.
 *
 * Ranges      p, v > 0; q > 1 for a mean to exist (else it is inf); m > 0.
 * Source      Fader, Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, eq. 1a, 3 and 5.
 */
#ifndef ZH_MEASURE_GAMMAGAMMA_H
#define ZH_MEASURE_GAMMAGAMMA_H
#include "measure/clv.h"

typedef struct zh_gammagamma { double p, q, v; } zh_gammagamma;
typedef struct zh_clv_spend { double x, mean; } zh_clv_spend; /* both > 0 */

double zh_gammagamma_ll(const zh_gammagamma *m, const zh_clv_spend *spends, size_t count);
bool zh_gammagamma_fit(zh_gammagamma *out, const zh_clv_spend *spends, size_t count, double *ll);
double zh_gammagamma_expected(const zh_gammagamma *m, double x, double mean); /* x == 0: of anybody */

#endif
