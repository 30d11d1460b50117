/* metric_days.c -- POST /api/v1/reports/metric: a metric day by day, one that is known or one that is only tried. */
#include "engine/metric_days.h"
#include "server/answer.h"
#include "server/experiment_answer.h"

#include <math.h>

#define DAYS 30
#define TRIED ZH_SV("tried") /* the name of one that has none yet */

/* The field that is wrong, or NULL. */
static const char *read_metric(zh_call *call, zh_json_value value, zh_metric *out, const char **why)
{
    const char *field = "metric";
    zh_sv name;
    *why = "metric is a name out of GET /api/v1/metrics, or a definition: {\"kind\", \"event\"}";
    if (!zh_json_text(value, &name)) return zh_json_is(value, ZH_JSON_OBJECT) && zh_metric_read(value, TRIED, out, &field, why) == ZH_OK ? NULL : field;
    const zh_metric *builtin = zh_metric_builtin(name);
    if (builtin != NULL) {
        *out = *builtin;
        return NULL;
    }
    zh_world *world = zh_engine_world(call->engine);
    zh_world_lock_read(world);
    const bool found = zh_metric_of_workspace(call, name, out);
    zh_world_unlock(world);
    return found ? NULL : "metric";
}

static void put_sum(zh_json_out *out, const zh_metric *metric, const zh_metric_sum *sum)
{
    const double value = zh_metric_sum_value(metric, sum);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)sum->customers);
    zh_json_out_key_real(out, ZH_SV("of"), sum->of);
    zh_json_out_key(out, ZH_SV("per"));
    if (metric->per != ZH_QUANTITY_NONE) zh_json_out_real(out, sum->per);
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("value"));
    if (isfinite(value)) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

static void put_days(zh_call *call, const zh_metric *metric, const zh_metric_days *found)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("metric"));
    zh_json_out_object(&out);
    zh_metric_put(metric, &out);
    zh_json_out_end(&out);
    zh_answer_currency(&out, ZH_SV("currency"), found->currency);
    zh_call_time(&out, ZH_SV("from"), found->span.from_ms);
    zh_call_time(&out, ZH_SV("to"), found->span.to_ms);
    put_sum(&out, metric, &found->span);
    zh_json_out_key(&out, ZH_SV("days"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < found->count; i++) {
        char date[ZH_TIME_TEXT_BYTES];
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("date"), (zh_sv){ date, zh_date_print(found->days[i].day, date) });
        put_sum(&out, metric, &found->days[i]);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_metric_days(zh_call *call)
{
    zh_json_value root;
    zh_metric metric;
    int64_t days = DAYS;
    const char *why;
    if (!zh_call_body_json(call, &root)) return;
    zh_metric_days *found = ZH_TAKE(call->arena, zh_metric_days, 1);
    if (found == NULL || zh_json_keep(call->thread->parser, root, call->arena) != ZH_OK) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    const zh_json_value wanted = zh_json_get(root, ZH_SV("days"));
    const bool days_are_good = zh_json_type_of(wanted) <= ZH_JSON_NULL || (zh_json_int(wanted, &days) && days >= 1 && days <= ZH_METRIC_DAYS_MAX);
    const char *wrong = read_metric(call, zh_json_get(root, ZH_SV("metric")), &metric, &why);
    if (!days_are_good || wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", days_are_good ? wrong : "days", days_are_good ? why : "days is 1 to 92");
        return;
    }
    if (!zh_metric_is_good(call, &metric, "metric.where")) return;
    zh_world *world = zh_engine_world(call->engine);
    zh_world_lock_read(world);
    const zh_currency currency = zh_answer_main_currency(world->sales);
    zh_world_unlock(world);
    const zh_err e = zh_engine_metric_days(call->engine, &metric, currency, (uint32_t)days, found);
    if (e == ZH_OK) put_days(call, &metric, found);
    else zh_call_failed(call, e, "the customers cannot be asked");
}
