/* uplift.c -- GET /api/v1/experiments/{name}/uplift: whom an arm moves. */
#include "engine/uplift.h"
#include "server/answer.h"
#include "server/call.h"
#include "server/experiment_answer.h"

#include <math.h>

static void put_real(zh_json_out *out, const char *key, double value)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (isfinite(value)) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

/* Members of an open object. */
static void put_part(const zh_uplift_part *p, zh_json_out *out)
{
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)(p->control.n + p->treatment.n));
    put_real(out, "control", p->control.mean);
    put_real(out, "treated", p->treatment.mean);
    put_real(out, "effect", p->stands ? p->effect.estimate : NAN);
    put_real(out, "low", p->stands ? p->interval.low : NAN);
    put_real(out, "high", p->stands ? p->interval.high : NAN);
}

static void put_learners(const zh_uplift_model *m, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("learners"));
    zh_json_out_array(out);
    for (int l = 0; m->scores != NULL && l < ZH_UPLIFT_LEARNERS; l++) {
        const zh_uplift_quality *q = &m->learners[l];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("learner"), zh_sv_of(zh_uplift_learner_text((zh_uplift_learner)l)));
        zh_json_out_key_bool(out, ZH_SV("best"), l == (int)m->best);
        put_real(out, "qiniPerCustomer", q->qini);
        put_real(out, "low", q->low);
        put_real(out, "high", q->high);
        put_real(out, "qiniNegTrue", q->qini_neg_true);
        put_real(out, "qiniNegFalse", q->qini_neg_false);
        put_real(out, "auuc", q->auuc);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_curve(const zh_uplift_model *m, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("curve"));
    zh_json_out_array(out);
    for (int i = 0; m->scores != NULL && i <= ZH_UPLIFT_POINTS; i++) {
        zh_json_out_object(out);
        zh_json_out_key_real(out, ZH_SV("share"), m->curve_x[i]);
        zh_json_out_key_real(out, ZH_SV("gain"), m->curve_y[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Who is moved is told only where the model tells customers apart better than chance. */
static void put_who(const zh_uplift_model *m, zh_json_out *out)
{
    const bool offered = m->verdict == ZH_UPLIFT_OFFERED;
    zh_json_out_key(out, ZH_SV("tenths"));
    zh_json_out_array(out);
    for (int t = 0; offered && t < ZH_UPLIFT_TENTHS; t++) {
        zh_json_out_object(out);
        put_real(out, "expected", m->tenths[t].score);
        put_part(&m->tenths[t], out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("groups"));
    zh_json_out_array(out);
    for (uint32_t g = 0; offered && g < m->groups_count; g++) {
        zh_json_out_object(out);
        zh_json_out_key(out, ZH_SV("conditions"));
        zh_json_out_array(out);
        for (uint32_t c = 0; c < m->groups[g].conditions_count; c++) {
            const zh_uplift_condition *one = &m->groups[g].conditions[c];
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("column"), zh_sv_of(zh_before_text((zh_before)one->column)));
            zh_json_out_key_text(out, ZH_SV("is"), one->at_least ? ZH_SV("at_least") : ZH_SV("below"));
            put_real(out, "value", one->value);
            zh_json_out_end(out);
        }
        zh_json_out_end(out);
        put_real(out, "share", m->groups[g].share);
        put_part(&m->groups[g].part, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_answer(zh_call *call, const zh_uplift_answer *a)
{
    const zh_uplift_model *m = &a->model;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("metric"));
    zh_json_out_object(&out);
    zh_metric_put(&a->metric, &out);
    zh_json_out_end(&out);
    zh_json_out_key_text(&out, ZH_SV("arm"), a->arm);
    zh_json_out_key_text(&out, ZH_SV("control"), a->control);
    zh_json_out_key_int(&out, ZH_SV("exposed"), (int64_t)a->exposed);
    zh_json_out_key_bool(&out, ZH_SV("drawn"), a->drawn);
    zh_json_out_key_int(&out, ZH_SV("unitsMin"), ZH_UPLIFT_UNITS_MIN);
    zh_json_out_key_text(&out, ZH_SV("verdict"), a->trusted ? zh_sv_of(zh_uplift_verdict_text(m->verdict)) : ZH_SV("mismatch"));
    zh_json_out_key(&out, ZH_SV("all"));
    zh_json_out_object(&out);
    put_part(&m->all, &out);
    zh_json_out_end(&out);
    put_learners(m, &out);
    put_curve(m, &out);
    put_who(m, &out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), a->took_us);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_experiment_uplift(zh_call *call)
{
    zh_uplift_answer a; /* not of the call's arena: that is another's as soon as the call is answered */
    const zh_uplift_ask ask = { zh_http_path_part(call->request, 3), zh_http_param(call->request, ZH_SV("metric")), zh_http_param(call->request, ZH_SV("arm")) };
    const char *field = NULL;
    const zh_err e = zh_engine_uplift(call->engine, &ask, &a, &field);
    if (e == ZH_OK) put_answer(call, &a);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "name", "there is no experiment of this name: GET /api/v1/experiments lists them");
    else if (e == ZH_FORMAT) zh_call_problem(call, 400, "bad_field", field, "metric is one of the experiment's that is no ratio; arm one of its arms beside the control");
    else zh_call_failed(call, e, "the customers cannot be asked");
    zh_uplift_answer_close(&a);
}
