/* srm.h -- sample ratio mismatch: did as many units come to each arm as should have?
 *
 * Pearson's chi-square of the counts against their weights. An arm of weight 0 is left out with its units. An
 * experiment that fails this (p below 0.001, as a rule) has lost units somewhere, and no result of it can be trusted.
 *
 * Source      Fabijan et al., KDD 2019 (what it finds, and how to look for the cause).
 */
#ifndef ZH_MEASURE_SRM_H
#define ZH_MEASURE_SRM_H
#include <stddef.h>

#define ZH_SRM_ALARM 0.001 /* p below it: thousands of looks stay quiet, real losses are found at any size */

typedef struct zh_srm {
    double chi2, p; /* 0 and 1 with fewer than two arms that count, or no units */
    int df;
} zh_srm;

zh_srm zh_srm_of(const double *units, const double *weights, size_t arms);

#endif
