/* funnels.c -- POST /api/v1/reports/funnel: how far customers get, and who stops where. */
#include "engine/funnels.h"
#include "server/reports.h"

#define SPAN_DAYS 30
#define WINDOW_DAYS 7

static const char *read_steps(zh_json_value steps, zh_funnel_ask *ask)
{
    if (!zh_json_is(steps, ZH_JSON_ARRAY)) return "steps";
    for (zh_json_iter it = zh_json_walk(steps); zh_json_next(&it);) {
        if (ask->span.steps == ZH_FUNNEL_STEPS_MAX) return "steps";
        zh_asked_event *step = &ask->steps[ask->span.steps];
        if (!zh_report_step(it.value, step)) return step->where.size > ZH_COMPUTED_WHERE_BYTES_MAX ? "steps.where" : "steps.event";
        ask->span.steps++;
    }
    return ask->span.steps >= 2 ? NULL : "steps";
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, int64_t newest_ms, zh_funnel_ask *ask)
{
    double days = WINDOW_DAYS;
    int64_t reached = -1;
    zh_crowd_names names;
    *ask = (zh_funnel_ask){ .span = { .to_ms = newest_ms + 1 } };
    const char *wrong = read_steps(zh_json_get(root, ZH_SV("steps")), ask);
    if (wrong != NULL) return wrong;
    if (!zh_report_time(root, "to", &ask->span.to_ms)) return "to";
    ask->span.from_ms = ask->span.to_ms - SPAN_DAYS * ZH_REPORT_DAY_MS;
    if (!zh_report_time(root, "from", &ask->span.from_ms) || ask->span.from_ms >= ask->span.to_ms) return "from";
    if (!zh_report_real(root, "windowDays", 0, ZH_FUNNEL_WINDOW_DAYS_MAX, &days)) return "windowDays";
    ask->span.window_ms = (int64_t)(days * (double)ZH_REPORT_DAY_MS);
    if (ask->span.window_ms < 1) return "windowDays";
    ask->segment = zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment")));
    const zh_json_value open = zh_json_get(root, ZH_SV("open"));
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    if (!zh_report_int(open, "reached", 0, (int64_t)ask->span.steps, &reached) || reached < 0) return "open.reached";
    if ((wrong = zh_report_names(open, &names)) != NULL) return wrong;
    if (!zh_report_flag(open, "orMore", &ask->or_more)) return "open.orMore";
    ask->reached = (uint32_t)reached;
    ask->named = names.most;
    ask->after = names.after;
    return NULL;
}

static double share(uint64_t part, uint64_t whole) { return whole == 0 ? 0 : (double)part / (double)whole; }
static uint64_t before(const zh_funnel *f, uint32_t k) { return k == 0 ? f->reached[1] : f->reached[k]; }

static void put_steps(const zh_funnel_ask *ask, const zh_funnel *f, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("steps"));
    zh_json_out_array(out);
    for (uint32_t k = 0; k < ask->span.steps; k++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("event"), ask->steps[k].event);
        if (ask->steps[k].where.size > 0) zh_json_out_key_text(out, ZH_SV("where"), ask->steps[k].where);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)f->reached[k + 1]);
        zh_json_out_key_real(out, ZH_SV("ofFirst"), share(f->reached[k + 1], f->reached[1]));
        zh_json_out_key_real(out, ZH_SV("ofPrevious"), share(f->reached[k + 1], before(f, k)));
        zh_json_out_key_int(out, ZH_SV("medianMs"), f->median_ms[k]);
        zh_json_out_key_int(out, ZH_SV("medianStepMs"), f->median_step_ms[k]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_funnel(zh_call *call, const zh_funnel_ask *ask, const zh_funnel *f)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)f->customers);
    zh_json_out_key_int(&out, ZH_SV("failed"), (int64_t)f->failed);
    zh_call_time(&out, ZH_SV("from"), ask->span.from_ms);
    zh_call_time(&out, ZH_SV("to"), ask->span.to_ms);
    zh_json_out_key_real(&out, ZH_SV("windowDays"), (double)ask->span.window_ms / (double)ZH_REPORT_DAY_MS);
    put_steps(ask, f, &out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), f->took_us);
    zh_report_customers(call, &f->named, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void put_table(zh_call *call, const zh_funnel_ask *ask, const zh_funnel *f)
{
    static const char *const columns[] = { "step", "event", "where", "customers", "of_first", "of_previous", "median_ms", "median_step_ms" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (uint32_t k = 0; k < ask->span.steps; k++) {
        zh_report_whole(&t, k + 1);
        zh_report_text(&t, ask->steps[k].event);
        zh_report_text(&t, ask->steps[k].where);
        zh_report_whole(&t, (int64_t)f->reached[k + 1]);
        zh_report_number(&t, share(f->reached[k + 1], f->reached[1]));
        zh_report_number(&t, share(f->reached[k + 1], before(f, k)));
        zh_report_whole(&t, f->median_ms[k]);
        zh_report_whole(&t, f->median_step_ms[k]);
        zh_report_row(&t);
    }
    zh_report_table_answer(call, &t, "funnel");
}

void zh_route_report_funnel(zh_call *call)
{
    zh_json_value root;
    zh_funnel_ask ask;
    zh_cel_fault fault = { .text = "" };
    uint32_t step = 0;
    bool is_table;
    if (!zh_report_begin(call, &root, &is_table)) return;
    const char *wrong = read_ask(root, zh_report_newest_ms(call), &ask);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "steps are 2 to 10 names of events, or {\"event\", \"where\"}; from and to are times, windowDays up to 365; open is {\"reached\": 0 to the number of steps, \"orMore\", \"limit\", \"cursor\"}");
        return;
    }
    if (!zh_report_may(call, ask.named > 0, is_table)) return;
    zh_funnel *f = ZH_TAKE(call->arena, zh_funnel, 1);
    const zh_err e = f == NULL ? ZH_NOMEM : zh_world_funnel(zh_engine_world(call->engine), &ask, f, &step, &fault);
    if (e != ZH_OK) zh_report_failed(call, e, &fault, "steps.where", step + 1);
    else if (is_table && ask.named > 0) zh_report_customers_answer(call, &f->named, "customers");
    else if (is_table) put_table(call, &ask, f);
    else put_funnel(call, &ask, f);
}
