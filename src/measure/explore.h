/* explore.h -- with what probability each arm is shown: the distributions that exploring policies draw from.
 *
 * Every policy gives all probabilities, so that what was shown can be judged later (propensity). Sums are 1.
 *
 *     epsilon-greedy   e/K for each of K arms, and 1 - e more for the best
 *     softmax          exp(lambda score) / sum
 *     floor            f + (1 - K f) w for weights w of sum 1; uniform where K f >= 1
 *
 * Ties go to the arm that stands first. Source: Sutton, Barto, Reinforcement Learning, 2018, sections 2.2 and 2.8.
 */
#ifndef ZH_MEASURE_EXPLORE_H
#define ZH_MEASURE_EXPLORE_H
#include <stddef.h>

void zh_explore_greedy(const double *costs, size_t arms, double epsilon, double *probs); /* lowest cost is best; epsilon in [0, 1] */
void zh_explore_softmax(const double *scores, size_t arms, double lambda, double *probs); /* does not overflow */
void zh_explore_floor(const double *weights, size_t arms, double least, double *probs);   /* a negative floor is 0 */

#endif
