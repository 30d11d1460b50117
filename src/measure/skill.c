#include "measure/skill.h"

#include <math.h>
#include <stdlib.h>

zh_skill zh_skill_of(const double *forecast, const double *truth, size_t count)
{
    double absolute = 0, square = 0, f = 0, t = 0, ff = 0, tt = 0, ft = 0;
    for (size_t i = 0; i < count; i++) f += forecast[i], t += truth[i];
    const double f_mean = f / (double)count, t_mean = t / (double)count;
    for (size_t i = 0; i < count; i++) {
        const double miss = forecast[i] - truth[i], df = forecast[i] - f_mean, dt = truth[i] - t_mean;
        absolute += fabs(miss), square += miss * miss;
        ff += df * df, tt += dt * dt, ft += df * dt;
    }
    return (zh_skill){ absolute / (double)count, sqrt(square / (double)count), ff > 0 && tt > 0 ? ft / sqrt(ff * tt) : NAN };
}

static int by_score(const void *a, const void *b, void *scores)
{
    const double x = ((const double *)scores)[*(const size_t *)a], y = ((const double *)scores)[*(const size_t *)b];
    return (x > y) - (x < y);
}

double zh_skill_auc(const double *score, const bool *positive, size_t count, size_t *order)
{
    double ranks = 0, positives = 0;
    for (size_t i = 0; i < count; i++) order[i] = i, positives += positive[i];
    const double negatives = (double)count - positives;
    if (positives == 0 || negatives == 0) return NAN;
    qsort_r(order, count, sizeof *order, by_score, (void *)(size_t)score);
    for (size_t from = 0, to; from < count; from = to) {
        double here = 0;
        for (to = from; to < count && score[order[to]] == score[order[from]]; to++) here += positive[order[to]];
        ranks += here * 0.5 * (double)(from + to + 1); /* ranks from + 1 .. to, shared */
    }
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}
