/* run.h -- days times worlds: all policies live through the same days, side by side.
 *
 * Guarantees  the same shop, seed, customers, days and policies give the same tallies; the engine's
 *             depend on its answers too.
 * Clock       none, but for pacing.
 */
#ifndef ZH_SIM_RUN_H
#define ZH_SIM_RUN_H
#include "world.h"
#include "wire.h"

typedef struct zh_sim_run {
    const zh_shop *shop;
    uint64_t seed;
    uint32_t customers;
    int32_t days;
    double speed;             /* simulated seconds a second; 0: as fast as it goes */
    bool policies[ZH_SIM_POLICIES];
    zh_sim_wire *wire;        /* of the engine; NULL without that policy */
    /* At the end of each day; may be NULL. */
    void (*day_done)(void *context, const struct zh_sim_run *run, int32_t day);
    void *context;

    zh_sim_catalog catalog;   /* what follows is filled by the run */
    zh_sim_people people;
    zh_sim_world worlds[ZH_SIM_POLICIES];
    uint64_t visits;          /* of all worlds, warm-up too */
} zh_sim_run;

/* Errors: ZH_NOMEM, and those of the wire (why: what the engine said). */
ZH_MUST zh_err zh_sim_run_go(zh_sim_run *run, zh_arena *arena, zh_note *why);

#endif
