#include "measure/predict.h"
#include "base/hash.h"
#include "segment/rfm.h"
#include "measure/skill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES_MAX ((size_t)1 << 30)
#define RATE_WEIGHT 5 /* the share of all counts like so many customers in a cell of the rule */
#define CELLS (ZH_PREDICT_QUINTILES * ZH_PREDICT_QUINTILES * ZH_PREDICT_QUINTILES)

/* Chosen on days before the test of the three sets in docs/quality.md. */
static const zh_boost_params learning = { .loss = ZH_BOOST_LOGISTIC, .trees = 150, .depth = 3, .rate = 0.05, .l2 = 10, .child_min = 5, .row_share = 0.5, .column_share = 0.4 };

typedef struct sheet { /* rows to learn from */
    float *x, *y;
    uint32_t *past; /* which customer a row is of */
    bool *newest;   /* of the newest day: to calibrate on */
    uint32_t rows, yes;
} sheet;

/* ---- who is asked ---- */

static bool last_order(const zh_past *past, int32_t day, int32_t *last)
{
    bool any = false;
    for (uint32_t i = 0; i < past->count && past->facts[i].day <= day; i++)
        if (past->facts[i].kind == ZH_PAST_ORDER) *last = past->facts[i].day, any = true;
    return any;
}

static bool is_asked(zh_predict_task task, const zh_past *past, int32_t day)
{
    int32_t last = 0;
    return last_order(past, day, &last) && (task.kind == ZH_PREDICT_BUY || day - last < task.window);
}

bool zh_predict_came_true(zh_predict_task task, const zh_past *past, int32_t day)
{
    return zh_past_orders_within(past, day, task.window) == (task.kind == ZH_PREDICT_BUY);
}

static int32_t first_day(const zh_past *pasts, size_t count)
{
    int32_t first = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        for (uint32_t f = 0; f < pasts[i].count; f++)
            if (pasts[i].facts[f].kind == ZH_PAST_ORDER) {
                if (pasts[i].facts[f].day < first) first = pasts[i].facts[f].day;
                break;
            }
    return first;
}

static int by_days(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

int32_t zh_predict_lapse_days(const zh_past *pasts, size_t count, int32_t end)
{
    const size_t most = 200000;
    int32_t *gaps = malloc(most * sizeof *gaps), median = 30;
    size_t gaps_count = 0;
    for (size_t i = 0; gaps != NULL && i < count; i++) {
        int32_t last = INT32_MIN;
        for (uint32_t f = 0; f < pasts[i].count && pasts[i].facts[f].day <= end && gaps_count < most; f++) {
            const zh_past_fact *fact = &pasts[i].facts[f];
            if (fact->kind != ZH_PAST_ORDER) continue;
            if (last != INT32_MIN && fact->day > last) gaps[gaps_count++] = fact->day - last;
            last = fact->day;
        }
    }
    if (gaps_count > 0) {
        qsort(gaps, gaps_count, sizeof *gaps, by_days);
        median = gaps[gaps_count / 2];
    }
    free(gaps);
    return median * 3 < 14 ? 14 : median * 3 > 90 ? 90 : median * 3;
}

/* ---- rows ---- */

static uint32_t days_of(zh_predict_task task, int32_t first, int32_t end, int32_t days[ZH_PREDICT_DAYS_MAX])
{
    const int32_t step = task.window / 3 > 7 ? task.window / 3 : 7;
    uint32_t count = 0;
    for (int32_t day = end - task.window; count < ZH_PREDICT_DAYS_MAX && day >= first + task.window; day -= step) days[count++] = day;
    return count;
}

static zh_err fill(sheet *s, zh_arena *arena, const zh_past *pasts, size_t count, const zh_past_shop *shop, zh_predict_task task, const int32_t *days, uint32_t days_count)
{
    size_t wanted = 0;
    for (uint32_t d = 0; d < days_count; d++)
        for (size_t i = 0; i < count; i++) wanted += is_asked(task, &pasts[i], days[d]);
    const size_t step = wanted / ZH_PREDICT_ROWS_MAX + 1, most = wanted / step + wanted / 4 + 1000;
    *s = (sheet){ .x = zh_arena_take(arena, most, sizeof(float[ZH_PAST_COLUMNS])), .y = ZH_TAKE(arena, float, most), .past = ZH_TAKE(arena, uint32_t, most), .newest = ZH_TAKE(arena, bool, most) };
    if (s->x == NULL || s->y == NULL || s->past == NULL || s->newest == NULL) return ZH_NOMEM;
    for (uint32_t d = 0; d < days_count; d++)
        for (size_t i = 0; i < count; i++) {
            if ((step > 1 && zh_mix64(i + 1) % step != 0) || s->rows == most) continue;
            if (!is_asked(task, &pasts[i], days[d]) || !zh_past_columns(&pasts[i], shop, days[d], task.window, s->x + (size_t)s->rows * ZH_PAST_COLUMNS)) continue;
            const bool yes = zh_predict_came_true(task, &pasts[i], days[d]);
            s->y[s->rows] = yes, s->past[s->rows] = (uint32_t)i, s->newest[s->rows] = d == 0;
            s->rows++, s->yes += yes;
        }
    return ZH_OK;
}

/* ---- the RFM rule ---- */

static void figures(const float *row, double out[3])
{
    out[0] = -(double)row[0], out[1] = (double)row[2], out[2] = (double)row[5]; /* recency (later is more), order days, revenue */
}

static uint32_t cell_of(const zh_rfm_rates *rule, const float *row)
{
    double figure[3];
    uint32_t cell = 0;
    figures(row, figure);
    for (int f = 0; f < 3; f++) {
        uint32_t q = 0;
        while (q < ZH_PREDICT_QUINTILES - 1 && figure[f] > rule->cuts[f][q]) q++;
        cell = cell * ZH_PREDICT_QUINTILES + q;
    }
    return cell;
}

static zh_err learn_rule(zh_rfm_rates *rule, zh_arena *scratch, const sheet *s)
{
    double *values = ZH_TAKE(scratch, double, s->rows), yes[CELLS] = { 0 }, all[CELLS] = { 0 }, figure[3];
    if (values == NULL) return ZH_NOMEM;
    for (int f = 0; f < 3; f++) {
        for (uint32_t r = 0; r < s->rows; r++) figures(s->x + (size_t)r * ZH_PAST_COLUMNS, figure), values[r] = figure[f];
        double cuts[ZH_PREDICT_QUINTILES];
        zh_rfm_cuts(values, s->rows, ZH_PREDICT_QUINTILES, cuts); /* sorts the values */
        for (int q = 0; q < ZH_PREDICT_QUINTILES - 1; q++) rule->cuts[f][q] = zh_rfm_quantile(values, s->rows, (uint32_t)q + 1, ZH_PREDICT_QUINTILES);
    }
    for (uint32_t r = 0; r < s->rows; r++) {
        const uint32_t cell = cell_of(rule, s->x + (size_t)r * ZH_PAST_COLUMNS);
        all[cell]++, yes[cell] += (double)s->y[r];
    }
    const double share = (double)s->yes / s->rows;
    for (int c = 0; c < CELLS; c++) rule->rate[c] = (yes[c] + RATE_WEIGHT * share) / (all[c] + RATE_WEIGHT);
    return ZH_OK;
}

/* ---- learning ---- */

/* The slope and half of the level from all days, the other half of the level from the newest day: how a shop did lately says how it
 * will do next, but half of what was special passes. */
static void calibrate(zh_predictor *p, const sheet *s, const double *odds, const bool *yes)
{
    uint32_t newest = 0;
    while (newest < s->rows && s->newest[newest]) newest++; /* they come first */
    const zh_platt all = zh_platt_fit(odds, yes, s->rows);
    p->map = all;
    p->map.b = (all.b + zh_platt_shift(all, odds, yes, newest)) / 2;
}

static zh_err learn_trees(zh_predictor *p, zh_arena *arena, zh_arena *scratch, const sheet *s)
{
    zh_boost_bins *bins;
    uint32_t *chosen = ZH_TAKE(scratch, uint32_t, s->rows);
    double *odds = ZH_TAKE(scratch, double, s->rows);
    bool *yes = ZH_TAKE(scratch, bool, s->rows);
    if (chosen == NULL || odds == NULL || yes == NULL) return ZH_NOMEM;
    for (uint32_t r = 0; r < s->rows; r++) yes[r] = s->y[r] > 0.5F;
    zh_err e = zh_boost_bin(&bins, scratch, s->x, s->rows, ZH_PAST_COLUMNS);
    for (uint32_t fold = 0; e == ZH_OK && fold < ZH_PREDICT_FOLDS; fold++) {
        zh_arena mine = zh_arena_open(SCRATCH_BYTES_MAX);
        zh_boost_params params = learning;
        params.seed = fold + 1;
        params.stop = p->task.stop;
        uint32_t count = 0;
        for (uint32_t r = 0; r < s->rows; r++)
            if (zh_mix64(s->past[r] + 1) % ZH_PREDICT_FOLDS != fold) chosen[count++] = r;
        e = count == 0 ? ZH_ABSENT : zh_boost_fit(&p->trees[fold], arena, &mine, bins, chosen, count, s->y, &params);
        for (uint32_t r = 0; e == ZH_OK && r < s->rows; r++)
            if (zh_mix64(s->past[r] + 1) % ZH_PREDICT_FOLDS == fold) odds[r] = zh_boost_score(&p->trees[fold], s->x + (size_t)r * ZH_PAST_COLUMNS);
        zh_arena_close(&mine);
    }
    if (e == ZH_OK) calibrate(p, s, odds, yes);
    return e;
}

zh_err zh_predict_learn(zh_predictor *out, zh_arena *arena, const zh_past *pasts, size_t count, zh_predict_task task, int32_t end, const char **why)
{
    int32_t days[ZH_PREDICT_DAYS_MAX];
    sheet s;
    const int32_t first = first_day(pasts, count);
    *out = (zh_predictor){ .task = task, .end = end };
    const uint32_t days_count = first == INT32_MAX ? 0 : days_of(task, first, end, days);
    *why = "history is shorter than three times the window";
    if (days_count == 0) return ZH_ABSENT;
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_past_shop_of(&out->shop, pasts, count, end);
    zh_err e = fill(&s, &scratch, pasts, count, &out->shop, task, days, days_count);
    out->rows = s.rows, out->rows_yes = s.yes;
    *why = "fewer than 100 customers did it, or fewer than 100 did not";
    if (e == ZH_OK && (s.yes < ZH_PREDICT_EACH_MIN || s.rows - s.yes < ZH_PREDICT_EACH_MIN)) e = ZH_ABSENT;
    if (e == ZH_OK) e = learn_rule(&out->rule, &scratch, &s);
    if (e == ZH_OK) e = learn_trees(out, arena, &scratch, &s);
    zh_arena_close(&scratch);
    return e;
}

bool zh_predict_one(const zh_predictor *p, const zh_past *past, int32_t day, double *chance)
{
    float row[ZH_PAST_COLUMNS];
    double sum = 0;
    if (!is_asked(p->task, past, day) || !zh_past_columns(past, &p->shop, day, p->task.window, row)) return false;
    for (int f = 0; f < ZH_PREDICT_FOLDS; f++) sum += zh_boost_score(&p->trees[f], row);
    *chance = zh_platt_of(p->map, sum / ZH_PREDICT_FOLDS);
    return true;
}

bool zh_predict_rule(const zh_predictor *p, const zh_past *past, int32_t day, double *chance)
{
    float row[ZH_PAST_COLUMNS];
    if (!is_asked(p->task, past, day) || !zh_past_columns(past, &p->shop, day, p->task.window, row)) return false;
    *chance = p->rule.rate[cell_of(&p->rule, row)];
    return true;
}

/* ---- testing ---- */

typedef struct judged { /* over all days */
    double *p, *rule;
    bool *yes;
    size_t *order;
    size_t count;
} judged;

static zh_err judge_day(zh_predict_report *out, judged *j, const zh_past *pasts, size_t count, zh_predict_task task, int32_t day)
{
    zh_predictor p;
    zh_arena arena = zh_arena_open(SCRATCH_BYTES_MAX);
    const char *why;
    const zh_err e = zh_predict_learn(&p, &arena, pasts, count, task, day, &why);
    const size_t from = j->count;
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        if (!zh_predict_one(&p, &pasts[i], day, &j->p[j->count]) || !zh_predict_rule(&p, &pasts[i], day, &j->rule[j->count])) continue;
        j->yes[j->count] = zh_predict_came_true(task, &pasts[i], day);
        out->yes += j->yes[j->count++];
    }
    zh_arena_close(&arena);
    if (e == ZH_ABSENT && out->days_count == 0) out->why = why;
    if (e != ZH_OK) return e;
    out->days[out->days_count++] = day;
    out->auc += zh_skill_auc(j->p + from, j->yes + from, j->count - from, j->order);
    out->rule_auc += zh_skill_auc(j->rule + from, j->yes + from, j->count - from, j->order);
    return ZH_OK;
}

static void conclude(zh_predict_report *out, const judged *j)
{
    out->count = j->count;
    out->reliability = zh_reliability_of(j->p, j->yes, j->count, j->order);
    out->rule_reliability = zh_reliability_of(j->rule, j->yes, j->count, j->order);
    out->auc /= out->days_count, out->rule_auc /= out->days_count;
    if (out->yes < ZH_PREDICT_EACH_MIN || out->count - out->yes < ZH_PREDICT_EACH_MIN) out->why = "fewer than 100 customers did it, or fewer than 100 did not";
    else if (!(out->auc > out->rule_auc)) out->why = "it is no better than the RFM rule";
    else out->is_offered = true;
}

zh_err zh_predict_test(zh_predict_report *out, const zh_past *pasts, size_t count, zh_predict_task task, int32_t end, uint32_t tests)
{
    *out = (zh_predict_report){ .why = NULL };
    const size_t most = count * tests + 1;
    judged j = { malloc(most * sizeof *j.p), malloc(most * sizeof *j.rule), malloc(most * sizeof *j.yes), malloc(most * sizeof *j.order), 0 };
    zh_err e = j.p == NULL || j.rule == NULL || j.yes == NULL || j.order == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t t = 1; e == ZH_OK && t <= tests; t++) e = judge_day(out, &j, pasts, count, task, end - task.window * (int32_t)t);
    if (e == ZH_ABSENT) e = ZH_OK; /* shorter than so many tests, or than one */
    if (e == ZH_OK && out->days_count > 0) conclude(out, &j);
    free(j.p), free(j.rule), free(j.yes), free(j.order);
    return e;
}
