#include "app/analyze_show.h"
#include "base/utf8.h"

#include <math.h>

#define COLUMNS_MAX 24
#define CELL_BYTES 64

/* One value in few characters. */
static size_t print_cell(zh_json_value value, char out[CELL_BYTES])
{
    zh_sv text;
    bool flag;
    double real;
    int64_t whole;
    int size = 0;
    if (zh_json_text(value, &text)) size = snprintf(out, CELL_BYTES, "%.*s", (int)(text.size < CELL_BYTES ? text.size : CELL_BYTES - 1), text.data);
    else if (zh_json_int(value, &whole)) size = snprintf(out, CELL_BYTES, "%lld", (long long)whole);
    else if (zh_json_real(value, &real)) size = snprintf(out, CELL_BYTES, fabs(real) >= 1e5 && fabs(real) < 1e15 ? "%.2f" : "%.6g", real);
    else if (zh_json_bool(value, &flag)) size = snprintf(out, CELL_BYTES, "%s", flag ? "yes" : "no");
    else if (zh_json_is(value, ZH_JSON_ARRAY)) {
        for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it) && size < CELL_BYTES - 1;) {
            char one[CELL_BYTES];
            print_cell(it.value, one);
            size += snprintf(out + size, CELL_BYTES - (size_t)size, "%s%s", size == 0 ? "" : ", ", one);
        }
        if (size == 0) out[0] = '\0';
    } else size = snprintf(out, CELL_BYTES, "-");
    return size < CELL_BYTES ? (size_t)size : CELL_BYTES - 1;
}

/* Columns a terminal gives a text: one a code point, two for the wide ones of East Asia. */
static int width_of(const char *text)
{
    int width = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if ((*c & 0xC0) != 0x80) width += *c >= 0xE3 ? 2 : 1;
    return width;
}

static void put(FILE *to, const char *text, int width, bool right)
{
    const int pad = width - width_of(text) > 0 ? width - width_of(text) : 0;
    fprintf(to, right ? "%*s%s" : "%*s", pad * right, "", text);
    if (!right) fprintf(to, "%s%*s", text, pad, "");
}

static void show_table(FILE *to, zh_json_value rows, int indent)
{
    zh_sv names[COLUMNS_MAX];
    int widths[COLUMNS_MAX], columns = 0;
    bool right[COLUMNS_MAX];
    char cell[CELL_BYTES];
    zh_json_iter first = zh_json_walk(rows);
    if (!zh_json_next(&first)) return;
    for (zh_json_iter it = zh_json_walk(first.value); columns < COLUMNS_MAX && zh_json_next(&it); columns++) {
        names[columns] = it.key;
        widths[columns] = (int)it.key.size;
        right[columns] = zh_json_is(it.value, ZH_JSON_INT) || zh_json_is(it.value, ZH_JSON_REAL);
    }
    size_t shown = 0;
    for (zh_json_iter it = zh_json_walk(rows); shown < ZH_SHOW_ROWS_MAX && zh_json_next(&it); shown++)
        for (int c = 0; c < columns; c++) {
            print_cell(zh_json_get(it.value, names[c]), cell);
            if (width_of(cell) > widths[c]) widths[c] = width_of(cell);
        }
    fprintf(to, "%*s", indent, "");
    for (int c = 0; c < columns; c++) {
        snprintf(cell, sizeof cell, "%.*s", ZH_SV_ARG(names[c]));
        if (c > 0) fputs("  ", to);
        put(to, cell, c + 1 == columns && !right[c] ? 0 : widths[c], right[c]);
    }
    fputc('\n', to);
    shown = 0;
    for (zh_json_iter it = zh_json_walk(rows); shown < ZH_SHOW_ROWS_MAX && zh_json_next(&it); shown++) {
        fprintf(to, "%*s", indent, "");
        for (int c = 0; c < columns; c++) {
            print_cell(zh_json_get(it.value, names[c]), cell);
            if (c > 0) fputs("  ", to);
            put(to, cell, c + 1 == columns && !right[c] ? 0 : widths[c], right[c]);
        }
        fputc('\n', to);
    }
    if (zh_json_count(rows) > shown) fprintf(to, "%*s... %zu rows in all\n", indent, "", zh_json_count(rows));
}

static void show_list(FILE *to, zh_json_value list)
{
    char cell[CELL_BYTES];
    size_t shown = 0;
    for (zh_json_iter it = zh_json_walk(list); shown < ZH_SHOW_LIST_MAX && zh_json_next(&it); shown++) {
        print_cell(it.value, cell);
        fprintf(to, "%s%s", shown == 0 ? "" : "  ", cell);
    }
    if (zh_json_count(list) > shown) fprintf(to, "  ... %zu in all", zh_json_count(list));
    fputc('\n', to);
}

static bool has_objects(zh_json_value list)
{
    zh_json_iter it = zh_json_walk(list);
    return zh_json_next(&it) && zh_json_is(it.value, ZH_JSON_OBJECT);
}

static bool is_block(zh_json_value value)
{
    return zh_json_is(value, ZH_JSON_OBJECT) || (zh_json_is(value, ZH_JSON_ARRAY) && has_objects(value));
}

static void show_object(FILE *to, zh_json_value object, int indent)
{
    int width = 0;
    char cell[CELL_BYTES];
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);)
        if (!is_block(it.value) && (int)it.key.size > width) width = (int)it.key.size;
    if (width > 40) width = 40;
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        fprintf(to, "%*s", indent, "");
        if (!is_block(it.value)) {
            snprintf(cell, sizeof cell, "%.*s", ZH_SV_ARG(it.key));
            put(to, cell, width, false);
            fputs("  ", to);
            if (zh_json_is(it.value, ZH_JSON_ARRAY)) {
                show_list(to, it.value);
                continue;
            }
            print_cell(it.value, cell);
            fprintf(to, "%s\n", cell);
            continue;
        }
        fprintf(to, "%.*s\n", ZH_SV_ARG(it.key));
        if (zh_json_is(it.value, ZH_JSON_OBJECT)) show_object(to, it.value, indent + 2);
        else show_table(to, it.value, indent + 2);
    }
}

void zh_analyze_show(FILE *to, zh_json_value answer)
{
    show_object(to, answer, 0);
}
