/* Goal: numbers arrive, the text follows the exposition format, strangers cannot make it grow without end.
 * Method: tables, threads against sums, a strict little reader of the format. */
#include "sys/metrics.h"

#include <math.h>
#include <pthread.h>

#include "check.h"

static const char *exposition(zh_metrics *metrics)
{
    static zh_buf buf;
    zh_buf_close(&buf);
    buf = zh_buf_open(4 << 20);
    zh_metrics_write(metrics, &buf);
    zh_buf_put_u8(&buf, 0);
    CHECK(zh_buf_err(&buf) == ZH_OK);
    return buf.data;
}

static void the_text_follows_the_format(void)
{
    zh_metrics *m = NULL;
    CHECK(zh_metrics_open(&m) == ZH_OK);
    zh_counter_add(zh_metrics_counter(m, "zhun_a_total", "What \\ is\ncounted.", NULL, 0), 3);
    const zh_metric_label labels[] = { { "source", ZH_SV("we\"b\\\n") }, { "dialect", ZH_SV("segment") } };
    zh_counter_add(zh_metrics_counter(m, "zhun_b_total", "B.", labels, 2), 2);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_g", "G.", NULL, 0), -1.5);
    zh_gauge_add(zh_metrics_gauge(m, "zhun_g", "G.", NULL, 0), 0.25);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_h", "H.", NULL, 0), (double)INFINITY);
    CHECK(strcmp(exposition(m),
                 "# HELP zhun_a_total What \\\\ is\\ncounted.\n# TYPE zhun_a_total counter\nzhun_a_total 3\n"
                 "# HELP zhun_b_total B.\n# TYPE zhun_b_total counter\n"
                 "zhun_b_total{source=\"we\\\"b\\\\\\n\",dialect=\"segment\"} 2\n"
                 "# HELP zhun_g G.\n# TYPE zhun_g gauge\nzhun_g -1.25\n"
                 "# HELP zhun_h H.\n# TYPE zhun_h gauge\nzhun_h +Inf\n") == 0);
    zh_metrics_close(m);
}

static void a_histogram_is_cumulative(void)
{
    zh_metrics *m = NULL;
    CHECK(zh_metrics_open(&m) == ZH_OK);
    const zh_metric_label label = { "route", ZH_SV("r") };
    zh_histogram *h = zh_metrics_histogram(m, "zhun_x_seconds", "X.", &label, 1);
    CHECK(zh_histogram_share_us(h, 0.5) == 0);
    const int64_t values_us[] = { -5, 0, 50, 51, 1000, 9999999, 10000001 };
    for (size_t i = 0; i < 7; i++) zh_histogram_add_us(h, values_us[i]);
    const char *text = exposition(m);
    CHECK(strstr(text, "zhun_x_seconds_bucket{route=\"r\",le=\"5e-05\"} 3\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_bucket{route=\"r\",le=\"0.0001\"} 4\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_bucket{route=\"r\",le=\"0.001\"} 5\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_bucket{route=\"r\",le=\"10\"} 6\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_bucket{route=\"r\",le=\"+Inf\"} 7\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_sum{route=\"r\"} 20.001101\n") != NULL);
    CHECK(strstr(text, "zhun_x_seconds_count{route=\"r\"} 7\n") != NULL);
    CHECK(zh_histogram_share_us(h, 0) == 50 && zh_histogram_share_us(h, 0.5) == 100);
    CHECK(zh_histogram_share_us(h, 0.7) == 1000 && zh_histogram_share_us(h, 1) == INT64_MAX);
    zh_metrics_close(m);
}

static void label_sets_are_bounded(void)
{
    zh_metrics *m = NULL;
    CHECK(zh_metrics_open(&m) == ZH_OK);
    for (int i = 0; i < 10000; i++) {
        char value[32];
        snprintf(value, sizeof value, "source-%d", i);
        const zh_metric_label label = { "source", zh_sv_of(value) };
        zh_counter_add(zh_metrics_counter(m, "zhun_s_total", "S.", &label, 1), 1);
    }
    const char *text = exposition(m);
    char want[64];
    snprintf(want, sizeof want, "zhun_s_total{source=\"other\"} %d\n", 10000 - ZH_METRIC_SERIES_MAX);
    CHECK(strstr(text, want) != NULL);
    CHECK(strstr(text, "source-127\"") != NULL && strstr(text, "source-128\"") == NULL);
    char longest[1000];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = "\xE5\x87\x86"[i % 3];
    const zh_metric_label label = { "reason", { longest, 999 } };
    zh_counter *c = zh_metrics_counter(m, "zhun_r_total", "R.", &label, 1);
    CHECK(c == zh_metrics_counter(m, "zhun_r_total", "R.", &label, 1));
    text = strstr(exposition(m), "zhun_r_total{");
    CHECK(text != NULL && strcspn(text, "\n") == strlen("zhun_r_total{reason=\"\"} 0") + 126); /* whole characters */
    static char names[ZH_METRIC_FAMILIES_MAX + 10][16];
    for (int i = 0; i < ZH_METRIC_FAMILIES_MAX + 10; i++) {
        snprintf(names[i], sizeof names[i], "n%d_total", i);
        zh_counter_add(zh_metrics_counter(m, names[i], "N.", NULL, 0), 1); /* never NULL */
    }
    zh_metrics_close(m);
}

typedef struct job {
    zh_metrics *metrics;
    uint64_t seed;
} job;

static void *add_many(void *ctx)
{
    job *j = ctx;
    static const char *const values[] = { "a", "b", "c" };
    zh_gauge *gauge = zh_metrics_gauge(j->metrics, "zhun_g", "G.", NULL, 0);
    for (int i = 0; i < 20000; i++) {
        const zh_metric_label label = { "v", zh_sv_of(values[test_random(&j->seed) % 3]) };
        zh_counter_add(zh_metrics_counter(j->metrics, "zhun_t_total", "T.", &label, 1), 1);
        zh_gauge_add(gauge, 1);
        if (i % 1000 == 0) { /* a scrape meanwhile */
            zh_buf buf = zh_buf_open(1 << 16);
            zh_metrics_write(j->metrics, &buf);
            zh_buf_close(&buf);
        }
    }
    return NULL;
}

static void no_add_is_lost(uint64_t seed)
{
    zh_metrics *m = NULL;
    CHECK(zh_metrics_open(&m) == ZH_OK);
    pthread_t threads[4];
    job jobs[4];
    for (size_t i = 0; i < 4; i++) {
        jobs[i] = (job){ m, seed + i };
        CHECK(pthread_create(&threads[i], NULL, add_many, &jobs[i]) == 0);
    }
    for (size_t i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    uint64_t sum = 0;
    for (size_t i = 0; i < 3; i++) {
        const zh_metric_label label = { "v", { &"abc"[i], 1 } };
        sum += zh_counter_value(zh_metrics_counter(m, "zhun_t_total", "T.", &label, 1));
    }
    CHECK(sum == 80000 && fabs(zh_gauge_value(zh_metrics_gauge(m, "zhun_g", "G.", NULL, 0)) - 80000) < 0.5);
    zh_metrics_close(m);
}

int main(int argc, char **argv)
{
    the_text_follows_the_format();
    a_histogram_is_cumulative();
    label_sets_are_bounded();
    no_add_is_lost(test_seed(argc, argv));
    return 0;
}
