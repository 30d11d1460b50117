/* segment_bench.c -- what one event of the Segment dialect costs from its bytes to a canonical event.
 * Batches of 100 events of 573 bytes, like those of Segment's server SDK; prints JSON lines. */
#include "base/json.h"
#include "collect/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EVENTS 100
#define EVENT_BYTES 573
#define ROUNDS 3000

static double now_ns(void) /* of this process: others may be at work on the machine */
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void put_event(zh_buf *out, int i)
{
    const size_t before = out->size;
    zh_buf_printf(out,
                  "{\"timestamp\":\"2026-11-21T18:36:40.%03dZ\",\"integrations\":{},\"event\":"
                  "\"Product Viewed\",\"type\":\"track\","
                  "\"properties\":{\"product_id\":\"8512%dA\",\"name\":"
                  "\"\xE7\x99\xBD\xE8\x89\xB2\xE5\xBF\x83\xE5\xBD\xA2\xE8\x8C\xB6\xE7\x81\xAF\xE6"
                  "\x9E\xB6\",\"category\":\"home\","
                  "\"price\":2.55,\"currency\":\"CNY\",\"quantity\":6,\"position\":%d,\"url\":"
                  "\"https://shop.example/item/8512%dA\"},"
                  "\"context\":{\"ip\":\"203.0.113.9\",\"locale\":\"zh-CN\",\"userAgent\":\"demo/"
                  "1.0\",\"library\":{\"name\":\"@segment/analytics-node\",\"version\":\"3.1.0\"}},"
                  "\"userId\":\"u%d\",\"messageId\":\"node-next-1795286200981-3a748af9-58d7-4da1-"
                  "8161-%012d\",\"_metadata\":{\"nodeVersion\":\"v20.20.2\"},\"pad\":\"",
                  i, i % 10, i, i % 10, i, i);
    const size_t used = out->size - before + 2;
    for (size_t pad = used; pad < EVENT_BYTES; pad++) zh_buf_put_u8(out, 'x');
    zh_buf_put(out, ZH_SV("\"}"));
    if (out->size - before != EVENT_BYTES)
        fprintf(stderr, "an event has %zu bytes\n", out->size - before);
}

static void bench_json(zh_sv event)
{
    zh_json *json;
    zh_buf out = zh_buf_open(1 << 16);
    if (zh_json_open(&json, 1 << 16) != ZH_OK) exit(1);
    zh_json_value root;
    const int rounds = ROUNDS * 20;
    double t[4];
    uint64_t seen = 0;
    t[0] = now_ns();
    for (int i = 0; i < rounds; i++)
        if (zh_json_parse(json, event, &root, NULL) != ZH_OK) exit(1);
    t[1] = now_ns();
    for (int i = 0; i < rounds; i++) seen += zh_json_repeated_key(json, root, NULL);
    t[2] = now_ns();
    for (int i = 0; i < rounds; i++) {
        zh_buf_reset(&out);
        zh_json_write(root, &out);
        seen += out.size;
    }
    t[3] = now_ns();
    printf("{\"bench\":\"json\",\"bytes\":%zu,\"parse_ns\":%.0f,\"repeated_key_ns\":%.0f,\"write_"
           "ns\":%.0f,\"check\":%llu}\n",
           event.size, (t[1] - t[0]) / rounds, (t[2] - t[1]) / rounds, (t[3] - t[2]) / rounds,
           (unsigned long long)seen);
    zh_buf_close(&out);
    zh_json_close(json);
}

int main(void)
{
    zh_json *json;
    zh_arena arena = zh_arena_open(16 << 20);
    zh_buf body = zh_buf_open(1 << 20), scratch = zh_buf_open(1 << 20), one = zh_buf_open(1024);
    if (zh_json_open(&json, ZH_SEGMENT_PARSER_BYTES) != ZH_OK) return 1;
    zh_buf_put(&body, ZH_SV("{\"batch\":["));
    for (int i = 0; i < EVENTS; i++) {
        if (i > 0) zh_buf_put_u8(&body, ',');
        put_event(&body, i);
    }
    zh_buf_put(&body, ZH_SV("],\"writeKey\":\"wk_demo\",\"sentAt\":\"2026-11-21T18:36:40.983Z\"}"));
    put_event(&one, 7);
    bench_json(zh_buf_view(&one));
    uint64_t events = 0, bytes = 0;
    double best = 0;
    for (int part = 0; part < 5; part++) {
        const double start = now_ns();
        for (int i = 0; i < ROUNDS / 5; i++) {
            zh_segment_batch out;
            const zh_segment_ask ask = { .route = ZH_SEGMENT_BATCH,
                                         .body = zh_buf_view(&body),
                                         .received_ms = 1795286201000,
                                         .parser = json,
                                         .arena = &arena,
                                         .scratch = &scratch };
            zh_arena_reset(&arena);
            if (zh_segment_read(&ask, &out) != ZH_OK || out.events_count != EVENTS) return 1;
            events += out.events_count;
            bytes = zh_arena_held(&arena);
        }
        const double ns = (now_ns() - start) / (ROUNDS / 5) / EVENTS;
        if (part == 0 || ns < best) best = ns;
    }
    printf("{\"bench\":\"segment\",\"event_bytes\":%d,\"batch\":%d,\"ns_per_event\":%.0f,\"arena_"
           "bytes\":%llu,\"events\":%llu}\n",
           EVENT_BYTES, EVENTS, best, (unsigned long long)bytes, (unsigned long long)events);
    zh_buf_close(&body), zh_buf_close(&scratch), zh_buf_close(&one);
    zh_arena_close(&arena);
    zh_json_close(json);
    return 0;
}
