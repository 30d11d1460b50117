#include "offer/pace.h"

#include <math.h>
#include <stdbool.h>

zh_err zh_pace_next(zh_pace_wave *out, zh_arena *arena, const zh_pace *pace)
{
    zh_allocate rest = pace->rest;
    rest.budget = fmax(0, rest.budget);
    *out = (zh_pace_wave){ 0 };
    const zh_err e = zh_allocate_threshold(&out->chosen, arena, &rest);
    if (e != ZH_OK) return e;
    const size_t half = rest.customers <= ZH_PACE_WAVE_MIN ? rest.customers : (rest.customers + 1) / 2;
    double variance = 0;
    for (; out->now < half; out->now++) {
        const uint8_t level = out->chosen.level[out->now];
        const double cost = rest.own[out->now * rest.levels + level], more = pace->spread[level] * cost;
        const bool fits = level == 0 || out->spend + cost + ZH_PACE_SDS * sqrt(variance + more) <= rest.budget;
        if (!fits && out->spend > 0) break; /* the next wave, when the money of this one is known */
        if (!fits) out->chosen.level[out->now] = 0; /* too dear for what is left, whoever comes before */
        else out->spend += cost, variance += more;
    }
    out->spend_sd = sqrt(variance);
    return ZH_OK;
}
