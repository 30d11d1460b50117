/* ledger_inside.h -- how the ledger keeps a message; for ledger.c, ledger_ask.c and ledger_keep.c alone. */
#ifndef ZH_REACH_LEDGER_INSIDE_H
#define ZH_REACH_LEDGER_INSIDE_H
#include "base/heap.h"
#include "base/map.h"
#include "reach/ledger.h"

#define ROW_WAITS_NOT UINT32_MAX

enum { ROW_MARKETING = 1, ROW_KEEPS = 2 };

typedef struct row {
    uint64_t id, customer, planned_for;
    uint64_t address;     /* a keyed hash of where it went; 0: it did not go yet */
    struct row *next;     /* of the same customer, by is_newer */
    int64_t planned_ms, due_ms, expires_ms, changed_ms, sent_ms, delivered_ms, seen_ms, clicked_ms, dismissed_ms;
    char *text;           /* entry, data, provider's number, detail, one behind the other; in the heap */
    uint32_t number;      /* its place in `all` */
    uint32_t place;       /* in its channel's waiting, or ROW_WAITS_NOT */
    uint32_t template, campaign, step, language; /* numbers of names */
    uint32_t control, tries;
    uint16_t channel;     /* number of a channel */
    uint16_t entry_size, data_size, provider_size, detail_size;
    uint8_t state, why, via, priority, best_hour, flags;
} row;

typedef struct lane {     /* of a channel */
    zh_sv name;           /* owned */
    row **waiting;        /* a binary heap by goes_first; PLANNED ones */
    uint32_t count, cap;
    uint64_t counts[ZH_MESSAGE_STATES];
} lane;

struct zh_ledger {
    zh_heap heap;
    zh_map rows;          /* id -> row */
    zh_map customers;     /* customer -> his newest row */
    zh_map providers;     /* hash of channel and provider's number -> id */
    zh_map addresses;     /* hash of address, way and place 0 .. ZH_LEDGER_SHARED_MAX - 1 -> a customer who was reached there; what it says is asked of his messages */
    zh_map changed;       /* id -> 0: since the last save */
    row **all;            /* by when they came; NULL: forgotten */
    uint32_t all_count, all_cap;
    zh_map names;         /* hash -> number */
    zh_sv *name;          /* [names_count], in the heap */
    uint32_t names_count, names_cap;
    lane lanes[ZH_LEDGER_CHANNELS_MAX];
    uint32_t lanes_count;
};

static inline row *row_at(uint64_t value) { return (row *)(uintptr_t)value; }
static inline row *row_of(const zh_ledger *l, uint64_t id)
{
    const uint64_t *value = zh_map_get(&l->rows, id);
    return value == NULL ? NULL : row_at(*value);
}
static inline row *first_of(const zh_ledger *l, uint64_t customer)
{
    const uint64_t *value = zh_map_get(&l->customers, customer);
    return value == NULL ? NULL : row_at(*value);
}
static inline zh_sv row_entry(const row *r) { return (zh_sv){ r->text, r->entry_size }; }
static inline zh_sv row_data(const row *r) { return (zh_sv){ r->text + r->entry_size, r->data_size }; }
static inline zh_sv row_provider(const row *r) { return (zh_sv){ r->text + r->entry_size + r->data_size, r->provider_size }; }
static inline zh_sv row_detail(const row *r) { return (zh_sv){ r->text + r->entry_size + r->data_size + r->provider_size, r->detail_size }; }
static inline bool went(const row *r) /* or may have */
{
    return r->state == ZH_MESSAGE_SENDING || r->state == ZH_MESSAGE_SENT || r->state == ZH_MESSAGE_DELIVERED || r->state == ZH_MESSAGE_COMPLAINED ||
           r->state == ZH_MESSAGE_DOUBT;
}

/* Before which other is it taken, of one channel? */
static inline bool goes_first(const row *a, const row *b)
{
    if (a->due_ms != b->due_ms) return a->due_ms < b->due_ms;
    return a->priority != b->priority ? a->priority > b->priority : a->id < b->id;
}

void ledger_view(const zh_ledger *ledger, const row *r, zh_message *out);
uint64_t ledger_provider_key(zh_sv channel, zh_sv provider);
uint64_t ledger_address_key(uint64_t address, zh_channel via, uint32_t place);

/* A row of these values with these texts, linked everywhere; the four names are interned. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err ledger_add(zh_ledger *ledger, const row *values, const zh_message_plan *plan, zh_sv provider, zh_sv detail);

#endif
