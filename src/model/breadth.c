#include "model/breadth.h"
#include "model/scores.h"

#include <math.h>

#define SHARE_OF_KNOWN 0.01 /* a: what keeps the logarithm finite where the list has nothing of a kind */

/* Customers who took both; rows ascend. */
static uint32_t both(const zh_rows *xt, uint32_t i, uint32_t j)
{
    const uint32_t *a = zh_rows_of(xt, i), *b = zh_rows_of(xt, j), *a_end = a + zh_rows_size(xt, i), *b_end = b + zh_rows_size(xt, j);
    uint32_t count = 0;
    while (a < a_end && b < b_end) {
        const uint32_t x = *a, y = *b;
        count += x == y;
        a += x <= y;
        b += y <= x;
    }
    return count;
}

static double apart(const zh_rows *xt, uint32_t i, uint32_t j)
{
    const double sizes = (double)zh_rows_size(xt, i) * (double)zh_rows_size(xt, j);
    return sizes == 0 ? 1 : 1 - (double)both(xt, i, j) / sqrt(sizes);
}

static void add_list(zh_breadth *sum, const zh_rows *xt, const uint32_t *list, uint32_t k)
{
    double all = 0;
    uint32_t pairs = 0;
    for (uint32_t r = 0; r < k; r++) {
        for (uint32_t s = r + 1; list[r] != ZH_SCORES_NONE && s < k; s++) {
            if (list[s] == ZH_SCORES_NONE) continue;
            all += apart(xt, list[r], list[s]);
            pairs++;
        }
    }
    if (pairs == 0) return;
    sum->diversity += all / pairs;
    sum->diverse++;
}

typedef struct shares { double *known, *list; } shares; /* [kinds], 0 between two questions */

static void add_question(zh_breadth *sum, shares s, const zh_query *q, const uint32_t *list, uint32_t k, const uint32_t *kind)
{
    uint32_t shown = 0;
    for (uint32_t r = 0; r < k; r++) shown += list[r] != ZH_SCORES_NONE;
    if (shown == 0 || q->count == 0) return;
    for (uint32_t r = 0; r < k; r++)
        if (list[r] != ZH_SCORES_NONE) s.list[kind[list[r]]] += 1.0 / shown;
    for (uint32_t i = 0; i < q->count; i++) s.known[kind[q->known[i]]] += 1.0 / q->count;
    double apart_by = 0;
    for (uint32_t i = 0; i < q->count; i++) { /* a kind counts when it comes up first */
        const uint32_t g = kind[q->known[i]];
        const double p = s.known[g];
        if (p > 0) apart_by += p * log(p / ((1 - SHARE_OF_KNOWN) * s.list[g] + SHARE_OF_KNOWN * p));
        s.known[g] = 0;
    }
    for (uint32_t r = 0; r < k; r++)
        if (list[r] != ZH_SCORES_NONE) s.list[kind[list[r]]] = 0;
    sum->calibration += apart_by;
    sum->calibrated++;
}

zh_err zh_breadth_of(zh_breadth *out, zh_arena *scratch, const zh_problem *problem, uint32_t k, const uint32_t *top, zh_breadth_kinds kinds)
{
    *out = (zh_breadth){ 0 };
    const uint32_t step = (problem->queries + ZH_BREADTH_LISTS_MAX - 1) / ZH_BREADTH_LISTS_MAX;
    for (uint32_t q = 0; q < problem->queries; q += step) add_list(out, &problem->train.xt, top + (size_t)q * k, k);
    if (out->diverse > 0) out->diversity /= out->diverse;
    if (kinds.kind == NULL) return ZH_OK;
    const shares s = { ZH_TAKE(scratch, double, kinds.kinds), ZH_TAKE(scratch, double, kinds.kinds) };
    if (s.known == NULL || s.list == NULL) return ZH_NOMEM;
    for (uint32_t q = 0; q < problem->queries; q++) add_question(out, s, &problem->query[q], top + (size_t)q * k, k, kinds.kind);
    if (out->calibrated > 0) out->calibration /= out->calibrated;
    return ZH_OK;
}
