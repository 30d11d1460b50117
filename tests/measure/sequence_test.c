/* Goal: the bound holds for the true mean at every moment, narrows, and turns round with the rewards.
 * Method: random rewards with importance weights of mean 1, looked at after every step; the mirror of the rewards. */
#include "measure/sequence.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    int missed = 0;
    double early = 0, late = 0; /* widths of all runs */
    enum { RUNS = 100, STEPS = 3000 };
    for (int run = 0; run < RUNS; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        zh_sequence s = { .low = 0, .high = 1 }, mirror = s;
        bool out = false;
        for (int i = 0; i < STEPS; i++) {
            /* shown with probability .25 by the log, always by the policy: weight 4 or 0; reward .3 on average */
            const double weight = zh_rng_unit(&rng) < 0.25 ? 4 : 0, reward = zh_rng_unit(&rng) < 0.3;
            double ends[2], turned[2];
            zh_sequence_take(&s, reward, weight);
            zh_sequence_take(&mirror, 1 - reward, weight);
            zh_sequence_bounds(&s, 0.05, ends);
            zh_sequence_bounds(&mirror, 0.05, turned);
            CHECK(fabs(ends[0] - (1 - turned[1])) < 1e-12 && fabs(ends[1] - (1 - turned[0])) < 1e-12);
            out |= ends[0] > 0.3 || ends[1] < 0.3;
            if (i == 999) early += ends[1] - ends[0];
            if (i == STEPS - 1) late += ends[1] - ends[0];
        }
        missed += out;
    }
    CHECK(missed <= 0.05 * RUNS && late < 0.8 * early);
    zh_sequence none = { .low = -1, .high = 3 };
    double ends[2];
    zh_sequence_bounds(&none, 0.05, ends);
    CHECK(ends[0] == -1 && ends[1] == 3);
    return 0;
}
