/* Goal: a bounded walk that ends low, never above its start, and asks no more than it may.
 * Method: functions whose lowest point is known. */
#include "base/simplex.h"
#include "check.h"

#include <math.h>

typedef struct bowl {
    uint32_t count, calls;
    double least; /* of x[0]: below, the function refuses */
} bowl;

static double far_from_one(void *context, const double *x) /* 0 at 1, 2, 3 ... */
{
    bowl *b = context;
    double sum = 0;
    b->calls++;
    if (x[0] < b->least) return NAN;
    for (uint32_t i = 0; i < b->count; i++) sum += (1 + i) * (x[i] - (1 + i)) * (x[i] - (1 + i));
    return sum;
}

int main(void)
{
    for (uint32_t n = 2; n <= 5; n++) {
        bowl b = { .count = n, .least = -INFINITY };
        double x[6] = { 0.3 };
        const double value = zh_simplex(&(zh_simplex_desc){ .function = far_from_one, .context = &b, .count = n, .spread = 1e-12 }, x);
        CHECK(value < 1e-6);
        for (uint32_t i = 0; i < n; i++) CHECK(fabs(x[i] - (1 + i)) < 1e-3);
        CHECK(value == far_from_one(&b, x)); /* the value is that of the answer */
    }
    /* what refuses is walked around: the lowest point that may be is at 1.5 */
    bowl fenced = { .count = 2, .least = 1.5 };
    double at[2] = { 4, 4 };
    CHECK(zh_simplex(&(zh_simplex_desc){ .function = far_from_one, .context = &fenced, .count = 2, .spread = 1e-12 }, at) < 0.26);
    CHECK(at[0] >= 1.5 && at[0] < 1.51 && fabs(at[1] - 2) < 0.05);
    /* few calls: never worse than the start, and the bound is kept */
    for (uint32_t calls = 1; calls < 60; calls++) {
        bowl b = { .count = 3, .least = -INFINITY };
        double x[3] = { 9, -4, 7 };
        const double before = far_from_one(&b, x);
        b.calls = 0;
        CHECK(zh_simplex(&(zh_simplex_desc){ .function = far_from_one, .context = &b, .count = 3, .calls_max = calls }, x) <= before);
        CHECK(b.calls <= calls + 3 + 2);
    }
    return 0;
}
