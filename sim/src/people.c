#include "people.h"
#include "base/time.h"
#include "draw.h"

#include <stdlib.h>

#define TURN_TRIES_MAX 16

static uint32_t first_of(const float *taste, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t k = 1; k < count; k++)
        if (taste[k] > taste[best]) best = k;
    return best;
}

/* To a taste with another first interest. */
static void draw_turn(zh_sim_person *p, const zh_shop *shop, uint64_t seed, uint32_t customer, int32_t days)
{
    const uint64_t stream = zh_draw_stream(customer, 0, ZH_DRAW_TURN);
    p->turn_minute = UINT32_MAX;
    if (shop->turn_share <= 0 || zh_draw_unit(seed, stream, 0) >= shop->turn_share) return;
    p->turn_minute = (uint32_t)((0.5 + 0.25 * zh_draw_unit(seed, stream, 1)) * days * ZH_SIM_DAY_MINUTES);
    for (uint32_t tries = 1; tries <= TURN_TRIES_MAX; tries++) {
        zh_draw_simplex(seed, zh_draw_stream(customer, tries, ZH_DRAW_TURN), shop->taste_alpha, shop->interests_count, p->turned);
        if (first_of(p->turned, shop->interests_count) != first_of(p->base, shop->interests_count)) return;
    }
}

static void draw_person(zh_sim_person *p, const zh_shop *shop, uint64_t seed, uint32_t customer, double hours_sum, int32_t days)
{
    const double unit = zh_draw_unit(seed, zh_draw_stream(customer, 0, ZH_DRAW_ARRIVAL), 0);
    zh_draw_simplex(seed, zh_draw_stream(customer, 0, ZH_DRAW_TASTE), shop->taste_alpha, shop->interests_count, p->base);
    draw_turn(p, shop, seed, customer, days);
    p->drift_step = -1;
    p->price_sensitivity = shop->price_sensitivity * exp(shop->price_sensitivity_sd * zh_draw_normal(seed, zh_draw_stream(customer, 0, ZH_DRAW_PRICE), 0));
    p->visits_a_day = shop->per_week / 7 * exp(shop->per_week_sd * zh_draw_normal(seed, zh_draw_stream(customer, 0, ZH_DRAW_RATE), 0));
    p->arrival_day = unit < shop->arriving_share ? (int32_t)(unit / shop->arriving_share * days) : 0;
    double left = hours_sum * zh_draw_unit(seed, zh_draw_stream(customer, 0, ZH_DRAW_HOUR), 0);
    int hour = 0;
    while (hour < 23 && left >= shop->hours[hour]) left -= shop->hours[hour++];
    p->own_hour = hour + 0.5;
}

zh_err zh_sim_people_open(zh_sim_people *out, const zh_shop *shop, uint64_t seed, uint32_t count, int32_t days, zh_arena *arena)
{
    *out = (zh_sim_people){ .shop = shop, .seed = seed, .count = count, .arrivals_max = count * ZH_SIM_VISITS_A_DAY_MAX,
                            .persons = ZH_TAKE(arena, zh_sim_person, count),
                            .arrivals = ZH_TAKE(arena, zh_sim_arrival, (size_t)count * ZH_SIM_VISITS_A_DAY_MAX) };
    if (out->persons == NULL || out->arrivals == NULL) return ZH_NOMEM;
    for (int h = 0; h < 24; h++) out->hours_sum += shop->hours[h];
    for (int w = 0; w < 7; w++) out->weekday_mean += shop->weekday[w] / 7;
    for (uint32_t u = 0; u < count; u++) draw_person(&out->persons[u], shop, seed, u, out->hours_sum, days);
    return ZH_OK;
}

static uint32_t draw_poisson(double mean, double unit) /* by inversion; mean is small */
{
    double term = exp(-mean), sum = term;
    uint32_t n = 0;
    while (unit > sum && n < ZH_SIM_VISITS_A_DAY_MAX) sum += term *= mean / ++n;
    return n;
}

static uint32_t draw_minute(const zh_sim_people *people, uint32_t customer, uint32_t visit)
{
    const zh_shop *shop = people->shop;
    const uint64_t stream = zh_draw_stream(customer, visit, ZH_DRAW_WHEN);
    double hour;
    if (zh_draw_unit(people->seed, stream, 0) < shop->own_hours_share) {
        hour = people->persons[customer].own_hour + shop->own_hours_sd * zh_draw_normal(people->seed, stream, 1);
        hour -= 24 * floor(hour / 24);
    } else {
        double left = people->hours_sum * zh_draw_unit(people->seed, stream, 1);
        int whole = 0;
        while (whole < 23 && left >= shop->hours[whole]) left -= shop->hours[whole++];
        hour = whole + (shop->hours[whole] > 0 ? left / shop->hours[whole] : 0);
    }
    const uint32_t minute = (uint32_t)(hour * 60);
    return minute < ZH_SIM_DAY_MINUTES ? minute : ZH_SIM_DAY_MINUTES - 1;
}

static int by_time(const void *a, const void *b)
{
    const zh_sim_arrival *x = a, *y = b;
    if (x->minute != y->minute) return x->minute < y->minute ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    if (x->customer != y->customer) return x->customer < y->customer ? -1 : 1;
    return x->visit < y->visit ? -1 : x->visit > y->visit;
}

void zh_sim_people_day(zh_sim_people *people, int32_t day)
{
    const zh_shop *shop = people->shop;
    const int64_t date = (shop->start_ms + shop->utc_offset_minutes * ZH_MINUTE_MS) / ZH_DAY_MS + day;
    const double factor = shop->weekday[zh_weekday(date) - 1] / people->weekday_mean;
    people->arrivals_count = 0;
    for (uint32_t u = 0; u < people->count; u++) {
        zh_sim_person *p = &people->persons[u];
        if (day < p->arrival_day) continue;
        uint32_t visits = draw_poisson(p->visits_a_day * factor, zh_draw_unit(people->seed, zh_draw_stream(u, (uint32_t)day, ZH_DRAW_VISITS), 0));
        if (visits == 0 && day == p->arrival_day && day > 0) visits = 1; /* who arrives, comes */
        for (; visits > 0; visits--) {
            const uint32_t minute = draw_minute(people, u, p->visits);
            people->arrivals[people->arrivals_count++] =
                (zh_sim_arrival){ (uint32_t)day * ZH_SIM_DAY_MINUTES + minute, u, p->visits++, 0 };
        }
    }
    qsort(people->arrivals, people->arrivals_count, sizeof people->arrivals[0], by_time);
}

void zh_sim_people_live_day(zh_sim_people *people, int32_t day)
{
    zh_sim_people_day(people, day);
    for (uint32_t i = 0; i < people->arrivals_count; i++) {
        zh_sim_arrival *a = &people->arrivals[i];
        a->second = (uint32_t)(60 * zh_draw_unit(people->seed, zh_draw_stream(a->customer, a->visit, ZH_DRAW_WHEN), 4));
    }
    qsort(people->arrivals, people->arrivals_count, sizeof people->arrivals[0], by_time);
}

void zh_sim_person_taste(const zh_sim_people *people, uint32_t customer, uint32_t minute, float *taste)
{
    const zh_shop *shop = people->shop;
    zh_sim_person *p = &people->persons[customer];
    const double steps = (double)minute / ZH_SIM_DAY_MINUTES / shop->drift_days;
    const int32_t step = (int32_t)steps;
    if (p->drift_step != step) { /* a cache of two draws that have names of their own */
        p->drift_step = step;
        zh_draw_simplex(people->seed, zh_draw_stream(customer, (uint32_t)step, ZH_DRAW_TARGET), shop->taste_alpha, shop->interests_count, p->before);
        zh_draw_simplex(people->seed, zh_draw_stream(customer, (uint32_t)step + 1, ZH_DRAW_TARGET), shop->taste_alpha, shop->interests_count, p->after);
    }
    const float drift = (float)shop->drift_share, part = (float)(steps - step);
    const float *base = minute >= p->turn_minute ? p->turned : p->base;
    for (uint32_t k = 0; k < shop->interests_count; k++)
        taste[k] = (1 - drift) * base[k] + drift * ((1 - part) * p->before[k] + part * p->after[k]);
}
