#include "measure/srm.h"
#include "base/special.h"

zh_srm zh_srm_of(const double *units, const double *weights, size_t arms)
{
    double total = 0, weight = 0;
    zh_srm s = { .chi2 = 0, .p = 1, .df = -1 };
    for (size_t i = 0; i < arms; i++)
        if (weights[i] > 0) total += units[i], weight += weights[i], s.df++;
    if (s.df < 1 || total == 0) return (zh_srm){ 0, 1, s.df < 0 ? 0 : s.df };
    for (size_t i = 0; i < arms; i++) {
        if (!(weights[i] > 0)) continue;
        const double expected = total * weights[i] / weight;
        s.chi2 += (units[i] - expected) * (units[i] - expected) / expected;
    }
    s.p = zh_chi2_upper(s.chi2, s.df);
    return s;
}
