#include "reach/delivery.h"

#include <assert.h>

#define ROUNDS_MAX 256 /* each round moves the moment to the end of a night, a cap's window or a best hour: a year of nights */
#define DAY_MINUTES 1440

static bool has_channel(uint32_t channels, zh_channel via) { return (channels >> (unsigned)via & 1) != 0; }

/* ---- suppression and consent ---- */

zh_message_why zh_delivery_refusal(const zh_delivery_ask *a)
{
    if (a->is_nobody) return ZH_WHY_NOBODY;
    if (a->is_suppressed) return ZH_WHY_SUPPRESSED;
    if (!a->is_marketing) return ZH_WHY_NONE;
    if (a->is_blocked) return ZH_WHY_BLOCKED;
    if (a->is_minor) return ZH_WHY_MINOR;
    if (a->choice == ZH_CHOICE_NO) return ZH_WHY_OPTED_OUT;
    return a->choice == ZH_CHOICE_YES || a->via == ZH_CHANNEL_ONSITE ? ZH_WHY_NONE : ZH_WHY_NO_CONSENT;
}

/* ---- quiet hours ---- */

static int minute_of(const zh_tz *zone, int64_t at_ms)
{
    const zh_civil local = zh_tz_local(zone, at_ms);
    return local.hour * 60 + local.minute;
}

bool zh_delivery_is_quiet(const zh_delivery_rules *r, zh_channel via, const zh_tz *zone, int64_t at_ms)
{
    if (!r->has_quiet || !has_channel(r->quiet_channels, via)) return false;
    const int minute = minute_of(zone, at_ms);
    return r->quiet_from < r->quiet_to ? minute >= r->quiet_from && minute < r->quiet_to : minute >= r->quiet_from || minute < r->quiet_to;
}

int64_t zh_delivery_after_quiet(const zh_delivery_rules *r, zh_channel via, const zh_tz *zone, int64_t at_ms)
{
    if (!zh_delivery_is_quiet(r, via, zone, at_ms)) return at_ms;
    const int64_t minute_ms = at_ms - at_ms % ZH_MINUTE_MS; /* zones lie whole minutes apart */
    const int wait = (r->quiet_to - minute_of(zone, at_ms) + DAY_MINUTES) % DAY_MINUTES;
    const int64_t end_ms = minute_ms + wait * ZH_MINUTE_MS;
    if (zh_tz_offset_s(zone, end_ms) == zh_tz_offset_s(zone, at_ms)) return end_ms;
    int64_t t = minute_ms; /* the clocks change on the way: the end comes earlier or later than the hours say */
    while (t < end_ms + ZH_DAY_MS && zh_delivery_is_quiet(r, via, zone, t)) t += ZH_MINUTE_MS;
    return t;
}

/* ---- caps ---- */

/* The first moment of the local day, week or month of `at_ms`, `ahead` of them later. */
static int64_t span_start_ms(zh_cap_span span, const zh_tz *zone, int64_t at_ms, int ahead)
{
    const int64_t day = zh_tz_day(zone, at_ms);
    if (span == ZH_CAP_DAY) return zh_tz_day_start_ms(zone, day + ahead);
    if (span == ZH_CAP_WEEK) return zh_tz_day_start_ms(zone, day - (zh_weekday(day) - 1) + 7 * ahead);
    const zh_civil local = zh_tz_local(zone, at_ms);
    const int month = local.month + ahead; /* at most 13 */
    return zh_tz_day_start_ms(zone, zh_days_of(local.year + (month > 12), month > 12 ? 1 : (unsigned)month, 1));
}

static bool counts(const zh_delivery_cap *cap, const zh_delivery_contact *contact, int64_t from_ms)
{
    return has_channel(cap->channels, contact->via) && (cap->span == ZH_CAP_ROLLING ? contact->at_ms > from_ms : contact->at_ms >= from_ms);
}

static int64_t window_from_ms(const zh_delivery_cap *cap, const zh_tz *zone, int64_t at_ms)
{
    return cap->span == ZH_CAP_ROLLING ? at_ms - cap->window_ms : span_start_ms(cap->span, zone, at_ms, 0);
}

uint32_t zh_delivery_used(const zh_delivery_cap *cap, const zh_tz *zone, const zh_delivery_contact *contacts, uint32_t count, int64_t at_ms)
{
    const int64_t from_ms = window_from_ms(cap, zone, at_ms);
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++) used += counts(cap, &contacts[i], from_ms);
    return used;
}

/* The earliest contact that a rolling cap counts now. There is one. */
static int64_t oldest_ms(const zh_delivery_cap *cap, const zh_delivery_ask *a, int64_t at_ms)
{
    const int64_t from_ms = at_ms - cap->window_ms;
    int64_t oldest = INT64_MAX;
    for (uint32_t i = 0; i < a->contacts_count; i++)
        if (counts(cap, &a->contacts[i], from_ms) && a->contacts[i].at_ms < oldest) oldest = a->contacts[i].at_ms;
    return oldest;
}

/* The first moment, not before `at_ms`, at which the cap has a place. */
static int64_t after_cap(const zh_delivery_cap *cap, const zh_delivery_ask *a, int64_t at_ms)
{
    if (!has_channel(cap->channels, a->via)) return at_ms;
    while (zh_delivery_used(cap, a->zone, a->contacts, a->contacts_count, at_ms) >= cap->most)
        at_ms = cap->span == ZH_CAP_ROLLING ? oldest_ms(cap, a, at_ms) + cap->window_ms : span_start_ms(cap->span, a->zone, at_ms, 1);
    return at_ms;
}

/* Did a message of higher priority take the place after this one was planned? */
static zh_message_why why_capped(const zh_delivery_cap *cap, const zh_delivery_ask *a)
{
    const int64_t from_ms = window_from_ms(cap, a->zone, a->now_ms);
    for (uint32_t i = 0; i < a->contacts_count; i++)
        if (counts(cap, &a->contacts[i], from_ms) && a->contacts[i].priority > a->priority && a->contacts[i].at_ms >= a->planned_ms) return ZH_WHY_OUTRANKED;
    return ZH_WHY_CAPPED;
}

/* Would those that go before it take the last place of a cap? */
static bool is_outranked(const zh_delivery_rules *r, const zh_delivery_ask *a)
{
    for (uint32_t c = 0; c < r->caps_count; c++) {
        const zh_delivery_cap *cap = &r->caps[c];
        if (!has_channel(cap->channels, a->via)) continue;
        uint32_t used = zh_delivery_used(cap, a->zone, a->contacts, a->contacts_count, a->now_ms);
        for (uint32_t i = 0; i < a->rivals_count; i++) used += has_channel(cap->channels, a->rivals[i].via);
        if (used >= cap->most) return true;
    }
    return false;
}

/* ---- best time ---- */

static int64_t after_best(const zh_delivery_ask *a, int64_t at_ms)
{
    const int64_t until_ms = a->planned_ms + ZH_DELIVERY_BEST_MS;
    if (a->best_hour == ZH_MESSAGE_BEST_NONE) return at_ms;
    while (at_ms < until_ms && zh_tz_local(a->zone, at_ms).hour != a->best_hour) {
        at_ms = at_ms - at_ms % (15 * ZH_MINUTE_MS) + 15 * ZH_MINUTE_MS; /* hours begin at quarters of UTC's in every zone */
        if (at_ms > until_ms) at_ms = until_ms;
    }
    return at_ms;
}

/* ---- together ---- */

static zh_delivery held(const zh_delivery_ask *a, zh_message_why why, int64_t until_ms, bool skips)
{
    const bool is_late = a->expires_ms > 0 && until_ms > a->expires_ms;
    return (zh_delivery){ skips || is_late ? ZH_DELIVERY_SKIP : ZH_DELIVERY_WAIT, why, until_ms };
}

/* The first moment from *at_ms on that quiet hours, caps, rate and best time allow; the reason is what held it first. */
static zh_message_why first_allowed(const zh_delivery_rules *r, const zh_delivery_ask *a, int64_t *at_ms)
{
    zh_message_why why = ZH_WHY_NONE;
    int64_t t = *at_ms, before;
    unsigned rounds = 0;
    do {
        before = t;
        t = zh_delivery_after_quiet(r, a->via, a->zone, t);
        if (why == ZH_WHY_NONE && t > before) why = ZH_WHY_QUIET;
        for (uint32_t c = 0; c < r->caps_count; c++) t = after_cap(&r->caps[c], a, t);
        if (why == ZH_WHY_NONE && t > before) why = ZH_WHY_CAPPED;
        if (a->rate_free_ms > t) t = a->rate_free_ms;
        if (why == ZH_WHY_NONE && t > before) why = ZH_WHY_RATE;
        t = after_best(a, t);
        if (why == ZH_WHY_NONE && t > before) why = ZH_WHY_BEST_TIME;
    } while (t > before && ++rounds < ROUNDS_MAX);
    *at_ms = t;
    return why;
}

/* What skips rather than waits, in the policy's order. NONE: nothing. */
static zh_message_why skipped(const zh_delivery_rules *r, const zh_delivery_ask *a)
{
    if (r->quiet_skips && zh_delivery_is_quiet(r, a->via, a->zone, a->now_ms)) return ZH_WHY_QUIET;
    for (uint32_t c = 0; c < r->caps_count; c++)
        if (r->caps[c].skips && after_cap(&r->caps[c], a, a->now_ms) > a->now_ms) return why_capped(&r->caps[c], a);
    return ZH_WHY_NONE;
}

zh_delivery zh_delivery_judge(const zh_delivery_rules *r, const zh_delivery_ask *a)
{
    zh_message_why why = zh_delivery_refusal(a);
    if (why == ZH_WHY_NONE && a->is_marketing && a->is_control) why = ZH_WHY_CONTROL;
    if (why == ZH_WHY_NONE && a->is_marketing && a->is_holdout) why = ZH_WHY_HOLDOUT;
    if (why == ZH_WHY_NONE && a->expires_ms > 0 && a->now_ms > a->expires_ms) why = ZH_WHY_EXPIRED;
    if (why == ZH_WHY_NONE && a->is_marketing) why = skipped(r, a);
    if (why != ZH_WHY_NONE) return (zh_delivery){ ZH_DELIVERY_SKIP, why, 0 };
    int64_t t = a->now_ms;
    if (!a->is_marketing) return a->rate_free_ms > t ? held(a, ZH_WHY_RATE, a->rate_free_ms, false) : (zh_delivery){ ZH_DELIVERY_SEND, ZH_WHY_NONE, 0 };
    why = first_allowed(r, a, &t);
    if (why != ZH_WHY_NONE) return held(a, why, t, false);
    if (is_outranked(r, a)) return held(a, ZH_WHY_OUTRANKED, t + ZH_DELIVERY_OUTRANKED_MS, false);
    return (zh_delivery){ ZH_DELIVERY_SEND, ZH_WHY_NONE, 0 };
}

bool zh_delivery_rules_are_good(const zh_delivery_rules *r, const char **why)
{
    *why = "quiet hours need two different times of the day";
    if (r->has_quiet && (r->quiet_from >= DAY_MINUTES || r->quiet_to >= DAY_MINUTES || r->quiet_from == r->quiet_to)) return false;
    *why = "there are too many caps";
    if (r->caps_count > ZH_DELIVERY_CAPS_MAX) return false;
    *why = "the share of the holdout is at most all";
    if (r->holdout > ZH_MESSAGE_CONTROL_OF) return false;
    for (uint32_t c = 0; c < r->caps_count; c++) {
        const zh_delivery_cap *cap = &r->caps[c];
        *why = "a cap allows 1 to 1,000 messages on at least one channel";
        if (cap->most == 0 || cap->most > ZH_DELIVERY_MOST_MAX || (cap->channels & ZH_DELIVERY_CHANNELS_ALL) == 0) return false;
        *why = "the window of a rolling cap has a minute to 90 days";
        if (cap->span == ZH_CAP_ROLLING && (cap->window_ms < ZH_MINUTE_MS || cap->window_ms > ZH_DELIVERY_WINDOW_MS_MAX)) return false;
    }
    return true;
}
