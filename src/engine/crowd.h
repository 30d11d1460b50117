/* crowd.h -- every customer, one after the other, while folding goes on in between.
 *
 * Guarantees  each customer there is from the beginning to the end is visited once, as he is then. The world's read lock is
 *             held for ZH_CROWD_STEP numbers at a time.
 * Cost        about 0.1 us a customer beside the visit; no memory.
 * Threads     any.
 */
#ifndef ZH_ENGINE_CROWD_H
#define ZH_ENGINE_CROWD_H
#include "engine/world.h"

#define ZH_CROWD_STEP 256

typedef struct zh_crowd {
    void (*visit)(void *context, const zh_customer_state *state); /* under the world's read lock */
    bool (*go_on)(void *context); /* between two steps, without a lock; false: stop. NULL: go on */
    void *context;
} zh_crowd;

ZH_MUST zh_err zh_crowd_walk(zh_world *world, const zh_crowd *crowd); /* ZH_STOPPED */

#endif
