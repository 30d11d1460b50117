/* import_preview.h -- what an import of this file would do: its form, its columns, its first lines as events, and what is in the way.
 *
 * Nothing is sent and nothing is kept. A table is guessed at over its first ZH_IMPORT_PREVIEW_BYTES, so that a day above 12
 * far down still settles which number is the month.
 */
#ifndef ZH_APP_IMPORT_PREVIEW_H
#define ZH_APP_IMPORT_PREVIEW_H
#include "app/import_run.h"
#include "base/json_out.h"
#include "collect/table_guess.h"

#define ZH_IMPORT_PREVIEW_BYTES (16u << 20) /* of text that is looked at: some 150,000 lines of orders */
#define ZH_IMPORT_PREVIEW_LINES 20          /* lines that are converted */
#define ZH_IMPORT_PREVIEW_EVENTS 5          /* of them shown */

typedef struct zh_import_preview_desc {
    zh_sv path;
    bool has_format;
    zh_import_format format;  /* where somebody said it */
    const zh_column_map *map; /* where somebody made one; NULL: it is guessed */
    zh_table_given given;     /* for a guess */
} zh_import_preview_desc;

typedef struct zh_import_preview {
    zh_import_format format;
    zh_encoding encoding;
    bool has_mark, whole;      /* a byte order mark; the whole file was looked at */
    char separator;            /* of a table; 0: none */
    zh_table_guess *guess;     /* of orders-csv and catalog-csv; else NULL */
    zh_column_map map;
    zh_table_verdict verdict;  /* where there is a guess */
    zh_import_result result;   /* of the first lines */
    zh_buf entries;            /* the first events or items, one JSON text a line */
    zh_buf rejects;            /* the first rejects: line, tab, reason */
    zh_note why;               /* why the file cannot be imported; "": it can */
    bool ready;
} zh_import_preview;

/* The caller closes, whatever is returned. A file that cannot be imported is ZH_OK with ready == false. Errors: ZH_ABSENT, ZH_DENIED,
 * ZH_IO of the file, ZH_NOMEM. */
ZH_MUST zh_err zh_import_preview_make(zh_import_preview *preview, const zh_import_preview_desc *desc, zh_note *why);
void zh_import_preview_close(zh_import_preview *preview);

/* As JSON for a program, and as text for a person. */
void zh_import_preview_json(const zh_import_preview *preview, zh_json_out *out);
void zh_import_preview_text(const zh_import_preview *preview, zh_buf *out);

#endif
