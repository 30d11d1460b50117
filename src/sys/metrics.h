/* metrics.h -- numbers about the running engine, in the text format of Prometheus.
 *
 * A series is found or made by name and labels, once; the handle stays valid until close, so the
 * hot path is one atomic add. Handles are never NULL: past a limit the family's series with every
 * label "other" is handed out, without memory one that is not shown.
 *
 * Guarantees  adds are never lost; a name has one kind (counter, gauge, histogram) and one help
 *             text: the first wins, another kind is the caller's bug; series are written in order
 *             of making.
 * Cost        add: one relaxed atomic; lookup: a mutex and a walk over the series of one name.
 * Threads     any.
 * Source      Prometheus text exposition format 0.0.4.
 */
#ifndef ZH_SYS_METRICS_H
#define ZH_SYS_METRICS_H
#include "base/buf.h"

#define ZH_METRIC_FAMILIES_MAX 256 /* names; a dashboard with more is not read */
/* label sets a name; values may come from outside (source, reason) */
#define ZH_METRIC_SERIES_MAX   128
#define ZH_METRIC_LABELS_MAX   4   /* labels a series */
#define ZH_METRIC_VALUE_MAX    128 /* bytes of one label value; longer is cut */

typedef struct zh_metrics zh_metrics;
typedef struct zh_counter zh_counter;
typedef struct zh_gauge zh_gauge;
typedef struct zh_histogram zh_histogram;

typedef struct zh_metric_label {
    const char *name; /* [a-zA-Z_][a-zA-Z0-9_]*, static storage */
    zh_sv value;      /* copied */
} zh_metric_label;

ZH_MUST zh_err zh_metrics_open(zh_metrics **out);
void zh_metrics_close(zh_metrics *metrics); /* ends all handles */

/* `name` and `help` are static storage; counters end in _total, durations in _seconds.
 * labels may be NULL when count == 0; count <= ZH_METRIC_LABELS_MAX. */
zh_counter *zh_metrics_counter(zh_metrics *metrics, const char *name, const char *help,
                               const zh_metric_label *labels, size_t labels_count);
zh_gauge *zh_metrics_gauge(zh_metrics *metrics, const char *name, const char *help,
                           const zh_metric_label *labels, size_t labels_count);
/* Buckets from 50 us to 10 s, about three a decade. */
zh_histogram *zh_metrics_histogram(zh_metrics *metrics, const char *name, const char *help,
                                   const zh_metric_label *labels, size_t labels_count);

void zh_counter_add(zh_counter *counter, uint64_t by);
uint64_t zh_counter_value(const zh_counter *counter);
void zh_gauge_set(zh_gauge *gauge, double value);
void zh_gauge_add(zh_gauge *gauge, double by);
double zh_gauge_value(const zh_gauge *gauge);
void zh_histogram_add_us(zh_histogram *histogram, int64_t us); /* < 0 counts as 0 */
uint64_t zh_histogram_count(const zh_histogram *histogram);
/* The upper end of the bucket in which this share of the values lies, share in [0, 1]; 0 when
 * empty. */
int64_t zh_histogram_share_us(const zh_histogram *histogram, double share);

/* The whole exposition; a failure stays in the buffer. */
void zh_metrics_write(zh_metrics *metrics, zh_buf *to);

#endif
