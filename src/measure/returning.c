#include "measure/returning.h"

static int64_t first_day(zh_period period, int64_t day)
{
    if (period == ZH_PERIOD_DAY) return day;
    if (period == ZH_PERIOD_WEEK) return day - (zh_weekday(day) - 1);
    return day - (zh_civil_of(day * ZH_DAY_MS).day - 1);
}

static int64_t next_day(zh_period period, int64_t first) { return period == ZH_PERIOD_DAY ? first + 1 : period == ZH_PERIOD_WEEK ? first + 7 : first_day(period, first + 31); }

int64_t zh_period_day(const zh_tz *tz, zh_period period, int64_t ms, uint32_t back)
{
    int64_t day = first_day(period, zh_tz_day(tz, ms));
    for (; back > 0; back--) day = first_day(period, day - 1);
    return day;
}

zh_err zh_returning_divide(zh_returning_span *span, const zh_tz *tz, zh_period period, int64_t newest_ms)
{
    const int64_t end_ms = newest_ms >= span->to_ms ? newest_ms : span->to_ms - 1;
    span->periods = span->cohorts = 0;
    for (int64_t day = zh_period_day(tz, period, span->from_ms, 0);; day = next_day(period, day)) {
        span->days[span->periods] = day;
        span->starts_ms[span->periods] = zh_tz_day_start_ms(tz, day);
        if (span->starts_ms[span->periods] > end_ms) return ZH_OK;
        if (span->periods == ZH_RETURNING_PERIODS_MAX) return ZH_FULL;
        span->cohorts += span->starts_ms[span->periods] < span->to_ms;
        if (span->cohorts > ZH_RETURNING_COHORTS_MAX) return ZH_FULL;
        span->periods++;
    }
}

uint32_t zh_returning_columns(const zh_returning_span *span, uint32_t cohort)
{
    return span->periods - cohort < span->columns ? span->periods - cohort : span->columns;
}

/* The period of a moment that is not before the first one; `periods`: it lies beyond them. */
static uint32_t period_of(const zh_returning_span *span, int64_t ms)
{
    uint32_t low = 0, high = span->periods + 1; /* starts_ms[low] <= ms < starts_ms[high] */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (span->starts_ms[middle] <= ms) low = middle;
        else high = middle;
    }
    return low;
}

zh_returned zh_returning_of(const zh_returning_span *span, const zh_funnel_event *events, size_t count)
{
    zh_returned r = { .last = -1 };
    for (size_t i = 0; i < count; i++) {
        const zh_funnel_event *e = &events[i];
        if (!r.is_in) {
            if ((e->steps & ZH_RETURNING_FIRST) == 0 || e->time_ms < span->from_ms || e->time_ms >= span->to_ms) continue;
            r.is_in = true;
            r.first_ms = e->time_ms;
            r.cohort = period_of(span, e->time_ms);
        } else if ((e->steps & ZH_RETURNING_RETURN) != 0) {
            const uint32_t period = period_of(span, e->time_ms), column = period - r.cohort;
            if (period >= span->periods) break; /* a clock that ran ahead */
            r.last = (int32_t)column;
            if (column < span->columns) r.classic |= UINT64_C(1) << column;
        }
    }
    return r;
}

bool zh_returning_column(const zh_returning_span *span, const zh_returned *customer, int64_t ms, uint32_t *column)
{
    const uint32_t period = period_of(span, ms);
    *column = period - customer->cohort;
    return period < span->periods && *column < span->columns;
}
