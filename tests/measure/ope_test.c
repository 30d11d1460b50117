/* Goal: the estimates find the value of another policy, and where the log says nothing of it they say so.
 * Method: a shop whose truth is known, logged many times; one showing of a propensity of one in a million. */
#include "measure/ope.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    static const double rate[] = { 0.02, 0.05, 0.1, 0.2 }, logged[] = { 0.4, 0.3, 0.2, 0.1 }, other[] = { 0.1, 0.2, 0.3, 0.4 }, guess[] = { 0.05, 0.05, 0.05, 0.3 };
    double truth = 0, average = 0;
    for (int i = 0; i < 4; i++) truth += other[i] * rate[i], average += other[i] * guess[i];
    double ips = 0, snips = 0, dr = 0, sndr = 0;
    enum { RUNS = 300, ROWS = 2000 };
    const uint64_t seed = test_seed(argc, argv);
    for (int run = 0; run < RUNS; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        zh_ope o = { .clip = 2 };
        for (int i = 0; i < ROWS; i++) {
            const double u = zh_rng_unit(&rng);
            const int item = u < 0.4 ? 0 : u < 0.7 ? 1 : u < 0.9 ? 2 : 3;
            zh_ope_take(&o, zh_rng_unit(&rng) < rate[item], logged[item], other[item], guess[item], average);
        }
        const zh_ope_answer a = zh_ope_answer_of(&o, ZH_OPE_ESS_MIN);
        CHECK(a.reliable && fabs(a.max_w - 4) < 1e-12 && fabs(a.dm - average) < 1e-12 && a.ips_clipped < a.ips);
        ips += a.ips / RUNS, snips += a.snips / RUNS, dr += a.dr / RUNS, sndr += a.sndr / RUNS;
    }
    CHECK(fabs(ips - truth) < 0.002 && fabs(snips - truth) < 0.002 && fabs(dr - truth) < 0.002 && fabs(sndr - truth) < 0.002);

    zh_ope o = { 0 };
    for (int i = 0; i < 10000; i++) zh_ope_take(&o, i % 200 == 0, i == 77 ? 1e-6 : 0.5, 0.03, 0, 0);
    zh_ope_answer a = zh_ope_answer_of(&o, ZH_OPE_ESS_MIN);
    CHECK(a.ess < 3 && !a.reliable && fabs(a.max_w - 30000) < 1e-6);
    CHECK(!zh_ope_answer_of(&(zh_ope){ 0 }, 0).reliable);
    zh_ope never = { 0 }; /* the other policy shows nothing of the log */
    zh_ope_take(&never, 1, 0.5, 0, 0, 0);
    a = zh_ope_answer_of(&never, ZH_OPE_ESS_MIN);
    CHECK(a.ips == 0 && isnan(a.snips) && a.ess == 0 && !a.reliable);
    return 0;
}
