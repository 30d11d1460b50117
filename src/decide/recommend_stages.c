/* Where candidates come from. A counted stage scores all known items; a filling stage goes on below the last score. */
#include "decide/recommend_inside.h"

#define BESIDE 64             /* judged beside those that a list needs: some are bought, hidden or tired */
#define TASTES_MAX 3          /* categories of the taste stage: more is no taste */
#define KEEP_BITS 11            /* ZH_KEEP_ALL and below */
#define KEEP_MASK ((1u << KEEP_BITS) - 1)

static bool is_picked(const zh_list *l, zh_item_id id)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->picks[i].item->id.number == id.number) return true;
    return false;
}

static void judge_one(const zh_list *l, const zh_recommend_sources *sources, zh_top *top, zh_top_entry one)
{
    const zh_item *item = NULL;
    const zh_item_id id = { one.key };
    const uint32_t index = (uint32_t)one.extra;
    if (!zh_top_wants(top, one.score, one.key) || is_picked(l, id)) return;
    const int32_t keep = zh_recommend_judge(l, id, &item);
    const int64_t score = keep < ZH_KEEP_ALL ? zh_recommend_score_one(sources, index, keep) : one.score;
    if (keep != ZH_HIDE && score > 0) zh_top_offer(top, score, id.number, (uint64_t)index << KEEP_BITS | (uint64_t)keep);
}

/* Whoever is judged costs looks into the catalog, so the best by their full scores come first: when none of them is wanted any more, none
 * of the others is. Where that many were hidden or damped that they do not fill the list, all others are judged too. The top is the same in any order. */
static void judge_best(zh_list *l, const zh_recommend_sources *sources, const zh_board *scores, zh_top *top)
{
    const zh_cocount *counts = l->world->cocount;
    zh_top_entry entries[ZH_PICKS_MAX + BESIDE];
    zh_top best = zh_top_open(entries, top->limit + BESIDE);
    int32_t score;
    for (uint32_t at = 0, index; zh_board_next(scores, &at, &index, &score); l->candidates++)
        if (best.count < best.limit || score >= entries[0].score) zh_top_offer(&best, score, zh_cocount_item(counts, index).number, index);
    const bool are_all = best.count < best.limit;
    const zh_top_entry worst = best.count > 0 ? entries[0] : (zh_top_entry){ 0 };
    zh_top_sort(&best);
    for (size_t i = 0; i < best.count; i++) judge_one(l, sources, top, entries[i]);
    if (are_all || !zh_top_wants(top, worst.score, worst.key)) return;
    for (uint32_t at = 0, index; zh_board_next(scores, &at, &index, &score);) {
        const zh_top_entry one = { score, zh_cocount_item(counts, index).number, index };
        if (zh_top_better(worst, one)) judge_one(l, sources, top, one);
    }
}

static zh_err pick_counted(zh_list *l, zh_stage stage)
{
    zh_recommend_sources *sources = &l->sources[stage];
    zh_err e = zh_recommend_sources_of(stage, l->world, l->ask, &l->policy, l->personal, l->arena, sources);
    if (e != ZH_OK) return e;
    if (stage == ZH_STAGE_HISTORY || stage == ZH_STAGE_LAST_ORDER) zh_recommend_drop_refused(l, sources);
    if (sources->count == 0) return ZH_OK;
    zh_top_entry entries[ZH_PICKS_MAX];
    zh_top top = zh_top_open(entries, l->want - l->count);
    zh_board scores;
    if ((e = zh_recommend_score_all(sources, l->arena, &scores)) != ZH_OK) return e;
    judge_best(l, sources, &scores, &top);
    zh_top_sort(&top);
    const int64_t last = l->count > 0 ? l->picks[l->count - 1].score_micro : 0; /* behind another stage: on below its last score */
    for (size_t i = 0; i < top.count; i++)
        l->picks[l->count++] = (zh_pick){ zh_catalog_get(l->world->catalog, (zh_item_id){ entries[i].key }),
            last > 0 ? (int64_t)((__int128)last * entries[i].score / ((__int128)entries[0].score + 1)) : entries[i].score, stage, (uint32_t)(entries[i].extra >> KEEP_BITS), (int32_t)(entries[i].extra & KEEP_MASK), { 0 } };
    return ZH_OK;
}

void zh_recommend_fill_begin(const zh_list *l, zh_filler *f, zh_stage stage)
{
    f->top = zh_top_open(f->entries, l->want - l->count);
    f->stage = stage;
}

bool zh_recommend_fill_offer(const zh_list *l, zh_filler *f, zh_item_id id, int64_t value, uint64_t extra)
{
    const zh_item *item = NULL;
    if (!zh_top_wants(&f->top, value, id.number)) return false;
    if (is_picked(l, id)) return true;
    const int32_t keep = zh_recommend_judge(l, id, &item);
    if (keep != ZH_HIDE) zh_top_offer(&f->top, (int64_t)((__int128)value * keep / ZH_KEEP_ALL), id.number, extra);
    return true;
}

static void append(zh_list *l, const zh_filler *f, const zh_sv *categories)
{
    const int64_t from = l->count > 0 ? l->picks[l->count - 1].score_micro : ZH_DECISION_MICRO;
    for (size_t i = 0; i < f->top.count; i++) {
        const zh_top_entry one = f->entries[i];
        const zh_item *item = zh_catalog_get(l->world->catalog, (zh_item_id){ one.key });
        const int64_t score = (int64_t)((__int128)from * one.score / ((__int128)f->entries[0].score + 1));
        l->picks[l->count++] = (zh_pick){ item, score, f->stage, 0, ZH_KEEP_ALL, categories != NULL ? categories[one.extra] : (zh_sv){ 0 } };
        l->candidates++;
    }
}

void zh_recommend_fill_end(zh_list *l, zh_filler *f, const zh_sv *categories)
{
    zh_top_sort(&f->top);
    append(l, f, categories);
}

static zh_err pick_popular(zh_list *l, zh_stage stage, zh_popularity_kind kind)
{
    zh_popular *top = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_TOP_MAX);
    if (top == NULL) return ZH_NOMEM;
    const size_t count = zh_popularity_top(l->world->popularity, kind, l->now_ms, l->arena, top, ZH_POPULARITY_TOP_MAX);
    zh_filler f;
    zh_recommend_fill_begin(l, &f, stage);
    for (size_t i = 0; i < count && zh_recommend_fill_offer(l, &f, top[i].item, top[i].score, 0); i++) {}
    zh_recommend_fill_end(l, &f, NULL);
    return ZH_OK;
}

static zh_err pick_category(zh_list *l)
{
    const zh_item *page = zh_catalog_get(l->world->catalog, l->ask->context_item);
    if (page == NULL || page->category_hash == 0) return ZH_OK;
    zh_popular *top = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_CATEGORY_TOP_MAX);
    if (top == NULL) return ZH_NOMEM;
    const size_t count = zh_popularity_top_in(l->world->popularity, ZH_POPULAR, page->category_hash, l->now_ms, l->arena,
                                              top, ZH_POPULARITY_CATEGORY_TOP_MAX);
    zh_filler f;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_CATEGORY);
    for (size_t i = 0; i < count && zh_recommend_fill_offer(l, &f, top[i].item, top[i].score, 0); i++) {}
    zh_recommend_fill_end(l, &f, &page->category);
    return ZH_OK;
}

typedef struct taste { uint64_t hash; zh_sv category; int64_t weight_micro; } taste;

/* The categories the history weighs most in. */
static uint32_t tastes_of(const zh_list *l, taste *tastes)
{
    taste all[ZH_RECOMMEND_HISTORY_MAX];
    uint32_t count = 0, kept = 0;
    const zh_recommend_sources *history = &l->sources[ZH_STAGE_HISTORY];
    for (uint32_t i = 0; i < history->count; i++) {
        const zh_recommend_source *s = &history->list[i];
        const zh_item *item = zh_catalog_get(l->world->catalog, s->item);
        if (item == NULL || item->category_hash == 0) continue;
        uint32_t at = 0;
        while (at < count && all[at].hash != item->category_hash) at++;
        if (at == count) all[count++] = (taste){ item->category_hash, item->category, 0 };
        all[at].weight_micro += (int64_t)((s->bought + s->viewed) * 1e6f);
    }
    for (; kept < TASTES_MAX && kept < count; kept++) {
        uint32_t best = kept;
        for (uint32_t i = kept + 1; i < count; i++)
            if (all[i].weight_micro > all[best].weight_micro ||
                (all[i].weight_micro == all[best].weight_micro && all[i].hash < all[best].hash)) best = i;
        tastes[kept] = all[best];
        all[best] = all[kept];
    }
    return kept;
}

static zh_err pick_taste(zh_list *l)
{
    taste tastes[TASTES_MAX];
    zh_sv categories[TASTES_MAX];
    zh_popular *items = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_CATEGORY_TOP_MAX);
    if (items == NULL) return ZH_NOMEM;
    zh_filler f;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_TASTE);
    const uint32_t count = tastes_of(l, tastes);
    for (uint32_t t = 0; t < count; t++) {
        const size_t n = zh_popularity_top_in(l->world->popularity, ZH_POPULAR, tastes[t].hash, l->now_ms, l->arena, items,
                                              ZH_POPULARITY_CATEGORY_TOP_MAX);
        categories[t] = tastes[t].category;
        for (size_t i = 0; i < n; i++) { /* weight of the category x share of its best item's score */
            const int64_t value = (int64_t)((__int128)tastes[t].weight_micro * items[i].score / items[0].score);
            if (!zh_recommend_fill_offer(l, &f, items[i].item, value, t)) break;
        }
    }
    zh_recommend_fill_end(l, &f, categories);
    return ZH_OK;
}

/* Any item that may be shown, the newest first; scores by place. */
static void pick_new(zh_list *l)
{
    zh_filler f;
    const zh_item *item = NULL;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_NEW);
    for (size_t at = 0; (item = zh_catalog_next(l->world->catalog, &at)) != NULL;)
        if (zh_item_sellable(item)) (void)zh_recommend_fill_offer(l, &f, item->id, item->first_ms, 0);
    zh_top_sort(&f.top);
    for (size_t i = 0; i < f.top.count; i++) f.entries[i].score = (int64_t)(f.top.count - i);
    append(l, &f, NULL);
}

zh_err zh_recommend_stage(zh_list *l, zh_stage stage)
{
    l->stage = stage;
    switch (stage) {
    case ZH_STAGE_HISTORY: case ZH_STAGE_CONTEXT: case ZH_STAGE_CART: case ZH_STAGE_LAST_ORDER:
        return pick_counted(l, stage);
    case ZH_STAGE_TASTE: return pick_taste(l);
    case ZH_STAGE_CATEGORY: return pick_category(l);
    case ZH_STAGE_POPULAR: return pick_popular(l, stage, ZH_POPULAR);
    case ZH_STAGE_TRENDING: return pick_popular(l, stage, ZH_TRENDING);
    case ZH_STAGE_NEW: pick_new(l); return ZH_OK;
    case ZH_STAGE_SUBSTITUTE: case ZH_STAGE_RECENT: case ZH_STAGE_COMPLEMENT: case ZH_STAGE_CART_COMPLEMENT: case ZH_STAGE_ACCESSORY: case ZH_STAGE_REPEAT:
        return zh_recommend_strategy(l, stage);
    case ZH_STAGE_END: return ZH_OK;
    }
    return ZH_OK;
}
