#include "collect/cell.h"
#include "base/utf8.h"

#include <assert.h>

#define COUNT_MAX INT64_C(1000000000000000) /* beyond it no shop counts */
#define SHOWN_BYTES 60 /* a note has 256 */

/* ---- amounts ---- */

zh_sv zh_cell_shown(zh_sv cell)
{
    cell = zh_sv_part(cell, 0, SHOWN_BYTES);
    return zh_sv_part(cell, 0, zh_utf8_valid(cell));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Does `text` go on with `piece` at `at`? */
static bool goes_on(zh_sv text, size_t at, zh_sv piece)
{
    return zh_sv_starts(zh_sv_part(text, at, SIZE_MAX), piece);
}

/* Take one written character off the front of `text` as a narrow one: full-width digits and signs
 * become ASCII, blanks between groups become ' '. 0: another character, or the end. */
static char narrow(zh_sv *text)
{
    static const struct { zh_sv wide; char is; } signs[] = {
        { ZH_SV("\xEF\xBC\x8C"), ',' }, { ZH_SV("\xEF\xBC\x8E"), '.' },
        { ZH_SV("\xEF\xBC\x8D"), '-' }, { ZH_SV("\xE2\x88\x92"), '-' }, /* the minus sign itself */
        { ZH_SV("\xC2\xA0"), ' ' },     { ZH_SV("\xE2\x80\xAF"), ' ' },
        { ZH_SV("\xE2\x80\x89"), ' ' }, /* blanks that do not break */
        { ZH_SV("\xE3\x80\x80"), ' ' },
    };
    if (text->size == 0) return 0;
    const unsigned char lead = (unsigned char)text->data[0];
    if (lead < 0x80) {
        *text = zh_sv_part(*text, 1, SIZE_MAX);
        return (char)lead;
    }
    const unsigned char third = text->size < 3 ? 0 : (unsigned char)text->data[2];
    if (zh_sv_starts(*text, ZH_SV("\xEF\xBC")) && third >= 0x90 && third <= 0x99) {
        *text = zh_sv_part(*text, 3, SIZE_MAX);
        return (char)('0' + (third - 0x90));
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (zh_sv_starts(*text, signs[i].wide)) {
            *text = zh_sv_part(*text, signs[i].wide.size, SIZE_MAX);
            return signs[i].is;
        }
    return 0;
}

/* Without the blanks and currency signs at both ends. */
static zh_sv bare(zh_sv text)
{
    static const zh_sv signs[] = { ZH_SV("\xC2\xA5"), ZH_SV("\xEF\xBF\xA5"), ZH_SV("$"),
                                   ZH_SV("\xC2\xA3"), ZH_SV("\xE2\x82\xAC"), ZH_SV("\xE5\x85\x83"),
                                   ZH_SV("\xC2\xA0"), ZH_SV("\xE3\x80\x80") };
    for (bool again = true; again;) {
        again = false;
        text = zh_sv_trim(text);
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            if (zh_sv_starts(text, signs[i])) {
                text = zh_sv_part(text, signs[i].size, SIZE_MAX);
                again = true;
            } else if (text.size >= signs[i].size &&
                       goes_on(text, text.size - signs[i].size, signs[i])) {
                text = zh_sv_part(text, 0, text.size - signs[i].size);
                again = true;
            }
        }
    }
    return text;
}

/* What stands between groups of three digits: ',' and blanks, or '.' and blanks where ',' is the
 * point. */
static bool between_groups(char c, char decimal)
{
    return c == ' ' || c == '\'' || (c == ',' && decimal == '.') || (c == '.' && decimal == ',');
}

/* Digits before the point into out, leading zeros left out; *rest stands behind them. False: groups
 * that are none. */
static bool whole_digits(zh_sv *rest, char decimal, zh_cell_amount *out, size_t *digits)
{
    size_t group = 0; /* digits since the last separator */
    char grouped = 0; /* the separator: "1 234,567" has two, and nobody knows what it means */
    *digits = 0;
    for (zh_sv next = *rest;;) {
        const char c = narrow(&next);
        if (is_digit(c)) {
            group++;
            ++*digits;
            const bool leading = out->size > 0 && out->text[out->size - 1] == '0' &&
                                 (out->size == 1 || out->text[out->size - 2] == '-');
            if (leading) out->size--;
            if (out->size == ZH_CELL_AMOUNT_BYTES) return false;
            out->text[out->size++] = c;
        } else if (c != 0 && between_groups(c, decimal) && *digits > 0) {
            if (grouped != 0 ? group != 3 || c != grouped : group > 3) return false;
            grouped = c;
            group = 0;
        } else {
            return grouped == 0 || group == 3;
        }
        *rest = next;
    }
}

static zh_err not_an_amount(zh_sv cell, char decimal, zh_note *why)
{
    zh_note_set(why, "'%.*s' is not an amount (with '%c' before the decimals)",
                ZH_SV_ARG(zh_cell_shown(cell)), decimal);
    return ZH_FORMAT;
}

zh_err zh_cell_amount_read(zh_sv cell, char decimal, zh_cell_amount *out, zh_note *why)
{
    assert(decimal == '.' || decimal == ',');
    zh_sv rest = bare(cell), next = rest;
    size_t whole, fraction = 0;
    out->size = 0;
    const char sign = narrow(&next);
    if (sign == '-' || sign == '+') rest = bare(next);
    if (sign == '-') out->text[out->size++] = '-';
    if (!whole_digits(&rest, decimal, out, &whole)) return not_an_amount(cell, decimal, why);
    if (whole == 0) out->text[out->size++] = '0';
    const size_t point_at = out->size;
    if (rest.size > 0) {
        if (narrow(&rest) != decimal) return not_an_amount(cell, decimal, why);
        if (out->size == ZH_CELL_AMOUNT_BYTES) return not_an_amount(cell, decimal, why);
        out->text[out->size++] = '.';
        for (; rest.size > 0; fraction++) {
            const char c = narrow(&rest);
            if (!is_digit(c) || out->size == ZH_CELL_AMOUNT_BYTES)
                return not_an_amount(cell, decimal, why);
            out->text[out->size++] = c;
        }
    }
    if (fraction == 0) out->size = (uint8_t)point_at;
    return whole + fraction > 0 ? ZH_OK : not_an_amount(cell, decimal, why);
}

zh_err zh_cell_count_read(zh_sv cell, char decimal, int64_t *out, zh_note *why)
{
    zh_cell_amount amount;
    int64_t value = 0;
    if (zh_cell_amount_read(cell, decimal, &amount, NULL) != ZH_OK) {
        zh_note_set(why, "'%.*s' is not a whole number", ZH_SV_ARG(zh_cell_shown(cell)));
        return ZH_FORMAT;
    }
    size_t at = amount.text[0] == '-';
    for (; at < amount.size && amount.text[at] != '.'; at++) {
        value = value * 10 + (amount.text[at] - '0');
        if (value > COUNT_MAX) {
            zh_note_set(why, "%.*s is too large a number", (int)amount.size, amount.text);
            return ZH_RANGE;
        }
    }
    for (at++; at < amount.size; at++)
        if (amount.text[at] != '0') {
            zh_note_set(why, "%.*s is not a whole number", (int)amount.size, amount.text);
            return ZH_FORMAT;
        }
    *out = amount.text[0] == '-' ? -value : value;
    return ZH_OK;
}

/* ---- moments ---- */

typedef struct moment {
    int32_t year, month, day, hour, minute, second, ms;
    int32_t offset_s;
    bool zoned, twelve, afternoon;
} moment;

/* 1 .. most digits at *at. */
static bool number(zh_sv text, size_t *at, size_t most, int32_t *out)
{
    const size_t from = *at;
    int32_t value = 0;
    while (*at < text.size && *at - from < most && is_digit(text.data[*at]))
        value = value * 10 + (text.data[(*at)++] - '0');
    *out = value;
    return *at > from;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* The word in any case at *at. */
static bool word(zh_sv text, size_t *at, zh_sv wanted)
{
    if (text.size - *at < wanted.size) return false;
    for (size_t i = 0; i < wanted.size; i++)
        if (lower(text.data[*at + i]) != lower(wanted.data[i])) return false;
    *at += wanted.size;
    return true;
}

static bool month_name(zh_sv text, size_t *at, int32_t *month)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december" };
    for (int32_t m = 0; m < 12; m++) {
        const zh_sv whole = zh_sv_of(names[m]);
        if (!word(text, at, whole) && !word(text, at, zh_sv_part(whole, 0, 3))) continue;
        *month = m + 1;
        return true;
    }
    return false;
}

static bool fraction_ms(zh_sv text, size_t *at, int32_t *ms)
{
    size_t digits = 0;
    for (*ms = 0; *at < text.size && is_digit(text.data[*at]) && digits < 9; ++*at, digits++)
        if (digits < 3) *ms = *ms * 10 + (text.data[*at] - '0');
    for (size_t i = digits; i < 3; i++) *ms *= 10;
    return digits > 0;
}

static bool zone_offset(zh_sv text, size_t *at, moment *m)
{
    int32_t hours, minutes = 0;
    m->zoned = true;
    m->offset_s = 0;
    if (word(text, at, ZH_SV("z"))) return true;
    if (*at == text.size || (text.data[*at] != '+' && text.data[*at] != '-')) return false;
    const int32_t sign = text.data[(*at)++] == '-' ? -1 : 1;
    if (!number(text, at, 2, &hours)) return false;
    (void)word(text, at, ZH_SV(":"));
    (void)number(text, at, 2, &minutes);
    m->offset_s = sign * (hours * 3600 + minutes * 60);
    return hours <= 23 && minutes <= 59;
}

/* One letter behind a '%'. */
static bool field(char letter, zh_sv text, size_t *at, moment *m)
{
    const size_t from = *at;
    switch (letter) {
    case 'Y': return number(text, at, 4, &m->year) && *at - from == 4;
    case 'y':
        if (!number(text, at, 2, &m->year) || *at - from != 2) return false;
        m->year += m->year >= 70 ? 1900 : 2000;
        return true;
    case 'm': return number(text, at, 2, &m->month);
    case 'b': return month_name(text, at, &m->month);
    case 'd': return number(text, at, 2, &m->day);
    case 'H': return number(text, at, 2, &m->hour);
    case 'I':
        m->twelve = true;
        return number(text, at, 2, &m->hour) && m->hour >= 1 && m->hour <= 12;
    case 'p':
        m->afternoon = word(text, at, ZH_SV("pm"));
        return m->afternoon || word(text, at, ZH_SV("am"));
    case 'M': return number(text, at, 2, &m->minute);
    case 'S': return number(text, at, 2, &m->second);
    case 'f': return fraction_ms(text, at, &m->ms);
    case 'z': return zone_offset(text, at, m);
    default: return word(text, at, ZH_SV("%"));
    }
}

static bool by_pattern(zh_sv text, zh_sv pattern, moment *m)
{
    size_t at = 0;
    *m = (moment){ .year = 1970, .month = 1, .day = 1 };
    for (size_t i = 0; i < pattern.size; i++) {
        const char c = pattern.data[i];
        if (c == '%' && i + 1 < pattern.size) {
            if (!field(pattern.data[++i], text, &at, m)) return false;
        } else if (c == ' ') { /* as many as somebody typed */
            const size_t from = at;
            while (at < text.size && text.data[at] == ' ') at++;
            if (at == from) return false;
        } else if (at == text.size || text.data[at++] != c) {
            return false;
        }
    }
    if (m->twelve) m->hour = m->hour % 12 + (m->afternoon ? 12 : 0);
    if (m->second == 60) { /* a leap second: the last moment of its minute */
        m->second = 59;
        m->ms = 999;
    }
    return at == text.size;
}

/* Text of a number with decimals, to thousandths; false for anything else. */
static bool thousandths(zh_sv text, int64_t *out)
{
    int64_t minor;
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit(text.data[i])) digits++;
        else if (text.data[i] != '.' || i == 0) return false;
    }
    const char *point = text.size == 0 ? NULL : memchr(text.data, '.', text.size);
    const size_t whole = point == NULL ? text.size : (size_t)(point - text.data);
    if (digits == 0 || whole > 14 || digits + (point != NULL) != text.size) return false;
    minor = 0;
    for (size_t i = 0; i < whole; i++) minor = minor * 10 + (text.data[i] - '0');
    for (size_t i = 1; i <= 3; i++)
        minor = minor * 10 + (whole + i < text.size ? text.data[whole + i] - '0' : 0);
    *out = minor;
    return true;
}

/* Days and a fraction of one: 46347.3368 has 4 digits of it, and a minute is 0.0007, so round to
 * the second. */
static bool excel(zh_sv text, zh_civil *civil)
{
    const char *point = text.size == 0 ? NULL : memchr(text.data, '.', text.size);
    const zh_sv whole =
        zh_sv_part(text, 0, point == NULL ? text.size : (size_t)(point - text.data));
    const zh_sv part = zh_sv_part(text, whole.size + 1, 12);
    int64_t days = 0, share = 0, unit = 1;
    if (whole.size == 0 || whole.size > 6) return false;
    for (size_t i = 0; i < whole.size; i++) {
        if (!is_digit(whole.data[i])) return false;
        days = days * 10 + (whole.data[i] - '0');
    }
    for (size_t i = whole.size + 1; i < text.size; i++)
        if (!is_digit(text.data[i])) return false;
    for (size_t i = 0; i < part.size; i++, unit *= 10) share = share * 10 + (part.data[i] - '0');
    const int64_t seconds = (share * 86400 + unit / 2) / unit;
    *civil = zh_civil_of((zh_days_of(1899, 12, 30) + days) * ZH_DAY_MS + seconds * ZH_SECOND_MS);
    return true;
}

static zh_err in_range(int64_t ms, int64_t *out)
{
    if (ms < ZH_TIME_MS_MIN || ms > ZH_TIME_MS_MAX) return ZH_RANGE;
    *out = ms;
    return ZH_OK;
}

zh_err zh_cell_time_read(zh_sv cell, zh_sv format, const zh_tz *zone, int64_t *ms)
{
    zh_civil civil;
    int64_t thousand;
    bool zoned = false;
    int32_t offset_s = 0;
    if (zh_sv_equal(format, ZH_SV("unix")))
        return thousandths(cell, &thousand) ? in_range(thousand, ms) : ZH_FORMAT;
    if (zh_sv_equal(format, ZH_SV("unix_ms")))
        return thousandths(cell, &thousand) ? in_range(thousand / 1000, ms) : ZH_FORMAT;
    if (zh_sv_equal(format, ZH_SV("excel"))) {
        if (!excel(cell, &civil)) return ZH_FORMAT;
    } else if (zh_sv_equal(format, ZH_SV("iso8601"))) {
        if (zh_time_parse_civil(cell, &civil, &zoned, &offset_s) != ZH_OK) return ZH_FORMAT;
    } else {
        moment m;
        if (!by_pattern(cell, format, &m)) return ZH_FORMAT;
        civil = (zh_civil){ m.year,          (uint8_t)m.month,  (uint8_t)m.day,
                            (uint8_t)m.hour, (uint8_t)m.minute, (uint8_t)m.second,
                            (uint16_t)m.ms };
        zoned = m.zoned;
        offset_s = m.offset_s;
    }
    if (!zh_civil_valid(&civil)) return ZH_FORMAT;
    return in_range(
        zoned ? zh_time_of(&civil) - offset_s * ZH_SECOND_MS : zh_tz_utc_ms(zone, &civil), ms);
}

bool zh_cell_format_check(zh_sv format, zh_note *why)
{
    static const zh_sv named[] = { ZH_SV("iso8601"), ZH_SV("unix"), ZH_SV("unix_ms"),
                                   ZH_SV("excel") };
    uint32_t has = 0; /* bit of a letter a .. z, capitals from 26 */
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (zh_sv_equal(format, named[i])) return true;
    if (format.size == 0 || format.size > ZH_CELL_FORMAT_BYTES_MAX) {
        zh_note_set(why, "a date format has 1 to %d bytes", ZH_CELL_FORMAT_BYTES_MAX);
        return false;
    }
    for (size_t i = 0; i < format.size; i++) {
        static const char letters[] = "YymbdHIpMSfz%";
        if (format.data[i] != '%') continue;
        const char *letter =
            i + 1 < format.size ? memchr(letters, format.data[i + 1], sizeof letters - 1) : NULL;
        if (letter == NULL) {
            zh_note_set(why,
                        "the date format '%.*s' has a %% that is not one of %%Y %%y %%m %%b %%d "
                        "%%H %%I %%p %%M %%S %%f %%z %%%%",
                        ZH_SV_ARG(format));
            return false;
        }
        has |= 1u << (letter - letters);
        i++;
    }
    const bool year = (has & 3u) != 0, month = (has & 12u) != 0, day = (has & 16u) != 0;
    if (year && month && day) return true;
    zh_note_set(why,
                "the date format '%.*s' needs a year (%%Y), a month (%%m) and a day (%%d), or is "
                "one of iso8601, unix, unix_ms, excel",
                ZH_SV_ARG(format));
    return false;
}

/* ---- ids ---- */

bool zh_cell_id_spoilt(zh_sv cell)
{
    size_t at = cell.size > 0 && cell.data[0] == '-';
    if (at == cell.size || !is_digit(cell.data[at++])) return false;
    if (at < cell.size && cell.data[at] == '.')
        for (at++; at < cell.size && is_digit(cell.data[at]); at++) {}
    if (at == cell.size || lower(cell.data[at++]) != 'e') return false;
    if (at == cell.size || cell.data[at++] != '+') return false;
    const size_t from = at;
    while (at < cell.size && is_digit(cell.data[at])) at++;
    return at > from && at == cell.size;
}

zh_sv zh_cell_id_whole(zh_sv cell)
{
    size_t at = 0;
    while (at < cell.size && is_digit(cell.data[at])) at++;
    const size_t whole = at;
    if (whole == 0 || at == cell.size || cell.data[at++] != '.') return cell;
    const size_t from = at;
    while (at < cell.size && cell.data[at] == '0') at++;
    return at > from && at == cell.size ? zh_sv_part(cell, 0, whole) : cell;
}
