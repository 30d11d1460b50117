#include "base/special.h"

#include <math.h>
#include <stddef.h>

#define STEPS_MAX 100000 /* of a series or a continued fraction; about sqrt(a) are needed */
#define TINY 1e-300      /* Lentz: what stands for a zero denominator */
#define SMALL 1e-16

double zh_lgamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* ln gamma(x) - [(x - 1/2) ln x - x + ln sqrt(2 pi)], x >= 10 (6.1.41) */
static double stirling_rest(double x)
{
    const double y = 1 / (x * x);
    return (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y * (1.0 / 1188 - y * 691.0 / 360360))))) / x;
}

double zh_lbeta(double a, double b)
{
    if (!(a > 0) || !(b > 0)) return NAN;
    if (a < b) {
        const double swap = a;
        a = b, b = swap;
    }
    if (a < 10) return zh_lgamma(a) + zh_lgamma(b) - zh_lgamma(a + b);
    const double more = -(a + b - 0.5) * log1p(b / a) + stirling_rest(a) - stirling_rest(a + b); /* and -b ln a + b */
    if (b < 10) return zh_lgamma(b) + more - b * log(a) + b;
    return 0.91893853320467274178 + (b - 0.5) * log(b) + stirling_rest(b) + more - b * log(a);
}

/* x^a e^-x / gamma(a), also for large a and x near it. */
static double gamma_front(double a, double x)
{
    if (a < 10) return exp(a * log(x) - x - zh_lgamma(a));
    const double d = (x - a) / a; /* ln(x/a) - d by log1p: no cancellation near x = a */
    return exp(a * (log1p(d) - d) - stirling_rest(a)) * sqrt(a / 6.28318530717958647693);
}

static double gamma_series(double a, double x) /* P by 6.5.29 */
{
    double term = 1 / a, sum = term;
    for (int n = 1; n < STEPS_MAX && fabs(term) > fabs(sum) * SMALL; n++) sum += term *= x / (a + n);
    return sum * gamma_front(a, x);
}

static double gamma_fraction(double a, double x) /* Q by 6.5.31, Lentz */
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int n = 1; n < STEPS_MAX; n++) {
        const double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = b + an / c;
        if (fabs(c) < TINY) c = TINY;
        h *= d * c;
        if (fabs(d * c - 1) < SMALL) break;
    }
    return h * gamma_front(a, x);
}

double zh_gamma_p(double a, double x)
{
    if (!(a > 0) || !(x >= 0)) return NAN;
    if (x == 0) return 0;
    if (isinf(x)) return 1;
    return x < a + 1 ? gamma_series(a, x) : 1 - gamma_fraction(a, x);
}

double zh_gamma_q(double a, double x)
{
    if (!(a > 0) || !(x >= 0)) return NAN;
    if (x == 0) return 1;
    if (isinf(x)) return 0;
    return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

/* The continued fraction 26.5.8, Lentz; converges fast for x < (a + 1)/(a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int m = 1; m < STEPS_MAX; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = 1 + even / c;
        if (fabs(c) < TINY) c = TINY;
        h *= d * c;
        d = 1 + odd * d;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = 1 + odd / c;
        if (fabs(c) < TINY) c = TINY;
        h *= d * c;
        if (fabs(d * c - 1) < SMALL) break;
    }
    return h;
}

/* I_x(a, b) where y = 1 - x is known better than by subtraction. */
static double beta_two(double a, double b, double x, double y)
{
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    const double front = a * (x > 0.5 ? log1p(-y) : log(x)) + b * (y > 0.5 ? log1p(-x) : log(y)) - zh_lbeta(a, b);
    if (x < (a + 1) / (a + b + 2)) return exp(front) * beta_fraction(a, b, x) / a;
    return 1 - exp(front) * beta_fraction(b, a, y) / b;
}

double zh_beta_i(double a, double b, double x)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) return NAN;
    return beta_two(a, b, x, 1 - x);
}

double zh_normal_pdf(double x)
{
    return 0.39894228040143267794 * exp(-0.5 * x * x);
}

double zh_normal_cdf(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

double zh_normal_upper(double x)
{
    return 0.5 * erfc(x * 0.70710678118654752440);
}

double zh_normal_quantile(double p)
{
    if (!(p >= 0) || !(p <= 1)) return NAN;
    if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
    const double tail = p < 0.5 ? p : 1 - p, t = sqrt(-2 * log(tail));
    /* 26.2.23, to 4.5e-4; then Halley on the tail, which cubes the error */
    double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 4; i++) {
        const double density = zh_normal_pdf(x);
        if (density == 0) break;
        const double step = (zh_normal_upper(x) - tail) / density;
        x += step / (1 - 0.5 * x * step); /* f'' / f' = -x for the upper tail as for the lower */
    }
    return p < 0.5 ? -x : x;
}

double zh_t_two_sided(double t, double dof)
{
    if (!(dof > 0) || isnan(t)) return NAN;
    if (isinf(t)) return 0;
    if (dof > 1e9) return 2 * zh_normal_upper(fabs(t) * (1 - 0.25 / dof) / sqrt(1 + 0.5 * t / dof * t)); /* 26.7.8: the fraction would take long */
    const double square = t * t, whole = dof + square;
    return beta_two(dof / 2, 0.5, dof / whole, square / whole); /* 26.7.1 and 26.5.27 */
}

double zh_t_cdf(double t, double dof)
{
    const double tail = zh_t_two_sided(t, dof) / 2;
    return t > 0 ? 1 - tail : tail;
}

double zh_t_quantile(double p, double dof)
{
    if (!(p >= 0) || !(p <= 1) || !(dof > 0)) return NAN;
    if (p == 0.5) return 0;
    if (p == 0 || p == 1) return p == 0 ? -INFINITY : INFINITY;
    const double tail = p < 0.5 ? p : 1 - p;
    double low = 0, high = 1;
    while (zh_t_two_sided(high, dof) > 2 * tail && high < 1e300) low = high, high *= 2;
    double x = 0.5 * (low + high);
    const double front = -0.5 * log(dof) - zh_lbeta(dof / 2, 0.5);
    for (int i = 0; i < 200; i++) { /* Newton inside a bracket */
        const double miss = zh_t_two_sided(x, dof) / 2 - tail;
        if (miss > 0) low = x;
        else high = x;
        const double density = exp(front - 0.5 * (dof + 1) * log1p(x * x / dof));
        double next = x + miss / density;
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        const double moved = fabs(next - x);
        x = next;
        if (moved <= 1e-15 * x || low == high) break;
    }
    return p < 0.5 ? -x : x;
}

double zh_t_noncentral_cdf(double t, double dof, double shift)
{
    if (!(t >= 0) || !(dof > 0) || isnan(shift)) return NAN;
    const double half = 0.5 * shift * shift, x = t * t / (t * t + dof), centre = floor(half);
    double sum = 0;
    for (int way = 0; way < 2; way++) /* outward from the largest term, so that few are needed */
        for (double j = centre - way; j >= 0 && j < centre + STEPS_MAX; j += way == 0 ? 1 : -1) {
            const double log_half = half > 0 ? log(half) : -1e9;
            const double even = exp(-half + j * (j > 0 ? log_half : 0) - zh_lgamma(j + 1));
            const double odd = shift * 0.70710678118654752440 * exp(-half + j * (j > 0 ? log_half : 0) - zh_lgamma(j + 1.5));
            const double term = even * zh_beta_i(j + 0.5, dof / 2, x) + odd * zh_beta_i(j + 1, dof / 2, x);
            sum += 0.5 * term;
            if (fabs(even) + fabs(odd) < 1e-17) break;
        }
    return fmin(1, zh_normal_cdf(-shift) + sum);
}

double zh_chi2_upper(double x, double dof)
{
    return zh_gamma_q(dof / 2, x / 2);
}

double zh_zeta(double s)
{
    if (!(s > 1)) return NAN;
    enum { DIRECT = 20 };
    double sum = 0;
    for (int k = DIRECT - 1; k >= 1; k--) sum += pow(k, -s);
    const double n = DIRECT;
    double term = s / 12 * pow(n, -s - 1); /* B2/2! s n^-s-1, then the further Bernoulli numbers */
    sum += pow(n, 1 - s) / (s - 1) + 0.5 * pow(n, -s) + term;
    static const double ratio[] = { -1.0 / 60, -1.0 / 42, -1.0 / 40, -5.0 / 198 }; /* (B_{2k+2}/(2k+2)!) / (B_2k/(2k)!) */
    for (int k = 0; k < 4; k++) {
        term *= ratio[k] * (s + 2 * k + 1) * (s + 2 * k + 2) / (n * n);
        sum += term;
    }
    return sum;
}

double zh_hyp2f1(double a, double b, double c, double z, int *transformed)
{
    if (isnan(c) || (c <= 0 && c == floor(c)) || !(z >= 0) || !(z < 1)) return NAN;
    const double power = c - a - b;
    const int euler = power < 0;
    if (euler) a = c - a, b = c - b;
    double term = 1, sum = 1;
    int n = 0;
    for (; n < ZH_HYP_TERMS_MAX; n++) {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        sum += term;
        if (fabs(term) <= fabs(sum) * 1e-17 && fabs((a + n) * (b + n)) * z <= fabs(c + n) * (n + 1)) break;
    }
    if (n == ZH_HYP_TERMS_MAX) return NAN;
    if (transformed != NULL) *transformed = euler;
    return euler && transformed == NULL ? sum * pow(1 - z, power) : sum;
}
