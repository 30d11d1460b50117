/* cmd_import.h -- `zhun import`: files of events, orders and items into an engine, in batches.
 *
 *     read (plain, .gz, .zst) -> UTF-8 -> lines or rows -> convert -> batch -> sink
 *
 * The sink is where a batch goes: over HTTP (here), or through the door of the caller for --data,
 * which is the engine itself or its socket. Every data line is accounted for:
 * accepted + duplicate + rejected == lines. Importing twice changes nothing, because each event has
 * an id made from its line; so an import that was cut off is simply run again.
 *
 * Exit status: 0 done (rejects are counted and listed), 2 wrong usage, 3 could not.
 */
#ifndef ZH_APP_CMD_IMPORT_H
#define ZH_APP_CMD_IMPORT_H
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"

/* What became of one batch; accepted + duplicate + rejected is its size. */
typedef struct zh_import_counts {
    uint64_t accepted, duplicate, rejected;
} zh_import_counts;

/* Hand one batch over: `path` is "/v1/import" with {"batch":[…]} or "/api/v1/items" with
 * {"items":[…]}; at most 500 entries and 400 KB. Waits and repeats by itself where that may help.
 * On ZH_OK `counts` says what became of it, and `why` may hold the reason of a reject. ZH_FORMAT,
 * ZH_RANGE: the batch as a whole was refused; it is then sent in halves, so that one bad line costs
 * itself alone. Other errors end the import. */
typedef zh_err (*zh_import_sink)(void *ctx, zh_sv path, zh_sv json, zh_import_counts *counts,
                                 zh_note *why);

/* How --data DIR is reached: given by the caller, closed by `close`. */
typedef struct zh_import_door {
    zh_err (*open)(zh_sv data_dir, zh_import_sink *sink, void **ctx, zh_note *why);
    void (*close)(void *ctx);
    /* For the list of imports; both may be NULL. */
    struct zh_client *(*client)(void *ctx);
    void (*name)(void *ctx, uint32_t number); /* batches from now on belong to this import */
    bool (*is_own)(void *ctx); /* did `open` open the folder itself, rather than reach an engine that has it? NULL: no */
} zh_import_door;

/* argv[0] is "import", the words after it follow. `door` may be NULL: then only --url works. */
int zh_cmd_import(int argc, char **argv, const zh_import_door *door);

#endif
