/* analyze_predict.c -- `zhun analyze predict`: what customers would have been predicted to do, beside what they did. */
#include "app/analyze_names.h"
#include "app/analyze_orders.h"
#include "base/time.h"
#include "measure/next_category.h"
#include "measure/predict.h"
#include "measure/spend.h"

#include <stdlib.h>

typedef struct crowd {
    zh_past *pasts;
    size_t count;
    int32_t first, end;
} crowd;

static int by_customer_and_day(const void *a, const void *b)
{
    const zh_purchase *p = a, *q = b;
    if (p->customer != q->customer) return p->customer < q->customer ? -1 : 1;
    if (p->day != q->day) return p->day < q->day ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

/* Lines of one order and day are a fact; what is taken back is one of its own. */
static zh_past_fact fact_of(const zh_purchase *rows, size_t count, bool returned)
{
    zh_past_fact f = { .day = rows->day, .kind = returned ? ZH_PAST_RETURN : ZH_PAST_ORDER };
    for (size_t i = 0; i < count; i++) {
        const bool back = rows[i].units < 0 || rows[i].revenue < 0;
        if (back != returned) continue;
        if (f.category == 0) f.category = rows[i].category;
        if (f.lines < UINT16_MAX) f.lines++;
        f.units += (float)fabs(rows[i].units);
        f.value += fabs(rows[i].revenue);
    }
    return f;
}

static void gather(zh_analyze *job, crowd *c, zh_purchases *p)
{
    qsort(p->rows, p->count, sizeof *p->rows, by_customer_and_day);
    zh_past_fact *facts = ZH_ROOM(job, zh_past_fact, p->count + 1);
    c->pasts = ZH_ROOM(job, zh_past, zh_names_count(&p->names));
    c->first = p->first_day, c->end = p->last_day;
    if (job->failed != ZH_OK) return;
    for (size_t from = 0, to, n = 0; from < p->count; from = to) {
        zh_past *past = &c->pasts[c->count++];
        past->facts = facts + n;
        for (to = from; to < p->count && p->rows[to].customer == p->rows[from].customer;) {
            size_t next = to;
            while (next < p->count && by_customer_and_day(&p->rows[next], &p->rows[to]) == 0) next++;
            for (int returned = 0; returned < 2; returned++) {
                const zh_past_fact f = fact_of(p->rows + to, next - to, returned == 1);
                if (f.lines > 0) facts[n++] = f, past->count++;
            }
            to = next;
        }
    }
}

static void put_day(zh_analyze *job, const char *key, int32_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_date_print(day, text);
    if (key != NULL) zh_put_key(job->out, key);
    zh_json_out_text(job->out, zh_sv_of(text));
}

static void put_reliability(zh_analyze *job, const zh_reliability *r)
{
    zh_put_key(job->out, "reliability");
    zh_json_out_array(job->out);
    for (size_t b = 0; b < r->bins_count; b++) {
        const zh_reliability_bin *bin = &r->bins[b];
        zh_json_out_object(job->out);
        zh_put_key_count(job->out, "n", bin->count);
        zh_put_key_real(job->out, "predicted", bin->mean);
        zh_put_key_real(job->out, "came_true", (double)bin->yes / (double)bin->count);
        zh_put_key_real(job->out, "low", bin->low);
        zh_put_key_real(job->out, "high", bin->high);
        zh_json_out_end(job->out);
    }
    zh_json_out_end(job->out);
}

static void put_report(zh_analyze *job, const char *name, zh_predict_task task, const zh_predict_report *r)
{
    zh_json_out_object(job->out);
    zh_put_key_text(job->out, "name", zh_sv_of(name));
    zh_put_key_count(job->out, "window_days", (uint64_t)task.window);
    zh_put_key_flag(job->out, "offered", r->is_offered);
    if (r->why != NULL) zh_put_key_text(job->out, "why", zh_sv_of(r->why));
    zh_put_key(job->out, "tested_as_of");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < r->days_count; i++) put_day(job, NULL, r->days[i]);
    zh_json_out_end(job->out);
    zh_put_key_count(job->out, "n", r->count);
    zh_put_key_count(job->out, "yes", r->yes);
    if (r->days_count > 0) {
        zh_put_key_real(job->out, "auc", r->auc);
        zh_put_key_real(job->out, "rfm_auc", r->rule_auc);
        zh_put_key_real(job->out, "brier", r->reliability.brier);
        zh_put_key_real(job->out, "rfm_brier", r->rule_reliability.brier);
        zh_put_key_real(job->out, "ece", r->reliability.ece);
        zh_put_key_real(job->out, "ece_by_chance", r->reliability.noise);
        zh_put_key_real(job->out, "rfm_ece", r->rule_reliability.ece);
        put_reliability(job, &r->reliability);
    }
    zh_json_out_end(job->out);
}

/* ---- the next category ---- */

/* Each line that names a category is a fact: the category with most money is the day's. */
static zh_past *categories(zh_analyze *job, const zh_purchases *p, const crowd *c, bool *any)
{
    zh_past_fact *facts = ZH_ROOM(job, zh_past_fact, p->count + 1);
    zh_past *pasts = ZH_ROOM(job, zh_past, c->count + 1);
    size_t n = 0, of = 0;
    if (job->failed != ZH_OK) return NULL;
    for (size_t from = 0, to; from < p->count; from = to, of++) {
        pasts[of].facts = facts + n;
        for (to = from; to < p->count && p->rows[to].customer == p->rows[from].customer; to++) {
            const zh_purchase *row = &p->rows[to];
            if (row->units < 0 || row->revenue < 0) continue;
            facts[n++] = (zh_past_fact){ .day = row->day, .kind = ZH_PAST_ORDER, .lines = 1, .category = row->category, .value = row->revenue };
            pasts[of].count++;
            *any |= row->category != 0;
        }
    }
    return pasts;
}

static void put_next_category(zh_analyze *job, const zh_next_category_report *r)
{
    zh_put_key(job->out, "next_category");
    zh_json_out_object(job->out);
    zh_put_key_flag(job->out, "offered", r->is_offered);
    if (r->why != NULL) zh_put_key_text(job->out, "why", zh_sv_of(r->why));
    zh_put_key(job->out, "tested_as_of");
    zh_json_out_array(job->out);
    for (uint32_t i = 0; i < r->days_count; i++) put_day(job, NULL, r->days[i]);
    zh_json_out_end(job->out);
    zh_put_key_count(job->out, "n", r->asked);
    zh_put_key_count(job->out, "right", r->right);
    zh_put_key_count(job->out, "right_most_frequent", r->right_frequent);
    zh_put_key_count(job->out, "right_most_popular", r->right_popular);
    zh_put_key_real(job->out, "log_loss", r->log_loss);
    zh_put_key_real(job->out, "log_loss_most_popular", r->log_loss_popular);
    zh_put_key_real(job->out, "ece", r->reliability.ece);
    zh_put_key_real(job->out, "ece_by_chance", r->reliability.noise);
    zh_json_out_end(job->out);
}

static void next_category(zh_analyze *job, const zh_purchases *p, const crowd *c)
{
    bool any = false;
    zh_next_category_report report;
    const zh_past *pasts = categories(job, p, c, &any);
    if (pasts == NULL || !any) return;
    if (zh_next_category_test(&report, pasts, c->count, c->end) != ZH_OK) zh_analyze_fail(job, ZH_NOMEM, "memory is out: give fewer customers");
    else put_next_category(job, &report);
}

/* ---- the money of the next days ---- */

static void spend(zh_analyze *job, const crowd *c)
{
    zh_spend_report r;
    const int32_t days = zh_spend_days(c->pasts, c->count, c->end);
    if (days == 0) return;
    if (zh_spend_test(&r, c->pasts, c->count, days, c->end) != ZH_OK) {
        zh_analyze_fail(job, ZH_NOMEM, "memory is out: give fewer customers");
        return;
    }
    zh_put_key(job->out, "spend");
    zh_json_out_object(job->out);
    zh_put_key_count(job->out, "window_days", (uint64_t)days);
    zh_put_key_flag(job->out, "offered", r.is_offered);
    if (r.asked > 0) put_day(job, "tested_as_of", r.day);
    zh_put_key_count(job->out, "n", r.asked);
    zh_put_key_count(job->out, "inside", r.inside);
    zh_put_key_real(job->out, "coverage", r.asked == 0 ? 0 : (double)r.inside / (double)r.asked);
    zh_put_key_count(job->out, "wide", r.wide);
    zh_put_key_real(job->out, "wide_coverage", r.wide == 0 ? 0 : (double)r.wide_inside / (double)r.wide);
    zh_put_key_real(job->out, "expected", r.expected);
    zh_put_key_real(job->out, "came", r.came);
    zh_put_key_real(job->out, "mean_width", r.width);
    zh_json_out_end(job->out);
}

static void predict_all(zh_analyze *job, const crowd *c)
{
    static const char *const names[] = { "buy_7d", "buy_30d", "lapse" };
    const int target = zh_spec_choice(job, "target", "buy_7d|buy_30d|lapse|all", "all");
    const uint32_t tests = (uint32_t)zh_spec_count(job, "tests", 0, ZH_PREDICT_TESTS_MAX, 0);
    zh_put_key_count(job->out, "customers", c->count);
    put_day(job, "from", c->first);
    put_day(job, "until", c->end);
    zh_put_key(job->out, "predictions");
    zh_json_out_array(job->out);
    for (int i = 0; i < 3 && job->failed == ZH_OK; i++) {
        if (target != 3 && target != i) continue;
        zh_predict_report report;
        const zh_predict_task task = { i == 2 ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY, i == 0 ? 7 : i == 1 ? 30 : zh_predict_lapse_days(c->pasts, c->count, c->end), NULL };
        const zh_err e = zh_predict_test(&report, c->pasts, c->count, task, c->end, tests > 0 ? tests : i == 0 ? ZH_PREDICT_TESTS_MAX : 1);
        if (e != ZH_OK) zh_analyze_fail(job, e, "memory is out: give fewer customers");
        else put_report(job, names[i], task, &report);
    }
    zh_json_out_end(job->out);
}

void zh_analyze_predict(zh_analyze *job)
{
    zh_table t;
    zh_purchases p = { 0 };
    crowd c = { 0 };
    int64_t until;
    const zh_sv end = zh_spec_text(job, "until", "");
    if (!zh_table_read(job, zh_spec_file(job, "file"), &t)) return;
    if (zh_purchases_read(job, &p, &t)) {
        gather(job, &c, &p);
        if (end.size > 0 && !zh_text_day(end, &until)) zh_analyze_fail(job, ZH_RANGE, "'until' is no date: write one like 2026-11-21");
        else if (end.size > 0 && until < c.end) c.end = (int32_t)until;
        if (job->failed == ZH_OK) predict_all(job, &c);
        if (job->failed == ZH_OK) next_category(job, &p, &c);
        if (job->failed == ZH_OK) spend(job, &c);
    }
    zh_purchases_close(&p);
}
