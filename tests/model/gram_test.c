/* Goal: the inverse in tiles is the inverse, the same bytes for any crew, and refuses what has none.
 * Method: random positive definite matrices of one tile, of three, and of a part of one, against Gauss-Jordan in double. */
#include "model/gram.h"
#include "dense.h"

enum { N_MAX = 600 };

static const zh_blas *blas;
static double slow[N_MAX * N_MAX];

/* X'X + 1 of random rows with a few ones each, as histories are. */
static void fill(double *a, uint32_t n, uint64_t *seed)
{
    memset(a, 0, (size_t)n * n * sizeof *a);
    for (uint32_t i = 0; i < n; i++) a[i * n + i] = 1;
    for (uint32_t row = 0; row < 2 * n; row++) {
        uint32_t at[8];
        for (int e = 0; e < 8; e++) at[e] = (uint32_t)(test_random(seed) % n);
        for (int e = 0; e < 8; e++)
            for (int f = 0; f < 8; f++) a[at[e] * n + at[f]] += 1;
    }
}

static void put(zh_gram *gram, const double *a, uint32_t n)
{
    float row[N_MAX];
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j <= i; j++) row[j] = (float)a[i * n + j];
        zh_gram_put(gram, i, row);
    }
}

static void test_inverse_is_the_inverse_for_any_crew(uint32_t n, uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 26), scratch = zh_arena_open(1 << 26);
    uint32_t hands = 3;
    const zh_crew crews[] = { { .hands = 1, .blas = blas }, { .hands = hands, .run = run_backwards, .context = &hands, .blas = blas } };
    zh_gram gram[2];
    fill(slow, n, &seed);
    for (int c = 0; c < 2; c++) {
        CHECK(zh_gram_open(&gram[c], &arena, n, NULL) == ZH_OK);
        put(&gram[c], slow, n);
        CHECK(zh_gram_at(&gram[c], n - 1, 0) == (float)slow[(n - 1) * n]);
        CHECK(zh_gram_invert(&gram[c], &crews[c], &scratch, NULL) == ZH_OK);
    }
    invert_in_double(slow, n, n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++) {
            CHECK(fabs(zh_gram_at(&gram[0], i, j) + slow[i * n + j]) < 1e-5);
            CHECK(zh_gram_at(&gram[0], i, j) == zh_gram_at(&gram[1], i, j));
        }
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

static void test_what_has_no_inverse_is_refused(void)
{
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 24);
    zh_gram gram;
    zh_note why = { "" };
    CHECK(zh_gram_open(&gram, &arena, 2, NULL) == ZH_OK);
    zh_gram_put(&gram, 0, (const float[]){ 1 });
    zh_gram_put(&gram, 1, (const float[]){ 2, 1 });
    CHECK(zh_gram_invert(&gram, &(zh_crew){ .hands = 1, .blas = blas }, &scratch, &why) == ZH_RANGE && why.text[0] != '\0');
    CHECK(zh_gram_open(&gram, &arena, ZH_GRAM_ITEMS_MAX + 1, &why) == ZH_FULL);
    CHECK(zh_gram_open(&gram, &arena, 20000, &why) == ZH_NOMEM);
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

static void test_turning_exchanges_rows_and_columns(void)
{
    enum { T = ZH_GRAM_T };
    static float from[T * T], to[T * T];
    for (uint32_t e = 0; e < T * T; e++) from[e] = (float)e;
    zh_gram_turn(to, from);
    for (uint32_t i = 0; i < T; i++)
        for (uint32_t j = 0; j < T; j++) CHECK(to[j * T + i] == from[i * T + j]);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    blas = dense_open();
    test_inverse_is_the_inverse_for_any_crew(7, seed);
    test_inverse_is_the_inverse_for_any_crew(ZH_GRAM_T, seed + 1);
    test_inverse_is_the_inverse_for_any_crew(N_MAX, seed + 2);
    test_what_has_no_inverse_is_refused();
    test_turning_exchanges_rows_and_columns();
    return 0;
}
