/* Goal: a mismatch of arms is found where there is one, and only there.
 * Method: two arms by hand; arms of weight 0; a loss of 1 % among a million units, again and again. */
#include "measure/srm.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    const double even[] = { 1, 1, 0 }, units[] = { 5000, 5200, 77 };
    zh_srm s = zh_srm_of(units, even, 3); /* 100 off 5100 each: 2 x 10000/5100; p = erfc(sqrt(chi2/2)) for one degree */
    CHECK(s.df == 1 && fabs(s.chi2 - 20000.0 / 5100) < 1e-12 && fabs(s.p - erfc(sqrt(s.chi2 / 2))) < 1e-14);
    CHECK(zh_srm_of(units, (double[]){ 0, 0, 1 }, 3).p == 1 && zh_srm_of((double[]){ 0, 0 }, even, 2).p == 1 && zh_srm_of(units, (double[]){ 0, 0, 0 }, 3).df == 0);

    enum { RUNS = 400, UNITS = 1000000 };
    int found = 0, quiet = 0;
    const uint64_t seed = test_seed(argc, argv);
    for (int run = 0; run < RUNS; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        /* the sum of a million coins, drawn as a normal number: its error is far below one coin's */
        const double z = sqrt(-2 * log(1 - zh_rng_unit(&rng))) * cos(6.28318530717958648 * zh_rng_unit(&rng)), a = round(UNITS / 2.0 + z * sqrt(UNITS / 4.0));
        quiet += zh_srm_of((double[]){ a, UNITS - a }, even, 2).p >= ZH_SRM_ALARM;
        found += zh_srm_of((double[]){ a, round((UNITS - a) * 0.99) }, even, 2).p < ZH_SRM_ALARM;
    }
    CHECK(found >= 0.95 * RUNS && quiet >= 0.99 * RUNS);
    return 0;
}
