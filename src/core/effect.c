#include "core/effect.h"

#define STEPS_FIRST 64 /* most records change a handful of counts */

zh_err zh_effects_reserve(zh_effects *effects, size_t more)
{
    if (more <= effects->cap_ - effects->count) return ZH_OK;
    size_t cap = effects->cap_ == 0 ? STEPS_FIRST : effects->cap_ * 2;
    if (cap < effects->count + more) cap = effects->count + more;
    zh_step *steps = ZH_TAKE(effects->arena, zh_step, cap);
    if (steps == NULL) return ZH_NOMEM;
    if (effects->count > 0) memcpy(steps, effects->steps, effects->count * sizeof *steps);
    effects->steps = steps;
    effects->cap_ = cap;
    return ZH_OK;
}
