/* Goal: an arena gives zeroed, aligned, separate bytes, never more than its maximum.
 * Method: edges by hand, then random sizes painted with their own number and read back. */
#include "base/arena.h"
#include "check.h"

static void test_a_full_arena_answers_null_and_stays_usable(void)
{
    zh_arena arena = zh_arena_open(4096);
    CHECK(zh_arena_take(&arena, 1, 4097) == NULL);
    CHECK(zh_arena_take(&arena, SIZE_MAX, 16) == NULL); /* count * each overflows */
    CHECK(zh_arena_take(&arena, SIZE_MAX / 16, 16) == NULL);
    CHECK(zh_arena_take(&arena, 1, 4000) != NULL);
    CHECK(zh_arena_take(&arena, 1, 200) == NULL);
    CHECK(zh_arena_take(&arena, 1, 64) != NULL);
    zh_arena_reset(&arena);
    CHECK(zh_arena_take(&arena, 1, 4096) != NULL);
    CHECK(zh_arena_held(&arena) <= 4096);
    zh_arena_close(&arena);
    CHECK(zh_arena_held(&arena) == 0);
}

static void test_a_copy_ends_with_nul(void)
{
    zh_arena arena = zh_arena_open(1 << 16);
    const zh_sv copy = zh_arena_copy(&arena, ZH_SV("zhun"));
    CHECK(copy.size == 4 && strcmp(copy.data, "zhun") == 0);
    CHECK(zh_arena_copy(&arena, (zh_sv){ 0 }).data != NULL);
    zh_arena_close(&arena);
}

static void test_pieces_are_zeroed_aligned_and_apart(uint64_t seed)
{
    enum { PIECES = 500 };
    zh_arena arena = zh_arena_open(1 << 22);
    for (int round = 0; round < 3; round++) {
        unsigned char *piece[PIECES];
        size_t size[PIECES];
        for (int i = 0; i < PIECES; i++) {
            size[i] = test_random(&seed) % 3000;
            piece[i] = zh_arena_take(&arena, size[i], 1);
            CHECK(piece[i] != NULL && (uintptr_t)piece[i] % _Alignof(max_align_t) == 0);
            for (size_t b = 0; b < size[i]; b++) CHECK(piece[i][b] == 0);
            memset(piece[i], i & 0xFF, size[i]);
        }
        for (int i = 0; i < PIECES; i++)
            for (size_t b = 0; b < size[i]; b++) CHECK(piece[i][b] == (i & 0xFF));
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_full_arena_answers_null_and_stays_usable();
    test_a_copy_ends_with_nul();
    test_pieces_are_zeroed_aligned_and_apart(seed);
    return 0;
}
