#include "later.h"

#include <stdlib.h>

void zh_sim_later_close(zh_sim_later *later)
{
    while (later->count > 0) zh_sim_later_drop(later);
    free(later->events);
    *later = (zh_sim_later){ 0 };
}

static zh_err make_room(zh_sim_later *later)
{
    if (later->count < later->room) return ZH_OK;
    if (later->count == ZH_SIM_LATER_MAX) return ZH_FULL;
    const uint32_t room = later->room == 0 ? 256 : 2 * later->room;
    zh_sim_later_event *more = realloc(later->events, room * sizeof *more);
    if (more == NULL) return ZH_NOMEM;
    later->events = more, later->room = room;
    return ZH_OK;
}

zh_err zh_sim_later_put(zh_sim_later *later, int64_t ms, const char *path, zh_sv text)
{
    const zh_err e = make_room(later);
    if (e != ZH_OK) return e;
    char *copy = malloc(text.size + 1);
    if (copy == NULL) return ZH_NOMEM;
    if (text.size > 0) memcpy(copy, text.data, text.size);
    uint32_t at = 0; /* before the first that is not later: equal moments keep their order */
    while (at < later->count && later->events[at].ms > ms) at++;
    memmove(later->events + at + 1, later->events + at, (later->count - at) * sizeof later->events[0]);
    later->events[at] = (zh_sim_later_event){ ms, path, copy, text.size };
    later->count++;
    return ZH_OK;
}

const zh_sim_later_event *zh_sim_later_first(const zh_sim_later *later)
{
    return later->count == 0 ? NULL : &later->events[later->count - 1];
}

void zh_sim_later_drop(zh_sim_later *later)
{
    if (later->count > 0) free(later->events[--later->count].text);
}
