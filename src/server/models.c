/* models.c -- the league of recommenders on this shop's orders, and playing it when asked. */
#include "engine/trainer.h"
#include "server/answer.h"
#include "server/call.h"

static void put_league(zh_call *call, unsigned status)
{
    zh_trainer *trainer = zh_engine_trainer(call->engine);
    const bool training = zh_trainer_is_training(trainer, ZH_TRAIN_LEAGUE); /* before: who reads "no" reads what it brought */
    zh_buf text = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
    zh_trainer_league(trainer, &text);
    const zh_sv league = zh_buf_view(&text);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("training"), training);
    zh_json_out_key(&out, ZH_SV("league"));
    if (league.size > 0) zh_json_out_raw(&out, league);
    else zh_json_out_null(&out);
    zh_json_out_end(&out);
    if (zh_buf_err(&text) == ZH_OK) zh_call_json(call, status, &out);
    else zh_call_failed(call, zh_buf_err(&text), NULL);
    zh_buf_close(&text);
}

void zh_route_models(zh_call *call) { put_league(call, 200); }

void zh_route_models_train(zh_call *call)
{
    const zh_err e = zh_trainer_train(zh_engine_trainer(call->engine), ZH_TRAIN_LEAGUE);
    if (e == ZH_OK || e == ZH_BUSY) put_league(call, 202); /* busy: it is being done, which was asked for */
    else zh_call_failed(call, e, NULL);
}
