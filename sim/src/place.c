#include "place.h"
#include "base/time.h"
#include "draw.h"

#define DEGREE_M 111320.0 /* of latitude */
#define RADIANS (3.14159265358979323846 / 180)

enum { TELLS, WORKS }; /* indices of draws of a customer; 2 .. 5 are positions */

static double unit(const zh_sim_people *p, uint32_t customer, uint32_t visit, uint64_t index)
{
    return zh_draw_unit(p->seed, zh_draw_stream(customer, visit, visit == 0 ? ZH_DRAW_PLACE : ZH_DRAW_WHERE), index);
}

static zh_sim_position moved(zh_sim_position from, double north_m, double east_m)
{
    return (zh_sim_position){ from.latitude + north_m / DEGREE_M, from.longitude + east_m / (DEGREE_M * cos(from.latitude * RADIANS)) };
}

/* Evenly in the city's circle. */
static zh_sim_position anywhere(const zh_sim_people *p, double far, double angle)
{
    const zh_sim_position middle = { p->shop->latitude, p->shop->longitude };
    const double metres = 1000 * p->shop->radius_km * sqrt(far), turn = 360 * RADIANS * angle;
    return moved(middle, metres * sin(turn), metres * cos(turn));
}

bool zh_sim_place_home(const zh_sim_people *p, uint32_t customer, zh_sim_position *out)
{
    if (unit(p, customer, 0, TELLS) >= p->shop->places_share) return false;
    *out = anywhere(p, unit(p, customer, 0, 2), unit(p, customer, 0, 3));
    return true;
}

bool zh_sim_place_work(const zh_sim_people *p, uint32_t customer, zh_sim_position *out)
{
    if (!zh_sim_place_home(p, customer, out) || unit(p, customer, 0, WORKS) >= p->shop->worker_share) return false;
    *out = anywhere(p, unit(p, customer, 0, 4), unit(p, customer, 0, 5));
    return true;
}

bool zh_sim_place_at(const zh_sim_people *p, uint32_t customer, uint32_t visit, uint32_t minute, zh_sim_position *out)
{
    zh_sim_position work;
    if (!zh_sim_place_home(p, customer, out)) return false;
    visit++; /* 0 is the customer's own */
    const int64_t date = (p->shop->start_ms + p->shop->utc_offset_minutes * ZH_MINUTE_MS) / ZH_DAY_MS + minute / ZH_SIM_DAY_MINUTES;
    const uint32_t hour = minute % ZH_SIM_DAY_MINUTES / 60;
    const bool out_then = zh_weekday(date) <= 5 && hour >= 8 && hour < 19 && zh_sim_place_work(p, customer, &work);
    if (unit(p, customer, visit, 0) < p->shop->away_prob) *out = anywhere(p, unit(p, customer, visit, 1), unit(p, customer, visit, 2));
    else if (out_then && hour >= 9 && hour < 18) *out = work;
    else if (out_then) {
        const double part = unit(p, customer, visit, 3);
        *out = (zh_sim_position){ out->latitude + part * (work.latitude - out->latitude), out->longitude + part * (work.longitude - out->longitude) };
    }
    const uint64_t stream = zh_draw_stream(customer, visit, ZH_DRAW_WHERE);
    *out = moved(*out, p->shop->accuracy_m * zh_draw_normal(p->seed, stream, 10), p->shop->accuracy_m * zh_draw_normal(p->seed, stream, 11));
    return true;
}
