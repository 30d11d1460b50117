#include "segment/boundaries.h"
#include "core/record.h"

#include <stdlib.h>

#define VERSION 1
#define KEPT 2
#define RECORD_BYTES_MAX 1024 /* 31 numbers of at most 10 bytes */

/* ---- drawing ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); } /* b > 0 */
static int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b > 0); }
static int order(int64_t x, int64_t y) { return (x > y) - (x < y); }
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

static int by_last(const void *a, const void *b) { return -order(((const zh_buyer *)a)->last_ms, ((const zh_buyer *)b)->last_ms); } /* newest first: recency ascends */
static int by_orders(const void *a, const void *b) { return order(((const zh_buyer *)a)->orders, ((const zh_buyer *)b)->orders); }
static int by_minor(const void *a, const void *b) { return order(((const zh_buyer *)a)->minor, ((const zh_buyer *)b)->minor); }
static int by_interval(const void *a, const void *b) { return order(((const zh_buyer *)a)->interval_ms, ((const zh_buyer *)b)->interval_ms); }

static int64_t clamped(int64_t minor)
{
    return minor > ZH_BOUNDARIES_MINOR_MAX ? ZH_BOUNDARIES_MINOR_MAX : minor < -ZH_BOUNDARIES_MINOR_MAX ? -ZH_BOUNDARIES_MINOR_MAX : minor;
}

typedef struct drawing {
    const zh_boundaries *b;
    const zh_tz *tz;
    const zh_buyer *buyers;
    size_t count;
} drawing;

static int64_t figure(const drawing *d, zh_figure of, size_t i)
{
    const zh_buyer *it = &d->buyers[i];
    return of == ZH_FIGURE_RECENCY ? d->b->day - zh_tz_day(d->tz, it->last_ms) : of == ZH_FIGURE_FREQUENCY ? it->orders : it->minor;
}

/* In fifths, of buyers sorted by the figure: the quantile of k/5, and `plus`. */
static int64_t cut(const drawing *d, zh_figure of, size_t k, int64_t plus)
{
    const size_t place = k * (d->count - 1), i = place / ZH_BOUNDARIES_BINS, part = place % ZH_BOUNDARIES_BINS;
    const int64_t low = figure(d, of, i), high = part == 0 ? low : figure(d, of, i + 1);
    return ZH_BOUNDARIES_BINS * (low + plus) + (int64_t)part * (high - low);
}

static int64_t unit_of(zh_currency currency)
{
    int64_t unit = 1;
    for (int digits = currency.code == 0 ? 2 : zh_currency_digits(currency); digits > 0; digits--) unit *= 10;
    return unit;
}

void zh_boundaries_make(zh_boundaries *b, zh_buyer *buyers, size_t count, const zh_tz *tz)
{
    static int (*const orders[])(const void *, const void *) = { by_last, by_orders, by_minor };
    *b = (zh_boundaries){ .at_ms = b->at_ms, .cause = b->cause, .currency = b->currency, .customers = b->customers, .orders = b->orders, .undone = b->undone, .buyers = count,
                          .day = zh_tz_day(tz, b->at_ms), .interval_ms = ZH_BOUNDARIES_INTERVAL_MS };
    if (count == 0) return;
    const drawing d = { b, tz, buyers, count };
    const int64_t plus[] = { 1, 1, unit_of(b->currency) };
    for (size_t i = 0; i < count; i++) buyers[i].minor = clamped(buyers[i].minor);
    for (int of = 0; of < (int)ZH_FIGURE_COUNT; of++) {
        qsort(buyers, count, sizeof *buyers, orders[of]);
        for (size_t i = 0; i < count; i++) b->sums[of] = add(b->sums[of], figure(&d, (zh_figure)of, i));
        for (size_t k = 1; k < ZH_BOUNDARIES_BINS; k++) b->cuts[of][k - 1] = cut(&d, (zh_figure)of, k, plus[of]);
        b->above[of] = floor_div(b->sums[of], (int64_t)count) + 1;
    }
    for (size_t k = 0; k < ZH_BOUNDARIES_CUTS; k++)
        b->before_ms[k] = zh_tz_day_start_ms(tz, b->day - ceil_div(b->cuts[ZH_FIGURE_RECENCY][k], ZH_BOUNDARIES_BINS) + 1);
    b->above[ZH_FIGURE_RECENCY] = zh_tz_day_start_ms(tz, b->day - ceil_div(b->sums[ZH_FIGURE_RECENCY], (int64_t)count) + 1);
    qsort(buyers, count, sizeof *buyers, by_interval);
    size_t none = 0;
    while (none < count && buyers[none].interval_ms == 0) none++;
    b->repeaters = count - none;
    if (b->repeaters < ZH_BOUNDARIES_REPEATERS_MIN) return;
    const int64_t median = buyers[none + (b->repeaters - 1) / 2].interval_ms;
    b->interval_ms = median > ZH_DAY_MS ? median : ZH_DAY_MS;
}

/* ---- the record ---- */

static const char *const causes[] = { "?", "midnight", "growth", "asked" };
const char *zh_boundaries_cause_text(zh_boundaries_cause cause) { return causes[(unsigned)cause < sizeof causes / sizeof *causes ? cause : 0]; }

void zh_boundaries_put(const zh_boundaries *b, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_BOUNDARIES, VERSION);
    zh_buf_put_i64(out, b->at_ms);
    zh_buf_put_zig(out, b->day);
    zh_buf_put_u8(out, (uint8_t)b->cause);
    zh_buf_put_u32(out, b->currency.code);
    zh_buf_put_var(out, b->customers);
    zh_buf_put_var(out, b->buyers);
    zh_buf_put_var(out, b->orders);
    zh_buf_put_u32(out, b->undone);
    zh_buf_put_var(out, b->repeaters);
    zh_buf_put_var(out, (uint64_t)b->interval_ms);
    for (int of = 0; of < (int)ZH_FIGURE_COUNT; of++) {
        zh_buf_put_zig(out, b->sums[of]);
        zh_buf_put_zig(out, b->above[of]);
        for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) zh_buf_put_zig(out, b->cuts[of][k]);
    }
    for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) zh_buf_put_i64(out, b->before_ms[k]);
}

/* What can be relied on: counts that fit in each other, borders in order. */
static bool is_sound(const zh_boundaries *b)
{
    bool sound = b->cause >= ZH_BOUNDARIES_MIDNIGHT && b->cause <= ZH_BOUNDARIES_ASKED && b->repeaters <= b->buyers && b->interval_ms >= ZH_DAY_MS &&
                 b->interval_ms <= ZH_TIME_MS_MAX;
    for (int of = 0; of < (int)ZH_FIGURE_COUNT; of++)
        for (int k = 1; k < ZH_BOUNDARIES_CUTS; k++) sound &= b->cuts[of][k - 1] <= b->cuts[of][k];
    for (int k = 1; k < ZH_BOUNDARIES_CUTS; k++) sound &= b->before_ms[k - 1] >= b->before_ms[k];
    return sound;
}

zh_err zh_boundaries_get(zh_sv record, zh_boundaries *out)
{
    zh_reader r = zh_reader_on(record);
    *out = (zh_boundaries){ 0 };
    if (zh_read_u8(&r) != ZH_RECORD_BOUNDARIES || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    out->at_ms = zh_read_i64(&r);
    out->day = zh_read_zig(&r);
    out->cause = (zh_boundaries_cause)zh_read_u8(&r);
    out->currency.code = zh_read_u32(&r);
    out->customers = zh_read_var(&r);
    out->buyers = zh_read_var(&r);
    out->orders = zh_read_var(&r);
    out->undone = zh_read_u32(&r);
    out->repeaters = zh_read_var(&r);
    out->interval_ms = (int64_t)zh_read_var(&r);
    for (int of = 0; of < (int)ZH_FIGURE_COUNT; of++) {
        out->sums[of] = zh_read_zig(&r);
        out->above[of] = zh_read_zig(&r);
        for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) out->cuts[of][k] = zh_read_zig(&r);
    }
    for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) out->before_ms[k] = zh_read_i64(&r);
    return !r.bad && zh_reader_left(&r) == 0 && is_sound(out) ? ZH_OK : ZH_FORMAT;
}

/* ---- the view ---- */

struct zh_boundaries_view {
    zh_boundaries kept[KEPT]; /* newest first */
    uint32_t count;
    bool dirty;
};

zh_err zh_boundaries_open(zh_boundaries_view **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_boundaries_close(zh_boundaries_view *v) { free(v); }

static int compare(const zh_boundaries *a, const zh_boundaries *b)
{
    if (a->at_ms != b->at_ms) return order(a->at_ms, b->at_ms);
    zh_buf x = zh_buf_open(RECORD_BYTES_MAX), y = zh_buf_open(RECORD_BYTES_MAX);
    zh_boundaries_put(a, &x);
    zh_boundaries_put(b, &y);
    const int differs = zh_sv_compare(zh_buf_view(&x), zh_buf_view(&y));
    zh_buf_close(&x);
    zh_buf_close(&y);
    return differs;
}

zh_err zh_boundaries_fold(zh_boundaries_view *v, zh_sv record, uint32_t undone)
{
    zh_boundaries b;
    const zh_err e = zh_boundaries_get(record, &b);
    if (e != ZH_OK || b.undone < undone) return e;
    uint32_t at = 0;
    while (at < v->count && compare(&b, &v->kept[at]) < 0) at++;
    if (at == KEPT || (at < v->count && compare(&b, &v->kept[at]) == 0)) return ZH_OK;
    if (v->count < KEPT) v->count++;
    for (uint32_t i = v->count - 1; i > at; i--) v->kept[i] = v->kept[i - 1];
    v->kept[at] = b;
    v->dirty = true;
    return ZH_OK;
}

const zh_boundaries *zh_boundaries_last(const zh_boundaries_view *v) { return v->count > 0 ? &v->kept[0] : NULL; }
const zh_boundaries *zh_boundaries_before(const zh_boundaries_view *v) { return v->count > 1 ? &v->kept[1] : NULL; }

static const char *const keys[KEPT] = { "last", "before" };

zh_err zh_boundaries_save(zh_boundaries_view *v, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(RECORD_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && (all || v->dirty) && i < v->count; i++) {
        zh_buf_reset(&value);
        zh_boundaries_put(&v->kept[i], &value);
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, zh_sv_of(keys[i]), zh_buf_view(&value));
    }
    zh_buf_close(&value);
    if (e == ZH_OK && !all) v->dirty = false;
    return e;
}

zh_err zh_boundaries_load(zh_boundaries_view *v, zh_sv key, zh_sv value)
{
    zh_boundaries b;
    if (!zh_sv_equal(key, zh_sv_of(keys[0])) && !zh_sv_equal(key, zh_sv_of(keys[1]))) return ZH_FORMAT;
    const zh_err e = zh_boundaries_get(value, &b);
    if (e != ZH_OK) return e;
    const bool dirty = v->dirty;
    const zh_err folded = zh_boundaries_fold(v, value, 0);
    v->dirty = dirty;
    return folded;
}

bool zh_boundaries_check(const zh_boundaries_view *v, const char **why)
{
    *why = NULL;
    for (uint32_t i = 0; i < v->count; i++)
        if (!is_sound(&v->kept[i])) *why = "a border is not where it can be";
    if (v->count == KEPT && compare(&v->kept[0], &v->kept[1]) <= 0) *why = "the newest boundaries are not the newest";
    return *why == NULL;
}

size_t zh_boundaries_bytes(const zh_boundaries_view *v) { return sizeof *v; }
