#include "measure/clv.h"
#include "base/optimise.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int by_history(const void *a, const void *b)
{
    const zh_clv_history *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->t_x != q->t_x) return p->t_x < q->t_x ? -1 : 1;
    return (p->T > q->T) - (p->T < q->T);
}

size_t zh_clv_merge(zh_clv_history *h, size_t count)
{
    size_t kept = 0;
    qsort(h, count, sizeof *h, by_history);
    for (size_t i = 0; i < count; i++)
        if (kept > 0 && by_history(&h[kept - 1], &h[i]) == 0) h[kept - 1].weight += h[i].weight;
        else h[kept++] = h[i];
    return kept;
}

typedef struct climb {
    zh_clv_ll *ll_of;
    const void *data;
    uint32_t count;
} climb;

static double height_below(void *context, const double *logs)
{
    const climb *c = context;
    double params[ZH_OPTIMISE_PARAMS_MAX];
    for (uint32_t i = 0; i < c->count; i++) {
        params[i] = exp(logs[i]);
        if (!(params[i] >= ZH_CLV_PARAM_MIN && params[i] <= ZH_CLV_PARAM_MAX)) return INFINITY;
    }
    return -c->ll_of(params, c->data);
}

bool zh_clv_climb(zh_clv_ll *ll_of, const void *data, uint32_t count, double *params, double *ll)
{
    assert(count <= ZH_OPTIMISE_PARAMS_MAX);
    climb c = { ll_of, data, count };
    double logs[ZH_OPTIMISE_PARAMS_MAX];
    for (uint32_t i = 0; i < count; i++) logs[i] = log(params[i]);
    const zh_optimised found = zh_optimise(&(zh_optimise_desc){ .function = height_below, .context = &c, .count = count }, logs);
    for (uint32_t i = 0; i < count; i++) params[i] = exp(logs[i]);
    *ll = -found.value;
    return found.converged && found.value < 1e299;
}
