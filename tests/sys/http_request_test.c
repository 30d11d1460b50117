/* Goal: a handler sees what was sent, whole and bounded, and each request gets its own answer, now or later.
 * Method: our own client for the plain way, bare sockets for what no decent client sends; a thousand held
 * requests answered in random order by two threads. */
#include "http_world.h"

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

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_request_is_seen_whole_and_answered();
    a_large_body_arrives_in_one_piece();
    a_chunked_body_is_joined();
    a_sender_that_waits_for_100_gets_it();
    requests_two_servers_could_read_differently_are_refused();
    a_body_over_its_limit_is_refused_in_the_users_words_and_the_connection_lives();
    all_bodies_together_have_a_limit();
    long_urls_pass_up_to_the_limit();
    too_many_headers_are_refused();
    a_thousand_held_requests_each_get_their_own_answer(seed);
    a_client_that_left_while_held_does_no_harm();
    return 0;
}
