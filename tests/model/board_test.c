/* Goal: a table and an array hold the same sums, and each takes the smaller form.
 * Method: random additions, some below zero, to both forms and to a plain array. */
#include "model/board.h"
#include "check.h"

#define WIDTH 5000u

static void test_both_forms_hold_the_sums(uint64_t seed)
{
    static int32_t plain[WIDTH];
    zh_arena arena = zh_arena_open(1 << 20);
    zh_board few, all;
    uint32_t touched[200], found = 0, positive = 0;
    const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 200);
    CHECK(zh_board_open(&few, WIDTH, count, &arena) == ZH_OK && few.all == NULL);
    CHECK(zh_board_open(&all, WIDTH, WIDTH, &arena) == ZH_OK && all.table == NULL);
    memset(plain, 0, sizeof plain);
    for (uint32_t i = 0; i < count; i++) touched[i] = (uint32_t)(test_random(&seed) % WIDTH);
    for (uint32_t n = 0; n < 3 * count; n++) {
        const uint32_t index = touched[test_random(&seed) % count];
        const int32_t micro = (int32_t)(test_random(&seed) % 2000) - 500;
        plain[index] += micro;
        zh_board_add(&few, index, micro);
        zh_board_add(&all, index, micro);
    }
    for (uint32_t i = 0; i < WIDTH; i++) {
        CHECK(zh_board_get(&few, i) == plain[i] && zh_board_get(&all, i) == plain[i]);
        positive += plain[i] > 0;
    }
    const zh_board *forms[] = { &few, &all };
    for (int f = 0; f < 2; f++) {
        int32_t sum;
        found = 0;
        for (uint32_t at = 0, index; zh_board_next(forms[f], &at, &index, &sum); found++) CHECK(index < WIDTH && sum == plain[index]);
        CHECK(found == positive);
    }
    CHECK(zh_board_get(&all, WIDTH + 7) == 0);
    zh_arena_close(&arena);
}

static void test_a_table_is_taken_where_it_is_smaller(void)
{
    static const struct { const char *name; uint32_t width; uint64_t most; bool table; } rows[] = {
        { "a few of a large shop", 100000, 300, true }, { "the most that it takes", 100000, 16384, true }, { "one more", 100000, 16385, false },
        { "all", 100000, 100000, false }, { "more than all", 100000, UINT64_C(1) << 40, false }, { "a tiny shop", 16, 3, false }, { "an empty one", 0, 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(1 << 20);
        zh_board s;
        CHECK(zh_board_open(&s, rows[i].width, rows[i].most, &arena) == ZH_OK);
        if ((s.table != NULL) != rows[i].table) printf("%s\n", rows[i].name);
        CHECK((s.table != NULL) == rows[i].table && (s.all == NULL) == rows[i].table);
        if (s.table != NULL) CHECK(s.places >= 2 * rows[i].most && s.places * sizeof(zh_board_slot) < rows[i].width * sizeof(int32_t));
        zh_arena_close(&arena);
    }
}

static void test_without_memory_it_says_so(void)
{
    zh_arena arena = zh_arena_open(1 << 14);
    zh_board s;
    CHECK(zh_board_open(&s, 100000, 100000, &arena) == ZH_NOMEM && zh_board_open(&s, 100000, 10000, &arena) == ZH_NOMEM);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 200; i++) test_both_forms_hold_the_sums(seed + i);
    test_a_table_is_taken_where_it_is_smaller();
    test_without_memory_it_says_so();
    return 0;
}
