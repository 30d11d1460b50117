/* Orders of a customer: what is in one, what comes back, how far apart they are, and when the next is due.
 *
 * The next purchase is due one interval (the median gap) after the last. Its interval says where ZH_PORTRAIT_CHANCE of such
 * purchases fall, from as few gaps as there are, so it is wide for few and narrow for regular ones:
 *
 *     1 or 2 gaps   as if purchases came by chance at an unknown rate, with the prior 1 / rate: of n gaps that add up to S the
 *                   next is longer than t with the probability (S / (S + t))^n
 *     3 and more    logarithms of gaps as if normal with unknown mean and spread: m +- t(n - 1) s sqrt(1 + 1 / n)
 *
 * Source: Geisser, Predictive Inference, 1993 (predictive distributions of the exponential and the normal).
 */
#include "base/special.h"
#include "profile/portrait_inside.h"

#include <math.h>
#include <stdlib.h>

#define NORMAL_GAPS_MIN 3
#define SPREAD_MIN 0.05                     /* of logarithms: nobody is regular to more than a twentieth */
#define SPAN_MS_MAX (100LL * 365 * ZH_DAY_MS) /* an interval ends before that: a heavy tail is no date */

static int ascending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static void count_orders(const zh_customer_state *s, int64_t *times_ms, zh_rhythm *out)
{
    uint32_t all;
    uint64_t lines = 0;
    const zh_order *orders = zh_customer_orders(s, &all);
    for (uint32_t i = 0; i < all; i++) {
        if (!zh_order_is_sale(&orders[i])) continue;
        times_ms[out->orders++] = orders[i].first_ms;
        lines += orders[i].form != ZH_ORDER_UNSTATED ? orders[i].stated_lines : orders[i].loose_lines;
        out->returned += orders[i].refunds > 0;
    }
    if (out->orders == 0) return;
    out->lines = (double)lines / out->orders;
    out->return_rate = (double)out->returned / out->orders;
}

static double between(double value, double least, double most) { return value < least ? least : value > most ? most : value; }

static void count_money(const zh_customer_state *s, zh_rhythm *out)
{
    zh_order_totals totals;
    zh_customer_order_totals(s, &totals);
    if (totals.money_count > 0) {
        const zh_money_total *main = &totals.money[0];
        out->currency = main->currency;
        out->mean_minor = main->orders > 0 ? (double)main->revenue_minor / main->orders : 0;
        out->refunded_share = main->revenue_minor > 0 ? between((double)main->refunded_minor / (double)main->revenue_minor, 0, 1) : 0;
    }
    uint32_t count;
    double pieces = 0, times = 0;
    const zh_bought *bought = zh_customer_bought(s, &count);
    for (uint32_t i = 0; i < count; i++) {
        pieces += bought[i].quantity > 0 ? (double)bought[i].quantity : 0;
        times += bought[i].times;
    }
    out->pieces = !totals.is_sampled ? pieces / out->orders : times > 0 ? out->lines * pieces / times : 0;
}

/* The first orders of purchases, then the gaps between them, over the times themselves. */
static uint32_t gaps_of(int64_t *times_ms, uint32_t count, int64_t *last_ms)
{
    int64_t began_ms = times_ms[0];
    uint32_t gaps = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (times_ms[i] - began_ms < ZH_PORTRAIT_OCCASION_MS) continue;
        const int64_t gap_ms = times_ms[i] - began_ms;
        began_ms = times_ms[i];
        times_ms[gaps++] = gap_ms;
    }
    *last_ms = began_ms;
    return gaps;
}

typedef struct span { double least_ms, most_ms; } span;

static span by_chance(const int64_t *gaps_ms, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += (double)gaps_ms[i];
    const double tail = (1 - ZH_PORTRAIT_CHANCE) / 2;
    return (span){ sum * (pow(1 - tail, -1.0 / count) - 1), sum * (pow(tail, -1.0 / count) - 1) };
}

static span by_habit(const int64_t *gaps_ms, uint32_t count)
{
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < count; i++) sum += log((double)gaps_ms[i]);
    const double mean = sum / count;
    for (uint32_t i = 0; i < count; i++) squares += (log((double)gaps_ms[i]) - mean) * (log((double)gaps_ms[i]) - mean);
    const double spread = fmax(sqrt(squares / (count - 1)), SPREAD_MIN);
    const double reach = zh_t_quantile((1 + ZH_PORTRAIT_CHANCE) / 2, count - 1) * spread * sqrt(1 + 1.0 / count);
    return (span){ exp(mean - reach), exp(mean + reach) };
}

static void foresee(int64_t *gaps_ms, uint32_t count, int64_t last_ms, zh_rhythm *out)
{
    const span s = count < NORMAL_GAPS_MIN ? by_chance(gaps_ms, count) : by_habit(gaps_ms, count);
    if (count > 1) qsort(gaps_ms, count, sizeof *gaps_ms, ascending);
    out->interval_ms = count % 2 == 1 ? gaps_ms[count / 2] : gaps_ms[count / 2 - 1] + (gaps_ms[count / 2] - gaps_ms[count / 2 - 1]) / 2;
    const double interval_ms = (double)out->interval_ms;
    out->next_ms = last_ms + out->interval_ms;
    out->next_from_ms = last_ms + (int64_t)fmin(s.least_ms, interval_ms);
    out->next_until_ms = last_ms + (int64_t)fmin(fmax(s.most_ms, interval_ms), (double)SPAN_MS_MAX);
    if (out->next_until_ms < out->next_ms) out->next_until_ms = out->next_ms;
}

zh_err zh_rhythm_of(const zh_customer_state *s, zh_arena *arena, zh_rhythm *out)
{
    *out = (zh_rhythm){ 0 };
    uint32_t all;
    (void)zh_customer_orders(s, &all);
    int64_t *times_ms = ZH_TAKE(arena, int64_t, all), last_ms;
    if (times_ms == NULL) return ZH_NOMEM;
    count_orders(s, times_ms, out);
    if (out->orders == 0) return ZH_OK;
    count_money(s, out);
    qsort(times_ms, out->orders, sizeof *times_ms, ascending);
    out->first_ms = times_ms[0];
    out->last_ms = times_ms[out->orders - 1];
    out->confidence = zh_portrait_confidence(out->orders, ZH_PORTRAIT_ORDERS_K);
    out->gaps = gaps_of(times_ms, out->orders, &last_ms);
    out->purchases = out->gaps + 1;
    out->gap_confidence = zh_portrait_confidence(out->gaps, ZH_PORTRAIT_ORDERS_K);
    if (out->gaps > 0) foresee(times_ms, out->gaps, last_ms, out);
    return ZH_OK;
}
