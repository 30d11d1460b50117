/* personas.h -- kinds of customers among a group: found in a draw of it, then everybody is put into the kind he is nearest to.
 *
 * Cost        measure/personas.h, and 8 us for each customer of the group; the world's read lock is held for ZH_CROWD_STEP customers at a time.
 * Threads     any.
 */
#ifndef ZH_ENGINE_PERSONAS_H
#define ZH_ENGINE_PERSONAS_H
#include "engine/group_rows.h"
#include "measure/personas.h"

#define ZH_PERSONAS_CATEGORIES 12
#define ZH_PERSONAS_BRANDS 4
#define ZH_PERSONAS_SEED 20 /* any: the same customers give the same kinds */

typedef struct zh_personas_ask {
    zh_group_of group;   /* everybody where nothing is said */
    uint32_t groups;     /* 0: as many as fit best */
} zh_personas_ask;

typedef struct zh_personas_answer {
    zh_personas personas;
    zh_features features;
    zh_group_shop shop;
    zh_arena arena;                            /* of the two */
    bool too_few;                              /* fewer than ZH_PERSONAS_ROWS_MIN: there are no kinds */
    uint64_t customers[ZH_PERSONAS_GROUPS_MAX]; /* of the kind, everybody put in */
    uint64_t all, refused;                     /* in the group; who may not be learnt from */
    size_t drawn;
    int64_t now_ms, took_us;
} zh_personas_answer;

/* Errors: as zh_group_test_open; ZH_STOPPED. *out stays where it is; the caller closes where it was ZH_OK. */
ZH_MUST zh_err zh_engine_personas(zh_engine *engine, const zh_personas_ask *ask, zh_arena *arena, zh_personas_answer *out, zh_cel_fault *why);
void zh_personas_answer_close(zh_personas_answer *answer);

#endif
