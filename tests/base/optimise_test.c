/* Goal: the simplex finds the bottom of valleys that are bent or flat, says so, and never makes a start worse.
 * Method: Rosenbrock's valley, a ridge that is nearly flat in one direction, a region that answers NaN. */
#include "base/optimise.h"
#include "check.h"

#include <math.h>

static double valley(void *context, const double *x)
{
    (*(int *)context)++;
    return 100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2);
}

static double ridge(void *context, const double *x)
{
    (void)context;
    return pow(x[0] - 3, 2) + 1e-4 * pow(x[1] + 2, 2) + pow(x[2] - x[1], 2);
}

static double half_plane(void *context, const double *x)
{
    (void)context;
    return x[0] < 1 ? NAN : x[0];
}

int main(void)
{
    int calls = 0;
    double x[3] = { -1.2, 1, 0 };
    zh_optimised found = zh_optimise(&(zh_optimise_desc){ .function = valley, .context = &calls, .count = 2 }, x);
    CHECK(found.converged && fabs(x[0] - 1) < 1e-5 && fabs(x[1] - 1) < 1e-5 && (int)found.evaluations == calls);

    double y[3] = { 0, 0, 0 };
    found = zh_optimise(&(zh_optimise_desc){ .function = ridge, .count = 3 }, y);
    CHECK(found.converged && fabs(y[0] - 3) < 1e-4 && fabs(y[1] + 2) < 1e-2 && fabs(y[2] + 2) < 1e-2);

    double z = 5;
    found = zh_optimise(&(zh_optimise_desc){ .function = half_plane, .count = 1 }, &z);
    CHECK(z >= 1 && z < 1.001 && found.value == z);

    double start[2] = { 0.3, 0.3 };
    calls = 0;
    found = zh_optimise(&(zh_optimise_desc){ .function = valley, .context = &calls, .count = 2, .evaluations_max = 10 }, start);
    CHECK(!found.converged && calls <= 20 && found.value <= 100 * 0.21 * 0.21 + 0.49);
    return 0;
}
