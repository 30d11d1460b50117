/* Goal: 16 bits keep a weight to 2^-8, a symmetric matrix becomes both its halves in its own memory, and adding is the sum.
 * Method: listed roundings; random matrices over several tiles against what was put. */
#include "model/weights.h"
#include "check.h"

#include <math.h>

enum { N = 530, T = ZH_GRAM_T };

static void test_a_weight_is_rounded_to_nearest(void)
{
    static const struct { const char *name; float in, out; } rows[] = {
        { "nothing", 0, 0 },
        { "one", 1, 1 },
        { "a third", -1.f / 3, -.333984375f },
        { "half way goes to even, down", 1 + 0x1p-8f, 1 },
        { "half way goes to even, up", 1 + 3 * 0x1p-8f, 1 + 0x1p-6f },
        { "above half way", 1.00391f, 1.0078125f },
        { "tiny", 0x1.8p-100f, 0x1.8p-100f },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        CHECK_ROW(zh_weight_read(zh_weight_of(rows[r].in)) == rows[r].out, rows[r].name);
}

static void test_both_halves_and_their_sums(uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 26);
    static float put[N][N], scale[3 * T], sum[N];
    double want[N];
    zh_gram gram;
    CHECK(zh_gram_open(&gram, &arena, N, NULL) == ZH_OK);
    for (uint32_t i = 0; i < N; i++) {
        scale[i] = .5f + (float)(test_random(&seed) % 1000) / 1000;
        for (uint32_t j = 0; j <= i; j++) put[i][j] = put[j][i] = (float)(test_random(&seed) % 2001) / 1000 - 1;
        zh_gram_put(&gram, i, put[i]);
    }
    zh_weights w;
    CHECK(zh_weights_replace(&w, &arena, &gram, scale, &ZH_CREW_ALONE) == ZH_OK);
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++) {
            const double exact = i == j ? 0 : (double)put[i][j] * scale[i] * scale[j];
            CHECK(fabs(zh_weights_at(&w, i, j) - exact) <= fabs(exact) * (0x1p-8 + 1e-6));
        }
    static const uint32_t item[] = { 3, 529, 256, 3 };
    static const float by[] = { 1, -2, .5f, .25f };
    for (uint32_t j = 0; j < N; j++) {
        want[j] = sum[j] = 7;
        for (int h = 0; h < 4; h++) want[j] += (double)by[h] * zh_weights_at(&w, item[h], j);
    }
    zh_weights_add(&w, item, by, 4, sum);
    for (uint32_t j = 0; j < N; j++) CHECK(fabs(sum[j] - want[j]) < 1e-5);
    zh_arena_close(&arena);
}

static void test_room_of_its_own_is_all_writable(void)
{
    zh_arena arena = zh_arena_open(1 << 22);
    zh_weights w;
    CHECK(zh_weights_open(&w, &arena, T + 1) == ZH_OK && w.blocks == 2);
    for (uint32_t t = 0; t < 4; t++)
        for (uint32_t e = 0; e < T * T; e++) w.tile[t][e] = zh_weight_of((float)t);
    CHECK(zh_weights_at(&w, 0, T) == 1 && zh_weights_at(&w, T, 0) == 2 && zh_weights_at(&w, T, T) == 3);
    zh_arena_close(&arena);
    arena = zh_arena_open(1 << 16);
    CHECK(zh_weights_open(&w, &arena, T + 1) == ZH_NOMEM);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_weight_is_rounded_to_nearest();
    test_both_halves_and_their_sums(seed);
    test_room_of_its_own_is_all_writable();
    return 0;
}
