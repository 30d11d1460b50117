/* worker.c -- a few threads for routes that would hold up an event loop. */
#include "server/call.h"

#include <stdlib.h>

#define WORKERS 2           /* one may be hashing a password while another waits for the disk */
#define WAITING_MAX 256     /* held requests; beyond, 429 */

struct zh_workers {
    zh_server *server;
    pthread_t threads[WORKERS];
    int started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    zh_call *waiting[WAITING_MAX];
    size_t head, count;
    bool stopping;
};

static void *run(void *context)
{
    zh_workers *w = context;
    pthread_setname_np(pthread_self(), "zhun-worker"); /* as top and a profile show it */
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->count == 0 && !w->stopping) pthread_cond_wait(&w->wake, &w->lock);
        if (w->count == 0) break;
        zh_call *call = w->waiting[w->head];
        w->head = (w->head + 1) % WAITING_MAX;
        w->count--;
        pthread_mutex_unlock(&w->lock);
        call->thread = zh_call_thread_of(w->server);
        if (call->thread == NULL) zh_http_reply(call->request, &(zh_http_response){ .status = 503 });
        else call->route->handler(call);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

zh_err zh_workers_open(zh_workers **out, zh_server *server)
{
    zh_workers *w = calloc(1, sizeof *w);
    if (w == NULL) return ZH_NOMEM;
    w->server = server;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    for (; w->started < WORKERS; w->started++) {
        if (pthread_create(&w->threads[w->started], NULL, run, w) != 0) {
            zh_workers_close(w);
            return ZH_NOMEM;
        }
    }
    *out = w;
    return ZH_OK;
}

void zh_workers_close(zh_workers *w)
{
    if (w == NULL) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->started; i++) pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

zh_err zh_workers_take(zh_workers *w, zh_call *call)
{
    zh_err e = ZH_OK;
    pthread_mutex_lock(&w->lock);
    if (w->count == WAITING_MAX || w->stopping) e = ZH_BUSY;
    else {
        w->waiting[(w->head + w->count++) % WAITING_MAX] = call;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return e;
}
