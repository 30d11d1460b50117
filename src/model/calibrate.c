#include "model/calibrate.h"

#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 50
#define Z80 1.2815515655446004 /* normal quantile of .9 */

static double logistic(double z) { return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)); }

double zh_platt_of(zh_platt map, double log_odds)
{
    const double p = logistic(map.a * log_odds + map.b);
    return p < 1e-6 ? 1e-6 : p > 1 - 1e-6 ? 1 - 1e-6 : p;
}

/* Newton's steps on a and b, halved while they worsen the likelihood. `free_a` 0: only b. */
static bool climb(const double *x, const bool *yes, size_t count, int free_a, zh_platt *map)
{
    double ones = 0;
    for (size_t i = 0; i < count; i++) ones += yes[i];
    const double high = (ones + 1) / (ones + 2), low = 1 / ((double)count - ones + 2);
    double last = INFINITY;
    zh_platt at = *map, step = { 0, 0 };
    for (int round = 0; round < STEPS_MAX; round++) {
        double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9, loss = 0;
        for (size_t i = 0; i < count; i++) {
            const double z = at.a * x[i] + at.b, p = logistic(z), t = yes[i] ? high : low, w = p * (1 - p);
            loss += log1p(exp(-fabs(z))) + (z > 0 ? (1 - t) * z : -t * z);
            ga += (p - t) * x[i], gb += p - t;
            haa += w * x[i] * x[i], hab += w * x[i], hbb += w;
        }
        if (loss > last + 1e-12 * fabs(last)) { /* too far: half of the way back */
            step.a /= 2, step.b /= 2;
            at.a += step.a, at.b += step.b;
            continue;
        }
        *map = at;
        if (last - loss < 1e-10 * (1 + fabs(loss))) return true;
        last = loss;
        const double det = haa * hbb - hab * hab;
        step = free_a && det > 1e-12 ? (zh_platt){ (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det } : (zh_platt){ 0, gb / hbb };
        at.a -= step.a, at.b -= step.b;
    }
    return isfinite(map->a) && isfinite(map->b);
}

zh_platt zh_platt_fit(const double *log_odds, const bool *yes, size_t count)
{
    zh_platt map = { 1, 0 };
    size_t ones = 0;
    for (size_t i = 0; i < count; i++) ones += yes[i];
    if (ones > 0 && ones < count && climb(log_odds, yes, count, 1, &map) && map.a > 0) return map;
    map = (zh_platt){ 1, 0 };
    if (count > 0) (void)climb(log_odds, yes, count, 0, &map);
    return map;
}

double zh_platt_shift(zh_platt map, const double *log_odds, const bool *yes, size_t count)
{
    if (count > 0) (void)climb(log_odds, yes, count, 0, &map);
    return map.b;
}

/* ---- how true ---- */

static int by_p(const void *a, const void *b, void *all)
{
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const double x = ((const double *)all)[i], y = ((const double *)all)[j];
    if (x != y) return x < y ? -1 : 1;
    return (i > j) - (i < j);
}

static void wilson(zh_reliability_bin *bin)
{
    const double n = (double)bin->count, p = (double)bin->yes / n, z2 = Z80 * Z80;
    const double middle = (p + z2 / (2 * n)) / (1 + z2 / n), half = Z80 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    bin->low = bin->yes == 0 ? 0 : fmax(0, middle - half); /* rounding must not miss the ends */
    bin->high = bin->yes == bin->count ? 1 : fmin(1, middle + half);
}

zh_reliability zh_reliability_of(const double *p, const bool *yes, size_t count, size_t *order)
{
    zh_reliability out = { 0 };
    if (count == 0) return out;
    for (size_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, by_p, (void *)(size_t)p);
    out.bins_count = count < ZH_CALIBRATE_BINS ? count : ZH_CALIBRATE_BINS;
    for (size_t b = 0; b < out.bins_count; b++) {
        zh_reliability_bin *bin = &out.bins[b];
        const size_t from = b * count / out.bins_count, until = (b + 1) * count / out.bins_count;
        double variance = 0;
        for (size_t i = from; i < until; i++) {
            const double one = p[order[i]], miss = one - (yes[order[i]] ? 1 : 0);
            bin->count++, bin->yes += yes[order[i]], bin->mean += one;
            out.brier += miss * miss;
            variance += one * (1 - one);
        }
        out.ece += fabs(bin->mean - (double)bin->yes);
        out.noise += sqrt(variance * 2 / 3.14159265358979323846); /* the mean distance of a normal from its middle */
        bin->mean /= (double)bin->count;
        wilson(bin);
    }
    out.ece /= (double)count, out.noise /= (double)count, out.brier /= (double)count;
    return out;
}
