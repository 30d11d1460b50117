/* analyze_forecast.c -- `zhun analyze forecast`: one series, and what comes after it. */
#include "app/analyze_forecast.h"
#include "app/analyze_names.h"
#include "measure/ets_choice.h"
#include "measure/holtwinters.h"

#define FIRST_SHOWN 5   /* fitted values */
#define FILTER_AHEAD 4  /* of a model that is given whole */
#define SEED 1          /* of the paths behind intervals: the same question has the same answer */

static bool is_seasonal_kind(zh_analyze *job, const char *key) /* true: ratios */
{
    return zh_spec_choice(job, key, "add|mult", NULL) == 1;
}

static uint32_t horizon_of(zh_analyze *job, uint32_t fallback)
{
    return (uint32_t)zh_spec_count(job, "horizon", 1, ZH_ETS_HORIZON_MAX, fallback);
}

static void put_list(zh_analyze *job, uint32_t horizon, const double *said)
{
    char key[32];
    snprintf(key, sizeof key, "forecast_%u", horizon);
    zh_put_key_reals(job->out, key, said, horizon);
}

static bool needs_season(zh_analyze *job, const zh_dated *d)
{
    if (job->failed == ZH_OK && d->period < 2) zh_analyze_fail(job, ZH_RANGE, "seasons need 'period', the values until they come again: 12 for months, 7 for days");
    else if (job->failed == ZH_OK && d->count <= 2 * d->period) zh_analyze_fail(job, ZH_ABSENT, "%u values are too few for a period of %u: seasons need over two periods", d->count, d->period);
    return job->failed == ZH_OK;
}

/* ---- Holt-Winters, smoothing, decomposition ---- */

static void put_decomposition(zh_analyze *job, const zh_dated *d)
{
    double figure[ZH_SEASON_PERIOD_MAX];
    const bool times = is_seasonal_kind(job, "kind");
    if (!needs_season(job, d)) return;
    if (zh_season_of(figure, d->values, d->count, d->period, times) != ZH_OK) zh_analyze_fail(job, ZH_ABSENT, "the series goes through 0 and has no ratios: give kind=add");
    else zh_put_key_reals(job->out, "figure", figure, d->period);
}

static void put_ahead(zh_analyze *job, const zh_holtwinters *hw)
{
    const uint32_t horizon = horizon_of(job, ZH_FORECAST_HORIZON);
    double *said = ZH_ROOM(job, double, horizon);
    for (uint32_t h = 0; said != NULL && h < horizon; h++) said[h] = zh_holtwinters_forecast(hw, h + 1);
    if (said != NULL) put_list(job, horizon, said);
}

static void put_filter(zh_analyze *job, const zh_dated *d)
{
    zh_holtwinters hw = { .period = d->period, .times = is_seasonal_kind(job, "seasonal"), .alpha = zh_spec_real(job, "alpha", 0, 1, ZH_REQUIRED),
                          .beta = zh_spec_real(job, "beta", 0, 1, ZH_REQUIRED), .gamma = zh_spec_real(job, "gamma", 0, 1, ZH_REQUIRED),
                          .level = zh_spec_real(job, "start.level", -1e300, 1e300, ZH_REQUIRED), .trend = zh_spec_real(job, "start.trend", -1e300, 1e300, ZH_REQUIRED) };
    size_t seasons;
    const double *season = zh_spec_reals(job, "start.seasonal", -1e300, 1e300, &seasons);
    if (!needs_season(job, d)) return;
    if (seasons != d->period) {
        zh_analyze_fail(job, ZH_RANGE, "'start.seasonal' has %zu numbers and the period is %u: give one for each season", seasons, d->period);
        return;
    }
    memcpy(hw.season, season, seasons * sizeof *season);
    double *fitted = ZH_ROOM(job, double, d->count);
    if (fitted == NULL) return;
    const double sse = zh_holtwinters_run(&hw, d->values, d->count, fitted);
    const uint32_t shown = d->count - d->period;
    zh_put_key_real(job->out, "sse", sse);
    zh_put_key_real(job->out, "level", hw.level);
    zh_put_key_real(job->out, "trend", hw.trend);
    zh_put_key_reals(job->out, "first_fitted", fitted, shown < FIRST_SHOWN ? shown : FIRST_SHOWN);
    put_ahead(job, &hw);
}

static void put_holtwinters(zh_analyze *job, const zh_dated *d)
{
    zh_holtwinters hw = { .period = d->period, .times = is_seasonal_kind(job, "seasonal") };
    double sse;
    if (!needs_season(job, d)) return;
    if (zh_holtwinters_fit(&hw, d->values, d->count, &sse) != ZH_OK) {
        zh_analyze_fail(job, ZH_ABSENT, "the series goes through 0 and has no ratios: give seasonal=add");
        return;
    }
    zh_put_key_real(job->out, "alpha", hw.alpha);
    zh_put_key_real(job->out, "beta", hw.beta);
    zh_put_key_real(job->out, "gamma", hw.gamma);
    zh_put_key_real(job->out, "sse", zh_holtwinters_run(&hw, d->values, d->count, NULL));
    put_ahead(job, &hw);
}

static void put_smoothing(zh_analyze *job, const zh_dated *d)
{
    double level;
    if (job->failed == ZH_OK && d->count < 3) zh_analyze_fail(job, ZH_ABSENT, "%u values are too few to be smoothed: give at least 3", d->count);
    if (job->failed != ZH_OK) return;
    const double alpha = zh_smoothing_fit(d->values, d->count);
    zh_put_key_real(job->out, "alpha", alpha);
    zh_put_key_real(job->out, "sse", zh_smoothing_run(alpha, d->values, d->count, &level));
    zh_put_key_real(job->out, "forecast", level);
}

/* ---- a state space that is given whole ---- */

static void read_state(zh_analyze *job, zh_ets *m, const zh_dated *d)
{
    size_t count, at = 0;
    const double *initial = zh_spec_reals(job, "initial", -1e300, 1e300, &count);
    m->error = zh_spec_choice(job, "error", "A|M", NULL) == 0 ? ZH_ETS_ADDED : ZH_ETS_TIMES;
    m->trend = (zh_ets_part)zh_spec_choice(job, "trend", "N|A|M", NULL);
    m->season = (zh_ets_part)zh_spec_choice(job, "seasonal", "N|A|M", NULL);
    m->damped = zh_spec_flag(job, "damped", false);
    m->alpha = zh_spec_real(job, "alpha", 1e-12, 1, ZH_REQUIRED);
    m->beta = m->trend == ZH_ETS_NONE ? 0 : zh_spec_real(job, "beta", 0, 1, ZH_REQUIRED);
    m->gamma = m->season == ZH_ETS_NONE ? 0 : zh_spec_real(job, "gamma", 0, 1, ZH_REQUIRED);
    m->phi = m->damped ? zh_spec_real(job, "phi", 0, 1, ZH_REQUIRED) : 1;
    m->period = m->season == ZH_ETS_NONE ? 1 : d->period;
    const size_t wanted = 1u + (m->trend != ZH_ETS_NONE ? 1u : 0) + (m->season == ZH_ETS_NONE ? 0 : m->period);
    if (job->failed == ZH_OK && count != wanted) zh_analyze_fail(job, ZH_RANGE, "'initial' has %zu numbers: this model needs %zu, the level, the growth if any, and the seasons, newest first", count, wanted);
    if (job->failed != ZH_OK) return;
    m->level = initial[at++];
    if (m->trend != ZH_ETS_NONE) m->growth = initial[at++];
    for (uint32_t s = m->period; m->season != ZH_ETS_NONE && s > 0; s--) m->seasons[s - 1] = initial[at++];
}

static void put_state_space(zh_analyze *job, const zh_dated *d)
{
    zh_ets m = { 0 };
    read_state(job, &m, d);
    const uint32_t horizon = horizon_of(job, FILTER_AHEAD);
    double *fitted = ZH_ROOM(job, double, d->count), *said = ZH_ROOM(job, double, horizon), sum = 0;
    if (said == NULL) return;
    const zh_ets_said run = zh_ets_run(&m, d->values, d->count, fitted);
    zh_ets_forecast(&m, horizon, said);
    for (uint32_t t = 0; t < d->count; t++) sum += fitted[t];
    zh_put_key_reals(job->out, "fitted_first5", fitted, d->count < FIRST_SHOWN ? d->count : FIRST_SHOWN);
    zh_put_key_real(job->out, "fitted_last", fitted[d->count - 1]);
    zh_put_key_real(job->out, "sum_fitted", sum);
    zh_put_key_reals(job->out, "forecast", said, horizon);
    zh_put_key_real(job->out, "loglik", run.loglik);
}

/* ---- what a model says of the values to come ---- */

typedef struct foreseen {
    double *said;
    zh_ets_band *bands;    /* NULL: the method has none */
    zh_ets_choice choice;  /* count 0 where nothing was chosen */
    zh_ets_fitted fitted;
    bool smooths;          /* fitted is there */
    uint32_t held;
} foreseen;

static void fit_or_choose(zh_analyze *job, const zh_forecast_asked *asked, const double *values, uint32_t count, uint32_t period, uint32_t horizon, foreseen *out)
{
    static const char *const smoothed[] = { [ZH_FORECAST_SES] = "ANN", [ZH_FORECAST_HOLT] = "AAN", [ZH_FORECAST_DAMPED] = "AAdN" };
    zh_ets model = asked->model;
    const bool named = asked->way == ZH_FORESEE_METHOD;
    out->smooths = !named || (asked->method >= ZH_FORECAST_SES && asked->method <= ZH_FORECAST_DAMPED);
    zh_err e;
    if (asked->way == ZH_FORESEE_CHOOSE) {
        out->held = zh_ets_held(count, period, horizon);
        e = zh_ets_choose(&out->choice, job->arena, values, count, period, out->held);
        out->fitted = out->choice.fitted;
    } else if (out->smooths) {
        if (named) zh_ets_parse(&model, zh_sv_of(smoothed[asked->method]));
        model.period = model.season == ZH_ETS_NONE ? 1 : period;
        e = zh_ets_fit(&out->fitted, &model, values, count, named ? ZH_ETS_SQUARES : ZH_ETS_LIKELIHOOD);
    } else e = zh_forecast(asked->method, job->arena, values, count, period, horizon, out->said);
    if (e == ZH_OK && out->smooths) zh_ets_forecast(&out->fitted.last, horizon, out->said);
    if (e == ZH_RANGE)
        zh_analyze_fail(job, ZH_ABSENT, "no model of this kind fits %u values with a period of %u: give more (seasons need two periods, relative parts values above 0) or take model=naive", count, period);
    else if (e != ZH_OK) zh_analyze_fail(job, e, "out of memory: give a shorter series");
}

static void foresee(zh_analyze *job, const zh_dated *d, uint32_t count, uint32_t horizon, foreseen *out)
{
    const zh_forecast_asked asked = zh_forecast_model(job);
    *out = (foreseen){ .said = ZH_ROOM(job, double, horizon) };
    if (job->failed == ZH_OK && asked.way == ZH_FORESEE_ETS && asked.model.season != ZH_ETS_NONE) needs_season(job, d);
    if (job->failed == ZH_OK) fit_or_choose(job, &asked, d->values, count, d->period, horizon, out);
}

/* `train` "to 1958-12", `test` "1959-01..1960-12": forecasts of months that were held out. */
static void put_held_out(zh_analyze *job, const zh_dated *d)
{
    const zh_sv train = zh_spec_text(job, "train", NULL), test = zh_spec_text(job, "test", NULL);
    if (job->failed == ZH_OK && (!zh_sv_starts(train, ZH_SV("to ")) || test.size != 16)) zh_analyze_fail(job, ZH_RANGE, "'train' and 'test' are months: write them like \"to 1958-12\" and \"1959-01..1960-12\"");
    if (job->failed != ZH_OK) return;
    const uint32_t known = zh_dated_month(job, d, zh_sv_part(train, 3, SIZE_MAX)) + 1;
    const uint32_t from = zh_dated_month(job, d, zh_sv_part(test, 0, 7)), to = zh_dated_month(job, d, zh_sv_part(test, 9, 7));
    if (job->failed == ZH_OK && (from != known || to < from || to - from >= ZH_ETS_HORIZON_MAX)) zh_analyze_fail(job, ZH_RANGE, "'test' does not go on where 'train' ends: begin it with the next month, and give at most %d", ZH_ETS_HORIZON_MAX);
    if (job->failed == ZH_OK && known <= d->period) zh_analyze_fail(job, ZH_ABSENT, "'train' has %u values and the period is %u: give more than a period", known, d->period);
    foreseen f;
    if (job->failed != ZH_OK) return;
    foresee(job, d, known, to - from + 1, &f);
    if (job->failed != ZH_OK) return;
    const zh_forecast_errors e = zh_forecast_judge(d->values + from, f.said, to - from + 1, d->values, known, d->period);
    zh_put_key_real(job->out, "rmse", e.rmse);
    zh_put_key_real(job->out, "mae", e.mae);
    zh_put_key_real(job->out, "mape", e.mape);
    zh_put_key_real(job->out, "smape", e.smape);
    zh_put_key_real(job->out, "mase", e.mase);
}

/* ---- the answer for people ---- */

static void put_choice(zh_analyze *job, const zh_dated *d, const foreseen *f)
{
    enum { WHY_BYTES = 120 };
    char why[WHY_BYTES], name[ZH_ETS_NAME_BYTES];
    if (f->held > 0) snprintf(why, sizeof why, "the smallest mean error on the last %u values, held out", f->held);
    else snprintf(why, sizeof why, "the smallest AICc: %u values are too few to hold some out", d->count);
    zh_put_key_text(job->out, "chosen_by", zh_sv_of(why));
    zh_put_key(job->out, "candidates");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < f->choice.count; i++) {
        const zh_ets_candidate *c = &f->choice.candidates[i];
        zh_ets_name(&c->model, name);
        zh_json_out_object(job->out);
        zh_put_key_text(job->out, "model", zh_sv_of(name));
        zh_put_key_real(job->out, "aicc", c->aicc);
        if (f->held > 0) zh_put_key_real(job->out, "held_mae", c->mae);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void put_fitted(zh_analyze *job, const zh_ets_fitted *f)
{
    const zh_ets *m = &f->first;
    char key[16];
    zh_put_key(job->out, "parameters");
    zh_json_out_object(job->out);
    zh_put_key_real(job->out, "alpha", m->alpha);
    if (m->trend != ZH_ETS_NONE) zh_put_key_real(job->out, "beta", m->beta);
    if (m->season != ZH_ETS_NONE) zh_put_key_real(job->out, "gamma", m->gamma);
    if (m->damped) zh_put_key_real(job->out, "phi", m->phi);
    zh_put_key_real(job->out, "l", m->level);
    if (m->trend != ZH_ETS_NONE) zh_put_key_real(job->out, "b", m->growth);
    for (uint32_t s = 0; m->season != ZH_ETS_NONE && s < m->period; s++) { /* newest first */
        snprintf(key, sizeof key, "s%u", s);
        zh_put_key_real(job->out, key, m->seasons[m->period - 1 - s]);
    }
    zh_json_out_end(job->out);
    zh_put_key_real(job->out, "loglik", f->loglik);
    zh_put_key_real(job->out, "aic", f->aic);
    zh_put_key_real(job->out, "aicc", f->aicc);
    zh_put_key_real(job->out, "bic", f->bic);
    zh_put_key_real(job->out, "sigma2", f->sigma2);
}

static void put_steps(zh_analyze *job, const zh_dated *d, const foreseen *f, uint32_t horizon)
{
    zh_put_key(job->out, "forecasts");
    zh_json_out_array(job->out);
    for (uint32_t h = 0; job->failed == ZH_OK && h < horizon; h++) {
        const zh_sv label = zh_dated_label(job, d, d->count + h);
        zh_json_out_object(job->out);
        if (label.size > 0) zh_put_key_text(job->out, "time", label);
        else zh_put_key_count(job->out, "step", h + 1);
        zh_put_key_real(job->out, "forecast", f->said[h]);
        if (f->bands != NULL) {
            zh_put_key_real(job->out, "low_80", f->bands[h].low_80);
            zh_put_key_real(job->out, "high_80", f->bands[h].high_80);
            zh_put_key_real(job->out, "low_95", f->bands[h].low_95);
            zh_put_key_real(job->out, "high_95", f->bands[h].high_95);
        }
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void put_forecast(zh_analyze *job, const zh_dated *d)
{
    foreseen f;
    char name[ZH_ETS_NAME_BYTES];
    const uint32_t horizon = horizon_of(job, ZH_FORECAST_HORIZON);
    foresee(job, d, d->count, horizon, &f);
    if (job->failed == ZH_OK && f.smooths) f.bands = ZH_ROOM(job, zh_ets_band, horizon);
    if (job->failed == ZH_OK && f.smooths && zh_ets_bands(&f.fitted.last, f.fitted.sigma2, SEED, job->arena, horizon, f.bands) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "out of memory: ask for a shorter horizon");
    if (job->failed != ZH_OK) return;
    if (f.smooths) zh_ets_name(&f.fitted.first, name);
    zh_put_key_count(job->out, "n", d->count);
    zh_put_key_count(job->out, "period", d->period);
    zh_put_key_text(job->out, "model", f.smooths ? zh_sv_of(name) : zh_spec_text(job, "model", ""));
    if (f.choice.count > 0) put_choice(job, d, &f);
    if (f.smooths) put_fitted(job, &f.fitted);
    put_list(job, horizon, f.said);
    put_steps(job, d, &f, horizon);
}

zh_forecast_asked zh_forecast_model(zh_analyze *job)
{
    static const struct { const char *name; zh_forecast_method method; } names[] = {
        { "naive", ZH_FORECAST_NAIVE }, { "last value", ZH_FORECAST_NAIVE }, { "drift", ZH_FORECAST_DRIFT }, { "last value + mean step", ZH_FORECAST_DRIFT },
        { "mean4", ZH_FORECAST_MEAN4 }, { "mean of last 4", ZH_FORECAST_MEAN4 }, { "snaive", ZH_FORECAST_SNAIVE },
        { "ses", ZH_FORECAST_SES }, { "simple exponential smoothing", ZH_FORECAST_SES }, { "holt", ZH_FORECAST_HOLT }, { "Holt", ZH_FORECAST_HOLT },
        { "damped", ZH_FORECAST_DAMPED }, { "damped Holt", ZH_FORECAST_DAMPED }, { "theta", ZH_FORECAST_THETA },
        { "theta (seasonally adjusted multiplicatively)", ZH_FORECAST_THETA }, { "comb", ZH_FORECAST_COMB },
    };
    const zh_sv given = zh_spec_text(job, "model", "auto");
    zh_forecast_asked out = { .way = ZH_FORESEE_CHOOSE };
    if (zh_sv_equal(given, ZH_SV("auto"))) return out;
    out.way = ZH_FORESEE_METHOD;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_sv_equal(given, zh_sv_of(names[i].name))) {
            out.method = names[i].method;
            return out;
        }
    out.way = ZH_FORESEE_ETS;
    if (!zh_ets_parse(&out.model, given))
        zh_analyze_fail(job, ZH_RANGE, "'model' cannot be '%.*s': give auto, a state space like MAM or ETS(M,Ad,M), or naive, drift, mean4, snaive, ses, holt, damped, theta, comb",
                        (int)(given.size < 40 ? given.size : 40), given.data == NULL ? "" : given.data);
    return out;
}

void zh_analyze_forecast(zh_analyze *job)
{
    zh_dated d;
    zh_dated_read(job, &d);
    if (job->failed != ZH_OK) return;
    if (d.wide) zh_forecast_many(job);
    else if (zh_spec_has(job, "kind")) put_decomposition(job, &d);
    else if (zh_spec_has(job, "start")) put_filter(job, &d);
    else if (zh_spec_has(job, "initial")) put_state_space(job, &d);
    else if (zh_spec_has(job, "minimise")) {
        if (zh_spec_choice(job, "minimise", "sse", NULL) == 0 && zh_spec_has(job, "seasonal")) put_holtwinters(job, &d);
        else put_smoothing(job, &d);
    } else if (zh_spec_has(job, "train") || zh_spec_has(job, "test")) put_held_out(job, &d);
    else put_forecast(job, &d);
}
