/* instances_inside.h -- how the view of instances keeps a row; for instances.c, instances_ask.c and instances_keep.c alone.
 *
 * Rows are called by their number, 1 …, never given again: so 0 is none, and a number tells which row is newer. When a row is due stands in the heap of its journey alone. */
#ifndef ZH_REACH_INSTANCES_INSIDE_H
#define ZH_REACH_INSTANCES_INSIDE_H
#include "base/heap.h"
#include "base/map.h"
#include "base/map32.h"
#include "reach/instances.h"

#define WAITS_NOT UINT32_MAX

enum { ROW_WAITS = 1, ROW_CONTROL = 2, ROW_FLAGS = 3 };

typedef struct row {
    uint64_t id, customer, entered_as, visited, position;
    int64_t entered_ms, first_ms, moved_ms;
    int32_t next;            /* number of the next one in its chain; by is_newer; 0: none */
    uint32_t edition;
    uint16_t entries, partition;
    uint8_t node, left, flags, key_size;
    char key[];
} row;
_Static_assert(offsetof(row, key) == 80, "80 bytes and the key");
_Static_assert(ZH_INSTANCES_JOURNEYS_MAX <= 1u << 15 && ZH_INSTANCE_VERSIONS_MAX < 1u << 16, "a journey and its version are a number");
_Static_assert(ZH_INSTANCE_PARTITIONS_MAX <= UINT16_MAX && ZH_INSTANCES_ENTRIES_MAX <= UINT16_MAX && ZH_JOURNEY_KEY_BYTES_MAX <= UINT8_MAX && ZH_INSTANCES_MAX < INT32_MAX, "a row's numbers are so small");

typedef struct wait {        /* one that has a moment to go on */
    int64_t due_ms;
    uint32_t tie;            /* upper half of its id: equal moments are common, equal halves are not, and the row need not be looked at */
    uint32_t number;
} wait;

typedef struct lane {        /* a journey */
    zh_sv name;              /* in the heap */
    wait *waiting;           /* a binary heap by goes_first */
    uint32_t count, cap;
    uint32_t first;          /* + 1: its edition of the lowest version; 0: none */
} lane;

typedef struct edition {     /* a version of a journey */
    zh_instance_counts counts;
    uint32_t lane, next;     /* next: as lane.first, the next higher version */
} edition;

typedef struct forgotten { int64_t first_ms; uint64_t id; } forgotten; /* a row that was forgotten */

struct zh_instances {
    zh_heap heap;
    zh_map rows;             /* id -> number */
    zh_map32 chains;         /* chain_of(customer) -> number of the first row of all customers with that hash: mostly one */
    row **all;               /* [number]; NULL: 0, and those that were forgotten */
    uint32_t *places;        /* [number]: in its journey's waiting, or WAITS_NOT */
    uint64_t *changed;       /* bit [number]: since the last save */
    uint32_t all_count, all_cap; /* all_count: the highest number + 1 */
    forgotten *gone;         /* since the last save */
    uint32_t gone_count, gone_cap;
    zh_map names;            /* hash of a journey -> its lane */
    zh_map32 versions;       /* lane << 16 | version -> its edition */
    lane *lanes;
    uint32_t lanes_count, lanes_cap;
    edition *editions;
    uint32_t editions_count, editions_cap;
    uint64_t in;             /* rows that did not leave */
    uint64_t positions[ZH_INSTANCE_PARTITIONS_MAX];
    bool position_changed[ZH_INSTANCE_PARTITIONS_MAX];
};

static inline uint32_t number_of(const zh_instances *v, uint64_t id)
{
    const uint64_t *number = zh_map_get(&v->rows, id);
    return number == NULL ? 0 : (uint32_t)*number;
}
static inline uint32_t chain_of(uint64_t customer) { return (uint32_t)(zh_mix64(customer) >> 33); }
static inline int32_t first_of(const zh_instances *v, uint64_t customer)
{
    const int32_t *first = zh_map32_get(&v->chains, chain_of(customer));
    return first == NULL ? 0 : *first;
}
static inline lane *lane_of(const zh_instances *v, const row *r) { return &v->lanes[v->editions[r->edition].lane]; }
static inline bool is_in(const row *r) { return r->left == ZH_JOURNEY_LEFT_IN; }
static inline bool goes_first(const zh_instances *v, wait a, wait b)
{
    if (a.due_ms != b.due_ms) return a.due_ms < b.due_ms;
    return a.tie != b.tie ? a.tie < b.tie : v->all[a.number]->id < v->all[b.number]->id;
}
static inline bool is_newer(const row *a, const row *b) { return a->entered_ms != b->entered_ms ? a->entered_ms > b->entered_ms : a->id > b->id; }

void instances_view(const zh_instances *v, uint32_t number, zh_instance *out);
void instances_count(const row *r, zh_instance_counts *counts, uint64_t by); /* by: 1, or UINT64_MAX: one less */
const lane *instances_lane(const zh_instances *v, zh_sv journey);            /* NULL: it never had a row */

/* A row of these values and this key, linked everywhere. Errors: ZH_NOMEM, ZH_FULL, and nothing is changed. */
ZH_MUST zh_err instances_add(zh_instances *v, const row *values, zh_sv journey, uint32_t version, zh_sv key, int64_t due_ms);

#endif
