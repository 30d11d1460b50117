#include "reach/campaign.h"
#include "measure/outcome.h"

#include <math.h>

#define DAYS_AHEAD_MAX 62 /* every month has the day or a last one, every week its weekdays */

static const char *const kinds[] = { "once", "recurring", "event" };
static const char *const states[] = { "draft", "review", "running", "paused", "ended" };
static const char *const acts[] = { "edit", "submit", "approve", "reject", "pause", "resume", "end" };

const char *zh_campaign_kind_text(zh_campaign_kind kind) { return (unsigned)kind < ZH_CAMPAIGN_KINDS ? kinds[kind] : "?"; }
const char *zh_campaign_state_text(zh_campaign_state state) { return (unsigned)state < ZH_CAMPAIGN_STATES ? states[state] : "?"; }
const char *zh_campaign_act_text(zh_campaign_act act) { return (unsigned)act < ZH_CAMPAIGN_ACTS ? acts[act] : "?"; }

static bool find_word(const char *const *words, size_t count, zh_sv text, size_t *at)
{
    for (*at = 0; *at < count; ++*at)
        if (zh_sv_equal(zh_sv_of(words[*at]), text)) return true;
    return false;
}

bool zh_campaign_state_of(zh_sv text, zh_campaign_state *out)
{
    size_t at;
    const bool found = find_word(states, ZH_CAMPAIGN_STATES, text, &at);
    if (found) *out = (zh_campaign_state)at;
    return found;
}

bool zh_campaign_act_of(zh_sv text, zh_campaign_act *out)
{
    size_t at;
    const bool found = find_word(acts, ZH_CAMPAIGN_ACTS, text, &at);
    if (found) *out = (zh_campaign_act)at;
    return found;
}

/* ---- states ---- */

bool zh_campaign_then(zh_campaign_state state, zh_campaign_act act, zh_campaign_state *then)
{
#define FROM(s) (1u << ZH_CAMPAIGN_##s)
    static const struct { unsigned from; zh_campaign_state to; } of[ZH_CAMPAIGN_ACTS] = {
        [ZH_CAMPAIGN_EDIT] = { FROM(DRAFT) | FROM(REVIEW) | FROM(PAUSED), ZH_CAMPAIGN_DRAFT },
        [ZH_CAMPAIGN_SUBMIT] = { FROM(DRAFT), ZH_CAMPAIGN_REVIEW },
        [ZH_CAMPAIGN_APPROVE] = { FROM(REVIEW), ZH_CAMPAIGN_RUNNING },
        [ZH_CAMPAIGN_REJECT] = { FROM(REVIEW), ZH_CAMPAIGN_DRAFT },
        [ZH_CAMPAIGN_PAUSE] = { FROM(RUNNING), ZH_CAMPAIGN_PAUSED },
        [ZH_CAMPAIGN_RESUME] = { FROM(PAUSED), ZH_CAMPAIGN_RUNNING },
        [ZH_CAMPAIGN_END] = { FROM(DRAFT) | FROM(REVIEW) | FROM(RUNNING) | FROM(PAUSED), ZH_CAMPAIGN_ENDED },
    };
    if ((unsigned)act >= ZH_CAMPAIGN_ACTS || (of[act].from >> (unsigned)state & 1) == 0) return false;
    *then = of[act].to;
    return true;
}

/* ---- reading ---- */

static bool is_there(zh_json_value value) { return zh_json_type_of(value) > ZH_JSON_NULL; }

static void want_object(zh_define *d, zh_json_value value, const char *field, bool needed)
{
    if (is_there(value) ? !zh_json_is(value, ZH_JSON_OBJECT) : needed) zh_define_wrong(d, "", field, is_there(value) ? "must be an object" : "is missing");
}

static zh_sv read_name(zh_define *d, zh_json_value root, const char *within, const char *field, bool needed)
{
    const zh_sv name = zh_define_text(d, root, within, field, ZH_MESSAGE_NAME_BYTES_MAX, needed);
    if (name.size > 0 && !zh_define_name_is_good(name)) zh_define_wrong(d, within, field, "must be a name of 1 to 64 letters, digits, - and _");
    return name;
}

static void read_title(zh_define *d, zh_json_value root, zh_campaign *out)
{
    static const char *const known[] = { "zh", "en", NULL };
    const zh_json_value title = zh_json_get(root, ZH_SV("title"));
    want_object(d, title, "title", false);
    zh_define_only(d, title, "title", known);
    out->title_zh = zh_define_text(d, title, "title", "zh", ZH_CAMPAIGN_TITLE_BYTES_MAX, false);
    out->title_en = zh_define_text(d, title, "title", "en", ZH_CAMPAIGN_TITLE_BYTES_MAX, false);
}

static void read_audience(zh_define *d, zh_json_value root, zh_campaign *out)
{
    static const char *const known[] = { "segment", "expression", "everyone", NULL };
    const zh_json_value audience = zh_json_get(root, ZH_SV("audience"));
    want_object(d, audience, "audience", true);
    zh_define_only(d, audience, "audience", known);
    out->segment = read_name(d, audience, "audience", "segment", false);
    out->expression = zh_define_text(d, audience, "audience", "expression", ZH_CAMPAIGN_EXPRESSION_BYTES_MAX, false);
    const bool everyone = zh_define_flag(d, audience, "audience", "everyone", false);
    if ((out->segment.size > 0) + (out->expression.size > 0) + everyone != 1) zh_define_wrong(d, "", "audience", "says one of: segment, expression, everyone: true");
}

/* "10:00" */
static uint16_t read_minute(zh_define *d, zh_json_value when)
{
    const zh_sv text = zh_json_text_or_empty(zh_json_get(when, ZH_SV("time")));
    bool good = text.size == 5 && text.data[2] == ':';
    for (size_t i = 0; good && i < 5; i++) good = i == 2 || (text.data[i] >= '0' && text.data[i] <= '9');
    const int hour = good ? (text.data[0] - '0') * 10 + text.data[1] - '0' : 99, minute = good ? (text.data[3] - '0') * 10 + text.data[4] - '0' : 0;
    if (hour <= 23 && minute <= 59) return (uint16_t)(hour * 60 + minute);
    zh_define_wrong(d, "when", "time", "must be a time of the day such as 10:00");
    return 0;
}

static uint8_t read_weekdays(zh_define *d, zh_json_value when)
{
    const zh_json_value list = zh_json_get(when, ZH_SV("weekdays"));
    unsigned days = 0;
    int64_t day;
    if (!is_there(list)) return 0;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        if (zh_json_int(it.value, &day) && day >= 1 && day <= 7) days |= 1u << (day - 1);
        else zh_define_wrong(d, "when", "weekdays", "must be a list of days, 1 for Monday to 7 for Sunday");
    }
    if (days == 0) zh_define_wrong(d, "when", "weekdays", "must name a day, 1 for Monday to 7 for Sunday");
    return (uint8_t)days;
}

static void read_once(zh_define *d, zh_json_value when, zh_campaign *out)
{
    static const char *const known[] = { "kind", "at", NULL };
    const zh_sv at = zh_json_text_or_empty(zh_json_get(when, ZH_SV("at")));
    zh_define_only(d, when, "when", known);
    if (is_there(zh_json_get(when, ZH_SV("at"))) && (zh_time_parse(at, &out->at_ms) != ZH_OK || out->at_ms <= 0)) zh_define_wrong(d, "when", "at", "must be a time such as 2026-12-01T02:00:00Z");
}

static void read_recurring(zh_define *d, zh_json_value when, zh_campaign *out)
{
    static const char *const known[] = { "kind", "time", "weekdays", "monthDay", NULL };
    zh_define_only(d, when, "when", known);
    out->minute = read_minute(d, when);
    out->weekdays = read_weekdays(d, when);
    out->month_day = (uint8_t)zh_define_int(d, when, "when", "monthDay", 1, 31, 0);
    if (out->weekdays != 0 && out->month_day != 0) zh_define_wrong(d, "when", "monthDay", "stands alone: a campaign runs by the week or by the month");
}

static void read_event(zh_define *d, zh_json_value when, zh_campaign *out)
{
    static const char *const known[] = { "kind", "event", "where", "afterMs", "unless", "each", "key", NULL }, *const each[] = { "event", "day", "customer" };
    zh_define_only(d, when, "when", known);
    out->event = zh_define_text(d, when, "when", "event", ZH_CAMPAIGN_EVENT_BYTES_MAX, true);
    out->where = zh_define_text(d, when, "when", "where", ZH_METRIC_WHERE_BYTES_MAX, false);
    out->unless = zh_define_text(d, when, "when", "unless", ZH_CAMPAIGN_EVENT_BYTES_MAX, false);
    out->key = zh_define_text(d, when, "when", "key", ZH_CAMPAIGN_EVENT_BYTES_MAX, false);
    out->after_ms = zh_define_int(d, when, "when", "afterMs", 0, ZH_CAMPAIGN_AFTER_MS_MAX, 0);
    out->each = (zh_campaign_each)zh_define_word(d, when, "when", "each", each, 3, 0);
    if (out->unless.size > 0 && out->after_ms == 0) zh_define_wrong(d, "when", "afterMs", "says how long is waited for the event of `unless`");
    if (out->key.size > 0 && out->each != ZH_CAMPAIGN_EACH_EVENT) zh_define_wrong(d, "when", "key", "goes with each: event");
}

static void read_when(zh_define *d, zh_json_value root, zh_campaign *out)
{
    const zh_json_value when = zh_json_get(root, ZH_SV("when"));
    want_object(d, when, "when", true);
    out->kind = (zh_campaign_kind)zh_define_word(d, when, "when", "kind", kinds, ZH_CAMPAIGN_KINDS, ZH_CAMPAIGN_KINDS);
    if (d->is_bad) return;
    if (out->kind == ZH_CAMPAIGN_ONCE) read_once(d, when, out);
    else if (out->kind == ZH_CAMPAIGN_RECURRING) read_recurring(d, when, out);
    else read_event(d, when, out);
}

static void read_measure(zh_define *d, zh_json_value root, zh_campaign *out)
{
    static const char *const known[] = { "metric", "windowMs", NULL };
    const zh_json_value goal = zh_json_get(root, ZH_SV("goal")), control = zh_json_get(root, ZH_SV("control"));
    double share = (double)ZH_CAMPAIGN_CONTROL / ZH_MESSAGE_CONTROL_OF;
    if (is_there(control) && (!zh_json_real(control, &share) || !(share >= 0 && share <= 0.9))) zh_define_wrong(d, "", "control", "must be a share from 0 to 0.9; not said: 0.1");
    out->control = d->is_bad ? 0 : (uint32_t)lround(share * ZH_MESSAGE_CONTROL_OF);
    want_object(d, goal, "goal", false);
    zh_define_only(d, goal, "goal", known);
    out->goal = zh_define_text(d, goal, "goal", "metric", ZH_METRIC_NAME_BYTES_MAX, false);
    if (out->goal.size == 0) out->goal = ZH_SV("conversion");
    const zh_metric *metric = zh_metric_builtin(out->goal);
    if (metric == NULL || metric->per != ZH_QUANTITY_NONE) zh_define_wrong(d, "goal", "metric", "must be a metric that is built in and no ratio: conversion, orders, revenue, net_revenue, margin, …");
    out->goal_ms = zh_define_int(d, goal, "goal", "windowMs", ZH_HOUR_MS, ZH_CAMPAIGN_GOAL_MS_MAX, ZH_CAMPAIGN_GOAL_MS);
}

zh_err zh_campaign_read(zh_json_value root, zh_arena *arena, zh_campaign *out, zh_fault *fault)
{
    static const char *const known[] = { "title", "channel", "template", "step", "audience", "when", "control", "goal", "budget", "priority", "expiresMs", "bestHour", NULL };
    zh_define d = { .arena = arena, .fault = fault };
    *fault = (zh_fault){ .field = "" };
    *out = (zh_campaign){ .kind = ZH_CAMPAIGN_ONCE };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "", "a campaign is an object");
    zh_define_only(&d, root, "", known);
    read_title(&d, root, out);
    out->channel = read_name(&d, root, "", "channel", true);
    out->template = read_name(&d, root, "", "template", true);
    out->step = read_name(&d, root, "", "step", false);
    if (out->step.size == 0) out->step = ZH_SV("message");
    read_audience(&d, root, out);
    read_when(&d, root, out);
    read_measure(&d, root, out);
    out->budget = (uint32_t)zh_define_int(&d, root, "", "budget", 1, ZH_CAMPAIGN_BUDGET_MAX, 0);
    out->priority = (uint8_t)zh_define_int(&d, root, "", "priority", 0, 100, 0);
    out->best_hour = (uint8_t)zh_define_int(&d, root, "", "bestHour", 0, 23, ZH_MESSAGE_BEST_NONE);
    out->expires_ms = zh_define_int(&d, root, "", "expiresMs", ZH_MINUTE_MS, ZH_CAMPAIGN_EXPIRES_MS_MAX, ZH_CAMPAIGN_EXPIRES_MS);
    return d.is_bad ? ZH_FORMAT : d.is_full ? ZH_NOMEM : ZH_OK;
}

zh_sv zh_campaign_audience(const zh_campaign *c, char out[ZH_CAMPAIGN_AUDIENCE_BYTES])
{
    const int size = c->segment.size > 0 ? snprintf(out, ZH_CAMPAIGN_AUDIENCE_BYTES, "customer.in_segment(\"%.*s\")", ZH_SV_ARG(c->segment))
                                         : snprintf(out, ZH_CAMPAIGN_AUDIENCE_BYTES, "%.*s", ZH_SV_ARG(c->expression.size > 0 ? c->expression : ZH_SV("true")));
    return (zh_sv){ out, (size_t)size };
}

/* ---- runs ---- */

static bool is_day(const zh_campaign *c, int64_t day)
{
    if (c->weekdays != 0) return (c->weekdays >> (zh_weekday(day) - 1) & 1) != 0;
    if (c->month_day == 0) return true;
    const zh_civil date = zh_civil_of(day * ZH_DAY_MS);
    const int last = zh_month_days(date.year, date.month);
    return date.day == (c->month_day < last ? c->month_day : last);
}

/* The run of this local day, of a day that has one. */
static int64_t run_of_day(const zh_campaign *c, const zh_tz *zone, int64_t day)
{
    zh_civil local = zh_civil_of(day * ZH_DAY_MS);
    local.hour = (uint8_t)(c->minute / 60);
    local.minute = (uint8_t)(c->minute % 60);
    return zh_tz_utc_ms(zone, &local);
}

bool zh_campaign_next_run(const zh_campaign *c, const zh_tz *zone, int64_t after_ms, int64_t *at_ms)
{
    if (c->kind == ZH_CAMPAIGN_ONCE) return *at_ms = c->at_ms, c->at_ms > after_ms;
    if (c->kind != ZH_CAMPAIGN_RECURRING) return false;
    const int64_t today = zh_tz_day(zone, after_ms);
    for (int64_t day = today; day <= today + DAYS_AHEAD_MAX; day++)
        if (is_day(c, day) && (*at_ms = run_of_day(c, zone, day)) > after_ms) return true;
    return false;
}

bool zh_campaign_due_run(const zh_campaign *c, const zh_tz *zone, int64_t after_ms, int64_t now_ms, int64_t *at_ms)
{
    const int64_t from_ms = after_ms > now_ms - ZH_CAMPAIGN_LATE_MS ? after_ms : now_ms - ZH_CAMPAIGN_LATE_MS;
    int64_t next_ms;
    bool found = false;
    for (int64_t t = from_ms; zh_campaign_next_run(c, zone, t, &next_ms) && next_ms <= now_ms; t = next_ms) *at_ms = next_ms, found = true;
    return found;
}
