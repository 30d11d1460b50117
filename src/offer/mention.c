#include "offer/mention.h"
#include "base/rng.h"
#include "offer/mention_fit.h"

#include <assert.h>
#include <math.h>

/* How far customers differ in what moves them, from "not at all" on; in customers, of a standardised column. */
static const double penalties[ZH_MENTION_PENALTIES] = { ZH_MENTION_ALIKE, 1000, 300, 60 };

#define RATIO_ORDERS 30.0 /* an arm's ratio of margins counts as 1 seen so often before: a dozen orders say nothing */

/* ---- learning ---- */

typedef struct learner {
    const zh_mention_log *log;
    zh_arena *arena;
    zh_mention_scale *scales;
    double *z;              /* [rows][3 columns] */
    double *y;              /* [rows] of the fit under way */
    uint8_t *fold;
    uint32_t *rows, *some;  /* to learn from; of these, some */
    size_t count;
} learner;

static const double *z_of(const learner *w, size_t row) { return w->z + row * 3 * w->log->columns; }

/* The rows of `arm` (ZH_MENTION_ARMS_MAX: all) with an order, of those to learn from, and the mean of their amounts. */
static size_t with_orders(const learner *w, uint32_t arm, const double *amounts, double *mean)
{
    size_t count = 0;
    double sum = 0;
    for (size_t k = 0; k < w->count; k++) {
        const uint32_t i = w->rows[k];
        if (w->log->margin[i] == 0 || (arm < ZH_MENTION_ARMS_MAX && w->log->arm[i] != arm)) continue;
        w->some[count++] = i;
        sum += amounts[i];
    }
    *mean = count > 0 ? sum / (double)count : 0;
    return count;
}

static zh_err fit(const learner *w, const zh_mention_task *task, const double *start, double unit, zh_mention_fitted *out)
{
    double *coefs = ZH_TAKE(w->arena, double, zh_mention_width(task));
    if (coefs == NULL) return ZH_NOMEM;
    if (start != NULL) memcpy(coefs, start, zh_mention_width(task) * sizeof *coefs);
    *out = (zh_mention_fitted){ coefs, unit, task->arm == NULL ? 0 : task->arms, task->family == ZH_MENTION_YES };
    return zh_mention_fit(task, w->arena, coefs);
}

static zh_err fit_yes(const learner *w, double penalty, const double *start, zh_mention_fitted *out)
{
    for (size_t k = 0; k < w->count; k++) w->y[w->rows[k]] = w->log->margin[w->rows[k]] != 0;
    return fit(w, &(zh_mention_task){ ZH_MENTION_YES, w->z, w->log->arm, w->y, w->rows, w->count, w->log->columns, w->log->arms, penalty }, start, 1, out);
}

/* An amount of those who ordered. */
static zh_err fit_amount(const learner *w, uint32_t arm, const double *amounts, zh_mention_fitted *out)
{
    double mean;
    const size_t count = with_orders(w, arm, amounts, &mean);
    if (count == 0) return ZH_ABSENT;
    for (size_t k = 0; k < count; k++) w->y[w->some[k]] = mean > 0 ? amounts[w->some[k]] / mean : 0;
    return fit(w, &(zh_mention_task){ ZH_MENTION_AMOUNT, w->z, NULL, w->y, w->some, count, w->log->columns, w->log->arms, 0 }, NULL, fmax(mean, 0), out);
}

static zh_err fit_amounts(const learner *w, zh_mention_model *m)
{
    const zh_mention_log *log = w->log;
    double mean, sums[ZH_MENTION_ARMS_MAX][2] = { { 0 } }, without[ZH_MENTION_ARMS_MAX][2] = { { 0 } };
    zh_err e = fit_amount(w, ZH_MENTION_ARMS_MAX, log->margin, &m->margin);
    for (uint32_t l = 1; e == ZH_OK && l < log->arms; l++) e = fit_amount(w, l, log->cost, &m->cost[l]);
    if (e != ZH_OK) return e;
    (void)with_orders(w, ZH_MENTION_ARMS_MAX, log->margin, &mean);
    for (size_t k = 0; k < w->count; k++) {
        const uint32_t i = w->rows[k], l = log->arm[i];
        if (log->margin[i] == 0) without[l][0] += log->cost[i], without[l][1]++;
        else sums[l][0] += log->margin[i], sums[l][1] += zh_mention_predict(&m->margin, log->columns, z_of(w, i), 0);
    }
    for (uint32_t l = 0; l < log->arms; l++) {
        m->ratio[l] = (sums[l][0] + RATIO_ORDERS * mean) / fmax(sums[l][1] + RATIO_ORDERS * mean, 1e-9);
        m->cost_without[l] = l > 0 && without[l][1] > 0 ? without[l][0] / without[l][1] : 0;
    }
    return ZH_OK;
}

/* What each arm is worth and costs for a customer whose chance to order under it is p[l]. */
static void worth(const zh_mention_model *m, const double *z, const double *p, double *values, double *costs)
{
    const double margin = zh_mention_predict(&m->margin, m->columns, z, 0);
    for (uint32_t l = 0; l < m->arms; l++) {
        costs[l] = l == 0 ? 0 : p[l] * zh_mention_predict(&m->cost[l], m->columns, z, 0) + (1 - p[l]) * m->cost_without[l];
        values[l] = p[l] * margin * m->ratio[l] - costs[l];
    }
}

static void chances(const zh_mention_model *m, const double *z, double *p)
{
    for (uint32_t l = 0; l < m->arms; l++) p[l] = zh_mention_predict(&m->yes, m->columns, z, l);
}

static double likely(double p, bool yes) { return log(fmax(yes ? p : 1 - p, 1e-12)); }

/* One fold: every penalty's chances for the rows held out into `held`[penalty], how likely what they did is into `fits`, and their amounts. */
static zh_err learn_fold(learner *w, uint8_t fold, zh_mention_model *m, double *const held[], double fits[], zh_mention_model *parts)
{
    const zh_mention_log *log = w->log;
    w->count = 0;
    for (size_t i = 0; i < log->rows; i++)
        if (w->fold[i] != fold) w->rows[w->count++] = (uint32_t)i;
    *parts = *m;
    zh_err e = fit_amounts(w, parts);
    for (int t = 0; e == ZH_OK && t < ZH_MENTION_PENALTIES; t++) {
        e = fit_yes(w, penalties[t], t > 0 ? parts->yes.coefs : NULL, &parts->yes);
        for (size_t i = 0; e == ZH_OK && i < log->rows; i++) {
            if (w->fold[i] != fold) continue;
            double *p = held[t] + i * log->arms;
            chances(parts, z_of(w, i), p);
            fits[t] += likely(p[log->arm[i]], log->margin[i] != 0);
        }
    }
    return e;
}

/* Values and costs of every row by models that did not see it; the penalty that was most likely. */
static zh_err hold_out(learner *w, zh_mention_model *m)
{
    const zh_mention_log *log = w->log;
    double *held[ZH_MENTION_PENALTIES], fits[ZH_MENTION_PENALTIES] = { 0 };
    zh_mention_model *parts = ZH_TAKE(w->arena, zh_mention_model, ZH_MENTION_FOLDS);
    m->held_values = ZH_TAKE(w->arena, double, log->rows * log->arms);
    m->held_costs = ZH_TAKE(w->arena, double, log->rows * log->arms);
    bool room = parts != NULL && m->held_values != NULL && m->held_costs != NULL;
    for (int t = 0; t < ZH_MENTION_PENALTIES; t++) room = (held[t] = ZH_TAKE(w->arena, double, log->rows * log->arms)) != NULL && room;
    if (!room) return ZH_NOMEM;
    for (uint8_t f = 0; f < ZH_MENTION_FOLDS; f++) {
        const zh_err e = learn_fold(w, f, m, held, fits, &parts[f]);
        if (e != ZH_OK) return e;
    }
    int best = 0;
    for (int t = 1; t < ZH_MENTION_PENALTIES; t++)
        if (fits[t] > fits[best]) best = t;
    m->penalty = penalties[best];
    for (size_t i = 0; i < log->rows; i++)
        worth(&parts[w->fold[i]], z_of(w, i), held[best] + i * log->arms, m->held_values + i * log->arms, m->held_costs + i * log->arms);
    return ZH_OK;
}

static zh_err learn_all(learner *w, zh_mention_model *m)
{
    const zh_mention_log *log = w->log;
    double missed[ZH_MENTION_ARMS_MAX] = { 0 }, spent[ZH_MENTION_ARMS_MAX] = { 0 };
    for (w->count = 0; w->count < log->rows; w->count++) w->rows[w->count] = (uint32_t)w->count;
    zh_err e = fit_amounts(w, m);
    if (e == ZH_OK) e = fit_yes(w, m->penalty, NULL, &m->yes);
    for (size_t i = 0; e == ZH_OK && i < log->rows; i++) {
        double p[ZH_MENTION_ARMS_MAX], values[ZH_MENTION_ARMS_MAX], costs[ZH_MENTION_ARMS_MAX];
        chances(m, z_of(w, i), p);
        worth(m, z_of(w, i), p, values, costs);
        for (uint32_t l = 0; l < m->arms; l++) m->mean_value[l] += (values[l] - values[0]) / (double)log->rows, m->mean_cost[l] += costs[l] / (double)log->rows;
        const uint32_t l = log->arm[i];
        const double held = m->held_costs[i * m->arms + l], off = log->cost[i] - held;
        missed[l] += off * off, spent[l] += held;
    }
    for (uint32_t l = 1; l < m->arms; l++) m->spread[l] = spent[l] > 0 ? missed[l] / spent[l] : 0;
    return e;
}

static zh_err check(const zh_mention_log *log)
{
    size_t rows[ZH_MENTION_ARMS_MAX] = { 0 };
    if (log->rows > ZH_MENTION_ROWS_MAX || log->columns == 0 || log->columns > ZH_MENTION_COLUMNS_MAX || log->arms > ZH_MENTION_ARMS_MAX) return ZH_FULL;
    for (size_t i = 0; i < log->rows; i++) rows[log->arm[i]]++;
    for (uint32_t l = 0; l < log->arms; l++)
        if (rows[l] < ZH_MENTION_ARM_ROWS_MIN) return ZH_ABSENT;
    return ZH_OK;
}

zh_err zh_mention_learn(zh_mention_model *out, zh_arena *arena, const zh_mention_log *log)
{
    assert(log->arms >= 2);
    zh_err e = check(log);
    if (e != ZH_OK) return e;
    learner w = { .log = log, .arena = arena, .scales = ZH_TAKE(arena, zh_mention_scale, log->columns), .z = ZH_TAKE(arena, double, log->rows * 3 * log->columns),
                  .y = ZH_TAKE(arena, double, log->rows), .fold = ZH_TAKE(arena, uint8_t, log->rows), .rows = ZH_TAKE(arena, uint32_t, log->rows), .some = ZH_TAKE(arena, uint32_t, log->rows) };
    if (w.scales == NULL || w.z == NULL || w.y == NULL || w.fold == NULL || w.rows == NULL || w.some == NULL) return ZH_NOMEM;
    *out = (zh_mention_model){ .columns = log->columns, .arms = log->arms, .scales = w.scales };
    zh_mention_scales(w.scales, log->x, log->rows, log->columns);
    for (size_t i = 0; i < log->rows; i++) {
        zh_mention_columns(w.scales, log->x + i * log->columns, log->columns, w.z + i * 3 * log->columns);
        w.fold[i] = (uint8_t)(zh_rng_at(log->seed, 1, i) % ZH_MENTION_FOLDS);
    }
    e = hold_out(&w, out);
    return e != ZH_OK ? e : learn_all(&w, out);
}

void zh_mention_ask(const zh_mention_model *m, const double *x, double *values, double *costs)
{
    double z[3 * ZH_MENTION_COLUMNS_MAX], p[ZH_MENTION_ARMS_MAX];
    bool known = false;
    for (uint32_t c = 0; c < m->columns; c++) known |= !isnan(x[c]);
    if (!known) {
        memcpy(values, m->mean_value, m->arms * sizeof *values);
        memcpy(costs, m->mean_cost, m->arms * sizeof *costs);
        return;
    }
    zh_mention_columns(m->scales, x, m->columns, z);
    chances(m, z, p);
    worth(m, z, p, values, costs);
    for (uint32_t l = m->arms; l-- > 0;) values[l] -= values[0];
}

/* ---- judging ---- */

typedef struct tally { double sum, squares; } tally;

static void count(tally *t, double x) { t->sum += x, t->squares += x * x; }

static zh_mention_span span_of(tally t, double rows)
{
    const double mean = t.sum / rows, half = 1.959963984540054 * sqrt(fmax(0, t.squares / rows - mean * mean) / fmax(1, rows - 1));
    return (zh_mention_span){ mean, mean - half, mean + half };
}

/* The doubly robust score of a row under an arm; of its profit, or of its cost. */
static double score(const zh_mention_log *log, const double *held, bool of_cost, size_t i, uint32_t arm)
{
    const double told = held[i * log->arms + arm], happened = of_cost ? log->cost[i] : log->margin[i] - log->cost[i];
    return told + (log->arm[i] == arm ? (happened - told) / log->propensity[i] : 0);
}

/* How many of all customers a budget reaches with each offer for everyone; which of them, or nobody, gains most. */
static void judge_everyone(zh_mention_trust *out, const zh_mention_model *m, const zh_mention_log *log, double budget_each)
{
    for (uint32_t l = 0; l < m->arms; l++) {
        tally gain = { 0 }, spend = { 0 };
        for (size_t i = 0; i < log->rows; i++) count(&spend, l == 0 ? 0 : score(log, m->held_costs, true, i, l));
        const double each = spend.sum / (double)log->rows;
        out->share[l] = l == 0 || each <= budget_each ? 1 : budget_each / each;
        for (size_t i = 0; i < log->rows; i++) count(&gain, out->share[l] * (score(log, m->held_values, false, i, l) - score(log, m->held_values, false, i, 0)));
        out->everyone[l].gain = span_of(gain, (double)log->rows);
        out->everyone[l].spend = span_of((tally){ out->share[l] * spend.sum, out->share[l] * out->share[l] * spend.squares }, (double)log->rows);
        if (out->everyone[l].gain.value > out->everyone[out->simple].gain.value) out->simple = l;
    }
}

zh_err zh_mention_judge(zh_mention_trust *out, zh_arena *arena, const zh_mention_model *m, const zh_mention_log *log, double budget_each)
{
    zh_allocation chosen;
    zh_err e = zh_allocate_threshold(&chosen, arena, &(zh_allocate){ .values = m->held_values, .own = m->held_costs, .customers = log->rows, .levels = m->arms,
                                                                     .budget = budget_each * (double)log->rows });
    if (e != ZH_OK) return e;
    *out = (zh_mention_trust){ 0 };
    judge_everyone(out, m, log, budget_each);
    tally gain = { 0 }, spend = { 0 }, lead = { 0 };
    for (size_t i = 0; i < log->rows; i++) {
        const uint32_t l = chosen.level[i];
        const double none = score(log, m->held_values, false, i, 0), more = score(log, m->held_values, false, i, l) - none;
        count(&gain, more);
        count(&spend, l == 0 ? 0 : score(log, m->held_costs, true, i, l));
        count(&lead, more - out->share[out->simple] * (score(log, m->held_values, false, i, out->simple) - none));
    }
    out->learned = (zh_mention_policy){ span_of(gain, (double)log->rows), span_of(spend, (double)log->rows) };
    out->lead = span_of(lead, (double)log->rows);
    out->is_learned = out->lead.low > 0;
    return ZH_OK;
}
