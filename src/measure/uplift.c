#include "measure/uplift.h"

#include <math.h>
#include <stdlib.h>

typedef double part(double treated, double y, double control, double z);

static double uplift_part(double treated, double y, double control, double z)
{
    return ((treated > 0 ? y / treated : 0) - (control > 0 ? z / control : 0)) * (treated + control);
}

static double qini_part(double treated, double y, double control, double z)
{
    return y - (control > 0 ? z * treated / control : 0);
}

/* Highest first; equal ones last first. */
static int by_score(const void *a, const void *b, void *scores)
{
    const size_t i = *(const size_t *)a, k = *(const size_t *)b;
    const double x = ((const double *)scores)[i], y = ((const double *)scores)[k];
    if (x != y) return x > y ? -1 : 1;
    return (i < k) - (i > k);
}

static void sort(size_t *order, const double *score, size_t count)
{
    for (size_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, by_score, (void *)(uintptr_t)score);
}

static bool curve_of(zh_curve *out, zh_arena *arena, const zh_uplift_rows *rows, const double *score, part *value)
{
    size_t *order = ZH_TAKE(arena, size_t, rows->count);
    *out = (zh_curve){ .x = ZH_TAKE(arena, double, rows->count + 1), .y = ZH_TAKE(arena, double, rows->count + 1), .count = 1 };
    if (order == NULL || out->x == NULL || out->y == NULL) return false;
    double treated = 0, y = 0, control = 0, z = 0;
    sort(order, score, rows->count);
    for (size_t k = 0; k < rows->count; k++) {
        const size_t i = order[k];
        if (rows->treated[i]) treated++, y += rows->y[i];
        else control++, z += rows->y[i];
        if (k + 1 < rows->count && score[order[k + 1]] == score[i]) continue;
        out->x[out->count] = (double)(k + 1);
        out->y[out->count++] = value(treated, y, control, z);
    }
    return true;
}

static double area(const zh_curve *c)
{
    double sum = 0;
    for (size_t i = 1; i < c->count; i++) sum += 0.5 * (c->x[i] - c->x[i - 1]) * (c->y[i] + c->y[i - 1]);
    return sum;
}

static double normalised(const zh_curve *curve, const zh_curve *perfect)
{
    const double line = 0.5 * perfect->x[perfect->count - 1] * perfect->y[perfect->count - 1];
    return (area(curve) - line) / (area(perfect) - line);
}

zh_err zh_uplift_areas_of(zh_uplift_areas *out, zh_arena *arena, const zh_uplift_rows *rows)
{
    double *best = ZH_TAKE(arena, double, rows->count);
    double treated = 0, y = 0, z = 0, lost_controls = 0, idle_treated = 0;
    zh_curve perfect;
    *out = (zh_uplift_areas){ 0 };
    if (best == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < rows->count; i++) {
        treated += rows->treated[i];
        if (rows->treated[i]) y += rows->y[i], idle_treated += rows->y[i] == 0;
        else z += rows->y[i], lost_controls += rows->y[i] == 1;
    }
    if (!curve_of(&out->uplift, arena, rows, rows->score, uplift_part) || !curve_of(&out->qini, arena, rows, rows->score, qini_part)) return ZH_NOMEM;

    for (size_t i = 0; i < rows->count; i++) { /* outcome as the arm says it should be first; then by what is rarer */
        const double t = rows->treated[i];
        best[i] = 2 * (rows->y[i] == t) + (lost_controls > idle_treated ? rows->y[i] : t);
    }
    if (!curve_of(&perfect, arena, rows, best, uplift_part)) return ZH_NOMEM;
    out->uplift_auc = normalised(&out->uplift, &perfect);

    for (size_t i = 0; i < rows->count; i++) best[i] = rows->treated[i] ? rows->y[i] : -rows->y[i];
    if (!curve_of(&perfect, arena, rows, best, qini_part)) return ZH_NOMEM;
    out->qini_true = normalised(&out->qini, &perfect);

    const double control = (double)rows->count - treated, gain = control > 0 ? y - treated * z / control : y;
    double x_flat[] = { 0, gain, (double)rows->count }, y_flat[] = { 0, gain, gain };
    out->qini_false = normalised(&out->qini, &(zh_curve){ x_flat, y_flat, 3 });
    return ZH_OK;
}

double zh_uplift_at(const zh_uplift_rows *rows, double share, bool by_group, size_t *order)
{
    double all[2] = { 0 }, taken[2] = { 0 }, sum[2] = { 0 };
    sort(order, rows->score, rows->count);
    for (size_t i = 0; i < rows->count; i++) all[rows->treated[i]]++;
    const double most = floor(share * (double)rows->count), of_arm[2] = { floor(share * all[0]), floor(share * all[1]) };
    for (size_t k = 0; k < rows->count; k++) {
        const int arm = rows->treated[order[k]];
        if (by_group ? taken[arm] >= of_arm[arm] : (double)k >= most) continue;
        taken[arm]++, sum[arm] += rows->y[order[k]];
    }
    return sum[1] / taken[1] - sum[0] / taken[0];
}
