/* campaign_test.c
 * Goal    a wrong definition is refused by its field; a control group is the rule; a state is left by the ways that are drawn, and no other; a run
 *         is when the workspace's clock says so, over months and summer time.
 * Method  tables; runs against a walk minute by minute over a year, in zones with and without summer time. Zones come from
 *         /usr/share/zoneinfo; without it the test says skipped (77).
 */
#include "check.h"
#include "reach/campaign.h"

#define BASE "\"channel\":\"sms\",\"template\":\"offer\""
#define ALL "\"audience\":{\"everyone\":true}"
#define NOW "\"when\":{\"kind\":\"once\"}"

static zh_arena arena;
static zh_json *parser;

static zh_err read_it(const char *text, zh_campaign *out, zh_fault *fault)
{
    zh_json_value root;
    CHECK_ROW(zh_json_parse(parser, zh_sv_of(text), &root, NULL) == ZH_OK, text);
    zh_arena_reset(&arena);
    return zh_campaign_read(root, &arena, out, fault);
}

static zh_campaign good(const char *text)
{
    zh_campaign c;
    zh_fault fault;
    CHECK_ROW(read_it(text, &c, &fault) == ZH_OK, fault.why.text);
    return c;
}

static void a_wrong_definition_is_refused_by_its_field(void)
{
    static const struct { const char *text, *field; } rows[] = {
        { "[]", "" },
        { "{" ALL "," NOW ",\"template\":\"offer\"}", "channel" },
        { "{" BASE "," ALL "," NOW ",\"colour\":1}", "colour" },
        { "{" BASE "," NOW "}", "audience" },
        { "{" BASE "," NOW ",\"audience\":{}}", "audience" },
        { "{" BASE "," NOW ",\"audience\":{\"segment\":\"vip\",\"everyone\":true}}", "audience" },
        { "{" BASE "," NOW ",\"audience\":{\"segment\":\"a b\"}}", "audience.segment" },
        { "{" BASE "," ALL "}", "when" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"never\"}}", "when.kind" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"once\",\"at\":\"soon\"}}", "when.at" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"recurring\",\"time\":\"24:00\"}}", "when.time" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"recurring\",\"time\":\"10:00\",\"weekdays\":[8]}}", "when.weekdays" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"recurring\",\"time\":\"10:00\",\"weekdays\":[1],\"monthDay\":3}}", "when.monthDay" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"event\"}}", "when.event" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"event\",\"event\":\"A\",\"unless\":\"B\"}}", "when.afterMs" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"event\",\"event\":\"A\",\"afterMs\":2592000001}}", "when.afterMs" },
        { "{" BASE "," ALL ",\"when\":{\"kind\":\"event\",\"event\":\"A\",\"each\":\"day\",\"key\":\"cart_id\"}}", "when.key" },
        { "{" BASE "," ALL "," NOW ",\"control\":0.95}", "control" },
        { "{" BASE "," ALL "," NOW ",\"goal\":{\"metric\":\"average_order\"}}", "goal.metric" },
        { "{" BASE "," ALL "," NOW ",\"goal\":{\"windowMs\":1}}", "goal.windowMs" },
        { "{" BASE "," ALL "," NOW ",\"budget\":0}", "budget" },
        { "{" BASE "," ALL "," NOW ",\"bestHour\":24}", "bestHour" },
    };
    zh_campaign c;
    zh_fault fault;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(read_it(rows[i].text, &c, &fault) == ZH_FORMAT && fault.why.text[0] != '\0', rows[i].text);
        CHECK_ROW(strcmp(fault.field, rows[i].field) == 0, fault.field);
    }
}

static void who_says_nothing_has_a_control_group(void)
{
    char text[ZH_AIM_AUDIENCE_BYTES];
    zh_campaign c = good("{" BASE "," ALL "," NOW "}");
    CHECK(c.control == ZH_MESSAGE_CONTROL_OF / 10 && c.budget == 0 && c.best_hour == ZH_MESSAGE_BEST_NONE && c.expires_ms == ZH_DAY_MS && c.goal_ms == 7 * ZH_DAY_MS);
    CHECK(zh_sv_equal(c.goal, ZH_SV("conversion")) && zh_sv_equal(c.step, ZH_SV("message")) && zh_sv_equal(zh_aim_audience(c.segment, c.expression, text), ZH_SV("true")));
    c = good("{" BASE ",\"audience\":{\"segment\":\"vip\"}," NOW ",\"control\":0}");
    CHECK(c.control == 0 && zh_sv_equal(zh_aim_audience(c.segment, c.expression, text), ZH_SV("customer.in_segment(\"vip\")")));
}

static void a_state_is_left_by_the_ways_that_are_drawn(void)
{
    static const char *const ways[ZH_CAMPAIGN_STATES][ZH_CAMPAIGN_ACTS] = { /* edit submit approve reject pause resume end */
        [ZH_CAMPAIGN_DRAFT] = { "draft", "review", NULL, NULL, NULL, NULL, "ended" },
        [ZH_CAMPAIGN_REVIEW] = { "draft", NULL, "running", "draft", NULL, NULL, "ended" },
        [ZH_CAMPAIGN_RUNNING] = { NULL, NULL, NULL, NULL, "paused", NULL, "ended" },
        [ZH_CAMPAIGN_PAUSED] = { "draft", NULL, NULL, NULL, NULL, "running", "ended" },
    };
    for (int s = 0; s < ZH_CAMPAIGN_STATES; s++)
        for (int a = 0; a < ZH_CAMPAIGN_ACTS; a++) {
            zh_campaign_state then = ZH_CAMPAIGN_STATES;
            zh_campaign_act act;
            const bool may = zh_campaign_then((zh_campaign_state)s, (zh_campaign_act)a, &then);
            CHECK_ROW(may == (ways[s][a] != NULL) && (!may || strcmp(zh_campaign_state_text(then), ways[s][a]) == 0), zh_campaign_act_text((zh_campaign_act)a));
            CHECK(zh_campaign_act_of(zh_sv_of(zh_campaign_act_text((zh_campaign_act)a)), &act) && (int)act == a);
        }
}

static zh_tz *zone_of(const char *name)
{
    static char bytes[ZH_TZ_BYTES_MAX];
    char path[256];
    zh_tz *tz;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *in = fopen(path, "rb");
    if (in == NULL) exit(77);
    const size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    CHECK_ROW(zh_tz_open(&tz, (zh_sv){ bytes, size }) == ZH_OK, name);
    return tz;
}

/* The slow model: is there a run at this minute? */
static bool runs_at(const zh_campaign *c, const zh_tz *zone, int64_t ms)
{
    const zh_civil local = zh_tz_local(zone, ms);
    const int64_t day = zh_days_of(local.year, local.month, local.day);
    const bool last = local.day == zh_month_days(local.year, local.month);
    if (local.hour * 60 + local.minute != c->minute) return false;
    if (c->weekdays != 0) return (c->weekdays >> (zh_weekday(day) - 1) & 1) != 0;
    return c->month_day == 0 || local.day == c->month_day || (last && c->month_day > local.day);
}

static void a_run_is_when_the_clock_of_the_workspace_says(void)
{
    static const char *const zones[] = { "Asia/Shanghai", "America/New_York" };
    static const char *const whens[] = { "\"time\":\"10:00\"", "\"time\":\"00:15\",\"weekdays\":[1,5]", "\"time\":\"23:45\",\"monthDay\":31" };
    int64_t from_ms = 0, next_ms = 0, due_ms = 0;
    CHECK(zh_time_parse(ZH_SV("2026-01-01T00:00:00Z"), &from_ms) == ZH_OK);
    for (size_t z = 0; z < 2; z++)
        for (size_t w = 0; w < 3; w++) {
            char text[256];
            (void)snprintf(text, sizeof text, "{" BASE "," ALL ",\"when\":{\"kind\":\"recurring\",%s}}", whens[w]);
            zh_tz *zone = zone_of(zones[z]);
            const zh_campaign c = good(text);
            int64_t t = from_ms;
            int runs = 0;
            for (int64_t minute = 1; minute <= 366 * 1440; minute++) {
                const int64_t ms = from_ms + minute * ZH_MINUTE_MS;
                if (!runs_at(&c, zone, ms)) continue;
                CHECK_ROW(zh_campaign_next_run(&c, zone, t, &next_ms) && next_ms == ms, whens[w]);
                CHECK_ROW(!zh_campaign_due_run(&c, zone, t, ms - 1, &due_ms) && zh_campaign_due_run(&c, zone, t, ms, &due_ms) && due_ms == ms, whens[w]);
                t = ms;
                runs++;
            }
            CHECK_ROW(runs >= 12, whens[w]);
            zh_tz_close(zone);
        }
    const zh_campaign daily = good("{" BASE "," ALL ",\"when\":{\"kind\":\"recurring\",\"time\":\"10:00\"}}");
    CHECK(zh_campaign_next_run(&daily, zh_tz_utc(), from_ms, &next_ms));
    CHECK(zh_campaign_due_run(&daily, zh_tz_utc(), from_ms, next_ms + ZH_DAY_MS - 1, &due_ms) && due_ms == next_ms); /* the engine was down for most of a day */
    CHECK(zh_campaign_due_run(&daily, zh_tz_utc(), from_ms, next_ms + 5 * ZH_DAY_MS, &due_ms) && due_ms == next_ms + 5 * ZH_DAY_MS); /* of those missed the newest */
}

int main(void)
{
    arena = zh_arena_open((size_t)1 << 20);
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    a_wrong_definition_is_refused_by_its_field();
    who_says_nothing_has_a_control_group();
    a_state_is_left_by_the_ways_that_are_drawn();
    a_run_is_when_the_clock_of_the_workspace_says();
    zh_json_close(parser);
    zh_arena_close(&arena);
    return 0;
}
