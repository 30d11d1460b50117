#include "measure/uplift_model.h"
#include "base/rng.h"
#include "measure/uplift_groups.h"

#include <math.h>
#include <stdlib.h>

#define WIDTH_MAX (2 * ZH_UPLIFT_COLUMNS_MAX + 1) /* columns, their logarithms, and ones */
#define PENALTY 10.0 /* of a standardised column, in rows: a handful of customers says nothing */
#define ALPHA (0.05 / ZH_UPLIFT_LEARNERS)

const char *zh_uplift_learner_text(zh_uplift_learner learner)
{
    static const char *const texts[] = { "t", "x", "dr" };
    return (unsigned)learner < ZH_UPLIFT_LEARNERS ? texts[learner] : "";
}

const char *zh_uplift_verdict_text(zh_uplift_verdict verdict)
{
    static const char *const texts[] = { "offered", "too_few", "no_better" };
    return (unsigned)verdict <= ZH_UPLIFT_NO_BETTER ? texts[verdict] : "";
}

/* ---- fitting ---- */

typedef struct fitting {
    const zh_uplift_set *set;
    double *z;             /* [rows][width]: standardised, a one last */
    uint32_t width;
    uint8_t *fold;
    double *target;        /* [rows] */
    double share;          /* of the treated */
} fitting;

static double log_of(double value) { return value < 0 ? -log1p(-value) : log1p(value); }

static void standardise(fitting *f)
{
    const zh_uplift_set *s = f->set;
    for (uint32_t c = 0; c + 1 < f->width; c++) {
        const uint32_t of = c % s->columns;
        double sum = 0, squares = 0;
        for (size_t i = 0; i < s->rows; i++) {
            const double raw = s->x[i * s->columns + of], value = c < s->columns ? raw : log_of(raw);
            f->z[i * f->width + c] = value;
            sum += value;
        }
        const double mean = sum / (double)s->rows;
        for (size_t i = 0; i < s->rows; i++) f->z[i * f->width + c] -= mean, squares += f->z[i * f->width + c] * f->z[i * f->width + c];
        const double scale = squares > 0 ? 1 / sqrt(squares / (double)s->rows) : 0;
        for (size_t i = 0; i < s->rows; i++) f->z[i * f->width + c] *= scale;
    }
    for (size_t i = 0; i < s->rows; i++) f->z[i * f->width + f->width - 1] = 1;
}

/* m b = v by Cholesky; m is positive by its penalty. */
static void solve(double *m, double *v, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++) {
        for (uint32_t k = 0; k < j; k++) m[j * n + j] -= m[j * n + k] * m[j * n + k];
        m[j * n + j] = sqrt(fmax(m[j * n + j], 1e-12));
        for (uint32_t i = j + 1; i < n; i++) {
            for (uint32_t k = 0; k < j; k++) m[i * n + j] -= m[i * n + k] * m[j * n + k];
            m[i * n + j] /= m[j * n + j];
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++) v[i] -= m[i * n + k] * v[k];
        v[i] /= m[i * n + i];
    }
    for (uint32_t i = n; i-- > 0;) {
        for (uint32_t k = i + 1; k < n; k++) v[i] -= m[k * n + i] * v[k];
        v[i] /= m[i * n + i];
    }
}

enum { CONTROLS = 1, TREATED = 2, BOTH = 3 };

/* Ridge of the target over rows of these arms that are not of the fold. */
static void fit(const fitting *f, unsigned arms, uint8_t fold, double coefs[WIDTH_MAX])
{
    double m[WIDTH_MAX * WIDTH_MAX] = { 0 };
    const uint32_t n = f->width;
    for (uint32_t c = 0; c < n; c++) coefs[c] = 0;
    for (size_t i = 0; i < f->set->rows; i++) {
        if (f->fold[i] == fold || ((f->set->treated[i] ? TREATED : CONTROLS) & arms) == 0) continue;
        const double *z = f->z + i * n;
        for (uint32_t a = 0; a < n; a++) {
            coefs[a] += z[a] * f->target[i];
            for (uint32_t b = 0; b <= a; b++) m[a * n + b] += z[a] * z[b];
        }
    }
    for (uint32_t c = 0; c < n; c++) m[c * n + c] += c + 1 < n ? PENALTY : 1e-9;
    solve(m, coefs, n);
}

static double predict(const fitting *f, const double *coefs, size_t row)
{
    double sum = 0;
    for (uint32_t c = 0; c < f->width; c++) sum += coefs[c] * f->z[row * f->width + c];
    return sum;
}

static void score_fold(fitting *f, uint8_t fold, double *scores[ZH_UPLIFT_LEARNERS])
{
    const zh_uplift_set *s = f->set;
    double mu0[WIDTH_MAX], mu1[WIDTH_MAX], tau0[WIDTH_MAX], tau1[WIDTH_MAX], dr[WIDTH_MAX];
    const double e = f->share;
    memcpy(f->target, s->y, s->rows * sizeof *f->target);
    fit(f, CONTROLS, fold, mu0);
    fit(f, TREATED, fold, mu1);
    for (size_t i = 0; i < s->rows; i++) f->target[i] = s->treated[i] ? s->y[i] - predict(f, mu0, i) : predict(f, mu1, i) - s->y[i];
    fit(f, CONTROLS, fold, tau0);
    fit(f, TREATED, fold, tau1);
    for (size_t i = 0; i < s->rows; i++) {
        const double m0 = predict(f, mu0, i), m1 = predict(f, mu1, i);
        f->target[i] = m1 - m0 + (s->treated[i] ? (s->y[i] - m1) / e : -(s->y[i] - m0) / (1 - e));
    }
    fit(f, BOTH, fold, dr);
    for (size_t i = 0; i < s->rows; i++) {
        if (f->fold[i] != fold) continue;
        scores[ZH_UPLIFT_T][i] = predict(f, mu1, i) - predict(f, mu0, i);
        scores[ZH_UPLIFT_X][i] = e * predict(f, tau0, i) + (1 - e) * predict(f, tau1, i);
        scores[ZH_UPLIFT_DR][i] = predict(f, dr, i);
    }
}

/* ---- judging ---- */

static int by_score(const void *a, const void *b, void *scores)
{
    const size_t i = *(const size_t *)a, k = *(const size_t *)b;
    const double x = ((const double *)scores)[i], y = ((const double *)scores)[k];
    return x != y ? (x > y ? -1 : 1) : (i > k) - (i < k);
}

/* Area between the Qini curve and the straight line, over customers^2; each row so often as its weight says (NULL: once). Ties are one step. */
static double area_of(const zh_uplift_set *s, const double *score, const size_t *order, const uint8_t *weight)
{
    double treated = 0, y = 0, control = 0, z = 0, area = 0, x_before = 0, q_before = 0;
    for (size_t k = 0; k < s->rows; k++) {
        const size_t i = order[k];
        const double w = weight == NULL ? 1 : weight[i];
        if (s->treated[i]) treated += w, y += w * s->y[i];
        else control += w, z += w * s->y[i];
        if (k + 1 < s->rows && score[order[k + 1]] == score[i]) continue;
        const double x = treated + control, q = y - (control > 0 ? z * treated / control : 0);
        area += 0.5 * (x - x_before) * (q + q_before);
        x_before = x;
        q_before = q;
    }
    return x_before > 0 ? (area - 0.5 * x_before * q_before) / (x_before * x_before) : 0;
}

static uint8_t poisson(zh_rng *rng) /* of mean 1: a bootstrap's weight */
{
    double left = zh_rng_unit(rng), part = exp(-1);
    uint8_t k = 0;
    for (; left >= part && k < 12; left -= part, part /= ++k) continue;
    return k;
}

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw(const zh_uplift_set *s, double *const scores[], size_t *const orders[], uint8_t *weight, zh_uplift_quality *out)
{
    static const size_t tail = (size_t)(ALPHA / 2 * ZH_UPLIFT_DRAWS);
    double draws[ZH_UPLIFT_LEARNERS][ZH_UPLIFT_DRAWS];
    zh_rng rng = { s->seed, 2, 0 };
    for (int d = 0; d < ZH_UPLIFT_DRAWS; d++) {
        for (size_t i = 0; i < s->rows; i++) weight[i] = poisson(&rng);
        for (int l = 0; l < ZH_UPLIFT_LEARNERS; l++) draws[l][d] = area_of(s, scores[l], orders[l], weight);
    }
    for (int l = 0; l < ZH_UPLIFT_LEARNERS; l++) {
        qsort(draws[l], ZH_UPLIFT_DRAWS, sizeof(double), by_number);
        out[l].low = draws[l][tail];
        out[l].high = draws[l][ZH_UPLIFT_DRAWS - 1 - tail];
    }
}

static zh_err judge(const zh_uplift_set *s, zh_arena *arena, double *const scores[], size_t *const orders[], zh_uplift_quality *out)
{
    uint8_t *weight = ZH_TAKE(arena, uint8_t, s->rows);
    if (weight == NULL) return ZH_NOMEM;
    for (int l = 0; l < ZH_UPLIFT_LEARNERS; l++) {
        out[l] = (zh_uplift_quality){ .qini = area_of(s, scores[l], orders[l], NULL), .qini_neg_true = NAN, .qini_neg_false = NAN, .auuc = NAN };
        if (!s->binary) continue;
        zh_uplift_areas areas;
        const zh_err e = zh_uplift_areas_of(&areas, arena, &(zh_uplift_rows){ s->y, scores[l], s->treated, s->rows });
        if (e != ZH_OK) return e;
        out[l].qini_neg_true = areas.qini_true;
        out[l].qini_neg_false = areas.qini_false;
        out[l].auuc = areas.uplift_auc;
    }
    draw(s, scores, orders, weight, out);
    return ZH_OK;
}

/* ---- telling ---- */

static void tell_curve(const zh_uplift_set *s, const size_t *order, zh_uplift_model *out)
{
    double treated = 0, y = 0, control = 0, z = 0;
    uint32_t point = 0;
    out->curve_x[0] = out->curve_y[0] = 0;
    for (size_t k = 0; k < s->rows; k++) {
        const size_t i = order[k];
        if (s->treated[i]) treated++, y += s->y[i];
        else control++, z += s->y[i];
        if ((k + 1) * ZH_UPLIFT_POINTS < (size_t)(point + 1) * s->rows) continue;
        out->curve_x[++point] = (double)(k + 1) / (double)s->rows;
        out->curve_y[point] = (y - (control > 0 ? z * treated / control : 0)) / (double)s->rows;
    }
}

static zh_err learn(zh_uplift_model *out, zh_arena *arena, const zh_uplift_set *s)
{
    fitting f = { .set = s, .width = 2 * s->columns + 1, .share = (double)out->arms[1] / (double)s->rows };
    double *scores[ZH_UPLIFT_LEARNERS];
    size_t *orders[ZH_UPLIFT_LEARNERS];
    f.z = ZH_TAKE(arena, double, s->rows * f.width);
    f.fold = ZH_TAKE(arena, uint8_t, s->rows);
    f.target = ZH_TAKE(arena, double, s->rows);
    bool whole = f.z != NULL && f.fold != NULL && f.target != NULL;
    for (int l = 0; l < ZH_UPLIFT_LEARNERS; l++) {
        scores[l] = ZH_TAKE(arena, double, s->rows);
        orders[l] = ZH_TAKE(arena, size_t, s->rows);
        whole &= scores[l] != NULL && orders[l] != NULL;
    }
    if (!whole) return ZH_NOMEM;
    for (size_t i = 0; i < s->rows; i++) f.fold[i] = (uint8_t)(zh_rng_at(s->seed, 1, i) % ZH_UPLIFT_FOLDS);
    standardise(&f);
    for (uint8_t fold = 0; fold < ZH_UPLIFT_FOLDS; fold++) score_fold(&f, fold, scores);
    for (int l = 0; l < ZH_UPLIFT_LEARNERS; l++) {
        for (size_t i = 0; i < s->rows; i++) orders[l][i] = i;
        qsort_r(orders[l], s->rows, sizeof *orders[l], by_score, scores[l]);
    }
    zh_err e = judge(s, arena, scores, orders, out->learners);
    if (e != ZH_OK) return e;
    for (int l = 1; l < ZH_UPLIFT_LEARNERS; l++)
        if (out->learners[l].qini > out->learners[out->best].qini) out->best = (zh_uplift_learner)l;
    out->scores = scores[out->best];
    out->verdict = out->learners[out->best].low > 0 ? ZH_UPLIFT_OFFERED : ZH_UPLIFT_NO_BETTER;
    tell_curve(s, orders[out->best], out);
    for (size_t t = 0; t < ZH_UPLIFT_TENTHS; t++) {
        const size_t from = t * s->rows / ZH_UPLIFT_TENTHS, to = (t + 1) * s->rows / ZH_UPLIFT_TENTHS;
        out->tenths[t] = zh_uplift_part_of(s, out->scores, orders[out->best] + from, to - from);
    }
    return out->verdict == ZH_UPLIFT_OFFERED ? zh_uplift_groups_of(out, arena, s) : ZH_OK;
}

zh_err zh_uplift_model_of(zh_uplift_model *out, zh_arena *arena, const zh_uplift_set *s)
{
    *out = (zh_uplift_model){ .verdict = ZH_UPLIFT_TOO_FEW };
    size_t *all = ZH_TAKE(arena, size_t, s->rows + 1);
    if (all == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < s->rows; i++) all[i] = i, out->arms[s->treated[i]]++;
    out->all = zh_uplift_part_of(s, NULL, all, s->rows);
    if (out->arms[0] < ZH_UPLIFT_UNITS_MIN || out->arms[1] < ZH_UPLIFT_UNITS_MIN || s->columns == 0 || s->columns > ZH_UPLIFT_COLUMNS_MAX) return ZH_OK;
    return learn(out, arena, s);
}
