/* Goal: cohorts, classic and rolling retention are those of the definition; periods are those of the calendar.
 * Method: random events; each customer's columns by looking at each period alone; weeks and months against dates known. */
#include "measure/returning.h"
#include "check.h"

#include <string.h>

enum { EVENTS = 12, RUNS = 3000 };
#define T0 INT64_C(1767225600000) /* 2026-01-01, a Thursday */

static zh_returning_span span;

static bool returned(const zh_funnel_event *e, size_t first, int64_t from_ms, int64_t to_ms)
{
    for (size_t i = first + 1; i < EVENTS; i++)
        if ((e[i].steps & ZH_RETURNING_RETURN) != 0 && e[i].time_ms >= from_ms && e[i].time_ms < to_ms) return true;
    return false;
}

static void against_each_period(uint64_t *seed)
{
    zh_funnel_event e[EVENTS];
    int64_t now = T0;
    for (int i = 0; i < EVENTS; i++) {
        now += (int64_t)(test_random(seed) % (4 * ZH_DAY_MS));
        e[i] = (zh_funnel_event){ .time_ms = now, .steps = (uint32_t)(test_random(seed) % 4) };
    }
    span.from_ms = T0 + (int64_t)(test_random(seed) % (9 * ZH_DAY_MS));
    span.to_ms = span.from_ms + 1 + (int64_t)(test_random(seed) % (20 * ZH_DAY_MS));
    span.columns = 1 + (uint32_t)(test_random(seed) % 20);
    CHECK(zh_returning_divide(&span, zh_tz_utc(), (zh_period)(test_random(seed) % 2), now) == ZH_OK);
    const zh_returned got = zh_returning_of(&span, e, EVENTS);
    size_t first = 0;
    while (first < EVENTS && ((e[first].steps & ZH_RETURNING_FIRST) == 0 || e[first].time_ms < span.from_ms || e[first].time_ms >= span.to_ms)) first++;
    CHECK(got.is_in == (first < EVENTS));
    if (!got.is_in) return;
    CHECK(got.first_ms == e[first].time_ms && got.cohort < span.cohorts);
    CHECK(span.starts_ms[got.cohort] <= got.first_ms && got.first_ms < span.starts_ms[got.cohort + 1]);
    const uint32_t columns = zh_returning_columns(&span, got.cohort);
    CHECK(columns >= 1 && columns <= span.columns && got.cohort + columns <= span.periods);
    for (uint32_t k = 0; k < columns; k++) {
        const int64_t from_ms = span.starts_ms[got.cohort + k];
        CHECK(((got.classic >> k & 1) != 0) == returned(e, first, from_ms, span.starts_ms[got.cohort + k + 1]));
        CHECK((got.last >= (int32_t)k) == returned(e, first, from_ms, INT64_MAX));
    }
    CHECK(got.classic >> columns == 0);
}

static void calendar(void)
{
    char text[ZH_TIME_TEXT_BYTES];
    span = (zh_returning_span){ .from_ms = T0, .to_ms = T0 + 70 * ZH_DAY_MS, .columns = 3 };
    CHECK(zh_returning_divide(&span, zh_tz_utc(), ZH_PERIOD_MONTH, T0 + 100 * ZH_DAY_MS) == ZH_OK);
    CHECK(span.periods == 4 && span.cohorts == 3); /* January to April; to the middle of March */
    zh_date_print(span.days[2], text);
    CHECK(strcmp(text, "2026-03-01") == 0);
    zh_date_print(zh_period_day(zh_tz_utc(), ZH_PERIOD_WEEK, T0, 0), text);
    CHECK(strcmp(text, "2025-12-29") == 0);
    zh_date_print(zh_period_day(zh_tz_utc(), ZH_PERIOD_MONTH, T0, 11), text);
    CHECK(strcmp(text, "2025-02-01") == 0);
    span = (zh_returning_span){ .from_ms = T0, .to_ms = T0 + 401 * ZH_DAY_MS, .columns = 1 };
    CHECK(zh_returning_divide(&span, zh_tz_utc(), ZH_PERIOD_DAY, T0) == ZH_FULL);
    span = (zh_returning_span){ .from_ms = T0, .to_ms = T0 + 1, .columns = 1 };
    CHECK(zh_returning_divide(&span, zh_tz_utc(), ZH_PERIOD_DAY, T0 + 2001 * ZH_DAY_MS) == ZH_FULL);
    uint32_t column;
    CHECK(zh_returning_divide(&span, zh_tz_utc(), ZH_PERIOD_DAY, T0 + 5 * ZH_DAY_MS) == ZH_OK && span.periods == 6);
    CHECK(zh_returning_column(&span, &(zh_returned){ .cohort = 0 }, T0 + 1, &column) && column == 0);
    CHECK(!zh_returning_column(&span, &(zh_returned){ .cohort = 0 }, T0 + ZH_DAY_MS, &column));
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    for (int run = 0; run < RUNS; run++) against_each_period(&seed);
    calendar();
    return 0;
}
