#include "run.h"
#include "base/time.h"
#include "sys/clock.h"

#include <time.h>

static void sleep_us(int64_t us)
{
    if (us <= 0) return;
    const struct timespec span = { us / 1000000, us % 1000000 * 1000 };
    (void)nanosleep(&span, NULL);
}

/* Wait until a simulated minute of the shop is due. */
static void pace(const zh_sim_run *run, int64_t began_us, uint32_t minute)
{
    if (run->speed <= 0) return;
    const double due_us = (double)minute * 60e6 / run->speed;
    sleep_us(began_us + (int64_t)due_us - zh_clock_mono_us(NULL));
}

static zh_err play_day(zh_sim_run *run, zh_sim_world *w, int32_t day, int64_t began_us, zh_sim_trace *trace, zh_note *why)
{
    const bool engine = w->policy == ZH_SIM_ENGINE;
    bool last = engine; /* the engine's world is the one to watch; without it the last */
    if (!run->policies[ZH_SIM_ENGINE]) {
        last = true;
        for (int p = (int)w->policy + 1; p < ZH_SIM_POLICIES; p++) last &= !run->policies[p];
    }
    zh_sim_world_day(w, day);
    if (engine) zh_sim_wire_day(run->wire, w);
    for (uint32_t i = 0; i < run->people.arrivals_count; i++) {
        if (last) pace(run, began_us, run->people.arrivals[i].minute);
        zh_sim_visit_run(w, run->people.arrivals[i], trace);
        run->visits++;
        if (last && run->seen != NULL) run->seen(run->context, run, trace);
        if (!engine) continue;
        const zh_err e = zh_sim_wire_err(run->wire, why);
        if (e != ZH_OK) return e;
    }
    if (!engine) return ZH_OK;
    zh_sim_wire_flush(run->wire);
    return zh_sim_wire_err(run->wire, why);
}

static zh_err open_worlds(zh_sim_run *run, zh_arena *arena)
{
    zh_err e = zh_sim_catalog_open(&run->catalog, run->shop, run->days, arena);
    if (e == ZH_OK) e = zh_sim_people_open(&run->people, run->shop, run->seed, run->customers, run->days, arena);
    for (int p = 0; e == ZH_OK && p < ZH_SIM_POLICIES; p++)
        if (run->policies[p]) {
            zh_sim_world *w = &run->worlds[p];
            void (*const watch)(void *, const zh_sim_trace *) = w->watch;
            void *const context = w->context;
            e = zh_sim_world_open(w, (zh_sim_policy)p, run->seed, &run->catalog, &run->people, run->days, arena);
            w->watch = watch, w->context = context;
        }
    if (e != ZH_OK || !run->policies[ZH_SIM_ENGINE]) return e;
    zh_sim_world *w = &run->worlds[ZH_SIM_ENGINE];
    zh_sim_wire_catalog(run->wire, &run->catalog);
    w->engine_list = zh_sim_wire_list, w->watch = zh_sim_wire_watch, w->context = run->wire;
    return ZH_OK;
}

/* ---- live ---- */

#define REST_MS_MAX 200 /* a signal between a look at `stop` and the sleep waits no longer */

static bool is_stopped(const zh_sim_run *run) { return run->stop != NULL && *run->stop != 0; }

static void rest(const zh_sim_run *run, int64_t ms)
{
    if (ms < 1) ms = 1;
    if (ms > REST_MS_MAX) ms = REST_MS_MAX;
    if (run->clock != NULL) zh_clock_advance(run->clock, ms);
    else sleep_us(ms * 1000);
}

static void begin_live(zh_sim_run *run, int64_t now_ms)
{
    run->is_live = true;
    run->beat_ms = now_ms;
    if (run->wire == NULL) return;
    zh_sim_wire_flush(run->wire);
    zh_sim_wire_hold(run->wire, INT64_MIN);
}

/* Until a moment of the shop has come; meanwhile events go when theirs has. False: stopped, or the wire failed. */
static bool await(zh_sim_run *run, int32_t day, int64_t due_ms)
{
    for (;;) {
        const int64_t now_ms = zh_clock_wall_ms(run->clock), told_ms = now_ms - ZH_SIM_LIVE_DELAY_MS;
        int64_t next_ms = due_ms;
        if (is_stopped(run)) return false;
        if (!run->is_live) {
            if (run->wire != NULL) zh_sim_wire_hold(run->wire, told_ms);
            if (told_ms >= due_ms) return true;
            begin_live(run, now_ms);
        }
        if (run->wire != NULL) {
            const int64_t event_ms = zh_sim_wire_send_due(run->wire, told_ms);
            if (zh_sim_wire_err(run->wire, NULL) != ZH_OK) return false;
            if (event_ms < next_ms) next_ms = event_ms;
        }
        if (now_ms >= run->beat_ms) {
            run->beat_ms = now_ms + ZH_SIM_BEAT_MS;
            if (run->beat != NULL) run->beat(run->context, run, day);
        }
        if (told_ms >= due_ms) return true;
        rest(run, next_ms - told_ms);
    }
}

/* A day by the wall clock, visit by visit through all worlds, so that they stay comparable at any moment. */
static zh_err play_clock_day(zh_sim_run *run, int32_t day, zh_sim_trace *trace, zh_note *why)
{
    const int64_t begin_ms = run->shop->start_ms + day * ZH_DAY_MS;
    bool going = await(run, day, begin_ms);
    if (going) run->lived = day + 1;
    zh_sim_people_live_day(&run->people, day);
    for (int p = 0; going && p < ZH_SIM_POLICIES; p++)
        if (run->policies[p]) zh_sim_world_day(&run->worlds[p], day);
    if (going && run->wire != NULL) zh_sim_wire_day(run->wire, &run->worlds[ZH_SIM_ENGINE]);
    for (uint32_t i = 0; going && i < run->people.arrivals_count; i++) {
        const zh_sim_arrival arrival = run->people.arrivals[i];
        going = await(run, day, run->shop->start_ms + arrival.minute * ZH_MINUTE_MS + arrival.second * ZH_SECOND_MS);
        for (int p = 0; going && p < ZH_SIM_POLICIES; p++)
            if (run->policies[p]) {
                zh_sim_visit_run(&run->worlds[p], arrival, trace);
                run->visits++;
            }
        if (going && run->wire != NULL) going = zh_sim_wire_err(run->wire, NULL) == ZH_OK;
    }
    if (going) going = await(run, day, begin_ms + ZH_DAY_MS);
    if (run->wire == NULL) return ZH_OK;
    if (!run->is_live) zh_sim_wire_flush(run->wire);
    return zh_sim_wire_err(run->wire, why);
}

zh_err zh_sim_run_go(zh_sim_run *run, zh_arena *arena, zh_note *why)
{
    zh_sim_trace *trace = ZH_TAKE(arena, zh_sim_trace, 1);
    zh_err e = trace == NULL ? ZH_NOMEM : open_worlds(run, arena);
    if (e != ZH_OK) zh_note_set(why, "the shop does not fit into memory: choose fewer customers");
    const int64_t began_us = zh_clock_mono_us(NULL);
    for (int32_t day = 0; e == ZH_OK && !is_stopped(run) && (day < run->days || run->live); day++) {
        if (run->live && day >= run->days - 1) e = play_clock_day(run, day, trace, why);
        else {
            run->lived = day + 1;
            zh_sim_people_day(&run->people, day);
            for (int p = 0; e == ZH_OK && p < ZH_SIM_POLICIES; p++)
                if (run->policies[p]) e = play_day(run, &run->worlds[p], day, began_us, trace, why);
        }
        if (e == ZH_OK && run->day_done != NULL && (!run->live || !is_stopped(run))) run->day_done(run->context, run, day);
    }
    return e;
}
