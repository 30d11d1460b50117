/* audit.c -- what people do is written down (store/audit_log.h), and can be read: GET /api/v1/audit, /api/v1/audit/head.
 *
 * Written down is what a person, an admin token, the command line or a customer by his own link changed or tried to, every look at one customer's data or at many customers'
 * out of the engine, and each try to sign in. Not what a shop's program does with its key: events and consents stand in the log, decisions too.
 * A look that comes again within ten minutes is one line. A change waits until its line is on the disk; where the disk refuses, the line waits in memory,
 * and further changes are refused until it is there, but erasures go on. Customers and bodies are keyed hashes: what is erased is not kept alive here. */
#include "base/hash.h"
#include "guard/digest.h"
#include "server/answer.h"
#include "server/users.h"
#include "store/audit_log.h"
#include "sys/line.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOKS 256                /* remembered, so that a page that asks again is one line; a power of two */
#define LOOK_AGAIN_MS 600000
#define SCANNED_MAX 20000        /* lines read for one page */
#define HASH_TEXT_BYTES 33
#define BODY_TEXT_BYTES ZH_DIGEST_TEXT_BYTES

struct zh_audit {
    zh_audit_log *log;
    pthread_mutex_t lock;        /* the looks */
    struct look { uint64_t hash; int64_t at_ms; } looks[LOOKS];
    zh_counter *written, *failed;
};

zh_err zh_audit_open(zh_audit **out, zh_engine *engine, zh_note *why)
{
    zh_audit *a = calloc(1, sizeof *a);
    *out = NULL;
    if (a == NULL) return ZH_NOMEM;
    pthread_mutex_init(&a->lock, NULL);
    zh_metrics *m = zh_engine_metrics(engine);
    a->written = zh_metrics_counter(m, "zhun_audit_lines_total", "Lines written to the audit.", NULL, 0);
    a->failed = zh_metrics_counter(m, "zhun_audit_failed_total", "Lines of the audit that could not be written.", NULL, 0);
    const zh_audit_log_desc desc = { .dir = zh_engine_dir(engine), .sealer = zh_engine_sealer(engine), .clock = zh_engine_clock(engine) };
    const zh_err e = zh_audit_log_open(&a->log, &desc, why);
    if (e != ZH_OK) {
        zh_audit_close(a);
        return e;
    }
    zh_gauge_set(zh_metrics_gauge(m, "zhun_audit_damaged", "1 where opening found the audit changed: zhun audit verify tells more.", NULL, 0), zh_audit_log_damage(a->log)[0] != '\0');
    if (zh_audit_log_damage(a->log)[0] != '\0') {
        zh_log_line line = zh_line_open(zh_engine_sink(engine), ZH_LINE_ERROR, "audit.damaged");
        zh_line_text(&line, "why", zh_sv_of(zh_audit_log_damage(a->log)));
        zh_line_end(&line);
    }
    *out = a;
    return ZH_OK;
}

void zh_audit_close(zh_audit *a)
{
    if (a == NULL) return;
    zh_audit_log_close(a->log);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* ---- what is written down ---- */

static bool changes(const zh_call *call)
{
    const zh_http_method m = zh_http_method_of(call->request);
    if (m == ZH_HTTP_GET || m == ZH_HTTP_HEAD || m == ZH_HTTP_OPTIONS) return false;
    return call->route->right != ZH_RIGHT_VIEW_TOTALS && call->route->right != ZH_RIGHT_READ_AUDIT && call->route->handler != zh_route_preview; /* questions with a body */
}

static bool is_audited(const zh_call *call)
{
    if (call->route == NULL) return false;
    if (call->route->handler == zh_route_login || call->caller.kind == CALLER_CUSTOMER) return true;
    if (call->route->need == NEED_SERVE) return call->caller.kind == CALLER_PERSON; /* a person on a route for programs looks at somebody */
    if (call->route->need != NEED_RIGHT || call->caller.kind == CALLER_NOBODY) return false;
    if (call->caller.kind == CALLER_KEY && (call->caller.scopes & ZH_SCOPE_ADMIN) == 0) return false;
    return changes(call) || (call->route->right & ZH_RIGHTS_OVER_PEOPLE) != 0;
}

bool zh_audit_refuses(zh_call *call)
{
    zh_audit_log *log = call->server->audit->log;
    if (!is_audited(call) || !changes(call) || call->route->right == ZH_RIGHT_ERASE) return false;
    return zh_audit_log_is_behind(log) && zh_audit_log_sync(log) != ZH_OK;
}

static zh_sv who(const zh_call *call, char text[32])
{
    switch (call->caller.kind) {
    case CALLER_OWNER: return ZH_SV("command line");
    case CALLER_PERSON: return (zh_sv){ text, (size_t)snprintf(text, 32, "user %u", call->caller.session.user) };
    case CALLER_KEY: return (zh_sv){ text, (size_t)snprintf(text, 32, "key %u", call->caller.actor.number) };
    case CALLER_CUSTOMER: return ZH_SV("customer");
    case CALLER_NOBODY: break;
    }
    return ZH_SV("nobody");
}

static zh_sv hash_text(const zh_call *call, const char *kind, zh_sv of, char text[HASH_TEXT_BYTES])
{
    char bytes[ZH_AUDIT_TEXT_BYTES_MAX + 32];
    const int size = snprintf(bytes, sizeof bytes, "%s %.*s", kind, (int)(of.size < ZH_AUDIT_TEXT_BYTES_MAX ? of.size : ZH_AUDIT_TEXT_BYTES_MAX), of.data);
    const zh_blind_id id = zh_blind(zh_engine_sealer(call->engine), ZH_BLIND_OTHER, (zh_sv){ bytes, (size_t)size });
    return (zh_sv){ text, (size_t)snprintf(text, HASH_TEXT_BYTES, "%016llx%016llx", (unsigned long long)id.high, (unsigned long long)id.low) };
}

static zh_sv customer_text(const zh_call *call, zh_customer_id customer, char text[HASH_TEXT_BYTES])
{
    char number[24];
    if (customer.number == 0) return (zh_sv){ 0 };
    return hash_text(call, "audited customer", (zh_sv){ number, (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)customer.number) }, text);
}

/* What stood in the place of each {} of the route; a customer's id as its hash. */
static zh_sv thing(zh_call *call, char text[ZH_AUDIT_TEXT_BYTES_MAX + HASH_TEXT_BYTES])
{
    size_t size = 0, part = 0;
    const bool of_customer = call->route->need == NEED_SERVE || zh_sv_starts(zh_sv_of(call->route->path), ZH_SV("/api/v1/customers/"));
    for (const char *at = call->route->path + 1; at != NULL && size < ZH_AUDIT_TEXT_BYTES_MAX; part++) {
        if (at[0] == '{') {
            char hash[HASH_TEXT_BYTES];
            zh_sv value = zh_http_path_part(call->request, part);
            if (of_customer && size == 0) value = hash_text(call, "audited id", value, hash);
            const size_t room = ZH_AUDIT_TEXT_BYTES_MAX - size;
            size += (size_t)snprintf(text + size, room + 1, "%s%.*s", size > 0 ? "/" : "", (int)(value.size < room - 1 ? value.size : room - 1), value.data);
        }
        at = strchr(at, '/');
        if (at != NULL) at++;
    }
    return (zh_sv){ text, size };
}

static bool has_secret(const zh_call *call)
{
    return call->route->handler == zh_route_login || call->route->handler == zh_route_user_password || call->route->handler == zh_route_user_create || call->route->handler == zh_route_source_secret ||
           call->route->handler == zh_route_second_factor_on || call->route->handler == zh_route_second_factor_off;
}

static zh_sv body_text(const zh_call *call, char text[BODY_TEXT_BYTES])
{
    uint8_t hash[32];
    const zh_sv body = zh_http_body(call->request);
    if (body.size == 0 || has_secret(call)) return (zh_sv){ 0 };
    zh_seal_sign(zh_engine_sealer(call->engine), ZH_SV("audited body"), body, hash);
    zh_digest_print(hash, text);
    return zh_sv_of(text);
}

/* The same look, by the same one, a short while ago? */
static bool is_again(zh_audit *a, const zh_audit_entry *e, int64_t now_ms)
{
    const zh_sv parts[] = { e->by, e->why, e->did, e->what, e->customer };
    uint64_t hash = e->status;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) hash = (hash ^ zh_fast64(parts[i])) * UINT64_C(0x9e3779b97f4a7c15);
    pthread_mutex_lock(&a->lock);
    struct look *there = &a->looks[hash >> 56 & (LOOKS - 1)];
    const bool again = there->hash == hash && now_ms - there->at_ms < LOOK_AGAIN_MS && now_ms >= there->at_ms;
    if (!again) *there = (struct look){ hash, now_ms };
    pthread_mutex_unlock(&a->lock);
    return again;
}

void zh_audit_answered(zh_call *call, unsigned status)
{
    zh_audit *a = call->server->audit;
    char by[32], what[ZH_AUDIT_TEXT_BYTES_MAX + HASH_TEXT_BYTES], did[160], customer[HASH_TEXT_BYTES], sent[BODY_TEXT_BYTES];
    if (a == NULL || !is_audited(call)) return;
    const bool change = changes(call), done = status < 400;
    const zh_sv method = zh_http_method_text(call->request);
    zh_audit_entry e = { .by = who(call, by), .what = call->audited.size > 0 ? call->audited : thing(call, what), .status = status, .customers = call->permits,
                         .did = { did, (size_t)snprintf(did, sizeof did, "%.*s %s", ZH_SV_ARG(zh_sv_part(method, 0, 16)), call->route->path) },
                         .customer = customer_text(call, call->permitted, customer), .sent = change ? body_text(call, sent) : (zh_sv){ 0 } };
    if (call->caller.kind == CALLER_PERSON || call->caller.kind == CALLER_OWNER) e.why = call->caller.actor.why;
    if (call->caller.kind != CALLER_NOBODY && call->caller.actor.role != ZH_ROLE_NONE) e.role = zh_sv_of(zh_role_text(call->caller.actor.role));
    if ((!change || !done) && is_again(a, &e, call->now_ms)) return;
    const zh_err err = zh_audit_log_append(a->log, &e, change && done && call->route->slow);
    zh_counter_add(err == ZH_OK ? a->written : a->failed, 1);
    if (err == ZH_OK && !zh_audit_log_is_behind(a->log)) return;
    zh_log_line line = zh_line_open(zh_engine_sink(call->engine), ZH_LINE_ERROR, "audit.failed");
    zh_line_err(&line, err != ZH_OK ? err : ZH_IO);
    zh_line_end(&line);
}

/* ---- reading it ---- */

typedef struct search {
    zh_sv by, did, customer; /* empty: any */
} search;

static bool contains(zh_sv text, zh_sv part)
{
    return part.size == 0 || (part.size <= text.size && memmem(text.data, text.size, part.data, part.size) != NULL);
}

static bool fits(const search *s, const zh_audit_entry *e)
{
    return (s->by.size == 0 || zh_sv_equal(s->by, e->by)) && contains(e->did, s->did) && (s->customer.size == 0 || zh_sv_equal(s->customer, e->customer));
}

/* False: it was answered that nobody has this id. */
static bool read_search(zh_call *call, search *s, char text[HASH_TEXT_BYTES])
{
    const zh_sv id = zh_http_param(call->request, ZH_SV("customer"));
    *s = (search){ .by = zh_http_param(call->request, ZH_SV("by")), .did = zh_http_param(call->request, ZH_SV("did")) };
    if (id.size == 0) return true;
    const zh_customer_id customer = zh_engine_find(call->engine, id, id);
    s->customer = customer_text(call, customer, text);
    if (customer.number != 0) return true;
    zh_call_problem(call, 404, "not_found", "customer", "no customer has this id: one who was erased can be found by nobody");
    return false;
}

void zh_route_audit(zh_call *call)
{
    zh_audit_log *log = call->server->audit->log;
    char hash[HASH_TEXT_BYTES], cursor[24];
    search wanted;
    uint32_t before = 0;
    const zh_sv from = zh_http_param(call->request, ZH_SV("cursor"));
    const uint64_t size = zh_audit_log_size(log);
    if (from.size > 0 && !zh_call_number(from, &before)) {
        zh_call_problem(call, 400, "bad_field", "cursor", "must be the `next` of an earlier page");
        return;
    }
    if (!read_search(call, &wanted, hash)) return;
    const size_t limit = zh_call_limit(call);
    uint64_t seq = from.size > 0 && before <= size ? before - 1 : size;
    zh_buf line = zh_buf_open(ZH_AUDIT_LINE_BYTES_MAX + 1);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    size_t found = 0;
    zh_err e = ZH_OK;
    for (uint32_t scanned = 0; seq > 0 && found < limit && scanned < SCANNED_MAX && e == ZH_OK; seq--, scanned++) {
        zh_audit_entry entry;
        zh_buf_reset(&line);
        e = zh_audit_log_line(log, seq, &line);
        if (e == ZH_OK && zh_audit_get(zh_sv_trim(zh_buf_view(&line)), call->thread->parser, &entry) == ZH_OK && fits(&wanted, &entry)) {
            zh_json_out_raw(&out, zh_sv_trim(zh_buf_view(&line)));
            found++;
        }
    }
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("next"));
    if (seq > 0) zh_json_out_text(&out, (zh_sv){ cursor, (size_t)snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)seq + 1) });
    else zh_json_out_null(&out);
    zh_json_out_key_int(&out, ZH_SV("lines"), (int64_t)size);
    zh_json_out_key_text(&out, ZH_SV("damage"), zh_sv_of(zh_audit_log_damage(log)));
    zh_json_out_end(&out);
    zh_buf_close(&line);
    if (e == ZH_OK) zh_call_json(call, 200, &out);
    else zh_call_failed(call, e, "the audit cannot be read");
}

void zh_route_audit_head(zh_call *call)
{
    zh_buf head = zh_buf_open(ZH_AUDIT_HEAD_BYTES_MAX);
    zh_audit_log_head(call->server->audit->log, &head);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_raw(&out, zh_buf_view(&head));
    zh_call_json(call, 200, &out);
    zh_buf_close(&head);
}
