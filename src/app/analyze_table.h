/* analyze_table.h -- a table in memory, whatever its separator and whether or not it has a header.
 *
 * A file may be plain, .gz or .zst. The first line decides the separator: the most frequent of
 * , ; tab | and, where none is there, runs of blanks. It is a header when none of its cells is a
 * number; `header` of the spec says otherwise. `columns` of the spec names a column for a role:
 * {"columns": {"customer": "buyer", "date": 3}}, by its header or its place from 1.
 *
 * Lifetimes   everything lies in the job's arena.
 * Cost        about 3 ns a byte; the text once, 16 bytes a cell. At most ZH_ANALYZE_FILE_BYTES_MAX.
 * Errors      a file that cannot be read, a damaged or ragged row, a cell of another kind: the job
 *             fails, with file, line and column.
 */
#ifndef ZH_APP_ANALYZE_TABLE_H
#define ZH_APP_ANALYZE_TABLE_H
#include "app/analyze.h"

typedef struct zh_table {
    zh_sv path;
    const zh_sv *names; /* [columns]; empty texts without a header */
    uint32_t columns;
    bool headed;
    uint64_t rows;
    const zh_sv *cells;    /* row by row, trimmed */
    const uint32_t *lines; /* of each row, from 1 */
} zh_table;

#define ZH_NO_COLUMN UINT32_MAX

/* The whole text of a file, decompressed. */
zh_sv zh_table_text(zh_analyze *job, zh_sv path);
bool zh_table_read(zh_analyze *job, zh_sv path, zh_table *out);
static inline zh_sv zh_table_cell(const zh_table *t, uint64_t row, uint32_t column)
{
    return t->cells[row * t->columns + column];
}
/* The column of a role: what `columns` of the spec says, else the first column with one of the names parted by
 * blanks (letter case, '_', '-' and blanks inside names do not matter). ZH_NO_COLUMN; a mistake where `required`. */
uint32_t zh_table_column(zh_analyze *job, const zh_table *t, const char *role, const char *names, bool required);
/* A finite number; in `missing` cells ("", "NA", "nan", "null") NaN where `may_miss`, else a mistake. */
double zh_table_real(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, bool may_miss);
/* A number in [least, most]. */
double zh_table_real_in(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column, double least, double most);
/* Days since 1970 of a cell like 2026-11-21, 20261121 or 2026-11-21 08:05:00; the time of day is dropped. */
int64_t zh_table_day(zh_analyze *job, const zh_table *t, uint64_t row, uint32_t column);

/* The same readers on any text: false where it is none. */
bool zh_text_real(zh_sv text, double *out);
bool zh_text_day(zh_sv text, int64_t *days);

#endif
