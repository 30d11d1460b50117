/* collect.c -- the collector's routes: a body becomes events, the answer waits until they are durable. */
#include "server/collect.h"
#include "base/inflate.h"
#include "collect/pixel.h"
#include "server/debug.h"

#define SOURCE_LABEL_BYTES 64
#define LIBRARY_BYTES_MAX 100 /* of a context, from "library" on: its name stands first */

typedef struct collected {
    zh_call *call;
    zh_work work;
    zh_collect_job job;
    zh_work_ids choices_ids;
} collected;

/* ---- what came in ---- */

/* By the word after "/v1/" in a path of the table. */
static zh_segment_route route_of(zh_sv name)
{
    switch (name.size == 0 ? 0 : name.data[0]) {
    case 't': return ZH_SEGMENT_TRACK;
    case 'p': return ZH_SEGMENT_PAGE;
    case 's': return ZH_SEGMENT_SCREEN;
    case 'g': return ZH_SEGMENT_GROUP;
    case 'a': return ZH_SEGMENT_ALIAS;
    case 'i': return name.size > 1 && name.data[1] == 'm' ? ZH_SEGMENT_BATCH : ZH_SEGMENT_IDENTIFY; /* import, identify */
    default: return ZH_SEGMENT_BATCH;
    }
}

/* SDKs label gzip in their own ways (RudderStack calls it a form), so the bytes decide. */
static zh_err unpack(zh_call *call, zh_sv *body)
{
    *body = zh_http_body(call->request);
    if (!zh_inflate_is_gzip(*body)) return ZH_OK;
    zh_buf plain = zh_buf_open(ZH_SERVER_UNPACKED_BYTES_MAX);
    zh_err e = zh_inflate(*body, ZH_INFLATE_GZIP, ZH_SERVER_UNPACKED_BYTES_MAX, &plain);
    if (e == ZH_OK) {
        *body = zh_arena_copy(call->arena, zh_buf_view(&plain));
        if (body->data == NULL) e = ZH_NOMEM;
    }
    zh_buf_close(&plain);
    return e;
}

zh_err zh_collect_key(zh_call *call, zh_sv text, zh_source_id *source)
{
    zh_key key;
    if (text.size == 0) return ZH_LOGIN;
    const zh_err e = zh_call_key(call, text, &key);
    if (e != ZH_OK) return e;
    if ((key.scopes & ZH_SCOPE_WRITE) == 0) return ZH_DENIED;
    *source = key.source;
    return ZH_OK;
}

/* Basic, then Bearer, then the body's own: the three ways Segment knows. `other` is the address's, where the route
 * has one: a browser that leaves a page sends no header. */
zh_err zh_collect_source(zh_call *call, zh_sv in_body, zh_sv other, zh_source_id *source)
{
    const zh_sv presented[] = { zh_call_basic_user(call), zh_call_bearer(call), in_body, other };
    if (zh_http_is_unix(call->request)) { /* the owner names the source of an import by its number, or takes the first */
        *source = (zh_source_id){ 1 };
        return ZH_OK;
    }
    zh_err e = ZH_LOGIN;
    for (size_t i = 0; i < sizeof presented / sizeof *presented; i++) {
        if (presented[i].size == 0) continue;
        e = zh_collect_key(call, presented[i], source);
        if (e == ZH_OK) return e;
    }
    return e;
}

/* ---- counting ---- */

static void count_source(zh_call *call, zh_source_id source, zh_sv dialect, uint32_t accepted)
{
    char text[SOURCE_LABEL_BYTES];
    const int size = snprintf(text, sizeof text, "%u", source.number);
    const zh_metric_label labels[] = { { "source", { text, (size_t)size } }, { "dialect", dialect } };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_events_accepted_total", "Events made durable.", labels, 2), accepted);
}

/* A request has one source in nearly all cases. Of several, which of them had the duplicates is not known:
 * the first that do not fit count nothing. */
static void count_accepted(zh_call *call, const zh_work *work, zh_sv dialect)
{
    uint32_t left = work->accepted;
    for (uint32_t i = 0, end; i < work->events_count && left > 0; i = end) {
        for (end = i + 1; end < work->events_count && work->events[end].source.number == work->events[i].source.number;) end++;
        const uint32_t mine = end - i < left ? end - i : left;
        count_source(call, work->events[i].source, dialect, mine);
        left -= mine;
    }
}

void zh_collect_count_rejected(zh_call *call, zh_reject why, uint32_t count)
{
    if (count == 0) return;
    const zh_metric_label label = { "reason", zh_sv_of(zh_reject_code(why)) };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_events_rejected_total", "Events that could not be taken.", &label, 1), count);
    call->server->rejected += count;
}

zh_sv zh_collect_dialect(const zh_event *events, uint32_t events_count)
{
    if (events_count == 0 || events[0].context.size == 0) return ZH_SV("segment");
    const zh_sv context = events[0].context;
    const char *library = memmem(context.data, context.size, "\"library\":{", 11);
    if (library == NULL) return ZH_SV("segment");
    zh_sv name = zh_sv_part(context, (size_t)(library - context.data), LIBRARY_BYTES_MAX);
    const char *end = memchr(name.data, '}', name.size);
    if (end != NULL) name.size = (size_t)(end - name.data);
    /* RudderStack's SDK for Node kept the name that Segment's had before it got its scope. */
    const bool is_rudder = memmem(name.data, name.size, "udder", 5) != NULL || memmem(name.data, name.size, "\"analytics-node\"", 16) != NULL;
    return is_rudder ? ZH_SV("rudderstack") : ZH_SV("segment");
}

/* ---- answers ---- */

void zh_collect_image(zh_call *call)
{
    /* GIF89a, one transparent pixel: 43 bytes, as these SDKs expect. */
    static const char gif[43] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    zh_call_reply(call, 200, ZH_SV("image/gif"), (zh_sv){ gif, sizeof gif }, NULL, 0);
}

static void answer_json(zh_call *call, uint32_t accepted, uint32_t duplicate, uint32_t rejected)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("success"), true);
    zh_json_out_key_int(&out, ZH_SV("accepted"), accepted);
    zh_json_out_key_int(&out, ZH_SV("duplicate"), duplicate);
    zh_json_out_key_int(&out, ZH_SV("rejected"), rejected);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* For the programmer who connects an SDK: every record that was refused, and why. */
static void answer_explained(zh_call *call, const zh_collect_job *job)
{
    zh_buf *out = &call->thread->out;
    zh_buf_reset(out);
    if (job->rejects_count == 0) zh_buf_put(out, ZH_SV("valid\n"));
    for (uint32_t i = 0; i < job->rejects_count; i++) {
        const zh_segment_reject *r = &job->rejects[i];
        zh_buf_printf(out, "record %u: %s: %s", r->index + 1, zh_reject_code(r->why), zh_reject_text(r->why));
        if (r->detail.size > 0) zh_buf_printf(out, " (%.*s)", ZH_SV_ARG(r->detail));
        zh_buf_put(out, ZH_SV("\n"));
    }
    zh_call_reply(call, job->rejects_count == 0 ? 200 : 400, ZH_SV("text/plain; charset=utf-8"),
                  zh_buf_err(out) == ZH_OK ? zh_buf_view(out) : ZH_SV("too much to say\n"), NULL, 0);
}

static void answer(zh_call *call, const zh_collect_job *job, uint32_t accepted, uint32_t duplicate, uint32_t rejected)
{
    switch (job->form) {
    case COLLECT_JSON: answer_json(call, accepted, duplicate, rejected); break;
    case COLLECT_PIXEL:
    case COLLECT_IMAGE: zh_collect_image(call); break;
    case COLLECT_EMPTY: zh_call_reply(call, 200, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0); break;
    case COLLECT_EXPLAIN: answer_explained(call, job); break;
    }
}

void zh_collect_answer(zh_call *call, const zh_collect_job *job)
{
    answer(call, job, 0, 0, job->rejects_count);
}

void zh_collect_shed(zh_call *call, zh_collect_form form)
{
    if (form == COLLECT_PIXEL) zh_collect_image(call);
    else zh_call_busy(call);
}

static void failed(zh_call *call, zh_collect_form form, zh_err e)
{
    if (form == COLLECT_PIXEL) zh_collect_image(call);
    else if (e == ZH_BUSY || e == ZH_NOMEM) zh_call_busy(call);
    else zh_call_failed(call, e == ZH_FULL ? ZH_IO : e, NULL); /* a full disk: 503, the SDK keeps its queue */
}

/* On the committer's thread. */
static void committed(zh_work *work)
{
    collected *c = work->context;
    zh_call *call = c->call;
    call->thread = zh_call_thread_of(call->server);
    zh_debug_committed(call, work);
    if (call->thread == NULL) {
        if (call->debug != NULL) zh_debug_answered(call, 503);
        zh_http_reply(call->request, &(zh_http_response){ .status = 503 });
        return;
    }
    zh_histogram_add_us(call->server->collect_seconds, zh_http_elapsed_us(call->request));
    if (work->e != ZH_OK) {
        failed(call, c->job.form, work->e);
        return;
    }
    count_accepted(call, work, c->job.dialect);
    zh_collect_count_rejected(call, ZH_REJECT_CONFLICT, work->conflict);
    call->server->duplicates += work->duplicate;
    zh_counter_add(call->server->accepted_duplicate, work->duplicate);
    answer(call, &c->job, work->accepted + c->job.taken_count, work->duplicate, c->job.rejects_count + work->conflict);
}

static bool make_letters(zh_call *call, const zh_collect_job *job, zh_work *work)
{
    work->letters = ZH_TAKE(call->arena, zh_deadletter, job->rejects_count);
    if (work->letters == NULL) return false;
    for (uint32_t i = 0; i < job->rejects_count; i++) {
        const zh_segment_reject *r = &job->rejects[i];
        zh_collect_count_rejected(call, r->why, 1);
        if (job->rejects_source[i].number == 0) continue;
        work->letters[work->letters_count++] = (zh_deadletter){ .why = r->why, .source = job->rejects_source[i], .received_ms = call->now_ms,
            .message_id = zh_sv_part(r->message_id, 0, ZH_MESSAGE_ID_BYTES_MAX), .detail = zh_sv_part(r->detail, 0, 255), .raw = r->raw };
    }
    return true;
}

/* Events of one source lie together: prepared together. */
void zh_collect_prepare(zh_call *call, const zh_collect_job *job, zh_work_ids *ids)
{
    zh_event *events = job->events;
    const uint32_t count = job->events_count;
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && events[end].source.number == events[i].source.number;) end++;
        zh_engine_prepare(call->engine, events[i].source, events + i, ids + i, end - i);
    }
    for (uint32_t i = 0; job->unsaid_ids && i < count; i++) {
        if (events[i].user_id.size > 0) continue;
        ids[i].may_be_user = true;
        ids[i].anonymous_user = zh_blind(zh_engine_sealer(call->engine), ZH_BLIND_USER, events[i].anonymous_id);
    }
}

void zh_collect_submit(zh_call *call, const zh_collect_job *job)
{
    const int64_t wait_us = zh_http_is_unix(call->request) ? 0 : zh_limits_take(call, job->from, job->events_count + job->rejects_count + job->records_count);
    if (wait_us > 0) {
        if (job->form == COLLECT_PIXEL) zh_collect_image(call);
        else zh_call_limited(call, wait_us);
        return;
    }
    collected *c = ZH_TAKE(call->arena, collected, 1);
    zh_work_ids *ids = ZH_TAKE(call->arena, zh_work_ids, job->events_count);
    if (c == NULL || ids == NULL) {
        zh_collect_shed(call, job->form);
        return;
    }
    *c = (collected){ .call = call, .job = *job };
    job = &c->job;
    if (zh_collect_screen(call, &c->job) != ZH_OK) {
        zh_collect_shed(call, job->form);
        return;
    }
    c->work = (zh_work){ .events = job->events, .ids = ids, .events_count = job->events_count, .records = job->records,
                         .records_count = job->records_count, .consents = job->choices, .consents_count = job->choices_count,
                         .consent_user = job->choices_user, .done = committed, .context = c };
    c->choices_ids.user = zh_blind(zh_engine_sealer(call->engine), ZH_BLIND_USER, job->choices_user);
    c->work.consent_ids = &c->choices_ids;
    if (!make_letters(call, job, &c->work)) {
        zh_collect_shed(call, job->form);
        return;
    }
    if (job->events_count == 0 && c->work.letters_count == 0 && job->records_count == 0 && job->choices_count == 0) {
        answer(call, job, job->taken_count, 0, job->rejects_count);
        return;
    }
    zh_collect_prepare(call, job, ids);
    zh_debug_events(call, job);
    zh_http_hold(call->request);
    const zh_err e = zh_engine_submit(call->engine, &c->work);
    if (e != ZH_OK) failed(call, job->form, e);
}

static void submit(zh_call *call, const zh_segment_batch *batch, zh_source_id source, uint32_t import, zh_collect_form form)
{
    zh_source_id *sources = ZH_TAKE(call->arena, zh_source_id, batch->rejects_count);
    if (sources == NULL) {
        zh_collect_shed(call, form);
        return;
    }
    for (uint32_t i = 0; i < batch->events_count; i++) batch->events[i].source = source, batch->events[i].import_number = import;
    for (uint32_t i = 0; i < batch->rejects_count; i++) sources[i] = source;
    zh_collect_submit(call, &(zh_collect_job){ .form = form, .dialect = zh_collect_dialect(batch->events, batch->events_count), .from = source,
        .events = batch->events, .events_count = batch->events_count,
        .rejects = batch->rejects, .rejects_source = sources, .rejects_count = batch->rejects_count });
}

static void refuse(zh_call *call, zh_err e, const zh_segment_batch *batch)
{
    if (e == ZH_FORMAT) {
        zh_collect_count_rejected(call, ZH_REJECT_NOT_OBJECT, 1);
        zh_call_problem(call, 400, "malformed_json", NULL, batch->fault);
    } else if (e == ZH_RANGE) {
        zh_collect_count_rejected(call, ZH_REJECT_TOO_LARGE, 1);
        zh_call_problem(call, 400, "too_large", NULL, batch->fault);
    } else {
        zh_call_busy(call);
    }
}

static zh_segment_ask ask_of(zh_call *call, zh_segment_route route, zh_sv body)
{
    return (zh_segment_ask){ .route = route, .body = body, .received_ms = call->now_ms, .peer_ip = zh_http_peer(call->request),
        .parser = call->thread->parser, .arena = call->arena, .scratch = &call->thread->scratch };
}

/* `key` is the address's, for routes whose senders cannot set a header. */
static void collect(zh_call *call, zh_segment_route route, zh_sv key)
{
    zh_sv body;
    zh_err e = unpack(call, &body);
    if (e == ZH_FORMAT) {
        zh_call_problem(call, 400, "bad_gzip", NULL, "the compressed body is cut short or damaged");
        return;
    }
    if (e != ZH_OK) {
        if (e == ZH_FULL) zh_call_problem(call, 400, "too_large", NULL, "the body is larger than 10 MiB when unpacked");
        else zh_call_busy(call);
        return;
    }
    zh_segment_ask ask = ask_of(call, route, body);
    ask.fill_ip = zh_http_header_of(call->request, "Origin").data != NULL;
    ask.is_import = zh_http_header_of(call->request, "X-Zhun-Import").data != NULL;
    zh_segment_batch batch;
    e = zh_segment_read(&ask, &batch);
    zh_source_id source;
    const bool has_key = zh_http_header_of(call->request, "Authorization").data != NULL || batch.write_key.size > 0 || key.size > 0;
    if (e == ZH_FORMAT && !has_key) { /* the key may stand in the body nobody can read */
        refuse(call, e, &batch);
        return;
    }
    if (zh_collect_source(call, batch.write_key, key, &source) != ZH_OK) {
        zh_call_problem(call, 401, "unauthorized", "writeKey", "the write key is unknown or revoked");
        return;
    }
    zh_debug_begin(call, source, body);
    if (e != ZH_OK) {
        refuse(call, e, &batch);
        return;
    }
    if (batch.whole_rejected) {
        zh_collect_count_rejected(call, batch.whole_why, batch.items_count);
        answer_json(call, 0, 0, batch.items_count);
        return;
    }
    uint32_t import = 0;
    if (ask.is_import && zh_imports_of_call(call, &source, &import) != ZH_OK) return;
    submit(call, &batch, source, import, COLLECT_JSON);
}

void zh_route_collect(zh_call *call)
{
    collect(call, route_of(zh_sv_part(zh_http_path(call->request), 4, SIZE_MAX)), (zh_sv){ 0 });
}

/* What RudderStack's browser SDK sends when a page goes away. */
void zh_route_beacon(zh_call *call)
{
    collect(call, ZH_SEGMENT_BATCH, zh_http_param(call->request, ZH_SV("writeKey")));
}

static zh_segment_route pixel_route(zh_sv name)
{
    static const char *const names[] = { "track", "identify", "page", "screen", "group", "alias" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_sv_equal(name, zh_sv_of(names[i]))) return route_of(name);
    return ZH_SEGMENT_BATCH; /* there is none of these */
}

/* A page without scripts, or an e-mail: nobody reads the answer but as an image, so it always is one. */
void zh_route_pixel(zh_call *call)
{
    zh_sv body = { 0 };
    zh_source_id source;
    zh_segment_batch batch;
    const zh_segment_route route = pixel_route(zh_http_path_part(call->request, 2));
    zh_err e = zh_pixel_body(zh_http_query(call->request), call->arena, &call->thread->scratch, &body);
    zh_segment_ask ask = ask_of(call, route, body);
    ask.fill_ip = true;
    if (e == ZH_OK && route == ZH_SEGMENT_BATCH) e = ZH_FORMAT;
    if (e == ZH_OK) e = zh_segment_read(&ask, &batch);
    if (e == ZH_OK) e = zh_collect_source(call, batch.write_key, zh_http_param(call->request, ZH_SV("writeKey")), &source);
    if (e == ZH_OK) {
        zh_debug_begin(call, source, (zh_sv){ 0 });
        submit(call, &batch, source, 0, COLLECT_PIXEL);
        return;
    }
    if (e == ZH_FORMAT || e == ZH_RANGE) zh_collect_count_rejected(call, e == ZH_RANGE ? ZH_REJECT_TOO_LARGE : ZH_REJECT_UNREADABLE, 1);
    zh_collect_image(call);
}

/* What the browsers of the SDKs ask before they send. */
void zh_route_collect_options(zh_call *call)
{
    const zh_http_header headers[] = {
        { ZH_SV("Access-Control-Allow-Methods"), ZH_SV("GET,POST,OPTIONS") },
        { ZH_SV("Access-Control-Allow-Headers"), ZH_SV("authorization,content-type,x-retry-count,anonymousid,sentat,"
            "rsa-retry-attempt,rsa-since-last-attempt,rsa-retry-reason,rsa-recovered") },
        { ZH_SV("Access-Control-Max-Age"), ZH_SV("86400") },
    };
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, headers, 3);
}

void zh_route_sdk_metrics(zh_call *call)
{
    zh_call_reply(call, 200, ZH_SV("application/json"), ZH_SV("{\"success\":true}"), NULL, 0);
}
