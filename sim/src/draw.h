/* draw.h -- common random numbers: every draw of the shop has a name, so all policies meet the same luck.
 *
 *     draw = zh_rng_at(seed, stream(customer, visit, purpose), index)
 *
 * What a customer would think of an item in a visit does not depend on which policy shows it, nor on
 * what was drawn before. So the difference of two policies is a difference of two paired worlds, and
 * most of the noise cancels.
 *
 * Source  Kahn, Marshall, "Methods of Reducing Sample Size in Monte Carlo Computations", 1953.
 */
#ifndef ZH_SIM_DRAW_H
#define ZH_SIM_DRAW_H
#include "base/rng.h"

#include <math.h>

typedef enum zh_draw_purpose { /* append only: a number is part of the name */
    ZH_DRAW_TASTE, ZH_DRAW_TARGET, ZH_DRAW_PRICE, ZH_DRAW_RATE, ZH_DRAW_ARRIVAL, ZH_DRAW_HOUR,
    ZH_DRAW_VISITS, ZH_DRAW_WHEN, ZH_DRAW_NEED, ZH_DRAW_PENDING, ZH_DRAW_SEARCH, ZH_DRAW_ABANDON,
    ZH_DRAW_ANONYMOUS, ZH_DRAW_SHOCK, ZH_DRAW_OUTSIDE, ZH_DRAW_EXAMINE, ZH_DRAW_BUY, ZH_DRAW_FOLLOW,
    ZH_DRAW_DELAY, ZH_DRAW_AGAIN, ZH_DRAW_RETURN, ZH_DRAW_RANDOM, ZH_DRAW_MIX, ZH_DRAW_SORT,
    ZH_DRAW_ITEM, ZH_DRAW_ITEM_TASTE, /* of the catalog: customer 0, visit = item */
    ZH_DRAW_TURN, ZH_DRAW_PLACE, ZH_DRAW_WHERE,
    ZH_DRAW_WEATHER, /* customer 0, visit = day, index = quarter of the day */
    ZH_DRAW_OFFER_SHOP, ZH_DRAW_OFFER_PERSON, ZH_DRAW_OFFER_PAST, ZH_DRAW_OFFER_ARM,
    ZH_DRAW_OFFER_LUCK, /* visit = which luck: one customer's own, whatever was mentioned to him */
} zh_draw_purpose;

/* customer < 2^24, visit (or day) < 2^24. */
static inline uint64_t zh_draw_stream(uint32_t customer, uint32_t visit, zh_draw_purpose purpose)
{
    return (uint64_t)customer << 32 | (uint64_t)visit << 8 | (uint64_t)purpose;
}

/* Uniform in (0, 1): never an end, so its logarithms are finite. */
static inline double zh_draw_unit(uint64_t seed, uint64_t stream, uint64_t index)
{
    return ((double)(zh_rng_at(seed, stream, index) >> 12) + 0.5) * 0x1p-52;
}

static inline double zh_draw_normal(uint64_t seed, uint64_t stream, uint64_t index) /* Box, Muller 1958 */
{
    const double radius = sqrt(-2 * log(zh_draw_unit(seed, stream, 2 * index)));
    return radius * cos(6.283185307179586 * zh_draw_unit(seed, stream, 2 * index + 1));
}

static inline double zh_draw_gumbel(uint64_t seed, uint64_t stream, uint64_t index)
{
    return -log(-log(zh_draw_unit(seed, stream, index)));
}

/* A point of the simplex, Dirichlet with one concentration alpha > 0: gammas, divided by their sum. */
static inline double zh_draw_gamma(zh_rng *rng, double alpha) /* Marsaglia, Tsang 2000 */
{
    double boost = 1;
    if (alpha < 1) {
        boost = pow(zh_rng_unit(rng) + 0x1p-54, 1 / alpha);
        alpha += 1;
    }
    const double d = alpha - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (int tries = 0; tries < 64; tries++) { /* each is taken with more than 95 % */
        const double u = zh_rng_unit(rng) + 0x1p-54, w = zh_rng_unit(rng);
        const double x = sqrt(-2 * log(u)) * cos(6.283185307179586 * w), v = 1 + c * x;
        if (v <= 0) continue;
        const double cube = v * v * v;
        if (log(zh_rng_unit(rng) + 0x1p-54) < 0.5 * x * x + d - d * cube + d * log(cube)) return d * cube * boost;
    }
    return d * boost;
}

static inline void zh_draw_simplex(uint64_t seed, uint64_t stream, double alpha, uint32_t count, float *out)
{
    zh_rng rng = { seed, stream, 0 };
    double sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const double gamma = zh_draw_gamma(&rng, alpha) + 1e-12; /* the sum is above zero */
        out[k] = (float)gamma;
        sum += gamma;
    }
    for (uint32_t k = 0; k < count; k++) out[k] = (float)((double)out[k] / sum);
}

#endif
