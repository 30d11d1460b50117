/* Goal: an index is the ratio of shares; its interval holds the truth 99 times of 100, and is as wide as that; small groups get none.
 * Method: rows worked out by hand; groups drawn again and again from shops whose shares are known. */
#include "measure/tgi.h"
#include "check.h"

#include <math.h>

static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }

static uint64_t draw(uint64_t *random, uint64_t count, double share)
{
    uint64_t with = 0;
    for (uint64_t i = 0; i < count; i++) with += unit(random) < share;
    return with;
}

/* How often of 4,000 groups the interval holds the true index. */
static double coverage(uint64_t *random, double p1, double p2, uint64_t n1, uint64_t n2, bool is_part)
{
    const double w = (double)n1 / (double)(n1 + n2), truth = 100 * p1 / (is_part ? w * p1 + (1 - w) * p2 : p2);
    int held = 0;
    enum { TIMES = 4000 };
    for (int i = 0; i < TIMES; i++) {
        const uint64_t a = draw(random, n1, p1), b = draw(random, n2, p2);
        const zh_tgi t = zh_tgi_of(&(zh_tgi_counts){ a, n1, is_part ? a + b : b, is_part ? n1 + n2 : n2, is_part });
        CHECK(!t.is_few && t.low <= t.index && t.index <= t.high);
        held += t.low <= truth && truth <= t.high;
    }
    return held / (double)TIMES;
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    static const struct { const char *name; zh_tgi_counts counts; bool few, clear; double index; } rows[] = {
        { "twice as often", { 200, 1000, 1000, 10000, true }, false, true, 200 },
        { "as often", { 100, 1000, 1000, 10000, true }, false, false, 100 },
        { "half", { 50, 1000, 1000, 10000, true }, false, true, 50 },
        { "never", { 0, 1000, 1000, 10000, true }, false, true, 0 },
        { "a group of 49", { 49, 49, 1000, 10000, true }, true, false, 0 },
        { "a thing that 29 have", { 29, 1000, 29, 10000, true }, true, false, 0 },
        { "four where three were expected", { 4, 100, 300, 10000, true }, true, false, 0 },
        { "twenty where three were expected", { 20, 100, 300, 10000, true }, false, true, 2000.0 / 3 },
        { "the whole against itself", { 300, 10000, 300, 10000, true }, false, false, 100 },
        { "two groups", { 200, 1000, 100, 1000, false }, false, true, 200 },
        { "nobody", { 0, 0, 0, 0, true }, true, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_tgi t = zh_tgi_of(&rows[i].counts);
        CHECK_ROW(t.is_few == rows[i].few && t.is_clear == rows[i].clear && fabs(t.index - rows[i].index) < 1e-9, rows[i].name);
        CHECK_ROW(isfinite(t.low) && isfinite(t.high), rows[i].name);
    }
    static const struct { double p1, p2; uint64_t n1, n2; bool is_part; } shops[] = {
        { 0.3, 0.1, 300, 2700, true }, { 0.1, 0.1, 1000, 1000, true }, { 0.05, 0.2, 400, 4000, true }, { 0.9, 0.5, 200, 300, true }, { 0.3, 0.2, 500, 800, false },
    };
    for (size_t i = 0; i < sizeof shops / sizeof *shops; i++) {
        const double held = coverage(&random, shops[i].p1, shops[i].p2, shops[i].n1, shops[i].n2, shops[i].is_part);
        CHECK(held > 0.98 && held < 0.9985); /* a band of four standard errors around .99 and a little: too narrow and too wide both fail */
    }
    return 0;
}
