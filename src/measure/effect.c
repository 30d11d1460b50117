#include "measure/effect.h"
#include "base/special.h"

#include <math.h>

zh_arm zh_arm_of_values(double sum, double sum_squares, double n)
{
    return (zh_arm){ sum / n, (sum_squares - sum * sum / n) / (n - 1), n };
}

zh_arm zh_arm_of_share(double sum, double n)
{
    const double m = sum / n;
    return (zh_arm){ m, m * (1 - m), n };
}

double zh_effect_dof(const zh_arm *a, const zh_arm *b)
{
    const double va = a->variance / a->n, vb = b->variance / b->n;
    return (va + vb) * (va + vb) / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
}

zh_effect zh_effect_of(const zh_arm *a, const zh_arm *b, bool relative)
{
    const double va = a->variance / a->n, vb = b->variance / b->n, difference = b->mean - a->mean, m2 = a->mean * a->mean;
    const zh_effect e = { .dof = zh_effect_dof(a, b), .n = a->n + b->n };
    return relative ? (zh_effect){ difference / fabs(a->mean), sqrt(vb / m2 + va * b->mean * b->mean / (m2 * m2)), e.dof, e.n }
                    : (zh_effect){ difference, sqrt(va + vb), e.dof, e.n };
}

zh_verdict zh_effect_fixed(const zh_effect *e, double alpha, zh_sides sides)
{
    const double t = e->estimate / e->se;
    if (sides == ZH_TWO_SIDED) {
        const double half = zh_t_quantile(1 - alpha / 2, e->dof) * e->se;
        return (zh_verdict){ e->estimate - half, e->estimate + half, zh_t_two_sided(t, e->dof) };
    }
    const double half = zh_t_quantile(1 - alpha, e->dof) * e->se;
    if (sides == ZH_GREATER) return (zh_verdict){ e->estimate - half, INFINITY, zh_t_cdf(-t, e->dof) };
    return (zh_verdict){ -INFINITY, e->estimate + half, zh_t_cdf(t, e->dof) };
}

static double rho_square(double alpha, double tuning)
{
    return (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tuning;
}

double zh_effect_sequential_width(double n, double alpha, double tuning)
{
    const double rho2 = rho_square(alpha, tuning), k = n * rho2 + 1;
    return sqrt(2 * k * log(sqrt(k) / alpha) / (n * rho2));
}

/* Half width of the one-sided bound at level a, rho held. */
static double one_half(const zh_effect *e, double rho2, double a)
{
    const double k = e->n * rho2 + 1;
    return e->se * sqrt(2 * k / (e->n * rho2) * log1p(sqrt(k) / (2 * a)));
}

static double one_sided_p(const zh_effect *e, double rho2, double toward)
{
    double low = ZH_EFFECT_P_MIN, width = ZH_EFFECT_P_MAX - ZH_EFFECT_P_MIN, p = ZH_EFFECT_P_MAX;
    if (one_half(e, rho2, ZH_EFFECT_P_MAX) > toward) return ZH_EFFECT_P_MAX;
    if (one_half(e, rho2, ZH_EFFECT_P_MIN) <= toward) return ZH_EFFECT_P_MIN;
    for (int i = 0; i < ZH_EFFECT_P_HALVINGS; i++) {
        width *= 0.5;
        p = low + width;
        if (one_half(e, rho2, p) > toward) low = p;
    }
    return p;
}

static zh_verdict one_side(const zh_effect *e, double alpha, double tuning, zh_sides sides)
{
    const double rho2 = rho_square(2 * alpha, tuning), toward = sides == ZH_GREATER ? e->estimate : -e->estimate;
    const double half = one_half(e, rho2, alpha), p = one_sided_p(e, rho2, toward);
    if (sides == ZH_GREATER) return (zh_verdict){ e->estimate - half, INFINITY, p };
    return (zh_verdict){ -INFINITY, e->estimate + half, p };
}

zh_verdict zh_effect_sequential(const zh_effect *e, double alpha, double tuning, zh_sides sides)
{
    if (sides != ZH_TWO_SIDED) return one_side(e, alpha, tuning, sides);
    const double rho2 = rho_square(alpha, tuning), k = e->n * rho2 + 1, s = e->estimate * e->estimate / (e->se * e->se) * e->n;
    const double half = e->se * zh_effect_sequential_width(e->n, alpha, tuning);
    return (zh_verdict){ e->estimate - half, e->estimate + half, fmin(1, sqrt(k) * exp(-rho2 * s / (2 * k))) };
}
