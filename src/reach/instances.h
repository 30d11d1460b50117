/* instances.h -- who is where in which journey: a fold of JOURNEY records (instance.h), what is due when, and how many came by each node.
 *
 * One row a number. A row stays when its instance left: whether he may enter again is asked of it, and the report compares rows.
 *
 * Guarantees  the same records in the same order give the same entries, live, after any restart and in a rebuild. A MOVE of a row that left is nothing; an ENTER of
 *             a row that is in is nothing; of one that left it begins anew, and counts as an entry more. What fails changes no row.
 * Cost        a record O(log waiting), about 1 us of a million (bench/instances_bench.c); one that makes a row or begins it anew also O(those of the customer that entered later). At most
 *             200 bytes an instance that waits, key of 16 bytes included.
 * Threads     readers together or one writer.
 * Clock       none: times come in records.
 * Not here    what a step is (journey.h), who takes it (engine/journey_clock.h).
 * Source      the heap of those that wait is Williams' (CACM 7 (6), 1964), one a journey: so a journey that is paused costs those that run nothing.
 */
#ifndef ZH_REACH_INSTANCES_H
#define ZH_REACH_INSTANCES_H
#include "base/keep.h"
#include "reach/instance.h"

#define ZH_INSTANCES_MAX 20000000u          /* rows; beyond, ZH_FULL: nobody enters */
#define ZH_INSTANCES_JOURNEYS_MAX 2048u     /* names of journeys that ever had a row: 200 at a time, and those of before */
#define ZH_INSTANCES_EDITIONS_MAX 65536u    /* versions of all journeys that ever had a row; 1.1 KB of counts each */
#define ZH_INSTANCES_ENTRIES_MAX 65535u     /* further ones of one row are not counted */
#define ZH_INSTANCES_DUE_MAX 1024           /* what one question takes: places that may come next are kept on the stack */

typedef struct zh_instance {              /* texts are valid until the next fold or load */
    zh_instance_id id;
    zh_customer_id customer;              /* who it is now */
    zh_customer_id entered_as;
    zh_sv journey, key;
    uint32_t version;
    uint32_t entries;                     /* how often it entered: 1, 2 … */
    zh_journey_place place;               /* visited: since it entered the newest time */
    int64_t entered_ms;                   /* the newest time */
    int64_t first_ms;                     /* the first time: since then he takes part in the comparison */
    int64_t moved_ms;                     /* of the newest record */
    bool is_control;                      /* it left as CONTROL, the first time or later */
    uint32_t partition;
    uint64_t position;
} zh_instance;

typedef struct zh_instances zh_instances; /* opaque */
ZH_MUST zh_err zh_instances_open(zh_instances **out, size_t bytes_max); /* of rows; ZH_NOMEM; the caller closes */
void zh_instances_close(zh_instances *instances);

/* One record; `customer` is who it is at this place of the log. Errors: ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_instances_fold(zh_instances *instances, zh_sv record, zh_customer_id customer);
/* `gone` is absorbed by `kept`: his rows are the other's. Where both are in one journey with one key, the one that entered later leaves as MERGED.
 * O(rows of both). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_instances_merge(zh_instances *instances, zh_customer_id gone, zh_customer_id kept);
/* Erasure: as if he never was. O(his rows). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_instances_forget(zh_instances *instances, zh_customer_id customer);

/* ---- asking ---- */

bool zh_instances_find(const zh_instances *instances, zh_instance_id id, zh_instance *out);
/* Those of a customer, the one that entered last first: for (const void *at = NULL; zh_instances_next(v, customer, &at, &i);) */
bool zh_instances_next(const zh_instances *instances, zh_customer_id customer, const void **at, zh_instance *out);
/* Those of a journey, the newest row first; *before: where an earlier call came to, 0: from the newest. At most *most rows are looked at, and *most goes down by them:
 * false with *most 0 says that there may be others behind *before, false with some left that there are none. */
bool zh_instances_page(const zh_instances *instances, zh_sv journey, uint64_t *before, uint32_t *most, zh_instance *out);
/* Those that are due by now, at most `most` and ZH_INSTANCES_DUE_MAX, the longest due first; those of journeys for which `passes` says no are left out (NULL: none; it is asked
 * once a journey). Returns how many. O(journeys + found log waiting). */
size_t zh_instances_due(const zh_instances *instances, int64_t now_ms, bool (*passes)(void *context, zh_sv journey), void *context, zh_instance_id *out, size_t most);
/* When the next one is due; INT64_MAX: nobody waits for a time. O(journeys). */
int64_t zh_instances_next_due_ms(const zh_instances *instances);
/* Up to where a partition's events are done with; 0: no READ was ever said. */
uint64_t zh_instances_position(const zh_instances *instances, uint32_t partition);

/* How many instances of a version are at each node now, how many ever came by it since they entered the newest time, and how many left how. A row counts with the version
 * it is in. */
typedef struct zh_instance_counts {
    uint32_t version;
    uint64_t entered;                          /* rows */
    uint64_t at[ZH_JOURNEY_NODES_MAX];         /* now */
    uint64_t visited[ZH_JOURNEY_NODES_MAX];
    uint64_t left[ZH_JOURNEY_LEFTS];           /* [IN]: those that are in */
} zh_instance_counts;
/* for (size_t at = 0; zh_instances_counts(v, journey, &at, &counts);) the versions of a journey that have rows, upwards; O(1) each. */
bool zh_instances_counts(const zh_instances *instances, zh_sv journey, size_t *at, zh_instance_counts *out);
uint64_t zh_instances_count(const zh_instances *instances);   /* rows */
uint64_t zh_instances_waiting(const zh_instances *instances); /* that are in */
size_t zh_instances_bytes(const zh_instances *instances);

/* base/keep.h: an entry a row, key its first time and number big-endian behind 'i', so that they are loaded in the order of a page; positions behind 'p'.
 * Errors of load: ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_instances_save(zh_instances *instances, bool all, zh_keep keep);
ZH_MUST zh_err zh_instances_load(zh_instances *instances, zh_sv key, zh_sv value);
bool zh_instances_check(const zh_instances *instances, const char **why);

#endif
