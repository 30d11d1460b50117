/* When a customer is there: hours of the week on the shop's clock, and visits. */
#include "profile/portrait_inside.h"

#include <stdlib.h>

/* What the shop does of its own is no habit of the customer. */
static bool is_own(const zh_fact *fact)
{
    switch (fact->act) {
    case ZH_ACT_ORDER_UPDATE:
    case ZH_ACT_REFUND:
    case ZH_ACT_CANCEL:
    case ZH_ACT_STOCK:
    case ZH_ACT_CONSENT: return false;
    default: return fact->type == ZH_EVENT_TRACK || fact->type == ZH_EVENT_PAGE || fact->type == ZH_EVENT_SCREEN;
    }
}

/* A zone's offset is looked up once for each UTC day on which it does not change. */
typedef struct offset { const zh_tz *zone; int64_t day; bool is_known; int64_t ms; } offset;

static int64_t local_ms(offset *o, int64_t utc_ms)
{
    const int64_t day = utc_ms / ZH_DAY_MS - (utc_ms % ZH_DAY_MS < 0);
    if (!o->is_known || o->day != day) {
        const int32_t first_s = zh_tz_offset_s(o->zone, day * ZH_DAY_MS), last_s = zh_tz_offset_s(o->zone, (day + 1) * ZH_DAY_MS - 1);
        *o = (offset){ o->zone, day, first_s == last_s, (int64_t)first_s * 1000 };
    }
    return utc_ms + (o->is_known ? o->ms : (int64_t)zh_tz_offset_s(o->zone, utc_ms) * 1000);
}

static uint32_t hour_of_week(int64_t ms)
{
    const int64_t hours = ms / ZH_HOUR_MS - (ms % ZH_HOUR_MS < 0) + 72; /* 1970-01-01 was a Thursday */
    return (uint32_t)(hours % 168 < 0 ? hours % 168 + 168 : hours % 168);
}

static int ascending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int64_t median(int64_t *values, uint32_t count)
{
    if (count > 1) qsort(values, count, sizeof *values, ascending);
    return count == 0 ? 0 : count % 2 == 1 ? values[count / 2] : values[count / 2 - 1] + (values[count / 2] - values[count / 2 - 1]) / 2;
}

zh_err zh_habits_of(const zh_customer_state *s, const zh_tz *zone, zh_arena *arena, zh_habits *out)
{
    *out = (zh_habits){ 0 };
    int64_t *lengths_ms = ZH_TAKE(arena, int64_t, zh_customer_facts_count(s)), visit_end_ms = 0;
    if (lengths_ms == NULL) return ZH_NOMEM;
    offset o = { .zone = zone };
    zh_facts facts = zh_customer_facts(s);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) { /* newest first: a visit's end comes before its beginning */
        if (!is_own(&fact)) continue;
        if (out->events++ == 0) out->last_ms = fact.time_ms;
        if (out->events == 1 || out->since_ms - fact.time_ms >= ZH_PROFILE_SITTING_MS) {
            visit_end_ms = fact.time_ms;
            out->visits++;
        }
        lengths_ms[out->visits - 1] = visit_end_ms - fact.time_ms;
        out->since_ms = fact.time_ms;
        out->hours[hour_of_week(local_ms(&o, fact.time_ms))]++;
    }
    out->visit_ms = median(lengths_ms, out->visits);
    out->visit_events = out->visits > 0 ? (double)out->events / out->visits : 0;
    out->confidence = zh_portrait_confidence(out->events, ZH_PORTRAIT_HABIT_K);
    return ZH_OK;
}
