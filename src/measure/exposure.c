/* Entries, one a kept day:
 *   key    u8 day modulo ZH_EXPOSURE_DAYS
 *   value  u8 version, u32 crc32c of the rest, zig day; of everybody, then of own: var level, var rows, each: u32 customer, u32 place, u64 item,
 *          var first count (shown, or touched where place is 0), var bought (where place is 0). Rows go by (customer, place, item). */
#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"
#include "measure/exposure.h"

#include <stdlib.h>

#define VERSION 1
#define DRAW_KEY UINT64_C(0x6578706F73757265) /* so that the draw has nothing to do with other uses of the numbers */
#define DAY_BYTES_MAX ((size_t)8 << 20)       /* both tables full: 2 x 24,000 rows of at most 36 bytes */

typedef struct cell {
    uint64_t item;
    uint32_t customer, place;
    uint32_t first, bought; /* first: shown, or touched where place is 0 */
} cell;

typedef struct table {
    zh_map index; /* hash of (customer, place, item) -> place in the list */
    zh_buf list;  /* of cell */
    uint32_t level;
} table;

typedef struct day_slot {
    int64_t day; /* INT64_MIN: none */
    table parts[ZH_EXPOSURE_PARTS];
    bool dirty;
} day_slot;

struct zh_exposure {
    day_slot days[ZH_EXPOSURE_DAYS]; /* at day modulo their number */
    int64_t newest;
};

static const uint32_t cells_max[ZH_EXPOSURE_PARTS] = { ZH_EXPOSURE_CELLS_MAX, ZH_EXPOSURE_OWN_MAX };

static cell *cells_of(const table *t) { return (cell *)(void *)t->list.data; }
static size_t count_of(const table *t) { return t->list.size / sizeof(cell); }
static uint64_t hash_of(const cell *c) { return zh_mix64(c->item ^ zh_mix64((uint64_t)c->customer << 32 | c->place)); }

static void empty(day_slot *s)
{
    for (int part = 0; part < ZH_EXPOSURE_PARTS; part++) {
        zh_map_close(&s->parts[part].index);
        zh_buf_close(&s->parts[part].list);
        s->parts[part] = (table){ zh_map_open(), zh_buf_open((cells_max[part] + 1) * sizeof(cell)), 0 };
    }
    s->day = INT64_MIN;
}

zh_err zh_exposure_open(zh_exposure **out)
{
    zh_exposure *x = calloc(1, sizeof *x);
    *out = x;
    if (x == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < ZH_EXPOSURE_DAYS; i++) empty(&x->days[i]);
    x->newest = INT64_MIN;
    return ZH_OK;
}

void zh_exposure_close(zh_exposure *x)
{
    if (x == NULL) return;
    for (size_t i = 0; i < ZH_EXPOSURE_DAYS; i++) empty(&x->days[i]);
    free(x);
}

/* ---- drawing ---- */

bool zh_exposure_draws(uint64_t key, uint32_t level) { return (zh_mix64(key ^ DRAW_KEY) & ((UINT64_C(1) << level) - 1)) == 0; }

static uint64_t drawn_by(const cell *c, zh_exposure_part part) { return part == ZH_EXPOSURE_OWN ? c->customer : c->item; }

/* One level up: those that are not drawn any more leave. The index is as large as it was, so nothing can fail. */
static void thin(table *t, zh_exposure_part part)
{
    cell *cells = cells_of(t);
    size_t kept = 0;
    t->level++;
    for (size_t i = 0; i < count_of(t); i++) {
        const cell c = cells[i];
        if (!zh_exposure_draws(drawn_by(&c, part), t->level)) {
            (void)zh_map_drop(&t->index, hash_of(&c));
            continue;
        }
        if (kept != i) *zh_map_get(&t->index, hash_of(&c)) = kept;
        cells[kept++] = c;
    }
    t->list.size = kept * sizeof(cell);
}

static zh_err add(table *t, zh_exposure_part part, const cell *c)
{
    bool made;
    if (!zh_exposure_draws(drawn_by(c, part), t->level)) return ZH_OK;
    uint64_t *at = zh_map_at(&t->index, hash_of(c), &made);
    if (at == NULL) return ZH_NOMEM;
    if (!made) {
        cell *there = cells_of(t) + *at;
        if (there->first <= UINT32_MAX - c->first) there->first += c->first;
        if (there->bought <= UINT32_MAX - c->bought) there->bought += c->bought;
        return ZH_OK;
    }
    *at = count_of(t);
    char *room = zh_buf_room(&t->list, sizeof *c);
    if (room == NULL) {
        (void)zh_map_drop(&t->index, hash_of(c));
        return ZH_NOMEM;
    }
    memcpy(room, c, sizeof *c);
    while (count_of(t) > cells_max[part] && t->level < ZH_EXPOSURE_LEVEL_MAX) thin(t, part);
    return ZH_OK;
}

/* ---- days ---- */

static size_t slot_of(int64_t day) { return (size_t)(((day % ZH_EXPOSURE_DAYS) + ZH_EXPOSURE_DAYS) % ZH_EXPOSURE_DAYS); }

static const day_slot *find(const zh_exposure *x, int64_t day)
{
    const day_slot *s = &x->days[slot_of(day)];
    return day != INT64_MIN && s->day == day ? s : NULL;
}

/* The slot of a day, made where it is new; NULL: the day is too old. */
static day_slot *slot_at(zh_exposure *x, int64_t day)
{
    if (x->newest != INT64_MIN && day <= x->newest - ZH_EXPOSURE_DAYS) return NULL;
    if (day > x->newest) {
        x->newest = day;
        for (size_t i = 0; i < ZH_EXPOSURE_DAYS; i++) {
            day_slot *old = &x->days[i];
            if (old->day == INT64_MIN || old->day > day - ZH_EXPOSURE_DAYS) continue;
            empty(old);
            old->dirty = true;
        }
    }
    day_slot *s = &x->days[slot_of(day)];
    s->day = day;
    s->dirty = true;
    return s;
}

static int64_t day_of(int64_t time_ms, int64_t commit_ms)
{
    const int64_t ms = time_ms < commit_ms ? time_ms : commit_ms;
    return ms / ZH_DAY_MS - (ms % ZH_DAY_MS < 0);
}

/* ---- folding ---- */

uint32_t zh_exposure_place(zh_sv placement, bool personal)
{
    const uint32_t hash = (uint32_t)(zh_fast64(placement) >> 33) << 1;
    return (hash == 0 ? 2 : hash) | (personal ? 1 : 0);
}

zh_err zh_exposure_decided(zh_exposure *x, const zh_decision *d, int64_t commit_ms)
{
    if (d->customer.number > UINT32_MAX) return ZH_RANGE;
    day_slot *s = d->shown_count == 0 ? NULL : slot_at(x, day_of(d->time_ms, commit_ms));
    zh_err e = ZH_OK;
    for (uint32_t i = 0; s != NULL && e == ZH_OK && i < d->shown_count; i++) {
        cell c = { .item = d->shown[i].item.number, .place = zh_exposure_place(d->placement, d->personalized), .first = 1 };
        e = add(&s->parts[ZH_EXPOSURE_EVERYBODY], ZH_EXPOSURE_EVERYBODY, &c);
        c.customer = (uint32_t)d->customer.number;
        if (e == ZH_OK && c.customer != 0) e = add(&s->parts[ZH_EXPOSURE_OWN], ZH_EXPOSURE_OWN, &c);
    }
    return e;
}

static bool is_touch(zh_act act) { return act == ZH_ACT_VIEW || act == ZH_ACT_CLICK || act == ZH_ACT_ADD || act == ZH_ACT_WISH; }

zh_err zh_exposure_fold(zh_exposure *x, const zh_event *event, zh_customer_id customer, int64_t commit_ms)
{
    const bool touches = is_touch(event->act);
    if (customer.number > UINT32_MAX) return ZH_RANGE;
    if (customer.number == 0 || (!touches && event->act != ZH_ACT_ORDER) || event->lines_count == 0) return ZH_OK;
    if ((event->marks & (ZH_MARKS_NOT_LEARNED | ZH_MARK_BOT_AGENT)) != 0) return ZH_OK;
    day_slot *s = slot_at(x, day_of(event->time_ms, commit_ms));
    zh_err e = ZH_OK;
    for (uint32_t i = 0; s != NULL && e == ZH_OK && i < event->lines_count; i++) {
        const cell c = { .item = event->lines[i].item.number, .customer = (uint32_t)customer.number, .first = touches, .bought = !touches };
        e = add(&s->parts[ZH_EXPOSURE_OWN], ZH_EXPOSURE_OWN, &c);
    }
    return e;
}

/* ---- asking ---- */

int64_t zh_exposure_newest(const zh_exposure *x) { return x->newest; }

bool zh_exposure_next(const zh_exposure *x, int64_t day, zh_exposure_part part, size_t *at, zh_exposure_row *out)
{
    const day_slot *s = find(x, day);
    if (s == NULL || *at >= count_of(&s->parts[part])) return false;
    const cell *c = cells_of(&s->parts[part]) + (*at)++;
    const bool listed = c->place != 0;
    *out = (zh_exposure_row){ .item = c->item, .customer = c->customer, .place = c->place, .shown = listed ? c->first : 0, .touched = listed ? 0 : c->first, .bought = c->bought };
    return true;
}

uint32_t zh_exposure_level(const zh_exposure *x, int64_t day, zh_exposure_part part)
{
    const day_slot *s = find(x, day);
    return s == NULL ? 0 : s->parts[part].level;
}

/* ---- keeping ---- */

static int by_key(const void *first, const void *second)
{
    const cell *a = first, *b = second;
    if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
    if (a->place != b->place) return a->place < b->place ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* A copy is sorted: the table's own order is what the index says. */
static zh_err put_table(const table *t, zh_buf *to)
{
    const size_t count = count_of(t);
    zh_buf_put_var(to, t->level);
    zh_buf_put_var(to, count);
    if (count == 0) return ZH_OK;
    cell *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL) return ZH_NOMEM;
    memcpy(sorted, t->list.data, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_key);
    for (size_t i = 0; i < count; i++) {
        zh_buf_put_u32(to, sorted[i].customer);
        zh_buf_put_u32(to, sorted[i].place);
        zh_buf_put_u64(to, sorted[i].item);
        zh_buf_put_var(to, sorted[i].first);
        if (sorted[i].place == 0) zh_buf_put_var(to, sorted[i].bought);
    }
    free(sorted);
    return ZH_OK;
}

static zh_err save_day(const day_slot *s, uint8_t at, zh_keep keep, zh_buf *body, zh_buf *value)
{
    const zh_sv key = { (const char *)&at, 1 };
    if (s->day == INT64_MIN) return keep.put(keep.context, key, (zh_sv){ 0 });
    zh_buf_reset(body);
    zh_buf_reset(value);
    zh_buf_put_zig(body, s->day);
    zh_err e = put_table(&s->parts[ZH_EXPOSURE_EVERYBODY], body);
    if (e == ZH_OK) e = put_table(&s->parts[ZH_EXPOSURE_OWN], body);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_u32(value, zh_crc32c(0, zh_buf_view(body)));
    zh_buf_put(value, zh_buf_view(body));
    if (e == ZH_OK) e = zh_buf_err(body);
    if (e == ZH_OK) e = zh_buf_err(value);
    return e != ZH_OK ? e : keep.put(keep.context, key, zh_buf_view(value));
}

zh_err zh_exposure_save(zh_exposure *x, bool all, zh_keep keep)
{
    zh_buf body = zh_buf_open(DAY_BYTES_MAX), value = zh_buf_open(DAY_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < ZH_EXPOSURE_DAYS; i++) {
        day_slot *s = &x->days[i];
        if (all ? s->day == INT64_MIN : !s->dirty) continue;
        e = save_day(s, (uint8_t)i, keep, &body, &value);
        if (e == ZH_OK && !all) s->dirty = false;
    }
    zh_buf_close(&body);
    zh_buf_close(&value);
    return e;
}

static zh_err read_table(zh_reader *r, zh_exposure_part part, table *t)
{
    const uint64_t level = zh_read_var(r), count = zh_read_var(r);
    if (r->bad || level > ZH_EXPOSURE_LEVEL_MAX || count > cells_max[part]) return ZH_CORRUPT;
    t->level = (uint32_t)level;
    for (uint64_t i = 0; i < count; i++) {
        cell c = { .customer = zh_read_u32(r), .place = zh_read_u32(r) };
        c.item = zh_read_u64(r);
        const uint64_t first = zh_read_var(r), bought = c.place == 0 ? zh_read_var(r) : 0;
        c.first = (uint32_t)first, c.bought = (uint32_t)bought;
        if (r->bad || first > UINT32_MAX || bought > UINT32_MAX || !zh_exposure_draws(drawn_by(&c, part), t->level)) return ZH_CORRUPT;
        const size_t before = count_of(t);
        const zh_err e = add(t, part, &c);
        if (e != ZH_OK) return e;
        if (count_of(t) != before + 1) return ZH_CORRUPT; /* twice the same */
    }
    return ZH_OK;
}

zh_err zh_exposure_load(zh_exposure *x, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    if (key.size != 1 || (uint8_t)key.data[0] >= ZH_EXPOSURE_DAYS) return ZH_FORMAT;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    const uint32_t sum = zh_read_u32(&r);
    if (r.bad || zh_crc32c(0, (zh_sv){ r.at, zh_reader_left(&r) }) != sum) return ZH_CORRUPT;
    const int64_t day = zh_read_zig(&r);
    day_slot *s = &x->days[(uint8_t)key.data[0]];
    if (r.bad || slot_of(day) != (uint8_t)key.data[0] || s->day != INT64_MIN) return ZH_CORRUPT;
    s->day = day;
    zh_err e = read_table(&r, ZH_EXPOSURE_EVERYBODY, &s->parts[ZH_EXPOSURE_EVERYBODY]);
    if (e == ZH_OK) e = read_table(&r, ZH_EXPOSURE_OWN, &s->parts[ZH_EXPOSURE_OWN]);
    if (e == ZH_OK && zh_reader_left(&r) != 0) e = ZH_CORRUPT;
    if (e == ZH_OK && day > x->newest) x->newest = day;
    return e;
}

/* ---- proof ---- */

static bool check_table(const table *t, zh_exposure_part part, const char **why)
{
    const cell *cells = cells_of(t);
    if (t->index.count != count_of(t)) return *why = "the index and the list differ in size", false;
    if (count_of(t) > cells_max[part]) return *why = "a day has more than it may", false;
    for (size_t i = 0; i < count_of(t); i++) {
        const uint64_t *at = zh_map_get(&t->index, hash_of(&cells[i]));
        if (at == NULL || *at != i) return *why = "a row is not where the index says", false;
        if (!zh_exposure_draws(drawn_by(&cells[i], part), t->level)) return *why = "a row is not of the draw", false;
        if ((cells[i].customer == 0) != (part == ZH_EXPOSURE_EVERYBODY)) return *why = "a row stands in the wrong table", false;
        if (cells[i].first == 0 && cells[i].bought == 0) return *why = "a row counts nothing", false;
        if (cells[i].place != 0 && cells[i].bought != 0) return *why = "a shown row counts what was bought", false;
    }
    return true;
}

bool zh_exposure_check(const zh_exposure *x, const char **why)
{
    for (size_t i = 0; i < ZH_EXPOSURE_DAYS; i++) {
        const day_slot *s = &x->days[i];
        if (s->day == INT64_MIN) continue;
        if (slot_of(s->day) != i || s->day > x->newest || s->day <= x->newest - ZH_EXPOSURE_DAYS) return *why = "a day is kept that should not be", false;
        for (int part = 0; part < ZH_EXPOSURE_PARTS; part++)
            if (!check_table(&s->parts[part], (zh_exposure_part)part, why)) return false;
    }
    return true;
}

size_t zh_exposure_bytes(const zh_exposure *x)
{
    size_t bytes = sizeof *x;
    for (size_t i = 0; i < ZH_EXPOSURE_DAYS; i++)
        for (int part = 0; part < ZH_EXPOSURE_PARTS; part++) bytes += zh_map_bytes(&x->days[i].parts[part].index) + x->days[i].parts[part].list.cap_;
    return bytes;
}
