#include "model/metric.h"
#include "model/scores.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static bool is_right(const uint32_t *right, uint32_t size, uint32_t item)
{
    uint32_t low = 0, high = size;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (right[middle] < item) low = middle + 1;
        else high = middle;
    }
    return low < size && right[low] == item;
}

static double gain_at(uint32_t place)
{
    return 1 / log2((double)place + 1);
}

static void add_list(zh_metrics *sum, const zh_metric_lists *l, uint32_t q, const double *gain, const double *ideal)
{
    const uint32_t *list = l->top + (size_t)q * l->k, *right = zh_rows_of(l->target, q);
    const uint32_t size = zh_rows_size(l->target, q), t = l->wanted[q];
    assert(t >= 1 && t >= size);
    const double w = l->weight == NULL ? 1 : l->weight[q];
    double got = 0, first = 0;
    uint32_t hits = 0;
    for (uint32_t r = 0; r < l->k; r++) {
        if (list[r] == ZH_SCORES_NONE || !is_right(right, size, list[r])) continue;
        if (hits++ == 0) first = 1.0 / (r + 1);
        got += gain[r];
    }
    sum->recall += w * hits / t;
    sum->precision += w * hits / l->k;
    sum->ndcg += w * got / ideal[(t < l->k ? t : l->k) - 1];
    sum->hit += hits > 0 ? w : 0;
    sum->mrr += w * first;
}

static int by_size(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void spread_of(zh_metrics *out, const zh_metric_lists *l, uint32_t *shown)
{
    const size_t places = (size_t)l->queries * l->k;
    double filled = 0, popular = 0, weighted = 0, counts = 0, rare = 0;
    for (uint32_t i = 0; i < l->items; i++) counts += l->count[i];
    for (size_t p = 0; p < places; p++) {
        if (l->top[p] == ZH_SCORES_NONE) continue;
        shown[l->top[p]]++;
        popular += l->count[l->top[p]];
        rare += log2(fmax(1, counts) / fmax(1, l->count[l->top[p]]));
        filled++;
    }
    const double n = l->items;
    uint32_t covered = 0;
    qsort(shown, l->items, sizeof *shown, by_size);
    for (uint32_t i = 0; i < l->items; i++) {
        weighted += (i + 1.0) * shown[i];
        covered += shown[i] > 0;
    }
    if (l->items > 0) out->coverage = covered / n;
    if (filled == 0) return;
    out->gini = 2 * weighted / (n * filled) - (n + 1) / n;
    out->popularity = popular / filled;
    out->novelty = rare / filled;
}

/* What a hit is worth by its place, and hits at the first r + 1 places together. */
static void gains(double *gain, double *ideal, uint32_t k)
{
    for (uint32_t r = 0; r < k; r++) {
        gain[r] = gain_at(r + 1);
        ideal[r] = gain[r] + (r > 0 ? ideal[r - 1] : 0);
    }
}

void zh_metric_each(zh_metrics *each, const zh_metric_lists *lists)
{
    assert(lists->k >= 1 && lists->k <= ZH_SCORES_K_MAX);
    double gain[ZH_SCORES_K_MAX], ideal[ZH_SCORES_K_MAX];
    zh_metric_lists plain = *lists;
    plain.weight = NULL;
    gains(gain, ideal, lists->k);
    for (uint32_t q = 0; q < lists->queries; q++) {
        each[q] = (zh_metrics){ 0 };
        add_list(&each[q], &plain, q, gain, ideal);
    }
}

zh_err zh_metric_of(zh_metrics *out, zh_arena *scratch, const zh_metric_lists *lists)
{
    assert(lists->queries >= 1);
    assert(lists->k >= 1 && lists->k <= ZH_SCORES_K_MAX);
    double gain[ZH_SCORES_K_MAX], ideal[ZH_SCORES_K_MAX];
    gains(gain, ideal, lists->k);
    uint32_t *shown = ZH_TAKE(scratch, uint32_t, lists->items);
    if (shown == NULL) return ZH_NOMEM;
    zh_metrics sum = { 0 };
    double weights = 0;
    for (uint32_t q = 0; q < lists->queries; q++) {
        add_list(&sum, lists, q, gain, ideal);
        weights += lists->weight == NULL ? 1 : lists->weight[q];
    }
    sum.recall /= weights;
    sum.precision /= weights;
    sum.ndcg /= weights;
    sum.hit /= weights;
    sum.mrr /= weights;
    spread_of(&sum, lists, shown);
    *out = sum;
    return ZH_OK;
}
