/* import_text.h -- the text of a file, in UTF-8, through a window that moves on.
 *
 *     zh_import_text_open(&text, path, encoding, &why);
 *     for (;;) { … text.bytes from text.from on …; text.from += used; zh_import_text_more(&text); }
 *
 * Plain, gzip and zstd files; UTF-8 or GB18030, told by the first 64 KiB unless somebody says it.
 *
 * Memory      that of the window: 8 MiB at most.
 * Threads     one text, one thread.
 */
#ifndef ZH_APP_IMPORT_TEXT_H
#define ZH_APP_IMPORT_TEXT_H
#include "base/buf.h"
#include "base/note.h"
#include "collect/column_map.h"
#include "sys/input.h"
#include "sys/recode.h"

#define ZH_IMPORT_WINDOW_BYTES_MAX ((size_t)8 << 20) /* a chunk recoded, and the row that did not fit */

typedef struct zh_import_text {
    zh_buf bytes;
    size_t from;          /* what is before it was used */
    bool last;            /* the file ends with these bytes */
    zh_encoding encoding;
    bool has_mark;        /* the file begins with a byte order mark */
    zh_input *input;      /* for its position */
    zh_recode *recode_;   /* private; NULL: it is UTF-8 */
    char *chunk_;
} zh_import_text;

/* Opens the file and reads enough to tell its encoding. Closed by the caller whatever is returned. */
ZH_MUST zh_err zh_import_text_open(zh_import_text *text, zh_sv path, zh_column_encoding encoding, zh_note *why);
void zh_import_text_close(zh_import_text *text);

/* More text behind what is left; what was used is let go. ZH_ABSENT: there is none. ZH_FULL: the window is full. */
ZH_MUST zh_err zh_import_text_more(zh_import_text *text);

static inline zh_sv zh_import_text_left(const zh_import_text *text)
{
    return zh_sv_part(zh_buf_view(&text->bytes), text->from, SIZE_MAX);
}

#endif
