/* Goal: every policy gives a distribution: no negative, sum 1, the best arm first among equals.
 * Method: small lists by hand, and large scores. */
#include "measure/explore.h"
#include "check.h"

#include <math.h>

int main(void)
{
    double p[4];
    zh_explore_greedy((double[]){ 0.3, 0.1, 0.7, 0.1 }, 4, 0.2, p);
    CHECK(fabs(p[1] - 0.85) < 1e-15 && fabs(p[0] - 0.05) < 1e-15 && p[3] == p[0]); /* the tie goes to the first */
    zh_explore_softmax((double[]){ 0, log(3) }, 2, 1, p);
    CHECK(fabs(p[0] - 0.25) < 1e-15 && fabs(p[1] - 0.75) < 1e-15);
    zh_explore_softmax((double[]){ 1e6, 0, -1e6 }, 3, 5, p);
    CHECK(p[0] == 1 && p[1] == 0 && p[2] == 0);
    zh_explore_softmax((double[]){ 1, 2 }, 2, -1e9, p);
    CHECK(p[0] == 1 && p[1] == 0);
    zh_explore_floor((double[]){ 0.7, 0.2, 0.1, 0 }, 4, 0.01, p);
    CHECK(fabs(p[0] - 0.682) < 1e-15 && fabs(p[3] - 0.01) < 1e-15);
    zh_explore_floor((double[]){ 1, 0 }, 2, 0.6, p);
    CHECK(p[0] == 0.5 && p[1] == 0.5);
    zh_explore_floor((double[]){ 1, 3 }, 2, -1, p); /* weights of another sum are shares */
    CHECK(p[0] == 0.25 && p[1] == 0.75);
    return 0;
}
