#include "engine/baskets.h"
#include "base/hash.h"
#include "base/map.h"

#include <math.h>
#include <stdlib.h>

#define WORK_BYTES_MAX ((size_t)2 << 30) /* of mining */
#define LOOSE_BYTES_MAX ((size_t)8 << 20)

typedef struct loose { int64_t time_ms; zh_item_id item; } loose;

typedef struct gathering {
    const zh_baskets_ask *ask;
    const zh_world *world;
    uint32_t segment;     /* number; 0: all */
    zh_map numbers;       /* item id to its number from 1, in `ids` */
    zh_buf ids;           /* zh_item_id, by number - 1 */
    zh_buf items, from;   /* of zh_baskets */
    zh_buf loose;         /* of one customer, newest first */
    zh_item_id *basket;   /* of one order */
    size_t basket_count, basket_room;
    zh_baskets_answer *out;
    zh_err e;
} gathering;

static void fail(gathering *g, zh_err e)
{
    if (g->e == ZH_OK) g->e = e;
}

/* ---- one order ---- */

static void add_item(gathering *g, zh_item_id item)
{
    if (g->basket_count == g->basket_room) {
        const size_t room = g->basket_room == 0 ? 1024 : 2 * g->basket_room;
        zh_item_id *more = realloc(g->basket, room * sizeof *more);
        if (more == NULL) {
            fail(g, ZH_NOMEM);
            return;
        }
        g->basket = more, g->basket_room = room;
    }
    g->basket[g->basket_count++] = item;
}

static int by_number(const void *a, const void *b)
{
    const zh_item_id *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void each_once(gathering *g)
{
    size_t kept = 0;
    if (g->basket_count > 1) qsort(g->basket, g->basket_count, sizeof *g->basket, by_number);
    for (size_t i = 0; i < g->basket_count; i++)
        if (kept == 0 || g->basket[i].number != g->basket[kept - 1].number) g->basket[kept++] = g->basket[i];
    g->basket_count = kept;
}

static bool holds_all(const gathering *g)
{
    for (uint32_t i = 0; i < g->ask->open_count; i++)
        if (bsearch(&g->ask->open_items[i], g->basket, g->basket_count, sizeof *g->basket, by_number) == NULL) return false;
    return true;
}

/* The lines that came alone, at the moment of the order's first. */
static void add_loose(gathering *g, int64_t time_ms)
{
    const loose *all = (const loose *)(const void *)g->loose.data;
    size_t low = 0, high = g->loose.size / sizeof *all;
    while (low < high) { /* newest first */
        const size_t middle = low + (high - low) / 2;
        if (all[middle].time_ms > time_ms) low = middle + 1;
        else high = middle;
    }
    for (; low < g->loose.size / sizeof *all && all[low].time_ms == time_ms; low++) add_item(g, all[low].item);
}

static void keep_basket(gathering *g)
{
    zh_buf_put_u64(&g->from, g->items.size / sizeof(uint32_t));
    if (g->items.size / sizeof(uint32_t) + g->basket_count > ZH_BASKETS_CELLS_MAX) fail(g, ZH_FULL);
    for (size_t i = 0; g->e == ZH_OK && i < g->basket_count; i++) {
        bool made;
        uint64_t *number = zh_map_at(&g->numbers, g->basket[i].number, &made);
        if (number == NULL) fail(g, ZH_NOMEM);
        else {
            if (made) zh_buf_put_u64(&g->ids, g->basket[i].number);
            if (made) *number = g->numbers.count;
            zh_buf_put_u32(&g->items, (uint32_t)*number - 1);
        }
    }
    g->out->orders++;
}

/* ---- one customer ---- */

static bool is_in(const gathering *g, const zh_order *o) { return zh_order_is_sale(o) && o->first_ms >= g->ask->from_ms && o->first_ms < g->ask->to_ms; }

static void read_loose(gathering *g, const zh_customer_state *state)
{
    const zh_terms *terms = zh_customers_terms(g->world->customers);
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms >= g->ask->from_ms;) {
        if (fact.act != ZH_ACT_ORDER) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            const zh_sv text = zh_terms_text(terms, line.item);
            const loose one = { fact.time_ms, text.size == 0 ? (zh_item_id){ 0 } : zh_item_id_of(text) };
            if (text.size > 0) zh_buf_put(&g->loose, (zh_sv){ (const char *)&one, sizeof one });
        }
    }
}

static void visit(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    uint32_t count;
    bool has_loose = false, opened = false, any = false;
    const zh_customer_id customer = zh_customer_number(state);
    const zh_order *orders = zh_customer_orders(state, &count);
    if (g->e != ZH_OK || count == 0 || (g->segment != 0 && !zh_segments_has(g->world->segments, g->segment, customer, NULL))) return;
    for (uint32_t i = 0; i < count && !has_loose; i++) has_loose = is_in(g, &orders[i]) && orders[i].loose_lines > 0;
    zh_buf_reset(&g->loose);
    if (has_loose) read_loose(g, state);
    for (uint32_t i = 0; i < count; i++) {
        zh_item_id stated[ZH_PROFILE_STATED_MAX];
        if (!is_in(g, &orders[i])) continue;
        g->basket_count = 0;
        const uint32_t stated_count = zh_customer_order_items(state, orders[i].id_hash, stated);
        for (uint32_t k = 0; k < stated_count; k++) add_item(g, stated[k]);
        if (orders[i].loose_lines > 0) add_loose(g, orders[i].first_ms);
        each_once(g);
        if (g->basket_count == 0) continue;
        any = true;
        opened |= g->ask->open.most > 0 && holds_all(g);
        keep_basket(g);
    }
    g->out->customers += any;
    if (opened) zh_crowd_name(&g->out->open, customer);
    if (zh_buf_err(&g->items) != ZH_OK || zh_buf_err(&g->from) != ZH_OK || zh_buf_err(&g->ids) != ZH_OK || zh_buf_err(&g->loose) != ZH_OK) fail(g, ZH_NOMEM);
}

static bool go_on(void *context) { return ((const gathering *)context)->e == ZH_OK; }

/* ---- the best of many ---- */

typedef struct pick { double score; uint64_t orders, tie; size_t set; uint32_t place; } pick; /* place: of the right side; sets: none */
typedef struct picks { pick *list; size_t count, most, found; } picks; /* [2 * most] */

static int best_first(const void *a, const void *b)
{
    const pick *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    if (x->orders != y->orders) return x->orders > y->orders ? -1 : 1;
    return x->tie < y->tie ? -1 : x->tie > y->tie;
}

static void cut(picks *p)
{
    if (p->count > 1) qsort(p->list, p->count, sizeof *p->list, best_first);
    if (p->count > p->most) p->count = p->most;
}

static void offer(picks *p, pick one)
{
    p->found++;
    p->list[p->count++] = one;
    if (p->count == 2 * p->most) cut(p);
}

static zh_item_id id_at(const gathering *g, uint32_t item) { return ((const zh_item_id *)(const void *)g->ids.data)[item]; }

static double score_of(zh_baskets_sort sort, const zh_association *r)
{
    switch (sort) {
    case ZH_BASKETS_CONFIDENCE: return r->confidence;
    case ZH_BASKETS_SUPPORT: return r->support;
    case ZH_BASKETS_LEVERAGE: return r->leverage;
    case ZH_BASKETS_CONVICTION: return r->conviction;
    default: return r->lift;
    }
}

static void pick_all(const gathering *g, const zh_itemsets *sets, picks *best_sets, picks *best_rules)
{
    for (size_t i = 0; i < sets->count; i++) {
        const zh_itemset *set = zh_itemsets_at(sets, i);
        const uint32_t *items = zh_itemsets_items(sets, set);
        uint64_t tie = 0; /* by the items themselves, so that nobody's order of walking shows */
        for (uint32_t k = 0; k < set->length; k++) tie += zh_mix64(id_at(g, items[k]).number);
        if (set->length < 2) continue;
        offer(best_sets, (pick){ (double)set->count, set->count, tie, i, 0 });
        for (uint32_t place = 0; place < set->length; place++) {
            const zh_association r = zh_itemsets_rule(sets, i, place, g->out->orders);
            if (r.confidence >= g->ask->min_confidence) offer(best_rules, (pick){ score_of(g->ask->sort, &r), set->count, tie + id_at(g, r.right).number, i, place });
        }
    }
    cut(best_sets);
    cut(best_rules);
}

/* ---- with names ---- */

static zh_basket_item name_item(const gathering *g, zh_arena *arena, uint32_t item)
{
    const zh_item *known = zh_catalog_get(g->world->catalog, id_at(g, item));
    if (known == NULL) return (zh_basket_item){ 0 };
    return (zh_basket_item){ zh_arena_copy(arena, known->text), zh_arena_copy(arena, known->title) };
}

static int by_text(const void *a, const void *b)
{
    const zh_basket_item *x = a, *y = b;
    return zh_sv_compare(x->text, y->text);
}

/* A set, or a rule with the item at `place` on its right. */
static zh_err name_set(const gathering *g, const zh_itemsets *sets, const pick *p, bool is_rule, zh_arena *arena, zh_basket_set *out)
{
    const zh_itemset *set = zh_itemsets_at(sets, p->set);
    const uint32_t *items = zh_itemsets_items(sets, set);
    uint32_t count = 0;
    *out = (zh_basket_set){ .items = ZH_TAKE(arena, zh_basket_item, set->length), .count = set->length, .orders = set->count, .support = (double)set->count / (double)g->out->orders };
    if (out->items == NULL) return ZH_NOMEM;
    for (uint32_t k = 0; k < set->length; k++)
        if (!is_rule || k != p->place) out->items[count++] = name_item(g, arena, items[k]);
    qsort(out->items, count, sizeof *out->items, by_text);
    if (!is_rule) return ZH_OK;
    const zh_association r = zh_itemsets_rule(sets, p->set, p->place, g->out->orders);
    out->items[count] = name_item(g, arena, r.right);
    out->confidence = r.confidence, out->lift = r.lift, out->leverage = r.leverage, out->conviction = r.conviction;
    return ZH_OK;
}

static zh_err name_all(const gathering *g, const zh_itemsets *sets, const picks *picked, bool is_rule, zh_arena *arena, zh_basket_set **list, size_t *count)
{
    zh_err e = ZH_OK;
    if ((*list = ZH_TAKE(arena, zh_basket_set, picked->count + 1)) == NULL) return ZH_NOMEM;
    zh_world_lock_read((zh_world *)(uintptr_t)g->world);
    for (*count = 0; e == ZH_OK && *count < picked->count; ++*count) e = name_set(g, sets, &picked->list[*count], is_rule, arena, &(*list)[*count]);
    zh_world_unlock((zh_world *)(uintptr_t)g->world);
    return e;
}

/* ---- all ---- */

static zh_err mine(gathering *g, zh_arena *arena)
{
    const zh_baskets_ask *ask = g->ask;
    zh_baskets_answer *out = g->out;
    zh_arena work = zh_arena_open(WORK_BYTES_MAX);
    zh_itemsets sets = { 0 };
    picks best_sets = { .most = ask->list, .list = ZH_TAKE(&work, pick, 2 * ask->list) }, best_rules = { .most = ask->list, .list = ZH_TAKE(&work, pick, 2 * ask->list) };
    zh_buf_put_u64(&g->from, g->items.size / sizeof(uint32_t));
    const zh_baskets baskets = { (const uint32_t *)(const void *)g->items.data, (const uint64_t *)(const void *)g->from.data, out->orders, (uint32_t)g->numbers.count };
    out->items = baskets.items_count, out->cells = g->items.size / sizeof(uint32_t);
    const double least = ceil(ask->min_support * (double)out->orders * (1 - 1e-12));
    out->min_count = ask->min_count > 0 ? ask->min_count : least < 2 ? 2 : (uint64_t)least;
    zh_err e = best_sets.list == NULL || best_rules.list == NULL ? ZH_NOMEM : zh_buf_err(&g->from);
    if (e == ZH_OK) e = zh_itemsets_find_most(&sets, &work, &baskets, out->min_count, ask->length_max, ZH_BASKETS_SETS_MAX);
    if (e == ZH_OK) e = zh_itemsets_index(&sets);
    if (e == ZH_OK) pick_all(g, &sets, &best_sets, &best_rules);
    if (e == ZH_OK) e = name_all(g, &sets, &best_sets, false, arena, &out->sets, &out->sets_count);
    if (e == ZH_OK) e = name_all(g, &sets, &best_rules, true, arena, &out->rules, &out->rules_count);
    out->sets_found = best_sets.found, out->rules_found = best_rules.found;
    zh_itemsets_close(&sets);
    zh_arena_close(&work);
    return e;
}

static zh_err find_segment(zh_world *world, gathering *g)
{
    zh_segment segment;
    if (g->ask->segment.size == 0) return ZH_OK;
    zh_world_lock_read(world);
    const bool is_there = zh_segments_find(world->segments, g->ask->segment, &segment);
    zh_world_unlock(world);
    if (is_there) g->segment = segment.number;
    return is_there ? ZH_OK : ZH_ABSENT;
}

zh_err zh_engine_baskets(zh_engine *engine, const zh_baskets_ask *ask, zh_arena *arena, zh_baskets_answer *out)
{
    const int64_t began_us = zh_clock_mono_us(NULL);
    zh_world *world = zh_engine_world(engine);
    const size_t bytes = ZH_BASKETS_CELLS_MAX * sizeof(uint64_t) + 64;
    gathering g = { .ask = ask, .world = world, .out = out, .numbers = zh_map_open(), .ids = zh_buf_open(bytes), .items = zh_buf_open(bytes), .from = zh_buf_open(bytes), .loose = zh_buf_open(LOOSE_BYTES_MAX) };
    *out = (zh_baskets_answer){ .open = { .most = ask->open.most, .after = ask->open.after } };
    zh_err e = find_segment(world, &g);
    if (e == ZH_OK) e = zh_crowd_walk(world, &(zh_crowd){ .visit = visit, .go_on = go_on, .context = &g });
    if (g.e != ZH_OK) e = g.e;
    if (e == ZH_OK) e = mine(&g, arena);
    zh_map_close(&g.numbers);
    zh_buf_close(&g.ids);
    zh_buf_close(&g.items);
    zh_buf_close(&g.from);
    zh_buf_close(&g.loose);
    free(g.basket);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    return e;
}
