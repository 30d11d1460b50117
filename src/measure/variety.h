/* variety.h -- how unequal, how varied, how alike, how far apart: the numbers of fairness and filter bubbles.
 *
 *     Gini         G = (2 sum_i i x_(i)) / (n sum x) - (n + 1) / n,  x ascending: 0 all equal, (n - 1) / n one has all
 *     entropy      H = - sum p log2 p  in bits; beside it with Miller and Madow's correction + (K - 1) / (2 N ln 2), K the kinds seen
 *     Jaccard      |A and B| / |A or B|
 *     JS           (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, in bits: 0 equal, 1 nothing in common
 *     calibration  KL(p || q~) in bits, q~ = (1 - a) q + a p, a = 0.01: p what a customer likes, q what he is shown
 *     mean         with a 95 % percentile interval by bootstrap
 *
 * Guarantees  a function of the arguments; with the same seed the same interval.
 * Cost        O(n); Gini O(n log n); the interval ZH_VARIETY_DRAWS x n.
 * Source      Gini: Dixon et al., Ecology 68 (5), 1987. Entropy: Miller, Information Theory in Psychology, 1955; Paninski, Neural Computation 15,
 *             2003. JS: Lin, IEEE Trans. Inf. Theory 37 (1), 1991. Calibration: Steck, RecSys 2018, eq. 1 and 6. Bootstrap: Efron, Ann. Stat. 7, 1979.
 */
#ifndef ZH_MEASURE_VARIETY_H
#define ZH_MEASURE_VARIETY_H
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define ZH_VARIETY_DRAWS 200      /* of a bootstrap: a bound of a 95 % interval is then the 5th of 200 */
#define ZH_VARIETY_STECK_ALPHA 0.01 /* as the paper has it */

typedef struct zh_between { double value, low, high; uint64_t of; } zh_between; /* a mean over `of`; of == 0: there is none */

double zh_variety_gini(uint64_t *counts, size_t n); /* sorts them; 0 where nothing is counted */
double zh_variety_entropy(const uint64_t *counts, size_t n); /* 0 where nothing is counted */
double zh_variety_entropy_corrected(const uint64_t *counts, size_t n); /* Miller and Madow; not over log2 n */
double zh_variety_top_share(const uint64_t *counts, size_t n); /* of the greatest; 0 where nothing is counted */
/* Counts are made to shares. 0 where one side counts nothing. */
double zh_variety_js(const uint64_t *p, const uint64_t *q, size_t n);
double zh_variety_steck(const uint64_t *p, const uint64_t *q, size_t n);
double zh_variety_jaccard(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count); /* both ascending, each once */
zh_between zh_variety_mean(const double *values, size_t n, uint64_t seed);

#endif
