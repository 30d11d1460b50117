/* journey_preview.c -- POST /api/v1/journeys/preview: what a journey would have done over events that were recorded. Nothing is planned, and nothing is sent. */
#include "base/time.h"
#include "engine/journey_dry.h"
#include "server/answer.h"
#include "server/journey_answer.h"

#define DAYS 7 /* where nothing is said */

typedef struct asked {
    zh_sv name;
    zh_journey journey;
    uint32_t days;
} asked;

/* {"definition": {…}} or {"journey": name}, and {"days"}. */
static bool read_ask(zh_call *call, asked *a)
{
    zh_json_value root;
    zh_journey_kept kept;
    int64_t days = DAYS;
    if (!zh_call_body_json(call, &root)) return false;
    const zh_json_value definition = zh_json_get(root, ZH_SV("definition")), said = zh_json_get(root, ZH_SV("days"));
    if (zh_json_type_of(said) > ZH_JSON_NULL && (!zh_json_int(said, &days) || days < 1 || days > ZH_JOURNEY_DRY_DAYS_MAX)) {
        zh_call_problem(call, 400, "bad_field", "days", "must be a whole number from 1 to 90");
        return false;
    }
    a->days = (uint32_t)days;
    a->name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("journey"))));
    if (zh_json_is(definition, ZH_JSON_OBJECT)) return zh_journey_of_body(call, definition, &a->journey);
    const zh_err e = zh_journeys_find(call->engine, a->name, call->arena, &kept);
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "journey", "say a definition, or the name of a journey");
    else if (e != ZH_OK) zh_call_failed(call, e, "the journey cannot be read");
    a->journey = kept.journey;
    return e == ZH_OK;
}

static void put_head(const zh_journey_dry *d, zh_json_out *out)
{
    const struct { const char *name; uint64_t value; } numbers[] = { { "events", d->read }, { "mattered", d->mattered }, { "customers", d->customers }, { "entered", d->entered }, { "control", d->control }, { "most", d->most } };
    zh_call_time(out, ZH_SV("from"), d->from_ms);
    zh_call_time(out, ZH_SV("until"), d->until_ms);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) zh_json_out_key_int(out, zh_sv_of(numbers[i].name), (int64_t)numbers[i].value);
    zh_json_out_key_bool(out, ZH_SV("isPart"), d->is_part);
}

static void put_nodes(const zh_journey *j, const zh_journey_dry *d, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("nodes"));
    zh_json_out_array(out);
    for (uint8_t n = 0; n < j->nodes_count; n++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("node"), j->nodes[n].name);
        zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_journey_kind_text(j->nodes[n].kind)));
        zh_json_out_key_int(out, ZH_SV("at"), (int64_t)d->at[n]);
        zh_json_out_key_int(out, ZH_SV("visited"), (int64_t)d->visited[n]);
        if (j->nodes[n].kind == ZH_JOURNEY_SEND) zh_json_out_key_int(out, ZH_SV("messages"), (int64_t)d->sent[n]);
        if (j->nodes[n].kind == ZH_JOURNEY_OFFER) zh_json_out_key_int(out, ZH_SV("claims"), (int64_t)d->claims[n]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("left"));
    zh_json_out_object(out);
    for (int l = ZH_JOURNEY_LEFT_IN + 1; l < ZH_JOURNEY_LEFTS; l++) zh_json_out_key_int(out, zh_sv_of(zh_journey_left_text((zh_journey_left)l)), (int64_t)d->left[l]);
    zh_json_out_end(out);
}

static void put_reasons(const char *key, const uint64_t counts[ZH_WHYS], zh_json_out *out)
{
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_array(out);
    for (int y = 0; y < ZH_WHYS; y++) {
        if (counts[y] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("why"), zh_sv_of(zh_message_why_text((zh_message_why)y)));
        zh_json_out_key_int(out, ZH_SV("messages"), (int64_t)counts[y]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* Every day from the first to the last that has messages: a shop sees its busiest one. */
static void put_days(zh_call *call, const zh_journey_dry *d, zh_json_out *out)
{
    const zh_tz *zone = zh_engine_tz(call->engine);
    const int64_t first = zh_tz_day(zone == NULL ? zh_tz_utc() : zone, d->from_ms);
    char date[ZH_TIME_TEXT_BYTES];
    int last = ZH_JOURNEY_DRY_DAYS_MAX + 1;
    while (last >= 0 && d->days[last] == 0) last--;
    zh_json_out_key(out, ZH_SV("days"));
    zh_json_out_array(out);
    for (int i = 0; i <= last; i++) {
        (void)zh_date_print(first + i, date);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("date"), zh_sv_of(date));
        zh_json_out_key_int(out, ZH_SV("messages"), d->days[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_route_journeys_preview(zh_call *call)
{
    asked *a = ZH_TAKE(call->arena, asked, 1);
    zh_journey_dry *d = ZH_TAKE(call->arena, zh_journey_dry, 1);
    if (a == NULL || d == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!read_ask(call, a)) return;
    const zh_err e = zh_journey_dry_run(call->engine, a->name, &a->journey, a->days, d);
    if (e == ZH_FORMAT) {
        zh_call_problem(call, 409, "conflict", "definition", "a condition in it cannot be asked: submitting it says which");
        return;
    }
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the log cannot be read");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    put_head(d, &out);
    put_nodes(&a->journey, d, &out);
    put_reasons("delayed", d->delayed, &out);
    put_reasons("skipped", d->skipped, &out);
    put_days(call, d, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
