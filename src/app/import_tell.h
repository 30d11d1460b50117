/* import_tell.h -- an import tells the engine what it is and how far it came, so that it can go on, be listed and be taken back.
 *
 *     begin   POST /v1/imports         gives the number that every batch names; the same file again goes on where it was
 *     now     POST /v1/imports/{id}    counts so far, every second or so; at the end that it is done, or was stopped
 *
 * The file is known by a fingerprint of its bytes and of how they are read: another map is another import.
 */
#ifndef ZH_APP_IMPORT_TELL_H
#define ZH_APP_IMPORT_TELL_H
#include "app/import_run.h"
#include "sys/client.h"

#define ZH_IMPORT_TELL_MS 1000 /* between two tellings */

/* How the engine is reached; client == NULL: nobody is told. */
typedef struct zh_import_engine {
    zh_client *client;                         /* borrowed */
    void (*name)(void *ctx, uint32_t number);  /* batches from now on are of this import; 0: of none */
    void *ctx;
    zh_sv source;                              /* by its name; empty: the key's own, or the first */
} zh_import_engine;

typedef struct zh_import_tell {
    const zh_import_engine *engine;
    uint32_t number;    /* 0: this engine keeps no imports, or this key may not begin one */
    bool resumed;       /* it was cut off: `so_far` is where it stood */
    bool done_before;   /* it was brought in before: nothing is told of this time */
    zh_import_told so_far;
    int64_t told_us_;   /* private */
} zh_import_tell;

/* Errors: of the network; ZH_ABSENT the source is unknown and may not be made; *why says more. */
ZH_MUST zh_err zh_import_tell_begin(zh_import_tell *tell, const zh_import_engine *engine, zh_sv path, const zh_import_run_desc *desc, zh_note *why);
/* `state`: "running" (told at most once in ZH_IMPORT_TELL_MS), "done", "stopped". *taken: what the engine holds of this import. */
ZH_MUST zh_err zh_import_tell_now(zh_import_tell *tell, const char *state, const zh_import_told *so_far, uint64_t *taken, zh_note *why);

/* Take an import back, and wait until no view knows it. `reopen` closes and opens the place again, where this process has the
 * folder; NULL: another serves it. Errors: ZH_ABSENT, ZH_EXISTS undone already or running, of the network. */
ZH_MUST zh_err zh_import_undo(zh_import_engine *engine, zh_sv id, zh_err (*reopen)(void *ctx, zh_import_engine *engine, zh_note *why), void *ctx,
                              zh_buf *said, zh_note *why);
/* The newest imports as lines for a person, or as the engine's JSON. */
ZH_MUST zh_err zh_import_list(const zh_import_engine *engine, bool json, zh_buf *out, zh_note *why);

#endif
