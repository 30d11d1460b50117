/* crew.h -- hands that share a piece of work, brought by the caller.
 *
 * A model is pure: it starts no thread. It cuts its work into parts that write to places of their
 * own and asks the crew to do them all; the caller decides whether one hand does them one after
 * another or several at once. Which hand does which part never shows in a result. With the hands
 * come their tools: the dense operations that this machine has.
 */
#ifndef ZH_MODEL_CREW_H
#define ZH_MODEL_CREW_H
#include "base/blas.h"

#include <stddef.h>
#include <stdint.h>

#define ZH_CREW_HANDS_MAX 32 /* threads of one training; memory of scratch grows with them */

/* Do one part. `hand` < hands names the scratch to use; no two calls with one hand run at once. */
typedef void zh_crew_work(void *job, uint32_t part, uint32_t hand);

typedef struct zh_crew {
    uint32_t hands; /* 1..ZH_CREW_HANDS_MAX */
    /* Call work(job, part, hand) once for each part < parts and return when all are done. NULL: one hand. */
    void (*run)(void *context, uint32_t parts, zh_crew_work *work, void *job);
    void *context;
    const zh_blas *blas; /* for kinds that are `dense`; NULL where there is none */
} zh_crew;

#define ZH_CREW_ALONE ((zh_crew){ .hands = 1 })

static inline void zh_crew_run(const zh_crew *crew, uint32_t parts, zh_crew_work *work, void *job)
{
    if (crew->run != NULL)
        crew->run(crew->context, parts, work, job);
    else
        for (uint32_t part = 0; part < parts; part++) work(job, part, 0);
}

#endif
