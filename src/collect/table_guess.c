#include "collect/table_guess.h"

#include "collect/header_words.h"

#include <stdio.h>
#include <stdlib.h>

#define NAMES_BYTES_MAX (1u << 20) /* of a header */
#define FITS_MIN 60                /* a score below is taken only where the cells say the same */

typedef struct column {
    size_t name_at, name_size;
    zh_cell_profile cells;
} column;

struct zh_table_guess {
    column *columns;
    uint32_t count;
    uint64_t rows, odd_rows;
    zh_buf names;
};

/* ---- putting in ---- */

zh_err zh_table_guess_open(zh_table_guess **out, const zh_sv *header, uint32_t count)
{
    *out = NULL;
    if (count > ZH_COLUMN_TABLE_MAX) return ZH_RANGE;
    zh_table_guess *g = calloc(1, sizeof *g);
    if (g == NULL) return ZH_NOMEM;
    g->names = zh_buf_open(NAMES_BYTES_MAX);
    g->count = count;
    g->columns = calloc(count == 0 ? 1 : count, sizeof *g->columns);
    for (uint32_t i = 0; g->columns != NULL && i < count; i++) {
        const zh_sv name = zh_sv_trim(header[i]);
        g->columns[i] = (column){ .name_at = g->names.size, .name_size = name.size, .cells = zh_cell_profile_open() };
        zh_buf_put(&g->names, name);
    }
    const zh_err e = g->columns == NULL ? ZH_NOMEM : zh_buf_err(&g->names) == ZH_FULL ? ZH_RANGE : zh_buf_err(&g->names);
    if (e != ZH_OK) {
        zh_table_guess_close(g);
        return e;
    }
    *out = g;
    return ZH_OK;
}

void zh_table_guess_close(zh_table_guess *g)
{
    if (g == NULL) return;
    zh_buf_close(&g->names);
    free(g->columns);
    free(g);
}

void zh_table_guess_row(zh_table_guess *g, const zh_sv *fields, uint32_t count)
{
    g->rows++;
    if (count != g->count) {
        g->odd_rows++;
        return;
    }
    for (uint32_t i = 0; i < count; i++) zh_cell_profile_put(&g->columns[i].cells, fields[i]);
}

uint64_t zh_table_guess_rows(const zh_table_guess *g) { return g->rows; }
uint64_t zh_table_guess_odd_rows(const zh_table_guess *g) { return g->odd_rows; }
uint32_t zh_table_guess_columns(const zh_table_guess *g) { return g->count; }
const zh_cell_profile *zh_table_guess_profile(const zh_table_guess *g, uint32_t i) { return &g->columns[i].cells; }

zh_sv zh_table_guess_name(const zh_table_guess *g, uint32_t i)
{
    return zh_sv_part(zh_buf_view(&g->names), g->columns[i].name_at, g->columns[i].name_size);
}

/* ---- which column is what ---- */

static bool table_has(zh_table table, int c)
{
    static const unsigned tables[ZH_COLUMN_COUNT] = {
#define X(name, text, in, needed) in,
        ZH_COLUMN_LIST(X)
#undef X
    };
    return (tables[c] & table) != 0;
}

static bool table_needs(zh_table table, int c)
{
    static const unsigned needs[ZH_COLUMN_COUNT] = {
#define X(name, text, in, needed) needed,
        ZH_COLUMN_LIST(X)
#undef X
    };
    return (needs[c] & table) != 0;
}

static bool is_number(zh_cell_kind kind) { return kind == ZH_CELL_WHOLE || kind == ZH_CELL_AMOUNT; }

/* May cells of this kind be that column? Without a filled cell everything may. */
static bool may_be(const zh_cell_profile *cells, zh_column c)
{
    const zh_cell_kind kind = zh_cell_profile_kind(cells);
    if (kind == ZH_CELL_BLANK) return true;
    switch (c) {
    case ZH_COLUMN_QUANTITY:
    case ZH_COLUMN_STOCK: return kind == ZH_CELL_WHOLE;
    case ZH_COLUMN_UNIT_PRICE:
    case ZH_COLUMN_PRICE:
    case ZH_COLUMN_DISCOUNT: return is_number(kind);
    case ZH_COLUMN_ORDERED_AT: return zh_cell_profile_date(cells).format != NULL;
    case ZH_COLUMN_URL: return kind == ZH_CELL_URL;
    case ZH_COLUMN_IMAGE_URL: return kind == ZH_CELL_URL;
    case ZH_COLUMN_CURRENCY: return kind == ZH_CELL_CURRENCY;
    case ZH_COLUMN_ORDER_ID:
    case ZH_COLUMN_ITEM_ID: return kind != ZH_CELL_DATE && kind != ZH_CELL_URL;
    default: return true;
    }
}

typedef uint8_t scores[ZH_COLUMN_COUNT][ZH_COLUMN_TABLE_MAX]; /* of the names, where the cells allow it */

static uint8_t score(const zh_table_guess *g, uint32_t i, zh_column c)
{
    const zh_sv name = zh_table_guess_name(g, i);
    const bool price = c == ZH_COLUMN_UNIT_PRICE || c == ZH_COLUMN_PRICE;
    const int s = zh_header_score(name, c);
    if (s == 0 || !may_be(&g->columns[i].cells, c)) return 0;
    return price && s < ZH_HEADER_SURE && zh_header_is_no_price(name) ? 0 : (uint8_t)s;
}

/* The best pair first, so that a column with a sure name is not taken by one that only hints at it. */
static void by_names(const zh_table_guess *g, scores s, int32_t at[ZH_COLUMN_COUNT], bool *taken)
{
    for (;;) {
        int best = FITS_MIN - 1, best_c = -1;
        uint32_t best_i = 0;
        for (int c = 0; c < ZH_COLUMN_COUNT; c++)
            for (uint32_t i = 0; at[c] < 0 && i < g->count; i++) {
                if (taken[i] || s[c][i] <= best) continue;
                best = s[c][i];
                best_c = c;
                best_i = i;
            }
        if (best_c < 0) return;
        at[best_c] = (int32_t)best_i;
        taken[best_i] = true;
    }
}

/* Does the look of the cells alone say that it is this column? */
static bool looks_like(const zh_cell_profile *cells, zh_column c)
{
    const zh_cell_kind kind = zh_cell_profile_kind(cells);
    switch (c) {
    case ZH_COLUMN_ORDERED_AT: return kind == ZH_CELL_DATE;
    case ZH_COLUMN_CURRENCY: return kind == ZH_CELL_CURRENCY;
    case ZH_COLUMN_UNIT_PRICE:
    case ZH_COLUMN_PRICE: return kind == ZH_CELL_AMOUNT;
    case ZH_COLUMN_IMAGE_URL: return kind == ZH_CELL_URL && cells->pictures * 2 > cells->filled;
    case ZH_COLUMN_URL: return kind == ZH_CELL_URL && cells->pictures * 2 <= cells->filled;
    default: return false;
    }
}

/* Where a column is still missing, the only one that looks like it, or whose name hints at it. */
static void by_cells(const zh_table_guess *g, zh_table table, scores s, int32_t at[ZH_COLUMN_COUNT], bool *taken)
{
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        uint32_t fits = 0, last = 0;
        if (!table_has(table, c) || at[c] >= 0) continue;
        for (uint32_t i = 0; i < g->count; i++) {
            const bool other = (c == ZH_COLUMN_UNIT_PRICE || c == ZH_COLUMN_PRICE) && zh_header_is_no_price(zh_table_guess_name(g, i));
            const bool like = !taken[i] && !other && (looks_like(&g->columns[i].cells, (zh_column)c) || s[c][i] >= ZH_HEADER_HINT);
            fits += like;
            if (like) last = i;
        }
        if (fits != 1) continue;
        at[c] = (int32_t)last;
        taken[last] = true;
    }
}

static void find_columns(const zh_table_guess *g, zh_table table, int32_t at[ZH_COLUMN_COUNT])
{
    bool taken[ZH_COLUMN_TABLE_MAX] = { false };
    scores s = { { 0 } };
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        at[c] = -1;
        for (uint32_t i = 0; table_has(table, c) && i < g->count; i++) s[c][i] = score(g, i, (zh_column)c);
    }
    by_names(g, s, at, taken);
    by_cells(g, table, s, at, taken);
}

zh_table zh_table_guess_table(const zh_table_guess *g)
{
    int32_t at[ZH_COLUMN_COUNT];
    uint32_t needed = 0, found = 0;
    find_columns(g, ZH_TABLE_ORDERS, at);
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        needed += table_needs(ZH_TABLE_ORDERS, c);
        found += table_needs(ZH_TABLE_ORDERS, c) && at[c] >= 0;
    }
    const bool orders = at[ZH_COLUMN_ORDERED_AT] >= 0 || at[ZH_COLUMN_ORDER_ID] >= 0;
    if (orders && found * 2 > needed) return ZH_TABLE_ORDERS;
    find_columns(g, ZH_TABLE_CATALOG, at);
    return orders && at[ZH_COLUMN_ITEM_ID] < 0 ? ZH_TABLE_ORDERS : ZH_TABLE_CATALOG;
}

static void keep_name(zh_column_map *map, int c, zh_sv name)
{
    if (name.size == 0 || name.size > ZH_COLUMN_NAME_BYTES_MAX || memchr(name.data, 0, name.size) != NULL) return;
    memcpy(map->names[c], name.data, name.size);
    map->names[c][name.size] = '\0';
}

static void guess_decimal(const zh_table_guess *g, const int32_t at[ZH_COLUMN_COUNT], zh_column_map *map)
{
    static const zh_column amounts[] = { ZH_COLUMN_UNIT_PRICE, ZH_COLUMN_PRICE, ZH_COLUMN_DISCOUNT };
    uint64_t point = 0, comma = 0;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        if (at[amounts[i]] < 0) continue;
        const zh_cell_profile *cells = &g->columns[at[amounts[i]]].cells;
        point += cells->only_point;
        comma += cells->only_comma;
        if (map->currency.code == 0) map->currency = cells->sign;
    }
    map->decimal = comma > point ? ',' : '.';
}

void zh_table_guess_map(const zh_table_guess *g, zh_table table, const zh_table_given *given, zh_column_map *map)
{
    int32_t at[ZH_COLUMN_COUNT];
    *map = zh_column_map_of(table);
    find_columns(g, table, at);
    map->currency = given->currency;
    for (int c = 0; c < ZH_COLUMN_COUNT; c++)
        if (at[c] >= 0) keep_name(map, c, zh_table_guess_name(g, (uint32_t)at[c]));
    guess_decimal(g, at, map);
    if (given->zone.size > 0 && given->zone.size < sizeof map->zone) memcpy(map->zone, given->zone.data, given->zone.size);
    if (table != ZH_TABLE_ORDERS || at[ZH_COLUMN_ORDERED_AT] < 0) return;
    const zh_cell_date date = zh_cell_profile_date(&g->columns[at[ZH_COLUMN_ORDERED_AT]].cells);
    if (date.format == NULL || date.day == ZH_CELL_DAY_EITHER) return;
    map->dates_count = (uint32_t)(snprintf(map->dates[0], sizeof map->dates[0], "%s", date.format) > 0);
}
