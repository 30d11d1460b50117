/* crowd.h -- every customer, one after the other, while folding goes on in between.
 *
 * Guarantees  each customer there is from the beginning to the end is visited once, as he is then. The world's read lock is
 *             held for ZH_CROWD_STEP numbers at a time. Of several that walk together each visits customers by rising number.
 * Cost        about 0.1 us a customer beside the visit; no memory.
 * Threads     any; several walk on one thread each.
 */
#ifndef ZH_ENGINE_CROWD_H
#define ZH_ENGINE_CROWD_H
#include "engine/world.h"

#define ZH_CROWD_STEP 256
#define ZH_CROWD_THREADS 2       /* that walk together, at most */
#define ZH_CROWD_ALONE_MAX 1024  /* customers that one walks as fast as two */
#define ZH_CROWD_NAMED_MAX 500   /* customers of a figure that are listed at a time */

typedef struct zh_crowd {
    void (*visit)(void *context, const zh_customer_state *state); /* under the world's read lock */
    bool (*go_on)(void *context); /* between two steps, without a lock; false: stop. NULL: go on */
    void *context;
    void (*begin)(void *context); /* of each step, under the world's read lock; may be NULL */
    bool events;                  /* it reads their events: bring those near */
} zh_crowd;

ZH_MUST zh_err zh_crowd_walk(zh_world *world, const zh_crowd *crowd); /* ZH_STOPPED */

/* How many are worth it: 1 .. ZH_CROWD_THREADS. */
size_t zh_crowd_threads(zh_world *world);
/* Each customer is visited by one of them. Where a thread cannot begin, the others do its part. ZH_STOPPED: one of them did. */
ZH_MUST zh_err zh_crowd_walk_together(zh_world *world, const zh_crowd *crowds, size_t count);

/* The customers of a figure, from a number on: the lowest of those who were told, by rising number. */
typedef struct zh_crowd_names {
    zh_customer_id list[ZH_CROWD_NAMED_MAX];
    uint32_t count, most;   /* most: 0 .. ZH_CROWD_NAMED_MAX */
    uint64_t after;
    bool more;              /* there are others */
} zh_crowd_names;
void zh_crowd_name(zh_crowd_names *names, zh_customer_id customer); /* by rising number */
void zh_crowd_names_join(zh_crowd_names *names, const zh_crowd_names *others); /* of another part of the crowd */

#endif
