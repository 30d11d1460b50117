#include "measure/lookalike.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t rfm[] = { ZH_FEATURE_RECENCY, ZH_FEATURE_ORDERS, ZH_FEATURE_MONEY };
enum { RFM = sizeof rfm / sizeof *rfm };
static const double parts[ZH_LOOKALIKE_CUTS] = { 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5 };

const char *zh_lookalike_why_text(zh_lookalike_why why)
{
    static const char *const texts[] = { "offered", "few", "chance", "rfm" };
    return (unsigned)why < sizeof texts / sizeof *texts ? texts[why] : "?";
}

/* ---- rows ---- */

typedef struct table { /* the seed first, then the others */
    float *x, *x_rfm, *y;
    uint32_t rows, columns;
    uint32_t *train, *held; /* rows; held: the seed's first */
    uint32_t train_count, held_count, held_seed;
} table;

static zh_err make_table(table *t, zh_arena *arena, const zh_lookalike_data *d, uint64_t seed)
{
    *t = (table){ .rows = d->seed_rows + d->others_rows, .columns = d->columns };
    t->x = ZH_TAKE(arena, float, (size_t)t->rows * t->columns + 1);
    t->x_rfm = ZH_TAKE(arena, float, (size_t)t->rows * RFM + 1);
    t->y = ZH_TAKE(arena, float, t->rows + 1);
    t->train = ZH_TAKE(arena, uint32_t, t->rows + 1);
    t->held = ZH_TAKE(arena, uint32_t, t->rows + 1);
    if (t->x == NULL || t->x_rfm == NULL || t->y == NULL || t->train == NULL || t->held == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < t->rows; i++) {
        const bool is_seed = i < d->seed_rows;
        const double *row = is_seed ? d->seed + (size_t)i * d->columns : d->others + (size_t)(i - d->seed_rows) * d->columns;
        for (uint32_t c = 0; c < d->columns; c++) t->x[(size_t)i * d->columns + c] = (float)row[c];
        for (uint32_t c = 0; c < RFM; c++) t->x_rfm[(size_t)i * RFM + c] = (float)row[rfm[c]];
        t->y[i] = is_seed;
        if ((double)(zh_rng_at(seed, 1, i) >> 11) * 0x1p-53 >= ZH_LOOKALIKE_HELD) t->train[t->train_count++] = i;
        else t->held[t->held_count++] = i, t->held_seed += is_seed;
    }
    return ZH_OK;
}

static zh_err fit(zh_boost *out, zh_arena *arena, zh_arena *scratch, const table *t, const float *x, uint32_t columns, const uint32_t *chosen, uint32_t count, uint64_t seed)
{
    const zh_boost_params params = { .loss = ZH_BOOST_LOGISTIC, .trees = 80, .depth = 4, .rate = 0.1, .l2 = 5, .child_min = 5, .row_share = 0.8, .column_share = 0.8, .seed = seed };
    zh_boost_bins *bins;
    zh_err e = zh_boost_bin(&bins, scratch, x, t->rows, columns);
    if (e == ZH_OK) e = zh_boost_fit(out, arena, scratch, bins, chosen, count, t->y, &params);
    return e;
}

/* ---- how good ---- */

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Of sorted values, the share below `value`, ties half. */
static double share_below(const double *sorted, uint32_t count, double value)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (sorted[middle] < value) low = middle + 1;
        else high = middle;
    }
    uint32_t end = count;
    for (uint32_t from = low; from < end;) {
        const uint32_t middle = (from + end) / 2;
        if (sorted[middle] <= value) from = middle + 1;
        else end = middle;
    }
    return count == 0 ? 0.5 : (low + (end - low) / 2.0) / count;
}

/* DeLong's placements: places[i] of the seed: share of others below; of others: share of the seed above. Returns the area. */
static double placements(const double *scores, uint32_t seeds, uint32_t others, double *sorted, double *places)
{
    double area = 0;
    memcpy(sorted, scores + seeds, others * sizeof *sorted);
    qsort(sorted, others, sizeof *sorted, ascending);
    for (uint32_t i = 0; i < seeds; i++) area += places[i] = share_below(sorted, others, scores[i]);
    memcpy(sorted, scores, seeds * sizeof *sorted);
    qsort(sorted, seeds, sizeof *sorted, ascending);
    for (uint32_t i = 0; i < others; i++) places[seeds + i] = 1 - share_below(sorted, seeds, scores[seeds + i]);
    return area / seeds;
}

static double variance(const double *values, uint32_t count)
{
    double mean = 0, squares = 0;
    for (uint32_t i = 0; i < count; i++) mean += values[i] / count;
    for (uint32_t i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
    return count < 2 ? 0 : squares / (count - 1);
}

static void judge_area(zh_lookalike *out, const double *scores, const double *rfm_scores, double *room[3])
{
    const uint32_t m = out->held_seed, n = out->held_others;
    out->area = placements(scores, m, n, room[0], room[1]);
    out->rfm_area = placements(rfm_scores, m, n, room[0], room[2]);
    const double spread = ZH_LOOKALIKE_Z * sqrt(variance(room[1], m) / m + variance(room[1] + m, n) / n);
    for (uint32_t i = 0; i < m + n; i++) room[2][i] = room[1][i] - room[2][i];
    const double gain_spread = ZH_LOOKALIKE_Z * sqrt(variance(room[2], m) / m + variance(room[2] + m, n) / n);
    out->area_low = fmax(0, out->area - spread);
    out->area_high = fmin(1, out->area + spread);
    out->gain = out->area - out->rfm_area;
    out->gain_low = out->gain - gain_spread;
    out->gain_high = out->gain + gain_spread;
    out->why = out->area_low <= 0.5 ? ZH_LOOKALIKE_CHANCE : out->gain_low <= 0 ? ZH_LOOKALIKE_RFM : ZH_LOOKALIKE_OFFERED;
}

static void judge_cuts(zh_lookalike *out, const zh_lookalike_data *d, const double *scores, double *sorted)
{
    const uint32_t m = out->held_seed, n = out->held_others;
    memcpy(sorted, scores + m, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (int k = 0; k < ZH_LOOKALIKE_CUTS; k++) {
        zh_lookalike_cut *cut = &out->cuts[k];
        const uint32_t above = (uint32_t)(parts[k] * n);
        double found = 0;
        for (uint32_t i = 0; i < m; i++) found += above > 0 && scores[i] > sorted[n - above];
        const double p = found / m, z2 = ZH_LOOKALIKE_Z * ZH_LOOKALIKE_Z, middle = (p + z2 / (2 * m)) / (1 + z2 / m), wide = ZH_LOOKALIKE_Z / (1 + z2 / m) * sqrt(p * (1 - p) / m + z2 / (4.0 * m * m));
        const double in_seed = p * (double)d->seed_all, beside = parts[k] * (double)d->others_all;
        *cut = (zh_lookalike_cut){ parts[k], p, fmax(0, middle - wide), fmin(1, middle + wide), p / parts[k], in_seed + beside <= 0 ? 0 : in_seed / (in_seed + beside) };
    }
}

static zh_err test(zh_lookalike *out, zh_arena *scratch, const table *t, const zh_lookalike_data *d, uint64_t seed)
{
    zh_boost full, simple;
    double *scores = ZH_TAKE(scratch, double, t->held_count + 1), *rfm_scores = ZH_TAKE(scratch, double, t->held_count + 1), *room[3];
    for (int i = 0; i < 3; i++) room[i] = ZH_TAKE(scratch, double, t->held_count + 1);
    if (scores == NULL || rfm_scores == NULL || room[0] == NULL || room[1] == NULL || room[2] == NULL) return ZH_NOMEM;
    zh_err e = fit(&full, scratch, scratch, t, t->x, t->columns, t->train, t->train_count, seed);
    if (e == ZH_OK) e = fit(&simple, scratch, scratch, t, t->x_rfm, RFM, t->train, t->train_count, seed);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < t->held_count; i++) {
        scores[i] = zh_boost_score(&full, t->x + (size_t)t->held[i] * t->columns);
        rfm_scores[i] = zh_boost_score(&simple, t->x_rfm + (size_t)t->held[i] * RFM);
    }
    judge_area(out, scores, rfm_scores, room);
    judge_cuts(out, d, scores, room[0]);
    return ZH_OK;
}

/* ---- all of it ---- */

static void learn_medians(zh_lookalike *out, const zh_lookalike_data *d, double *room)
{
    for (uint32_t c = 0; c < d->columns; c++) {
        for (uint32_t i = 0; i < d->others_rows; i++) room[i] = d->others[(size_t)i * d->columns + c];
        qsort(room, d->others_rows, sizeof *room, ascending);
        out->median[c] = (float)room[d->others_rows / 2];
    }
}

zh_err zh_lookalike_learn(zh_lookalike *out, zh_arena *arena, const zh_lookalike_data *d, uint64_t seed)
{
    table t;
    zh_arena scratch = zh_arena_open((size_t)1 << 30);
    *out = (zh_lookalike){ .columns = d->columns, .why = ZH_LOOKALIKE_FEW };
    zh_err e = make_table(&t, &scratch, d, seed);
    out->held_seed = t.held_seed;
    out->held_others = t.held_count - t.held_seed;
    if (e == ZH_OK && out->held_seed >= ZH_LOOKALIKE_HELD_MIN && out->held_others >= ZH_LOOKALIKE_HELD_MIN) e = test(out, &scratch, &t, d, seed);
    if (e == ZH_OK && out->why == ZH_LOOKALIKE_OFFERED) {
        double *room = ZH_TAKE(&scratch, double, d->others_rows);
        for (uint32_t i = 0; i < t.rows; i++) t.train[i] = i;
        e = room == NULL ? ZH_NOMEM : fit(&out->model, arena, &scratch, &t, t.x, t.columns, t.train, t.rows, seed);
        if (e == ZH_OK) learn_medians(out, d, room);
    }
    zh_arena_close(&scratch);
    return e;
}

static void narrow(const zh_lookalike *l, const double *row, float out[ZH_FEATURES_MAX])
{
    for (uint32_t c = 0; c < l->columns; c++) out[c] = (float)row[c];
}

double zh_lookalike_score(const zh_lookalike *l, const double *row)
{
    float x[ZH_FEATURES_MAX];
    narrow(l, row, x);
    return zh_boost_score(&l->model, x);
}

uint32_t zh_lookalike_reasons(const zh_lookalike *l, const double *row, zh_lookalike_reason out[ZH_LOOKALIKE_WHY])
{
    float x[ZH_FEATURES_MAX];
    uint32_t count = 0;
    narrow(l, row, x);
    const double score = zh_boost_score(&l->model, x);
    for (uint32_t c = 0; c < l->columns; c++) {
        const float own = x[c];
        x[c] = l->median[c];
        zh_lookalike_reason reason = { c, score - zh_boost_score(&l->model, x) };
        x[c] = own;
        for (uint32_t i = 0; i < ZH_LOOKALIKE_WHY && reason.push > 0; i++) { /* insert, the weakest falls out */
            if (i == count) {
                out[count++] = reason;
                break;
            }
            if (out[i].push >= reason.push) continue;
            const zh_lookalike_reason weaker = out[i];
            out[i] = reason;
            reason = weaker;
        }
    }
    return count;
}
