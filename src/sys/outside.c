#include "sys/outside.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>

struct zh_outside {
    pthread_t thread;
    pthread_mutex_t turn; /* held by whose work it is */
    pthread_mutex_t lock; /* of what stands below */
    pthread_cond_t changed;
    void (*work)(void *argument); /* NULL: none waits */
    void *argument;
    bool stopping;
};

static void *serve(void *context)
{
    zh_outside *o = context;
    (void)prctl(PR_SET_NAME, "zhun-outside");
    pthread_mutex_lock(&o->lock);
    while (!o->stopping) {
        if (o->work == NULL) {
            pthread_cond_wait(&o->changed, &o->lock);
            continue;
        }
        void (*work)(void *) = o->work;
        pthread_mutex_unlock(&o->lock);
        work(o->argument);
        pthread_mutex_lock(&o->lock);
        o->work = NULL;
        pthread_cond_broadcast(&o->changed);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

zh_err zh_outside_open(zh_outside **out)
{
    zh_outside *o = calloc(1, sizeof *o);
    *out = NULL;
    if (o == NULL) return ZH_NOMEM;
    pthread_mutex_init(&o->turn, NULL);
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->changed, NULL);
    if (pthread_create(&o->thread, NULL, serve, o) != 0) {
        free(o);
        return ZH_NOMEM;
    }
    *out = o;
    return ZH_OK;
}

void zh_outside_close(zh_outside *o)
{
    if (o == NULL) return;
    pthread_mutex_lock(&o->lock);
    o->stopping = true;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    pthread_join(o->thread, NULL);
    pthread_cond_destroy(&o->changed);
    pthread_mutex_destroy(&o->lock);
    pthread_mutex_destroy(&o->turn);
    free(o);
}

void zh_outside_call(zh_outside *o, void (*work)(void *argument), void *argument)
{
    if (o == NULL) {
        work(argument);
        return;
    }
    pthread_mutex_lock(&o->turn);
    pthread_mutex_lock(&o->lock);
    o->argument = argument;
    o->work = work;
    pthread_cond_broadcast(&o->changed);
    while (o->work != NULL) pthread_cond_wait(&o->changed, &o->lock);
    pthread_mutex_unlock(&o->lock);
    pthread_mutex_unlock(&o->turn);
}
