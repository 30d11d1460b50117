/* Goal: simple methods and errors by hand; theta and comb as their header says.
 * Method: tables; the parts of theta put together once more. */
#include "measure/forecast.h"
#include "measure/ets_fit.h"
#include "check.h"

#include <math.h>

#define N 60
#define H 6

static void by_hand(zh_arena *arena)
{
    static const double x[] = { 2, 4, 3, 9, 8, 12 };
    static const struct { const char *name; zh_forecast_method method; uint32_t period, least; double want[4]; } rows[] = {
        { "naive", ZH_FORECAST_NAIVE, 1, 1, { 12, 12, 12, 12 } }, { "drift", ZH_FORECAST_DRIFT, 1, 2, { 14, 16, 18, 20 } },
        { "mean4", ZH_FORECAST_MEAN4, 1, 4, { 8, 8, 8, 8 } }, { "snaive", ZH_FORECAST_SNAIVE, 3, 3, { 9, 8, 12, 9 } },
    };
    double said[4];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(zh_forecast(rows[i].method, arena, x, 6, rows[i].period, 4, said) == ZH_OK);
        for (int h = 0; h < 4; h++) CHECK(said[h] == rows[i].want[h]);
        CHECK(zh_forecast(rows[i].method, arena, x, rows[i].least, rows[i].period, 4, said) == ZH_OK);
        CHECK(zh_forecast(rows[i].method, arena, x, rows[i].least - 1, rows[i].period, 4, said) == ZH_RANGE);
    }
    CHECK(zh_forecast(ZH_FORECAST_COMB, arena, x, 4, 1, 4, said) == ZH_RANGE && zh_forecast(ZH_FORECAST_THETA, arena, x, 4, 1, 4, said) == ZH_RANGE);
    /* errors 2 and -3 of 10 and 12; steps of the known 2, 1, 6, 1, 4, or three places apart 7, 4, 9 */
    const zh_forecast_errors e = zh_forecast_judge((double[]){ 10, 12 }, (double[]){ 8, 15 }, 2, x, 6, 1), far = zh_forecast_judge((double[]){ 10, 0 }, (double[]){ 8, 0 }, 2, x, 6, 3);
    CHECK(fabs(e.rmse - sqrt(6.5)) < 1e-12 && fabs(e.mae - 2.5) < 1e-12 && fabs(e.mape - 22.5) < 1e-12 && fabs(e.smape - 100 * (2 / 18.0 + 3 / 27.0)) < 1e-12 && fabs(e.mase - 2.5 / 2.8) < 1e-12);
    CHECK(fabs(far.mase - 1 / (20 / 3.0)) < 1e-12 && fabs(far.smape - 100 * 2 / 18.0) < 1e-12 && isnan(far.mape));
}

static void theta_and_comb(zh_arena *arena, uint64_t *seed)
{
    double x[N], said[H], part[3][H], product = 0, square = 0;
    static const char *const names[] = { "ANN", "AAN", "AAdN" };
    static const zh_forecast_method methods[] = { ZH_FORECAST_SES, ZH_FORECAST_HOLT, ZH_FORECAST_DAMPED };
    zh_ets_fitted f;
    for (uint32_t t = 0; t < N; t++) x[t] = 40 + 0.5 * t + 0.1 * (double)(test_random(seed) % 60);
    for (int i = 2; i >= 0; i--) { /* f is that of ses at the end */
        zh_ets model = { .period = 1 };
        CHECK(zh_ets_parse(&model, zh_sv_of(names[i])) && zh_ets_fit(&f, &model, x, N, ZH_ETS_SQUARES) == ZH_OK);
        zh_ets_forecast(&f.last, H, part[i]);
        CHECK(zh_forecast(methods[i], arena, x, N, 1, H, said) == ZH_OK);
        for (int h = 0; h < H; h++) CHECK(said[h] == part[i][h]);
    }
    CHECK(zh_forecast(ZH_FORECAST_COMB, arena, x, N, 1, H, said) == ZH_OK);
    for (int h = 0; h < H; h++) CHECK(fabs(said[h] - (part[0][h] + part[1][h] + part[2][h]) / 3) < 1e-9);
    CHECK(zh_forecast(ZH_FORECAST_THETA, arena, x, N, 1, H, said) == ZH_OK);
    for (uint32_t t = 0; t < N; t++) product += (t - (N - 1) / 2.0) * x[t], square += (t - (N - 1) / 2.0) * (t - (N - 1) / 2.0);
    for (int h = 0; h < H; h++) CHECK(fabs(said[h] - part[0][h] - 0.5 * product / square * (h + (1 - pow(1 - f.last.alpha, N)) / f.last.alpha)) < 1e-9);
    /* seasons come back */
    for (uint32_t t = 0; t < N; t++) x[t] = (40 + 0.5 * t) * (t % 4 == 2 ? 1.6 : 0.8);
    CHECK(zh_forecast(ZH_FORECAST_THETA, arena, x, N, 4, H, said) == ZH_OK);
    for (uint32_t h = 0; h < H; h++) CHECK(fabs(said[h] / ((40 + 0.5 * (N + h)) * (h % 4 == 2 ? 1.6 : 0.8)) - 1) < 0.05);
    zh_arena small = zh_arena_open(1);
    CHECK(zh_forecast(ZH_FORECAST_THETA, &small, x, N, 4, H, said) == ZH_NOMEM && zh_forecast(ZH_FORECAST_COMB, &small, x, N, 4, H, said) == ZH_NOMEM);
    zh_arena_close(&small);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open(1 << 16);
    by_hand(&arena);
    theta_and_comb(&arena, &seed);
    zh_arena_close(&arena);
    return 0;
}
