/* variety.c -- the watch over variety: what it found and did, and how far it may explore by itself. */
#include "base/time.h"
#include "engine/watch_clock.h"
#include "server/call.h"

#define MILLI 1e3
#define MICRO 1e6

void zh_variety_gauges(zh_call *call)
{
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_sv placement;
    const zh_watch_state *states;
    uint32_t at = 0, count;
    double narrow = 0, apart = 0, exploring = 0;
    while (zh_watch_next(zh_engine_world(call->engine)->watch, &at, &placement, &states, &count)) {
        narrow += states[count - 1].narrow;
        apart += states[count - 1].apart;
        exploring += states[count - 1].explore_micro > 0;
    }
    zh_gauge_set(zh_metrics_gauge(m, "zhun_variety_narrow", "Placements whose lists are less varied than 80 % of their start.", NULL, 0), narrow);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_variety_apart", "Placements that show other categories than are bought.", NULL, 0), apart);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_variety_exploring", "Placements that explore because their lists became narrow.", NULL, 0), exploring);
}

static void put_bits(zh_json_out *out, zh_sv key, uint32_t milli)
{
    zh_json_out_key(out, key);
    if (milli > 0) zh_json_out_real(out, milli / MILLI);
    else zh_json_out_null(out);
}

static void put_change(zh_json_out *out, const zh_watch_state *s)
{
    char day[ZH_TIME_TEXT_BYTES];
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("number"), s->number);
    zh_json_out_key_text(out, ZH_SV("cause"), zh_sv_of(zh_watch_cause_text(s->cause)));
    zh_json_out_key_text(out, ZH_SV("day"), (zh_sv){ day, zh_date_print(s->day, day) });
    zh_json_out_key_real(out, ZH_SV("startBits"), s->start_milli / MILLI);
    zh_json_out_key_real(out, ZH_SV("nowBits"), s->now_milli / MILLI);
    put_bits(out, ZH_SV("ownStartBits"), s->own_start_milli);
    put_bits(out, ZH_SV("ownNowBits"), s->own_now_milli);
    zh_json_out_key_real(out, ZH_SV("gap"), s->gap_milli / MILLI);
    zh_json_out_key_real(out, ZH_SV("explore"), s->explore_micro / MICRO);
    zh_json_out_key_bool(out, ZH_SV("narrow"), s->narrow);
    zh_json_out_key_bool(out, ZH_SV("apart"), s->apart);
    zh_json_out_end(out);
}

void zh_route_variety(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_watch_rule rule;
    zh_sv placement;
    const zh_watch_state *states;
    uint32_t at = 0, count;
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(w);
    const zh_err e = zh_watch_rule_of(w->registry, &rule);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("explores"), rule.explores);
    zh_json_out_key_real(&out, ZH_SV("most"), rule.most_micro / MICRO);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    while (zh_watch_next(w->watch, &at, &placement, &states, &count)) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("placement"), placement);
        zh_json_out_key(&out, ZH_SV("changes"));
        zh_json_out_array(&out);
        for (uint32_t i = count; i > 0; i--) put_change(&out, &states[i - 1]);
        zh_json_out_end(&out);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_world_unlock(w);
    if (e == ZH_OK) zh_call_json(call, 200, &out);
    else zh_call_failed(call, e, NULL);
}

void zh_route_variety_put(zh_call *call)
{
    zh_json_value root;
    zh_watch_rule rule;
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = zh_watch_rule_read(root, &rule);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "explores is true or false, most is a number from 0 to 1");
        return;
    }
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("explores"), rule.explores);
    zh_json_out_key_real(&out, ZH_SV("most"), rule.most_micro / MICRO);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = ZH_WATCH_SETTING, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    if (e == ZH_OK) zh_route_variety(call);
    else zh_call_failed(call, e, NULL);
}
