/* analyze_forecast_series.c -- a series with its calendar, as a file or a question gives it. */
#include "app/analyze_forecast.h"
#include "app/analyze_table.h"
#include "base/time.h"

#include <math.h>

#define YEAR_LEAST 1000 /* below, a number in a column of times is a place */
#define YEAR_MOST 3000
#define MS_A_DAY 86400000
#define DAY_MOST 2932896 /* 9999-12-31: no calendar of ours goes further */

/* ---- times ---- */

/* Months or days since 1970; ZH_DATED_NOT where the cell is a mere number. The job fails where it is no time at all. */
static zh_dated_by read_moment(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, int64_t *out)
{
    const zh_sv cell = zh_table_cell(t, row, column);
    char month[16];
    double number;
    int64_t day;
    if (zh_text_day(cell, out)) return ZH_DATED_DAYS;
    if (zh_text_real(cell, &number)) {
        if (!(number >= YEAR_LEAST && number < YEAR_MOST)) return ZH_DATED_NOT;
        *out = llround((number - 1970) * 12);
        return fabs((number - 1970) * 12 - (double)*out) < 0.02 ? ZH_DATED_MONTHS : ZH_DATED_NOT;
    }
    if (cell.size == 7) {
        snprintf(month, sizeof month, "%.*s-01", ZH_SV_ARG(cell));
        if (zh_text_day(zh_sv_of(month), &day)) {
            const zh_civil c = zh_civil_of(day * MS_A_DAY);
            *out = (c.year - 1970) * 12 + c.month - 1;
            return ZH_DATED_MONTHS;
        }
    }
    zh_table_day(job, t, row, column); /* says what a time looks like */
    return ZH_DATED_NOT;
}

/* Days that are all the same one of their month, or near its end, are months. */
static bool as_months(int64_t *moments, uint32_t count)
{
    const unsigned first = zh_civil_of(moments[0] * MS_A_DAY).day;
    for (uint32_t i = 1; i < count; i++) {
        const unsigned day = zh_civil_of(moments[i] * MS_A_DAY).day;
        if (moments[i] - moments[i - 1] < 28 || (day != first && (day < 28 || first < 28))) return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const zh_civil c = zh_civil_of(moments[i] * MS_A_DAY);
        moments[i] = (c.year - 1970) * 12 + c.month - 1;
    }
    return true;
}

static void check_steps(zh_analyze *job, const zh_table *t, zh_dated *d, const int64_t *moments)
{
    for (uint32_t i = 1; job->failed == ZH_OK && i < d->count; i++) {
        const int64_t step = moments[i] - moments[i - 1];
        const char *unit = d->by == ZH_DATED_MONTHS ? "months" : "days";
        if (step <= 0) zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: its time is not after the one before: sort the rows, one a moment", ZH_SV_ARG(t->path), t->lines[i]);
        else if (step != d->step)
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: %lld %s after the one before, where the first two are %lld apart: fill the gap (0 where nothing happened) or cut the series there",
                            ZH_SV_ARG(t->path), t->lines[i], (long long)step, unit, (long long)d->step);
    }
}

/* Values until the calendar comes again: a year of months, quarters or weeks, a week of days. */
static uint32_t period_of(const zh_dated *d)
{
    if (d->by == ZH_DATED_MONTHS && d->step > 0 && d->step < 12 && 12 % d->step == 0) return (uint32_t)(12 / d->step);
    if (d->by == ZH_DATED_DAYS) return d->step == 1 ? 7 : d->step == 7 ? 52 : 1;
    return 1;
}

static void read_times(zh_analyze *job, const zh_table *t, uint32_t column, zh_dated *d)
{
    int64_t *moments = ZH_ROOM(job, int64_t, d->count);
    for (uint32_t i = 0; job->failed == ZH_OK && i < d->count; i++) {
        const zh_dated_by by = read_moment(job, t, i, column, &moments[i]);
        if (i == 0) d->by = by;
        else if (job->failed == ZH_OK && by != d->by && (by == ZH_DATED_DAYS || d->by == ZH_DATED_DAYS))
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u: its time is written otherwise than those before: write them alike", ZH_SV_ARG(t->path), t->lines[i]);
        else if (by != d->by) d->by = ZH_DATED_NOT; /* years with fractions that are no months */
    }
    if (job->failed != ZH_OK || d->by == ZH_DATED_NOT || d->count < 2) {
        d->by = ZH_DATED_NOT;
        return;
    }
    if (d->by == ZH_DATED_DAYS && as_months(moments, d->count)) d->by = ZH_DATED_MONTHS;
    d->first = moments[0];
    d->step = moments[1] - moments[0];
    check_steps(job, t, d, moments);
}

/* ---- values ---- */

static void read_file(zh_analyze *job, zh_dated *d)
{
    zh_table t;
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    uint32_t value = zh_table_column(job, &t, "value", "value y x amount count sales orders revenue", false);
    d->wide = value == ZH_NO_COLUMN && t.columns >= ZH_FORECAST_WIDE;
    if (d->wide) return;
    uint32_t time = zh_table_column(job, &t, "time", "t time date day week month year ds", false);
    if (value == ZH_NO_COLUMN && t.columns <= 2) value = t.columns - 1;
    if (time == ZH_NO_COLUMN && t.columns == 2) time = 1 - value;
    if (job->failed == ZH_OK && value == ZH_NO_COLUMN)
        zh_analyze_fail(job, ZH_ABSENT, "%.*s has no column of values: name it value, or give --param 'columns={\"value\": NAME-OR-PLACE}'", ZH_SV_ARG(t.path));
    if (job->failed == ZH_OK && t.rows > ZH_FORECAST_VALUES_MAX) zh_analyze_fail(job, ZH_FULL, "%.*s has over %d rows: give fewer", ZH_SV_ARG(t.path), ZH_FORECAST_VALUES_MAX);
    if (job->failed != ZH_OK) return;
    d->values = ZH_ROOM(job, double, t.rows);
    d->count = (uint32_t)t.rows;
    for (uint32_t i = 0; job->failed == ZH_OK && i < d->count; i++) d->values[i] = zh_table_real(job, &t, i, value, false);
    if (job->failed == ZH_OK && time != ZH_NO_COLUMN && time != value) read_times(job, &t, time, d);
}

void zh_dated_read(zh_analyze *job, zh_dated *out)
{
    *out = (zh_dated){ 0 };
    if (zh_spec_has(job, "values")) {
        size_t count = 0;
        out->values = zh_spec_reals(job, "values", -1e300, 1e300, &count);
        if (count > ZH_FORECAST_VALUES_MAX) zh_analyze_fail(job, ZH_FULL, "'values' has over %d numbers: give fewer", ZH_FORECAST_VALUES_MAX);
        out->count = (uint32_t)count;
    } else read_file(job, out);
    if (job->failed == ZH_OK && !out->wide && out->count == 0) zh_analyze_fail(job, ZH_ABSENT, "the series is empty: give at least one number");
    out->period = (uint32_t)zh_spec_count(job, "period", 1, ZH_SEASON_PERIOD_MAX, period_of(out));
    if (zh_spec_choice(job, "transform", "none|log10", "none") == 0) return;
    for (uint32_t i = 0; job->failed == ZH_OK && i < out->count; i++) {
        if (!(out->values[i] > 0)) zh_analyze_fail(job, ZH_RANGE, "'transform' is log10 and value %u is %.10g: only numbers above 0 have a logarithm", i + 1, out->values[i]);
        out->values[i] = log10(out->values[i]);
    }
}

zh_sv zh_dated_label(zh_analyze *job, const zh_dated *d, uint32_t index)
{
    enum { BYTES = 48 };
    char *text = d->by == ZH_DATED_NOT ? NULL : ZH_ROOM(job, char, BYTES);
    if (text == NULL) return (zh_sv){ 0 };
    const int64_t at = d->first + d->step * index;
    if (d->by == ZH_DATED_DAYS && at > DAY_MOST) return (zh_sv){ 0 };
    if (d->by == ZH_DATED_DAYS) {
        const zh_civil c = zh_civil_of(at * MS_A_DAY);
        snprintf(text, BYTES, "%04d-%02u-%02u", (int)c.year, (unsigned)c.month, (unsigned)c.day);
        return zh_sv_of(text);
    }
    const int64_t year = 1970 + (at >= 0 ? at : at - 11) / 12, month = at - (year - 1970) * 12 + 1;
    if (d->step % 12 == 0) snprintf(text, BYTES, "%04lld", (long long)year);
    else snprintf(text, BYTES, "%04lld-%02lld", (long long)year, (long long)month);
    return zh_sv_of(text);
}

uint32_t zh_dated_month(zh_analyze *job, const zh_dated *d, zh_sv month)
{
    for (uint32_t i = 0; job->failed == ZH_OK && d->by == ZH_DATED_MONTHS && i < d->count; i++)
        if (zh_sv_equal(zh_dated_label(job, d, i), month)) return i;
    zh_analyze_fail(job, ZH_RANGE, "the series has no month '%.*s': write one like %.*s", (int)(month.size < 40 ? month.size : 40), month.data == NULL ? "" : month.data,
                    ZH_SV_ARG(d->by == ZH_DATED_MONTHS ? zh_dated_label(job, d, 0) : ZH_SV("2026-11, with a column of months")));
    return 0;
}
