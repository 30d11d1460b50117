#include "collect/cell_profile.h"

#include <assert.h>

#define MISSES_FREE 3     /* cells that may be something else before a format is given up */
#define SHARE 20          /* 19 of 20 cells decide */
#define SERIAL_MIN 20000  /* 1954: a spreadsheet's days below are no orders */
#define SERIAL_MAX 80000  /* 2119 */

/* The other reading of day and month stands one place behind. */
typedef struct date_format {
    const char *text;
    bool is_number, has_other;
} date_format;

static const date_format formats[] = {
    { "iso8601", false, false },
    { "%Y-%m-%d %H:%M", false, false },
    { "%Y/%m/%d %H:%M:%S", false, false },
    { "%Y/%m/%d %H:%M", false, false },
    { "%Y/%m/%d", false, false },
    { "%Y.%m.%d", false, false },
    { "%Y年%m月%d日 %H:%M:%S", false, false },
    { "%Y年%m月%d日 %H:%M", false, false },
    { "%Y年%m月%d日", false, false },
    { "%d/%m/%Y %H:%M:%S", false, true },
    { "%m/%d/%Y %H:%M:%S", false, false },
    { "%d/%m/%Y %H:%M", false, true },
    { "%m/%d/%Y %H:%M", false, false },
    { "%d/%m/%Y", false, true },
    { "%m/%d/%Y", false, false },
    { "%d/%m/%y %H:%M", false, true },
    { "%m/%d/%y %H:%M", false, false },
    { "%d/%m/%y", false, true },
    { "%m/%d/%y", false, false },
    { "%d-%m-%Y %H:%M:%S", false, true },
    { "%m-%d-%Y %H:%M:%S", false, false },
    { "%d-%m-%Y %H:%M", false, true },
    { "%m-%d-%Y %H:%M", false, false },
    { "%d-%m-%Y", false, true },
    { "%m-%d-%Y", false, false },
    { "%d/%m/%Y %I:%M:%S %p", false, true },
    { "%m/%d/%Y %I:%M:%S %p", false, false },
    { "%d/%m/%Y %I:%M %p", false, true },
    { "%m/%d/%Y %I:%M %p", false, false },
    { "%d.%m.%Y %H:%M:%S", false, false },
    { "%d.%m.%Y %H:%M", false, false },
    { "%d.%m.%Y", false, false },
    { "%d %b %Y", false, false },
    { "%b %d, %Y", false, false },
    { "%Y%m%d%H%M%S", true, false },
    { "%Y%m%d", true, false },
    { "unix", true, false },
    { "unix_ms", true, false },
    { "excel", true, false },
};
#define FORMATS (sizeof formats / sizeof *formats)
_Static_assert(FORMATS <= ZH_CELL_DATES, "each has its counts");

zh_cell_profile zh_cell_profile_open(void)
{
    return (zh_cell_profile){ .date_tried = (UINT64_C(1) << FORMATS) - 1 };
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool all_digits(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i])) return false;
    return text.size > 0;
}

/* A number says nothing of what it counts, so each such format takes only what it usually looks like. */
static bool plausible(zh_sv cell, const char *format)
{
    const char *point = memchr(cell.data, '.', cell.size);
    const zh_sv whole = zh_sv_part(cell, 0, point == NULL ? cell.size : (size_t)(point - cell.data));
    if (!all_digits(whole)) return false;
    if (strcmp(format, "unix") == 0) return whole.size == 10;
    if (strcmp(format, "unix_ms") == 0) return whole.size == 13 && point == NULL;
    if (strcmp(format, "%Y%m%d") == 0) return cell.size == 8;
    if (strcmp(format, "%Y%m%d%H%M%S") == 0) return cell.size == 14;
    int64_t days = 0;
    for (size_t i = 0; i < whole.size && i < 6; i++) days = days * 10 + (whole.data[i] - '0');
    return whole.size == 5 && days >= SERIAL_MIN && days < SERIAL_MAX;
}

static void try_dates(zh_cell_profile *p, zh_sv cell)
{
    for (size_t f = 0; f < FORMATS; f++) {
        const uint64_t bit = UINT64_C(1) << f;
        int64_t ms;
        if ((p->date_tried & bit) == 0) continue;
        const bool fits = (!formats[f].is_number || plausible(cell, formats[f].text)) &&
                          zh_cell_time_read(cell, zh_sv_of(formats[f].text), zh_tz_utc(), &ms) == ZH_OK;
        if (fits) {
            p->date_back[f] += p->date_fits[f] > 0 && ms < p->date_last[f];
            p->date_last[f] = ms;
            p->date_fits[f]++;
        } else {
            const uint64_t misses = p->filled - p->date_fits[f];
            if (misses > MISSES_FREE && misses * SHARE > p->filled) p->date_tried &= ~bit;
        }
    }
}

static zh_currency sign_of(zh_sv cell)
{
    static const struct { zh_sv sign; const char *code; } signs[] = {
        { ZH_SV("¥"), "CNY" }, { ZH_SV("￥"), "CNY" }, { ZH_SV("元"), "CNY" }, { ZH_SV("£"), "GBP" }, { ZH_SV("€"), "EUR" }, { ZH_SV("$"), "USD" },
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (memmem(cell.data, cell.size, signs[i].sign.data, signs[i].sign.size) != NULL) return zh_currency_of(zh_sv_of(signs[i].code));
    return (zh_currency){ 0 };
}

static void try_numbers(zh_cell_profile *p, zh_sv cell)
{
    zh_cell_amount by_point, by_comma;
    int64_t whole;
    const bool point = zh_cell_amount_read(cell, '.', &by_point, NULL) == ZH_OK;
    const bool comma = zh_cell_amount_read(cell, ',', &by_comma, NULL) == ZH_OK;
    if (!point && !comma) return;
    p->amounts++;
    p->only_point += point && !comma;
    p->only_comma += comma && !point;
    p->negative += point ? by_point.text[0] == '-' : by_comma.text[0] == '-';
    p->whole += zh_cell_count_read(cell, point ? '.' : ',', &whole, NULL) == ZH_OK;
    if (p->sign.code == 0) p->sign = sign_of(cell);
}

static bool ends(zh_sv text, zh_sv end)
{
    return text.size >= end.size && zh_sv_equal(zh_sv_part(text, text.size - end.size, end.size), end);
}

static void try_texts(zh_cell_profile *p, zh_sv cell)
{
    static const zh_sv pictures[] = { ZH_SV(".jpg"), ZH_SV(".jpeg"), ZH_SV(".png"), ZH_SV(".webp"), ZH_SV(".gif"), ZH_SV(".avif") };
    static const zh_sv currencies[] = { ZH_SV("CNY"), ZH_SV("RMB"), ZH_SV("USD"), ZH_SV("EUR"), ZH_SV("GBP"), ZH_SV("JPY"), ZH_SV("HKD"), ZH_SV("TWD"),
                                        ZH_SV("MOP"), ZH_SV("KRW"), ZH_SV("SGD"), ZH_SV("AUD"), ZH_SV("CAD"), ZH_SV("CHF"), ZH_SV("SEK"), ZH_SV("INR") };
    bool digit = false, blank = false;
    if (zh_sv_starts(cell, ZH_SV("http://")) || zh_sv_starts(cell, ZH_SV("https://"))) {
        const char *query = memchr(cell.data, '?', cell.size);
        const zh_sv path = zh_sv_part(cell, 0, query == NULL ? cell.size : (size_t)(query - cell.data));
        p->addresses++;
        for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) p->pictures += ends(path, pictures[i]);
    }
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) p->currencies += zh_sv_equal(cell, currencies[i]);
    p->spoilt += zh_cell_id_spoilt(cell);
    for (size_t i = 0; i < cell.size; i++) {
        digit |= is_digit(cell.data[i]);
        blank |= cell.data[i] == ' ' || cell.data[i] == '\n';
    }
    p->identifiers += digit && !blank && cell.size <= 64;
}

static void keep_sample(zh_cell_profile *p, zh_sv cell)
{
    if (p->samples_count == ZH_CELL_SAMPLES) return;
    const zh_sv shown = zh_cell_shown(cell);
    for (uint32_t i = 0; i < p->samples_count; i++)
        if (zh_sv_equal(shown, zh_sv_of(p->samples[i]))) return;
    char *to = p->samples[p->samples_count++];
    assert(shown.size < ZH_CELL_SAMPLE_BYTES);
    memcpy(to, shown.data, shown.size);
    to[shown.size] = '\0';
}

void zh_cell_profile_put(zh_cell_profile *p, zh_sv cell)
{
    cell = zh_sv_trim(cell);
    if (cell.size == 0) {
        p->blank++;
        return;
    }
    p->filled++;
    keep_sample(p, cell);
    try_texts(p, cell);
    if (cell.size > 64) return; /* no number and no moment is longer */
    try_numbers(p, cell);
    if (p->date_tried != 0) try_dates(p, cell);
}

static bool nearly_all(uint64_t count, uint64_t of)
{
    return of > 0 && count * SHARE >= of * (SHARE - 1);
}

const char *zh_cell_kind_name(zh_cell_kind kind)
{
    static const char *const names[] = { "blank", "text", "whole", "amount", "date", "url", "currency" };
    return names[kind];
}

zh_cell_kind zh_cell_profile_kind(const zh_cell_profile *p)
{
    if (p->filled == 0) return ZH_CELL_BLANK;
    if (nearly_all(p->whole, p->filled)) return ZH_CELL_WHOLE;
    if (nearly_all(p->amounts, p->filled)) return ZH_CELL_AMOUNT;
    const zh_cell_date date = zh_cell_profile_date(p);
    if (date.format != NULL && !date.is_number) return ZH_CELL_DATE;
    if (nearly_all(p->addresses, p->filled)) return ZH_CELL_URL;
    if (nearly_all(p->currencies, p->filled)) return ZH_CELL_CURRENCY;
    return ZH_CELL_TEXT;
}

zh_cell_date zh_cell_profile_date(const zh_cell_profile *p)
{
    zh_cell_date date = { 0 };
    size_t best = FORMATS;
    for (size_t f = 0; f < FORMATS; f++)
        if (p->date_fits[f] > 0 && (best == FORMATS || p->date_fits[f] > p->date_fits[best])) best = f;
    if (best == FORMATS || !nearly_all(p->date_fits[best], p->filled)) return date;
    date = (zh_cell_date){ .format = formats[best].text, .fits = p->date_fits[best], .is_number = formats[best].is_number };
    const bool first = formats[best].has_other, second = best > 0 && formats[best - 1].has_other;
    if (!first && !second) return date;
    const size_t other = first ? best + 1 : best - 1;
    date.other = formats[other].text;
    date.day = ZH_CELL_DAY_SEEN;
    if (p->date_fits[other] < p->date_fits[best]) return date;
    const bool mine = p->date_back[best] == 0, theirs = p->date_back[other] == 0;
    date.day = mine == theirs ? ZH_CELL_DAY_EITHER : ZH_CELL_DAY_BY_ORDER;
    if (theirs && !mine) {
        date.format = formats[other].text;
        date.other = formats[best].text;
    }
    return date;
}
