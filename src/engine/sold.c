#include "engine/sold.h"
#include "base/hash.h"
#include "engine/crowd.h"
#include "profile/activity.h"

#include <stdlib.h>

typedef struct taken { uint64_t number; uint32_t place; } taken; /* a customer, and his number in the list as gathered */

typedef struct gathering {
    const volatile bool *stopping;
    zh_purchase *list;
    taken *customers;
    size_t count, most;       /* of the list */
    size_t lines, buyers;     /* of the shop */
    uint32_t taken, taken_most;
    uint64_t share;           /* one customer of so many is taken */
} gathering;

static void count_lines(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    zh_fact fact;
    const size_t before = g->lines;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);)
        if (fact.act == ZH_ACT_ORDER) g->lines += fact.lines_count;
    g->buyers += g->lines > before;
}

static void take_lines(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    zh_fact fact;
    const size_t before = g->count;
    if (g->taken == g->taken_most || (g->share > 1 && zh_mix64(zh_customer_number(state).number) % g->share != 0)) return;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);) {
        if (fact.act != ZH_ACT_ORDER) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line) && g->count < g->most;)
            if (line.item != 0) g->list[g->count++] = (zh_purchase){ g->taken, line.item, fact.time_ms };
    }
    if (g->count == before) return;
    g->customers[g->taken] = (taken){ zh_customer_number(state).number, g->taken };
    g->taken++;
}

static bool go_on(void *context) { return !*((const gathering *)context)->stopping; }

static int by_number(const void *left, const void *right)
{
    const taken *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The same customers have the same numbers, whatever order the table has them in. */
static zh_err number_customers(gathering *g)
{
    uint32_t *rank = malloc(((size_t)g->taken + 1) * sizeof *rank);
    if (rank == NULL) return ZH_NOMEM;
    qsort(g->customers, g->taken, sizeof *g->customers, by_number);
    for (uint32_t i = 0; i < g->taken; i++) rank[g->customers[i].place] = i;
    for (size_t i = 0; i < g->count; i++) g->list[i].customer = rank[g->list[i].customer];
    free(rank);
    return ZH_OK;
}

static size_t with_room(size_t count) { return count + count / 8 + 1024; } /* folding goes on between the two walks */

static zh_err gather(zh_world *world, gathering *g)
{
    zh_err e = zh_crowd_walk(world, &(zh_crowd){ .visit = count_lines, .go_on = go_on, .context = g, .events = true });
    if (e != ZH_OK) return e;
    g->share = g->lines / ZH_SOLD_MAX + 1;
    g->most = with_room(g->lines / g->share);
    g->taken_most = (uint32_t)(with_room(g->buyers) < UINT32_MAX ? with_room(g->buyers) : UINT32_MAX);
    g->list = malloc(g->most * sizeof *g->list);
    g->customers = malloc(g->taken_most * sizeof *g->customers);
    if (g->list == NULL || g->customers == NULL) return ZH_NOMEM;
    e = zh_crowd_walk(world, &(zh_crowd){ .visit = take_lines, .go_on = go_on, .context = g, .events = true });
    return e == ZH_OK ? number_customers(g) : e;
}

zh_err zh_sold_gather(zh_sold *out, zh_world *world, const volatile bool *stopping)
{
    gathering g = { .stopping = stopping };
    const zh_err e = gather(world, &g);
    free(g.customers);
    *out = (zh_sold){ .list = g.list, .count = g.count, .customers = g.taken, .share = g.share };
    zh_world_lock_read(world);
    out->items = zh_terms_count(zh_customers_terms(world->customers)) + 1; /* after the walks: terms only grow */
    zh_world_unlock(world);
    return e;
}

void zh_sold_close(zh_sold *all) { free(all->list); }
