/* bayes.h -- an effect as a normal belief: what is likely, and what either choice would lose on average.
 *
 * The data say N(estimate, se^2). A prior N(m, v) adds its precision: 1/sd^2 = 1/se^2 + 1/v, mean = sd^2 (estimate/se^2
 * + m/v). Without a prior the data stand alone. With z = mean/sd, phi and Phi the normal density and distribution:
 *
 *     chance that the effect is > 0 = Phi(z)
 *     loss of keeping the control   = E[max(effect, 0)]  = mean Phi(z) + sd phi(z)
 *     loss of taking the treatment  = E[max(-effect, 0)] = sd phi(z) - mean Phi(-z)
 *
 * Ranges      sd > 0, any mean: nothing overflows, a loss is never negative.
 */
#ifndef ZH_MEASURE_BAYES_H
#define ZH_MEASURE_BAYES_H

typedef struct zh_belief { double mean, sd; } zh_belief;

zh_belief zh_belief_of(double estimate, double se, const double *prior_mean, const double *prior_variance); /* NULL: no prior */
double zh_belief_chance(const zh_belief *b);
void zh_belief_losses(const zh_belief *b, double losses[2]);            /* of keeping the control, of taking the treatment */
void zh_belief_interval(const zh_belief *b, double alpha, double ends[2]); /* the central 1 - alpha */

#endif
