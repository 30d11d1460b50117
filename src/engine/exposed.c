#include "engine/exposed.h"
#include "base/map.h"
#include "base/time.h"

#include <stdlib.h>

typedef struct gathering {
    zh_world *w;
    zh_exposed *out;
    zh_arena *arena;
    uint32_t wanted;            /* zh_exposure_place() without its last bit; 0: any */
    int64_t from, first, last;  /* days: of the span, of the rows */
    uint32_t level, item_level;
    zh_map items, customers;    /* number -> place */
    zh_map categories, brands;  /* hash -> number */
    zh_fair_item *list;
    size_t items_count, customers_count, names_count;
} gathering;

static bool is_wanted(const gathering *g, const zh_exposure_row *row)
{
    return row->place != 0 && (g->wanted == 0 || (row->place & ~1u) == g->wanted);
}

/* ---- items ---- */

static uint32_t numbered(zh_map *map, uint64_t hash, zh_err *e)
{
    bool made;
    const uint64_t next = map->count;
    uint64_t *at = zh_map_at(map, hash, &made);
    if (at == NULL) {
        *e = ZH_NOMEM;
        return 0;
    }
    if (made) *at = next;
    return (uint32_t)*at;
}

typedef struct sized { uint64_t items, hash; } sized;

static int by_size(const void *first, const void *second)
{
    const sized *a = first, *b = second;
    if (a->items != b->items) return a->items > b->items ? -1 : 1;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Categories get their numbers: those with most items first, 0 for none and for those that are too many. */
static zh_err number_categories(gathering *g)
{
    zh_map counts = zh_map_open();
    const zh_item *item;
    uint64_t hash, items;
    bool made;
    size_t count = 0;
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && (item = zh_catalog_next(g->w->catalog, &at)) != NULL;) {
        uint64_t *there = item->category_hash == 0 ? NULL : zh_map_at(&counts, item->category_hash, &made);
        if (there != NULL) ++*there;
        else if (item->category_hash != 0) e = ZH_NOMEM;
    }
    sized *list = ZH_TAKE(g->arena, sized, counts.count);
    if (list == NULL) e = ZH_NOMEM;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&counts, &at, &hash, &items);) list[count++] = (sized){ items, hash };
    if (e == ZH_OK) qsort(list, count, sizeof *list, by_size);
    for (size_t i = 0; e == ZH_OK && i < count && i + 1 < ZH_EXPOSED_CATEGORIES_MAX; i++) e = zh_map_put(&g->categories, list[i].hash, i + 1);
    g->names_count = g->categories.count + 1;
    g->out->categories = ZH_TAKE(g->arena, zh_sv, g->names_count);
    zh_map_close(&counts);
    return g->out->categories == NULL ? ZH_NOMEM : e;
}

static uint32_t category_of(gathering *g, const zh_item *item)
{
    const uint64_t *at = zh_map_get(&g->categories, item->category_hash);
    if (item->category_hash == 0 || at == NULL) return 0;
    if (g->out->categories[*at].data == NULL) g->out->categories[*at] = zh_arena_copy(g->arena, item->category);
    return (uint32_t)*at;
}

static int by_number(const void *first, const void *second)
{
    const uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a > b) - (a < b);
}

/* By number, as customers are, so that an answer does not depend on how tables lie in memory. */
static zh_err gather_items(gathering *g)
{
    const zh_item *item;
    zh_err e = number_categories(g);
    uint64_t *ids = ZH_TAKE(g->arena, uint64_t, zh_catalog_count(g->w->catalog));
    size_t count = 0;
    g->list = ZH_TAKE(g->arena, zh_fair_item, zh_catalog_count(g->w->catalog));
    if (e != ZH_OK || ids == NULL || g->list == NULL) return e != ZH_OK ? e : ZH_NOMEM;
    for (size_t at = 0; (item = zh_catalog_next(g->w->catalog, &at)) != NULL;) ids[count++] = item->id.number;
    qsort(ids, count, sizeof *ids, by_number);
    (void)numbered(&g->brands, 0, &e);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        item = zh_catalog_get(g->w->catalog, (zh_item_id){ ids[i] });
        zh_fair_item *to = &g->list[g->items_count];
        const int64_t buyers = zh_popularity_buyers(g->w->popularity, item->id);
        to->category = category_of(g, item);
        to->brand = numbered(&g->brands, item->brand.size == 0 ? 0 : zh_fast64(item->brand), &e);
        to->buyers = buyers > 0 ? (uint64_t)buyers : 0;
        to->sellable = zh_item_sellable(item);
        to->drawn = zh_exposure_draws(item->id.number, g->item_level);
        if (e == ZH_OK) e = zh_map_put(&g->items, item->id.number, g->items_count++);
    }
    return e;
}

/* ---- what was shown and done ---- */

static uint32_t level_of(const gathering *g, zh_exposure_part part, int64_t from)
{
    uint32_t level = 0;
    for (int64_t day = from; day <= g->last; day++) {
        const uint32_t of_day = zh_exposure_level(g->w->exposure, day, part);
        level = of_day > level ? of_day : level;
    }
    return level;
}

static size_t rows_at(const gathering *g, uint32_t level)
{
    zh_exposure_row row;
    size_t count = 0;
    for (int64_t day = g->first; day <= g->last; day++)
        for (size_t at = 0; zh_exposure_next(g->w->exposure, day, ZH_EXPOSURE_OWN, &at, &row);)
            count += zh_exposure_draws(row.customer, level) && (row.place == 0 || is_wanted(g, &row));
    return count;
}

static zh_err gather_cells(gathering *g)
{
    zh_exposure_row row;
    size_t most = 0, count = 0;
    for (int64_t day = g->from; day <= g->last; day++)
        for (size_t at = 0; zh_exposure_next(g->w->exposure, day, ZH_EXPOSURE_EVERYBODY, &at, &row);) most += is_wanted(g, &row);
    zh_fair_cell *cells = ZH_TAKE(g->arena, zh_fair_cell, most);
    if (cells == NULL) return ZH_NOMEM;
    for (int64_t day = g->from; day <= g->last; day++)
        for (size_t at = 0; zh_exposure_next(g->w->exposure, day, ZH_EXPOSURE_EVERYBODY, &at, &row);) {
            const uint64_t *item = is_wanted(g, &row) && zh_exposure_draws(row.item, g->item_level) ? zh_map_get(&g->items, row.item) : NULL;
            if (item != NULL) cells[count++] = (zh_fair_cell){ (uint32_t)*item, (int32_t)day, zh_exposure_is_personal(row.place), row.shown };
        }
    g->out->input.cells = cells;
    g->out->input.cells_count = count;
    return ZH_OK;
}

/* Whose row it is now; false: nobody's who is counted. */
static bool find_customer(gathering *g, uint32_t number, uint32_t *out, zh_err *e)
{
    const zh_customer_id root = zh_absorbed_root(g->w->absorbed, (zh_customer_id){ number });
    if (zh_customers_get(g->w->customers, root) == NULL || zh_consents_said(g->w->consents, root, ZH_CONSENT_ANALYTICS) == ZH_CHOICE_NO) return false;
    *out = numbered(&g->customers, root.number, e);
    return *e == ZH_OK;
}

/* They were numbered as they came: now by number. */
static zh_err order_customers(gathering *g, zh_fair_row *rows, size_t rows_count)
{
    uint64_t number, place;
    uint64_t *numbers = ZH_TAKE(g->arena, uint64_t, g->customers.count);
    uint32_t *now = ZH_TAKE(g->arena, uint32_t, g->customers.count);
    size_t count = 0;
    if (numbers == NULL || now == NULL) return ZH_NOMEM;
    for (size_t at = 0; zh_map_next(&g->customers, &at, &number, &place);) numbers[count++] = number;
    qsort(numbers, count, sizeof *numbers, by_number);
    for (size_t i = 0; i < count; i++) {
        uint64_t *before = zh_map_get(&g->customers, numbers[i]);
        now[*before] = (uint32_t)i;
        *before = i;
    }
    for (size_t i = 0; i < rows_count; i++) rows[i].customer = now[rows[i].customer];
    return ZH_OK;
}

static zh_err gather_rows(gathering *g)
{
    zh_exposure_row row;
    size_t count = 0;
    zh_err e = ZH_OK;
    g->level = level_of(g, ZH_EXPOSURE_OWN, g->first);
    size_t most = rows_at(g, g->level);
    while (most > ZH_EXPOSED_ROWS_MAX && g->level < ZH_EXPOSURE_LEVEL_MAX) most = rows_at(g, ++g->level);
    zh_fair_row *rows = ZH_TAKE(g->arena, zh_fair_row, most);
    if (rows == NULL) return ZH_NOMEM;
    for (int64_t day = g->first; day <= g->last; day++)
        for (size_t at = 0; zh_exposure_next(g->w->exposure, day, ZH_EXPOSURE_OWN, &at, &row);) {
            const bool listed = row.place != 0;
            uint32_t customer = 0;
            if (!zh_exposure_draws(row.customer, g->level) || (listed && !(is_wanted(g, &row) && zh_exposure_is_personal(row.place)))) continue;
            const uint64_t *item = zh_map_get(&g->items, row.item);
            if (item != NULL && find_customer(g, row.customer, &customer, &e))
                rows[count++] = (zh_fair_row){ customer, (uint32_t)*item, (int32_t)day, listed, row.shown, row.touched, row.bought };
            if (e != ZH_OK) return e;
        }
    if ((e = order_customers(g, rows, count)) != ZH_OK) return e;
    g->out->input.rows = rows;
    g->out->input.rows_count = zh_fair_sort(rows, count);
    return ZH_OK;
}

/* ---- customers ---- */

static zh_err history_of(const gathering *g, const zh_customer_state *state, zh_fair_customer *to)
{
    uint32_t bought_count, touches_count;
    const zh_bought *bought = zh_customer_bought(state, &bought_count);
    const zh_touch *touches = zh_customer_touches(state, &touches_count);
    const uint32_t all = bought_count > 0 ? bought_count : touches_count;
    uint32_t *items = ZH_TAKE(g->arena, uint32_t, all < ZH_FAIR_HISTORY_MAX ? all : ZH_FAIR_HISTORY_MAX);
    if (items == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < all && to->history_count < ZH_FAIR_HISTORY_MAX; i++) {
        const zh_item_id id = bought_count > 0 ? bought[i].item : touches[i].item;
        const uint64_t *item = zh_map_get(&g->items, id.number);
        if (item != NULL) items[to->history_count++] = (uint32_t)*item;
    }
    to->history = items;
    return ZH_OK;
}

static zh_err gather_customers(gathering *g)
{
    uint64_t number, at_place;
    zh_err e = ZH_OK;
    zh_fair_customer *list = ZH_TAKE(g->arena, zh_fair_customer, g->customers.count);
    if (list == NULL) return ZH_NOMEM;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&g->customers, &at, &number, &at_place);) {
        const zh_customer_state *state = zh_customers_get(g->w->customers, (zh_customer_id){ number });
        list[at_place].is_new = zh_customer_first_ms(state) >= (g->last + 1 - ZH_FAIR_NEW_DAYS) * ZH_DAY_MS;
        e = history_of(g, state, &list[at_place]);
    }
    g->out->input.customers = list;
    g->out->input.customers_count = g->customers.count;
    return e;
}

/* ---- all of it ---- */

/* Under the world's read lock. */
static zh_err gather(gathering *g)
{
    zh_err e = gather_items(g);
    if (e == ZH_OK) e = gather_cells(g);
    if (e == ZH_OK) e = gather_rows(g);
    if (e == ZH_OK) e = gather_customers(g);
    zh_fair_input *in = &g->out->input;
    in->items = g->list, in->items_count = g->items_count;
    in->categories = (uint32_t)g->names_count, in->brands = (uint32_t)g->brands.count;
    in->from_day = (int32_t)g->from, in->to_day = (int32_t)g->last;
    g->out->customer_share = 1.0 / (double)(UINT64_C(1) << g->level);
    g->out->item_share = 1.0 / (double)(UINT64_C(1) << g->item_level);
    return e;
}

zh_err zh_exposed_open(zh_exposed *out, zh_world *w, const zh_exposed_ask *ask)
{
    *out = (zh_exposed){ .customer_share = 1, .item_share = 1, .arena = zh_arena_open(ZH_EXPOSED_BYTES_MAX) };
    gathering g = { .w = w, .out = out, .arena = &out->arena, .wanted = ask->placement.size == 0 ? 0 : zh_exposure_place(ask->placement, false) };
    zh_world_lock_read(w);
    g.last = zh_exposure_newest(w->exposure);
    out->is_empty = g.last == INT64_MIN || g.last < INT32_MIN || g.last > INT32_MAX;
    g.last -= ask->whole_days && !out->is_empty;
    g.from = g.last - (int64_t)ask->days + 1;
    g.first = g.from - ZH_BUBBLE_BACK_DAYS;
    if (!out->is_empty) g.item_level = level_of(&g, ZH_EXPOSURE_EVERYBODY, g.from);
    const zh_err e = out->is_empty ? ZH_OK : gather(&g);
    zh_world_unlock(w);
    zh_map_close(&g.items);
    zh_map_close(&g.customers);
    zh_map_close(&g.categories);
    zh_map_close(&g.brands);
    return e;
}

void zh_exposed_close(zh_exposed *exposed) { zh_arena_close(&exposed->arena); }
