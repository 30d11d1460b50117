/* Goal: a cell has one meaning or none; what people and spreadsheets write is read, and never guessed.
 * Method: tables of forms and traps; random amounts printed with groups and read back. */
#include "collect/cell.h"

#include "core/money.h"

#include "check.h"

static const struct { const char *cell, *want; char decimal; } amounts[] = { /* want NULL: refused */
    { "2.55", "2.55", '.' }, { "0", "0", '.' }, { "-11062.06", "-11062.06", '.' }, { "+3", "3", '.' },
    { "1,234.50", "1234.50", '.' }, { "1,234,567", "1234567", '.' }, { "1.234,50", "1234.50", ',' }, { "1 234,5", "1234.5", ',' },
    { "1\xC2\xA0" "234,5", "1234.5", ',' }, { "1'234.5", "1234.5", '.' },
    { "\xC2\xA5" "12.80", "12.80", '.' }, { "\xEF\xBF\xA5 12.80", "12.80", '.' }, { "12.80\xE5\x85\x83", "12.80", '.' },
    { "$1,000", "1000", '.' }, { "-$5", "-5", '.' }, { "$-5", "-5", '.' }, { "5 \xE2\x82\xAC", "5", '.' },
    { "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x8E\xEF\xBC\x95", "12.5", '.' }, /* full width 12.5 */
    { "\xEF\xBC\x91\xEF\xBC\x8C\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90", "1000", '.' },
    { "\xE2\x88\x92" "3.5", "-3.5", '.' },
    { ".5", "0.5", '.' }, { "5.", "5", '.' }, { "007.50", "7.50", '.' }, { "000", "0", '.' }, { "-00.1", "-0.1", '.' },
    { " 4 ", "4", '.' },
    { "", NULL, '.' }, { "-", NULL, '.' }, { ".", NULL, '.' }, { "abc", NULL, '.' }, { "1e3", NULL, '.' }, { "1.5E-05", NULL, '.' },
    { "12,34", NULL, '.' }, { "1234,567", NULL, '.' }, { "1,23,456", NULL, '.' }, { "1,", NULL, '.' }, { ",123", NULL, '.' },
    { "1.2.3", NULL, '.' }, { "1 234,567", NULL, '.' }, { "1.50", NULL, ',' }, { "--5", NULL, '.' }, { "5-", NULL, '.' },
    { "NaN", NULL, '.' }, { "0x10", NULL, '.' }, { "1/2", NULL, '.' }, { "\xFF", NULL, '.' }, { "\xEF\xBC", NULL, '.' },
    { "123456789012345678901234567890123456789012345", NULL, '.' },
};

static const struct { const char *cell; int64_t want; zh_err e; } counts[] = {
    { "6", 6, ZH_OK }, { "-9360", -9360, ZH_OK }, { "1,000", 1000, ZH_OK }, { "6.0", 6, ZH_OK }, { "6.", 6, ZH_OK },
    { "\xEF\xBC\x93", 3, ZH_OK }, { "1000000000000000", 1000000000000000, ZH_OK }, { "-0", 0, ZH_OK },
    { "1.5", 0, ZH_FORMAT }, { "", 0, ZH_FORMAT }, { "six", 0, ZH_FORMAT }, { "1000000000000001", 0, ZH_RANGE },
    { "99999999999999999999999999", 0, ZH_RANGE },
};

static const struct { const char *cell, *format, *want; } times[] = { /* want: ISO, or NULL refused; in UTC */
    { "2010-12-01 08:26:00", "%Y-%m-%d %H:%M:%S", "2010-12-01T08:26:00.000Z" },
    { "01/12/2010 8:26", "%d/%m/%Y %H:%M", "2010-12-01T08:26:00.000Z" },
    { "1/2/2011 8:05", "%m/%d/%Y %H:%M", "2011-01-02T08:05:00.000Z" },
    { "01-Dec-10", "%d-%b-%y", "2010-12-01T00:00:00.000Z" }, { "december 1 2010", "%b %d %Y", "2010-12-01T00:00:00.000Z" },
    { "5/4/99", "%d/%m/%y", "1999-04-05T00:00:00.000Z" },
    { "2026-11-21  12:00:01 AM", "%Y-%m-%d %I:%M:%S %p", "2026-11-21T00:00:01.000Z" },
    { "2026-11-21 12:30 pm", "%Y-%m-%d %I:%M %p", "2026-11-21T12:30:00.000Z" },
    { "20261121080501.25+0800", "%Y%m%d%H%M%S.%f%z", "2026-11-21T00:05:01.250Z" },
    { "2026\xE5\xB9\xB4" "11\xE6\x9C\x88" "21\xE6\x97\xA5", "%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5", "2026-11-21T00:00:00.000Z" },
    { "100% 2026-11-21", "100%% %Y-%m-%d", "2026-11-21T00:00:00.000Z" },
    { "2026-06-30 23:59:60", "%Y-%m-%d %H:%M:%S", "2026-06-30T23:59:59.999Z" },
    { "2026-11-21T20:00+08:00", "iso8601", "2026-11-21T12:00:00.000Z" }, { "2026-11-21", "iso8601", "2026-11-21T00:00:00.000Z" },
    { "1291191960", "unix", "2010-12-01T08:26:00.000Z" }, { "1291191960.5", "unix", "2010-12-01T08:26:00.500Z" },
    { "1291191960000", "unix_ms", "2010-12-01T08:26:00.000Z" },
    { "40513.3513888889", "excel", "2010-12-01T08:26:00.000Z" }, { "40513", "excel", "2010-12-01T00:00:00.000Z" },
    { "40513.99999999", "excel", "2010-12-02T00:00:00.000Z" },
    { "31/12/2010", "%m/%d/%Y", NULL }, { "2011-02-29", "%Y-%m-%d", NULL }, { "2010-12-01 25:00", "%Y-%m-%d %H:%M", NULL },
    { "2010-12-01 8", "%Y-%m-%d", NULL }, { "2010-12", "%Y-%m-%d", NULL }, { "", "%Y-%m-%d", NULL }, { "10-12-01", "%Y-%m-%d", NULL },
    { "1/12/2010", "iso8601", NULL }, { "2010-12-01 13:00 PM", "%Y-%m-%d %I:%M %p", NULL },
    { "40513", "iso8601", NULL }, { "1.2.3", "excel", NULL }, { "abc", "unix", NULL }, { "-5", "unix", NULL }, { "9999999", "excel", NULL },
    { "1960-01-01", "%Y-%m-%d", NULL }, { "2201-01-01", "iso8601", NULL },
};

static const struct { const char *format; bool good; } formats[] = {
    { "%Y-%m-%d", true }, { "%d.%m.%y %H:%M", true }, { "%d %b %Y", true }, { "iso8601", true }, { "unix", true }, { "excel", true },
    { "", false }, { "%H:%M", false }, { "%Y-%m", false }, { "%Y-%m-%d %Q", false }, { "%Y-%m-%d %", false }, { "YYYY-MM-DD", false },
    { "%Y-%m-%d 3456789012345678901234567890123456789012345", false },
};

static const struct { const char *cell; bool spoilt; const char *whole; } ids[] = {
    { "1.23457E+17", true, "1.23457E+17" }, { "1E+05", true, "1E+05" }, { "-1.2e+20", true, "-1.2e+20" },
    { "536365", false, "536365" }, { "79E3", false, "79E3" }, { "1.5E-3", false, "1.5E-3" }, { "E+5", false, "E+5" }, { "1E+5A", false, "1E+5A" },
    { "", false, "" }, { "-", false, "-" }, { "1E+", false, "1E+" },
    { "17850.0", false, "17850" }, { "17850.000", false, "17850" }, { "17850.", false, "17850." }, { "17850.5", false, "17850.5" },
    { "1.0.0", false, "1.0.0" }, { ".0", false, ".0" }, { "A1.0", false, "A1.0" },
};

static void random_amounts_come_back(uint64_t *seed)
{
    for (int i = 0; i < 20000; i++) {
        const int64_t cents = (int64_t)(test_random(seed) % 1000000000000) >> (test_random(seed) % 40);
        char plain[32], grouped[48];
        size_t size = 0;
        const int digits = snprintf(plain, sizeof plain, "%lld", (long long)(cents / 100));
        for (int d = 0; d < digits; d++) {
            if (d > 0 && (digits - d) % 3 == 0) grouped[size++] = ',';
            grouped[size++] = plain[d];
        }
        size += (size_t)snprintf(grouped + size, sizeof grouped - size, ".%02d", (int)(cents % 100));
        zh_cell_amount amount;
        int64_t minor;
        CHECK_ROW(zh_cell_amount_read((zh_sv){ grouped, size }, '.', &amount, NULL) == ZH_OK, grouped);
        CHECK(zh_money_parse((zh_sv){ amount.text, amount.size }, 2, &minor) == ZH_OK);
        CHECK_ROW(minor == cents, grouped);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_note why = { "" };
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        zh_cell_amount amount;
        const zh_err e = zh_cell_amount_read(zh_sv_of(amounts[i].cell), amounts[i].decimal, &amount, &why);
        CHECK_ROW((e == ZH_OK) == (amounts[i].want != NULL), amounts[i].cell);
        CHECK_ROW(e != ZH_OK || zh_sv_equal((zh_sv){ amount.text, amount.size }, zh_sv_of(amounts[i].want)), amounts[i].cell);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t count = -77;
        CHECK_ROW(zh_cell_count_read(zh_sv_of(counts[i].cell), '.', &count, &why) == counts[i].e, counts[i].cell);
        CHECK_ROW(counts[i].e != ZH_OK || count == counts[i].want, counts[i].cell);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms;
        char text[ZH_TIME_TEXT_BYTES];
        CHECK_ROW(zh_cell_format_check(zh_sv_of(times[i].format), &why), times[i].format);
        const zh_err e = zh_cell_time_read(zh_sv_of(times[i].cell), zh_sv_of(times[i].format), zh_tz_utc(), &ms);
        CHECK_ROW((e == ZH_OK) == (times[i].want != NULL), times[i].cell);
        if (e != ZH_OK) continue;
        (void)zh_time_print(ms, text);
        CHECK_ROW(strcmp(text, times[i].want) == 0, times[i].cell);
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        CHECK_ROW(zh_cell_format_check(zh_sv_of(formats[i].format), &why) == formats[i].good, formats[i].format);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        CHECK_ROW(zh_cell_id_spoilt(zh_sv_of(ids[i].cell)) == ids[i].spoilt, ids[i].cell);
        CHECK_ROW(zh_sv_equal(zh_cell_id_whole(zh_sv_of(ids[i].cell)), zh_sv_of(ids[i].whole)), ids[i].cell);
    }
    random_amounts_come_back(&seed);
    return 0;
}
