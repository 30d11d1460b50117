#include "measure/itemsets.h"
#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define NONE UINT32_MAX
#define SLOTS_FIRST 64 /* most trees of the recursion are small */

typedef struct node {
    uint32_t item;    /* local number in its tree */
    uint32_t parent;  /* 0 is the root */
    uint32_t same;    /* the next node of this item */
    uint64_t count;
} node;

/* One tree; a level of the recursion keeps its own and uses it again. */
typedef struct slot { uint32_t parent, item, child; } slot; /* child NONE: free */

typedef struct tree {
    zh_buf nodes;
    zh_buf slots;        /* children of all nodes but the root, by hash; a popular node has hundreds */
    uint32_t slots_mask; /* of the part in use; at most half is full */
    uint32_t children;   /* in slots */
    uint32_t items;      /* local numbers, in order of falling frequency in all baskets */
    uint32_t *global;    /* [items]: rank in all baskets */
    uint32_t *head, *top; /* [items]: first node of the item; child of the root with it */
    uint64_t *support;   /* [items] */
} tree;

typedef struct mine {
    zh_itemsets *out;
    zh_arena *arena;
    uint64_t min_count;
    uint32_t length_max, frequent;
    size_t sets_max;
    uint32_t *item_of;   /* [frequent]: rank to item */
    uint32_t *local;     /* [frequent]: number in the tree being built, or NONE */
    tree levels[ZH_ITEMSET_LENGTH_MAX];
    uint32_t suffix[ZH_ITEMSET_LENGTH_MAX]; /* ranks */
    uint32_t *path;      /* [frequent] */
    uint64_t *counts;    /* [frequent]: by rank */
    zh_err failed;
} mine;

static node *node_at(const tree *t, uint32_t index)
{
    return (node *)(void *)t->nodes.data + index;
}

static uint64_t item_hash(uint32_t item)
{
    return zh_mix64(item + UINT64_C(0x9E3779B97F4A7C15));
}

static void fail(mine *m, zh_err e)
{
    if (m->failed == ZH_OK) m->failed = e;
}

/* ---- a tree ---- */

static bool tree_room(mine *m, tree *t)
{
    if (t->global != NULL) return true;
    t->nodes = zh_buf_open(ZH_ITEMSETS_BYTES_MAX);
    t->slots = zh_buf_open(ZH_ITEMSETS_BYTES_MAX);
    t->global = ZH_TAKE(m->arena, uint32_t, m->frequent);
    t->head = ZH_TAKE(m->arena, uint32_t, m->frequent);
    t->top = ZH_TAKE(m->arena, uint32_t, m->frequent);
    t->support = ZH_TAKE(m->arena, uint64_t, m->frequent);
    if (t->global == NULL || t->head == NULL || t->top == NULL || t->support == NULL) fail(m, ZH_NOMEM);
    return m->failed == ZH_OK;
}

static uint32_t add_node(mine *m, tree *t, uint32_t item, uint32_t parent)
{
    const uint32_t index = (uint32_t)(t->nodes.size / sizeof(node));
    char *room = index == NONE ? NULL : zh_buf_room(&t->nodes, sizeof(node));
    if (room == NULL) {
        fail(m, ZH_NOMEM);
        return 0;
    }
    *(node *)(void *)room = (node){ .item = item, .parent = parent, .same = NONE };
    return index;
}

static slot *slot_of(const tree *t, uint32_t parent, uint32_t item)
{
    slot *slots = (slot *)(void *)t->slots.data;
    uint32_t at = (uint32_t)zh_mix64((uint64_t)parent << 32 | item) & t->slots_mask;
    while (slots[at].child != NONE && (slots[at].parent != parent || slots[at].item != item)) at = (at + 1) & t->slots_mask;
    return &slots[at];
}

/* `count` free slots, a power of two. */
static void slots_start(mine *m, tree *t, uint32_t count)
{
    zh_buf_reset(&t->slots);
    char *room = zh_buf_room(&t->slots, (size_t)count * sizeof(slot));
    t->slots_mask = count - 1;
    t->children = 0;
    if (room == NULL) fail(m, ZH_NOMEM);
    else memset(room, 0xFF, (size_t)count * sizeof(slot));
}

/* Twice as many slots, filled from the nodes. */
static void slots_grow(mine *m, tree *t)
{
    slots_start(m, t, 2 * (t->slots_mask + 1));
    const uint32_t nodes = (uint32_t)(t->nodes.size / sizeof(node));
    for (uint32_t i = 1; i < nodes && m->failed == ZH_OK; i++) {
        const node *n = node_at(t, i);
        if (n->parent == 0) continue;
        *slot_of(t, n->parent, n->item) = (slot){ n->parent, n->item, i };
        t->children++;
    }
}

/* Empty, with those of ranks[count] (NULL: 0, 1, 2 ...) whose counts[] are frequent; local[] says where. */
static bool tree_start(mine *m, tree *t, const uint32_t *ranks, uint32_t count)
{
    if (!tree_room(m, t)) return false;
    zh_buf_reset(&t->nodes);
    t->items = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t r = ranks == NULL ? i : ranks[i];
        m->local[i] = NONE;
        if (m->counts[r] < m->min_count) continue;
        m->local[i] = t->items;
        t->global[t->items] = r;
        t->support[t->items] = m->counts[r];
        t->head[t->items] = t->top[t->items] = NONE;
        t->items++;
    }
    if (t->items > 0) add_node(m, t, NONE, 0);
    slots_start(m, t, SLOTS_FIRST);
    return t->items > 0 && m->failed == ZH_OK;
}

/* The child of `at` with this item, made where it is not there. */
static uint32_t step(mine *m, tree *t, uint32_t at, uint32_t item)
{
    slot *place = at == 0 ? NULL : slot_of(t, at, item);
    uint32_t *child = at == 0 ? &t->top[item] : &place->child;
    if (*child != NONE) return *child;
    const uint32_t made = add_node(m, t, item, at);
    if (m->failed != ZH_OK) return 0;
    node_at(t, made)->same = t->head[item];
    t->head[item] = made;
    if (place == NULL) *child = made;
    else {
        *place = (slot){ at, item, made };
        if (++t->children > t->slots_mask / 2) slots_grow(m, t);
    }
    return made;
}

static void insert(mine *m, tree *t, const uint32_t *path, uint32_t length, uint64_t count)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < length && m->failed == ZH_OK; i++) {
        at = step(m, t, at, path[i]);
        if (m->failed == ZH_OK) node_at(t, at)->count += count;
    }
}

/* ---- mining ---- */

static void emit(mine *m, uint32_t length, uint64_t count)
{
    zh_itemset set = { .from = m->out->items_.size / sizeof(uint32_t), .count = count, .length = length };
    if (m->out->count == m->sets_max) {
        fail(m, ZH_FULL);
        return;
    }
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t item = m->item_of[m->suffix[i]];
        set.hash += item_hash(item);
        zh_buf_put_u32(&m->out->items_, item);
    }
    zh_buf_put(&m->out->sets_, (zh_sv){ (const char *)&set, sizeof set });
    if (zh_buf_err(&m->out->items_) != ZH_OK || zh_buf_err(&m->out->sets_) != ZH_OK) fail(m, ZH_NOMEM);
    m->out->count++;
}

/* Count what stands above an item's nodes; how many of it are frequent. */
static uint32_t count_above(mine *m, const tree *from, uint32_t item)
{
    uint32_t frequent = 0;
    for (uint32_t i = 0; i < item; i++) m->counts[from->global[i]] = 0; /* only more frequent items stand above */
    for (uint32_t n = from->head[item]; n != NONE; n = node_at(from, n)->same)
        for (uint32_t up = node_at(from, n)->parent; up != 0; up = node_at(from, up)->parent)
            m->counts[from->global[node_at(from, up)->item]] += node_at(from, n)->count;
    for (uint32_t i = 0; i < item; i++) frequent += m->counts[from->global[i]] >= m->min_count;
    return frequent;
}

/* The tree of the paths above an item's nodes; false: nothing frequent is there. local[] is by the item in `from`. */
static bool project(mine *m, const tree *from, uint32_t item, tree *into)
{
    if (count_above(m, from, item) == 0) return false;
    if (!tree_start(m, into, from->global, item)) return false;
    for (uint32_t n = from->head[item]; n != NONE && m->failed == ZH_OK; n = node_at(from, n)->same) {
        uint32_t length = 0;
        for (uint32_t up = node_at(from, n)->parent; up != 0; up = node_at(from, up)->parent) {
            const uint32_t local = m->local[node_at(from, up)->item];
            if (local != NONE) m->path[length++] = local;
        }
        for (uint32_t i = 0; i < length / 2; i++) { /* from the root down */
            const uint32_t swap = m->path[i];
            m->path[i] = m->path[length - 1 - i], m->path[length - 1 - i] = swap;
        }
        insert(m, into, m->path, length, node_at(from, n)->count);
    }
    return m->failed == ZH_OK;
}

static void grow(mine *m, uint32_t depth)
{
    const tree *t = &m->levels[depth];
    for (uint32_t item = t->items; item-- > 0 && m->failed == ZH_OK;) {
        m->suffix[depth] = t->global[item];
        emit(m, depth + 1, t->support[item]);
        if (depth + 1 < m->length_max && item > 0 && project(m, t, item, &m->levels[depth + 1])) grow(m, depth + 1);
    }
}

/* ---- all baskets ---- */

typedef struct frequency { uint64_t count; uint32_t item; } frequency;

static int by_count(const void *a, const void *b)
{
    const frequency *p = a, *q = b;
    if (p->count != q->count) return p->count > q->count ? -1 : 1;
    return (p->item > q->item) - (p->item < q->item);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Short lists, as baskets are, by insertion. */
static void sort_path(uint32_t *path, uint32_t length)
{
    if (length > 64) {
        qsort(path, length, sizeof *path, by_number);
        return;
    }
    for (uint32_t i = 1; i < length; i++) {
        const uint32_t value = path[i];
        uint32_t k = i;
        for (; k > 0 && path[k - 1] > value; k--) path[k] = path[k - 1];
        path[k] = value;
    }
}

/* Ranks by frequency; rank_of[item] is NONE for rare ones. */
static uint32_t *rank_items(mine *m, const zh_baskets *b)
{
    frequency *all = ZH_TAKE(m->arena, frequency, b->items_count);
    uint32_t *rank_of = ZH_TAKE(m->arena, uint32_t, b->items_count);
    m->item_of = ZH_TAKE(m->arena, uint32_t, b->items_count);
    m->path = ZH_TAKE(m->arena, uint32_t, b->items_count);
    m->local = ZH_TAKE(m->arena, uint32_t, b->items_count);
    m->counts = ZH_TAKE(m->arena, uint64_t, b->items_count);
    if (all == NULL || rank_of == NULL || m->item_of == NULL || m->path == NULL || m->local == NULL || m->counts == NULL) {
        fail(m, ZH_NOMEM);
        return NULL;
    }
    for (uint32_t i = 0; i < b->items_count; i++) all[i].item = i, rank_of[i] = NONE;
    for (uint64_t i = 0; i < b->from[b->count]; i++) all[b->items[i]].count++;
    qsort(all, b->items_count, sizeof *all, by_count);
    for (; m->frequent < b->items_count && all[m->frequent].count >= m->min_count; m->frequent++) {
        m->item_of[m->frequent] = all[m->frequent].item;
        m->counts[m->frequent] = all[m->frequent].count;
        rank_of[all[m->frequent].item] = m->frequent;
    }
    return rank_of;
}

zh_err zh_itemsets_find(zh_itemsets *out, zh_arena *arena, const zh_baskets *b, uint64_t min_count, uint32_t length_max)
{
    return zh_itemsets_find_most(out, arena, b, min_count, length_max, ZH_ITEMSETS_MAX);
}

zh_err zh_itemsets_find_most(zh_itemsets *out, zh_arena *arena, const zh_baskets *b, uint64_t min_count, uint32_t length_max, size_t sets_max)
{
    *out = (zh_itemsets){ .sets_ = zh_buf_open(ZH_ITEMSETS_BYTES_MAX), .items_ = zh_buf_open(ZH_ITEMSETS_BYTES_MAX), .by_hash_ = zh_map_open() };
    mine *m = ZH_TAKE(arena, mine, 1);
    if (m == NULL) return ZH_NOMEM;
    m->out = out, m->arena = arena, m->sets_max = sets_max;
    m->min_count = min_count < 1 ? 1 : min_count;
    m->length_max = length_max < 1 || length_max > ZH_ITEMSET_LENGTH_MAX ? ZH_ITEMSET_LENGTH_MAX : length_max;
    const uint32_t *rank_of = rank_items(m, b);
    if (m->failed == ZH_OK && m->frequent > 0 && tree_start(m, &m->levels[0], NULL, m->frequent)) {
        for (uint64_t i = 0; i < b->count && m->failed == ZH_OK; i++) {
            uint32_t length = 0;
            for (uint64_t k = b->from[i]; k < b->from[i + 1]; k++)
                if (rank_of[b->items[k]] != NONE) m->path[length++] = rank_of[b->items[k]];
            sort_path(m->path, length);
            insert(m, &m->levels[0], m->path, length, 1);
        }
        if (m->failed == ZH_OK) grow(m, 0);
    }
    for (uint32_t i = 0; i < ZH_ITEMSET_LENGTH_MAX; i++) zh_buf_close(&m->levels[i].nodes), zh_buf_close(&m->levels[i].slots);
    return m->failed;
}

void zh_itemsets_close(zh_itemsets *sets)
{
    zh_buf_close(&sets->sets_);
    zh_buf_close(&sets->items_);
    zh_map_close(&sets->by_hash_);
}

const zh_itemset *zh_itemsets_at(const zh_itemsets *sets, size_t index)
{
    assert(index < sets->count);
    return (const zh_itemset *)(const void *)sets->sets_.data + index;
}

const uint32_t *zh_itemsets_items(const zh_itemsets *sets, const zh_itemset *set)
{
    return (const uint32_t *)(const void *)sets->items_.data + set->from;
}

/* ---- rules ---- */

zh_err zh_itemsets_index(zh_itemsets *sets)
{
    for (size_t i = 0; i < sets->count; i++) { /* sums of mixed numbers: two sets with one sum are not to be met (2^-64 a pair) */
        const zh_err e = zh_map_put(&sets->by_hash_, zh_itemsets_at(sets, i)->hash, i);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static double count_of(const zh_itemsets *sets, uint64_t hash)
{
    const uint64_t *index = zh_map_get(&sets->by_hash_, hash);
    assert(index != NULL); /* every part of a frequent set is frequent */
    return (double)zh_itemsets_at(sets, *index)->count;
}

zh_association zh_itemsets_rule(const zh_itemsets *sets, size_t set, uint32_t place, uint64_t baskets)
{
    const zh_itemset *all = zh_itemsets_at(sets, set);
    assert(place < all->length && all->length >= 2);
    const uint32_t right = zh_itemsets_items(sets, all)[place];
    const double n = (double)baskets, confidence = (double)all->count / count_of(sets, all->hash - item_hash(right));
    const double share = count_of(sets, item_hash(right)) / n, support = (double)all->count / n;
    return (zh_association){ .set = set, .right = right, .support = support, .confidence = confidence, .lift = confidence / share, .leverage = support - support / confidence * share,
                      .conviction = confidence >= 1 ? INFINITY : (1 - share) / (1 - confidence) };
}
