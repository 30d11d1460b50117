/* Why an item is in the list: the shares of its score, and their words. */
#include "base/top.h"
#include "decide/recommend_inside.h"
#include "decide/scene.h"

static zh_reason_code code_of(const zh_pick *p, zh_act act, bool by_views)
{
    switch (p->stage) {
    case ZH_STAGE_HISTORY:
        return act == ZH_ACT_ORDER ? ZH_REASON_BECAUSE_YOU_BOUGHT
            : act == ZH_ACT_ADD || act == ZH_ACT_WISH ? ZH_REASON_BECAUSE_YOU_WANTED : ZH_REASON_BECAUSE_YOU_VIEWED;
    case ZH_STAGE_CONTEXT: return by_views ? ZH_REASON_VIEWED_TOGETHER : ZH_REASON_BOUGHT_TOGETHER;
    case ZH_STAGE_CART: case ZH_STAGE_LAST_ORDER: return ZH_REASON_BOUGHT_TOGETHER;
    case ZH_STAGE_TASTE: case ZH_STAGE_CATEGORY: return ZH_REASON_POPULAR_IN_CATEGORY;
    case ZH_STAGE_TRENDING: return ZH_REASON_TRENDING;
    case ZH_STAGE_POPULAR: return ZH_REASON_POPULAR;
    default: break; /* NEW; strategies say their own */
    }
    return ZH_REASON_NEW;
}

void zh_recommend_explain(const zh_list *l, const zh_pick *p, zh_reason *out)
{
    zh_top_entry entries[ZH_EVIDENCE_MAX];
    zh_top top = zh_top_open(entries, ZH_EVIDENCE_MAX);
    bool by_views = false;
    *out = (zh_reason){ 0 };
    if (p->stage == ZH_STAGE_END) {
        out->code = ZH_REASON_PINNED;
        return;
    }
    if (zh_recommend_is_strategy(p->stage)) {
        zh_recommend_strategy_explain(l, p, out);
        return;
    }
    const bool counted = p->stage == ZH_STAGE_HISTORY || p->stage == ZH_STAGE_CONTEXT || p->stage == ZH_STAGE_CART ||
                         p->stage == ZH_STAGE_LAST_ORDER;
    const zh_recommend_sources *sources = &l->sources[counted ? p->stage : ZH_STAGE_HISTORY];
    const int64_t whole = counted ? zh_recommend_score_one(sources, p->index, p->keep) : 0; /* another than its score where a stage was before */
    for (uint32_t i = 0; counted && i < sources->count; i++) {
        const zh_recommend_share share = zh_recommend_share_of(sources, i, p->index, p->keep);
        const int64_t both = zh_recommend_share_sum(share);
        if (both <= 0) continue;
        zh_top_offer(&top, both, sources->list[i].item.number, i);
        by_views |= share.viewed > share.bought; /* of the page: there is one source */
    }
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) {
        const zh_recommend_source *s = &sources->list[entries[i].extra];
        const int64_t share = p->score_micro == whole ? entries[i].score : (int64_t)((__int128)entries[i].score * p->score_micro / whole);
        const zh_item *item = zh_catalog_get(l->world->catalog, s->item);
        out->evidence[i] = (zh_evidence){ s->item, item != NULL ? item->text : (zh_sv){ 0 }, s->act, s->at_ms, share };
    }
    out->evidence_count = (uint32_t)top.count;
    out->code = code_of(p, top.count > 0 ? out->evidence[0].act : ZH_ACT_OTHER, by_views);
}

zh_err zh_recommend_word(const zh_list *l, const zh_pick *p, zh_reason *reason)
{
    if (reason->code == ZH_REASON_SCENE) return zh_recommend_scene_word(l, p, reason);
    zh_sv title = p->category;
    if (reason->evidence_count > 0) {
        const zh_item *item = zh_catalog_get(l->world->catalog, reason->evidence[0].item);
        title = item == NULL ? (zh_sv){ 0 } : item->title.size > 0 ? item->title : item->text;
    }
    if (reason->code == ZH_REASON_REPEAT_DUE) {
        reason->en = zh_reason_due_en(reason->days_ago, reason->days_usual, l->arena);
        reason->zh = zh_reason_due_zh(reason->days_ago, reason->days_usual, l->arena);
        return reason->en.data == NULL || reason->zh.data == NULL ? ZH_NOMEM : ZH_OK;
    }
    reason->en = zh_reason_en(reason->code, title, l->arena);
    reason->zh = zh_reason_zh(reason->code, title, l->arena);
    return reason->en.data == NULL || reason->zh.data == NULL ? ZH_NOMEM : ZH_OK;
}
