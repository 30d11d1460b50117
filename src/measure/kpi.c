#include "measure/kpi.h"

static const char *const names[] = { "none", "yesterday", "last_week", "previous" };

const char *zh_kpi_compare_text(zh_kpi_compare compare) { return names[compare]; }

bool zh_kpi_compare_of(zh_sv text, zh_kpi_compare *out)
{
    for (int i = 0; i <= ZH_KPI_PREVIOUS; i++)
        if (zh_sv_equal(text, zh_sv_of(names[i]))) {
            *out = (zh_kpi_compare)i;
            return true;
        }
    return false;
}

static int64_t earlier_days(zh_kpi_compare compare, int64_t from_day, int64_t to_day)
{
    switch (compare) {
    case ZH_KPI_YESTERDAY: return 1;
    case ZH_KPI_LAST_WEEK: return 7;
    case ZH_KPI_PREVIOUS: return to_day - from_day + 1;
    case ZH_KPI_NONE: break;
    }
    return 0;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void add_sale(zh_kpi *to, const zh_sales_total *sale)
{
    to->orders += sale->orders;
    to->revenue_minor += sale->revenue_minor;
    to->refunded_minor += sale->refunded_minor;
    to->refunds += sale->refunds;
}

/* The hours with sales of a span, sorted. */
typedef struct sold { zh_sales_hour *hours; size_t count; } sold;

static zh_err sold_in(const zh_sales *sales, zh_currency currency, int64_t from_hour, int64_t to_hour, zh_arena *arena, sold *out)
{
    const size_t most = to_hour > from_hour ? (size_t)(to_hour - from_hour) : 0;
    *out = (sold){ 0 };
    if (most == 0) return ZH_OK;
    if ((out->hours = ZH_TAKE(arena, zh_sales_hour, most)) == NULL) return ZH_NOMEM;
    out->count = zh_sales_hours(sales, currency, from_hour, to_hour, out->hours, most);
    return ZH_OK;
}

static zh_err figures(const zh_visits *visits, const sold *in, int64_t from_hour, int64_t to_hour, zh_kpi *out)
{
    zh_visits_count came;
    *out = (zh_kpi){ 0 };
    if (to_hour <= from_hour) return ZH_OK;
    const zh_err e = zh_visits_between(visits, from_hour, to_hour, &came);
    if (e != ZH_OK) return e;
    out->visitors = came.visitors, out->buyers = came.buyers;
    for (size_t i = 0; i < in->count; i++)
        if (in->hours[i].hour >= from_hour && in->hours[i].hour < to_hour) add_sale(out, &in->hours[i].total);
    return ZH_OK;
}

/* Steps of `width` hours from `from` on that begin before `to`. */
static zh_err steps_of(const zh_visits *visits, const sold *in, int64_t from, int64_t to, int64_t width, zh_arena *arena,
                       zh_kpi_step **out, size_t *count)
{
    *count = to > from ? (size_t)((to - from + width - 1) / width) : 0;
    *out = *count == 0 ? NULL : ZH_TAKE(arena, zh_kpi_step, *count);
    if (*count > 0 && *out == NULL) return ZH_NOMEM;
    size_t next = 0;
    for (size_t i = 0; i < *count; i++) {
        zh_kpi_step *step = &(*out)[i];
        *step = (zh_kpi_step){ .hour = from + (int64_t)i * width };
        const zh_visits_count came = width == 1 ? zh_visits_hour(visits, step->hour) : zh_visits_day(visits, step->hour / 24);
        step->figures.visitors = came.visitors, step->figures.buyers = came.buyers;
        for (; next < in->count && in->hours[next].hour < step->hour + width; next++) add_sale(&step->figures, &in->hours[next].total);
    }
    return ZH_OK;
}

zh_err zh_kpi_report_of(const zh_sales *sales, const zh_visits *visits, zh_currency currency, int64_t from_day, int64_t to_day,
                        int64_t now_hour, zh_kpi_compare compare, zh_arena *arena, zh_kpi_report *out)
{
    if (to_day < from_day || to_day - from_day >= ZH_KPI_DAYS_MAX) return ZH_RANGE;
    const int64_t back = earlier_days(compare, from_day, to_day), begin = from_day * 24, end = (to_day + 1) * 24;
    const int64_t width = to_day - from_day < ZH_KPI_HOURLY_DAYS_MAX ? 1 : 24;
    *out = (zh_kpi_report){ .hourly = width == 1, .compared = compare != ZH_KPI_NONE };
    out->span = (zh_kpi_span){ from_day, to_day, least(end, now_hour + 1) };
    out->settled_span = (zh_kpi_span){ from_day, to_day, least(end, now_hour) };
    out->has_settled = out->settled_span.through_hour > begin;
    sold now, earlier;
    zh_err e = sold_in(sales, currency, begin, out->span.through_hour, arena, &now);
    if (e == ZH_OK) e = figures(visits, &now, begin, out->span.through_hour, &out->current);
    if (e == ZH_OK) e = figures(visits, &now, begin, out->settled_span.through_hour, &out->settled);
    if (e == ZH_OK) e = steps_of(visits, &now, begin, out->span.through_hour, width, arena, &out->steps, &out->steps_count);
    if (e != ZH_OK || !out->compared) return e;
    out->before_span = (zh_kpi_span){ from_day - back, to_day - back, out->settled_span.through_hour - back * 24 };
    e = sold_in(sales, currency, begin - back * 24, end - back * 24, arena, &earlier);
    if (e == ZH_OK) e = figures(visits, &earlier, begin - back * 24, out->before_span.through_hour, &out->before);
    if (e == ZH_OK) e = steps_of(visits, &earlier, begin - back * 24, end - back * 24, width, arena, &out->before_steps, &out->before_steps_count);
    return e;
}
