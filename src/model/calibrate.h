/* calibrate.h -- from a score to a probability that comes true, and how true it comes.
 *
 * Platt's map p = s(a x + b) of a log-odds x is fitted by likelihood on scores whose outcome is known and that were not learnt
 * from. What comes true is told in bins of equal count: the mean probability beside the share of yes, and their mean distance,
 *
 *     ECE = sum over bins of (n_bin / n) |mean p - share of yes|
 *
 * Guarantees  a fitted map rises (a > 0), so it keeps the order of customers; probabilities lie in [1e-6, 1 - 1e-6].
 * Cost        fit: about 20 steps over the rows; bins: O(n log n).
 * Source      Platt, 1999, with the targets (n1+1)/(n1+2) and 1/(n0+2); ECE: Naeini et al., AAAI 2015.
 */
#ifndef ZH_MODEL_CALIBRATE_H
#define ZH_MODEL_CALIBRATE_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZH_CALIBRATE_BINS 10

typedef struct zh_platt { double a, b; } zh_platt;

/* Without both outcomes, or where the best map falls: the map that is the identity with a shift to the share of yes. */
zh_platt zh_platt_fit(const double *log_odds, const bool *yes, size_t count);
/* The b with which a map of this slope gives as many yes as there were. */
double zh_platt_shift(zh_platt map, const double *log_odds, const bool *yes, size_t count);
double zh_platt_of(zh_platt map, double log_odds);

typedef struct zh_reliability_bin {
    size_t count, yes;
    double mean;      /* of the probabilities */
    double low, high; /* Wilson's 80 % interval of the share of yes */
} zh_reliability_bin;

typedef struct zh_reliability {
    zh_reliability_bin bins[ZH_CALIBRATE_BINS];
    size_t bins_count;  /* fewer where there are fewer rows than bins */
    double ece, brier;
    double noise;       /* the ECE that probabilities which are exactly right would show on so many rows, by chance */
} zh_reliability;

/* `order` is room for `count` numbers. Ties stay in the order of the rows. */
zh_reliability zh_reliability_of(const double *p, const bool *yes, size_t count, size_t *order);

#endif
