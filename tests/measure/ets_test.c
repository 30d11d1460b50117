/* Goal: names there and back; the recursion; intervals as wide as they should be.
 * Method: ETS(A,A,A) is Holt and Winters with other names for its shares (beta = alpha b, gamma = g (1 - alpha)), which have a module and a
 * test of their own; the variance of a level's forecast has a closed form; a relative error moves the state as an added one does. */
#include "measure/ets.h"
#include "measure/holtwinters.h"
#include "check.h"

#include <math.h>

#define N 48

static void names(void)
{
    static const struct { const char *name, *full; bool good; } rows[] = {
        { "MAdM", "ETS(M,Ad,M)", true }, { "ETS(A,N,N)", "ETS(A,N,N)", true }, { "A,Ad,A", "ETS(A,Ad,A)", true }, { "MMdN", "ETS(M,Md,N)", true }, { "MMN", "ETS(M,M,N)", true },
        { "NAN", NULL, false }, { "MAd", NULL, false }, { "ANdN", NULL, false }, { "", NULL, false }, { "ETS(", NULL, false }, { "ETS()", NULL, false }, { "MAMM", NULL, false }, { "mam", NULL, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_ets m = { 0 };
        char full[ZH_ETS_NAME_BYTES] = "";
        CHECK(zh_ets_parse(&m, zh_sv_of(rows[i].name)) == rows[i].good);
        if (rows[i].good) zh_ets_name(&m, full);
        CHECK(!rows[i].good || strcmp(full, rows[i].full) == 0);
    }
}

static void is_holt_and_winters(uint64_t *seed)
{
    double x[N + 4], fitted[N], want[N], said[9];
    for (int round = 0; round < 30; round++) {
        zh_holtwinters hw = { .period = 4, .alpha = 0.05 + 0.009 * (double)(test_random(seed) % 100), .beta = 0.01 * (double)(test_random(seed) % 100),
                              .gamma = 0.01 * (double)(test_random(seed) % 100), .level = 30, .trend = 1, .season = { 4, -1, -5, 2 } };
        for (uint32_t t = 0; t < N; t++) x[t] = 30 + t + hw.season[t % 4] + 0.1 * (double)(test_random(seed) % 80);
        zh_ets m = { .error = ZH_ETS_ADDED, .trend = ZH_ETS_ADDED, .season = ZH_ETS_ADDED, .period = 4, .alpha = hw.alpha, .beta = hw.alpha * hw.beta, .gamma = hw.gamma * (1 - hw.alpha),
                     .phi = 1, .level = 30, .growth = 1, .seasons = { 4, -1, -5, 2 } };
        const double sse = zh_holtwinters_run(&hw, x, N, want); /* from the second period */
        zh_ets relative = m, added = m;
        relative.error = ZH_ETS_TIMES;
        const zh_ets_said run = zh_ets_run(&added, x + 4, N - 4, fitted);
        CHECK(fabs(run.sse - sse) < 1e-8 * sse && fabs(run.loglik + 0.5 * (N - 4) * log(sse)) < 1e-8);
        double logs = 0, squares = 0;
        for (uint32_t t = 0; t < N - 4; t++) {
            CHECK(fabs(fitted[t] - want[t]) < 1e-8);
            logs += log(want[t]);
            squares += (x[t + 4] / want[t] - 1) * (x[t + 4] / want[t] - 1);
        }
        zh_ets_forecast(&added, 9, said);
        for (uint32_t h = 0; h < 9; h++) CHECK(fabs(said[h] - zh_holtwinters_forecast(&hw, h + 1)) < 1e-8);
        CHECK(fabs(zh_ets_run(&relative, x + 4, N - 4, fitted).loglik + 0.5 * (N - 4) * log(squares) + logs) < 1e-8 && fabs(relative.level - added.level) < 1e-9);
    }
}

/* A forecast is what the recursion says when nothing surprises it. */
static void forecasts_are_the_recursion(void)
{
    static const char *const models[] = { "ANN", "MAdM", "MMN", "AMdA", "MAM", "AAdN" };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        zh_ets m = { .period = 1 };
        double said[10], one;
        CHECK(zh_ets_parse(&m, zh_sv_of(models[i])));
        if (m.season != ZH_ETS_NONE) m.period = 3;
        m.alpha = 0.4, m.beta = 0.1, m.gamma = 0.2, m.phi = m.damped ? 0.9 : 1, m.level = 20;
        m.growth = m.trend == ZH_ETS_ADDED ? 1.5 : 1.1;
        for (uint32_t s = 0; s < 3; s++) m.seasons[s] = m.season == ZH_ETS_ADDED ? (double)s - 1 : 0.8 + 0.2 * s;
        zh_ets_forecast(&m, 10, said);
        for (uint32_t h = 0; h < 10; h++) {
            zh_ets ask = m;
            zh_ets_forecast(&ask, 1, &one);
            CHECK(fabs(one - said[h]) < 1e-9 * fabs(said[h]));
            CHECK(zh_ets_run(&m, &one, 1, NULL).sse < 1e-20);
        }
    }
}

static void bands(void)
{
    enum { H = 12 };
    zh_ets_band wide[H], again[H];
    zh_arena arena = zh_arena_open(1 << 20);
    const zh_ets m = { .error = ZH_ETS_ADDED, .period = 1, .alpha = 0.6, .phi = 1, .level = 100 };
    CHECK(zh_ets_bands(&m, 4, 7, &arena, H, wide) == ZH_OK && zh_ets_bands(&m, 4, 7, &arena, H, again) == ZH_OK);
    for (uint32_t h = 0; h < H; h++) {
        const double sd = 2 * sqrt(1 + h * m.alpha * m.alpha);
        CHECK(wide[h].low_95 < wide[h].low_80 && wide[h].low_80 < 100 && 100 < wide[h].high_80 && wide[h].high_80 < wide[h].high_95);
        CHECK(fabs((wide[h].high_95 - wide[h].low_95) / (2 * 1.959964 * sd) - 1) < 0.1 && fabs((wide[h].high_80 - wide[h].low_80) / (2 * 1.281552 * sd) - 1) < 0.1);
        CHECK(wide[h].low_95 == again[h].low_95 && wide[h].high_80 == again[h].high_80);
    }
    zh_arena small = zh_arena_open(1000);
    CHECK(zh_ets_bands(&m, 4, 7, &small, H, wide) == ZH_NOMEM);
    zh_arena_close(&small);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    names();
    is_holt_and_winters(&seed);
    forecasts_are_the_recursion();
    bands();
    return 0;
}
