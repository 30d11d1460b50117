/* analyze_clv.c -- `zhun analyze clv`: histories out of a file, a fit, and what it says of customers. */
#include "app/analyze_names.h"
#include "app/analyze_orders.h"
#include "base/time.h"
#include "measure/bgbb.h"
#include "measure/bgnbd.h"
#include "measure/gammagamma.h"
#include "measure/paretonbd.h"
#include "measure/skill.h"

#include <math.h>
#include <stdlib.h>

#define BINS 8 /* of the holdout: 0 .. 6 repeats, 7 and more */
#define TIME_MAX 1e6 /* of t, t_x and T in units of time; 20,000 years in weeks */
#define REPEATS_MAX 1e7

typedef enum model { BGNBD, PARETONBD, BGBB, GAMMAGAMMA, NO_MODEL } model;
static const char *const model_names[] = { "bgnbd", "paretonbd", "bgbb", "gammagamma" };
static const char *const params_of[4][5] = { { "r", "alpha", "a", "b", NULL }, { "r", "alpha", "s", "beta", NULL }, { "alpha", "beta", "gamma", "delta", NULL }, { "p", "q", "v", NULL, NULL } };

typedef struct book {
    zh_clv_history *all; /* one a customer, or one a row of a file of histories */
    double *spend;       /* mean of a repeat purchase; NULL: the file has no money */
    double *holdout;     /* purchases after the calibration; NULL: the file has none */
    size_t count;
    double donors;       /* sum of the weights */
    bool weighted;
    /* of events only */
    double events, units, revenue;
    bool from_events;
} book;

typedef struct fitted {
    model kind;
    double p[4], ll;
    bool is_fit;
} fitted;

/* ---- histories out of purchases ---- */

typedef struct span { int32_t calibrated, last; double unit_days; } span;

static int by_day(const void *a, const void *b)
{
    const zh_purchase *p = a, *q = b;
    if (p->customer != q->customer) return p->customer < q->customer ? -1 : 1;
    return (p->day > q->day) - (p->day < q->day);
}

static span span_of(zh_analyze *job, const zh_purchases *p)
{
    /* by default the first half of the days is learnt from, the second is what forecasts are compared with */
    int64_t calibrated = p->first_day + ((int64_t)p->last_day - p->first_day + 1) / 2 - 1, last = p->last_day;
    const zh_sv end = zh_spec_text(job, "calibration_end", ""), stop = zh_spec_text(job, "holdout_end", "");
    if (zh_sv_equal(end, ZH_SV("all"))) calibrated = last;
    else if (end.size > 0 && !zh_text_day(end, &calibrated)) zh_analyze_fail(job, ZH_RANGE, "'calibration_end' is no date: write one like 2026-11-21, or all");
    if (stop.size > 0 && !zh_text_day(stop, &last)) zh_analyze_fail(job, ZH_RANGE, "'holdout_end' is no date: write one like 2026-11-21");
    if (calibrated < p->first_day) calibrated = p->first_day;
    return (span){ (int32_t)calibrated, (int32_t)last, zh_spec_real(job, "unit_days", 1e-3, 1e4, 7) };
}

/* The purchases of one customer, in order of days. */
static void take_customer(book *b, const zh_purchase *rows, size_t count, const span *s)
{
    zh_clv_history *h = &b->all[b->count];
    double spent = 0, later = 0;
    int32_t day = INT32_MIN, first = rows[0].day, last = first;
    if (first > s->calibrated) return; /* not yet a customer */
    *h = (zh_clv_history){ .weight = 1 };
    for (size_t i = 0; i < count; i++) {
        const bool anew = rows[i].day != day; /* purchases of one day are one */
        day = rows[i].day;
        if (day > s->calibrated) later += anew && day <= s->last;
        else if (day > first) h->x += anew, spent += rows[i].revenue, last = day;
    }
    h->t_x = (last - first) / s->unit_days;
    h->T = (s->calibrated - first) / s->unit_days;
    b->spend[b->count] = h->x > 0 ? spent / h->x : 0;
    if (b->holdout != NULL) b->holdout[b->count] = later;
    b->count++;
}

static void from_events(zh_analyze *job, book *b, const zh_table *t)
{
    zh_purchases p;
    if (zh_purchases_read(job, &p, t)) {
        const span s = span_of(job, &p);
        const size_t customers = zh_names_count(&p.names);
        b->from_events = true;
        b->all = ZH_ROOM(job, zh_clv_history, customers);
        b->spend = ZH_ROOM(job, double, customers);
        if (s.last > s.calibrated) b->holdout = ZH_ROOM(job, double, customers);
        for (size_t i = 0; i < p.count; i++) b->units += p.rows[i].units, b->revenue += p.rows[i].revenue;
        b->events = (double)p.count;
        if (job->failed == ZH_OK) {
            qsort(p.rows, p.count, sizeof *p.rows, by_day);
            for (size_t from = 0, to; from < p.count; from = to) {
                for (to = from; to < p.count && p.rows[to].customer == p.rows[from].customer; to++) {}
                take_customer(b, p.rows + from, to - from, &s);
            }
        }
        b->donors = (double)b->count;
        if (!p.has_revenue) b->spend = NULL;
    }
    zh_purchases_close(&p);
}

/* ---- histories as they stand in a file ---- */

static void from_histories(zh_analyze *job, book *b, const zh_table *t)
{
    const uint32_t x = zh_table_column(job, t, "x", "frequency x repeats", true), t_x = zh_table_column(job, t, "t_x", "recency t_x", true);
    const uint32_t T = zh_table_column(job, t, "T", "T periods n age", true);
    const uint32_t weight = zh_table_column(job, t, "weight", "weights weight donors customers", false);
    const uint32_t spend = zh_table_column(job, t, "mean_spend", "zbar mean_spend monetary_value monetary m", false);
    b->all = ZH_ROOM(job, zh_clv_history, t->rows);
    b->spend = spend == ZH_NO_COLUMN ? NULL : ZH_ROOM(job, double, t->rows);
    b->weighted = weight != ZH_NO_COLUMN;
    for (uint64_t i = 0; i < t->rows && job->failed == ZH_OK; i++) {
        zh_clv_history *h = &b->all[i];
        h->x = zh_table_real_in(job, t, i, x, 0, REPEATS_MAX);
        h->t_x = zh_table_real_in(job, t, i, t_x, 0, TIME_MAX);
        h->T = zh_table_real_in(job, t, i, T, 0, TIME_MAX);
        h->weight = weight == ZH_NO_COLUMN ? 1 : zh_table_real_in(job, t, i, weight, 0, 1e12);
        if (h->t_x > h->T) zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: the last purchase (%.10g) is later than the time observed (%.10g): correct the row", ZH_SV_ARG(t->path), t->lines[i], h->t_x, h->T);
        if (b->spend != NULL) b->spend[i] = zh_table_real_in(job, t, i, spend, 0, 1e15);
        b->donors += h->weight;
    }
    b->count = t->rows;
}

static void read_book(zh_analyze *job, book *b)
{
    zh_table t;
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    const bool events = !t.headed || (zh_table_column(job, &t, "t_x", "recency t_x", false) == ZH_NO_COLUMN);
    if (events) from_events(job, b, &t);
    else from_histories(job, b, &t);
    if (job->failed == ZH_OK && b->count == 0) zh_analyze_fail(job, ZH_ABSENT, "no customer bought by the end of the calibration: give a later 'calibration_end'");
}

/* ---- the model: from the spec, or fitted ---- */

static model model_of(zh_analyze *job, const book *b)
{
    if (zh_spec_has(job, "fit")) return (model)zh_spec_choice(job, "fit", "bgnbd|paretonbd|bgbb|gammagamma", NULL);
    zh_sv text;
    if (zh_json_text(zh_spec_get(job, "params"), &text)) return b->weighted ? BGBB : b->from_events || b->spend == NULL ? BGNBD : GAMMAGAMMA; /* "fit" */
    if (!zh_spec_has(job, "params")) return NO_MODEL;
    if (zh_spec_has(job, "params.p")) return GAMMAGAMMA;
    if (zh_spec_has(job, "params.gamma")) return BGBB;
    return zh_spec_has(job, "params.s") ? PARETONBD : BGNBD;
}

static void read_params(zh_analyze *job, fitted *f)
{
    char key[32];
    for (int i = 0; i < 4 && params_of[f->kind][i] != NULL; i++) {
        snprintf(key, sizeof key, "params.%s", params_of[f->kind][i]);
        f->p[i] = zh_spec_real(job, key, 1e-9, 1e9, ZH_REQUIRED);
    }
}

static zh_bgnbd bgnbd(const fitted *f) { return (zh_bgnbd){ f->p[0], f->p[1], f->p[2], f->p[3] }; }
static zh_paretonbd paretonbd(const fitted *f) { return (zh_paretonbd){ f->p[0], f->p[1], f->p[2], f->p[3] }; }
static zh_bgbb bgbb(const fitted *f) { return (zh_bgbb){ f->p[0], f->p[1], f->p[2], f->p[3] }; }
static zh_gammagamma gammagamma(const fitted *f) { return (zh_gammagamma){ f->p[0], f->p[1], f->p[2] }; }

static bool fit_spend(zh_analyze *job, fitted *f, const book *b, size_t *used)
{
    zh_clv_spend *spends = ZH_ROOM(job, zh_clv_spend, b->count);
    zh_gammagamma m = { 0 };
    *used = 0;
    if (b->spend == NULL) zh_analyze_fail(job, ZH_ABSENT, "the file has no money: give a column of revenue or of mean spend, or fit another model");
    for (size_t i = 0; job->failed == ZH_OK && i < b->count; i++)
        if (b->all[i].x > 0 && b->spend[i] > 0) spends[(*used)++] = (zh_clv_spend){ b->all[i].x, b->spend[i] };
    if (job->failed == ZH_OK && *used < 2) zh_analyze_fail(job, ZH_ABSENT, "fewer than two customers have a repeat purchase with a value: give more data");
    if (job->failed != ZH_OK) return false;
    const bool settled = zh_gammagamma_fit(&m, spends, *used, &f->ll);
    f->p[0] = m.p, f->p[1] = m.q, f->p[2] = m.v;
    return settled;
}

static bool fit_purchases(zh_analyze *job, fitted *f, const book *b)
{
    zh_clv_history *h = ZH_ROOM(job, zh_clv_history, b->count);
    if (h == NULL) return false;
    memcpy(h, b->all, b->count * sizeof *h);
    const size_t count = zh_clv_merge(h, b->count);
    bool settled = false;
    if (f->kind == BGNBD) {
        zh_bgnbd m;
        settled = zh_bgnbd_fit(&m, h, count, &f->ll);
        f->p[0] = m.r, f->p[1] = m.alpha, f->p[2] = m.a, f->p[3] = m.b;
    } else if (f->kind == PARETONBD) {
        zh_paretonbd m;
        settled = zh_paretonbd_fit(&m, h, count, &f->ll);
        f->p[0] = m.r, f->p[1] = m.alpha, f->p[2] = m.s, f->p[3] = m.beta;
    } else {
        zh_bgbb m;
        settled = zh_bgbb_fit(&m, h, count, &f->ll);
        f->p[0] = m.alpha, f->p[1] = m.beta, f->p[2] = m.gamma, f->p[3] = m.delta;
    }
    return settled;
}

/* Whole periods for the discrete model: x <= t_x <= T <= ZH_BGBB_PERIODS_MAX. */
static void check_periods(zh_analyze *job, const book *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const zh_clv_history *h = &b->all[i];
        if (h->x == floor(h->x) && h->t_x == floor(h->t_x) && h->T == floor(h->T) && h->x <= h->t_x && h->T <= ZH_BGBB_PERIODS_MAX && (h->x > 0 || h->t_x == 0)) continue;
        zh_analyze_fail(job, ZH_CORRUPT, "row %zu (%.10g, %.10g, %.10g) is no history of whole periods: give frequency <= recency <= periods", i + 1, h->x, h->t_x, h->T);
        return;
    }
}

static void put_fit(zh_analyze *job, fitted *f, const book *b)
{
    size_t used = b->count;
    if (f->kind == BGBB) check_periods(job, b);
    if (job->failed != ZH_OK) return;
    const bool settled = f->kind == GAMMAGAMMA ? fit_spend(job, f, b, &used) : fit_purchases(job, f, b);
    if (job->failed != ZH_OK) return;
    for (int i = 0; i < 4 && params_of[f->kind][i] != NULL; i++) zh_put_key_real(job->out, params_of[f->kind][i], f->p[i]);
    zh_put_key_real(job->out, "ll", f->ll);
    if (b->weighted) zh_put_key_real(job->out, "donors", b->donors);
    else zh_put_key_count(job->out, "n", used);
    zh_put_key_flag(job->out, "converged", settled);
    zh_put_key_text(job->out, "model", zh_sv_of(model_names[f->kind]));
}

/* ---- what it says ---- */

static double expect(const fitted *f, const zh_clv_history *h, double t)
{
    const zh_bgnbd g = bgnbd(f);
    const zh_paretonbd p = paretonbd(f);
    const zh_bgbb d = bgbb(f);
    if (h == NULL) return f->kind == BGNBD ? zh_bgnbd_expected(&g, t) : f->kind == PARETONBD ? zh_paretonbd_expected(&p, t) : zh_bgbb_expected(&d, t);
    return f->kind == BGNBD ? zh_bgnbd_conditional(&g, h, t) : f->kind == PARETONBD ? zh_paretonbd_conditional(&p, h, t) : zh_bgbb_conditional(&d, h, t);
}

static double alive(const fitted *f, const zh_clv_history *h)
{
    const zh_bgnbd g = bgnbd(f);
    const zh_paretonbd p = paretonbd(f);
    const zh_bgbb d = bgbb(f);
    return f->kind == BGNBD ? zh_bgnbd_alive(&g, h) : f->kind == PARETONBD ? zh_paretonbd_alive(&p, h) : zh_bgbb_alive(&d, h);
}

static void put_customer(zh_analyze *job, const fitted *f)
{
    const zh_clv_history h = { zh_spec_real(job, "x", 0, REPEATS_MAX, ZH_REQUIRED), zh_spec_real(job, "t_x", 0, TIME_MAX, ZH_REQUIRED), zh_spec_real(job, "T", 0, TIME_MAX, ZH_REQUIRED), 1 };
    const double t = zh_spec_real(job, "t", 0, TIME_MAX, -1);
    if (h.t_x > h.T) zh_analyze_fail(job, ZH_RANGE, "'t_x' is later than 'T': the last purchase lies within the time observed");
    if (f->kind == BGBB) check_periods(job, &(book){ .all = (zh_clv_history[]){ h }, .count = 1 });
    if (job->failed != ZH_OK) return;
    const double chance = alive(f, &h);
    if (t >= 0) zh_put_key_real(job->out, "expected", expect(f, &h, t));
    zh_put_key_real(job->out, "p_alive", chance);
    if (f->kind != PARETONBD) return;
    zh_put_key_real(job->out, "p_alive_min", 0); /* what a probability may be, and whether this one is */
    zh_put_key_real(job->out, "p_alive_max", 1);
    zh_put_key_flag(job->out, "finite", isfinite(chance) && chance >= 0 && chance <= 1);
}

static void put_spend(zh_analyze *job, const fitted *f)
{
    const zh_gammagamma m = gammagamma(f);
    zh_put_key_real(job->out, "mean", zh_gammagamma_expected(&m, 0, 0));
    if (!zh_spec_has(job, "x")) return;
    const double x = zh_spec_real(job, "x", 0, REPEATS_MAX, ZH_REQUIRED);
    zh_put_key_real(job->out, "expected_mean", zh_gammagamma_expected(&m, x, x == 0 ? 0 : zh_spec_real(job, "mean_spend", 0, 1e15, ZH_REQUIRED)));
}

static void put_bins(zh_analyze *job, const book *b, const double *forecast)
{
    double sums[BINS][3] = { { 0 } };
    for (size_t i = 0; i < b->count; i++) {
        double *sum = sums[b->all[i].x < BINS - 1 ? (int)b->all[i].x : BINS - 1];
        sum[0]++, sum[1] += b->holdout[i], sum[2] += forecast[i];
    }
    zh_put_key(job->out, "bins");
    zh_json_out_array(job->out);
    for (int i = 0; i < BINS; i++) {
        if (sums[i][0] == 0) continue;
        zh_json_out_object(job->out);
        zh_put_key_count(job->out, "freq", (uint64_t)i);
        zh_put_key_real(job->out, "n", sums[i][0]);
        zh_put_key_real(job->out, "actual", sums[i][1] / sums[i][0]);
        zh_put_key_real(job->out, "expected", sums[i][2] / sums[i][0]);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

/* Forecasts of t for everybody against what came. */
static void put_holdout(zh_analyze *job, const fitted *f, const book *b, double t)
{
    double *forecast = ZH_ROOM(job, double, b->count), *chance = ZH_ROOM(job, double, b->count);
    bool *came = ZH_ROOM(job, bool, b->count);
    size_t *order = ZH_ROOM(job, size_t, b->count);
    double sum = 0, actual = 0;
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < b->count; i++) {
        forecast[i] = expect(f, &b->all[i], t);
        chance[i] = alive(f, &b->all[i]);
        sum += b->all[i].weight * forecast[i];
        if (b->holdout != NULL) actual += b->holdout[i], came[i] = b->holdout[i] > 0;
    }
    zh_put_key_real(job->out, "sum_expected", sum);
    if (b->holdout == NULL) return;
    const zh_skill skill = zh_skill_of(forecast, b->holdout, b->count);
    zh_put_key_real(job->out, "sum_actual", actual);
    zh_put_key_real(job->out, "mae", skill.mean_absolute);
    zh_put_key_real(job->out, "rmse", skill.root_mean_square);
    zh_put_key_real(job->out, "corr", skill.correlation);
    zh_put_key_real(job->out, "auc_by_expected", zh_skill_auc(forecast, came, b->count, order));
    zh_put_key_real(job->out, "auc_by_p_alive", zh_skill_auc(chance, came, b->count, order));
    if (f->kind == BGNBD) zh_put_key_text(job->out, "note", ZH_SV("p_alive is 1 for customers without a repeat: rank by the expected purchases"));
    put_bins(job, b, forecast);
}

/* BG/BB by kinds of donors: a row of the file each. */
static void put_donors(zh_analyze *job, const fitted *f, const book *b)
{
    const int64_t periods = zh_spec_count(job, "periods", 1, ZH_BGBB_PERIODS_MAX, 0);
    char key[96];
    zh_put_key(job->out, "values");
    zh_json_out_object(job->out);
    for (size_t i = 0; i < b->count; i++) {
        snprintf(key, sizeof key, "%.10g,%.10g,%.10g", b->all[i].x, b->all[i].t_x, b->all[i].T);
        zh_put_key_real(job->out, key, alive(f, &b->all[i]));
    }
    zh_json_out_end(job->out);
    if (periods == 0) return;
    double sum = 0;
    for (size_t i = 0; i < b->count; i++) sum += b->all[i].weight * expect(f, &b->all[i], (double)periods);
    zh_put_key_real(job->out, "sum", sum);
}

static void put_book(zh_analyze *job, const book *b)
{
    double repeats = 0, zero = 0, t_x = 0, T = 0, days = 0, active = 0;
    for (size_t i = 0; i < b->count; i++) {
        const zh_clv_history *h = &b->all[i];
        repeats += h->weight * h->x, zero += h->x == 0 ? h->weight : 0, t_x += h->weight * h->t_x, T += h->weight * h->T;
        if (b->holdout != NULL) days += b->holdout[i], active += b->holdout[i] > 0;
    }
    zh_put_key_real(job->out, "customers", b->donors);
    zh_put_key_real(job->out, "repeats", repeats);
    zh_put_key_real(job->out, "zero_repeat", zero);
    zh_put_key_real(job->out, "repeaters", b->donors - zero);
    if (b->holdout != NULL) {
        zh_put_key_real(job->out, "holdout_purchase_days", days);
        zh_put_key_real(job->out, "holdout_active", active);
    }
    zh_put_key_real(job->out, "sum_tx", t_x);
    zh_put_key_real(job->out, "sum_T", T);
    if (!b->from_events) return;
    zh_put_key_real(job->out, "events", b->events);
    zh_put_key_real(job->out, "spend", b->revenue);
    zh_put_key_real(job->out, "units", b->units);
}

static void put_forecasts(zh_analyze *job, const fitted *f, const book *b)
{
    const double t = zh_spec_real(job, "t", 0, TIME_MAX, -1);
    if (zh_spec_has(job, "n")) {
        const int64_t n = zh_spec_count(job, "n", 0, 1000000, 0);
        const zh_bgnbd m = bgnbd(f);
        if (f->kind != BGNBD) zh_analyze_fail(job, ZH_RANGE, "'n' asks for a probability, which only BG/NBD gives here: leave it out");
        else if (t < 0) zh_analyze_fail(job, ZH_RANGE, "'n' needs 't': give the span of time");
        else zh_put_key_real(job->out, "probability", zh_bgnbd_probability(&m, (uint32_t)n, t));
        return;
    }
    if (t >= 0) zh_put_key_real(job->out, "expected", expect(f, NULL, t));
    if (t >= 0 && b->count > 0) put_holdout(job, f, b, t);
    if (f->kind == BGBB && b->count > 0) put_donors(job, f, b);
}

void zh_analyze_clv(zh_analyze *job)
{
    book b = { 0 };
    fitted f = { 0 };
    const bool customer = zh_spec_has(job, "x");
    zh_sv text;
    const bool asks_fit = zh_spec_has(job, "fit") || zh_json_text(zh_spec_get(job, "params"), &text);
    if (asks_fit || !zh_spec_has(job, "params") || (zh_spec_has_file(job, "file") && !customer && !zh_spec_has(job, "n"))) read_book(job, &b);
    if (job->failed != ZH_OK) return;
    f.kind = model_of(job, &b);
    if (job->failed != ZH_OK) return;
    if (f.kind == NO_MODEL) {
        put_book(job, &b);
        return;
    }
    if (asks_fit) put_fit(job, &f, &b);
    else read_params(job, &f);
    if (job->failed != ZH_OK) return;
    if (f.kind == GAMMAGAMMA) put_spend(job, &f);
    else if (customer) put_customer(job, &f);
    else put_forecasts(job, &f, &b);
}
