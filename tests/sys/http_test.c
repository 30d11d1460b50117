/* Goal: the server keeps its promises to handlers and against peers.
 * Method: a real server on a free loopback port; our own client for the plain way, bare sockets for the rest. */
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

static size_t body_max(void *ctx, const zh_http_request *request)
{
    (void)ctx;
    return zh_sv_starts(zh_http_path(request), ZH_SV("/small")) ? 100 : 8u << 20;
}

static void echo(zh_http_request *request)
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

static void handler(void *ctx, zh_http_request *request)
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
    } else if (zh_sv_starts(path, ZH_SV("/bad-header"))) {
        const zh_http_header headers[] = { { ZH_SV("X-Bad"), ZH_SV("a\r\nSet-Cookie: b") } };
        zh_http_reply(request, &(zh_http_response){ .status = 200, .headers = headers, .headers_count = 1 });
    } else {
        echo(request);
    }
}

static void refuse(void *ctx, zh_http_request *request, zh_err why)
{
    world *w = ctx;
    pthread_mutex_lock(&w->mutex);
    w->last_refusal = why;
    pthread_mutex_unlock(&w->mutex);
    CHECK(zh_http_body(request).size == 0);
    zh_http_reply(request, &(zh_http_response){ .status = 400, .body = ZH_SV("too much") });
}

static void world_open(world *w, zh_http_desc desc)
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

static void world_close(world *w)
{
    zh_http_close(w->server);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
}

static void wait_for_held(world *w, unsigned count)
{
    pthread_mutex_lock(&w->mutex);
    while (w->held_count < count) pthread_cond_wait(&w->changed, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
}

static void reply_to(zh_http_request *request)
{
    const zh_sv path = zh_http_path(request);
    zh_http_reply(request, &(zh_http_response){ .status = 200, .body = path });
}

static zh_http_stream *wait_for_stream(world *w)
{
    pthread_mutex_lock(&w->mutex);
    while (w->stream == NULL) pthread_cond_wait(&w->changed, &w->mutex);
    zh_http_stream *stream = w->stream;
    w->stream = NULL;
    pthread_mutex_unlock(&w->mutex);
    return stream;
}

/* ---- bare sockets ---- */

static int dial(uint16_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

static void say(int fd, zh_sv text)
{
    while (text.size > 0) {
        const ssize_t n = send(fd, text.data, text.size, MSG_NOSIGNAL);
        if (n <= 0) return; /* the server may have closed on us; what it said is judged */
        text = zh_sv_part(text, (size_t)n, text.size);
    }
}

/* Read until `until` is seen, the end, or `ms` of silence; the text is NUL-ended. Returns false at the end. */
static bool hear(int fd, char *text, size_t max, const char *until, int ms)
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

static unsigned count_of(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
    return n;
}

static zh_client *client_to(const world *w)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)zh_http_port(w->server));
    zh_client *client = NULL;
    CHECK(zh_client_open(&client, &(zh_client_desc){ .base_url = zh_sv_of(url), .timeout_ms = 20000 }) == ZH_OK);
    return client;
}

static zh_client_answer ask(zh_client *client, const zh_client_question *question)
{
    zh_client_answer answer;
    const zh_err e = zh_client_ask(client, question, &answer);
    if (e != ZH_OK) fprintf(stderr, "%s: %.*s\n", zh_err_name(e), ZH_SV_ARG(zh_client_why(client)));
    CHECK(e == ZH_OK);
    return answer;
}

/* ---- the plain way ---- */

static void a_request_is_seen_whole_and_answered(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    zh_client *client = client_to(&w);
    const zh_client_header headers[] = { { ZH_SV("X-User"), ZH_SV("u1") } };
    zh_client_answer got = ask(client, &(zh_client_question){ .url = ZH_SV("/p%2F/q%2Fr?x=1&a+b=%E4%B8%AD+x"),
        .body = ZH_SV("{\"n\":1}"), .headers = headers, .headers_count = 1 });
    CHECK(got.status == 200);
    CHECK(zh_sv_equal(got.body, ZH_SV("POST|/p%2F/q%2Fr|q/r|\xE4\xB8\xAD x|u1|0|{\"n\":1}")));
    CHECK(zh_sv_equal(zh_client_header_of(&got, ZH_SV("x-peer")), ZH_SV("127.0.0.1")));
    CHECK(zh_sv_equal(zh_client_header_of(&got, ZH_SV("content-type")), ZH_SV("text/plain")));
    CHECK(zh_client_header_of(&got, ZH_SV("Date")).size > 10);
    CHECK(zh_client_header_of(&got, ZH_SV("Server")).data == NULL);

    got = ask(client, &(zh_client_question){ .method = ZH_SV("HEAD"), .url = ZH_SV("/x") });
    CHECK(got.status == 200 && got.body.size == 0);
    CHECK(zh_sv_equal(zh_client_header_of(&got, ZH_SV("Content-Length")), ZH_SV("13"))); /* of what GET would say */
    got = ask(client, &(zh_client_question){ .url = ZH_SV("/bad-header") });
    CHECK(got.status == 500 && zh_client_header_of(&got, ZH_SV("Set-Cookie")).data == NULL);
    got = ask(client, &(zh_client_question){ .method = ZH_SV("DELETE"), .url = ZH_SV("/x") });
    CHECK(zh_sv_starts(got.body, ZH_SV("DELETE|/x|")));
    CHECK(zh_http_stats_of(w.server).requests == 4 && zh_http_stats_of(w.server).connections == 1);
    zh_client_close(client);
    world_close(&w);
}

static void a_large_body_arrives_in_one_piece(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    zh_client *client = client_to(&w);
    const size_t sizes[] = { 1, 4095, 4096, 65536, 1u << 20, (1u << 20) + 1, 8u << 20 };
    char *bytes = malloc(8u << 20);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < 8u << 20; i++) bytes[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const zh_client_answer got = ask(client, &(zh_client_question){ .url = ZH_SV("/x"), .body = { bytes, sizes[i] } });
        CHECK(got.status == 200 && got.body.size == strlen("POST|/x||||0|") + sizes[i]);
        CHECK(memcmp(got.body.data + strlen("POST|/x||||0|"), bytes, sizes[i]) == 0);
    }
    free(bytes);
    zh_client_close(client);
    world_close(&w);
}

static void a_chunked_body_is_joined(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    say(fd, ZH_SV("1\r\n \r\n5;x=y\r\nworld\r\n0\r\nTrailer: t\r\n\r\nGET /after HTTP/1.1\r\nHost: a\r\n\r\n"));
    char text[4096] = "";
    CHECK(hear(fd, text, sizeof text, "GET|/after||||0|", 5000));
    CHECK(strstr(text, "POST|/c||||0|hello world") != NULL);
    close(fd);
    world_close(&w);
}

static void a_sender_that_waits_for_100_gets_it(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    char text[4096] = "";
    CHECK(hear(fd, text, sizeof text, "100 Continue\r\n\r\n", 5000));
    say(fd, ZH_SV("ok"));
    CHECK(hear(fd, text, sizeof text, "POST|/e||||0|ok", 5000));
    close(fd);

    const int over = dial(zh_http_port(w.server));
    say(over, ZH_SV("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n"));
    text[0] = '\0';
    CHECK(!hear(over, text, sizeof text, NULL, 5000)); /* answered at once and closed */
    CHECK(strstr(text, "HTTP/1.1 400") == text && strstr(text, "100 Continue") == NULL);
    close(over);
    world_close(&w);
}

static void the_unix_socket_is_private_and_tells_itself_apart(void)
{
    char dir[] = "/tmp/zh-http-XXXXXX", path[64];
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/zhun.sock", dir);
    for (int round = 0; round < 2; round++) { /* the second finds a dead socket file */
        world w;
        world_open(&w, (zh_http_desc){ .no_tcp = true, .unix_path = zh_sv_of(path) });
        struct stat there;
        CHECK(stat(path, &there) == 0 && (there.st_mode & 0777) == 0600);
        zh_client *client = NULL;
        CHECK(zh_client_open(&client, &(zh_client_desc){ .unix_path = zh_sv_of(path) }) == ZH_OK);
        const zh_client_answer got = ask(client, &(zh_client_question){ .url = ZH_SV("/u") });
        CHECK(zh_sv_equal(got.body, ZH_SV("GET|/u||||1|")));
        CHECK(zh_http_port(w.server) == 0);
        zh_http_server *second = NULL;
        const char *why = "";
        CHECK(zh_http_open(&second, &(zh_http_desc){ .no_tcp = true, .unix_path = zh_sv_of(path), .handler = handler },
                           &why) == ZH_BUSY && strlen(why) > 0);
        CHECK(access(path, F_OK) == 0); /* the refused one did not take the name away */
        zh_client_close(client);
        world_close(&w);
        CHECK(access(path, F_OK) != 0);
        if (round == 0) { /* a socket whose owner died */
            const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
            struct sockaddr_un at = { .sun_family = AF_UNIX };
            memcpy(at.sun_path, path, strlen(path));
            CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
            close(fd);
        }
    }
    rmdir(dir);
}

static void a_taken_port_says_so(void)
{
    world w;
    world_open(&w, (zh_http_desc){ .host = ZH_SV("::1") });
    zh_http_server *second = NULL;
    const char *why = "";
    CHECK(zh_http_open(&second, &(zh_http_desc){ .host = ZH_SV("[::1]"), .port = zh_http_port(w.server),
                                                 .handler = handler }, &why) == ZH_BUSY);
    CHECK(strlen(why) > 0);
    CHECK(zh_http_open(&second, &(zh_http_desc){ .host = ZH_SV("no such host"), .handler = handler }, &why) == ZH_RANGE);
    char url[64];
    snprintf(url, sizeof url, "http://[::1]:%u/six", (unsigned)zh_http_port(w.server));
    zh_client *client = NULL;
    CHECK(zh_client_open(&client, &(zh_client_desc){ .timeout_ms = 5000 }) == ZH_OK);
    const zh_client_answer got = ask(client, &(zh_client_question){ .url = zh_sv_of(url) });
    CHECK(got.status == 200 && zh_sv_equal(zh_client_header_of(&got, ZH_SV("X-Peer")), ZH_SV("::1")));
    zh_client_close(client);
    world_close(&w);
}

/* ---- refusals ---- */

static void requests_two_servers_could_read_differently_are_refused(void)
{
    static const struct { const char *name, *text, *want; } rows[] = {
        { "length beside chunked", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "400" },
        { "chunked beside length", "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "400" },
        { "folded encoding", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "400" },
        { "folded length", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\nhello", "400" },
        { "folded host", "GET /x HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "400" },
        { "two lengths", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhelloo", "400" },
        { "two equal lengths", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello", "400" },
        { "a list of lengths", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", "400" },
        { "a signed length", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", "400" },
        { "a negative length", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nhello", "400" },
        { "a length too long", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nhello", NULL },
        { "two hosts", "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400" },
        { "no host", "GET /x HTTP/1.1\r\n\r\n", "400" },
        { "a blank before the colon", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", NULL },
        { "an odd name", "GET /x HTTP/1.1\r\nHost: a\r\nX(y): 5\r\n\r\n", "400" },
        { "unknown encoding", "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nhello", "501" },
        { "two encodings", "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501" },
        { "chunked in 1.0", "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400" },
        { "TRACE", "TRACE /x HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n\r\n", "405" },
        { "CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "405" },
        { "unknown method", "BREW /x HTTP/1.1\r\nHost: a\r\n\r\n", "501" },
        { "no slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", "400" },
        { "bad chunk size", "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", NULL },
    };
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int fd = dial(zh_http_port(w.server));
        say(fd, zh_sv_of(rows[i].text));
        char text[4096] = "";
        CHECK_ROW(!hear(fd, text, sizeof text, NULL, 3000), rows[i].name); /* closed, not left open */
        char status[32];
        snprintf(status, sizeof status, "HTTP/1.1 %s ", rows[i].want == NULL ? "4" : rows[i].want);
        if (rows[i].want == NULL) status[strlen(status) - 1] = '\0'; /* libmicrohttpd's own refusal, or a mere close */
        CHECK_ROW(rows[i].want == NULL ? text[0] == '\0' || strstr(text, status) == text : strstr(text, status) == text,
                  rows[i].name);
        CHECK_ROW(strstr(text, "smuggled") == NULL && strstr(text, "secret") == NULL, rows[i].name);
        CHECK_ROW(strstr(text, "200 OK") == NULL, rows[i].name);
        CHECK_ROW(strcasestr(text, "microhttpd") == NULL, rows[i].name);
        close(fd);
    }
    world_close(&w);
}

static void a_body_over_its_limit_is_refused_in_the_users_words_and_the_connection_lives(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    char text[8192] = "", bytes[101];
    memset(bytes, 'x', sizeof bytes);
    for (int round = 0; round < 3; round++) {
        say(fd, ZH_SV("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"));
        say(fd, (zh_sv){ bytes, 101 });
    }
    say(fd, ZH_SV("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"));
    say(fd, (zh_sv){ bytes, 101 });
    say(fd, ZH_SV("\r\n0\r\n\r\nPOST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"));
    say(fd, (zh_sv){ bytes, 100 });
    CHECK(hear(fd, text, sizeof text, "POST|/small", 5000));
    CHECK(count_of(text, "HTTP/1.1 400") == 4 && count_of(text, "too much") == 4 && w.last_refusal == ZH_FULL);
    CHECK(zh_http_stats_of(w.server).body_bytes <= 100);
    close(fd);

    const int huge = dial(zh_http_port(w.server));
    say(huge, ZH_SV("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1099511627776\r\n\r\n"));
    text[0] = '\0';
    CHECK(!hear(huge, text, sizeof text, NULL, 3000));
    CHECK(strstr(text, "HTTP/1.1 400") == text);
    close(huge);
    world_close(&w);
}

static void all_bodies_together_have_a_limit(void)
{
    world w;
    world_open(&w, (zh_http_desc){ .bodies_bytes_max = 100000 });
    const int first = dial(zh_http_port(w.server)), second = dial(zh_http_port(w.server));
    char bytes[60000], text[4096] = "";
    memset(bytes, 'x', sizeof bytes);
    say(first, ZH_SV("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 60001\r\n\r\n"));
    say(first, (zh_sv){ bytes, 60000 });
    while (zh_http_stats_of(w.server).body_bytes < 60000) usleep(1000);
    say(second, ZH_SV("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"));
    say(second, (zh_sv){ bytes, 60000 });
    CHECK(hear(second, text, sizeof text, "too much", 5000));
    CHECK(w.last_refusal == ZH_BUSY);
    say(first, ZH_SV("x"));
    text[0] = '\0';
    CHECK(hear(first, text, sizeof text, "\r\n\r\n", 5000));
    CHECK(strstr(text, "HTTP/1.1 200") == text);
    close(first);
    close(second);
    for (int i = 0; i < 2000 && zh_http_stats_of(w.server).body_bytes > 0; i++) usleep(1000);
    CHECK(zh_http_stats_of(w.server).body_bytes == 0); /* nothing leaks out of the account */
    world_close(&w);
}

static void long_urls_pass_up_to_the_limit(void)
{
    static const struct { size_t size; const char *want; } rows[] = {
        { 8000, "HTTP/1.1 200" }, { 32000, "HTTP/1.1 200" }, { ZH_HTTP_URL_MAX, "HTTP/1.1 200" },
        { ZH_HTTP_URL_MAX + 1, "HTTP/1.1 414" }, { 300000, "HTTP/1.1 4" },
    };
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    char *request = malloc(400000), *text = malloc(400000);
    CHECK(request != NULL && text != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int fd = dial(zh_http_port(w.server));
        memcpy(request, "GET /sa?data=", 13);
        memset(request + 13, 'A', rows[i].size);
        size_t size = rows[i].size + 4;
        memcpy(request + size, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
        say(fd, (zh_sv){ request, size + 22 });
        text[0] = '\0';
        hear(fd, text, 400000, "\r\n\r\n", 5000);
        CHECK_ROW(strstr(text, rows[i].want) == text, text);
        close(fd);
    }
    free(request);
    free(text);
    world_close(&w);
}

static void too_many_headers_are_refused(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    for (int extra = 0; extra < 2; extra++) {
        const int fd = dial(zh_http_port(w.server));
        say(fd, ZH_SV("GET /x HTTP/1.1\r\nHost: a\r\n"));
        for (int i = 0; i < ZH_HTTP_HEADERS_MAX - 1 + extra; i++) say(fd, ZH_SV("X-A: 1\r\n"));
        say(fd, ZH_SV("\r\n"));
        char text[4096] = "";
        hear(fd, text, sizeof text, "\r\n\r\n", 5000);
        CHECK(strstr(text, extra == 0 ? "HTTP/1.1 200" : "HTTP/1.1 431") == text);
        close(fd);
    }
    world_close(&w);
}

static void a_peer_that_dribbles_is_cut_and_others_are_served(void)
{
    static const char *const starts[] = { "", "GET /x HT", "GET /x HTTP/1.1\r\nHost: a\r\nX-A: ",
                                          "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" };
    world w;
    world_open(&w, (zh_http_desc){ .request_ms_max = 1000, .idle_ms_max = 60000, .threads = 1 });
    int fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = dial(zh_http_port(w.server));
        say(fds[i], zh_sv_of(starts[i]));
    }
    zh_client *client = client_to(&w);
    const int64_t began_us = zh_clock_mono_us(NULL);
    unsigned closed = 0;
    bool gone[4] = { false };
    while (closed < 4 && zh_clock_mono_us(NULL) - began_us < 10000000) {
        for (int i = 0; i < 4; i++) {
            char text[4096] = "";
            if (gone[i]) continue;
            if (i > 0) say(fds[i], ZH_SV("x")); /* a byte now and then keeps an idle timeout quiet */
            if (!hear(fds[i], text, sizeof text, NULL, 20)) gone[i] = true, closed++;
        }
        CHECK(ask(client, &(zh_client_question){ .url = ZH_SV("/x") }).status == 200);
    }
    CHECK(closed == 4 && zh_http_stats_of(w.server).cut == 4);
    CHECK(zh_clock_mono_us(NULL) - began_us > 900000); /* not before its time */
    for (int i = 0; i < 4; i++) close(fds[i]);
    zh_client_close(client);
    world_close(&w);
}

/* ---- held replies ---- */

typedef struct replier {
    world *w;
    uint64_t seed;
    unsigned count;
} replier;

static void *reply_mixed(void *ctx) /* in random order, beginning before all are there */
{
    replier *r = ctx;
    for (unsigned done = 0; done < r->count; done++) {
        pthread_mutex_lock(&r->w->mutex);
        while (r->w->held_count == 0) pthread_cond_wait(&r->w->changed, &r->w->mutex);
        const unsigned at = (unsigned)(test_random(&r->seed) % r->w->held_count);
        zh_http_request *request = r->w->held[at];
        r->w->held[at] = r->w->held[--r->w->held_count];
        pthread_mutex_unlock(&r->w->mutex);
        reply_to(request);
    }
    return NULL;
}

static void a_thousand_held_requests_each_get_their_own_answer(uint64_t seed)
{
    enum { COUNT = 1000, ROUNDS = 3 };
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    static int fds[COUNT];
    for (int i = 0; i < COUNT; i++) fds[i] = dial(zh_http_port(w.server));
    for (int round = 0; round < ROUNDS; round++) {
        const bool all_first = round == 0; /* then all are held at once; later replies race with arrivals */
        pthread_t threads[2];
        replier repliers[2] = { { &w, seed, COUNT / 2 }, { &w, seed + 1, COUNT / 2 } };
        if (!all_first)
            for (int t = 0; t < 2; t++) CHECK(pthread_create(&threads[t], NULL, reply_mixed, &repliers[t]) == 0);
        for (int i = 0; i < COUNT; i++) {
            char text[128];
            snprintf(text, sizeof text, "GET /held/%d-%d HTTP/1.1\r\nHost: a\r\n\r\n", round, i);
            say(fds[i], zh_sv_of(text));
        }
        if (all_first) {
            wait_for_held(&w, COUNT);
            CHECK(zh_http_stats_of(w.server).in_flight == COUNT);
            for (int t = 0; t < 2; t++) CHECK(pthread_create(&threads[t], NULL, reply_mixed, &repliers[t]) == 0);
        }
        for (int i = 0; i < COUNT; i++) {
            char text[1024] = "", want[64];
            snprintf(want, sizeof want, "\r\n\r\n/held/%d-%d", round, i);
            CHECK_ROW(hear(fds[i], text, sizeof text, want, 20000), want);
            CHECK_ROW(strstr(text, want) != NULL, want); /* else it never came */
            CHECK_ROW(strstr(text, "HTTP/1.1 200") == text, text);
        }
        for (int t = 0; t < 2; t++) pthread_join(threads[t], NULL);
    }
    for (int i = 0; i < COUNT; i++) close(fds[i]);
    world_close(&w);
}

static void a_client_that_left_while_held_does_no_harm(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    for (int i = 0; i < 50; i++) {
        const int fd = dial(zh_http_port(w.server));
        say(fd, ZH_SV("POST /held HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
        wait_for_held(&w, (unsigned)i + 1);
        close(fd);
    }
    for (int i = 0; i < 50; i++) reply_to(w.held[i]);
    world_close(&w);
}

/* ---- streams ---- */

static void pieces_reach_the_reader_as_they_are_pushed(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    char text[8192] = "";
    CHECK(hear(fd, text, sizeof text, ": hello\n\n", 5000));
    CHECK(strstr(text, "text/event-stream") != NULL);
    zh_http_stream *stream = wait_for_stream(&w);
    for (int i = 0; i < 20; i++) {
        char piece[32], want[32];
        snprintf(piece, sizeof piece, "data: %d\n\n", i);
        snprintf(want, sizeof want, "data: %d\n\n", i);
        const int64_t began_us = zh_clock_mono_us(NULL);
        CHECK(zh_http_stream_push(stream, zh_sv_of(piece)) == ZH_OK);
        CHECK(hear(fd, text, sizeof text, want, 5000));
        CHECK(strstr(text, want) != NULL && zh_clock_mono_us(NULL) - began_us < 2000000); /* not held back */
    }
    zh_http_stream_end(stream);
    CHECK(hear(fd, text, sizeof text, "\r\n0\r\n\r\n", 5000)); /* a proper end: the connection goes on */
    say(fd, ZH_SV("GET /after HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(hear(fd, text, sizeof text, "GET|/after", 5000) && strstr(text, "GET|/after") != NULL);
    close(fd);
    world_close(&w);
}

static void a_slow_reader_is_told_and_blocks_nobody(void)
{
    world w;
    world_open(&w, (zh_http_desc){ .threads = 1 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    zh_http_stream *stream = wait_for_stream(&w);
    static char piece[4096];
    memset(piece, 'x', sizeof piece);
    zh_client *client = client_to(&w);
    zh_err e = ZH_OK;
    unsigned pushed = 0;
    for (; e == ZH_OK && pushed < 100000; pushed++) {
        e = zh_http_stream_push(stream, (zh_sv){ piece, sizeof piece });
        if (e == ZH_FULL && zh_http_stats_of(w.server).requests < 50) { /* perhaps only faster than the loop */
            CHECK(ask(client, &(zh_client_question){ .url = ZH_SV("/x") }).status == 200);
            e = ZH_OK;
        }
    }
    CHECK(e == ZH_FULL);
    CHECK(ask(client, &(zh_client_question){ .url = ZH_SV("/x") }).status == 200);
    CHECK(zh_http_stats_of(w.server).streams == 1);
    zh_http_stream_end(stream);
    close(fd);
    zh_client_close(client);
    world_close(&w);
}

static void a_reader_that_left_stops_the_stream(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    zh_http_stream *stream = wait_for_stream(&w);
    char text[4096] = "";
    CHECK(hear(fd, text, sizeof text, ": hello", 5000));
    close(fd);
    zh_err e = ZH_OK;
    for (int i = 0; i < 500 && e == ZH_OK; i++) {
        e = zh_http_stream_push(stream, ZH_SV(": still there?\n\n"));
        usleep(5000);
    }
    CHECK(e == ZH_STOPPED);
    zh_http_stream_end(stream);
    CHECK(zh_http_stats_of(w.server).streams == 0);
    zh_client *client = client_to(&w);
    const zh_client_answer got = ask(client, &(zh_client_question){ .method = ZH_SV("HEAD"), .url = ZH_SV("/stream") });
    CHECK(got.status == 200 && got.body.size == 0);
    stream = wait_for_stream(&w);
    e = ZH_OK;
    for (int i = 0; i < 500 && e == ZH_OK; i++, usleep(5000)) e = zh_http_stream_push(stream, ZH_SV("x"));
    CHECK(e == ZH_STOPPED); /* HEAD has no body to wait for */
    zh_http_stream_end(stream);
    zh_client_close(client);
    world_close(&w);
}

static void a_stream_may_outlive_its_server(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    zh_http_stream *stream = wait_for_stream(&w);
    world_close(&w);
    CHECK(zh_http_stream_push(stream, ZH_SV("x")) == ZH_STOPPED);
    zh_http_stream_end(stream);
    close(fd);
}

/* ---- the end ---- */

static void *drain(void *ctx)
{
    world *w = ctx;
    static _Thread_local zh_err e;
    e = zh_http_drain(w->server, 10000);
    return e == ZH_OK ? NULL : w;
}

static void a_drain_lets_requests_under_way_finish(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const uint16_t port = zh_http_port(w.server);
    int fds[20];
    for (int i = 0; i < 20; i++) {
        fds[i] = dial(port);
        say(fds[i], ZH_SV("GET /held HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    const int listener = dial(port);
    say(listener, ZH_SV("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    zh_http_stream *stream = wait_for_stream(&w);
    wait_for_held(&w, 20);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, drain, &w) == 0);
    zh_err e = ZH_OK;
    for (int i = 0; i < 2000 && e == ZH_OK; i++, usleep(1000)) e = zh_http_stream_push(stream, ZH_SV(": x\n\n"));
    CHECK(e == ZH_STOPPED || e == ZH_FULL);
    zh_http_stream_end(stream);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int refused = 0;
    for (int i = 0; i < 2000 && !refused; i++, usleep(1000)) {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        refused = connect(fd, (struct sockaddr *)&at, sizeof at) != 0;
        close(fd);
    }
    CHECK(refused);
    for (int i = 0; i < 20; i++) reply_to(w.held[i]);
    for (int i = 0; i < 20; i++) {
        char text[1024] = "";
        CHECK(!hear(fds[i], text, sizeof text, NULL, 5000)); /* answered, then closed */
        CHECK(strstr(text, "HTTP/1.1 200") == text && strstr(text, "Connection: close") != NULL);
        close(fds[i]);
    }
    void *failed = NULL;
    pthread_join(thread, &failed);
    CHECK(failed == NULL && zh_http_stats_of(w.server).in_flight == 0);
    close(listener);
    world_close(&w);
}

static void a_drain_does_not_wait_for_ever(void)
{
    world w;
    world_open(&w, (zh_http_desc){ 0 });
    const int fd = dial(zh_http_port(w.server));
    say(fd, ZH_SV("GET /held HTTP/1.1\r\nHost: a\r\n\r\n"));
    wait_for_held(&w, 1);
    CHECK(zh_http_drain(w.server, 50) == ZH_TIMEOUT);
    reply_to(w.held[0]);
    CHECK(zh_http_drain(w.server, 5000) == ZH_OK);
    close(fd);
    world_close(&w);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_request_is_seen_whole_and_answered();
    a_large_body_arrives_in_one_piece();
    a_chunked_body_is_joined();
    a_sender_that_waits_for_100_gets_it();
    the_unix_socket_is_private_and_tells_itself_apart();
    a_taken_port_says_so();
    requests_two_servers_could_read_differently_are_refused();
    a_body_over_its_limit_is_refused_in_the_users_words_and_the_connection_lives();
    all_bodies_together_have_a_limit();
    long_urls_pass_up_to_the_limit();
    too_many_headers_are_refused();
    a_peer_that_dribbles_is_cut_and_others_are_served();
    a_thousand_held_requests_each_get_their_own_answer(seed);
    a_client_that_left_while_held_does_no_harm();
    pieces_reach_the_reader_as_they_are_pushed();
    a_slow_reader_is_told_and_blocks_nobody();
    a_reader_that_left_stops_the_stream();
    a_stream_may_outlive_its_server();
    a_drain_lets_requests_under_way_finish();
    a_drain_does_not_wait_for_ever();
    return 0;
}
