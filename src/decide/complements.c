/* What completes an item, a cart or an order: kinds of goods that follow its kind, and of each what follows the item.
 *
 *     symbol  is                                                          here
 *     T_kl    how much l is bought after k (model/sequel.h)               zh_sequel_kinds
 *     E_kl    T_k. (T_.l - T_kl + S) / (T_.. - T_k. + 2 S): what T_kl were if l followed k as it follows the others
 *     e_kl    (T_kl - Z sqrt(2 T_kl)) / E_kl, how much more it is at least   lift
 *     d_kl    (T_kl + S) / (T_kl + T_lk + 2 S): 1 k then l, 1/2 no order, 0 l then k
 *     W_ij    how much j is bought after i                                zh_sequel_weight
 *     P_j     popularity of j as a share of the kept list of l
 *
 *     share(i, j) = 1e6 (T_kl / T_k.) (2 d_kl)^2 ln(1 + e_kl) (W_ij + M P_j) / (sum over l of W_i + M)
 *
 * over the kinds l other than those of the sources, with e_kl > 3 and d_kl > 1/2: from a phone to its case, never back. The
 * score of j is the sum of its shares over the sources.
 */
#include "decide/recommend_inside.h"

#include <math.h>
#include <stdlib.h>

#define SOURCES_MAX 16u   /* of a cart or an order: its first, or newest */
#define KINDS_MAX 12u     /* that follow one kind: more is no relation any more */
#define ITEMS_MAX 24u     /* of one kind for one source: a list is of several kinds */
#define Z 2.0             /* a weight of T is of 2 a customer, so its error is about sqrt(2 T) */
#define LIFT_LEAST 3.0    /* how much more at least, after the errors: at 2 lists of the simulated shop were half wrong (seeds 11, 12) */
#define S 4.0             /* two customers each way before an order is believed */
#define M 10.0            /* popularity weighs like five customers */

typedef struct relation { uint64_t kind; double value; } relation;

/* How well l completes k; 0: it does not. */
static double relation_of(const zh_sequel *s, uint64_t k, const zh_sequel_kind *l)
{
    const double t = (double)l->weight, back = (double)zh_sequel_kinds(s, l->hash, k);
    const double elsewhere = ((double)zh_sequel_in(s, l->hash) - t + S) / ((double)zh_sequel_all(s) - (double)zh_sequel_out(s, k) + 2 * S);
    const double expected = (double)zh_sequel_out(s, k) * elsewhere;
    const double lift = (t - Z * sqrt(2 * t)) / expected, direction = (t + S) / (t + back + 2 * S);
    if (lift <= LIFT_LEAST || direction <= .5) return 0;
    return t / (double)zh_sequel_out(s, k) * 4 * direction * direction * log1p(lift);
}

static int by_value(const void *a, const void *b)
{
    const relation *x = a, *y = b;
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

/* The kinds that complete that of a source, none of them a source's own; how many. */
static uint32_t relations_of(const zh_list *l, uint64_t k, const uint64_t *own, uint32_t own_count, relation out[ZH_SEQUEL_FOLLOWS_MAX])
{
    zh_sequel_kind follows[ZH_SEQUEL_FOLLOWS_MAX];
    const uint32_t all = k == 0 ? 0 : zh_sequel_follows(l->world->sequel, k, follows);
    uint32_t count = 0;
    for (uint32_t i = 0; i < all; i++) {
        bool is_own = false;
        for (uint32_t o = 0; o < own_count && !is_own; o++) is_own = own[o] == follows[i].hash;
        const double value = is_own ? 0 : relation_of(l->world->sequel, k, &follows[i]);
        if (value > 0) out[count++] = (relation){ follows[i].hash, value };
    }
    if (count > 1) qsort(out, count, sizeof *out, by_value);
    return count < KINDS_MAX ? count : KINDS_MAX;
}

/* What of one kind completes one source. Errors: ZH_NOMEM. */
static zh_err add_kind(zh_list *l, uint32_t source, const relation *of)
{
    zh_popular top[ITEMS_MAX];
    const size_t count = zh_popularity_top_in(l->world->popularity, ZH_POPULAR, of->kind, l->now_ms, l->arena, top, ITEMS_MAX);
    double popular = 0, weights = 0;
    int64_t weight[ITEMS_MAX];
    for (size_t j = 0; j < count; j++) {
        weight[j] = zh_sequel_weight(l->world->sequel, l->completed[source].item, top[j].item);
        weights += (double)weight[j];
        popular += (double)top[j].score;
    }
    for (size_t j = 0; j < count; j++) {
        const double chance = ((double)weight[j] + M * (double)top[j].score / popular) / (weights + M);
        l->shares[l->shares_count++] = (zh_share){ top[j].item.number, llrint(ZH_DECISION_MICRO * of->value * chance), source };
    }
    return ZH_OK;
}

/* The items that are to be completed, with what he did with them. */
static zh_err find_completed(zh_list *l, zh_stage stage)
{
    const zh_recommend_ask *ask = l->ask;
    l->completed_count = l->shares_count = 0;
    if (l->completed == NULL) l->completed = ZH_TAKE(l->arena, zh_completed, SOURCES_MAX);
    if (l->completed == NULL) return ZH_NOMEM;
    if (stage == ZH_STAGE_COMPLEMENT && ask->context_item.number != 0)
        l->completed[l->completed_count++] = (zh_completed){ ask->context_item, ZH_ACT_VIEW, ask->now_ms };
    for (uint32_t i = 0; stage == ZH_STAGE_CART_COMPLEMENT && l->personal && i < ask->cart_count && i < SOURCES_MAX; i++)
        l->completed[l->completed_count++] = (zh_completed){ ask->cart[i], ZH_ACT_ADD, ask->now_ms };
    if (stage != ZH_STAGE_ACCESSORY) return ZH_OK;
    zh_recommend_sources order;
    const zh_err e = zh_recommend_sources_of(ZH_STAGE_LAST_ORDER, l->world, ask, &l->policy, l->personal, l->arena, &order);
    if (e == ZH_OK) zh_recommend_drop_refused(l, &order);
    for (uint32_t i = 0; e == ZH_OK && i < order.count && i < SOURCES_MAX; i++)
        l->completed[l->completed_count++] = (zh_completed){ order.list[i].item, ZH_ACT_ORDER, order.list[i].at_ms };
    return e;
}

static int by_item(const void *a, const void *b)
{
    const zh_share *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* All shares, by item. */
static zh_err find_shares(zh_list *l)
{
    uint64_t own[SOURCES_MAX];
    for (uint32_t i = 0; i < l->completed_count; i++) {
        const zh_item *item = zh_catalog_get(l->world->catalog, l->completed[i].item);
        own[i] = item != NULL ? item->category_hash : 0;
    }
    zh_err e = ZH_OK;
    l->shares = ZH_TAKE(l->arena, zh_share, (size_t)l->completed_count * KINDS_MAX * ITEMS_MAX);
    if (l->shares == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < l->completed_count && e == ZH_OK; i++) {
        relation follows[ZH_SEQUEL_FOLLOWS_MAX];
        const uint32_t count = relations_of(l, own[i], own, l->completed_count, follows);
        for (uint32_t k = 0; k < count && e == ZH_OK; k++) e = add_kind(l, i, &follows[k]);
    }
    if (e == ZH_OK && l->shares_count > 1) qsort(l->shares, l->shares_count, sizeof *l->shares, by_item);
    return e;
}

zh_err zh_recommend_complements(zh_list *l, zh_stage stage)
{
    zh_err e = l->world->sequel == NULL ? ZH_OK : find_completed(l, stage);
    if (e != ZH_OK || l->completed_count == 0) return e;
    if ((e = find_shares(l)) != ZH_OK) return e;
    zh_filler f;
    zh_recommend_fill_begin(l, &f, stage);
    for (uint32_t i = 0, next; i < l->shares_count; i = next) {
        int64_t value = 0;
        for (next = i; next < l->shares_count && l->shares[next].item == l->shares[i].item; next++) value += l->shares[next].micro;
        if (value > 0) (void)zh_recommend_fill_offer(l, &f, (zh_item_id){ l->shares[i].item }, value, 0);
    }
    zh_recommend_fill_end(l, &f, NULL);
    return ZH_OK;
}

void zh_recommend_complements_explain(const zh_list *l, const zh_pick *p, zh_reason *out)
{
    zh_top_entry entries[ZH_EVIDENCE_MAX];
    zh_top top = zh_top_open(entries, ZH_EVIDENCE_MAX);
    int64_t all = 0;
    for (uint32_t i = 0; i < l->shares_count; i++) {
        if (l->shares[i].item != p->item->id.number) continue;
        all += l->shares[i].micro;
        zh_top_offer(&top, l->shares[i].micro, l->shares[i].source, 0);
    }
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) {
        const zh_completed *of = &l->completed[entries[i].key];
        const zh_item *item = zh_catalog_get(l->world->catalog, of->item);
        out->evidence[i] = (zh_evidence){ of->item, item != NULL ? item->text : (zh_sv){ 0 }, of->act, of->at_ms,
                                          (int64_t)((__int128)p->score_micro * entries[i].score / (all > 0 ? all : 1)) };
    }
    out->evidence_count = (uint32_t)top.count;
    out->code = p->stage == ZH_STAGE_ACCESSORY ? ZH_REASON_ACCESSORY : ZH_REASON_GOES_WITH;
}
