/* delivery_test.c
 * Goal    the order of the policy; the moment found is the first that everything allows; no turn of the clock opens a cap.
 * Method  a table of who is refused and why; random rules and contacts in four zones, around changes of summer time too, against a walk minute
 *         by minute; a customer whose clock jumps. Zones come from /usr/share/zoneinfo; without it the test says skipped (77).
 */
#include "check.h"
#include "reach/delivery.h"

#define EMAIL (1u << ZH_CHANNEL_EMAIL)

static zh_tz *zone_of(const char *name)
{
    static char bytes[ZH_TZ_BYTES_MAX];
    char path[256];
    zh_tz *tz;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *in = fopen(path, "rb");
    if (in == NULL) exit(77);
    const size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    CHECK_ROW(zh_tz_open(&tz, (zh_sv){ bytes, size }) == ZH_OK, name);
    return tz;
}

static int64_t ms_of(const char *text)
{
    int64_t ms;
    CHECK_ROW(zh_time_parse(zh_sv_of(text), &ms) == ZH_OK, text);
    return ms;
}

static zh_delivery_ask asked(int64_t now_ms)
{
    return (zh_delivery_ask){ .now_ms = now_ms, .planned_ms = now_ms, .zone = zh_tz_utc(), .via = ZH_CHANNEL_EMAIL, .best_hour = ZH_MESSAGE_BEST_NONE, .is_marketing = true, .choice = ZH_CHOICE_YES };
}

static void each_refusal_has_its_reason_and_its_place(void)
{
    const zh_delivery_rules rules = { 0 };
    zh_delivery_ask a = asked(1000);
    CHECK(zh_delivery_judge(&rules, &a).act == ZH_DELIVERY_SEND);
#define REFUSED(set, reason)                                                                    \
    do {                                                                                        \
        set;                                                                                    \
        const zh_delivery d = zh_delivery_judge(&rules, &a);                                    \
        CHECK_ROW(d.act == ZH_DELIVERY_SKIP && d.why == (reason), zh_message_why_text(d.why));  \
    } while (0)
    /* each one stands before the one above it */
    REFUSED(a.expires_ms = 999, ZH_WHY_EXPIRED);
    REFUSED(a.is_holdout = true, ZH_WHY_HOLDOUT);
    REFUSED(a.is_control = true, ZH_WHY_CONTROL);
    REFUSED(a.choice = ZH_CHOICE_UNKNOWN, ZH_WHY_NO_CONSENT);
    REFUSED(a.choice = ZH_CHOICE_NO, ZH_WHY_OPTED_OUT);
    REFUSED(a.is_minor = true, ZH_WHY_MINOR);
    REFUSED(a.is_blocked = true, ZH_WHY_BLOCKED);
    REFUSED(a.is_suppressed = true, ZH_WHY_SUPPRESSED);
    REFUSED(a.is_nobody = true, ZH_WHY_NOBODY);
    a.is_marketing = false; /* what the customer asked for passes all but the address and the person */
    REFUSED(a.is_nobody = true, ZH_WHY_NOBODY);
    REFUSED(a.is_nobody = false, ZH_WHY_SUPPRESSED);
    a.is_suppressed = false, a.expires_ms = 0;
    CHECK(zh_delivery_judge(&rules, &a).act == ZH_DELIVERY_SEND);
    a = asked(1000);
    a.via = ZH_CHANNEL_ONSITE; /* nothing is sent: silence does not refuse, a no does */
    a.choice = ZH_CHOICE_UNKNOWN;
    CHECK(zh_delivery_judge(&rules, &a).act == ZH_DELIVERY_SEND);
    REFUSED(a.choice = ZH_CHOICE_NO, ZH_WHY_OPTED_OUT);
}

static void quiet_hours_are_those_of_the_customer(void)
{
    static const struct { const char *zone, *now, *until; uint16_t from, to; } rows[] = {
        { "Asia/Shanghai", "2026-11-21T14:00:00Z", "2026-11-22T00:00:00Z", 22 * 60, 8 * 60 },      /* 22:00 there */
        { "Asia/Shanghai", "2026-11-21T13:59:59Z", "2026-11-21T13:59:59Z", 22 * 60, 8 * 60 },
        { "Asia/Shanghai", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", 22 * 60, 8 * 60 },      /* 08:00: over */
        { "Asia/Shanghai", "2026-11-21T23:59:59.999Z", "2026-11-22T00:00:00Z", 22 * 60, 8 * 60 },
        { "Europe/London", "2026-03-28T23:00:00Z", "2026-03-29T07:00:00Z", 22 * 60, 8 * 60 },      /* the night is an hour short */
        { "Europe/London", "2026-10-24T22:00:00Z", "2026-10-25T08:00:00Z", 22 * 60, 8 * 60 },      /* and an hour long */
        { "Europe/London", "2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", 45, 90 },               /* its end does not exist that day: 01:00 is 02:00 */
        { "Asia/Kathmandu", "2026-11-21T16:15:00Z", "2026-11-22T02:15:00Z", 22 * 60, 8 * 60 },     /* 5:45 ahead */
        { "UTC", "2026-11-21T12:30:00Z", "2026-11-21T13:00:00Z", 12 * 60, 13 * 60 },               /* within a day */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_tz *zone = zone_of(rows[i].zone);
        const zh_delivery_rules rules = { .has_quiet = true, .quiet_from = rows[i].from, .quiet_to = rows[i].to, .quiet_channels = EMAIL };
        zh_delivery_ask a = asked(ms_of(rows[i].now));
        a.zone = zone;
        const zh_delivery d = zh_delivery_judge(&rules, &a);
        const int64_t until_ms = ms_of(rows[i].until);
        if (until_ms == a.now_ms) CHECK_ROW(d.act == ZH_DELIVERY_SEND, rows[i].now);
        else CHECK_ROW(d.act == ZH_DELIVERY_WAIT && d.why == ZH_WHY_QUIET && d.until_ms == until_ms, rows[i].now);
        zh_tz_close(zone);
    }
}

/* ---- against a walk minute by minute ---- */

static const char *const zones[] = { "UTC", "Asia/Shanghai", "Europe/London", "America/New_York" };

/* At this moment, do all allow it? Written anew, from the words of the header. */
static bool walk_allows(const zh_delivery_rules *r, const zh_delivery_ask *a, int64_t t)
{
    const zh_civil local = zh_tz_local(a->zone, t);
    const int minute = local.hour * 60 + local.minute;
    if (r->has_quiet && (r->quiet_channels >> a->via & 1) != 0) {
        bool quiet = false;
        for (int m = r->quiet_from; m != r->quiet_to; m = (m + 1) % 1440) quiet |= m == minute;
        if (quiet) return false;
    }
    for (uint32_t c = 0; c < r->caps_count; c++) {
        const zh_delivery_cap *cap = &r->caps[c];
        if ((cap->channels >> a->via & 1) == 0) continue;
        uint32_t used = 0;
        for (uint32_t i = 0; i < a->contacts_count; i++) {
            const zh_delivery_contact *k = &a->contacts[i];
            const zh_civil then = zh_tz_local(a->zone, k->at_ms);
            const int64_t day = zh_tz_day(a->zone, t), its_day = zh_tz_day(a->zone, k->at_ms);
            bool in = false;
            if (cap->span == ZH_CAP_ROLLING) in = t - k->at_ms < cap->window_ms;
            if (cap->span == ZH_CAP_DAY) in = its_day >= day;
            if (cap->span == ZH_CAP_WEEK) in = its_day >= day - (zh_weekday(day) - 1);
            if (cap->span == ZH_CAP_MONTH) in = then.year * 12 + then.month >= local.year * 12 + local.month;
            used += in && (cap->channels >> k->via & 1) != 0;
        }
        if (used >= cap->most) return false;
    }
    if (t < a->rate_free_ms) return false;
    return a->best_hour == ZH_MESSAGE_BEST_NONE || t >= a->planned_ms + ZH_DAY_MS || local.hour == a->best_hour;
}

static uint32_t below(uint64_t *seed, uint32_t n) { return (uint32_t)(test_random(seed) % n); }

/* Whole minutes throughout, so that the walk sees every moment that matters. */
static void make(uint64_t *seed, zh_delivery_rules *r, zh_delivery_ask *a, zh_delivery_contact *contacts)
{
    static const char *const around[] = { "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-11-01T00:00:00Z", "2026-12-30T10:00:00Z" };
    *r = (zh_delivery_rules){ .has_quiet = below(seed, 3) > 0, .quiet_from = (uint16_t)below(seed, 1440), .quiet_channels = below(seed, 4) > 0 ? ZH_DELIVERY_CHANNELS_ALL : 2 };
    r->quiet_to = (uint16_t)((r->quiet_from + 1 + below(seed, 1300)) % 1440);
    r->caps_count = below(seed, 4);
    for (uint32_t c = 0; c < r->caps_count; c++)
        r->caps[c] = (zh_delivery_cap){ .channels = below(seed, 2) > 0 ? ZH_DELIVERY_CHANNELS_ALL : EMAIL, .most = 1 + below(seed, 4), .span = (zh_cap_span)below(seed, 4), .window_ms = (1 + (int64_t)below(seed, 3000)) * ZH_MINUTE_MS };
    *a = asked(ms_of(around[below(seed, 4)]) + (int64_t)below(seed, 2 * 1440) * ZH_MINUTE_MS);
    a->planned_ms = a->now_ms - (int64_t)below(seed, 600) * ZH_MINUTE_MS;
    if (below(seed, 3) == 0) a->best_hour = (uint8_t)below(seed, 24);
    if (below(seed, 4) == 0) a->rate_free_ms = a->now_ms + (int64_t)below(seed, 100) * ZH_MINUTE_MS;
    a->contacts = contacts;
    a->contacts_count = below(seed, 8);
    for (uint32_t i = 0; i < a->contacts_count; i++) /* some in the future: the clock was set back */
        contacts[i] = (zh_delivery_contact){ a->now_ms - ((int64_t)below(seed, 5000) - 200) * ZH_MINUTE_MS, below(seed, 2) > 0 ? ZH_CHANNEL_EMAIL : ZH_CHANNEL_SMS, 0 };
}

static void the_moment_is_the_first_that_everything_allows(uint64_t seed)
{
    enum { CASES = 400, MINUTES = 70 * 1440 };
    zh_tz *tz[4];
    int waits = 0;
    for (int i = 0; i < 4; i++) tz[i] = zone_of(zones[i]);
    for (int n = 0; n < CASES; n++) {
        zh_delivery_rules r;
        zh_delivery_ask a;
        zh_delivery_contact contacts[8];
        make(&seed, &r, &a, contacts);
        a.zone = tz[below(&seed, 4)];
        const zh_delivery d = zh_delivery_judge(&r, &a);
        int64_t t = a.now_ms;
        for (int m = 0; m < MINUTES && !walk_allows(&r, &a, t); m++) t += ZH_MINUTE_MS;
        CHECK(walk_allows(&r, &a, t)); /* else the walk is too short */
        if (t == a.now_ms) CHECK(d.act == ZH_DELIVERY_SEND);
        else CHECK(d.act == ZH_DELIVERY_WAIT && d.until_ms == t && d.why != ZH_WHY_NONE);
        waits += t != a.now_ms;
        a.expires_ms = t - 1; /* what may not go before it expires is skipped, for what held it */
        const zh_delivery late = zh_delivery_judge(&r, &a);
        if (t != a.now_ms) CHECK(late.act == ZH_DELIVERY_SKIP && (late.why == d.why || late.why == ZH_WHY_EXPIRED));
    }
    for (int i = 0; i < 4; i++) zh_tz_close(tz[i]);
    CHECK(waits > CASES / 4 && waits < CASES);
}

/* ---- priority ---- */

static void the_last_place_goes_to_the_higher_priority(void)
{
    const zh_delivery_rules day = { .caps_count = 1, .caps = { { ZH_DELIVERY_CHANNELS_ALL, 2, ZH_CAP_DAY, 0, true } } };
    const zh_delivery_contact sent[] = { { 900, ZH_CHANNEL_SMS, 9 }, { 950, ZH_CHANNEL_EMAIL, 9 } }, rival = { 0, ZH_CHANNEL_EMAIL, 9 };
    zh_delivery_ask a = asked(1000);
    a.contacts = sent;
    a.contacts_count = 1;
    CHECK(zh_delivery_judge(&day, &a).act == ZH_DELIVERY_SEND);
    a.rivals = &rival;
    a.rivals_count = 1;
    zh_delivery d = zh_delivery_judge(&day, &a);
    CHECK(d.act == ZH_DELIVERY_WAIT && d.why == ZH_WHY_OUTRANKED && d.until_ms > a.now_ms);
    a.rivals_count = 0;
    a.contacts_count = 2;
    a.planned_ms = 800; /* both went after this was planned, with a higher priority */
    d = zh_delivery_judge(&day, &a);
    CHECK(d.act == ZH_DELIVERY_SKIP && d.why == ZH_WHY_OUTRANKED);
    a.planned_ms = 960;
    CHECK(zh_delivery_judge(&day, &a).why == ZH_WHY_CAPPED);
}

/* ---- check 9 ---- */

/* A customer who is asked about every few minutes, by a clock that is set an hour or a day ahead and back: in the log's true order no window ever
 * holds more than it may. */
static void check_09_no_turn_of_the_clock_opens_a_cap(uint64_t seed)
{
    enum { STEPS = 20000, MOST = 3 };
    zh_tz *london = zone_of("Europe/London");
    const zh_delivery_rules rules = { .caps_count = 2, .caps = { { ZH_DELIVERY_CHANNELS_ALL, MOST, ZH_CAP_ROLLING, 6 * ZH_HOUR_MS, true }, { ZH_DELIVERY_CHANNELS_ALL, 4, ZH_CAP_DAY, 0, true } } };
    static zh_delivery_contact contacts[STEPS];
    uint32_t count = 0;
    int64_t clock = ms_of("2026-03-27T00:00:00Z");
    for (int n = 0; n < STEPS; n++) {
        clock += (int64_t)below(&seed, 20) * ZH_MINUTE_MS;
        const uint32_t odd = below(&seed, 400);
        if (odd == 0) clock -= ZH_HOUR_MS;       /* set back: at every moment of the log all that went before counts */
        if (odd == 1) clock -= 26 * ZH_HOUR_MS;
        if (odd == 2) clock += ZH_HOUR_MS;
        zh_delivery_ask a = asked(clock);
        a.zone = london;
        a.contacts = contacts;
        a.contacts_count = count;
        if (zh_delivery_judge(&rules, &a).act != ZH_DELIVERY_SEND) continue;
        /* whatever the clock says: of those that went at or after a moment six hours before it, there are fewer than it may be */
        uint32_t rolling = 0, day = 0;
        for (uint32_t i = 0; i < count; i++) {
            rolling += contacts[i].at_ms > clock - 6 * ZH_HOUR_MS;
            day += zh_tz_day(london, contacts[i].at_ms) >= zh_tz_day(london, clock);
        }
        CHECK(rolling < MOST && day < 4);
        contacts[count++] = (zh_delivery_contact){ clock, ZH_CHANNEL_EMAIL, 0 };
    }
    CHECK(count > 100);
    zh_tz_close(london);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    each_refusal_has_its_reason_and_its_place();
    quiet_hours_are_those_of_the_customer();
    the_moment_is_the_first_that_everything_allows(seed);
    the_last_place_goes_to_the_higher_priority();
    PROVE(check_09_no_turn_of_the_clock_opens_a_cap, seed);
    return 0;
}
