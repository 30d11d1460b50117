/* uploads.h -- files that people bring through the console: parts of a file become one again, and an importer reads it.
 *
 * For src/server and who serves (app). A file lies in DIR/uploads until its import was looked at, an hour at most; an
 * opening removes what an earlier process left. What reads files is not known here: it is given (zh_server_importer).
 */
#ifndef ZH_SERVER_UPLOADS_H
#define ZH_SERVER_UPLOADS_H
#include "base/json_out.h"
#include "base/note.h"

#define ZH_UPLOAD_BYTES_MAX (UINT64_C(4) << 30) /* of one file; a larger one is for the command line */
#define ZH_UPLOAD_CHUNK_BYTES 1000000u          /* of one part: below the body of a request */
#define ZH_UPLOADS_MAX 8                        /* files at a time */
#define ZH_UPLOAD_IDLE_MS (60 * 60 * 1000)      /* a file nobody asks for goes */

/* Reads what was uploaded. `options` is the JSON object of the request: format, map, currency, zone, source; all may be missing. */
typedef struct zh_server_importer {
    void *ctx;
    /* Write an object that says what the file is (app/import_preview.h). ZH_FORMAT: *why says which option is wrong. */
    zh_err (*preview)(void *ctx, zh_sv path, zh_sv options, zh_json_out *out, zh_note *why);
    /* Begin to import in a thread of its own. ZH_BUSY: another one is under way; ZH_FORMAT as above. */
    zh_err (*start)(void *ctx, uint64_t upload, zh_sv path, zh_sv name, zh_sv rejects, zh_sv options, zh_note *why);
    /* Members of an open object: `state` (importing, done, stopped), counts, `import`, `detail`. False: nothing was begun for this upload. */
    bool (*progress)(void *ctx, uint64_t upload, zh_json_out *out);
    void (*stop)(void *ctx, uint64_t upload); /* after the batch under way */
} zh_server_importer;

typedef struct zh_uploads zh_uploads;
ZH_MUST zh_err zh_uploads_open(zh_uploads **out, zh_sv data_dir, const zh_server_importer *importer); /* importer may be NULL: none are taken */
void zh_uploads_close(zh_uploads *uploads);

#endif
