/* Goal: turning is the transpose of the set.
 * Method: random rows with repeats against a table of yes and no. */
#include "model/rows.h"
#include "check.h"

enum { ROWS = 13, WIDTH = 9, ENTRIES = 60 };

static void test_turning_equals_a_table_of_yes_and_no(uint64_t seed)
{
    bool table[ROWS][WIDTH] = { { false } };
    uint32_t from[ROWS + 1] = { 0 }, at[ENTRIES];
    for (int r = 0; r < ROWS; r++) {
        const uint32_t left = ENTRIES - from[r];
        const uint32_t size = (uint32_t)(test_random(&seed) % 8);
        from[r + 1] = from[r] + (size < left ? size : left);
        for (uint32_t e = from[r]; e < from[r + 1]; e++) {
            at[e] = (uint32_t)(test_random(&seed) % WIDTH);
            table[r][at[e]] = true;
        }
    }
    const zh_rows in = { .count = ROWS, .width = WIDTH, .from = from, .at = at };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_rows turned, back;
    const char *why;
    CHECK(zh_rows_turn(&turned, &arena, &in) == ZH_OK);
    CHECK(zh_rows_turn(&back, &arena, &turned) == ZH_OK);
    CHECK(turned.count == WIDTH && turned.width == ROWS && back.count == ROWS && back.width == WIDTH);
    CHECK(zh_rows_check(&in, false, &why) && zh_rows_check(&turned, true, &why) && zh_rows_check(&back, true, &why));
    for (uint32_t c = 0; c < WIDTH; c++) {
        uint32_t e = turned.from[c];
        for (uint32_t r = 0; r < ROWS; r++)
            if (table[r][c]) CHECK(e < turned.from[c + 1] && turned.at[e++] == r);
        CHECK(e == turned.from[c + 1]);
    }
    CHECK(zh_rows_entries(&back) == zh_rows_entries(&turned));
    zh_arena_close(&arena);
}

static void test_check_names_the_fault(void)
{
    static const struct { const char *name; uint32_t from[3], at[3]; bool set, want; } rows[] = {
        { "good set", { 0, 2, 3 }, { 1, 3, 0 }, true, true },
        { "repeat in a set", { 0, 2, 3 }, { 1, 1, 0 }, true, false },
        { "repeat in a sequence", { 0, 2, 3 }, { 1, 1, 0 }, false, true },
        { "entry too large", { 0, 2, 3 }, { 1, 4, 0 }, false, false },
        { "offsets backwards", { 0, 3, 2 }, { 1, 2, 3 }, false, false },
        { "does not begin at 0", { 1, 2, 3 }, { 1, 2, 3 }, false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why;
        const zh_rows r = { .count = 2, .width = 4, .from = rows[i].from, .at = rows[i].at };
        CHECK_ROW(zh_rows_check(&r, rows[i].set, &why) == rows[i].want, rows[i].name);
        CHECK_ROW((*why == '\0') == rows[i].want, rows[i].name);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_check_names_the_fault();
    for (uint64_t i = 0; i < 100; i++) test_turning_equals_a_table_of_yes_and_no(seed + i);
    return 0;
}
