/* imports.c -- files that are brought in: begun, told of, listed, taken back.
 *
 * Whoever imports begins here and gets a number, which every batch names in X-Zhun-Import. The same file again (by its
 * fingerprint) is the same import: one that was cut off goes on behind the line it told last.
 */
#include "base/time.h"
#include "engine/undo.h"
#include "server/answer.h"
#include "server/collect.h"

#define QUIET_MS 60000 /* an import that told nothing for so long has stopped; it tells every few seconds */
#define NUMBER_BYTES 24

static pthread_mutex_t numbers = PTHREAD_MUTEX_INITIALIZER; /* one beginning at a time: each takes the next number */

static bool number_in(zh_sv text, uint32_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > ZH_IMPORTS_MAX) return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *number = (uint32_t)value;
    return text.size > 0 && value > 0 && value <= ZH_IMPORTS_MAX;
}

/* ---- the answer ---- */

static const char *state_of(const zh_import_entry *e, int64_t now_ms)
{
    if (e->undone_ms != 0) return e->applied ? "undone" : "undoing";
    if (e->last.phase == ZH_IMPORT_RUNNING && now_ms - e->last.at_ms > QUIET_MS) return "stopped";
    return zh_import_phase_name(e->last.phase);
}

static void put_entry(zh_call *call, const zh_world *w, const zh_import_entry *e, zh_json_out *out)
{
    char text[NUMBER_BYTES];
    zh_source source;
    zh_json_out_object(out);
    snprintf(text, sizeof text, "%u", e->last.number);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("name"), e->last.name);
    zh_json_out_key_text(out, ZH_SV("format"), e->last.format);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(state_of(e, call->now_ms)));
    snprintf(text, sizeof text, "%u", e->last.source.number);
    zh_json_out_key_text(out, ZH_SV("source"), zh_sv_of(text));
    if (zh_registry_source(w->registry, e->last.source, &source) == ZH_OK) zh_json_out_key_text(out, ZH_SV("sourceName"), source.name);
    zh_call_time(out, ZH_SV("begunAt"), e->last.begun_ms);
    zh_call_time(out, ZH_SV("changedAt"), e->last.at_ms);
    const struct { const char *key; uint64_t value; } counts[] = {
        { "bytes", e->last.bytes }, { "lines", e->last.lines }, { "accepted", e->last.accepted }, { "duplicate", e->last.duplicate },
        { "rejected", e->last.rejected }, { "rejectsBytes", e->last.rejects_bytes }, { "events", e->events }, { "items", e->items },
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) zh_json_out_key_int(out, zh_sv_of(counts[i].key), (int64_t)counts[i].value);
    if (e->undone_ms != 0) zh_call_time(out, ZH_SV("undoneAt"), e->undone_ms);
    if (e->undone_ms != 0 && !e->applied) {
        const zh_undo_progress p = zh_undo_progress_of(zh_engine_undo(call->engine));
        zh_json_out_key(out, ZH_SV("undoing"));
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("records"), (int64_t)p.done);
        zh_json_out_key_int(out, ZH_SV("of"), (int64_t)p.all);
        zh_json_out_key_bool(out, ZH_SV("ready"), p.ready);
        if (p.failed != ZH_OK) zh_json_out_key_text(out, ZH_SV("failed"), zh_sv_of(zh_err_text(p.failed)));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void answer_entry(zh_call *call, unsigned status, uint32_t number, bool resumed)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("resumed"), resumed);
    zh_json_out_key(&out, ZH_SV("import"));
    zh_world_lock_read(w);
    const zh_import_entry *e = zh_imports_get(w->imports, number);
    if (e != NULL) put_entry(call, w, e, &out);
    else zh_json_out_null(&out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, status, &out);
}

static zh_err keep(zh_call *call, const zh_import_change *change)
{
    zh_buf record = zh_buf_open(4096);
    zh_import_change_put(change, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(call->engine, &work);
    zh_buf_close(&record);
    return e;
}

/* ---- who may ---- */

/* A write key imports for its source; the owner, an admin token and a person who may import for any. False: answered. */
static bool may_import(zh_call *call, bool *any)
{
    zh_call_identify(call);
    zh_source_id source = { 0 };
    const bool person = call->caller.kind == CALLER_PERSON;
    *any = zh_call_has_right(call, ZH_RIGHT_IMPORT);
    if (*any && (!person || zh_session_csrf(&call->caller.session, zh_http_header_of(call->request, "X-CSRF-Token")))) return true;
    if (person) {
        zh_call_problem(call, 403, "forbidden", NULL, *any ? "send the csrf value of the login answer as X-CSRF-Token" : "this role may not import");
        return false;
    }
    if (call->caller.kind == CALLER_KEY && (call->caller.scopes & ZH_SCOPE_WRITE) != 0) return true;
    if (zh_collect_key(call, zh_call_basic_user(call), &source) == ZH_OK) {
        call->caller = (zh_call_caller){ .kind = CALLER_KEY, .scopes = ZH_SCOPE_WRITE, .source = source, .actor = { .kind = ZH_ACTOR_KEY } };
        return true;
    }
    zh_call_problem(call, 401, "unauthorized", NULL, "a write key of a source, or an admin token, is needed to import");
    return false;
}

zh_err zh_imports_of_call(zh_call *call, zh_source_id *source, uint32_t *number)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv header = zh_http_header_of(call->request, "X-Zhun-Import");
    *number = 0;
    if (!number_in(header, number)) return ZH_OK; /* another text only says that it is history */
    zh_world_lock_read(w);
    const zh_import_entry *e = zh_imports_get(w->imports, *number);
    zh_err is = e == NULL ? ZH_ABSENT : e->undone_ms != 0 ? ZH_STALE : ZH_OK;
    if (is == ZH_OK && zh_http_is_unix(call->request)) *source = e->last.source;
    else if (is == ZH_OK && source->number != 0 && source->number != e->last.source.number) is = ZH_ABSENT;
    zh_world_unlock(w);
    if (is == ZH_OK) return ZH_OK;
    zh_call_problem(call, 400, "unknown_import", "X-Zhun-Import",
                    is == ZH_STALE ? "this import was undone: begin it again" : "no import of this source has that number: begin one with POST /v1/imports");
    return is;
}

/* ---- the routes ---- */

/* Which source? A key has its own; others name one, or take the first. False: answered. */
static bool choose_source(zh_call *call, bool any, zh_sv name, zh_source_id *source)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_source found;
    *source = call->caller.source;
    if (!any) return true;
    *source = (zh_source_id){ 1 };
    if (name.size == 0) return true;
    zh_world_lock_read(w);
    const zh_err e = zh_registry_source_named(w->registry, name, &found);
    if (e == ZH_OK) *source = found.id;
    zh_world_unlock(w);
    if (e == ZH_OK) return true;
    zh_call_problem(call, 404, "unknown_source", "source", "no source has this name: make it with POST /api/v1/sources");
    return false;
}

static bool read_count(zh_json_value root, const char *key, uint64_t *out)
{
    int64_t value;
    const zh_json_value v = zh_json_get(root, zh_sv_of(key));
    if (zh_json_is(v, ZH_JSON_ABSENT)) return true;
    if (!zh_json_int(v, &value) || value < 0) return false;
    *out = (uint64_t)value;
    return true;
}

/* 16 hexadecimal digits; anything else is not known. */
static uint64_t read_fingerprint(zh_sv text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c >= '0' && c <= '9') value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (uint64_t)(c - 'a' + 10);
        else return 0;
    }
    return text.size == 16 ? value : 0;
}

void zh_route_import_begin(zh_call *call)
{
    bool any;
    zh_json_value root;
    const char *why;
    if (!may_import(call, &any) || !zh_call_body_json(call, &root)) return;
    zh_import_change c = { .phase = ZH_IMPORT_RUNNING, .at_ms = call->now_ms, .begun_ms = call->now_ms, .number = 1,
                           .actor_kind = (uint8_t)call->caller.actor.kind, .actor_number = call->caller.actor.number };
    c.name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("name"))));
    c.format = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("format"))));
    c.fingerprint = read_fingerprint(zh_json_text_or_empty(zh_json_get(root, ZH_SV("fingerprint"))));
    const bool counts = read_count(root, "bytes", &c.bytes);
    if (!choose_source(call, any, zh_json_text_or_empty(zh_json_get(root, ZH_SV("source"))), &c.source)) return;
    if (!counts || !zh_import_change_check(&c, &why) || c.name.size == 0 || c.format.size == 0) {
        zh_call_problem(call, 400, "bad_field", "name", "an import has a name of 1 to 255 bytes, a format of 1 to 32, and bytes of 0 or more");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    pthread_mutex_lock(&numbers);
    zh_world_lock_read(w);
    const zh_import_entry *same = zh_imports_same(w->imports, c.source, c.fingerprint);
    c.number = same != NULL ? same->last.number : zh_imports_last(w->imports) + 1;
    zh_world_unlock(w);
    zh_err e = same != NULL ? ZH_OK : zh_import_change_check(&c, &why) ? keep(call, &c) : ZH_FULL;
    pthread_mutex_unlock(&numbers);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else answer_entry(call, same != NULL ? 200 : 201, c.number, same != NULL);
}

/* How far it is. What is not named stays. */
void zh_route_import_tell(zh_call *call)
{
    bool any;
    zh_json_value root;
    uint32_t number;
    if (!may_import(call, &any) || !zh_call_body_json(call, &root)) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_import_change c = { 0 };
    zh_err e = number_in(zh_http_path_part(call->request, 2), &number) ? ZH_OK : ZH_ABSENT;
    zh_world_lock_read(w);
    const zh_import_entry *entry = e == ZH_OK ? zh_imports_get(w->imports, number) : NULL;
    if (entry == NULL || (!any && entry->last.source.number != call->caller.source.number)) e = ZH_ABSENT;
    else if (entry->undone_ms != 0) e = ZH_STALE;
    else {
        c = entry->last;
        c.name = zh_arena_copy(call->arena, c.name);
        c.format = zh_arena_copy(call->arena, c.format);
    }
    zh_world_unlock(w);
    if (e != ZH_OK) {
        zh_call_problem(call, e == ZH_STALE ? 409 : 404, e == ZH_STALE ? "undone" : "not_found", "id", e == ZH_STALE ? "this import was undone" : "no import has this number");
        return;
    }
    const zh_sv state = zh_json_text_or_empty(zh_json_get(root, ZH_SV("state")));
    c.phase = zh_sv_equal(state, ZH_SV("done")) ? ZH_IMPORT_DONE : zh_sv_equal(state, ZH_SV("stopped")) ? ZH_IMPORT_STOPPED : ZH_IMPORT_RUNNING;
    c.at_ms = call->now_ms;
    if (!read_count(root, "lines", &c.lines) || !read_count(root, "accepted", &c.accepted) || !read_count(root, "duplicate", &c.duplicate) ||
        !read_count(root, "rejected", &c.rejected) || !read_count(root, "rejectsBytes", &c.rejects_bytes)) {
        zh_call_problem(call, 400, "bad_field", "lines", "counts must be whole numbers, 0 or more");
        return;
    }
    e = keep(call, &c);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else answer_entry(call, 200, number, false);
}

void zh_route_imports(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const size_t limit = zh_call_limit(call);
    uint32_t from = 0, last = 0;
    size_t count = 0;
    const bool cursor = number_in(zh_http_param(call->request, ZH_SV("cursor")), &from);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    for (uint32_t n = cursor ? from - 1 : zh_imports_last(w->imports); n > 0; n--) {
        const zh_import_entry *e = zh_imports_get(w->imports, n);
        if (e == NULL) continue;
        if (count++ == limit) break;
        put_entry(call, w, e, &out);
        last = n;
    }
    zh_world_unlock(w);
    zh_json_out_end(&out);
    char next[NUMBER_BYTES] = "";
    if (count > limit) snprintf(next, sizeof next, "%u", last);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_import(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    uint32_t number;
    bool there = number_in(zh_http_path_part(call->request, 3), &number);
    zh_world_lock_read(w);
    there = there && zh_imports_get(w->imports, number) != NULL;
    zh_world_unlock(w);
    if (there) answer_entry(call, 200, number, false);
    else zh_call_problem(call, 404, "not_found", "id", "no import has this number");
}

void zh_route_import_undo(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_import_change c = { .phase = ZH_IMPORT_UNDONE, .at_ms = call->now_ms, .actor_kind = (uint8_t)call->caller.actor.kind, .actor_number = call->caller.actor.number };
    zh_err e = number_in(zh_http_path_part(call->request, 3), &c.number) ? ZH_OK : ZH_ABSENT;
    zh_world_lock_read(w);
    const zh_import_entry *entry = e == ZH_OK ? zh_imports_get(w->imports, c.number) : NULL;
    if (entry == NULL) e = ZH_ABSENT;
    else if (entry->undone_ms != 0) e = ZH_EXISTS;
    else if (entry->last.phase == ZH_IMPORT_RUNNING && call->now_ms - entry->last.at_ms <= QUIET_MS) e = ZH_BUSY;
    if (e == ZH_OK) c.events = entry->events, c.items = entry->items;
    zh_world_unlock(w);
    if (e != ZH_OK) {
        zh_call_problem(call, e == ZH_ABSENT ? 404 : 409, e == ZH_ABSENT ? "not_found" : e == ZH_EXISTS ? "undone" : "running", "id",
                        e == ZH_ABSENT ? "no import has this number" : e == ZH_EXISTS ? "this import was undone already" : "this import is running: stop it, or wait until it is done");
        return;
    }
    zh_retention *retention = zh_engine_retention(call->engine);
    zh_retention_hold(retention, true); /* no base may take in what is being taken back */
    const bool gone = c.events + c.items > 0 && !zh_retention_may_undo(retention, c.number);
    if (!gone) e = keep(call, &c);
    if (!gone && e == ZH_OK && c.events + c.items > 0) e = zh_undo_go(zh_engine_undo(call->engine));
    zh_retention_hold(retention, false);
    if (gone) zh_call_problem(call, 409, "expired", "id", "events of this import are older than the log keeps (retention), so views cannot be told anew without it: it stays");
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else answer_entry(call, 202, c.number, false);
}
