/* blas.h -- the few operations on dense matrices that are worth somebody's assembler, as a value.
 *
 * Whoever may load a library (sys/openblas.h) fills the table once and hands it down; what computes
 * with it stays a function of its arguments. Matrices are float, row by row: element (i, j) of `a`
 * is a[i * a_step + j].
 *
 * Guarantees  the same shapes and bytes give the same bytes, in whatever thread and beside whatever
 *             other calls: every call runs in the calling thread alone. Work is shared by cutting it
 *             into parts whose shapes do not depend on the number of threads.
 * Threads     any number of calls at once.
 * Not here    loading (sys/openblas.h); shapes larger than memory; sparse matrices.
 * Source      the reference BLAS and LAPACK: sgemm, ssyrk, strsm, spotrf, spotri, ssyevd.
 */
#ifndef ZH_BASE_BLAS_H
#define ZH_BASE_BLAS_H
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_BLAS_SIDE_MAX 1000000000 /* rows or columns; the library counts with 32-bit integers */

/* The table. The fields are the library's own entry points; call the functions below instead. */
typedef struct zh_blas {
    char core[32]; /* whose kernels run, e.g. "SkylakeX" */
    void (*gemm)(int order, int a_turned, int b_turned, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc);
    void (*syrk)(int order, int triangle, int turned, int n, int k, float alpha, const float *a, int lda, float beta,
                 float *c, int ldc);
    void (*trsm)(int order, int side, int triangle, int turned, int unit, int m, int n, float alpha, const float *a,
                 int lda, float *b, int ldb);
    void (*potrf)(const char *triangle, const int *n, float *a, const int *lda, int *info);
    void (*potri)(const char *triangle, const int *n, float *a, const int *lda, int *info);
    void (*syevd)(const char *job, const char *triangle, const int *n, float *a, const int *lda, float *w, float *work,
                  const int *work_size, int *iwork, const int *iwork_size, int *info);
} zh_blas;

/* C = alpha op(A) op(B) + beta C, where op(A) is rows x inner, op(B) inner x columns, and op turns
 * the matrix where said. With beta == 0 C need not be set before. C may not overlap A or B. */
typedef struct zh_blas_product {
    uint32_t rows, columns, inner;
    bool a_turned, b_turned;
    float alpha, beta;
    const float *a, *b;
    float *c;
    uint32_t a_step, b_step, c_step; /* floats from row to row */
} zh_blas_product;
void zh_blas_multiply(const zh_blas *blas, const zh_blas_product *product);

/* The lower triangle, diagonal included, of C = A' A (turned) or A A'; C is n x n, A inner x n or n x inner. */
void zh_blas_square(const zh_blas *blas, float *c, uint32_t n, uint32_t c_step, const float *a, uint32_t a_step,
                    uint32_t inner, bool turned);

/* A = L L' in the lower triangle of A; what is above the diagonal is not touched.
 * Errors: ZH_RANGE, A is not positive definite (A is spoiled then). O(n^3 / 3). */
ZH_MUST zh_err zh_blas_cholesky(const zh_blas *blas, float *a, uint32_t n, uint32_t step);

/* B = B L'^-1 for B of rows x n and a lower triangle L of n x n: with L from the Cholesky factor of B'B
 * the columns of B become orthonormal. Once more makes them so to the last bits. O(rows n^2). */
void zh_blas_solve(const zh_blas *blas, float *b, uint32_t rows, uint32_t b_step, const float *l, uint32_t n, uint32_t step);

/* A := A^-1 of a symmetric positive definite A, of which the lower triangle is read; both are written.
 * Errors: ZH_RANGE, not positive definite (A is spoiled then). O(n^3). */
ZH_MUST zh_err zh_blas_inverse(const zh_blas *blas, float *a, uint32_t n, uint32_t step);

/* Eigenvalues of a symmetric A, ascending, and their eigenvectors as the rows of A; the lower triangle is read.
 * `scratch` is used meanwhile (about 2 n^2 floats). Signs of vectors are the library's. O(n^3).
 * Errors: ZH_NOMEM; ZH_RANGE where it does not converge (a NaN in A). */
ZH_MUST zh_err zh_blas_eigen(const zh_blas *blas, float *a, uint32_t n, uint32_t step, float *values, zh_arena *scratch);

#endif
