/* later.h -- events whose moment has not come: kept by time, given back one by one.
 *
 * A live visit is played at its begin; what it does a minute later must not reach an engine now.
 *
 * Guarantees  given back by time, at one time in the order of putting.
 * Cost        put O(events that wait), a few hundred; take O(1).
 * Lifetimes   texts are copied; a view of the first one is valid until it is dropped.
 */
#ifndef ZH_SIM_LATER_H
#define ZH_SIM_LATER_H
#include "base/err.h"
#include "base/sv.h"

#include <stdint.h>

#define ZH_SIM_LATER_MAX 65536u /* events; a million customers have some thousands under way */

typedef struct zh_sim_later_event {
    int64_t ms;               /* its moment */
    const char *path;         /* static: where it goes */
    char *text;
    size_t size;
} zh_sim_later_event;

typedef struct zh_sim_later {
    zh_sim_later_event *events; /* the last is the next one */
    uint32_t count, room;
} zh_sim_later;                 /* zeros: empty */

void zh_sim_later_close(zh_sim_later *later);
/* Errors: ZH_FULL ZH_SIM_LATER_MAX wait already, ZH_NOMEM. */
ZH_MUST zh_err zh_sim_later_put(zh_sim_later *later, int64_t ms, const char *path, zh_sv text);
/* The next one; NULL: none waits. */
const zh_sim_later_event *zh_sim_later_first(const zh_sim_later *later);
/* Forget the next one. */
void zh_sim_later_drop(zh_sim_later *later);

#endif
