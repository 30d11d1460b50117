#include "app/analyze_table.h"
#include "base/csv.h"
#include "base/time.h"
#include "sys/input.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define NUMBER_BYTES_MAX 64 /* of a cell that is a number */
#define ROW_BYTES_MAX ((size_t)1 << 20) /* a row may be a series of its own */
#define COLUMNS_MAX 32768
#define ROWS_MAX ((uint64_t)UINT32_MAX) /* of lines[] */

zh_sv zh_table_text(zh_analyze *job, zh_sv path)
{
    if (job->failed != ZH_OK) return (zh_sv){ 0 };
    zh_input *input;
    zh_err e = zh_input_open(&input, path);
    if (e != ZH_OK) {
        zh_analyze_fail(job, ZH_IO, "cannot open %.*s: %s: check the path and the rights", ZH_SV_ARG(path), zh_err_text(e));
        return (zh_sv){ 0 };
    }
    zh_buf bytes = zh_buf_open(ZH_ANALYZE_FILE_BYTES_MAX);
    for (size_t got = 1; e == ZH_OK && got > 0 && zh_buf_err(&bytes) == ZH_OK;) {
        enum { CHUNK = 1 << 18 };
        char *room = zh_buf_room(&bytes, CHUNK);
        if (room == NULL) break;
        e = zh_input_read(input, room, CHUNK, &got);
        bytes.size -= CHUNK - (e == ZH_OK ? got : 0);
    }
    zh_input_close(input);
    if (e == ZH_OK) e = zh_buf_err(&bytes);
    zh_sv text = { 0 };
    if (e == ZH_FULL)
        zh_analyze_fail(job, ZH_FULL, "%.*s is over %zu MiB: analyse a part or a sample of it", ZH_SV_ARG(path), ZH_ANALYZE_FILE_BYTES_MAX >> 20);
    else if (e != ZH_OK) zh_analyze_fail(job, e, "cannot read %.*s: %s: the file may be cut or damaged", ZH_SV_ARG(path), zh_err_text(e));
    else if ((text = zh_arena_copy(job->arena, zh_buf_view(&bytes))).data == NULL)
        zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more, or analyse a part of %.*s", ZH_SV_ARG(path));
    zh_buf_close(&bytes);
    if (zh_sv_starts(text, ZH_SV("\xEF\xBB\xBF"))) text = zh_sv_part(text, 3, SIZE_MAX);
    return text;
}

bool zh_text_real(zh_sv text, double *out)
{
    char copy[NUMBER_BYTES_MAX];
    if (text.size == 0 || text.size >= sizeof copy) return false;
    for (size_t i = 0; i < text.size; i++) /* strtod would take hex, nan and infinity too */
        if (!isdigit((unsigned char)text.data[i]) && memchr("+-.eE", text.data[i], 5) == NULL) return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    char *end;
    *out = strtod(copy, &end);
    return *end == '\0' && isfinite(*out);
}

static bool missing(zh_sv cell)
{
    static const char *const words[] = { "", "na", "nan", "null", "none", "n/a" };
    char lower[8];
    if (cell.size >= sizeof lower) return false;
    for (size_t i = 0; i < cell.size; i++) lower[i] = (char)tolower((unsigned char)cell.data[i]);
    lower[cell.size] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(lower, words[i]) == 0) return true;
    return false;
}

bool zh_text_day(zh_sv text, int64_t *days)
{
    zh_civil civil;
    bool zoned;
    int32_t offset_s;
    if (text.size == 8) { /* 20261121 */
        unsigned parts[8];
        for (size_t i = 0; i < 8; i++)
            if (isdigit((unsigned char)text.data[i])) parts[i] = (unsigned)(text.data[i] - '0');
            else return false;
        civil = (zh_civil){ .year = (int32_t)(1000 * parts[0] + 100 * parts[1] + 10 * parts[2] + parts[3]),
                            .month = (uint8_t)(10 * parts[4] + parts[5]), .day = (uint8_t)(10 * parts[6] + parts[7]) };
        if (!zh_civil_valid(&civil) || civil.year < 1000) return false;
    } else if (zh_time_parse_civil(text, &civil, &zoned, &offset_s) != ZH_OK) return false;
    *days = zh_days_of(civil.year, civil.month, civil.day);
    return true;
}

/* ---- reading ---- */

typedef struct reading {
    zh_analyze *job;
    zh_buf cells, lines;
    uint32_t columns;
    uint64_t rows;
    zh_table *table;
} reading;

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Other control characters are a part of what somebody wrote. */
static zh_sv without_blanks(zh_sv cell)
{
    while (cell.size > 0 && is_blank(cell.data[0])) cell.data++, cell.size--;
    while (cell.size > 0 && is_blank(cell.data[cell.size - 1])) cell.size--;
    return cell;
}

static void take_row(reading *r, const zh_sv *fields, uint32_t count, uint64_t line)
{
    zh_analyze *job = r->job;
    if (r->columns == 0) r->columns = count;
    if (count != r->columns)
        zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %llu: %u cells where the first line has %u: correct the line", ZH_SV_ARG(r->table->path),
                        (unsigned long long)line, count, r->columns);
    for (uint32_t i = 0; i < count; i++) {
        const zh_sv cell = without_blanks(fields[i]);
        zh_buf_put(&r->cells, (zh_sv){ (const char *)&cell, sizeof cell });
    }
    zh_buf_put_u32(&r->lines, (uint32_t)line);
    r->rows++;
}

static void read_blanks(reading *r, zh_sv text)
{
    zh_sv *fields = ZH_ROOM(r->job, zh_sv, COLUMNS_MAX);
    uint64_t line = 0;
    for (size_t at = 0; fields != NULL && at < text.size && r->job->failed == ZH_OK;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        const size_t stop = end == NULL ? text.size : (size_t)(end - text.data);
        uint32_t count = 0;
        line++;
        while (at < stop) {
            while (at < stop && (unsigned char)text.data[at] <= ' ') at++;
            const size_t from = at;
            while (at < stop && (unsigned char)text.data[at] > ' ') at++;
            if (at > from && count < COLUMNS_MAX) fields[count++] = zh_sv_part(text, from, at - from);
        }
        at = stop + 1;
        if (count > 0) take_row(r, fields, count, line);
    }
}

static void read_separated(reading *r, zh_sv text, char separator)
{
    zh_analyze *job = r->job;
    zh_csv *csv;
    if (zh_csv_open(&csv, &(zh_csv_desc){ .separator = separator, .row_bytes_max = ROW_BYTES_MAX, .fields_max = COLUMNS_MAX }) != ZH_OK) {
        zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
        return;
    }
    const char *const first = text.data, *const last = text.data + text.size;
    zh_sv *kept = ZH_ROOM(job, zh_sv, COLUMNS_MAX);
    while (job->failed == ZH_OK) {
        size_t used;
        zh_csv_row row;
        zh_note why = { "" };
        const zh_err e = zh_csv_next(csv, text, true, &used, &row, &why);
        text = zh_sv_part(text, used, SIZE_MAX);
        if (e == ZH_ABSENT) break;
        if (e != ZH_OK) {
            zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %llu: %s: correct the line", ZH_SV_ARG(r->table->path), (unsigned long long)row.line, why.text);
            break;
        }
        for (uint32_t i = 0; i < row.count; i++) { /* a field with "" in it is the reader's, the others lie in the text */
            const zh_sv f = row.fields[i];
            kept[i] = f.size == 0 || (f.data >= first && f.data < last) ? f : zh_arena_copy(job->arena, f);
            if (f.size > 0 && kept[i].data == NULL) zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
        }
        take_row(r, kept, row.count, row.line);
    }
    zh_csv_close(csv);
}

static bool looks_like_header(const zh_sv *cells, uint32_t columns)
{
    double number;
    int64_t day;
    for (uint32_t i = 0; i < columns; i++)
        if (zh_text_real(cells[i], &number) || zh_text_day(cells[i], &day)) return false;
    return true;
}

/* Move what was read to the arena and part the header off. */
static void settle(reading *r)
{
    zh_analyze *job = r->job;
    zh_table *t = r->table;
    if (zh_buf_err(&r->cells) != ZH_OK || zh_buf_err(&r->lines) != ZH_OK || r->rows >= ROWS_MAX)
        zh_analyze_fail(job, ZH_NOMEM, "%.*s is too large for this machine's memory: analyse a part of it", ZH_SV_ARG(t->path));
    if (job->failed == ZH_OK && r->rows == 0)
        zh_analyze_fail(job, ZH_ABSENT, "%.*s is empty: give a file with at least one row", ZH_SV_ARG(t->path));
    if (job->failed != ZH_OK) return;
    const zh_sv cells = zh_arena_copy(job->arena, zh_buf_view(&r->cells)), lines = zh_arena_copy(job->arena, zh_buf_view(&r->lines));
    zh_sv *nameless = ZH_ROOM(job, zh_sv, r->columns);
    if (cells.data == NULL || lines.data == NULL || nameless == NULL) {
        zh_analyze_fail(job, ZH_NOMEM, "out of memory: give this machine more");
        return;
    }
    t->cells = (const zh_sv *)(const void *)cells.data;
    t->lines = (const uint32_t *)(const void *)lines.data;
    t->columns = r->columns;
    t->rows = r->rows;
    t->names = nameless;
    t->headed = zh_spec_flag(job, "header", looks_like_header(t->cells, t->columns));
    if (!t->headed) return;
    t->names = t->cells;
    t->cells += t->columns;
    t->lines++;
    t->rows--;
    if (t->rows == 0) zh_analyze_fail(job, ZH_ABSENT, "%.*s has a header and no rows: give a file with data", ZH_SV_ARG(t->path));
}

bool zh_table_read(zh_analyze *job, zh_sv path, zh_table *out)
{
    *out = (zh_table){ .path = path };
    const zh_sv text = zh_table_text(job, path);
    if (job->failed != ZH_OK) return false;
    reading r = { .job = job, .table = out, .cells = zh_buf_open(ZH_ANALYZE_BYTES_MAX), .lines = zh_buf_open(ZH_ANALYZE_BYTES_MAX) };
    const char separator = zh_csv_separator(text);
    const char *end = text.size == 0 ? NULL : memchr(text.data, '\n', text.size);
    const zh_sv line = zh_sv_trim(zh_sv_part(text, 0, end == NULL ? text.size : (size_t)(end - text.data)));
    const bool separated = line.size > 0 && (memchr(line.data, separator, line.size) != NULL || memchr(line.data, ' ', line.size) == NULL);
    if (separated) read_separated(&r, text, separator);
    else read_blanks(&r, text);
    settle(&r);
    zh_buf_close(&r.cells);
    zh_buf_close(&r.lines);
    return job->failed == ZH_OK;
}

/* ---- columns and cells ---- */

/* Names without case and parting: "Customer ID" is "customer_id". */
static bool same_name(zh_sv a, zh_sv b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.size && strchr("_- .", a.data[i]) != NULL) i++;
        while (j < b.size && strchr("_- .", b.data[j]) != NULL) j++;
        if (i == a.size || j == b.size) return i == a.size && j == b.size;
        if (tolower((unsigned char)a.data[i++]) != tolower((unsigned char)b.data[j++])) return false;
    }
}

static uint32_t named(const zh_table *t, zh_sv name)
{
    for (uint32_t i = 0; t->headed && i < t->columns; i++)
        if (same_name(t->names[i], name)) return i;
    return ZH_NO_COLUMN;
}

static uint32_t declared(zh_analyze *job, const zh_table *t, const char *key)
{
    zh_sv text = { 0 };
    const zh_json_value value = zh_spec_get(job, key);
    if (!zh_json_text(value, &text)) return (uint32_t)zh_spec_count(job, key, 1, t->columns, 1) - 1;
    const uint32_t column = named(t, text);
    if (column == ZH_NO_COLUMN) zh_analyze_fail(job, ZH_ABSENT, "%.*s has no column '%.*s': correct '%s'", ZH_SV_ARG(t->path), ZH_SV_ARG(text), key);
    return column;
}

uint32_t zh_table_column(zh_analyze *job, const zh_table *t, const char *role, const char *names, bool required)
{
    if (job->failed != ZH_OK) return ZH_NO_COLUMN;
    char key[64];
    snprintf(key, sizeof key, "columns.%s", role);
    if (zh_spec_has(job, key)) return declared(job, t, key);
    for (const char *at = names; *at != '\0';) {
        const size_t size = strcspn(at, " ");
        const uint32_t column = named(t, (zh_sv){ at, size });
        if (column != ZH_NO_COLUMN) return column;
        at += size + (at[size] == ' ');
    }
    if (required)
        zh_analyze_fail(job, ZH_ABSENT, "%.*s has no column for '%s': name it %s, or give --param 'columns={\"%s\": NAME-OR-PLACE}'", ZH_SV_ARG(t->path), role, names, role);
    return ZH_NO_COLUMN;
}

static void complain(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, const char *what)
{
    const zh_sv cell = zh_table_cell(t, row, column), shown = zh_sv_part(cell, 0, 40);
    const zh_sv name = t->names[column];
    if (name.size > 0)
        zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u, column '%.*s': '%.*s' %s: correct the cell or leave the row out", ZH_SV_ARG(t->path), t->lines[row],
                        ZH_SV_ARG(name), ZH_SV_ARG(shown), what);
    else
        zh_analyze_fail(job, ZH_CORRUPT, "%.*s, line %u, column %u: '%.*s' %s: correct the cell or leave the row out", ZH_SV_ARG(t->path), t->lines[row], column + 1,
                        ZH_SV_ARG(shown), what);
}

double zh_table_real(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, bool may_miss)
{
    double number = 0;
    const zh_sv cell = zh_table_cell(t, row, column);
    if (zh_text_real(cell, &number)) return number;
    if (may_miss && missing(cell)) return NAN;
    complain(job, t, row, column, "is no number");
    return 0;
}

double zh_table_real_in(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, double least, double most)
{
    const double number = zh_table_real(job, t, row, column, false);
    char what[80];
    if (job->failed != ZH_OK || (number >= least && number <= most)) return number;
    if (most >= 1e300) snprintf(what, sizeof what, "is below %.10g", least);
    else snprintf(what, sizeof what, "is not from %.10g to %.10g", least, most);
    complain(job, t, row, column, what);
    return least;
}

int64_t zh_table_day(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column)
{
    int64_t days = 0;
    if (!zh_text_day(zh_table_cell(t, row, column), &days)) complain(job, t, row, column, "is no date like 2026-11-21");
    return days;
}
