/* lookalikes.h -- customers like those of a seed group, best first, with how well such a list finds again what was hidden (measure/lookalike.h).
 *
 * Cost        measure/lookalike.h, and 8 us for each customer; the world's read lock is held for ZH_CROWD_STEP customers at a time.
 * Threads     any.
 */
#ifndef ZH_ENGINE_LOOKALIKES_H
#define ZH_ENGINE_LOOKALIKES_H
#include "engine/group_rows.h"
#include "measure/lookalike.h"

#define ZH_LOOKALIKES_CATEGORIES 22
#define ZH_LOOKALIKES_BRANDS 10
#define ZH_LOOKALIKES_SIZE_MAX 100000
#define ZH_LOOKALIKES_SEED 30 /* any: the same customers give the same list */

typedef struct zh_lookalikes_ask {
    zh_group_of group;
    uint32_t size;        /* of the list, 1 .. ZH_LOOKALIKES_SIZE_MAX */
    uint32_t reasons;     /* of so many at its head it is told why */
} zh_lookalikes_ask;

typedef struct zh_lookalikes_row {
    zh_customer_id customer;
    double score;
    zh_lookalike_reason reasons[ZH_LOOKALIKE_WHY];
    uint32_t reasons_count;
} zh_lookalikes_row;

typedef struct zh_lookalikes_answer {
    zh_lookalike learnt;
    zh_features features;
    zh_group_shop shop;
    zh_arena arena;               /* of all of it */
    uint64_t seed, others, refused;
    zh_lookalikes_row *rows;      /* best first; none where it is not offered */
    size_t rows_count;
    int64_t now_ms, took_us;
} zh_lookalikes_answer;

/* Errors: as zh_group_test_open; ZH_STOPPED. *out stays where it is; the caller closes where it was ZH_OK. */
ZH_MUST zh_err zh_engine_lookalikes(zh_engine *engine, const zh_lookalikes_ask *ask, zh_arena *arena, zh_lookalikes_answer *out, zh_cel_fault *why);
void zh_lookalikes_answer_close(zh_lookalikes_answer *answer);

#endif
