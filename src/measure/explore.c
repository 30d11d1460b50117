#include "measure/explore.h"

#include <math.h>

void zh_explore_greedy(const double *costs, size_t arms, double epsilon, double *probs)
{
    size_t best = 0;
    for (size_t i = 0; i < arms; i++) {
        if (costs[i] < costs[best]) best = i;
        probs[i] = epsilon / (double)arms;
    }
    probs[best] += 1 - epsilon;
}

void zh_explore_softmax(const double *scores, size_t arms, double lambda, double *probs)
{
    double high = -INFINITY, sum = 0;
    for (size_t i = 0; i < arms; i++) high = fmax(high, lambda * scores[i]);
    for (size_t i = 0; i < arms; i++) sum += probs[i] = exp(lambda * scores[i] - high);
    for (size_t i = 0; i < arms; i++) probs[i] /= sum;
}

void zh_explore_floor(const double *weights, size_t arms, double least, double *probs)
{
    const double f = fmax(0, least), all = (double)arms;
    double sum = 0;
    for (size_t i = 0; i < arms; i++) sum += weights[i];
    if (fabs(sum - 1) < 1e-9) sum = 1; /* weights as they are given, to the last bit */
    for (size_t i = 0; i < arms; i++) probs[i] = all * f >= 1 ? 1 / all : f + (1 - all * f) * weights[i] / sum;
}
