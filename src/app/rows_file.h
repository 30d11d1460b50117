/* rows_file.h -- a small table of ids in a file: its rows one after the other, whatever divides the columns. */
#ifndef ZH_APP_ROWS_FILE_H
#define ZH_APP_ROWS_FILE_H
#include "base/csv.h"

#define ZH_ROWS_FILE_BYTES_MAX ((size_t)256 << 20)
#define ZH_ROWS_COLUMNS_MAX 8

/* Columns that may be there, by name ("user_id", also written userId, "User ID" …). The first is taken from the first place where the file
 * has no header, the second from the second, and so on. */
typedef struct zh_rows_desc {
    const char *const *columns;
    uint32_t count;          /* at most ZH_ROWS_COLUMNS_MAX */
    zh_err (*take)(void *context, const zh_sv *fields, uint64_t line, zh_note *why); /* fields[i] of columns[i]; empty where there is none */
    void *context;
} zh_rows_desc;

/* "-" is standard input. A damaged row ends it: ZH_FORMAT. Errors: those of the file and of take. */
ZH_MUST zh_err zh_rows_read(const char *path, const zh_rows_desc *desc, zh_note *why);

#endif
