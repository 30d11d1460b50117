#include "base/blas.h"

#include <assert.h>

/* Constants of the C interface of BLAS. */
enum { ROW_ORDER = 101, PLAIN = 111, TURNED = 112, LOWER = 122, NOT_UNIT = 131, FROM_RIGHT = 142 };

/* LAPACK knows columns only: our lower triangle, read column by column, is its upper one. */
static const char upper[] = "U";

static int side(uint32_t n)
{
    assert(n <= ZH_BLAS_SIDE_MAX);
    return (int)n;
}

void zh_blas_multiply(const zh_blas *blas, const zh_blas_product *p)
{
    if (p->rows == 0 || p->columns == 0) return;
    blas->gemm(ROW_ORDER, p->a_turned ? TURNED : PLAIN, p->b_turned ? TURNED : PLAIN, side(p->rows), side(p->columns),
               side(p->inner), p->alpha, p->a, side(p->a_step), p->b, side(p->b_step), p->beta, p->c, side(p->c_step));
}

void zh_blas_square(const zh_blas *blas, float *c, uint32_t n, uint32_t c_step, const float *a, uint32_t a_step,
                    uint32_t inner, bool turned)
{
    if (n == 0) return;
    blas->syrk(ROW_ORDER, LOWER, turned ? TURNED : PLAIN, side(n), side(inner), 1, a, side(a_step), 0, c, side(c_step));
}

zh_err zh_blas_cholesky(const zh_blas *blas, float *a, uint32_t n, uint32_t step)
{
    const int order = side(n), lda = side(step);
    int info = 0;
    if (n > 0) blas->potrf(upper, &order, a, &lda, &info);
    assert(info >= 0);
    return info == 0 ? ZH_OK : ZH_RANGE;
}

void zh_blas_solve(const zh_blas *blas, float *b, uint32_t rows, uint32_t b_step, const float *l, uint32_t n, uint32_t step)
{
    if (rows == 0 || n == 0) return;
    blas->trsm(ROW_ORDER, FROM_RIGHT, LOWER, TURNED, NOT_UNIT, side(rows), side(n), 1, l, side(step), b, side(b_step));
}

zh_err zh_blas_inverse(const zh_blas *blas, float *a, uint32_t n, uint32_t step)
{
    const zh_err e = zh_blas_cholesky(blas, a, n, step);
    if (e != ZH_OK || n == 0) return e;
    const int order = side(n), lda = side(step);
    int info;
    blas->potri(upper, &order, a, &lda, &info);
    assert(info >= 0);
    if (info > 0) return ZH_RANGE;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++) a[(size_t)j * step + i] = a[(size_t)i * step + j];
    return ZH_OK;
}

zh_err zh_blas_eigen(const zh_blas *blas, float *a, uint32_t n, uint32_t step, float *values, zh_arena *scratch)
{
    if (n == 0) return ZH_OK;
    const size_t work_size = 1 + 6 * (size_t)n + 2 * (size_t)n * n, whole_size = 3 + 5 * (size_t)n;
    if (work_size > INT32_MAX) return ZH_NOMEM;
    float *work = ZH_TAKE(scratch, float, work_size);
    int *whole = ZH_TAKE(scratch, int, whole_size);
    if (work == NULL || whole == NULL) return ZH_NOMEM;
    const int order = side(n), lda = side(step), room = (int)work_size, whole_room = (int)whole_size;
    int info;
    blas->syevd("V", upper, &order, a, &lda, values, work, &room, whole, &whole_room, &info);
    assert(info >= 0);
    return info == 0 ? ZH_OK : ZH_RANGE;
}
