/* letters.c -- the letters that could not be delivered: listed, read, mended and sent again, or put aside.
 *
 * A replay reads the bytes (or what a person made of them) as the dialect they are in, at the time they were first
 * received, and keeps the message id, so a letter sent again twice is one event. What becomes of it is a record.
 */
#include "base/b64.h"
#include "collect/sensors.h"
#include "server/answer.h"
#include "server/collect.h"

#include <stdlib.h>

#define REPLAY_MAX 500u        /* letters of one request: each waits for the disk, about 4 ms */
#define PREVIEW_MAX 10000u     /* letters a preview reads: about 20 us each */
#define RAW_BYTES_MAX (256u << 10) /* of a letter that is read again; a whole refused request is mended by its sender */
#define LETTER_ARENA_BYTES_MAX (16u << 20)

typedef enum verdict { REPLAYED, DUPLICATE, CONFLICT, REFUSED, DONE_BEFORE, FAILED } verdict;
static const char *const verdict_texts[] = { "replayed", "duplicate", "conflict", "refused", "done", "failed" };

typedef struct attempt {
    zh_call *call;
    const zh_letter *letter;
    zh_sv raw;          /* what is read: the letter's bytes, or mended */
    zh_sv message_id;   /* of the letter; may be empty */
    zh_arena *arena;
    verdict verdict;
    zh_segment_reject reject; /* of REFUSED */
    zh_sv became;       /* message id of the event */
} attempt;

/* ---- reading ---- */

static bool letter_of(zh_call *call, zh_sv id, zh_letter *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < id.size && i < 19; i++) {
        if (id.data[i] < '0' || id.data[i] > '9') return false;
        number = number * 10 + (uint64_t)(id.data[i] - '0');
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_letter *letter = zh_erasures_is_letter_gone(w->erasures, number) ? NULL : zh_letters_get(w->letters, number);
    if (letter != NULL) *out = *letter;
    zh_world_unlock(w);
    return letter != NULL;
}

/* The record of a letter, its bytes unsealed; everything in the arena. */
static zh_err open_letter(zh_call *call, const zh_letter *at, const zh_permit *permit, zh_arena *arena, zh_deadletter *out)
{
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_err e = zh_log_fetch(zh_engine_log(call->engine), at->partition, at->sequence, &record);
    if (e == ZH_OK) {
        const zh_sv kept = zh_arena_copy(arena, zh_buf_view(&record));
        e = kept.data == NULL ? ZH_NOMEM : zh_deadletter_get(kept, out);
    }
    if (e == ZH_OK) {
        zh_sv raw = { 0 };
        (void)!zh_unseal_letter(zh_engine_sealer(call->engine), out->id, permit, out->raw, arena, &raw);
        out->raw = raw;
    }
    zh_buf_close(&record);
    return e;
}

/* Named an erased customer: it is shown no more, though the log holds it for some hours yet. */
static bool is_gone(zh_call *call, uint64_t number)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const bool gone = zh_erasures_is_letter_gone(w->erasures, number);
    zh_world_unlock(w);
    return gone;
}

static void put_letter(zh_call *call, const zh_letter *at, const zh_permit *permit, zh_json_out *out)
{
    zh_deadletter letter;
    char text[24];
    if (is_gone(call, at->number)) return;
    const zh_err e = open_letter(call, at, permit, call->arena, &letter);
    const bool expired = e == ZH_ABSENT && zh_retention_is_expired(zh_engine_log(call->engine), at->partition, at->sequence);
    if (e != ZH_OK && !expired) return;
    if (expired) /* what the view remembers of it */
        letter = (zh_deadletter){ .id = at->number, .why = (zh_reject)at->why, .source = at->source, .received_ms = at->received_ms };
    zh_json_out_object(out);
    snprintf(text, sizeof text, "%llu", (unsigned long long)letter.id);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("messageId"), letter.message_id);
    zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_reject_code(letter.why)));
    zh_json_out_key_text(out, ZH_SV("text"), zh_sv_of(zh_reject_text(letter.why)));
    zh_json_out_key_text(out, ZH_SV("detail"), letter.detail);
    snprintf(text, sizeof text, "%u", letter.source.number);
    zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(text));
    zh_call_time(out, ZH_SV("receivedAt"), letter.received_ms);
    zh_json_out_key_text(out, ZH_SV("outcome"), zh_sv_of(zh_letter_outcome_text((zh_letter_outcome)at->outcome)));
    zh_call_time(out, ZH_SV("outcomeAt"), at->outcome_ms);
    zh_json_out_key_text(out, ZH_SV("raw"), letter.raw);
    if (expired) zh_json_out_key_bool(out, ZH_SV("expired"), true);
    zh_json_out_end(out);
}

/* ---- which ones ---- */

static zh_reject reason_of(zh_sv code)
{
    for (unsigned i = 1; i < ZH_REJECT_COUNT; i++)
        if (zh_sv_equal(code, zh_sv_of(zh_reject_code((zh_reject)i)))) return (zh_reject)i;
    return ZH_REJECT_COUNT;
}

static bool number_of(zh_sv text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 18) return false;
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    }
    return true;
}

/* NULL, or the field that is wrong. */
static const char *read_filter(zh_sv reason, zh_sv source, zh_sv outcome, zh_letters_filter *out)
{
    uint64_t number;
    *out = (zh_letters_filter){ .outcome = ZH_LETTER_OUTCOMES };
    if (reason.size > 0 && (out->why = reason_of(reason)) == ZH_REJECT_COUNT) return "reason";
    if (!number_of(source, &number) || number > UINT32_MAX) return "source";
    out->source.number = (uint32_t)number;
    if (outcome.size > 0 && (out->outcome = zh_letter_outcome_of(outcome)) == ZH_LETTER_OUTCOMES) return "outcome";
    return NULL;
}

static void put_counts(zh_call *call, zh_letters_filter filter, zh_json_out *out)
{
    uint32_t by_reason[ZH_REJECT_COUNT];
    zh_world *w = zh_engine_world(call->engine);
    filter.why = ZH_REJECT_NONE;
    zh_world_lock_read(w);
    zh_letters_count(w->letters, &filter, by_reason);
    zh_world_unlock(w);
    zh_json_out_key(out, ZH_SV("reasons"));
    zh_json_out_array(out);
    for (unsigned i = 0; i < ZH_REJECT_COUNT; i++) {
        if (by_reason[i] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_reject_code((zh_reject)i)));
        zh_json_out_key_int(out, ZH_SV("count"), by_reason[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_route_deadletters(zh_call *call)
{
    const size_t limit = zh_call_limit(call);
    zh_letter *found = ZH_TAKE(call->arena, zh_letter, limit + 1);
    zh_permit permit;
    zh_letters_filter filter;
    const char *wrong = read_filter(zh_http_param(call->request, ZH_SV("reason")), zh_http_param(call->request, ZH_SV("source")),
                                    zh_http_param(call->request, ZH_SV("outcome")), &filter);
    if (wrong == NULL && !number_of(zh_http_param(call->request, ZH_SV("cursor")), &filter.before)) wrong = "cursor";
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "no such reason, source or outcome, or a cursor this route did not give");
        return;
    }
    if (found == NULL || !zh_call_permit(call, (zh_customer_id){ 0 }, ZH_PURPOSE_SUPPORT, &permit)) {
        zh_call_failed(call, found == NULL ? ZH_NOMEM : ZH_DENIED, "this role may not read dead letters");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const size_t count = zh_letters_find(w->letters, &filter, found, limit + 1);
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count && i < limit; i++) put_letter(call, &found[i], &permit, &out);
    zh_json_out_end(&out);
    char next[24] = "";
    if (count > limit) snprintf(next, sizeof next, "%llu", (unsigned long long)found[limit - 1].number);
    zh_answer_next(&out, next);
    put_counts(call, filter, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_deadletter(zh_call *call)
{
    zh_letter letter;
    zh_permit permit;
    if (!letter_of(call, zh_http_path_part(call->request, 3), &letter)) {
        zh_call_problem(call, 404, "not_found", NULL, "no such dead letter, or it is too old to be listed");
        return;
    }
    if (!zh_call_permit(call, (zh_customer_id){ 0 }, ZH_PURPOSE_SUPPORT, &permit)) {
        zh_call_failed(call, ZH_DENIED, "this role may not read dead letters");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    put_letter(call, &letter, &permit, &out);
    zh_call_json(call, 200, &out);
}

/* ---- reading it again ---- */

static void refuse(attempt *a, zh_reject why, zh_sv detail)
{
    a->verdict = REFUSED;
    a->reject = (zh_segment_reject){ .why = why, .detail = detail };
}

/* The route that named the type is gone: what a lone event says of itself tells it. */
static zh_segment_route route_of(zh_json_value root)
{
    static const struct { const char *member; zh_segment_route route; } tells[] = {
        { "type", ZH_SEGMENT_ANY }, { "event", ZH_SEGMENT_TRACK }, { "previousId", ZH_SEGMENT_ALIAS },
        { "groupId", ZH_SEGMENT_GROUP }, { "traits", ZH_SEGMENT_IDENTIFY }, { "name", ZH_SEGMENT_PAGE },
    };
    for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
        if (!zh_json_is(zh_json_get(root, zh_sv_of(tells[i].member)), ZH_JSON_ABSENT)) return tells[i].route;
    return ZH_SEGMENT_ANY;
}

static bool is_sensors(zh_json_value root)
{
    const bool named = !zh_json_is(zh_json_get(root, ZH_SV("distinct_id")), ZH_JSON_ABSENT) || !zh_json_is(zh_json_get(root, ZH_SV("item_id")), ZH_JSON_ABSENT);
    return named && zh_json_is(zh_json_get(root, ZH_SV("messageId")), ZH_JSON_ABSENT);
}

static zh_err read_segment(attempt *a, zh_segment_route route, zh_event **event)
{
    zh_segment_batch batch;
    const zh_segment_ask ask = { .route = route, .body = a->raw, .received_ms = a->letter->received_ms,
        .parser = a->call->thread->parser, .arena = a->arena, .scratch = &a->call->thread->scratch };
    const zh_err e = zh_segment_read(&ask, &batch);
    if (e == ZH_FORMAT) refuse(a, ZH_REJECT_UNREADABLE, batch.fault != NULL ? zh_sv_of(batch.fault) : (zh_sv){ 0 });
    else if (e == ZH_RANGE) refuse(a, ZH_REJECT_TOO_LARGE, (zh_sv){ 0 });
    else if (e != ZH_OK) return e;
    else if (batch.rejects_count > 0) a->verdict = REFUSED, a->reject = batch.rejects[0];
    else if (batch.events_count != 1) refuse(a, ZH_REJECT_NOT_OBJECT, (zh_sv){ 0 });
    else *event = &batch.events[0];
    return ZH_OK;
}

/* A record of Sensors' goes the way it would have come: packed into a form. */
static zh_err read_sensors(attempt *a, zh_event **event)
{
    zh_buf packed = zh_buf_open(2 * RAW_BYTES_MAX), form = zh_buf_open(4 * RAW_BYTES_MAX);
    zh_b64_encode(a->raw, &packed);
    zh_buf_put(&form, ZH_SV("data="));
    for (size_t i = 0; i < packed.size; i++) {
        if (packed.data[i] == '+') zh_buf_put(&form, ZH_SV("%2B"));
        else if (packed.data[i] == '=') zh_buf_put(&form, ZH_SV("%3D"));
        else zh_buf_put_u8(&form, (uint8_t)packed.data[i]);
    }
    zh_err e = zh_buf_err(&packed) != ZH_OK ? zh_buf_err(&packed) : zh_buf_err(&form);
    const zh_sv kept = e == ZH_OK ? zh_arena_copy(a->arena, zh_buf_view(&form)) : (zh_sv){ 0 };
    if (e == ZH_OK && kept.data == NULL) e = ZH_FULL;
    zh_buf_close(&packed);
    zh_buf_close(&form);
    if (e != ZH_OK) return e;
    zh_sensors_batch batch;
    const zh_sensors_ask ask = { .form = kept, .received_ms = a->letter->received_ms, .parser = a->call->thread->parser,
                                 .arena = a->arena, .scratch = &a->call->thread->scratch };
    if ((e = zh_sensors_read(&ask, &batch)) != ZH_OK) return e;
    if (batch.events_count == 1) *event = &batch.events[0];
    else if (batch.rejects_count > 0) a->verdict = REFUSED, a->reject = batch.rejects[0];
    else refuse(a, ZH_REJECT_BAD_TYPE, ZH_SV("items are set with PUT /api/v1/items/{itemId}"));
    return ZH_OK;
}

/* The letter's own id, so that a letter is one event however often and however mended it is sent. What had a conflict
 * cannot keep an id that is another event's. */
static zh_err name_event(attempt *a, zh_event *event)
{
    const bool keeps = a->letter->why != ZH_REJECT_CONFLICT && a->message_id.size > 0;
    if (keeps) {
        event->message_id = a->message_id;
        return ZH_OK;
    }
    if (a->letter->why != ZH_REJECT_CONFLICT && (event->marks & ZH_MARK_NO_MESSAGE_ID) == 0) return ZH_OK;
    char text[40];
    const int size = snprintf(text, sizeof text, "zh-letter-%llu", (unsigned long long)a->letter->number);
    event->message_id = zh_arena_copy(a->arena, (zh_sv){ text, (size_t)size });
    return event->message_id.data == NULL ? ZH_FULL : ZH_OK;
}

/* Does the tracking plan let it pass? */
static bool is_planned(attempt *a, const zh_event *event)
{
    zh_world *w = zh_engine_world(a->call->engine);
    zh_sv which;
    zh_world_lock_read(w);
    const bool rejected = zh_plan_rejects(w->plan, event, &which);
    if (rejected) refuse(a, ZH_REJECT_PLAN, zh_arena_copy(a->arena, which));
    zh_world_unlock(w);
    return !rejected;
}

/* The event it would become; NULL with a verdict where it would be refused. */
static zh_err read_again(attempt *a, zh_event **event, bool *unsaid_ids)
{
    zh_json_value root;
    *event = NULL;
    *unsaid_ids = false;
    if (a->raw.size == 0 || a->raw.size > RAW_BYTES_MAX) {
        refuse(a, a->raw.size == 0 ? ZH_REJECT_UNREADABLE : ZH_REJECT_TOO_LARGE, (zh_sv){ 0 });
        return ZH_OK;
    }
    const bool parsed = zh_json_parse(a->call->thread->parser, a->raw, &root, NULL) == ZH_OK;
    *unsaid_ids = parsed && is_sensors(root);
    const zh_err e = *unsaid_ids ? read_sensors(a, event) : read_segment(a, parsed ? route_of(root) : ZH_SEGMENT_ANY, event);
    if (e != ZH_OK || *event == NULL) return e;
    (*event)->source = a->letter->source;
    if (is_planned(a, *event)) return name_event(a, *event);
    *event = NULL;
    return ZH_OK;
}

/* ---- sending it again ---- */

static zh_err say_outcome(attempt *a, zh_letter_outcome outcome)
{
    zh_buf record = zh_buf_open(1024);
    zh_letter_word_put(&(zh_letter_word){ .letter = a->letter->number, .outcome = outcome, .at_ms = a->call->now_ms,
        .actor_kind = (uint8_t)a->call->caller.actor.kind, .actor_number = a->call->caller.actor.number, .message_id = a->became }, &record);
    const zh_sv view = zh_buf_view(&record);
    zh_err e = zh_buf_err(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(a->call->engine, &work);
    zh_buf_close(&record);
    return e;
}

/* The event first, the word after: a crash between leaves an open letter, whose next replay is a duplicate. */
static zh_err send_again(attempt *a, zh_event *event, bool unsaid_ids)
{
    zh_work_ids ids = { 0 };
    zh_collect_job job = { .events = event, .events_count = 1, .unsaid_ids = unsaid_ids };
    zh_collect_prepare(a->call, &job, &ids);
    a->became = event->message_id;
    zh_work work = { .events = event, .ids = &ids, .events_count = 1 };
    const zh_err e = zh_engine_do(a->call->engine, &work);
    if (e != ZH_OK) return e;
    a->verdict = work.conflict > 0 ? CONFLICT : work.duplicate > 0 ? DUPLICATE : REPLAYED;
    return a->verdict == CONFLICT ? ZH_OK : say_outcome(a, ZH_LETTER_REPLAYED);
}

static zh_err try_letter(attempt *a, const zh_permit *permit, zh_sv mended, bool dry_run)
{
    zh_deadletter letter;
    zh_event *event;
    bool unsaid_ids;
    if (a->letter->outcome != ZH_LETTER_OPEN) {
        a->verdict = DONE_BEFORE;
        return ZH_OK;
    }
    zh_err e = open_letter(a->call, a->letter, permit, a->arena, &letter);
    if (e == ZH_ABSENT && zh_retention_is_expired(zh_engine_log(a->call->engine), a->letter->partition, a->letter->sequence)) {
        refuse(a, (zh_reject)a->letter->why, ZH_SV("the letter is older than the log keeps (retention)"));
        return ZH_OK;
    }
    if (e != ZH_OK) return e;
    a->raw = mended.size > 0 ? mended : letter.raw;
    a->message_id = letter.message_id;
    e = read_again(a, &event, &unsaid_ids);
    if (e != ZH_OK || event == NULL) return e;
    a->verdict = REPLAYED;
    a->became = event->message_id;
    return dry_run ? ZH_OK : send_again(a, event, unsaid_ids);
}

static void put_attempt(const attempt *a, bool dry_run, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("outcome"), zh_sv_of(dry_run && a->verdict == REPLAYED ? "passes" : verdict_texts[a->verdict]));
    if (a->verdict == REFUSED) {
        zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_reject_code(a->reject.why)));
        zh_json_out_key_text(out, ZH_SV("text"), zh_sv_of(zh_reject_text(a->reject.why)));
        zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_part(a->reject.detail, 0, 255));
    } else if (a->became.size > 0) {
        zh_json_out_key_text(out, ZH_SV("messageId"), a->became);
    }
    zh_json_out_end(out);
}

static bool may_replay(zh_call *call, zh_permit *permit)
{
    if (zh_call_has_right(call, ZH_RIGHT_IMPORT) && zh_call_permit(call, (zh_customer_id){ 0 }, ZH_PURPOSE_SUPPORT, permit)) return true;
    zh_call_problem(call, 403, "forbidden", NULL, "this role may not replay dead letters: it needs the right to import");
    return false;
}

/* The member `event` written out again, in the call's arena; empty where absent. */
static bool mended_of(zh_call *call, zh_json_value root, zh_sv *out)
{
    const zh_json_value event = zh_json_get(root, ZH_SV("event"));
    *out = (zh_sv){ 0 };
    if (zh_json_is(event, ZH_JSON_ABSENT) || zh_json_is(event, ZH_JSON_NULL)) return true;
    if (!zh_json_is(event, ZH_JSON_OBJECT)) return false;
    zh_buf text = zh_buf_open(RAW_BYTES_MAX);
    zh_json_write(event, &text);
    if (zh_buf_err(&text) == ZH_OK) *out = zh_arena_copy(call->arena, zh_buf_view(&text));
    zh_buf_close(&text);
    return out->size > 0;
}

void zh_route_deadletter_replay(zh_call *call)
{
    zh_letter letter;
    zh_permit permit;
    zh_json_value root;
    zh_sv mended;
    bool dry_run = false;
    if (!may_replay(call, &permit) || !zh_call_body_json(call, &root)) return;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("dryRun")), &dry_run);
    if (!mended_of(call, root, &mended)) {
        zh_call_problem(call, 400, "bad_field", "event", "must be one event, a JSON object of at most 256 KB");
        return;
    }
    if (!letter_of(call, zh_http_path_part(call->request, 3), &letter)) {
        zh_call_problem(call, 404, "not_found", NULL, "no such dead letter, or it is too old to be listed");
        return;
    }
    zh_arena arena = zh_arena_open(LETTER_ARENA_BYTES_MAX);
    attempt a = { .call = call, .letter = &letter, .arena = &arena };
    const zh_err e = try_letter(&a, &permit, mended, dry_run);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else {
        zh_json_out out = zh_call_begin(call);
        put_attempt(&a, dry_run, &out);
        zh_call_json(call, 200, &out);
    }
    zh_arena_close(&arena);
}

void zh_route_deadletter_discard(zh_call *call)
{
    zh_letter letter;
    zh_permit permit;
    if (!may_replay(call, &permit)) return;
    if (!letter_of(call, zh_http_path_part(call->request, 3), &letter)) {
        zh_call_problem(call, 404, "not_found", NULL, "no such dead letter, or it is too old to be listed");
        return;
    }
    attempt a = { .call = call, .letter = &letter };
    const zh_err e = letter.outcome == ZH_LETTER_OPEN ? say_outcome(&a, ZH_LETTER_DISCARDED) : ZH_OK;
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("outcome"), zh_sv_of(zh_letter_outcome_text(letter.outcome == ZH_LETTER_OPEN ? ZH_LETTER_DISCARDED : (zh_letter_outcome)letter.outcome)));
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- many ---- */

typedef struct tally {
    uint32_t tried, by_verdict[FAILED + 1], refused[ZH_REJECT_COUNT];
} tally;

static zh_err try_many(zh_call *call, const zh_letter *found, size_t count, const zh_permit *permit, bool dry_run, tally *t)
{
    zh_arena arena = zh_arena_open(LETTER_ARENA_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; i < count && e == ZH_OK; i++) {
        zh_arena_reset(&arena);
        attempt a = { .call = call, .letter = &found[i], .arena = &arena };
        e = try_letter(&a, permit, (zh_sv){ 0 }, dry_run);
        if (e != ZH_OK) break;
        t->tried++;
        t->by_verdict[a.verdict]++;
        if (a.verdict == REFUSED && (unsigned)a.reject.why < ZH_REJECT_COUNT) t->refused[a.reject.why]++;
    }
    zh_arena_close(&arena);
    return e;
}

static void put_tally(const tally *t, size_t matched, bool dry_run, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("matched"), (int64_t)matched);
    zh_json_out_key_int(out, ZH_SV("tried"), t->tried);
    zh_json_out_key_int(out, dry_run ? ZH_SV("passes") : ZH_SV("replayed"), t->by_verdict[REPLAYED]);
    zh_json_out_key_int(out, ZH_SV("duplicate"), t->by_verdict[DUPLICATE]);
    zh_json_out_key_int(out, ZH_SV("conflict"), t->by_verdict[CONFLICT]);
    zh_json_out_key_int(out, ZH_SV("refused"), t->by_verdict[REFUSED]);
    zh_json_out_key(out, ZH_SV("reasons"));
    zh_json_out_array(out);
    for (unsigned i = 0; i < ZH_REJECT_COUNT; i++) {
        if (t->refused[i] == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_reject_code((zh_reject)i)));
        zh_json_out_key_int(out, ZH_SV("count"), t->refused[i]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* The letters of a filter, newest first. `before` goes on where an answer's `next` says. */
void zh_route_deadletters_replay(zh_call *call)
{
    zh_permit permit;
    zh_json_value root;
    zh_letters_filter filter;
    bool dry_run = false;
    if (!may_replay(call, &permit) || !zh_call_body_json(call, &root)) return;
    (void)zh_json_bool(zh_json_get(root, ZH_SV("dryRun")), &dry_run);
    const char *wrong = read_filter(zh_json_text_or_empty(zh_json_get(root, ZH_SV("reason"))), zh_json_text_or_empty(zh_json_get(root, ZH_SV("source"))),
                                    (zh_sv){ 0 }, &filter);
    if (wrong == NULL && !number_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("before"))), &filter.before)) wrong = "before";
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "no such reason or source, or not what `next` said");
        return;
    }
    filter.outcome = ZH_LETTER_OPEN;
    const size_t most = dry_run ? PREVIEW_MAX : REPLAY_MAX;
    zh_letter *found = malloc((most + 1) * sizeof *found);
    if (found == NULL) {
        zh_call_busy(call);
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const size_t matched = zh_letters_find(w->letters, &filter, found, most + 1);
    zh_world_unlock(w);
    tally t = { 0 };
    const zh_err e = try_many(call, found, matched < most ? matched : most, &permit, dry_run, &t);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else {
        char next[24] = "";
        if (matched > most) snprintf(next, sizeof next, "%llu", (unsigned long long)found[most - 1].number);
        zh_json_out out = zh_call_begin(call);
        put_tally(&t, matched < most ? matched : most, dry_run, &out);
        zh_answer_next(&out, next);
        zh_json_out_end(&out);
        zh_call_json(call, 200, &out);
    }
    free(found);
}
