/* analyze_customers.c -- `zhun analyze rfm` and `cohort`. */
#include "app/analyze_names.h"
#include "app/analyze_orders.h"
#include "base/time.h"
#include "measure/cohort.h"
#include "segment/rfm.h"

#include <math.h>
#include <stdlib.h>

#define TOP_CODES 12 /* rfm: the most frequent codes shown */
#define FIRST_MONTHS 5 /* cohort: `retained` is the size and the first four periods after */

/* ---- rfm ---- */

typedef struct person {
    double orders, revenue, recency;
    int32_t last_day;
    uint8_t r, f, m;
} person;

typedef struct rfm {
    person *people;
    size_t count, orders;
    uint32_t bins;
    double cut_r[ZH_RFM_BINS_MAX], cut_f[ZH_RFM_BINS_MAX], cut_m[ZH_RFM_BINS_MAX];
    zh_rfm_rule rules[ZH_RFM_RULES_MAX];
    size_t rules_count;
    bool own_rules;
} rfm;

static int by_order(const void *a, const void *b)
{
    const zh_purchase *p = a, *q = b;
    if (p->customer != q->customer) return p->customer < q->customer ? -1 : 1;
    return (p->order > q->order) - (p->order < q->order);
}

static void add_up(zh_analyze *job, rfm *out, zh_purchases *p, int64_t date)
{
    out->count = zh_names_count(&p->names);
    out->people = ZH_ROOM(job, person, out->count);
    double *figure = ZH_ROOM(job, double, out->count);
    if (job->failed != ZH_OK) return;
    for (size_t i = 0; i < out->count; i++) out->people[i].last_day = INT32_MIN;
    if (p->has_order) qsort(p->rows, p->count, sizeof *p->rows, by_order); /* lines of one order count once */
    for (size_t i = 0; i < p->count; i++) {
        const zh_purchase *row = &p->rows[i];
        person *who = &out->people[row->customer];
        who->revenue += row->revenue;
        if (row->day > who->last_day) who->last_day = row->day;
        if (p->has_order && i > 0 && by_order(row - 1, row) == 0) continue;
        who->orders++, out->orders++;
    }
    for (size_t i = 0; i < out->count; i++) figure[i] = out->people[i].recency = (double)(date - out->people[i].last_day);
    zh_rfm_cuts(figure, out->count, out->bins, out->cut_r);
    for (size_t i = 0; i < out->count; i++) figure[i] = out->people[i].orders;
    zh_rfm_cuts(figure, out->count, out->bins, out->cut_f);
    for (size_t i = 0; i < out->count; i++) figure[i] = out->people[i].revenue;
    zh_rfm_cuts(figure, out->count, out->bins, out->cut_m);
    for (size_t i = 0; i < out->count; i++) {
        person *who = &out->people[i];
        who->r = (uint8_t)(out->bins + 1 - zh_rfm_score(who->recency, out->cut_r, out->bins));
        who->f = (uint8_t)zh_rfm_score(who->orders, out->cut_f, out->bins);
        who->m = (uint8_t)zh_rfm_score(who->revenue, out->cut_m, out->bins);
    }
}

static void read_rules(zh_analyze *job, rfm *out)
{
    static const char *const sides[] = { "rules.r_lo", "rules.r_hi", "rules.f_lo", "rules.f_hi", "rules.m_lo", "rules.m_hi" };
    const zh_json_value names = zh_spec_get(job, "rules.names");
    out->own_rules = zh_spec_has(job, "rules");
    if (!out->own_rules) {
        if (out->bins == 5) memcpy(out->rules, zh_rfm_rules, (out->rules_count = zh_rfm_rules_count) * sizeof *out->rules);
        return;
    }
    out->rules_count = zh_json_count(names);
    if (out->rules_count == 0 || out->rules_count > ZH_RFM_RULES_MAX) {
        zh_analyze_fail(job, ZH_RANGE, "'rules.names' has %zu names: give 1 to %d", out->rules_count, ZH_RFM_RULES_MAX);
        return;
    }
    size_t i = 0;
    for (zh_json_iter it = zh_json_walk(names); zh_json_next(&it); i++)
        if (!zh_json_text(it.value, &out->rules[i].name)) zh_analyze_fail(job, ZH_RANGE, "'rules.names' has no text at place %zu: write the segment's name", i + 1);
    for (size_t s = 0; s < 6 && job->failed == ZH_OK; s++) {
        size_t count;
        const double *ends = zh_spec_reals(job, sides[s], 1, ZH_RFM_BINS_MAX, &count);
        if (count != out->rules_count) zh_analyze_fail(job, ZH_RANGE, "'%s' has %zu numbers for %zu names: give one a name", sides[s], count, out->rules_count);
        for (i = 0; ends != NULL && i < count && job->failed == ZH_OK; i++) out->rules[i].ends[s] = (uint8_t)ends[i];
    }
}

static zh_sv segment_of(const rfm *r, const person *who)
{
    const size_t i = zh_rfm_segment(r->rules, r->rules_count, who->r, who->f, who->m);
    return i == r->rules_count ? ZH_SV("Others") : r->rules[i].name;
}

static void tell_person(zh_analyze *job, const rfm *r, zh_purchases *p)
{
    const zh_sv name = zh_spec_text(job, "customer", NULL);
    const uint32_t known = zh_names_count(&p->names);
    uint32_t number = known;
    if (job->failed != ZH_OK) return;
    if (zh_names_add(&p->names, name, &number) != ZH_OK || number >= known) {
        zh_analyze_fail(job, ZH_ABSENT, "no customer is called '%.*s': write the id as in the file", (int)(name.size > 80 ? 80 : name.size), name.data);
        return;
    }
    const person *who = &r->people[number];
    zh_put_key_real(job->out, "orders", who->orders);
    zh_put_key_real(job->out, "revenue", who->revenue);
    zh_put_key_real(job->out, "recency_days", who->recency);
    zh_put_key_count(job->out, "R", who->r);
    zh_put_key_count(job->out, "F", who->f);
    zh_put_key_count(job->out, "M", who->m);
    zh_put_key_text(job->out, "segment", segment_of(r, who));
}

static void tell_scores(zh_analyze *job, const rfm *r)
{
    double counts[3][ZH_RFM_BINS_MAX] = { { 0 } };
    for (size_t i = 0; i < r->count; i++) counts[0][r->people[i].r - 1]++, counts[1][r->people[i].f - 1]++, counts[2][r->people[i].m - 1]++;
    zh_put_key_reals(job->out, "R", counts[0], r->bins);
    zh_put_key_reals(job->out, "F", counts[1], r->bins);
    zh_put_key_reals(job->out, "M", counts[2], r->bins);
}

static void tell_segments(zh_analyze *job, const rfm *r)
{
    double sums[ZH_RFM_RULES_MAX + 1][3] = { { 0 } };
    for (size_t i = 0; i < r->count; i++) {
        const person *who = &r->people[i];
        double *sum = sums[zh_rfm_segment(r->rules, r->rules_count, who->r, who->f, who->m)];
        sum[0]++, sum[1] += who->orders, sum[2] += who->revenue;
    }
    if (!r->own_rules) {
        zh_put_key(job->out, "segments");
        zh_json_out_array(job->out);
    }
    for (size_t i = 0; i <= r->rules_count; i++) {
        const zh_sv name = i == r->rules_count ? ZH_SV("Others") : r->rules[i].name;
        if (sums[i][0] == 0) continue;
        if (r->own_rules) zh_json_out_key(job->out, name);
        zh_json_out_object(job->out);
        if (!r->own_rules) zh_put_key_text(job->out, "segment", name);
        zh_put_key_real(job->out, "customers", sums[i][0]);
        zh_put_key_real(job->out, "orders", sums[i][1]);
        zh_put_key_real(job->out, "revenue", sums[i][2]);
        zh_json_out_end(job->out);
    }
    if (!r->own_rules) zh_json_out_end(job->out);
}

static void tell_codes(zh_analyze *job, const rfm *r)
{
    uint32_t *counts = ZH_ROOM(job, uint32_t, 1000);
    size_t distinct = 0;
    if (counts == NULL) return;
    for (size_t i = 0; i < r->count; i++) distinct += counts[100 * r->people[i].r + 10 * r->people[i].f + r->people[i].m]++ == 0;
    zh_put_key_count(job->out, "distinct", distinct);
    zh_put_key(job->out, "top");
    zh_json_out_object(job->out);
    for (int shown = 0; shown < TOP_CODES; shown++) {
        int best = 0;
        for (int code = 0; code < 1000; code++)
            if (counts[code] > counts[best]) best = code;
        if (counts[best] == 0) break;
        char text[16];
        snprintf(text, sizeof text, "%03d", best);
        zh_put_key_count(job->out, text, counts[best]);
        counts[best] = 0;
    }
    zh_json_out_end(job->out);
}

static void tell_rfm(zh_analyze *job, const rfm *r, const zh_purchases *p)
{
    double revenue = 0, orders = 0, recency = 0;
    for (size_t i = 0; i < r->count; i++) revenue += r->people[i].revenue, orders += r->people[i].orders, recency += r->people[i].recency;
    zh_put_key_count(job->out, "orders", r->orders);
    zh_put_key_count(job->out, "customers", r->count);
    if (p->left_out > 0) zh_put_key_count(job->out, "rows_left_out", p->left_out);
    zh_put_key_reals(job->out, "cut_r", r->cut_r, r->bins - 1);
    zh_put_key_reals(job->out, "cut_f", r->cut_f, r->bins - 1);
    zh_put_key_reals(job->out, "cut_m", r->cut_m, r->bins - 1);
    zh_put_key(job->out, "mean");
    zh_json_out_object(job->out);
    zh_put_key_real(job->out, "revenue", revenue / (double)r->count);
    zh_put_key_real(job->out, "orders", orders / (double)r->count);
    zh_put_key_real(job->out, "recency", recency / (double)r->count);
    zh_json_out_end(job->out);
    tell_scores(job, r);
    tell_segments(job, r);
    tell_codes(job, r);
}

/* A day of the spec, or the one after the last day of the data. */
static int64_t day_of(zh_analyze *job, const char *key, int64_t fallback)
{
    int64_t day = fallback;
    if (!zh_spec_has(job, key)) return day;
    const zh_sv text = zh_spec_text(job, key, "");
    if (!zh_text_day(text, &day)) zh_analyze_fail(job, ZH_RANGE, "'%s' is no date: write one like 2026-11-21", key);
    return day;
}

void zh_analyze_rfm(zh_analyze *job)
{
    zh_table t;
    zh_purchases p = { .names = zh_names_open() };
    rfm r = { .bins = (uint32_t)zh_spec_count(job, "bins", 2, ZH_RFM_BINS_MAX, 5) };
    read_rules(job, &r);
    if (zh_table_read(job, zh_spec_file(job, "file"), &t) && zh_purchases_read(job, &p, &t)) {
        if (!p.has_revenue) zh_analyze_fail(job, ZH_ABSENT, "%.*s has no revenue and no price: name one, like --param 'columns={\"revenue\": 3, ...}'", ZH_SV_ARG(t.path));
        const int64_t date = day_of(job, "date", (int64_t)p.last_day + 1);
        if (date < p.last_day) zh_analyze_fail(job, ZH_RANGE, "'date' is before the last order: give a later day, or leave rows out");
        if (job->failed == ZH_OK) add_up(job, &r, &p, date);
        if (job->failed == ZH_OK && zh_spec_has(job, "customer")) tell_person(job, &r, &p);
        else if (job->failed == ZH_OK) tell_rfm(job, &r, &p);
    }
    zh_purchases_close(&p);
}

/* ---- cohort ---- */

typedef enum period { MONTH, WEEK, DAY } period;

static int64_t period_of(period kind, int64_t day)
{
    if (kind == DAY) return day;
    if (kind == WEEK) return (day + 3 - (day + 3 < 0 ? 6 : 0)) / 7; /* 1970-01-01 was a Thursday; weeks begin on Monday */
    const zh_civil c = zh_civil_of(day * ZH_DAY_MS);
    return (int64_t)c.year * 12 + c.month - 1;
}

static size_t print_period(period kind, int64_t at, char out[ZH_TIME_TEXT_BYTES])
{
    if (kind != MONTH) return zh_date_print(kind == DAY ? at : at * 7 - 3, out);
    return (size_t)snprintf(out, ZH_TIME_TEXT_BYTES, "%04d-%02d", (int)(at / 12), (int)(at % 12) + 1);
}

typedef struct cohorts {
    period kind;
    int64_t first;
    uint32_t periods;
    uint32_t *kept;
} cohorts;

static void put_kept(zh_analyze *job, const char *key, const cohorts *c, uint32_t cohort, uint32_t most)
{
    zh_put_key(job->out, key);
    zh_json_out_array(job->out);
    for (uint32_t k = 0; cohort + k < c->periods && k < most; k++) zh_json_out_uint(job->out, c->kept[(size_t)cohort * c->periods + k]);
    zh_json_out_end(job->out);
}

static void tell_one(zh_analyze *job, const cohorts *c)
{
    const zh_sv wanted = zh_spec_text(job, "cohort", NULL);
    char text[ZH_TIME_TEXT_BYTES];
    for (uint32_t i = 0; i < c->periods; i++) {
        if (!zh_sv_equal(wanted, (zh_sv){ text, print_period(c->kind, c->first + i, text) })) continue;
        put_kept(job, "active_by_month", c, i, UINT32_MAX);
        put_kept(job, "retained_by_month", c, i, UINT32_MAX);
        put_kept(job, "retained", c, i, FIRST_MONTHS);
        return;
    }
    char last[ZH_TIME_TEXT_BYTES];
    print_period(c->kind, c->first, text);
    print_period(c->kind, c->first + c->periods - 1, last);
    zh_analyze_fail(job, ZH_ABSENT, "the data has no cohort '%.*s': give one from %s to %s", (int)(wanted.size > 40 ? 40 : wanted.size), wanted.data, text, last);
}

static void tell_all(zh_analyze *job, const cohorts *c, const zh_purchases *p)
{
    char text[ZH_TIME_TEXT_BYTES];
    double units = 0, revenue = 0;
    for (size_t i = 0; i < p->count; i++) units += p->rows[i].units, revenue += p->rows[i].revenue;
    zh_put_key_count(job->out, "rows", p->count);
    zh_put_key_count(job->out, "customers", zh_names_count(&p->names));
    if (p->has_units) zh_put_key_real(job->out, "units", units);
    if (p->has_revenue) zh_put_key_real(job->out, "revenue", revenue);
    if (p->left_out > 0) zh_put_key_count(job->out, "rows_left_out", p->left_out);
    for (uint32_t i = 0; i < c->periods; i++) {
        if (c->kept[(size_t)i * c->periods] == 0) continue;
        print_period(c->kind, c->first + i, text);
        zh_put_key_count(job->out, text, c->kept[(size_t)i * c->periods]);
    }
    zh_put_key(job->out, "cohorts");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < c->periods; i++) {
        if (c->kept[(size_t)i * c->periods] == 0) continue;
        print_period(c->kind, c->first + i, text);
        zh_json_out_object(job->out);
        zh_put_key_text(job->out, "cohort", zh_sv_of(text));
        put_kept(job, "retained_by_period", c, i, UINT32_MAX);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

void zh_analyze_cohort(zh_analyze *job)
{
    zh_table t;
    zh_purchases p = { .names = zh_names_open() };
    cohorts c = { .kind = (period)zh_spec_choice(job, "period", "month|week|day", "month") };
    if (zh_table_read(job, zh_spec_file(job, "file"), &t) && zh_purchases_read(job, &p, &t)) {
        c.first = period_of(c.kind, p.first_day);
        const int64_t periods = period_of(c.kind, p.last_day) - c.first + 1;
        if (periods > ZH_COHORT_PERIODS_MAX) zh_analyze_fail(job, ZH_FULL, "the data spans %lld periods: ask by month, or give at most %d", (long long)periods, ZH_COHORT_PERIODS_MAX);
        c.periods = (uint32_t)periods;
        uint64_t *visits = ZH_ROOM(job, uint64_t, p.count);
        c.kept = job->failed != ZH_OK ? NULL : ZH_ROOM(job, uint32_t, (size_t)periods * (size_t)periods);
        if (job->failed == ZH_OK) {
            for (size_t i = 0; i < p.count; i++) visits[i] = zh_cohort_visit(p.rows[i].customer, (uint32_t)(period_of(c.kind, p.rows[i].day) - c.first));
            zh_cohort_count(visits, p.count, c.periods, c.kept);
            if (zh_spec_has(job, "cohort")) tell_one(job, &c);
            else tell_all(job, &c, &p);
        }
    }
    zh_purchases_close(&p);
}
