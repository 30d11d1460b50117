/* optimise.h -- the lowest point of a function of a few numbers, without derivatives.
 *
 * Nelder and Mead's simplex: n + 1 points walk downhill by reflection (1), expansion (2), contraction
 * (1/2) and shrinking (1/2). A simplex may collapse on a ridge, so it is set up anew at the best point
 * until a whole round gains less than `gain`.
 *
 * Guarantees  deterministic; the answer is never worse than the start; a function value that is NaN or
 *             infinite counts as very high, so a function may refuse a region.
 * Cost        at most `evaluations_max` calls; some 200 a parameter in practice.
 * Source      Nelder, Mead, The Computer Journal 7 (1965); restarts: Kelley, SIAM J. Optim. 10 (1999).
 */
#ifndef ZH_BASE_OPTIMISE_H
#define ZH_BASE_OPTIMISE_H
#include <stdbool.h>
#include <stdint.h>

#define ZH_OPTIMISE_PARAMS_MAX 16 /* a simplex gets lost in more */

typedef double zh_optimise_fn(void *context, const double *x); /* to be made small */

typedef struct zh_optimise_desc {
    zh_optimise_fn *function;
    void *context;
    uint32_t count;           /* parameters, 1 .. ZH_OPTIMISE_PARAMS_MAX */
    double step;              /* size of the first simplex; 0: 0.5 */
    double gain;              /* end when a round lowers the value by less; 0: 1e-10 times (1 + |value|) */
    uint32_t evaluations_max; /* 0: 20,000 */
} zh_optimise_desc;

typedef struct zh_optimised {
    double value;         /* at the answer */
    uint32_t evaluations;
    bool converged;       /* false: the evaluations were used up first */
} zh_optimised;

/* Change x[count] from the start to the lowest point found. */
zh_optimised zh_optimise(const zh_optimise_desc *desc, double *x);

#endif
