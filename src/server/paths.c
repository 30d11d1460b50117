/* paths.c -- POST /api/v1/reports/paths: what customers do after a starting event, or before an ending one. */
#include "engine/paths.h"
#include "server/reports.h"

#define SPAN_DAYS 30
#define MINUTE_MS 60000.0

typedef struct wanted {
    zh_paths_ask ask;
    double minutes, days; /* one of both; the other is 0 */
} wanted;

static const char *read_events(zh_json_value events, zh_paths_ask *ask)
{
    if (zh_json_type_of(events) <= ZH_JSON_NULL) return NULL;
    if (!zh_json_is(events, ZH_JSON_ARRAY)) return "events";
    for (zh_json_iter it = zh_json_walk(events); zh_json_next(&it);) {
        zh_sv *name = &ask->events[ask->events_count];
        if (ask->events_count == ZH_PATHS_EVENTS_MAX || !zh_json_text(it.value, name) || name->size == 0 || name->size > ZH_EVENT_NAME_BYTES_MAX) return "events";
        ask->events_count++;
    }
    return NULL;
}

/* How far a path goes. */
static const char *read_reach(zh_json_value root, wanted *w)
{
    zh_paths_span *span = &w->ask.span;
    int64_t depth = 5, names = 8;
    const bool has_window = zh_json_type_of(zh_json_get(root, ZH_SV("windowDays"))) > ZH_JSON_NULL, has_gap = zh_json_type_of(zh_json_get(root, ZH_SV("sessionMinutes"))) > ZH_JSON_NULL;
    if (!zh_report_int(root, "depth", 1, ZH_PATHS_DEPTH_MAX, &depth)) return "depth";
    if (!zh_report_int(root, "names", 1, ZH_PATHS_NAMES_MAX, &names)) return "names";
    if (!zh_report_flag(root, "repeats", &span->repeats)) return "repeats";
    if (!zh_report_real(root, "windowDays", 0, ZH_PATHS_WINDOW_DAYS_MAX, &w->days) || (has_window && has_gap)) return "windowDays";
    w->minutes = has_window ? 0 : 30;
    if (!zh_report_real(root, "sessionMinutes", 0, ZH_PATHS_GAP_MINUTES_MAX, &w->minutes)) return "sessionMinutes";
    span->gap_ms = (int64_t)(w->minutes * MINUTE_MS);
    span->window_ms = (int64_t)(w->days * (double)ZH_REPORT_DAY_MS);
    if (has_window ? span->window_ms < 1 : span->gap_ms < 1) return has_window ? "windowDays" : "sessionMinutes";
    span->depth = (uint32_t)depth;
    w->ask.names = (uint32_t)names;
    return NULL;
}

/* Not said: any; null: the others. */
static bool read_which(zh_json_value open, const char *name, zh_path_which *out)
{
    const zh_json_value value = zh_json_get(open, zh_sv_of(name));
    *out = (zh_path_which){ .of = ZH_PATH_OF_ANY };
    if (zh_json_is(value, ZH_JSON_NULL)) out->of = ZH_PATH_OF_OTHERS;
    else if (zh_json_text(value, &out->name)) out->of = ZH_PATH_OF_NAME;
    return zh_json_type_of(value) <= ZH_JSON_NULL || out->of == ZH_PATH_OF_NAME;
}

static const char *read_open(zh_json_value open, zh_paths_ask *ask)
{
    int64_t step = -1;
    if (zh_json_type_of(open) <= ZH_JSON_NULL) return NULL;
    if (!zh_report_int(open, "step", 0, ask->span.depth, &step) || step < 0) return "open.step";
    if (!read_which(open, "event", &ask->open_event)) return "open.event";
    if (!read_which(open, "previous", &ask->open_previous)) return "open.previous";
    if (!zh_report_flag(open, "dropped", &ask->open_dropped)) return "open.dropped";
    ask->open_step = (uint32_t)step;
    return zh_report_names(open, &ask->open);
}

/* The field that is wrong, or NULL. */
static const char *read_ask(zh_json_value root, int64_t newest_ms, wanted *w)
{
    const zh_json_value start = zh_json_get(root, ZH_SV("start")), end = zh_json_get(root, ZH_SV("end"));
    zh_paths_span *span = &w->ask.span;
    *w = (wanted){ .ask = { .span = { .to_ms = newest_ms + 1, .backward = zh_json_type_of(end) > ZH_JSON_NULL } } };
    if (span->backward && zh_json_type_of(start) > ZH_JSON_NULL) return "end";
    if (!zh_report_step(span->backward ? end : start, &w->ask.start)) return span->backward ? "end" : "start";
    if (!zh_report_time(root, "to", &span->to_ms)) return "to";
    span->from_ms = span->to_ms - SPAN_DAYS * ZH_REPORT_DAY_MS;
    if (!zh_report_time(root, "from", &span->from_ms) || span->from_ms >= span->to_ms) return "from";
    const char *wrong = read_reach(root, w);
    if (wrong == NULL) wrong = read_events(zh_json_get(root, ZH_SV("events")), &w->ask);
    if (wrong != NULL) return wrong;
    w->ask.segment = zh_json_text_or_empty(zh_json_get(root, ZH_SV("segment")));
    return read_open(zh_json_get(root, ZH_SV("open")), &w->ask);
}

/* ---- answers ---- */

static void put_name(zh_json_out *out, const char *member, const zh_paths_step *s, uint32_t place)
{
    zh_json_out_key(out, zh_sv_of(member));
    if (place < s->names) zh_json_out_text(out, s->name[place]);
    else zh_json_out_null(out);
}

static uint64_t paths_of(const zh_paths_step *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ZH_PATHS_NODES; i++) sum += s->node[i].paths;
    return sum;
}

static double share(uint64_t part, uint64_t whole) { return whole == 0 ? 0 : (double)part / (double)whole; }

static void put_step(const zh_paths *p, uint32_t k, uint32_t depth, zh_json_out *out)
{
    const zh_paths_step *s = &p->step[k];
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("step"), k);
    zh_json_out_key_int(out, ZH_SV("paths"), (int64_t)paths_of(s));
    zh_json_out_key(out, ZH_SV("nodes"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i <= s->names; i++) {
        if (s->node[i].paths == 0) continue;
        zh_json_out_object(out);
        put_name(out, "event", s, i);
        zh_json_out_key_int(out, ZH_SV("folded"), i < s->names ? 0 : s->folded);
        zh_json_out_key_int(out, ZH_SV("paths"), (int64_t)s->node[i].paths);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)s->node[i].customers);
        zh_json_out_key_real(out, ZH_SV("share"), share(s->node[i].paths, p->paths));
        zh_json_out_key(out, ZH_SV("dropped"));
        if (k < depth) zh_json_out_int(out, (int64_t)s->dropped[i]);
        else zh_json_out_null(out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_links(const zh_paths *p, uint32_t k, zh_json_out *out)
{
    const zh_paths_step *s = &p->step[k], *before = &p->step[k - 1];
    for (uint32_t i = 0; i <= before->names; i++) {
        for (uint32_t j = 0; j <= s->names; j++) {
            if (s->link[i][j].paths == 0) continue;
            zh_json_out_object(out);
            zh_json_out_key_int(out, ZH_SV("step"), k);
            put_name(out, "from", before, i);
            put_name(out, "to", s, j);
            zh_json_out_key_int(out, ZH_SV("paths"), (int64_t)s->link[i][j].paths);
            zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)s->link[i][j].customers);
            zh_json_out_end(out);
        }
    }
}

static void put_reach(const char *member, double value, zh_json_out *out)
{
    zh_json_out_key(out, zh_sv_of(member));
    if (value > 0) zh_json_out_real(out, value);
    else zh_json_out_null(out);
}

static void put_paths(zh_call *call, const wanted *w, const zh_paths *p)
{
    const uint32_t depth = w->ask.span.depth;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)p->customers);
    zh_json_out_key_int(&out, ZH_SV("failed"), (int64_t)p->failed);
    zh_call_time(&out, ZH_SV("from"), w->ask.span.from_ms);
    zh_call_time(&out, ZH_SV("to"), w->ask.span.to_ms);
    zh_json_out_key_text(&out, ZH_SV("direction"), w->ask.span.backward ? ZH_SV("backward") : ZH_SV("forward"));
    zh_json_out_key_int(&out, ZH_SV("depth"), depth);
    put_reach("sessionMinutes", w->minutes, &out);
    put_reach("windowDays", w->days, &out);
    zh_json_out_key_int(&out, ZH_SV("paths"), (int64_t)p->paths);
    zh_json_out_key_int(&out, ZH_SV("walkers"), (int64_t)p->walkers);
    zh_json_out_key(&out, ZH_SV("steps"));
    zh_json_out_array(&out);
    for (uint32_t k = 0; k <= depth && paths_of(&p->step[k]) > 0; k++) put_step(p, k, depth, &out);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("links"));
    zh_json_out_array(&out);
    for (uint32_t k = 1; k <= depth; k++) put_links(p, k, &out);
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), p->took_us);
    zh_report_customers(call, &p->open, &out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- as a table: a row for each link and each end ---- */

#define OTHERS ZH_SV("(others)")
#define DROPPED ZH_SV("(dropped)")

static zh_sv name_of(const zh_paths_step *s, uint32_t place) { return place < s->names ? s->name[place] : OTHERS; }

static void put_row(zh_report_table *t, uint32_t step, zh_sv from, zh_sv to, const zh_paths_count *count)
{
    zh_report_whole(t, step);
    zh_report_text(t, from);
    zh_report_text(t, to);
    zh_report_whole(t, (int64_t)count->paths);
    if (count->last != 0) zh_report_whole(t, (int64_t)count->customers);
    else zh_report_text(t, (zh_sv){ 0 }); /* of ends only paths are counted */
    zh_report_row(t);
}

static void put_table(zh_call *call, const wanted *w, const zh_paths *p)
{
    static const char *const columns[] = { "step", "from", "to", "paths", "customers" };
    zh_report_table t;
    zh_report_table_open(&t, columns, sizeof columns / sizeof *columns);
    for (uint32_t k = 0; k < w->ask.span.depth; k++) {
        const zh_paths_step *s = &p->step[k], *next = &p->step[k + 1];
        for (uint32_t i = 0; i <= s->names; i++) {
            for (uint32_t j = 0; j <= next->names; j++)
                if (next->link[i][j].paths > 0) put_row(&t, k + 1, name_of(s, i), name_of(next, j), &(zh_paths_count){ next->link[i][j].paths, next->link[i][j].customers, 1 });
            if (s->dropped[i] > 0) put_row(&t, k + 1, name_of(s, i), DROPPED, &(zh_paths_count){ .paths = s->dropped[i] });
        }
    }
    zh_report_table_answer(call, &t, "paths");
}

void zh_route_report_paths(zh_call *call)
{
    zh_json_value root;
    zh_cel_fault fault = { .text = "" };
    bool is_table;
    wanted *w = ZH_TAKE(call->arena, wanted, 1);
    zh_paths *p = ZH_TAKE(call->arena, zh_paths, 1);
    if (w == NULL || p == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!zh_report_begin(call, &root, &is_table)) return;
    const char *wrong = read_ask(root, zh_report_newest_ms(call), w);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "say start or end: an event's name, or {\"event\", \"where\"}; depth 1 to 10; sessionMinutes up to 1440 or windowDays up to 365; events: up to 50 names; names 1 to 20; open is {\"step\", \"event\", \"previous\", \"dropped\", \"limit\", \"cursor\"}");
        return;
    }
    const bool opens = w->ask.open.most > 0;
    if (!zh_report_may(call, opens, is_table)) return;
    const zh_err e = zh_engine_paths(call->engine, &w->ask, call->arena, p, &fault);
    if (e == ZH_FULL && fault.text[0] == '\0') zh_call_problem(call, 400, "bad_field", "events", "there are too many names of events: say which are steps");
    else if (e != ZH_OK) zh_report_failed(call, e, &fault, w->ask.span.backward ? "end.where" : "start.where", 0);
    else if (is_table && opens) zh_report_customers_answer(call, &p->open, "customers");
    else if (is_table) put_table(call, w, p);
    else put_paths(call, w, p);
}
