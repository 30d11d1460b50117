/* arms.c -- POST /v1/experiments/{name}/arm: a shop's server asks which arm a customer is in, and says whether he sees it. */
#include "engine/ask.h"
#include "server/answer.h"

static void put_arm(zh_call *call, zh_sv name, const zh_arm_ask *ask, const zh_arm_answer *answer)
{
    const zh_decision *d = &answer->decision;
    const bool is_in = d->experiment.size > 0;
    char id[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id_print(d->id, id);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("experiment"), name);
    zh_json_out_key_bool(&out, ZH_SV("known"), answer->known);
    zh_json_out_key(&out, ZH_SV("arm"));
    if (is_in) zh_json_out_text(&out, d->arm);
    else zh_json_out_null(&out);
    if (d->arm_chance_micro != 0) zh_json_out_key_real(&out, ZH_SV("propensity"), (double)d->arm_chance_micro / ZH_DECISION_MICRO);
    zh_json_out_key_bool(&out, ZH_SV("exposed"), is_in && ask->exposed);
    zh_json_out_key(&out, ZH_SV("decisionId"));
    if (is_in && ask->exposed) zh_json_out_text(&out, zh_sv_of(id));
    else zh_json_out_null(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_experiment_arm(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    zh_arm_ask ask = { .experiment = zh_http_path_part(call->request, 2), .actor = call->caller.actor, .user_id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId"))),
                       .anonymous_id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("anonymousId"))) };
    const zh_json_value exposed = zh_json_get(root, ZH_SV("exposed"));
    zh_arm_answer answer;
    if (ask.user_id.size == 0 && ask.anonymous_id.size == 0) {
        zh_call_problem(call, 400, "bad_field", "userId", "userId or anonymousId must say whose arm is asked for");
        return;
    }
    if (zh_json_type_of(exposed) > ZH_JSON_NULL && !zh_json_bool(exposed, &ask.exposed)) {
        zh_call_problem(call, 400, "bad_field", "exposed", "exposed is true where the customer sees the arm now, else false");
        return;
    }
    const zh_err e = zh_engine_ask_arm(call->engine, &ask, call->arena, &answer);
    if (e == ZH_OK) put_arm(call, ask.experiment, &ask, &answer);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "name", "there is no experiment of this name whose arms can be asked for");
    else zh_call_failed(call, e, NULL);
}
