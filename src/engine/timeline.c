#include "engine/timeline.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENT_KEY_BYTES 29
#define DECISION_KEY_BYTES 17
#define DECISION_VALUE_BYTES 12

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

void zh_timeline_put(zh_state_batch *batch, zh_timeline_kind kind, const zh_timeline_at *at)
{
    char key[EVENT_KEY_BYTES];
    event_key(kind, at, key);
    zh_state_put(batch, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, (zh_sv){ 0 });
}

static void decision_key(zh_decision_id id, char key[DECISION_KEY_BYTES])
{
    key[0] = 'd';
    put_be(key + 1, id.high, 8);
    put_be(key + 9, id.low, 8);
}

void zh_timeline_put_decision(zh_state_batch *batch, zh_decision_id id, uint32_t partition, uint64_t sequence)
{
    char key[DECISION_KEY_BYTES], value[DECISION_VALUE_BYTES];
    decision_key(id, key);
    put_be(value, partition, 4);
    put_be(value + 4, sequence, 8);
    zh_state_put(batch, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, (zh_sv){ value, sizeof value });
}

zh_err zh_timeline_find_decision(zh_state *state, zh_decision_id id, uint32_t *partition, uint64_t *sequence)
{
    char key[DECISION_KEY_BYTES];
    decision_key(id, key);
    zh_buf value = zh_buf_open(64);
    zh_err e = zh_state_get(state, ZH_SPACE_TIMELINE, (zh_sv){ key, sizeof key }, &value);
    if (e == ZH_OK && value.size != DECISION_VALUE_BYTES) e = ZH_CORRUPT;
    if (e == ZH_OK) {
        *partition = (uint32_t)get_be(value.data, 4);
        *sequence = get_be(value.data + 4, 8);
    }
    zh_buf_close(&value);
    return e;
}

/* Order of a page: newest first, then the later record, then the lower partition and number. */
static int page_order(const void *a, const void *b)
{
    const zh_timeline_at *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms > y->time_ms ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence > y->sequence ? -1 : 1;
    if (x->partition != y->partition) return x->partition < y->partition ? -1 : 1;
    return x->customer.number < y->customer.number ? -1 : x->customer.number > y->customer.number;
}

static zh_err read_one(zh_state *state, zh_timeline_kind kind, zh_customer_id number, const zh_timeline_at *after, size_t limit,
                       zh_timeline_at *out, size_t *count)
{
    char prefix[9] = { (char)kind }, from[EVENT_KEY_BYTES];
    size_t from_bytes = 0;
    put_be(prefix + 1, number.number, 8);
    if (after != NULL) {
        zh_timeline_at start = *after;
        start.customer = number;
        event_key(kind, &start, from);
        from_bytes = sizeof from;
    }
    zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_TIMELINE, (zh_sv){ prefix, 9 }, (zh_sv){ from, from_bytes });
    zh_err e = ZH_OK;
    while (*count < limit && zh_state_scan_next(&scan)) {
        zh_timeline_at at;
        if (!event_key_read(scan.key, &at)) {
            e = ZH_CORRUPT;
            break;
        }
        if (after != NULL && page_order(&at, after) <= 0) continue; /* given already: ties of another number */
        out[(*count)++] = at;
    }
    const zh_err closed = zh_state_scan_close(&scan);
    return e != ZH_OK ? e : closed;
}

zh_err zh_timeline_read(zh_state *state, zh_timeline_kind kind, const zh_customer_id *numbers, size_t numbers_count,
                        const zh_timeline_at *after, size_t limit, zh_timeline_at *out, size_t *count)
{
    *count = 0;
    if (limit > ZH_TIMELINE_PAGE_MAX) limit = ZH_TIMELINE_PAGE_MAX;
    if (numbers_count > ZH_TIMELINE_NUMBERS_MAX) numbers_count = ZH_TIMELINE_NUMBERS_MAX;
    if (numbers_count == 1) return read_one(state, kind, numbers[0], after, limit, out, count);
    zh_timeline_at *all = malloc((numbers_count * limit + 1) * sizeof *all);
    if (all == NULL) return ZH_NOMEM;
    size_t total = 0;
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < numbers_count; i++) {
        size_t some = 0;
        e = read_one(state, kind, numbers[i], after, limit, all + total, &some);
        total += some;
    }
    if (e == ZH_OK) {
        qsort(all, total, sizeof *all, page_order);
        *count = total < limit ? total : limit;
        memcpy(out, all, *count * sizeof *out);
    }
    free(all);
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
