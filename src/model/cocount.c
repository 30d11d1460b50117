/* One row an item and kind: how often it stands together with each other item. Rows are held from
 * both sides, C_ij in row i and in row j, so that the list of one item is one walk.
 *
 *     THIN    a hash table of pairs                       8 bytes a slot, at most 3/4 used
 *     BYTES   one count an item, by index                 1 byte;  255 says: see the map
 *     SHORTS  the same for a row with many large counts   2 bytes; 65535 says: see the map
 *
 * A row takes the smaller form, and is looked at again each time it has to grow. Spreading a
 * history over a shop is bound by the bytes of its rows, so most counts have one byte. The map
 * also holds counts below zero: steps of a merge may overtake those they take back.
 *
 * A long row has a head (model/head.h), of the values C_ij / (base floor_j + s), s = HEAD_SHRINK: floor_j <= root_j = sqrt(n_j) follows the root
 * in steps, so that a head minds few of the changes of n_j, and base <= root_i is the floor of i when the head was made. A j outside has at most
 * `rest`, so, as all roots are at least 1,
 *
 *     C_ij / (root_i root_j + shrink)  <=  rest (base root_j + s) / (root_i root_j + shrink)
 *                                      <=  rest (base + s) / (root_i + s) max(1, (root_i + s) / (root_i + shrink))
 */
#include "model/cocount.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/ranks.h"
#include "base/top.h"
#include "model/head.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define OVER_PART 32u        /* a row of bytes with more than 1/32 of its counts in the map gets shorts */
#define NO_INDEX UINT32_MAX  /* an empty slot of a thin row */
#define STEPS_AHEAD 32u      /* steps looked up before the first is added: hides the wait for memory */
#define VERSION 1
#define HEAD_FROM 1024u      /* pairs: a shorter row is walked as soon as its head */
#define HEAD_FULL_FROM 8192u /* places of a full row, which is walked eight at a time */
#define HEAD_SHRINK 10.0f    /* the policy's default: with another one heads say a little less */
#define FLOOR_BELOW 0.97f    /* of a root, where its floor is set: as much is lost of a bound at most */
#define FLOOR_FROM 0.93f     /* of a root: a floor below is set anew */
#define BLOCK 512u           /* scores looked at together: 2 KB of stack */
#define LANES 8              /* floats of one AVX2 register */
_Static_assert(ZH_COCOUNT_LANES % LANES == 0, "score arrays and rows hold whole registers");

typedef struct pair { uint32_t index; int32_t count; } pair;

typedef enum form { THIN, BYTES, SHORTS } form;

typedef struct row {
    zh_buf memory;   /* of any form, exactly as large as it is */
    form form;
    uint32_t places; /* slots of a thin row (a power of two or 0), items of another */
    uint32_t used;   /* slots taken in a thin row, counts other than 0 in another */
    uint32_t over;   /* counts that stand in the map; 0 in a thin row */
    zh_head *head;   /* of a long row; NULL: nobody has asked for it */
} row;

typedef struct known { /* an item */
    row rows[ZH_COCOUNT_KINDS];
    int64_t one[ZH_COCOUNT_KINDS];
    bool dirty;
} known;

struct zh_cocount {
    zh_arena self;   /* holds this struct */
    uint32_t items_max, count, width;
    zh_map index;    /* item number -> index */
    zh_buf known, numbers;           /* known[count], uint64_t[width] */
    zh_buf roots[ZH_COCOUNT_KINDS];  /* float[width]: sqrt(n), 1 where n <= 0 so that nothing divides by 0 */
    zh_buf floors[ZH_COCOUNT_KINDS]; /* float[width]: at most the root */
    zh_map over[ZH_COCOUNT_KINDS];   /* row index << 32 | index -> true count */
    zh_ranks ranks;                  /* of items; for saving */
};

static known *known_of(const zh_cocount *c, uint32_t index)
{
    return (known *)(void *)c->known.data + index;
}

static uint64_t *numbers_of(const zh_cocount *c) { return (uint64_t *)(void *)c->numbers.data; }
static float *roots_of(const zh_cocount *c, zh_cocount_kind kind) { return (float *)(void *)c->roots[kind].data; }
static float *floors_of(const zh_cocount *c, zh_cocount_kind kind) { return (float *)(void *)c->floors[kind].data; }
static pair *pairs_of(const row *r) { return (pair *)(void *)r->memory.data; }
static uint8_t *bytes_of(const row *r) { return (uint8_t *)(void *)r->memory.data; }
static uint16_t *shorts_of(const row *r) { return (uint16_t *)(void *)r->memory.data; }
static int64_t most_of(form of) { return of == BYTES ? UINT8_MAX : UINT16_MAX; } /* says: see the map */
static uint32_t stands(const row *r, uint32_t j) { return r->form == BYTES ? bytes_of(r)[j] : shorts_of(r)[j]; }

static void stand(row *r, uint32_t j, int64_t count)
{
    if (r->form == BYTES) bytes_of(r)[j] = (uint8_t)count;
    else shorts_of(r)[j] = (uint16_t)count;
}

zh_err zh_cocount_open(zh_cocount **out, const zh_cocount_desc *desc)
{
    zh_arena self = zh_arena_open(1 << 15);
    zh_cocount *c = ZH_TAKE(&self, zh_cocount, 1);
    *out = c;
    if (c == NULL) return ZH_NOMEM;
    c->self = self;
    c->items_max = desc->items_max != 0 ? desc->items_max : ZH_COCOUNT_ITEMS_MAX;
    const size_t width_max = (size_t)c->items_max + ZH_COCOUNT_LANES;
    c->known = zh_buf_open(c->items_max * sizeof(known));
    c->numbers = zh_buf_open(width_max * sizeof(uint64_t));
    for (int k = 0; k < ZH_COCOUNT_KINDS; k++) {
        c->roots[k] = zh_buf_open(width_max * sizeof(float));
        c->floors[k] = zh_buf_open(width_max * sizeof(float));
    }
    return ZH_OK;
}

void zh_cocount_close(zh_cocount *c)
{
    if (c == NULL) return;
    for (uint32_t i = 0; i < c->count; i++)
        for (int k = 0; k < ZH_COCOUNT_KINDS; k++) zh_buf_close(&known_of(c, i)->rows[k].memory), free(known_of(c, i)->rows[k].head);
    zh_map_close(&c->index);
    zh_ranks_close(&c->ranks);
    zh_buf_close(&c->known);
    zh_buf_close(&c->numbers);
    for (int k = 0; k < ZH_COCOUNT_KINDS; k++) zh_buf_close(&c->roots[k]), zh_buf_close(&c->floors[k]), zh_map_close(&c->over[k]);
    zh_arena self = c->self;
    zh_arena_close(&self);
}

/* Room for one more block of lanes. */
static bool widen(zh_cocount *c)
{
    const size_t bytes = ZH_COCOUNT_LANES * sizeof(uint64_t);
    char *numbers = zh_buf_room(&c->numbers, bytes);
    if (numbers == NULL) return false;
    memset(numbers, 0, bytes);
    for (int k = 0; k < ZH_COCOUNT_KINDS; k++) {
        float *roots = (float *)(void *)zh_buf_room(&c->roots[k], ZH_COCOUNT_LANES * sizeof(float));
        float *floors = (float *)(void *)zh_buf_room(&c->floors[k], ZH_COCOUNT_LANES * sizeof(float));
        if (roots == NULL || floors == NULL) return false;
        for (uint32_t i = 0; i < ZH_COCOUNT_LANES; i++) roots[i] = floors[i] = 1;
    }
    c->width += ZH_COCOUNT_LANES;
    return true;
}

static zh_err index_of(zh_cocount *c, zh_item_id item, uint32_t *index)
{
    const uint64_t *there = zh_map_get(&c->index, item.number);
    if (there != NULL) {
        *index = (uint32_t)*there;
        return ZH_OK;
    }
    if (c->count >= c->items_max) return ZH_FULL;
    if (c->count == c->width && !widen(c)) return ZH_NOMEM;
    known *new = (known *)(void *)zh_buf_room(&c->known, sizeof *new);
    if (new == NULL) return ZH_NOMEM;
    *new = (known){ 0 };
    if (zh_map_put(&c->index, item.number, c->count) != ZH_OK) {
        c->known.size -= sizeof *new;
        return ZH_NOMEM;
    }
    numbers_of(c)[c->count] = item.number;
    *index = c->count++;
    return ZH_OK;
}

/* ---- rows ---- */

static uint32_t slot_of(const pair *pairs, uint32_t places, uint32_t index)
{
    uint32_t at = (uint32_t)((index * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (places - 1);
    while (pairs[at].index != NO_INDEX && pairs[at].index != index) at = (at + 1) & (places - 1);
    return at;
}

static int64_t true_count(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, const row *r)
{
    const uint32_t count = stands(r, j);
    if (count != most_of(r->form)) return count;
    const uint64_t *over = zh_map_get(&c->over[kind], (uint64_t)i << 32 | j);
    assert(over != NULL);
    return (int64_t)*over;
}

static int64_t row_get(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j)
{
    const row *r = &known_of(c, i)->rows[kind];
    if (r->form != THIN) return j < r->places ? true_count(c, kind, i, j, r) : 0;
    if (r->places == 0) return 0;
    const pair *p = &pairs_of(r)[slot_of(pairs_of(r), r->places, j)];
    return p->index == j ? p->count : 0;
}

/* The next pair of a row with a count other than 0. */
static bool row_next(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t *at, uint32_t *j, int64_t *count)
{
    const row *r = &known_of(c, i)->rows[kind];
    for (; *at < r->places; ++*at) {
        if (r->form == THIN) *j = pairs_of(r)[*at].index, *count = *j == NO_INDEX ? 0 : pairs_of(r)[*at].count;
        else if (stands(r, *at) == 0) continue;
        else *j = *at, *count = true_count(c, kind, i, *at, r);
        if (*count == 0) continue;
        ++*at;
        return true;
    }
    return false;
}

static uint32_t thin_places(uint32_t pairs) /* at a load of at most 3/4 */
{
    uint32_t places = 4;
    while (places / 4 * 3 < pairs) places *= 2;
    return places;
}

static size_t row_bytes(form of, uint32_t places)
{
    return places * (of == THIN ? sizeof(pair) : of == BYTES ? sizeof(uint8_t) : sizeof(uint16_t));
}

/* The form and size for `pairs` pairs and the item `index`. */
static row shape_of(const zh_cocount *c, form full, uint32_t pairs, uint32_t index)
{
    /* An eighth of room to grow, so that a new item does not move every row. */
    const uint32_t least = c->width > index ? c->width : index + 1;
    const uint32_t wide = (least + least / 8 + ZH_COCOUNT_LANES) / ZH_COCOUNT_LANES * ZH_COCOUNT_LANES;
    const bool thin = row_bytes(THIN, thin_places(pairs)) < row_bytes(full, wide);
    return (row){ .form = thin ? THIN : full, .places = thin ? thin_places(pairs) : wide };
}

/* Put a count into a fresh row; what does not fit goes to the map. */
static bool carry(zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, int64_t count, row *to)
{
    const uint64_t key = (uint64_t)i << 32 | j;
    to->used++;
    if (to->form == THIN) {
        pairs_of(to)[slot_of(pairs_of(to), to->places, j)] = (pair){ j, (int32_t)count };
        return true;
    }
    const bool over = count < 0 || count >= most_of(to->form);
    stand(to, j, over ? most_of(to->form) : count);
    to->over += over;
    return !over || zh_map_put(&c->over[kind], key, (uint64_t)count) == ZH_OK;
}

/* Give the row the smaller of the thin and the `full` form, with its counts. */
static bool reshape(zh_cocount *c, zh_cocount_kind kind, uint32_t i, form full, uint32_t pairs, uint32_t index)
{
    row *old = &known_of(c, i)->rows[kind];
    row new = shape_of(c, full, pairs, index);
    const size_t bytes = row_bytes(new.form, new.places);
    new.memory = zh_buf_open(bytes);
    char *room = zh_buf_room(&new.memory, bytes);
    if (room == NULL) return false;
    memset(room, new.form == THIN ? 0xFF : 0, bytes);
    uint32_t at = 0, j = 0;
    int64_t count = 0;
    bool whole = true;
    while (whole && row_next(c, kind, i, &at, &j, &count)) whole = carry(c, kind, i, j, count, &new);
    if (!whole) { /* a thin row asks nothing of the map; other rows keep what they had there */
        for (at = 0; old->form == THIN && row_next(c, kind, i, &at, &j, &count);) (void)zh_map_drop(&c->over[kind], (uint64_t)i << 32 | j);
        zh_buf_close(&new.memory);
        return false;
    }
    for (at = 0; old->over > 0 && row_next(c, kind, i, &at, &j, &count);)
        if (new.form == THIN || stands(&new, j) != most_of(new.form)) (void)zh_map_drop(&c->over[kind], (uint64_t)i << 32 | j);
    zh_buf_close(&old->memory);
    new.head = old->head;
    *old = new;
    return true;
}

/* Add where the count stands, or comes to stand, in the map. */
static bool add_over(zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, int64_t count)
{
    row *r = &known_of(c, i)->rows[kind];
    const uint64_t key = (uint64_t)i << 32 | j;
    const bool was = stands(r, j) == most_of(r->form), is = count < 0 || count >= most_of(r->form);
    if (is && zh_map_put(&c->over[kind], key, (uint64_t)count) != ZH_OK) return false;
    if (was && !is) (void)zh_map_drop(&c->over[kind], key);
    r->used = r->used + (stands(r, j) == 0) - (count == 0);
    r->over = r->over + is - was;
    stand(r, j, is ? most_of(r->form) : count);
    /* No memory for shorts is no loss: the row works as it is. */
    if (r->form == BYTES && r->over > r->places / OVER_PART) (void)reshape(c, kind, i, SHORTS, r->used, j);
    return true;
}

static bool add_thin(row *r, uint32_t j, int32_t by)
{
    if (r->places == 0) return false;
    pair *p = &pairs_of(r)[slot_of(pairs_of(r), r->places, j)];
    if (p->index != j) {
        if (r->used >= r->places / 4 * 3) return false;
        *p = (pair){ j, 0 };
        r->used++;
    }
    p->count += by;
    return true;
}

static bool row_put(zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, int32_t by)
{
    row *r = &known_of(c, i)->rows[kind];
    if (r->form == THIN) {
        if (add_thin(r, j, by)) return true;
        if (!reshape(c, kind, i, BYTES, r->used + 1, j)) return false;
        if (r->form == THIN) return add_thin(r, j, by);
    } else if (j >= r->places) {
        if (!reshape(c, kind, i, r->form, r->used + 1, j)) return false;
        if (r->form == THIN) return add_thin(r, j, by);
    }
    const uint32_t count = stands(r, j);
    const int64_t sum = (int64_t)count + by;
    if (count == most_of(r->form)) return add_over(c, kind, i, j, true_count(c, kind, i, j, r) + by);
    if (sum < 0 || sum >= most_of(r->form)) return add_over(c, kind, i, j, sum);
    r->used = r->used + (count == 0) - (sum == 0);
    stand(r, j, sum);
    return true;
}

/* ---- heads ---- */

static float value_of(float base, float floor, int64_t count) { return (float)count / (base * floor + HEAD_SHRINK); }

static void drop_head(row *r)
{
    free(r->head);
    r->head = NULL;
}

static bool row_add(zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, int32_t by)
{
    if (!row_put(c, kind, i, j, by)) return false;
    row *r = &known_of(c, i)->rows[kind];
    if (r->head == NULL) return true;
    const int64_t count = row_get(c, kind, i, j);
    const float base = r->head->base, floor = floors_of(c, kind)[j];
    if (!zh_head_mind(r->head, j, value_of(base, floor, count - by), value_of(base, floor, count))) drop_head(r);
    return true;
}

/* The floor of an item whose root has changed. A lower one raises its values in the rows of all its partners. */
static void set_floor(zh_cocount *c, zh_cocount_kind kind, uint32_t j)
{
    float *floor = &floors_of(c, kind)[j];
    const float root = roots_of(c, kind)[j], old = *floor;
    if (old <= root && old >= FLOOR_FROM * root) return;
    *floor = FLOOR_BELOW * root;
    if (*floor >= old) return;
    uint32_t at = 0, i = 0;
    int64_t count = 0;
    drop_head(&known_of(c, j)->rows[kind]); /* its base is above the root */
    while (row_next(c, kind, j, &at, &i, &count)) {
        row *r = &known_of(c, i)->rows[kind];
        if (r->head != NULL && !zh_head_mind(r->head, j, value_of(r->head->base, old, count), value_of(r->head->base, *floor, count))) drop_head(r);
    }
}

/* NULL: the row is walked, it is short or there is no memory. */
static const zh_head *head_of(const zh_cocount *c, zh_cocount_kind kind, uint32_t i)
{
    row *r = &known_of(c, i)->rows[kind];
    if (r->used < HEAD_FROM || (r->form != THIN && r->places < HEAD_FULL_FROM)) return NULL;
    zh_head *there = __atomic_load_n(&r->head, __ATOMIC_ACQUIRE);
    if (there != NULL) return there;
    zh_top_entry entries[ZH_HEAD_PLACES];
    zh_top top = zh_top_open(entries, ZH_HEAD_PLACES);
    uint32_t at = 0, j = 0;
    int64_t count = 0;
    const float base = floors_of(c, kind)[i];
    while (row_next(c, kind, i, &at, &j, &count))
        if (count > 0) zh_top_offer(&top, zh_head_score(value_of(base, floors_of(c, kind)[j], count)), j, j);
    zh_head *new = top.count == top.limit ? zh_head_open(&top, base) : NULL;
    if (new == NULL || __atomic_compare_exchange_n(&r->head, &there, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return new;
    free(new); /* another was first */
    return there;
}

/* ---- steps ---- */

static void add_one(zh_cocount *c, zh_cocount_kind kind, uint32_t i, int64_t by)
{
    known *k = known_of(c, i);
    k->one[kind] += by;
    k->dirty = true;
    roots_of(c, kind)[i] = k->one[kind] > 0 ? sqrtf((float)k->one[kind]) : 1;
    set_floor(c, kind, i);
}

static zh_err add_both(zh_cocount *c, zh_cocount_kind kind, uint32_t a, uint32_t b, int32_t by)
{
    if (!row_add(c, kind, a, b, by)) return ZH_NOMEM;
    if (!row_add(c, kind, b, a, by)) {
        (void)row_add(c, kind, a, b, -by);
        return ZH_NOMEM;
    }
    known_of(c, numbers_of(c)[a] < numbers_of(c)[b] ? a : b)->dirty = true; /* whose entry holds it */
    return ZH_OK;
}

static bool is_pair(zh_step_kind kind) { return kind == ZH_STEP_BOTH || kind == ZH_STEP_SEEN_BOTH; }

static zh_cocount_kind kind_of(zh_step_kind kind)
{
    return kind == ZH_STEP_BUYER || kind == ZH_STEP_BOTH ? ZH_COCOUNT_BOUGHT : ZH_COCOUNT_VIEWED;
}

/* The indexes of some steps; a[s] is NO_INDEX for a step left out. */
static zh_err find_items(zh_cocount *c, const zh_step *steps, size_t n, uint32_t *a, uint32_t *b)
{
    zh_err worst = ZH_OK;
    for (size_t s = 0; s < n; s++) {
        const bool again = s > 0 && a[s - 1] != NO_INDEX && steps[s].a.number == steps[s - 1].a.number;
        zh_err e = ZH_OK;
        if (steps[s].kind > ZH_STEP_SEEN_BOTH) { /* of time: model/sequel */
            a[s] = b[s] = NO_INDEX;
            continue;
        }
        if (again) a[s] = a[s - 1];
        else e = index_of(c, steps[s].a, &a[s]);
        b[s] = a[s];
        if (e == ZH_OK && is_pair(steps[s].kind)) e = index_of(c, steps[s].b, &b[s]);
        if (e == ZH_NOMEM) return e;
        if (e == ZH_FULL) worst = e, a[s] = b[s] = NO_INDEX;
        else __builtin_prefetch(&known_of(c, b[s])->rows[kind_of(steps[s].kind)]);
    }
    return worst;
}

static void look_ahead(const zh_cocount *c, const zh_step *steps, size_t n, const uint32_t *a, const uint32_t *b)
{
    for (size_t s = 0; s < n; s++) {
        if (a[s] == b[s]) continue; /* left out, too */
        const row *near = &known_of(c, a[s])->rows[kind_of(steps[s].kind)];
        const row *far = &known_of(c, b[s])->rows[kind_of(steps[s].kind)];
        if (far->form != THIN && a[s] < far->places) __builtin_prefetch(far->memory.data + row_bytes(far->form, a[s]), 1);
        if (near->form != THIN && b[s] < near->places) __builtin_prefetch(near->memory.data + row_bytes(near->form, b[s]), 1);
    }
}

zh_err zh_cocount_apply(zh_cocount *c, const zh_step *steps, size_t count)
{
    zh_err worst = ZH_OK;
    for (size_t from = 0; from < count; from += STEPS_AHEAD) {
        const size_t n = count - from < STEPS_AHEAD ? count - from : STEPS_AHEAD;
        uint32_t a[STEPS_AHEAD], b[STEPS_AHEAD];
        const zh_err e = find_items(c, steps + from, n, a, b);
        if (e == ZH_NOMEM) return e;
        if (e != ZH_OK) worst = e;
        look_ahead(c, steps + from, n, a, b);
        for (size_t s = 0; s < n; s++) {
            const zh_step *step = &steps[from + s];
            if (a[s] == NO_INDEX) continue;
            if (!is_pair(step->kind)) add_one(c, kind_of(step->kind), a[s], step->by);
            else if (a[s] != b[s] && add_both(c, kind_of(step->kind), a[s], b[s], step->by) != ZH_OK) return ZH_NOMEM;
        }
    }
    return worst;
}

/* ---- asking ---- */

int64_t zh_cocount_one(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item)
{
    uint32_t i;
    return zh_cocount_index(c, item, &i) ? known_of(c, i)->one[kind] : 0;
}

int64_t zh_cocount_both(const zh_cocount *c, zh_cocount_kind kind, zh_item_id a, zh_item_id b)
{
    uint32_t i, j;
    return zh_cocount_index(c, a, &i) && zh_cocount_index(c, b, &j) ? row_get(c, kind, i, j) : 0;
}

size_t zh_cocount_count(const zh_cocount *c) { return c->count; }
uint32_t zh_cocount_width(const zh_cocount *c) { return c->width; }

zh_item_id zh_cocount_item(const zh_cocount *c, uint32_t index)
{
    assert(index < c->width);
    return (zh_item_id){ numbers_of(c)[index] };
}

bool zh_cocount_index(const zh_cocount *c, zh_item_id item, uint32_t *index)
{
    const uint64_t *there = zh_map_get(&c->index, item.number);
    if (there != NULL) *index = (uint32_t)*there;
    return there != NULL;
}

/* round(scaled C / (root_i root_j + shrink)): the same operations, one number or a register of them. */
static int32_t share_of(float scaled, float root_i, float root_j, float shrink, float count)
{
    return (int32_t)(scaled * count / (root_i * root_j + shrink) + 0.5f);
}

/* scores[j - from] += share_of() for j in [from, most) of a full row; `from` is a multiple of LANES.
 * What stands in the map gets the difference to what stands in the row. */
static void spread_part(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, float scaled, float shrink, uint32_t from,
                        uint32_t most, int32_t *scores)
{
    const row *r = &known_of(c, i)->rows[kind];
    const float *roots = roots_of(c, kind), root = roots[i];
    uint32_t at = from;
#ifdef __AVX2__
    const __m256 scaled8 = _mm256_set1_ps(scaled), root8 = _mm256_set1_ps(root), shrink8 = _mm256_set1_ps(shrink),
                 half8 = _mm256_set1_ps(0.5f);
    for (; at < most; at += LANES) {
        const __m256i count8 = r->form == BYTES ? _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(bytes_of(r) + at)))
                                                : _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(shorts_of(r) + at)));
        const __m256 below8 = _mm256_add_ps(_mm256_mul_ps(root8, _mm256_loadu_ps(roots + at)), shrink8);
        const __m256 share8 = _mm256_add_ps(_mm256_div_ps(_mm256_mul_ps(scaled8, _mm256_cvtepi32_ps(count8)), below8), half8);
        __m256i *to = (__m256i *)(void *)(scores + (at - from));
        _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), _mm256_cvttps_epi32(share8)));
    }
#endif
    for (; at < most; at++) scores[at - from] += share_of(scaled, root, roots[at], shrink, (float)stands(r, at));
    for (uint32_t j = from; r->over > 0 && j < most; j++)
        if (stands(r, j) == most_of(r->form))
            scores[j - from] += share_of(scaled, root, roots[j], shrink, (float)true_count(c, kind, i, j, r)) -
                                share_of(scaled, root, roots[j], shrink, (float)most_of(r->form));
}

static uint32_t row_end(const zh_cocount *c, const row *r)
{
    return r->places < c->width ? r->places : c->width;
}

void zh_cocount_spread(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item, float weight, float shrink,
                       zh_board *scores)
{
    uint32_t i;
    if (!zh_cocount_index(c, item, &i)) return;
    const row *r = &known_of(c, i)->rows[kind];
    const float *roots = roots_of(c, kind);
    const float scaled = weight * 1e6f, root = roots[i];
    if (r->form != THIN && scores->all != NULL) {
        spread_part(c, kind, i, scaled, shrink, 0, row_end(c, r), scores->all);
        return;
    }
    if (r->form == THIN) {
        const pair *pairs = pairs_of(r);
        for (uint32_t p = 0; p < r->places; p++)
            if (pairs[p].index != NO_INDEX) zh_board_add(scores, pairs[p].index, share_of(scaled, root, roots[pairs[p].index], shrink, (float)pairs[p].count));
        return;
    }
    uint32_t at = 0, j = 0;
    int64_t count = 0;
    while (row_next(c, kind, i, &at, &j, &count)) zh_board_add(scores, j, share_of(scaled, root, roots[j], shrink, (float)count));
}

uint32_t zh_cocount_reach(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item)
{
    uint32_t i;
    return zh_cocount_index(c, item, &i) ? known_of(c, i)->rows[kind].used : 0;
}

int32_t zh_cocount_spread_head(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item, float weight, float shrink, zh_board *scores)
{
    uint32_t i;
    if (!zh_cocount_index(c, item, &i)) return 0;
    const zh_head *head = head_of(c, kind, i);
    if (head == NULL) {
        zh_cocount_spread(c, kind, item, weight, shrink, scores);
        return 0;
    }
    for (uint32_t p = 0; p < head->count; p++)
        zh_board_add(scores, head->index[p], zh_cocount_share_at(c, kind, i, head->index[p], weight, shrink));
    const float root = roots_of(c, kind)[i], most = head->rest * (head->base + HEAD_SHRINK) / (root + (shrink < HEAD_SHRINK ? shrink : HEAD_SHRINK));
    return (int32_t)(weight * 1e6f * most * 1.0001f) + 2; /* floats, and the rounding of the share */
}

uint32_t zh_cocount_reach_head(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item)
{
    uint32_t i;
    if (!zh_cocount_index(c, item, &i)) return 0;
    const zh_head *head = head_of(c, kind, i);
    return head != NULL ? head->count : known_of(c, i)->rows[kind].used;
}

int32_t zh_cocount_share(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item, zh_item_id other, float weight,
                         float shrink)
{
    uint32_t i, j;
    if (!zh_cocount_index(c, item, &i) || !zh_cocount_index(c, other, &j)) return 0;
    return zh_cocount_share_at(c, kind, i, j, weight, shrink);
}

int32_t zh_cocount_share_at(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t j, float weight, float shrink)
{
    assert(i < c->count && j < c->count);
    if (i == j) return 0;
    const float *roots = roots_of(c, kind);
    return share_of(weight * 1e6f, roots[i], roots[j], shrink, (float)row_get(c, kind, i, j));
}

/* Offer what a full row scores, a block at a time. */
static void offer_full(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, float shrink, zh_top *top)
{
    const uint32_t most = row_end(c, &known_of(c, i)->rows[kind]);
    int32_t scores[BLOCK];
    for (uint32_t from = 0; from < most; from += BLOCK) {
        const uint32_t end = most - from < BLOCK ? most : from + BLOCK;
        memset(scores, 0, sizeof scores);
        spread_part(c, kind, i, 1e6f, shrink, from, end, scores);
        for (uint32_t j = from; j < end; j++)
            if (scores[j - from] > 0) zh_top_offer(top, scores[j - from], numbers_of(c)[j], j);
    }
}

size_t zh_cocount_neighbours(const zh_cocount *c, zh_cocount_kind kind, zh_item_id item, float shrink, size_t k,
                             zh_neighbour *out)
{
    assert(k <= ZH_NEIGHBOURS_MAX);
    zh_top_entry entries[ZH_NEIGHBOURS_MAX];
    zh_top top = zh_top_open(entries, k);
    uint32_t i, at = 0, j = 0;
    int64_t count = 0;
    if (!zh_cocount_index(c, item, &i)) return 0;
    const float *roots = roots_of(c, kind);
    if (known_of(c, i)->rows[kind].form != THIN) offer_full(c, kind, i, shrink, &top);
    else
        while (row_next(c, kind, i, &at, &j, &count)) {
            const int32_t score = share_of(1e6f, roots[i], roots[j], shrink, (float)count);
            if (score > 0) zh_top_offer(&top, score, numbers_of(c)[j], j);
        }
    zh_top_sort(&top);
    for (size_t n = 0; n < top.count; n++)
        out[n] = (zh_neighbour){ { entries[n].key }, entries[n].score, row_get(c, kind, i, (uint32_t)entries[n].extra) };
    return top.count;
}

/* ---- keeping ----
 *
 * An entry: key = item number, u64 big-endian. Value: u8 version=1, zig n bought, zig n viewed, then
 * for bought and viewed: var pairs, each var (number - number before, the item's own at first), zig count. */

static void put_row(zh_cocount *c, zh_cocount_kind kind, uint32_t i, zh_buf *value)
{
    const uint64_t *numbers = numbers_of(c);
    uint32_t at = 0, j = 0;
    int64_t count = 0;
    uint64_t n = 0, before = numbers[i];
    while (row_next(c, kind, i, &at, &j, &count)) {
        if (numbers[j] <= numbers[i]) continue;
        zh_ranks_put(&c->ranks, j, count);
        n++;
    }
    zh_buf_put_var(value, n);
    for (size_t rank = 0; zh_ranks_next(&c->ranks, &rank, &j, &count);) {
        zh_buf_put_var(value, numbers[j] - before);
        zh_buf_put_zig(value, count);
        before = numbers[j];
    }
}

static zh_err save_one(zh_cocount *c, uint32_t i, bool all, zh_keep keep, zh_buf *value)
{
    const known *k = known_of(c, i);
    zh_buf_reset(value);
    zh_buf_put_u8(value, VERSION);
    zh_buf_put_zig(value, k->one[ZH_COCOUNT_BOUGHT]);
    zh_buf_put_zig(value, k->one[ZH_COCOUNT_VIEWED]);
    put_row(c, ZH_COCOUNT_BOUGHT, i, value);
    put_row(c, ZH_COCOUNT_VIEWED, i, value);
    const zh_err e = zh_buf_err(value);
    if (e != ZH_OK) return e;
    static const char nothing[] = { VERSION, 0, 0, 0, 0 };
    const bool gone = value->size == sizeof nothing && memcmp(value->data, nothing, sizeof nothing) == 0;
    if (gone && all) return ZH_OK;
    char key[8];
    for (int byte = 0; byte < 8; byte++) key[byte] = (char)(numbers_of(c)[i] >> (56 - 8 * byte));
    return keep.put(keep.context, (zh_sv){ key, sizeof key }, gone ? (zh_sv){ 0 } : zh_buf_view(value));
}

zh_err zh_cocount_save(zh_cocount *c, bool all, zh_keep keep)
{
    zh_buf value = zh_buf_open(c->items_max * 48ull + 64);
    zh_err e = zh_ranks_update(&c->ranks, numbers_of(c), sizeof(uint64_t), c->count);
    for (uint32_t i = 0; i < c->count && e == ZH_OK; i++) {
        if (!all && !known_of(c, i)->dirty) continue;
        e = save_one(c, i, all, keep, &value);
        if (e == ZH_OK && !all) known_of(c, i)->dirty = false;
    }
    zh_buf_close(&value);
    return e;
}

static zh_err load_row(zh_cocount *c, zh_cocount_kind kind, uint32_t i, zh_reader *r)
{
    uint64_t number = numbers_of(c)[i];
    const uint64_t pairs = zh_read_var(r);
    if (r->bad || pairs > zh_reader_left(r) / 2) return ZH_FORMAT;
    for (uint64_t p = 0; p < pairs; p++) {
        const uint64_t step = zh_read_var(r);
        const int64_t count = zh_read_zig(r);
        if (r->bad || step == 0 || number > UINT64_MAX - step) return ZH_FORMAT;
        if (count == 0 || count > INT32_MAX || count < -INT32_MAX) return ZH_FORMAT;
        uint32_t j = 0;
        number += step;
        zh_err e = index_of(c, (zh_item_id){ number }, &j);
        if (e == ZH_OK && row_get(c, kind, i, j) != 0) e = ZH_FORMAT; /* the same entry twice */
        if (e == ZH_OK) e = add_both(c, kind, i, j, (int32_t)count);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

zh_err zh_cocount_load(zh_cocount *c, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint64_t number = 0;
    uint32_t i = 0;
    if (key.size != 8 || zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (size_t byte = 0; byte < 8; byte++) number = number << 8 | (uint8_t)key.data[byte];
    zh_err e = number == 0 ? ZH_FORMAT : index_of(c, (zh_item_id){ number }, &i);
    if (e != ZH_OK) return e;
    add_one(c, ZH_COCOUNT_BOUGHT, i, zh_read_zig(&r));
    add_one(c, ZH_COCOUNT_VIEWED, i, zh_read_zig(&r));
    e = load_row(c, ZH_COCOUNT_BOUGHT, i, &r);
    if (e == ZH_OK) e = load_row(c, ZH_COCOUNT_VIEWED, i, &r);
    known_of(c, i)->dirty = false;
    return e == ZH_OK && (r.bad || zh_reader_left(&r) != 0) ? ZH_FORMAT : e;
}

/* ---- proving ---- */

static bool is_head_true(const zh_cocount *c, zh_cocount_kind kind, uint32_t i)
{
    const zh_head *head = __atomic_load_n(&known_of(c, i)->rows[kind].head, __ATOMIC_ACQUIRE);
    uint32_t at = 0, j = 0;
    int64_t count = 0;
    if (head != NULL && head->base > roots_of(c, kind)[i]) return false;
    while (head != NULL && row_next(c, kind, i, &at, &j, &count)) {
        bool is_in = value_of(head->base, floors_of(c, kind)[j], count) <= head->rest;
        for (uint32_t p = 0; p < head->count && !is_in; p++) is_in = head->index[p] == j;
        if (!is_in) return false;
    }
    return true;
}

static const char *fault_of(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, size_t *over)
{
    const known *k = known_of(c, i);
    uint32_t at = 0, j = 0, pairs = 0;
    int64_t count = 0;
    if (k->one[kind] < 0) return "fewer than no customers";
    while (row_next(c, kind, i, &at, &j, &count)) {
        pairs++;
        if (j >= c->count || j == i) return "a pair with itself or an unknown item";
        if (count < 0) return "a pair below zero";
        if (kind == ZH_COCOUNT_BOUGHT && (count > k->one[kind] || count > known_of(c, j)->one[kind]))
            return "more customers of both than of one"; /* viewed pairs count once a sitting */
        if (row_get(c, kind, j, i) != count) return "a pair differs from its other side";
    }
    const row *r = &k->rows[kind];
    if (!is_head_true(c, kind, i)) return "a pair above what a head leaves out";
    if (floors_of(c, kind)[i] > roots_of(c, kind)[i]) return "a floor above its root";
    if (r->form != THIN ? pairs != r->used : pairs > r->used) return "a row counts its pairs wrongly";
    *over += r->over;
    return NULL;
}

bool zh_cocount_check(const zh_cocount *c, const char **why)
{
    for (int kind = 0; kind < ZH_COCOUNT_KINDS; kind++) {
        size_t over = 0;
        for (uint32_t i = 0; i < c->count; i++) {
            const char *fault = fault_of(c, (zh_cocount_kind)kind, i, &over);
            if (fault == NULL) continue;
            *why = fault;
            return false;
        }
        if (over == c->over[kind].count) continue;
        *why = "large counts without a row";
        return false;
    }
    return true;
}

size_t zh_cocount_bytes(const zh_cocount *c)
{
    size_t bytes = zh_arena_held(&c->self) + zh_map_bytes(&c->index) + zh_ranks_bytes(&c->ranks) + c->known.cap_ + c->numbers.cap_;
    for (int k = 0; k < ZH_COCOUNT_KINDS; k++) bytes += c->roots[k].cap_ + c->floors[k].cap_ + zh_map_bytes(&c->over[k]);
    for (uint32_t i = 0; i < c->count; i++)
        for (int k = 0; k < ZH_COCOUNT_KINDS; k++) {
            const row *r = &known_of(c, i)->rows[k];
            bytes += r->memory.cap_ + (__atomic_load_n(&r->head, __ATOMIC_ACQUIRE) != NULL ? sizeof(zh_head) : 0);
        }
    return bytes;
}
