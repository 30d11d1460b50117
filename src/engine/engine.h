/* engine.h -- the running heart: a data folder opened, recovered, taking work and answering questions.
 *
 *     DIR/zhun.lock    one process a folder          DIR/log/     the event log (the truth)
 *     DIR/zhun.key     the key file (or elsewhere)   DIR/state/   RocksDB: all of it can be rebuilt
 *     DIR/zhun.sock    the door for commands (server)     DIR/ballast  space for a start on a full disk (ballast.h)
 *     DIR/base/        views as of where the log begins, where retention dropped what was before (base.h)
 *
 * Opening recovers: the log's torn end is cut, views are loaded from the last checkpoint and folded
 * on to the log's end. From then on the committer makes work durable and the fold thread keeps the
 * views a few milliseconds behind it.
 *
 * Guarantees  what an ack promised is there after any crash; a second process is refused; a state
 *             folder that is missing, older or does not fit the log is rebuilt from the log.
 * Threads     all calls from any thread, but open and close.
 * Not here    HTTP (server), the command line (app).
 */
#ifndef ZH_ENGINE_ENGINE_H
#define ZH_ENGINE_ENGINE_H
#include "base/note.h"
#include "base/blas.h"
#include "base/tz.h"
#include "engine/backup.h"
#include "engine/commit.h"
#include "engine/fold.h"
#include "engine/retention.h"
#include "engine/vault.h"
#include "engine/world.h"
#include "sys/line.h"

typedef struct zh_engine zh_engine;

typedef struct zh_engine_desc {
    zh_sv dir;               /* made where absent */
    zh_sv key_file;          /* empty: DIR/zhun.key */
    uint32_t partitions;     /* of a new log; 0: 1. An existing log keeps its own */
    zh_sv time_zone;         /* of a new workspace: "Asia/Shanghai"; empty: UTC. An existing one keeps its own */
    size_t cache_bytes;      /* of the state; 0: its default */
    zh_retention_rule retention; /* zeros: keep all */
    int64_t erase_wait_ms;   /* how long erasures wait for company before views are folded anew; 0: not at all */
    uint32_t segment_bytes;  /* of new segments of the log; 0: its default */
    zh_outside *outside;     /* borrowed; NULL: backups go where the engine may write */
    const zh_blas *blas;     /* borrowed; NULL: recommenders of dense algebra are not in the league */
    const zh_clock *clock;   /* NULL: the real one */
    zh_metrics *metrics;     /* required */
    zh_line_sink *sink;      /* log lines; NULL: none are written by the engine */
    unsigned senders;        /* threads that send messages; 0: this engine sends none */
    bool sends_private;      /* to private and loopback addresses, too */
    bool must_exist;         /* refuse an empty folder (ZH_ABSENT): for commands that read */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* of the recovery; may be NULL */
    void *progress_context;
} zh_engine_desc;

/* Errors: ZH_BUSY another process has the folder; ZH_CORRUPT damage, *why names file and offset; ZH_ABSENT,
 * ZH_FORMAT, ZH_RANGE, ZH_FULL, ZH_IO, ZH_NOMEM. The caller closes. */
ZH_MUST zh_err zh_engine_open(zh_engine **out, const zh_engine_desc *desc, zh_note *why);

/* Finish what waits, write a checkpoint, give everything back. NULL is fine. */
void zh_engine_close(zh_engine *engine);

/* ---- the parts, for those who read ---- */
zh_world *zh_engine_world(zh_engine *engine);
zh_log *zh_engine_log(zh_engine *engine);
zh_state *zh_engine_state(zh_engine *engine);
zh_timeline *zh_engine_timeline(zh_engine *engine);
zh_fold *zh_engine_fold(zh_engine *engine);
zh_backups *zh_engine_backups(zh_engine *engine);
zh_retention *zh_engine_retention(zh_engine *engine);
struct zh_boundary_clock *zh_engine_boundary_clock(zh_engine *engine); /* boundary_clock.h */
struct zh_trainer *zh_engine_trainer(zh_engine *engine);                 /* trainer.h */
struct zh_offer_desk *zh_engine_offer_desk(zh_engine *engine);            /* offer_desk.h */
struct zh_deployer *zh_engine_deployer(zh_engine *engine);               /* deploy.h */
const zh_blas *zh_engine_blas(const zh_engine *engine);                   /* NULL: none */
const zh_sealer *zh_engine_sealer(const zh_engine *engine);
const zh_clock *zh_engine_clock(const zh_engine *engine);
zh_metrics *zh_engine_metrics(zh_engine *engine);
zh_line_sink *zh_engine_sink(const zh_engine *engine); /* NULL: no log lines */
const zh_tz *zh_engine_tz(const zh_engine *engine);
zh_sales_desc zh_engine_sales_desc(zh_engine *engine); /* days in the workspace's zone */
zh_sv zh_engine_time_zone(const zh_engine *engine);
zh_sv zh_engine_dir(const zh_engine *engine);
zh_sv zh_engine_key_file(const zh_engine *engine);
zh_workspace_id zh_engine_workspace(const zh_engine *engine);
int64_t zh_engine_now_ms(const zh_engine *engine);
/* Was the folder empty when it was opened? */
bool zh_engine_is_new(const zh_engine *engine);
struct zh_undo *zh_engine_undo(zh_engine *engine); /* undo.h */
struct zh_eraser *zh_engine_eraser(zh_engine *engine); /* eraser.h */
/* An import was undone, or a customer erased, and the views without are ready: closing and opening anew takes them. */
bool zh_engine_wants_reopen(zh_engine *engine);
/* A sealed text of identity, as `state` keeps it. For those who open views beside the engine's. */
ZH_MUST zh_err zh_engine_sealed_in(zh_state *state, zh_sv key, zh_buf *out);
/* How far ids are joined from now on; whoever says so has defined the setting (joining.h). */
void zh_engine_set_policy(zh_engine *engine, const zh_identity_policy *policy);
/* Does it take new work, and if not, why? */
zh_intake zh_engine_intake(const zh_engine *engine);
bool zh_engine_is_ready(zh_engine *engine); /* it does */

/* ---- work ---- */

/* Give events their source, dedup key and blinded ids; `ids` has one place an event. */
void zh_engine_prepare(const zh_engine *engine, zh_source_id source, zh_event *events, zh_work_ids *ids, uint32_t count);
/* See zh_commit_submit. */
ZH_MUST zh_err zh_engine_submit(zh_engine *engine, zh_work *work);
/* Submit and wait until it is done and folded; work->done is used. For commands and set-up, never on an
 * HTTP thread. Errors: those of submit, and work->e. */
ZH_MUST zh_err zh_engine_do(zh_engine *engine, zh_work *work);
/* The same for one definition, said later than what stands of its thing: its at_ms may become greater. */
ZH_MUST zh_err zh_engine_define(zh_engine *engine, const zh_definition *definition);

/* ---- customers ---- */

/* The customer behind an id of the shop, user ids before anonymous ones; 0: unknown. */
zh_customer_id zh_engine_find(zh_engine *engine, zh_sv user_id, zh_sv anonymous_id);

/* The ids of a customer in clear, user ids first, at most `limit`. Needs a permit. Errors: ZH_DENIED, ZH_NOMEM … */
typedef struct zh_engine_id {
    zh_id_kind kind;
    zh_sv text;
    zh_customer_id own;        /* the number it was linked to */
    uint32_t device_customers; /* of an anonymous id: known customers that used it */
} zh_engine_id;
ZH_MUST zh_err zh_engine_ids(zh_engine *engine, zh_customer_id customer, const zh_permit *permit, zh_arena *arena,
                             zh_engine_id *out, size_t limit, size_t *count);

#endif
