/* group_rows.h -- customers drawn from a group, and each as a row of numbers (measure/features.h): what personas and lookalikes are learnt from.
 *
 * Who refused personalisation or analytics is neither drawn nor described. Draws are by a hash of the customer's number, so the same customers are
 * drawn again, on any partition count.
 *
 * Cost        one walk over all customers to draw; features 7 us each. The world's read lock is held for ZH_CROWD_STEP customers at a time.
 * Threads     any.
 */
#ifndef ZH_ENGINE_GROUP_ROWS_H
#define ZH_ENGINE_GROUP_ROWS_H
#include "engine/group.h"
#include "measure/features.h"

#define ZH_GROUP_ROWS_BYTES_MAX ((size_t)1 << 30) /* of memory of one computation */

bool zh_group_may_learn(const zh_world *world, zh_customer_id customer); /* under the world's read lock */

typedef struct zh_group_draw { /* of one side */
    uint64_t *numbers;  /* in the order of chance; in the arena */
    size_t count, most;
    uint64_t customers; /* there are in it, and may be learnt from */
} zh_group_draw;

/* draws[0]: in the group; draws[1], where `others` is not NULL: not in it. Each draw's `most` is given. *refused counts who may not be learnt
 * from. Errors: ZH_NOMEM, ZH_STOPPED (ZH_GROUP_WORK_MS). */
ZH_MUST zh_err zh_group_draw_customers(zh_engine *engine, zh_group_test *test, zh_arena *arena, zh_group_draw *in, zh_group_draw *others, uint64_t *refused);

/* The usual names of these customers: at most so many categories and brands, that one of a hundred and ten customers lean to. */
ZH_MUST zh_err zh_group_usual_names(zh_engine *engine, const zh_group_draw *of, size_t of_count, uint32_t categories, uint32_t brands, zh_arena *arena, zh_features *features);

/* One row each, [count][columns]; who is gone meanwhile has a row of noughts. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_group_rows(zh_engine *engine, const zh_features *features, const zh_group_draw *of, double *rows);

#endif
