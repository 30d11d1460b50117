#include "model/als.h"

#include <assert.h>
#include <math.h>

enum { DIM, ALPHA, REG, NU, ITERATIONS, PARAMS }; /* places in param[] */

#define ROWS_A_PART 64 /* rows solved in one go */
#define LANES 16       /* items of a block of points, side by side: one pass of score reads them in order */

typedef struct state {
    uint32_t dim, blocks;
    float *points;  /* [blocks][dim][LANES] q; the last block is filled up with 0 */
    double *all;    /* [dim][dim] alpha Q'Q */
} state;

/* The solve of one row. */
typedef struct bench {
    float *matrix;  /* [dim][dim], the upper triangle */
    float *four;    /* [4][dim] points to be added */
    double *right;  /* [dim] the right side, then the solution */
} bench;

typedef struct job {
    const double *param;
    const zh_rows *rows;    /* who took what: rows to be solved, of `from` */
    const float *from;      /* [rows->width][dim] */
    float *to;              /* [rows->count][dim] */
    const double *all;      /* [dim][dim] alpha times from' from */
    bench bench[ZH_CREW_HANDS_MAX];
} job;

/* ---- one row ---- */

/* target[from..dim) -= f[0] row 0 + ... + f[3] row 3, of four rows behind each other. */
static void take_four(float *restrict target, const float *restrict rows, uint32_t dim, uint32_t from, const float f[4])
{
    const float *restrict a = rows, *restrict b = rows + dim, *restrict c = b + dim, *restrict d = c + dim;
    for (uint32_t j = from; j < dim; j++) target[j] -= f[0] * a[j] + f[1] * b[j] + f[2] * c[j] + f[3] * d[j];
}

/* M = U'U in place (Cholesky), M symmetric positive definite with no eigenvalue below `least`: four rows of U, then the rest
 * without them, so that the inner loops run along rows and the rest is passed over a quarter as often. */
static void factor(float *matrix, uint32_t dim, double least)
{
    for (uint32_t k = 0; k < dim; k += 4) {
        for (uint32_t r = k; r < k + 4 && r < dim; r++) {
            float *restrict row = matrix + (size_t)r * dim;
            for (uint32_t b = k; b < r; b++) {
                const float *restrict above = matrix + (size_t)b * dim, f = above[r];
                for (uint32_t j = r; j < dim; j++) row[j] -= f * above[j];
            }
            const float by = 1 / sqrtf(fmaxf(row[r], (float)least / 2)); /* exactly, no pivot is below `least`: this only guards rounding */
            for (uint32_t j = r; j < dim; j++) row[j] *= by;
        }
        const float *panel = matrix + (size_t)k * dim;
        for (uint32_t i = k + 4; i < dim; i++)
            take_four(matrix + (size_t)i * dim, panel, dim, i, (const float[4]){ panel[i], panel[dim + i], panel[2 * dim + i], panel[3 * dim + i] });
    }
}

/* b->right = M^-1 b->right. */
static void solve(const bench *b, uint32_t dim, double least)
{
    double *restrict x = b->right;
    factor(b->matrix, dim, least);
    for (uint32_t k = 0; k < dim; k++) {
        const float *row = b->matrix + (size_t)k * dim;
        x[k] /= row[k];
        for (uint32_t i = k + 1; i < dim; i++) x[i] -= row[i] * x[k];
    }
    for (uint32_t k = dim; k-- > 0;) {
        const float *row = b->matrix + (size_t)k * dim;
        for (uint32_t j = k + 1; j < dim; j++) x[k] -= row[j] * x[j];
        x[k] /= row[k];
    }
}

/* Add `count` <= 4 points, copied to b->four and the rest of it 0: the matrix is passed over once. */
static void add_points(const bench *b, uint32_t count, uint32_t dim)
{
    memset(b->four + (size_t)count * dim, 0, (size_t)(4 - count) * dim * sizeof *b->four);
    for (uint32_t r = 0; r < dim; r++) {
        const float f[4] = { -b->four[r], -b->four[dim + r], -b->four[2 * dim + r], -b->four[3 * dim + r] };
        take_four(b->matrix + (size_t)r * dim, b->four, dim, r, f);
        b->right[r] -= f[0] + f[1] + f[2] + f[3];
    }
}

static double pull_of(const double *param, double known, double others)
{
    return param[REG] * pow(known + param[ALPHA] * others, param[NU]);
}

/* Before the points of a row are added. */
static void begin(const bench *b, const double *all, uint32_t dim, double pull)
{
    for (size_t e = 0; e < (size_t)dim * dim; e++) b->matrix[e] = (float)all[e];
    for (uint32_t k = 0; k < dim; k++) b->matrix[(size_t)k * dim + k] += (float)pull;
    memset(b->right, 0, dim * sizeof *b->right);
}

static zh_err bench_open(bench *b, zh_arena *arena, uint32_t dim)
{
    b->matrix = ZH_TAKE(arena, float, (size_t)dim * dim);
    b->four = ZH_TAKE(arena, float, (size_t)4 * dim);
    b->right = ZH_TAKE(arena, double, dim);
    return b->matrix == NULL || b->four == NULL || b->right == NULL ? ZH_NOMEM : ZH_OK;
}

/* ---- training ---- */

static void solve_part(void *context, uint32_t part, uint32_t hand)
{
    const job *j = context;
    const uint32_t dim = (uint32_t)j->param[DIM], first = part * ROWS_A_PART;
    for (uint32_t r = first; r < j->rows->count && r - first < ROWS_A_PART; r++) {
        const uint32_t size = zh_rows_size(j->rows, r), *took = zh_rows_of(j->rows, r);
        const double pull = pull_of(j->param, size, j->rows->width);
        if (size == 0) continue; /* its point is 0 from the beginning */
        begin(&j->bench[hand], j->all, dim, pull);
        for (uint32_t n = 0; n < size; n += 4) {
            uint32_t count = 0;
            for (; count < 4 && n + count < size; count++)
                memcpy(j->bench[hand].four + (size_t)count * dim, j->from + (size_t)took[n + count] * dim, dim * sizeof(float));
            add_points(&j->bench[hand], count, dim);
        }
        solve(&j->bench[hand], dim, pull);
        for (uint32_t k = 0; k < dim; k++) j->to[(size_t)r * dim + k] = (float)j->bench[hand].right[k];
    }
}

/* out = alpha points' points, the upper triangle. */
static void square(double *out, const float *points, uint32_t rows, uint32_t dim, double alpha)
{
    memset(out, 0, (size_t)dim * dim * sizeof *out);
    for (uint32_t r = 0; r < rows; r++) {
        const float *restrict q = points + (size_t)r * dim;
        for (uint32_t i = 0; i < dim; i++) {
            double *restrict row = out + (size_t)i * dim;
            const double f = alpha * q[i];
            for (uint32_t c = i; c < dim; c++) row[c] += f * q[c];
        }
    }
}

/* Normal numbers by Box and Muller; as log and cos of one machine differ from another's, so may the last bits. */
static void draw(float *points, uint32_t items, uint32_t dim, uint64_t seed)
{
    const double deviation = .1 / sqrt(dim), turn = 6.283185307179586;
    for (uint32_t i = 0; i < items; i++) {
        zh_rng rng = { .seed = seed, .stream = i };
        for (uint32_t k = 0; k < dim; k++) {
            const double radius = sqrt(-2 * log(1 - zh_rng_unit(&rng)));
            points[(size_t)i * dim + k] = (float)(deviation * radius * cos(turn * zh_rng_unit(&rng)));
        }
    }
}

/* From [items][dim] to blocks. */
static void put_blocks(const state *s, const float *points, uint32_t items)
{
    for (uint32_t i = 0; i < items; i++)
        for (uint32_t k = 0; k < s->dim; k++) s->points[((size_t)(i / LANES) * s->dim + k) * LANES + i % LANES] = points[(size_t)i * s->dim + k];
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)why;
    const double *param = model->param;
    const uint32_t dim = (uint32_t)param[DIM], blocks = (data->items + LANES - 1) / LANES;
    zh_arena *scratch = &model->scratch[0], *keep = &model->keep[0];
    state *s = ZH_TAKE(keep, state, 1);
    job *j = ZH_TAKE(scratch, job, 1);
    float *p = ZH_TAKE(scratch, float, (size_t)data->x.count * dim), *q = ZH_TAKE(scratch, float, (size_t)data->items * dim);
    if (s == NULL || j == NULL || p == NULL || q == NULL) return ZH_NOMEM;
    *s = (state){ .dim = dim, .blocks = blocks, .points = ZH_TAKE(keep, float, (size_t)blocks * dim * LANES), .all = ZH_TAKE(keep, double, (size_t)dim * dim) };
    if (s->points == NULL || s->all == NULL) return ZH_NOMEM;
    for (uint32_t hand = 0; hand < crew->hands; hand++)
        if (bench_open(&j->bench[hand], &model->scratch[hand], dim) != ZH_OK) return ZH_NOMEM;
    j->param = param;
    j->all = s->all;
    draw(q, data->items, dim, model->seed);
    for (int half = 0; half < 2 * (int)param[ITERATIONS]; half++) {
        const bool items = half % 2 == 1;
        j->rows = items ? &data->xt : &data->x;
        j->from = items ? p : q;
        j->to = items ? q : p;
        square(s->all, j->from, j->rows->width, dim, param[ALPHA]);
        zh_crew_run(crew, (j->rows->count + ROWS_A_PART - 1) / ROWS_A_PART, solve_part, j);
    }
    square(s->all, q, data->items, dim, param[ALPHA]);
    put_blocks(s, q, data->items);
    model->state = s;
    return ZH_OK;
}

float zh_als_point(const zh_model *model, uint32_t item, uint32_t d)
{
    const state *s = model->state;
    assert(s != NULL && item < model->items && d < s->dim);
    return s->points[((size_t)(item / LANES) * s->dim + d) * LANES + item % LANES];
}

/* ---- scoring ---- */

/* value[items] = q p, a block of items at a time. */
static void multiply(const state *s, const double *p, float *value, uint32_t items)
{
    for (uint32_t b = 0; b < s->blocks; b++) {
        const float *restrict point = s->points + (size_t)b * s->dim * LANES;
        float sum[LANES] = { 0 };
        for (uint32_t k = 0; k < s->dim; k++) {
            const float f = (float)p[k];
            for (uint32_t l = 0; l < LANES; l++) sum[l] += f * point[k * LANES + l];
        }
        const uint32_t first = b * LANES, count = items - first < LANES ? items - first : LANES;
        memcpy(value + first, sum, count * sizeof *sum);
    }
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    bench b;
    if (query->count == 0) return ZH_OK;
    if (bench_open(&b, into->scratch, s->dim) != ZH_OK) return ZH_NOMEM;
    uint32_t known = 0;
    begin(&b, s->all, s->dim, 0);
    for (uint32_t n = 0; n < query->count; n++) {
        if (!zh_scores_first(into, query->known[n])) continue;
        for (uint32_t k = 0; k < s->dim; k++) b.four[known % 4 * s->dim + k] = zh_als_point(model, query->known[n], k);
        if (++known % 4 == 0) add_points(&b, 4, s->dim);
    }
    if (known % 4 != 0) add_points(&b, known % 4, s->dim);
    const double pull = pull_of(model->param, known, model->items);
    for (uint32_t k = 0; k < s->dim; k++) b.matrix[(size_t)k * s->dim + k] += (float)pull;
    solve(&b, s->dim, pull);
    multiply(s, b.right, into->value, model->items);
    into->way = ZH_SCORES_DENSE;
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [DIM] = { "dim", "length of a point", 1, ZH_ALS_DIM_MAX, 64, true, .choices = NULL, GRID(32, 64, 128) },
    [ALPHA] = { "alpha", "weight of pairs that did not happen", 1e-4, 10, .1, .choices = NULL, GRID(.003, .01, .03, .1, .3, 1) },
    [REG] = { "reg", "pulls points towards 0", 1e-6, 10, .003, .choices = NULL, GRID(.0003, .001, .003, .01, .03) },
    [NU] = { "nu", "1: the more is known of a row, the more it is pulled", 0, 1, 1, .grid_size = 0 },
    [ITERATIONS] = { "iterations", "rounds", 1, 100, 8, true, .choices = NULL, GRID(8, 16) },
};

const zh_model_kind zh_als_kind = {
    .name = "als",
    .meaning = "customers and items as points",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
