/* Goal: the fit is the peak of the likelihood, and says where there is none.
 * Method: one indicator, whose answer is two log odds; the gradient at the answer of a random fit; outcomes parted by a plane. */
#include "measure/logit.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    /* 10 rows without: 3 yes; 20 with: 15 yes */
    double x[60], y[30], coefs[4], ll;
    for (int i = 0; i < 30; i++) x[2 * i] = 1, x[2 * i + 1] = i >= 10, y[i] = i < 3 || (i >= 10 && i < 25);
    CHECK(zh_logit_fit(x, y, 30, 2, coefs, &ll) == ZH_OK);
    CHECK(fabs(coefs[0] - log(3.0 / 7)) < 1e-12 && fabs(coefs[1] - (log(15.0 / 5) - log(3.0 / 7))) < 1e-12);
    CHECK(fabs(ll - (3 * log(0.3) + 7 * log(0.7) + 15 * log(0.75) + 5 * log(0.25))) < 1e-12);
    CHECK(fabs(zh_logit_score(coefs, x, 2) - 0.3) < 1e-12 && zh_logit_score((double[]){ 1000 }, (double[]){ -1 }, 1) == 0);

    enum { ROWS = 500 };
    static double rows[ROWS * 4], outcome[ROWS];
    uint64_t seed = test_seed(argc, argv);
    for (int i = 0; i < ROWS; i++) {
        rows[4 * i] = 1;
        for (int k = 1; k < 4; k++) rows[4 * i + k] = (double)(test_random(&seed) % 1000) / 100;
        outcome[i] = (double)(test_random(&seed) % 1000) / 1000 < 1 / (1 + exp(2 - 0.4 * rows[4 * i + 1] + 0.1 * rows[4 * i + 2]));
    }
    CHECK(zh_logit_fit(rows, outcome, ROWS, 4, coefs, &ll) == ZH_OK);
    for (int k = 0; k < 4; k++) {
        double slope = 0;
        for (int i = 0; i < ROWS; i++) slope += (outcome[i] - zh_logit_score(coefs, rows + 4 * i, 4)) * rows[4 * i + k];
        CHECK(fabs(slope) < 1e-8);
    }
    for (int i = 0; i < 30; i++) y[i] = i >= 10; /* parted */
    CHECK(zh_logit_fit(x, y, 30, 2, coefs, &ll) == ZH_RANGE);
    for (int i = 0; i < 30; i++) x[2 * i + 1] = 1, y[i] = i % 2; /* two equal columns */
    CHECK(zh_logit_fit(x, y, 30, 2, coefs, &ll) == ZH_RANGE);
    return 0;
}
