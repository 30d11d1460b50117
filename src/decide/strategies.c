/* Stages that ask one question more than how often: is it of the same kind, did he only look, is it time again? */
#include "decide/recommend_inside.h"

#define BAND 2             /* a substitute costs at least half and at most twice as much */

bool zh_recommend_is_strategy(zh_stage stage)
{
    return stage >= ZH_STAGE_SUBSTITUTE;
}

/* Prices that one of the two does not say, or in other money, are no reason against it. */
static bool is_in_band(const zh_item *a, const zh_item *b)
{
    if (a->price_minor <= 0 || b->price_minor <= 0 || a->currency.code != b->currency.code) return true;
    return a->price_minor <= (b->price_minor > INT64_MAX / BAND ? INT64_MAX : b->price_minor * BAND) &&
           b->price_minor <= (a->price_minor > INT64_MAX / BAND ? INT64_MAX : a->price_minor * BAND);
}

/* Looked at in one sitting, of one category and about one price. Whoever bought both did not replace one by the other, so
 * sim_bought is taken from it. */
static zh_err pick_substitutes(zh_list *l)
{
    const zh_cocount *counts = l->world->cocount;
    const zh_item *page = zh_catalog_get(l->world->catalog, l->ask->context_item);
    uint32_t at;
    if (page == NULL || page->category_hash == 0 || !zh_cocount_index(counts, page->id, &at)) return ZH_OK;
    zh_board scores;
    const zh_err e = zh_board_open(&scores, zh_cocount_width(counts), zh_cocount_reach(counts, ZH_COCOUNT_VIEWED, page->id), l->arena);
    if (e != ZH_OK) return e;
    zh_cocount_spread(counts, ZH_COCOUNT_VIEWED, page->id, 1, l->policy.shrink, &scores);
    zh_filler f;
    int32_t score;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_SUBSTITUTE);
    for (uint32_t next = 0, j; zh_board_next(&scores, &next, &j, &score);) {
        const zh_item_id id = zh_cocount_item(counts, j);
        if (!zh_top_wants(&f.top, score, id.number)) continue;
        const zh_item *item = zh_catalog_get(l->world->catalog, id);
        const int32_t both = zh_cocount_share_at(counts, ZH_COCOUNT_BOUGHT, at, j, 1, l->policy.shrink);
        if (item == NULL || item->category_hash != page->category_hash || !is_in_band(item, page) || both >= score) continue;
        (void)zh_recommend_fill_offer(l, &f, id, score - both, 0);
    }
    zh_recommend_fill_end(l, &f, NULL);
    return ZH_OK;
}

static bool is_look(const zh_touch *t)
{
    return t->act == ZH_ACT_VIEW || t->act == ZH_ACT_CLICK;
}

/* After he looked or before: then it is no open question. */
static bool was_bought(const zh_history *h, zh_item_id item)
{
    const zh_bought *b = zh_recommend_bought(h, item);
    return b != NULL && b->times > 0;
}

/* The newest first; touches come so. */
static void pick_recent(zh_list *l)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    zh_filler f;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_RECENT);
    for (uint32_t i = 0; h != NULL && i < h->touches_count; i++) {
        const zh_touch *t = &h->touches[i];
        bool is_newer = false; /* the same item by the other act */
        for (uint32_t k = 0; k < i && !is_newer; k++) is_newer = is_look(&h->touches[k]) && h->touches[k].item.number == t->item.number;
        if (is_look(t) && !is_newer && t->rank.time_ms <= l->now_ms + ZH_RECOMMEND_SKEW_MS && !was_bought(h, t->item))
            (void)zh_recommend_fill_offer(l, &f, t->item, h->touches_count - i, 0);
    }
    zh_recommend_fill_end(l, &f, NULL);
}

zh_err zh_recommend_strategy(zh_list *l, zh_stage stage)
{
    switch (stage) {
    case ZH_STAGE_SUBSTITUTE: return pick_substitutes(l);
    case ZH_STAGE_RECENT: pick_recent(l); return ZH_OK;
    case ZH_STAGE_REPEAT: return zh_recommend_repeats(l);
    default: return zh_recommend_complements(l, stage);
    }
}

/* When he looked at it last; touches come newest first. */
static int64_t looked_ms(const zh_list *l, zh_item_id item)
{
    const zh_history *h = l->ask->history;
    for (uint32_t i = 0; i < h->touches_count; i++)
        if (is_look(&h->touches[i]) && h->touches[i].item.number == item.number) return h->touches[i].rank.time_ms;
    return l->now_ms;
}

void zh_recommend_strategy_explain(const zh_list *l, const zh_pick *p, zh_reason *out)
{
    switch (p->stage) {
    case ZH_STAGE_COMPLEMENT: case ZH_STAGE_CART_COMPLEMENT: case ZH_STAGE_ACCESSORY: zh_recommend_complements_explain(l, p, out); return;
    case ZH_STAGE_REPEAT: zh_recommend_repeats_explain(l, p, out); return;
    default: break;
    }
    const bool is_recent = p->stage == ZH_STAGE_RECENT;
    const zh_item_id because = is_recent ? p->item->id : l->ask->context_item;
    const zh_item *item = zh_catalog_get(l->world->catalog, because);
    out->code = is_recent ? ZH_REASON_RECENTLY_SEEN : ZH_REASON_ALTERNATIVE;
    out->evidence[0] = (zh_evidence){ because, item != NULL ? item->text : (zh_sv){ 0 }, ZH_ACT_VIEW,
                                      is_recent ? looked_ms(l, because) : l->ask->now_ms, p->score_micro };
    out->evidence_count = 1;
}
