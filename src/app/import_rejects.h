/* import_rejects.h -- lines that an import refused, with the reason, as a CSV file of mode 0600.
 *
 * The file is made when the first line comes: where it was asked for, else FILE.rejects.csv beside the
 * file, else the same name here. An import that goes on after an interruption goes on in its file.
 */
#ifndef ZH_APP_IMPORT_REJECTS_H
#define ZH_APP_IMPORT_REJECTS_H
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"

#define ZH_IMPORT_PATH_BYTES_MAX 4096

typedef struct zh_import_rejects {
    zh_sv given;                         /* empty: beside each file */
    char path[ZH_IMPORT_PATH_BYTES_MAX]; /* the last file; "": none was needed */
    uint64_t keep_bytes;                 /* of an earlier run's file: cut there and go on; 0: a new file */
    FILE *file_;                         /* private */
} zh_import_rejects;

/* One line of `source`; the caller counts. Errors: ZH_RANGE, ZH_IO with a note. */
ZH_MUST zh_err zh_import_rejects_put(zh_import_rejects *rejects, zh_sv source, uint64_t line, const char *reason, zh_sv raw, zh_note *why);
/* Bytes of the file, all of them written; 0: there is none. ZH_IO. */
ZH_MUST zh_err zh_import_rejects_flush(zh_import_rejects *rejects, uint64_t *bytes);
/* A file ends: one of its own is closed, one for all stays open. ZH_IO. */
ZH_MUST zh_err zh_import_rejects_end(zh_import_rejects *rejects);
void zh_import_rejects_close(zh_import_rejects *rejects);

#endif
