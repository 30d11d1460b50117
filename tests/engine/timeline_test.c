/* Goal: pages of one or several numbers come newest first, complete, without repeats, whatever the page size.
 * Method: random rows with many equal times against a sorted array; cursors round trip. */
#include "engine/timeline.h"
#include "check.h"
#include "sys/tree.h"

enum { ROWS = 400, NUMBERS = 3 };

static int order(const void *a, const void *b)
{
    const zh_timeline_at *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms > y->time_ms ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence > y->sequence ? -1 : 1;
    if (x->partition != y->partition) return x->partition < y->partition ? -1 : 1;
    return x->customer.number < y->customer.number ? -1 : x->customer.number > y->customer.number;
}

static void test_pages_are_complete_and_ordered(zh_timeline *timeline, uint64_t seed, size_t limit)
{
    static zh_timeline_at slow[ROWS], got[ROWS + 1];
    const uint64_t first = test_random(&seed) | 1u << 20; /* numbers of this round alone */
    for (int i = 0; i < ROWS; i++) {
        slow[i] = (zh_timeline_at){ { first + test_random(&seed) % NUMBERS }, (int64_t)(test_random(&seed) % 9) - 4,
                                    (uint32_t)(test_random(&seed) % 2), (uint64_t)i };
        CHECK(zh_timeline_put(timeline, ZH_TIMELINE_EVENTS, &slow[i]) == ZH_OK);
        if (i % 3 == 0) CHECK(zh_timeline_put(timeline, ZH_TIMELINE_TRAITS, &slow[i]) == ZH_OK); /* other kinds, not to be seen */
        if (i % 5 == 0) CHECK(zh_timeline_put(timeline, ZH_TIMELINE_SHOWN, &slow[i]) == ZH_OK);
        if (i == ROWS / 2) CHECK(zh_timeline_flush(timeline) == ZH_OK); /* half in the state, half in memory */
    }
    qsort(slow, ROWS, sizeof *slow, order);

    const zh_customer_id numbers[NUMBERS] = { { first }, { first + 1 }, { first + 2 } };
    zh_timeline_at after;
    size_t all = 0, some;
    do {
        CHECK(zh_timeline_read(timeline, ZH_TIMELINE_EVENTS, numbers, NUMBERS, all == 0 ? NULL : &after, limit, got, &some) == ZH_OK);
        for (size_t i = 0; i < some; i++, all++) CHECK(all < ROWS && order(&got[i], &slow[all]) == 0);
        char text[ZH_TIMELINE_CURSOR_BYTES];
        if (some > 0) CHECK(zh_timeline_cursor_parse((zh_sv){ text, zh_timeline_cursor(&got[some - 1], text) }, &after) == ZH_OK);
    } while (some > 0);
    CHECK(all == ROWS);
    CHECK(zh_timeline_read(timeline, ZH_TIMELINE_SHOWN, numbers, NUMBERS, NULL, ROWS, got, &some) == ZH_OK && some == ROWS / 5);
    CHECK(zh_timeline_read(timeline, ZH_TIMELINE_TRAITS, numbers, NUMBERS, NULL, ROWS, got, &some) == ZH_OK && some == (ROWS + 2) / 3);
}

static void test_a_foreign_cursor_is_refused(void)
{
    static const char *const bad[] = { "", "1", "1.2.3", "1.2.3.4.5", "g.2.3.4", "1.2.123456789.4", "1..3.4", "11111111111111111.2.3.4" };
    zh_timeline_at at;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_ROW(zh_timeline_cursor_parse(zh_sv_of(bad[i]), &at) == ZH_FORMAT, bad[i]);
}

static void test_a_decision_is_found_again(zh_timeline *timeline)
{
    uint32_t partition;
    uint64_t sequence;
    CHECK(zh_timeline_put_decision(timeline, (zh_decision_id){ 7, 8 }, 2, 99) == ZH_OK);
    for (int i = 0; i < 2; i++) { /* from memory, then from the state */
        CHECK(zh_timeline_find_decision(timeline, (zh_decision_id){ 7, 8 }, &partition, &sequence) == ZH_OK);
        CHECK(partition == 2 && sequence == 99);
        CHECK(zh_timeline_find_decision(timeline, (zh_decision_id){ 7, 9 }, &partition, &sequence) == ZH_ABSENT);
        CHECK(zh_timeline_flush(timeline) == ZH_OK);
    }
}

static void test_a_large_flush_goes_in_as_one_file(zh_timeline *timeline)
{
    enum { MANY = 50000 };
    const zh_customer_id number = { 77 };
    zh_timeline_at got[10];
    size_t count;
    for (uint64_t i = 0; i < MANY; i++)
        CHECK(zh_timeline_put(timeline, ZH_TIMELINE_EVENTS, &(zh_timeline_at){ { i % 2 ? 77 : i }, (int64_t)(i * 7919 % MANY), 0, i }) == ZH_OK);
    CHECK(zh_timeline_flush(timeline) == ZH_OK);
    CHECK(zh_timeline_read(timeline, ZH_TIMELINE_EVENTS, &number, 1, NULL, 10, got, &count) == ZH_OK && count == 10);
    for (size_t i = 1; i < count; i++) CHECK(got[i].time_ms < got[i - 1].time_ms);
    CHECK(got[0].time_ms >= MANY - 2);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-timeline-XXXXXX", path[64];
    zh_state *state;
    zh_note why;
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/state", dir);
    CHECK(zh_state_open(&state, &(zh_state_desc){ .dir = zh_sv_of(path), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, &why) == ZH_OK);
    zh_timeline *timeline;
    CHECK(zh_timeline_open(&timeline, state) == ZH_OK);
    for (uint64_t i = 0; i < 10; i++) test_pages_are_complete_and_ordered(timeline, seed + i, 1 + (size_t)i * 7);
    test_a_foreign_cursor_is_refused();
    test_a_decision_is_found_again(timeline);
    test_a_large_flush_goes_in_as_one_file(timeline);
    zh_timeline_close(timeline);
    CHECK(zh_state_close(state) == ZH_OK);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
