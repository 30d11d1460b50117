/* standing.c -- where customers stand: RFM grid, lifecycle, AIPL, cohorts; drawing the boundaries anew. */
#include "base/time.h"
#include "engine/boundary_clock.h"
#include "engine/cohorts.h"
#include "engine/standings.h"
#include "segment/rfm.h"
#include "server/answer.h"
#include "server/call.h"

#define COHORTS_DEFAULT 24
#define COHORTS_MAX 120
#define DAYS_MAX 366 /* back, for flows */

/* ---- boundaries ---- */

static void put_day(zh_json_out *out, zh_sv key, int64_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key_text(out, key, (zh_sv){ text, zh_date_print(day, text) });
}

static void put_figure(zh_json_out *out, zh_sv key, const zh_boundaries *b, zh_figure of, double unit)
{
    zh_json_out_key(out, key);
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("cuts"));
    zh_json_out_array(out);
    for (int k = 0; k < ZH_BOUNDARIES_CUTS; k++) zh_json_out_real(out, (double)b->cuts[of][k] / ZH_BOUNDARIES_BINS / unit);
    zh_json_out_end(out);
    zh_json_out_key_real(out, ZH_SV("mean"), b->buyers == 0 ? 0 : (double)b->sums[of] / (double)b->buyers / unit);
    zh_json_out_end(out);
}

static double unit_of(zh_currency currency)
{
    static const double units[] = { 1, 10, 100, 1000, 10000 };
    const int digits = currency.code == 0 ? 2 : zh_currency_digits(currency);
    return units[digits >= 0 && digits <= 4 ? digits : 2];
}

static void put_boundaries(zh_json_out *out, const zh_boundaries *b)
{
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), b->at_ms);
    put_day(out, ZH_SV("day"), b->day);
    zh_json_out_key_text(out, ZH_SV("cause"), zh_sv_of(zh_boundaries_cause_text(b->cause)));
    zh_answer_currency(out, ZH_SV("currency"), b->currency);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)b->customers);
    zh_json_out_key_int(out, ZH_SV("buyers"), (int64_t)b->buyers);
    zh_json_out_key_int(out, ZH_SV("repeaters"), (int64_t)b->repeaters);
    zh_json_out_key_real(out, ZH_SV("intervalDays"), (double)b->interval_ms / (double)ZH_DAY_MS);
    put_figure(out, ZH_SV("recency"), b, ZH_FIGURE_RECENCY, 1);
    put_figure(out, ZH_SV("frequency"), b, ZH_FIGURE_FREQUENCY, 1);
    put_figure(out, ZH_SV("monetary"), b, ZH_FIGURE_MONETARY, unit_of(b->currency));
    zh_json_out_end(out);
}

/* The member `boundaries`, null where there are none yet. */
static void put_last(zh_json_out *out, const zh_standings *s)
{
    zh_json_out_key(out, ZH_SV("boundaries"));
    if (s->has_boundaries) put_boundaries(out, &s->boundaries);
    else zh_json_out_null(out);
}

void zh_route_boundaries(zh_call *call)
{
    zh_boundaries b;
    const zh_err e = zh_boundary_clock_now(zh_engine_boundary_clock(call->engine), &b);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the boundaries could not be drawn");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    put_boundaries(&out, &b);
    zh_call_json(call, 200, &out);
}

void zh_boundaries_gauge(zh_call *call) /* under the world's lock */
{
    const zh_boundaries *last = zh_boundaries_last(zh_engine_world(call->engine)->boundaries);
    const int64_t age_ms = last == NULL || call->now_ms < last->at_ms ? 0 : call->now_ms - last->at_ms;
    zh_gauge_set(zh_metrics_gauge(zh_engine_metrics(call->engine), "zhun_boundaries_age_seconds", "Age of the boundaries of RFM and lifecycle; 0: there are none yet.", NULL, 0),
                 (double)age_ms / 1000.0);
}

/* ---- one customer ---- */

void zh_answer_standing(const zh_world *w, const zh_customer_state *state, int64_t now_ms, zh_json_out *out)
{
    zh_standing s;
    zh_json_out_key(out, ZH_SV("standing"));
    if (state == NULL) {
        zh_json_out_null(out);
        return;
    }
    zh_standing_of(state, zh_boundaries_last(w->boundaries), now_ms, &s);
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("rfm"));
    if (s.scores[0] == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("segment"), zh_rfm_segment_code(s.segment));
        zh_json_out_key_text(out, ZH_SV("class"), zh_rfm_class_code(s.rfm_class));
        zh_json_out_key_text(out, ZH_SV("classZh"), zh_rfm_class_zh(s.rfm_class));
        zh_json_out_key_int(out, ZH_SV("recency"), s.scores[ZH_FIGURE_RECENCY]);
        zh_json_out_key_int(out, ZH_SV("frequency"), s.scores[ZH_FIGURE_FREQUENCY]);
        zh_json_out_key_int(out, ZH_SV("monetary"), s.scores[ZH_FIGURE_MONETARY]);
        zh_json_out_end(out);
    }
    zh_json_out_key_text(out, ZH_SV("lifecycle"), zh_sv_of(zh_lifecycle_text(s.lifecycle)));
    zh_call_time(out, ZH_SV("lifecycleUntil"), s.until_ms == INT64_MAX ? 0 : s.until_ms);
    zh_json_out_key_text(out, ZH_SV("aipl"), zh_sv_of(zh_aipl_text(s.aipl)));
    zh_json_out_key_real(out, ZH_SV("intervalDays"), (double)s.interval_ms / (double)ZH_DAY_MS);
    zh_json_out_end(out);
}

/* ---- reports ---- */

static zh_standings *ask(zh_call *call, int64_t since_ms)
{
    zh_standings *s = ZH_TAKE(call->arena, zh_standings, 1);
    const zh_err e = s == NULL ? ZH_NOMEM : zh_engine_standings(call->engine, since_ms, s);
    if (e == ZH_OK) return s;
    zh_call_failed(call, e, "the customers cannot be asked");
    return NULL;
}

static void put_sum(zh_json_out *out, const zh_standings_sum *sum)
{
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)sum->customers);
    zh_json_out_key_int(out, ZH_SV("orders"), sum->orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), sum->minor);
}

static void put_grid(zh_json_out *out, const zh_standings *s)
{
    zh_json_out_key(out, ZH_SV("grid"));
    zh_json_out_array(out);
    for (int r = 0; r < ZH_BOUNDARIES_BINS; r++)
        for (int f = 0; f < ZH_BOUNDARIES_BINS; f++) {
            zh_standings_sum sum = { 0 };
            for (int m = 0; m < ZH_BOUNDARIES_BINS; m++) {
                sum.customers += s->codes[r][f][m].customers;
                sum.orders += s->codes[r][f][m].orders;
                sum.minor += s->codes[r][f][m].minor;
            }
            zh_json_out_object(out);
            zh_json_out_key_int(out, ZH_SV("recency"), r + 1);
            zh_json_out_key_int(out, ZH_SV("frequency"), f + 1);
            put_sum(out, &sum);
            zh_json_out_end(out);
        }
    zh_json_out_end(out);
}

static void put_scores(zh_json_out *out, const zh_standings *s)
{
    static const char *const names[] = { "recency", "frequency", "monetary" };
    int64_t counts[ZH_FIGURE_COUNT][ZH_BOUNDARIES_BINS] = { { 0 } };
    for (int r = 0; r < ZH_BOUNDARIES_BINS; r++)
        for (int f = 0; f < ZH_BOUNDARIES_BINS; f++)
            for (int m = 0; m < ZH_BOUNDARIES_BINS; m++) {
                const int64_t customers = (int64_t)s->codes[r][f][m].customers;
                counts[0][r] += customers, counts[1][f] += customers, counts[2][m] += customers;
            }
    zh_json_out_key(out, ZH_SV("scores"));
    zh_json_out_object(out);
    for (int of = 0; of < (int)ZH_FIGURE_COUNT; of++) {
        zh_json_out_key(out, zh_sv_of(names[of]));
        zh_json_out_array(out);
        for (int i = 0; i < ZH_BOUNDARIES_BINS; i++) zh_json_out_int(out, counts[of][i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_codes(zh_json_out *out, const zh_standings *s)
{
    zh_json_out_key(out, ZH_SV("codes"));
    zh_json_out_object(out);
    for (int code = 0; code < ZH_BOUNDARIES_BINS * ZH_BOUNDARIES_BINS * ZH_BOUNDARIES_BINS; code++) {
        const int r = code / 25, f = code / 5 % 5, m = code % 5;
        const char text[] = { (char)('1' + r), (char)('1' + f), (char)('1' + m) };
        if (s->codes[r][f][m].customers > 0) zh_json_out_key_int(out, (zh_sv){ text, sizeof text }, (int64_t)s->codes[r][f][m].customers);
    }
    zh_json_out_end(out);
}

void zh_route_report_rfm(zh_call *call)
{
    const zh_standings *s = ask(call, 0);
    if (s == NULL) return;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("at"), s->now_ms);
    put_last(&out, s);
    zh_json_out_key(&out, ZH_SV("buyers"));
    zh_json_out_object(&out);
    put_sum(&out, &s->buyers);
    zh_json_out_end(&out);
    put_grid(&out, s);
    put_scores(&out, s);
    put_codes(&out, s);
    zh_json_out_key(&out, ZH_SV("segments"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < ZH_STANDINGS_SEGMENTS; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("segment"), zh_rfm_segment_code(i));
        put_sum(&out, &s->segments[i]);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("classes"));
    zh_json_out_array(&out);
    for (size_t i = ZH_RFM_CLASSES; i-- > 0;) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("class"), zh_rfm_class_code(i));
        zh_json_out_key_text(&out, ZH_SV("classZh"), zh_rfm_class_zh(i));
        put_sum(&out, &s->classes[i]);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* From when flows are told: ?days= back, else the boundaries before the last. False: a problem was answered. */
static bool since(zh_call *call, int64_t *since_ms)
{
    uint32_t days;
    const zh_sv text = zh_http_param(call->request, ZH_SV("days"));
    if (text.size == 0) {
        *since_ms = zh_engine_standings_since(call->engine);
        return true;
    }
    if (!zh_call_number(text, &days) || days > DAYS_MAX) {
        zh_call_problem(call, 400, "bad_field", "days", "must be a number from 1 to 366");
        return false;
    }
    *since_ms = call->now_ms - (int64_t)days * ZH_DAY_MS;
    return true;
}

typedef struct stages { /* of either kind */
    int count;
    const char *(*text)(int stage);
    const uint64_t *now;   /* [count] */
    const uint64_t *flows; /* [rows * count] */
    int rows;
} stages;

static void put_stages(zh_call *call, const zh_standings *s, const stages *of)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("at"), s->now_ms);
    zh_call_time(&out, ZH_SV("since"), s->since_ms);
    put_last(&out, s);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)s->customers);
    zh_json_out_key(&out, ZH_SV("stages"));
    zh_json_out_array(&out);
    for (int i = 0; i < of->count; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("stage"), zh_sv_of(of->text(i)));
        zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)of->now[i]);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("flows"));
    zh_json_out_array(&out);
    for (int from = 0; from < of->rows; from++)
        for (int to = 0; to < of->count; to++) {
            const uint64_t customers = of->flows[from * of->count + to];
            if (customers == 0) continue;
            zh_json_out_object(&out);
            zh_json_out_key_text(&out, ZH_SV("from"), zh_sv_of(of->text(from)));
            zh_json_out_key_text(&out, ZH_SV("to"), zh_sv_of(of->text(to)));
            zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)customers);
            zh_json_out_end(&out);
        }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static const char *lifecycle_text(int stage) { return stage == ZH_LIFECYCLE_COUNT ? "none" : zh_lifecycle_text((zh_lifecycle)stage); }
static const char *aipl_text(int stage) { return zh_aipl_text((zh_aipl)stage); }

void zh_route_report_lifecycle(zh_call *call)
{
    int64_t since_ms;
    const zh_standings *s = since(call, &since_ms) ? ask(call, since_ms) : NULL;
    if (s != NULL) put_stages(call, s, &(stages){ ZH_LIFECYCLE_COUNT, lifecycle_text, s->lifecycle, &s->lifecycle_flows[0][0], ZH_LIFECYCLE_COUNT + 1 });
}

void zh_route_report_aipl(zh_call *call)
{
    int64_t since_ms;
    const zh_standings *s = since(call, &since_ms) ? ask(call, since_ms) : NULL;
    if (s != NULL) put_stages(call, s, &(stages){ ZH_AIPL_COUNT, aipl_text, s->aipl, &s->aipl_flows[0][0], ZH_AIPL_COUNT });
}

/* ---- cohorts ---- */

static void put_cohort(zh_json_out *out, const zh_cohorts *c, uint32_t at)
{
    char text[ZH_TIME_TEXT_BYTES];
    const int64_t month = c->first + at;
    snprintf(text, sizeof text, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("cohort"), zh_sv_of(text));
    zh_json_out_key_int(out, ZH_SV("customers"), c->kept[(size_t)at * c->months]);
    zh_json_out_key(out, ZH_SV("retained"));
    zh_json_out_array(out);
    for (uint32_t k = 0; at + k < c->months; k++) zh_json_out_int(out, c->kept[(size_t)at * c->months + k]);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

void zh_route_report_cohorts(zh_call *call)
{
    uint32_t shown = COHORTS_DEFAULT;
    zh_cohorts cohorts;
    const zh_sv months = zh_http_param(call->request, ZH_SV("months"));
    if (months.size > 0 && (!zh_call_number(months, &shown) || shown > COHORTS_MAX)) {
        zh_call_problem(call, 400, "bad_field", "months", "must be a number from 1 to 120");
        return;
    }
    const zh_err e = zh_engine_cohorts(call->engine, &cohorts);
    if (e != ZH_OK) {
        zh_cohorts_close(&cohorts);
        zh_call_failed(call, e, "the cohorts cannot be counted");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_call_time(&out, ZH_SV("at"), call->now_ms);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)cohorts.customers);
    zh_json_out_key(&out, ZH_SV("cohorts"));
    zh_json_out_array(&out);
    uint32_t left_out = 0;
    for (uint32_t i = 0; i < cohorts.months; i++) {
        if (cohorts.kept[(size_t)i * cohorts.months] == 0) continue;
        if (cohorts.months - i <= shown) put_cohort(&out, &cohorts, i);
        else left_out++;
    }
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("leftOut"), left_out);
    zh_json_out_end(&out);
    zh_cohorts_close(&cohorts);
    zh_call_json(call, 200, &out);
}
