#include "measure/bayes.h"
#include "base/special.h"

#include <math.h>
#include <stddef.h>

zh_belief zh_belief_of(double estimate, double se, const double *prior_mean, const double *prior_variance)
{
    if (prior_mean == NULL || prior_variance == NULL) return (zh_belief){ estimate, se };
    const double data = 1 / (se * se), prior = 1 / *prior_variance;
    return (zh_belief){ (estimate * data + *prior_mean * prior) / (data + prior), 1 / sqrt(data + prior) };
}

double zh_belief_chance(const zh_belief *b)
{
    return zh_normal_cdf(b->mean / b->sd);
}

void zh_belief_losses(const zh_belief *b, double losses[2])
{
    const double z = b->mean / b->sd, density = b->sd * zh_normal_pdf(z);
    losses[0] = fmax(0, b->mean * zh_normal_cdf(z) + density);
    losses[1] = fmax(0, density - b->mean * zh_normal_upper(z));
}

void zh_belief_interval(const zh_belief *b, double alpha, double ends[2])
{
    const double half = zh_normal_quantile(1 - alpha / 2) * b->sd;
    ends[0] = b->mean - half, ends[1] = b->mean + half;
}
