/* Days of an item stand oldest first; scores of the current day are kept for every item, and the
 * best of them in sorted lists, overall and a category. A fold can only raise a score (counts
 * never fall), so a list stays exact by moving the raised item up: what once fell out of it is
 * below its last one and comes back only by being raised itself.
 */
#include "model/popularity.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/top.h"

#include <assert.h>
#include <math.h>

#define DAY_MS INT64_C(86400000)
#define VERSION 1
#define DECAY_ONE 1048576 /* 2^20: a day's weight in a score */
#define NO_LIST UINT32_MAX
#define DAY_MOST 10000000 /* of a record: beyond the year 29,000 it is damage */

static const zh_popularity_lens defaults[ZH_POPULARITY_KINDS] = {
    [ZH_POPULAR] = { 1, 4, 16, 30 },
    [ZH_TRENDING] = { 4, 4, 8, 2 },
};

typedef struct day { int32_t day; uint32_t views, adds, buys; } day;

typedef struct known { /* an item */
    uint64_t number;
    zh_buf days;             /* day[], oldest first */
    int64_t buyers;
    int64_t scores[ZH_POPULARITY_KINDS]; /* at the current day */
    uint64_t category;
    uint32_t list;           /* of its category; NO_LIST: none */
    bool dirty;
} known;

typedef struct list { zh_popular *items; uint32_t count, limit; } list; /* best first */

typedef struct category { uint64_t hash; list lists[ZH_POPULARITY_KINDS]; } category;

struct zh_popularity {
    zh_arena self;           /* this struct and the lists */
    zh_popularity_lens lenses[ZH_POPULARITY_KINDS];
    int64_t *decay[ZH_POPULARITY_KINDS]; /* [ZH_POPULARITY_AGE_MAX + 1] */
    uint32_t items_max, count;
    int64_t today;           /* the current day */
    zh_map index, by_category; /* number -> index; hash -> index */
    zh_buf known, categories;
    list lists[ZH_POPULARITY_KINDS];
};

static known *known_of(const zh_popularity *p, size_t i) { return (known *)(void *)p->known.data + i; }
static category *category_of(const zh_popularity *p, size_t i) { return (category *)(void *)p->categories.data + i; }
static day *days_of(const known *k, size_t *count)
{
    *count = k->days.size / sizeof(day);
    return (day *)(void *)k->days.data;
}

static int64_t day_of(int64_t ms) { return ms >= 0 ? ms / DAY_MS : -((-(ms + 1)) / DAY_MS) - 1; }

static int64_t decay_at(int64_t age, int32_t half_life)
{
    return llrint(DECAY_ONE * exp2(-(double)age / half_life));
}

static list list_in(zh_arena *arena, uint32_t limit)
{
    return (list){ ZH_TAKE(arena, zh_popular, limit + 1), 0, limit };
}

zh_err zh_popularity_open(zh_popularity **out, const zh_popularity_desc *desc)
{
    zh_arena self = zh_arena_open(SIZE_MAX / 4); /* bounded by ZH_POPULARITY_CATEGORIES_MAX lists */
    zh_popularity *p = ZH_TAKE(&self, zh_popularity, 1);
    *out = p;
    if (p == NULL) return ZH_NOMEM;
    p->items_max = desc->items_max != 0 ? desc->items_max : ZH_POPULARITY_ITEMS_MAX;
    p->known = zh_buf_open(p->items_max * sizeof(known));
    p->categories = zh_buf_open(ZH_POPULARITY_CATEGORIES_MAX * sizeof(category));
    p->today = -1;
    bool whole = true;
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        p->lenses[kind] = desc->lenses[kind].half_life_days != 0 ? desc->lenses[kind] : defaults[kind];
        p->lists[kind] = list_in(&self, ZH_POPULARITY_TOP_MAX);
        p->decay[kind] = ZH_TAKE(&self, int64_t, ZH_POPULARITY_AGE_MAX + 1);
        if (p->lists[kind].items == NULL || p->decay[kind] == NULL) whole = false;
        for (int age = 0; whole && age <= ZH_POPULARITY_AGE_MAX; age++)
            p->decay[kind][age] = decay_at(age, p->lenses[kind].half_life_days);
    }
    p->self = self;
    if (whole) return ZH_OK;
    zh_popularity_close(p);
    *out = NULL;
    return ZH_NOMEM;
}

void zh_popularity_close(zh_popularity *p)
{
    if (p == NULL) return;
    for (uint32_t i = 0; i < p->count; i++) zh_buf_close(&known_of(p, i)->days);
    zh_buf_close(&p->known);
    zh_buf_close(&p->categories);
    zh_map_close(&p->index);
    zh_map_close(&p->by_category);
    zh_arena self = p->self;
    zh_arena_close(&self);
}

static zh_err item_at(zh_popularity *p, zh_item_id item, known **out)
{
    const uint64_t *there = zh_map_get(&p->index, item.number);
    if (there != NULL) {
        *out = known_of(p, *there);
        return ZH_OK;
    }
    if (p->count >= p->items_max) return ZH_FULL;
    known *new = (known *)(void *)zh_buf_room(&p->known, sizeof *new);
    if (new == NULL) return ZH_NOMEM;
    if (zh_map_put(&p->index, item.number, p->count) != ZH_OK) {
        p->known.size -= sizeof *new;
        return ZH_NOMEM;
    }
    *new = (known){ .number = item.number, .list = NO_LIST, .days = zh_buf_open(DAY_MOST * sizeof(day)) };
    p->count++;
    *out = new;
    return ZH_OK;
}

/* ---- lists ---- */

static bool better(zh_popular a, zh_popular b)
{
    return a.score != b.score ? a.score > b.score : a.item.number < b.item.number;
}

/* First place whose item is not better than `one`. */
static uint32_t place_of(const list *l, zh_popular one)
{
    uint32_t low = 0, high = l->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (better(l->items[middle], one)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The item's score rose from `before` to `now`. */
static void raise(list *l, zh_item_id item, int64_t before, int64_t now)
{
    const zh_popular new = { item, now };
    if (now <= 0 || (l->count == l->limit && !better(new, l->items[l->count - 1]))) return;
    const uint32_t was = place_of(l, (zh_popular){ item, before });
    const bool there = was < l->count && l->items[was].item.number == item.number;
    const uint32_t to = place_of(l, new);
    const uint32_t end = there ? was : l->count;
    memmove(&l->items[to + 1], &l->items[to], (end - to) * sizeof(zh_popular));
    l->items[to] = new;
    if (!there && l->count < l->limit) l->count++; /* the place behind the last takes what falls out */
}

static list *category_list(zh_popularity *p, const known *k, int kind)
{
    return k->list == NO_LIST ? NULL : &category_of(p, k->list)->lists[kind];
}

static void refill(zh_popularity *p, list *l, int kind, uint32_t of_list)
{
    zh_top_entry entries[ZH_POPULARITY_TOP_MAX];
    zh_top top = zh_top_open(entries, l->limit);
    for (uint32_t i = 0; i < p->count; i++) {
        const known *k = known_of(p, i);
        if (k->scores[kind] > 0 && (of_list == NO_LIST || k->list == of_list))
            zh_top_offer(&top, k->scores[kind], k->number, 0);
    }
    zh_top_sort(&top);
    l->count = (uint32_t)top.count;
    for (uint32_t i = 0; i < l->count; i++) l->items[i] = (zh_popular){ { entries[i].key }, entries[i].score };
}

/* ---- scores ---- */

static int64_t weight_of(const zh_popularity_lens *lens, const day *d)
{
    return (int64_t)d->views * lens->view_weight + (int64_t)d->adds * lens->add_weight +
           (int64_t)d->buys * lens->buy_weight;
}

static int64_t score_at(const zh_popularity *p, const known *k, int kind, int64_t today)
{
    size_t count;
    const day *days = days_of(k, &count);
    int64_t score = 0;
    for (size_t i = count; i-- > 0;) {
        const int64_t age = today - days[i].day;
        if (age > ZH_POPULARITY_AGE_MAX || (age >= 0 && p->decay[kind][age] == 0)) break; /* older ones too */
        if (age >= 0) score += weight_of(&p->lenses[kind], &days[i]) * p->decay[kind][age];
    }
    return score;
}

int64_t zh_popularity_score(const zh_popularity *p, zh_item_id item, int64_t now_ms, const zh_popularity_lens *lens)
{
    const uint64_t *there = zh_map_get(&p->index, item.number);
    if (there == NULL) return 0;
    size_t count;
    const day *days = days_of(known_of(p, *there), &count);
    int64_t score = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t age = day_of(now_ms) - days[i].day;
        if (age >= 0 && age <= ZH_POPULARITY_AGE_MAX)
            score += weight_of(lens, &days[i]) * decay_at(age, lens->half_life_days);
    }
    return score;
}

static void rebuild(zh_popularity *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++)
            known_of(p, i)->scores[kind] = score_at(p, known_of(p, i), kind, p->today);
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        refill(p, &p->lists[kind], kind, NO_LIST);
        /* One walk for all categories: offer each item to its own list. */
        for (size_t c = 0; c < p->categories.size / sizeof(category); c++) category_of(p, c)->lists[kind].count = 0;
        for (uint32_t i = 0; i < p->count; i++) {
            const known *k = known_of(p, i);
            list *l = category_list(p, k, kind);
            if (l != NULL) raise(l, (zh_item_id){ k->number }, 0, k->scores[kind]);
        }
    }
}

zh_err zh_popularity_tick(zh_popularity *p, int64_t now_ms)
{
    if (day_of(now_ms) == p->today) return ZH_OK;
    p->today = day_of(now_ms);
    rebuild(p);
    return ZH_OK;
}

/* ---- changes ---- */

static day *day_at(known *k, int64_t number)
{
    size_t count;
    day *days = days_of(k, &count);
    size_t at = count;
    while (at > 0 && days[at - 1].day >= number) at--;
    if (at < count && days[at].day == number) return &days[at];
    if (zh_buf_room(&k->days, sizeof(day)) == NULL) return NULL;
    days = days_of(k, &(size_t){ 0 });
    memmove(&days[at + 1], &days[at], (count - at) * sizeof(day));
    days[at] = (day){ .day = (int32_t)number };
    return &days[at];
}

static zh_err count_line(zh_popularity *p, zh_item_id item, zh_act act, int64_t number)
{
    known *k = NULL;
    const zh_err e = item_at(p, item, &k);
    if (e != ZH_OK) return e;
    day *d = day_at(k, number);
    if (d == NULL) return ZH_NOMEM;
    uint32_t *count = act == ZH_ACT_VIEW ? &d->views : act == ZH_ACT_ADD ? &d->adds : &d->buys;
    if (*count == UINT32_MAX) return ZH_OK;
    ++*count;
    k->dirty = true;
    const int64_t age = p->today - number;
    if (age < 0 || age > ZH_POPULARITY_AGE_MAX) return ZH_OK;
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        const zh_popularity_lens *lens = &p->lenses[kind];
        const int64_t before = k->scores[kind];
        k->scores[kind] += p->decay[kind][age] * (act == ZH_ACT_VIEW ? lens->view_weight
            : act == ZH_ACT_ADD ? lens->add_weight : lens->buy_weight);
        if (k->scores[kind] == before) continue;
        raise(&p->lists[kind], item, before, k->scores[kind]);
        list *l = category_list(p, k, kind);
        if (l != NULL) raise(l, item, before, k->scores[kind]);
    }
    return ZH_OK;
}

zh_err zh_popularity_fold(zh_popularity *p, const zh_event *event)
{
    if (event->act != ZH_ACT_VIEW && event->act != ZH_ACT_ADD && event->act != ZH_ACT_ORDER) return ZH_OK;
    if (event->marks & ZH_MARKS_NOT_LEARNED) return ZH_OK;
    const int64_t number = day_of(event->time_ms);
    zh_err worst = ZH_OK;
    if (number > DAY_MOST || number < -DAY_MOST) return ZH_OK;
    for (uint32_t i = 0; i < event->lines_count; i++) {
        const zh_err e = count_line(p, event->lines[i].item, event->act, number);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e;
    }
    return worst;
}

zh_err zh_popularity_apply(zh_popularity *p, const zh_step *steps, size_t count)
{
    zh_err worst = ZH_OK;
    for (size_t i = 0; i < count; i++) {
        known *k = NULL;
        if (steps[i].kind != ZH_STEP_BUYER) continue;
        const zh_err e = item_at(p, steps[i].a, &k);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e;
        else k->buyers += steps[i].by, k->dirty = true;
    }
    return worst;
}

/* The category's place, made where there is room for its lists. */
static zh_err category_at(zh_popularity *p, uint64_t hash, uint32_t *at)
{
    const uint64_t *there = zh_map_get(&p->by_category, hash);
    *at = there != NULL ? (uint32_t)*there : NO_LIST;
    if (there != NULL || hash == 0) return ZH_OK;
    category new = { .hash = hash };
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        new.lists[kind] = list_in(&p->self, ZH_POPULARITY_CATEGORY_TOP_MAX);
        if (new.lists[kind].items == NULL) return ZH_NOMEM;
    }
    const size_t count = p->categories.size / sizeof(category);
    if (count == ZH_POPULARITY_CATEGORIES_MAX) return ZH_FULL;
    category *room = (category *)(void *)zh_buf_room(&p->categories, sizeof(category));
    if (room == NULL) return ZH_NOMEM;
    *room = new;
    if (zh_map_put(&p->by_category, hash, count) != ZH_OK) {
        p->categories.size -= sizeof(category);
        return ZH_NOMEM;
    }
    *at = (uint32_t)count;
    return ZH_OK;
}

zh_err zh_popularity_category(zh_popularity *p, zh_item_id item, uint64_t hash)
{
    known *k = NULL;
    uint32_t at = NO_LIST;
    zh_err e = item_at(p, item, &k);
    if (e != ZH_OK || k->category == hash) return e;
    e = category_at(p, hash, &at);
    if (e == ZH_NOMEM) return e;
    const uint32_t before = k->list;
    k->category = hash;
    k->list = at;
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        if (before != NO_LIST) refill(p, &category_of(p, before)->lists[kind], kind, before);
        if (at != NO_LIST) raise(category_list(p, k, kind), item, 0, k->scores[kind]);
    }
    return e;
}

/* ---- asking ---- */

static size_t copy_top(const list *l, zh_popular *out, size_t limit)
{
    const size_t count = l->count < limit ? l->count : limit;
    if (count > 0) memcpy(out, l->items, count * sizeof *out);
    return count;
}

/* Every item at another day. category 0: all. */
static size_t other_day(const zh_popularity *p, int kind, uint64_t hash, bool all, int64_t today, zh_arena *scratch,
                        zh_popular *out, size_t limit)
{
    zh_top_entry *entries = ZH_TAKE(scratch, zh_top_entry, limit);
    if (entries == NULL) return 0;
    zh_top top = zh_top_open(entries, limit);
    for (uint32_t i = 0; i < p->count; i++) {
        const known *k = known_of(p, i);
        if (!all && k->category != hash) continue;
        const int64_t score = score_at(p, k, kind, today);
        if (score > 0) zh_top_offer(&top, score, k->number, 0);
    }
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) out[i] = (zh_popular){ { entries[i].key }, entries[i].score };
    return top.count;
}

size_t zh_popularity_top(const zh_popularity *p, zh_popularity_kind kind, int64_t now_ms, zh_arena *scratch,
                         zh_popular *out, size_t limit)
{
    assert(limit <= ZH_POPULARITY_TOP_MAX);
    if (day_of(now_ms) == p->today) return copy_top(&p->lists[kind], out, limit);
    return other_day(p, (int)kind, 0, true, day_of(now_ms), scratch, out, limit);
}

size_t zh_popularity_top_in(const zh_popularity *p, zh_popularity_kind kind, uint64_t hash, int64_t now_ms,
                            zh_arena *scratch, zh_popular *out, size_t limit)
{
    assert(limit <= ZH_POPULARITY_CATEGORY_TOP_MAX);
    if (hash == 0) return 0;
    const uint64_t *there = zh_map_get(&p->by_category, hash);
    if (there != NULL && day_of(now_ms) == p->today)
        return copy_top(&category_of(p, *there)->lists[kind], out, limit);
    return other_day(p, (int)kind, hash, false, day_of(now_ms), scratch, out, limit);
}

int64_t zh_popularity_buyers(const zh_popularity *p, zh_item_id item)
{
    const uint64_t *there = zh_map_get(&p->index, item.number);
    return there == NULL ? 0 : known_of(p, *there)->buyers;
}

zh_popularity_counts zh_popularity_between(const zh_popularity *p, zh_item_id item, int64_t from_day, int64_t to_day)
{
    zh_popularity_counts sum = { 0 };
    const uint64_t *there = zh_map_get(&p->index, item.number);
    if (there == NULL) return sum;
    size_t count;
    const day *days = days_of(known_of(p, *there), &count);
    for (size_t i = 0; i < count; i++) {
        if (days[i].day < from_day || days[i].day > to_day) continue;
        sum.views += days[i].views;
        sum.adds += days[i].adds;
        sum.buys += days[i].buys;
    }
    return sum;
}

/* ---- keeping ----
 *
 * An entry: key = item number, u64 big-endian. Value: u8 version=1, zig buyers, var days, each:
 * zig day (- the day before, for all but the first), var views, var adds, var buys. */

zh_err zh_popularity_save(zh_popularity *p, bool all, zh_keep keep)
{
    zh_err e = ZH_OK;
    zh_buf value = zh_buf_open(DAY_MOST * sizeof(day));
    for (uint32_t i = 0; i < p->count && e == ZH_OK; i++) {
        known *k = known_of(p, i);
        size_t count;
        const day *days = days_of(k, &count);
        const bool gone = count == 0 && k->buyers == 0;
        if (all ? gone : !k->dirty) continue;
        char key[8];
        for (int byte = 0; byte < 8; byte++) key[byte] = (char)(k->number >> (56 - 8 * byte));
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        zh_buf_put_zig(&value, k->buyers);
        zh_buf_put_var(&value, count);
        for (size_t d = 0; d < count; d++) {
            zh_buf_put_zig(&value, (int64_t)days[d].day - (d == 0 ? 0 : days[d - 1].day));
            zh_buf_put_var(&value, days[d].views);
            zh_buf_put_var(&value, days[d].adds);
            zh_buf_put_var(&value, days[d].buys);
        }
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ key, sizeof key }, gone ? (zh_sv){ 0 } : zh_buf_view(&value));
        if (e == ZH_OK && !all) k->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

static zh_err load_days(known *k, zh_reader *r)
{
    const uint64_t count = zh_read_var(r);
    int64_t before = 0;
    if (r->bad || count > zh_reader_left(r) / 4) return ZH_FORMAT;
    for (uint64_t i = 0; i < count; i++) {
        const int64_t step = zh_read_zig(r);
        if (step > 2 * DAY_MOST || step < -2 * DAY_MOST || (i > 0 && step <= 0)) return ZH_FORMAT;
        before += step;
        const uint64_t views = zh_read_var(r), adds = zh_read_var(r), buys = zh_read_var(r);
        if (r->bad || before > DAY_MOST || before < -DAY_MOST || views > UINT32_MAX || adds > UINT32_MAX ||
            buys > UINT32_MAX) return ZH_FORMAT;
        day *d = (day *)(void *)zh_buf_room(&k->days, sizeof(day));
        if (d == NULL) return ZH_NOMEM;
        *d = (day){ (int32_t)before, (uint32_t)views, (uint32_t)adds, (uint32_t)buys };
    }
    return zh_reader_left(r) == 0 ? ZH_OK : ZH_FORMAT;
}

zh_err zh_popularity_load(zh_popularity *p, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint64_t number = 0;
    known *k = NULL;
    if (key.size != 8 || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (size_t byte = 0; byte < 8; byte++) number = number << 8 | (uint8_t)key.data[byte];
    zh_err e = item_at(p, (zh_item_id){ number }, &k);
    if (e != ZH_OK) return e;
    if (k->days.size > 0) return ZH_FORMAT; /* the same entry twice */
    k->buyers = zh_read_zig(&r);
    e = load_days(k, &r);
    k->dirty = false;
    for (int kind = 0; kind < ZH_POPULARITY_KINDS && e == ZH_OK; kind++) {
        const int64_t before = k->scores[kind];
        k->scores[kind] = score_at(p, k, kind, p->today);
        raise(&p->lists[kind], (zh_item_id){ number }, before, k->scores[kind]);
        list *l = category_list(p, k, kind);
        if (l != NULL) raise(l, (zh_item_id){ number }, before, k->scores[kind]);
    }
    return e;
}

/* ---- proving ---- */

static const char *fault_of(const zh_popularity *p, const known *k)
{
    size_t count;
    const day *days = days_of(k, &count);
    for (size_t d = 1; d < count; d++)
        if (days[d].day <= days[d - 1].day) return "days out of order";
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        const list *l = &p->lists[kind];
        const zh_popular one = { { k->number }, k->scores[kind] };
        if (k->scores[kind] != score_at(p, k, kind, p->today)) return "a kept score is not the sum of its days";
        const uint32_t at = place_of(l, one);
        const bool there = at < l->count && l->items[at].item.number == k->number && l->items[at].score == one.score;
        if (!there && one.score > 0 && (l->count < l->limit || better(one, l->items[l->count - 1])))
            return "an item is missing from the list";
    }
    return k->buyers < 0 ? "fewer than no buyers" : NULL;
}

bool zh_popularity_check(const zh_popularity *p, const char **why)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const char *fault = fault_of(p, known_of(p, i));
        if (fault == NULL) continue;
        *why = fault;
        return false;
    }
    return true;
}

size_t zh_popularity_bytes(const zh_popularity *p)
{
    size_t bytes = zh_arena_held(&p->self) + zh_map_bytes(&p->index) + zh_map_bytes(&p->by_category) +
                   p->known.cap_ + p->categories.cap_;
    for (uint32_t i = 0; i < p->count; i++) bytes += known_of(p, i)->days.cap_;
    return bytes;
}
