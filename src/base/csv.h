/* csv.h -- a table as text: rows out of bytes, and fields back into bytes.
 *
 * RFC 4180 as real shops write it. A quoted field may hold separators, line breaks and "" for a
 * quote; a quote inside a field that does not begin with one is data. Rows end with LF or CR LF;
 * blank lines are no rows; a byte order mark at the very front is skipped.
 *
 *     for (;;) {
 *         e = zh_csv_next(csv, window, at_the_end, &used, &row, &why);
 *         window = zh_sv_part(window, used, SIZE_MAX);
 *         if (e == ZH_ABSENT) { read more behind the window, or stop at the end }
 *         ...
 *     }
 *
 * Guarantees  how the text is cut into windows does not matter. A damaged row (an open quote, text
 *             behind a closing quote, too many bytes or fields) costs its first line, and reading
 *             goes on at the next one: one stray quote never swallows a file. Every line that is
 *             not blank belongs to exactly one row, good or damaged.
 * Lifetimes   the fields of a row are valid until the next call, as long as the window is.
 * Cost        about 1 ns a byte; no copy but of fields with "" in them.
 * Threads     one reader, one thread.
 * Source      RFC 4180.
 */
#ifndef ZH_BASE_CSV_H
#define ZH_BASE_CSV_H
#include "base/buf.h"
#include "base/note.h"

#define ZH_CSV_ROW_BYTES 65536 /* default of row_bytes_max: a text with its HTML has 30 KB */
#define ZH_CSV_FIELDS 1024     /* default of fields_max: the widest exports have some 100 columns */

typedef struct zh_csv zh_csv;

typedef struct zh_csv_desc {
    char separator;       /* 0: ',' */
    size_t row_bytes_max; /* 0: ZH_CSV_ROW_BYTES */
    uint32_t fields_max;  /* 0: ZH_CSV_FIELDS */
} zh_csv_desc;

typedef struct zh_csv_row {
    const zh_sv *fields; /* without their quotes */
    uint32_t count;      /* at least 1; 0 in a damaged row */
    uint64_t line;       /* of its first line, from 1 */
    zh_sv raw;           /* as written, without its line end; of a damaged row its first line,
                          * cut to row_bytes_max. Valid as long as the window is */
} zh_csv_row;

ZH_MUST zh_err zh_csv_open(zh_csv **out, const zh_csv_desc *desc); /* you close; ZH_NOMEM */
void zh_csv_close(zh_csv *csv);

/* The next row of `text`, which begins where the last call's *used ended; `last` says that nothing
 * comes behind it. *used is always set. A window of row_bytes_max + 2 bytes always makes progress.
 * ZH_ABSENT: no whole row is left here. ZH_FORMAT a damaged row, ZH_RANGE one over a maximum: *row
 * has its line and raw text and `why` the reason; go on as after a good one. ZH_NOMEM. */
ZH_MUST zh_err zh_csv_next(zh_csv *csv, zh_sv text, bool last, size_t *used, zh_csv_row *row,
                           zh_note *why);

/* The separator among , ; tab and | that the first line of `text` has most often outside quotes;
 * ',' for none. */
char zh_csv_separator(zh_sv text);

/* Append one field; `first` in its row or behind a separator. Quoted only where it must be. */
void zh_csv_put(zh_buf *out, zh_sv field, char separator, bool first);
/* The same for a table that people open: what a spreadsheet would take for a formula gets an apostrophe before it, so it does
 * not come back as it was. A number is put with zh_csv_put. Source: OWASP, CSV Injection. */
void zh_csv_put_shown(zh_buf *out, zh_sv field, char separator, bool first);
/* End the row. A row of one empty field is written as "" so that it is no blank line. */
void zh_csv_put_row(zh_buf *out, const zh_sv *fields, uint32_t count, char separator);

#endif
