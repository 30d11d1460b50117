/* What the customer refused (profile/feedback.h), as a list must mind it.
 *
 *     block, or not interested, in this item        not shown
 *     block of its brand or category                not shown
 *     not interested in its brand or category       shown where nothing else is left
 *     it is like an item he is not interested in    the same
 *
 * Like it is what has its group (the variants of one product), its category and brand both, or what customers buy and view with it:
 *
 *     likeness(i, j) = sim_bought(i, j) + sim_viewed(i, j)  >= ALIKE_MICRO / 1e6   for one refused i
 *
 * with the similarities that make lists. Not their sum over what was refused: chance adds up, and ten refused items would be
 * like everything. It is a threshold and not a subtraction, so the shares that explain a score stay what they are. What is like something
 * refused is held back rather than given a small part of its score: a stage with few candidates shows all it has, and a damped
 * item would stand there as before.
 */
#include "decide/recommend_inside.h"

#define ALIKE_MICRO 100000 /* one customer who bought both, of items that nobody else bought, is .09: chance */
#define ALIKE_MAX 32       /* items whose likeness is asked: the newest; each costs a walk over its row of counts, and two looks a candidate */
#define GROUP_KEY "\"group\":\""

bool zh_recommend_refuses(const zh_history *h)
{
    for (uint32_t i = 0; i < h->words_count; i++)
        if (!h->words[i].is_undone) return true;
    return false;
}

/* The member `group` of an item's attributes as it is written there, from its key to the end of its text; empty: none. */
static zh_sv group_of(const zh_item *item)
{
    const zh_sv all = item->attributes;
    const char *begin = all.size == 0 ? NULL : memmem(all.data, all.size, GROUP_KEY, sizeof GROUP_KEY - 1);
    if (begin == NULL) return (zh_sv){ 0 };
    const zh_sv rest = zh_sv_part(all, (size_t)(begin - all.data), SIZE_MAX);
    const char *end = memchr(rest.data + sizeof GROUP_KEY - 1, '"', rest.size - (sizeof GROUP_KEY - 1));
    return end == NULL ? (zh_sv){ 0 } : zh_sv_part(rest, 0, (size_t)(end - rest.data) + 1);
}

static bool is_dislike(const zh_feedback_word *w)
{
    return w->kind == ZH_FEEDBACK_NOT_INTERESTED && w->scope == ZH_FEEDBACK_ITEM && !w->is_undone;
}

/* The time of the ALIKE_MAX newest dislikes of items is at least this. */
static int64_t oldest_asked(const zh_refusals *r, uint32_t dislikes, int64_t *times)
{
    uint32_t count = 0;
    if (dislikes <= ALIKE_MAX) return INT64_MIN;
    for (uint32_t i = 0; i < r->words_count; i++) {
        if (!is_dislike(&r->words[i])) continue;
        uint32_t at = count < ALIKE_MAX ? count++ : ALIKE_MAX;
        for (; at > 0 && times[at - 1] < r->words[i].at_ms; at--) times[at] = times[at - 1];
        times[at] = r->words[i].at_ms; /* sorted, the newest first; the last place is spare */
    }
    return times[ALIKE_MAX - 1];
}

static void add_alike(zh_list *l, const zh_feedback_word *w)
{
    zh_refusals *r = &l->refusals;
    const zh_item_id id = { w->target };
    uint32_t index;
    if (zh_cocount_index(l->world->cocount, id, &index)) {
        r->counted[r->counted_count++] = index;
    }
    const zh_item *item = zh_catalog_get(l->world->catalog, id);
    if (item == NULL) return;
    const zh_alike alike = { item->brand.size > 0 ? item->category_hash : 0, item->brand, group_of(item) };
    if (alike.category_hash != 0 || alike.group.size > 0) r->alike[r->alike_count++] = alike;
}

static zh_err sum_likeness(zh_list *l)
{
    zh_refusals *r = &l->refusals;
    const zh_cocount *c = l->world->cocount;
    uint64_t most = 0;
    for (uint32_t i = 0; i < r->counted_count; i++)
        for (int kind = 0; kind < ZH_COCOUNT_KINDS; kind++) most += zh_cocount_reach(c, (zh_cocount_kind)kind, zh_cocount_item(c, r->counted[i]));
    const zh_err e = zh_board_open(&r->likeness, zh_cocount_width(c), most, l->arena);
    for (uint32_t i = 0; i < r->counted_count && e == ZH_OK; i++)
        for (int kind = 0; kind < ZH_COCOUNT_KINDS; kind++) zh_cocount_spread(c, (zh_cocount_kind)kind, zh_cocount_item(c, r->counted[i]), 1, l->policy.shrink, &r->likeness);
    return e;
}

zh_err zh_recommend_refusals_open(zh_list *l)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    zh_refusals *r = &l->refusals;
    int64_t times[ALIKE_MAX + 1];
    if (h == NULL || !zh_recommend_refuses(h)) return ZH_OK;
    r->words = h->words, r->words_count = h->words_count;
    uint32_t dislikes = 0, asked = 0;
    for (uint32_t i = 0; i < r->words_count; i++) dislikes += is_dislike(&r->words[i]);
    if (dislikes == 0) return ZH_OK;
    r->alike = ZH_TAKE(l->arena, zh_alike, ALIKE_MAX);
    r->counted = ZH_TAKE(l->arena, uint32_t, ALIKE_MAX);
    if (r->alike == NULL || r->counted == NULL) return ZH_NOMEM;
    const int64_t from_ms = oldest_asked(r, dislikes, times);
    for (uint32_t i = 0; i < r->words_count && asked < ALIKE_MAX; i++) {
        if (!is_dislike(&r->words[i]) || r->words[i].at_ms < from_ms) continue;
        add_alike(l, &r->words[i]);
        asked++;
    }
    return sum_likeness(l);
}

static bool says(const zh_refusals *r, zh_feedback_kind kind, zh_feedback_scope scope, uint64_t target)
{
    const zh_feedback_word *w = zh_feedback_find(r->words, r->words_count, kind, scope, target);
    return w != NULL && !w->is_undone;
}

static bool says_of_names(const zh_refusals *r, zh_feedback_kind kind, const zh_item *item)
{
    return (item->category_hash != 0 && says(r, kind, ZH_FEEDBACK_CATEGORY, item->category_hash)) ||
           (item->brand.size > 0 && says(r, kind, ZH_FEEDBACK_BRAND, zh_fast64(item->brand)));
}

bool zh_recommend_refused(const zh_list *l, const zh_item *item)
{
    const zh_refusals *r = &l->refusals;
    return r->words_count > 0 && (says(r, ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, item->id.number) || says_of_names(r, ZH_FEEDBACK_BLOCK, item) ||
                                  says(r, ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, item->id.number));
}

/* Where the sum is below, no part of it is above. */
static bool is_bought_with(const zh_list *l, zh_item_id item)
{
    const zh_refusals *r = &l->refusals;
    const zh_cocount *c = l->world->cocount;
    uint32_t index;
    if (r->counted_count == 0 || !zh_cocount_index(c, item, &index) || zh_board_get(&r->likeness, index) < ALIKE_MICRO) return false;
    for (uint32_t i = 0; i < r->counted_count; i++)
        if (r->counted[i] != index && zh_cocount_share_at(c, ZH_COCOUNT_BOUGHT, r->counted[i], index, 1, l->policy.shrink) +
                                      zh_cocount_share_at(c, ZH_COCOUNT_VIEWED, r->counted[i], index, 1, l->policy.shrink) >= ALIKE_MICRO) return true;
    return false;
}

bool zh_recommend_is_like_refused(const zh_list *l, const zh_item *item)
{
    const zh_refusals *r = &l->refusals;
    if (r->words_count == 0) return false;
    if (says_of_names(r, ZH_FEEDBACK_NOT_INTERESTED, item)) return true;
    if (is_bought_with(l, item->id)) return true;
    for (uint32_t i = 0; i < r->alike_count; i++) {
        const zh_alike *a = &r->alike[i];
        if (a->category_hash != 0 && a->category_hash == item->category_hash && zh_sv_equal(a->brand, item->brand)) return true;
        if (a->group.size > 0 && item->attributes.size > 0 && memmem(item->attributes.data, item->attributes.size, a->group.data, a->group.size) != NULL) return true;
    }
    return false;
}

void zh_recommend_drop_refused(const zh_list *l, zh_recommend_sources *s)
{
    uint32_t kept = 0;
    if (l->refusals.words_count == 0) return;
    for (uint32_t i = 0; i < s->count; i++) {
        const zh_item *item = zh_catalog_get(l->world->catalog, s->list[i].item);
        const bool refused = item != NULL && (zh_recommend_refused(l, item) || says_of_names(&l->refusals, ZH_FEEDBACK_NOT_INTERESTED, item));
        if (!refused) s->list[kept++] = s->list[i];
    }
    s->count = kept;
}
