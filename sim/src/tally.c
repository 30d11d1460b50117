#include "tally.h"

#include <math.h>

#define Z95 1.959963984540054 /* of the normal distribution */

zh_err zh_sim_tally_open(zh_sim_tally *out, uint32_t customers, zh_arena *arena)
{
    *out = (zh_sim_tally){ ZH_TAKE(arena, zh_sim_sums, customers), customers };
    return out->customers == NULL ? ZH_NOMEM : ZH_OK;
}

zh_sim_sums zh_sim_tally_total(const zh_sim_tally *tally)
{
    zh_sim_sums sum = { 0 };
    for (uint32_t u = 0; u < tally->count; u++) {
        const zh_sim_sums *c = &tally->customers[u];
        sum.visits += c->visits, sum.orders += c->orders;
        sum.revenue_cents += c->revenue_cents, sum.margin_cents += c->margin_cents;
    }
    return sum;
}

static double measured(const zh_sim_sums *sums, zh_sim_measure measure)
{
    switch (measure) {
    case ZH_SIM_ORDERS: return (double)sums->orders;
    case ZH_SIM_REVENUE: return (double)sums->revenue_cents;
    case ZH_SIM_MARGIN: break;
    }
    return (double)sums->margin_cents;
}

static double amount(const zh_sim_tally *tally, const zh_sim_tally *against, uint32_t u, zh_sim_measure measure)
{
    return measured(&tally->customers[u], measure) - (against == NULL ? 0 : measured(&against->customers[u], measure));
}

zh_sim_estimate zh_sim_tally_estimate(const zh_sim_tally *tally, const zh_sim_tally *against, zh_sim_measure measure)
{
    double sum = 0, visits = 0, squares = 0;
    const double n = tally->count;
    for (uint32_t u = 0; u < tally->count; u++) sum += amount(tally, against, u, measure), visits += (double)tally->customers[u].visits;
    if (visits <= 0) return (zh_sim_estimate){ 0 };
    const double ratio = sum / visits;
    for (uint32_t u = 0; u < tally->count; u++) {
        const double rest = amount(tally, against, u, measure) - ratio * (double)tally->customers[u].visits;
        squares += rest * rest;
    }
    const double error = n > 1 ? sqrt(n / (n - 1) * squares) / visits : 0;
    return (zh_sim_estimate){ ratio, ratio - Z95 * error, ratio + Z95 * error };
}

zh_sim_estimate zh_sim_tally_unpaired(const zh_sim_tally *tally, const zh_sim_tally *against, zh_sim_measure measure)
{
    const zh_sim_estimate a = zh_sim_tally_estimate(tally, NULL, measure), b = zh_sim_tally_estimate(against, NULL, measure);
    const double half = hypot(a.high - a.value, b.high - b.value), value = a.value - b.value;
    return (zh_sim_estimate){ value, value - half, value + half };
}
