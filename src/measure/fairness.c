#include "measure/fairness.h"

#include <stdlib.h>
#include <string.h>

const char *zh_fair_group_text(zh_fair_group_kind kind)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ZH_FAIR_GROUP_LIST(X)
#undef X
    };
    return texts[kind];
}

/* ---- rows ---- */

static int by_key(const zh_fair_row *a, const zh_fair_row *b)
{
    if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    if (a->item != b->item) return a->item < b->item ? -1 : 1;
    return (int)a->listed - (int)b->listed;
}

static int compare_rows(const void *a, const void *b) { return by_key(a, b); }

size_t zh_fair_sort(zh_fair_row *rows, size_t count)
{
    size_t kept = 0;
    if (count > 0) qsort(rows, count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_key(&rows[kept - 1], &rows[i]) == 0) {
            rows[kept - 1].shown += rows[i].shown;
            rows[kept - 1].touched += rows[i].touched;
            rows[kept - 1].bought += rows[i].bought;
        } else rows[kept++] = rows[i];
    }
    return kept;
}

zh_fair_followed zh_fair_follow(const zh_fair_input *in, const zh_fair_row *row)
{
    zh_fair_followed out = { 0 };
    for (int32_t after = 0; after <= 1; after++) {
        const zh_fair_row key = { .customer = row->customer, .item = row->item, .day = row->day + after, .listed = false };
        const zh_fair_row *there = in->rows_count == 0 ? NULL : bsearch(&key, in->rows, in->rows_count, sizeof key, compare_rows);
        out.clicked |= there != NULL && there->touched > 0;
        out.bought |= there != NULL && there->bought > 0;
    }
    return out;
}

static bool in_span(const zh_fair_input *in, int32_t day) { return day >= in->from_day && day <= in->to_day; }

/* ---- the head ---- */

typedef struct ranked { uint64_t key; uint32_t of; } ranked; /* greatest first, then by number */

static int by_rank(const void *first, const void *second)
{
    const ranked *a = first, *b = second;
    if (a->key != b->key) return a->key > b->key ? -1 : 1;
    return (a->of > b->of) - (a->of < b->of);
}

/* Is item i one of the head? */
static zh_err find_head(const zh_fair_input *in, zh_arena *scratch, bool **out)
{
    ranked *list = ZH_TAKE(scratch, ranked, in->items_count);
    bool *head = *out = ZH_TAKE(scratch, bool, in->items_count);
    size_t count = 0;
    if (list == NULL || head == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < in->items_count; i++)
        if (in->items[i].sellable) list[count++] = (ranked){ in->items[i].buyers, (uint32_t)i };
    qsort(list, count, sizeof *list, by_rank);
    const size_t most = (size_t)((double)count * ZH_FAIR_HEAD_SHARE + 0.5);
    for (size_t i = 0; i < most; i++) head[list[i].of] = true;
    return ZH_OK;
}

/* ---- customers ---- */

typedef struct figures { /* of one customer; those to be shown something, and a history, have a taste */
    uint64_t slots, shown, clicked, bought;
    double tail, head_share, shown_pop, history_pop, js, steck;
    bool has_history, has_taste;
} figures;

typedef struct making {
    const zh_fair_input *in;
    const bool *head;
    figures *each;                       /* [customers] */
    size_t *first;                       /* [customers + 1] of the rows */
    bool *is_in[ZH_FAIR_GROUPS];         /* [customers] */
    uint64_t *liked, *listed;            /* [categories] */
    uint64_t *by_item, *sellable;        /* [items] */
    double *values;                      /* [customers] */
    zh_arena *scratch;
} making;

static zh_err open_making(making *m, const zh_fair_input *in, zh_arena *scratch)
{
    *m = (making){ .in = in, .scratch = scratch };
    m->each = ZH_TAKE(scratch, figures, in->customers_count);
    m->first = ZH_TAKE(scratch, size_t, in->customers_count + 1);
    m->liked = ZH_TAKE(scratch, uint64_t, in->categories);
    m->listed = ZH_TAKE(scratch, uint64_t, in->categories);
    m->by_item = ZH_TAKE(scratch, uint64_t, in->items_count);
    m->sellable = ZH_TAKE(scratch, uint64_t, in->items_count);
    m->values = ZH_TAKE(scratch, double, in->customers_count);
    bool whole = m->each != NULL && m->first != NULL && m->liked != NULL && m->listed != NULL && m->by_item != NULL && m->sellable != NULL && m->values != NULL;
    for (int g = 0; g < ZH_FAIR_GROUPS; g++) whole &= (m->is_in[g] = ZH_TAKE(scratch, bool, in->customers_count)) != NULL;
    if (!whole) return ZH_NOMEM;
    for (size_t i = 0, c = 0; c <= in->customers_count; c++) {
        while (i < in->rows_count && in->rows[i].customer < c) i++;
        m->first[c] = i;
    }
    return ZH_OK;
}

/* ---- exposure ---- */

/* Of m->by_item: items that can be sold stand for the Gini, all for the slots. `whole`: the counts hold those that were not drawn, too. */
static void exposure_of(const making *m, bool whole, zh_fair_exposure *out)
{
    uint64_t tail = 0;
    *out = (zh_fair_exposure){ 0 };
    for (size_t i = 0; i < m->in->items_count; i++) {
        if (!whole && !m->in->items[i].drawn) continue;
        out->slots += m->by_item[i];
        tail += m->head[i] ? 0 : m->by_item[i];
        if (!m->in->items[i].sellable) continue;
        out->shown_items += m->by_item[i] > 0;
        m->sellable[out->items++] = m->by_item[i];
    }
    out->gini = zh_variety_gini(m->sellable, (size_t)out->items);
    out->coverage = out->items == 0 ? 0 : (double)out->shown_items / (double)out->items;
    out->long_tail = out->slots == 0 ? 0 : (double)tail / (double)out->slots;
}

static void exposure_of_cells(making *m, bool personal, zh_fair_exposure *out)
{
    memset(m->by_item, 0, m->in->items_count * sizeof *m->by_item);
    for (size_t i = 0; i < m->in->cells_count; i++)
        if (m->in->cells[i].personal == personal && in_span(m->in, m->in->cells[i].day)) m->by_item[m->in->cells[i].item] += m->in->cells[i].shown;
    exposure_of(m, false, out);
}

/* ---- one customer ---- */

static void look_at_history(making *m, size_t c, figures *f)
{
    const zh_fair_customer *customer = &m->in->customers[c];
    const double n = (double)customer->history_count;
    memset(m->liked, 0, m->in->categories * sizeof *m->liked);
    f->has_history = customer->history_count >= ZH_FAIR_HISTORY_LEAST;
    for (uint32_t i = 0; f->has_history && i < customer->history_count; i++) {
        const uint32_t item = customer->history[i];
        m->liked[m->in->items[item].category]++;
        f->head_share += m->head[item] / n;
        f->history_pop += (double)m->in->items[item].buyers / n;
    }
}

static void look_at_customer(making *m, size_t c)
{
    const zh_fair_input *in = m->in;
    figures *f = &m->each[c];
    uint64_t tail = 0;
    memset(m->listed, 0, in->categories * sizeof *m->listed);
    look_at_history(m, c, f);
    for (size_t i = m->first[c]; i < m->first[c + 1]; i++) {
        const zh_fair_row *row = &in->rows[i];
        if (!row->listed || !in_span(in, row->day)) continue;
        const zh_fair_followed followed = zh_fair_follow(in, row);
        f->slots += row->shown, f->shown++, f->clicked += followed.clicked, f->bought += followed.bought;
        tail += m->head[row->item] ? 0 : row->shown;
        f->shown_pop += (double)row->shown * (double)in->items[row->item].buyers;
        m->listed[in->items[row->item].category] += row->shown;
    }
    if (f->slots == 0) return;
    f->tail = (double)tail / (double)f->slots;
    f->shown_pop /= (double)f->slots;
    f->has_taste = f->has_history;
    f->js = zh_variety_js(m->liked, m->listed, in->categories);
    f->steck = zh_variety_steck(m->liked, m->listed, in->categories);
}

/* Who is in which group: of those that were shown something. */
static zh_err sort_customers(making *m)
{
    ranked *list = ZH_TAKE(m->scratch, ranked, m->in->customers_count);
    size_t count = 0;
    if (list == NULL) return ZH_NOMEM;
    for (size_t c = 0; c < m->in->customers_count; c++) {
        const bool there = m->each[c].slots > 0;
        m->is_in[ZH_FAIR_ALL][c] = there;
        m->is_in[ZH_FAIR_NEW][c] = there && m->in->customers[c].is_new;
        m->is_in[ZH_FAIR_ACTIVE][c] = there && !m->in->customers[c].is_new;
        if (there && m->each[c].has_history) list[count++] = (ranked){ (uint64_t)(m->each[c].head_share * 1e9 + 0.5), (uint32_t)c };
    }
    qsort(list, count, sizeof *list, by_rank);
    for (size_t i = 0; i < count; i++) {
        const zh_fair_group_kind kind = i < count / 5 ? ZH_FAIR_BLOCKBUSTER : i >= count - count / 5 ? ZH_FAIR_NICHE : ZH_FAIR_DIVERSE;
        m->is_in[kind][list[i].of] = true;
    }
    return ZH_OK;
}

typedef enum measured { TAIL, JS, STECK } measured;

static zh_between mean_of(making *m, zh_fair_group_kind g, measured what)
{
    size_t n = 0;
    for (size_t c = 0; c < m->in->customers_count; c++) {
        const figures *f = &m->each[c];
        if (m->is_in[g][c] && (what == TAIL || f->has_taste)) m->values[n++] = what == TAIL ? f->tail : what == JS ? f->js : f->steck;
    }
    return zh_variety_mean(m->values, n, (uint64_t)g * 8 + what);
}

static void describe(making *m, zh_fair_group_kind g, zh_fair_group *out)
{
    zh_fair_exposure exposure;
    double shown_pop = 0, history_pop = 0;
    *out = (zh_fair_group){ 0 };
    memset(m->by_item, 0, m->in->items_count * sizeof *m->by_item);
    for (size_t c = 0; c < m->in->customers_count; c++) {
        const figures *f = &m->each[c];
        if (!m->is_in[g][c]) continue;
        out->customers++, out->slots += f->slots, out->shown += f->shown, out->clicked += f->clicked, out->bought += f->bought;
        if (f->has_taste) shown_pop += f->shown_pop, history_pop += f->history_pop, out->lift_of++;
        for (size_t i = m->first[c]; i < m->first[c + 1]; i++)
            if (m->in->rows[i].listed && in_span(m->in, m->in->rows[i].day)) m->by_item[m->in->rows[i].item] += m->in->rows[i].shown;
    }
    out->lift = history_pop > 0 ? (shown_pop - history_pop) / history_pop : 0;
    out->long_tail = mean_of(m, g, TAIL);
    out->js = mean_of(m, g, JS);
    out->steck = mean_of(m, g, STECK);
    exposure_of(m, true, &exposure);
    out->gini = exposure.gini;
}

/* ---- merchants ---- */

static zh_err merchants_of(const zh_fair_input *in, zh_arena *scratch, zh_fair_report *out)
{
    ranked *list = ZH_TAKE(scratch, ranked, in->brands);
    bool *large = ZH_TAKE(scratch, bool, in->brands);
    uint64_t all = 0, passed = 0;
    if (list == NULL || large == NULL) return ZH_NOMEM;
    for (uint32_t b = 0; b < in->brands; b++) list[b].of = b;
    for (size_t i = 0; i < in->rows_count; i++)
        if (in_span(in, in->rows[i].day)) list[in->items[in->rows[i].item].brand].key += in->rows[i].bought, all += in->rows[i].bought;
    qsort(list, in->brands, sizeof *list, by_rank);
    for (uint32_t b = 0; b < in->brands; passed += list[b++].key) {
        large[list[b].of] = list[b].key > 0 && (double)passed < ZH_FAIR_LARGE_SHARE * (double)all;
        zh_fair_merchants *to = large[list[b].of] ? &out->large : &out->small;
        to->brands++, to->bought += list[b].key;
    }
    for (size_t i = 0; i < in->items_count; i++) (large[in->items[i].brand] ? &out->large : &out->small)->items += in->items[i].sellable && in->items[i].drawn;
    for (size_t i = 0; i < in->cells_count; i++)
        if (in->cells[i].personal && in_span(in, in->cells[i].day)) (large[in->items[in->cells[i].item].brand] ? &out->large : &out->small)->slots += in->cells[i].shown;
    for (size_t i = 0; i < in->rows_count; i++)
        if (in->rows[i].listed && in_span(in, in->rows[i].day))
            (large[in->items[in->rows[i].item].brand] ? &out->large : &out->small)->clicked += zh_fair_follow(in, &in->rows[i]).clicked;
    return ZH_OK;
}

zh_err zh_fair_of(const zh_fair_input *in, zh_arena *scratch, zh_fair_report *out)
{
    making m;
    bool *head;
    *out = (zh_fair_report){ 0 };
    zh_err e = find_head(in, scratch, &head);
    if (e == ZH_OK) e = open_making(&m, in, scratch);
    if (e != ZH_OK) return e;
    m.head = head;
    exposure_of_cells(&m, true, &out->personal);
    exposure_of_cells(&m, false, &out->anybody);
    for (size_t c = 0; c < in->customers_count; c++) look_at_customer(&m, c);
    if ((e = sort_customers(&m)) != ZH_OK) return e;
    for (int g = 0; g < ZH_FAIR_GROUPS; g++) describe(&m, (zh_fair_group_kind)g, &out->groups[g]);
    return merchants_of(in, scratch, out);
}
