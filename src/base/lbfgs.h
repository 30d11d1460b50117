/* lbfgs.h -- the lowest point of a smooth function of many numbers, by its gradient.
 *
 * Each step goes along the gradient as bent by the last ZH_LBFGS_KEPT steps (an inverse Hessian that is never written down), and is halved until the value
 * falls by a part of what the slope promises (Armijo). Of a convex function that is the lowest point; of another, a low one.
 *
 * Guarantees  deterministic; the value never rises; a value that is NaN or infinite counts as too high.
 * Cost        2 ZH_LBFGS_KEPT + 4 vectors; a call of the function a step, rarely two, and 4 ZH_LBFGS_KEPT passes over the numbers.
 * Source      Liu, Nocedal, Mathematical Programming 45 (1989), algorithm 2.1; Nocedal, Wright, Numerical Optimization, 2006, algorithm 7.4.
 */
#ifndef ZH_BASE_LBFGS_H
#define ZH_BASE_LBFGS_H
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_LBFGS_KEPT 8

/* The value at x[count], and its gradient. */
typedef double zh_lbfgs_fn(void *context, const double *x, double *gradient);

typedef struct zh_lbfgs_desc {
    zh_lbfgs_fn *function;
    void *context;
    uint32_t count;       /* > 0 */
    uint32_t steps_max;   /* 0: 200 */
    double gain;          /* end when a step lowers the value by less than this part of it; 0: 1e-9 */
} zh_lbfgs_desc;

typedef struct zh_lbfgs_end {
    double value;
    uint32_t steps;
    bool converged;       /* false: the steps were used up first */
} zh_lbfgs_end;

/* Change x[count] from the start to the lowest point found. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_lbfgs(const zh_lbfgs_desc *desc, zh_arena *arena, double *x, zh_lbfgs_end *out);

#endif
