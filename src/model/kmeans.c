#include "model/kmeans.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

typedef struct fit {
    const double *x;
    uint32_t rows, columns, groups;
    double *centers, *nearest2; /* nearest2[row]: squared distance to its center */
    uint32_t *sizes;
    uint8_t *of;
    double inertia;
} fit;

static double distance2(const double *a, const double *b, uint32_t columns)
{
    double sum = 0;
    for (uint32_t c = 0; c < columns; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
    return sum;
}

static const double *row_of(const fit *f, uint32_t row) { return f->x + (size_t)row * f->columns; }
static double *center_of(const fit *f, uint32_t group) { return f->centers + (size_t)group * f->columns; }

static uint32_t nearest(const double *centers, uint32_t groups, uint32_t columns, const double *row, double *best2)
{
    uint32_t best = 0;
    *best2 = distance2(centers, row, columns);
    for (uint32_t g = 1; g < groups; g++) {
        const double d2 = distance2(centers + (size_t)g * columns, row, columns);
        if (d2 < *best2) *best2 = d2, best = g;
    }
    return best;
}

/* ---- k-means++ ---- */

static void begin(fit *f, zh_rng *rng)
{
    memcpy(center_of(f, 0), row_of(f, (uint32_t)zh_rng_below(rng, f->rows)), f->columns * sizeof(double));
    for (uint32_t i = 0; i < f->rows; i++) f->nearest2[i] = distance2(center_of(f, 0), row_of(f, i), f->columns);
    for (uint32_t g = 1; g < f->groups; g++) {
        double all = 0;
        for (uint32_t i = 0; i < f->rows; i++) all += f->nearest2[i];
        double left = zh_rng_unit(rng) * all;
        uint32_t chosen = f->rows - 1;
        for (uint32_t i = 0; i < f->rows; i++)
            if ((left -= f->nearest2[i]) < 0) {
                chosen = i;
                break;
            }
        memcpy(center_of(f, g), row_of(f, chosen), f->columns * sizeof(double));
        for (uint32_t i = 0; i < f->rows; i++) f->nearest2[i] = fmin(f->nearest2[i], distance2(center_of(f, g), row_of(f, i), f->columns));
    }
}

/* ---- Lloyd's steps ---- */

static bool assign(fit *f)
{
    bool moved = false;
    f->inertia = 0;
    for (uint32_t i = 0; i < f->rows; i++) {
        const uint8_t group = (uint8_t)nearest(f->centers, f->groups, f->columns, row_of(f, i), &f->nearest2[i]);
        moved |= group != f->of[i];
        f->of[i] = group;
        f->inertia += f->nearest2[i];
    }
    return moved;
}

/* A group without rows takes the one that lies worst. */
static void fill_empty(fit *f, uint32_t group)
{
    uint32_t worst = 0;
    for (uint32_t i = 1; i < f->rows; i++)
        if (f->nearest2[i] > f->nearest2[worst]) worst = i;
    memcpy(center_of(f, group), row_of(f, worst), f->columns * sizeof(double));
    f->nearest2[worst] = 0;
}

static void move(fit *f)
{
    memset(f->centers, 0, (size_t)f->groups * f->columns * sizeof(double));
    memset(f->sizes, 0, f->groups * sizeof *f->sizes);
    for (uint32_t i = 0; i < f->rows; i++) {
        double *center = center_of(f, f->of[i]);
        f->sizes[f->of[i]]++;
        for (uint32_t c = 0; c < f->columns; c++) center[c] += row_of(f, i)[c];
    }
    for (uint32_t g = 0; g < f->groups; g++) {
        if (f->sizes[g] == 0) fill_empty(f, g);
        else for (uint32_t c = 0; c < f->columns; c++) center_of(f, g)[c] /= f->sizes[g];
    }
}

static void settle(fit *f, zh_rng *rng)
{
    begin(f, rng);
    memset(f->of, UINT8_MAX, f->rows);
    for (int step = 0; step < ZH_KMEANS_STEPS_MAX && assign(f); step++) move(f);
    (void)assign(f);
    memset(f->sizes, 0, f->groups * sizeof *f->sizes);
    for (uint32_t i = 0; i < f->rows; i++) f->sizes[f->of[i]]++;
}

/* ---- the best of several ---- */

static void keep(zh_kmeans *out, const fit *f)
{
    uint32_t first[ZH_KMEANS_GROUPS_MAX], order[ZH_KMEANS_GROUPS_MAX];
    uint8_t number[ZH_KMEANS_GROUPS_MAX];
    for (uint32_t g = 0; g < f->groups; g++) first[g] = f->rows, order[g] = g;
    for (uint32_t i = f->rows; i-- > 0;) first[f->of[i]] = i;
    for (uint32_t g = 1; g < f->groups; g++) /* the largest first */
        for (uint32_t at = g; at > 0; at--) {
            const uint32_t a = order[at - 1], b = order[at];
            if (f->sizes[a] > f->sizes[b] || (f->sizes[a] == f->sizes[b] && first[a] < first[b])) break;
            order[at - 1] = b;
            order[at] = a;
        }
    for (uint32_t g = 0; g < f->groups; g++) {
        number[order[g]] = (uint8_t)g;
        out->sizes[g] = f->sizes[order[g]];
        memcpy(out->centers + (size_t)g * f->columns, center_of(f, order[g]), f->columns * sizeof(double));
    }
    for (uint32_t i = 0; i < f->rows; i++) out->of[i] = number[f->of[i]];
    out->inertia = f->inertia;
}

zh_err zh_kmeans_fit(zh_kmeans *out, zh_arena *arena, const double *x, uint32_t rows, uint32_t columns, const zh_kmeans_params *params)
{
    const uint32_t groups = params->groups;
    fit f = { .x = x, .rows = rows, .columns = columns, .groups = groups, .centers = ZH_TAKE(arena, double, (size_t)groups * columns), .nearest2 = ZH_TAKE(arena, double, rows),
              .sizes = ZH_TAKE(arena, uint32_t, groups), .of = ZH_TAKE(arena, uint8_t, rows) };
    *out = (zh_kmeans){ .centers = ZH_TAKE(arena, double, (size_t)groups * columns), .sizes = ZH_TAKE(arena, uint32_t, groups), .of = ZH_TAKE(arena, uint8_t, rows),
                        .groups = groups, .columns = columns, .rows = rows, .inertia = INFINITY };
    if (f.centers == NULL || f.nearest2 == NULL || f.sizes == NULL || f.of == NULL || out->centers == NULL || out->sizes == NULL || out->of == NULL) return ZH_NOMEM;
    for (uint32_t restart = 0; restart < params->restarts; restart++) {
        settle(&f, &(zh_rng){ .seed = params->seed, .stream = restart });
        if (f.inertia < out->inertia) keep(out, &f);
    }
    return ZH_OK;
}

uint32_t zh_kmeans_nearest(const zh_kmeans *model, const double *row, double *best2)
{
    double d2;
    const uint32_t group = nearest(model->centers, model->groups, model->columns, row, &d2);
    if (best2 != NULL) *best2 = d2;
    return group;
}

/* ---- how good ---- */

double zh_silhouette(const double *x, uint32_t rows, uint32_t columns, const uint8_t *of, uint32_t groups)
{
    uint32_t sizes[ZH_KMEANS_GROUPS_MAX] = { 0 };
    double sum = 0;
    if (groups < 2 || rows == 0) return 0;
    for (uint32_t i = 0; i < rows; i++) sizes[of[i]]++;
    for (uint32_t i = 0; i < rows; i++) {
        double far[ZH_KMEANS_GROUPS_MAX] = { 0 }, other = INFINITY;
        for (uint32_t j = 0; j < rows; j++) far[of[j]] += sqrt(distance2(x + (size_t)i * columns, x + (size_t)j * columns, columns));
        if (sizes[of[i]] < 2) continue;
        const double own = far[of[i]] / (sizes[of[i]] - 1);
        for (uint32_t g = 0; g < groups; g++)
            if (g != of[i] && sizes[g] > 0) other = fmin(other, far[g] / sizes[g]);
        if (isfinite(other) && fmax(own, other) > 0) sum += (other - own) / fmax(own, other);
    }
    return sum / rows;
}

static double pairs(double n) { return n * (n - 1) / 2; }

double zh_groupings_agree(const uint8_t *a, const uint8_t *b, uint32_t rows)
{
    uint32_t both[ZH_KMEANS_GROUPS_MAX][ZH_KMEANS_GROUPS_MAX] = { { 0 } }, of_a[ZH_KMEANS_GROUPS_MAX] = { 0 }, of_b[ZH_KMEANS_GROUPS_MAX] = { 0 };
    double same = 0, same_a = 0, same_b = 0;
    for (uint32_t i = 0; i < rows; i++) both[a[i]][b[i]]++, of_a[a[i]]++, of_b[b[i]]++;
    for (int g = 0; g < ZH_KMEANS_GROUPS_MAX; g++) {
        same_a += pairs(of_a[g]);
        same_b += pairs(of_b[g]);
        for (int h = 0; h < ZH_KMEANS_GROUPS_MAX; h++) same += pairs(both[g][h]);
    }
    const double chance = rows < 2 ? 0 : same_a * same_b / pairs(rows), most = (same_a + same_b) / 2;
    return most == chance ? 1 : (same - chance) / (most - chance);
}
