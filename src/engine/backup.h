/* backup.h -- a data folder copied while the engine works, and put back.
 *
 *     TO/backup.json   what it is: version, moment, positions; written last. Without it the folder is no backup
 *     TO/log/          the log up to what was durable (store/log_copy.h), every byte checked
 *     TO/state/        the views at a position of that log; they save time, and where old segments were dropped they are needed
 *     TO/base/         what the log begins with, where old segments were dropped (base.h), every byte checked
 *     TO/models/       the serving tables that decisions may name (serving_file.h)
 *     TO/zhun.key      only where it was asked for
 *
 * A backup into a folder that holds one brings it up to date: segments that are there and whole are left as they are.
 *
 * Guarantees  every event acknowledged before the start is in the backup, once; a backup that ended early is not taken for one.
 *             A folder that holds anything else is refused and not touched.
 * Cost        the log and the state are read once and written once, and what was written is read again.
 * Threads     one backup at a time, on a thread of its own; start and status from any.
 */
#ifndef ZH_ENGINE_BACKUP_H
#define ZH_ENGINE_BACKUP_H
#include "base/note.h"
#include "engine/base.h"
#include "store/log_copy.h"
#include "store/state.h"
#include "sys/outside.h"

#define ZH_BACKUP_PATH_BYTES 4096
#define ZH_BACKUP_FILE "backup.json"
#define ZH_BACKUP_VERSION 1

typedef enum zh_backup_phase { ZH_BACKUP_NONE, ZH_BACKUP_STATE, ZH_BACKUP_LOG, ZH_BACKUP_VERIFY, ZH_BACKUP_DONE, ZH_BACKUP_FAILED } zh_backup_phase;

typedef struct zh_backup_status {
    zh_backup_phase phase;
    char to[ZH_BACKUP_PATH_BYTES];
    int64_t started_ms, finished_ms;
    uint64_t done_bytes, all_bytes; /* of the log */
    uint64_t copied_bytes, linked_bytes, same_bytes, state_bytes, base_bytes, records;
    bool has_key;
    zh_note why;                    /* FAILED */
} zh_backup_status;

typedef struct zh_backups zh_backups;
typedef struct zh_backups_desc {
    zh_sv dir, key_file;
    zh_log *log;
    zh_state *state;
    void (*hold)(void *context, bool on); /* nothing is dropped while on, and the base stays */
    void (*base)(void *context, zh_base *out);
    void *context;
    zh_outside *outside;              /* where a backup runs; NULL: in the engine's own folders */
} zh_backups_desc;                   /* the parts are borrowed until close */

ZH_MUST zh_err zh_backups_open(zh_backups **out, const zh_backups_desc *desc);
void zh_backups_close(zh_backups *backups); /* ends one that runs */

typedef struct zh_backup_desc {
    zh_sv to;      /* an absolute path outside of the data folder */
    zh_sv since;   /* an earlier backup whose files may be linked; empty: none */
    bool with_key; /* the key file too: whoever has the backup can then read everything */
} zh_backup_desc;

/* Begin. Errors: ZH_BUSY one runs; ZH_RANGE the path, ZH_EXISTS the folder holds something else (*why), ZH_NOMEM. */
ZH_MUST zh_err zh_backups_start(zh_backups *backups, const zh_backup_desc *desc, int64_t now_ms, zh_note *why);
/* The one that runs, or the last one, also of an earlier process. */
void zh_backups_status(zh_backups *backups, zh_backup_status *out);

/* Put a backup into `dir`, which must not be there, or be empty. `key_file` empty: the key of the backup, if it has one.
 * Every byte of the log is checked before the folder becomes a data folder. Errors: ZH_ABSENT no backup there, ZH_FORMAT one of a newer
 * version, ZH_EXISTS the folder is not empty, ZH_CORRUPT, ZH_FULL, ZH_IO; *why. */
typedef struct zh_restore_desc {
    zh_sv from, dir, key_file;
    void (*progress)(void *context, uint64_t done, uint64_t all); /* bytes; may be NULL */
    void *context;
} zh_restore_desc;
typedef struct zh_restored {
    uint64_t bytes, records;
    int64_t made_ms;  /* when the backup was */
    bool has_key, has_list; /* the key, and beside it the list of erasures (erase.h) */
} zh_restored;
ZH_MUST zh_err zh_restore(const zh_restore_desc *desc, zh_restored *did, zh_note *why);

#endif
