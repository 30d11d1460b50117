/* Where candidates come from. A counted stage finds the best of all known items; a filling stage goes on below the last score. */
#include "decide/recommend_inside.h"

#define HEADS_FOR 60           /* places of a list that heads of 256 are asked for: the 200 candidates of a list that is arranged go beyond them */
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

/* How the items of one stage are looked at: what their scores are made of, and the best of them so far. */
typedef struct look {
    zh_list *list;
    const zh_recommend_sources *sources;
    const zh_board *scores;
    int64_t rest;   /* a score may be so much more than the board says; 0: the board is whole */
    zh_top top;     /* of those that may be shown, by what is kept of their score */
} look;

/* Could an item with this much on the board be among the best? */
static bool may_be_among(const look *of, int64_t score, uint64_t key)
{
    if (of->rest == 0) return zh_top_wants(&of->top, score, key);
    return of->top.count < of->top.limit || score + of->rest >= of->top.entries[0].score;
}

/* With this much on the board. */
static void judge_one(look *of, uint32_t index, int64_t on_board)
{
    const zh_item *item = NULL;
    const zh_item_id id = zh_cocount_item(of->list->world->cocount, index);
    if (!may_be_among(of, on_board, id.number)) return;
    const int64_t whole = of->rest > 0 ? zh_recommend_score_one(of->sources, index, ZH_KEEP_ALL) : on_board;
    if (!zh_top_wants(&of->top, whole, id.number) || is_picked(of->list, id)) return;
    const int32_t keep = zh_recommend_judge(of->list, id, &item);
    const int64_t score = keep < ZH_KEEP_ALL ? zh_recommend_score_one(of->sources, index, keep) : whole;
    if (keep != ZH_HIDE && score > 0) zh_top_offer(&of->top, score, id.number, (uint64_t)index << KEEP_BITS | (uint64_t)keep);
}

/* Whoever is judged costs looks into the catalog, so the best on the board come first: when none of them can be among the best any more, none
 * of the others can. Where that many were hidden or damped that they do not fill the list, all others are judged too. The top is the same in any
 * order. False: an item that is not on the board could be among the best. */
static bool judge_best(look *of)
{
    zh_top_entry entries[ZH_PICKS_MAX + BESIDE]; /* by index: in which order equal ones are judged does not matter */
    zh_top best = zh_top_open(entries, of->top.limit + BESIDE);
    int32_t score;
    for (uint32_t at = 0, index; zh_board_next(of->scores, &at, &index, &score);)
        zh_top_offer(&best, score, index, 0);
    const bool are_all = best.count < best.limit;
    const zh_top_entry worst = best.count > 0 ? entries[0] : (zh_top_entry){ 0 };
    zh_top_sort(&best);
    for (size_t i = 0; i < best.count; i++) judge_one(of, (uint32_t)entries[i].key, entries[i].score);
    for (uint32_t at = 0, index; !are_all && may_be_among(of, worst.score, 0) && zh_board_next(of->scores, &at, &index, &score);)
        if (zh_top_better(worst, (zh_top_entry){ .score = score, .key = index })) judge_one(of, index, score);
    return of->rest == 0 || !may_be_among(of, 0, 0);
}

/* The heads of long rows answer nearly every ask for a short list; where they do not, the rows do, and the answer is the same. */
static zh_err look_for_best(look *of)
{
    zh_board scores;
    zh_err e = ZH_OK;
    of->scores = &scores;
    if (of->top.limit <= HEADS_FOR) {
        e = zh_recommend_score_heads(of->sources, of->list->arena, &scores, &of->rest);
        if (e != ZH_OK || judge_best(of)) return e;
    }
    of->rest = 0;
    of->top.count = 0;
    e = zh_recommend_score_all(of->sources, of->list->arena, &scores);
    if (e == ZH_OK) (void)judge_best(of);
    return e;
}

static zh_err pick_counted(zh_list *l, zh_stage stage)
{
    zh_recommend_sources *sources = &l->sources[stage];
    zh_err e = zh_recommend_sources_of(stage, l->world, l->ask, &l->policy, l->personal, l->arena, sources);
    if (e != ZH_OK) return e;
    if (stage == ZH_STAGE_HISTORY || stage == ZH_STAGE_LAST_ORDER) zh_recommend_drop_refused(l, sources);
    if (sources->count == 0) return ZH_OK;
    zh_top_entry entries[ZH_PICKS_MAX];
    look of = { .list = l, .sources = sources, .top = zh_top_open(entries, l->want - l->count) };
    if ((e = look_for_best(&of)) != ZH_OK) return e;
    zh_top_sort(&of.top);
    const int64_t last = l->count > 0 ? l->picks[l->count - 1].score_micro : 0; /* behind another stage: on below its last score */
    for (size_t i = 0; i < of.top.count; i++)
        l->picks[l->count++] = (zh_pick){ zh_catalog_get(l->world->catalog, (zh_item_id){ entries[i].key }),
            last > 0 ? (int64_t)((__int128)last * entries[i].score / ((__int128)entries[0].score + 1)) : entries[i].score, stage, (uint32_t)(entries[i].extra >> KEEP_BITS), (int32_t)(entries[i].extra & KEEP_MASK), { 0 } };
    l->candidates += (uint32_t)of.top.count;
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
