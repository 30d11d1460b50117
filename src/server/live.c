/* live.c -- the live page: one thread tells every open browser what came in, twice a second. */
#include "engine/history.h"
#include "server/call.h"

#include <stdlib.h>
#include <time.h>

#define STREAMS_MAX 64     /* people who watch at a time */
#define ROWS_MAX 20        /* newest events told at once; a busy shop has more than anyone can read */
#define TURN_MS 500
#define ARENA_BYTES_MAX (16u << 20)

typedef struct watcher {
    zh_http_stream *stream;
} watcher;

struct zh_live {
    zh_server *server;
    pthread_t thread;
    bool started, stopping;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    watcher watchers[STREAMS_MAX];
    size_t count;
    uint64_t told;         /* number of the newest event that was told */
};

static void put_batch(zh_call *call, const zh_fold_live *rows, size_t count, zh_buf *to)
{
    zh_buf_put(to, ZH_SV("event: batch\ndata: "));
    zh_json_out out = zh_json_out_on(to);
    zh_json_out_array(&out);
    for (size_t i = 0; i < count; i++) zh_live_row(call, &rows[i], false, &out);
    zh_json_out_end(&out);
    zh_buf_put(to, ZH_SV("\n\n"));
}

static void put_stats(zh_live *l, int64_t now_ms, zh_buf *to)
{
    uint32_t rates[ZH_FOLD_RATE_SPANS];
    zh_fold *fold = zh_engine_fold(l->server->engine);
    zh_fold_rates(fold, now_ms, rates);
    zh_buf_put(to, ZH_SV("event: stats\ndata: "));
    zh_json_out out = zh_json_out_on(to);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("now"), now_ms);
    zh_json_out_key_real(&out, ZH_SV("eventsPerSecond"), zh_live_rate(l->server, now_ms));
    zh_json_out_key(&out, ZH_SV("step"));
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("at"), now_ms / ZH_FOLD_RATE_SPAN_MS * ZH_FOLD_RATE_SPAN_MS);
    zh_json_out_key_int(&out, ZH_SV("events"), rates[ZH_FOLD_RATE_SPANS - 1]);
    zh_json_out_end(&out);
    zh_live_totals(l->server, &out);
    zh_json_out_key_int(&out, ZH_SV("viewLagMs"), zh_fold_lag_ms(fold));
    zh_json_out_key_bool(&out, ZH_SV("ready"), zh_engine_is_ready(l->server->engine));
    zh_json_out_end(&out);
    zh_buf_put(to, ZH_SV("\n\n"));
}

/* Rows show masked ids, by the right of the engine itself: what each person may see is no more than that. */
static void tell(zh_live *l, zh_arena *arena, zh_buf *text)
{
    zh_fold_live rows[ROWS_MAX];
    const int64_t now_ms = zh_engine_now_ms(l->server->engine);
    zh_arena_reset(arena);
    zh_buf_reset(text);
    zh_call call = { .server = l->server, .engine = l->server->engine, .arena = arena, .now_ms = now_ms };
    call.caller.actor = ZH_ACTOR_THE_ENGINE;
    const size_t count = zh_fold_latest(zh_engine_fold(l->server->engine), l->told, rows, ROWS_MAX);
    if (count > 0) {
        l->told = rows[0].number;
        put_batch(&call, rows, count, text);
    }
    put_stats(l, now_ms, text);
    if (zh_buf_err(text) != ZH_OK) return;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < l->count;) {
        /* A reader that is too slow misses this turn; one that left is let go. */
        if (zh_http_stream_push(l->watchers[i].stream, zh_buf_view(text)) == ZH_STOPPED) {
            zh_http_stream_end(l->watchers[i].stream);
            l->watchers[i] = l->watchers[--l->count];
        } else i++;
    }
    pthread_mutex_unlock(&l->lock);
}

static void *run(void *context)
{
    zh_live *l = context;
    pthread_setname_np(pthread_self(), "zhun-live"); /* as top and a profile show it */
    zh_arena arena = zh_arena_open(ARENA_BYTES_MAX);
    zh_buf text = zh_buf_open(ARENA_BYTES_MAX);
    pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TURN_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (l->count == 0) pthread_cond_wait(&l->wake, &l->lock);
        else pthread_cond_timedwait(&l->wake, &l->lock, &until);
        if (l->stopping || l->count == 0) continue;
        pthread_mutex_unlock(&l->lock);
        tell(l, &arena, &text);
        pthread_mutex_lock(&l->lock);
    }
    for (size_t i = 0; i < l->count; i++) zh_http_stream_end(l->watchers[i].stream);
    l->count = 0;
    pthread_mutex_unlock(&l->lock);
    zh_arena_close(&arena);
    zh_buf_close(&text);
    return NULL;
}

zh_err zh_live_open(zh_live **out, zh_server *server)
{
    zh_live *l = calloc(1, sizeof *l);
    if (l == NULL) return ZH_NOMEM;
    l->server = server;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    if (pthread_create(&l->thread, NULL, run, l) != 0) {
        zh_live_close(l);
        return ZH_NOMEM;
    }
    l->started = true;
    *out = l;
    return ZH_OK;
}

void zh_live_close(zh_live *l)
{
    if (l == NULL) return;
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    if (l->started) pthread_join(l->thread, NULL);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void zh_route_live(zh_call *call)
{
    zh_live *l = call->server->live;
    zh_http_stream *stream;
    const zh_http_header headers[] = { { ZH_SV("Cache-Control"), ZH_SV("no-store") }, { ZH_SV("X-Accel-Buffering"), ZH_SV("no") } };
    pthread_mutex_lock(&l->lock);
    const bool full = l->count == STREAMS_MAX || l->stopping;
    pthread_mutex_unlock(&l->lock);
    if (full) {
        zh_call_problem(call, 503, "not_ready", NULL, "64 live pages are open already");
        return;
    }
    const zh_http_response head = { .status = 200, .content_type = ZH_SV("text/event-stream"), .body = ZH_SV(": live\n\n"),
                                    .keep = ZH_HTTP_STATIC, .headers = headers, .headers_count = 2 };
    if (zh_http_stream_open(&stream, call->request, &head) != ZH_OK) {
        zh_call_busy(call);
        return;
    }
    pthread_mutex_lock(&l->lock);
    const bool room = l->count < STREAMS_MAX && !l->stopping;
    if (room) l->watchers[l->count++] = (watcher){ .stream = stream };
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    if (!room) zh_http_stream_end(stream);
}
