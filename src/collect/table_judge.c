#include "collect/table_guess.h"

#include "collect/header_words.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct judge {
    const zh_table_guess *guess;
    const zh_column_map *map;
    zh_table_verdict *out;
} judge;

__attribute__((format(printf, 6, 7)))
static void say(judge *j, zh_table_level level, const char *code, zh_column is, uint64_t rows, const char *format, ...)
{
    zh_table_verdict *v = j->out;
    if (level == ZH_TABLE_ERROR) v->ready = false;
    if (v->problems_count == ZH_TABLE_PROBLEMS_MAX) return;
    zh_table_problem *p = &v->problems[v->problems_count++];
    *p = (zh_table_problem){ .level = level, .code = code, .is = is, .column = is == ZH_COLUMN_COUNT ? -1 : v->at[is], .rows = rows };
    va_list args;
    va_start(args, format);
    if (vsnprintf(p->detail, sizeof p->detail, format, args) < 0) p->detail[0] = '\0';
    va_end(args);
}

static const zh_cell_profile *cells_of(const judge *j, zh_column c)
{
    return j->out->at[c] < 0 ? NULL : zh_table_guess_profile(j->guess, (uint32_t)j->out->at[c]);
}

static const char *name_of(const judge *j, zh_column c)
{
    return j->map->names[c][0] != '\0' ? j->map->names[c] : zh_column_name(c);
}

/* Columns by the map's names, as zh_columns_bind does it, but all that is missing is said. */
static void find_all(judge *j)
{
    static const unsigned needed[ZH_COLUMN_COUNT] = {
#define X(name, text, tables, needs) needs,
        ZH_COLUMN_LIST(X)
#undef X
    };
    zh_sv names[ZH_COLUMN_TABLE_MAX];
    zh_columns columns;
    zh_note why = { "" };
    const uint32_t count = zh_table_guess_columns(j->guess);
    for (uint32_t i = 0; i < count; i++) names[i] = zh_table_guess_name(j->guess, i);
    const zh_err e = zh_columns_bind(j->map, names, count, &columns, &why);
    memcpy(j->out->at, columns.at, sizeof columns.at);
    bool missing = false;
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if ((needed[c] & j->map->table) == 0 || columns.at[c] >= 0) continue;
        missing = true;
        say(j, ZH_TABLE_ERROR, "missing_column", (zh_column)c, 0, "no column is chosen for %s", zh_column_name((zh_column)c));
    }
    const bool no_currency = j->map->table == ZH_TABLE_ORDERS && j->map->currency.code == 0 && columns.at[ZH_COLUMN_CURRENCY] < 0;
    if (no_currency) say(j, ZH_TABLE_ERROR, "no_currency", ZH_COLUMN_COUNT, 0, "no column says the currency: give one for all lines, such as CNY");
    if (e != ZH_OK && !missing && !no_currency) say(j, ZH_TABLE_ERROR, "header", ZH_COLUMN_COUNT, 0, "%.200s", why.text);
}

/* A table whose first line is a row of cells: its names look like numbers, moments or addresses. */
static void judge_header(judge *j)
{
    uint32_t data = 0;
    const uint32_t count = zh_table_guess_columns(j->guess);
    for (uint32_t i = 0; i < count; i++) {
        zh_cell_profile one = zh_cell_profile_open();
        zh_cell_profile_put(&one, zh_table_guess_name(j->guess, i));
        const zh_cell_kind kind = zh_cell_profile_kind(&one);
        data += kind == ZH_CELL_WHOLE || kind == ZH_CELL_AMOUNT || kind == ZH_CELL_DATE || kind == ZH_CELL_URL;
    }
    if (data > 0 && data * 2 >= count)
        say(j, ZH_TABLE_ERROR, "no_header", ZH_COLUMN_COUNT, 0, "the first line looks like data: write a first line that names the columns");
}

static void judge_ids(judge *j)
{
    static const zh_column ids[] = { ZH_COLUMN_ORDER_ID, ZH_COLUMN_CUSTOMER_ID, ZH_COLUMN_ITEM_ID };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const zh_cell_profile *cells = cells_of(j, ids[i]);
        if (cells == NULL) continue;
        if (cells->spoilt > 0)
            say(j, cells->spoilt == cells->filled ? ZH_TABLE_ERROR : ZH_TABLE_WARNING, "spoilt_ids", ids[i], cells->spoilt,
                "%s: %llu ids were made numbers by a spreadsheet (1.23457E+17) and their last digits are lost: export the column as text",
                name_of(j, ids[i]), (unsigned long long)cells->spoilt);
        if (cells->blank > 0 && ids[i] == ZH_COLUMN_CUSTOMER_ID)
            say(j, ZH_TABLE_NOTE, "guests", ids[i], cells->blank, "%llu lines have no customer: each is a guest of its order alone", (unsigned long long)cells->blank);
        else if (cells->blank > 0)
            say(j, ZH_TABLE_WARNING, "blank_ids", ids[i], cells->blank, "%s is blank in %llu lines: they are rejected", name_of(j, ids[i]), (unsigned long long)cells->blank);
    }
}

static void judge_amounts(judge *j)
{
    static const zh_column numbers[] = { ZH_COLUMN_QUANTITY, ZH_COLUMN_STOCK, ZH_COLUMN_UNIT_PRICE, ZH_COLUMN_PRICE, ZH_COLUMN_DISCOUNT };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const zh_cell_profile *cells = cells_of(j, numbers[i]);
        if (cells == NULL || cells->filled == 0) continue;
        const bool whole = i < 2;
        const uint64_t other_sign = j->map->decimal == ',' ? cells->only_point : cells->only_comma;
        const uint64_t good = whole ? cells->whole : cells->amounts - (other_sign < cells->amounts ? other_sign : cells->amounts);
        if (good < cells->filled)
            say(j, good == 0 ? ZH_TABLE_ERROR : ZH_TABLE_WARNING, whole ? "not_whole" : "not_amounts", numbers[i], cells->filled - good,
                "%s: %llu cells are no %s: these lines are rejected", name_of(j, numbers[i]), (unsigned long long)(cells->filled - good),
                whole ? "whole numbers" : j->map->decimal == ',' ? "amounts with ',' before the decimals" : "amounts with '.' before the decimals");
    }
    for (size_t i = 2; i < 4; i++)
        if (j->out->at[numbers[i]] >= 0 && zh_header_is_no_price(zh_table_guess_name(j->guess, (uint32_t)j->out->at[numbers[i]])))
            say(j, ZH_TABLE_WARNING, "sum_not_price", numbers[i], 0, "%s may be a sum, a discount or a fee: it is taken as the price of one piece", name_of(j, numbers[i]));
    const zh_cell_profile *quantity = cells_of(j, ZH_COLUMN_QUANTITY);
    if (quantity != NULL && quantity->negative > 0)
        say(j, ZH_TABLE_NOTE, "negative_quantities", ZH_COLUMN_QUANTITY, quantity->negative, "%llu lines have a quantity below 0: they are read as %s",
            (unsigned long long)quantity->negative, j->map->negative == ZH_NEGATIVE_REFUND ? "refunds" : j->map->negative == ZH_NEGATIVE_STOCK ? "corrections of stock" : "errors");
}

/* How many cells fit one of the formats of the map? Only what was tried is known. */
static bool fits_map(const judge *j, const char *format)
{
    if (j->map->dates_count == 0) return strcmp(format, "iso8601") == 0;
    for (uint32_t i = 0; i < j->map->dates_count; i++)
        if (strcmp(j->map->dates[i], format) == 0) return true;
    return false;
}

static void judge_dates(judge *j)
{
    const zh_cell_profile *cells = cells_of(j, ZH_COLUMN_ORDERED_AT);
    if (cells == NULL || cells->filled == 0) return;
    const char *name = name_of(j, ZH_COLUMN_ORDERED_AT);
    const zh_cell_date date = zh_cell_profile_date(cells);
    if (date.format == NULL && j->map->dates_count == 0) {
        say(j, ZH_TABLE_ERROR, "unknown_dates", ZH_COLUMN_ORDERED_AT, 0, "%s: the format of '%s' is not known: give one, such as %%d/%%m/%%Y %%H:%%M", name, cells->samples[0]);
        return;
    }
    if (date.format == NULL) return;
    const bool chosen = fits_map(j, date.format) || (date.other != NULL && fits_map(j, date.other));
    if (date.day == ZH_CELL_DAY_EITHER && !chosen)
        say(j, ZH_TABLE_ERROR, "ambiguous_dates", ZH_COLUMN_ORDERED_AT, 0, "%s: all %u dates may be %s or %s: no day is above 12 and the order of the lines does not tell; choose one",
            name, date.fits, date.format, date.other);
    else if (date.day == ZH_CELL_DAY_EITHER)
        say(j, ZH_TABLE_NOTE, "chosen_dates", ZH_COLUMN_ORDERED_AT, 0, "%s: the dates would also fit %s", name, fits_map(j, date.format) ? date.other : date.format);
    else if (!fits_map(j, date.format))
        say(j, ZH_TABLE_WARNING, "other_dates", ZH_COLUMN_ORDERED_AT, date.fits, "%s: %u cells look like %s, which is not the format of the map", name, date.fits, date.format);
    else if (date.day == ZH_CELL_DAY_SEEN || date.day == ZH_CELL_DAY_BY_ORDER)
        say(j, ZH_TABLE_NOTE, date.day == ZH_CELL_DAY_SEEN ? "day_seen" : "day_by_order", ZH_COLUMN_ORDERED_AT, 0,
            date.day == ZH_CELL_DAY_SEEN ? "%s: read as %s, as some days are above 12" : "%s: read as %s, as only so the lines are in order of time", name, date.format);
    if (date.fits < cells->filled)
        say(j, ZH_TABLE_WARNING, "bad_dates", ZH_COLUMN_ORDERED_AT, cells->filled - date.fits, "%s: %llu cells are no dates like the others: these lines are rejected", name,
            (unsigned long long)(cells->filled - date.fits));
    if (date.is_number && strcmp(date.format, "excel") == 0)
        say(j, ZH_TABLE_NOTE, "excel_dates", ZH_COLUMN_ORDERED_AT, 0, "%s: numbers such as %s are read as a spreadsheet's days", name, cells->samples[0]);
    const bool zoned = date.is_number && strncmp(date.format, "unix", 4) == 0;
    if (!zoned && j->map->zone[0] == '\0')
        say(j, ZH_TABLE_NOTE, "no_zone", ZH_COLUMN_ORDERED_AT, 0, "times without a zone are read as UTC: give one, such as Asia/Shanghai, where they are a shop's");
}

void zh_table_guess_judge(const zh_table_guess *guess, const zh_column_map *map, zh_table_verdict *out)
{
    judge j = { guess, map, out };
    out->problems_count = 0;
    out->ready = true;
    judge_header(&j);
    find_all(&j);
    const uint64_t odd = zh_table_guess_odd_rows(guess);
    if (odd > 0)
        say(&j, odd * 2 > zh_table_guess_rows(guess) ? ZH_TABLE_ERROR : ZH_TABLE_WARNING, "odd_rows", ZH_COLUMN_COUNT, odd,
            "%llu lines have another number of cells than the first: they are rejected; is the separator right?", (unsigned long long)odd);
    judge_ids(&j);
    judge_amounts(&j);
    if (map->table == ZH_TABLE_ORDERS) judge_dates(&j);
    if (map->table == ZH_TABLE_CATALOG && out->at[ZH_COLUMN_PRICE] >= 0 && out->at[ZH_COLUMN_CURRENCY] < 0 && map->currency.code == 0)
        say(&j, ZH_TABLE_ERROR, "no_currency", ZH_COLUMN_COUNT, 0, "prices need a currency: give one for all lines, such as CNY");
}

/* ---- the map as text ---- */

/* Always quoted: a name may be anything. */
static void put_quoted(zh_buf *out, zh_sv text)
{
    zh_buf_put_u8(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == '"' || c == '\\') zh_buf_put_u8(out, '\\');
        if (c == '\n') zh_buf_put(out, ZH_SV("\\n"));
        else if (c == '\t') zh_buf_put(out, ZH_SV("\\t"));
        else if ((unsigned char)c < ' ') zh_buf_put_u8(out, ' ');
        else zh_buf_put_u8(out, (uint8_t)c);
    }
    zh_buf_put(out, ZH_SV("\"\n"));
}

static void put_line(zh_buf *out, const char *key, zh_sv value)
{
    if (value.size == 0) return;
    zh_buf_put(out, zh_sv_of(key));
    zh_buf_put(out, ZH_SV(": "));
    put_quoted(out, value);
}

void zh_table_map_print(const zh_column_map *map, zh_buf *out)
{
    char currency[4];
    bool first = true;
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if (map->names[c][0] == '\0') continue;
        if (first) zh_buf_put(out, ZH_SV("columns:\n"));
        first = false;
        zh_buf_put(out, ZH_SV("  "));
        put_line(out, zh_column_name((zh_column)c), zh_sv_of(map->names[c]));
    }
    zh_currency_text(map->currency, currency);
    put_line(out, "currency", zh_sv_of(currency));
    put_line(out, "zone", zh_sv_of(map->zone));
    if (map->dates_count > 0) zh_buf_put(out, ZH_SV("dates:\n"));
    for (uint32_t i = 0; i < map->dates_count; i++) {
        zh_buf_put(out, ZH_SV("  - "));
        put_quoted(out, zh_sv_of(map->dates[i]));
    }
    if (map->decimal == ',') put_line(out, "decimal", ZH_SV(","));
    if (map->separator != 0) put_line(out, "separator", map->separator == '\t' ? ZH_SV("tab") : (zh_sv){ &map->separator, 1 });
    if (map->encoding == ZH_COLUMN_GB18030) put_line(out, "encoding", ZH_SV("gb18030"));
    if (map->encoding == ZH_COLUMN_UTF8) put_line(out, "encoding", ZH_SV("utf-8"));
    put_line(out, "cancel_prefix", zh_sv_of(map->cancel_prefix));
    if (map->negative != ZH_NEGATIVE_REFUND) put_line(out, "negative_quantity", map->negative == ZH_NEGATIVE_STOCK ? ZH_SV("stock") : ZH_SV("reject"));
    if (map->item_upper) put_line(out, "item_case", ZH_SV("upper"));
    if (map->five_digits) put_line(out, "product_code", ZH_SV("five-digits"));
    if (map->non_products_count > 0) zh_buf_put(out, ZH_SV("non_products:\n"));
    for (uint32_t i = 0; i < map->non_products_count; i++) {
        zh_buf_put(out, ZH_SV("  - "));
        put_quoted(out, zh_sv_of(map->non_products[i]));
    }
}
