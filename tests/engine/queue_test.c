/* Goal: sources that flood the committer do not delay others, and the queue is bounded.
 * Method: works without content, only bytes; a slow model counts what went in and came out. */
#include "check.h"
#include "engine/queue.h"

#include <stdlib.h>

#define BYTES_MAX ((size_t)64 << 20)

typedef struct thing { zh_work work; uint32_t source; uint64_t number; } thing;

static thing *make(uint32_t source, size_t bytes)
{
    static uint64_t number;
    thing *t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    *t = (thing){ .work = { .bytes_ = bytes }, .source = source, .number = ++number };
    t->work.context = t;
    return t;
}

static void a_flood_waits_behind_itself(void)
{
    zh_queue *q = malloc(sizeof *q);
    CHECK(q != NULL);
    *q = zh_queue_open(BYTES_MAX);
    size_t floods = 0;
    for (;; floods++) { /* as much as goes in */
        thing *t = make(7, 60000);
        if (zh_queue_put(q, 7, &t->work) == ZH_OK) continue;
        free(t);
        break;
    }
    CHECK(floods * 60000 <= BYTES_MAX / 2 && floods * 60000 > BYTES_MAX / 2 - 200000); /* half of the queue is left to others */
    thing *small = make(8, 900);
    CHECK(zh_queue_put(q, 8, &small->work) == ZH_OK);
    size_t before = 0;
    bool there = false;
    zh_work *group = zh_queue_take(q, 4u << 20);
    for (zh_work *next; group != NULL; group = next) {
        const thing *t = group->context;
        there |= t->source == 8;
        before += !there;
        next = group->next_;
        free(group->context);
    }
    CHECK(there && before * 60000 <= ZH_QUEUE_TURN_BYTES); /* one turn of the other, and it goes */
    while ((group = zh_queue_take(q, 1)) != NULL) free(group->context);
    CHECK(zh_queue_is_empty(q) && q->bytes == 0);
    free(q);
}

static void sources_that_flood_get_the_same(void)
{
    zh_queue *q = malloc(sizeof *q);
    CHECK(q != NULL);
    *q = zh_queue_open(BYTES_MAX);
    size_t got[5] = { 0 };
    static const size_t size[5] = { 600, 60000, 9000, 500000, 3000 }; /* large works get no more than small ones */
    for (int round = 0; round < 400; round++) {
        for (uint32_t s = 0; s < 5; s++)
            for (int i = 0; i < 3000; i++) {
                thing *t = make(s, size[s]);
                if (zh_queue_put(q, s, &t->work) == ZH_OK) continue;
                free(t);
                break;
            }
        for (zh_work *next, *w = zh_queue_take(q, 1u << 20); w != NULL; w = next) {
            got[((thing *)w->context)->source] += w->bytes_;
            next = w->next_;
            free(w->context);
        }
    }
    for (int s = 1; s < 5; s++) CHECK(got[s] > got[0] / 100 * 98 - 600000 && got[s] < got[0] / 100 * 102 + 600000);
    for (zh_work *w; (w = zh_queue_take(q, 1)) != NULL;) free(w->context);
    free(q);
}

/* In the order of its source, as long as sources do not share lanes. */
static void every_work_comes_out_once(uint64_t seed, uint32_t sources)
{
    enum { SOURCES = 400 };
    zh_queue *q = malloc(sizeof *q);
    uint64_t last[SOURCES] = { 0 };
    CHECK(q != NULL);
    *q = zh_queue_open(1u << 20);
    size_t in = 0, out = 0, refused = 0, bytes = 0;
    for (int i = 0; i < 200000; i++) {
        if (test_random(&seed) % 3 != 0) {
            const uint32_t source = (uint32_t)(test_random(&seed) % (i % 2 == 0 ? sources : 3));
            thing *t = make(source, 1 + test_random(&seed) % 20000);
            if (zh_queue_put(q, source, &t->work) == ZH_OK) in++, bytes += t->work.bytes_;
            else refused++, free(t);
        } else {
            for (zh_work *next, *w = zh_queue_take(q, 1 + test_random(&seed) % 10000); w != NULL; w = next) {
                const thing *t = w->context;
                CHECK(sources > 40 || t->number > last[t->source]);
                last[t->source] = t->number;
                out++, bytes -= w->bytes_;
                next = w->next_;
                free(w->context);
            }
        }
        CHECK(q->bytes == bytes && bytes <= (1u << 20) + 20000);
    }
    for (zh_work *w; (w = zh_queue_take(q, 1)) != NULL; out++) free(w->context);
    CHECK(in == out && refused > 0 && q->bytes == 0 && zh_queue_is_empty(q));
    free(q);
}

static void one_work_larger_than_all_gets_in_and_out(void)
{
    zh_queue *q = malloc(sizeof *q);
    CHECK(q != NULL);
    *q = zh_queue_open(1000);
    thing *large = make(1, 5u << 20), *next = make(1, 10), *other = make(2, 10);
    CHECK(zh_queue_put(q, 1, &large->work) == ZH_OK);
    CHECK(zh_queue_put(q, 1, &next->work) == ZH_BUSY && zh_queue_put(q, 2, &other->work) == ZH_BUSY);
    CHECK(zh_queue_take(q, 1000) == &large->work && zh_queue_is_empty(q));
    CHECK(zh_queue_take(q, 1000) == NULL);
    free(large), free(next), free(other);
    free(q);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_flood_waits_behind_itself();
    sources_that_flood_get_the_same();
    every_work_comes_out_once(seed, 40);
    every_work_comes_out_once(seed, 400); /* more than there are lanes */
    one_work_larger_than_all_gets_in_and_out();
    return 0;
}
