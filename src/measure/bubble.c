#include "measure/bubble.h"
#include "base/rng.h"

#include <string.h>

#define PAIR_TRIES 4 /* a drawn pair may hold a customer who was shown nothing: so many more are drawn at most */

typedef struct counts { uint64_t *shown, *control, *clicked, *bought; } counts; /* [categories] each */

typedef struct making {
    const zh_fair_input *in;
    zh_arena *arena;
    counts *days, all;        /* [days] */
    uint64_t *own, *own_all;  /* [categories] slots of one customer: of a day, of the span */
    int32_t *touched, *had;   /* [categories] last day on which the customer touched it, bought it; INT32_MIN: never */
    int32_t touched_any, had_any; /* of any */
    int32_t *clicked_on, *bought_on; /* [categories] the day it was last counted */
    double *bits;             /* [customers] of those with enough slots */
    size_t bits_count;
    zh_bubble *out;
} making;

static bool open_counts(const making *m, counts *c)
{
    const size_t n = m->in->categories;
    c->shown = ZH_TAKE(m->arena, uint64_t, n);
    c->control = ZH_TAKE(m->arena, uint64_t, n);
    c->clicked = ZH_TAKE(m->arena, uint64_t, n);
    c->bought = ZH_TAKE(m->arena, uint64_t, n);
    return c->shown != NULL && c->control != NULL && c->clicked != NULL && c->bought != NULL;
}

static zh_err open_making(making *m)
{
    const size_t n = m->in->categories, days = m->out->days_count;
    m->out->days = ZH_TAKE(m->arena, zh_bubble_span, days);
    m->out->categories = ZH_TAKE(m->arena, zh_bubble_category, n);
    m->days = ZH_TAKE(m->arena, counts, days);
    m->own = ZH_TAKE(m->arena, uint64_t, n);
    m->own_all = ZH_TAKE(m->arena, uint64_t, n);
    m->touched = ZH_TAKE(m->arena, int32_t, n);
    m->had = ZH_TAKE(m->arena, int32_t, n);
    m->clicked_on = ZH_TAKE(m->arena, int32_t, n);
    m->bought_on = ZH_TAKE(m->arena, int32_t, n);
    m->bits = ZH_TAKE(m->arena, double, m->in->customers_count);
    bool whole = m->out->days != NULL && m->out->categories != NULL && m->days != NULL && m->own != NULL && m->own_all != NULL && m->touched != NULL &&
                 m->had != NULL && m->clicked_on != NULL && m->bought_on != NULL && m->bits != NULL && open_counts(m, &m->all);
    for (size_t d = 0; whole && d < days; d++) whole = open_counts(m, &m->days[d]);
    return whole ? ZH_OK : ZH_NOMEM;
}

static bool in_span(const zh_fair_input *in, int32_t day) { return day >= in->from_day && day <= in->to_day; }

static void count_cells(making *m)
{
    for (size_t i = 0; i < m->in->cells_count; i++) {
        const zh_fair_cell *c = &m->in->cells[i];
        if (!in_span(m->in, c->day)) continue;
        const counts *day = &m->days[c->day - m->in->from_day];
        (c->personal ? day->shown : day->control)[m->in->items[c->item].category] += c->shown;
    }
}

/* ---- one customer ---- */

static uint64_t sum_of(const uint64_t *list, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += list[i];
    return sum;
}

/* Is a day that came before `day` one of those looked back to? */
static bool is_recent(int32_t last, int32_t day) { return last != INT32_MIN && (int64_t)last >= (int64_t)day - ZH_BUBBLE_BACK_DAYS; }

/* `last` of a category, and of any: a category counts once a day. */
static void count_new(const int32_t *last, int32_t last_any, int32_t *counted_on, uint32_t category, int32_t day, uint64_t *of, uint64_t *new)
{
    if (is_recent(last_any, day) && counted_on[category] != day) ++*of, *new += !is_recent(last[category], day);
    counted_on[category] = day;
}

/* The rows [from, until) are one customer's, of one day of the span. */
static void look_at_day(making *m, size_t from, size_t until)
{
    const zh_fair_input *in = m->in;
    const int32_t day = in->rows[from].day;
    zh_bubble_span *span = &m->out->days[day - in->from_day];
    const counts *c = &m->days[day - in->from_day];
    uint64_t slots = 0;
    for (size_t i = from; i < until; i++) {
        const zh_fair_row *row = &in->rows[i];
        const uint32_t category = in->items[row->item].category;
        if (row->listed) {
            m->own[category] += row->shown, m->own_all[category] += row->shown, slots += row->shown;
            if (!zh_fair_follow(in, row).clicked) continue;
            c->clicked[category]++;
            count_new(m->touched, m->touched_any, m->clicked_on, category, day, &span->clicked_of, &span->clicked_new);
        } else if (row->bought > 0) {
            c->bought[category] += row->bought;
            count_new(m->had, m->had_any, m->bought_on, category, day, &span->bought_of, &span->bought_new);
        }
    }
    if (slots >= ZH_BUBBLE_SLOTS_LEAST) span->customer_bits += zh_variety_entropy_corrected(m->own, in->categories), span->customers++;
    for (size_t i = from; i < until; i++) m->own[in->items[in->rows[i].item].category] = 0;
}

static void remember_day(making *m, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++) {
        const zh_fair_row *row = &m->in->rows[i];
        const uint32_t category = m->in->items[row->item].category;
        if (row->touched > 0) m->touched[category] = m->touched_any = row->day;
        if (row->bought > 0) m->had[category] = m->had_any = row->day;
    }
}

static void look_at_customer(making *m, size_t from, size_t until)
{
    const size_t n = m->in->categories;
    for (size_t i = 0; i < n; i++) m->touched[i] = m->had[i] = m->clicked_on[i] = m->bought_on[i] = INT32_MIN, m->own_all[i] = 0;
    m->touched_any = m->had_any = INT32_MIN;
    for (size_t i = from, next; i < until; i = next) {
        for (next = i; next < until && m->in->rows[next].day == m->in->rows[i].day; next++) {}
        if (in_span(m->in, m->in->rows[i].day)) look_at_day(m, i, next);
        remember_day(m, i, next);
    }
    if (sum_of(m->own_all, n) >= ZH_BUBBLE_SLOTS_LEAST) m->bits[m->bits_count++] = zh_variety_entropy_corrected(m->own_all, n);
}

/* ---- sums ---- */

static void describe(const counts *c, size_t n, zh_bubble_span *out)
{
    out->slots = sum_of(c->shown, n), out->control_slots = sum_of(c->control, n), out->clicked = sum_of(c->clicked, n), out->bought = sum_of(c->bought, n);
    out->shown_bits = zh_variety_entropy(c->shown, n);
    out->control_bits = zh_variety_entropy(c->control, n);
    out->clicked_bits = zh_variety_entropy(c->clicked, n);
    out->bought_bits = zh_variety_entropy(c->bought, n);
    out->top_share = zh_variety_top_share(c->shown, n);
}

static void add_counts(const counts *c, size_t n, counts *to)
{
    for (size_t i = 0; i < n; i++) to->shown[i] += c->shown[i], to->control[i] += c->control[i], to->clicked[i] += c->clicked[i], to->bought[i] += c->bought[i];
}

static void gap_of(const counts *c, size_t n, zh_bubble_span *out)
{
    out->has_gap = sum_of(c->shown, n) >= ZH_BUBBLE_GAP_LEAST && sum_of(c->bought, n) >= ZH_BUBBLE_GAP_LEAST;
    out->gap = out->has_gap ? zh_variety_js(c->bought, c->shown, n) : 0;
}

static zh_err describe_days(making *m)
{
    const size_t n = m->in->categories;
    counts week;
    if (!open_counts(m, &week)) return ZH_NOMEM;
    for (size_t d = 0; d < m->out->days_count; d++) {
        zh_bubble_span *span = &m->out->days[d];
        span->day = m->in->from_day + (int32_t)d;
        if (span->customers > 0) span->customer_bits /= (double)span->customers;
        describe(&m->days[d], n, span);
        memset(week.shown, 0, n * sizeof *week.shown), memset(week.bought, 0, n * sizeof *week.bought);
        for (size_t back = 0; back < ZH_BUBBLE_GAP_DAYS && back <= d; back++) add_counts(&m->days[d - back], n, &week);
        gap_of(&week, n, span);
        add_counts(&m->days[d], n, &m->all);
        m->out->all.clicked_of += span->clicked_of, m->out->all.clicked_new += span->clicked_new;
        m->out->all.bought_of += span->bought_of, m->out->all.bought_new += span->bought_new;
    }
    return ZH_OK;
}

static void describe_all(making *m)
{
    zh_bubble *out = m->out;
    const size_t n = m->in->categories;
    out->all.day = m->in->to_day;
    describe(&m->all, n, &out->all);
    gap_of(&m->all, n, &out->all);
    out->steck = out->all.has_gap ? zh_variety_steck(m->all.bought, m->all.shown, n) : 0;
    out->customer_bits = zh_variety_mean(m->bits, m->bits_count, 1);
    out->all.customer_bits = out->customer_bits.value, out->all.customers = m->bits_count;
    for (size_t i = 0; i < n; i++) out->categories[i] = (zh_bubble_category){ m->all.shown[i], m->all.control[i], m->all.clicked[i], m->all.bought[i] };
}

/* ---- how alike ---- */

typedef struct seen { uint32_t *items; size_t count; } seen;

/* What a customer was shown in the span, ascending, each once. */
static seen seen_of(const zh_fair_input *in, size_t from, size_t until, bool *marks, uint32_t *room)
{
    seen out = { room, 0 };
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = from; i < until; i++) {
        const zh_fair_row *row = &in->rows[i];
        if (!row->listed || !in_span(in, row->day)) continue;
        marks[row->item] = true;
        low = row->item < low ? row->item : low, high = row->item > high ? row->item : high;
    }
    for (uint32_t i = low; low != UINT32_MAX && i <= high; i++) {
        if (marks[i]) room[out.count++] = i;
        marks[i] = false;
    }
    return out;
}

static zh_err compare_pairs(making *m, const size_t *first)
{
    const zh_fair_input *in = m->in;
    bool *marks = ZH_TAKE(m->arena, bool, in->items_count);
    uint32_t *rooms[2] = { ZH_TAKE(m->arena, uint32_t, in->items_count), ZH_TAKE(m->arena, uint32_t, in->items_count) };
    double *values = ZH_TAKE(m->arena, double, ZH_BUBBLE_PAIRS);
    zh_rng rng = { .seed = 2 };
    size_t count = 0;
    if (marks == NULL || rooms[0] == NULL || rooms[1] == NULL || values == NULL) return ZH_NOMEM;
    for (int tries = 0; in->customers_count > 1 && count < ZH_BUBBLE_PAIRS && tries < PAIR_TRIES * ZH_BUBBLE_PAIRS; tries++) {
        const size_t a = zh_rng_below(&rng, in->customers_count), b = zh_rng_below(&rng, in->customers_count);
        if (a == b) continue;
        const seen of_a = seen_of(in, first[a], first[a + 1], marks, rooms[0]), of_b = seen_of(in, first[b], first[b + 1], marks, rooms[1]);
        if (of_a.count > 0 && of_b.count > 0) values[count++] = zh_variety_jaccard(of_a.items, of_a.count, of_b.items, of_b.count);
    }
    m->out->jaccard = zh_variety_mean(values, count, 3);
    return ZH_OK;
}

zh_err zh_bubble_of(const zh_fair_input *in, zh_arena *arena, zh_bubble *out)
{
    making m = { .in = in, .arena = arena, .out = out };
    *out = (zh_bubble){ 0 };
    if (in->to_day < in->from_day || (int64_t)in->to_day - in->from_day >= ZH_BUBBLE_DAYS_MAX) return ZH_RANGE;
    out->days_count = (size_t)(in->to_day - in->from_day) + 1;
    size_t *first = ZH_TAKE(arena, size_t, in->customers_count + 1);
    zh_err e = first == NULL ? ZH_NOMEM : open_making(&m);
    if (e != ZH_OK) return e;
    count_cells(&m);
    for (size_t i = 0, c = 0; c <= in->customers_count; c++) {
        while (i < in->rows_count && in->rows[i].customer < c) i++;
        first[c] = i;
    }
    for (size_t c = 0; c < in->customers_count; c++) look_at_customer(&m, first[c], first[c + 1]);
    if ((e = describe_days(&m)) != ZH_OK) return e;
    describe_all(&m);
    return compare_pairs(&m, first);
}
