/* paths.h -- paths over all customers (measure/paths.h): how often each event comes at each step, who came from where, who went no further.
 *
 * At each step the names that come most often are named and the others folded together, so there are at most names + 1 nodes a
 * step and their products of links. The customers are walked twice: to see which names those are, and to count.
 *
 * Cost        twice that of steps.h, all events of the span.
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_PATHS_H
#define ZH_ENGINE_PATHS_H
#include "engine/steps.h"
#include "measure/paths.h"

#define ZH_PATHS_NAMES_MAX 20          /* named at a step */
#define ZH_PATHS_NODES (ZH_PATHS_NAMES_MAX + 1)
#define ZH_PATHS_EVENTS_MAX 50         /* that are said to be steps */
#define ZH_PATHS_SEEN_MAX ((size_t)1 << 18) /* (step, name) pairs */
#define ZH_PATHS_WINDOW_DAYS_MAX 365
#define ZH_PATHS_GAP_MINUTES_MAX 1440

typedef enum zh_path_of { ZH_PATH_OF_ANY, ZH_PATH_OF_NAME, ZH_PATH_OF_OTHERS } zh_path_of;
typedef struct zh_path_which { zh_path_of of; zh_sv name; } zh_path_which;

typedef struct zh_paths_ask {
    zh_asked_event start;
    zh_paths_span span;
    zh_sv events[ZH_PATHS_EVENTS_MAX]; /* only these are steps; none: all */
    uint32_t events_count, names;      /* names: 1 .. ZH_PATHS_NAMES_MAX */
    zh_sv segment;
    zh_crowd_names open;               /* most 0: nobody */
    uint32_t open_step;
    zh_path_which open_event, open_previous;
    bool open_dropped;
} zh_paths_ask;

typedef struct zh_paths_count { uint64_t paths, customers, last; } zh_paths_count; /* last: private */
typedef struct zh_paths_step {
    zh_sv name[ZH_PATHS_NAMES_MAX];    /* in the arena; most frequent first */
    uint32_t names, folded;            /* folded: names among the others, whose place is `names` */
    zh_paths_count node[ZH_PATHS_NODES];
    uint64_t dropped[ZH_PATHS_NODES];
    zh_paths_count link[ZH_PATHS_NODES][ZH_PATHS_NODES]; /* [of the step before][of this one] */
} zh_paths_step;

typedef struct zh_paths {
    uint64_t customers, failed, paths, walkers; /* walkers: with a path */
    zh_paths_step step[ZH_PATHS_DEPTH_MAX + 1];
    zh_crowd_names open;
    int64_t took_us;
} zh_paths;

/* Errors: ZH_FORMAT, ZH_FULL (the start's condition: *why says what; with an empty *why: more than ZH_PATHS_SEEN_MAX names), ZH_ABSENT no such
 * segment, ZH_NOMEM. `out` is large: not for the stack. */
ZH_MUST zh_err zh_engine_paths(zh_engine *engine, const zh_paths_ask *ask, zh_arena *arena, zh_paths *out, zh_cel_fault *why);

#endif
