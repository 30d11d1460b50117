/* Goal: a column's cells are what they look like, and a date that could be read in two ways is only settled by another cell.
 * Method: columns of a few cells with the kind, format and decision expected. */
#include "collect/cell_profile.h"

#include "check.h"

#include <string.h>

static const struct { const char *name; const char *cells[6]; zh_cell_kind kind; const char *format; zh_cell_day day; } rows[] = {
    { "nothing", { "", " " }, ZH_CELL_BLANK, NULL, 0 },
    { "whole", { "1", "1,000", "-3", "4.0" }, ZH_CELL_WHOLE, NULL, 0 },
    { "amounts", { "1.50", "¥1,234.5", "3" }, ZH_CELL_AMOUNT, NULL, 0 },
    { "amounts with a comma", { "1,5", "1.234,50" }, ZH_CELL_AMOUNT, NULL, 0 },
    { "iso", { "2026-11-21", "2026-11-21T08:05:00Z" }, ZH_CELL_DATE, "iso8601", ZH_CELL_DAY_PLAIN },
    { "slashes", { "2026/1/2 8:05", "2026/12/31 23:59" }, ZH_CELL_DATE, "%Y/%m/%d %H:%M", ZH_CELL_DAY_PLAIN },
    { "chinese", { "2026年1月2日", "2026年12月31日" }, ZH_CELL_DATE, "%Y年%m月%d日", ZH_CELL_DAY_PLAIN },
    { "day first, seen", { "01/02/2024", "25/02/2024" }, ZH_CELL_DATE, "%d/%m/%Y", ZH_CELL_DAY_SEEN },
    { "month first, seen", { "01/02/2024", "02/25/2024" }, ZH_CELL_DATE, "%m/%d/%Y", ZH_CELL_DAY_SEEN },
    { "day first by order", { "11/02/2024", "12/02/2024", "01/03/2024" }, ZH_CELL_DATE, "%d/%m/%Y", ZH_CELL_DAY_BY_ORDER },
    { "month first by order", { "02/11/2024", "02/12/2024", "03/01/2024" }, ZH_CELL_DATE, "%m/%d/%Y", ZH_CELL_DAY_BY_ORDER },
    { "either", { "01/02/2024", "02/03/2024", "05/03/2024" }, ZH_CELL_DATE, "%d/%m/%Y", ZH_CELL_DAY_EITHER },
    { "either, no order", { "05/06/2024 08:00", "03/04/2024 07:00", "04/03/2024 09:00" }, ZH_CELL_DATE, "%d/%m/%Y %H:%M", ZH_CELL_DAY_EITHER },
    { "a dot is a day first", { "01.02.2024", "02.03.2024" }, ZH_CELL_DATE, "%d.%m.%Y", ZH_CELL_DAY_PLAIN },
    { "unix", { "1700000000", "1700000001" }, ZH_CELL_WHOLE, "unix", ZH_CELL_DAY_PLAIN },
    { "unix_ms", { "1700000000000" }, ZH_CELL_WHOLE, "unix_ms", ZH_CELL_DAY_PLAIN },
    { "a spreadsheet's days", { "45292.5", "45293" }, ZH_CELL_AMOUNT, "excel", ZH_CELL_DAY_PLAIN },
    { "digits", { "20240131", "20240201" }, ZH_CELL_WHOLE, "%Y%m%d", ZH_CELL_DAY_PLAIN },
    { "small numbers are no moments", { "1", "2", "45292" }, ZH_CELL_WHOLE, NULL, 0 },
    { "addresses", { "https://a.example/x", "http://b.example" }, ZH_CELL_URL, NULL, 0 },
    { "currencies", { "CNY", "USD" }, ZH_CELL_CURRENCY, NULL, 0 },
    { "words of three letters", { "red", "tea" }, ZH_CELL_TEXT, NULL, 0 },
    { "texts", { "a", "1" }, ZH_CELL_TEXT, NULL, 0 },
};

static zh_cell_profile of(const char *const *cells, size_t count)
{
    zh_cell_profile p = zh_cell_profile_open();
    for (size_t i = 0; i < count && cells[i] != NULL; i++) zh_cell_profile_put(&p, zh_sv_of(cells[i]));
    return p;
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_cell_profile p = of(rows[i].cells, 6);
        const zh_cell_date date = zh_cell_profile_date(&p);
        CHECK_ROW(zh_cell_profile_kind(&p) == rows[i].kind, rows[i].name);
        CHECK_ROW((date.format == NULL) == (rows[i].format == NULL), rows[i].name);
        if (rows[i].format == NULL) continue;
        CHECK_ROW(strcmp(date.format, rows[i].format) == 0, rows[i].name);
        CHECK_ROW(date.day == rows[i].day, rows[i].name);
    }
    /* One day above 12 far down settles the column; a few cells of rubbish do not spoil it. */
    zh_cell_profile p = zh_cell_profile_open();
    for (int i = 0; i < 4000; i++) zh_cell_profile_put(&p, i == 3999 ? ZH_SV("31/12/2023") : i % 100 == 50 ? ZH_SV("n/a") : ZH_SV("01/02/2024"));
    const zh_cell_date date = zh_cell_profile_date(&p);
    CHECK(strcmp(date.format, "%d/%m/%Y") == 0 && date.day == ZH_CELL_DAY_SEEN && date.fits == 3960);
    const char *const spoilt[] = { "1.23457E+17", "2.5E+12", "536365" };
    p = of(spoilt, 3);
    CHECK(p.spoilt == 2 && p.filled == 3 && p.samples_count == 3);
    const char *const signs[] = { "￥12.00", "￥1,000.00" };
    p = of(signs, 2);
    CHECK(p.sign.code == zh_currency_of(ZH_SV("CNY")).code && p.only_point == 2 && p.only_comma == 0);
    return 0;
}
