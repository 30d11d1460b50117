/* models.c -- the league of recommenders on this shop's orders, what was learnt, and which of it answers. */
#include "engine/trainer.h"
#include "server/answer.h"
#include "server/call.h"

static void put_models(zh_call *call, unsigned status)
{
    zh_trainer *trainer = zh_engine_trainer(call->engine);
    const bool learning = zh_trainer_is_training(trainer, ZH_TRAIN_RECOMMENDER); /* before: who reads "no" reads what it brought */
    const bool training = zh_trainer_is_training(trainer, ZH_TRAIN_LEAGUE);
    zh_buf text = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
    zh_trainer_league(trainer, &text);
    const zh_sv league = zh_buf_view(&text);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("training"), training);
    zh_json_out_key_bool(&out, ZH_SV("learning"), learning);
    zh_json_out_key(&out, ZH_SV("outcome"));
    zh_trainer_outcome(trainer, &out);
    zh_deployer_put(zh_engine_deployer(call->engine), &out);
    zh_json_out_key(&out, ZH_SV("league"));
    if (league.size > 0) zh_json_out_raw(&out, league);
    else zh_json_out_null(&out);
    zh_json_out_end(&out);
    if (zh_buf_err(&text) == ZH_OK) zh_call_json(call, status, &out);
    else zh_call_failed(call, zh_buf_err(&text), NULL);
    zh_buf_close(&text);
}

void zh_route_models(zh_call *call) { put_models(call, 200); }

/* false: a problem was answered. */
static bool read_ask(zh_call *call, zh_json_value root, zh_recommender_ask *ask)
{
    const zh_sv model = zh_json_text_or_empty(zh_json_get(root, ZH_SV("model")));
    const zh_model_kind *kind = zh_model_kind_named(model);
    *ask = (zh_recommender_ask){ .actor = call->caller.actor };
    ask->actor.why = (zh_sv){ 0 };
    (void)zh_json_bool(zh_json_get(root, ZH_SV("deploy")), &ask->deploy);
    (void)zh_json_bool(zh_json_get(root, ZH_SV("anyway")), &ask->anyway);
    if (!zh_sv_equal(model, ZH_RECOMMENDER_AUTO) && (kind == NULL || !zh_serving_can(kind))) {
        zh_call_problem(call, 400, "bad_field", "model", "league, auto, itemknn, rp3beta, gfcf, ease or slist");
        return false;
    }
    (void)snprintf(ask->model, sizeof ask->model, "%.*s", ZH_SV_ARG(model));
    return true;
}

void zh_route_models_train(zh_call *call)
{
    zh_json_value root = { 0 };
    zh_recommender_ask ask;
    zh_trainer *trainer = zh_engine_trainer(call->engine);
    if (zh_http_body(call->request).size > 0 && !zh_call_body_json(call, &root)) return; /* without one it is the league */
    const zh_sv model = zh_json_text_or_empty(zh_json_get(root, ZH_SV("model")));
    const bool is_league = model.size == 0 || zh_sv_equal(model, ZH_SV("league"));
    if (!is_league && !read_ask(call, root, &ask)) return;
    const zh_err e = is_league ? zh_trainer_train(trainer, ZH_TRAIN_LEAGUE) : zh_trainer_learn(trainer, &ask);
    if (e == ZH_OK || (is_league && e == ZH_BUSY)) put_models(call, 202); /* a busy league: it is being done, which was asked for */
    else if (e == ZH_BUSY) zh_call_problem(call, 409, "busy", "model", "a recommender is being learnt");
    else zh_call_failed(call, e, NULL);
}

static void deploy(zh_call *call, uint32_t version)
{
    zh_note note = { "" };
    const zh_err e = zh_deployer_deploy(zh_engine_deployer(call->engine), version, version == 0 ? ZH_SV("off") : ZH_SV("asked"), &call->caller.actor, &note);
    if (e == ZH_OK) put_models(call, 200);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "unknown_version", "version", "no such version: GET /api/v1/models lists them");
    else if (e == ZH_CORRUPT) zh_call_problem(call, 409, "damaged_file", "version", note.text);
    else zh_call_failed(call, e, note.text);
}

void zh_route_models_deploy(zh_call *call)
{
    uint32_t version;
    if (zh_call_number(zh_http_path_part(call->request, 3), &version)) deploy(call, version);
    else zh_call_problem(call, 404, "unknown_version", "version", "a version is a number from 1");
}

void zh_route_models_off(zh_call *call) { deploy(call, 0); }

void zh_route_models_automatic(zh_call *call)
{
    zh_json_value root;
    bool on;
    if (!zh_call_body_json(call, &root)) return;
    if (!zh_json_bool(zh_json_get(root, ZH_SV("automatic")), &on)) {
        zh_call_problem(call, 400, "bad_field", "automatic", "true or false");
        return;
    }
    const zh_err e = zh_deployer_set_automatic(zh_engine_deployer(call->engine), on, &call->caller.actor);
    if (e == ZH_OK) put_models(call, 200);
    else zh_call_failed(call, e, NULL);
}
