#include "offer/mention_fit.h"
#include "base/lbfgs.h"

#include <math.h>

#define KEEP_BASE 2.0  /* penalty of a column's own part: a couple of customers say nothing */
#define ETA_MAX 30.0   /* e^30: an amount of 1e13 times its mean is none */
#define Z_MAX 6.0      /* farther from the mean than this is "very much", however much it is */
#define ZERO_SHARE 0.01 /* fewer zeros than this make no column of their own */

/* ---- columns ---- */

static double log_of(double x) { return x < 0 ? -log(1 - x) : log(1 + x); }

static void parts_of(double x, double part[3])
{
    part[0] = log_of(x), part[1] = x == 0, part[2] = x;
}

void zh_mention_scales(zh_mention_scale *out, const double *x, size_t rows, uint32_t columns)
{
    for (uint32_t c = 0; c < columns; c++) {
        double count[3] = { 0 }, sum[3] = { 0 }, squares[3] = { 0 }, part[3];
        for (size_t i = 0; i < rows; i++) {
            const double value = x[i * columns + c];
            if (isnan(value)) continue;
            parts_of(value, part);
            for (int k = value == 0 ? 1 : 0; k < 3; k++) count[k]++, sum[k] += part[k];
        }
        out[c] = (zh_mention_scale){ 0 };
        for (int k = 0; k < 3; k++) out[c].mean[k] = count[k] > 0 ? sum[k] / count[k] : 0;
        for (size_t i = 0; i < rows; i++) {
            const double value = x[i * columns + c];
            if (isnan(value)) continue;
            parts_of(value, part);
            for (int k = value == 0 ? 1 : 0; k < 3; k++) squares[k] += (part[k] - out[c].mean[k]) * (part[k] - out[c].mean[k]);
        }
        for (int k = 0; k < 3; k++) out[c].scale[k] = squares[k] > 1e-12 * count[k] ? 1 / sqrt(squares[k] / count[k]) : 0;
        if (out[c].mean[1] < ZERO_SHARE) out[c].scale[1] = 0;
    }
}

void zh_mention_columns(const zh_mention_scale *scales, const double *x, uint32_t columns, double *z)
{
    for (uint32_t c = 0; c < columns; c++) {
        double part[3] = { 0 };
        if (!isnan(x[c])) parts_of(x[c], part);
        for (uint32_t k = 0; k < 3; k++)
            z[k * columns + c] = isnan(x[c]) || (k == 0 && x[c] == 0 && scales[c].scale[1] > 0) ? 0 : fmax(-Z_MAX, fmin(Z_MAX, (part[k] - scales[c].mean[k]) * scales[c].scale[k]));
    }
}

static uint32_t pairs_of(uint32_t columns) { return columns * (columns - 1) / 2; }

/* ---- a regression; coefs are b0, b[3 columns], s[3 columns], then of each arm from 1 on: a, o[3 columns], q[pairs] ---- */

uint32_t zh_mention_width(const zh_mention_task *t)
{
    return 1 + 3 * t->columns + (t->arm == NULL ? 0 : 3 * t->columns + (t->arms - 1) * (1 + 3 * t->columns + pairs_of(t->columns)));
}

static uint32_t own_of(uint32_t columns, uint32_t arm) { return 1 + 6 * columns + (arm - 1) * (1 + 3 * columns + pairs_of(columns)); }

static double eta_of(const double *coefs, uint32_t columns, const double *z, uint32_t arm)
{
    double eta = coefs[0];
    for (uint32_t c = 0; c < 3 * columns; c++) eta += coefs[1 + c] * z[c];
    if (arm > 0) {
        const double *shared = coefs + 1 + 3 * columns, *own = coefs + own_of(columns, arm);
        eta += own[0];
        for (uint32_t c = 0; c < 3 * columns; c++) eta += (shared[c] + own[1 + c]) * z[c];
        for (uint32_t a = 1, p = 1 + 3 * columns; a < columns; a++)
            for (uint32_t b = 0; b < a; b++) eta += own[p++] * z[a] * z[b];
    }
    return fmax(-ETA_MAX, fmin(ETA_MAX, eta));
}

typedef struct fitting { const zh_mention_task *task; uint32_t width; } fitting;

static double penalise(const zh_mention_task *t, uint32_t width, const double *coefs, double *gradient)
{
    double sum = 0;
    for (uint32_t c = 1; c < width; c++) {
        double penalty = KEEP_BASE;
        if (c > 3 * t->columns) penalty = t->penalty;
        if (c > 6 * t->columns) penalty = (c - 1 - 6 * t->columns) % (1 + 3 * t->columns + pairs_of(t->columns)) == 0 ? 0 : 5 * t->penalty;
        sum += 0.5 * penalty * coefs[c] * coefs[c];
        gradient[c] += penalty * coefs[c];
    }
    return sum;
}

static double value_of(void *context, const double *coefs, double *gradient)
{
    const fitting *f = context;
    const zh_mention_task *t = f->task;
    double sum = 0;
    memset(gradient, 0, f->width * sizeof *gradient);
    for (size_t k = 0; k < t->count; k++) {
        const size_t i = t->rows[k];
        const double *z = t->z + i * 3 * t->columns;
        const uint32_t arm = t->arm == NULL ? 0 : t->arm[i];
        const double eta = eta_of(coefs, t->columns, z, arm), e = exp(eta);
        const double slope = (t->family == ZH_MENTION_YES ? e / (1 + e) : e) - t->y[i];
        sum += (t->family == ZH_MENTION_YES ? log1p(e) : e) - t->y[i] * eta;
        gradient[0] += slope;
        for (uint32_t c = 0; c < 3 * t->columns; c++) gradient[1 + c] += slope * z[c];
        if (arm == 0) continue;
        double *shared = gradient + 1 + 3 * t->columns, *own = gradient + own_of(t->columns, arm);
        own[0] += slope;
        for (uint32_t c = 0; c < 3 * t->columns; c++) shared[c] += slope * z[c], own[1 + c] += slope * z[c];
        for (uint32_t a = 1, p = 1 + 3 * t->columns; a < t->columns; a++)
            for (uint32_t b = 0; b < a; b++) own[p++] += slope * z[a] * z[b];
    }
    return sum + penalise(t, f->width, coefs, gradient);
}

zh_err zh_mention_fit(const zh_mention_task *task, zh_arena *scratch, double *coefs)
{
    fitting f = { task, zh_mention_width(task) };
    zh_lbfgs_end end;
    return zh_lbfgs(&(zh_lbfgs_desc){ value_of, &f, f.width, 120, 1e-7 }, scratch, coefs, &end);
}

double zh_mention_predict(const zh_mention_fitted *fitted, uint32_t columns, const double *z, uint32_t arm)
{
    const double e = exp(eta_of(fitted->coefs, columns, z, fitted->arms > 0 ? arm : 0));
    return fitted->chance ? e / (1 + e) : fitted->unit * e;
}
