/* segments_inside.h -- the parts of segments.h, for its own files. */
#ifndef ZH_SEGMENT_SEGMENTS_INSIDE_H
#define ZH_SEGMENT_SEGMENTS_INSIDE_H
#include "base/heap.h"
#include "base/map.h"
#include "segment/plan.h"
#include "segment/segments.h"

#define ZH_SEGMENT_NEVER (INT64_MAX >> 16) /* an answer that stands for good, as it is kept */

/* A customer and a segment. An item is there while he is in, or the clock will ask. */
typedef struct zh_segment_item {
    uint64_t since;  /* ms << 16 | number - 1: when he came in; of one who is not in, until */
    uint64_t until;  /* ms << 1 | is in */
} zh_segment_item;
static inline uint32_t zh_item_number(const zh_segment_item *item) { return (uint32_t)(item->since & 0xFFFF) + 1; }
static inline bool zh_item_in(const zh_segment_item *item) { return (item->until & 1) != 0; }
static inline int64_t zh_item_until(const zh_segment_item *item) { return (int64_t)(item->until >> 1); }
static inline int64_t zh_item_since(const zh_segment_item *item) { return (int64_t)(item->since >> 16); }

typedef struct zh_segment_row { /* a customer's items, by number */
    int64_t alarm_ms;    /* the earliest that waits in the alarms; ZH_SEGMENT_NEVER: none */
    uint32_t count, cap;
    bool dirty;
    zh_segment_item items[];
} zh_segment_row;

typedef struct zh_segment_alarm { int64_t at_ms; uint64_t customer; } zh_segment_alarm;

typedef struct zh_segment_inner {
    zh_segment face;
    char name[ZH_SEGMENT_NAME_BYTES_MAX];
    char *text;            /* the expression */
    zh_arena arena;        /* of what is compiled */
    zh_condition condition; /* program NULL: it cannot be asked */
    zh_plan *plan;         /* how it is asked; NULL: by the condition */
    const zh_wake *wakes;
    uint32_t wakes_count;
    char fault[sizeof ((zh_cel_fault *)0)->text];
    zh_segment_day *days;
    uint32_t days_room;
    uint32_t rank;         /* higher than that of those it asks about */
    bool is_living, is_circle, dirty;
    bool settles;          /* every customer is to be asked */
    bool empty_known, empty_in; /* the answer for somebody who did nothing, as of empty_until_ms */
    int64_t empty_until_ms;
} zh_segment_inner;

typedef struct zh_segment_binding { /* whoever is in the segment has the tag */
    char tag[ZH_TAG_BYTES_MAX], segment[ZH_SEGMENT_NAME_BYTES_MAX];
    uint8_t tag_bytes, segment_bytes;
} zh_segment_binding;

/* What is looked at of a segment for each question, close together: a thousand definitions do not fit the cache. */
typedef struct zh_segment_hot {
    zh_plan *plan;    /* NULL: see zh_segment_inner */
    uint32_t rank;
    bool is_awaited;  /* stands in `todo` */
} zh_segment_hot;

typedef struct zh_segment_key { uint64_t hash; uint32_t number; } zh_segment_key;

struct zh_segments {
    zh_look look;              /* of the customer that is asked for */
    zh_customers *customers;
    zh_arena names, scratch;
    zh_cel_env *env;
    zh_segment_inner **all;    /* of number 1, 2 …; dropped ones too */
    zh_segment_hot *hot;       /* [room], as `all` */
    uint32_t count, room, living;
    uint32_t *by_rank, by_rank_count;
    zh_segment_key *keys;      /* sorted: what wakes whom */
    uint32_t keys_count, keys_room;
    zh_map first_key;          /* hash -> index in keys */
    zh_map by_name;            /* hash -> number */
    zh_segment_binding *bindings; /* by tag */
    uint32_t bindings_count, bindings_room;
    bool has_field[ZH_WAKE_FIELDS]; /* does any look at such lines? */
    bool has_kind[ZH_WAKE_MODEL + 1]; /* … is any woken by this without a name? */
    bool has_falling, has_nameless; /* … can any only lose members by an event; look at lines of events of any name? */

    zh_heap heap;
    zh_map rows;               /* customer -> row */
    uint64_t *dirty;           /* customers whose row changed since the last save */
    size_t dirty_count, dirty_room;
    zh_segment_alarm *alarms;  /* a heap by at_ms */
    size_t alarms_count, alarms_room;
    uint32_t todo[ZH_SEGMENTS_MAX]; /* numbers, by rank */
    uint32_t todo_count;
    const zh_segment_row *members_of; /* whose memberships can fall; NULL: everybody's may */
    bool all_fall;             /* wake those too that can only lose members, whoever is in them */
    bool was_known;            /* the customer who changes was known before */
    zh_recall recall;              /* of the customer that is asked for */
    uint32_t fresh[ZH_SEGMENTS_MAX], fresh_count; /* numbers to be asked of somebody new */
    int64_t fresh_until_ms;    /* … until then; 0: not known */

    int64_t now_ms;
    uint64_t asked;
    bool has_old_rows;         /* of version 1 */
    bool is_settling;
    uint32_t settling[ZH_SEGMENTS_MAX], settling_count;
    size_t settle_at;          /* in the walk over customers */
    int64_t settle_ms;
};

/* definitions (segments_define.c) */
zh_segment_inner *zh_segments_inner_of(const zh_segments *s, uint32_t number); /* NULL: none, or dropped */
zh_segment_inner *zh_segments_inner_named(const zh_segments *s, zh_sv name);   /* dropped ones too */
ZH_MUST zh_err zh_segments_inner_add(zh_segments *s, zh_sv name, uint32_t number, zh_segment_inner **out);
ZH_MUST zh_err zh_segments_inner_compile(zh_segments *s, zh_segment_inner *g, zh_sv expression); /* faults are kept */
ZH_MUST zh_err zh_segments_inner_index(zh_segments *s);
void zh_segments_inner_free(zh_segment_inner *g);
ZH_MUST zh_err zh_segments_inner_day(zh_segment_inner *g, int64_t now_ms, zh_segment_day **out); /* today's */
/* What wakes it: of a tag that follows a segment, that segment too (segments_bind.c). */
ZH_MUST zh_err zh_segments_inner_wakes(const zh_segments *s, const zh_condition *condition, zh_arena *arena, const zh_wake **out, uint32_t *count);
bool zh_segments_inner_leads_to(const zh_segments *s, const zh_wake *wakes, uint32_t count, zh_sv name, int depth);
void zh_segments_inner_settle(zh_segments *s, int64_t at_ms); /* begin to ask everybody about those that settle */
/* Keys of what happens. */
uint64_t zh_segments_key(zh_wake_kind kind, uint32_t name, zh_wake_field field, uint32_t text);
uint64_t zh_segments_key_falling(uint64_t key); /* of those that can only lose members by it */

/* who is to be asked (segments_wake.c) */
void zh_segments_inner_await(zh_segments *s, uint32_t number);
void zh_segments_inner_await_key(zh_segments *s, uint64_t key);
void zh_segments_inner_await_kind(zh_segments *s, zh_wake_kind kind);
void zh_segments_inner_await_fact(zh_segments *s, zh_fact fact);
void zh_segments_inner_await_all(zh_segments *s);

/* rows and alarms (segments.c) */
zh_segment_row *zh_segments_inner_row_of(const zh_segments *s, uint64_t customer); /* NULL: he has none */
ZH_MUST zh_err zh_segments_inner_row(zh_segments *s, uint64_t customer, zh_segment_row **out, uint32_t extra); /* made where absent, with room */
ZH_MUST zh_err zh_segments_inner_touch(zh_segments *s, uint64_t customer, zh_segment_row *row); /* to be saved; NULL: it is gone */
void zh_segments_inner_row_gone(zh_segments *s, uint64_t customer);
ZH_MUST zh_err zh_segments_inner_alarm(zh_segments *s, uint64_t customer, zh_segment_row *row);
/* Ask what is in `todo`, and those that hang on it. */
ZH_MUST zh_err zh_segments_inner_ask(zh_segments *s, zh_customer_id customer, int64_t now_ms);

#endif
