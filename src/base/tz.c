#include "base/tz.h"

#include <assert.h>
#include <stdlib.h>

/* TZif, RFC 8536 section 3. A header of 44 bytes, then the data block; from version 2 on the first
 * block (32-bit times) is followed by a second header and block (64-bit times) and a footer.
 *     0  4  "TZif"      4  1  version: NUL, '2', '3', '4'      5 15  unused
 *    20  4  isutcnt    24  4  isstdcnt   28  4  leapcnt   32  4  timecnt   36  4  typecnt   40  4  charcnt
 * Block: timecnt times · timecnt type numbers · typecnt types (i32 offset, u8 dst, u8 name) ·
 * charcnt names · leapcnt pairs · isstdcnt and isutcnt bytes. All big-endian. */
#define HEADER_BYTES 44
#define TYPES_MAX 256        /* a type number is one byte */
#define TIMES_MAX 2000       /* zones have up to 240 transitions, "fat" files to 2037 too */
#define OFFSET_S_MAX 93599   /* 25:59:59, as RFC 8536 bounds it */

/* When the clocks of a POSIX rule change, in local seconds of a year. */
typedef struct zh_tz_date {
    enum { JULIAN, DAY_OF_YEAR, MONTH_WEEK_DAY } kind;
    int32_t month, week, day; /* JULIAN 1 .. 365 without 29 February; DAY_OF_YEAR 0 .. 365 */
    int32_t time_s;           /* from local midnight; -167 h .. 167 h (version 3) */
} zh_tz_date;

/* The footer: standard and daylight offsets and when they change; without daylight `has_dst` is false. */
typedef struct zh_tz_rule {
    bool present, has_dst;
    int32_t std_s, dst_s; /* local minus UTC */
    zh_tz_date start, end;
} zh_tz_rule;

struct zh_tz {
    size_t count;
    int64_t *times_s;   /* ascending; offsets[i] holds from times[i] on */
    int32_t *offsets_s;
    int32_t first_s;    /* before the first transition */
    zh_tz_rule rule;    /* after the last */
};

static uint32_t be32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t be64(const unsigned char *at)
{
    return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

/* The counts of a header, and the size of the block that follows it. */
typedef struct block {
    const unsigned char *data;
    size_t times, types, size, time_bytes;
} block;

static bool read_header(const unsigned char *at, size_t left, size_t time_bytes, block *out)
{
    if (left < HEADER_BYTES || memcmp(at, "TZif", 4) != 0) return false;
    const size_t isut = be32(at + 20), isstd = be32(at + 24), leap = be32(at + 28);
    const size_t names = be32(at + 40);
    out->times = be32(at + 32);
    out->types = be32(at + 36);
    if (isut > TYPES_MAX || isstd > TYPES_MAX || leap > TIMES_MAX || out->times > TIMES_MAX ||
        out->types > TYPES_MAX || names > ZH_TZ_BYTES_MAX)
        return false;
    out->data = at + HEADER_BYTES;
    out->time_bytes = time_bytes;
    out->size = out->times * (time_bytes + 1) + out->types * 6 + names + leap * (time_bytes + 4) +
                isstd + isut;
    return out->size <= left - HEADER_BYTES;
}

/* The text of the footer, a part at a time. */
typedef struct cursor {
    const char *at, *end;
    bool bad;
} cursor;

static char peek(const cursor *c)
{
    return c->at < c->end ? *c->at : 0;
}

static bool take(cursor *c, char what)
{
    if (peek(c) != what) return false;
    c->at++;
    return true;
}

static int32_t number(cursor *c, int32_t max)
{
    int32_t value = 0;
    const char *start = c->at;
    while (peek(c) >= '0' && peek(c) <= '9' && c->at - start < 4)
        value = value * 10 + (*c->at++ - '0');
    if (c->at == start || value > max) c->bad = true;
    return value;
}

static int32_t clock_s(cursor *c, int32_t hours_max) /* [+-]hh[:mm[:ss]] */
{
    const bool minus = take(c, '-');
    if (!minus) (void)take(c, '+');
    int32_t value = number(c, hours_max) * 3600;
    if (take(c, ':')) {
        value += number(c, 59) * 60;
        if (take(c, ':')) value += number(c, 59);
    }
    return minus ? -value : value;
}

static void zone_name(cursor *c) /* "CST" or "<+08>": three characters at least */
{
    const char *start = c->at;
    if (take(c, '<')) {
        while (peek(c) != '>' && peek(c) != 0) c->at++;
        if (!take(c, '>')) c->bad = true;
    } else {
        while ((peek(c) >= 'A' && peek(c) <= 'Z') || (peek(c) >= 'a' && peek(c) <= 'z')) c->at++;
    }
    if (c->at - start < 3) c->bad = true;
}

static zh_tz_date date(cursor *c)
{
    zh_tz_date d = { .time_s = 2 * 3600 };
    if (take(c, 'M')) {
        d.kind = MONTH_WEEK_DAY;
        d.month = number(c, 12);
        if (!take(c, '.')) c->bad = true;
        d.week = number(c, 5);
        if (!take(c, '.')) c->bad = true;
        d.day = number(c, 6);
        if (d.month < 1 || d.week < 1) c->bad = true;
    } else if (take(c, 'J')) {
        d.kind = JULIAN;
        d.day = number(c, 365);
        if (d.day < 1) c->bad = true;
    } else {
        d.kind = DAY_OF_YEAR;
        d.day = number(c, 365);
    }
    if (take(c, '/')) d.time_s = clock_s(c, 167);
    return d;
}

static bool read_rule(zh_sv text, zh_tz_rule *rule)
{
    cursor c = { text.data, text.data + text.size, false };
    *rule = (zh_tz_rule){ 0 };
    if (text.size == 0) return true; /* a footer may say nothing */
    rule->present = true;
    zone_name(&c);
    rule->std_s = -clock_s(&c, 24); /* POSIX counts west as positive */
    if (!c.bad && c.at < c.end) {
        rule->has_dst = true;
        zone_name(&c);
        rule->dst_s = rule->std_s + 3600;
        if (peek(&c) != ',') rule->dst_s = -clock_s(&c, 24);
        if (!take(&c, ',')) c.bad = true;
        rule->start = date(&c);
        if (!take(&c, ',')) c.bad = true;
        rule->end = date(&c);
    }
    return !c.bad && c.at == c.end;
}

/* Times and offsets of a block that lies wholly inside the bytes. */
static bool read_block(const block *b, zh_tz *tz)
{
    const unsigned char *numbers = b->data + b->times * b->time_bytes, *types = numbers + b->times;
    int32_t offsets[TYPES_MAX];
    if (b->types == 0) return false;
    for (size_t i = 0; i < b->types; i++) {
        offsets[i] = (int32_t)be32(types + i * 6);
        if (offsets[i] < -OFFSET_S_MAX || offsets[i] > OFFSET_S_MAX) return false;
    }
    for (size_t i = 0; i < b->times; i++) {
        const unsigned char *at = b->data + i * b->time_bytes;
        tz->times_s[i] = b->time_bytes == 8 ? be64(at) : (int32_t)be32(at);
        if (numbers[i] >= b->types || (i > 0 && tz->times_s[i] <= tz->times_s[i - 1])) return false;
        tz->offsets_s[i] = offsets[numbers[i]];
    }
    tz->count = b->times;
    tz->first_s = offsets[0]; /* RFC 8536, section 3.2: type 0 before the first transition */
    return true;
}

/* Find the best block and the footer; *footer is empty for version 1. */
static bool find_block(zh_sv bytes, block *out, zh_sv *footer)
{
    const unsigned char *at = (const unsigned char *)bytes.data;
    *footer = (zh_sv){ 0 };
    if (!read_header(at, bytes.size, 4, out)) return false;
    if (at[4] == 0) return true;
    if (at[4] < '2') return false;
    const size_t second = HEADER_BYTES + out->size;
    if (!read_header(at + second, bytes.size - second, 8, out)) return false;
    const char *start = (const char *)out->data + out->size, *end = bytes.data + bytes.size;
    if (start >= end || *start != '\n') return false;
    const char *stop = memchr(start + 1, '\n', (size_t)(end - start) - 1);
    if (stop == NULL) return false;
    *footer = (zh_sv){ start + 1, (size_t)(stop - start) - 1 };
    return true;
}

zh_err zh_tz_open(zh_tz **out, zh_sv bytes)
{
    block found;
    zh_sv footer;
    *out = NULL;
    if (bytes.size > ZH_TZ_BYTES_MAX) return ZH_FULL;
    if (bytes.size < HEADER_BYTES || !find_block(bytes, &found, &footer)) return ZH_FORMAT;
    zh_tz *tz = calloc(1, sizeof *tz + found.times * (sizeof *tz->times_s + sizeof *tz->offsets_s));
    if (tz == NULL) return ZH_NOMEM;
    tz->times_s = (int64_t *)(tz + 1);
    tz->offsets_s = (int32_t *)(tz->times_s + found.times);
    if (!read_block(&found, tz) || !read_rule(footer, &tz->rule)) {
        free(tz);
        return ZH_FORMAT;
    }
    *out = tz;
    return ZH_OK;
}

static const zh_tz utc = { .rule = { .present = true } };

const zh_tz *zh_tz_utc(void)
{
    return &utc;
}

void zh_tz_close(zh_tz *tz)
{
    if (tz != &utc) free(tz);
}

/* Local seconds since 1970 at which a rule's date comes in a year. */
static int64_t local_s_of(const zh_tz_date *d, int64_t year)
{
    int64_t day = zh_days_of(year, 1, 1);
    switch (d->kind) {
    case JULIAN: /* 29 February is never counted */
        day += d->day - 1 + (d->day >= 60 && zh_month_days(year, 2) == 29);
        break;
    case DAY_OF_YEAR: day += d->day; break;
    case MONTH_WEEK_DAY: {
        const int64_t first = zh_days_of(year, (unsigned)d->month, 1);
        const int32_t weekday = zh_weekday(first) % 7; /* POSIX: 0 is Sunday */
        int32_t of_month = 1 + (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
        if (of_month > zh_month_days(year, (unsigned)d->month))
            of_month -= 7; /* week 5: the last one */
        day = first + of_month - 1;
        break;
    }
    }
    return day * 86400 + d->time_s;
}

static int32_t rule_offset_s(const zh_tz_rule *rule, int64_t utc_s)
{
    if (!rule->has_dst) return rule->std_s;
    const int64_t year = zh_civil_of((utc_s + rule->std_s) * 1000).year;
    const int64_t start = local_s_of(&rule->start, year) - rule->std_s;
    const int64_t end = local_s_of(&rule->end, year) - rule->dst_s;
    const bool dst = start < end ? utc_s >= start && utc_s < end : utc_s >= start || utc_s < end;
    return dst ? rule->dst_s : rule->std_s;
}

static int64_t floor_s(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

int32_t zh_tz_offset_s(const zh_tz *tz, int64_t utc_ms)
{
    const int64_t utc_s = floor_s(utc_ms);
    size_t low = 0, high = tz->count; /* transitions at or before utc_s: [0, low) */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (tz->times_s[middle] <= utc_s) low = middle + 1;
        else high = middle;
    }
    if (low == tz->count && tz->rule.present) return rule_offset_s(&tz->rule, utc_s);
    return low == 0 ? tz->first_s : tz->offsets_s[low - 1];
}

zh_civil zh_tz_local(const zh_tz *tz, int64_t utc_ms)
{
    return zh_civil_of(utc_ms + zh_tz_offset_s(tz, utc_ms) * ZH_SECOND_MS);
}

/* A local time has the offset of a moment nearby: the offsets a day before and a day after are the only
 * candidates, for zones do not change twice in two days. The earlier moment that reads back wins; in a
 * gap none does, and the offset before it holds. */
int64_t zh_tz_utc_ms(const zh_tz *tz, const zh_civil *local)
{
    const int64_t as_utc = zh_time_of(local);
    const int64_t before = as_utc - zh_tz_offset_s(tz, as_utc - ZH_DAY_MS) * ZH_SECOND_MS;
    const int64_t after = as_utc - zh_tz_offset_s(tz, as_utc + ZH_DAY_MS) * ZH_SECOND_MS;
    const int64_t first = before < after ? before : after, second = before < after ? after : before;
    if (first + zh_tz_offset_s(tz, first) * ZH_SECOND_MS == as_utc) return first;
    if (second + zh_tz_offset_s(tz, second) * ZH_SECOND_MS == as_utc) return second;
    return before;
}

int64_t zh_tz_day(const zh_tz *tz, int64_t utc_ms)
{
    const zh_civil local = zh_tz_local(tz, utc_ms);
    return zh_days_of(local.year, local.month, local.day);
}

int64_t zh_tz_day_start_ms(const zh_tz *tz, int64_t day)
{
    const zh_civil midnight = zh_civil_of(day * ZH_DAY_MS);
    return zh_tz_utc_ms(tz, &midnight);
}
