#include "core/effect.h"

#define STEPS_FIRST 64 /* most records change a handful of counts */

zh_err zh_effects_add(zh_effects *effects, zh_step step)
{
    if (effects->count == effects->cap_) {
        const size_t cap = effects->cap_ == 0 ? STEPS_FIRST : effects->cap_ * 2;
        zh_step *steps = ZH_TAKE(effects->arena, zh_step, cap);
        if (steps == NULL) return ZH_NOMEM;
        if (effects->count > 0) memcpy(steps, effects->steps, effects->count * sizeof *steps);
        effects->steps = steps;
        effects->cap_ = cap;
    }
    effects->steps[effects->count++] = step;
    return ZH_OK;
}
