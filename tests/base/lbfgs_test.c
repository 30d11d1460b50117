/* lbfgs_test.c
 * Goal    the lowest point is found, of a bowl with axes of very different lengths and of a bent valley; the value never rises; no memory is an error.
 * Method  functions whose lowest point is known.
 */
#include "base/lbfgs.h"
#include "check.h"

#include <math.h>

enum { AXES = 50 };
typedef struct seen { uint32_t calls; } seen;

static double bowl(void *context, const double *x, double *slope)
{
    double sum = 1; /* of which a step gains a part */
    (void)context;
    for (int i = 0; i < AXES; i++) {
        const double weight = pow(10, 4.0 * i / AXES), off = x[i] - i;
        sum += weight * off * off / 2;
        slope[i] = weight * off;
    }
    return sum;
}

static double valley(void *context, const double *x, double *slope) /* Rosenbrock's */
{
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    ((seen *)context)->calls++;
    slope[0] = -2 * a - 400 * x[0] * b;
    slope[1] = 200 * b;
    return 1 + a * a + 100 * b * b;
}

static double cliff(void *context, const double *x, double *slope) /* nothing beyond 1 */
{
    (void)context;
    slope[0] = -1;
    return x[0] > 1 ? NAN : -x[0];
}

int main(void)
{
    double x[AXES] = { 0 }, two[2] = { -1.2, 1 }, one[1] = { 0 };
    zh_lbfgs_end end;
    seen s = { 0 };
    zh_arena arena = zh_arena_open(1 << 20), tiny = zh_arena_open(64);
    CHECK(zh_lbfgs(&(zh_lbfgs_desc){ .function = bowl, .count = AXES, .steps_max = 1000, .gain = 1e-14 }, &arena, x, &end) == ZH_OK && end.converged);
    for (int i = 0; i < AXES; i++) CHECK(fabs(x[i] - i) < 1e-3);
    CHECK(zh_lbfgs(&(zh_lbfgs_desc){ .function = valley, .context = &s, .count = 2, .gain = 1e-15 }, &arena, two, &end) == ZH_OK && end.converged);
    CHECK(fabs(two[0] - 1) < 1e-5 && fabs(two[1] - 1) < 1e-5 && s.calls < 200);
    two[0] = -1.2, two[1] = 1;
    for (double last = INFINITY; last > 1 + 1e-12; last = end.value) { /* one step at a time */
        CHECK(zh_lbfgs(&(zh_lbfgs_desc){ .function = valley, .context = &s, .count = 2, .steps_max = 3 }, &arena, two, &end) == ZH_OK && end.value <= last);
        if (last - end.value <= 0) break;
        zh_arena_reset(&arena);
    }
    CHECK(zh_lbfgs(&(zh_lbfgs_desc){ .function = cliff, .count = 1 }, &arena, one, &end) == ZH_OK && one[0] <= 1 && isfinite(end.value));
    CHECK(zh_lbfgs(&(zh_lbfgs_desc){ .function = bowl, .count = AXES }, &tiny, x, &end) == ZH_NOMEM);
    zh_arena_close(&arena);
    zh_arena_close(&tiny);
    return 0;
}
