/* run.h -- days times worlds: all policies live through the same days, side by side.
 *
 * Live, the last of the days is today: it is played up to now, and from there on each visit when its
 * moment has come, day after day, until stopped. What depends on the number of days (warm-up, new
 * and ending items, arriving customers) goes by `days`, not by how long it lasts.
 *
 * Guarantees  the same shop, seed, customers, days and policies give the same tallies; the engine's
 *             depend on its answers too. Live no event leaves before its moment + ZH_SIM_LIVE_DELAY_MS.
 * Clock       none, but for pacing and live.
 */
#ifndef ZH_SIM_RUN_H
#define ZH_SIM_RUN_H
#include "world.h"
#include "wire.h"

#include <signal.h>

#define ZH_SIM_LIVE_DELAY_MS 2000  /* behind the wall clock, so that no event lies in an engine's future */
#define ZH_SIM_BEAT_MS 60000       /* between two calls of `beat` */

typedef struct zh_sim_run {
    const zh_shop *shop;
    uint64_t seed;
    uint32_t customers;
    int32_t days;
    double speed;             /* simulated seconds a second; 0: as fast as it goes */
    bool policies[ZH_SIM_POLICIES];
    zh_sim_wire *wire;        /* of the engine; NULL without that policy */
    bool live;                /* goes on by the wall clock; the shop's start makes the last day today */
    zh_clock *clock;          /* live only; NULL: the real one. A fake is moved instead of waiting */
    const volatile sig_atomic_t *stop; /* not 0: end after the day, live after the visit; may be NULL */
    /* At the end of each day; may be NULL. */
    void (*day_done)(void *context, const struct zh_sim_run *run, int32_t day);
    /* After each visit of the world that is watched: the engine's, else the last one run; may be NULL. */
    void (*seen)(void *context, const struct zh_sim_run *run, const zh_sim_trace *trace);
    /* Live, when the fast days are over and each minute from then on; may be NULL. */
    void (*beat)(void *context, const struct zh_sim_run *run, int32_t day);
    void *context;

    zh_sim_catalog catalog;   /* what follows is filled by the run */
    zh_sim_people people;
    zh_sim_world worlds[ZH_SIM_POLICIES];
    uint64_t visits;          /* of all worlds, warm-up too */
    int32_t lived;            /* days begun: all, or more where live, or fewer where stopped */
    bool is_live;             /* the fast days are over */
    int64_t beat_ms;          /* when the next beat is due */
} zh_sim_run;

/* Live: returns when stopped. Errors: ZH_NOMEM, and those of the wire (why: what the engine said). */
ZH_MUST zh_err zh_sim_run_go(zh_sim_run *run, zh_arena *arena, zh_note *why);

#endif
