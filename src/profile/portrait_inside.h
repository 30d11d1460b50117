/* portrait_inside.h -- one dimension of leanings while events are walked; for the files of portrait only. */
#ifndef ZH_PROFILE_PORTRAIT_INSIDE_H
#define ZH_PROFILE_PORTRAIT_INSIDE_H
#include "profile/portrait.h"

typedef struct zh_lean { /* to one name, by a key that is not 0 */
    uint64_t key;
    zh_leaning row;      /* share and lately are weights until the end */
    uint32_t weeks;      /* of tastes: evidence where no event of the activity speaks of it any more */
    double liking;       /* weight, half forgotten in ZH_PORTRAIT_LIKED_DAYS */
    uint32_t fact;       /* number of the event that was counted last */
} zh_lean;

typedef struct zh_dimension {
    zh_lean *rows;
    uint32_t count, most;
    uint32_t *slots;     /* open addressing: place in rows + 1; 0: free */
    uint32_t mask;
    bool by_events;      /* shares come from events, as `lately` does; else they were given */
    double liked_min;    /* share from which a name is liked; 0: nothing is said of that */
    double share_sum, lately_sum, liking_sum;
    int64_t newest_ms;   /* of the events that say anything of it: ages count from here */
    bool any;
} zh_dimension;

/* Room for `most` names. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_dimension_open(zh_dimension *out, uint32_t most, zh_arena *arena);
/* The row of a key, made where there is room; NULL: there is none. */
zh_lean *zh_dimension_row(zh_dimension *d, uint64_t key);
/* An event says `points` of a name; events come newest first, numbered from 1. `row` may be NULL: of all, but of nobody here. */
void zh_dimension_say(zh_dimension *d, zh_lean *row, int64_t time_ms, uint32_t fact, double points);
/* Weights become shares; the best rows. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_dimension_close(zh_dimension *d, zh_arena *arena, zh_leanings *out);

/* What the catalog adds: bands and attributes. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_shop_leanings(const zh_customer_state *state, const zh_terms *terms, const zh_portrait_shop *shop, zh_arena *arena, zh_portrait *out);

/* What an act says of what it names: 1 looked at, 3 wanted, 5 bought; 0: nothing. As tastes count (customer_fold.c). */
double zh_act_points(zh_act act);

#endif
