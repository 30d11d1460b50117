#include "base/time.h"
#include "server/debug.h"

#include <stdlib.h>

#define HEADERS_MAX 16
#define ENDING_HEADERS 6 /* one more of the route's, Cache-Control, and four that open an answer to pages */

/* Threads come and go with the server; their parsers live as long as the thread. */
static _Thread_local zh_call_thread *mine;
static pthread_key_t ender;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void end_thread(void *memory)
{
    zh_call_thread *t = memory;
    zh_json_close(t->parser);
    zh_buf_close(&t->scratch);
    zh_buf_close(&t->out);
    zh_key_memo_close(&t->memo);
    free(t);
}

static void make_ender(void)
{
    pthread_key_create(&ender, end_thread);
}

zh_call_thread *zh_call_thread_of(zh_server *server)
{
    if (mine != NULL) return mine;
    pthread_once(&once, make_ender);
    zh_call_thread *t = calloc(1, sizeof *t);
    if (t == NULL || zh_json_open(&t->parser, ZH_SERVER_BODY_BYTES_MAX) != ZH_OK) {
        free(t);
        return NULL;
    }
    t->scratch = zh_buf_open(2 * ZH_SERVER_UNPACKED_BYTES_MAX);
    t->out = zh_buf_open(CALL_ANSWER_BYTES_MAX);
    zh_key_memo_open(&t->memo, server->memo_random);
    pthread_setspecific(ender, t);
    return mine = t;
}

/* ---- answers ---- */

static size_t open_to_pages(zh_call *call, zh_http_header *headers)
{
    const zh_sv origin = zh_http_header_of(call->request, "Origin");
    if (origin.data == NULL) return 0;
    headers[0] = (zh_http_header){ ZH_SV("Access-Control-Allow-Origin"), origin };
    headers[1] = (zh_http_header){ ZH_SV("Vary"), ZH_SV("Origin") };
    headers[2] = (zh_http_header){ ZH_SV("Access-Control-Allow-Credentials"), ZH_SV("true") };
    headers[3] = (zh_http_header){ ZH_SV("Access-Control-Expose-Headers"), ZH_SV("Retry-After") };
    return 4;
}

/* Sensors' SDKs: pages of every origin, and statuses of their own. */
static bool is_sensors(const zh_call *call)
{
    return call->route != NULL && (call->route->handler == zh_route_sensors || call->route->handler == zh_route_sensors_debug);
}

void zh_call_reply(zh_call *call, unsigned status, zh_sv type, zh_sv body, const zh_http_header *more, size_t more_count)
{
    zh_http_header headers[HEADERS_MAX] = {
        { ZH_SV("X-Content-Type-Options"), ZH_SV("nosniff") },
        { ZH_SV("Referrer-Policy"), ZH_SV("no-referrer") },
    };
    size_t count = 2;
    bool cached = false;
    for (size_t i = 0; i < more_count && count + ENDING_HEADERS <= HEADERS_MAX; i++) {
        headers[count++] = more[i];
        cached |= zh_sv_equal(more[i].name, ZH_SV("Cache-Control"));
    }
    if (!cached) headers[count++] = (zh_http_header){ ZH_SV("Cache-Control"), ZH_SV("no-store") };
    if (call->route != NULL && call->route->is_collect) count += open_to_pages(call, headers + count);
    else if (call->any_page || is_sensors(call)) headers[count++] = (zh_http_header){ ZH_SV("Access-Control-Allow-Origin"), ZH_SV("*") };
    if (call->debug != NULL) zh_debug_answered(call, status);
    zh_audit_answered(call, status);
    zh_http_reply(call->request, &(zh_http_response){ .status = status, .content_type = type, .body = body,
                                                      .headers = headers, .headers_count = count });
}

zh_json_out zh_call_begin(zh_call *call)
{
    zh_buf_reset(&call->thread->out);
    return zh_json_out_on(&call->thread->out);
}

void zh_call_json(zh_call *call, unsigned status, zh_json_out *out)
{
    if (zh_json_out_done(out) != ZH_OK) {
        zh_call_problem(call, 500, "internal", NULL, "the answer did not fit into memory");
        return;
    }
    zh_call_reply(call, status, ZH_SV("application/json"), zh_buf_view(&call->thread->out), NULL, 0);
}

static const char *title_of(unsigned status)
{
    switch (status) {
    case 400: return "Bad request";
    case 401: return "Not signed in";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 409: return "Conflict";
    case 413: return "Too large";
    case 429: return "Too many requests";
    case 503: return "Not ready";
    default: return "Internal error";
    }
}

static void problem(zh_call *call, unsigned status, const char *code, const char *field, const char *detail,
                    const zh_http_header *more, size_t more_count)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("type"), ZH_SV("about:blank"));
    zh_json_out_key_text(&out, ZH_SV("title"), zh_sv_of(title_of(status)));
    zh_json_out_key_int(&out, ZH_SV("status"), (int64_t)status);
    zh_json_out_key_text(&out, ZH_SV("code"), zh_sv_of(code));
    if (field != NULL) zh_json_out_key_text(&out, ZH_SV("field"), zh_sv_of(field));
    if (detail != NULL) zh_json_out_key_text(&out, ZH_SV("detail"), zh_sv_of(detail));
    zh_json_out_end(&out);
    const zh_sv body = zh_json_out_done(&out) == ZH_OK ? zh_buf_view(&call->thread->out) : ZH_SV("{}");
    zh_call_reply(call, status, ZH_SV("application/problem+json"), body, more, more_count);
}

void zh_call_problem(zh_call *call, unsigned status, const char *code, const char *field, const char *detail)
{
    if (status == 401 && call->is_unheard) problem(call, 503, "not_ready", NULL, zh_err_text(ZH_NOMEM), NULL, 0);
    else problem(call, status, code, field, detail, NULL, 0);
}

void zh_call_busy(zh_call *call)
{
    const zh_http_header retry[] = { { ZH_SV("Retry-After"), ZH_SV("1") }, { ZH_SV("X-RateLimit-Reset"), ZH_SV("1") } };
    /* Sensors' Android SDK drops its queue on any 4xx but 403 and 404; on 5xx it keeps it. */
    zh_counter_add(call->server->shed, 1);
    problem(call, is_sensors(call) ? 503 : 429, "overloaded", NULL, "the engine is at its limit: ask again in a second", retry, 2);
}

#define RETRY_S_MAX 300 /* SDKs wait no longer, whatever they are told */

void zh_call_limited(zh_call *call, int64_t wait_us)
{
    char text[24];
    const int64_t wait_s = (wait_us + 999999) / 1000000;
    const int size = snprintf(text, sizeof text, "%lld", (long long)(wait_s > RETRY_S_MAX ? RETRY_S_MAX : wait_s));
    const zh_sv seconds = { text, (size_t)size };
    const zh_http_header retry[] = { { ZH_SV("Retry-After"), seconds }, { ZH_SV("X-RateLimit-Reset"), seconds } };
    problem(call, is_sensors(call) ? 503 : 429, "rate_limited", NULL, "this source sends more than its limit allows: ask again after Retry-After", retry, 2);
}

void zh_call_failed(zh_call *call, zh_err e, const char *what)
{
    switch (e) {
    case ZH_BUSY: zh_call_busy(call); return;
    case ZH_ABSENT: zh_call_problem(call, 404, "not_found", NULL, what); return;
    case ZH_EXISTS: zh_call_problem(call, 409, "exists", NULL, what); return;
    case ZH_RANGE:
    case ZH_FORMAT: zh_call_problem(call, 400, "bad_request", NULL, what); return;
    case ZH_LOGIN: zh_call_problem(call, 401, "unauthorized", NULL, what); return;
    case ZH_DENIED: zh_call_problem(call, 403, "forbidden", NULL, what); return;
    case ZH_IO:
    case ZH_STOPPED:
    case ZH_TIMEOUT: {
        const zh_http_header retry = { ZH_SV("Retry-After"), ZH_SV("5") };
        const zh_intake intake = zh_engine_intake(call->engine);
        problem(call, 503, "not_ready", NULL, intake == ZH_INTAKE_OPEN ? zh_err_text(e) : zh_intake_text(intake), &retry, 1);
        return;
    }
    default: zh_call_problem(call, 500, "internal", NULL, zh_err_text(e));
    }
}

/* ---- the request ---- */

bool zh_call_body_json(zh_call *call, zh_json_value *root)
{
    zh_json_fault fault;
    zh_sv key;
    const zh_sv body = zh_http_body(call->request);
    const zh_err e = zh_json_parse(call->thread->parser, body, root, &fault);
    if (e == ZH_NOMEM) {
        zh_call_failed(call, e, NULL);
        return false;
    }
    if (e != ZH_OK) {
        zh_call_problem(call, 400, "malformed_json", NULL, zh_json_fault_text(fault.kind));
        return false;
    }
    if (!zh_json_is(*root, ZH_JSON_OBJECT)) {
        zh_call_problem(call, 400, "not_object", NULL, "the body must be one JSON object");
        return false;
    }
    if (zh_json_repeated_key(call->thread->parser, *root, &key)) {
        zh_call_problem(call, 400, "repeated_key", NULL, "the same key stands twice in one object");
        return false;
    }
    return true;
}

size_t zh_call_limit(zh_call *call)
{
    const zh_sv text = zh_http_param(call->request, ZH_SV("limit"));
    size_t limit = 0;
    for (size_t i = 0; i < text.size && i < 6 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        limit = limit * 10 + (size_t)(text.data[i] - '0');
    if (limit == 0) return CALL_PAGE_DEFAULT;
    return limit > CALL_PAGE_MAX ? CALL_PAGE_MAX : limit;
}

void zh_call_time(zh_json_out *out, zh_sv key, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key(out, key);
    if (ms == 0) zh_json_out_null(out);
    else zh_json_out_text(out, (zh_sv){ text, zh_time_print(ms, text) });
}
