/* The list is built in order: the counted stage first, then each stage that fills, until there are
 * as many picks as asked (and as the pool of exploration needs). Then the last slot may be drawn,
 * and at the end every shown item is explained from the sources of the counted stage. */
#include "decide/recommend.h"
#include "base/top.h"
#include "decide/source.h"

#include <assert.h>
#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define TASTES_MAX 3          /* categories of the taste stage: more is no taste */
#define KEEP_BITS 11            /* ZH_KEEP_ALL and below */
#define KEEP_MASK ((1u << KEEP_BITS) - 1)
#define PICKS_MAX (ZH_DECISION_ITEMS_MAX + ZH_RECOMMEND_POOL_MAX)

typedef struct pick {
    const zh_item *item;
    int64_t score_micro;
    zh_stage stage;
    uint32_t index;        /* in the counts, of a counted stage */
    int32_t keep;          /* of its score, out of ZH_KEEP_ALL */
    zh_sv category;        /* of POPULAR_IN_CATEGORY */
} pick;

typedef struct tired { uint64_t item; float times; } tired; /* shown in vain, by item */

typedef struct list { /* the work of one ask */
    const zh_recommend_world *world;
    const zh_recommend_ask *ask;
    zh_policy policy;
    zh_arena *arena;
    int64_t now_ms;        /* the hour, where not personal */
    bool personal;
    bool show_bought;      /* the shop is too small to hide what was bought */
    uint64_t *hidden;      /* item numbers of page, cart, exclude, blocked: sorted */
    size_t hidden_count;
    tired *tired;
    uint32_t tired_count;
    zh_recommend_sources sources; /* of the counted stage */
    uint32_t candidates;
    pick picks[PICKS_MAX];
    uint32_t count, want;
} list;

/* ---- who may be shown ---- */

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static zh_err hide(list *l)
{
    const zh_recommend_ask *ask = l->ask;
    const zh_history *h = l->personal ? ask->history : NULL;
    const uint32_t cart = l->personal ? ask->cart_count : 0, blocked = h != NULL ? h->blocked_count : 0;
    l->hidden = ZH_TAKE(l->arena, uint64_t, 1 + (size_t)cart + ask->exclude_count + blocked);
    if (l->hidden == NULL) return ZH_NOMEM;
    l->hidden[l->hidden_count++] = ask->context_item.number;
    for (uint32_t i = 0; i < cart; i++) l->hidden[l->hidden_count++] = ask->cart[i].number;
    for (uint32_t i = 0; i < ask->exclude_count; i++) l->hidden[l->hidden_count++] = ask->exclude[i].number;
    for (uint32_t i = 0; i < blocked; i++) l->hidden[l->hidden_count++] = h->blocked[i].number;
    qsort(l->hidden, l->hidden_count, sizeof l->hidden[0], by_number);
    return ZH_OK;
}

static const zh_bought *bought_of(const zh_history *h, zh_item_id item)
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

enum { HIDE = 0 }; /* of what is kept of a score */

static int32_t judge_bought(const list *l, zh_item_id item)
{
    const int32_t days = l->ask->placement->hide_bought_days;
    const zh_bought *b = bought_of(l->ask->history, item);
    if (b == NULL || b->times == 0 || days == 0) return ZH_KEEP_ALL;
    const int32_t hidden = b->times > 1 && days > AGAIN_DAYS ? AGAIN_DAYS : days; /* bought again before: a refill */
    if (hidden != ZH_HIDE_ALWAYS && b->last_ms < l->now_ms - hidden * DAY_MS) return ZH_KEEP_ALL;
    if (b->times >= l->policy.repeat_times) return ZH_KEEP_ALL / 2;
    return l->show_bought ? ZH_KEEP_ALL : HIDE;
}

static bool blocked_name(const zh_history *h, const zh_item *item)
{
    for (uint32_t i = 0; i < h->blocked_names_count; i++)
        if (h->blocked_names[i] == item->category_hash ||
            (item->brand.size > 0 && h->blocked_names[i] == zh_fast64(item->brand))) return true;
    return false;
}

/* How much of the item's score is kept: HIDE .. ZH_KEEP_ALL. */
static int32_t judge(const list *l, zh_item_id id, const zh_item **item)
{
    if (bsearch(&id.number, l->hidden, l->hidden_count, sizeof id.number, by_number) != NULL) return HIDE;
    *item = zh_catalog_get(l->world->catalog, id);
    if (*item == NULL || !zh_item_sellable(*item)) return HIDE;
    if (!l->personal || l->ask->history == NULL) return ZH_KEEP_ALL;
    const int32_t keep = blocked_name(l->ask->history, *item) ? HIDE : judge_bought(l, id);
    if (keep == HIDE || l->tired_count == 0) return keep;
    const tired *t = bsearch(&id.number, l->tired, l->tired_count, sizeof *t, by_number);
    if (t == NULL) return keep;
    const int32_t left = (int32_t)((float)keep / (1 + l->policy.tired_weight * t->times));
    return left > HIDE ? left : 1;
}

/* The UTC day an item was last looked at, put into a cart or bought; -1: never. */
static int64_t chosen_day(const zh_history *h, zh_item_id item)
{
    int64_t newest_ms = -1;
    for (uint32_t i = 0; i < h->touches_count; i++)
        if (h->touches[i].item.number == item.number && h->touches[i].rank.time_ms > newest_ms) newest_ms = h->touches[i].rank.time_ms;
    const zh_bought *b = bought_of(h, item);
    if (b != NULL && b->times > 0 && b->last_ms > newest_ms) newest_ms = b->last_ms;
    return newest_ms < 0 ? -1 : newest_ms / DAY_MS;
}

/* What stood in lists in vain, one entry an item, sorted by item. Glances come by day, so items repeat. */
static zh_err find_tired(list *l)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    if (h == NULL || h->glances_count == 0 || l->policy.tired_weight <= 0) return ZH_OK;
    if ((l->tired = ZH_TAKE(l->arena, tired, h->glances_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < h->glances_count; i++) {
        const zh_glance *g = &h->glances[i];
        if (g->day <= chosen_day(h, g->item)) continue;
        const float times = (float)g->times * zh_recommend_fresh(g->day * DAY_MS, l->now_ms - l->now_ms % DAY_MS, l->policy.tired_half_life_days);
        l->tired[l->tired_count++] = (tired){ g->item.number, times };
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

static bool is_picked(const list *l, zh_item_id id)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->picks[i].item->id.number == id.number) return true;
    return false;
}

/* ---- stages ---- */

static zh_err pick_counted(list *l, zh_stage stage)
{
    zh_err e = zh_recommend_sources_of(stage, l->world, l->ask, &l->policy, l->personal, l->arena, &l->sources);
    if (e != ZH_OK || l->sources.count == 0) return e;
    const zh_cocount *counts = l->world->cocount;
    const uint32_t width = zh_cocount_width(counts);
    int32_t *scores = ZH_TAKE(l->arena, int32_t, width);
    if (scores == NULL) return ZH_NOMEM;
    zh_recommend_score_all(&l->sources, scores);
    zh_top_entry entries[PICKS_MAX];
    zh_top top = zh_top_open(entries, l->want);
    for (uint32_t j = 0; j < width; j++) {
        if (scores[j] <= 0) continue;
        l->candidates++;
        const zh_item_id id = zh_cocount_item(counts, j);
        const zh_item *item = NULL;
        if (!zh_top_wants(&top, scores[j], id.number)) continue;
        const int32_t keep = judge(l, id, &item);
        const int64_t score = keep < ZH_KEEP_ALL ? zh_recommend_score_one(&l->sources, j, keep) : scores[j];
        if (keep != HIDE && score > 0) zh_top_offer(&top, score, id.number, (uint64_t)j << KEEP_BITS | (uint64_t)keep);
    }
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++)
        l->picks[l->count++] = (pick){ zh_catalog_get(l->world->catalog, (zh_item_id){ entries[i].key }),
            entries[i].score, stage, (uint32_t)(entries[i].extra >> KEEP_BITS), (int32_t)(entries[i].extra & KEEP_MASK), { 0 } };
    return ZH_OK;
}

/* A filling stage: candidates by what is kept of their value, then picks whose
 * scores go on below the last one: last x value / (greatest value + 1). */
typedef struct filler {
    zh_top top;
    zh_top_entry entries[PICKS_MAX];
    zh_stage stage;
} filler;

static void fill_begin(const list *l, filler *f, zh_stage stage)
{
    f->top = zh_top_open(f->entries, l->want - l->count);
    f->stage = stage;
}

/* False: no item with this value or a smaller one can get in any more. */
static bool fill_offer(const list *l, filler *f, zh_item_id id, int64_t value, uint64_t extra)
{
    const zh_item *item = NULL;
    if (!zh_top_wants(&f->top, value, id.number)) return false;
    if (is_picked(l, id)) return true;
    const int32_t keep = judge(l, id, &item);
    if (keep != HIDE) zh_top_offer(&f->top, (int64_t)((__int128)value * keep / ZH_KEEP_ALL), id.number, extra);
    return true;
}

static void append(list *l, const filler *f, const zh_sv *categories)
{
    const int64_t from = l->count > 0 ? l->picks[l->count - 1].score_micro : ZH_DECISION_MICRO;
    for (size_t i = 0; i < f->top.count; i++) {
        const zh_top_entry one = f->entries[i];
        const zh_item *item = zh_catalog_get(l->world->catalog, (zh_item_id){ one.key });
        const int64_t score = (int64_t)((__int128)from * one.score / ((__int128)f->entries[0].score + 1));
        l->picks[l->count++] = (pick){ item, score, f->stage, 0, ZH_KEEP_ALL, categories != NULL ? categories[one.extra] : (zh_sv){ 0 } };
        l->candidates++;
    }
}

static void fill_end(list *l, filler *f, const zh_sv *categories)
{
    zh_top_sort(&f->top);
    append(l, f, categories);
}

static zh_err pick_popular(list *l, zh_stage stage, zh_popularity_kind kind)
{
    zh_popular *top = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_TOP_MAX);
    if (top == NULL) return ZH_NOMEM;
    const size_t count = zh_popularity_top(l->world->popularity, kind, l->now_ms, l->arena, top, ZH_POPULARITY_TOP_MAX);
    filler f;
    fill_begin(l, &f, stage);
    for (size_t i = 0; i < count && fill_offer(l, &f, top[i].item, top[i].score, 0); i++) {}
    fill_end(l, &f, NULL);
    return ZH_OK;
}

static zh_err pick_category(list *l)
{
    const zh_item *page = zh_catalog_get(l->world->catalog, l->ask->context_item);
    if (page == NULL || page->category_hash == 0) return ZH_OK;
    zh_popular *top = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_CATEGORY_TOP_MAX);
    if (top == NULL) return ZH_NOMEM;
    const size_t count = zh_popularity_top_in(l->world->popularity, ZH_POPULAR, page->category_hash, l->now_ms, l->arena,
                                              top, ZH_POPULARITY_CATEGORY_TOP_MAX);
    filler f;
    fill_begin(l, &f, ZH_STAGE_CATEGORY);
    for (size_t i = 0; i < count && fill_offer(l, &f, top[i].item, top[i].score, 0); i++) {}
    fill_end(l, &f, &page->category);
    return ZH_OK;
}

typedef struct taste { uint64_t hash; zh_sv category; int64_t weight_micro; } taste;

/* The categories the history weighs most in. */
static uint32_t tastes_of(const list *l, taste *tastes)
{
    taste all[ZH_RECOMMEND_HISTORY_MAX];
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < l->sources.count; i++) {
        const zh_recommend_source *s = &l->sources.list[i];
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

static zh_err pick_taste(list *l)
{
    taste tastes[TASTES_MAX];
    zh_sv categories[TASTES_MAX];
    zh_popular *items = ZH_TAKE(l->arena, zh_popular, ZH_POPULARITY_CATEGORY_TOP_MAX);
    if (items == NULL) return ZH_NOMEM;
    filler f;
    fill_begin(l, &f, ZH_STAGE_TASTE);
    const uint32_t count = tastes_of(l, tastes);
    for (uint32_t t = 0; t < count; t++) {
        const size_t n = zh_popularity_top_in(l->world->popularity, ZH_POPULAR, tastes[t].hash, l->now_ms, l->arena, items,
                                              ZH_POPULARITY_CATEGORY_TOP_MAX);
        categories[t] = tastes[t].category;
        for (size_t i = 0; i < n; i++) { /* weight of the category x share of its best item's score */
            const int64_t value = (int64_t)((__int128)tastes[t].weight_micro * items[i].score / items[0].score);
            if (!fill_offer(l, &f, items[i].item, value, t)) break;
        }
    }
    fill_end(l, &f, categories);
    return ZH_OK;
}

/* Any item that may be shown, the newest first; scores by place. */
static void pick_new(list *l)
{
    filler f;
    const zh_item *item = NULL;
    fill_begin(l, &f, ZH_STAGE_NEW);
    for (size_t at = 0; (item = zh_catalog_next(l->world->catalog, &at)) != NULL;)
        if (zh_item_sellable(item)) (void)fill_offer(l, &f, item->id, item->first_ms, 0);
    zh_top_sort(&f.top);
    for (size_t i = 0; i < f.top.count; i++) f.entries[i].score = (int64_t)(f.top.count - i);
    append(l, &f, NULL);
}

static zh_err run_stage(list *l, zh_stage stage)
{
    switch (stage) {
    case ZH_STAGE_HISTORY: case ZH_STAGE_CONTEXT: case ZH_STAGE_CART: case ZH_STAGE_LAST_ORDER:
        return pick_counted(l, stage);
    case ZH_STAGE_TASTE: return pick_taste(l);
    case ZH_STAGE_CATEGORY: return pick_category(l);
    case ZH_STAGE_POPULAR: return pick_popular(l, stage, ZH_POPULAR);
    case ZH_STAGE_TRENDING: return pick_popular(l, stage, ZH_TRENDING);
    case ZH_STAGE_NEW: pick_new(l); return ZH_OK;
    case ZH_STAGE_END: return ZH_OK;
    }
    return ZH_OK;
}

static zh_err fill_list(list *l)
{
    const zh_stage *stages = l->ask->placement->stages;
    for (int s = 0; s < ZH_PLACEMENT_STAGES_MAX && stages[s] != ZH_STAGE_END && l->count < l->want; s++) {
        const zh_err e = run_stage(l, stages[s]);
        if (e != ZH_OK) return e;
    }
    if (l->count < l->ask->n && l->personal) { /* everything else was bought before */
        l->show_bought = true;
        pick_new(l);
    }
    return ZH_OK;
}

/* ---- the last slot ---- */

/* The pool is the greedy last item and those behind it. With chance epsilon the slot is drawn from
 * the pool, evenly; the rest of the division goes to the greedy one. */
static uint32_t draw_last(const list *l, uint32_t n, zh_rng *rng, uint32_t *propensity_micro)
{
    const uint32_t pool = l->count - (n - 1), each = l->policy.epsilon_micro / pool;
    const uint32_t greedy = ZH_DECISION_MICRO - each * (pool - 1);
    const uint64_t drawn = zh_rng_below(rng, ZH_DECISION_MICRO);
    *propensity_micro = drawn < greedy ? greedy : each;
    return n - 1 + (drawn < greedy ? 0 : 1 + (uint32_t)(drawn - greedy) / each);
}

/* ---- why ---- */

static zh_reason_code code_of(const pick *p, zh_act act, bool by_views)
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
    case ZH_STAGE_NEW: case ZH_STAGE_END: break;
    }
    return ZH_REASON_NEW;
}

static void explain(const list *l, const pick *p, zh_reason *out)
{
    zh_top_entry entries[ZH_EVIDENCE_MAX];
    zh_top top = zh_top_open(entries, ZH_EVIDENCE_MAX);
    bool by_views = false;
    *out = (zh_reason){ 0 };
    const bool counted = p->stage == ZH_STAGE_HISTORY || p->stage == ZH_STAGE_CONTEXT || p->stage == ZH_STAGE_CART ||
                         p->stage == ZH_STAGE_LAST_ORDER;
    for (uint32_t i = 0; counted && i < l->sources.count; i++) {
        const zh_recommend_share share = zh_recommend_share_of(&l->sources, i, p->index, p->keep);
        const int64_t both = (int64_t)share.bought + share.viewed;
        if (both <= 0) continue;
        zh_top_offer(&top, both, l->sources.list[i].item.number, i);
        by_views |= share.viewed > share.bought; /* of the page: there is one source */
    }
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) {
        const zh_recommend_source *s = &l->sources.list[entries[i].extra];
        const zh_item *item = zh_catalog_get(l->world->catalog, s->item);
        out->evidence[i] = (zh_evidence){ s->item, item != NULL ? item->text : (zh_sv){ 0 }, s->act, s->at_ms, entries[i].score };
    }
    out->evidence_count = (uint32_t)top.count;
    out->code = code_of(p, top.count > 0 ? out->evidence[0].act : ZH_ACT_OTHER, by_views);
}

static zh_err word(const list *l, const pick *p, zh_reason *reason)
{
    zh_sv title = p->category;
    if (reason->evidence_count > 0) {
        const zh_item *item = zh_catalog_get(l->world->catalog, reason->evidence[0].item);
        title = item == NULL ? (zh_sv){ 0 } : item->title.size > 0 ? item->title : item->text;
    }
    reason->en = zh_reason_en(reason->code, title, l->arena);
    reason->zh = zh_reason_zh(reason->code, title, l->arena);
    return reason->en.data == NULL || reason->zh.data == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err show(const list *l, const pick *p, uint32_t propensity_micro, bool drawn, zh_shown *shown, zh_reason *reason)
{
    zh_reason own;
    zh_reason *why = reason != NULL ? reason : &own;
    explain(l, p, why);
    if (drawn) *why = (zh_reason){ .code = ZH_REASON_EXPLORATION };
    *shown = (zh_shown){ p->item->id, why->evidence_count > 0 ? why->evidence[0].item : (zh_item_id){ 0 },
                         p->score_micro, propensity_micro, why->code };
    return reason != NULL ? word(l, p, reason) : ZH_OK;
}

/* ---- the whole ---- */

static bool knows_something(const zh_recommend_ask *ask)
{
    const zh_history *h = ask->history;
    return ask->cart_count > 0 || (h != NULL && (h->touches_count > 0 || h->bought_count > 0 || h->last_order_count > 0 || h->glances_count > 0 ||
                                                 h->blocked_count > 0 || h->blocked_names_count > 0));
}

static zh_item_id *copy_items(zh_arena *arena, const zh_item_id *items, uint32_t count)
{
    zh_item_id *copy = ZH_TAKE(arena, zh_item_id, count);
    if (copy != NULL && count > 0) memcpy(copy, items, count * sizeof *copy);
    return copy;
}

static zh_err fill_decision(const list *l, zh_decision *d)
{
    const zh_recommend_ask *ask = l->ask;
    *d = (zh_decision){ .id = ask->id, .customer = l->personal ? ask->customer : (zh_customer_id){ 0 },
        .placement = ask->placement->name, .time_ms = ask->now_ms, .strategy = ask->placement->strategy,
        .personalized = l->personal, .candidates = l->candidates, .asked = ask->n, .context_item = ask->context_item,
        .cart_count = l->personal ? ask->cart_count : 0, .excluded_count = ask->exclude_count,
        .policy_version = ZH_POLICY_VERSION, .model_hash = l->world->model_hash,
        .positions_count = l->world->positions_count, .consent = ask->consent, .experiment = ask->experiment, .arm = ask->arm,
        .arm_chance_micro = ask->arm_chance_micro, .allocation = ask->allocation };
    d->cart = copy_items(l->arena, ask->cart, d->cart_count);
    d->excluded = copy_items(l->arena, ask->exclude, d->excluded_count);
    d->positions = ZH_TAKE(l->arena, uint64_t, d->positions_count);
    if (d->cart == NULL || d->excluded == NULL || d->positions == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < d->positions_count; i++) d->positions[i] = l->world->positions[i];
    d->shown_count = l->count < ask->n ? l->count : ask->n;
    d->shown = ZH_TAKE(l->arena, zh_shown, d->shown_count);
    return d->shown == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_recommend(const zh_recommend_world *world, const zh_recommend_ask *ask, zh_rng *rng, zh_arena *arena,
                    zh_decision *out, zh_reason **reasons)
{
    assert(ask->n >= 1 && ask->n <= ZH_DECISION_ITEMS_MAX);
    assert(ask->cart_count <= ZH_DECISION_ASKED_MAX && ask->exclude_count <= ZH_DECISION_ASKED_MAX);
    list *l = ZH_TAKE(arena, list, 1);
    if (l == NULL) return ZH_NOMEM;
    l->world = world, l->ask = ask, l->arena = arena;
    l->policy = zh_policy_of(world->policy);
    l->personal = zh_permit_allows(ask->permit, ask->customer, ZH_PURPOSE_PERSONALIZE) && knows_something(ask);
    l->now_ms = l->personal ? ask->now_ms : ask->now_ms - ((ask->now_ms % HOUR_MS) + HOUR_MS) % HOUR_MS;
    const bool explores = l->personal && l->policy.epsilon_micro > 0;
    l->want = ask->n + (explores ? ZH_RECOMMEND_POOL_MAX - 1 : 0);
    zh_err e = hide(l);
    if (e == ZH_OK) e = find_tired(l);
    if (e == ZH_OK) e = fill_list(l);
    if (e == ZH_OK) e = fill_decision(l, out);
    if (e != ZH_OK) return e;
    *reasons = ask->explain ? ZH_TAKE(arena, zh_reason, out->shown_count) : NULL;
    if (ask->explain && *reasons == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < out->shown_count && e == ZH_OK; i++) {
        uint32_t propensity_micro = ZH_DECISION_MICRO, from = i;
        if (explores && i == ask->n - 1 && l->count > ask->n) {
            out->seed = rng->seed;
            from = draw_last(l, ask->n, rng, &propensity_micro);
        }
        e = show(l, &l->picks[from], propensity_micro, from != i, &out->shown[i], ask->explain ? &(*reasons)[i] : NULL);
    }
    return e;
}
