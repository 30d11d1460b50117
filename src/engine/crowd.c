#include "engine/crowd.h"

#include <pthread.h>
#include <stdatomic.h>

#define AHEAD 6 /* customers */

/* Numbers are given out one after the other, so nobody needs a list of them. */
static uint64_t numbers_end(zh_world *w)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const uint64_t next = zh_identity_next(w->identity).number;
    pthread_rwlock_unlock(&w->identity_lock);
    return next;
}

typedef struct walk { /* of one of them */
    zh_world *world;
    const zh_crowd *crowd;
    _Atomic uint64_t *at; /* the first number that nobody walks yet */
    uint64_t end;
    bool stopped;
} walk;

static void walk_step(const walk *k, uint64_t at, uint64_t until)
{
    const zh_crowd *crowd = k->crowd;
    const int stages = crowd->events ? 3 : 2; /* customers lie anywhere in memory: bring those after the next near */
    zh_world_lock_read(k->world);
    const zh_customers *customers = k->world->customers;
    if (crowd->begin != NULL) crowd->begin(crowd->context);
    for (; at < until; at++) {
        for (int step = 0; step < stages; step++)
            zh_customers_prefetch(customers, (zh_customer_id){ at + AHEAD * (uint64_t)(stages - step) }, step == 2 ? 3 : step);
        const zh_customer_state *state = zh_customers_get(customers, (zh_customer_id){ at });
        if (state != NULL) crowd->visit(crowd->context, state);
    }
    zh_world_unlock(k->world);
}

static void *walk_some(void *context)
{
    walk *k = context;
    for (uint64_t at; (at = atomic_fetch_add(k->at, ZH_CROWD_STEP)) < k->end;) {
        if (k->crowd->go_on != NULL && !k->crowd->go_on(k->crowd->context)) {
            k->stopped = true;
            atomic_store(k->at, k->end); /* and so do the others */
            break;
        }
        walk_step(k, at, at + ZH_CROWD_STEP < k->end ? at + ZH_CROWD_STEP : k->end);
    }
    return NULL;
}

size_t zh_crowd_threads(zh_world *w) { return numbers_end(w) > ZH_CROWD_ALONE_MAX ? ZH_CROWD_THREADS : 1; }

zh_err zh_crowd_walk_together(zh_world *w, const zh_crowd *crowds, size_t count)
{
    _Atomic uint64_t at = 1;
    const uint64_t end = numbers_end(w);
    walk walks[ZH_CROWD_THREADS];
    pthread_t threads[ZH_CROWD_THREADS];
    bool began[ZH_CROWD_THREADS] = { false }, stopped = false;
    for (size_t i = 0; i < count; i++) walks[i] = (walk){ w, &crowds[i], &at, end, false };
    for (size_t i = 1; i < count; i++) began[i] = pthread_create(&threads[i], NULL, walk_some, &walks[i]) == 0;
    walk_some(&walks[0]);
    for (size_t i = 1; i < count; i++)
        if (began[i]) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < count; i++) stopped |= walks[i].stopped;
    return stopped ? ZH_STOPPED : ZH_OK;
}

zh_err zh_crowd_walk(zh_world *w, const zh_crowd *crowd) { return zh_crowd_walk_together(w, crowd, 1); }

/* ---- the customers of a figure ---- */

void zh_crowd_name(zh_crowd_names *n, zh_customer_id customer)
{
    if (n->most == 0 || customer.number <= n->after) return;
    if (n->count < n->most) n->list[n->count++] = customer;
    else n->more = true;
}

void zh_crowd_names_join(zh_crowd_names *n, const zh_crowd_names *others)
{
    zh_crowd_names all = { .most = n->most, .after = n->after, .more = n->more || others->more };
    for (uint32_t i = 0, k = 0; i < n->count || k < others->count;) {
        const bool first = k == others->count || (i < n->count && n->list[i].number < others->list[k].number);
        zh_crowd_name(&all, first ? n->list[i++] : others->list[k++]);
    }
    *n = all;
}
