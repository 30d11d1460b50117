#include "sys/metrics.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef enum kind { COUNTER, GAUGE, HISTOGRAM } kind;

/* Upper ends in microseconds, about three a decade: a share is known within a factor of 2.5. */
static const int64_t bucket_us[] = { 50,     100,     250,     500,     1000,    2500,
                                     5000,   10000,   25000,   50000,   100000,  250000,
                                     500000, 1000000, 2500000, 5000000, 10000000 };
#define BUCKETS (sizeof bucket_us / sizeof *bucket_us)

struct zh_counter { _Atomic uint64_t value; };
struct zh_gauge { _Atomic uint64_t bits; }; /* of a double: C has no atomic add for it */
struct zh_histogram { _Atomic uint64_t counts[BUCKETS + 1], sum_us; };

typedef struct series {
    struct series *next;
    char *labels; /* name="value",…  escaped; "" without labels */
    union { zh_counter counter; zh_gauge gauge; zh_histogram histogram; } of;
} series;

typedef struct family {
    const char *name, *help;
    kind kind;
    unsigned count;
    series *first, *last, *other; /* other: past the limit, also in the list */
} family;

struct zh_metrics {
    pthread_mutex_t mutex;
    unsigned count;
    family families[ZH_METRIC_FAMILIES_MAX];
    /* where adds go when there is no memory or no room for one more name; not shown */
    series nowhere;
};

zh_err zh_metrics_open(zh_metrics **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    pthread_mutex_init(&(*out)->mutex, NULL);
    return ZH_OK;
}

void zh_metrics_close(zh_metrics *metrics)
{
    if (metrics == NULL) return;
    for (unsigned i = 0; i < metrics->count; i++) {
        for (series *s = metrics->families[i].first; s != NULL;) {
            series *next = s->next;
            free(s->labels);
            free(s);
            s = next;
        }
    }
    pthread_mutex_destroy(&metrics->mutex);
    free(metrics);
}

static bool is_name(const char *name)
{
    for (const char *c = name; *c != '\0'; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_';
        if (!letter && (c == name || *c < '0' || *c > '9')) return false;
    }
    return name[0] != '\0';
}

static void put_escaped(zh_buf *to, zh_sv text, bool quotes)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == '\\') zh_buf_put(to, ZH_SV("\\\\"));
        else if (c == '\n') zh_buf_put(to, ZH_SV("\\n"));
        else if (c == '"' && quotes) zh_buf_put(to, ZH_SV("\\\""));
        else zh_buf_put_u8(to, (uint8_t)c);
    }
}

/* Cut at ZH_METRIC_VALUE_MAX, but not inside a character of UTF-8. */
static zh_sv short_value(zh_sv value)
{
    if (value.size <= ZH_METRIC_VALUE_MAX) return value;
    size_t size = ZH_METRIC_VALUE_MAX;
    while (size > 0 && ((unsigned char)value.data[size] & 0xC0) == 0x80) size--;
    return zh_sv_part(value, 0, size);
}

static void put_labels(zh_buf *to, const zh_metric_label *labels, size_t count, bool other)
{
    for (size_t i = 0; i < count; i++) {
        assert(is_name(labels[i].name));
        zh_buf_printf(to, "%s%s=\"", i == 0 ? "" : ",", labels[i].name);
        put_escaped(to, other ? ZH_SV("other") : short_value(labels[i].value), true);
        zh_buf_put(to, ZH_SV("\""));
    }
    zh_buf_put_u8(to, 0);
}

static family *family_of(zh_metrics *metrics, const char *name, const char *help, kind k)
{
    for (unsigned i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->families[i].name, name) != 0) continue;
        assert(metrics->families[i].kind == k); /* one name, one kind */
        return &metrics->families[i];
    }
    if (metrics->count == ZH_METRIC_FAMILIES_MAX) return NULL;
    assert(is_name(name));
    family *f = &metrics->families[metrics->count++];
    *f = (family){ .name = name, .help = help, .kind = k };
    return f;
}

static series *series_add(family *f, const char *labels)
{
    series *s = calloc(1, sizeof *s);
    char *text = strdup(labels);
    if (s == NULL || text == NULL) {
        free(s);
        free(text);
        return NULL;
    }
    s->labels = text;
    if (f->last == NULL) f->first = s;
    else f->last->next = s;
    f->last = s;
    f->count++;
    return s;
}

static series *series_find(const family *f, const char *labels)
{
    series *s = f->first;
    while (s != NULL && strcmp(s->labels, labels) != 0) s = s->next;
    return s;
}

static series *series_of(zh_metrics *metrics, const char *name, const char *help, kind k,
                         const zh_metric_label *labels, size_t count)
{
    assert(count <= ZH_METRIC_LABELS_MAX);
    zh_buf text = zh_buf_open(ZH_METRIC_LABELS_MAX * (2 * ZH_METRIC_VALUE_MAX + 256));
    series *s = NULL;
    pthread_mutex_lock(&metrics->mutex);
    family *f = family_of(metrics, name, help, k);
    put_labels(&text, labels, count, false);
    if (f != NULL && zh_buf_err(&text) == ZH_OK) {
        s = series_find(f, text.data);
        if (s == NULL && f->count < ZH_METRIC_SERIES_MAX) s = series_add(f, text.data);
        if (s == NULL && f->other == NULL) {
            zh_buf_reset(&text);
            put_labels(&text, labels, count, true);
            if (zh_buf_err(&text) == ZH_OK) {
                s = series_find(f, text.data);
                f->other = s != NULL ? s : series_add(f, text.data);
            }
        }
        if (s == NULL) s = f->other;
    }
    pthread_mutex_unlock(&metrics->mutex);
    zh_buf_close(&text);
    return s != NULL ? s : &metrics->nowhere;
}

zh_counter *zh_metrics_counter(zh_metrics *metrics, const char *name, const char *help,
                               const zh_metric_label *labels, size_t labels_count)
{
    return &series_of(metrics, name, help, COUNTER, labels, labels_count)->of.counter;
}

zh_gauge *zh_metrics_gauge(zh_metrics *metrics, const char *name, const char *help,
                           const zh_metric_label *labels, size_t labels_count)
{
    return &series_of(metrics, name, help, GAUGE, labels, labels_count)->of.gauge;
}

zh_histogram *zh_metrics_histogram(zh_metrics *metrics, const char *name, const char *help,
                                   const zh_metric_label *labels, size_t labels_count)
{
    return &series_of(metrics, name, help, HISTOGRAM, labels, labels_count)->of.histogram;
}

/* ---- the hot path ---- */

void zh_counter_add(zh_counter *counter, uint64_t by)
{
    atomic_fetch_add_explicit(&counter->value, by, memory_order_relaxed);
}

uint64_t zh_counter_value(const zh_counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void zh_gauge_set(zh_gauge *gauge, double value)
{
    atomic_store_explicit(&gauge->bits, bits_of(value), memory_order_relaxed);
}

void zh_gauge_add(zh_gauge *gauge, double by)
{
    uint64_t was = atomic_load_explicit(&gauge->bits, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&gauge->bits, &was, bits_of(double_of(was) + by),
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

double zh_gauge_value(const zh_gauge *gauge)
{
    return double_of(atomic_load_explicit(&gauge->bits, memory_order_relaxed));
}

void zh_histogram_add_us(zh_histogram *histogram, int64_t us)
{
    if (us < 0) us = 0;
    size_t at = 0;
    while (at < BUCKETS && us > bucket_us[at]) at++;
    atomic_fetch_add_explicit(&histogram->counts[at], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum_us, (uint64_t)us, memory_order_relaxed);
}

uint64_t zh_histogram_count(const zh_histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= BUCKETS; i++)
        count += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
    return count;
}

int64_t zh_histogram_share_us(const zh_histogram *histogram, double share)
{
    const uint64_t all = zh_histogram_count(histogram);
    const double want = share * (double)all;
    uint64_t seen = 0;
    if (all == 0) return 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        if (seen > 0 && (double)seen >= want) return bucket_us[i];
    }
    return INT64_MAX; /* slower than the last bucket */
}

/* ---- the exposition ---- */

static void put_number(zh_buf *to, double value)
{
    if (isnan(value)) zh_buf_put(to, ZH_SV("NaN"));
    else if (isinf(value)) zh_buf_put(to, value > 0 ? ZH_SV("+Inf") : ZH_SV("-Inf"));
    else zh_buf_printf(to, "%.17g", value);
}

static void put_sample_name(zh_buf *to, const family *f, const series *s)
{
    zh_buf_put(to, zh_sv_of(f->name));
    if (s->labels[0] != '\0') zh_buf_printf(to, "{%s}", s->labels);
    zh_buf_put(to, ZH_SV(" "));
}

static void put_histogram(zh_buf *to, const family *f, const series *s)
{
    const zh_histogram *h = &s->of.histogram;
    const char *comma = s->labels[0] != '\0' ? "," : "";
    /* summed here, so that the buckets and the count agree though others add meanwhile */
    uint64_t seen = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        seen += atomic_load_explicit(&h->counts[i], memory_order_relaxed);
        if (i < BUCKETS)
            zh_buf_printf(to, "%s_bucket{%s%sle=\"%g\"} %llu\n", f->name, s->labels, comma,
                          (double)bucket_us[i] / 1e6, (unsigned long long)seen);
    }
    zh_buf_printf(to, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", f->name, s->labels, comma,
                  (unsigned long long)seen);
    const char *open = s->labels[0] != '\0' ? "{" : "", *close = s->labels[0] != '\0' ? "}" : "";
    const uint64_t sum_us = atomic_load_explicit(&h->sum_us, memory_order_relaxed);
    zh_buf_printf(to, "%s_sum%s%s%s %.6f\n", f->name, open, s->labels, close, (double)sum_us / 1e6);
    zh_buf_printf(to, "%s_count%s%s%s %llu\n", f->name, open, s->labels, close,
                  (unsigned long long)seen);
}

static void put_family(zh_buf *to, const family *f)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    zh_buf_printf(to, "# HELP %s ", f->name);
    put_escaped(to, zh_sv_of(f->help), false);
    zh_buf_printf(to, "\n# TYPE %s %s\n", f->name, kinds[f->kind]);
    for (const series *s = f->first; s != NULL; s = s->next) {
        if (f->kind == HISTOGRAM) {
            put_histogram(to, f, s);
            continue;
        }
        put_sample_name(to, f, s);
        if (f->kind == COUNTER)
            zh_buf_printf(to, "%llu", (unsigned long long)zh_counter_value(&s->of.counter));
        else put_number(to, zh_gauge_value(&s->of.gauge));
        zh_buf_put(to, ZH_SV("\n"));
    }
}

void zh_metrics_write(zh_metrics *metrics, zh_buf *to)
{
    pthread_mutex_lock(&metrics->mutex);
    for (unsigned i = 0; i < metrics->count; i++) put_family(to, &metrics->families[i]);
    pthread_mutex_unlock(&metrics->mutex);
}
