/* exposed.h -- what measure/fairness.h and measure/bubble.h ask about, gathered from the world.
 *
 * The span ends with the newest day that exposure knows, or with the last one that is over; rows begin ZH_BUBBLE_BACK_DAYS before it, as far as days are kept. Customers are those they are
 * now (merges); one who refused analytics is left out, though his lists stay among the counts of everybody, which name nobody. Where the rows are more
 * than ZH_EXPOSED_ROWS_MAX a draw of the customers stands for all.
 *
 * Cost        O(items + rows), under the world's read lock: about 60 ms for 100,000 items and 400,000 rows.
 * Threads     any; takes the lock itself.
 */
#ifndef ZH_ENGINE_EXPOSED_H
#define ZH_ENGINE_EXPOSED_H
#include "engine/world.h"
#include "measure/bubble.h"

#define ZH_EXPOSED_ROWS_MAX 400000u                /* 11 MB, and a third of a second of counting */
#define ZH_EXPOSED_CATEGORIES_MAX 1024u            /* with most items; the others count as one. More are no variety a person could name */
#define ZH_EXPOSED_BYTES_MAX ((size_t)1 << 30)     /* of everything gathered: two million items take 200 MB */

typedef struct zh_exposed {
    zh_fair_input input;
    zh_sv *categories;                 /* names, [input.categories]; the first is "": items without one, and of categories that are not among those */
    double customer_share, item_share; /* that the rows and the cells are a draw of; 1: all */
    bool is_empty;                     /* nothing was shown or done in the kept days: there is no input */
    zh_arena arena;                    /* holds all of it; also for who computes with it */
} zh_exposed;

typedef struct zh_exposed_ask {
    zh_sv placement;   /* empty: all */
    uint32_t days;     /* 1 .. ZH_BUBBLE_DAYS_MAX */
    bool whole_days;   /* without the newest day, which still runs */
} zh_exposed_ask;

/* Errors: ZH_NOMEM. Close in any case. */
ZH_MUST zh_err zh_exposed_open(zh_exposed *out, zh_world *world, const zh_exposed_ask *ask);
void zh_exposed_close(zh_exposed *exposed);

#endif
