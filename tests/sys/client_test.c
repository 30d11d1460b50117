/* Goal: questions go out as asked, answers come back bounded, private addresses stay unreached.
 * Method: a bare socket that answers what a row says and keeps what it heard. */
#include "sys/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

typedef struct stub {
    int listener;
    uint16_t port;
    const char *answer; /* NULL: say nothing */
    int connections, questions;
    char heard[16384];
    pthread_t thread;
} stub;

static void *serve(void *ctx)
{
    stub *s = ctx;
    for (;;) {
        const int fd = accept(s->listener, NULL, NULL);
        if (fd < 0) return NULL;
        s->connections++;
        for (;;) {
            static _Thread_local char text[sizeof ((stub *)0)->heard];
            size_t size = 0;
            char *end = NULL;
            unsigned long need = 0;
            text[0] = '\0';
            while (end == NULL || size < (size_t)(end - text) + 4 + need) {
                const ssize_t n = recv(fd, text + size, sizeof text - 1 - size, 0);
                if (n <= 0) break;
                size += (size_t)n;
                text[size] = '\0';
                end = strstr(text, "\r\n\r\n");
                const char *length = strcasestr(text, "content-length:");
                need = length == NULL ? 0 : strtoul(length + 15, NULL, 10);
            }
            if (end == NULL) break;
            memcpy(s->heard, text, sizeof text); /* whole before the answer tells the test to look */
            s->questions++;
            if (s->answer != NULL && send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL) < 0) break;
        }
        close(fd);
    }
}

static void stub_open(stub *s, const char *answer)
{
    *s = (stub){ .answer = answer };
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(s->listener >= 0 && bind(s->listener, (struct sockaddr *)&at, size) == 0 && listen(s->listener, 8) == 0);
    CHECK(getsockname(s->listener, (struct sockaddr *)&at, &size) == 0);
    s->port = ntohs(at.sin_port);
    CHECK(pthread_create(&s->thread, NULL, serve, s) == 0);
}

static void stub_close(stub *s, zh_client *client)
{
    zh_client_close(client); /* first: the stub waits for its end */
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

static zh_client *client_of(const stub *s, zh_client_desc desc)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)s->port);
    desc.base_url = zh_sv_of(url);
    if (desc.timeout_ms == 0) desc.timeout_ms = 10000;
    zh_client *client = NULL;
    CHECK(zh_client_open(&client, &desc) == ZH_OK);
    return client;
}

#define FINE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A:  b \r\nX-A-B: c\r\n\r\nok"

static void questions_go_out_as_asked_over_one_connection(void)
{
    stub s;
    stub_open(&s, FINE);
    zh_client *client = client_of(&s, (zh_client_desc){ .bearer = ZH_SV("key-1") });
    zh_client_answer got;
    const zh_client_header headers[] = { { ZH_SV("X-One"), ZH_SV("1") }, { ZH_SV("X-Empty"), ZH_SV("") } };
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/a?b=c"), .headers = headers, .headers_count = 2 },
                        &got) == ZH_OK);
    CHECK(got.status == 200 && zh_sv_equal(got.body, ZH_SV("ok")));
    CHECK(zh_sv_equal(zh_client_header_of(&got, ZH_SV("x-a")), ZH_SV("b")));
    CHECK(zh_sv_equal(zh_client_header_of(&got, ZH_SV("X-A-B")), ZH_SV("c")));
    CHECK(zh_client_header_of(&got, ZH_SV("X")).data == NULL);
    CHECK(strstr(s.heard, "GET /a?b=c HTTP/1.1\r\n") == s.heard);
    CHECK(strstr(s.heard, "Authorization: Bearer key-1\r\n") != NULL);
    CHECK(strstr(s.heard, "X-One: 1\r\n") != NULL && strstr(s.heard, "X-Empty:\r\n") != NULL);

    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/b"), .body = ZH_SV("{}") }, &got) == ZH_OK);
    CHECK(strstr(s.heard, "POST /b HTTP/1.1\r\n") == s.heard && strstr(s.heard, "\r\n\r\n{}") != NULL);
    CHECK(strstr(s.heard, "Content-Type: application/json\r\n") != NULL && strstr(s.heard, "Expect") == NULL);
    CHECK(zh_client_ask(client, &(zh_client_question){ .method = ZH_SV("PUT"), .url = ZH_SV("/c"), .body = ZH_SV("x"),
                                                       .content_type = ZH_SV("text/csv") }, &got) == ZH_OK);
    CHECK(strstr(s.heard, "PUT /c HTTP/1.1\r\n") == s.heard && strstr(s.heard, "Content-Type: text/csv\r\n") != NULL);
    CHECK(zh_client_ask(client, &(zh_client_question){ .method = ZH_SV("DELETE"), .url = ZH_SV("/d") }, &got) == ZH_OK);
    CHECK(strstr(s.heard, "DELETE /d HTTP/1.1\r\n") == s.heard);
    CHECK(s.connections == 1 && s.questions == 4);
    stub_close(&s, client);
}

static void a_password_goes_as_basic(void)
{
    stub s;
    stub_open(&s, FINE);
    zh_client *client = client_of(&s, (zh_client_desc){ .user = ZH_SV("wk"), .password = ZH_SV("") });
    zh_client_answer got;
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/") }, &got) == ZH_OK);
    CHECK(strstr(s.heard, "Authorization: Basic d2s6\r\n") != NULL); /* "wk:" */
    stub_close(&s, client);
}

static void errors_have_their_names(void)
{
    stub s;
    stub_open(&s, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
                  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789");
    zh_client *client = client_of(&s, (zh_client_desc){ .body_bytes_max = 99 });
    zh_client_answer got;
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/") }, &got) == ZH_FULL);
    const zh_client_header split[] = { { ZH_SV("X"), ZH_SV("a\r\nHost: evil") } };
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/"), .headers = split, .headers_count = 1 }, &got) ==
          ZH_FORMAT);
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/a\r\nX: y") }, &got) == ZH_FORMAT);
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("file:///etc/hostname") }, &got) == ZH_FORMAT);
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("gopher://127.0.0.1/") }, &got) == ZH_FORMAT);
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("http://127.0.0.1:1/") }, &got) == ZH_BUSY);
    CHECK(zh_client_why(client).size > 0);
    stub_close(&s, client);

    stub_open(&s, NULL);
    client = client_of(&s, (zh_client_desc){ .timeout_ms = 200 });
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/") }, &got) == ZH_TIMEOUT);
    stub_close(&s, client);

    stub_open(&s, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    client = client_of(&s, (zh_client_desc){ 0 });
    CHECK(zh_client_ask(client, &(zh_client_question){ .url = ZH_SV("/") }, &got) == ZH_OK);
    CHECK(got.status == 302 && s.questions == 1);
    stub_close(&s, client);
}

static void check_24_special_addresses_are_not_reached(void)
{
    static const struct { const char *address; bool want; } rows[] = {
        { "8.8.8.8", true },        { "1.1.1.1", true },       { "127.0.0.1", false },   { "127.255.0.1", false },
        { "10.0.0.1", false },      { "172.16.0.1", false },   { "172.31.255.255", false }, { "172.32.0.1", true },
        { "192.168.1.1", false },   { "169.254.169.254", false }, { "100.64.0.1", false }, { "100.128.0.1", true },
        { "0.0.0.0", false },       { "224.0.0.1", false },    { "255.255.255.255", false }, { "198.18.0.1", false },
        { "::1", false },           { "::", false },           { "fe80::1", false },     { "fc00::1", false },
        { "fd12::1", false },       { "ff02::1", false },      { "::ffff:127.0.0.1", false }, { "::ffff:8.8.8.8", true },
        { "64:ff9b::7f00:1", false }, { "2002:7f00:1::", false }, { "2001:db8::1", false }, { "2001::1", false },
        { "2606:4700::1111", true }, { "3fff::1", false },   { "3fff:0fff::1", false }, { "3fff:1000::1", true }, { "5f00::1", false }, { "text", false },        { "", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_client_is_public(zh_sv_of(rows[i].address)) == rows[i].want, rows[i].address);

    static const char *const disguises[] = { "http://127.0.0.1", "http://localhost", "http://2130706433", "http://0x7f.1",
                                             "http://0177.0.0.1", "http://127.1", "http://017700000001", "http://0x7f000001", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://0" };
    stub s;
    stub_open(&s, FINE);
    zh_client *client = NULL;
    CHECK(zh_client_open(&client, &(zh_client_desc){ .public_only = true, .timeout_ms = 3000 }) == ZH_OK);
    for (size_t i = 0; i < sizeof disguises / sizeof *disguises; i++) {
        char url[128];
        zh_client_answer got;
        snprintf(url, sizeof url, "%s:%u/", disguises[i], (unsigned)s.port);
        CHECK_ROW(zh_client_ask(client, &(zh_client_question){ .url = zh_sv_of(url) }, &got) == ZH_DENIED, disguises[i]);
    }
    CHECK(s.connections == 0);
    stub_close(&s, client);
}

int main(void)
{
    questions_go_out_as_asked_over_one_connection();
    a_password_goes_as_basic();
    errors_have_their_names();
    PROVE(check_24_special_addresses_are_not_reached);
    zh_client_close(NULL);
    return 0;
}
