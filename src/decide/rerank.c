#include "decide/rerank.h"
#include "base/hash.h"

#include <assert.h>
#include <math.h>

#define SMOOTH 0.01
#define MARGIN_LEAST 0.01

/* ---- how alike two items are ---- */

static uint64_t next_letter(zh_sv text, size_t *at)
{
    const unsigned char first = (unsigned char)text.data[(*at)++];
    uint64_t letter = first >= 'A' && first <= 'Z' ? first + 32u : first;
    if (first >= 0xC0)
        while (*at < text.size && ((unsigned char)text.data[*at] & 0xC0) == 0x80) letter = letter << 8 | (unsigned char)text.data[(*at)++];
    return letter;
}

zh_title_sketch zh_title_sketch_of(zh_sv title)
{
    zh_title_sketch sketch = { { 0 } };
    uint64_t before = 0;
    for (size_t at = 0; at < title.size;) {
        const uint64_t letter = next_letter(title, &at);
        if (before != 0) {
            const uint64_t bit = zh_mix64(before * 0x9E3779B97F4A7C15u + letter) & 255;
            sketch.bits[bit / 64] |= UINT64_C(1) << bit % 64;
        }
        before = letter;
    }
    return sketch;
}

double zh_rerank_similarity(const zh_item *a, const zh_title_sketch *of_a, const zh_item *b, const zh_title_sketch *of_b)
{
    int both = 0, either = 0;
    for (int i = 0; i < 4; i++) {
        both += __builtin_popcountll(of_a->bits[i] & of_b->bits[i]);
        either += __builtin_popcountll(of_a->bits[i] | of_b->bits[i]);
    }
    double sim = either == 0 ? 0 : 0.3 * both / either;
    if (a->category_hash != 0 && a->category_hash == b->category_hash) sim += 0.5;
    if (a->brand.size > 0 && zh_sv_equal(a->brand, b->brand)) sim += 0.2;
    return sim;
}

double zh_rerank_diversity(const zh_item *const *items, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const zh_title_sketch one = zh_title_sketch_of(items[i]->title);
        for (uint32_t j = 0; j < i; j++) {
            const zh_title_sketch other = zh_title_sketch_of(items[j]->title);
            sum += zh_rerank_similarity(items[i], &one, items[j], &other);
        }
    }
    return count < 2 ? 1 : 1 - sum / (count * (count - 1) / 2.0);
}

/* ---- the work ---- */

typedef struct work {
    const zh_rerank_ask *ask;
    double *rel, *like;          /* like: the greatest sim to what was taken */
    zh_title_sketch *sketches;   /* where diversity counts */
    bool *taken;
    uint64_t *brands;            /* zh_fast64 of each candidate's brand, 0: none */
    uint32_t *taste_of;          /* of each candidate's category in tastes; tastes_count: none of them */
    double *weights;             /* of tastes, in the list so far */
    double listed;
    uint32_t *order, count;
} work;

static double most_of(const zh_rerank_ask *a, double (*of)(const zh_rerank_candidate *c))
{
    double most = 0;
    for (uint32_t i = 0; i < a->count; i++) most = fmax(most, of(&a->candidates[i]));
    return most;
}

static double score_of(const zh_rerank_candidate *c) { return c->score; }
static double log_buyers(const zh_rerank_candidate *c) { return log1p(c->buyers > 0 ? (double)c->buyers : 0); }

/* What one sale leaves, in minor units; below 0: not known, or a loss. */
static double margin_of(const zh_rerank_candidate *c)
{
    double share;
    return zh_item_margin(c->item, &share) ? share * (double)c->item->price_minor : -1;
}

static double mean_margin(const zh_rerank_ask *a)
{
    double sum = 0, known = 0, share;
    for (uint32_t i = 0; i < a->count; i++)
        if (zh_item_margin(a->candidates[i].item, &share)) sum += fmax(margin_of(&a->candidates[i]), 0), known++;
    return known > 0 ? sum / known : 0;
}

static void weigh(work *w)
{
    const zh_rerank_ask *a = w->ask;
    const zh_dials *d = &a->dials;
    const double score = most_of(a, score_of), buyers = most_of(a, log_buyers), margin = d->margin > 0 ? most_of(a, margin_of) : 0, mean = mean_margin(a);
    for (uint32_t i = 0; i < a->count; i++) {
        const zh_rerank_candidate *c = &a->candidates[i];
        double rel = score > 0 ? c->score / score : 0, share;
        if (d->popularity != 0 && buyers > 0) {
            const double z = log_buyers(c) / buyers, way = fabs(d->popularity);
            rel = (1 - way) * rel + way * (d->popularity > 0 ? z : 1 - z);
        }
        if (margin > 0) rel *= pow(fmax((zh_item_margin(c->item, &share) ? margin_of(c) : mean) / margin, MARGIN_LEAST), d->margin);
        w->rel[i] = rel;
    }
}

static zh_err begin(work *w, zh_arena *arena)
{
    const zh_rerank_ask *a = w->ask;
    w->rel = ZH_TAKE(arena, double, a->count);
    w->like = ZH_TAKE(arena, double, a->count);
    w->taken = ZH_TAKE(arena, bool, a->count);
    w->brands = ZH_TAKE(arena, uint64_t, a->count);
    w->order = ZH_TAKE(arena, uint32_t, a->count);
    w->taste_of = ZH_TAKE(arena, uint32_t, a->count);
    w->weights = ZH_TAKE(arena, double, a->tastes_count);
    w->sketches = a->dials.diversity > 0 ? ZH_TAKE(arena, zh_title_sketch, a->count) : NULL;
    if (w->rel == NULL || w->like == NULL || w->taken == NULL || w->brands == NULL || w->order == NULL || w->taste_of == NULL || w->weights == NULL ||
        (a->dials.diversity > 0 && w->sketches == NULL)) return ZH_NOMEM;
    for (uint32_t i = 0; i < a->count; i++) {
        const zh_item *item = a->candidates[i].item;
        w->brands[i] = item->brand.size > 0 ? zh_fast64(item->brand) : 0;
        if (w->sketches != NULL) w->sketches[i] = zh_title_sketch_of(item->title);
        while (w->taste_of[i] < a->tastes_count && a->tastes[w->taste_of[i]].category_hash != item->category_hash) w->taste_of[i]++;
    }
    weigh(w);
    return ZH_OK;
}

static double term(const work *w, uint32_t taste, double weight, double listed)
{
    const double p = w->ask->tastes[taste].share;
    return p <= 0 ? 0 : p * log(p / ((1 - SMOOTH) * weight / listed + SMOOTH * p));
}

/* KL(p || q) if one item more is in the list, of none of the tastes. */
static double divergence(const work *w)
{
    double sum = 0;
    for (uint32_t t = 0; t < w->ask->tastes_count; t++) sum += term(w, t, w->weights[t], w->listed + 1);
    return sum;
}

static double value_of(const work *w, uint32_t i, double apart)
{
    const zh_dials *d = &w->ask->dials;
    const uint32_t taste = w->taste_of[i];
    const double c = w->ask->tastes_count > 0 ? d->calibration : 0;
    double value = (1 - d->diversity) * (1 - c) * w->rel[i] - d->diversity * w->like[i];
    if (c > 0) {
        if (taste < w->ask->tastes_count) apart += term(w, taste, w->weights[taste] + 1, w->listed + 1) - term(w, taste, w->weights[taste], w->listed + 1);
        value -= c * apart;
    }
    return value;
}

/* Would one more of its kind break a cap, beside those that were taken and those that are pinned? */
static bool breaks_cap(const work *w, uint32_t i)
{
    const zh_rerank_ask *a = w->ask;
    for (uint32_t k = 0; k < a->caps_count; k++) {
        const uint64_t kind = a->caps[k].by_brand ? w->brands[i] : a->candidates[i].item->category_hash;
        if (!(a->candidates[i].capped >> k & 1) || kind == 0) continue;
        uint32_t there = 0;
        for (uint32_t j = 0; j < a->count; j++) {
            const bool counts = w->taken[j] || (a->candidates[j].slot > 0 && a->candidates[j].slot <= a->slots);
            there += counts && j != i && (a->candidates[j].capped >> k & 1) && kind == (a->caps[k].by_brand ? w->brands[j] : a->candidates[j].item->category_hash);
        }
        if (there >= a->caps[k].most) return true;
    }
    return false;
}

static void take(work *w, uint32_t i)
{
    const zh_rerank_ask *a = w->ask;
    w->taken[i] = true;
    w->order[w->count++] = i;
    w->listed++;
    if (w->taste_of[i] < a->tastes_count) w->weights[w->taste_of[i]]++;
    for (uint32_t j = 0; w->sketches != NULL && j < a->count; j++)
        if (!w->taken[j]) w->like[j] = fmax(w->like[j], zh_rerank_similarity(a->candidates[i].item, &w->sketches[i], a->candidates[j].item, &w->sketches[j]));
}

/* The candidate that has this slot; ask.count: the best of those without one, or none. */
static uint32_t best_for(const work *w, uint32_t slot)
{
    const zh_rerank_ask *a = w->ask;
    const double apart = a->tastes_count > 0 && a->dials.calibration > 0 ? divergence(w) : 0;
    uint32_t best = a->count;
    double most = -INFINITY;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->candidates[i].slot == slot) return i;
    for (uint32_t i = 0; i < a->count; i++) {
        if (w->taken[i] || (a->candidates[i].slot > 0 && a->candidates[i].slot <= a->slots)) continue;
        const double value = value_of(w, i, apart);
        if (value <= most || breaks_cap(w, i)) continue;
        most = value;
        best = i;
    }
    return best;
}

/* Others that could stand where the last one does, best first: it is taken out for a moment, so that caps are as they were before it. */
static void name_behind(work *w)
{
    const zh_rerank_ask *a = w->ask;
    const uint32_t last = w->order[w->count - 1], shown = w->count;
    const double apart = a->tastes_count > 0 && a->dials.calibration > 0 ? divergence(w) : 0;
    double *values = w->rel; /* not needed any more */
    for (uint32_t i = 0; i < a->count; i++) values[i] = value_of(w, i, apart);
    w->taken[last] = false;
    for (uint32_t n = 0; n < a->behind; n++) {
        uint32_t best = a->count;
        for (uint32_t i = 0; i < a->count; i++) {
            bool named = w->taken[i] || i == last || (a->candidates[i].slot > 0 && a->candidates[i].slot <= a->slots);
            for (uint32_t k = shown; !named && k < w->count; k++) named = w->order[k] == i;
            if (!named && (best == a->count || values[i] > values[best]) && !breaks_cap(w, i)) best = i;
        }
        if (best == a->count) break;
        w->order[w->count++] = best;
    }
    w->taken[last] = true;
}

zh_err zh_rerank(const zh_rerank_ask *ask, zh_arena *arena, zh_rerank_list *out)
{
    assert(ask->count <= ZH_RERANK_CANDIDATES_MAX && ask->caps_count <= ZH_RERANK_CAPS_MAX);
    work w = { .ask = ask };
    const zh_err e = begin(&w, arena);
    if (e != ZH_OK) return e;
    for (uint32_t slot = 1; slot <= ask->slots; slot++) {
        const uint32_t best = best_for(&w, slot);
        if (best < ask->count) take(&w, best);
    }
    *out = (zh_rerank_list){ .order = w.order, .shown = w.count };
    if (w.count == ask->slots && ask->behind > 0 && ask->candidates[w.order[w.count - 1]].slot != ask->slots) name_behind(&w);
    out->count = w.count;
    return ZH_OK;
}
