/* Goal: each number is the one of its formula.
 * Method: cases worked out by hand or by the definition another way (Gini by all pairs, entropy of equal shares, JS of disjoint sets);
 * values of numpy for one uneven pair: p = [5, 3, 2] / 10, q = [1, 1, 8] / 10; the interval of a mean against the normal one. */
#include "measure/variety.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>
#include <stdlib.h>

static bool near(double a, double b, double by) { return fabs(a - b) <= by; }

/* Mean absolute difference over twice the mean: the definition. */
static double slow_gini(const uint64_t *x, size_t n)
{
    double differences = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)x[i];
        for (size_t j = 0; j < n; j++) differences += fabs((double)x[i] - (double)x[j]);
    }
    return sum == 0 ? 0 : differences / (2 * (double)n * sum);
}

static void test_gini_is_the_mean_difference(void)
{
    uint64_t equal[] = { 4, 4, 4, 4 }, one[] = { 0, 0, 9, 0 }, none[] = { 0, 0 }, known[] = { 1, 2, 3, 4 };
    CHECK(near(zh_variety_gini(equal, 4), 0, 1e-12) && near(zh_variety_gini(one, 4), 0.75, 1e-12));
    CHECK(zh_variety_gini(none, 2) == 0 && zh_variety_gini(none, 0) == 0);
    CHECK(near(zh_variety_gini(known, 4), 0.25, 1e-12));
    for (uint64_t seed = 1; seed <= 50; seed++) {
        zh_rng rng = { .seed = seed };
        uint64_t x[40];
        const size_t n = 1 + zh_rng_below(&rng, 40);
        for (size_t i = 0; i < n; i++) x[i] = zh_rng_below(&rng, 6) == 0 ? zh_rng_below(&rng, 1000) : zh_rng_below(&rng, 3);
        const double slow = slow_gini(x, n);
        CHECK(near(zh_variety_gini(x, n), slow, 1e-9));
    }
}

static void test_entropy_counts_equal_kinds(void)
{
    const uint64_t four[] = { 3, 3, 3, 3 }, one[] = { 0, 7, 0 }, none[] = { 0, 0 }, skewed[] = { 2, 1, 1, 0 };
    CHECK(near(zh_variety_entropy(four, 4), 2, 1e-12) && zh_variety_entropy(one, 3) == 0 && zh_variety_entropy(none, 2) == 0);
    CHECK(near(zh_variety_entropy(skewed, 4), 1.5, 1e-12));
    CHECK(near(zh_variety_entropy_corrected(skewed, 4), 1.5 + 2 / (2 * 4 * log(2)), 1e-12)); /* 3 kinds of 4 pieces */
    CHECK(near(zh_variety_entropy_corrected(four, 4), 2, 1e-12));                           /* never over log2 of the kinds there are */
    CHECK(zh_variety_entropy_corrected(one, 3) == 0);
    CHECK(near(zh_variety_top_share(skewed, 4), 0.5, 1e-12) && zh_variety_top_share(none, 2) == 0);
}

/* Small samples of a known mix: the corrected entropy is nearer to the truth than the plain one. */
static void test_the_correction_corrects(void)
{
    double plain = 0, corrected = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        zh_rng rng = { .seed = seed };
        uint64_t counts[8] = { 0 };
        for (int i = 0; i < 20; i++) counts[zh_rng_below(&rng, 8)]++;
        plain += zh_variety_entropy(counts, 8) / 2000;
        corrected += zh_variety_entropy_corrected(counts, 8) / 2000;
    }
    CHECK(plain < 2.78 && fabs(corrected - 3) < (3 - plain) / 2);
}

static void test_distances_are_those_of_the_formulas(void)
{
    const uint64_t p[] = { 5, 3, 2 }, q[] = { 1, 1, 8 }, twice[] = { 10, 6, 4 }, left[] = { 4, 0 }, right[] = { 0, 9 }, none[] = { 0, 0, 0 };
    /* p, q = np.array([.5,.3,.2]), np.array([.1,.1,.8]); m = (p+q)/2; sum(p*log2(p/m) + q*log2(q/m))/2; r = .99*q+.01*p; sum(p*log2(p/r)) */
    CHECK(near(zh_variety_js(p, q, 3), 0.2817736012, 1e-9) && near(zh_variety_js(q, p, 3), 0.2817736012, 1e-9));
    CHECK(near(zh_variety_steck(p, q, 3), 1.2017624863, 1e-9));
    CHECK(near(zh_variety_js(p, twice, 3), 0, 1e-12) && near(zh_variety_steck(p, twice, 3), 0, 1e-12));
    CHECK(near(zh_variety_js(left, right, 2), 1, 1e-12) && near(zh_variety_steck(left, right, 2), log2(100), 1e-9));
    CHECK(zh_variety_js(p, none, 3) == 0 && zh_variety_steck(none, q, 3) == 0);
}

static void test_jaccard_counts_each_once(void)
{
    const uint32_t a[] = { 1, 3, 5, 9 }, b[] = { 2, 3, 9, 11, 12 };
    CHECK(near(zh_variety_jaccard(a, 4, b, 5), 2.0 / 7, 1e-12) && near(zh_variety_jaccard(a, 4, a, 4), 1, 1e-12));
    CHECK(zh_variety_jaccard(a, 4, b, 0) == 0 && zh_variety_jaccard(a, 0, b, 0) == 0);
}

static void test_a_mean_has_the_interval_of_its_spread(void)
{
    double values[400];
    for (size_t i = 0; i < 400; i++) values[i] = (double)(i % 4); /* mean 1.5, standard error 0.0559 */
    const zh_between mean = zh_variety_mean(values, 400, 7), again = zh_variety_mean(values, 400, 7), none = zh_variety_mean(values, 0, 7);
    CHECK(near(mean.value, 1.5, 1e-12) && near(mean.low, 1.5 - 1.96 * 0.0559, 0.03) && near(mean.high, 1.5 + 1.96 * 0.0559, 0.03) && mean.of == 400);
    CHECK(mean.low == again.low && mean.high == again.high && none.of == 0);
}

int main(void)
{
    test_gini_is_the_mean_difference();
    test_entropy_counts_equal_kinds();
    test_the_correction_corrects();
    test_distances_are_those_of_the_formulas();
    test_jaccard_counts_each_once();
    test_a_mean_has_the_interval_of_its_spread();
    return 0;
}
