/* Answers of the orders report: sums over hours, sorted where an order is promised. */
#include "base/arena.h"
#include "measure/sales_inside.h"

#include <stdlib.h>

void zh_sales_raw_get(const zh_sales *s, zh_sales_raw *out)
{
    const zh_sales_sums *t = &s->totals;
    int64_t countries = 0;
    for (size_t i = 0; i < s->names.size / sizeof(zh_sales_name); i++) countries += zh_sales_name_of(s, i)->size > 0;
    *out = (zh_sales_raw){ .rows = t->rows, .invoices = s->invoices, .cancel_rows = s->cancel_rows,
        .cancel_invoices = s->cancel_invoices, .guest_rows = t->guest_rows, .customers = s->customers,
        .stock_codes = (int64_t)s->codes.count, .countries = countries, .neg_qty_rows = t->neg_qty_rows,
        .price_le0_rows = t->price_le0_rows, .blank_desc = t->blank_desc,
        .first_ms = s->first_ms == INT64_MAX ? 0 : s->first_ms, .last_ms = s->last_ms == INT64_MIN ? 0 : s->last_ms,
        .gross_minor = t->gross, .quantity = t->quantity, .duplicate_rows = t->duplicate_rows, .repeated_orders = s->repeated_orders };
}

void zh_sales_clean_get(const zh_sales *s, zh_sales_clean *out)
{
    *out = (zh_sales_clean){ s->totals.clean_rows, s->clean_customers, s->clean_invoices, s->totals.clean_revenue };
}

static void add_period(zh_sales_total *total, const zh_sales_period *p)
{
    total->orders += p->orders;
    total->revenue_minor += p->revenue;
    total->refunded_minor += p->refunded;
    total->refunds += p->refunds;
    total->quantity += p->quantity;
    total->clean_rows += p->clean_rows;
    total->clean_invoices += p->clean_orders;
    total->clean_revenue_minor += p->clean_revenue;
}

static bool is_empty(const zh_sales_period *p) /* what it held went elsewhere with an exchanged order */
{
    return p->orders == 0 && p->revenue == 0 && p->refunds == 0 && p->quantity == 0 && p->clean_rows == 0;
}

/* The total of a key in a sorted list, made where it is new; NULL: it lies behind a full list. What
 * a full list pushes out are its last ones. */
static zh_sales_total *total_at(zh_sales_total *list, size_t *count, size_t limit, zh_sales_total key)
{
    size_t at = 0;
    while (at < *count) {
        const zh_sales_total *t = &list[at];
        const int64_t a[] = { t->year, t->month, t->day, t->currency.code };
        const int64_t b[] = { key.year, key.month, key.day, key.currency.code };
        int order = 0;
        for (int i = 0; i < 4 && order == 0; i++) order = a[i] < b[i] ? -1 : a[i] > b[i];
        if (order == 0) return &list[at];
        if (order > 0) break;
        at++;
    }
    if (at == limit) return NULL;
    if (*count < limit) ++*count;
    memmove(&list[at + 1], &list[at], (*count - 1 - at) * sizeof *list);
    list[at] = key;
    return &list[at];
}

size_t zh_sales_currencies(const zh_sales *s, zh_sales_total *out, size_t limit)
{
    zh_sales_total all[ZH_SALES_CURRENCIES_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < zh_sales_periods(s); i++) {
        const zh_sales_period *p = zh_sales_period_of(s, i);
        if (is_empty(p)) continue;
        zh_sales_total *t = total_at(all, &count, ZH_SALES_CURRENCIES_MAX + 1, (zh_sales_total){ .currency = p->currency });
        if (t != NULL) add_period(t, p);
    }
    if (count > limit) count = limit;
    if (count > 0) memcpy(out, all, count * sizeof *out);
    return count;
}

static int64_t day_of_hour(int64_t hour) { return hour / 24 - (hour % 24 < 0); }

static int by_hour(const void *a, const void *b)
{
    const int32_t x = (*(const zh_sales_period *const *)a)->hour, y = (*(const zh_sales_period *const *)b)->hour;
    return x < y ? -1 : x > y;
}

/* The hours of a currency in [from, to), sorted; *hours is to be freed by closing *memory. */
static size_t hours_of(const zh_sales *s, zh_currency currency, int64_t from, int64_t to, zh_arena *memory,
                       const zh_sales_period ***hours)
{
    size_t count = 0;
    *memory = zh_arena_open(zh_sales_periods(s) * sizeof(void *) + 64);
    *hours = ZH_TAKE(memory, const zh_sales_period *, zh_sales_periods(s));
    if (*hours == NULL) return 0;
    for (size_t i = 0; i < zh_sales_periods(s); i++) {
        const zh_sales_period *p = zh_sales_period_of(s, i);
        if (p->currency.code == currency.code && p->hour >= from && p->hour < to && !is_empty(p)) (*hours)[count++] = p;
    }
    qsort(*hours, count, sizeof **hours, by_hour);
    return count;
}

size_t zh_sales_days(const zh_sales *s, zh_currency currency, int64_t from_day, int64_t to_day, zh_sales_total *out, size_t limit)
{
    zh_arena memory;
    const zh_sales_period **hours;
    const size_t count = hours_of(s, currency, from_day * 24, to_day < INT32_MAX ? (to_day + 1) * 24 : INT64_MAX, &memory, &hours);
    size_t days = 0;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        const int64_t day = day_of_hour(hours[i]->hour);
        if (day != last && days == limit) break;
        if (day != last) {
            const zh_civil date = zh_civil_of(day * ZH_DAY_MS);
            out[days++] = (zh_sales_total){ .currency = currency, .year = date.year, .month = date.month, .day = date.day };
        }
        last = day;
        add_period(&out[days - 1], hours[i]);
    }
    zh_arena_close(&memory);
    return days;
}

size_t zh_sales_hours(const zh_sales *s, zh_currency currency, int64_t from_hour, int64_t to_hour, zh_sales_hour *out, size_t limit)
{
    zh_arena memory;
    const zh_sales_period **hours;
    size_t count = hours_of(s, currency, from_hour, to_hour, &memory, &hours);
    if (count > limit) count = limit;
    for (size_t i = 0; i < count; i++) {
        out[i] = (zh_sales_hour){ .hour = hours[i]->hour };
        add_period(&out[i].total, hours[i]);
    }
    zh_arena_close(&memory);
    return count;
}

size_t zh_sales_months(const zh_sales *s, zh_currency currency, zh_sales_total *out, size_t limit)
{
    zh_arena memory;
    const zh_sales_period **hours;
    const size_t count = hours_of(s, currency, INT64_MIN, INT64_MAX, &memory, &hours);
    size_t months = 0;
    for (size_t i = 0; i < count; i++) {
        const zh_civil date = zh_civil_of(day_of_hour(hours[i]->hour) * ZH_DAY_MS);
        const bool same = months > 0 && out[months - 1].year == date.year && out[months - 1].month == date.month;
        if (!same && months == limit) break;
        if (!same) out[months++] = (zh_sales_total){ .currency = currency, .year = date.year, .month = date.month };
        add_period(&out[months - 1], hours[i]);
    }
    zh_arena_close(&memory);
    return months;
}

static int by_revenue(const void *a, const void *b)
{
    const zh_sales_country *x = a, *y = b;
    if (x->clean_revenue_minor != y->clean_revenue_minor) return x->clean_revenue_minor > y->clean_revenue_minor ? -1 : 1;
    return zh_sv_compare(x->country, y->country);
}

size_t zh_sales_countries(const zh_sales *s, zh_currency currency, zh_sales_country *out, size_t limit)
{
    zh_sales_country all[ZH_SALES_COUNTRIES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < zh_sales_corners(s); i++) {
        const zh_sales_corner *c = zh_sales_corner_of(s, i);
        const zh_sales_name *name = zh_sales_name_of(s, c->country);
        if (c->currency.code != currency.code || c->rows == 0) continue;
        all[count++] = (zh_sales_country){ { name->text, name->size }, c->rows, c->clean_rows, c->clean_revenue };
    }
    qsort(all, count, sizeof all[0], by_revenue);
    if (count > limit) count = limit;
    if (count > 0) memcpy(out, all, count * sizeof *out);
    return count;
}
