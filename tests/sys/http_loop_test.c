/* Goal: one thread serves many, and none of them can keep it from the others. Method: slow, many and greedy peers. */
#include "http_world.h"

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

/* libmicrohttpd hands out events in rounds of 128; its own thread stood still when a round was just full. */
static void a_burst_of_exactly_one_round_is_served_at_once(void)
{
    enum { ROUND = 128 };
    world w;
    world_open(&w, (zh_http_desc){ .threads = 1 });
    int fds[ROUND + 1];
    for (int i = 0; i <= ROUND; i++) {
        char text[1024] = "";
        fds[i] = dial(zh_http_port(w.server));
        say(fds[i], ZH_SV("GET /first HTTP/1.1\r\nHost: a\r\n\r\n"));
        CHECK(hear(fds[i], text, sizeof text, "GET|/first", 5000));
    }
    say(fds[ROUND], ZH_SV("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n"));
    usleep(100000); /* the loop is inside the handler: all the others become ready together */
    for (int i = 0; i < ROUND; i++) say(fds[i], ZH_SV("GET /burst HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 0; i <= ROUND; i++) {
        char text[1024] = "";
        hear(fds[i], text, sizeof text, i == ROUND ? "GET|/sleep" : "GET|/burst", 5000);
        CHECK(strstr(text, "HTTP/1.1 200") == text);
        close(fds[i]);
    }
    world_close(&w);
}

static void newcomers_wait_while_all_places_are_taken(void)
{
    world w;
    world_open(&w, (zh_http_desc){ .connections_max = 3, .threads = 2 });
    int fds[5];
    char text[5][1024] = { "" };
    for (int i = 0; i < 5; i++) {
        fds[i] = dial(zh_http_port(w.server)); /* the kernel takes the last two */
        say(fds[i], ZH_SV("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    unsigned served = 0;
    bool first_done[5] = { false };
    for (int i = 0; i < 5; i++) {
        hear(fds[i], text[i], sizeof text[i], "GET|/x", 300);
        first_done[i] = strstr(text[i], "HTTP/1.1 200") != NULL;
        served += first_done[i];
    }
    CHECK(served >= 3 && served <= 4); /* two threads may each let one in at the same moment */
    CHECK(zh_http_stats_of(w.server).connections == served);
    for (int i = 0; i < 5; i++)
        if (first_done[i]) close(fds[i]);
    for (int i = 0; i < 5; i++) {
        if (first_done[i]) continue;
        hear(fds[i], text[i], sizeof text[i], "GET|/x", 5000);
        CHECK(strstr(text[i], "HTTP/1.1 200") == text[i]);
        close(fds[i]);
    }
    world_close(&w);
}

int main(void)
{
    a_peer_that_dribbles_is_cut_and_others_are_served();
    a_burst_of_exactly_one_round_is_served_at_once();
    newcomers_wait_while_all_places_are_taken();
    return 0;
}
