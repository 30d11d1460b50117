#include "measure/sequence.h"
#include "base/special.h"

#include <math.h>

#define ETA 1.1
#define EXPONENT 1.1

void zh_sequence_take(zh_sequence *s, double reward, double weight)
{
    const double r = (reward - s->low) / (s->high - s->low);
    for (int side = 0; side < 2; side++) {
        const double x = (s->sum[side] + 0.5) / (s->steps + 1), value = weight * (side == 0 ? r : 1 - r);
        s->v[side] += (value - x) * (value - x);
        s->sum[side] += value;
    }
    s->steps++;
}

static double lower(double sum, double v, double steps, double alpha)
{
    const double g1 = (pow(ETA, 0.25) + pow(ETA, -0.25)) / sqrt(2), g2 = (sqrt(ETA) + 1) / 2, variance = fmax(1, v);
    const double l = EXPONENT * log(log(ETA * variance) / log(ETA) + 1) + log(zh_zeta(EXPONENT) / (alpha / 2));
    return fmax(0, (sum - sqrt(g1 * g1 * l * variance + g2 * g2 * l * l) - g2 * l) / steps);
}

void zh_sequence_bounds(const zh_sequence *s, double alpha, double ends[2])
{
    const double width = s->high - s->low;
    ends[0] = s->low, ends[1] = s->high;
    if (s->steps == 0) return;
    ends[0] = s->low + width * lower(s->sum[0], s->v[0], s->steps, alpha);
    ends[1] = s->low + width * (1 - lower(s->sum[1], s->v[1], s->steps, alpha));
}
