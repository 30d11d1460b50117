#include "policy.h"
#include "base/top.h"
#include "draw.h"

#define ORACLE_POOL 40 /* best single items, among which the oracle composes a list */

static bool allowed(const zh_sim_visit *v, const zh_sim_ask *ask, uint32_t item)
{
    if ((int32_t)item == ask->page_item || !zh_sim_world_sells(v->world, item)) return false;
    for (uint32_t i = 0; i < v->cart_count; i++)
        if (v->cart[i] == item) return false;
    return true;
}

static bool holds(const uint16_t *list, uint32_t count, uint32_t item)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == item) return true;
    return false;
}

static uint64_t list_number(const zh_sim_ask *ask) /* names the list among those of a visit */
{
    return (uint64_t)ask->place << 16 | (uint64_t)(ask->page_item + 1);
}

/* The next popular item from *at that may be shown; false: none left. */
static bool next_popular(const zh_sim_visit *v, const zh_sim_ask *ask, const uint16_t *out, uint32_t count, uint32_t *at, uint16_t *item)
{
    for (; *at < v->world->ranked_count; (*at)++) {
        *item = v->world->ranked[*at];
        if (allowed(v, ask, *item) && !holds(out, count, *item)) return true;
    }
    return false;
}

static bool random_item(const zh_sim_visit *v, const zh_sim_ask *ask, const uint16_t *out, uint32_t count, uint16_t *item)
{
    const zh_sim_world *w = v->world;
    const uint64_t stream = zh_draw_stream(v->customer, v->number, ZH_DRAW_RANDOM);
    for (uint32_t tries = 0; tries < 64 && w->ranked_count > 0; tries++) { /* a small or empty shop: give up, popular fills */
        const uint64_t index = list_number(ask) << 16 | (uint64_t)count << 8 | tries;
        *item = w->ranked[(uint32_t)(zh_draw_unit(w->seed, stream, index) * w->ranked_count)];
        if (allowed(v, ask, *item) && !holds(out, count, *item)) return true;
    }
    return false;
}

/* `random_share` of the slots random, the others popular. */
static uint32_t list_mix(const zh_sim_visit *v, const zh_sim_ask *ask, double random_share, uint16_t *out)
{
    const uint64_t stream = zh_draw_stream(v->customer, v->number, ZH_DRAW_MIX);
    uint32_t count = 0, at = 0;
    while (count < ask->n) {
        uint16_t item;
        const bool random = random_share >= 1 || (random_share > 0 && zh_draw_unit(v->world->seed, stream, list_number(ask) << 8 | count) < random_share);
        if ((random && random_item(v, ask, out, count, &item)) || next_popular(v, ask, out, count, &at, &item)) out[count++] = item;
        else break;
    }
    return count;
}

/* What an item would bring: odds of being opened against the outside, and margin of an opened one. */
typedef struct worth { double odds, gain; uint32_t type; } worth;

static worth worth_of(const zh_sim_visit *v, uint32_t i)
{
    const zh_shop *shop = v->world->catalog->shop;
    const zh_sim_item *item = &v->world->catalog->items[i];
    const double utility = zh_sim_visit_utility(v, i), back = zh_sim_visit_return_prob(v, i);
    const double kept = (1 - back) * (double)(item->price_cents - item->cost_cents) - back * (double)shop->return_cost_cents;
    return (worth){ exp(utility - (double)v->world->tired[i] - shop->click_outside), kept / (1 + exp(shop->buy_outside - utility)), item->type };
}

/* Expected margin: items of one type share one choice, sum(odds gain) / (1 + sum(odds)); types add up.
 * Greedy by what an item adds. */
static uint32_t compose(const worth *pool, const zh_top *top, uint32_t n, uint16_t *out)
{
    double odds[ZH_SHOP_TYPES_MAX] = { 0 }, sums[ZH_SHOP_TYPES_MAX] = { 0 };
    bool taken[ORACLE_POOL] = { false };
    uint32_t count = 0;
    while (count < n && count < top->count) {
        size_t best = SIZE_MAX;
        double most = 0;
        for (size_t i = 0; i < top->count; i++) {
            const worth *w = &pool[top->entries[i].key];
            const double adds = (sums[w->type] + w->odds * w->gain) / (1 + odds[w->type] + w->odds) - sums[w->type] / (1 + odds[w->type]);
            if (!taken[i] && (best == SIZE_MAX || adds > most)) best = i, most = adds;
        }
        const worth *w = &pool[top->entries[best].key];
        taken[best] = true;
        odds[w->type] += w->odds, sums[w->type] += w->odds * w->gain;
        out[count++] = (uint16_t)top->entries[best].key;
    }
    return count;
}

static uint32_t list_oracle(const zh_sim_visit *v, const zh_sim_ask *ask, uint16_t *out)
{
    worth all[ZH_SHOP_ITEMS_MAX];
    zh_top_entry entries[ORACLE_POOL];
    zh_top top = zh_top_open(entries, ORACLE_POOL);
    for (uint32_t r = 0; r < v->world->ranked_count; r++) {
        const uint32_t i = v->world->ranked[r];
        if (v->in_cart[v->world->catalog->items[i].type] || !allowed(v, ask, i)) continue;
        all[i] = worth_of(v, i);
        zh_top_offer(&top, (int64_t)(1e6 * all[i].gain * all[i].odds / (1 + all[i].odds)), i, 0);
    }
    zh_top_sort(&top);
    return compose(all, &top, ask->n, out);
}

uint32_t zh_sim_policy_list(const zh_sim_visit *v, const zh_sim_ask *ask, uint16_t *out)
{
    zh_sim_world *w = v->world;
    if (!zh_sim_world_measured(w)) return list_mix(v, ask, w->catalog->shop->warmup_random_share, out);
    switch (w->policy) {
    case ZH_SIM_RANDOM: return list_mix(v, ask, 1, out);
    case ZH_SIM_ORACLE: return list_oracle(v, ask, out);
    case ZH_SIM_ENGINE: break;
    case ZH_SIM_POPULAR: case ZH_SIM_POLICIES: return list_mix(v, ask, 0, out);
    }
    uint16_t answer[64];
    const uint32_t count = w->engine_list(w->context, v, ask, answer);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count && kept < ask->n; i++) /* a shop shows nothing that it cannot sell, whoever proposes it */
        if (allowed(v, ask, answer[i]) && !holds(out, kept, answer[i])) out[kept++] = answer[i];
    return kept;
}
