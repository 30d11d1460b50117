/* world.h -- one policy's world: its stock, its sales, and what its customers own, need and have seen too often.
 *
 * Worlds of different policies share the customers and the catalog (people.h, catalog.h) and nothing else.
 *
 * Lifetimes   arrays in the arena given to open.
 */
#ifndef ZH_SIM_WORLD_H
#define ZH_SIM_WORLD_H
#include "catalog.h"
#include "people.h"
#include "tally.h"
#include "trace.h"

#define ZH_SIM_SEEN_MAX 32 /* items whose fatigue a customer remembers; the least of it is forgotten first */

typedef enum zh_sim_policy { ZH_SIM_POPULAR, ZH_SIM_RANDOM, ZH_SIM_ORACLE, ZH_SIM_ENGINE, ZH_SIM_POLICIES } zh_sim_policy;
const char *zh_sim_policy_name(zh_sim_policy policy);

typedef struct zh_sim_seen {
    float weight;             /* times shown, decayed to `minute` */
    uint32_t minute;
    uint16_t item;
} zh_sim_seen;

typedef struct zh_sim_held { /* of one customer and one type */
    int32_t bought_minute;    /* -1: never */
    int32_t need_from, need_until; /* minutes; until 0: no need */
    int32_t last_item;        /* -1: none */
} zh_sim_held;

typedef struct zh_sim_memory { /* of one customer */
    zh_sim_seen seen[ZH_SIM_SEEN_MAX];
    uint32_t seen_count;
} zh_sim_memory;

struct zh_sim_visit;
typedef struct zh_sim_ask {
    zh_sim_place place;
    int32_t page_item;        /* of a product page; -1: none */
    uint32_t n;
} zh_sim_ask;

typedef struct zh_sim_world {
    zh_sim_policy policy;
    uint64_t seed;
    const zh_sim_catalog *catalog;
    zh_sim_people *people;
    int32_t day, days, warmup_days;
    int32_t *stock;
    double *sold;             /* recency-weighted purchases: what `popular` goes by */
    uint16_t *ranked;         /* sold today, the most popular first */
    uint32_t ranked_count;
    zh_sim_held *held;        /* customer x types */
    zh_sim_memory *memories;
    zh_sim_tally tally;
    double season_log[ZH_SHOP_TYPES_MAX]; /* of the day */
    float *tired;             /* scratch of a visit: the fatigue of each item; zeros between visits */
    /* The engine's lists; returns how many. Set for ZH_SIM_ENGINE. */
    uint32_t (*engine_list)(void *context, const struct zh_sim_visit *visit, const zh_sim_ask *ask, uint16_t *out);
    void (*watch)(void *context, const zh_sim_trace *trace); /* after each visit; may be NULL */
    void *context;
} zh_sim_world;

ZH_MUST zh_err zh_sim_world_open(zh_sim_world *out, zh_sim_policy policy, uint64_t seed, const zh_sim_catalog *catalog,
                                 zh_sim_people *people, int32_t days, zh_arena *arena);

/* A day begins: restock, rank, seasons. Days go forward from 0. */
void zh_sim_world_day(zh_sim_world *world, int32_t day);

/* The sky at a minute of the run: 0 where the shop has no weather, 1 clear, 2 rain; the same for all worlds. */
int zh_sim_world_sky(const zh_sim_world *world, uint32_t minute);

/* Can it be bought now? */
static inline bool zh_sim_world_sells(const zh_sim_world *world, uint32_t item)
{
    return world->stock[item] > 0 && zh_sim_item_sold(&world->catalog->items[item], world->day);
}

static inline bool zh_sim_world_measured(const zh_sim_world *world) { return world->day >= world->warmup_days; }

#endif
