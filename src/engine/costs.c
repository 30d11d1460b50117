#include "engine/costs.h"
#include "base/buf.h"
#include "base/map.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct cost { int64_t minor; zh_currency currency; } cost; /* minor -1: not known any more */

struct zh_costs {
    pthread_rwlock_t lock;
    zh_map of;            /* item number -> place in all */
    zh_buf all;
    _Atomic size_t known; /* items that have one */
};

static cost *all(const zh_costs *c) { return (cost *)(void *)c->all.data; }

zh_err zh_costs_open(zh_costs **out)
{
    zh_costs *c = *out = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    c->all = zh_buf_open((size_t)ZH_CATALOG_ITEMS_MAX * sizeof(cost));
    if (pthread_rwlock_init(&c->lock, NULL) == 0) return ZH_OK;
    free(c);
    *out = NULL;
    return ZH_NOMEM;
}

void zh_costs_close(zh_costs *c)
{
    if (c == NULL) return;
    pthread_rwlock_destroy(&c->lock);
    zh_map_close(&c->of);
    zh_buf_close(&c->all);
    free(c);
}

/* Under the lock. */
static zh_err put(zh_costs *c, const zh_item *item)
{
    const uint64_t *there = zh_map_get(&c->of, item->id.number);
    if (there != NULL) {
        c->known = c->known - (all(c)[*there].minor >= 0) + (item->cost_minor >= 0);
        all(c)[*there] = (cost){ item->cost_minor, item->currency };
        return ZH_OK;
    }
    cost *new = (cost *)(void *)zh_buf_room(&c->all, sizeof *new);
    if (new == NULL) return ZH_NOMEM;
    *new = (cost){ item->cost_minor, item->currency };
    if (zh_map_put(&c->of, item->id.number, c->all.size / sizeof *new - 1) != ZH_OK) {
        c->all.size -= sizeof *new;
        return ZH_NOMEM;
    }
    c->known++;
    return ZH_OK;
}

zh_err zh_costs_set(zh_costs *c, const zh_item *item)
{
    if (item->cost_minor < 0 && c->known == 0) return ZH_OK;
    pthread_rwlock_wrlock(&c->lock);
    const zh_err e = item->cost_minor < 0 && zh_map_get(&c->of, item->id.number) == NULL ? ZH_OK : put(c, item);
    pthread_rwlock_unlock(&c->lock);
    return e;
}

void zh_costs_fill(zh_costs *c, zh_event *event)
{
    if ((event->act != ZH_ACT_ORDER && event->act != ZH_ACT_ORDER_UPDATE) || event->lines_count == 0 || c->known == 0) return;
    pthread_rwlock_rdlock(&c->lock);
    for (uint32_t i = 0; i < event->lines_count; i++) {
        zh_line *line = &event->lines[i];
        const uint64_t *there = line->has_cost ? NULL : zh_map_get(&c->of, line->item.number);
        if (there == NULL || all(c)[*there].minor < 0 || all(c)[*there].currency.code != event->currency.code) continue;
        line->cost_minor = all(c)[*there].minor;
        line->has_cost = true;
    }
    pthread_rwlock_unlock(&c->lock);
}

size_t zh_costs_bytes(const zh_costs *c) { return sizeof *c + c->all.cap_ + zh_map_bytes(&c->of); }
