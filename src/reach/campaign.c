#include "reach/campaign.h"
#include "measure/outcome.h"

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
    out->minute = zh_define_minute(d, when, "when");
    out->weekdays = zh_define_weekdays(d, when, "when");
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
    zh_define_object(d, when, "when", true);
    out->kind = (zh_campaign_kind)zh_define_word(d, when, "when", "kind", kinds, ZH_CAMPAIGN_KINDS, ZH_CAMPAIGN_KINDS);
    if (d->is_bad) return;
    if (out->kind == ZH_CAMPAIGN_ONCE) read_once(d, when, out);
    else if (out->kind == ZH_CAMPAIGN_RECURRING) read_recurring(d, when, out);
    else read_event(d, when, out);
}

zh_err zh_campaign_read(zh_json_value root, zh_arena *arena, zh_campaign *out, zh_fault *fault)
{
    static const char *const known[] = { "title", "channel", "template", "step", "audience", "when", "control", "goal", "budget", "priority", "expiresMs", "bestHour", NULL };
    zh_define d = { .arena = arena, .fault = fault };
    *fault = (zh_fault){ .field = "" };
    *out = (zh_campaign){ .kind = ZH_CAMPAIGN_ONCE };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "", "a campaign is an object");
    zh_define_only(&d, root, "", known);
    zh_define_titles(&d, root, &out->title_zh, &out->title_en);
    out->channel = zh_define_name(&d, root, "", "channel", true);
    out->template = zh_define_name(&d, root, "", "template", true);
    out->step = zh_define_name(&d, root, "", "step", false);
    if (out->step.size == 0) out->step = ZH_SV("message");
    zh_define_audience(&d, root, &out->segment, &out->expression);
    read_when(&d, root, out);
    zh_define_measure(&d, root, &out->control, &out->goal, &out->goal_ms);
    out->budget = (uint32_t)zh_define_int(&d, root, "", "budget", 1, ZH_CAMPAIGN_BUDGET_MAX, 0);
    out->priority = (uint8_t)zh_define_int(&d, root, "", "priority", 0, 100, 0);
    out->best_hour = (uint8_t)zh_define_int(&d, root, "", "bestHour", 0, 23, ZH_MESSAGE_BEST_NONE);
    out->expires_ms = zh_define_int(&d, root, "", "expiresMs", ZH_MINUTE_MS, ZH_CAMPAIGN_EXPIRES_MS_MAX, ZH_CAMPAIGN_EXPIRES_MS);
    return d.is_bad ? ZH_FORMAT : d.is_full ? ZH_NOMEM : ZH_OK;
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
