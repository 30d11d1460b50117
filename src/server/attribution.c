/* attribution.c -- POST /api/v1/reports/attribution: what each model gives each channel, and beside it what experiments measured. */
#include "decide/placements.h"
#include "engine/attribution.h"
#include "measure/experiment_result.h"
#include "server/reports.h"

#include <math.h>

#define SPAN_DAYS 30
#define SPAN_DAYS_MAX 3660
#define LOOKBACK_DAYS 30
#define HALF_LIFE_TOUCHES 2
#define HALF_LIFE_MAX 1000
#define CHANNEL_BYTES_MAX 128

static const char *const levels[ZH_ATTRIBUTION_LEVELS] = { "source", "medium", "channel", "campaign" };

/* ---- the question ---- */

static bool read_level(zh_json_value value, zh_attribution_level *level)
{
    zh_sv text;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    if (!zh_json_text(value, &text)) return false;
    for (int i = 0; i < ZH_ATTRIBUTION_LEVELS; i++) {
        if (!zh_sv_equal(text, zh_sv_of(levels[i]))) continue;
        *level = (zh_attribution_level)i;
        return true;
    }
    return false;
}

static const char *read_open(zh_json_value open, zh_attribution_ask *ask, zh_crowd_names *names)
{
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_text(zh_json_get(open, ZH_SV("channel")), &ask->channel) || ask->channel.size > CHANNEL_BYTES_MAX) return "open.channel";
    return zh_report_names(open, names);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, int64_t newest_ms, zh_attribution_ask *ask, zh_crowd_names *names)
{
    double days = LOOKBACK_DAYS;
    bool direct = true;
    const zh_json_value event = zh_json_get(root, ZH_SV("event"));
    *ask = (zh_attribution_ask){ .to_ms = newest_ms + 1, .level = ZH_ATTRIBUTION_CHANNEL, .half_life = HALF_LIFE_TOUCHES };
    if (!zh_report_time(root, "to", &ask->to_ms)) return "to";
    ask->from_ms = ask->to_ms - SPAN_DAYS * ZH_REPORT_DAY_MS;
    if (!zh_report_time(root, "from", &ask->from_ms) || ask->from_ms >= ask->to_ms || ask->to_ms - ask->from_ms > SPAN_DAYS_MAX * ZH_REPORT_DAY_MS) return "from";
    if (!zh_report_real(root, "lookbackDays", 0, ZH_ATTRIBUTION_LOOKBACK_DAYS_MAX, &days) || days <= 0) return "lookbackDays";
    if (!zh_report_real(root, "halfLife", 0, HALF_LIFE_MAX, &ask->half_life) || ask->half_life <= 0) return "halfLife";
    ask->lookback_ms = (int64_t)(days * (double)ZH_REPORT_DAY_MS);
    if (zh_json_type_of(event) > ZH_JSON_NULL && (!zh_json_text(event, &ask->event) || ask->event.size > ZH_EVENT_NAME_BYTES_MAX)) return "event";
    if (zh_sv_equal(ask->event, zh_answer_event_of(ZH_ACT_ORDER))) ask->event = (zh_sv){ 0 }; /* orders that stand: each once, whoever told it */
    if (!read_level(zh_json_get(root, ZH_SV("level")), &ask->level)) return "level";
    if (!zh_report_flag(root, "direct", &direct)) return "direct";
    ask->no_direct = !direct;
    return read_open(zh_json_get(root, ZH_SV("open")), ask, names);
}

/* ---- what was attributed ---- */

static bool has_text(zh_sv channel, zh_sv name) /* is it the channel, or one of its parts? */
{
    for (size_t at = 0; at + name.size <= channel.size; at++) {
        const bool begins = at == 0 || (at >= 3 && zh_sv_equal(zh_sv_part(channel, at - 3, 3), ZH_SV(" / ")));
        const size_t end = at + name.size;
        const bool ends = end == channel.size || zh_sv_equal(zh_sv_part(channel, end, 3), ZH_SV(" / "));
        if (begins && ends && zh_sv_equal(zh_sv_part(channel, at, name.size), name)) return true;
    }
    return false;
}

/* The experiment that measures a channel: one that is called as it, or as its source, medium or campaign. Under the world's lock. */
static zh_sv measured_by(const zh_experiments *x, zh_sv channel)
{
    zh_experiment_view view;
    for (uint32_t at = 0; zh_experiments_next(x, &at, &view);)
        if (view.exposed > 0 && has_text(channel, view.set_up->name)) return view.set_up->name;
    return (zh_sv){ 0 };
}

static void put_text_or_null(zh_json_out *out, zh_sv key, zh_sv text)
{
    zh_json_out_key(out, key);
    if (text.size > 0) zh_json_out_text(out, text);
    else zh_json_out_null(out);
}

static void put_channel(const zh_touch_paths_report *r, const zh_touch_path_channel *c, zh_sv experiment, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("channel"), c->text);
    zh_json_out_key_int(out, ZH_SV("touches"), (int64_t)c->touches);
    zh_json_out_key_int(out, ZH_SV("paths"), (int64_t)c->paths);
    zh_json_out_key_int(out, ZH_SV("converted"), (int64_t)c->converted);
    zh_json_out_key(out, ZH_SV("removal"));
    if (r->has_markov) zh_json_out_real(out, c->removal);
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("models"));
    zh_json_out_object(out);
    for (int m = 0; m < ZH_TOUCH_PATH_MODELS; m++) {
        zh_json_out_key(out, zh_sv_of(zh_touch_path_model_text((zh_touch_path_model)m)));
        zh_json_out_object(out);
        zh_json_out_key_real(out, ZH_SV("conversions"), (double)c->parts[m].conversions_centi / 100);
        zh_json_out_key_int(out, ZH_SV("valueCents"), c->parts[m].value_minor);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    put_text_or_null(out, ZH_SV("experiment"), experiment);
    zh_json_out_end(out);
}

static void put_totals(const zh_attribution_ask *ask, const zh_attribution *a, zh_json_out *out)
{
    const zh_touch_paths_report *r = &a->report;
    zh_call_time(out, ZH_SV("from"), ask->from_ms);
    zh_call_time(out, ZH_SV("to"), ask->to_ms);
    zh_json_out_key_real(out, ZH_SV("lookbackDays"), (double)ask->lookback_ms / (double)ZH_REPORT_DAY_MS);
    zh_json_out_key_text(out, ZH_SV("event"), ask->event.size > 0 ? ask->event : zh_answer_event_of(ZH_ACT_ORDER));
    zh_json_out_key_text(out, ZH_SV("level"), zh_sv_of(levels[ask->level]));
    zh_json_out_key_bool(out, ZH_SV("direct"), !ask->no_direct);
    zh_json_out_key_real(out, ZH_SV("halfLife"), ask->half_life);
    if (ask->event.size == 0) zh_answer_currency(out, ZH_SV("currency"), ask->currency);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)a->customers);
    zh_json_out_key_int(out, ZH_SV("convertedCustomers"), (int64_t)a->converted);
    zh_json_out_key_int(out, ZH_SV("refusedAnalytics"), (int64_t)a->refused);
    zh_json_out_key_int(out, ZH_SV("conversions"), (int64_t)r->conversions);
    zh_json_out_key_int(out, ZH_SV("valueCents"), r->value_minor);
    zh_json_out_key(out, ZH_SV("untouched"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("conversions"), (int64_t)r->untouched);
    zh_json_out_key_int(out, ZH_SV("valueCents"), r->untouched_minor);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("pathsWithoutConversion"), (int64_t)r->nulls);
    zh_json_out_key(out, ZH_SV("cut"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("longPaths"), (int64_t)r->cut_paths);
    zh_json_out_key_int(out, ZH_SV("mergedPaths"), (int64_t)r->merged_paths);
    zh_json_out_key_int(out, ZH_SV("channels"), r->channels_seen > r->channels_count ? (int64_t)(r->channels_seen - r->channels_count) : 0);
    zh_json_out_end(out);
}

/* ---- what was measured ---- */

#define NO_METRIC UINT32_MAX

/* The first of these metrics that the experiment has. */
static uint32_t metric_named(const zh_experiment *e, const char *first, const char *second)
{
    for (int i = 0; i < 2; i++)
        for (uint32_t m = 0; m < e->metrics_count; m++)
            if (zh_sv_equal(e->metrics[m].name, zh_sv_of(i == 0 ? first : second))) return m;
    return NO_METRIC;
}

/* Of a customer, and of all who were in the arm: the same with and without the interval's ends. */
static void put_lift(zh_json_out *out, const char *key, const zh_experiment *e, uint32_t metric, const zh_metric_result *r, double units)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (metric == NO_METRIC || !r->absolute.stands || !isfinite(r->absolute.sequential.low) || !isfinite(r->absolute.sequential.high)) {
        zh_json_out_null(out);
        return;
    }
    const zh_result_difference *d = &r->absolute;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("metric"), e->metrics[metric].name);
    zh_json_out_key_real(out, ZH_SV("perCustomer"), d->effect.estimate);
    zh_json_out_key_real(out, ZH_SV("low"), d->sequential.low);
    zh_json_out_key_real(out, ZH_SV("high"), d->sequential.high);
    zh_json_out_key_real(out, ZH_SV("all"), d->effect.estimate * units);
    zh_json_out_key_real(out, ZH_SV("allLow"), d->sequential.low * units);
    zh_json_out_key_real(out, ZH_SV("allHigh"), d->sequential.high * units);
    zh_json_out_end(out);
}

static void put_measured(const zh_experiment_view *view, zh_json_out *out)
{
    const zh_experiment *e = view->set_up;
    zh_experiment_result result;
    zh_experiment_result_of(e, &view->now, &result);
    const uint32_t money = metric_named(e, "revenue", "net_revenue"), orders = metric_named(e, "orders", "conversion");
    for (uint32_t a = 1; a < e->arms_count; a++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("experiment"), e->name);
        zh_json_out_key_text(out, ZH_SV("title"), e->title);
        zh_json_out_key_bool(out, ZH_SV("holdout"), zh_experiment_is_holdout(e));
        zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_experiment_state_text(e->state)));
        zh_json_out_key(out, ZH_SV("placements"));
        zh_json_out_array(out);
        for (uint32_t i = 0; i < e->placements_count; i++) zh_json_out_text(out, e->placements[i]);
        zh_json_out_end(out);
        zh_json_out_key_text(out, ZH_SV("arm"), e->arms[a].name);
        zh_json_out_key_text(out, ZH_SV("control"), e->arms[0].name);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)view->now.units[a]);
        zh_json_out_key_int(out, ZH_SV("windowDays"), e->window_days);
        zh_json_out_key_bool(out, ZH_SV("trusted"), result.trusted);
        put_lift(out, "money", e, result.trusted ? money : NO_METRIC, &result.of[a][money == NO_METRIC ? 0 : money], (double)view->now.units[a]);
        put_lift(out, "orders", e, result.trusted ? orders : NO_METRIC, &result.of[a][orders == NO_METRIC ? 0 : orders], (double)view->now.units[a]);
        zh_json_out_end(out);
    }
}

static bool is_measured(const zh_experiments *x, zh_sv placement)
{
    zh_experiment_view view;
    for (uint32_t at = 0; zh_experiments_next(x, &at, &view);)
        if (view.exposed > 0 && !zh_experiment_is_holdout(view.set_up) && zh_experiment_is_on(view.set_up, placement)) return true;
    return false;
}

static void put_incrementality(const zh_experiments *x, const zh_placements *placements, zh_json_out *out)
{
    const zh_placement *p;
    zh_experiment_view view;
    bool held = false;
    zh_json_out_key(out, ZH_SV("incrementality"));
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("measured"));
    zh_json_out_array(out);
    for (uint32_t at = 0; zh_experiments_next(x, &at, &view);) {
        if (view.exposed == 0) continue;
        held |= zh_experiment_is_holdout(view.set_up);
        put_measured(&view, out);
    }
    zh_json_out_end(out);
    zh_json_out_key_bool(out, ZH_SV("holdout"), held);
    zh_json_out_key(out, ZH_SV("notMeasured"));
    zh_json_out_array(out);
    for (size_t at = 0; (p = zh_placements_next(placements, &at)) != NULL;)
        if (!is_measured(x, p->name)) zh_json_out_text(out, p->name);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

/* ---- the route ---- */

static void put_answer(zh_call *call, const zh_attribution_ask *ask, const zh_attribution *a)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_totals(ask, a, &out);
    zh_world_lock_read(w);
    zh_json_out_key(&out, ZH_SV("channels"));
    zh_json_out_array(&out);
    for (uint32_t c = 0; c < a->report.channels_count; c++) put_channel(&a->report, &a->report.channels[c], measured_by(w->experiments, a->report.channels[c].text), &out);
    zh_json_out_end(&out);
    put_incrementality(w->experiments, w->placements, &out);
    zh_world_unlock(w);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), a->took_us);
    zh_report_customers(call, &a->open, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* The parts of a row: what each model gives. */
static void put_parts(zh_report_table *t, const zh_touch_path_part *parts, zh_sv experiment)
{
    for (int m = 0; m < ZH_TOUCH_PATH_MODELS; m++) {
        zh_report_number(t, (double)parts[m].conversions_centi / 100);
        zh_report_whole(t, parts[m].value_minor);
    }
    zh_report_text(t, experiment);
    zh_report_row(t);
}

/* A row for each channel, and a last one for what nobody touched, so that columns add up to the totals. */
static void put_table(zh_call *call, const zh_attribution *a)
{
    static const char *const first[] = { "channel", "touches", "paths", "converted" };
    enum { FIRST = sizeof first / sizeof *first, COLUMNS = FIRST + 2 * ZH_TOUCH_PATH_MODELS + 1 };
    char names[2 * ZH_TOUCH_PATH_MODELS][40];
    const char *columns[COLUMNS];
    const zh_touch_paths_report *r = &a->report;
    zh_world *w = zh_engine_world(call->engine);
    zh_report_table t;
    zh_touch_path_part untouched[ZH_TOUCH_PATH_MODELS];
    memcpy(columns, first, sizeof first);
    for (int m = 0; m < ZH_TOUCH_PATH_MODELS; m++) {
        const char *model = zh_touch_path_model_text((zh_touch_path_model)m);
        (void)snprintf(names[2 * m], sizeof *names, "%s_conversions", model);
        (void)snprintf(names[2 * m + 1], sizeof *names, "%s_value_cents", model);
        columns[FIRST + 2 * m] = names[2 * m];
        columns[FIRST + 2 * m + 1] = names[2 * m + 1];
        untouched[m] = (zh_touch_path_part){ .conversions_centi = 100 * (int64_t)r->untouched, .value_minor = r->untouched_minor };
    }
    columns[COLUMNS - 1] = "experiment";
    zh_report_table_open(&t, columns, COLUMNS);
    zh_world_lock_read(w);
    for (uint32_t i = 0; i < r->channels_count; i++) {
        const zh_touch_path_channel *c = &r->channels[i];
        zh_report_text(&t, c->text);
        zh_report_whole(&t, (int64_t)c->touches);
        zh_report_whole(&t, (int64_t)c->paths);
        zh_report_whole(&t, (int64_t)c->converted);
        put_parts(&t, c->parts, measured_by(w->experiments, c->text));
    }
    zh_world_unlock(w);
    zh_report_text(&t, ZH_SV("(no touch)"));
    for (int i = 0; i < 2; i++) zh_report_whole(&t, 0);
    zh_report_whole(&t, (int64_t)r->untouched);
    put_parts(&t, untouched, (zh_sv){ 0 });
    zh_report_table_answer(call, &t, "attribution");
}

void zh_route_report_attribution(zh_call *call)
{
    zh_json_value root;
    zh_attribution_ask ask;
    bool is_table;
    zh_attribution *a = ZH_TAKE(call->arena, zh_attribution, 1);
    if (a == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!zh_report_begin(call, &root, &is_table)) return;
    const char *wrong = read_ask(root, zh_report_newest_ms(call), &ask, &a->open);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "from and to are times, at most ten years apart; event is a name; lookbackDays up to 365, halfLife up to 1000 touches; level is source, medium, channel or campaign; direct is true or false; open is {\"channel\", \"limit\", \"cursor\"}");
        return;
    }
    const bool opens = a->open.most > 0;
    if (!zh_report_may(call, opens, is_table)) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    ask.currency = zh_answer_main_currency(w->sales);
    zh_world_unlock(w);
    const zh_err e = zh_engine_attribution(call->engine, &ask, call->arena, a);
    if (e != ZH_OK) zh_call_failed(call, e, "the customers cannot be asked");
    else if (is_table && opens) zh_report_customers_answer(call, &a->open, "customers");
    else if (is_table) put_table(call, a);
    else put_answer(call, &ask, a);
}
