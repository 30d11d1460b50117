/* retention.h -- how long events are kept, and the thread that lets the older ones go.
 *
 *     look ─► which closed segments are over the rule? ─► a base that covers them (base_build.h) ─► their rows in the state ─► the files
 *
 * Profiles, reports, counts and consents do not age: they are in the base. What goes is the events themselves: they are no
 * longer in a timeline, an export, or a look-up by position.
 *
 * Guarantees  a segment goes only when a base that holds all of its records is durable, and the state too. A crash at any step
 *             leaves a folder that opens, and the next look goes on where it ended.
 *             Nothing goes, and no base changes, while somebody holds: a backup, a check, an undoing.
 * Cost        see base_build.h; at most a quarter of the time, and it rests while the views are behind.
 * Threads     open and close from one; the rest from any.
 */
#ifndef ZH_ENGINE_RETENTION_H
#define ZH_ENGINE_RETENTION_H
#include "engine/base.h"
#include "engine/fold.h"
#include "engine/world.h"
#include "sys/line.h"
#include "sys/metrics.h"

#define ZH_RETENTION_LOOK_MS 1000   /* between two looks */
#define ZH_RETENTION_RETRY_MS 60000 /* after a failure */
#define ZH_RETENTION_SHARE 3        /* rests so many times as long as a base took */
#define ZH_RETENTION_MS_MIN 3600000ll /* of a rule: an hour */
#define ZH_RETENTION_BYTES_MIN 1000000ull

typedef struct zh_retention_rule { /* zeros: keep all */
    int64_t events_ms;  /* events older than this go */
    uint64_t log_bytes; /* the oldest go while the log is larger */
} zh_retention_rule;

typedef struct zh_retention zh_retention;

typedef struct zh_retention_desc {
    zh_sv dir, zone;
    zh_retention_rule rule;
    const zh_base *base;      /* that there is; number 0: none. Copied */
    bool is_sound;            /* its signature fits; else nothing is dropped any more */
    zh_log *log;
    zh_fold *fold;
    zh_world *world;
    zh_state *state;
    zh_sales_desc sales;
    const zh_tz *tz;
    const zh_sealer *sealer;
    const zh_clock *clock;
    zh_metrics *metrics;
    zh_line_sink *sink;       /* NULL: nothing is said */
} zh_retention_desc; /* borrowed until close */

ZH_MUST zh_err zh_retention_open(zh_retention **out, const zh_retention_desc *desc); /* ZH_NOMEM; starts the thread */
void zh_retention_close(zh_retention *retention); /* what it does ends soon and is begun anew at the next start; NULL is fine */

/* While on, nothing is dropped and the base stays; may be nested. On waits for a drop under way, milliseconds. From any thread. */
void zh_retention_hold(zh_retention *retention, bool on);
void zh_retention_base(zh_retention *retention, zh_base *out); /* number 0: none. Hold while it is used */
/* May this import be taken back, or does a base know it? While held. */
bool zh_retention_may_undo(zh_retention *retention, uint32_t import);
bool zh_retention_may_unmerge(zh_retention *retention, int64_t merged_ms); /* the same of a merge of that time */

/* Were records dropped, and how old is what is left? */
typedef struct zh_retention_status {
    zh_retention_rule rule;
    uint64_t log_bytes;
    int64_t oldest_ms;     /* commit time of the oldest record in the log; 0: there is none */
    bool is_cut;           /* the log does not have its first record any more */
    zh_base base;          /* number 0: none */
    bool is_working, is_held;
    int64_t next_ms;       /* when the next segment is too old; 0: no rule of age, or no segment is closed */
    uint64_t segments, bytes; /* dropped since the start */
    zh_err failed;         /* of the last try */
    zh_note why;
} zh_retention_status;
void zh_retention_status_of(zh_retention *retention, zh_retention_status *out);

/* Did the log once have this record? Then it is expired, not absent. */
bool zh_retention_is_expired(zh_log *log, uint32_t partition, uint64_t sequence);

#endif
