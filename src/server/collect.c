/* collect.c -- the collector's routes: a body becomes events, the answer waits until they are durable. */
#include "base/inflate.h"
#include "collect/segment.h"
#include "server/call.h"

#define SOURCE_LABEL_BYTES 64

typedef struct collected {
    zh_call *call;
    zh_work work;
    uint32_t rejects;
    int64_t began_us;
} collected;

/* ---- what came in ---- */

static zh_segment_route route_of(zh_sv path)
{
    const zh_sv name = zh_sv_part(path, 4, SIZE_MAX); /* after "/v1/" */
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

/* Basic, then Bearer, then the body's own: the three ways Segment knows. */
static zh_err find_source(zh_call *call, zh_sv in_body, zh_source_id *source)
{
    const zh_sv presented[] = { zh_call_basic_user(call), zh_call_bearer(call), in_body };
    if (zh_http_is_unix(call->request)) { /* the owner names the source of an import by its number, or takes the first */
        *source = (zh_source_id){ 1 };
        return ZH_OK;
    }
    zh_err e = ZH_LOGIN;
    for (size_t i = 0; i < sizeof presented / sizeof *presented; i++) {
        zh_key key;
        if (presented[i].size == 0) continue;
        e = zh_call_key(call, presented[i], &key);
        if (e == ZH_OK && (key.scopes & ZH_SCOPE_WRITE) != 0) {
            *source = key.source;
            return ZH_OK;
        }
        if (e == ZH_OK) e = ZH_DENIED;
    }
    return e;
}

/* ---- counting ---- */

static void count_accepted(zh_call *call, zh_source_id source, uint32_t accepted)
{
    if (accepted == 0) return;
    char text[SOURCE_LABEL_BYTES];
    const int size = snprintf(text, sizeof text, "%u", source.number);
    const zh_metric_label labels[] = { { "source", { text, (size_t)size } }, { "dialect", ZH_SV("segment") } };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_events_accepted_total", "Events made durable.", labels, 2), accepted);
}

static void count_rejected(zh_call *call, zh_reject why, uint32_t count)
{
    if (count == 0) return;
    const zh_metric_label label = { "reason", zh_sv_of(zh_reject_code(why)) };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_events_rejected_total", "Events that could not be taken.", &label, 1), count);
    call->server->rejected += count;
}

/* ---- answers ---- */

static void answer(zh_call *call, uint32_t accepted, uint32_t duplicate, uint32_t rejected)
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

/* On the committer's thread. */
static void committed(zh_work *work)
{
    collected *c = work->context;
    zh_call *call = c->call;
    call->thread = zh_call_thread_of(call->server);
    if (call->thread == NULL) {
        zh_http_reply(call->request, &(zh_http_response){ .status = 503 });
        return;
    }
    zh_histogram_add_us(call->server->collect_seconds, zh_http_elapsed_us(call->request));
    if (work->e != ZH_OK) {
        if (work->e == ZH_BUSY || work->e == ZH_NOMEM) zh_call_busy(call);
        else zh_call_failed(call, work->e == ZH_FULL ? ZH_IO : work->e, NULL); /* a full disk: 503, the SDK keeps its queue */
        return;
    }
    if (work->events_count > 0) count_accepted(call, work->events[0].source, work->accepted);
    count_rejected(call, ZH_REJECT_CONFLICT, work->conflict);
    call->server->duplicates += work->duplicate;
    zh_counter_add(call->server->accepted_duplicate, work->duplicate);
    answer(call, work->accepted, work->duplicate, c->rejects + work->conflict);
}

static bool make_letters(zh_call *call, const zh_segment_batch *batch, zh_source_id source, zh_work *work)
{
    work->letters = ZH_TAKE(call->arena, zh_deadletter, batch->rejects_count);
    if (work->letters == NULL) return false;
    work->letters_count = batch->rejects_count;
    for (uint32_t i = 0; i < batch->rejects_count; i++) {
        const zh_segment_reject *r = &batch->rejects[i];
        work->letters[i] = (zh_deadletter){ .why = r->why, .source = source, .received_ms = call->now_ms,
            .message_id = zh_sv_part(r->message_id, 0, ZH_MESSAGE_ID_BYTES_MAX), .detail = zh_sv_part(r->detail, 0, 255), .raw = r->raw };
        count_rejected(call, r->why, 1);
    }
    return true;
}

static void submit(zh_call *call, const zh_segment_batch *batch, zh_source_id source)
{
    collected *c = ZH_TAKE(call->arena, collected, 1);
    zh_work_ids *ids = ZH_TAKE(call->arena, zh_work_ids, batch->events_count);
    if (c == NULL || ids == NULL) {
        zh_call_busy(call);
        return;
    }
    *c = (collected){ .call = call, .rejects = batch->rejects_count };
    c->work = (zh_work){ .events = batch->events, .ids = ids, .events_count = batch->events_count, .done = committed, .context = c };
    if (!make_letters(call, batch, source, &c->work)) {
        zh_call_busy(call);
        return;
    }
    if (batch->events_count == 0 && batch->rejects_count == 0) {
        answer(call, 0, 0, 0);
        return;
    }
    zh_engine_prepare(call->engine, source, batch->events, ids, batch->events_count);
    zh_http_hold(call->request);
    const zh_err e = zh_engine_submit(call->engine, &c->work);
    if (e == ZH_BUSY) zh_call_busy(call);
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
}

static void refuse(zh_call *call, zh_err e, const zh_segment_batch *batch)
{
    if (e == ZH_FORMAT) {
        count_rejected(call, ZH_REJECT_NOT_OBJECT, 1);
        zh_call_problem(call, 400, "malformed_json", NULL, batch->fault);
    } else if (e == ZH_RANGE) {
        count_rejected(call, ZH_REJECT_TOO_LARGE, 1);
        zh_call_problem(call, 400, "too_large", NULL, batch->fault);
    } else {
        zh_call_busy(call);
    }
}

void zh_route_collect(zh_call *call)
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
    const zh_sv path = zh_http_path(call->request);
    const bool is_import = zh_http_header_of(call->request, "X-Zhun-Import").data != NULL;
    const zh_segment_ask ask = {
        .route = route_of(path), .body = body, .received_ms = call->now_ms, .peer_ip = zh_http_peer(call->request),
        .fill_ip = zh_http_header_of(call->request, "Origin").data != NULL, .is_import = is_import,
        .parser = call->thread->parser, .arena = call->arena, .scratch = &call->thread->scratch,
    };
    zh_segment_batch batch;
    e = zh_segment_read(&ask, &batch);
    zh_source_id source;
    const bool has_key = zh_http_header_of(call->request, "Authorization").data != NULL || batch.write_key.size > 0;
    if (e == ZH_FORMAT && !has_key) { /* the key may stand in the body nobody can read */
        refuse(call, e, &batch);
        return;
    }
    if (find_source(call, batch.write_key, &source) != ZH_OK) {
        zh_call_problem(call, 401, "unauthorized", "writeKey", "the write key is unknown or revoked");
        return;
    }
    if (e != ZH_OK) {
        refuse(call, e, &batch);
        return;
    }
    if (batch.whole_rejected) {
        count_rejected(call, batch.whole_why, batch.items_count);
        answer(call, 0, 0, batch.items_count);
        return;
    }
    submit(call, &batch, source);
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
