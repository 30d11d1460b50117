#include "profile/portrait_place.h"
#include "profile/portrait.h"

#include <math.h>
#include <stdlib.h>

#define WEEK_MS (7LL * ZH_DAY_MS)
#define MONDAY_MS (-3LL * ZH_DAY_MS) /* weeks are counted from the Monday before 1970-01-01 */

typedef struct sum { /* of one cell */
    zh_place place;
    uint32_t home_days, work_days, all_days;
    double home, work, all;   /* weighted */
} sum;

static uint32_t bits(uint8_t days) { return (uint32_t)__builtin_popcount(days); }

static void add(sum *s, const zh_stay *stay, double weight)
{
    const uint8_t nights = stay->days[ZH_STAY_NIGHT], weekends = stay->days[ZH_STAY_WEEKEND], works = stay->days[ZH_STAY_WORK];
    for (int kind = 0; kind < ZH_STAY_KINDS; kind++) s->place.days[kind] += bits(stay->days[kind]);
    s->home_days += bits(nights | weekends);
    s->work_days += bits(works);
    s->all_days += bits(nights | weekends | works | stay->days[ZH_STAY_EDGE]);
    s->home += weight * (bits(nights) + ZH_PLACE_WEEKEND * bits(weekends & (uint8_t)~nights));
    s->work += weight * bits(works);
    s->all += weight * bits(nights | weekends | works | stay->days[ZH_STAY_EDGE]);
}

/* Newest week first. */
static uint32_t sum_up(const zh_stay *stays, uint32_t count, sum *sums)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        while (at < used && sums[at].place.cell.number != stays[i].cell.number) at++;
        if (at == used) sums[used++] = (sum){ .place = { .cell = stays[i].cell, .week_ms = stays[i].week * WEEK_MS + MONDAY_MS } };
        add(&sums[at], &stays[i], exp2((stays[i].week - stays[0].week) * 7.0 / ZH_PLACE_HALF_LIFE_DAYS));
    }
    return used;
}

static int by_all(const void *left, const void *right)
{
    const sum *a = left, *b = right;
    if (a->all != b->all) return a->all > b->all ? -1 : 1;
    return a->place.cell.number < b->place.cell.number ? -1 : a->place.cell.number > b->place.cell.number;
}

static zh_place said(const sum *s, uint32_t days, double share)
{
    zh_place place = s->place;
    place.evidence = days;
    place.share = share;
    place.confidence = zh_portrait_confidence(days, ZH_PLACE_K);
    return place;
}

static bool is_said(uint32_t days, double share) { return days >= ZH_PLACE_DAYS_MIN && share >= ZH_PLACE_SHARE_MIN; }

void zh_places_of(const zh_customer_state *state, zh_places *out)
{
    sum sums[ZH_PROFILE_STAYS_MAX];
    uint32_t count;
    double home = 0, work = 0, all = 0;
    const zh_stay *stays = zh_customer_stays(state, &count);
    *out = (zh_places){ .cells = sum_up(stays, count, sums) };
    if (out->cells > 1) qsort(sums, out->cells, sizeof *sums, by_all);
    for (uint32_t i = 0; i < out->cells; i++) home += sums[i].home, work += sums[i].work, all += sums[i].all;
    for (uint32_t i = 0; i < out->cells && i < ZH_PLACES_MAX; i++) out->frequent[out->count++] = said(&sums[i], sums[i].all_days, sums[i].all / all);
    const sum *best = NULL;
    for (uint32_t i = 0; i < out->cells; i++)
        if (best == NULL || sums[i].home > best->home) best = &sums[i];
    if (best != NULL && home > 0 && is_said(best->home_days, best->home / home)) out->home = said(best, best->home_days, best->home / home);
    best = NULL;
    for (uint32_t i = 0; i < out->cells; i++)
        if (sums[i].place.cell.number != out->home.cell.number && sums[i].work > sums[i].home && (best == NULL || sums[i].work > best->work)) best = &sums[i];
    if (best != NULL && is_said(best->work_days, best->work / work)) out->work = said(best, best->work_days, best->work / work);
}
