/* Goal: pieces arrive as they are pushed, slow and lost readers harm nobody. Method: bare sockets that read, wait
 * or leave. */
#include "http_world.h"

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

int main(void)
{
    pieces_reach_the_reader_as_they_are_pushed();
    a_slow_reader_is_told_and_blocks_nobody();
    a_reader_that_left_stops_the_stream();
    a_stream_may_outlive_its_server();
    return 0;
}
