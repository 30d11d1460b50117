/* http_request.c -- the way of one request through libmicrohttpd's callbacks.
 *
 *   url_came ──► HEAD ── headers pass ──► BODY ── last byte ──► ANSWER ──► completed
 *                  └── refused: answer and close     │              │
 *                                                    │   reply in the handler: queued when it
 *             body over its limit: read and          │   returns
 *             dropped, then refuse() instead         │   hold: suspended inside the handler; the
 *             of handler()                        ◄──┘   reply stores the response and resumes;
 *                                                        access is called once more and queues it
 *
 * Why the resume may come early: suspend has happened when hold returns, and a resume is only a
 * mark that the HTTP thread looks at in its next round, so a reply from another thread may overtake
 * the handler's own return. The marks are set under libmicrohttpd's mutex, which orders our fields
 * too.
 */
#include "sys/http_internal.h"

#include "sys/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

/* idle requests kept for the next; more come and go with malloc */
#define POOL_MAX        64
#define KEPT_BYTES_MAX  (256u << 10)    /* a kept body or arena; what once was larger goes back */
/* taken on the sender's word (Content-Length); more grows as it comes */
#define FIRST_BODY_MAX  (128u << 10)

static int64_t ms_from_now(int64_t ms)
{
    return zh_clock_mono_us(NULL) + ms * 1000;
}

/* ---- life ---- */

static zh_http_request *request_take(zh_http_server *server)
{
    pthread_mutex_lock(&server->mutex);
    zh_http_request *request = server->pool;
    if (request != NULL) {
        server->pool = request->next;
        server->pool_count--;
    }
    pthread_mutex_unlock(&server->mutex);
    if (request != NULL) return request;
    request = calloc(1, sizeof *request);
    if (request == NULL) return NULL;
    request->server = server;
    request->arena = zh_arena_open(server->desc.arena_bytes_max);
    return request;
}

void zh_http_request_free(zh_http_request *request)
{
    free(request->body);
    zh_arena_close(&request->arena);
    free(request);
}

static void drop_response(zh_http_request *request)
{
    if (request->response != NULL && request->response != request->server->oops)
        MHD_destroy_response(request->response);
    request->response = NULL;
}

/* Back into the pool, clean. A response still here is of a client that left while its request was
 * held. */
static void request_give(zh_http_request *request)
{
    zh_http_server *server = request->server;
    drop_response(request);
    atomic_fetch_sub(&server->body_bytes, request->body_size);
    zh_arena_reset(&request->arena);
    if (zh_arena_held(&request->arena) > KEPT_BYTES_MAX) zh_arena_close(&request->arena);
    zh_http_request clean = { .server = server, .arena = request->arena };
    if (request->body_cap <= KEPT_BYTES_MAX) {
        clean.body = request->body;
        clean.body_cap = request->body_cap;
    } else {
        free(request->body);
    }
    *request = clean;
    pthread_mutex_lock(&server->mutex);
    const bool keep = server->pool_count < POOL_MAX;
    if (keep) {
        request->next = server->pool;
        server->pool = request;
        server->pool_count++;
    }
    pthread_mutex_unlock(&server->mutex);
    if (!keep) zh_http_request_free(request);
}

void *zh_http_url_came(void *ctx, const char *url, struct MHD_Connection *mhd)
{
    zh_http_loop *loop = ctx;
    zh_http_server *server = loop->server;
    zh_http_request *request = request_take(server);
    if (request == NULL) return NULL;
    request->loop = loop;
    atomic_fetch_add(&server->in_flight, 1);
    atomic_fetch_add(&server->requests, 1);
    request->mhd = mhd;
    request->began_us = zh_clock_mono_us(NULL);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    request->connection = info == NULL ? NULL : info->socket_context;
    if (request->connection != NULL) {
        request->connection->deadline_us = ms_from_now(server->desc.request_ms_max);
        request->connection->since_us = request->began_us;
        request->connection->is_asking = true;
    }
    /* libmicrohttpd cuts the text apart after this call. One byte more than allowed shows an
     * excess. */
    request->url = zh_arena_copy(&request->arena,
                                 (zh_sv){ url, strnlen(url, ZH_HTTP_URL_MAX + 1) });
    return request;
}

void zh_http_completed(void *ctx, struct MHD_Connection *mhd, void **slot,
                       enum MHD_RequestTerminationCode why)
{
    zh_http_server *server = ((zh_http_loop *)ctx)->server;
    zh_http_request *request = *slot;
    (void)mhd;
    (void)why;
    if (request == NULL) return;
    *slot = NULL;
    /* the next request may come, silence or dribble may not last */
    if (request->connection != NULL) {
        request->connection->deadline_us = ms_from_now(server->desc.idle_ms_max +
                                                       server->desc.request_ms_max);
        request->connection->since_us = zh_clock_mono_us(NULL);
        request->connection->is_asking = false;
    }
    request_give(request);
    if (atomic_fetch_sub(&server->in_flight, 1) == 1) zh_http_changed(server);
}

/* ---- the headers ---- */

typedef struct header_facts {
    unsigned lines, hosts, lengths, encodings;
    bool odd; /* a name no two parsers need agree on */
    zh_sv length, encoding, expect;
} header_facts;

static bool is_token(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z');
        if (!word && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) return false;
    }
    return text.size > 0;
}

static bool same_name(zh_sv name, const char *other)
{
    return name.size == strlen(other) && strncasecmp(name.data, other, name.size) == 0;
}

/* libmicrohttpd 0.9.75 joins a folded line to the name, not to the value: "Transfer-Encoding:", "
 * chunked" comes out as the header "Transfer-Encodingchunked", while a proxy may have read what was
 * meant. */
static bool begins_like(zh_sv name, const char *framing)
{
    return name.size > strlen(framing) && strncasecmp(name.data, framing, strlen(framing)) == 0;
}

static enum MHD_Result see_header(void *ctx, enum MHD_ValueKind kind, const char *key,
                                  size_t key_size, const char *value, size_t value_size)
{
    header_facts *facts = ctx;
    const zh_sv name = { key, key_size }, text = { value, value == NULL ? 0 : value_size };
    (void)kind;
    facts->lines++;
    if (!is_token(name) || (text.size > 0 && memchr(text.data, '\0', text.size) != NULL))
        facts->odd = true;
    if (begins_like(name, "host") || begins_like(name, "content-length") ||
        begins_like(name, "transfer-encoding"))
        facts->odd = true;
    if (same_name(name, "host")) facts->hosts++;
    if (same_name(name, "expect")) facts->expect = text;
    if (same_name(name, "content-length")) facts->lengths++, facts->length = text;
    if (same_name(name, "transfer-encoding")) facts->encodings++, facts->encoding = text;
    return MHD_YES;
}

/* Digits only, below 2^63. */
static bool parse_length(zh_sv text, uint64_t *bytes)
{
    *bytes = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *bytes > (uint64_t)INT64_MAX / 10 - 1)
            return false;
        *bytes = *bytes * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size > 0;
}

static const struct { const char *text; zh_http_method method; } methods[] = {
    { "GET", ZH_HTTP_GET },     { "POST", ZH_HTTP_POST },     { "HEAD", ZH_HTTP_HEAD },
    { "PUT", ZH_HTTP_PUT },     { "PATCH", ZH_HTTP_PATCH },   { "DELETE", ZH_HTTP_DELETE },
    { "OPTIONS", ZH_HTTP_OPTIONS },
};

/* Fill in method, path and query; the status to refuse with, or 0. */
static unsigned read_request_line(zh_http_request *request, const char *method)
{
    size_t at = 0;
    const size_t count = sizeof methods / sizeof *methods;
    while (at < count && strcmp(methods[at].text, method) != 0) at++;
    request->method_text = zh_sv_of(method);
    if (at == count)
        return strcmp(method, "TRACE") == 0 || strcmp(method, "CONNECT") == 0 ? 405 : 501;
    request->method = methods[at].method;
    if (request->url.data == NULL) return 503;
    if (request->url.size > ZH_HTTP_URL_MAX) return 414;
    zh_sv target = request->url;
    /* the absolute form, which RFC 9112 wants understood */
    if (zh_sv_starts(target, ZH_SV("http://"))) {
        const char *slash = memchr(target.data + 7, '/', target.size - 7);
        target = slash == NULL ? ZH_SV("/")
                               : zh_sv_part(target, (size_t)(slash - target.data), target.size);
    }
    const char *ask = target.size == 0 ? NULL : memchr(target.data, '?', target.size);
    const size_t path = ask == NULL ? target.size : (size_t)(ask - target.data);
    request->path = zh_sv_part(target, 0, path);
    request->query = zh_sv_part(target, path + 1, target.size);
    const bool star = request->method == ZH_HTTP_OPTIONS && zh_sv_equal(request->path, ZH_SV("*"));
    return star || (path > 0 && request->path.data[0] == '/') ? 0 : 400;
}

static unsigned judge_headers(const header_facts *facts, const char *version, uint64_t *length)
{
    const bool old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    if (!old && strcmp(version, MHD_HTTP_VERSION_1_1) != 0) return 505;
    if (facts->lines > ZH_HTTP_HEADERS_MAX) return 431;
    if (facts->odd || facts->hosts > 1 || (facts->hosts == 0 && !old)) return 400;
    if (facts->lengths > 1 || facts->encodings > 1) return 400;
    if (facts->encodings == 1 && (facts->lengths == 1 || old)) return 400;
    if (facts->lengths == 1 && !parse_length(facts->length, length)) return 400;
    if (facts->encodings == 1 && !same_name(zh_sv_trim(facts->encoding), "chunked")) return 501;
    return 0;
}

/* ---- answers ---- */

static enum MHD_Result queue_answer(zh_http_request *request)
{
    if (request->connection != NULL)
        request->connection->deadline_us = request->stream != NULL
                                               ? INT64_MAX
                                               : ms_from_now(request->server->desc.answer_ms_max);
    const enum MHD_Result result = MHD_queue_response(request->mhd, request->status,
                                                      request->response);
    drop_response(request); /* libmicrohttpd holds its own reference */
    return result;
}

static const char *status_text(unsigned status)
{
    switch (status) {
    case 400: return "bad request\n";
    case 405: return "method not allowed\n";
    case 413: return "body too large\n";
    case 414: return "URL too long\n";
    case 431: return "too many headers\n";
    case 501: return "not implemented\n";
    case 503: return "overloaded\n";
    default: return "refused\n";
    }
}

static void reply_plain(zh_http_request *request, unsigned status, bool close)
{
    static const zh_http_header allow[] = {
        { { "Allow", 5 }, { "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", 44 } }
    };
    static const zh_http_header again[] = { { { "Retry-After", 11 }, { "1", 1 } } };
    const zh_http_header *extra = status == 405 ? allow : status == 503 ? again : NULL;
    zh_http_reply(request, &(zh_http_response){ .status = status,
                                                .content_type = ZH_SV("text/plain; charset=utf-8"),
                                                .body = zh_sv_of(status_text(status)),
                                                .keep = ZH_HTTP_STATIC,
                                                .headers = extra,
                                                .headers_count = extra != NULL,
                                                .close = close });
}

static enum MHD_Result refuse_here(zh_http_request *request, unsigned status)
{
    atomic_fetch_add(&request->server->refused, 1);
    request->stage = ZH_HTTP_ANSWER_STAGE;
    reply_plain(request, status, true);
    return queue_answer(request);
}

/* The body is not taken in: let the user say so in the dialect of the route. */
static enum MHD_Result refuse_body(zh_http_request *request)
{
    zh_http_server *server = request->server;
    atomic_fetch_add(&server->refused, 1);
    request->stage = ZH_HTTP_ANSWER_STAGE;
    request->refusing = true;
    atomic_fetch_sub(&server->body_bytes, request->body_size);
    request->body_size = 0;
    if (server->desc.refuse != NULL)
        server->desc.refuse(server->desc.ctx, request, request->body_state);
    else reply_plain(request, request->body_state == ZH_FULL ? 413 : 503, false);
    assert(request->response != NULL); /* refuse() must reply at once */
    return queue_answer(request);
}

static enum MHD_Result call_handler(zh_http_request *request)
{
    zh_http_server *server = request->server;
    request->stage = ZH_HTTP_ANSWER_STAGE;
    if (request->connection != NULL) request->connection->deadline_us = INT64_MAX;
    if (request->body != NULL) memset(request->body + request->body_size, 0, ZH_HTTP_BODY_PAD);
    server->desc.handler(server->desc.ctx, request);
    /* the reply, perhaps there already, resumes the connection */
    if (request->held) return MHD_YES;
    assert(request->response != NULL); /* a handler replies, streams or holds */
    return queue_answer(request);
}

/* ---- the body ---- */

static bool body_reserve(zh_http_request *request, size_t bytes)
{
    if (bytes <= request->body_cap && request->body != NULL) return true;
    char *body = realloc(request->body, bytes + ZH_HTTP_BODY_PAD);
    if (body == NULL) return false;
    request->body = body;
    request->body_cap = bytes;
    return true;
}

static void body_refuse(zh_http_request *request, zh_err why)
{
    request->body_state = why;
    atomic_fetch_sub(&request->server->body_bytes, request->body_size);
    request->body_size = 0;
    if (request->body_cap > KEPT_BYTES_MAX) {
        free(request->body);
        request->body = NULL;
        request->body_cap = 0;
    }
}

static bool body_add(zh_http_request *request, const char *bytes, size_t size)
{
    zh_http_server *server = request->server;
    if (request->body_state != ZH_OK) {
        request->body_dropped += size;
        return request->body_dropped <= ZH_HTTP_DISCARD_MAX;
    }
    if (size > request->body_max - request->body_size) {
        body_refuse(request, ZH_FULL);
        return true;
    }
    const size_t all = atomic_fetch_add(&server->body_bytes, size) + size;
    const size_t need = request->body_size + size;
    size_t cap = request->body_cap < 4096 ? 4096 : request->body_cap;
    while (cap < need) cap *= 2;
    if (all > server->desc.bodies_bytes_max || !body_reserve(request, cap)) {
        atomic_fetch_sub(&server->body_bytes, size);
        body_refuse(request, ZH_BUSY);
        return true;
    }
    memcpy(request->body + request->body_size, bytes, size);
    request->body_size = need;
    return true;
}

static enum MHD_Result headers_came(zh_http_request *request, const char *method,
                                    const char *version)
{
    zh_http_server *server = request->server;
    unsigned status = read_request_line(request, method);
    if (status != 0) return refuse_here(request, status);
    header_facts facts = { 0 };
    uint64_t length = 0;
    MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, see_header, &facts);
    status = judge_headers(&facts, version, &length);
    if (status != 0) return refuse_here(request, status);

    request->stage = ZH_HTTP_BODY_STAGE;
    request->body_announced = length > 0 || facts.encodings == 1;
    if (!request->body_announced) return MHD_YES;
    request->body_max = server->desc.body_max == NULL
                            ? 1u << 20
                            : server->desc.body_max(server->desc.ctx, request);
    if (length > request->body_max) {
        request->body_state = ZH_FULL;
        /* A sender that waits for 100 has sent nothing yet, and a huge body is not worth
         * reading. */
        if (facts.expect.size > 0 || length > ZH_HTTP_DISCARD_MAX) return refuse_body(request);
    } else if (length > 0) {
        const size_t first = length < FIRST_BODY_MAX ? (size_t)length : FIRST_BODY_MAX;
        if (!body_reserve(request, first)) request->body_state = ZH_BUSY;
    }
    return MHD_YES;
}

enum MHD_Result zh_http_access(void *ctx, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **slot)
{
    zh_http_request *request = *slot;
    (void)ctx;
    (void)mhd;
    (void)url;
    if (request == NULL) return MHD_NO; /* no memory at the request line: nothing can be said */
    if (atomic_load(&request->server->stopping) && request->stage != ZH_HTTP_ANSWER_STAGE)
        return MHD_NO; /* too late: the connection is closed, and the sender knows it was not taken */
    if (request->stage == ZH_HTTP_HEAD_STAGE) return headers_came(request, method, version);
    if (*upload_size > 0) {
        const bool go_on = request->stage == ZH_HTTP_BODY_STAGE &&
                           body_add(request, upload, *upload_size);
        *upload_size = 0;
        return go_on ? MHD_YES : MHD_NO;
    }
    if (request->stage == ZH_HTTP_ANSWER_STAGE) /* resumed */
        return request->response == NULL ? MHD_YES : queue_answer(request);
    return request->body_state == ZH_OK ? call_handler(request) : refuse_body(request);
}

/* ---- what the handler calls ---- */

bool zh_http_dress(zh_http_request *request, struct MHD_Response *to, const zh_http_response *from)
{
    const bool close = from->close || atomic_load(&request->server->draining);
    if (from->content_type.size > 0) {
        const zh_sv type = zh_arena_copy(&request->arena, from->content_type);
        if (type.data == NULL || MHD_add_response_header(to, "Content-Type", type.data) != MHD_YES)
            return false;
    }
    for (size_t i = 0; i < from->headers_count; i++) {
        const zh_http_header *header = &from->headers[i];
        if (header->value.size == 0) continue; /* libmicrohttpd knows no empty value */
        const zh_sv name = zh_arena_copy(&request->arena, header->name);
        const zh_sv value = zh_arena_copy(&request->arena, header->value);
        if (name.data == NULL || value.data == NULL || !is_token(name)) return false;
        if (strlen(value.data) != value.size || strpbrk(value.data, "\r\n") != NULL) return false;
        if (MHD_add_response_header(to, name.data, value.data) != MHD_YES) return false;
    }
    return !close || MHD_add_response_header(to, "Connection", "close") == MHD_YES;
}

void zh_http_finish(zh_http_request *request, unsigned status, struct MHD_Response *response)
{
    zh_http_server *server = request->server;
    const bool held = request->held;
    request->status = status;
    request->response = response;
    if (!held) return; /* queued when the handler returns */
    /* Under the lock, so that a close waiting for the last reply cannot free the server beneath
     * us. */
    pthread_mutex_lock(&server->mutex);
    zh_http_loop *loop = request->loop;
    MHD_resume_connection(request->mhd); /* from here on the request is the HTTP thread's */
    zh_http_loop_wake(loop);
    if (atomic_fetch_sub(&server->held, 1) == 1) pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

void zh_http_reply(zh_http_request *request, const zh_http_response *response)
{
    zh_http_server *server = request->server;
    assert(request->response == NULL);
    assert(response->status >= 200 && response->status <= 599);
    const enum MHD_ResponseMemoryMode mode =
        response->keep == ZH_HTTP_COPY ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT;
    struct MHD_Response *built = MHD_create_response_from_buffer(
        response->body.size, (void *)(uintptr_t)response->body.data, mode);
    if (built != NULL && zh_http_dress(request, built, response)) {
        zh_http_finish(request, response->status, built);
        return;
    }
    /* One response of the server's start serves all who find no memory; queueing takes its own
     * reference. */
    if (built != NULL) MHD_destroy_response(built);
    zh_http_finish(request, 500, server->oops);
}

void zh_http_hold(zh_http_request *request)
{
    assert(request->stage == ZH_HTTP_ANSWER_STAGE && !request->refusing);
    assert(!request->held && request->response == NULL);
    request->held = true;
    atomic_fetch_add(&request->server->held, 1);
    MHD_suspend_connection(request->mhd);
}

zh_http_method zh_http_method_of(const zh_http_request *request) { return request->method; }
zh_sv zh_http_method_text(const zh_http_request *request) { return request->method_text; }
zh_sv zh_http_path(const zh_http_request *request) { return request->path; }
zh_sv zh_http_query(const zh_http_request *request) { return request->query; }
void *zh_http_ctx(const zh_http_request *request) { return request->server->desc.ctx; }
zh_arena *zh_http_arena(zh_http_request *request) { return &request->arena; }

zh_sv zh_http_body(const zh_http_request *request)
{
    return (zh_sv){ request->body, request->body_size };
}

zh_sv zh_http_header_of(const zh_http_request *request, const char *name)
{
    const char *value = NULL;
    size_t size = 0;
    if (MHD_lookup_connection_value_n(request->mhd, MHD_HEADER_KIND, name, strlen(name), &value,
                                      &size) != MHD_YES)
        return (zh_sv){ 0 };
    return value == NULL ? ZH_SV("") : (zh_sv){ value, size };
}

zh_sv zh_http_peer(const zh_http_request *request)
{
    return request->connection == NULL ? (zh_sv){ 0 } : zh_sv_of(request->connection->peer);
}

bool zh_http_is_unix(const zh_http_request *request)
{
    return request->connection != NULL && request->connection->is_unix;
}

int64_t zh_http_elapsed_us(const zh_http_request *request)
{
    return zh_clock_mono_us(NULL) - request->began_us;
}
