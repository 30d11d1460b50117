/* Goal: equal histories are put together without loss, and a climb reports a peak.
 * Method: a few rows; the exponential distribution, whose rate is known. */
#include "measure/clv.h"
#include "check.h"

#include <math.h>

static double exponential(const double *p, const void *data)
{
    (void)data;
    return 100 * log(p[0]) - p[0] * 250; /* a hundred observations that add to 250 */
}

static double no_peak(const double *p, const void *data)
{
    (void)data;
    return log(p[0]);
}

int main(void)
{
    zh_clv_history h[] = { { 1, 2, 3, 1 }, { 0, 0, 3, 2 }, { 1, 2, 3, 4 }, { 1, 2, 4, 1 }, { 0, 0, 3, 1 } };
    CHECK(zh_clv_merge(h, 5) == 3);
    CHECK(h[0].x == 0 && h[0].weight == 3 && h[1].T == 3 && h[1].weight == 5 && h[2].T == 4 && h[2].weight == 1);
    double p = 1, ll;
    CHECK(zh_clv_climb(exponential, NULL, 1, &p, &ll) && fabs(p - 0.4) < 1e-5 && fabs(ll - (100 * log(0.4) - 100)) < 1e-6);
    p = 1;
    (void)zh_clv_climb(no_peak, NULL, 1, &p, &ll);
    CHECK(p <= ZH_CLV_PARAM_MAX * 1.0001);
    return 0;
}
