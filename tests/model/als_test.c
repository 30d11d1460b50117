/* Goal: the points minimise the loss of als.h, and who asks is folded in exactly.
 * Method: p solved from q by an inverse in double; with it the loss, which must fall from round to round, and after many rounds
 * each q must be what the formula makes of p; scores beside the formula; other hands, the same bytes. */
#include "model/als.h"
#include "model/trial.h"
#include "dense.h"
#include "model/shop.h"

enum { DIM, ALPHA, REG, NU, ITERATIONS }; /* the order of als.h */
enum { USERS = 60, ITEMS = 40, D = 5 };

typedef double points[USERS + ITEMS][D]; /* of either side */

/* The row's point by the formula, from those of the other side. */
static void slow_solve(double *out, const double *param, const uint32_t *took, uint32_t size, points from, uint32_t others)
{
    double a[D * D] = { 0 }, right[D] = { 0 };
    for (uint32_t o = 0; o < others; o++)
        for (int r = 0; r < D; r++)
            for (int c = 0; c < D; c++) a[r * D + c] += param[ALPHA] * from[o][r] * from[o][c];
    for (uint32_t n = 0; n < size; n++)
        for (int r = 0; r < D; r++) {
            right[r] += from[took[n]][r];
            for (int c = 0; c < D; c++) a[r * D + c] += from[took[n]][r] * from[took[n]][c];
        }
    for (int k = 0; k < D; k++) a[k * D + k] += param[REG] * pow(size + param[ALPHA] * others, param[NU]);
    invert_in_double(a, D, D);
    for (int r = 0; r < D; r++) {
        out[r] = 0;
        for (int c = 0; c < D; c++) out[r] += a[r * D + c] * right[c];
    }
}

static void item_points(points q, const zh_model *model)
{
    for (uint32_t i = 0; i < model->items; i++)
        for (uint32_t k = 0; k < D; k++) q[i][k] = zh_als_point(model, i, k);
}

static void user_points(points p, const double *param, const zh_train *d, points q)
{
    for (uint32_t u = 0; u < d->x.count; u++) slow_solve(p[u], param, zh_rows_of(&d->x, u), zh_rows_size(&d->x, u), q, d->items);
}

static double loss_of(const double *param, const zh_train *d, points p, points q)
{
    double loss = 0;
    for (uint32_t u = 0; u < d->x.count; u++) {
        for (uint32_t i = 0; i < d->items; i++) {
            double s = 0;
            bool took = false;
            for (int k = 0; k < D; k++) s += p[u][k] * q[i][k];
            for (uint32_t n = 0; n < zh_rows_size(&d->x, u); n++) took |= zh_rows_of(&d->x, u)[n] == i;
            loss += (took ? (1 - s) * (1 - s) : 0) + param[ALPHA] * s * s;
        }
        for (int k = 0; k < D; k++) loss += param[REG] * pow(zh_rows_size(&d->x, u) + param[ALPHA] * d->items, param[NU]) * p[u][k] * p[u][k];
    }
    for (uint32_t i = 0; i < d->items; i++)
        for (int k = 0; k < D; k++) loss += param[REG] * pow(zh_rows_size(&d->xt, i) + param[ALPHA] * d->x.count, param[NU]) * q[i][k] * q[i][k];
    return loss;
}

static void test_the_loss_falls_and_its_gradient_vanishes(uint64_t seed)
{
    static const double rounds[] = { 1, 2, 4, 400 };
    shop s = shop_open(seed, USERS, ITEMS, 9, 3);
    const zh_train *d = &s.problem.train;
    double param[ZH_MODEL_PARAMS_MAX] = { [DIM] = D, [ALPHA] = .3, [REG] = .03, [NU] = .7 }, before = INFINITY, scale = 0, off = 0;
    for (size_t r = 0; r < sizeof rounds / sizeof *rounds; r++) {
        static points p, q;
        param[ITERATIONS] = rounds[r];
        zh_model model = zh_model_open(&zh_als_kind, param, seed, 1 << 24);
        CHECK(zh_model_train(&model, d, &ZH_CREW_ALONE, NULL) == ZH_OK);
        item_points(q, &model);
        user_points(p, param, d, q);
        const double loss = loss_of(param, d, p, q);
        CHECK(loss <= before * (1 + 1e-6));
        before = loss;
        for (uint32_t i = 0; r == 3 && i < d->items; i++) {
            double want[D];
            slow_solve(want, param, zh_rows_of(&d->xt, i), zh_rows_size(&d->xt, i), p, d->x.count);
            for (int k = 0; k < D; k++) off = fmax(off, fabs(want[k] - q[i][k])), scale = fmax(scale, fabs(want[k]));
        }
        zh_model_close(&model);
    }
    CHECK(scale > .1 && off < .01 * scale); /* 400 rounds stand nearly still */
    shop_close(&s);
}

static void test_who_asks_is_folded_in(uint64_t seed)
{
    shop s = shop_open(seed, USERS, ITEMS, 9, 3);
    const double param[ZH_MODEL_PARAMS_MAX] = { [DIM] = D, [ALPHA] = .1, [REG] = .01, [NU] = 1, [ITERATIONS] = 3 };
    zh_model model = zh_model_open(&zh_als_kind, param, seed, 1 << 24);
    zh_arena scratch = zh_arena_open(1 << 20);
    zh_scores scores;
    static points q;
    const uint32_t known[] = { 3, 11, 3, 7 }, distinct[] = { 3, 11, 7 }; /* nobody's history; a repeat counts once */
    double want[D];
    uint32_t out;
    CHECK(zh_model_train(&model, &s.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(zh_scores_open(&scores, &s.arena, &scratch, model.items) == ZH_OK);
    item_points(q, &model);
    slow_solve(want, param, distinct, 3, q, model.items);
    CHECK(model.kind->score(&model, &(zh_query){ .known = known, .count = 4 }, &scores) == ZH_OK);
    for (uint32_t i = 0; i < model.items; i++) {
        double dot = 0;
        for (int k = 0; k < D; k++) dot += want[k] * q[i][k];
        CHECK(fabs(scores.value[i] - dot) < 1e-4);
    }
    zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    CHECK(model.kind->score(&model, &(zh_query){ .count = 0 }, &scores) == ZH_OK);
    zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    CHECK(out == ZH_SCORES_NONE);
    zh_arena_close(&scratch);
    zh_model_close(&model);
    shop_close(&s);
}

static void test_hands_do_not_show_but_the_seed_does(uint64_t seed)
{
    shop s = shop_open(seed, 200, ITEMS, 9, 3);
    uint32_t hands = 3;
    const zh_crew crew[3] = { ZH_CREW_ALONE, { .hands = hands, .run = run_backwards, .context = &hands }, ZH_CREW_ALONE };
    static points q[3];
    const double param[ZH_MODEL_PARAMS_MAX] = { [DIM] = D, [ALPHA] = .1, [REG] = .01, [NU] = 1, [ITERATIONS] = 2 };
    for (int c = 0; c < 3; c++) {
        zh_model model = zh_model_open(&zh_als_kind, param, seed + (c == 2), 1 << 24);
        CHECK(zh_model_train(&model, &s.problem.train, &crew[c], NULL) == ZH_OK);
        item_points(q[c], &model);
        zh_model_close(&model);
    }
    CHECK(memcmp(q[0], q[1], sizeof q[0]) == 0 && memcmp(q[0], q[2], sizeof q[0]) != 0);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_the_loss_falls_and_its_gradient_vanishes(seed);
    test_who_asks_is_folded_in(seed);
    test_hands_do_not_show_but_the_seed_does(seed);
    return 0;
}
