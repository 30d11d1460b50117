/* Goal: every operation of base/blas.h is the one its header says, through the library found here, and the same
 * in several threads at once as alone.
 * Method: random matrices with steps wider than rows, against the definition in double. Without the library: skipped. */
#include "sys/openblas.h"
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { N = 37, M = 53, STEP = 64, SKIPPED = 77 };

static zh_blas blas;
static float a[STEP * STEP], b[STEP * STEP], c[STEP * STEP], before[STEP * STEP];

static void fill(float *m, uint64_t *seed)
{
    for (int i = 0; i < STEP * STEP; i++) m[i] = (float)(test_random(seed) % 2001) / 1000 - 1;
}

/* A symmetric positive definite matrix of n x n in the lower triangle, nonsense above it. */
static void fill_definite(float *m, uint32_t n, uint64_t *seed)
{
    fill(b, seed);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            double dot = i == j ? 1 : 0;
            for (uint32_t k = 0; k < n; k++) dot += (double)b[i * STEP + k] * b[j * STEP + k];
            m[i * STEP + j] = j <= i ? (float)dot : 1e6f;
        }
}

static void test_products_turn_what_they_should(uint64_t seed)
{
    for (int turned = 0; turned < 4; turned++) {
        fill(a, &seed), fill(b, &seed), fill(c, &seed);
        memcpy(before, c, sizeof c);
        const bool ta = turned & 1, tb = turned & 2;
        zh_blas_multiply(&blas, &(zh_blas_product){ .rows = N, .columns = M, .inner = 29, .a_turned = ta, .b_turned = tb,
            .alpha = -2, .beta = .5f, .a = a, .b = b, .c = c, .a_step = STEP, .b_step = STEP, .c_step = STEP });
        for (int i = 0; i < STEP; i++)
            for (int j = 0; j < STEP; j++) {
                double want = before[i * STEP + j];
                if (i < N && j < M) {
                    double dot = 0;
                    for (int k = 0; k < 29; k++) dot += (double)(ta ? a[k * STEP + i] : a[i * STEP + k]) * (tb ? b[j * STEP + k] : b[k * STEP + j]);
                    want = -2 * dot + .5 * want;
                }
                CHECK(fabs(c[i * STEP + j] - want) < 1e-4);
            }
    }
}

static void test_squares_fill_the_lower_triangle(uint64_t seed)
{
    for (int turned = 0; turned < 2; turned++) {
        fill(a, &seed), fill(c, &seed);
        memcpy(before, c, sizeof c);
        zh_blas_square(&blas, c, N, STEP, a, STEP, 23, turned);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double dot = 0;
                for (int k = 0; k < 23; k++) dot += (double)(turned ? a[k * STEP + i] : a[i * STEP + k]) * (turned ? a[k * STEP + j] : a[j * STEP + k]);
                CHECK(fabs(c[i * STEP + j] - (j <= i ? dot : before[i * STEP + j])) < 1e-4);
            }
    }
}

static void test_cholesky_and_its_solution_make_columns_orthonormal(uint64_t seed)
{
    fill(a, &seed);
    zh_blas_square(&blas, c, N, STEP, a, STEP, M, true);
    CHECK(zh_blas_cholesky(&blas, c, N, STEP) == ZH_OK);
    zh_blas_solve(&blas, a, M, STEP, c, N, STEP);
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) {
            double dot = 0;
            for (int k = 0; k < M; k++) dot += (double)a[k * STEP + i] * a[k * STEP + j];
            CHECK(fabs(dot - (i == j)) < 1e-3);
        }
}

static void test_inverse_times_matrix_is_one(uint64_t seed)
{
    fill_definite(a, N, &seed);
    memcpy(before, a, sizeof a);
    CHECK(zh_blas_inverse(&blas, a, N, STEP) == ZH_OK);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double dot = 0;
            for (int k = 0; k < N; k++) dot += (double)before[i >= k ? i * STEP + k : k * STEP + i] * a[k * STEP + j];
            CHECK(fabs(dot - (i == j)) < 1e-3);
        }
}

static void test_what_is_not_definite_is_told(void)
{
    memset(a, 0, sizeof a);
    a[0] = 1, a[STEP] = 2, a[STEP + 1] = 1; /* 1 2 / 2 1 */
    CHECK(zh_blas_cholesky(&blas, a, 2, STEP) == ZH_RANGE);
    a[0] = 1, a[STEP] = 2, a[STEP + 1] = 1;
    CHECK(zh_blas_inverse(&blas, a, 2, STEP) == ZH_RANGE);
}

static void test_eigenvectors_are_rows_and_values_ascend(uint64_t seed)
{
    float values[N];
    zh_arena scratch = zh_arena_open(1 << 20), small = zh_arena_open(1 << 10);
    fill_definite(a, N, &seed);
    memcpy(before, a, sizeof a);
    CHECK(zh_blas_eigen(&blas, a, N, STEP, values, &small) == ZH_NOMEM);
    CHECK(zh_blas_eigen(&blas, a, N, STEP, values, &scratch) == ZH_OK);
    for (int v = 0; v < N; v++) {
        CHECK(v == 0 || values[v - 1] <= values[v]);
        for (int i = 0; i < N; i++) {
            double dot = 0;
            for (int k = 0; k < N; k++) dot += (double)before[i >= k ? i * STEP + k : k * STEP + i] * a[v * STEP + k];
            CHECK(fabs(dot - (double)values[v] * a[v * STEP + i]) < 1e-3);
        }
    }
    zh_arena_close(&small);
    zh_arena_close(&scratch);
}

typedef struct thread_job {
    pthread_t thread;
    float out[STEP * STEP];
} thread_job;

static void *multiply_often(void *context)
{
    thread_job *j = context;
    for (int round = 0; round < 50; round++)
        zh_blas_multiply(&blas, &(zh_blas_product){ .rows = STEP, .columns = STEP, .inner = STEP, .alpha = 1, .a = a, .b = b,
                                                    .c = j->out, .a_step = STEP, .b_step = STEP, .c_step = STEP });
    return NULL;
}

static void test_threads_do_not_show(uint64_t seed)
{
    static thread_job job[4];
    fill(a, &seed), fill(b, &seed);
    for (int t = 0; t < 4; t++) CHECK(pthread_create(&job[t].thread, NULL, multiply_often, &job[t]) == 0);
    for (int t = 0; t < 4; t++) CHECK(pthread_join(job[t].thread, NULL) == 0);
    static thread_job alone;
    multiply_often(&alone);
    for (int t = 0; t < 4; t++) CHECK(memcmp(job[t].out, alone.out, sizeof alone.out) == 0);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_note why = { "" };
    if (zh_openblas_open(&blas, &why) != ZH_OK) {
        printf("skipped: %s\n", why.text);
        return SKIPPED;
    }
    printf("kernels: %s\n", blas.core);
    CHECK(strlen(blas.core) > 0);
    test_products_turn_what_they_should(seed);
    test_squares_fill_the_lower_triangle(seed);
    test_cholesky_and_its_solution_make_columns_orthonormal(seed);
    test_inverse_times_matrix_is_one(seed);
    test_what_is_not_definite_is_told();
    test_eigenvectors_are_rows_and_values_ascend(seed);
    test_threads_do_not_show(seed);
    return 0;
}
