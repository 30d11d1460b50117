#include "segment/segments_inside.h"

#include <stdlib.h>

#define ROWS_BYTES_MAX ((size_t)8 << 30)
#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define NAMES_BYTES_MAX ((size_t)4 << 20)
#define PREFETCHED_MAX 256 /* bytes of a row */
#define RESTLESS_MS 1000 /* what changes each millisecond is asked for each second */

/* ---- opening ---- */

zh_err zh_segments_open(zh_segments **out, const zh_segments_desc *desc)
{
    zh_segments *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    s->names = zh_arena_open(NAMES_BYTES_MAX);
    s->scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    s->heap = zh_heap_open(ROWS_BYTES_MAX);
    s->rows = zh_map_open();
    s->by_name = zh_map_open();
    s->first_key = zh_map_open();
    s->customers = desc->customers;
    s->look = desc->look;
    s->look.in_segment = zh_segments_in;
    s->look.segments = s;
    s->look.binding = zh_segments_binding;
    zh_err e = zh_json_open(&s->look.json, ZH_PROFILE_TRAIT_VALUE_MAX);
    if (e == ZH_OK) e = zh_vocabulary_open(&s->env, &s->names);
    if (e == ZH_OK) e = zh_recall_open(&s->recall);
    if (e != ZH_OK) {
        zh_segments_close(s);
        return e;
    }
    *out = s;
    return ZH_OK;
}

static size_t row_bytes(uint32_t cap) { return sizeof(zh_segment_row) + cap * sizeof(zh_segment_item); }
static zh_segment_row *row_at(uint64_t value) { return (zh_segment_row *)(uintptr_t)value; }

zh_segment_row *zh_segments_inner_row_of(const zh_segments *s, uint64_t customer)
{
    const uint64_t *value = zh_map_get(&s->rows, customer);
    return value == NULL ? NULL : row_at(*value);
}

void zh_segments_close(zh_segments *s)
{
    if (s == NULL) return;
    uint64_t customer, value;
    for (size_t at = 0; zh_map_next(&s->rows, &at, &customer, &value);)
        if (row_bytes(row_at(value)->cap) > ZH_HEAP_SMALL_BYTES_MAX) zh_heap_give(&s->heap, row_at(value), row_bytes(row_at(value)->cap));
    for (uint32_t i = 0; i < s->count; i++) zh_segments_inner_free(s->all[i]);
    free(s->all);
    free(s->hot);
    free(s->by_rank);
    free(s->keys);
    free(s->bindings);
    free(s->dirty);
    free(s->alarms);
    zh_recall_close(&s->recall);
    zh_map_close(&s->rows);
    zh_map_close(&s->by_name);
    zh_map_close(&s->first_key);
    zh_heap_close(&s->heap);
    zh_json_close(s->look.json);
    zh_arena_close(&s->names);
    zh_arena_close(&s->scratch);
    free(s);
}

/* ---- rows ---- */

zh_err zh_segments_inner_touch(zh_segments *s, uint64_t customer, zh_segment_row *row)
{
    if (row != NULL && row->dirty) return ZH_OK;
    if (s->dirty_count == s->dirty_room) {
        const size_t room = s->dirty_room == 0 ? 256 : s->dirty_room * 2;
        uint64_t *dirty = realloc(s->dirty, room * sizeof *dirty);
        if (dirty == NULL) return ZH_NOMEM;
        s->dirty = dirty;
        s->dirty_room = room;
    }
    s->dirty[s->dirty_count++] = customer;
    if (row != NULL) row->dirty = true;
    return ZH_OK;
}

zh_err zh_segments_inner_row(zh_segments *s, uint64_t customer, zh_segment_row **out, uint32_t extra)
{
    bool made;
    uint64_t *place = zh_map_at(&s->rows, customer, &made);
    if (place == NULL) return ZH_NOMEM;
    zh_segment_row *row = made ? NULL : row_at(*place);
    const uint32_t count = row == NULL ? 0 : row->count, cap = row == NULL ? 0 : row->cap;
    if (row == NULL || count + extra > cap) {
        const uint32_t more = count + extra + count / 8;
        zh_segment_row *grown = zh_heap_resize(&s->heap, row, row == NULL ? 0 : row_bytes(cap), row_bytes(more));
        if (grown == NULL) {
            if (made) (void)zh_map_drop(&s->rows, customer);
            return ZH_NOMEM;
        }
        if (row == NULL) *grown = (zh_segment_row){ .alarm_ms = ZH_SEGMENT_NEVER };
        grown->cap = (uint32_t)((zh_heap_round(row_bytes(more)) - sizeof *grown) / sizeof(zh_segment_item));
        row = grown;
        *place = (uint64_t)(uintptr_t)row;
    }
    *out = row;
    return ZH_OK;
}

static uint32_t place_of(const zh_segment_row *row, uint32_t number)
{
    uint32_t low = 0, high = row->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (zh_item_number(&row->items[middle]) < number) low = middle + 1;
        else high = middle;
    }
    return low;
}

static const zh_segment_item *item_of(const zh_segment_row *row, uint32_t number)
{
    if (row == NULL) return NULL;
    const uint32_t at = place_of(row, number);
    return at < row->count && zh_item_number(&row->items[at]) == number ? &row->items[at] : NULL;
}

static void free_row(zh_segments *s, uint64_t customer, zh_segment_row *row)
{
    (void)zh_map_drop(&s->rows, customer);
    zh_heap_give(&s->heap, row, row_bytes(row->cap));
}

/* A row of which less than half is used gives the rest back; where there is no memory to move it stays. */
static zh_segment_row *shrunk(zh_segments *s, uint64_t customer, zh_segment_row *row)
{
    const uint32_t wanted = row->count + row->count / 8;
    if (row->cap < 8 || row->count > row->cap / 2) return row;
    uint64_t *place = zh_map_get(&s->rows, customer);
    zh_segment_row *moved = place == NULL ? NULL : zh_heap_resize(&s->heap, row, row_bytes(row->cap), row_bytes(wanted));
    if (moved == NULL) return row;
    moved->cap = (uint32_t)((zh_heap_round(row_bytes(wanted)) - sizeof *moved) / sizeof(zh_segment_item));
    *place = (uint64_t)(uintptr_t)moved;
    return moved;
}

/* The customer is another's now: he is counted no more. */
void zh_segments_inner_row_gone(zh_segments *s, uint64_t customer)
{
    zh_segment_row *row = zh_segments_inner_row_of(s, customer);
    if (row == NULL) return;
    for (uint32_t i = 0; i < row->count; i++) {
        zh_segment_inner *g = s->all[zh_item_number(&row->items[i]) - 1];
        if (!zh_item_in(&row->items[i])) continue;
        g->face.size--;
        g->dirty = true;
        if (g->face.days_count > 0) g->days[g->face.days_count - 1].size = (uint32_t)g->face.size;
    }
    if (!row->dirty) (void)!zh_segments_inner_touch(s, customer, row); /* no memory: the entry stays until the next change, and is dropped when it is read */
    free_row(s, customer, row);
}

/* ---- alarms ---- */

static void sift(zh_segment_alarm *heap, size_t count, size_t at)
{
    const zh_segment_alarm moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1].at_ms < heap[child].at_ms) child++;
        if (heap[child].at_ms >= moved.at_ms) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* The earliest of his moments waits among the alarms; one that waits for an earlier one is woken for nothing, once. */
zh_err zh_segments_inner_alarm(zh_segments *s, uint64_t customer, zh_segment_row *row)
{
    int64_t first_ms = ZH_SEGMENT_NEVER;
    for (uint32_t i = 0; i < row->count; i++)
        if (zh_item_until(&row->items[i]) < first_ms) first_ms = zh_item_until(&row->items[i]);
    if (first_ms >= row->alarm_ms) return ZH_OK;
    if (s->alarms_count == s->alarms_room) {
        const size_t room = s->alarms_room == 0 ? 1024 : s->alarms_room * 2;
        zh_segment_alarm *alarms = realloc(s->alarms, room * sizeof *alarms);
        if (alarms == NULL) return ZH_NOMEM;
        s->alarms = alarms;
        s->alarms_room = room;
    }
    size_t at = s->alarms_count++;
    for (; at > 0 && s->alarms[(at - 1) / 2].at_ms > first_ms; at = (at - 1) / 2) s->alarms[at] = s->alarms[(at - 1) / 2];
    s->alarms[at] = (zh_segment_alarm){ first_ms, customer };
    row->alarm_ms = first_ms;
    return ZH_OK;
}

static zh_segment_alarm take_alarm(zh_segments *s)
{
    const zh_segment_alarm first = s->alarms[0];
    s->alarms[0] = s->alarms[--s->alarms_count];
    if (s->alarms_count > 0) sift(s->alarms, s->alarms_count, 0);
    return first;
}

/* ---- asking ---- */

typedef struct answer { bool in; int64_t until_ms; } answer;

static answer ask(zh_segments *s, uint32_t number)
{
    answer a = { .until_ms = ZH_SEGMENT_NEVER };
    zh_plan *plan = s->hot[number - 1].plan;
    const zh_segment_inner *g = plan != NULL ? NULL : s->all[number - 1];
    if (plan == NULL && (g->condition.program == NULL || !g->is_living)) return a;
    zh_cel_value error;
    s->asked++;
    if (plan != NULL) {
        zh_plan_bind(plan, s->look.terms);
        a.in = zh_plan_ask(plan, &s->look, &s->recall, &s->scratch, &a.until_ms) == ZH_SAID_YES;
    } else {
        zh_arena_reset(&s->scratch);
        a.in = zh_vocabulary_ask(&g->condition, &s->look, &s->scratch, &error, &a.until_ms);
    }
    if (a.until_ms == s->look.now_ms + 1) a.until_ms = s->look.now_ms + RESTLESS_MS;
    if (a.until_ms > ZH_SEGMENT_NEVER) a.until_ms = ZH_SEGMENT_NEVER;
    return a;
}

static zh_err count_change(zh_segment_inner *g, bool in, int64_t now_ms)
{
    zh_segment_day *day;
    const zh_err e = zh_segments_inner_day(g, now_ms, &day);
    if (e != ZH_OK) return e;
    g->face.size += in ? 1 : UINT64_MAX;
    day->size = (uint32_t)g->face.size;
    if (in) day->entered++;
    else day->left++;
    g->dirty = true;
    return ZH_OK;
}

/* What his row says of the segment from now on; *row NULL: he has none. */
static zh_err set(zh_segments *s, uint64_t customer, zh_segment_row **row, uint32_t number, answer a, int64_t now_ms, bool *changed)
{
    const zh_segment_item *was = item_of(*row, number);
    const bool was_in = was != NULL && zh_item_in(was), stays = a.in || a.until_ms != ZH_SEGMENT_NEVER;
    *changed = was_in != a.in;
    if (was == NULL && !stays) return ZH_OK;
    if (was != NULL && !*changed && zh_item_until(was) == a.until_ms) return ZH_OK;
    zh_err e = *changed ? count_change(s->all[number - 1], a.in, now_ms) : ZH_OK;
    if (e == ZH_OK && was == NULL) e = zh_segments_inner_row(s, customer, row, 1);
    if (e == ZH_OK) e = zh_segments_inner_touch(s, customer, *row);
    if (e != ZH_OK) return e;
    const uint32_t at = place_of(*row, number);
    zh_segment_item *item = &(*row)->items[at];
    if (was == NULL) {
        memmove(item + 1, item, ((*row)->count++ - at) * sizeof *item);
    } else if (!stays) {
        memmove(item, item + 1, (--(*row)->count - at) * sizeof *item);
        return ZH_OK;
    }
    if (*changed || !a.in) item->since = (uint64_t)(a.in ? now_ms : a.until_ms) << 16 | (number - 1);
    item->until = (uint64_t)a.until_ms << 1 | a.in;
    return ZH_OK;
}

zh_err zh_segments_inner_ask(zh_segments *s, zh_customer_id customer, int64_t now_ms)
{
    if (now_ms > s->now_ms) s->now_ms = now_ms;
    s->look.customer = customer;
    s->look.state = zh_customers_get(s->customers, customer);
    s->look.now_ms = s->now_ms;
    s->look.turn++;
    zh_recall_of(&s->recall, s->look.state);
    zh_segment_row *row = zh_segments_inner_row_of(s, customer.number);
    zh_err e = ZH_OK;
    for (uint32_t i = 0; i < s->todo_count; i++) { /* it may grow behind i */
        const uint32_t number = s->todo[i];
        bool changed = false;
        if (e == ZH_OK && s->look.state != NULL) e = set(s, customer.number, &row, number, ask(s, number), s->now_ms, &changed);
        if (changed) zh_segments_inner_await_key(s, zh_segments_key(ZH_WAKE_SEGMENT, number, ZH_WAKE_ANY_LINE, 0));
        s->hot[number - 1].is_awaited = false;
    }
    s->todo_count = 0;
    if (e != ZH_OK || row == NULL) return e;
    if (row->count > 0) return zh_segments_inner_alarm(s, customer.number, shrunk(s, customer.number, row));
    if ((e = zh_segments_inner_touch(s, customer.number, row)) == ZH_OK) free_row(s, customer.number, row);
    return e;
}

/* ---- the clock ---- */

int64_t zh_segments_next_ms(const zh_segments *s) { return s->alarms_count == 0 ? INT64_MAX : s->alarms[0].at_ms; }
int64_t zh_segments_now_ms(const zh_segments *s) { return s->now_ms; }
uint64_t zh_segments_asked(const zh_segments *s) { return s->asked; }

/* Those of his segments whose moment has come, as of that moment; then the next of his moments, until there is none up to now. */
static zh_err ring(zh_segments *s, zh_segment_alarm alarm)
{
    zh_segment_row *row = zh_segments_inner_row_of(s, alarm.customer);
    if (row == NULL || row->alarm_ms != alarm.at_ms) return ZH_OK; /* an older one that was overtaken */
    row->alarm_ms = ZH_SEGMENT_NEVER;
    for (uint32_t i = 0; i < row->count; i++)
        if (zh_item_until(&row->items[i]) <= alarm.at_ms) zh_segments_inner_await(s, zh_item_number(&row->items[i]));
    return zh_segments_inner_ask(s, (zh_customer_id){ alarm.customer }, alarm.at_ms);
}

zh_err zh_segments_advance(zh_segments *s, int64_t now_ms, size_t most, bool *done)
{
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < most && zh_segments_next_ms(s) <= now_ms; i++) e = ring(s, take_alarm(s));
    *done = zh_segments_next_ms(s) > now_ms;
    if (*done && now_ms > s->now_ms) s->now_ms = now_ms;
    return e;
}

/* ---- definitions ---- */

bool zh_segments_is_settling(const zh_segments *s) { return s->is_settling; }

zh_err zh_segments_settle(zh_segments *s, size_t most, bool *done)
{
    zh_err e = ZH_OK;
    *done = false;
    s->settling_count = 0;
    for (uint32_t k = 0; k < s->count && s->settling_count < ZH_SEGMENTS_MAX; k++)
        if (s->all[k] != NULL && s->all[k]->settles) s->settling[s->settling_count++] = k;
    const zh_customer_state *state = NULL;
    for (size_t i = 0; e == ZH_OK && i < most; i++) {
        if ((state = zh_customers_walk(s->customers, &s->settle_at)) == NULL) break;
        for (uint32_t k = 0; k < s->settling_count; k++) zh_segments_inner_await(s, s->settling[k] + 1);
        e = zh_segments_inner_ask(s, zh_customer_number(state), s->settle_ms);
    }
    if (e != ZH_OK || state != NULL) return e;
    for (uint32_t k = 0; k < s->count; k++)
        if (s->all[k] != NULL) s->all[k]->settles = false;
    s->is_settling = false;
    *done = true;
    return ZH_OK;
}

/* ---- reading ---- */

uint32_t zh_segments_count(const zh_segments *s) { return s->living; }

bool zh_segments_next(const zh_segments *s, uint32_t *at, zh_segment *out)
{
    while (*at < s->count) {
        const zh_segment_inner *g = zh_segments_inner_of(s, ++*at);
        if (g == NULL) continue;
        *out = g->face;
        return true;
    }
    return false;
}

bool zh_segments_find(const zh_segments *s, zh_sv name, zh_segment *out)
{
    const zh_segment_inner *g = zh_segments_inner_named(s, name);
    if (g == NULL || !g->is_living) return false;
    *out = g->face;
    return true;
}

bool zh_segments_has(const zh_segments *s, uint32_t number, zh_customer_id customer, int64_t *since_ms)
{
    const zh_segment_item *item = item_of(zh_segments_inner_row_of(s, customer.number), number);
    if (item == NULL || !zh_item_in(item)) return false;
    if (since_ms != NULL) *since_ms = zh_item_since(item);
    return true;
}

bool zh_segments_of_customer(const zh_segments *s, zh_customer_id customer, uint32_t *at, uint32_t *number)
{
    const zh_segment_row *row = zh_segments_inner_row_of(s, customer.number);
    while (row != NULL && *at < row->count) {
        const zh_segment_item *item = &row->items[(*at)++];
        *number = zh_item_number(item);
        if (zh_item_in(item) && zh_segments_inner_of(s, *number) != NULL) return true;
    }
    return false;
}

bool zh_segments_in(const void *segments, zh_customer_id customer, zh_sv name)
{
    const zh_segments *s = segments;
    const zh_segment_inner *g = zh_segments_inner_named(s, name);
    return g != NULL && g->is_living && zh_segments_has(s, g->face.number, customer, NULL);
}

bool zh_segments_member(const zh_segments *s, uint32_t number, size_t *at, zh_customer_id *customer, int64_t *since_ms)
{
    uint64_t value;
    while (zh_map_next(&s->rows, at, &customer->number, &value)) {
        const zh_segment_item *item = item_of(row_at(value), number);
        if (item == NULL || !zh_item_in(item)) continue;
        *since_ms = zh_item_since(item);
        return true;
    }
    return false;
}

void zh_segments_prefetch(const zh_segments *s, zh_customer_id customer, int step)
{
    if (s->rows.count == 0) return;
    if (step == 0) {
        zh_map_prefetch(&s->rows, customer.number);
        return;
    }
    const zh_segment_row *row = zh_segments_inner_row_of(s, customer.number);
    for (size_t at = 0; row != NULL && at < PREFETCHED_MAX; at += 64) __builtin_prefetch((const char *)row + at);
}

size_t zh_segments_bytes(const zh_segments *s)
{
    return zh_heap_held(&s->heap) + zh_map_bytes(&s->rows) + zh_map_bytes(&s->first_key) + s->alarms_room * sizeof *s->alarms + s->keys_room * sizeof *s->keys +
           s->dirty_room * sizeof *s->dirty;
}
