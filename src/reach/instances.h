/* instances.h -- who is where in which journey: a fold of JOURNEY records, what is due when, and how many came by each node.
 *
 * An **instance** is one customer in one journey for one key. Its number is a hash of journey, customer (as he was called when he entered) and key, so who lets
 * the same one in again names the same row. A row stays when its instance left: whether he may enter again is asked of it, and the report compares rows.
 *
 *     record   u8 kind=34, u8 version=1, u64 customer, u8 word, zig at, and
 *     ENTER    u64 number, texts: journey, key; and as MOVE
 *     MOVE     u64 number, var version, u8 node, u8 flags (1 in its wait), u8 left, zig due - at (absent: 0 flag bit 2 says never), u64 visited, var partition, var position
 *     READ     texts: journey (empty: all); var partition, var position: events before are done with          (customer 0)
 *
 * Each record carries the **position** in the log up to which events had been looked at when it was decided; an event before it has no influence on the row. So after a crash the
 * log is read again from the last READ, and nothing happens twice.
 *
 * Guarantees  the same records in the same order give the same entries, live, after any restart and in a rebuild. A MOVE of a row that left is nothing; an ENTER of
 *             a row that is in is nothing; of one that left it begins anew, and counts as an entry more.
 * Cost        a record O(log waiting), below 1 us; at most 200 bytes an instance that waits, key of 16 bytes included (bench/instances_bench.c).
 * Threads     readers together or one writer.
 * Clock       none: times come in records.
 * Not here    what a step is (journey.h), who takes it (engine/journey_clock.h).
 */
#ifndef ZH_REACH_INSTANCES_H
#define ZH_REACH_INSTANCES_H
#include "base/keep.h"
#include "core/id.h"
#include "core/record.h"
#include "guard/seal.h"
#include "reach/journey.h"

#define ZH_INSTANCES_MAX 20000000u         /* rows; beyond, ZH_FULL: nobody enters */
#define ZH_INSTANCES_VERSIONS_MAX 65535u   /* of a journey */

typedef struct zh_instance_id { uint64_t number; } zh_instance_id; /* 0: none */
/* Keyed as messages are (message.h). Never 0. */
zh_instance_id zh_instance_id_of(const zh_sealer *sealer, zh_customer_id customer, zh_sv journey, zh_sv key);

typedef enum zh_instance_word { ZH_INSTANCE_ENTER = 1, ZH_INSTANCE_MOVE, ZH_INSTANCE_READ } zh_instance_word;

typedef struct zh_instance_record {
    zh_customer_id customer;  /* as he was called when he entered; 0 of READ */
    zh_instance_word word;
    zh_instance_id id;
    zh_sv journey, key;       /* of ENTER; key: not empty, at most ZH_JOURNEY_KEY_BYTES_MAX */
    uint32_t version;         /* of the journey, 1 .. ZH_INSTANCES_VERSIONS_MAX */
    int64_t at_ms;
    zh_journey_place place;
    uint32_t partition;
    uint64_t position;
} zh_instance_record;

bool zh_instance_record_is_good(const zh_instance_record *record); /* within the ranges above */
/* Append; it must be good (assert). Views of get point into `bytes`: ZH_FORMAT. */
void zh_instance_put(const zh_instance_record *record, zh_buf *out);
ZH_MUST zh_err zh_instance_get(zh_sv bytes, zh_instance_record *out);
/* Whose record is it? 0: nobody's, or it cannot be read. */
zh_customer_id zh_instance_customer(zh_sv bytes);

typedef struct zh_instance {              /* texts are valid until the next fold or load */
    zh_instance_id id;
    zh_customer_id customer;              /* who it is now */
    zh_customer_id entered_as;
    zh_sv journey, key;
    uint32_t version;
    uint32_t entries;                     /* how often it entered: 1, 2 … */
    zh_journey_place place;
    int64_t entered_ms;                   /* the newest time */
    int64_t first_ms;                     /* the first time: since then he takes part in the comparison */
    int64_t moved_ms;                     /* of the newest record */
    bool is_control;                      /* it left as CONTROL, the first time or later */
    uint32_t partition;
    uint64_t position;
} zh_instance;

typedef struct zh_instances zh_instances; /* opaque */
ZH_MUST zh_err zh_instances_open(zh_instances **out, size_t bytes_max); /* ZH_NOMEM; the caller closes */
void zh_instances_close(zh_instances *instances);

/* One record; `customer` is who it is at this place of the log. Errors: ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_instances_fold(zh_instances *instances, zh_sv record, zh_customer_id customer);
/* `gone` is absorbed by `kept`: his rows are the other's. Where both are in one journey with one key, the one that entered later leaves as MERGED. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_instances_merge(zh_instances *instances, zh_customer_id gone, zh_customer_id kept);
/* Erasure: as if he never was. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_instances_forget(zh_instances *instances, zh_customer_id customer);

/* ---- asking ---- */

bool zh_instances_find(const zh_instances *instances, zh_instance_id id, zh_instance *out);
/* Those of a customer, the one that entered last first: for (void *at = NULL; zh_instances_next(v, customer, &at, &i);) */
bool zh_instances_next(const zh_instances *instances, zh_customer_id customer, const void **at, zh_instance *out);
/* Those of a journey, the newest row first; `before`: a number of an earlier page, 0: from the newest. Walks all rows in steps: `most` rows are looked at, *more says whether
 * there are any left. */
bool zh_instances_page(const zh_instances *instances, zh_sv journey, uint64_t *before, uint32_t *most, zh_instance *out);
/* Those that are due by now, at most `most`, the longest due first; those of journeys for which `passes` says no are left out (NULL: none). Returns how many. */
size_t zh_instances_due(const zh_instances *instances, int64_t now_ms, bool (*passes)(void *context, zh_sv journey), void *context, zh_instance_id *out, size_t most);
/* When the next one is due; INT64_MAX: nobody waits for a time. */
int64_t zh_instances_next_due_ms(const zh_instances *instances);
/* Up to where a partition's events are done with; 0: no READ was ever said. */
uint64_t zh_instances_position(const zh_instances *instances, uint32_t partition);

/* How many instances of a version are at each node now, how many ever came by it, and how many left how. */
typedef struct zh_instance_counts {
    uint32_t version;
    uint64_t entered;                          /* rows */
    uint64_t at[ZH_JOURNEY_NODES_MAX];         /* now */
    uint64_t visited[ZH_JOURNEY_NODES_MAX];
    uint64_t left[ZH_JOURNEY_LEFTS];           /* [IN]: those that are in */
} zh_instance_counts;
/* for (size_t at = 0; zh_instances_counts(v, journey, &at, &counts);) the versions of a journey that have rows; O(1) each. */
bool zh_instances_counts(const zh_instances *instances, zh_sv journey, size_t *at, zh_instance_counts *out);
uint64_t zh_instances_count(const zh_instances *instances);   /* rows */
uint64_t zh_instances_waiting(const zh_instances *instances); /* that are in */
size_t zh_instances_bytes(const zh_instances *instances);

/* base/keep.h: an entry a row, key its number big-endian behind 'i'; positions behind 'p'. Errors of load: ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_instances_save(zh_instances *instances, bool all, zh_keep keep);
ZH_MUST zh_err zh_instances_load(zh_instances *instances, zh_sv key, zh_sv value);
bool zh_instances_check(const zh_instances *instances, const char **why);

#endif
