#include "measure/uplift_groups.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

#define CUTS 9 /* tenths of a column are tried */
#define ROWS_MIN 2 /* of an arm, before there is an interval */

zh_uplift_part zh_uplift_part_of(const zh_uplift_set *s, const double *scores, const size_t *rows, size_t count)
{
    double n[2] = { 0 }, sum[2] = { 0 }, squares[2] = { 0 }, score = 0;
    for (size_t k = 0; k < count; k++) {
        const size_t i = rows[k];
        const int arm = s->treated[i];
        n[arm]++, sum[arm] += s->y[i], squares[arm] += s->y[i] * s->y[i];
        if (scores != NULL) score += scores[i];
    }
    zh_uplift_part p = { .score = count == 0 ? 0 : score / (double)count };
    if (n[0] < ROWS_MIN || n[1] < ROWS_MIN) return p;
    p.control = s->binary ? zh_arm_of_share(sum[0], n[0]) : zh_arm_of_values(sum[0], squares[0], n[0]);
    p.treatment = s->binary ? zh_arm_of_share(sum[1], n[1]) : zh_arm_of_values(sum[1], squares[1], n[1]);
    p.effect = zh_effect_of(&p.control, &p.treatment, false);
    p.stands = isfinite(p.effect.se) && p.effect.se > 0 && isfinite(p.effect.dof) && p.effect.dof > 0;
    if (p.stands) p.interval = zh_effect_fixed(&p.effect, 0.05, ZH_TWO_SIDED);
    return p;
}

/* ---- a tree ---- */

typedef struct growing {
    const zh_uplift_set *set;
    const double *scores;
    zh_uplift_model *out;
    double *sorted;      /* room for a column */
    size_t least;        /* rows of a group, of the half it grows on */
    size_t rows[2];      /* of all: of the half it grows on, of the other */
} growing;

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double value_of(const growing *g, size_t row, uint32_t column) { return g->set->x[row * g->set->columns + column]; }

/* By how much less the scores of the rows vary when cut here; 0: a side would be too small. */
static double gain_of(const growing *g, const size_t *rows, size_t count, uint32_t column, double value)
{
    double n[2] = { 0 }, sum[2] = { 0 };
    for (size_t k = 0; k < count; k++) {
        const int side = value_of(g, rows[k], column) >= value;
        n[side]++, sum[side] += g->scores[rows[k]];
    }
    if (n[0] < (double)g->least || n[1] < (double)g->least) return 0;
    const double all = sum[0] + sum[1];
    return sum[0] * sum[0] / n[0] + sum[1] * sum[1] / n[1] - all * all / (n[0] + n[1]);
}

static double find_cut(growing *g, const size_t *rows, size_t count, zh_uplift_condition *best)
{
    double most = 0;
    for (uint32_t c = 0; c < g->set->columns; c++) {
        for (size_t k = 0; k < count; k++) g->sorted[k] = value_of(g, rows[k], c);
        qsort(g->sorted, count, sizeof *g->sorted, by_number);
        for (size_t cut = 1; cut <= CUTS; cut++) {
            const double value = g->sorted[cut * count / (CUTS + 1)], gain = gain_of(g, rows, count, c, value);
            if (gain > most * (1 + 1e-12)) most = gain, *best = (zh_uplift_condition){ .column = c, .value = value };
        }
    }
    return most;
}

/* Those on a side first; how many they are. */
static size_t part(const growing *g, size_t *rows, size_t count, const zh_uplift_condition *cut)
{
    size_t at = 0;
    for (size_t k = 0; k < count; k++) {
        if ((value_of(g, rows[k], cut->column) >= cut->value) != cut->at_least) continue;
        const size_t kept = rows[at];
        rows[at++] = rows[k];
        rows[k] = kept;
    }
    return at;
}

static void grow(growing *g, const zh_uplift_group *so_far, size_t *grown, size_t grown_count, size_t *held, size_t held_count)
{
    zh_uplift_condition cut = { 0 };
    if (so_far->conditions_count == ZH_UPLIFT_CONDITIONS_MAX || grown_count < 2 * g->least || !(find_cut(g, grown, grown_count, &cut) > 0)) {
        zh_uplift_group *group = &g->out->groups[g->out->groups_count++]; /* three conditions: at most eight */
        *group = *so_far;
        group->share = (double)(grown_count + held_count) / (double)(g->rows[0] + g->rows[1]);
        group->part = zh_uplift_part_of(g->set, g->scores, held, held_count);
        return;
    }
    for (int side = 0; side < 2; side++) {
        zh_uplift_group next = *so_far;
        cut.at_least = side == 0;
        next.conditions[next.conditions_count++] = cut;
        const size_t in_grown = part(g, grown, grown_count, &cut), in_held = part(g, held, held_count, &cut);
        grow(g, &next, grown, in_grown, held, in_held);
    }
}

static int by_effect(const void *a, const void *b)
{
    const zh_uplift_group *x = a, *y = b;
    if (x->part.stands != y->part.stands) return x->part.stands ? -1 : 1;
    return x->part.effect.estimate != y->part.effect.estimate ? (x->part.effect.estimate > y->part.effect.estimate ? -1 : 1) : 0;
}

zh_err zh_uplift_groups_of(zh_uplift_model *out, zh_arena *arena, const zh_uplift_set *s)
{
    size_t *half[2] = { ZH_TAKE(arena, size_t, s->rows), ZH_TAKE(arena, size_t, s->rows) };
    growing g = { .set = s, .scores = out->scores, .out = out, .sorted = ZH_TAKE(arena, double, s->rows) };
    if (half[0] == NULL || half[1] == NULL || g.sorted == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < s->rows; i++) {
        const size_t side = zh_rng_at(s->seed, 3, i) & 1;
        half[side][g.rows[side]++] = i;
    }
    g.least = (size_t)(ZH_UPLIFT_GROUP_SHARE * (double)g.rows[0]) + 1;
    grow(&g, &(zh_uplift_group){ 0 }, half[0], g.rows[0], half[1], g.rows[1]);
    qsort(out->groups, out->groups_count, sizeof *out->groups, by_effect);
    return ZH_OK;
}
