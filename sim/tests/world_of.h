/* world_of.h -- for tests: a shop from text, a run of some policies, a watcher of each visit. */
#ifndef ZH_SIM_TESTS_WORLD_OF_H
#define ZH_SIM_TESTS_WORLD_OF_H
#include "run.h"

#include "check.h"

#define TEST_ARENA_BYTES ((size_t)2 << 30)

static inline void test_shop(zh_sv text, zh_arena *arena, zh_shop *shop)
{
    zh_note why = { "" };
    const zh_err e = zh_shop_read(text, arena, shop, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
}

/* Run; `watch` (may be NULL) sees each visit of each world with `context`. */
static inline void test_run(zh_sim_run *run, zh_arena *arena, void (*watch)(void *, const zh_sim_trace *), void *context)
{
    zh_note why = { "" };
    for (int p = 0; p < ZH_SIM_POLICIES; p++) run->worlds[p].watch = watch, run->worlds[p].context = context;
    CHECK(zh_sim_run_go(run, arena, &why) == ZH_OK);
}

#endif
