#include "reach/aim.h"
#include "measure/outcome.h"

#include <math.h>

static bool is_there(zh_json_value value) { return zh_json_type_of(value) > ZH_JSON_NULL; }

void zh_define_object(zh_define *d, zh_json_value value, const char *field, bool needed)
{
    if (is_there(value) ? !zh_json_is(value, ZH_JSON_OBJECT) : needed) zh_define_wrong(d, "", field, is_there(value) ? "must be an object" : "is missing");
}

zh_sv zh_define_name(zh_define *d, zh_json_value of, const char *within, const char *field, bool needed)
{
    const zh_sv name = zh_define_text(d, of, within, field, ZH_MESSAGE_NAME_BYTES_MAX, needed);
    if (name.size > 0 && !zh_define_name_is_good(name)) zh_define_wrong(d, within, field, "must be a name of 1 to 64 letters, digits, - and _");
    return name;
}

void zh_define_titles(zh_define *d, zh_json_value root, zh_sv *zh, zh_sv *en)
{
    static const char *const known[] = { "zh", "en", NULL };
    const zh_json_value title = zh_json_get(root, ZH_SV("title"));
    zh_define_object(d, title, "title", false);
    zh_define_only(d, title, "title", known);
    *zh = zh_define_text(d, title, "title", "zh", ZH_AIM_TITLE_BYTES_MAX, false);
    *en = zh_define_text(d, title, "title", "en", ZH_AIM_TITLE_BYTES_MAX, false);
}

void zh_define_audience(zh_define *d, zh_json_value root, zh_sv *segment, zh_sv *expression)
{
    static const char *const known[] = { "segment", "expression", "everyone", NULL };
    const zh_json_value audience = zh_json_get(root, ZH_SV("audience"));
    zh_define_object(d, audience, "audience", true);
    zh_define_only(d, audience, "audience", known);
    *segment = zh_define_name(d, audience, "audience", "segment", false);
    *expression = zh_define_text(d, audience, "audience", "expression", ZH_AIM_EXPRESSION_BYTES_MAX, false);
    const bool everyone = zh_define_flag(d, audience, "audience", "everyone", false);
    if ((segment->size > 0) + (expression->size > 0) + everyone != 1) zh_define_wrong(d, "", "audience", "says one of: segment, expression, everyone: true");
}

zh_sv zh_define_metric(zh_define *d, zh_json_value of, const char *within, const char *field, bool needed)
{
    zh_sv name = zh_define_text(d, of, within, field, ZH_METRIC_NAME_BYTES_MAX, needed);
    if (name.size == 0) name = ZH_SV("conversion");
    const zh_metric *metric = zh_metric_builtin(name);
    if (metric == NULL || metric->per != ZH_QUANTITY_NONE) zh_define_wrong(d, within, field, "must be a metric that is built in and no ratio: conversion, orders, revenue, net_revenue, margin, …");
    return name;
}

void zh_define_measure(zh_define *d, zh_json_value root, uint32_t *control, zh_sv *goal, int64_t *goal_ms)
{
    static const char *const known[] = { "metric", "windowMs", NULL };
    const zh_json_value of = zh_json_get(root, ZH_SV("goal")), said = zh_json_get(root, ZH_SV("control"));
    double share = (double)ZH_AIM_CONTROL / ZH_MESSAGE_CONTROL_OF;
    if (is_there(said) && (!zh_json_real(said, &share) || !(share >= 0 && share <= 0.9))) zh_define_wrong(d, "", "control", "must be a share from 0 to 0.9; not said: 0.1");
    *control = d->is_bad ? 0 : (uint32_t)lround(share * ZH_MESSAGE_CONTROL_OF);
    zh_define_object(d, of, "goal", false);
    zh_define_only(d, of, "goal", known);
    *goal = zh_define_metric(d, of, "goal", "metric", false);
    *goal_ms = zh_define_int(d, of, "goal", "windowMs", ZH_HOUR_MS, ZH_AIM_GOAL_MS_MAX, ZH_AIM_GOAL_MS);
}

uint16_t zh_define_minute(zh_define *d, zh_json_value of, const char *within)
{
    const zh_sv text = zh_json_text_or_empty(zh_json_get(of, ZH_SV("time")));
    bool good = text.size == 5 && text.data[2] == ':';
    for (size_t i = 0; good && i < 5; i++) good = i == 2 || (text.data[i] >= '0' && text.data[i] <= '9');
    const int hour = good ? (text.data[0] - '0') * 10 + text.data[1] - '0' : 99, minute = good ? (text.data[3] - '0') * 10 + text.data[4] - '0' : 0;
    if (hour <= 23 && minute <= 59) return (uint16_t)(hour * 60 + minute);
    zh_define_wrong(d, within, "time", "must be a time of the day such as 10:00");
    return 0;
}

uint8_t zh_define_weekdays(zh_define *d, zh_json_value of, const char *within)
{
    const zh_json_value list = zh_json_get(of, ZH_SV("weekdays"));
    unsigned days = 0;
    int64_t day;
    if (!is_there(list)) return 0;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        if (zh_json_int(it.value, &day) && day >= 1 && day <= 7) days |= 1u << (day - 1);
        else zh_define_wrong(d, within, "weekdays", "must be a list of days, 1 for Monday to 7 for Sunday");
    }
    if (days == 0) zh_define_wrong(d, within, "weekdays", "must name a day, 1 for Monday to 7 for Sunday");
    return (uint8_t)days;
}

zh_sv zh_aim_audience(zh_sv segment, zh_sv expression, char out[ZH_AIM_AUDIENCE_BYTES])
{
    const int size = segment.size > 0 ? snprintf(out, ZH_AIM_AUDIENCE_BYTES, "customer.in_segment(\"%.*s\")", ZH_SV_ARG(segment))
                                      : snprintf(out, ZH_AIM_AUDIENCE_BYTES, "%.*s", ZH_SV_ARG(expression.size > 0 ? expression : ZH_SV("true")));
    return (zh_sv){ out, (size_t)size };
}
