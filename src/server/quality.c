/* quality.c -- what looks wrong and why, the word of a person that it is true, and the tracking plan. */
#include "base/time.h"
#include "engine/history.h"
#include "quality/spec.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdlib.h>

#define DAYS_DEFAULT 30
#define ROWS_SHOWN 500        /* of (source, event, reason); beyond, the rarest are left out */
#define RECORD_BYTES_MAX (256u << 10)

static bool number_of(zh_sv text, uint64_t most, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 18) return false;
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size > 0 && *out <= most;
}

static void put_number_text(zh_json_out *out, zh_sv key, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    zh_json_out_key_text(out, key, zh_sv_of(text));
}

/* ---- what is wrong ---- */

typedef struct sum { zh_source_id source; zh_sv name; uint32_t counts[ZH_QUALITY_REASONS]; } sum;
typedef struct figures {
    uint64_t (*days)[ZH_QUALITY_REASONS];
    uint32_t days_count;
    int32_t from_day;
    sum *sums;
    size_t sums_count, sums_room;
} figures;

static zh_err add_row(figures *f, const zh_quality_row *row)
{
    const int32_t day = row->day - f->from_day;
    for (unsigned r = 0; day >= 0 && (uint32_t)day < f->days_count && r < ZH_QUALITY_REASONS; r++) f->days[day][r] += row->counts[r];
    size_t at = 0;
    while (at < f->sums_count && !(f->sums[at].source.number == row->source.number && zh_sv_equal(f->sums[at].name, row->name))) at++;
    if (at == f->sums_count) {
        if (at == ROWS_SHOWN) return ZH_OK;
        f->sums[f->sums_count++] = (sum){ .source = row->source, .name = row->name };
    }
    for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++) f->sums[at].counts[r] += row->counts[r];
    return ZH_OK;
}

static zh_err gather(zh_call *call, const zh_world *w, figures *f)
{
    zh_quality_row row;
    f->days = (uint64_t (*)[ZH_QUALITY_REASONS])zh_arena_take(call->arena, f->days_count * sizeof *f->days, _Alignof(uint64_t));
    f->sums = ZH_TAKE(call->arena, sum, ROWS_SHOWN);
    if (f->days == NULL || f->sums == NULL) return ZH_NOMEM;
    memset(f->days, 0, f->days_count * sizeof *f->days);
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && zh_quality_next(w->quality, &at, f->from_day, &row);) e = add_row(f, &row);
    return e;
}

static void put_counts(const uint64_t *counts, zh_json_out *out)
{
    zh_json_out_object(out);
    for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++)
        if (counts[r] > 0) zh_json_out_key_int(out, zh_sv_of(zh_quality_code((zh_quality_reason)r)), (int64_t)counts[r]);
    zh_json_out_end(out);
}

static void put_figures(const figures *f, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("days"));
    zh_json_out_array(out);
    for (uint32_t d = 0; d < f->days_count; d++) {
        zh_json_out_object(out);
        zh_call_time(out, ZH_SV("day"), ((int64_t)f->from_day + d) * ZH_DAY_MS);
        zh_json_out_key(out, ZH_SV("counts"));
        put_counts(f->days[d], out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("rows"));
    zh_json_out_array(out);
    for (size_t i = 0; i < f->sums_count; i++)
        for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++) {
            if (f->sums[i].counts[r] == 0) continue;
            zh_json_out_object(out);
            put_number_text(out, ZH_SV("source"), f->sums[i].source.number);
            zh_json_out_key_text(out, ZH_SV("event"), f->sums[i].name);
            zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_quality_code((zh_quality_reason)r)));
            zh_json_out_key_int(out, ZH_SV("count"), f->sums[i].counts[r]);
            zh_json_out_end(out);
        }
    zh_json_out_end(out);
}

static void put_reasons(const figures *f, const uint32_t *judged, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("reasons"));
    zh_json_out_array(out);
    for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++) {
        int64_t count = 0;
        for (uint32_t d = 0; d < f->days_count; d++) count += (int64_t)f->days[d][r];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_quality_code((zh_quality_reason)r)));
        zh_json_out_key_text(out, ZH_SV("text"), zh_sv_of(zh_quality_text((zh_quality_reason)r)));
        zh_json_out_key_bool(out, ZH_SV("apart"), (zh_quality_apart() >> r & 1) != 0);
        zh_json_out_key_int(out, ZH_SV("count"), count);
        zh_json_out_key_int(out, ZH_SV("customers"), judged[r]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* ?days=1..400, UTC days of the commit. */
void zh_route_quality(zh_call *call)
{
    uint64_t days = DAYS_DEFAULT;
    const zh_sv asked = zh_http_param(call->request, ZH_SV("days"));
    if (asked.size > 0 && (!number_of(asked, ZH_QUALITY_DAYS_MAX, &days) || days == 0)) {
        zh_call_problem(call, 400, "bad_field", "days", "must be a number from 1 to 400");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    figures f = { .days_count = (uint32_t)days, .from_day = (int32_t)(call->now_ms / ZH_DAY_MS - (int64_t)days + 1) };
    uint32_t judged[ZH_QUALITY_REASONS];
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(w);
    const zh_err e = gather(call, w, &f);
    if (e == ZH_OK) {
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("events"), (int64_t)w->counts.events);
        zh_json_out_key_int(&out, ZH_SV("apart"), (int64_t)zh_quality_apart_count(w->quality));
        zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)zh_quality_judged(w->quality, judged));
        put_reasons(&f, judged, &out);
        put_figures(&f, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_json(call, 200, &out);
}

static void put_sample(zh_call *call, const zh_quality_sample *s, zh_json_out *out)
{
    zh_event event;
    char text[64];
    if (zh_history_event(call->engine, s->partition, s->sequence, call->arena, &event) != ZH_OK) return; /* retention took it */
    zh_json_out_object(out);
    snprintf(text, sizeof text, "%u-%llu", s->partition, (unsigned long long)s->sequence);
    zh_json_out_key_text(out, ZH_SV("position"), zh_sv_of(text));
    zh_call_time(out, ZH_SV("at"), event.time_ms);
    zh_call_time(out, ZH_SV("receivedAt"), event.received_ms);
    put_number_text(out, ZH_SV("source"), event.source.number);
    zh_json_out_key_text(out, ZH_SV("event"), event.name);
    zh_json_out_key_text(out, ZH_SV("messageId"), event.message_id);
    char customer[24];
    zh_answer_customer_text(zh_world_root(zh_engine_world(call->engine), s->customer), customer);
    zh_json_out_key_text(out, ZH_SV("customerId"), zh_sv_of(customer));
    zh_json_out_key_text(out, ZH_SV("detail"), s->detail);
    zh_json_out_key_bool(out, ZH_SV("isTrue"), s->is_true);
    zh_json_out_end(out);
}

/* ?reason=; the newest events of that reason. */
void zh_route_quality_samples(zh_call *call)
{
    const zh_quality_reason reason = zh_quality_reason_of(zh_http_param(call->request, ZH_SV("reason")));
    if (reason == ZH_QUALITY_REASONS) {
        zh_call_problem(call, 400, "bad_field", "reason", "no such reason: GET /api/v1/quality lists them");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_quality_sample samples[ZH_QUALITY_SAMPLES_MAX];
    zh_world_lock_read(w);
    const size_t count = zh_quality_samples(w->quality, reason, samples);
    for (size_t i = 0; i < count; i++) samples[i].detail = zh_arena_copy(call->arena, samples[i].detail);
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    size_t expired = 0;
    for (size_t i = 0; i < count; i++) {
        put_sample(call, &samples[i], &out);
        expired += zh_retention_is_expired(zh_engine_log(call->engine), samples[i].partition, samples[i].sequence);
    }
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    if (expired > 0) zh_json_out_key_int(&out, ZH_SV("expired"), (int64_t)expired);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- it is true ---- */

static zh_err keep_word(zh_call *call, zh_word *word)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    word->at_ms = call->now_ms;
    word->actor_kind = (uint8_t)call->caller.actor.kind;
    word->actor_number = call->caller.actor.number;
    zh_word_put(word, &record);
    const zh_sv view = zh_buf_view(&record);
    zh_err e = zh_buf_err(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&record);
    return e;
}

/* The event itself goes into the word, under its customer's number of today, so that the fold can teach it. */
static zh_err read_event_word(zh_call *call, zh_sv position, zh_word *word, zh_buf *bytes)
{
    unsigned partition;
    unsigned long long sequence;
    char text[64];
    zh_event event;
    snprintf(text, sizeof text, "%.*s", ZH_SV_ARG(zh_sv_part(position, 0, 60)));
    if (sscanf(text, "%u-%llu", &partition, &sequence) != 2) return ZH_FORMAT;
    zh_log *log = zh_engine_log(call->engine);
    if (partition >= zh_log_partitions(log) || sequence >= zh_log_end(log, partition)) return ZH_ABSENT;
    const zh_err e = zh_history_event(call->engine, partition, sequence, call->arena, &event);
    if (e != ZH_OK) return e;
    event.customer = zh_world_root(zh_engine_world(call->engine), event.customer);
    event.personal = event.context = event.integrations = event.consent = event.traits = (zh_sv){ 0 };
    zh_event_put(&event, bytes);
    word->what = ZH_WORD_EVENT;
    word->partition = partition;
    word->sequence = sequence;
    word->event = zh_buf_view(bytes);
    return zh_buf_err(bytes);
}

/* NULL, or the field that is wrong. */
static const char *read_word(zh_call *call, zh_json_value root, zh_word *word, zh_buf *bytes)
{
    const zh_sv reason = zh_json_text_or_empty(zh_json_get(root, ZH_SV("reason"))), position = zh_json_text_or_empty(zh_json_get(root, ZH_SV("position")));
    const zh_sv customer = zh_json_text_or_empty(zh_json_get(root, ZH_SV("customerId"))), source = zh_json_text_or_empty(zh_json_get(root, ZH_SV("source")));
    uint64_t number;
    word->reason = zh_quality_reason_of(reason);
    if (customer.size > 0) {
        zh_customer_id id;
        if (!zh_answer_customer_number(customer, &id) || id.number == 0) return "customerId";
        word->what = ZH_WORD_CUSTOMER;
        word->customer = zh_world_root(zh_engine_world(call->engine), id);
        return word->customer.number == 0 ? "customerId" : NULL;
    }
    if (word->reason == ZH_QUALITY_REASONS) return "reason";
    if (position.size > 0) return read_event_word(call, position, word, bytes) == ZH_OK ? NULL : "position";
    if (!number_of(source, UINT32_MAX, &number)) return "source";
    word->what = ZH_WORD_EVENTS;
    word->source.number = (uint32_t)number;
    word->name = zh_json_text_or_empty(zh_json_get(root, ZH_SV("event")));
    return word->name.size > ZH_EVENT_NAME_BYTES_MAX ? "event" : NULL;
}

void zh_route_quality_true(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    zh_buf bytes = zh_buf_open(RECORD_BYTES_MAX);
    zh_word word = { 0 };
    const char *wrong = read_word(call, root, &word, &bytes);
    if (wrong != NULL) zh_call_problem(call, 400, "bad_field", wrong, "say which: reason and position of an event, customerId, or reason, source and event");
    else {
        const zh_err e = keep_word(call, &word);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    }
    zh_buf_close(&bytes);
}

/* ---- the tracking plan ---- */

static void put_kinds(uint32_t kinds, zh_json_out *out)
{
    zh_json_out_array(out);
    for (unsigned k = 0; k < ZH_KINDS; k++)
        if (kinds >> k & 1) zh_json_out_text(out, zh_sv_of(zh_kind_text((zh_kind)k)));
    zh_json_out_end(out);
}

static void put_property(const zh_plan_property *p, zh_act act, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), p->name);
    zh_json_out_key(out, ZH_SV("types"));
    zh_json_out_object(out);
    for (unsigned k = 0; k < ZH_KINDS; k++)
        if (p->counts[k] > 0) zh_json_out_key_int(out, zh_sv_of(zh_kind_text((zh_kind)k)), (int64_t)p->counts[k]);
    zh_json_out_end(out);
    zh_call_time(out, ZH_SV("firstSeenAt"), p->first_ms);
    zh_call_time(out, ZH_SV("lastSeenAt"), p->last_ms);
    zh_json_out_key_text(out, ZH_SV("example"), p->example);
    zh_json_out_key(out, ZH_SV("specified"));
    put_kinds(zh_spec_kinds(act, p->name), out);
    zh_json_out_end(out);
}

static void put_rule(const zh_rule *rule, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_bool(out, ZH_SV("locked"), rule->locked);
    zh_json_out_key_text(out, ZH_SV("onViolation"), rule->action == ZH_RULE_REJECT ? ZH_SV("reject") : ZH_SV("mark"));
    zh_json_out_key_bool(out, ZH_SV("closed"), rule->closed);
    zh_json_out_key(out, ZH_SV("properties"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < rule->count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), rule->properties[i].name);
        zh_json_out_key(out, ZH_SV("types"));
        put_kinds(rule->properties[i].kinds, out);
        zh_json_out_key_bool(out, ZH_SV("required"), rule->properties[i].required);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_plan_event(const zh_plan *plan, size_t at, zh_json_out *out)
{
    zh_plan_event event;
    zh_plan_property property;
    zh_plan_at(plan, at, &event);
    zh_json_out_object(out);
    put_number_text(out, ZH_SV("source"), event.source.number);
    zh_json_out_key_text(out, ZH_SV("event"), event.name);
    zh_json_out_key_bool(out, ZH_SV("ecommerce"), event.act != ZH_ACT_OTHER);
    zh_json_out_key_int(out, ZH_SV("count"), (int64_t)event.count);
    zh_json_out_key_int(out, ZH_SV("violations"), (int64_t)event.violations);
    zh_call_time(out, ZH_SV("firstSeenAt"), event.first_ms);
    zh_call_time(out, ZH_SV("lastSeenAt"), event.last_ms);
    zh_json_out_key_bool(out, ZH_SV("cut"), event.is_cut);
    zh_json_out_key(out, ZH_SV("properties"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < event.properties; i++) {
        zh_plan_property_at(plan, at, i, &property);
        put_property(&property, event.act, out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("rule"));
    if (event.has_rule) put_rule(&event.rule, out);
    else zh_json_out_null(out);
    zh_json_out_end(out);
}

typedef struct place { size_t at; uint64_t count; } place;

static int most_first(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : x->at < y->at ? -1 : 1;
}

void zh_route_plan(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    uint64_t source = 0;
    const zh_sv asked = zh_http_param(call->request, ZH_SV("source"));
    if (asked.size > 0 && !number_of(asked, UINT32_MAX, &source)) {
        zh_call_problem(call, 400, "bad_field", "source", "must be the number of a source");
        return;
    }
    place *places = ZH_TAKE(call->arena, place, ZH_PLAN_EVENTS_MAX);
    if (places == NULL) {
        zh_call_busy(call);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    size_t count = 0;
    zh_plan_event event;
    for (size_t at = 0; at < zh_plan_count(w->plan); at++) {
        zh_plan_at(w->plan, at, &event);
        if (source == 0 || event.source.number == source) places[count++] = (place){ at, event.count };
    }
    qsort(places, count, sizeof *places, most_first);
    for (size_t i = 0; i < count && i < CALL_PAGE_MAX; i++) put_plan_event(w->plan, places[i].at, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static const char *read_property(zh_json_value value, zh_rule_property *out)
{
    out->name = zh_json_text_or_empty(zh_json_get(value, ZH_SV("name")));
    (void)zh_json_bool(zh_json_get(value, ZH_SV("required")), &out->required);
    for (zh_json_iter it = zh_json_walk(zh_json_get(value, ZH_SV("types"))); zh_json_next(&it);) {
        const zh_kind kind = zh_kind_of(zh_json_text_or_empty(it.value));
        if (kind == ZH_KINDS) return "a type is one of none, bool, number, digits, text, object, array";
        out->kinds |= (uint8_t)(1u << kind);
    }
    return NULL;
}

/* NULL, or a sentence. */
static const char *read_rule(zh_json_value root, zh_rule *rule)
{
    const zh_sv action = zh_json_text_or_empty(zh_json_get(root, ZH_SV("onViolation")));
    const zh_json_value properties = zh_json_get(root, ZH_SV("properties"));
    (void)zh_json_bool(zh_json_get(root, ZH_SV("locked")), &rule->locked);
    (void)zh_json_bool(zh_json_get(root, ZH_SV("closed")), &rule->closed);
    if (action.size > 0 && !zh_sv_equal(action, ZH_SV("mark")) && !zh_sv_equal(action, ZH_SV("reject"))) return "onViolation is mark or reject";
    rule->action = zh_sv_equal(action, ZH_SV("reject")) ? ZH_RULE_REJECT : ZH_RULE_MARK;
    if (!zh_json_is(properties, ZH_JSON_ARRAY) || zh_json_count(properties) > ZH_RULE_PROPERTIES_MAX) return "properties is an array of at most 64";
    for (zh_json_iter it = zh_json_walk(properties); zh_json_next(&it);) {
        const char *why = read_property(it.value, &rule->properties[rule->count++]);
        if (why != NULL) return why;
    }
    return zh_rule_fault(rule);
}

/* PUT {"source","event","rule":{…}|null}: a rule for one event name; null takes it back. */
void zh_route_plan_put(zh_call *call)
{
    zh_json_value root;
    uint64_t source;
    if (!zh_call_body_json(call, &root)) return;
    zh_word word = { .what = ZH_WORD_RULE, .name = zh_json_text_or_empty(zh_json_get(root, ZH_SV("event"))) };
    const zh_json_value rule = zh_json_get(root, ZH_SV("rule"));
    const char *field = NULL, *why = "must be the number of a source";
    if (!number_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("source"))), UINT32_MAX, &source) || source == 0) field = "source";
    else if (word.name.size == 0 || word.name.size > ZH_EVENT_NAME_BYTES_MAX) field = "event", why = "must be the name of an event, 1 to 255 bytes";
    else if (zh_json_is(rule, ZH_JSON_NULL)) word.gone = true;
    else if (!zh_json_is(rule, ZH_JSON_OBJECT)) field = "rule", why = "must be an object, or null to take it back";
    else if ((why = read_rule(rule, &word.rule)) != NULL) field = "rule";
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, why);
        return;
    }
    word.source.number = (uint32_t)source;
    const zh_err e = keep_word(call, &word);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    size_t at;
    zh_world_lock_read(w);
    const bool found = zh_plan_find(w->plan, word.source, word.name, &at);
    if (found) put_plan_event(w->plan, at, &out);
    zh_world_unlock(w);
    if (found) zh_call_json(call, 200, &out);
    else zh_call_problem(call, 409, "refused", "event", "the plan is full: it knows 2,000 names");
}
