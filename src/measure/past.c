#include "measure/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEVER 3650           /* days, in place of "since the last one" where there was none */
#define FITTED_MAX 20000     /* histories of a fit: four numbers do not get truer by more */
#define CATEGORIES_MAX 64    /* that are told apart in counting them */
#define GAPS_MAX 512         /* newest gaps between orders */

enum {
    RECENCY, AGE, ORDERS, LINES, UNITS, REVENUE, MEAN_VALUE, LAST_VALUE, MOST_VALUE,
    ORDERS_7, ORDERS_14, ORDERS_30, ORDERS_60, ORDERS_90, ORDERS_180, REVENUE_30, REVENUE_90, ORDERS_90_BEFORE,
    DECAYED_7, DECAYED_30, DECAYED_90, MEAN_GAP, LAST_GAP, SPREAD_GAP, MOST_GAP, OVERDUE, DUE_IN, OWN_HAZARD,
    SECOND_LAST, THIRD_LAST, CATEGORIES, MEAN_LINES, LAST_LINES, RETURNS, SINCE_RETURN, YEAR_AGO,
    VIEWS_1, VIEWS_7, VIEWS_30, SINCE_VIEW, ADDS_7, ADDS_30, SINCE_ADD, OTHERS_30,
    ALIVE, EXPECTED, CHANCE, DECAYED_VALUE, COLUMNS_
};
_Static_assert((int)COLUMNS_ == (int)ZH_PAST_COLUMNS, "a column each");

const char *const zh_past_names[ZH_PAST_COLUMNS] = {
    "days since the last order", "days since the first order", "order days", "order lines", "units", "revenue", "mean order value", "last order value", "largest order value",
    "order days in 7 days", "order days in 14 days", "order days in 30 days", "order days in 60 days", "order days in 90 days", "order days in 180 days", "revenue in 30 days",
    "revenue in 90 days", "order days in the 90 days before", "order days, half-life 7 days", "order days, half-life 30 days", "order days, half-life 90 days",
    "mean gap between orders", "last gap between orders", "spread of the gaps", "longest gap", "days since the last order / mean gap", "mean gap - days since the last order",
    "own gaps that end in the window", "days since the second last order", "days since the third last order", "categories", "mean lines of an order", "lines of the last order", "returns",
    "days since the last return", "order days in this window a year ago", "views in 1 day", "views in 7 days", "views in 30 days", "days since the last view", "adds to a cart in 7 days",
    "adds to a cart in 30 days", "days since the last add to a cart", "other events in 30 days", "still a customer (BG/NBD)", "expected orders in the window (BG/NBD)",
    "an order in the window (BG/NBD)", "revenue, half-life 60 days",
};

/* ---- orders ---- */

bool zh_past_history(const zh_past *past, int32_t day, zh_clv_history *weeks, int32_t *first, int32_t *last)
{
    uint32_t days = 0;
    for (uint32_t i = 0; i < past->count && past->facts[i].day <= day; i++) {
        const zh_past_fact *f = &past->facts[i];
        if (f->kind != ZH_PAST_ORDER) continue;
        if (days == 0) *first = f->day;
        days += days == 0 || f->day != *last;
        *last = f->day;
    }
    if (days == 0) return false;
    *weeks = (zh_clv_history){ days - 1, (*last - *first) / 7.0, (day - *first) / 7.0, 1 };
    return true;
}

bool zh_past_orders_within(const zh_past *past, int32_t day, int32_t window)
{
    uint32_t low = 0, high = past->count; /* the first fact after the day */
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (past->facts[middle].day <= day) low = middle + 1;
        else high = middle;
    }
    for (; low < past->count && past->facts[low].day <= day + window; low++)
        if (past->facts[low].kind == ZH_PAST_ORDER) return true;
    return false;
}

/* ---- what all share ---- */

void zh_past_shop_of(zh_past_shop *out, const zh_past *pasts, size_t count, int32_t until_day)
{
    *out = (zh_past_shop){ .mean_gap = 30, .mean_value = 0 };
    const size_t step = count / FITTED_MAX + 1;
    zh_clv_history *all = malloc((count / step + 1) * sizeof *all);
    double gaps = 0, days = 0, value = 0, orders = 0, ll;
    size_t fitted = 0;
    for (size_t i = 0; i < count; i += step) {
        zh_clv_history h;
        int32_t first, last;
        if (!zh_past_history(&pasts[i], until_day, &h, &first, &last)) continue;
        gaps += h.x, days += last - first;
        for (uint32_t f = 0; f < pasts[i].count && pasts[i].facts[f].day <= until_day; f++)
            if (pasts[i].facts[f].kind == ZH_PAST_ORDER) orders++, value += pasts[i].facts[f].value;
        if (all != NULL) all[fitted++] = h;
    }
    if (gaps > 0) out->mean_gap = days / gaps;
    if (orders > 0) out->mean_value = value / orders;
    fitted = fitted == 0 ? 0 : zh_clv_merge(all, fitted);
    if (fitted < 2 || gaps < 10 || !zh_bgnbd_fit(&out->model, all, fitted, &ll)) out->model = (zh_bgnbd){ 0 };
    free(all);
}

/* ---- columns ---- */

typedef struct tally { /* while walking over the facts */
    double gaps[GAPS_MAX];
    uint32_t gaps_count, categories_count;
    uint32_t categories[CATEGORIES_MAX];
    int32_t last, second, third, first;
    double last_value, last_lines;
} tally;

static void see_order_day(tally *t, float *out, const zh_past_fact *f, int32_t day, int32_t window)
{
    const int32_t ago = day - f->day;
    if (out[ORDERS] > 0) {
        if (t->gaps_count == GAPS_MAX) memmove(t->gaps, t->gaps + 1, --t->gaps_count * sizeof *t->gaps);
        t->gaps[t->gaps_count++] = f->day - t->last;
    } else t->first = f->day;
    t->third = t->second, t->second = t->last, t->last = f->day;
    t->last_value = 0, t->last_lines = 0;
    out[ORDERS]++;
    out[ORDERS_7] += ago < 7, out[ORDERS_14] += ago < 14, out[ORDERS_30] += ago < 30, out[ORDERS_60] += ago < 60;
    out[ORDERS_90] += ago < 90, out[ORDERS_180] += ago < 180, out[ORDERS_90_BEFORE] += ago >= 90 && ago < 180;
    out[YEAR_AGO] += ago < 365 && ago >= 365 - window;
    out[DECAYED_7] += (float)exp2(-ago / 7.0), out[DECAYED_30] += (float)exp2(-ago / 30.0), out[DECAYED_90] += (float)exp2(-ago / 90.0);
}

static void see_order(tally *t, float *out, const zh_past_fact *f, int32_t day, int32_t window)
{
    const int32_t ago = day - f->day;
    if (out[ORDERS] == 0 || f->day != t->last) see_order_day(t, out, f, day, window);
    const float value = (float)f->value;
    t->last_value += f->value, t->last_lines += f->lines;
    out[LINES] += f->lines, out[UNITS] += f->units, out[REVENUE] += value;
    if (t->last_value > (double)out[MOST_VALUE]) out[MOST_VALUE] = (float)t->last_value;
    if (ago < 30) out[REVENUE_30] += value;
    if (ago < 90) out[REVENUE_90] += value;
    out[DECAYED_VALUE] += (float)(f->value * exp2(-ago / 60.0));
    for (uint32_t i = 0; i < t->categories_count; i++)
        if (t->categories[i] == f->category) return;
    if (f->category != 0 && t->categories_count < CATEGORIES_MAX) t->categories[t->categories_count++] = f->category;
}

static void see_other(float *out, const zh_past_fact *f, int32_t day)
{
    const int32_t ago = day - f->day;
    switch (f->kind) {
    case ZH_PAST_RETURN: out[RETURNS]++, out[SINCE_RETURN] = (float)ago; break;
    case ZH_PAST_VIEW:
        if (ago < 1) out[VIEWS_1] += f->lines;
        if (ago < 7) out[VIEWS_7] += f->lines;
        if (ago < 30) out[VIEWS_30] += f->lines;
        out[SINCE_VIEW] = (float)ago;
        break;
    case ZH_PAST_ADD:
        if (ago < 7) out[ADDS_7] += f->lines;
        if (ago < 30) out[ADDS_30] += f->lines;
        out[SINCE_ADD] = (float)ago;
        break;
    default:
        if (ago < 30) out[OTHERS_30] += f->lines;
    }
}

/* Gaps, drawn toward the shop's: one gap says little. */
static void put_gaps(const tally *t, const zh_past_shop *shop, int32_t window, float *out)
{
    const double n = t->gaps_count, since = (double)out[RECENCY];
    double sum = 0, squares = 0, most = 0, longer = 0, ending = 0;
    for (uint32_t i = 0; i < t->gaps_count; i++) {
        const double gap = t->gaps[i];
        sum += gap, squares += gap * gap, most = fmax(most, gap);
        longer += gap > since, ending += gap > since && gap <= since + window;
    }
    const double mean = (sum + shop->mean_gap) / (n + 1);
    out[MEAN_GAP] = (float)mean;
    out[LAST_GAP] = n > 0 ? (float)t->gaps[t->gaps_count - 1] : NEVER;
    out[SPREAD_GAP] = n > 1 ? (float)(sqrt(fmax(0, squares / n - sum / n * (sum / n))) / (sum / n + 1)) : -1;
    out[MOST_GAP] = (float)most;
    out[OVERDUE] = (float)(since / (mean + 1));
    out[DUE_IN] = (float)(mean - since);
    out[OWN_HAZARD] = (float)((ending + 0.5) / (longer + 2));
}

static void put_model(const zh_past_shop *shop, const zh_clv_history *h, int32_t window, float *out)
{
    if (!(shop->model.a > 0)) return;
    const zh_bgnbd *m = &shop->model;
    const double t = window / 7.0, alive = zh_bgnbd_alive(m, h), stays = pow((m->alpha + h->T) / (m->alpha + h->T + t), m->r + h->x);
    const double expected = zh_bgnbd_conditional(m, h, t);
    out[ALIVE] = isfinite(alive) ? (float)alive : 0;
    out[EXPECTED] = isfinite(expected) ? (float)expected : 0;
    out[CHANCE] = isfinite(alive * (1 - stays)) ? (float)(alive * (1 - stays)) : 0;
}

bool zh_past_columns(const zh_past *past, const zh_past_shop *shop, int32_t day, int32_t window, float out[ZH_PAST_COLUMNS])
{
    tally t = { 0 };
    for (int c = 0; c < ZH_PAST_COLUMNS; c++) out[c] = 0;
    out[SINCE_RETURN] = out[SINCE_VIEW] = out[SINCE_ADD] = NEVER;
    for (uint32_t i = 0; i < past->count && past->facts[i].day <= day; i++) {
        if (past->facts[i].kind == ZH_PAST_ORDER) see_order(&t, out, &past->facts[i], day, window);
        else see_other(out, &past->facts[i], day);
    }
    if (out[ORDERS] == 0) return false;
    const zh_clv_history h = { (double)out[ORDERS] - 1, (t.last - t.first) / 7.0, (day - t.first) / 7.0, 1 };
    out[RECENCY] = (float)(day - t.last), out[AGE] = (float)(day - t.first);
    out[SECOND_LAST] = out[ORDERS] > 1 ? (float)(day - t.second) : NEVER;
    out[THIRD_LAST] = out[ORDERS] > 2 ? (float)(day - t.third) : NEVER;
    out[MEAN_VALUE] = out[REVENUE] / out[ORDERS], out[LAST_VALUE] = (float)t.last_value;
    out[MEAN_LINES] = out[LINES] / out[ORDERS], out[LAST_LINES] = (float)t.last_lines;
    out[CATEGORIES] = (float)t.categories_count;
    put_gaps(&t, shop, window, out);
    put_model(shop, &h, window, out);
    return true;
}
