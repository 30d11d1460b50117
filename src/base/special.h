/* special.h -- the functions that statistics are made of: gamma, beta, normal, t, chi-square, 2F1.
 *
 * Guarantees  no hidden state (lgamma's sign is not kept in a global); probabilities stay in [0, 1];
 *             a NaN in gives a NaN out; outside its range a function answers NaN.
 * Accuracy    relative 1e-13 or so for the gamma and beta family, tails of distributions included
 *             (1e-100 is a number, not 0); quantiles to the last few bits of their distribution.
 * Cost        below 1 us a call, quantiles below 10 us; 2F1 as said there.
 * Source      Abramowitz, Stegun, Handbook of Mathematical Functions, 1964 (numbers of formulas
 *             below); Lentz, Applied Optics 15 (1976), for continued fractions.
 */
#ifndef ZH_BASE_SPECIAL_H
#define ZH_BASE_SPECIAL_H

double zh_lgamma(double x);                       /* ln |gamma(x)| */
double zh_lbeta(double a, double b);              /* ln B(a, b), a and b > 0; exact to the end for large a or b */
double zh_gamma_p(double a, double x);            /* lower regularised incomplete gamma, a > 0, x >= 0 (6.5.1) */
double zh_gamma_q(double a, double x);            /* 1 - P, without its cancellation */
double zh_beta_i(double a, double b, double x);   /* regularised incomplete beta, a and b > 0, x in [0, 1] (26.5.1) */

double zh_normal_pdf(double x);
double zh_normal_cdf(double x);                   /* P(Z <= x) */
double zh_normal_upper(double x);                 /* P(Z > x), small tails whole */
double zh_normal_quantile(double p);              /* p in (0, 1); the ends give -inf and inf */

double zh_t_cdf(double t, double dof);            /* Student, dof > 0, whole or not */
double zh_t_two_sided(double t, double dof);      /* P(|T| >= |t|) */
double zh_t_quantile(double p, double dof);
/* P(T <= t) of the noncentral t, t >= 0; to 1e-12 for a shift below 30. Lenth, Applied Statistics 38 (1989). */
double zh_t_noncentral_cdf(double t, double dof, double shift);
double zh_chi2_upper(double x, double dof);       /* P(X >= x) */

double zh_zeta(double s);                         /* Riemann's, s > 1 (23.2.1, summed by Euler and Maclaurin) */

/* Gauss' 2F1(a, b; c; z) for 0 <= z < 1 and c not 0, -1, -2 ..., as a power series in z: where c - a - b < 0 the
 * series of its Euler transform (15.3.3), which stays small where the first one overflows.
 * *transformed (may be NULL) tells which: then the result is to be multiplied by (1 - z)^(c-a-b),
 * which the caller may join with powers of its own. With NULL the product is made here.
 * Cost: about log(1e-17) / log(z) terms, at most ZH_HYP_TERMS_MAX; NaN where they do not suffice. */
#define ZH_HYP_TERMS_MAX 200000 /* z = 0.9999 needs some 300,000 in the worst case; a millisecond is enough */
double zh_hyp2f1(double a, double b, double c, double z, int *transformed);

#endif
