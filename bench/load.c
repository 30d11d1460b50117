/* load.c -- zhun-load: how much a running engine answers a second, and how fast.
 *
 *   zhun-load ingest    --url http://127.0.0.1:8700 --key KEY [--batch 100] [--rate EVENTS_PER_S]
 *   zhun-load recommend --url http://127.0.0.1:8700 --key SERVERKEY
 *   zhun-load get       --url http://127.0.0.1:8700 --path /healthz
 *   common: [--connections 64] [--seconds 10] [--requests N] [--customers 1000000] [--items 20000]
 *           [--seed 1]
 *
 * One thread, one epoll, keep-alive connections with one request under way each. A request is a
 * template made once; before each sending only the fields that differ (messageId, ids of the
 * customer, product_id, times) are overwritten in place, fixed in width, so the generator takes little of the
 * machine it shares with the engine. Latency runs from the first byte sent to the last byte
 * received, into logarithmic buckets of 1/16 of a power of two (error below 6.25 %).
 *
 * Bounded in time, requests and connections; connects to loopback only: this is no tool against
 * others. A 429 or 503 pauses that connection as Retry-After says, at most a second, and is counted
 * apart.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/rng.h"

#define CONNECTIONS_MAX 1024
#define BATCH_MAX       800     /* events a request; more would pass 512,000 bytes */
#define SECONDS_MAX     600
#define REQUESTS_MAX    100000000
#define ANSWER_MAX      (1u << 20) /* one answer with its headers */
#define PAUSE_MS_MAX    1000
#define HEAD_MAX        1024
#define ID_WIDTH        8       /* digits of --customers and --items at most */
#define ZIPF_STEPS      (1u << 20) /* draws that the popularity of items is cut into; 4 MB */
#define BUCKETS         (64 * 16)

typedef enum mode { INGEST, RECOMMEND, GET } mode;

typedef struct options {
    mode mode;
    uint16_t port;
    const char *key, *path;
    unsigned connections, batch, seconds;
    uint64_t rate, requests, customers, items, seed;
    uint32_t *popular; /* ZIPF_STEPS items, each as often as it is asked for */
} options;

typedef struct connection {
    int fd;
    bool busy;
    uint32_t events; /* epoll's, as registered */
    char *request;   /* head and body, patched in place */
    size_t request_size, body_at, sent;
    char *answer;
    size_t answer_size;
    int64_t began_us, paused_until_us;
} connection;

typedef struct tally {
    uint64_t answers, good, errors, busy, bytes_in;
    uint64_t status[600], buckets[BUCKETS];
    uint64_t max_us;
} tally;

static int64_t mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *what, const char *advice)
{
    fprintf(stderr, "zhun-load: %s: %s\n", what, advice);
    exit(3);
}

/* ---- the histogram ---- */

static size_t bucket_of(uint64_t us)
{
    if (us < 16) return (size_t)us;
    const unsigned high = 63 - (unsigned)__builtin_clzll(us);
    return (size_t)(high - 3) * 16 + (size_t)(us >> (high - 4) & 15);
}

static double bucket_end_us(size_t bucket)
{
    if (bucket < 16) return (double)bucket + 1;
    return (double)((16 + (bucket & 15)) + 1) * (double)(UINT64_C(1) << (bucket / 16 - 1));
}

static double share_ms(const tally *t, double share)
{
    uint64_t seen = 0, all = 0;
    for (size_t i = 0; i < BUCKETS; i++) all += t->buckets[i];
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += t->buckets[i];
        if (all > 0 && (double)seen >= share * (double)all) {
            const double us = bucket_end_us(i);
            return (us < (double)t->max_us ? us : (double)t->max_us) / 1000;
        }
    }
    return 0;
}

/* ---- templates: fixed-width fields, so that patching never moves a byte ---- */

/* 573 bytes: a Product Viewed as Segment's browser library sends it. Fields to patch stand as #…#, each as wide as
 * what is written there; an item's number ends with the quote, and blanks, which JSON allows, fill what is left. */
static const char event_text[] =
    "{\"type\":\"track\",\"event\":\"Product Viewed\","
    "\"messageId\":\"#mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm#\",\"anonymousId\":\"#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#\","
    "\"userId\":\"#uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu#\",\"timestamp\":\"#tttttttttttttttttttttt#\","
    "\"properties\":{\"product_id\":\"p#iiiiii#\",\"sku\":\"SKU-#ssssss#\","
    "\"category\":\"Games\",\"name\":\"Monopoly: 3rd Edition\",\"brand\":\"Hasbro\","
    "\"price\":18.99,\"quantity\":1,\"currency\":\"USD\"},"
    "\"context\":{\"page\":{\"url\":\"https://shop.example/p/monopoly\"},"
    "\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) Firefox/128\","
    "\"library\":{\"name\":\"analytics.js\",\"version\":\"2.1\"}}}";
_Static_assert(sizeof event_text - 1 == 573, "the event all numbers of the project are quoted for");

static char *field_in(char *text, char letter)
{
    const char mark[4] = { '#', letter, letter, '\0' };
    char *at = strstr(text, mark);
    if (at == NULL) die("a template lacks a field", "this is a bug");
    return at;
}

/* "u#uuuuuu#" becomes "u7" and blanks: at is the first digit, the quote behind the field moves. */
static void patch_id(char *at, uint64_t number)
{
    char digits[24];
    const int size = snprintf(digits, sizeof digits, "%llu\"", (unsigned long long)number);
    memset(at, ' ', ID_WIDTH + 1);
    memcpy(at, digits, (size_t)size);
}

/* A UUID of version 4 in its 36 characters. */
static void patch_uuid(char *at, uint64_t high, uint64_t low)
{
    static const char digits[] = "0123456789abcdef";
    high = (high & ~UINT64_C(0xF000)) | 0x4000;
    low = (low & ~(UINT64_C(3) << 62)) | (UINT64_C(2) << 62);
    for (int i = 15; i >= 0; i--, high >>= 4) at[i + (i >= 8) + (i >= 12)] = digits[high & 15];
    for (int i = 15; i >= 0; i--, low >>= 4) at[19 + i + (i >= 4)] = digits[low & 15];
    at[8] = at[13] = at[18] = at[23] = '-';
}

/* Ids that are always the same customer's: kind is 'a' or 'u'. */
static void patch_customer(char *at, char kind, uint64_t customer)
{
    patch_uuid(at, zh_mix64(customer * 256 + (unsigned char)kind), zh_mix64(~(customer * 256 + (unsigned char)kind)));
}

/* "2026-11-02T08:00:00.123Z", 24 bytes */
static void time_text(char text[25])
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    char whole[64];
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(whole + 19, sizeof whole - 19, ".%03dZ", (int)(now.tv_nsec / 1000000));
    memcpy(text, whole, 25);
}

/* Where the fields of one event begin; the same in all events. */
typedef struct fields {
    size_t message, anonymous, user, time, item, sku;
} fields;

static fields fields_of_event(void)
{
    static char copy[sizeof event_text];
    memcpy(copy, event_text, sizeof event_text);
    return (fields){ (size_t)(field_in(copy, 'm') - copy), (size_t)(field_in(copy, 'a') - copy),
                     (size_t)(field_in(copy, 'u') - copy), (size_t)(field_in(copy, 't') - copy),
                     (size_t)(field_in(copy, 'i') - copy), (size_t)(field_in(copy, 's') - copy) };
}

static const char batch_head[] = "{\"batch\":[";
static const char batch_tail[] = "],\"sentAt\":\"#tttttttttttttttttttttt#\"}";
static const char ask_text[] = "{\"placement\":\"#pppppppppp#\",\"userId\":\"#uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu#\",\"n\":10,"
                               "\"context\":{\"itemId\":\"p#iiiiii#\"}}";

static void base64(char *to, const char *from)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t size = strlen(from);
    for (size_t i = 0; i < size; i += 3) {
        uint32_t word = 0;
        for (size_t j = 0; j < 3; j++)
            word = word << 8 | (i + j < size ? (unsigned char)from[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            *to++ = i + j <= size ? digits[word >> (18 - 6 * j) & 63] : '=';
    }
    *to = '\0';
}

static void put_body(zh_buf *body, const options *o)
{
    if (o->mode == RECOMMEND) zh_buf_put(body, zh_sv_of(ask_text));
    if (o->mode != INGEST) return;
    zh_buf_put(body, zh_sv_of(batch_head));
    for (unsigned i = 0; i < o->batch; i++) {
        if (i > 0) zh_buf_put(body, ZH_SV(","));
        zh_buf_put(body, zh_sv_of(event_text));
    }
    zh_buf_put(body, zh_sv_of(batch_tail));
}

static void make_request(connection *c, const options *o)
{
    char head[HEAD_MAX], authorization[640] = "";
    zh_buf body = zh_buf_open(1 << 20);
    put_body(&body, o);
    if (zh_buf_err(&body) != ZH_OK) die("no memory for a request", "take a smaller batch");
    if (o->key[0] != '\0' && o->mode == INGEST) {
        char with_colon[260], coded[400];
        snprintf(with_colon, sizeof with_colon, "%s:", o->key);
        base64(coded, with_colon);
        snprintf(authorization, sizeof authorization, "Authorization: Basic %s\r\n", coded);
    } else if (o->key[0] != '\0') {
        snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", o->key);
    }
    const char *path = o->mode == INGEST      ? "/v1/batch"
                       : o->mode == RECOMMEND ? "/v1/recommend"
                                              : o->path;
    char length[96] = "";
    if (o->mode != GET)
        snprintf(length, sizeof length, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                 body.size);
    const int head_size = snprintf(
        head, sizeof head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s\r\n",
        o->mode == GET ? "GET" : "POST", path, (unsigned)o->port, authorization, length);
    if (head_size < 0 || (size_t)head_size >= sizeof head)
        die("the path or the key is too long", "shorten it");
    c->body_at = (size_t)head_size;
    c->request_size = c->body_at + body.size;
    c->request = malloc(c->request_size + 1);
    c->answer = malloc(ANSWER_MAX + 1);
    if (c->request == NULL || c->answer == NULL) die("out of memory", "take fewer connections");
    memcpy(c->request, head, c->body_at);
    if (body.size > 0) memcpy(c->request + c->body_at, body.data, body.size);
    c->request[c->request_size] = '\0';
    zh_buf_close(&body);
}

static void patch_batch(connection *c, const options *o, const fields *f, zh_rng *rng, zh_rng *messages)
{
    char now[25];
    time_text(now);
    char *event = c->request + c->body_at + sizeof batch_head - 1;
    /* with the comma for the NUL */
    for (unsigned i = 0; i < o->batch; i++, event += sizeof event_text) {
        const uint64_t user = zh_rng_below(rng, o->customers), item = o->popular[zh_rng_below(rng, ZIPF_STEPS)];
        patch_uuid(event + f->message, zh_rng_next(messages), zh_rng_next(messages));
        patch_customer(event + f->anonymous, 'a', user);
        patch_customer(event + f->user, 'u', user);
        memcpy(event + f->time, now, 24);
        patch_id(event + f->item, item);
        patch_id(event + f->sku, item);
    }
    memcpy(event - 1 + strlen("],\"sentAt\":\""), now, 24);
}

/* The placement keeps its width by blanks outside the quotes, which JSON allows. */
static void patch_ask(connection *c, const options *o, zh_rng *rng)
{
    static const char *const places[] = { "home\"        ", "product_page\"" };
    char *body = c->request + c->body_at;
    static const size_t place_at = sizeof "{\"placement\":\"" - 1;
    const size_t user_at = place_at + strlen("#pppppppppp#\",\"userId\":\"");
    const size_t item_at = user_at + strlen("#uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu#\",\"n\":10,\"context\":{\"itemId\":\"p");
    memcpy(body + place_at, places[zh_rng_below(rng, 2)], 13);
    patch_customer(body + user_at, 'u', zh_rng_below(rng, o->customers));
    patch_id(body + item_at, o->popular[zh_rng_below(rng, ZIPF_STEPS)]);
}

/* Zipf's law with exponent 1: item k is drawn in proportion to 1 / (k + 1). A table of draws, so that one costs one
 * look; an item too rare for a whole step is not drawn. */
static uint32_t *draw_popular(uint64_t items)
{
    uint32_t *steps = malloc(ZIPF_STEPS * sizeof *steps);
    if (steps == NULL) die("out of memory", "close something");
    double sum = 0, mass = 0;
    for (uint64_t k = 0; k < items; k++) sum += 1.0 / (double)(k + 1);
    uint32_t step = 0;
    for (uint64_t k = 0; k < items; k++) {
        mass += 1.0 / (double)(k + 1);
        for (const double end = mass / sum * ZIPF_STEPS; step < ZIPF_STEPS && (double)step < end; step++)
            steps[step] = (uint32_t)k;
    }
    for (; step < ZIPF_STEPS; step++) steps[step] = 0;
    return steps;
}

/* ---- connections ---- */

static void watch(int epoll, connection *c, uint32_t events, int how)
{
    if (how == EPOLL_CTL_MOD && c->events == events) return;
    struct epoll_event e = { .events = events, .data.ptr = c };
    c->events = events;
    if (epoll_ctl(epoll, how, c->fd, &e) != 0) die("epoll", strerror(errno));
}

static void dial(int epoll, connection *c, const options *o)
{
    const int one = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(o->port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof at) != 0)
        die("nobody answers on that port of 127.0.0.1", "start the engine first");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0) die("fcntl", strerror(errno));
    c->busy = false;
    watch(epoll, c, EPOLLIN, EPOLL_CTL_ADD);
}

static void redial(int epoll, connection *c, const options *o)
{
    close(c->fd);
    dial(epoll, c, o);
}

/* false: the connection is gone. */
static bool send_some(int epoll, connection *c)
{
    while (c->sent < c->request_size) {
        const ssize_t n = send(c->fd, c->request + c->sent, c->request_size - c->sent,
                               MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {
            watch(epoll, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            return true;
        }
        if (n <= 0) return false;
        c->sent += (size_t)n;
    }
    watch(epoll, c, EPOLLIN, EPOLL_CTL_MOD);
    return true;
}

/* Bytes of a whole answer, 0 while it is not whole, SIZE_MAX when it is not understood. */
static size_t whole_answer(const connection *c, size_t *body_at)
{
    const char *end = memmem(c->answer, c->answer_size, "\r\n\r\n", 4);
    if (end == NULL) return c->answer_size >= ANSWER_MAX ? SIZE_MAX : 0;
    *body_at = (size_t)(end - c->answer) + 4;
    const char *line = c->answer;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end + 2 - line));
        if (strncasecmp(line, "content-length:", 15) == 0) {
            const size_t all = *body_at + strtoul(line + 15, NULL, 10);
            return all > ANSWER_MAX ? SIZE_MAX : c->answer_size >= all ? all : 0;
        }
        if (next == NULL) break;
        line = next + 1;
    }
    const int status = atoi(c->answer + 9);
    if (status == 204 || status == 304) return *body_at;
    return SIZE_MAX; /* chunked answers are not asked for here */
}

static unsigned pause_ms(const connection *c, size_t body_at)
{
    const char *again = memmem(c->answer, body_at, "Retry-After:", 12);
    const unsigned long ms = again == NULL ? 100 : strtoul(again + 12, NULL, 10) * 1000;
    return ms == 0 ? 10 : ms > PAUSE_MS_MAX ? PAUSE_MS_MAX : (unsigned)ms;
}

static void count_answer(tally *t, connection *c, size_t size, size_t body_at, int64_t now_us)
{
    const uint64_t us = (uint64_t)(now_us - c->began_us);
    const unsigned status = (unsigned)atoi(c->answer + 9);
    t->answers++;
    t->bytes_in += size;
    if (status < 600) t->status[status]++;
    if (status >= 200 && status < 300) {
        t->good++;
        t->buckets[bucket_of(us)]++;
        if (us > t->max_us) t->max_us = us;
    } else if (status == 429 || status == 503) {
        t->busy++;
        c->paused_until_us = now_us + (int64_t)pause_ms(c, body_at) * 1000;
    } else {
        t->errors++;
    }
}

/* false: the connection must be made anew. */
static bool receive_some(connection *c, tally *t)
{
    for (;;) {
        const ssize_t n = recv(c->fd, c->answer + c->answer_size, ANSWER_MAX - c->answer_size, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return true;
        if (n <= 0) {
            if (c->busy) t->errors++;
            return false;
        }
        c->answer_size += (size_t)n;
        c->answer[c->answer_size] = '\0';
        size_t body_at = 0;
        const size_t size = whole_answer(c, &body_at);
        if (size == 0) continue;
        if (size == SIZE_MAX || !c->busy) {
            t->errors++;
            return false;
        }
        count_answer(t, c, size, body_at, mono_us());
        const bool close_it = memmem(c->answer, body_at, "Connection: close", 17) != NULL;
        const bool unsent = c->sent < c->request_size;
        c->busy = false;
        c->answer_size = 0;
        return !close_it && !unsent;
    }
}

/* ---- the run ---- */

typedef struct run {
    options o;
    fields f;
    int epoll;
    connection *connections;
    tally t;
    zh_rng rng, messages;
    uint64_t started;
    int64_t began_us, ended_us;
} run;

/* With a rate, the n-th request has its moment; one that is late is sent at once. */
static bool due(const run *r, int64_t now_us)
{
    if (r->o.requests > 0 && r->started >= r->o.requests) return false;
    if (r->o.rate == 0) return true;
    const double each = r->o.mode == INGEST ? (double)r->o.batch : 1;
    return (double)r->started * each <= (double)r->o.rate * (double)(now_us - r->began_us) / 1e6;
}

static void start_request(run *r, connection *c, int64_t now_us)
{
    if (r->o.mode == INGEST) patch_batch(c, &r->o, &r->f, &r->rng, &r->messages);
    if (r->o.mode == RECOMMEND) patch_ask(c, &r->o, &r->rng);
    c->sent = 0;
    c->answer_size = 0;
    c->busy = true;
    c->began_us = now_us;
    r->started++;
    if (!send_some(r->epoll, c)) {
        r->t.errors++;
        redial(r->epoll, c, &r->o);
    }
}

static void handle(run *r, connection *c, uint32_t events)
{
    bool alive = true;
    if (events & EPOLLOUT) alive = send_some(r->epoll, c);
    if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) alive = receive_some(c, &r->t);
    if (!alive) redial(r->epoll, c, &r->o);
}

/* Each connection that is free and due begins; the number still under way. */
static unsigned begin_due(run *r, bool over)
{
    unsigned busy = 0;
    for (unsigned i = 0; i < r->o.connections; i++) {
        connection *c = &r->connections[i];
        if (!c->busy && !over) {
            const int64_t now_us = mono_us();
            if (now_us >= c->paused_until_us && due(r, now_us)) start_request(r, c, now_us);
        }
        busy += c->busy;
    }
    return busy;
}

static void go(run *r)
{
    struct epoll_event events[CONNECTIONS_MAX];
    r->began_us = mono_us();
    const int64_t end_us = r->began_us + (int64_t)r->o.seconds * 1000000;
    for (;;) {
        const int64_t now_us = mono_us();
        const bool over = now_us >= end_us || (r->o.requests > 0 && r->started >= r->o.requests);
        const unsigned busy = begin_due(r, over);
        /* the rest gets five seconds */
        if (over && (busy == 0 || now_us >= end_us + 5000000)) break;
        const int n = epoll_wait(r->epoll, events, CONNECTIONS_MAX, 1);
        for (int i = 0; i < n; i++) handle(r, events[i].data.ptr, events[i].events);
    }
    r->ended_us = mono_us();
}

static void print_result(const run *r)
{
    static const char *const names[] = { "ingest", "recommend", "get" };
    const double seconds = (double)(r->ended_us - r->began_us) / 1e6;
    const double each = r->o.mode == INGEST ? (double)r->o.batch : 1;
    printf("{\"bench\":\"%s\",\"seconds\":%.3f,\"connections\":%u,", names[r->o.mode], seconds,
           r->o.connections);
    if (r->o.mode == INGEST)
        printf("\"batch\":%u,\"events_per_s\":%.0f,", r->o.batch,
               (double)r->t.good * each / seconds);
    printf("\"requests_per_s\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":"
           "%.3f,\"max_ms\":%.3f,",
           (double)r->t.good / seconds, share_ms(&r->t, 0.5), share_ms(&r->t, 0.9),
           share_ms(&r->t, 0.99), share_ms(&r->t, 0.999), (double)r->t.max_us / 1000);
    printf("\"errors\":%llu,\"busy\":%llu,\"bytes_in\":%llu,\"status\":{",
           (unsigned long long)r->t.errors, (unsigned long long)r->t.busy,
           (unsigned long long)r->t.bytes_in);
    const char *comma = "";
    for (unsigned s = 0; s < 600; s++) {
        if (r->t.status[s] == 0) continue;
        printf("%s\"%u\":%llu", comma, s, (unsigned long long)r->t.status[s]);
        comma = ",";
    }
    printf("}}\n");
}

/* ---- options ---- */

static const char usage[] =
    "usage: zhun-load ingest|recommend|get [--url http://127.0.0.1:8700] [--key KEY]\n"
    "       [--path /healthz] [--connections 64] [--batch 100] [--rate PER_S] [--seconds 10]\n"
    "       [--requests N]\n"
    "       [--customers 1000000] [--items 20000] [--seed 1]\n"
    "example: zhun-load ingest --key $ZHUN_WRITE_KEY --seconds 5\n";

static void wrong(const char *what)
{
    fprintf(stderr, "zhun-load: %s\n%s", what, usage);
    exit(2);
}

static uint64_t number_of(const char *text, uint64_t low, uint64_t high)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < low || value > high)
        wrong(text);
    return value;
}

static uint16_t port_of(const char *url)
{
    static const char *const hosts[] = { "http://127.0.0.1:", "http://localhost:" };
    for (size_t i = 0; i < 2; i++) {
        const size_t size = strlen(hosts[i]);
        if (strncmp(url, hosts[i], size) != 0) continue;
        char digits[8];
        const size_t count = strspn(url + size, "0123456789");
        if (count >= sizeof digits || strspn(url + size + count, "/") != strlen(url + size + count))
            break;
        memcpy(digits, url + size, count);
        digits[count] = '\0';
        return (uint16_t)number_of(digits, 1, 65535);
    }
    wrong("--url must be http://127.0.0.1:PORT: this tool loads this machine only");
    return 0;
}

static options read_options(int argc, char **argv)
{
    static const struct option longs[] = {
        { "url", 1, NULL, 'u' },     { "key", 1, NULL, 'k' },      { "path", 1, NULL, 'p' },
        { "connections", 1, NULL, 'c' }, { "batch", 1, NULL, 'b' }, { "rate", 1, NULL, 'r' },
        { "seconds", 1, NULL, 's' }, { "requests", 1, NULL, 'n' }, { "customers", 1, NULL, 'C' },
        { "items", 1, NULL, 'i' },   { "seed", 1, NULL, 'S' },     { "help", 0, NULL, 'h' }, { 0 },
    };
    options o = { .port = 8700,
                  .key = "",
                  .path = "/healthz",
                  .connections = 64,
                  .batch = 100,
                  .seconds = 10,
                  .customers = 1000000,
                  .items = 20000,
                  .seed = 1 };
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        switch (c) {
        case 'u': o.port = port_of(optarg); break;
        case 'k': o.key = optarg; break;
        case 'p': o.path = optarg; break;
        case 'c': o.connections = (unsigned)number_of(optarg, 1, CONNECTIONS_MAX); break;
        case 'b': o.batch = (unsigned)number_of(optarg, 1, BATCH_MAX); break;
        case 'r': o.rate = number_of(optarg, 0, UINT32_MAX); break;
        case 's': o.seconds = (unsigned)number_of(optarg, 1, SECONDS_MAX); break;
        case 'n': o.requests = number_of(optarg, 1, REQUESTS_MAX); break;
        case 'C': o.customers = number_of(optarg, 1, 99999999); break;
        case 'i': o.items = number_of(optarg, 1, 99999999); break;
        case 'S': o.seed = number_of(optarg, 0, UINT64_MAX); break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(2);
        }
    }
    if (optind != argc - 1) wrong("say what to load: ingest, recommend or get");
    if (strcmp(argv[optind], "ingest") == 0) o.mode = INGEST;
    else if (strcmp(argv[optind], "recommend") == 0) o.mode = RECOMMEND;
    else if (strcmp(argv[optind], "get") == 0) o.mode = GET;
    else wrong("say what to load: ingest, recommend or get");
    if (strlen(o.key) > 255 || strpbrk(o.key, "\r\n") != NULL || strpbrk(o.path, " \r\n") != NULL)
        wrong("a bad key or path");
    return o;
}

int main(int argc, char **argv)
{
    static run r;
    r.o = read_options(argc, argv);
    r.f = fields_of_event();
    struct timespec now;
    /* another run has other messageIds, or all would be duplicates */
    clock_gettime(CLOCK_REALTIME, &now);
    r.rng = (zh_rng){ .seed = r.o.seed };
    r.messages = (zh_rng){ .seed = r.o.seed, .stream = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec };
    r.o.popular = draw_popular(r.o.items);
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    r.connections = calloc(r.o.connections, sizeof *r.connections);
    if (r.epoll < 0 || r.connections == NULL) die("out of memory", "take fewer connections");
    for (unsigned i = 0; i < r.o.connections; i++) {
        make_request(&r.connections[i], &r.o);
        dial(r.epoll, &r.connections[i], &r.o);
    }
    go(&r);
    print_result(&r);
    for (unsigned i = 0; i < r.o.connections; i++) {
        close(r.connections[i].fd);
        free(r.connections[i].request);
        free(r.connections[i].answer);
    }
    free(r.connections);
    free(r.o.popular);
    close(r.epoll);
    return r.t.good > 0 ? 0 : 1;
}
