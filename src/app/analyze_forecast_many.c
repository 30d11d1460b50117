/* analyze_forecast_many.c -- many series, a row each: how long they are, and how far off a method is on what came after them. */
#include "app/analyze_forecast.h"
#include "app/analyze_table.h"

typedef struct series_set {
    zh_table t;
    uint32_t *counts; /* of each row, without the blanks behind it */
} series_set;

static bool is_blank(zh_sv cell) { return cell.size == 0 || zh_sv_equal(cell, ZH_SV("NA")); }

/* Column 0 names the series. */
static void read_set(zh_analyze *job, zh_sv path, series_set *out)
{
    if (!zh_table_read(job, path, &out->t)) return;
    const zh_table *t = &out->t;
    if (t->rows > ZH_FORECAST_SERIES_MAX || t->columns - 1 > ZH_FORECAST_VALUES_MAX)
        zh_analyze_fail(job, ZH_FULL, "%.*s has over %d series, or one of over %d values: give fewer", ZH_SV_ARG(path), ZH_FORECAST_SERIES_MAX, ZH_FORECAST_VALUES_MAX);
    out->counts = ZH_ROOM(job, uint32_t, t->rows);
    for (uint64_t row = 0; job->failed == ZH_OK && row < t->rows; row++) {
        uint32_t count = t->columns - 1;
        while (count > 0 && is_blank(zh_table_cell(t, row, count))) count--;
        if (count == 0) zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: the series has no values: leave it out", ZH_SV_ARG(path), t->lines[row]);
        out->counts[row] = count;
    }
}

/* What came after `..._train...` is in `..._test...`, where no second --in says otherwise. */
static zh_sv test_path(zh_analyze *job, zh_sv train)
{
    static const char from[] = "_train", to[] = "_test";
    if (job->files_count > 1) return job->files[1];
    for (size_t i = train.size; i-- > 0;) { /* the last one: folders may be called so too */
        if (!zh_sv_starts(zh_sv_part(train, i, SIZE_MAX), ZH_SV("_train"))) continue;
        char *path = ZH_ROOM(job, char, train.size);
        if (path == NULL) return (zh_sv){ 0 };
        const size_t rest = train.size - i - (sizeof from - 1);
        memcpy(path, train.data, i);
        memcpy(path + i, to, sizeof to - 1);
        memcpy(path + i + sizeof to - 1, train.data + i + sizeof from - 1, rest);
        return (zh_sv){ path, i + sizeof to - 1 + rest };
    }
    zh_analyze_fail(job, ZH_RANGE, "%.*s holds many series: give what came after them as a second --in", ZH_SV_ARG(train));
    return (zh_sv){ 0 };
}

static void put_lengths(zh_analyze *job, const series_set *known, uint32_t horizon)
{
    uint64_t total = 0;
    uint32_t shortest = known->counts[0], longest = 0;
    for (uint64_t row = 0; row < known->t.rows; row++) {
        const uint32_t n = known->counts[row];
        total += n;
        if (n < shortest) shortest = n;
        if (n > longest) longest = n;
    }
    zh_put_key_count(job->out, "series", known->t.rows);
    zh_put_key_count(job->out, "horizon", horizon);
    zh_put_key_count(job->out, "obs", total);
    zh_put_key_count(job->out, "shortest", shortest);
    zh_put_key_count(job->out, "longest", longest);
}

static void read_row(zh_analyze *job, const series_set *set, uint64_t row, double *into)
{
    for (uint32_t i = 0; job->failed == ZH_OK && i < set->counts[row]; i++) into[i] = zh_table_real(job, &set->t, row, i + 1, false);
}

static void put_errors(zh_analyze *job, const series_set *known, const series_set *after, uint32_t horizon)
{
    const zh_forecast_asked asked = zh_forecast_model(job);
    const uint32_t period = (uint32_t)zh_spec_count(job, "period", 1, ZH_SEASON_PERIOD_MAX, 1);
    double *x = ZH_ROOM(job, double, known->t.columns), *actual = ZH_ROOM(job, double, after->t.columns), *said = ZH_ROOM(job, double, horizon), smape = 0, mase = 0;
    if (job->failed == ZH_OK && asked.way != ZH_FORESEE_METHOD) zh_analyze_fail(job, ZH_RANGE, "'model' is for one series, and the file holds many: give one of naive, drift, mean4, snaive, ses, holt, damped, theta, comb");
    zh_arena room = zh_arena_open(ZH_ANALYZE_BYTES_MAX); /* of one series */
    for (uint64_t row = 0; job->failed == ZH_OK && row < known->t.rows; row++) {
        read_row(job, known, row, x);
        read_row(job, after, row, actual);
        if (job->failed != ZH_OK) break;
        zh_arena_reset(&room);
        const uint32_t n = known->counts[row];
        const zh_err e = n <= period ? ZH_RANGE : zh_forecast(asked.method, &room, x, n, period, horizon, said);
        if (e == ZH_RANGE) zh_analyze_fail(job, ZH_ABSENT, "%.*s, line %u: %u values are too few for this model: leave the series out or take naive", ZH_SV_ARG(known->t.path), known->t.lines[row], n);
        else if (e != ZH_OK) zh_analyze_fail(job, e, "out of memory: give fewer or shorter series");
        const zh_forecast_errors errors = zh_forecast_judge(actual, said, horizon, x, n, period);
        smape += errors.smape / (double)known->t.rows;
        mase += errors.mase / (double)known->t.rows;
    }
    zh_arena_close(&room);
    if (job->failed != ZH_OK) return;
    zh_put_key_real(job->out, "smape", smape);
    zh_put_key_real(job->out, "mase", mase);
}

void zh_forecast_many(zh_analyze *job)
{
    series_set known = { 0 }, after = { 0 };
    const zh_sv path = zh_spec_file(job, "file");
    read_set(job, path, &known);
    if (job->failed == ZH_OK) read_set(job, test_path(job, path), &after);
    if (job->failed != ZH_OK) return;
    const uint32_t horizon = after.counts[0];
    if (after.t.rows != known.t.rows) zh_analyze_fail(job, ZH_CORRUPT, "%.*s has %llu series and %.*s has %llu: give the same ones", ZH_SV_ARG(path), (unsigned long long)known.t.rows, ZH_SV_ARG(after.t.path), (unsigned long long)after.t.rows);
    for (uint64_t row = 0; job->failed == ZH_OK && row < known.t.rows; row++) {
        if (after.counts[row] != horizon) zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: %u values, where the first has %u: give as many of each", ZH_SV_ARG(after.t.path), after.t.lines[row], after.counts[row], horizon);
        else if (!zh_sv_equal(zh_table_cell(&known.t, row, 0), zh_table_cell(&after.t, row, 0)))
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: another series than in %.*s: put them in one order", ZH_SV_ARG(after.t.path), after.t.lines[row], ZH_SV_ARG(path));
    }
    if (job->failed != ZH_OK) return;
    put_lengths(job, &known, horizon);
    if (zh_spec_has(job, "model")) put_errors(job, &known, &after, horizon);
}
