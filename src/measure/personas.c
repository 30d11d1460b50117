#include "measure/personas.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CUTS 24          /* places at which a question may cut a column */
#define LEAF_SHARE 0.02  /* of the rows: a smaller leaf is chance */

/* ---- numbers of one size ---- */

static void learn_sizes(zh_personas *p, const double *x, uint32_t rows)
{
    const uint32_t names = p->columns > ZH_FEATURES_FIXED ? p->columns - ZH_FEATURES_FIXED : 0;
    for (uint32_t c = 0; c < p->columns; c++) {
        double sum = 0, squares = 0;
        for (uint32_t i = 0; i < rows; i++) sum += x[(size_t)i * p->columns + c];
        p->mean[c] = sum / rows;
        for (uint32_t i = 0; i < rows; i++) squares += (x[(size_t)i * p->columns + c] - p->mean[c]) * (x[(size_t)i * p->columns + c] - p->mean[c]);
        p->sd[c] = sqrt(squares / rows);
        p->weight[c] = c < ZH_FEATURES_FIXED || names <= ZH_PERSONAS_NAMES_WEIGHT ? 1 : sqrt(ZH_PERSONAS_NAMES_WEIGHT / names);
    }
}

static void scale(const zh_personas *p, const double *row, double *out)
{
    for (uint32_t c = 0; c < p->columns; c++) {
        const double z = p->sd[c] < 1e-9 ? 0 : (row[c] - p->mean[c]) / p->sd[c];
        out[c] = p->weight[c] * fmin(ZH_PERSONAS_CLAMP, fmax(-ZH_PERSONAS_CLAMP, z));
    }
}

uint32_t zh_personas_of(const zh_personas *p, const double *row)
{
    double z[ZH_FEATURES_MAX];
    scale(p, row, z);
    return zh_kmeans_nearest(&p->groups, z, NULL);
}

/* ---- how many, how sure ---- */

static zh_err choose(zh_personas *p, zh_arena *arena, const double *z, uint32_t rows, uint32_t groups, uint64_t seed)
{
    const uint32_t looked = rows < ZH_PERSONAS_SILHOUETTE_ROWS ? rows : ZH_PERSONAS_SILHOUETTE_ROWS;
    const uint32_t from = groups > 0 ? groups : ZH_PERSONAS_GROUPS_MIN, until = groups > 0 ? groups : ZH_PERSONAS_GROUPS_MAX;
    zh_kmeans models[ZH_PERSONAS_GROUPS_MAX + 1];
    double best = -1;
    for (uint32_t k = from; k <= until; k++) {
        const zh_err e = zh_kmeans_fit(&models[k], arena, z, rows, p->columns, &(zh_kmeans_params){ k, ZH_PERSONAS_RESTARTS, seed + k });
        if (e != ZH_OK) return e;
        p->silhouettes[k] = zh_silhouette(z, looked, p->columns, models[k].of, k);
        best = fmax(best, p->silhouettes[k]);
    }
    uint32_t k = from;
    while (k < until && p->silhouettes[k] < best - (1 - ZH_PERSONAS_NEARLY) * fabs(best)) k++;
    p->groups = models[k];
    p->silhouette = p->silhouettes[k];
    return ZH_OK;
}

static zh_err learn_stability(zh_personas *p, zh_arena *arena, const double *z, uint32_t rows, uint64_t seed)
{
    double *half = ZH_TAKE(arena, double, (size_t)rows * p->columns);
    uint8_t *of[2] = { ZH_TAKE(arena, uint8_t, rows), ZH_TAKE(arena, uint8_t, rows) };
    if (half == NULL || of[0] == NULL || of[1] == NULL) return ZH_NOMEM;
    p->stability = 0;
    for (uint32_t split = 0; split < ZH_PERSONAS_SPLITS; split++) {
        for (uint32_t side = 0; side < 2; side++) {
            uint32_t count = 0;
            zh_kmeans model;
            for (uint32_t i = 0; i < rows; i++)
                if ((zh_rng_at(seed, 100 + split, i) & 1) == side) memcpy(half + (size_t)count++ * p->columns, z + (size_t)i * p->columns, p->columns * sizeof *half);
            if (count < p->groups.groups) return ZH_OK;
            const zh_err e = zh_kmeans_fit(&model, arena, half, count, p->columns, &(zh_kmeans_params){ p->groups.groups, ZH_PERSONAS_RESTARTS, seed + 1000 + split * 2 + side });
            if (e != ZH_OK) return e;
            for (uint32_t i = 0; i < rows; i++) of[side][i] = (uint8_t)zh_kmeans_nearest(&model, z + (size_t)i * p->columns, NULL);
        }
        p->stability += zh_groupings_agree(of[0], of[1], rows) / ZH_PERSONAS_SPLITS;
    }
    return ZH_OK;
}

/* ---- what marks a kind ---- */

static int larger_first(const void *left, const void *right)
{
    const zh_persona_mark *a = left, *b = right;
    if (fabs(a->z) != fabs(b->z)) return fabs(a->z) > fabs(b->z) ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static void mark(const zh_personas *p, zh_persona *one, const double *x, uint32_t rows, uint32_t group)
{
    zh_persona_mark all[ZH_FEATURES_MAX];
    one->rows = p->groups.sizes[group];
    for (uint32_t c = 0; c < p->columns; c++) {
        double sum = 0;
        for (uint32_t i = 0; i < rows; i++)
            if (p->groups.of[i] == group) sum += x[(size_t)i * p->columns + c];
        const double mean = one->rows == 0 ? p->mean[c] : sum / one->rows;
        all[c] = (zh_persona_mark){ c, mean, p->mean[c], p->sd[c] < 1e-9 ? 0 : (mean - p->mean[c]) / p->sd[c] };
    }
    qsort(all, p->columns, sizeof *all, larger_first);
    one->marks_count = p->columns < ZH_PERSONAS_MARKS ? p->columns : ZH_PERSONAS_MARKS;
    memcpy(one->marks, all, one->marks_count * sizeof *all);
}

/* ---- a rule ---- */

typedef struct learner {
    const zh_personas *p;
    const double *x;
    const bool *can_ask;
    uint32_t *chosen;  /* rows; a node's are a run of it */
    double *sorted;    /* scratch */
    uint32_t group, leaf_min;
} learner;

static double number_at(const learner *l, uint32_t row, uint32_t column) { return l->x[(size_t)row * l->p->columns + column]; }

static int ascending(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static double impurity(double yes, double count) { return count == 0 ? 0 : yes * (count - yes) / count; } /* Gini x rows / 2 */

/* The best cut of a column; returns what it gains. */
static double cut_column(const learner *l, const uint32_t *rows, uint32_t count, double yes, uint32_t column, double *value)
{
    double best = 0;
    for (uint32_t i = 0; i < count; i++) l->sorted[i] = number_at(l, rows[i], column);
    qsort(l->sorted, count, sizeof *l->sorted, ascending);
    double before = l->sorted[0];
    for (uint32_t cut = 1; cut < CUTS; cut++) {
        const double at = l->sorted[(uint64_t)count * cut / CUTS];
        double below = 0, below_yes = 0;
        if (at == before) continue;
        before = at;
        for (uint32_t i = 0; i < count; i++)
            if (number_at(l, rows[i], column) < at) below++, below_yes += l->p->groups.of[rows[i]] == l->group;
        if (below < l->leaf_min || count - below < l->leaf_min) continue;
        const double gain = impurity(yes, count) - impurity(below_yes, below) - impurity(yes - below_yes, count - below);
        if (gain > best * (1 + 1e-9)) best = gain, *value = at;
    }
    return best;
}

static void grow(const learner *l, zh_persona_question *rule, uint32_t node, uint32_t *rows, uint32_t count)
{
    double yes = 0, best = 1e-9, value = 0;
    uint32_t column = UINT32_MAX, below = 0;
    for (uint32_t i = 0; i < count; i++) yes += l->p->groups.of[rows[i]] == l->group;
    rule[node] = (zh_persona_question){ .is_leaf = true, .is_yes = 2 * yes > count };
    if (2 * node + 2 >= ZH_PERSONAS_RULE_NODES || count < 2 * l->leaf_min) return;
    for (uint32_t c = 0; c < l->p->columns; c++) {
        double at = 0;
        const double gain = l->can_ask[c] ? cut_column(l, rows, count, yes, c, &at) : 0;
        if (gain > best) best = gain, column = c, value = at;
    }
    if (column == UINT32_MAX) return;
    for (uint32_t i = 0; i < count; i++)
        if (number_at(l, rows[i], column) < value) {
            const uint32_t row = rows[i];
            rows[i] = rows[below];
            rows[below++] = row;
        }
    rule[node] = (zh_persona_question){ .column = column, .value = value };
    grow(l, rule, 2 * node + 1, rows, below);
    grow(l, rule, 2 * node + 2, rows + below, count - below);
    const zh_persona_question *left = &rule[2 * node + 1], *right = &rule[2 * node + 2];
    if (left->is_leaf && right->is_leaf && left->is_yes == right->is_yes) rule[node] = *left; /* both say the same: it was no question */
}

bool zh_persona_rule_holds(const zh_persona *persona, const double *row)
{
    uint32_t node = 0;
    while (!persona->rule[node].is_leaf) node = 2 * node + (row[persona->rule[node].column] < persona->rule[node].value ? 1 : 2);
    return persona->rule[node].is_yes;
}

static zh_err learn_rule(const zh_personas *p, zh_persona *one, zh_arena *arena, const double *x, uint32_t rows, uint32_t group, const bool *can_ask)
{
    learner l = { p, x, can_ask, ZH_TAKE(arena, uint32_t, rows), ZH_TAKE(arena, double, rows), group, 1 };
    uint32_t count = 0, found = 0, right = 0, wanted = 0;
    if (l.chosen == NULL || l.sorted == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < rows; i += 2) l.chosen[count++] = i;
    l.leaf_min = (uint32_t)(LEAF_SHARE * count) + 1;
    grow(&l, one->rule, 0, l.chosen, count);
    for (uint32_t i = 1; i < rows; i += 2) {
        const bool holds = zh_persona_rule_holds(one, x + (size_t)i * p->columns), is = p->groups.of[i] == group;
        found += holds;
        wanted += is;
        right += holds && is;
    }
    one->precision = found == 0 ? 0 : (double)right / found;
    one->recall = wanted == 0 ? 0 : (double)right / wanted;
    return ZH_OK;
}

/* ---- all of it ---- */

zh_err zh_personas_fit(zh_personas *out, zh_arena *arena, const double *x, uint32_t rows, uint32_t columns, uint32_t groups, const bool *can_ask, uint64_t seed)
{
    *out = (zh_personas){ .columns = columns };
    if (rows < ZH_PERSONAS_ROWS_MIN) return ZH_ABSENT;
    double *z = ZH_TAKE(arena, double, (size_t)rows * columns);
    if (z == NULL) return ZH_NOMEM;
    learn_sizes(out, x, rows);
    for (uint32_t i = 0; i < rows; i++) scale(out, x + (size_t)i * columns, z + (size_t)i * columns);
    zh_err e = choose(out, arena, z, rows, groups, seed);
    if (e == ZH_OK) e = learn_stability(out, arena, z, rows, seed);
    out->is_clear = out->silhouette >= ZH_PERSONAS_CLEAR_SILHOUETTE && out->stability >= ZH_PERSONAS_CLEAR_STABILITY;
    for (uint32_t g = 0; e == ZH_OK && g < out->groups.groups; g++) {
        mark(out, &out->all[g], x, rows, g);
        e = learn_rule(out, &out->all[g], arena, x, rows, g, can_ask);
    }
    return e;
}
