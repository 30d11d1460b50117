/* kept.c -- kept segments: defining them, who is in them and why. */
#include "base/time.h"
#include "engine/engine.h"
#include "server/answer.h"
#include "server/call.h"

#include <stdlib.h>

#define TITLE_BYTES_MAX 200
#define DESCRIPTION_BYTES_MAX 2000
#define EVIDENCE_MAX 3 /* events told of a clause */
#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

void zh_segments_gauges(zh_call *call)
{
    const zh_segments *s = zh_engine_world(call->engine)->segments;
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_segments", "Kept segments.", NULL, 0), (double)zh_segments_count(s));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_segments_asked", "How often a customer was asked about a kept segment since the start.", NULL, 0), (double)zh_segments_asked(s));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_segments_bytes", "Memory of who is in kept segments.", NULL, 0), (double)zh_segments_bytes(s));
}

/* ---- what is written of a segment ---- */

static void put_days(const zh_segment *segment, zh_json_out *out)
{
    char date[ZH_TIME_TEXT_BYTES];
    zh_json_out_key(out, ZH_SV("days"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < segment->days_count; i++) {
        const zh_segment_day *day = &segment->days[i];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("date"), (zh_sv){ date, zh_date_print(day->day, date) });
        zh_json_out_key_int(out, ZH_SV("size"), day->size);
        zh_json_out_key_int(out, ZH_SV("entered"), day->entered);
        zh_json_out_key_int(out, ZH_SV("left"), day->left);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* The members of the object, but its brackets. Under the read lock. */
static void put_segment(zh_call *call, const zh_segment *segment, zh_json_out *out)
{
    char name[ZH_NAME_BYTES_MAX];
    zh_sv json = { 0 };
    zh_json_value root;
    const int size = snprintf(name, sizeof name, ZH_SEGMENT_SETTING "%.*s", ZH_SV_ARG(segment->name));
    zh_json_out_key_text(out, ZH_SV("name"), segment->name);
    const bool known = zh_registry_setting(zh_engine_world(call->engine)->registry, (zh_sv){ name, (size_t)size }, &json) == ZH_OK &&
                       zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK;
    zh_json_out_key_text(out, ZH_SV("title"), known ? zh_json_text_or_empty(zh_json_get(root, ZH_SV("title"))) : (zh_sv){ 0 });
    zh_json_out_key_text(out, ZH_SV("description"), known ? zh_json_text_or_empty(zh_json_get(root, ZH_SV("description"))) : (zh_sv){ 0 });
    zh_json_out_key_text(out, ZH_SV("expression"), segment->expression);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_answer_is_list(segment->name, segment->expression) ? ZH_SV("list") : ZH_SV("rule"));
    zh_call_time(out, ZH_SV("definedAt"), segment->defined_ms);
    zh_json_out_key_int(out, ZH_SV("size"), (int64_t)segment->size);
    if (segment->fault != NULL) zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(segment->fault));
    put_days(segment, out);
}

static zh_segments *segments_of(zh_call *call) { return zh_engine_world(call->engine)->segments; }

static void not_found(zh_call *call) { zh_call_problem(call, 404, "not_found", "name", "there is no segment of this name: GET /api/v1/segments lists them"); }

void zh_route_segments(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const size_t limit = zh_call_limit(call);
    uint32_t at = 0, shown = 0, after = 0;
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    if (cursor.size > 0 && !zh_call_number(cursor, &after)) {
        zh_call_problem(call, 400, "bad_field", "cursor", "cursor must be what the answer before gave as next");
        return;
    }
    char next[24] = "";
    zh_segment segment;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)zh_customers_count(w->customers));
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (at = after; shown < limit && zh_segments_next(w->segments, &at, &segment); shown++) {
        zh_json_out_object(&out);
        put_segment(call, &segment, &out);
        zh_json_out_end(&out);
    }
    const uint32_t last = at;
    if (shown == limit && zh_segments_next(w->segments, &at, &segment)) snprintf(next, sizeof next, "%u", last);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- one ---- */

/* Members by the channels that reach them; all at once, under the read lock. */
static void put_reach(const zh_world *w, uint32_t number, zh_json_out *out)
{
    uint64_t reach[ZH_CHANNEL_COUNT] = { 0 };
    zh_customer_id customer;
    int64_t since_ms;
    for (size_t at = 0; zh_segments_member(w->segments, number, &at, &customer, &since_ms);)
        for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++) reach[channel] += zh_consents_marketing(w->consents, customer, (zh_channel)channel) == ZH_CHOICE_YES;
    zh_json_out_key(out, ZH_SV("reach"));
    zh_json_out_object(out);
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
        zh_json_out_key_int(out, zh_sv_of(zh_channel_text((zh_channel)channel)), (int64_t)reach[channel]);
    zh_json_out_end(out);
}

/* Members that are in others too: one walk over the customers. */
static void put_overlap(const zh_world *w, uint32_t number, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("overlap"));
    zh_json_out_array(out);
    uint64_t *both = calloc(UINT16_MAX + 1, sizeof *both);
    zh_customer_id customer;
    int64_t since_ms;
    zh_segment other;
    for (size_t at = 0; both != NULL && zh_segments_member(w->segments, number, &at, &customer, &since_ms);)
        for (uint32_t k = 0; zh_segments_of_customer(w->segments, customer, &k, &other.number);) both[other.number]++;
    for (uint32_t at = 0; both != NULL && zh_segments_next(w->segments, &at, &other);) {
        if (other.number == number || both[other.number] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), other.name);
        zh_json_out_key_int(out, ZH_SV("size"), (int64_t)other.size);
        zh_json_out_key_int(out, ZH_SV("both"), (int64_t)both[other.number]);
        zh_json_out_end(out);
    }
    free(both);
    zh_json_out_end(out);
}

static void answer_one(zh_call *call, zh_sv name, unsigned status)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_segment segment;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    const bool found = zh_segments_find(w->segments, name, &segment);
    if (found) {
        put_segment(call, &segment, &out);
        zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)zh_customers_count(w->customers));
        put_reach(w, segment.number, &out);
        put_overlap(w, segment.number, &out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    if (found) zh_call_json(call, status, &out);
    else not_found(call);
}

void zh_route_segment(zh_call *call) { answer_one(call, zh_http_path_part(call->request, 3), 200); }

/* ---- defining ---- */

typedef struct wanted { zh_sv name, expression, title, description; char own[ZH_SEGMENT_NAME_BYTES_MAX + 40]; } wanted;

/* The field that is wrong, or NULL. */
static const char *read_wanted(zh_json_value root, wanted *out)
{
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(root, ZH_SV("kind")));
    const zh_json_value title = zh_json_get(root, ZH_SV("title")), description = zh_json_get(root, ZH_SV("description"));
    const bool is_list = zh_sv_equal(kind, ZH_SV("list"));
    if (kind.size > 0 && !is_list && !zh_sv_equal(kind, ZH_SV("rule"))) return "kind";
    if (is_list) out->expression = zh_answer_list_expression(out->name, out->own);
    else if (!zh_json_text(zh_json_get(root, ZH_SV("expression")), &out->expression) || out->expression.size == 0 || out->expression.size > ZH_EXPRESSION_BYTES_MAX / 2) return "expression";
    if (zh_json_type_of(title) > ZH_JSON_NULL && (!zh_json_text(title, &out->title) || out->title.size > TITLE_BYTES_MAX)) return "title";
    if (zh_json_type_of(description) > ZH_JSON_NULL && (!zh_json_text(description, &out->description) || out->description.size > DESCRIPTION_BYTES_MAX)) return "description";
    return NULL;
}

/* Is it a good one? A problem was answered where not. */
static bool examine(zh_call *call, const wanted *of)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_cel_fault fault = { .text = "" };
    zh_segment before;
    zh_world_lock_read(w);
    const zh_err e = zh_segments_examine(w->segments, of->name, of->expression, call->arena, &fault);
    const bool is_new = !zh_segments_find(w->segments, of->name, &before), full = zh_segments_count(w->segments) >= ZH_SEGMENTS_MAX;
    zh_world_unlock(w);
    if (e == ZH_OK && !(is_new && full)) return true;
    if (e == ZH_OK) zh_call_problem(call, 409, "too_many", "name", "there are 2,000 segments already: delete one that is not used");
    else if (fault.text[0] == '\0') zh_call_failed(call, e, NULL);
    else {
        char detail[sizeof fault.text + 64];
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", "expression", detail);
    }
    return false;
}

static zh_err define(zh_call *call, const wanted *of, bool deleted)
{
    char name[ZH_NAME_BYTES_MAX];
    const int size = snprintf(name, sizeof name, ZH_SEGMENT_SETTING "%.*s", ZH_SV_ARG(of->name));
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("expression"), of->expression);
    if (of->title.size > 0) zh_json_out_key_text(&out, ZH_SV("title"), of->title);
    if (of->description.size > 0) zh_json_out_key_text(&out, ZH_SV("description"), of->description);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

void zh_route_segment_put(zh_call *call)
{
    zh_json_value root;
    wanted of = { .name = zh_http_path_part(call->request, 3) };
    if (!zh_segment_name_is_good(of.name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = read_wanted(root, &of);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "expression must be a text of 1 byte to 32 KB, or kind list, title one of at most 200 bytes, description one of at most 2,000");
        return;
    }
    of.expression = zh_arena_copy(call->arena, of.expression); /* the parser's texts are needed again below */
    of.title = zh_arena_copy(call->arena, of.title);
    of.description = zh_arena_copy(call->arena, of.description);
    if (!examine(call, &of)) return;
    const zh_err e = define(call, &of, false);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else answer_one(call, of.name, 200);
}

/* One that asks about it; false: none does. */
static bool user_of(const zh_segments *s, zh_sv name, zh_segment *out)
{
    for (uint32_t at = 0; zh_segments_next(s, &at, out);)
        for (uint32_t c = 0; c < out->clauses_count; c++)
            for (uint32_t i = 0; i < out->clauses[c].wakes_count; i++)
                if (out->clauses[c].wakes[i].kind == ZH_WAKE_SEGMENT && zh_sv_equal(out->clauses[c].wakes[i].name, name)) return true;
    return false;
}

void zh_route_segment_delete(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const wanted of = { .name = zh_http_path_part(call->request, 3) };
    zh_segment segment, user;
    char detail[200] = "";
    zh_world_lock_read(w);
    const bool found = zh_segments_find(w->segments, of.name, &segment);
    zh_sv tag, followed;
    for (uint32_t at = 0; found && zh_segments_binding(w->segments, &at, &tag, &followed);)
        if (zh_sv_equal(followed, of.name)) snprintf(detail, sizeof detail, "the tag %.*s follows it: let that go first", ZH_SV_ARG(tag));
    if (found && user_of(w->segments, of.name, &user)) snprintf(detail, sizeof detail, "the segment %.*s asks about it: change that one first", ZH_SV_ARG(user.name));
    zh_world_unlock(w);
    if (!found) not_found(call);
    else if (detail[0] != '\0') zh_call_problem(call, 409, "in_use", "name", detail);
    else {
        const zh_err e = define(call, &of, true);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    }
}

/* ---- who is in it ---- */

typedef struct member { uint64_t customer; int64_t since_ms; } member;

static int ascending(const void *left, const void *right)
{
    const member *a = left, *b = right;
    return a->customer < b->customer ? -1 : a->customer > b->customer;
}

/* Those after a number, ascending; the caller frees. */
static zh_err members_of(zh_world *w, const zh_segment *segment, uint64_t after, member **out, size_t *count)
{
    member *all = malloc((segment->size + 1) * sizeof *all);
    zh_customer_id customer;
    int64_t since_ms;
    *count = 0;
    if (all == NULL) return ZH_NOMEM;
    for (size_t at = 0; *count < segment->size && zh_segments_member(w->segments, segment->number, &at, &customer, &since_ms);)
        if (customer.number > after) all[(*count)++] = (member){ customer.number, since_ms };
    qsort(all, *count, sizeof *all, ascending);
    *out = all;
    return ZH_OK;
}

static void answer_members(zh_call *call, const member *all, size_t count, uint64_t size)
{
    const size_t limit = zh_call_limit(call), shown = count < limit ? count : limit;
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("size"), (int64_t)size);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < shown; i++) {
        zh_json_out_object(&out);
        zh_call_time(&out, ZH_SV("since"), all[i].since_ms);
        zh_json_out_key(&out, ZH_SV("customer"));
        zh_answer_customer_row(call, (zh_customer_id){ all[i].customer }, &out);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    if (count > shown) zh_answer_customer_text((zh_customer_id){ all[shown - 1].customer }, next);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_segment_members(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    zh_customer_id after = { 0 };
    zh_segment segment;
    member *all = NULL;
    size_t count = 0;
    if (cursor.size > 0 && !zh_answer_customer_number(cursor, &after)) {
        zh_call_problem(call, 400, "bad_field", "cursor", "cursor must be what the answer before gave as next");
        return;
    }
    zh_world_lock_read(w);
    const bool found = zh_segments_find(w->segments, zh_http_path_part(call->request, 3), &segment);
    const zh_err e = found ? members_of(w, &segment, after.number, &all, &count) : ZH_OK;
    zh_world_unlock(w);
    if (!found) not_found(call);
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else answer_members(call, all, count, segment.size);
    free(all);
}

/* ---- why ---- */

static void put_evidence(const zh_segment_clause *clause, const zh_look *look, zh_json_out *out)
{
    zh_fact facts[EVIDENCE_MAX];
    const size_t count = zh_segment_evidence(clause, look, facts, EVIDENCE_MAX);
    zh_json_out_key(out, ZH_SV("events"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("event"), zh_terms_text(look->terms, facts[i].name));
        zh_call_time(out, ZH_SV("at"), facts[i].time_ms);
        zh_fact_line line;
        if (zh_fact_line_next(&facts[i], &line)) zh_json_out_key_text(out, ZH_SV("itemId"), zh_terms_text(look->terms, line.item));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* What was said of him that the clause looks at: the tags it names, since when he is on its lists. */
static void put_words(const zh_segment_clause *clause, const zh_look *look, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("words"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < clause->wakes_count; i++) {
        const zh_wake *wake = &clause->wakes[i];
        zh_tag tag;
        if (wake->kind != ZH_WAKE_TAG && wake->kind != ZH_WAKE_LIST) continue;
        if (!zh_tags_find(wake->kind == ZH_WAKE_TAG ? look->tags : look->lists, look->customer, wake->name, look->now_ms, &tag) || tag.state != ZH_TAG_HAS) continue;
        zh_json_out_object(out);
        zh_answer_tag(&tag, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_clauses(const zh_segment *segment, const zh_look *look, bool is_in, zh_arena *scratch, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("clauses"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < segment->clauses_count; i++) {
        const zh_segment_clause *clause = &segment->clauses[i];
        zh_cel_value error;
        int64_t until_ms;
        zh_arena_reset(scratch);
        const bool holds = zh_vocabulary_ask(&clause->condition, look, scratch, &error, &until_ms);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("expression"), clause->text);
        zh_json_out_key_bool(out, ZH_SV("holds"), holds);
        /* Of && all that hold make him a member and any that does not keeps him out; of || the other way round. */
        zh_json_out_key_bool(out, ZH_SV("decides"), holds == is_in);
        if (zh_cel_is_error(error)) zh_json_out_key_text(out, ZH_SV("error"), zh_sv_of(error.text));
        if (until_ms < ZH_TIME_MS_MAX) zh_call_time(out, ZH_SV("standsUntil"), until_ms);
        put_evidence(clause, look, out);
        put_words(clause, look, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* The clauses that hold, as they stand in the expression. */
static void put_why(const zh_segment *segment, const zh_look *look, zh_arena *scratch, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("why"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < segment->clauses_count; i++) {
        zh_cel_value error;
        zh_arena_reset(scratch);
        if (zh_vocabulary_holds(&segment->clauses[i].condition, look, scratch, &error)) zh_json_out_text(out, segment->clauses[i].text);
    }
    zh_json_out_end(out);
}

static zh_look look_at(zh_call *call, zh_customer_id customer)
{
    const zh_world *w = zh_engine_world(call->engine);
    zh_look look = zh_world_look(w);
    look.customer = customer;
    look.state = zh_customers_get(w->customers, customer);
    look.now_ms = zh_segments_now_ms(w->segments) > call->now_ms ? zh_segments_now_ms(w->segments) : call->now_ms;
    return look;
}

/* Of one customer: those he is in and, for the console, also those he is not in, with the clauses that decide. */
void zh_answer_segments(zh_call *call, zh_customer_id customer, bool all)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json *json;
    if (zh_json_open(&json, ZH_PROFILE_TRAIT_VALUE_MAX) != ZH_OK) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, all ? ZH_SV("items") : ZH_SV("segments"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    zh_look look = look_at(call, customer);
    look.json = json;
    zh_segment segment;
    for (uint32_t at = 0; zh_segments_next(w->segments, &at, &segment);) {
        int64_t since_ms = 0;
        const bool is_in = zh_segments_has(w->segments, segment.number, customer, &since_ms);
        if (!is_in && !all) continue;
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("name"), segment.name);
        if (all) zh_json_out_key_bool(&out, ZH_SV("in"), is_in);
        zh_call_time(&out, ZH_SV("since"), since_ms);
        if (all) {
            zh_json_out_key_bool(&out, ZH_SV("any"), segment.is_any);
            put_clauses(&segment, &look, is_in, &scratch, &out);
        } else {
            put_why(&segment, &look, &scratch, &out);
        }
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    if (all) zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_arena_close(&scratch);
    zh_json_close(json);
    zh_call_json(call, 200, &out);
}

void zh_answer_segment_names(zh_call *call, zh_customer_id customer, zh_json_out *out)
{
    zh_segment segment;
    zh_json_out_key(out, ZH_SV("segments"));
    zh_json_out_array(out);
    for (uint32_t at = 0; zh_segments_next(segments_of(call), &at, &segment);)
        if (zh_segments_has(segments_of(call), segment.number, customer, NULL)) zh_json_out_text(out, segment.name);
    zh_json_out_end(out);
}

void zh_route_customer_segments(zh_call *call)
{
    zh_permit permit;
    const zh_customer_id customer = zh_answer_path_customer(call, &permit);
    if (customer.number != 0) zh_answer_segments(call, customer, true);
}
