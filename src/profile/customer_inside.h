/* customer_inside.h -- how one customer's state lies in memory; for the files of customer only.
 *
 * Eleven lists in one heap, each sorted by its own key. Every operation on a part is one of: add to
 * the sum of a key, take the larger of two, insert a key and drop the last one past the maximum.
 * A dropped key never comes back, because the maximum keeps the first keys of an order that does
 * not depend on arrival; that is the whole proof that order does not matter.
 *
 * Only sums are ever taken back (a statement of an order that another one replaces); keys stay, even
 * with a sum of 0, or taking back would depend on who came first. Sums wrap, so that they commute.
 *
 * Every change is in two halves: zh_customer_inner_reserve() may fail, the rest cannot.
 */
#ifndef ZH_PROFILE_CUSTOMER_INSIDE_H
#define ZH_PROFILE_CUSTOMER_INSIDE_H
#include "base/heap.h"
#include "base/json.h"
#include "base/keep.h"
#include "base/map.h"
#include "profile/activity.h"
#include "profile/stamps.h"

#define ZH_CUSTOMER_ENTRY_BYTES_MAX ((size_t)64 << 20) /* the lists at their maxima, all orders stated in full */
#define ZH_DAY_MS 86400000
#define ZH_STAMPS_PIECE 512u /* rows: 64 KiB */
#define ZH_WEEK_MS (7LL * ZH_DAY_MS)
#define ZH_TALLY_HOUR 64 /* tally keys: acts from 0, hours of the week from here */
#define ZH_TALLIES_MAX (ZH_TALLY_HOUR + 168)
_Static_assert(ZH_ACT_COUNT <= ZH_TALLY_HOUR, "acts and hours share one key");

typedef struct zh_tally { uint16_t key; uint32_t count; } zh_tally;

/* One item of the standing statement of an order: what must be taken back when another one stands. */
typedef struct zh_stated {
    uint64_t order;       /* zh_order.id_hash */
    zh_item_id item;
    int64_t quantity;
    uint64_t category, brand; /* hashes, 0: none */
} zh_stated;

struct zh_customer_state {
    uint64_t number;
    int64_t first_ms, last_ms;  /* first > last: no event yet */
    zh_heap_list tallies;       /* zh_tally, by key */
    zh_heap_list days;          /* uint64_t, newest first: day << 48 | a bit for each half hour */
    zh_heap_list touches;       /* zh_touch, newest first */
    zh_heap_list glances;       /* zh_glance, by (day down, item) */
    zh_heap_list bought;        /* zh_bought, by item */
    zh_heap_list orders;        /* zh_order, by hash */
    zh_heap_list stated;        /* zh_stated, by (order, item) */
    zh_heap_list tastes;        /* zh_taste, by (week down, kind, hash) */
    zh_heap_list traits;        /* bytes: [time i64][tie u64][part u8][name size u8][value size u16][name][value] by name, part */
    zh_heap_list activity;      /* bytes: activity.c */
    zh_heap_list stays;         /* zh_stay, by (week down, cell) */
    bool has_changes;           /* a part of `traits` is no VALUE */
    bool orders_dropped;        /* more than ZH_PROFILE_ORDERS_MAX were seen */
    uint32_t row;               /* of its stamps */
    uint32_t changed_in;        /* the freeze count when it was put into `changed`; 0: saved since */
};

struct zh_customers {
    zh_heap heap;
    zh_map states;              /* number -> zh_customer_state * */
    zh_heap_list rows;          /* zh_stamps *: pieces of ZH_STAMPS_PIECE rows, of the customers one behind the other in no order */
    zh_heap_list changed;       /* uint64_t: numbers changed since the last freeze; may name some twice, or gone ones */
    zh_heap_list gone;          /* uint64_t: numbers removed since the last freeze */
    zh_heap_list frozen;        /* uint64_t: numbers that the save under way has to write */
    uint32_t frozen_done;       /* of those, looked at */
    uint32_t freezes;           /* counted from 1; wraps over 0 */
    zh_keep frozen_keep;        /* where they go */
    zh_buf entry;               /* scratch: the bytes of one */
    zh_json *json;              /* for traits */
    zh_terms *terms;            /* of activities; owned */
    zh_buf text, fact, left, right; /* scratch */
};

/* What one event or one merge may add to each list. */
typedef struct zh_customer_inner_room {
    size_t tallies, days, touches, glances, bought, orders, stated, tastes, stays, traits_bytes, activity_bytes;
} zh_customer_inner_room;

/* One line of an event, with what the parts need. */
typedef struct zh_bit {
    zh_item_id item;
    int64_t quantity;
    uint64_t category, brand;       /* hashes, 0: none */
    zh_sv category_text, brand_text;
} zh_bit;

/* The save under way still has to write it, as it is now. */
static inline bool zh_customer_is_frozen(const zh_customers *c, const zh_customer_state *state)
{
    return state->changed_in != 0 && state->changed_in != c->freezes;
}

static inline int64_t zh_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}
static inline uint16_t zh_clamp16(int64_t value) /* weeks and days before 1970 or after 2149 are one */
{
    return value < 0 ? 0 : value > 65535 ? 65535 : (uint16_t)value;
}
static inline uint16_t zh_day_of(int64_t time_ms) { return zh_clamp16(zh_floor_div(time_ms, ZH_DAY_MS)); }
static inline uint16_t zh_week_of(int64_t time_ms) { return zh_clamp16(zh_floor_div(time_ms, ZH_WEEK_MS)); }
/* Among the two newest days, where it is one of them and not there; 0 is none. */
static inline void zh_days_add(uint16_t days[2], uint16_t day)
{
    if (day <= days[1] || day == days[0]) return;
    days[1] = day > days[0] ? days[0] : day;
    if (day > days[0]) days[0] = day;
}
static inline int64_t zh_sum(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t zh_less(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }

/* state (customer_parts.c) */
void zh_customer_inner_free(zh_heap *heap, zh_customer_state *state);
ZH_MUST zh_err zh_customer_inner_reserve(zh_heap *heap, zh_customer_state *state, const zh_customer_inner_room *room);
void zh_customer_inner_seen(zh_customer_state *state, int64_t first_ms, int64_t last_ms);
void zh_customer_inner_tally(zh_customer_state *state, uint16_t key, uint32_t count);
void zh_customer_inner_day(zh_customer_state *state, uint64_t day);
void zh_customer_inner_touch(zh_customer_state *state, const zh_touch *touch);
int zh_glance_order(const zh_glance *a, const zh_glance *b);
void zh_customer_inner_glance(zh_customer_state *state, const zh_glance *glance);

/* tastes (customer_taste.c) */
int zh_taste_order(const zh_taste *a, const zh_taste *b);
zh_taste *zh_customer_inner_taste(const zh_customer_state *state, uint16_t week, zh_taste_kind kind, uint64_t hash);
void zh_customer_inner_taste_add(zh_customer_state *state, const zh_taste *taste);
void zh_customer_inner_taste_bit(zh_customer_state *state, int64_t time_ms, const zh_bit *bit, uint32_t points);
zh_sv zh_name_cut(zh_sv name);

/* places (customer_place.c) */
bool zh_stay_of(zh_cell cell, int64_t time_ms, zh_stay *out); /* false: no cell */
int zh_stay_order(const zh_stay *a, const zh_stay *b);
void zh_customer_inner_stay(zh_customer_state *state, const zh_stay *stay);

/* bought and orders (customer_order.c) */
zh_bought *zh_customer_inner_bought(const zh_customer_state *state, zh_item_id item);
void zh_customer_inner_bought_add(zh_customer_state *state, const zh_bought *bought);
zh_order *zh_customer_inner_order(const zh_customer_state *state, uint64_t hash);
uint32_t zh_customer_inner_stated(const zh_customer_state *state, uint64_t order, uint32_t *count); /* index of the first */
/* Does the first statement stand before the second? */
bool zh_order_beats(const zh_order *a, const zh_order *b);
/* The sums of a statement's items, given or taken back, without its place in `stated`. */
void zh_customer_inner_statement_count(zh_customer_state *state, const zh_order *order, const zh_stated *stated,
                              uint32_t count, bool is_given);
/* Join `order` into the state; `stated` (by item) are the items of its statement, if any. */
void zh_customer_inner_order_add(zh_customer_state *state, const zh_order *order, const zh_stated *stated, uint32_t stated_count);

/* traits (customer_trait.c) */
size_t zh_trait_bytes(const zh_trait *trait); /* in `traits` */
bool zh_trait_next(zh_reader *traits, zh_trait *out);
int zh_trait_order(const zh_trait *a, const zh_trait *b); /* by name, then part */
bool zh_trait_is_newer(const zh_trait *a, const zh_trait *b);
void zh_trait_write(char *place, const zh_trait *trait);
void zh_customer_inner_trait_add(zh_customer_state *state, const zh_trait *trait);
/* The traits of an identify event, in the arena. */
ZH_MUST zh_err zh_traits_of(zh_customers *customers, const zh_event *event, zh_arena *arena, zh_trait **out,
                            uint32_t *count);

/* activity (activity.c): an event's bytes, without its time; and where there is room for them, added */
void zh_customer_inner_fact_read(zh_reader *r, zh_fact *fact); /* an event but its distance, up to its lines */
ZH_MUST zh_err zh_customer_inner_fact_of(zh_terms *terms, const zh_event *event, zh_buf *out);
size_t zh_customer_inner_fact_room(zh_sv event);
void zh_customer_inner_fact_add(zh_customers *customers, zh_customer_state *state, int64_t time_ms, zh_sv event);
/* All of both, in the arena; `terms` are those of `from`. Data NULL: `from` has none. */
ZH_MUST zh_err zh_customer_inner_facts_joined(zh_customers *customers, const zh_terms *terms, const zh_customer_state *from,
                                              const zh_customer_state *to, zh_arena *arena, zh_sv *bytes);
void zh_customer_inner_facts_put(zh_customer_state *state, zh_sv bytes);
void zh_customer_inner_facts_keep(const zh_customer_state *state, const zh_terms *terms, zh_buf *out);
ZH_MUST zh_err zh_customer_inner_facts_read(zh_heap *heap, zh_reader *r, zh_customer_state *state);
bool zh_customer_inner_facts_check(const zh_customer_state *state, const char **why);

/* changes (customer_change.c): all traits of a state after what an event said of them, or joined with another's; bytes in the
 * arena, to be put where there is room for them. For states with changes and events that say one. */
ZH_MUST zh_err zh_customer_inner_changed(zh_customers *customers, const zh_customer_state *state, const zh_trait *said, uint32_t count,
                                         zh_arena *arena, zh_sv *bytes);
ZH_MUST zh_err zh_customer_inner_joined(zh_customers *customers, const zh_customer_state *from, const zh_customer_state *to,
                                        zh_arena *arena, zh_sv *bytes);
void zh_customer_inner_traits_put(zh_customer_state *state, zh_sv bytes);

/* steps (customer_step.c): said before the change, from the state as it is */
typedef enum zh_side { ZH_IN_FROM = 1, ZH_IN_TO = 2, ZH_IN_AFTER = 4 } zh_side;
typedef struct zh_mark { zh_item_id item; unsigned sides; } zh_mark; /* sides: zh_side */
ZH_MUST zh_err zh_say_bought(zh_mark *marks, size_t count, zh_effects *effects);
/* The same for one new item where there is room: what most order lines are. */
ZH_MUST zh_err zh_say_one_bought(const zh_customer_state *state, zh_item_id item, zh_effects *effects);
/* Days of purchases before (of the two states that become one; `from` empty for an event) and after; items in ascending order. */
typedef enum zh_days_side { ZH_DAYS_FROM, ZH_DAYS_TO, ZH_DAYS_AFTER, ZH_DAYS_SIDES } zh_days_side;
typedef struct zh_days_mark { zh_item_id item; uint16_t days[ZH_DAYS_SIDES][2]; } zh_days_mark;
ZH_MUST zh_err zh_say_days(const zh_days_mark *marks, size_t count, zh_effects *effects);
ZH_MUST zh_err zh_say_viewed(const zh_customer_state *state, zh_item_id item, int64_t time_ms, zh_effects *effects);

/* stamps (customer_stamps.c): a row for each customer of the table */
zh_stamps *zh_customer_inner_stamps(const zh_customers *customers, uint32_t row);
ZH_MUST zh_err zh_customer_inner_row_take(zh_customers *customers, zh_customer_state *state); /* for one just put into the table */
void zh_customer_inner_row_give(zh_customers *customers, const zh_customer_state *state); /* who is still in it: the last row moves into its place */
void zh_customer_inner_stamp(zh_customers *customers, const zh_customer_state *state, int64_t time_ms, zh_sv event); /* an event; its bytes as of inner_fact_of */
void zh_customer_inner_stamp_all(zh_customers *customers, const zh_customer_state *state);

/* table (customer.c) */
zh_customer_state *zh_customer_inner_get(const zh_customers *customers, uint64_t number);
/* A state that may be changed, made where absent; *made then. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_customer_inner_take(zh_customers *customers, uint64_t number, zh_customer_state **out, bool *made);
/* About to be removed: a save under way writes it first, and the next one drops its entry. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_customer_inner_leave(zh_customers *customers, uint64_t number);
void zh_customer_inner_untake(zh_customers *customers, uint64_t number); /* one just made, or left, is freed */
/* What the save under way should write of it, now, because it is about to change. */
ZH_MUST zh_err zh_customer_inner_thaw(zh_customers *customers, zh_customer_state *state);

/* `terms` takes the names that entries of earlier versions bring. */
ZH_MUST zh_err zh_customer_inner_read(zh_heap *heap, zh_terms *terms, zh_sv value, zh_customer_state *out); /* ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM */
bool zh_customer_inner_check(const zh_customer_state *state, const char **why);

/* First place in a sorted list whose key is not before `key`. */
#define ZH_LOWER_BOUND(list, type, is_before, at)                                   \
    do {                                                                            \
        uint32_t low_ = 0, high_ = (list)->count;                                   \
        while (low_ < high_) {                                                      \
            const uint32_t middle_ = low_ + (high_ - low_) / 2;                     \
            const type *there = (const type *)(list)->data + middle_;               \
            if (is_before) low_ = middle_ + 1;                                      \
            else high_ = middle_;                                                   \
        }                                                                           \
        (at) = low_;                                                                \
    } while (0)

/* The element at `at`, NULL past the end. */
static inline void *zh_list_at(const zh_heap_list *list, size_t each, uint32_t at)
{
    return at < list->count ? (char *)list->data + (size_t)at * each : NULL;
}

/* Open a gap of `n` elements at `at`; the room was reserved. Close one. */
static inline void *zh_list_gap(zh_heap_list *list, size_t each, uint32_t at, uint32_t n)
{
    char *place = (char *)list->data + (size_t)at * each;
    memmove(place + (size_t)n * each, place, (size_t)(list->count - at) * each);
    list->count += n;
    return place;
}
static inline void zh_list_cut(zh_heap_list *list, size_t each, uint32_t at, uint32_t n)
{
    if (n == 0) return;
    char *place = (char *)list->data + (size_t)at * each;
    memmove(place, place + (size_t)n * each, (size_t)(list->count - at - n) * each);
    list->count -= n;
}

#endif
