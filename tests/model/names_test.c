/* Goal: equal texts get one number, and the order of ids is that of their values or bytes.
 * Method: hand-worked rows for the order; random texts against a plain list. */
#include "model/names.h"
#include "check.h"

static void test_order_is_by_value_for_numbers_and_by_bytes_else(void)
{
    static const struct { const char *name, *in[4], *want[4]; } rows[] = {
        { "numbers by value", { "10", "9", "2", "100" }, { "2", "9", "10", "100" } },
        { "wider than 64 bits", { "99999999999999999999999", "5", "18446744073709551616", "7" },
          { "5", "7", "18446744073709551616", "99999999999999999999999" } },
        { "zeros in front do not count", { "010", "9", "0011", "1" }, { "1", "9", "010", "0011" } },
        { "one text makes all text", { "10", "9", "x", "100" }, { "10", "100", "9", "x" } },
        { "a sign is text", { "-1", "9", "10", "2" }, { "-1", "10", "2", "9" } },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        zh_names names = zh_names_open();
        zh_arena arena = zh_arena_open(1 << 20);
        uint32_t number, *order;
        for (int i = 0; i < 4; i++) CHECK(zh_names_add(&names, zh_sv_of(rows[r].in[i]), &number) == ZH_OK);
        CHECK(zh_names_order(&names, &arena, &order) == ZH_OK);
        for (int i = 0; i < 4; i++)
            CHECK_ROW(zh_sv_equal(zh_names_at(&names, order[i]), zh_sv_of(rows[r].want[i])), rows[r].name);
        zh_arena_close(&arena);
        zh_names_close(&names);
    }
}

static void test_random_names_equal_a_plain_list(uint64_t seed)
{
    enum { CALLS = 2000 };
    static char known[CALLS][8];
    uint32_t count = 0;
    zh_names names = zh_names_open();
    for (int i = 0; i < CALLS; i++) {
        char text[8];
        snprintf(text, sizeof text, "%llu", (unsigned long long)(test_random(&seed) % 700));
        uint32_t want = 0, got;
        while (want < count && strcmp(known[want], text) != 0) want++;
        if (want == count) memcpy(known[count++], text, sizeof text);
        CHECK(zh_names_add(&names, zh_sv_of(text), &got) == ZH_OK);
        CHECK(got == want);
        CHECK(zh_names_count(&names) == count);
        CHECK(zh_sv_equal(zh_names_at(&names, got), zh_sv_of(text)));
    }
    zh_names_close(&names);
}

static void test_empty_and_too_long_names_are_refused(void)
{
    char text[ZH_NAMES_BYTES_MAX + 1];
    memset(text, 'a', sizeof text);
    zh_names names = zh_names_open();
    uint32_t number;
    CHECK(zh_names_add(&names, ZH_SV(""), &number) == ZH_RANGE);
    CHECK(zh_names_add(&names, (zh_sv){ text, sizeof text }, &number) == ZH_RANGE);
    CHECK(zh_names_add(&names, (zh_sv){ text, sizeof text - 1 }, &number) == ZH_OK);
    CHECK(zh_names_count(&names) == 1);
    zh_names_close(&names);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_order_is_by_value_for_numbers_and_by_bytes_else();
    test_empty_and_too_long_names_are_refused();
    for (uint64_t i = 0; i < 10; i++) test_random_names_equal_a_plain_list(seed + i);
    return 0;
}
