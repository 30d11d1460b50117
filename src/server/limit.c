/* limit.c -- how many events a source may send, and the routes that say so.
 *
 * Kept as the setting "limit/source/N" (JSON, as the route takes it); a source without one has no limit of its own.
 * Buckets live in memory: a restart fills them. One look a request, not an event; none at all while no source has a limit.
 */
#include "guard/rate.h"
#include "server/call.h"

#include <stdlib.h>

#define LIMITED_MAX 1024 /* sources with a limit; people set them one by one */
#define NAME_BYTES 40

typedef struct limited {
    uint32_t source;
    zh_rate_limit limit;
    zh_rate rate;
} limited;

struct zh_limits {
    pthread_mutex_t lock;
    _Atomic uint32_t count;
    limited list[LIMITED_MAX];
};

static zh_sv name_of(uint32_t source, char text[NAME_BYTES])
{
    return (zh_sv){ text, (size_t)snprintf(text, NAME_BYTES, "limit/source/%u", source) };
}

/* ---- the table ---- */

static limited *find(zh_limits *l, uint32_t source)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->list[i].source == source) return &l->list[i];
    return NULL;
}

/* per_s 0: no limit any more. False: there are too many. */
static bool set(zh_limits *l, uint32_t source, zh_rate_limit limit)
{
    pthread_mutex_lock(&l->lock);
    limited *there = find(l, source);
    bool fits = true;
    if (limit.per_s == 0) {
        if (there != NULL) {
            *there = l->list[l->count - 1];
            l->count--;
        }
    } else if (there != NULL) {
        there->limit = limit;
    } else if ((fits = l->count < LIMITED_MAX)) {
        l->list[l->count] = (limited){ source, limit, zh_rate_open(&limit, zh_clock_mono_us(NULL)) };
        l->count++;
    }
    pthread_mutex_unlock(&l->lock);
    return fits;
}

static bool read_count(zh_json_value root, zh_sv key, uint32_t *out)
{
    int64_t number;
    if (!zh_json_int(zh_json_get(root, key), &number) || number < 1 || number > ZH_RATE_PER_S_MAX) return false;
    *out = (uint32_t)number;
    return true;
}

/* Of the setting and of the request alike. A burst that is not said is two seconds' worth. */
static bool read_limit(zh_json_value root, zh_rate_limit *limit)
{
    *limit = (zh_rate_limit){ 0 };
    const zh_json_value burst = zh_json_get(root, ZH_SV("burst"));
    if (!read_count(root, ZH_SV("eventsPerSecond"), &limit->per_s)) return false;
    limit->burst = limit->per_s > ZH_RATE_PER_S_MAX / 2 ? ZH_RATE_PER_S_MAX : 2 * limit->per_s;
    return zh_json_is(burst, ZH_JSON_ABSENT) || zh_json_is(burst, ZH_JSON_NULL) || read_count(root, ZH_SV("burst"), &limit->burst);
}

static void load(zh_limits *l, zh_server *server, zh_json *parser)
{
    zh_world *w = zh_engine_world(server->engine);
    char name[NAME_BYTES];
    zh_sv json;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SOURCE); zh_registry_next(&it);) {
        const uint32_t source = it.at->source.id.number;
        zh_json_value root;
        zh_rate_limit limit;
        if (zh_registry_setting(w->registry, name_of(source, name), &json) != ZH_OK) continue;
        if (zh_json_parse(parser, json, &root, NULL) == ZH_OK && read_limit(root, &limit)) (void)set(l, source, limit);
    }
    zh_world_unlock(w);
}

zh_err zh_limits_open(zh_limits **out, zh_server *server)
{
    zh_json *parser;
    zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    zh_limits *l = calloc(1, sizeof *l);
    if (l != NULL) {
        pthread_mutex_init(&l->lock, NULL);
        load(l, server, parser);
    }
    zh_json_close(parser);
    *out = l;
    return l == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_limits_close(zh_limits *l)
{
    if (l == NULL) return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

int64_t zh_limits_take(zh_call *call, zh_source_id source, uint32_t count)
{
    zh_limits *l = call->server->limits;
    if (l->count == 0 || source.number == 0 || count == 0) return 0;
    pthread_mutex_lock(&l->lock);
    limited *there = find(l, source.number);
    const int64_t wait_us = there == NULL ? 0 : zh_rate_take(&there->rate, &there->limit, count, zh_clock_mono_us(NULL));
    pthread_mutex_unlock(&l->lock);
    if (wait_us == 0) return 0;
    char text[16];
    snprintf(text, sizeof text, "%u", source.number);
    const zh_metric_label label = { "source", zh_sv_of(text) };
    zh_counter_add(zh_metrics_counter(zh_engine_metrics(call->engine), "zhun_requests_limited_total", "Requests over the limit of their source.", &label, 1), 1);
    return wait_us;
}

/* ---- the route ---- */

void zh_limits_json(const zh_registry *registry, zh_source_id source, zh_json_out *out)
{
    char name[NAME_BYTES];
    zh_sv json;
    if (zh_registry_setting(registry, name_of(source.number, name), &json) == ZH_OK) zh_json_out_raw(out, json);
    else zh_json_out_null(out);
}

/* {"eventsPerSecond": 500, "burst": 1000}; null, or nothing, takes it away. */
void zh_route_source_limit(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value rate = zh_json_get(root, ZH_SV("eventsPerSecond"));
    const bool is_none = zh_json_is(rate, ZH_JSON_NULL) || zh_json_is(rate, ZH_JSON_ABSENT);
    zh_rate_limit limit = { 0 };
    if (!is_none && !read_limit(root, &limit)) {
        zh_call_problem(call, 400, "bad_field", limit.per_s == 0 ? "eventsPerSecond" : "burst", "must be a whole number from 1 to 10,000,000; null takes the limit away");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    char name[NAME_BYTES], json[80];
    zh_source source;
    uint32_t number = 0;
    zh_world_lock_read(w);
    zh_err e = zh_call_number(zh_http_path_part(call->request, 3), &number) ? zh_registry_source(w->registry, (zh_source_id){ number }, &source) : ZH_ABSENT;
    zh_world_unlock(w);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "no such source");
        return;
    }
    const int size = snprintf(json, sizeof json, "{\"eventsPerSecond\":%u,\"burst\":%u}", limit.per_s, limit.burst);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = is_none, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = name_of(number, name), .json = { json, (size_t)size } } };
    if (!is_none && !set(call->server->limits, number, limit)) {
        zh_call_problem(call, 409, "too_many", NULL, "1,024 sources have a limit: take one away first");
        return;
    }
    e = zh_engine_define(call->engine, &d);
    if (e == ZH_OK && is_none) (void)set(call->server->limits, number, limit);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "the limit could not be kept");
}
