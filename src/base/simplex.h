/* simplex.h -- the lowest point that a bounded walk of Nelder and Mead's simplex finds, in Nash's form.
 *
 * Beside optimise.h, which starts anew until nothing is gained: this one walks once, from a simplex whose edge is a
 * tenth of the largest number of the start, and stops where its corners are equal or its calls are used up. Published fits of smoothing models
 * were found by this walk, and where a function is flat in many numbers the walk is a part of the answer:
 * who walks further gets a value lower by little, and other forecasts.
 *
 * Guarantees  deterministic; never worse than the start; a value that is NaN or infinite counts as very high,
 *             so a function may refuse a region. The value at the start must be finite.
 * Cost        at most calls_max + count + 2 calls.
 * Source      Nelder, Mead, The Computer Journal 7 (1965); Nash, Compact Numerical Methods for Computers, 1990, algorithm 19.
 */
#ifndef ZH_BASE_SIMPLEX_H
#define ZH_BASE_SIMPLEX_H
#include <stdint.h>

#define ZH_SIMPLEX_PARAMS_MAX 32 /* a simplex gets lost in more */

typedef double zh_simplex_fn(void *context, const double *x); /* to be made small */

typedef struct zh_simplex_desc {
    zh_simplex_fn *function;
    void *context;
    uint32_t count;     /* parameters, 2 .. ZH_SIMPLEX_PARAMS_MAX: of one, two corners as high on both sides of a valley would end the walk */
    uint32_t calls_max; /* 0: 2,000 */
    double spread;      /* end when the corners differ by less than this part of the first value; 0: 1.5e-8, the root of a double's last bit */
} zh_simplex_desc;

/* Change x[count] from the start to the lowest corner; its value. */
double zh_simplex(const zh_simplex_desc *desc, double *x);

#endif
