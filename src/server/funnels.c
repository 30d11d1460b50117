/* funnels.c -- POST /api/v1/reports/funnel: how far customers get, and who stops where. */
#include "base/time.h"
#include "engine/funnels.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)
#define SPAN_DAYS 30
#define WINDOW_DAYS 7

static const char *read_steps(zh_json_value steps, zh_funnel_ask *ask)
{
    if (!zh_json_is(steps, ZH_JSON_ARRAY)) return "steps";
    for (zh_json_iter it = zh_json_walk(steps); zh_json_next(&it);) {
        if (ask->span.steps == ZH_FUNNEL_STEPS_MAX) return "steps";
        zh_funnel_step *step = &ask->steps[ask->span.steps];
        if (zh_json_text(it.value, &step->event)) step->where = (zh_sv){ 0 };
        else if (!zh_json_text(zh_json_get(it.value, ZH_SV("event")), &step->event)) return "steps.event";
        else step->where = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("where")));
        if (step->event.size == 0 || step->event.size > ZH_EVENT_NAME_BYTES_MAX) return "steps.event";
        if (step->where.size > ZH_COMPUTED_WHERE_BYTES_MAX) return "steps.where";
        ask->span.steps++;
    }
    return ask->span.steps >= 2 ? NULL : "steps";
}

static bool read_time(zh_json_value root, const char *name, int64_t *ms)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    zh_sv text;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_time_parse(text, ms) == ZH_OK;
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, int64_t newest_ms, zh_funnel_ask *ask)
{
    double days = WINDOW_DAYS;
    int64_t number = 0;
    zh_customer_id after = { 0 };
    *ask = (zh_funnel_ask){ .span = { .to_ms = newest_ms + 1 } };
    const char *wrong = read_steps(zh_json_get(root, ZH_SV("steps")), ask);
    if (wrong != NULL) return wrong;
    if (!read_time(root, "to", &ask->span.to_ms)) return "to";
    ask->span.from_ms = ask->span.to_ms - SPAN_DAYS * DAY_MS;
    if (!read_time(root, "from", &ask->span.from_ms) || ask->span.from_ms >= ask->span.to_ms) return "from";
    const zh_json_value window = zh_json_get(root, ZH_SV("windowDays")), open = zh_json_get(root, ZH_SV("open"));
    if (zh_json_type_of(window) > ZH_JSON_NULL && (!zh_json_real(window, &days) || !(days > 0 && days <= ZH_FUNNEL_WINDOW_DAYS_MAX))) return "windowDays";
    ask->span.window_ms = (int64_t)(days * (double)DAY_MS);
    if (ask->span.window_ms < 1) return "windowDays";
    ask->segment = zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment")));
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_int(zh_json_get(open, ZH_SV("reached")), &number) || number < 0 || number > (int64_t)ask->span.steps) return "open.reached";
    ask->reached = (uint32_t)number;
    number = 50;
    const zh_json_value limit = zh_json_get(open, ZH_SV("limit"));
    if (zh_json_type_of(limit) > ZH_JSON_NULL && (!zh_json_int(limit, &number) || number < 1 || number > ZH_FUNNEL_NAMED_MAX)) return "open.limit";
    const zh_sv cursor = zh_json_text_or_empty(zh_json_get(open, ZH_SV("cursor")));
    if (cursor.size > 0 && !zh_answer_customer_number(cursor, &after)) return "open.cursor";
    ask->named = (uint32_t)number;
    ask->after = after.number;
    return NULL;
}

static void put_steps(const zh_funnel_ask *ask, const zh_funnel *f, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("steps"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < ask->span.steps; k++) {
        const uint64_t here = f->reached[k + 1], first = f->reached[1], before = k == 0 ? here : f->reached[k];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("event"), ask->steps[k].event);
        if (ask->steps[k].where.size > 0) zh_json_out_key_text(out, ZH_SV("where"), ask->steps[k].where);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)here);
        zh_json_out_key_real(out, ZH_SV("ofFirst"), first == 0 ? 0 : (double)here / (double)first);
        zh_json_out_key_real(out, ZH_SV("ofPrevious"), before == 0 ? 0 : (double)here / (double)before);
        zh_json_out_key_int(out, ZH_SV("medianMs"), f->median_ms[k]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_funnel(zh_call *call, const zh_funnel_ask *ask, const zh_funnel *f)
{
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)f->customers);
    zh_json_out_key_int(&out, ZH_SV("failed"), (int64_t)f->failed);
    zh_call_time(&out, ZH_SV("from"), ask->span.from_ms);
    zh_call_time(&out, ZH_SV("to"), ask->span.to_ms);
    zh_json_out_key_real(&out, ZH_SV("windowDays"), (double)ask->span.window_ms / (double)DAY_MS);
    put_steps(ask, f, &out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), f->took_us);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < f->named_count; i++) zh_answer_customer_row(call, f->named[i], &out);
    zh_json_out_end(&out);
    if (f->more) zh_answer_customer_text(f->named[f->named_count - 1], next);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_report_funnel(zh_call *call)
{
    zh_json_value root;
    zh_funnel_ask ask;
    zh_cel_fault fault = { .text = "" };
    uint32_t step = 0;
    zh_world *w = zh_engine_world(call->engine);
    if (!zh_call_body_json(call, &root)) return;
    if (zh_json_keep(call->thread->parser, root, call->arena) != ZH_OK) { /* the parser reads other texts below */
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    zh_world_lock_read(w);
    const int64_t newest_ms = w->counts.newest_ms;
    zh_world_unlock(w);
    const char *wrong = read_ask(root, newest_ms, &ask);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "steps are 2 to 10 names of events, or {\"event\", \"where\"}; from and to are times, windowDays up to 365; open is {\"reached\": 0 to the number of steps, \"limit\", \"cursor\"}");
        return;
    }
    if (ask.named > 0 && !zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER)) {
        zh_call_problem(call, 403, "forbidden", "open", "this role may count customers, but not look at them: leave open out");
        return;
    }
    zh_funnel *f = ZH_TAKE(call->arena, zh_funnel, 1);
    const zh_err e = f == NULL ? ZH_NOMEM : zh_engine_funnel(call->engine, &ask, f, &step, &fault);
    if (e == ZH_OK) put_funnel(call, &ask, f);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "segment", "there is no segment of this name: GET /api/v1/segments lists them");
    else if (e == ZH_FORMAT || (e == ZH_FULL && fault.text[0] != '\0')) {
        char detail[sizeof fault.text + 80];
        (void)snprintf(detail, sizeof detail, "step %u, line %u, column %u: %s", step + 1, fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", "steps.where", detail);
    } else zh_call_failed(call, e, "the customers cannot be asked");
}
