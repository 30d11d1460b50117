/* dense.h -- for the tests of dense models: the library or a skip, a crew that works in another order, an inverse in double. */
#ifndef ZH_TESTS_MODEL_DENSE_H
#define ZH_TESTS_MODEL_DENSE_H
#include "model/crew.h"
#include "sys/openblas.h"
#include "check.h"

#include <math.h>

/* The operations of this machine; without them the test is skipped. */
static inline const zh_blas *dense_open(void)
{
    static zh_blas blas;
    zh_note why = { "" };
    if (zh_openblas_open(&blas, &why) == ZH_OK) return &blas;
    printf("skipped: %s\n", why.text);
    exit(77);
}

/* The last part first, and each by another hand. */
static inline void run_backwards(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    const uint32_t *hands = context;
    for (uint32_t part = parts; part-- > 0;) work(job, part, part % *hands);
}

/* a := a^-1 by Gauss and Jordan, without pivots: for positive definite matrices. [n][step] */
static inline void invert_in_double(double *a, uint32_t n, uint32_t step)
{
    for (uint32_t k = 0; k < n; k++) {
        const double pivot = a[k * step + k];
        CHECK(pivot > 0);
        a[k * step + k] = 1;
        for (uint32_t j = 0; j < n; j++) a[k * step + j] /= pivot;
        for (uint32_t i = 0; i < n; i++) {
            const double by = a[i * step + k];
            if (i == k) continue;
            a[i * step + k] = 0;
            for (uint32_t j = 0; j < n; j++) a[i * step + j] -= by * a[k * step + j];
        }
    }
}

#endif
