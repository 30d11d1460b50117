/* Goal: a fit as good as a search of all, within its bounds, with the criteria of the header; and no answer where there can be none.
 * Method: a grid over both numbers of a level; a made series whose seasons are known. */
#include "measure/ets_fit.h"
#include "check.h"

#include <math.h>

#define N 96

static void level(uint64_t *seed)
{
    double x[N];
    for (int round = 0; round < 5; round++) {
        zh_ets_fitted f;
        double best = INFINITY, at = 200;
        for (uint32_t t = 0; t < N; t++) {
            at += 0.3 * ((double)(test_random(seed) % 21) - 10);
            x[t] = at + (double)(test_random(seed) % 21) - 10;
        }
        CHECK(zh_ets_fit(&f, &(zh_ets){ .error = ZH_ETS_ADDED, .period = 1 }, x, N, ZH_ETS_SQUARES) == ZH_OK);
        for (int a = 1; a < 200; a++)
            for (int l = -60; l <= 60; l++) {
                zh_ets m = { .error = ZH_ETS_ADDED, .period = 1, .alpha = 0.005 * a, .phi = 1, .level = 200 + 0.5 * l };
                best = fmin(best, zh_ets_run(&m, x, N, NULL).sse);
            }
        CHECK(f.sse <= best * (1 + 1e-4));
        const double k = 3, n = N;
        CHECK(f.parameters == 2 && f.first.alpha >= 1e-4 && f.first.alpha <= 0.9999);
        CHECK(fabs(f.aic - (2 * k - 2 * f.loglik)) < 1e-9 && fabs(f.aicc - f.aic - 2 * k * (k + 1) / (n - k - 1)) < 1e-9 && fabs(f.bic - (k * log(n) - 2 * f.loglik)) < 1e-9);
        CHECK(fabs(f.sigma2 - f.sse / (n - 2)) < 1e-12 * f.sigma2 && fabs(f.loglik + 0.5 * n * log(f.sse)) < 1e-9);
        zh_ets again = f.first;
        CHECK(zh_ets_run(&again, x, N, NULL).sse == f.sse && again.level == f.last.level);
    }
}

static void seasons(uint64_t *seed)
{
    static const double ratio[4] = { 0.7, 1.2, 0.9, 1.2 };
    static const char *const models[] = { "MAM", "MAdM", "MNM", "AAM" };
    double x[N], said[8];
    for (uint32_t t = 0; t < N; t++) x[t] = (100 + t) * ratio[t % 4] * (1 + 0.0002 * (double)(test_random(seed) % 100));
    for (int i = 0; i < 4; i++) {
        zh_ets model = { .period = 4 };
        zh_ets_fitted f;
        CHECK(zh_ets_parse(&model, zh_sv_of(models[i])) && zh_ets_fit(&f, &model, x, N, ZH_ETS_LIKELIHOOD) == ZH_OK);
        double sum = 0;
        for (uint32_t s = 0; s < 4; s++) sum += f.first.seasons[s];
        CHECK(fabs(sum - 4) < 1e-9 && f.first.gamma >= 1e-4 && f.first.gamma <= 1 - f.first.alpha && f.first.beta <= f.first.alpha);
        CHECK(!model.damped || (f.first.phi >= 0.8 && f.first.phi <= 0.98));
        zh_ets_forecast(&f.last, 8, said);
        for (uint32_t h = 0; h < 8; h++) CHECK(fabs(said[h] / (1.01 * (100 + N + h) * ratio[h % 4]) - 1) < 0.06);
    }
    for (int round = 0; round < 8; round++) { /* level and seasons that both run about would like more than there is to share */
        zh_ets_fitted f;
        double at = 500, season[4] = { 0 };
        for (uint32_t t = 0; t < N; t++) x[t] = (at += (double)(test_random(seed) % 41) - 20) + (season[t % 4] += (double)(test_random(seed) % 41) - 20);
        CHECK(zh_ets_fit(&f, &(zh_ets){ .error = ZH_ETS_ADDED, .season = ZH_ETS_ADDED, .period = 4 }, x, N, ZH_ETS_LIKELIHOOD) == ZH_OK);
        CHECK(f.first.alpha >= 1e-4 && f.first.gamma >= 1e-4 && f.first.alpha + f.first.gamma <= 1 + 1e-12);
    }
    zh_ets_fitted f; /* too many seasons to be searched: those of the decomposition stand */
    for (uint32_t t = 0; t < N; t++) x[t] = 100 + 10.0 * (t % 30 == 3) + 0.01 * (double)(test_random(seed) % 100);
    CHECK(zh_ets_fit(&f, &(zh_ets){ .error = ZH_ETS_ADDED, .season = ZH_ETS_ADDED, .period = 30 }, x, N, ZH_ETS_LIKELIHOOD) == ZH_OK && f.parameters == 3 && f.first.seasons[3] > 9);
}

static void cannot(void)
{
    double x[N];
    zh_ets_fitted f;
    const zh_ets plain = { .error = ZH_ETS_ADDED, .period = 1 }, times = { .error = ZH_ETS_TIMES, .period = 1 }, seasonal = { .error = ZH_ETS_ADDED, .season = ZH_ETS_ADDED, .period = 4 };
    for (uint32_t t = 0; t < N; t++) x[t] = 5;
    CHECK(zh_ets_fit(&f, &plain, x, 4, ZH_ETS_LIKELIHOOD) == ZH_RANGE && zh_ets_fit(&f, &plain, x, 5, ZH_ETS_LIKELIHOOD) == ZH_OK);
    CHECK(isfinite(f.aic) && fabs(f.last.level - 5) < 1e-6); /* a series that never moves has an answer */
    CHECK(zh_ets_fit(&f, &seasonal, x, 8, ZH_ETS_LIKELIHOOD) == ZH_RANGE && zh_ets_fit(&f, &seasonal, x, 9, ZH_ETS_LIKELIHOOD) == ZH_OK);
    x[3] = 0;
    CHECK(zh_ets_fit(&f, &times, x, N, ZH_ETS_LIKELIHOOD) == ZH_RANGE && zh_ets_fit(&f, &plain, x, N, ZH_ETS_LIKELIHOOD) == ZH_OK);
    x[3] = NAN;
    CHECK(zh_ets_fit(&f, &plain, x, N, ZH_ETS_LIKELIHOOD) == ZH_RANGE);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    level(&seed);
    seasons(&seed);
    cannot();
    return 0;
}
