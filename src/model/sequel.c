/* A pair is held by both of its items, each with what follows it (0 where only the other way is known), so that an item can take
 * its pairs from one category to another. Sums by category are held beside them and always equal what the pairs say. */
#include "model/sequel.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/map32.h"
#include "base/ranks.h"
#include "base/top.h"

#define VERSION 1
#define NO_KIND 0u /* the place of category 0 */
#define NOWHERE UINT32_MAX
#define STEPS_AHEAD 32u /* steps whose rows are asked for before the first is changed: hides the wait for memory */

static const uint32_t first_day[ZH_SEQUEL_GAPS + 1] = { 0, 2, 3, 4, 5, 7, 10, 14, 20, 29, 43, 64, 95, 142, 212, 317, 476 }; /* width g: [g] .. [g + 1] - 1; the last is open */

typedef struct thing { /* an item */
    uint64_t number;
    zh_map32 others;      /* index of the other of each pair -> weight of the other after this one, >= 0 */
    int64_t buyers;
    int32_t gaps[ZH_SEQUEL_GAPS];
    uint32_t kind;
    bool dirty;
} thing;

typedef struct kind { /* a category */
    uint64_t hash;
    zh_map after;         /* index of the other kind -> weight */
    int64_t out, in, buyers;
    int64_t gaps[ZH_SEQUEL_GAPS];
} kind;

struct zh_sequel {
    zh_arena self; /* holds this struct */
    uint32_t items_max;
    zh_buf things, kinds;
    zh_map thing_of, kind_of;
    int64_t all;
    zh_ranks ranks; /* of things; for saving */
};

static thing *things(const zh_sequel *s) { return (thing *)(void *)s->things.data; }
static kind *kinds(const zh_sequel *s) { return (kind *)(void *)s->kinds.data; }
static uint32_t things_count(const zh_sequel *s) { return (uint32_t)(s->things.size / sizeof(thing)); }
static uint32_t kinds_count(const zh_sequel *s) { return (uint32_t)(s->kinds.size / sizeof(kind)); }

static zh_err kind_index(zh_sequel *s, uint64_t hash, uint32_t *at)
{
    const uint64_t *there = zh_map_get(&s->kind_of, hash);
    if (there != NULL) {
        *at = (uint32_t)*there;
        return ZH_OK;
    }
    *at = kinds_count(s);
    kind *new = (kind *)(void *)zh_buf_room(&s->kinds, sizeof *new);
    if (new == NULL) return ZH_NOMEM;
    *new = (kind){ .hash = hash };
    if (zh_map_put(&s->kind_of, hash, *at) == ZH_OK) return ZH_OK;
    s->kinds.size -= sizeof *new;
    return ZH_NOMEM;
}

zh_err zh_sequel_open(zh_sequel **out, const zh_sequel_desc *desc)
{
    zh_arena self = zh_arena_open(1 << 12);
    zh_sequel *s = ZH_TAKE(&self, zh_sequel, 1);
    *out = s;
    if (s == NULL) return ZH_NOMEM;
    s->self = self;
    s->items_max = desc->items_max != 0 ? desc->items_max : ZH_SEQUEL_ITEMS_MAX;
    s->things = zh_buf_open(s->items_max * sizeof(thing));
    s->kinds = zh_buf_open(((size_t)s->items_max + 1) * sizeof(kind));
    uint32_t none;
    const zh_err e = kind_index(s, 0, &none);
    if (e == ZH_OK) return ZH_OK;
    zh_sequel_close(s);
    *out = NULL;
    return e;
}

void zh_sequel_close(zh_sequel *s)
{
    if (s == NULL) return;
    for (uint32_t i = 0; i < things_count(s); i++) zh_map32_close(&things(s)[i].others);
    for (uint32_t k = 0; k < kinds_count(s); k++) zh_map_close(&kinds(s)[k].after);
    zh_buf_close(&s->things);
    zh_buf_close(&s->kinds);
    zh_map_close(&s->thing_of);
    zh_map_close(&s->kind_of);
    zh_ranks_close(&s->ranks);
    zh_arena self = s->self;
    zh_arena_close(&self);
}

static zh_err thing_index(zh_sequel *s, zh_item_id item, uint32_t *at)
{
    const uint64_t *there = zh_map_get(&s->thing_of, item.number);
    if (there != NULL) {
        *at = (uint32_t)*there;
        return ZH_OK;
    }
    if (things_count(s) >= s->items_max) return ZH_FULL;
    *at = things_count(s);
    thing *new = (thing *)(void *)zh_buf_room(&s->things, sizeof *new);
    if (new == NULL) return ZH_NOMEM;
    *new = (thing){ .number = item.number, .kind = NO_KIND };
    if (zh_map_put(&s->thing_of, item.number, *at) == ZH_OK) return ZH_OK;
    s->things.size -= sizeof *new;
    return ZH_NOMEM;
}

/* ---- changing ---- */

/* Add to a sum; one of 0 is dropped. */
static bool add_to(zh_map *map, uint32_t key, int64_t by)
{
    bool made;
    uint64_t *place = zh_map_at(map, key, &made);
    if (place == NULL) return false;
    *place = (uint64_t)((int64_t)*place + by);
    if (*place == 0) (void)zh_map_drop(map, key);
    return true;
}

static zh_err add_kinds(zh_sequel *s, uint32_t k, uint32_t l, int64_t by)
{
    if (!add_to(&kinds(s)[k].after, l, by)) return ZH_NOMEM;
    if (k == l) return ZH_OK; /* what one kind does with itself says nothing of others */
    kinds(s)[k].out += by;
    kinds(s)[l].in += by;
    s->all += by;
    return ZH_OK;
}

/* A pair of which nothing is left, either way, is dropped. */
static void tidy(zh_sequel *s, uint32_t a, uint32_t b)
{
    const int32_t *ab = zh_map32_get(&things(s)[a].others, b), *ba = zh_map32_get(&things(s)[b].others, a);
    if ((ab != NULL && *ab != 0) || (ba != NULL && *ba != 0)) return;
    (void)zh_map32_drop(&things(s)[a].others, b);
    (void)zh_map32_drop(&things(s)[b].others, a);
}

static zh_err add_after(zh_sequel *s, uint32_t a, uint32_t b, int64_t by)
{
    int32_t *ab = zh_map32_at(&things(s)[a].others, b);
    int32_t sum = 0;
    zh_err e = ab == NULL || zh_map32_at(&things(s)[b].others, a) == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK && __builtin_add_overflow(*ab, by, &sum)) e = ZH_FULL;
    if (e == ZH_OK) {
        *ab = sum;
        things(s)[a].dirty = true;
    }
    if (sum == 0) tidy(s, a, b);
    return e != ZH_OK ? e : add_kinds(s, things(s)[a].kind, things(s)[b].kind, by);
}

/* The places of some steps; a[i] is NOWHERE for a step left out. Rows that they will change are asked for. */
static zh_err find_things(zh_sequel *s, const zh_step *steps, size_t n, uint32_t *a, uint32_t *b)
{
    zh_err worst = ZH_OK;
    for (size_t i = 0; i < n; i++) {
        const zh_step_kind does = steps[i].kind;
        a[i] = b[i] = NOWHERE;
        if (does != ZH_STEP_AFTER && does != ZH_STEP_GAP && does != ZH_STEP_BUYER) continue;
        zh_err e = thing_index(s, steps[i].a, &a[i]);
        if (e == ZH_OK && does == ZH_STEP_AFTER) e = thing_index(s, steps[i].b, &b[i]);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e, a[i] = NOWHERE;
    }
    for (size_t i = 0; i < n; i++) {
        if (a[i] == NOWHERE || b[i] == NOWHERE) continue;
        zh_map32_prefetch(&things(s)[a[i]].others, b[i]);
        zh_map32_prefetch(&things(s)[b[i]].others, a[i]);
    }
    return worst;
}

static zh_err apply_one(zh_sequel *s, const zh_step *step, uint32_t a, uint32_t b)
{
    if (step->kind == ZH_STEP_AFTER) return add_after(s, a, b, step->by);
    thing *t = &things(s)[a];
    kind *k = &kinds(s)[t->kind];
    t->dirty = true;
    if (step->kind == ZH_STEP_BUYER) {
        t->buyers += step->by;
        k->buyers += step->by;
        return ZH_OK;
    }
    const uint32_t gap = zh_sequel_gap_of((uint32_t)step->b.number);
    t->gaps[gap] += step->by;
    k->gaps[gap] += step->by;
    return ZH_OK;
}

zh_err zh_sequel_apply(zh_sequel *s, const zh_step *steps, size_t count)
{
    zh_err worst = ZH_OK;
    for (size_t from = 0; from < count; from += STEPS_AHEAD) {
        const size_t n = count - from < STEPS_AHEAD ? count - from : STEPS_AHEAD;
        uint32_t a[STEPS_AHEAD], b[STEPS_AHEAD];
        zh_err e = find_things(s, steps + from, n, a, b);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e;
        for (size_t i = 0; i < n; i++) {
            if (a[i] == NOWHERE) continue;
            e = apply_one(s, &steps[from + i], a[i], b[i]);
            if (e == ZH_NOMEM) return e;
            if (e != ZH_OK) worst = e;
        }
    }
    return worst;
}

typedef struct way { uint32_t from, to; } way; /* between two categories */

static zh_err move_kinds(zh_sequel *s, way out_of, way into, int64_t by)
{
    const zh_err e = add_kinds(s, out_of.from, out_of.to, -by);
    return e != ZH_OK ? e : add_kinds(s, into.from, into.to, by);
}

zh_err zh_sequel_category(zh_sequel *s, zh_item_id item, uint64_t category_hash)
{
    uint32_t a, to;
    zh_err e = thing_index(s, item, &a);
    if (e == ZH_OK && kinds(s)[things(s)[a].kind].hash == category_hash) return ZH_OK;
    if (e == ZH_OK) e = kind_index(s, category_hash, &to);
    if (e != ZH_OK) return e;
    thing *t = &things(s)[a];
    const uint32_t from = t->kind;
    uint32_t b;
    int32_t ab;
    for (size_t at = 0; e == ZH_OK && zh_map32_next(&t->others, &at, &b, &ab);) {
        const int32_t ba = *zh_map32_get(&things(s)[b].others, a);
        const uint32_t other = things(s)[b].kind;
        if (ab != 0) e = move_kinds(s, (way){ from, other }, (way){ to, other }, ab);
        if (ba != 0 && e == ZH_OK) e = move_kinds(s, (way){ other, from }, (way){ other, to }, ba);
    }
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) kinds(s)[from].gaps[g] -= t->gaps[g], kinds(s)[to].gaps[g] += t->gaps[g];
    kinds(s)[from].buyers -= t->buyers;
    kinds(s)[to].buyers += t->buyers;
    t->kind = to;
    return e;
}

/* ---- asking ---- */

static const thing *find_thing(const zh_sequel *s, zh_item_id item)
{
    const uint64_t *there = zh_map_get(&s->thing_of, item.number);
    return there == NULL ? NULL : &things(s)[*there];
}

static const kind *find_kind(const zh_sequel *s, uint64_t hash)
{
    const uint64_t *there = zh_map_get(&s->kind_of, hash);
    return there == NULL ? NULL : &kinds(s)[*there];
}

int64_t zh_sequel_weight(const zh_sequel *s, zh_item_id a, zh_item_id b)
{
    const thing *t = find_thing(s, a);
    const uint64_t *other = zh_map_get(&s->thing_of, b.number);
    const int32_t *weight = t == NULL || other == NULL ? NULL : zh_map32_get(&t->others, (uint32_t)*other);
    return weight == NULL ? 0 : *weight;
}

int64_t zh_sequel_kinds(const zh_sequel *s, uint64_t k, uint64_t l)
{
    const kind *from = find_kind(s, k);
    const uint64_t *to = zh_map_get(&s->kind_of, l);
    const uint64_t *weight = from == NULL || to == NULL ? NULL : zh_map_get(&from->after, *to);
    return weight == NULL ? 0 : (int64_t)*weight;
}

int64_t zh_sequel_out(const zh_sequel *s, uint64_t k)
{
    const kind *from = find_kind(s, k);
    return from == NULL ? 0 : from->out;
}

int64_t zh_sequel_in(const zh_sequel *s, uint64_t l)
{
    const kind *to = find_kind(s, l);
    return to == NULL ? 0 : to->in;
}

int64_t zh_sequel_all(const zh_sequel *s) { return s->all; }

uint32_t zh_sequel_follows(const zh_sequel *s, uint64_t k, zh_sequel_kind out[ZH_SEQUEL_FOLLOWS_MAX])
{
    const kind *from = find_kind(s, k);
    if (from == NULL) return 0;
    zh_top_entry entries[ZH_SEQUEL_FOLLOWS_MAX];
    zh_top top = zh_top_open(entries, ZH_SEQUEL_FOLLOWS_MAX);
    uint64_t l, weight;
    for (size_t at = 0; zh_map_next(&from->after, &at, &l, &weight);)
        if (l != NO_KIND && kinds(s)[l].hash != k && (int64_t)weight > 0) zh_top_offer(&top, (int64_t)weight, kinds(s)[l].hash, 0);
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) out[i] = (zh_sequel_kind){ entries[i].key, entries[i].score };
    return (uint32_t)top.count;
}

int64_t zh_sequel_buyers(const zh_sequel *s, zh_item_id item)
{
    const thing *t = find_thing(s, item);
    return t == NULL ? 0 : t->buyers;
}

int64_t zh_sequel_kind_buyers(const zh_sequel *s, uint64_t k)
{
    const kind *of = k == 0 ? NULL : find_kind(s, k);
    return of == NULL ? 0 : of->buyers;
}

bool zh_sequel_gaps(const zh_sequel *s, zh_item_id item, int64_t out[ZH_SEQUEL_GAPS])
{
    const thing *t = find_thing(s, item);
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) out[g] = t == NULL ? 0 : t->gaps[g];
    return t != NULL;
}

bool zh_sequel_kind_gaps(const zh_sequel *s, uint64_t k, int64_t out[ZH_SEQUEL_GAPS])
{
    const kind *of = k == 0 ? NULL : find_kind(s, k);
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) out[g] = of == NULL ? 0 : of->gaps[g];
    return of != NULL;
}

uint32_t zh_sequel_gap_of(uint32_t days)
{
    uint32_t gap = 0;
    while (gap + 1 < ZH_SEQUEL_GAPS && days >= first_day[gap + 1]) gap++;
    return gap;
}

double zh_sequel_gap_days(uint32_t gap)
{
    const uint32_t low = gap == 0 ? 1 : first_day[gap];
    return (low + first_day[gap + 1] - 1) / 2.0;
}

double zh_sequel_gap_share(const int64_t gaps[ZH_SEQUEL_GAPS], double share)
{
    int64_t all = 0, below = 0;
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) all += gaps[g] > 0 ? gaps[g] : 0;
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) {
        if (gaps[g] <= 0) continue;
        const double low = g == 0 ? 1 : first_day[g], inside = (share * (double)all - (double)below) / (double)gaps[g];
        below += gaps[g];
        if (inside <= 1) return low + (first_day[g + 1] - low) * (inside > 0 ? inside : 0);
    }
    return 0;
}

/* ---- keeping ---- */

/* u8 version, var n, n x [item as var beyond the one before, weight zig], ZH_SEQUEL_GAPS x zig, buyers zig. */
static zh_err put_thing(zh_sequel *s, const thing *t, zh_buf *value, bool *empty)
{
    uint32_t b;
    int32_t weight;
    uint64_t n = 0, before = 0;
    for (size_t at = 0; zh_map32_next(&t->others, &at, &b, &weight);) {
        if (weight == 0) continue;
        zh_ranks_put(&s->ranks, b, weight);
        n++;
    }
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_var(value, n);
    int64_t by_rank;
    for (size_t at = 0; zh_ranks_next(&s->ranks, &at, &b, &by_rank);) {
        const uint64_t number = things(s)[b].number;
        zh_buf_put_var(value, number - before);
        zh_buf_put_zig(value, by_rank);
        before = number;
    }
    *empty = n == 0;
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) {
        zh_buf_put_zig(value, t->gaps[g]);
        *empty &= t->gaps[g] == 0;
    }
    zh_buf_put_zig(value, t->buyers);
    *empty &= t->buyers == 0;
    return zh_buf_err(value);
}

zh_err zh_sequel_save(zh_sequel *s, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(s->items_max * 20ull + 256);
    zh_err e = zh_ranks_update(&s->ranks, things(s), sizeof(thing), things_count(s)); /* a thing begins with its number */
    for (uint32_t i = 0; i < things_count(s) && e == ZH_OK; i++) {
        thing *t = &things(s)[i];
        bool empty;
        if (!all && !t->dirty) continue;
        e = put_thing(s, t, &value, &empty);
        char key[8];
        for (int byte = 0; byte < 8; byte++) key[byte] = (char)(t->number >> (56 - 8 * byte));
        if (e == ZH_OK && !(all && empty)) e = keep.put(keep.context, (zh_sv){ key, sizeof key }, empty ? (zh_sv){ 0 } : zh_buf_view(&value));
        if (e == ZH_OK && !all) t->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_sequel_load(zh_sequel *s, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint64_t number = 0, other = 0;
    uint32_t a, b;
    if (key.size != 8 || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (size_t byte = 0; byte < 8; byte++) number = number << 8 | (uint8_t)key.data[byte];
    zh_err e = thing_index(s, (zh_item_id){ number }, &a);
    const uint64_t n = zh_read_var(&r);
    if (e != ZH_OK) return e;
    if (r.bad || n > zh_reader_left(&r) / 2) return ZH_FORMAT;
    for (uint64_t p = 0; p < n; p++) {
        const uint64_t step = zh_read_var(&r);
        const int64_t weight = zh_read_zig(&r);
        if (r.bad || weight == 0 || (p > 0 && step == 0) || other > UINT64_MAX - step || other + step == number) return ZH_FORMAT;
        other += step;
        if ((e = thing_index(s, (zh_item_id){ other }, &b)) != ZH_OK) return e;
        const int32_t *there = zh_map32_get(&things(s)[a].others, b);
        if (there != NULL && *there != 0) return ZH_FORMAT; /* the same entry twice */
        if ((e = add_after(s, a, b, weight)) != ZH_OK) return e == ZH_FULL ? ZH_FORMAT : e;
    }
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) {
        const int64_t count = zh_read_zig(&r);
        if (count > INT32_MAX || count < -INT32_MAX) return ZH_FORMAT;
        things(s)[a].gaps[g] += (int32_t)count;
        kinds(s)[things(s)[a].kind].gaps[g] += count;
    }
    const int64_t buyers = zh_read_zig(&r);
    things(s)[a].buyers += buyers;
    kinds(s)[things(s)[a].kind].buyers += buyers;
    things(s)[a].dirty = false;
    return r.bad || zh_reader_left(&r) != 0 ? ZH_FORMAT : ZH_OK;
}

/* ---- proving ---- */

/* The pairs of one item against the other side, and taken from the sums by category. */
static const char *fault_of(const zh_sequel *s, uint32_t a, zh_map *sums)
{
    const thing *t = &things(s)[a];
    uint32_t b;
    int32_t weight;
    for (size_t at = 0; zh_map32_next(&t->others, &at, &b, &weight);) {
        const int32_t *back = b >= things_count(s) || b == a ? NULL : zh_map32_get(&things(s)[b].others, a);
        if (back == NULL) return "an item has a pair with itself, or with one that does not know it";
        if (weight < 0 || (weight == 0 && *back == 0)) return "what follows is less than nothing, or a pair is empty";
        if (weight > 0 && !add_to(&sums[t->kind], things(s)[b].kind, weight)) return "no memory to check with";
    }
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++)
        if (t->gaps[g] < 0) return "fewer than no gaps";
    if (t->buyers < 0) return "fewer than no buyers";
    return NULL;
}

bool zh_sequel_check(const zh_sequel *s, const char **why)
{
    zh_arena scratch = zh_arena_open(kinds_count(s) * sizeof(zh_map) + 4096);
    zh_map *sums = ZH_TAKE(&scratch, zh_map, kinds_count(s));
    const char *fault = sums == NULL ? "no memory to check with" : NULL;
    for (uint32_t i = 0; i < things_count(s) && fault == NULL; i++) fault = fault_of(s, i, sums);
    for (uint32_t k = 0; k < kinds_count(s) && fault == NULL; k++) {
        uint64_t l, weight;
        if (sums[k].count != kinds(s)[k].after.count) fault = "categories that follow are not those of the items";
        for (size_t at = 0; fault == NULL && zh_map_next(&sums[k], &at, &l, &weight);) {
            const uint64_t *there = zh_map_get(&kinds(s)[k].after, l);
            if (there == NULL || *there != weight) fault = "a category's sum is not that of its items";
        }
    }
    for (uint32_t k = 0; sums != NULL && k < kinds_count(s); k++) zh_map_close(&sums[k]);
    zh_arena_close(&scratch);
    *why = fault;
    return fault == NULL;
}

size_t zh_sequel_bytes(const zh_sequel *s)
{
    size_t bytes = zh_arena_held(&s->self) + s->things.cap_ + s->kinds.cap_ + zh_map_bytes(&s->thing_of) + zh_map_bytes(&s->kind_of) + zh_ranks_bytes(&s->ranks);
    for (uint32_t i = 0; i < things_count(s); i++) bytes += zh_map32_bytes(&things(s)[i].others);
    for (uint32_t k = 0; k < kinds_count(s); k++) bytes += zh_map_bytes(&kinds(s)[k].after);
    return bytes;
}
