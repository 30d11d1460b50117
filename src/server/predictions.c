/* predictions.c -- what is predicted of a customer, how it was tested, and training when asked. */
#include "base/time.h"
#include "engine/trainer.h"
#include "server/answer.h"
#include "server/call.h"

static void put_day(zh_json_out *out, int64_t day)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_text(out, (zh_sv){ text, zh_date_print(day, text) });
}

/* ---- a customer ---- */

static void put_customer(const zh_predicted *p, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("version"), p->version);
    zh_call_time(out, ZH_SV("until"), p->until_ms);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_PREDICTIONS_COUNT; i++) {
        if (!p->is[i]) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), zh_sv_of(zh_prediction_names[i]));
        zh_json_out_key_int(out, ZH_SV("windowDays"), p->window[i]);
        zh_json_out_key_real(out, ZH_SV("probability"), p->chance[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("clvDays"), ZH_PREDICTIONS_CLV_DAYS);
    zh_json_out_key(out, ZH_SV("clv"));
    if (p->has_clv) zh_json_out_real(out, p->clv);
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("spend"));
    if (p->spend_days == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("days"), p->spend_days);
        zh_json_out_key_real(out, ZH_SV("expected"), p->spend.expected);
        zh_json_out_key_real(out, ZH_SV("low"), p->spend.low);
        zh_json_out_key_real(out, ZH_SV("high"), p->spend.high);
        zh_json_out_end(out);
    }
    zh_json_out_key(out, ZH_SV("nextCategories"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < p->next_count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("category"), p->next[i].name);
        zh_json_out_key_real(out, ZH_SV("probability"), p->next[i].chance);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

/* Under the world's lock. Who does not want to be personalised is not predicted. */
static void put_predictions(zh_call *call, const zh_customer_state *state, zh_customer_id customer, zh_json_out *out)
{
    zh_predicted p;
    const zh_world *w = zh_engine_world(call->engine);
    if (state == NULL || !zh_consents_get(w->consents, customer).personalization) zh_json_out_null(out);
    else if (zh_predictions_of(w->predictions, state, zh_customers_terms(w->customers), call->now_ms, call->arena, &p) != ZH_OK || p.version == 0) zh_json_out_null(out);
    else put_customer(&p, out);
}

void zh_answer_predictions(zh_call *call, const zh_customer_state *state, zh_customer_id customer, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("predictions"));
    put_predictions(call, state, customer, out);
}

void zh_route_customer_predictions(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number == 0) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_answer_predictions(call, zh_customers_get(w->customers, customer), customer, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the models ---- */

static void put_bins(const zh_reliability *r, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("bins"));
    zh_json_out_array(out);
    for (size_t b = 0; b < r->bins_count; b++) {
        const zh_reliability_bin *bin = &r->bins[b];
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)bin->count);
        zh_json_out_key_real(out, ZH_SV("predicted"), bin->mean);
        zh_json_out_key_real(out, ZH_SV("cameTrue"), bin->count == 0 ? 0 : (double)bin->yes / (double)bin->count);
        zh_json_out_key_real(out, ZH_SV("low"), bin->low);
        zh_json_out_key_real(out, ZH_SV("high"), bin->high);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_test(const zh_predict_report *r, zh_json_out *out)
{
    double expected = 0;
    for (size_t b = 0; b < r->reliability.bins_count; b++) expected += r->reliability.bins[b].mean * (double)r->reliability.bins[b].count;
    zh_json_out_key(out, ZH_SV("testedAsOf"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < r->days_count; i++) put_day(out, r->days[i]);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("asked"), (int64_t)r->count);
    zh_json_out_key_int(out, ZH_SV("did"), (int64_t)r->yes);
    zh_json_out_key_real(out, ZH_SV("expected"), expected);
    zh_json_out_key_real(out, ZH_SV("auc"), r->days_count > 0 && r->auc >= 0 ? r->auc : 0);
    zh_json_out_key_real(out, ZH_SV("rfmAuc"), r->days_count > 0 && r->rule_auc >= 0 ? r->rule_auc : 0);
    zh_json_out_key_real(out, ZH_SV("calibrationError"), r->reliability.ece);
    zh_json_out_key_real(out, ZH_SV("calibrationErrorByChance"), r->reliability.noise);
    zh_json_out_key_real(out, ZH_SV("brier"), r->reliability.brier);
    zh_json_out_key_real(out, ZH_SV("rfmBrier"), r->rule_reliability.brier);
    put_bins(&r->reliability, out);
}

static void put_model(const zh_prediction *p, int i, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), zh_sv_of(zh_prediction_names[i]));
    zh_json_out_key_int(out, ZH_SV("windowDays"), p->task.window);
    zh_json_out_key_bool(out, ZH_SV("offered"), p->is_trained);
    zh_json_out_key(out, ZH_SV("why"));
    if (p->report.why != NULL) zh_json_out_text(out, zh_sv_of(p->report.why));
    else zh_json_out_null(out);
    put_test(&p->report, out);
    zh_json_out_end(out);
}

static void put_next_category(const zh_prediction_set *s, zh_json_out *out)
{
    const zh_next_category_report *r = &s->next_report;
    zh_json_out_key(out, ZH_SV("nextCategory"));
    if (s->version == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_bool(out, ZH_SV("offered"), s->next.count > 0);
    zh_json_out_key(out, ZH_SV("why"));
    if (r->why != NULL) zh_json_out_text(out, zh_sv_of(r->why));
    else zh_json_out_null(out);
    zh_json_out_key_int(out, ZH_SV("categories"), s->next.count);
    zh_json_out_key_int(out, ZH_SV("windowDays"), ZH_NEXT_CATEGORY_WINDOW);
    zh_json_out_key(out, ZH_SV("testedAsOf"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < r->days_count; i++) put_day(out, r->days[i]);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("asked"), (int64_t)r->asked);
    zh_json_out_key_int(out, ZH_SV("right"), (int64_t)r->right);
    zh_json_out_key_int(out, ZH_SV("rightMostFrequent"), (int64_t)r->right_frequent);
    zh_json_out_key_int(out, ZH_SV("rightMostPopular"), (int64_t)r->right_popular);
    zh_json_out_key_real(out, ZH_SV("calibrationError"), r->reliability.ece);
    zh_json_out_key_real(out, ZH_SV("calibrationErrorByChance"), r->reliability.noise);
    zh_json_out_end(out);
}

static void put_spend(const zh_prediction_set *s, zh_json_out *out)
{
    const zh_spend_report *r = &s->spend_report;
    zh_json_out_key(out, ZH_SV("spend"));
    if (r->asked == 0) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_bool(out, ZH_SV("offered"), s->spending.days > 0);
    zh_json_out_key(out, ZH_SV("testedAsOf"));
    put_day(out, r->day);
    zh_json_out_key_int(out, ZH_SV("asked"), (int64_t)r->asked);
    zh_json_out_key_int(out, ZH_SV("inside"), (int64_t)r->inside);
    zh_json_out_key_int(out, ZH_SV("wide"), (int64_t)r->wide);
    zh_json_out_key_int(out, ZH_SV("wideInside"), (int64_t)r->wide_inside);
    zh_json_out_key_real(out, ZH_SV("expected"), r->expected);
    zh_json_out_key_real(out, ZH_SV("came"), r->came);
    zh_json_out_end(out);
}

static void put_all(zh_call *call, unsigned status)
{
    zh_world *w = zh_engine_world(call->engine);
    const bool training = zh_trainer_is_training(zh_engine_trainer(call->engine), ZH_TRAIN_PREDICTIONS); /* before: who reads "no" reads what it brought */
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(w);
    const zh_prediction_set *s = zh_predictions_last(w->predictions);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("version"), s->version);
    zh_call_time(&out, ZH_SV("trainedAt"), s->trained_ms);
    zh_json_out_key_int(&out, ZH_SV("tookMs"), s->took_ms);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)s->customers);
    zh_json_out_key_bool(&out, ZH_SV("training"), training);
    zh_json_out_key_bool(&out, ZH_SV("clv"), s->has_clv);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (int i = 0; s->version > 0 && i < ZH_PREDICTIONS_COUNT; i++) put_model(&s->all[i], i, &out);
    zh_json_out_end(&out);
    put_next_category(s, &out);
    put_spend(s, &out);
    zh_json_out_end(&out);
    zh_world_unlock(w);
    zh_call_json(call, status, &out);
}

void zh_route_predictions(zh_call *call)
{
    put_all(call, 200);
}

void zh_route_predictions_train(zh_call *call)
{
    const zh_err e = zh_trainer_train(zh_engine_trainer(call->engine), ZH_TRAIN_PREDICTIONS);
    if (e == ZH_OK || e == ZH_BUSY) put_all(call, 202); /* busy: it is being done, which was asked for */
    else zh_call_failed(call, e, NULL);
}
