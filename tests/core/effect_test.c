/* Goal: steps come out as they went in, over many growths; a full arena is ZH_NOMEM. */
#include "core/effect.h"
#include "check.h"

int main(void)
{
    zh_arena arena = zh_arena_open(1 << 20), small = zh_arena_open(4096);
    zh_effects effects = zh_effects_open(&arena), few = zh_effects_open(&small);
    for (uint64_t i = 0; i < 5000; i++)
        CHECK(zh_effects_add(&effects, (zh_step){ ZH_STEP_BOTH, i % 2 ? 1 : -1, { i }, { i + 1 } }) == ZH_OK);
    CHECK(effects.count == 5000);
    for (uint64_t i = 0; i < 5000; i++) CHECK(effects.steps[i].a.number == i && effects.steps[i].by == (i % 2 ? 1 : -1));
    zh_err e = ZH_OK;
    for (int i = 0; i < 1000 && e == ZH_OK; i++) e = zh_effects_add(&few, (zh_step){ .by = 1 });
    CHECK(e == ZH_NOMEM);
    zh_arena_close(&arena);
    zh_arena_close(&small);
    return 0;
}
