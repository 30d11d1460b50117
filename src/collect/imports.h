/* imports.h -- files that were brought in: what is known of each, and which were taken back. A fold of IMPORT records.
 *
 * Every event and item that a file brings carries the file's number (core/record.h). An undoing is one more record; from
 * then on the file's events and items mean nothing. Views that folded them before must be folded anew without them:
 * whoever opens a world says which numbers to leave out (`skip`), and an undoing whose number was left out from the
 * beginning is `applied`.
 *
 * Guarantees  same records, same entries. A number that is undone stays undone.
 * Cost        zh_imports_is_undone O(1), a few ns; the rest O(imports), and a shop has some hundred.
 * Threads     readers together or one writer.
 * Not here    reading files (app), folding anew (engine/undo.h).
 */
#ifndef ZH_COLLECT_IMPORTS_H
#define ZH_COLLECT_IMPORTS_H
#include "base/buf.h"
#include "base/keep.h"
#include "core/id.h"

#define ZH_IMPORTS_MAX 65536         /* numbers 1 .. of a workspace: a file an hour for seven years */
#define ZH_IMPORT_NAME_BYTES_MAX 255 /* of a file */
#define ZH_IMPORT_FORMAT_BYTES_MAX 32

/* Stored: append only. */
typedef enum zh_import_phase { ZH_IMPORT_RUNNING = 1, ZH_IMPORT_DONE, ZH_IMPORT_STOPPED, ZH_IMPORT_UNDONE } zh_import_phase;
const char *zh_import_phase_name(zh_import_phase phase); /* "running" */

/* What a record says: all there is to know of the import now; of an undoing the number, time, actor, events and items. */
typedef struct zh_import_change {
    uint32_t number;
    zh_import_phase phase;
    int64_t at_ms;
    uint8_t actor_kind;   /* zh_actor_kind */
    uint32_t actor_number;
    zh_source_id source;
    zh_sv name, format;
    uint64_t fingerprint; /* of the file and how it is read, 0: not known. The same again is the same import going on */
    uint64_t bytes;       /* of the file as stored, 0: not known */
    int64_t begun_ms;
    uint64_t lines, accepted, duplicate, rejected; /* so far */
    uint64_t rejects_bytes; /* of its file of rejects, so that an import that goes on does too */
    uint64_t events, items; /* of an undoing: what was taken back */
} zh_import_change;

/* false: *why is a static sentence. */
bool zh_import_change_check(const zh_import_change *change, const char **why);
void zh_import_change_put(const zh_import_change *change, zh_buf *out); /* must pass the check */
ZH_MUST zh_err zh_import_change_get(zh_sv record, zh_import_change *out); /* ZH_FORMAT; views of `record` */

typedef struct zh_import_entry {
    zh_import_change last;  /* views are valid until the next change of this import */
    uint64_t events, items; /* in the views now; of one that is undone what was taken back */
    int64_t undone_ms;      /* 0: it is not */
    bool applied;           /* no view knows its events any more */
} zh_import_entry;

typedef struct zh_imports zh_imports;

/* `skip`: numbers whose events are left out from the beginning, copied. The caller closes. */
ZH_MUST zh_err zh_imports_open(zh_imports **out, const uint32_t *skip, size_t skip_count);
void zh_imports_close(zh_imports *imports);

/* ZH_FORMAT no record of ours, ZH_NOMEM. */
ZH_MUST zh_err zh_imports_fold(zh_imports *imports, zh_sv record);
/* One event or item of this import was folded. */
void zh_imports_count(zh_imports *imports, uint32_t number, bool is_item);
/* Are the events of this import to be passed over? */
bool zh_imports_is_undone(const zh_imports *imports, uint32_t number);

const zh_import_entry *zh_imports_get(const zh_imports *imports, uint32_t number); /* NULL: none */
uint32_t zh_imports_last(const zh_imports *imports);                               /* highest number, 0: none */
/* The newest import of this source that is not undone, with this fingerprint; NULL: none. */
const zh_import_entry *zh_imports_same(const zh_imports *imports, zh_source_id source, uint64_t fingerprint);
/* Numbers that are undone, or of them those that are applied; at most `room`. Their count. */
size_t zh_imports_undone(const zh_imports *imports, bool applied_only, uint32_t *out, size_t room);
/* How many that the log has begun so far are undone, also by what it says later (`skip`). */
uint32_t zh_imports_undone_begun(const zh_imports *imports);
/* Is anything undone and still in the views? */
bool zh_imports_is_pending(const zh_imports *imports);

ZH_MUST zh_err zh_imports_save(zh_imports *imports, bool all, zh_keep keep); /* base/keep.h; key: u32 number, big-endian */
ZH_MUST zh_err zh_imports_load(zh_imports *imports, zh_sv key, zh_sv value);
bool zh_imports_check(const zh_imports *imports, const char **why);

#endif
