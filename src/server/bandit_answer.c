/* bandit_answer.c -- what a bandit has learnt, as JSON: beliefs, regret, drift, winner, and its chances over time. */
#include "server/bandit_answer.h"
#include "server/call.h"

#include <math.h>

#define DAY_MS INT64_C(86400000)

static void put_real(zh_json_out *out, const char *key, double value, bool known) /* null where it is not known */
{
    zh_json_out_key(out, zh_sv_of(key));
    if (known && isfinite(value)) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

static void put_arm_name(zh_json_out *out, const char *key, const zh_experiment *e, uint32_t arm) /* null: none */
{
    zh_json_out_key(out, zh_sv_of(key));
    if (arm < e->arms_count) zh_json_out_text(out, e->arms[arm].name);
    else zh_json_out_null(out);
}

static void put_arms(zh_json_out *out, const zh_experiment *e, const zh_bandit_beliefs *b, const zh_bandit_allocation *newest)
{
    zh_json_out_key(out, ZH_SV("arms"));
    zh_json_out_array(out);
    for (uint32_t a = 0; a < b->arms; a++) {
        const zh_bandit_belief *one = &b->of[a];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("arm"), e->arms[a].name);
        zh_json_out_key_real(out, ZH_SV("chance"), (double)newest->chance[a] / ZH_BANDIT_MICRO);
        zh_json_out_key_int(out, ZH_SV("units"), (int64_t)one->units);
        put_real(out, "mean", one->mean, one->units > 0);
        put_real(out, "se", one->se, b->known);
        put_real(out, "best", one->best, b->known);
        put_real(out, "loss", one->loss, b->known);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_point(zh_json_out *out, const zh_experiment *e, const zh_bandit_stratum *s)
{
    uint64_t units = 0;
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("number"), s->drawn.number);
    zh_call_time(out, ZH_SV("at"), s->at_ms);
    zh_json_out_key_text(out, ZH_SV("cause"), zh_sv_of(zh_bandit_cause_text(s->drawn.cause)));
    put_arm_name(out, "drifted", e, s->drawn.cause == ZH_BANDIT_DRIFT ? s->drawn.drifted : UINT32_MAX);
    zh_json_out_key(out, ZH_SV("chances"));
    zh_json_out_array(out);
    for (uint32_t a = 0; a < s->drawn.arms; a++) zh_json_out_real(out, (double)s->drawn.chance[a] / ZH_BANDIT_MICRO);
    zh_json_out_end(out);
    for (uint32_t a = 0; a < s->drawn.arms; a++) units += s->units[a];
    zh_json_out_key_int(out, ZH_SV("units"), (int64_t)units);
    zh_json_out_end(out);
}

static void put_points(zh_json_out *out, const zh_experiment *e, zh_bandit_strata s)
{
    const uint32_t every = (s.count + ZH_BANDIT_POINTS_MAX - 1) / ZH_BANDIT_POINTS_MAX;
    zh_json_out_key(out, ZH_SV("allocations"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < s.count; i++)
        if (i % every == 0 || i + 1 == s.count || s.list[i].drawn.cause != ZH_BANDIT_LEARNT) put_point(out, e, &s.list[i]);
    zh_json_out_end(out);
}

static void put_drift(zh_json_out *out, const zh_experiment_view *view, int64_t now_ms)
{
    const zh_bandit_drift drift = zh_bandit_drift_of(view->strata, now_ms - zh_metric_window_ms(&view->set_up->metrics[0], view->set_up->window_days));
    uint32_t times = 0;
    for (uint32_t i = 0; i < view->strata.count; i++) times += view->strata.list[i].drawn.cause == ZH_BANDIT_DRIFT;
    zh_json_out_key(out, ZH_SV("drift"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("times"), times);
    put_real(out, "score", drift.score, true);
    put_real(out, "alarm", drift.alarm, true);
    zh_json_out_end(out);
}

void zh_bandit_put_result(const zh_experiment_view *view, int64_t now_ms, zh_json_out *out)
{
    const zh_experiment *e = view->set_up;
    zh_json_out_key(out, ZH_SV("bandit"));
    if (view->strata.count == 0) {
        zh_json_out_null(out);
        return;
    }
    const zh_bandit_stratum *newest = &view->strata.list[view->strata.count - 1];
    zh_bandit_beliefs b;
    zh_bandit_beliefs_of(view->strata, e->metrics[0].less_is_better, &b);
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("allocation"), newest->drawn.number);
    zh_call_time(out, ZH_SV("at"), newest->at_ms);
    zh_json_out_key_int(out, ZH_SV("since"), newest->drawn.since);
    zh_json_out_key_bool(out, ZH_SV("known"), b.known);
    put_arm_name(out, "best", e, b.known ? b.best : UINT32_MAX);
    put_arm_name(out, "winner", e, newest->drawn.winner - 1);
    put_arms(out, e, &b, &newest->drawn);
    zh_json_out_key(out, ZH_SV("regret"));
    zh_json_out_object(out);
    put_real(out, "soFar", b.regret, b.known);
    put_real(out, "ifEven", b.regret_even, b.known);
    put_real(out, "aCustomer", b.a_customer, b.known);
    zh_json_out_end(out);
    put_drift(out, view, now_ms);
    put_points(out, e, view->strata);
    zh_json_out_end(out);
}
