/* http_world.h -- what the tests of the HTTP server share: a server that can do everything they ask for, bare
 * sockets, a client. Each test opens a world of its own on a free loopback port. */
#ifndef ZH_TESTS_SYS_HTTP_WORLD_H
#define ZH_TESTS_SYS_HTTP_WORLD_H
#include "sys/http.h"

#include "sys/client.h"
#include "sys/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

#define HELD_MAX 1200

/* ---- a server that can do everything the tests ask for ---- */

typedef struct world {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    zh_http_request *held[HELD_MAX];
    unsigned held_count;
    zh_http_stream *stream;
    zh_http_server *server;
    zh_err last_refusal;
} world;

static inline size_t body_max(void *ctx, const zh_http_request *request)
{
    (void)ctx;
    return zh_sv_starts(zh_http_path(request), ZH_SV("/small")) ? 100 : 8u << 20;
}

static inline void echo(zh_http_request *request)
{
    zh_arena *arena = zh_http_arena(request);
    const zh_sv user = zh_http_header_of(request, "x-user");
    char *text = zh_arena_take(arena, 8192 + zh_http_body(request).size, 1);
    CHECK(text != NULL);
    const zh_sv body = zh_http_body(request), part = zh_http_path_part(request, 1);
    const zh_sv a = zh_http_param(request, ZH_SV("a b"));
    const int head = snprintf(text, 8192, "%.*s|%.*s|%.*s|%.*s|%.*s|%d|", ZH_SV_ARG(zh_http_method_text(request)),
                              ZH_SV_ARG(zh_http_path(request)), ZH_SV_ARG(part), ZH_SV_ARG(a), ZH_SV_ARG(user),
                              zh_http_is_unix(request));
    CHECK(head > 0);
    if (body.size > 0) memcpy(text + head, body.data, body.size);
    const zh_http_header headers[] = { { ZH_SV("X-Peer"), zh_http_peer(request) } };
    CHECK(zh_http_elapsed_us(request) >= 0);
    zh_http_reply(request, &(zh_http_response){ .status = 200, .content_type = ZH_SV("text/plain"),
        .body = { text, (size_t)head + body.size }, .keep = ZH_HTTP_ARENA, .headers = headers, .headers_count = 1 });
}

static inline void handler(void *ctx, zh_http_request *request)
{
    world *w = ctx;
    CHECK(zh_http_ctx(request) == w);
    const zh_sv path = zh_http_path(request);
    if (zh_sv_starts(path, ZH_SV("/held"))) {
        zh_http_hold(request);
        pthread_mutex_lock(&w->mutex);
        CHECK(w->held_count < HELD_MAX);
        w->held[w->held_count++] = request;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->mutex);
    } else if (zh_sv_starts(path, ZH_SV("/stream"))) {
        zh_http_stream *stream = NULL;
        CHECK(zh_http_stream_open(&stream, request, &(zh_http_response){ .status = 200,
            .content_type = ZH_SV("text/event-stream"), .body = ZH_SV(": hello\n\n") }) == ZH_OK);
        pthread_mutex_lock(&w->mutex);
        w->stream = stream;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->mutex);
    } else if (zh_sv_starts(path, ZH_SV("/sleep"))) {
        usleep(300000); /* what a handler must not do: here it lets events pile up */
        echo(request);
    } else if (zh_sv_starts(path, ZH_SV("/bad-header"))) {
        const zh_http_header headers[] = { { ZH_SV("X-Bad"), ZH_SV("a\r\nSet-Cookie: b") } };
        zh_http_reply(request, &(zh_http_response){ .status = 200, .headers = headers, .headers_count = 1 });
    } else {
        echo(request);
    }
}

static inline void refuse(void *ctx, zh_http_request *request, zh_err why)
{
    world *w = ctx;
    pthread_mutex_lock(&w->mutex);
    w->last_refusal = why;
    pthread_mutex_unlock(&w->mutex);
    CHECK(zh_http_body(request).size == 0);
    zh_http_reply(request, &(zh_http_response){ .status = 400, .body = ZH_SV("too much") });
}

static inline void world_open(world *w, zh_http_desc desc)
{
    *w = (world){ .held_count = 0 };
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
    desc.ctx = w;
    desc.handler = handler;
    desc.body_max = body_max;
    if (desc.refuse == NULL) desc.refuse = refuse;
    const char *why = "";
    const zh_err e = zh_http_open(&w->server, &desc, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why);
    CHECK(e == ZH_OK);
}

static inline void world_close(world *w)
{
    zh_http_close(w->server);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
}

static inline void wait_for_held(world *w, unsigned count)
{
    pthread_mutex_lock(&w->mutex);
    while (w->held_count < count) pthread_cond_wait(&w->changed, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
}

static inline void reply_to(zh_http_request *request)
{
    const zh_sv path = zh_http_path(request);
    zh_http_reply(request, &(zh_http_response){ .status = 200, .body = path });
}

static inline zh_http_stream *wait_for_stream(world *w)
{
    pthread_mutex_lock(&w->mutex);
    while (w->stream == NULL) pthread_cond_wait(&w->changed, &w->mutex);
    zh_http_stream *stream = w->stream;
    w->stream = NULL;
    pthread_mutex_unlock(&w->mutex);
    return stream;
}

/* ---- bare sockets ---- */

static inline int dial(uint16_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

static inline void say(int fd, zh_sv text)
{
    while (text.size > 0) {
        const ssize_t n = send(fd, text.data, text.size, MSG_NOSIGNAL);
        if (n <= 0) return; /* the server may have closed on us; what it said is judged */
        text = zh_sv_part(text, (size_t)n, text.size);
    }
}

/* Read until `until` is seen, the end, or `ms` of silence; the text is NUL-ended. Returns false at the end. */
static inline bool hear(int fd, char *text, size_t max, const char *until, int ms)
{
    size_t size = strlen(text);
    while (until == NULL || strstr(text, until) == NULL) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, ms) <= 0) return true;
        CHECK(size + 1 < max);
        const ssize_t n = recv(fd, text + size, max - size - 1, 0);
        if (n <= 0) return false;
        size += (size_t)n;
        text[size] = '\0';
    }
    return true;
}

static inline unsigned count_of(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
    return n;
}

static inline zh_client *client_to(const world *w)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)zh_http_port(w->server));
    zh_client *client = NULL;
    CHECK(zh_client_open(&client, &(zh_client_desc){ .base_url = zh_sv_of(url), .timeout_ms = 20000 }) == ZH_OK);
    return client;
}

static inline zh_client_answer ask(zh_client *client, const zh_client_question *question)
{
    zh_client_answer answer;
    const zh_err e = zh_client_ask(client, question, &answer);
    if (e != ZH_OK) fprintf(stderr, "%s: %.*s\n", zh_err_name(e), ZH_SV_ARG(zh_client_why(client)));
    CHECK(e == ZH_OK);
    return answer;
}

#endif
