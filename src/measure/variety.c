#include "measure/variety.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *first, const void *second)
{
    const uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a > b) - (a < b);
}

static int real_ascending(const void *first, const void *second)
{
    const double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

static double sum_of(const uint64_t *counts, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)counts[i];
    return sum;
}

double zh_variety_gini(uint64_t *counts, size_t n)
{
    const double sum = sum_of(counts, n);
    double weighted = 0;
    if (sum == 0) return 0;
    qsort(counts, n, sizeof *counts, ascending);
    for (size_t i = 0; i < n; i++) weighted += (double)(i + 1) * (double)counts[i];
    return 2 * weighted / ((double)n * sum) - ((double)n + 1) / (double)n;
}

double zh_variety_entropy(const uint64_t *counts, size_t n)
{
    const double sum = sum_of(counts, n);
    double bits = 0;
    for (size_t i = 0; i < n; i++) {
        const double p = counts[i] == 0 ? 0 : (double)counts[i] / sum;
        if (p > 0) bits -= p * log2(p);
    }
    return bits;
}

double zh_variety_entropy_corrected(const uint64_t *counts, size_t n)
{
    const double sum = sum_of(counts, n);
    size_t kinds = 0;
    for (size_t i = 0; i < n; i++) kinds += counts[i] > 0;
    if (kinds < 2) return 0;
    return fmin(zh_variety_entropy(counts, n) + (double)(kinds - 1) / (2 * sum * log(2)), log2((double)n));
}

double zh_variety_top_share(const uint64_t *counts, size_t n)
{
    const double sum = sum_of(counts, n);
    uint64_t top = 0;
    for (size_t i = 0; i < n; i++) top = counts[i] > top ? counts[i] : top;
    return sum == 0 ? 0 : (double)top / sum;
}

double zh_variety_js(const uint64_t *p, const uint64_t *q, size_t n)
{
    const double of_p = sum_of(p, n), of_q = sum_of(q, n);
    double bits = 0;
    if (of_p == 0 || of_q == 0) return 0;
    for (size_t i = 0; i < n; i++) {
        const double a = (double)p[i] / of_p, b = (double)q[i] / of_q, m = (a + b) / 2;
        if (a > 0) bits += a * log2(a / m) / 2;
        if (b > 0) bits += b * log2(b / m) / 2;
    }
    return fmax(bits, 0);
}

double zh_variety_steck(const uint64_t *p, const uint64_t *q, size_t n)
{
    const double of_p = sum_of(p, n), of_q = sum_of(q, n), alpha = ZH_VARIETY_STECK_ALPHA;
    double bits = 0;
    if (of_p == 0 || of_q == 0) return 0;
    for (size_t i = 0; i < n; i++) {
        const double a = (double)p[i] / of_p, b = (1 - alpha) * (double)q[i] / of_q + alpha * a;
        if (a > 0) bits += a * log2(a / b);
    }
    return fmax(bits, 0);
}

double zh_variety_jaccard(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    size_t both = 0;
    for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
        both += a[i] == b[j];
        const bool first = a[i] <= b[j], second = b[j] <= a[i];
        i += first, j += second;
    }
    const size_t any = a_count + b_count - both;
    return any == 0 ? 0 : (double)both / (double)any;
}

zh_between zh_variety_mean(const double *values, size_t n, uint64_t seed)
{
    double means[ZH_VARIETY_DRAWS], sum = 0;
    zh_rng rng = { .seed = seed };
    if (n == 0) return (zh_between){ 0 };
    for (size_t i = 0; i < n; i++) sum += values[i];
    for (size_t d = 0; d < ZH_VARIETY_DRAWS; d++) {
        double drawn = 0;
        for (size_t i = 0; i < n; i++) drawn += values[zh_rng_below(&rng, n)];
        means[d] = drawn / (double)n;
    }
    qsort(means, ZH_VARIETY_DRAWS, sizeof *means, real_ascending);
    return (zh_between){ sum / (double)n, means[ZH_VARIETY_DRAWS / 40], means[ZH_VARIETY_DRAWS - 1 - ZH_VARIETY_DRAWS / 40], n };
}
