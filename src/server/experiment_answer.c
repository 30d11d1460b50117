/* experiment_answer.c -- how experiments, their results and metrics are written. Private to experiment*.c of this folder. */
#include "server/experiment_answer.h"
#include "base/time.h"
#include "server/answer.h"

#include <math.h>

#define DAY_MS INT64_C(86400000)

static void put_real(zh_json_out *out, zh_sv key, double value) /* null where it is none */
{
    zh_json_out_key(out, key);
    if (isfinite(value)) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

/* ---- the set-up ---- */

void zh_experiment_put(zh_call *call, const zh_experiment_view *view, zh_json_out *out)
{
    const zh_experiment *e = view->set_up;
    zh_json_out_key_text(out, ZH_SV("name"), e->name);
    zh_experiment_write(e, out);
    zh_json_out_key_bool(out, ZH_SV("holdout"), zh_experiment_is_holdout(e));
    if (view->fault != NULL) zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(view->fault));
    zh_json_out_key_int(out, ZH_SV("exposed"), (int64_t)view->exposed);
    zh_json_out_key_int(out, ZH_SV("crossed"), (int64_t)view->crossed);
    zh_call_time(out, ZH_SV("firstExposureAt"), view->first_ms);
    zh_call_time(out, ZH_SV("lastExposureAt"), view->last_ms);
    (void)call;
}

void zh_metric_put(const zh_metric *m, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("name"), m->name);
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), m->title_en.size > 0 ? m->title_en : m->name);
    zh_json_out_key_text(out, ZH_SV("zh"), m->title_zh.size > 0 ? m->title_zh : m->name);
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("type"), zh_sv_of(zh_metric_type_text(m)));
    zh_json_out_key_bool(out, ZH_SV("money"), m->is_money);
    zh_json_out_key_text(out, ZH_SV("better"), m->less_is_better ? ZH_SV("less") : ZH_SV("more"));
    zh_json_out_key_bool(out, ZH_SV("builtin"), m->is_builtin);
    if (zh_metric_unit_text(m)[0] != '\0') zh_json_out_key_text(out, ZH_SV("unit"), zh_sv_of(zh_metric_unit_text(m)));
    if (m->event.size == 0) return;
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_metric_kind_text(m)));
    zh_json_out_key_text(out, ZH_SV("event"), m->event);
    zh_json_out_key_text(out, ZH_SV("where"), m->where);
    zh_json_out_key_int(out, ZH_SV("windowDays"), m->window_days);
}

/* ---- results ---- */

static void put_interval(zh_json_out *out, const char *key, const zh_verdict *v)
{
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    put_real(out, ZH_SV("low"), v->low);
    put_real(out, ZH_SV("high"), v->high);
    put_real(out, ZH_SV("p"), v->p);
    zh_json_out_end(out);
}

static void put_difference(zh_json_out *out, const char *key, const zh_result_difference *d)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (!d->stands) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    put_real(out, ZH_SV("estimate"), d->effect.estimate);
    put_real(out, ZH_SV("se"), d->effect.se);
    put_interval(out, "fixed", &d->fixed);
    put_interval(out, "sequential", &d->sequential);
    zh_json_out_end(out);
}

static void put_arm_value(zh_json_out *out, const zh_experiment *e, const zh_arm *arm, uint32_t number)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("arm"), e->arms[number].name);
    put_real(out, ZH_SV("units"), arm->n);
    put_real(out, ZH_SV("mean"), arm->n > 0 ? arm->mean : NAN);
    put_real(out, ZH_SV("sd"), arm->n > 1 ? sqrt(arm->variance) : NAN);
    zh_json_out_end(out);
}

static void put_compared(zh_json_out *out, const zh_experiment *e, uint32_t arm, const zh_metric_result *r)
{
    static const char *const words[] = { "open", "better", "worse" };
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("arm"), e->arms[arm].name);
    put_difference(out, "absolute", &r->absolute);
    put_difference(out, "relative", &r->relative);
    put_real(out, ZH_SV("q"), r->q);
    zh_json_out_key(out, ZH_SV("cuped"));
    zh_json_out_object(out);
    put_real(out, ZH_SV("theta"), r->theta);
    put_real(out, ZH_SV("reduction"), r->reduction);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("bayes"));
    zh_json_out_object(out);
    put_real(out, ZH_SV("chance"), r->absolute.stands ? r->chance : NAN);
    put_real(out, ZH_SV("lossOfControl"), r->absolute.stands ? r->losses[0] : NAN);
    put_real(out, ZH_SV("lossOfArm"), r->absolute.stands ? r->losses[1] : NAN);
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("verdict"), zh_sv_of(words[r->word]));
    zh_json_out_end(out);
}

static void put_metrics(zh_json_out *out, const zh_experiment *e, const zh_experiment_result *r)
{
    zh_json_out_key(out, ZH_SV("metrics"));
    zh_json_out_array(out);
    for (uint32_t m = 0; r->trusted && m < r->metrics; m++) {
        zh_json_out_object(out);
        zh_metric_put(&e->metrics[m], out);
        zh_json_out_key_bool(out, ZH_SV("guardrail"), m >= e->metrics_count - e->guardrails_count);
        zh_json_out_key(out, ZH_SV("arms"));
        zh_json_out_array(out);
        put_arm_value(out, e, &r->of[1][m].control, 0);
        for (uint32_t a = 1; a < r->arms; a++) put_arm_value(out, e, &r->of[a][m].treatment, a);
        zh_json_out_end(out);
        zh_json_out_key(out, ZH_SV("differences"));
        zh_json_out_array(out);
        for (uint32_t a = 1; a < r->arms; a++) put_compared(out, e, a, &r->of[a][m]);
        zh_json_out_end(out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_units(zh_json_out *out, const zh_experiment *e, const zh_experiment_sums *at, const zh_experiment_result *r)
{
    zh_json_out_key(out, ZH_SV("arms"));
    zh_json_out_array(out);
    for (uint32_t a = 0; a < e->arms_count; a++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), e->arms[a].name);
        zh_json_out_key_int(out, ZH_SV("units"), (int64_t)at->units[a]);
        put_real(out, ZH_SV("expectedShare"), r->expected[a]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Where to look when the arms do not have the customers they should have. */
static void put_srm(zh_json_out *out, const zh_experiment_result *r)
{
    static const char *const hints[] = {
        "does one arm fail to answer, or answer so late that the page shows nothing?",
        "was a weight, a share or a layer changed by hand while it ran?",
        "does a robot or an import reach one arm only?",
        "do customers who are merged later (login) differ between the arms?",
    };
    zh_json_out_key(out, ZH_SV("srm"));
    zh_json_out_object(out);
    put_real(out, ZH_SV("chi2"), r->srm.chi2);
    put_real(out, ZH_SV("p"), r->srm.p);
    zh_json_out_key_bool(out, ZH_SV("alarm"), !r->trusted);
    zh_json_out_key(out, ZH_SV("hints"));
    zh_json_out_array(out);
    for (size_t i = 0; !r->trusted && i < sizeof hints / sizeof *hints; i++) zh_json_out_text(out, zh_sv_of(hints[i]));
    zh_json_out_end(out);
    zh_json_out_end(out);
    zh_json_out_key_bool(out, ZH_SV("trusted"), r->trusted);
}

static void put_point(zh_json_out *out, const zh_experiment *e, const zh_experiment_sums *at)
{
    char date[ZH_TIME_TEXT_BYTES];
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("date"), (zh_sv){ date, zh_date_print(at->day, date) });
    zh_json_out_key(out, ZH_SV("arms"));
    zh_json_out_array(out);
    for (uint32_t a = 0; a < e->arms_count; a++) {
        zh_metric_result r = { 0 };
        if (a > 0) zh_metric_result_of(e, at, a, 0, &r);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("arm"), e->arms[a].name);
        zh_json_out_key_int(out, ZH_SV("units"), (int64_t)at->units[a]);
        if (a > 0) put_difference(out, "absolute", &r.absolute);
        if (a > 0) put_difference(out, "relative", &r.relative);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

void zh_experiment_put_result(const zh_experiments *x, const zh_experiment_view *view, const zh_experiment_result *r, zh_json_out *out)
{
    const zh_experiment *e = view->set_up;
    put_units(out, e, &view->now, r);
    put_srm(out, r);
    put_metrics(out, e, r);
    zh_json_out_key(out, ZH_SV("history")); /* of the first metric */
    zh_json_out_array(out);
    for (uint32_t i = 0; r->trusted && i < view->days_count; i++) {
        const zh_experiment_sums day = zh_experiments_day(x, view->number, i);
        put_point(out, e, &day);
    }
    if (r->trusted && view->exposed > 0) put_point(out, e, &view->now);
    zh_json_out_end(out);
}
