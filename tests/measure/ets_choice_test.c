/* Goal: seasons are seen where there are some; what is held out decides; too little is no answer.
 * Method: made series. */
#include "measure/ets_choice.h"
#include "check.h"

#include <math.h>

#define N 80

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open(1 << 16);
    static const struct { uint32_t count, period, horizon, held; } rows[] = {
        { 144, 12, 6, 12 }, { 48, 12, 12, 12 }, { 47, 12, 12, 0 }, { 100, 1, 12, 12 }, { 20, 1, 12, 5 }, { 15, 1, 12, 3 }, { 14, 1, 12, 0 }, { 3, 1, 12, 0 }, { 0, 1, 1, 0 }, { 9, 2, 2, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK(zh_ets_held(rows[i].count, rows[i].period, rows[i].horizon) == rows[i].held);

    double x[N];
    zh_ets_choice c;
    for (uint32_t t = 0; t < N; t++) x[t] = 100 + 2.0 * t + 20.0 * (t % 4 == 1) + 0.1 * (double)(test_random(&seed) % 20);
    for (uint32_t held = 0; held <= 4; held += 4) {
        CHECK(zh_ets_choose(&c, &arena, x, N, 4, held) == ZH_OK && c.count == ZH_ETS_CANDIDATES_MAX);
        CHECK(c.candidates[0].model.season != ZH_ETS_NONE && c.fitted.first.season == c.candidates[0].model.season && c.fitted.first.trend == c.candidates[0].model.trend);
        CHECK(held == 0 || c.candidates[0].mae < 5);
        for (uint32_t i = 1; i < c.count; i++) CHECK(held > 0 ? c.candidates[i - 1].mae <= c.candidates[i].mae : c.candidates[i - 1].aicc <= c.candidates[i].aicc);
        /* the error that is told is that of a fit without the held values */
        zh_ets_fitted without;
        double said[4], mae = 0;
        if (held == 0) continue;
        CHECK(zh_ets_fit(&without, &c.candidates[0].model, x, N - 4, ZH_ETS_LIKELIHOOD) == ZH_OK);
        zh_ets_forecast(&without.last, 4, said);
        for (uint32_t h = 0; h < 4; h++) mae += fabs(said[h] - x[N - 4 + h]) / 4;
        CHECK(fabs(mae - c.candidates[0].mae) < 1e-12);
    }
    x[0] = -1; /* nothing relative: an added error, three trends, seasons or none */
    CHECK(zh_ets_choose(&c, &arena, x, N, 4, 0) == ZH_OK && c.count == 6);
    CHECK(zh_ets_choose(&c, &arena, x, N, 1, 0) == ZH_OK && c.count == 3);
    CHECK(zh_ets_choose(&c, &arena, x, 4, 1, 0) == ZH_RANGE);
    zh_arena_close(&arena);
    return 0;
}
