/* debug.c -- the live debugger: the latest requests of a source, what became of each, and what it changed.
 *
 * Off until somebody starts it for one source, and off again by itself: requests hold personal data in clear. While no
 * source is watched, a request costs one look at a number.
 *
 *     begin      the route knows the source: the request is written down (no secret is: headers are a list of harmless ones)
 *     events     read, not yet submitted: each event in its canonical form, and what stands before it
 *     committed  whose each event is, and whether it was new
 *     answered   the status; into the ring of the source
 *     looked at  once the views have it: what stands after it
 *
 * Kept     in memory alone: 50 requests a source, 96 KiB each, 8 sources: 38 MiB at most. A restart forgets all.
 * Threads  an entry belongs to its request until it is answered, then to the ring, under the lock.
 */
#include "base/utf8.h"
#include "engine/event_json.h"
#include "server/answer.h"
#include "server/collect.h"
#include "server/debug.h"

#include <stdlib.h>

#define SESSIONS_MAX 8
#define RING_MAX 50
#define MINUTES_MAX 60
#define EVENTS_MAX 8               /* of one request that are shown */
#define REJECTS_MAX 8
#define TEXT_BYTES_MAX (96u << 10) /* of one entry */
#define BODY_BYTES_MAX (16u << 10)
#define PATH_BYTES 100
#define RAW_BYTES_MAX 2048         /* of one refused record */
#define SETTLE_MS_MAX 500          /* a look waits so long for the views */

typedef struct piece { uint32_t at, size; } piece; /* of an entry's text; size 0: none */

typedef struct standing { uint32_t orders; int64_t revenue_minor; piece traits; } standing;

typedef struct debug_event {
    piece raw, message_id, name, personal; /* JSON */
    zh_event_type type;
    uint64_t user, anonymous, previous;    /* customers these ids named before; 0: nobody */
    uint64_t customer;                     /* whose it is; 0: it was not kept */
    piece names;                           /* of traits it speaks of, each with a NUL behind it */
    bool ends_all;                         /* profile_delete: it speaks of all */
    standing before, after;
} debug_event;

struct zh_debug_entry {
    zh_source_id source;
    uint64_t number;
    int64_t at_ms, took_us;
    unsigned status;
    zh_sv dialect; /* static */
    char method[8], path[PATH_BYTES];
    piece request, rejects;
    debug_event events[EVENTS_MAX];
    uint32_t events_count, events_all, rejects_all, accepted, duplicate, conflict;
    bool is_settled;
    zh_buf text;
};

typedef struct session {
    uint32_t source; /* 0: free */
    int64_t until_ms;
    uint64_t number; /* of the newest entry */
    zh_debug_entry *ring[RING_MAX];
} session;

struct zh_debug {
    pthread_mutex_t lock;
    _Atomic uint32_t watched; /* sessions that are on */
    session sessions[SESSIONS_MAX];
};

/* ---- life ---- */

static void entry_close(zh_debug_entry *e)
{
    if (e == NULL) return;
    zh_buf_close(&e->text);
    free(e);
}

static void session_end(zh_debug *d, session *s)
{
    if (s->source == 0) return;
    for (size_t i = 0; i < RING_MAX; i++) entry_close(s->ring[i]);
    *s = (session){ 0 };
    d->watched--;
}

zh_err zh_debug_open(zh_debug **out)
{
    zh_debug *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    pthread_mutex_init(&d->lock, NULL);
    *out = d;
    return ZH_OK;
}

void zh_debug_close(zh_debug *d)
{
    if (d == NULL) return;
    for (size_t i = 0; i < SESSIONS_MAX; i++) session_end(d, &d->sessions[i]);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* Sessions whose time is over are ended here, by whoever looks. */
static session *find(zh_debug *d, uint32_t source, int64_t now_ms)
{
    session *found = NULL;
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        session *s = &d->sessions[i];
        if (s->source != 0 && s->until_ms <= now_ms) session_end(d, s);
        if (s->source == source && source != 0) found = s;
    }
    return found;
}

/* ---- writing down ---- */

static bool is_text(zh_sv text) { return zh_utf8_valid(text) == text.size; }

static piece piece_from(const zh_debug_entry *e, size_t at)
{
    return zh_buf_err(&e->text) == ZH_OK ? (piece){ (uint32_t)at, (uint32_t)(e->text.size - at) } : (piece){ 0 };
}

static zh_sv text_of(const zh_debug_entry *e, piece p)
{
    return (zh_sv){ e->text.data + p.at, p.size };
}

static piece put_json(zh_debug_entry *e, zh_sv text)
{
    const size_t at = e->text.size;
    zh_json_out out = zh_json_out_on(&e->text);
    zh_json_out_text(&out, text);
    return zh_json_out_done(&out) == ZH_OK ? piece_from(e, at) : (piece){ 0 };
}

/* Keys and tokens that stand in a body or an address: their values are not written down. */
static zh_sv without_keys(zh_call *call, zh_sv text)
{
    static const char *const marks[] = { "\"writeKey\":\"", "writeKey=", "token=", "\"token\":\"" };
    const zh_sv copy = zh_arena_copy(call->arena, text);
    if (copy.data == NULL) return (zh_sv){ 0 };
    char *bytes = (char *)(uintptr_t)copy.data; /* ours */
    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
        const size_t size = strlen(marks[m]);
        for (char *at = bytes; (at = memmem(at, copy.size - (size_t)(at - bytes), marks[m], size)) != NULL;) {
            for (at += size; at < bytes + copy.size && *at != '"' && *at != '&'; at++) *at = '*';
        }
    }
    return copy;
}

static void put_request(zh_call *call, zh_debug_entry *e, zh_sv body)
{
    static const char *const harmless[] = { "Host", "User-Agent", "Content-Type", "Content-Encoding", "Content-Length", "Origin", "Referer",
        "X-Retry-Count", "SentAt", "Dry-Run", "X-Shopify-Topic", "X-WC-Webhook-Topic" };
    const size_t at = e->text.size;
    zh_json_out out = zh_json_out_on(&e->text);
    const zh_sv shown = without_keys(call, zh_sv_part(body, 0, BODY_BYTES_MAX));
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("query"), without_keys(call, zh_http_query(call->request)));
    zh_json_out_key(&out, ZH_SV("headers"));
    zh_json_out_object(&out);
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        const zh_sv value = zh_http_header_of(call->request, harmless[i]);
        if (value.size > 0 && is_text(value)) zh_json_out_key_text(&out, zh_sv_of(harmless[i]), zh_sv_part(value, 0, 512));
    }
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("bodyBytes"), (int64_t)body.size);
    zh_json_out_key(&out, ZH_SV("body"));
    const zh_sv whole = body.size > BODY_BYTES_MAX ? zh_sv_part(shown, 0, zh_utf8_valid(shown)) : shown;
    if (is_text(whole)) zh_json_out_text(&out, whole);
    else zh_json_out_null(&out);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) e->request = piece_from(e, at);
}

void zh_debug_begin(zh_call *call, zh_source_id source, zh_sv body)
{
    zh_debug *d = call->server->debug;
    if (d->watched == 0 || call->debug != NULL) return;
    pthread_mutex_lock(&d->lock);
    const bool is_watched = find(d, source.number, call->now_ms) != NULL;
    pthread_mutex_unlock(&d->lock);
    if (!is_watched) return;
    zh_debug_entry *e = calloc(1, sizeof *e);
    if (e == NULL) return;
    *e = (zh_debug_entry){ .source = source, .at_ms = call->now_ms, .text = zh_buf_open(TEXT_BYTES_MAX) };
    const zh_sv path = zh_sv_part(zh_http_path(call->request), 0, PATH_BYTES - 1);
    snprintf(e->method, sizeof e->method, "%.*s", ZH_SV_ARG(zh_http_method_text(call->request)));
    snprintf(e->path, sizeof e->path, "%.*s", (int)zh_utf8_valid(path), path.data);
    put_request(call, e, body);
    call->debug = e;
}

/* ---- before and after ---- */

/* What stands of a customer now. The world is locked. */
static void look(const zh_world *w, zh_debug_entry *e, const debug_event *v, uint64_t customer, standing *to)
{
    const zh_customer_state *state = customer == 0 ? NULL : zh_customers_get(w->customers, (zh_customer_id){ customer });
    zh_order_totals totals = { 0 };
    if (state != NULL) zh_customer_order_totals(state, &totals);
    to->orders = totals.orders;
    for (uint32_t i = 0; i < totals.money_count; i++) to->revenue_minor += totals.money[i].revenue_minor;
    if (v->names.size == 0 && !v->ends_all) return;
    const size_t at = e->text.size;
    zh_json_out out = zh_json_out_on(&e->text);
    zh_json_out_object(&out);
    zh_trait trait;
    for (uint32_t i = 0; state != NULL && zh_customer_trait_at(state, i, &trait); i++) {
        bool speaks = v->ends_all;
        for (uint32_t n = 0; n < v->names.size && !speaks;) {
            const zh_sv name = zh_sv_of(e->text.data + v->names.at + n);
            speaks = zh_sv_equal(name, trait.name);
            n += (uint32_t)name.size + 1;
        }
        if (!speaks || zh_sv_equal(trait.value, ZH_SV("null"))) continue;
        zh_json_out_key(&out, trait.name);
        zh_json_out_raw(&out, trait.value);
    }
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) to->traits = piece_from(e, at);
}

static void put_names(zh_call *call, zh_debug_entry *e, const zh_event *event, debug_event *v)
{
    zh_json_value root;
    v->ends_all = event->type == ZH_EVENT_IDENTIFY && zh_customer_trait_said(event) == ZH_TRAIT_DELETE;
    if (event->type != ZH_EVENT_IDENTIFY) return;
    size_t at = e->text.size;
    if (event->traits.size > 0 && zh_json_parse(call->thread->parser, event->traits, &root, NULL) == ZH_OK) {
        for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
            if (memchr(it.key.data, '\0', it.key.size) != NULL) continue;
            zh_buf_put(&e->text, it.key);
            zh_buf_put_u8(&e->text, 0);
        }
        v->names = piece_from(e, at);
    }
    at = e->text.size;
    if (event->personal.size == 0 || zh_json_parse(call->thread->parser, event->personal, &root, NULL) != ZH_OK) return;
    zh_json_out out = zh_json_out_on(&e->text);
    zh_json_out_array(&out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("traits"))); zh_json_next(&it);) zh_json_out_text(&out, it.key);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) v->personal = piece_from(e, at);
}

static void put_event(zh_call *call, zh_debug_entry *e, const zh_event *event)
{
    debug_event *v = &e->events[e->events_count];
    *v = (debug_event){ .type = event->type };
    v->message_id = put_json(e, event->message_id);
    v->name = put_json(e, event->name);
    const size_t at = e->text.size;
    zh_json_out out = zh_json_out_on(&e->text);
    if (zh_event_json(event, event->personal, call->thread->parser, call->arena, &out) == ZH_OK && zh_json_out_done(&out) == ZH_OK) v->raw = piece_from(e, at);
    put_names(call, e, event, v);
    v->user = event->user_id.size == 0 ? 0 : zh_engine_find(call->engine, event->user_id, (zh_sv){ 0 }).number;
    v->anonymous = event->anonymous_id.size == 0 ? 0 : zh_engine_find(call->engine, (zh_sv){ 0 }, event->anonymous_id).number;
    v->previous = event->previous_id.size == 0 ? 0 : zh_engine_find(call->engine, event->previous_id, event->previous_id).number;
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    look(w, e, v, v->user != 0 ? v->user : v->anonymous, &v->before);
    zh_world_unlock(w);
    if (v->message_id.size > 0 && v->name.size > 0 && zh_buf_err(&e->text) == ZH_OK) e->events_count++;
}

static void put_rejects(zh_debug_entry *e, const zh_collect_job *job)
{
    const size_t at = e->text.size;
    zh_json_out out = zh_json_out_on(&e->text);
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < job->rejects_count && i < REJECTS_MAX; i++) {
        const zh_segment_reject *r = &job->rejects[i];
        const zh_sv raw = zh_sv_part(r->raw, 0, RAW_BYTES_MAX), shown = zh_sv_part(raw, 0, zh_utf8_valid(raw));
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("index"), r->index);
        zh_json_out_key_text(&out, ZH_SV("reason"), zh_sv_of(zh_reject_code(r->why)));
        zh_json_out_key_text(&out, ZH_SV("text"), zh_sv_of(zh_reject_text(r->why)));
        zh_json_out_key_text(&out, ZH_SV("detail"), is_text(r->detail) ? r->detail : (zh_sv){ 0 });
        zh_json_out_key_text(&out, ZH_SV("raw"), is_text(shown) ? shown : (zh_sv){ 0 });
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) e->rejects = piece_from(e, at);
}

void zh_debug_events(zh_call *call, const zh_collect_job *job)
{
    zh_debug_entry *e = call->debug;
    if (e == NULL) return;
    e->dialect = job->dialect;
    e->events_all = job->events_count;
    e->rejects_all = job->rejects_count;
    if (job->rejects_count > 0) put_rejects(e, job);
    for (uint32_t i = 0; i < job->events_count && i < EVENTS_MAX; i++) put_event(call, e, &job->events[i]);
}

void zh_debug_committed(zh_call *call, const zh_work *work)
{
    zh_debug_entry *e = call->debug;
    if (e == NULL) return;
    e->accepted = work->accepted;
    e->duplicate = work->duplicate;
    e->conflict = work->conflict;
    for (uint32_t i = 0; i < e->events_count && i < work->events_count; i++) {
        const zh_customer_id customer = work->events[i].customer;
        e->events[i].customer = work->e == ZH_OK && customer.number != 0 ? zh_world_root(zh_engine_world(call->engine), customer).number : 0;
    }
}

void zh_debug_answered(zh_call *call, unsigned status)
{
    zh_debug *d = call->server->debug;
    zh_debug_entry *e = call->debug;
    call->debug = NULL;
    e->status = status;
    e->took_us = zh_http_elapsed_us(call->request);
    pthread_mutex_lock(&d->lock);
    session *s = find(d, e->source.number, e->at_ms);
    zh_debug_entry **place = NULL;
    if (s != NULL) {
        e->number = ++s->number;
        place = &s->ring[e->number % RING_MAX];
        entry_close(*place);
        *place = e;
    }
    pthread_mutex_unlock(&d->lock);
    if (place == NULL) entry_close(e);
}

/* ---- looking at it ---- */

/* Everything answered so far is in the views: what stands after each event can be read. */
static bool views_have_it(zh_call *call)
{
    zh_log *log = zh_engine_log(call->engine);
    for (uint32_t p = 0; p < zh_log_partitions(log); p++)
        if (zh_fold_wait(zh_engine_fold(call->engine), p, zh_log_end(log, p), SETTLE_MS_MAX) != ZH_OK) return false;
    return true;
}

static void settle(zh_call *call, zh_debug_entry *e)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    for (uint32_t i = 0; i < e->events_count; i++)
        if (e->events[i].customer != 0) look(w, e, &e->events[i], e->events[i].customer, &e->events[i].after);
    zh_world_unlock(w);
    e->is_settled = true;
}

static void put_customer(zh_json_out *out, zh_sv key, uint64_t customer)
{
    char text[24];
    zh_json_out_key(out, key);
    snprintf(text, sizeof text, "%llu", (unsigned long long)customer);
    if (customer == 0) zh_json_out_null(out);
    else zh_json_out_text(out, zh_sv_of(text));
}

static void put_piece(zh_json_out *out, zh_sv key, const zh_debug_entry *e, piece p, bool shown)
{
    zh_json_out_key(out, key);
    if (p.size == 0 || !shown) zh_json_out_null(out);
    else zh_json_out_raw(out, text_of(e, p));
}

static void put_standing(zh_json_out *out, zh_sv key, const zh_debug_entry *e, const standing *s, bool is_there, bool raw)
{
    zh_json_out_key(out, key);
    if (!is_there) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("orders"), s->orders);
    zh_json_out_key_int(out, ZH_SV("revenueCents"), s->revenue_minor);
    put_piece(out, ZH_SV("traits"), e, s->traits, raw);
    zh_json_out_end(out);
}

static const char *outcome_of(const zh_debug_entry *e, const debug_event *v)
{
    if (v->customer != 0) return "accepted";
    if (e->accepted + e->duplicate + e->conflict == 0) return "refused";
    if (e->conflict == 0) return "duplicate";
    return e->duplicate == 0 ? "conflict" : "duplicate_or_conflict";
}

/* How the customer of an event came about. */
static const char *identity_of(const debug_event *v)
{
    const uint64_t before[] = { v->user, v->anonymous, v->previous };
    bool any = false, other = false;
    for (int i = 0; i < 3; i++) {
        any |= before[i] != 0;
        other |= before[i] != 0 && before[i] != v->customer;
    }
    if (v->customer == 0) return "none";
    if (!any) return "new";
    return other ? "joined" : "known";
}

static void put_debug_event(zh_json_out *out, const zh_debug_entry *e, const debug_event *v, bool raw)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("type"), zh_sv_of(zh_event_type_text(v->type)));
    put_piece(out, ZH_SV("event"), e, v->name, true);
    put_piece(out, ZH_SV("messageId"), e, v->message_id, true);
    zh_json_out_key_text(out, ZH_SV("outcome"), zh_sv_of(outcome_of(e, v)));
    put_piece(out, ZH_SV("raw"), e, v->raw, raw);
    zh_json_out_key(out, ZH_SV("identity"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(identity_of(v)));
    put_customer(out, ZH_SV("customer"), v->customer);
    put_customer(out, ZH_SV("userBefore"), v->user);
    put_customer(out, ZH_SV("anonymousBefore"), v->anonymous);
    put_customer(out, ZH_SV("previousBefore"), v->previous);
    zh_json_out_end(out);
    put_standing(out, ZH_SV("before"), e, &v->before, true, raw);
    put_standing(out, ZH_SV("after"), e, &v->after, v->customer != 0 && e->is_settled, raw);
    put_piece(out, ZH_SV("personal"), e, v->personal, raw);
    zh_json_out_end(out);
}

static void put_entry(zh_json_out *out, const zh_debug_entry *e, bool raw)
{
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)e->number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("number"), zh_sv_of(number));
    zh_call_time(out, ZH_SV("at"), e->at_ms);
    zh_json_out_key_int(out, ZH_SV("status"), e->status);
    zh_json_out_key_int(out, ZH_SV("tookUs"), e->took_us);
    zh_json_out_key_text(out, ZH_SV("dialect"), e->dialect);
    zh_json_out_key_text(out, ZH_SV("method"), zh_sv_of(e->method));
    zh_json_out_key_text(out, ZH_SV("path"), zh_sv_of(e->path));
    put_piece(out, ZH_SV("request"), e, e->request, raw);
    zh_json_out_key_int(out, ZH_SV("accepted"), e->accepted);
    zh_json_out_key_int(out, ZH_SV("duplicate"), e->duplicate);
    zh_json_out_key_int(out, ZH_SV("rejected"), e->rejects_all + e->conflict);
    zh_json_out_key_int(out, ZH_SV("eventsAll"), e->events_all);
    zh_json_out_key(out, ZH_SV("events"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < e->events_count; i++) put_debug_event(out, e, &e->events[i], raw);
    zh_json_out_end(out);
    put_piece(out, ZH_SV("rejects"), e, e->rejects, raw);
    zh_json_out_end(out);
}

static bool source_of_path(zh_call *call, zh_source_id *source)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_source there;
    uint32_t number = 0;
    zh_world_lock_read(w);
    const bool is_there = zh_call_number(zh_http_path_part(call->request, 3), &number) && zh_registry_source(w->registry, (zh_source_id){ number }, &there) == ZH_OK;
    zh_world_unlock(w);
    *source = (zh_source_id){ number };
    if (!is_there) zh_call_problem(call, 404, "not_found", "id", "no such source");
    return is_there;
}

static void answer(zh_call *call, zh_source_id source, uint64_t after)
{
    zh_debug *d = call->server->debug;
    const bool raw = zh_call_has_right(call, ZH_RIGHT_READ_DEADLETTERS), can_settle = views_have_it(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    pthread_mutex_lock(&d->lock);
    session *s = find(d, source.number, call->now_ms);
    zh_json_out_key_bool(&out, ZH_SV("on"), s != NULL);
    zh_json_out_key_bool(&out, ZH_SV("raw"), raw);
    zh_call_time(&out, ZH_SV("until"), s == NULL ? 0 : s->until_ms);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint64_t n = s == NULL ? 0 : s->number; n > after && s != NULL && n + RING_MAX > s->number; n--) {
        zh_debug_entry *e = s->ring[n % RING_MAX];
        if (can_settle && !e->is_settled) settle(call, e);
        put_entry(&out, e, raw);
    }
    zh_json_out_end(&out);
    pthread_mutex_unlock(&d->lock);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_debug(zh_call *call)
{
    zh_source_id source;
    uint32_t after = 0;
    if (!source_of_path(call, &source)) return;
    (void)zh_call_number(zh_http_param(call->request, ZH_SV("after")), &after);
    answer(call, source, after);
}

/* {"minutes": 10} starts it or gives it more time; 0 or null ends it and forgets what it saw. */
void zh_route_debug_put(zh_call *call)
{
    zh_debug *d = call->server->debug;
    zh_json_value root;
    zh_source_id source;
    int64_t minutes = 0;
    if (!source_of_path(call, &source) || !zh_call_body_json(call, &root)) return;
    const zh_json_value value = zh_json_get(root, ZH_SV("minutes"));
    const bool is_none = zh_json_is(value, ZH_JSON_NULL) || zh_json_is(value, ZH_JSON_ABSENT);
    if (!is_none && (!zh_json_int(value, &minutes) || minutes < 0 || minutes > MINUTES_MAX)) {
        zh_call_problem(call, 400, "bad_field", "minutes", "must be a whole number from 0 to 60; 0 ends it");
        return;
    }
    pthread_mutex_lock(&d->lock);
    session *s = find(d, source.number, call->now_ms);
    for (size_t i = 0; s == NULL && minutes > 0 && i < SESSIONS_MAX; i++) {
        if (d->sessions[i].source != 0) continue;
        s = &d->sessions[i];
        s->source = source.number;
        d->watched++;
    }
    const bool is_full = s == NULL && minutes > 0;
    if (s != NULL && minutes == 0) session_end(d, s);
    else if (s != NULL) s->until_ms = call->now_ms + minutes * 60000;
    pthread_mutex_unlock(&d->lock);
    if (is_full) zh_call_problem(call, 409, "too_many", NULL, "8 sources are watched: end one first");
    else answer(call, source, 0);
}
