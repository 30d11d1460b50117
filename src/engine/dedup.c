#include "engine/dedup.h"
#include "base/bloom.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct entry {
    zh_event_key key; /* 0, 0: free */
    uint64_t body_hash;
} entry;

typedef struct table {
    entry *entries;
    size_t count, cap; /* cap: a power of two or 0 */
} table;

struct zh_dedup {
    zh_state *state;
    table now, before;
    bool whole; /* every key of the state is in the tables */

    /* "Certainly not" without asking the state: keys asked since the opening, and those that were there then, which a
     * thread reads in; until it is through the state is asked. */
    zh_bloom since, then;
    bool since_fails;            /* a key did not go in: it says nothing any more */
    _Atomic bool then_is_whole, stopping;
    zh_state_scan scan;
    pthread_t thread;
    bool started;
};

static zh_event_key never_free(zh_event_key key)
{
    if (key.high == 0 && key.low == 0) key.low = 1;
    return key;
}

static bool is_free(const entry *e)
{
    return e->key.high == 0 && e->key.low == 0;
}

static entry *find(const table *t, zh_event_key key)
{
    size_t at = (size_t)key.low & (t->cap - 1); /* keys are hashes already */
    while (!is_free(&t->entries[at]) && !zh_event_key_equal(t->entries[at].key, key)) at = (at + 1) & (t->cap - 1);
    return &t->entries[at];
}

void zh_dedup_prefetch(const zh_dedup *d, zh_event_key key)
{
    if (d->now.cap > 0) __builtin_prefetch(&d->now.entries[(size_t)key.low & (d->now.cap - 1)]);
    if (d->before.cap > 0) __builtin_prefetch(&d->before.entries[(size_t)key.low & (d->before.cap - 1)]);
    if (d->whole) return;
    zh_bloom_prefetch(&d->since, key.high);
    if (d->then_is_whole) zh_bloom_prefetch(&d->then, key.high);
}

static zh_err insert(table *t, zh_event_key key, uint64_t body_hash)
{
    if (t->count + 1 > t->cap / 4 * 3) {
        table bigger = { .cap = t->cap == 0 ? 1024 : t->cap * 2, .count = t->count };
        bigger.entries = calloc(bigger.cap, sizeof *bigger.entries);
        if (bigger.entries == NULL) return ZH_NOMEM;
        for (size_t i = 0; i < t->cap; i++)
            if (!is_free(&t->entries[i])) *find(&bigger, t->entries[i].key) = t->entries[i];
        free(t->entries);
        *t = bigger;
    }
    entry *place = find(t, key);
    t->count += is_free(place);
    *place = (entry){ key, body_hash };
    return ZH_OK;
}

static void key_bytes(zh_event_key key, char out[16])
{
    for (int i = 0; i < 8; i++) {
        out[i] = (char)(unsigned char)(key.high >> (56 - 8 * i));
        out[8 + i] = (char)(unsigned char)(key.low >> (56 - 8 * i));
    }
}

static uint64_t big_endian(const char *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | (unsigned char)at[i];
    return value;
}

static bool is_before(const zh_dedup_row *x, const zh_dedup_row *y)
{
    return x->key.high != y->key.high ? x->key.high < y->key.high : x->key.low < y->key.low;
}

/* Keys are hashes, so their first 32 bits put nearly all of them in place: two counting passes of 16 bits
 * (Knuth, 5.2.5), then insertion for what is left. About 20 ns a row where qsort takes 200. */
static zh_err sort_rows(zh_dedup_row *rows, size_t count)
{
    enum { DIGITS = 1 << 16 };
    zh_dedup_row *other = malloc(count * sizeof *other);
    uint32_t *starts = malloc(DIGITS * sizeof *starts);
    const zh_err e = other == NULL || starts == NULL || count > UINT32_MAX ? ZH_NOMEM : ZH_OK;
    zh_dedup_row *from = rows, *to = other;
    for (int pass = 0; e == ZH_OK && pass < 2; pass++) {
        const int shift = pass == 0 ? 32 : 48;
        memset(starts, 0, DIGITS * sizeof *starts);
        for (size_t i = 0; i < count; i++) starts[from[i].key.high >> shift & (DIGITS - 1)]++;
        uint32_t next = 0;
        for (size_t d = 0; d < DIGITS; d++) {
            const uint32_t here = starts[d];
            starts[d] = next;
            next += here;
        }
        for (size_t i = 0; i < count; i++) to[starts[from[i].key.high >> shift & (DIGITS - 1)]++] = from[i];
        zh_dedup_row *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 1; e == ZH_OK && i < count; i++) {
        const zh_dedup_row row = rows[i];
        size_t at = i;
        for (; at > 0 && is_before(&row, &rows[at - 1]); at--) rows[at] = rows[at - 1];
        rows[at] = row;
    }
    free(other);
    free(starts);
    return e;
}

zh_err zh_dedup_keep(zh_state *state, zh_dedup_row *rows, size_t count, uint16_t day)
{
    if (count == 0) return ZH_OK;
    for (size_t i = 0; i < count; i++) rows[i].key = never_free(rows[i].key);
    zh_err e = sort_rows(rows, count);
    if (e != ZH_OK) return e;
    struct row_bytes { char key[16], value[ZH_STATE_DEDUP_VALUE_BYTES]; } *bytes = malloc(count * sizeof *bytes);
    zh_state_row *out = malloc(count * sizeof *out);
    size_t used = 0;
    for (size_t i = 0; bytes != NULL && out != NULL && i < count; i++) {
        if (i > 0 && zh_event_key_equal(rows[i].key, rows[i - 1].key)) continue; /* a replay meets a row twice */
        struct row_bytes *b = &bytes[used];
        key_bytes(rows[i].key, b->key);
        memcpy(b->value, &rows[i].body_hash, 8);
        b->value[8] = (char)(unsigned char)(day & 255);
        b->value[9] = (char)(unsigned char)(day >> 8);
        out[used] = (zh_state_row){ { b->key, sizeof b->key }, { b->value, sizeof b->value } };
        used++;
    }
    e = bytes == NULL || out == NULL ? ZH_NOMEM : zh_state_ingest(state, ZH_SPACE_DEDUP, out, used);
    free(bytes);
    free(out);
    return e;
}

/* The hash of the body, then the day; format 1 of the state had no day. */
static bool is_value(zh_sv value)
{
    return value.size == ZH_STATE_DEDUP_VALUE_BYTES || value.size == 8;
}

static zh_err read_all(zh_dedup *d)
{
    zh_err e = ZH_OK;
    zh_state_scan scan = zh_state_scan_open(d->state, ZH_SPACE_DEDUP, (zh_sv){ 0 }, (zh_sv){ 0 });
    d->whole = true;
    while (e == ZH_OK && zh_state_scan_next(&scan)) {
        if (d->before.count == ZH_DEDUP_KEYS) {
            d->whole = false;
            break;
        }
        uint64_t body_hash;
        if (scan.key.size != 16 || !is_value(scan.value)) {
            e = ZH_CORRUPT;
            break;
        }
        memcpy(&body_hash, scan.value.data, 8);
        e = insert(&d->before, (zh_event_key){ big_endian(scan.key.data), big_endian(scan.key.data + 8) }, body_hash);
    }
    const zh_err closed = zh_state_scan_close(&scan);
    return e != ZH_OK ? e : closed;
}

/* Every row that was in the state at the opening, into `then`. A failure leaves it unfinished: the state is asked. */
static void *fill(void *context)
{
    zh_dedup *d = context;
    pthread_setname_np(pthread_self(), "zhun-dedup"); /* as top and a profile show it */
    bool good = zh_bloom_reserve(&d->then, zh_state_rows(d->state, ZH_SPACE_DEDUP)) == ZH_OK;
    while (good && !d->stopping && zh_state_scan_next(&d->scan))
        good = d->scan.key.size == 16 && zh_bloom_add(&d->then, big_endian(d->scan.key.data), big_endian(d->scan.key.data + 8)) == ZH_OK;
    const zh_err closed = zh_state_scan_close(&d->scan);
    if (good && closed == ZH_OK && !d->stopping) d->then_is_whole = true;
    return NULL;
}

zh_err zh_dedup_open(zh_dedup **out, zh_state *state)
{
    zh_dedup *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    d->state = state;
    zh_err e = read_all(d);
    if (e != ZH_OK) {
        zh_dedup_close(d);
        return e;
    }
    d->scan = zh_state_scan_open(state, ZH_SPACE_DEDUP, (zh_sv){ 0 }, (zh_sv){ 0 }); /* what is there now, whatever comes */
    d->started = pthread_create(&d->thread, NULL, fill, d) == 0;
    if (!d->started) (void)zh_state_scan_close(&d->scan);
    *out = d;
    return ZH_OK;
}

bool zh_dedup_is_filtered(const zh_dedup *d)
{
    return d->then_is_whole;
}

void zh_dedup_close(zh_dedup *d)
{
    if (d == NULL) return;
    d->stopping = true;
    if (d->started) pthread_join(d->thread, NULL);
    zh_bloom_close(&d->since);
    zh_bloom_close(&d->then);
    free(d->now.entries);
    free(d->before.entries);
    free(d);
}

static const entry *in_memory(const zh_dedup *d, zh_event_key key)
{
    const table *const both[] = { &d->now, &d->before };
    for (int i = 0; i < 2; i++) {
        if (both[i]->cap == 0) continue;
        const entry *e = find(both[i], key);
        if (!is_free(e)) return e;
    }
    return NULL;
}

static zh_err in_state(zh_dedup *d, zh_event_key key, uint64_t *body_hash)
{
    char bytes[16];
    key_bytes(key, bytes);
    zh_buf value = zh_buf_open(64);
    zh_err e = zh_state_get(d->state, ZH_SPACE_DEDUP, (zh_sv){ bytes, 16 }, &value);
    if (e == ZH_OK && !is_value(zh_buf_view(&value))) e = ZH_CORRUPT;
    if (e == ZH_OK) memcpy(body_hash, value.data, 8);
    zh_buf_close(&value);
    return e;
}

static bool may_be_in_state(const zh_dedup *d, zh_event_key key)
{
    if (d->since_fails || !d->then_is_whole) return true;
    return zh_bloom_may_have(&d->then, key.high, key.low) || zh_bloom_may_have(&d->since, key.high, key.low);
}

zh_err zh_dedup_ask(zh_dedup *d, zh_event_key key, uint64_t body_hash, zh_seen *seen)
{
    key = never_free(key);
    const entry *there = in_memory(d, key);
    uint64_t body_before = there != NULL ? there->body_hash : 0;
    if (there == NULL && !d->whole && may_be_in_state(d, key)) {
        const zh_err e = in_state(d, key, &body_before);
        if (e != ZH_OK && e != ZH_ABSENT) return e;
        if (e == ZH_OK) {
            *seen = body_before == body_hash ? ZH_SEEN_SAME : ZH_SEEN_OTHER_BODY;
            return ZH_OK;
        }
    }
    if (there != NULL) {
        *seen = body_before == body_hash ? ZH_SEEN_SAME : ZH_SEEN_OTHER_BODY;
        return ZH_OK;
    }
    *seen = ZH_SEEN_NEW;
    const zh_err e = insert(&d->now, key, body_hash);
    if (e == ZH_OK && !d->since_fails) d->since_fails = zh_bloom_add(&d->since, key.high, key.low) != ZH_OK;
    return e;
}

void zh_dedup_forget(zh_dedup *d, zh_event_key key)
{
    table *t = &d->now;
    if (t->cap == 0) return;
    entry *hole = find(t, never_free(key));
    if (is_free(hole)) return;
    /* Close the gap, as in base/map.c (Knuth, 6.4 R). */
    size_t gap = (size_t)(hole - t->entries);
    for (size_t at = (gap + 1) & (t->cap - 1); !is_free(&t->entries[at]); at = (at + 1) & (t->cap - 1)) {
        const size_t wanted = (size_t)t->entries[at].key.low & (t->cap - 1);
        if (((at - wanted) & (t->cap - 1)) < ((at - gap) & (t->cap - 1))) continue;
        t->entries[gap] = t->entries[at];
        gap = at;
    }
    t->entries[gap] = (entry){ { 0, 0 }, 0 };
    t->count--;
}

bool zh_dedup_is_full(const zh_dedup *d)
{
    return d->now.count >= ZH_DEDUP_KEYS;
}

void zh_dedup_turn(zh_dedup *d)
{
    if (d->before.count > 0) d->whole = false;
    free(d->before.entries);
    d->before = d->now;
    d->now = (table){ .entries = calloc(d->before.cap, sizeof(entry)), .cap = d->before.cap }; /* it will grow as large: not by steps */
    if (d->now.entries == NULL) d->now.cap = 0;
}
