/* mention_fit.h -- private to mention.c: customers as columns of numbers, and regressions on them that know which offer was mentioned.
 *
 * A customer's column x becomes three: ln |x| with its sign, whether x is 0, and x, each standardised over the trial (the logarithm over what is
 * not 0, so that "never ordered" is no very small order). What is not known is the mean: 0.
 *
 *     eta    = b0 + b z + [arm > 0] (a_arm + (s + o_arm) z + q_arm zz),  zz: the products of two columns' logarithms
 *     yes    minimise  sum ln(1 + e^eta) - y eta    + 1/2 sum penalty c^2      a chance
 *     amount minimise  sum e^eta - y eta            + 1/2 sum penalty c^2      a mean >= 0 (quasi-Poisson); y over its own mean
 *
 * Penalties are in customers: KEEP_BASE of b; of s what the caller says, of o_arm and q_arm five times that: offers move the same customers alike unless the
 * log says otherwise. Intercepts are free.
 *
 * Source      McCullagh, Nelder, Generalized Linear Models, 1989, ch. 4 and 9.2 (quasi-likelihood); Hoerl, Kennard, Technometrics 12 (1970).
 */
#ifndef ZH_OFFER_MENTION_FIT_H
#define ZH_OFFER_MENTION_FIT_H
#include "offer/mention.h"

typedef struct zh_mention_scale { double mean[3], scale[3]; } zh_mention_scale; /* of logarithm, zero, raw; scale 0: the column says nothing */

typedef enum zh_mention_family { ZH_MENTION_YES, ZH_MENTION_AMOUNT } zh_mention_family;

typedef struct zh_mention_task {
    zh_mention_family family;
    const double *z;       /* [rows][3 columns]: logarithms, zeros, raw */
    const uint8_t *arm;    /* [rows]; NULL: eta has no part of the arm */
    const double *y;       /* [rows] */
    const uint32_t *rows;  /* [count] which to learn from */
    size_t count;
    uint32_t columns, arms;
    double penalty;        /* of s, in customers */
} zh_mention_task;

void zh_mention_scales(zh_mention_scale *out, const double *x, size_t rows, uint32_t columns);
void zh_mention_columns(const zh_mention_scale *scales, const double *x, uint32_t columns, double *z);
/* Numbers of a fit: room for coefs. */
uint32_t zh_mention_width(const zh_mention_task *task);
/* coefs[zh_mention_width]: the start in, the fit out. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_mention_fit(const zh_mention_task *task, zh_arena *scratch, double *coefs);
/* A chance, or an amount; arm 0 and tasks without arms have no part of the arm. */
double zh_mention_predict(const zh_mention_fitted *fitted, uint32_t columns, const double *z, uint32_t arm);

#endif
