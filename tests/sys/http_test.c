/* Goal: the server begins, keeps its addresses to itself and ends without losing what is under way.
 * Method: real servers on free loopback ports and in fresh folders. */
#include "http_world.h"

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

int main(void)
{
    the_unix_socket_is_private_and_tells_itself_apart();
    a_taken_port_says_so();
    a_drain_lets_requests_under_way_finish();
    a_drain_does_not_wait_for_ever();
    return 0;
}
