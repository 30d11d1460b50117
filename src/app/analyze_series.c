/* analyze_series.c -- `zhun analyze trend` and `changepoint`: one series of numbers. */
#include "app/analyze_names.h"
#include "app/analyze_table.h"
#include "measure/changepoint.h"
#include "measure/trend.h"

#include <math.h>

typedef struct series {
    double *values; /* NaN where missing */
    uint32_t count;
} series;

/* `values` as text: "0..359" counts up, "360 equal numbers" is what it says. */
static void from_words(zh_analyze *job, series *s, zh_sv text, uint32_t most)
{
    char copy[64];
    long from, to;
    int used = 0;
    snprintf(copy, sizeof copy, "%.*s", (int)(text.size < 63 ? text.size : 63), text.data == NULL ? "" : text.data);
    const bool range = sscanf(copy, "%9ld..%9ld%n", &from, &to, &used) == 2 && copy[used] == '\0' && to >= from;
    if (!range) {
        used = 0;
        from = 0;
        if (sscanf(copy, "%9ld equal numbers%n", &to, &used) != 1 || used == 0 || copy[used] != '\0' || to < 1) {
            zh_analyze_fail(job, ZH_RANGE, "'values' cannot be '%s': give a list of numbers, or a text like 0..359", copy);
            return;
        }
        to--;
    }
    if (to - from >= (long)most) zh_analyze_fail(job, ZH_FULL, "'values' has over %u numbers: give fewer", most);
    s->values = ZH_ROOM(job, double, (size_t)(to - from + 1));
    for (long v = from; job->failed == ZH_OK && v <= to; v++) s->values[s->count++] = range ? (double)v : 1;
}

static void read_series(zh_analyze *job, series *s, uint32_t most, bool may_miss)
{
    zh_sv text;
    zh_table t;
    const zh_json_value given = zh_spec_get(job, "values");
    *s = (series){ 0 };
    if (zh_json_text(given, &text)) from_words(job, s, text, most);
    else if (zh_json_is(given, ZH_JSON_ARRAY)) {
        s->values = ZH_ROOM(job, double, zh_json_count(given) + 1);
        for (zh_json_iter it = zh_json_walk(given); job->failed == ZH_OK && zh_json_next(&it); s->count++) {
            const bool hole = zh_json_is(it.value, ZH_JSON_NULL) || (zh_json_text(it.value, &text) && zh_sv_equal(text, ZH_SV("nan")));
            if (hole && may_miss) s->values[s->count] = NAN;
            else if (!zh_json_real(it.value, &s->values[s->count])) zh_analyze_fail(job, ZH_RANGE, "'values' has no number at place %u: correct it%s", s->count + 1, may_miss ? ", or write null" : "");
            if (s->count >= most) zh_analyze_fail(job, ZH_FULL, "'values' has over %u numbers: give fewer", most);
        }
    } else if (zh_table_read(job, zh_spec_file(job, "file"), &t)) {
        uint32_t column = zh_table_column(job, &t, "value", "y value x amount count", t.headed && t.columns > 1);
        if (column == ZH_NO_COLUMN) column = t.columns - 1;
        if (job->failed == ZH_OK && t.rows > most) zh_analyze_fail(job, ZH_FULL, "%.*s has over %u rows: give fewer", ZH_SV_ARG(t.path), most);
        s->values = job->failed == ZH_OK ? ZH_ROOM(job, double, t.rows) : NULL;
        for (uint64_t i = 0; job->failed == ZH_OK && i < t.rows; i++) s->values[s->count++] = zh_table_real(job, &t, i, column, may_miss);
    }
    if (job->failed == ZH_OK && s->count == 0) zh_analyze_fail(job, ZH_RANGE, "the series is empty: give at least one number");
}

/* ---- trend ---- */

static void put_trend(zh_analyze *job, const zh_trend *t, bool sen)
{
    zh_put_key_count(job->out, "n", t->n);
    zh_put_key_real(job->out, "s", t->s);
    zh_put_key_real(job->out, "var_s", t->var_s);
    zh_put_key_real(job->out, "z", t->z);
    zh_put_key_real(job->out, "p", t->p);
    zh_put_key_real(job->out, "tau", t->tau);
    zh_put_key_real(job->out, "sen_slope", t->slope);
    if (sen) zh_put_key_real(job->out, "slope", t->slope);
    zh_put_key_real(job->out, "intercept", t->intercept);
}

void zh_analyze_trend(zh_analyze *job)
{
    series s;
    zh_trend t;
    const int correction = zh_spec_choice(job, "correction", "none|Hamed-Rao|Yue-Wang|pre-whitening|trend-free pre-whitening", "none");
    const uint32_t period = (uint32_t)zh_spec_count(job, "period", 2, ZH_TREND_VALUES_MAX, 0), lag = (uint32_t)zh_spec_count(job, "lag", 1, ZH_TREND_VALUES_MAX, 0);
    const zh_sv statistic = zh_spec_text(job, "statistic", "");
    read_series(job, &s, ZH_TREND_VALUES_MAX, true);
    if (job->failed == ZH_OK && period > 0 && correction > 0) zh_analyze_fail(job, ZH_RANGE, "'correction' and 'period' do not go together: give one of them");
    if (job->failed != ZH_OK) return;
    const zh_err e = period > 0 ? zh_trend_seasonal(&t, job->arena, s.values, s.count, period) : zh_trend_of(&t, job->arena, s.values, s.count, (zh_trend_correction)correction, lag);
    if (e == ZH_RANGE) zh_analyze_fail(job, ZH_ABSENT, "the series has too few values that are there: a trend needs three, of a season two");
    else if (e != ZH_OK) zh_analyze_fail(job, e, "out of memory: give a shorter series");
    else put_trend(job, &t, statistic.size > 0);
}

/* ---- change points ---- */

static void put_means(zh_analyze *job, const char *key, const series *s, const zh_changepoints *c)
{
    zh_put_key(job->out, key);
    zh_json_out_array(job->out);
    for (uint32_t i = 0, from = 0; i <= c->count; i++) {
        const uint32_t to = i == c->count ? s->count : c->breaks[i];
        double sum = 0;
        for (uint32_t k = from; k < to; k++) sum += s->values[k];
        zh_put_real(job->out, sum / (to - from));
        from = to;
    }
    zh_json_out_end(job->out);
}

void zh_analyze_changepoint(zh_analyze *job)
{
    series s;
    zh_changepoints c, one;
    const double penalty = zh_spec_real(job, "penalty", 0, 1e300, -1);
    const int64_t changes = zh_spec_count(job, "changes", 0, ZH_CHANGEPOINT_CHANGES_MAX, -1);
    read_series(job, &s, ZH_CHANGEPOINT_VALUES_MAX, false);
    if (job->failed == ZH_OK && (penalty >= 0) == (changes >= 0)) zh_analyze_fail(job, ZH_RANGE, "changepoint needs 'changes' or 'penalty': give one of them");
    if (job->failed == ZH_OK && changes >= (int64_t)s.count) zh_analyze_fail(job, ZH_RANGE, "'changes' is %lld for %u values: a segment has at least one", (long long)changes, s.count);
    if (job->failed != ZH_OK) return;
    zh_err e = changes >= 0 ? zh_changepoint_exact(&c, job->arena, s.values, s.count, (uint32_t)changes) : zh_changepoint_penalised(&c, job->arena, s.values, s.count, penalty);
    if (e == ZH_OK && s.count > 1) e = zh_changepoint_exact(&one, job->arena, s.values, s.count, 1);
    if (e != ZH_OK) {
        zh_analyze_fail(job, e, "out of memory: give a shorter series");
        return;
    }
    zh_put_key_count(job->out, "n", s.count);
    zh_put_key(job->out, "breaks");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < c.count; i++) zh_json_out_uint(job->out, c.breaks[i]);
    zh_json_out_end(job->out);
    zh_put_key_real(job->out, "rss", c.rss);
    put_means(job, "means", &s, &c);
    if (s.count > 1) put_means(job, "means_with_one_change", &s, &one);
}
