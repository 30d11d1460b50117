#include "lang/liquid_when.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" };
static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };

#define YEAR_MS_MIN INT64_C(-62167219200000) /* the year 0 */
#define YEAR_MS_MAX INT64_C(253402300799999) /* the year 9999 */

/* ---- reading ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Is the word this name, or its first three letters? */
static bool is_name(zh_sv word, const char *name)
{
    if (word.size < 3 || word.size > strlen(name)) return false;
    for (size_t i = 0; i < word.size; i++)
        if (small(word.data[i]) != small(name[i])) return false;
    return word.size == 3 || word.size == strlen(name) || (word.size == 4 && small(word.data[0]) == 's'); /* Sept */
}

/* What was found so far; numbers not yet placed are a day or a year. */
typedef struct found {
    int32_t year, month, day, hour, minute, second, ms, offset_s;
    bool has_year, has_month, has_day, has_time, zoned, utc, pm, am;
} found;

static int32_t take_number(zh_sv *rest, size_t *size)
{
    int32_t value = 0;
    for (*size = 0; *size < rest->size && *size < 9 && is_digit(rest->data[*size]); ++*size) value = value * 10 + (rest->data[*size] - '0');
    *rest = zh_sv_part(*rest, *size, SIZE_MAX);
    return value;
}

static bool take_sign(zh_sv *rest, char sign)
{
    if (rest->size == 0 || rest->data[0] != sign) return false;
    *rest = zh_sv_part(*rest, 1, SIZE_MAX);
    return true;
}

/* :minute[:second[.fraction]] behind an hour */
static bool take_clock(zh_sv *rest, int32_t hour, found *f)
{
    size_t size;
    if (f->has_time) return false;
    f->has_time = true;
    f->hour = hour;
    f->minute = take_number(rest, &size);
    if (size != 2) return false;
    if (take_sign(rest, ':')) {
        f->second = take_number(rest, &size);
        if (size != 2) return false;
        if (take_sign(rest, '.')) {
            f->ms = take_number(rest, &size);
            for (; size < 3; size++) f->ms *= 10;
            for (; size > 3; size--) f->ms /= 10;
        }
    }
    return true;
}

/* year-month-day, year/month/day or day/month/year, whose first number is taken */
static bool take_date(zh_sv *rest, int32_t first, size_t first_size, char sign, found *f)
{
    size_t month_size, last_size;
    const int32_t month = take_number(rest, &month_size);
    if (f->has_day || month_size == 0 || month_size > 2 || !take_sign(rest, sign)) return false;
    const int32_t last = take_number(rest, &last_size);
    const bool year_first = first_size == 4;
    if ((year_first ? last_size : first_size) > 2 || (!year_first && last_size != 4) || last_size == 0) return false;
    f->year = year_first ? first : last, f->month = month, f->day = year_first ? last : first;
    f->has_year = f->has_month = f->has_day = true;
    return true;
}

/* +0800, -05:30 */
static bool take_offset(zh_sv *rest, int sign, found *f)
{
    size_t size;
    const int32_t hours = take_number(rest, &size);
    int32_t minutes = 0;
    if (size == 2) {
        if (take_sign(rest, ':')) minutes = take_number(rest, &size);
    } else if (size != 4) {
        return false;
    }
    f->zoned = true;
    f->offset_s = sign * (size == 4 ? hours / 100 * 3600 + hours % 100 * 60 : hours * 3600 + minutes * 60);
    return f->offset_s > -86400 && f->offset_s < 86400;
}

static bool take_digits(zh_sv *rest, found *f)
{
    size_t size;
    const int32_t value = take_number(rest, &size);
    if (take_sign(rest, ':')) return take_clock(rest, value, f);
    if (take_sign(rest, '-')) return take_date(rest, value, size, '-', f);
    if (take_sign(rest, '/')) return take_date(rest, value, size, '/', f);
    const zh_sv behind = zh_sv_trim(*rest);
    const bool half = behind.size >= 2 && small(behind.data[1]) == 'm' && (small(behind.data[0]) == 'a' || small(behind.data[0]) == 'p');
    if (half && size <= 2 && !f->has_time) return f->has_time = true, f->hour = value, true; /* 10 pm */
    if (size <= 2 && !f->has_day) return f->has_day = true, f->day = value, true;
    if (size == 4 && !f->has_year) return f->has_year = true, f->year = value, true;
    return false;
}

static bool take_word(zh_sv *rest, found *f)
{
    size_t size = 0;
    while (size < rest->size && is_letter(rest->data[size])) size++;
    const zh_sv word = zh_sv_part(*rest, 0, size);
    *rest = zh_sv_part(*rest, size, SIZE_MAX);
    for (int i = 0; i < 12; i++)
        if (is_name(word, months[i])) return f->month = i + 1, !f->has_month && (f->has_month = true);
    for (int i = 0; i < 7; i++)
        if (is_name(word, days[i])) return true;
    const char first = small(word.data[0]), second = size > 1 ? small(word.data[1]) : '\0';
    if (size == 2 && second == 'm' && (first == 'a' || first == 'p')) return f->pm = first == 'p', f->am = first == 'a', true;
    if (size == 2 && f->has_day && ((first == 's' && second == 't') || (first == 'n' && second == 'd') || (first == 'r' && second == 'd') || (first == 't' && second == 'h'))) return true;
    if (size == 1 && first == 't') return true; /* between date and time */
    const bool utc = (size == 1 && first == 'z') || (size == 3 && (is_name(word, "utc") || is_name(word, "gmt")));
    if (utc) f->zoned = f->utc = true;
    return utc;
}

/* Every piece is known, and nothing is said twice. */
static bool scan(zh_sv rest, found *f)
{
    while (rest.size > 0) {
        const char c = rest.data[0];
        if (is_digit(c)) {
            if (!take_digits(&rest, f)) return false;
        } else if (is_letter(c)) {
            if (!take_word(&rest, f)) return false;
        } else if ((c == '+' || c == '-') && f->has_time) {
            rest = zh_sv_part(rest, 1, SIZE_MAX);
            if (!take_offset(&rest, c == '+' ? 1 : -1, f)) return false;
        } else if (c == ' ' || c == ',' || c == '\t') {
            rest = zh_sv_part(rest, 1, SIZE_MAX);
        } else {
            return false;
        }
    }
    return f->has_day || f->has_month || f->has_time;
}

bool zh_liquid_when_parse(zh_sv text, const zh_tz *zone, int64_t now_ms, zh_liquid_when *out)
{
    found f = { 0 };
    const zh_civil today = zh_tz_local(zone, now_ms);
    if (text.size == 0 || text.size > 100 || !scan(text, &f)) return false;
    if ((f.pm || f.am) && (f.hour < 1 || f.hour > 12)) return false;
    if (f.pm || f.am) f.hour = f.hour % 12 + (f.pm ? 12 : 0);
    const bool only_time = !f.has_day && !f.has_month && !f.has_year;
    out->civil = (zh_civil){ .year = f.has_year ? f.year : today.year, .month = f.has_month ? (uint8_t)f.month : only_time ? today.month : 1, .day = f.has_day ? (uint8_t)f.day : only_time ? today.day : 1,
                             .hour = (uint8_t)f.hour, .minute = (uint8_t)f.minute, .second = (uint8_t)(f.second == 60 ? 59 : f.second), .ms = (uint16_t)f.ms };
    if (f.month > 12 || f.hour > 23 || f.minute > 59 || f.second > 60 || (f.has_day && !f.has_month) || !zh_civil_valid(&out->civil)) return false;
    out->utc = f.utc || (!f.zoned && zone == zh_tz_utc());
    out->utc_ms = f.zoned ? zh_time_of(&out->civil) - (int64_t)f.offset_s * 1000 : zh_tz_utc_ms(zone, &out->civil);
    out->offset_s = f.zoned ? f.offset_s : zh_tz_offset_s(zone, out->utc_ms);
    return true;
}

bool zh_liquid_when_of(int64_t utc_ms, const zh_tz *zone, zh_liquid_when *out)
{
    if (utc_ms < YEAR_MS_MIN + ZH_DAY_MS || utc_ms > YEAR_MS_MAX - ZH_DAY_MS) return false;
    *out = (zh_liquid_when){ .utc_ms = utc_ms, .offset_s = zh_tz_offset_s(zone, utc_ms), .civil = zh_tz_local(zone, utc_ms), .utc = zone == zh_tz_utc() };
    return true;
}

/* ---- writing ---- */

typedef struct directive {
    char flag;    /* '-' no padding, '0', '_' blanks, '^' large, '#' turned; '\0' none */
    bool large;
    int width;    /* 0: the usual one */
    int colons;   /* %:z */
} directive;

static void put_padded(const directive *d, int64_t value, int width, char fill, zh_buf *out)
{
    char digits[24];
    if (d->flag == '-') width = 0;
    else if (d->width > 0) width = d->width;
    if (d->flag == '_') fill = ' ';
    if (d->flag == '0') fill = '0';
    const int size = snprintf(digits, sizeof digits, "%" PRId64, value);
    for (int i = size; i < width; i++) zh_buf_put_u8(out, (uint8_t)fill);
    zh_buf_put(out, zh_sv_of(digits));
}

static void put_name(const directive *d, zh_sv name, zh_buf *out)
{
    for (size_t i = name.size; i < (size_t)d->width; i++) zh_buf_put_u8(out, d->flag == '0' ? '0' : ' ');
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        zh_buf_put_u8(out, (uint8_t)(d->large && c >= 'a' && c <= 'z' ? c - 32 : c));
    }
}

static int64_t day_of(const zh_liquid_when *w) { return zh_days_of(w->civil.year, w->civil.month, w->civil.day); }
static int weekday(const zh_liquid_when *w) { return zh_weekday(day_of(w)) % 7; } /* 0 Sunday */
static int yearday(const zh_liquid_when *w) { return (int)(day_of(w) - zh_days_of(w->civil.year, 1, 1)); } /* 0 .. 365 */

/* Week and year as ISO 8601 counts: the year that the week's Thursday is in. */
static void iso_week(const zh_liquid_when *w, int *week, int *year)
{
    const int64_t thursday = day_of(w) - zh_weekday(day_of(w)) + 4;
    *year = zh_civil_of(thursday * ZH_DAY_MS).year;
    *week = (int)((thursday - zh_days_of(*year, 1, 1)) / 7) + 1;
}

static void put_offset(const directive *d, const zh_liquid_when *w, zh_buf *out)
{
    const int32_t size = w->offset_s < 0 ? -w->offset_s : w->offset_s;
    zh_buf_printf(out, "%c%02d%s%02d", w->offset_s < 0 ? '-' : '+', size / 3600, d->colons > 0 ? ":" : "", size / 60 % 60);
    if (d->colons > 1) zh_buf_printf(out, ":%02d", size % 60);
}

/* The directive's numbers; false: it is none of them. */
static bool put_number(const directive *d, char letter, const zh_liquid_when *w, zh_buf *out)
{
    const zh_civil *c = &w->civil;
    const int twelve = c->hour % 12 == 0 ? 12 : c->hour % 12;
    int week, year;
    iso_week(w, &week, &year);
    switch (letter) {
    case 'Y': put_padded(d, c->year, 4, '0', out); return true;
    case 'C': put_padded(d, c->year / 100, 2, '0', out); return true;
    case 'y': put_padded(d, c->year % 100, 2, '0', out); return true;
    case 'm': put_padded(d, c->month, 2, '0', out); return true;
    case 'd': put_padded(d, c->day, 2, '0', out); return true;
    case 'e': put_padded(d, c->day, 2, ' ', out); return true;
    case 'j': put_padded(d, yearday(w) + 1, 3, '0', out); return true;
    case 'H': put_padded(d, c->hour, 2, '0', out); return true;
    case 'k': put_padded(d, c->hour, 2, ' ', out); return true;
    case 'I': put_padded(d, twelve, 2, '0', out); return true;
    case 'l': put_padded(d, twelve, 2, ' ', out); return true;
    case 'M': put_padded(d, c->minute, 2, '0', out); return true;
    case 'S': put_padded(d, c->second, 2, '0', out); return true;
    case 'u': put_padded(d, weekday(w) == 0 ? 7 : weekday(w), 1, '0', out); return true;
    case 'w': put_padded(d, weekday(w), 1, '0', out); return true;
    case 'U': put_padded(d, (yearday(w) + 7 - weekday(w)) / 7, 2, '0', out); return true;
    case 'W': put_padded(d, (yearday(w) + 7 - (weekday(w) + 6) % 7) / 7, 2, '0', out); return true;
    case 'V': put_padded(d, week, 2, '0', out); return true;
    case 'G': put_padded(d, year, 4, '0', out); return true;
    case 'g': put_padded(d, year % 100, 2, '0', out); return true;
    case 's': put_padded(d, w->utc_ms / 1000 - (w->utc_ms % 1000 < 0), 1, '0', out); return true;
    default: return false;
    }
}

/* Digits of the second's fraction: %L three, %N nine, or as many as the width says. */
static void put_fraction(const directive *d, int usual, const zh_liquid_when *w, zh_buf *out)
{
    char digits[ZH_LIQUID_WIDTH_MAX + 1];
    const int width = d->width > 0 ? d->width : usual;
    memset(digits, '0', sizeof digits);
    digits[0] = (char)('0' + w->civil.ms / 100), digits[1] = (char)('0' + w->civil.ms / 10 % 10), digits[2] = (char)('0' + w->civil.ms % 10);
    zh_buf_put(out, (zh_sv){ digits, (size_t)width });
}

/* Directives that stand for others. */
static const char *whole(char letter)
{
    switch (letter) {
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'R': return "%H:%M";
    case 'r': return "%I:%M:%S %p";
    case 'T':
    case 'X': return "%H:%M:%S";
    case 'v': return "%e-%^b-%Y";
    case '+': return "%a %b %e %H:%M:%S %Z %Y";
    default: return NULL;
    }
}

static bool put_word(directive *d, char letter, const zh_liquid_when *w, zh_buf *out)
{
    const bool after = w->civil.hour >= 12;
    const zh_sv month = zh_sv_of(months[w->civil.month - 1]), day = zh_sv_of(days[weekday(w)]);
    switch (letter) {
    case 'A': put_name(d, day, out); return true;
    case 'a': put_name(d, zh_sv_part(day, 0, 3), out); return true;
    case 'B': put_name(d, month, out); return true;
    case 'b':
    case 'h': put_name(d, zh_sv_part(month, 0, 3), out); return true;
    case 'p':
        d->large = d->large && d->flag != '#';
        put_name(d, d->flag == '#' ? (after ? ZH_SV("pm") : ZH_SV("am")) : after ? ZH_SV("PM") : ZH_SV("AM"), out);
        return true;
    case 'P': put_name(d, after ? ZH_SV("pm") : ZH_SV("am"), out); return true;
    case 'Z': put_name(d, w->utc ? ZH_SV("UTC") : ZH_SV(""), out); return true;
    case 'z': put_offset(d, w, out); return true;
    case 'L': put_fraction(d, 3, w, out); return true;
    case 'N': put_fraction(d, 9, w, out); return true;
    case 'n': zh_buf_put_u8(out, '\n'); return true;
    case 't': zh_buf_put_u8(out, '\t'); return true;
    case '%': zh_buf_put_u8(out, '%'); return true;
    default: return false;
    }
}

/* Flags, width and colons at format[*at]. */
static directive read_directive(zh_sv format, size_t *at)
{
    directive d = { 0 };
    for (; *at < format.size && memchr("-0^#_:", format.data[*at], 6) != NULL; ++*at) {
        if (format.data[*at] == '^') d.large = true;
        else if (format.data[*at] == ':') d.colons++;
        else d.flag = format.data[*at];
    }
    for (; *at < format.size && is_digit(format.data[*at]) && d.width <= ZH_LIQUID_WIDTH_MAX; ++*at) d.width = d.width * 10 + (format.data[*at] - '0');
    if (d.flag == '#') d.large = true;
    return d;
}

static void print(const zh_liquid_when *when, zh_sv format, bool inner, zh_buf *out)
{
    for (size_t at = 0; at < format.size;) {
        const char *percent = memchr(format.data + at, '%', format.size - at);
        const size_t from = percent == NULL ? format.size : (size_t)(percent - format.data);
        zh_buf_put(out, zh_sv_part(format, at, from - at));
        at = from + 1;
        if (from == format.size) return;
        directive d = read_directive(format, &at);
        const char letter = at < format.size ? format.data[at++] : '\0';
        const char *others = inner ? NULL : whole(letter);
        const bool known = d.width <= ZH_LIQUID_WIDTH_MAX && (put_number(&d, letter, when, out) || put_word(&d, letter, when, out));
        if (!known && others != NULL && d.width <= ZH_LIQUID_WIDTH_MAX) print(when, zh_sv_of(others), true, out);
        else if (!known) zh_buf_put(out, zh_sv_part(format, from, at - from));
    }
}

void zh_liquid_when_print(const zh_liquid_when *when, zh_sv format, zh_buf *out) { print(when, format, false, out); }
