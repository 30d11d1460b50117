/* Timestamps and durations: their texts, and their parts in a time zone. */
#include "lang/cel_std.h"

#include <stdio.h>

#define FUNCTION(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define NS_A_SECOND INT64_C(1000000000)

/* ---- texts ---- */

/* Exactly `count` digits. */
static bool digits(zh_sv text, size_t *at, unsigned count, int32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < count; i++, ++*at) {
        const unsigned digit = *at < text.size ? (unsigned)text.data[*at] - '0' : 10;
        if (digit > 9) return false;
        *out = *out * 10 + (int32_t)digit;
    }
    return true;
}

static bool sign(zh_sv text, size_t *at, char c)
{
    if (*at >= text.size || text.data[*at] != c) return false;
    ++*at;
    return true;
}

/* ".123456789" -> nanoseconds; none is 0. */
static bool fraction(zh_sv text, size_t *at, uint32_t *nanos)
{
    uint32_t value = 0, count = 0;
    *nanos = 0;
    if (!sign(text, at, '.')) return true;
    for (; *at < text.size && (unsigned)text.data[*at] - '0' <= 9; ++*at, count++)
        if (count < 9) value = value * 10 + ((uint32_t)text.data[*at] - '0');
    for (uint32_t i = count; i < 9; i++) value *= 10;
    *nanos = value;
    return count > 0;
}

/* Z, +08:00, -02:30 */
static bool offset(zh_sv text, size_t *at, int64_t *seconds)
{
    int32_t hours, minutes;
    *seconds = 0;
    if (sign(text, at, 'Z') || sign(text, at, 'z')) return true;
    const bool west = sign(text, at, '-');
    if (!west && !sign(text, at, '+')) return false;
    if (!digits(text, at, 2, &hours) || !sign(text, at, ':') || !digits(text, at, 2, &minutes) || hours > 23 || minutes > 59) return false;
    *seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

zh_cel_value zh_cel_timestamp_of(zh_sv text)
{
    size_t at = 0;
    int32_t year, month, day, hour, minute, second;
    uint32_t nanos;
    int64_t zone;
    const zh_cel_value bad = zh_cel_error(ZH_CEL_CONVERT, "no timestamp in range: write 2026-11-21T12:00:00Z or with +08:00");
    if (!digits(text, &at, 4, &year) || !sign(text, &at, '-') || !digits(text, &at, 2, &month) || !sign(text, &at, '-') || !digits(text, &at, 2, &day)) return bad;
    if ((!sign(text, &at, 'T') && !sign(text, &at, 't') && !sign(text, &at, ' ')) || !digits(text, &at, 2, &hour) || !sign(text, &at, ':') || !digits(text, &at, 2, &minute) ||
        !sign(text, &at, ':') || !digits(text, &at, 2, &second) || !fraction(text, &at, &nanos) || !offset(text, &at, &zone) || at != text.size)
        return bad;
    if (month < 1 || month > 12 || day < 1 || day > zh_month_days(year, (unsigned)month) || hour > 23 || minute > 59 || second > 59) return bad;
    const int64_t seconds = zh_days_of(year, (unsigned)month, (unsigned)day) * 86400 + hour * 3600 + minute * 60 + second - zone;
    if (seconds < ZH_CEL_SECONDS_MIN || seconds > ZH_CEL_SECONDS_MAX) return zh_cel_error(ZH_CEL_RANGE, "timestamp out of range: years 1 to 9999");
    return zh_cel_timestamp(seconds, nanos);
}

/* Nanoseconds of a unit at *at; 0: none. */
static int64_t unit(zh_sv text, size_t *at)
{
    static const struct { const char *name; int64_t ns; } units[] = {
        { "ns", 1 }, { "us", 1000 }, { "\xC2\xB5s", 1000 }, { "\xCE\xBCs", 1000 }, { "ms", 1000000 }, { "s", NS_A_SECOND }, { "m", 60 * NS_A_SECOND }, { "h", 3600 * NS_A_SECOND },
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const zh_sv name = zh_sv_of(units[i].name);
        if (!zh_sv_starts(zh_sv_part(text, *at, SIZE_MAX), name)) continue;
        *at += name.size;
        return units[i].ns;
    }
    return 0;
}

/* "1h30m", "-1.5s", "0": a sign, then numbers with units. */
zh_cel_value zh_cel_duration_of(zh_sv text)
{
    size_t at = 0;
    int64_t sum = 0;
    const zh_cel_value bad = zh_cel_error(ZH_CEL_CONVERT, "no duration: write 1h30m, 90s, 1.5s or 200ms"), over = zh_cel_error(ZH_CEL_RANGE, "duration out of range: about 292 years");
    const bool minus = sign(text, &at, '-');
    if (!minus) (void)sign(text, &at, '+');
    if (zh_sv_equal(zh_sv_part(text, at, SIZE_MAX), ZH_SV("0"))) return zh_cel_duration(0);
    if (at == text.size) return bad;
    while (at < text.size) {
        int64_t value = 0, part;
        uint32_t nanos;
        const size_t from = at;
        for (; at < text.size && (unsigned)text.data[at] - '0' <= 9; at++)
            if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text.data[at] - '0', &value)) return over;
        const bool whole = at > from;
        if (!fraction(text, &at, &nanos) && !whole) return bad;
        const int64_t ns = at > from ? unit(text, &at) : 0;
        if (ns == 0) return bad;
        /* a fraction of a unit, exactly: nanos of 1e9 of it */
        if (__builtin_mul_overflow(value, ns, &part)) return over;
        const int64_t rest = (int64_t)((__int128)nanos * ns / NS_A_SECOND);
        if (__builtin_add_overflow(part, rest, &part) || (minus ? __builtin_sub_overflow(sum, part, &sum) : __builtin_add_overflow(sum, part, &sum))) return over;
    }
    return zh_cel_duration(sum);
}

static void put_fraction(zh_buf *out, uint32_t nanos)
{
    if (nanos == 0) return;
    char text[16];
    snprintf(text, sizeof text, ".%09u", nanos);
    size_t size = 10;
    while (text[size - 1] == '0') size--;
    zh_buf_put(out, (zh_sv){ text, size });
}

void zh_cel_put_timestamp(zh_buf *out, zh_cel_value v)
{
    char text[ZH_TIME_TEXT_BYTES];
    (void)zh_time_print(v.i * 1000, text);
    zh_buf_put(out, (zh_sv){ text, 19 });
    put_fraction(out, v.n);
    zh_buf_put(out, ZH_SV("Z"));
}

void zh_cel_put_duration(zh_buf *out, int64_t ns)
{
    const uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    zh_buf_printf(out, "%s%llu", ns < 0 ? "-" : "", (unsigned long long)(size / 1000000000));
    put_fraction(out, (uint32_t)(size % 1000000000));
    zh_buf_put(out, ZH_SV("s"));
}

/* ---- parts ---- */

/* "+08:00", "-02:30", "02:00" */
static bool zone_offset(zh_sv text, int64_t *seconds)
{
    size_t at = 0;
    int32_t hours, minutes;
    const bool west = sign(text, &at, '-');
    if (!west) (void)sign(text, &at, '+');
    if (!digits(text, &at, 2, &hours) || !sign(text, &at, ':') || !digits(text, &at, 2, &minutes) || at != text.size || hours > 23 || minutes > 59) return false;
    *seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* The local time of args[0] in the zone args[1], if there is one. An error, or null. */
static zh_cel_value local(zh_cel_run *run, const zh_cel_value *args, uint32_t count, zh_civil *out)
{
    int64_t seconds = 0;
    if (count == 2) {
        const zh_sv name = zh_cel_sv(args[1]);
        if (!zh_sv_equal(name, ZH_SV("UTC")) && !zh_sv_equal(name, ZH_SV("Z")) && name.size > 0 && !zone_offset(name, &seconds)) {
            const zh_tz *zone = run->zone == NULL ? NULL : run->zone(run->zones, name);
            if (zone == NULL) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "no such time zone: %.*s", (int)(name.size < 60 ? name.size : 60), name.data);
            seconds = zh_tz_offset_s(zone, args[0].i * 1000);
        }
    }
    *out = zh_civil_of((args[0].i + seconds) * 1000);
    return zh_cel_null();
}

/* unit_ns: the part of a time that drifts changes at multiples of it only. */
#define PART(name, value, unit_ns)                                       \
    FUNCTION(name)                                                       \
    {                                                                    \
        (void)self;                                                      \
        zh_civil t;                                                      \
        const zh_cel_value e = local(run, args, count, &t);              \
        zh_cel_run_drifts(run, args[0], unit_ns);                        \
        return zh_cel_is_error(e) ? e : zh_cel_int(value);               \
    }
#define QUARTER (900 * NS_A_SECOND) /* zones differ from UTC by multiples of it */
#define DAY(t) zh_days_of((t).year, (t).month, (t).day)

PART(full_year, t.year, QUARTER)
PART(month, t.month - 1, QUARTER)
PART(day_of_month, t.day - 1, QUARTER)
PART(date, t.day, QUARTER)
PART(day_of_week, zh_weekday(DAY(t)) % 7, QUARTER)
PART(day_of_year, DAY(t) - zh_days_of(t.year, 1, 1), QUARTER)
PART(hours, t.hour, QUARTER)
PART(minutes, t.minute, 60 * NS_A_SECOND)
PART(seconds_of, t.second, NS_A_SECOND)
PART(milliseconds, args[0].n / 1000000, NS_A_SECOND / 1000)

#define SPAN(name, unit_ns, rest)                             \
    FUNCTION(name)                                            \
    {                                                         \
        (void)count, (void)self;                              \
        zh_cel_run_drifts(run, args[0], unit_ns);             \
        return zh_cel_int(args[0].i / (unit_ns) rest);        \
    }
SPAN(span_hours, 3600 * NS_A_SECOND, )
SPAN(span_minutes, 60 * NS_A_SECOND, )
SPAN(span_seconds, NS_A_SECOND, )
SPAN(span_milliseconds, NS_A_SECOND / 1000, % 1000)

#define PARTS(name, f) { "." name "(timestamp) int", f }, { "." name "(timestamp, string) int", f }

const zh_cel_entry zh_cel_std_time[] = {
    PARTS("getFullYear", full_year), PARTS("getMonth", month), PARTS("getDayOfYear", day_of_year), PARTS("getDayOfMonth", day_of_month), PARTS("getDate", date),
    PARTS("getDayOfWeek", day_of_week), PARTS("getHours", hours), PARTS("getMinutes", minutes), PARTS("getSeconds", seconds_of), PARTS("getMilliseconds", milliseconds),
    { ".getHours(duration) int", span_hours }, { ".getMinutes(duration) int", span_minutes }, { ".getSeconds(duration) int", span_seconds },
    { ".getMilliseconds(duration) int", span_milliseconds },
    { NULL, NULL },
};

bool zh_cel_time_knows_drift(const zh_cel_overload *overload)
{
    for (const zh_cel_entry *entry = zh_cel_std_time; entry->signature != NULL; entry++)
        if (entry->call == overload->call) return true;
    return false;
}
