#include "engine/metric_days.h"
#include "base/tz.h"
#include "engine/crowd.h"

#include <math.h>

typedef struct adding {
    const zh_metric *metric;
    const zh_world *world;
    zh_metric_days *out;
} adding;

static void add(const adding *a, const zh_outcome_look *look, zh_metric_sum *sum)
{
    const zh_metric *m = a->metric;
    const int64_t of = zh_outcome_of(look, m, sum->from_ms, sum->to_ms), per = zh_outcome_per(look, m, sum->from_ms, sum->to_ms);
    if (of == 0 && per == 0 && !zh_outcome_is_active(look, sum->from_ms, sum->to_ms)) return;
    sum->customers++;
    sum->of += (double)of;
    sum->per += (double)per;
}

static void visit(void *context, const zh_customer_state *state)
{
    adding *a = context;
    zh_metric_days *out = a->out;
    const bool by_choice = zh_metric_by_choice(a->metric); /* a choice needs no event */
    if (!by_choice && zh_customer_last_ms(state) < out->span.from_ms) return;
    zh_metric_bind(a->metric, zh_customers_terms(a->world->customers));
    const zh_outcome_look look = { state, a->world->consents, zh_customers_terms(a->world->customers), zh_customer_number(state), out->currency };
    add(a, &look, &out->span);
    for (uint32_t i = 0; i < out->count; i++)
        if (by_choice || zh_customer_last_ms(state) >= out->days[i].from_ms) add(a, &look, &out->days[i]);
}

zh_err zh_engine_metric_days(zh_engine *engine, const zh_metric *metric, zh_currency currency, uint32_t days, zh_metric_days *out)
{
    zh_world *world = zh_engine_world(engine);
    const zh_tz *tz = zh_engine_tz(engine);
    *out = (zh_metric_days){ .currency = currency, .count = days };
    zh_world_lock_read(world);
    const int64_t newest_ms = world->counts.newest_ms;
    zh_world_unlock(world);
    const int64_t last = zh_tz_day(tz, newest_ms);
    for (uint32_t i = 0; i < days; i++) {
        const int64_t day = last - (days - 1 - i);
        out->days[i] = (zh_metric_sum){ .day = day, .from_ms = zh_tz_day_start_ms(tz, day), .to_ms = zh_tz_day_start_ms(tz, day + 1) };
    }
    out->span = (zh_metric_sum){ .day = out->days[0].day, .from_ms = out->days[0].from_ms, .to_ms = out->days[days - 1].to_ms };
    adding a = { .metric = metric, .world = world, .out = out };
    return zh_crowd_walk(world, &(zh_crowd){ .visit = visit, .context = &a });
}

double zh_metric_sum_value(const zh_metric *metric, const zh_metric_sum *sum)
{
    const double under = metric->per != ZH_QUANTITY_NONE ? sum->per : (double)sum->customers;
    return under > 0 ? sum->of / under : NAN;
}
