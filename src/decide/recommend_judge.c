/* Who may be shown: a factor an item, looked up as candidates come. */
#include "decide/recommend_inside.h"
#include "decide/scene.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static zh_err hide(zh_list *l)
{
    const zh_recommend_ask *ask = l->ask;
    const uint32_t cart = l->personal ? ask->cart_count : 0;
    l->hidden = ZH_TAKE(l->arena, uint64_t, 1 + (size_t)cart + ask->exclude_count);
    if (l->hidden == NULL) return ZH_NOMEM;
    l->hidden[l->hidden_count++] = ask->context_item.number;
    for (uint32_t i = 0; i < cart; i++) l->hidden[l->hidden_count++] = ask->cart[i].number;
    for (uint32_t i = 0; i < ask->exclude_count; i++) l->hidden[l->hidden_count++] = ask->exclude[i].number;
    qsort(l->hidden, l->hidden_count, sizeof l->hidden[0], by_number);
    return ZH_OK;
}

const zh_bought *zh_recommend_bought(const zh_history *h, zh_item_id item)
{
    uint32_t low = 0, high = h->bought_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (h->bought[middle].item.number < item.number) low = middle + 1;
        else high = middle;
    }
    return low < h->bought_count && h->bought[low].item.number == item.number ? &h->bought[low] : NULL;
}

#define AGAIN_DAYS 2 /* how long an item that was bought more than once stays hidden */

static int32_t judge_bought(const zh_list *l, zh_item_id item)
{
    const int32_t days = l->ask->placement->hide_bought_days;
    const zh_bought *b = zh_recommend_bought(l->ask->history, item);
    if (b == NULL || b->times == 0 || days == 0) return ZH_KEEP_ALL;
    const int32_t hidden = b->times > 1 && days > AGAIN_DAYS ? AGAIN_DAYS : days; /* bought again before: a refill */
    if (hidden != ZH_HIDE_ALWAYS && b->last_ms < l->now_ms - hidden * ZH_DAY_MS) return ZH_KEEP_ALL;
    if (b->times >= l->policy.repeat_times) return ZH_KEEP_ALL / 2;
    return l->show_bought ? ZH_KEEP_ALL : ZH_HIDE;
}

static int32_t judge(const zh_list *l, zh_item_id id, const zh_item **item)
{
    if (bsearch(&id.number, l->hidden, l->hidden_count, sizeof id.number, by_number) != NULL) return ZH_HIDE;
    *item = zh_catalog_get(l->world->catalog, id);
    if (*item == NULL || !zh_item_sellable(*item)) return ZH_HIDE;
    if (!l->personal || l->ask->history == NULL) return ZH_KEEP_ALL;
    if (zh_recommend_refused(l, *item) || (!l->show_alike && zh_recommend_is_like_refused(l, *item))) return ZH_HIDE;
    const int32_t keep = judge_bought(l, id);
    if (keep == ZH_HIDE || l->tired_count == 0) return keep;
    const zh_tired *t = bsearch(&id.number, l->tired, l->tired_count, sizeof *t, by_number);
    if (t == NULL) return keep;
    const int32_t left = (int32_t)((float)keep / (1 + l->policy.tired_weight * t->times));
    return left > ZH_HIDE ? left : 1;
}

int32_t zh_recommend_judge(const zh_list *l, zh_item_id id, const zh_item **item)
{
    const int32_t keep = judge(l, id, item);
    if (keep == ZH_HIDE || zh_recommend_rule_factor(l, *item) <= 0) return ZH_HIDE;
    return zh_recommend_scene_keep(l, *item, keep);
}

/* The UTC day an item was last looked at, put into a cart or bought; -1: never. */
static int64_t chosen_day(const zh_history *h, zh_item_id item)
{
    int64_t newest_ms = -1;
    for (uint32_t i = 0; i < h->touches_count; i++)
        if (h->touches[i].item.number == item.number && h->touches[i].rank.time_ms > newest_ms) newest_ms = h->touches[i].rank.time_ms;
    const zh_bought *b = zh_recommend_bought(h, item);
    if (b != NULL && b->times > 0 && b->last_ms > newest_ms) newest_ms = b->last_ms;
    return newest_ms < 0 ? -1 : newest_ms / ZH_DAY_MS;
}

/* What stood in lists in vain, one entry an item, sorted by item. Glances come by day, so items repeat. */
static zh_err find_tired(zh_list *l)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    if (h == NULL || h->glances_count == 0 || l->policy.tired_weight <= 0) return ZH_OK;
    if ((l->tired = ZH_TAKE(l->arena, zh_tired, h->glances_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < h->glances_count; i++) {
        const zh_glance *g = &h->glances[i];
        if (g->day <= chosen_day(h, g->item)) continue;
        const float times = (float)g->times * zh_recommend_fresh(g->day * ZH_DAY_MS, l->now_ms - l->now_ms % ZH_DAY_MS, l->policy.tired_half_life_days);
        l->tired[l->tired_count++] = (zh_tired){ g->item.number, times };
    }
    qsort(l->tired, l->tired_count, sizeof *l->tired, by_number);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->tired_count; i++) {
        if (kept > 0 && l->tired[kept - 1].item == l->tired[i].item) l->tired[kept - 1].times += l->tired[i].times;
        else l->tired[kept++] = l->tired[i];
    }
    l->tired_count = kept;
    return ZH_OK;
}

zh_err zh_recommend_judge_open(zh_list *l)
{
    zh_err e = hide(l);
    if (e == ZH_OK) e = zh_recommend_refusals_open(l);
    if (e == ZH_OK) e = find_tired(l);
    return e != ZH_OK ? e : zh_recommend_scene_open(l);
}
