#include "world.h"
#include "draw.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>

const char *zh_sim_policy_name(zh_sim_policy policy)
{
    static const char *const names[ZH_SIM_POLICIES] = { "popular", "random", "oracle", "engine" };
    return names[policy];
}

zh_err zh_sim_world_open(zh_sim_world *w, zh_sim_policy policy, uint64_t seed, const zh_sim_catalog *catalog,
                         zh_sim_people *people, int32_t days, zh_arena *arena)
{
    const uint32_t items = catalog->count, types = catalog->shop->types_count;
    *w = (zh_sim_world){ .policy = policy, .seed = seed, .catalog = catalog, .people = people, .day = -1, .days = days };
    w->warmup_days = (int32_t)(catalog->shop->warmup_share * days);
    w->stock = ZH_TAKE(arena, int32_t, items);
    w->sold = ZH_TAKE(arena, double, items);
    w->ranked = ZH_TAKE(arena, uint16_t, items);
    w->tired = ZH_TAKE(arena, float, items);
    w->held = ZH_TAKE(arena, zh_sim_held, (size_t)people->count * types);
    w->memories = ZH_TAKE(arena, zh_sim_memory, people->count);
    if (w->stock == NULL || w->sold == NULL || w->ranked == NULL || w->tired == NULL || w->held == NULL ||
        w->memories == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < (size_t)people->count * types; i++) w->held[i] = (zh_sim_held){ -1, 0, 0, -1 };
    return zh_sim_tally_open(&w->tally, people->count, arena);
}

typedef struct rank { double sold; uint16_t item; } rank;

static int by_sold(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->sold != y->sold) return x->sold > y->sold ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static void rank_items(zh_sim_world *w)
{
    rank ranks[ZH_SHOP_ITEMS_MAX];
    w->ranked_count = 0;
    for (uint32_t i = 0; i < w->catalog->count; i++)
        if (zh_sim_item_sold(&w->catalog->items[i], w->day)) ranks[w->ranked_count++] = (rank){ w->sold[i], (uint16_t)i };
    qsort(ranks, w->ranked_count, sizeof ranks[0], by_sold);
    for (uint32_t i = 0; i < w->ranked_count; i++) w->ranked[i] = ranks[i].item;
}

void zh_sim_world_day(zh_sim_world *w, int32_t day)
{
    const zh_shop *shop = w->catalog->shop;
    const int64_t local_ms = shop->start_ms + shop->utc_offset_minutes * ZH_MINUTE_MS + day * ZH_DAY_MS;
    const zh_civil date = zh_civil_of(local_ms);
    const double decay = exp2(-1 / shop->popular_half_life_days);
    w->day = day;
    if (day % shop->restock_days == 0)
        for (uint32_t i = 0; i < w->catalog->count; i++) w->stock[i] = w->catalog->items[i].stock_full;
    for (uint32_t i = 0; i < w->catalog->count; i++) w->sold[i] *= decay;
    for (uint32_t t = 0; t < shop->types_count; t++)
        w->season_log[t] = zh_shop_season_log(&shop->types[t], date.month * 100 + date.day);
    rank_items(w);
}

int zh_sim_world_sky(const zh_sim_world *w, uint32_t minute)
{
    const double rain = w->catalog->shop->rain_prob;
    if (rain <= 0) return 0;
    const uint32_t day = minute / ZH_SIM_DAY_MINUTES, quarter = minute % ZH_SIM_DAY_MINUTES / (ZH_SIM_DAY_MINUTES / 4);
    return zh_draw_unit(w->seed, zh_draw_stream(0, day, ZH_DRAW_WEATHER), quarter) < rain ? 2 : 1;
}
