#include "app/rows_file.h"
#include "sys/file.h"

#include <string.h>

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }
static bool is_mark(char c) { return c == '_' || c == ' ' || c == '-'; }

/* "User ID" is user_id. */
static bool same_name(zh_sv field, const char *column)
{
    size_t at = 0;
    for (; *column != '\0'; column++) {
        if (is_mark(*column)) continue;
        while (at < field.size && is_mark(field.data[at])) at++;
        if (at == field.size || lower(field.data[at++]) != *column) return false;
    }
    while (at < field.size && is_mark(field.data[at])) at++;
    return at == field.size;
}

/* Where each column stands, by the first row; false: that is no header, they stand as they are named. */
static bool read_header(const zh_rows_desc *desc, const zh_csv_row *row, int places[ZH_ROWS_COLUMNS_MAX])
{
    bool any = false;
    for (uint32_t c = 0; c < desc->count; c++) {
        places[c] = -1;
        for (uint32_t i = 0; i < row->count && places[c] < 0; i++)
            if (same_name(zh_sv_trim(row->fields[i]), desc->columns[c])) places[c] = (int)i;
        any |= places[c] >= 0;
    }
    if (any && places[0] >= 0) return true;
    for (uint32_t c = 0; c < desc->count; c++) places[c] = (int)c;
    return false;
}

static zh_err read_rows(zh_csv *csv, zh_sv text, const zh_rows_desc *desc, zh_note *why)
{
    int places[ZH_ROWS_COLUMNS_MAX];
    bool first = true;
    for (;;) {
        zh_csv_row row;
        size_t used;
        zh_err e = zh_csv_next(csv, text, true, &used, &row, why);
        text = zh_sv_part(text, used, SIZE_MAX);
        if (e == ZH_ABSENT) return ZH_OK;
        if (e != ZH_OK) return e;
        const bool is_header = first && read_header(desc, &row, places);
        first = false;
        if (is_header) continue;
        zh_sv fields[ZH_ROWS_COLUMNS_MAX] = { { 0 } };
        for (uint32_t c = 0; c < desc->count; c++)
            if (places[c] >= 0 && (uint32_t)places[c] < row.count) fields[c] = zh_sv_trim(row.fields[places[c]]);
        if ((e = desc->take(desc->context, fields, row.line, why)) != ZH_OK) return e;
    }
}

zh_err zh_rows_read(const char *path, const zh_rows_desc *desc, zh_note *why)
{
    zh_buf bytes = zh_buf_open(ZH_ROWS_FILE_BYTES_MAX);
    zh_csv *csv = NULL;
    zh_err e = zh_file_read(strcmp(path, "-") == 0 ? ZH_SV("/dev/stdin") : zh_sv_of(path), &bytes);
    if (e != ZH_OK) zh_note_set(why, "%s: %s: name a file that can be read", path, zh_err_text(e));
    if (e == ZH_OK) e = zh_csv_open(&csv, &(zh_csv_desc){ .separator = zh_csv_separator(zh_buf_view(&bytes)) });
    if (e == ZH_OK) e = read_rows(csv, zh_buf_view(&bytes), desc, why);
    zh_csv_close(csv);
    zh_buf_close(&bytes);
    return e;
}
