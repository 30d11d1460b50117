#include "engine/timeline.h"
#include "base/map.h"
#include "base/order.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define EVENT_KEY_BYTES 29
#define DECISION_KEY_BYTES 17
#define DECISION_VALUE_BYTES 12
#define KEY_BYTES_MAX EVENT_KEY_BYTES
#define MOVES_MAX 8 /* a row, on average, before insertion is given up */

typedef struct row { /* an event; or a decision: customer and time are its id */
    zh_timeline_at at;
    uint32_t before; /* the row put before it of the same chain, 1-based; 0: none */
    char kind;       /* a zh_timeline_kind, or 'd' */
} row;

/* Rows in memory. A flush takes a whole generation; new rows go to the next one meanwhile. */
typedef struct generation {
    row *rows;
    uint32_t count, cap;
    zh_map chains;    /* (kind, customer) -> its newest row */
    zh_map decisions; /* first half of the id -> its newest row */
} generation;

struct zh_timeline {
    zh_state *state;
    pthread_mutex_t lock;
    generation now, leaving; /* leaving: being written to the state; readable until it is there */
};

/* Customer numbers are dense and small; the halves of decision ids fill all 64 bits, so they get a map of their own. */
static uint64_t chain_of(char kind, uint64_t number)
{
    return number * 4 + (kind == 't' ? 2 : kind == 's');
}

static void generation_close(generation *g)
{
    free(g->rows);
    zh_map_close(&g->chains);
    zh_map_close(&g->decisions);
    *g = (generation){ 0 };
}

static zh_err generation_add(generation *g, const row *r)
{
    if (g->count == g->cap) {
        const uint32_t cap = g->cap == 0 ? 1024 : g->cap * 2;
        row *rows = realloc(g->rows, cap * sizeof *rows);
        if (rows == NULL) return ZH_NOMEM;
        g->rows = rows;
        g->cap = cap;
    }
    bool made;
    const uint64_t number = r->at.customer.number;
    uint64_t *newest = r->kind == 'd' ? zh_map_at(&g->decisions, number, &made) : zh_map_at(&g->chains, chain_of(r->kind, number), &made);
    if (newest == NULL) return ZH_NOMEM;
    g->rows[g->count] = *r;
    g->rows[g->count].before = (uint32_t)*newest;
    *newest = ++g->count;
    return ZH_OK;
}

static void put_be(char *at, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8) at[i] = (char)(unsigned char)value;
}

static uint64_t get_be(const char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | (unsigned char)at[i];
    return value;
}

/* Signed times sort by their offset form; inverted, the newest comes first. */
static uint64_t newest_first(int64_t time_ms)
{
    return ~((uint64_t)time_ms ^ (uint64_t)1 << 63);
}

static void event_key(zh_timeline_kind kind, const zh_timeline_at *at, char key[EVENT_KEY_BYTES])
{
    key[0] = (char)kind;
    put_be(key + 1, at->customer.number, 8);
    put_be(key + 9, newest_first(at->time_ms), 8);
    put_be(key + 17, ~at->sequence, 8);
    put_be(key + 25, at->partition, 4);
}

static bool event_key_read(zh_sv key, zh_timeline_at *at)
{
    if (key.size != EVENT_KEY_BYTES) return false;
    at->customer.number = get_be(key.data + 1, 8);
    at->time_ms = (int64_t)(~get_be(key.data + 9, 8) ^ (uint64_t)1 << 63);
    at->sequence = ~get_be(key.data + 17, 8);
    at->partition = (uint32_t)get_be(key.data + 25, 4);
    return true;
}

static void decision_key(zh_decision_id id, char key[DECISION_KEY_BYTES])
{
    key[0] = 'd';
    put_be(key + 1, id.high, 8);
    put_be(key + 9, id.low, 8);
}

zh_err zh_timeline_open(zh_timeline **out, zh_state *state)
{
    zh_timeline *t = calloc(1, sizeof *t);
    if (t == NULL) return ZH_NOMEM;
    t->state = state;
    pthread_mutex_init(&t->lock, NULL);
    *out = t;
    return ZH_OK;
}

void zh_timeline_close(zh_timeline *t)
{
    if (t == NULL) return;
    generation_close(&t->now);
    generation_close(&t->leaving);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static zh_err add(zh_timeline *t, const row *r)
{
    pthread_mutex_lock(&t->lock);
    const zh_err e = generation_add(&t->now, r);
    pthread_mutex_unlock(&t->lock);
    return e;
}

zh_err zh_timeline_put(zh_timeline *t, zh_timeline_kind kind, const zh_timeline_at *at)
{
    return add(t, &(row){ .at = *at, .kind = (char)kind });
}

zh_err zh_timeline_put_decision(zh_timeline *t, zh_decision_id id, uint32_t partition, uint64_t sequence)
{
    return add(t, &(row){ .at = { { id.high }, (int64_t)id.low, partition, sequence }, .kind = 'd' });
}

/* ---- flushing ---- */

/* Order of a page: newest first, then the later record, then the lower partition and number. */
static int page_order(const void *a, const void *b)
{
    const zh_timeline_at *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms > y->time_ms ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence > y->sequence ? -1 : 1;
    if (x->partition != y->partition) return x->partition < y->partition ? -1 : 1;
    return x->customer.number < y->customer.number ? -1 : x->customer.number > y->customer.number;
}

typedef struct packed { /* a row as the state keeps it */
    char key[KEY_BYTES_MAX + 3], value[DECISION_VALUE_BYTES];
    uint8_t key_bytes, value_bytes;
} packed;

static void pack(char kind, const zh_timeline_at *at, packed *out)
{
    if (kind != 'd') {
        event_key((zh_timeline_kind)kind, at, out->key);
        out->key_bytes = EVENT_KEY_BYTES;
        out->value_bytes = 0;
        return;
    }
    decision_key((zh_decision_id){ at->customer.number, (uint64_t)at->time_ms }, out->key);
    put_be(out->value, at->partition, 4);
    put_be(out->value + 4, at->sequence, 8);
    out->key_bytes = DECISION_KEY_BYTES;
    out->value_bytes = DECISION_VALUE_BYTES;
}

/* Pack one chain's rows behind `out`, in the order of their keys; how many, repeated ones left out. Rows of a customer
 * mostly come in the order of time, so insertion has little to do; where it has much, qsort does it. */
static size_t pack_chain(const generation *g, char kind, uint32_t newest, zh_timeline_at *scratch, packed *out)
{
    size_t count = 0, kept = 0, moves = 0;
    bool sorted = true;
    for (uint32_t at = newest; at != 0; at = g->rows[at - 1].before) {
        size_t place = count++;
        for (; place > 0 && sorted && page_order(&g->rows[at - 1].at, &scratch[place - 1]) < 0; place--, moves++)
            scratch[place] = scratch[place - 1];
        scratch[place] = g->rows[at - 1].at;
        sorted &= moves < MOVES_MAX * count;
    }
    if (!sorted) qsort(scratch, count, sizeof *scratch, page_order);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && page_order(&scratch[i], &scratch[i - 1]) == 0) continue; /* a replay puts a row twice */
        pack(kind, &scratch[i], &out[kept++]);
    }
    return kept;
}

/* The chains of one kind in the order of their keys, packed behind each other. */
static zh_err pack_kind(const generation *g, char kind, zh_ordered *chains, zh_timeline_at *scratch, packed *rows, size_t *used)
{
    size_t count = 0;
    uint64_t key, newest;
    for (size_t at = 0; kind == 'd' && zh_map_next(&g->decisions, &at, &key, &newest);) chains[count++] = (zh_ordered){ key, newest };
    for (size_t at = 0; kind != 'd' && zh_map_next(&g->chains, &at, &key, &newest);)
        if (key == chain_of(kind, key / 4)) chains[count++] = (zh_ordered){ key / 4, newest };
    const zh_err e = zh_order(chains, count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) *used += pack_chain(g, kind, (uint32_t)chains[i].at, scratch, rows + *used);
    return e;
}

static zh_err write_generation(zh_timeline *t, const generation *g)
{
    static const char kinds[] = { 'd', ZH_TIMELINE_EVENTS, ZH_TIMELINE_SHOWN, ZH_TIMELINE_TRAITS }; /* in the order of keys */
    zh_ordered *chains = malloc((g->count + 1) * sizeof *chains);
    packed *rows = malloc((g->count + 1) * sizeof *rows);
    zh_state_row *out = malloc((g->count + 1) * sizeof *out);
    zh_timeline_at *scratch = malloc((g->count + 1) * sizeof *scratch);
    zh_err e = chains == NULL || scratch == NULL || rows == NULL || out == NULL ? ZH_NOMEM : ZH_OK;
    size_t used = 0;
    for (size_t k = 0; e == ZH_OK && k < sizeof kinds; k++) e = pack_kind(g, kinds[k], chains, scratch, rows, &used);
    for (size_t i = 0; e == ZH_OK && i < used; i++)
        out[i] = (zh_state_row){ { rows[i].key, rows[i].key_bytes }, { rows[i].value, rows[i].value_bytes } };
    if (e == ZH_OK) e = zh_state_ingest(t->state, ZH_SPACE_TIMELINE, out, used);
    free(chains);
    free(scratch);
    free(rows);
    free(out);
    return e;
}

static zh_err write_leaving(zh_timeline *t)
{
    if (t->leaving.count == 0) return ZH_OK;
    const zh_err e = write_generation(t, &t->leaving);
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&t->lock);
    t->leaving.count = 0;
    zh_map_clear(&t->leaving.chains);
    zh_map_clear(&t->leaving.decisions);
    pthread_mutex_unlock(&t->lock);
    return ZH_OK;
}

zh_err zh_timeline_flush(zh_timeline *t)
{
    const zh_err e = write_leaving(t); /* of an earlier flush that failed */
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&t->lock);
    generation empty = t->leaving;
    t->leaving = t->now;
    t->now = empty;
    pthread_mutex_unlock(&t->lock);
    return write_leaving(t);
}

/* ---- reading ---- */

/* Rows found so far, unsorted, growing. */
typedef struct found {
    zh_timeline_at *rows;
    size_t count, cap;
} found;

static zh_err found_add(found *f, const zh_timeline_at *at)
{
    if (f->count == f->cap) {
        const size_t cap = f->cap == 0 ? 256 : f->cap * 2;
        zh_timeline_at *rows = realloc(f->rows, cap * sizeof *rows);
        if (rows == NULL) return ZH_NOMEM;
        f->rows = rows;
        f->cap = cap;
    }
    f->rows[f->count++] = *at;
    return ZH_OK;
}

static zh_err read_memory(const generation *g, zh_timeline_kind kind, zh_customer_id number, const zh_timeline_at *after, found *f)
{
    const uint64_t *newest = zh_map_get(&g->chains, chain_of((char)kind, number.number));
    for (uint32_t at = newest == NULL ? 0 : (uint32_t)*newest; at != 0; at = g->rows[at - 1].before) {
        const row *r = &g->rows[at - 1];
        if (after != NULL && page_order(&r->at, after) <= 0) continue;
        const zh_err e = found_add(f, &r->at);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err read_state(zh_timeline *t, zh_timeline_kind kind, zh_customer_id number, const zh_timeline_at *after, size_t limit, found *f)
{
    char prefix[9] = { (char)kind }, from[EVENT_KEY_BYTES];
    size_t from_bytes = 0, some = 0;
    put_be(prefix + 1, number.number, 8);
    if (after != NULL) {
        zh_timeline_at start = *after;
        start.customer = number;
        event_key(kind, &start, from);
        from_bytes = sizeof from;
    }
    zh_state_scan scan = zh_state_scan_open(t->state, ZH_SPACE_TIMELINE, (zh_sv){ prefix, 9 }, (zh_sv){ from, from_bytes });
    zh_err e = ZH_OK;
    while (e == ZH_OK && some < limit && zh_state_scan_next(&scan)) {
        zh_timeline_at at;
        if (!event_key_read(scan.key, &at)) e = ZH_CORRUPT;
        else if (after == NULL || page_order(&at, after) > 0) { /* given already: ties of another number */
            e = found_add(f, &at);
            some++;
        }
    }
    const zh_err closed = zh_state_scan_close(&scan);
    return e != ZH_OK ? e : closed;
}

zh_err zh_timeline_read(zh_timeline *t, zh_timeline_kind kind, const zh_customer_id *numbers, size_t numbers_count,
                        const zh_timeline_at *after, size_t limit, zh_timeline_at *out, size_t *count)
{
    *count = 0;
    if (limit > ZH_TIMELINE_PAGE_MAX) limit = ZH_TIMELINE_PAGE_MAX;
    if (numbers_count > ZH_TIMELINE_NUMBERS_MAX) numbers_count = ZH_TIMELINE_NUMBERS_MAX;
    found f = { 0 };
    zh_err e = ZH_OK;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; e == ZH_OK && i < numbers_count; i++) {
        e = read_memory(&t->now, kind, numbers[i], after, &f);
        if (e == ZH_OK) e = read_memory(&t->leaving, kind, numbers[i], after, &f);
    }
    pthread_mutex_unlock(&t->lock);
    /* After memory: a row that leaves meanwhile is then found twice, never not at all. */
    for (size_t i = 0; e == ZH_OK && i < numbers_count; i++) e = read_state(t, kind, numbers[i], after, limit, &f);
    if (e == ZH_OK && f.count > 0) {
        qsort(f.rows, f.count, sizeof *f.rows, page_order);
        for (size_t i = 0; i < f.count && *count < limit; i++)
            if (i == 0 || page_order(&f.rows[i], &f.rows[i - 1]) != 0) out[(*count)++] = f.rows[i];
    }
    free(f.rows);
    return e;
}

static bool decision_in(const generation *g, zh_decision_id id, uint32_t *partition, uint64_t *sequence)
{
    const uint64_t *newest = zh_map_get(&g->decisions, id.high);
    for (uint32_t at = newest == NULL ? 0 : (uint32_t)*newest; at != 0; at = g->rows[at - 1].before) {
        const row *r = &g->rows[at - 1];
        if ((uint64_t)r->at.time_ms != id.low) continue;
        *partition = r->at.partition;
        *sequence = r->at.sequence;
        return true;
    }
    return false;
}

zh_err zh_timeline_kept(zh_timeline *t, const zh_timeline_at *at, zh_buf *out)
{
    char key[EVENT_KEY_BYTES];
    event_key(ZH_TIMELINE_TRAITS, at, key);
    const zh_err e = zh_state_get(t->state, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, out);
    return e == ZH_OK && out->size == 0 ? ZH_ABSENT : e;
}

/* ---- what the log drops ---- */

_Static_assert(EVENT_KEY_BYTES == ZH_TIMELINE_KEY_BYTES && DECISION_KEY_BYTES <= ZH_TIMELINE_KEY_BYTES, "room for either");

size_t zh_timeline_key(zh_timeline_kind kind, const zh_timeline_at *at, char out[ZH_TIMELINE_KEY_BYTES])
{
    event_key(kind, at, out);
    return EVENT_KEY_BYTES;
}

size_t zh_timeline_decision_key(zh_decision_id id, char out[ZH_TIMELINE_KEY_BYTES])
{
    decision_key(id, out);
    return DECISION_KEY_BYTES;
}

void zh_timeline_keep(zh_state_batch *batch, const zh_timeline_at *at, zh_sv record)
{
    char key[EVENT_KEY_BYTES];
    event_key(ZH_TIMELINE_TRAITS, at, key);
    zh_state_put(batch, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, record);
}

zh_err zh_timeline_prune(zh_state *state, zh_state_batch *batch, zh_customer_id number)
{
    char prefix[9] = { (char)ZH_TIMELINE_TRAITS };
    put_be(prefix + 1, number.number, 8);
    size_t at = 0;
    zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_TIMELINE, (zh_sv){ prefix, sizeof prefix }, (zh_sv){ 0 });
    while (zh_state_scan_next(&scan))
        if (at++ >= ZH_TIMELINE_TRAITS_KEPT && scan.value.size > 0) zh_state_drop(batch, ZH_SPACE_TIMELINE, scan.key);
    return zh_state_scan_close(&scan);
}

/* ---- decisions ---- */

zh_err zh_timeline_find_decision(zh_timeline *t, zh_decision_id id, uint32_t *partition, uint64_t *sequence)
{
    pthread_mutex_lock(&t->lock);
    const bool there = decision_in(&t->now, id, partition, sequence) || decision_in(&t->leaving, id, partition, sequence);
    pthread_mutex_unlock(&t->lock);
    if (there) return ZH_OK;
    char key[DECISION_KEY_BYTES];
    decision_key(id, key);
    zh_buf value = zh_buf_open(64);
    zh_err e = zh_state_get(t->state, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, &value);
    if (e == ZH_OK && value.size != DECISION_VALUE_BYTES) e = ZH_CORRUPT;
    if (e == ZH_OK) {
        *partition = (uint32_t)get_be(value.data, 4);
        *sequence = get_be(value.data + 4, 8);
    }
    zh_buf_close(&value);
    return e;
}

size_t zh_timeline_cursor(const zh_timeline_at *at, char out[ZH_TIMELINE_CURSOR_BYTES])
{
    const int size = snprintf(out, ZH_TIMELINE_CURSOR_BYTES, "%llx.%llx.%x.%llx", (unsigned long long)at->time_ms,
                              (unsigned long long)at->sequence, at->partition, (unsigned long long)at->customer.number);
    return (size_t)size;
}

zh_err zh_timeline_cursor_parse(zh_sv text, zh_timeline_at *out)
{
    uint64_t parts[4] = { 0 };
    size_t part = 0, digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == '.') {
            if (digits == 0 || ++part == 4) return ZH_FORMAT;
            digits = 0;
            continue;
        }
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0 || ++digits > 16) return ZH_FORMAT;
        parts[part] = parts[part] << 4 | (uint64_t)digit;
    }
    if (part != 3 || digits == 0 || parts[2] > UINT32_MAX) return ZH_FORMAT;
    *out = (zh_timeline_at){ { parts[3] }, (int64_t)parts[0], (uint32_t)parts[2], parts[1] };
    return ZH_OK;
}
