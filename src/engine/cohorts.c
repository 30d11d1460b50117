#include "engine/cohorts.h"
#include "engine/crowd.h"
#include "measure/cohort.h"

#include <stdlib.h>

typedef struct gathering {
    const zh_tz *tz;
    uint64_t *visits; /* zh_cohort_visit, with the month since year 0 */
    size_t count, cap;
    uint32_t customers;
    uint32_t first, last;
    zh_err e;
} gathering;

static uint32_t month_of(const gathering *g, int64_t ms)
{
    const zh_civil c = zh_tz_local(g->tz, ms);
    return (uint32_t)c.year * 12 + c.month - 1;
}

static bool push(gathering *g, uint64_t visit)
{
    if (g->count == g->cap) {
        const size_t cap = g->cap == 0 ? 4096 : g->cap * 2;
        uint64_t *visits = cap > ZH_COHORTS_VISITS_MAX ? NULL : realloc(g->visits, cap * sizeof *visits);
        g->e = cap > ZH_COHORTS_VISITS_MAX ? ZH_FULL : visits == NULL ? ZH_NOMEM : ZH_OK;
        if (g->e != ZH_OK) return false;
        g->visits = visits, g->cap = cap;
    }
    g->visits[g->count++] = visit;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void visit(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    uint32_t count;
    const zh_order *orders = zh_customer_orders(state, &count);
    const size_t from = g->count;
    for (uint32_t i = 0; g->e == ZH_OK && i < count; i++) {
        if (!zh_order_is_sale(&orders[i])) continue;
        const uint32_t month = month_of(g, orders[i].first_ms);
        if (g->count > from && month == (uint32_t)g->visits[g->count - 1]) continue;
        if (!push(g, zh_cohort_visit(g->customers, month))) return;
        if (month < g->first) g->first = month;
        if (month > g->last) g->last = month;
    }
    if (g->count == from) return;
    g->customers++;
    qsort(g->visits + from, g->count - from, sizeof *g->visits, by_number);
    size_t kept = from + 1; /* each month once */
    for (size_t i = from + 1; i < g->count; i++)
        if (g->visits[i] != g->visits[kept - 1]) g->visits[kept++] = g->visits[i];
    g->count = kept;
}

static bool go_on(void *context) { return ((const gathering *)context)->e == ZH_OK; }

zh_err zh_engine_cohorts(zh_engine *engine, zh_cohorts *out)
{
    gathering g = { .tz = zh_engine_tz(engine), .first = UINT32_MAX };
    *out = (zh_cohorts){ 0 };
    zh_err e = zh_crowd_walk(zh_engine_world(engine), &(zh_crowd){ .visit = visit, .go_on = go_on, .context = &g });
    if (g.e != ZH_OK) e = g.e;
    if (e == ZH_OK && g.count > 0) {
        out->first = g.first;
        out->months = g.last - g.first + 1;
        out->customers = g.customers;
        if (out->months > ZH_COHORT_PERIODS_MAX) e = ZH_FULL;
        else if ((out->kept = calloc((size_t)out->months * out->months, sizeof *out->kept)) == NULL) e = ZH_NOMEM;
    }
    if (e == ZH_OK && g.count > 0) {
        for (size_t i = 0; i < g.count; i++) g.visits[i] -= g.first;
        zh_cohort_count(g.visits, g.count, out->months, out->kept);
    }
    free(g.visits);
    return e;
}

void zh_cohorts_close(zh_cohorts *cohorts)
{
    free(cohorts->kept);
    *cohorts = (zh_cohorts){ 0 };
}
