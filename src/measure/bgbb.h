/* bgbb.h -- BG/BB: in each of n periods a customer buys or not, and may leave between two.
 *
 * While alive a customer buys in a period with probability p ~ beta(alpha, beta); at the start of each period they
 * leave with probability ~ beta(gamma, delta). The likelihood of x periods with a purchase, the last one t_x, of n:
 *
 *     L = B(alpha+x, beta+n-x) B(gamma, delta+n) / D + sum over i = 0 .. n-t_x-1 of
 *         B(alpha+x, beta+t_x-x+i) B(gamma+1, delta+t_x+i) / D,     D = B(alpha, beta) B(gamma, delta)
 *
 * zh_clv_history holds x, t_x, T = n; whole numbers, x <= t_x <= n, x = 0 where t_x = 0.
 * Cost        O(n - t_x) a history.
 * Source      Fader, Hardie, Shang, Marketing Science 29 (2010), eq. 5 (likelihood), 11 (alive), 13 (expectation).
 */
#ifndef ZH_MEASURE_BGBB_H
#define ZH_MEASURE_BGBB_H
#include "measure/clv.h"

#define ZH_BGBB_PERIODS_MAX 100000 /* n of a history: the sum above goes over them */

typedef struct zh_bgbb { double alpha, beta, gamma, delta; } zh_bgbb;

double zh_bgbb_ll(const zh_bgbb *m, const zh_clv_history *h, size_t count);
bool zh_bgbb_fit(zh_bgbb *out, const zh_clv_history *h, size_t count, double *ll);
double zh_bgbb_alive(const zh_bgbb *m, const zh_clv_history *h);                      /* in period n + 1 */
double zh_bgbb_conditional(const zh_bgbb *m, const zh_clv_history *h, double periods); /* purchases in the next ones */
double zh_bgbb_expected(const zh_bgbb *m, double periods);                            /* of a new customer */

#endif
