/* What is due again: goods that people buy again, by how long those last whom one knows.
 *
 *     symbol  is                                                                          here
 *     g_u     days between the customer's two newest purchases of the category
 *     G       gaps of the item, and K of its category's for it (model/sequel.h)           gaps_of
 *     g       (g_u + 2 median G) / 3, or the median of G without g_u                      usual_days
 *     w       half the distance of the quarters of G, at least g / 4 and 2 days           slack_days
 *     r       share of the category's buyers who bought of it again
 *     age     days since the customer's newest purchase of the category
 *
 *     value = 1e6 r f,   f = 1 - (g - age) / w before the day it is due, 1 - (age - g) / (2 g) after it
 *
 * where f > 0. Due is the item of the category that was bought last; others of his of that category stand below it. A
 * category with less than REPEATERS_LEAST gaps, or of which fewer than SHARE_LEAST of its buyers bought again, is never due: phones last.
 */
#include "decide/recommend_inside.h"

#define K 8.0                /* a category's gaps count like eight of the item's own */
#define REPEATERS_LEAST 5
#define SHARE_LEAST 0.15     /* of buyers of an item who bought the same again */
#define SLACK_DAYS_LEAST 2.0
#define SECOND_PART 2        /* his other items of a category that is due keep a half */

static uint16_t today_of(const zh_list *l) { return (uint16_t)(l->now_ms / ZH_DAY_MS); }

static const zh_item *item_of(const zh_list *l, const zh_bought *b)
{
    const zh_item *item = b->times > 0 && b->days[0] > 0 ? zh_catalog_get(l->world->catalog, b->item) : NULL;
    return item != NULL && item->category_hash != 0 ? item : NULL;
}

static void add_day(uint16_t days[2], uint16_t day)
{
    if (day <= days[1] || day == days[0]) return;
    days[1] = day > days[0] ? days[0] : day;
    if (day > days[0]) days[0] = day;
}

/* Of all he bought, by category; the newest item of each, of one day the one with the smaller number. */
static void find_habits(zh_list *l)
{
    zh_habit *habits = l->habits;
    const zh_history *h = l->ask->history;
    uint32_t count = 0;
    for (uint32_t i = 0; i < h->bought_count; i++) {
        const zh_bought *b = &h->bought[i];
        const zh_item *item = item_of(l, b);
        uint32_t at = 0;
        if (item == NULL) continue;
        while (at < count && habits[at].kind != item->category_hash) at++;
        if (at == ZH_REPEAT_KINDS_MAX) continue;
        if (at == count) habits[count++] = (zh_habit){ .kind = item->category_hash };
        if (b->days[0] > habits[at].days[0]) habits[at].newest = b->item;
        for (int d = 0; d < 2; d++) add_day(habits[at].days, b->days[d]);
    }
    l->habits_count = count;
}

static const zh_habit *habit_of(const zh_list *l, const zh_item *item)
{
    for (uint32_t i = 0; item != NULL && i < l->habits_count; i++)
        if (l->habits[i].kind == item->category_hash) return &l->habits[i];
    return NULL;
}

/* In 1/1000, so that the item's own weigh beside a part of the category's. */
static void gaps_of(const zh_sequel *s, zh_item_id item, uint64_t kind, int64_t out[ZH_SEQUEL_GAPS])
{
    int64_t own[ZH_SEQUEL_GAPS], all[ZH_SEQUEL_GAPS], sum = 0;
    (void)zh_sequel_gaps(s, item, own);
    (void)zh_sequel_kind_gaps(s, kind, all);
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) sum += all[g];
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++)
        out[g] = 1000 * own[g] + (int64_t)(1000 * (double)all[g] * (sum > 0 ? (K < (double)sum ? K / (double)sum : 1) : 0));
}

/* The share of those who buy of the category again; 0: too few, or too few are known. */
static double share_of(const zh_sequel *s, uint64_t kind)
{
    int64_t gaps[ZH_SEQUEL_GAPS], sum = 0;
    const double buyers = (double)zh_sequel_kind_buyers(s, kind);
    (void)zh_sequel_kind_gaps(s, kind, gaps);
    for (uint32_t g = 0; g < ZH_SEQUEL_GAPS; g++) sum += gaps[g];
    if (sum < REPEATERS_LEAST || buyers <= 0 || (double)sum < SHARE_LEAST * buyers) return 0;
    return (double)sum < buyers ? (double)sum / buyers : 1;
}

zh_repeat zh_recommend_repeat(const zh_sequel *s, zh_item_id item, const zh_habit *habit, uint16_t today)
{
    zh_repeat out = { 0 };
    int64_t gaps[ZH_SEQUEL_GAPS];
    const double share = share_of(s, habit->kind);
    if (share == 0 || today < habit->days[0]) return out;
    gaps_of(s, item, habit->kind, gaps);
    const double median = zh_sequel_gap_share(gaps, .5), quarters = zh_sequel_gap_share(gaps, .75) - zh_sequel_gap_share(gaps, .25);
    const double usual = habit->days[1] > 0 ? (habit->days[0] - habit->days[1] + 2 * median) / 3 : median, age = today - habit->days[0];
    double slack = quarters / 2 > usual / 4 ? quarters / 2 : usual / 4;
    if (slack < SLACK_DAYS_LEAST) slack = SLACK_DAYS_LEAST;
    const double f = age < usual ? 1 - (usual - age) / slack : 1 - (age - usual) / (2 * usual);
    out.days_usual = (uint32_t)(usual + .5);
    out.value_micro = f > 0 ? (int64_t)(ZH_DECISION_MICRO * share * f) : 0;
    return out;
}

zh_err zh_recommend_repeats(zh_list *l)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    if (h == NULL || l->world->sequel == NULL) return ZH_OK;
    if ((l->habits = ZH_TAKE(l->arena, zh_habit, ZH_REPEAT_KINDS_MAX)) == NULL) return ZH_NOMEM;
    find_habits(l);
    zh_filler f;
    zh_recommend_fill_begin(l, &f, ZH_STAGE_REPEAT);
    for (uint32_t i = 0; i < h->bought_count; i++) {
        const zh_bought *b = &h->bought[i];
        const zh_habit *habit = habit_of(l, item_of(l, b));
        if (habit == NULL) continue;
        int64_t value = zh_recommend_repeat(l->world->sequel, b->item, habit, today_of(l)).value_micro;
        if (habit->newest.number != b->item.number) value /= SECOND_PART;
        if (value > 0) (void)zh_recommend_fill_offer(l, &f, b->item, value, 0);
    }
    zh_recommend_fill_end(l, &f, NULL);
    return ZH_OK;
}

void zh_recommend_repeats_explain(const zh_list *l, const zh_pick *p, zh_reason *out)
{
    const zh_bought *b = zh_recommend_bought(l->ask->history, p->item->id);
    out->code = ZH_REASON_REPEAT_DUE;
    out->days_ago = (uint32_t)(today_of(l) - b->days[0]);
    out->days_usual = zh_recommend_repeat(l->world->sequel, p->item->id, habit_of(l, p->item), today_of(l)).days_usual;
    out->evidence[0] = (zh_evidence){ p->item->id, p->item->text, ZH_ACT_ORDER, b->last_ms, p->score_micro };
    out->evidence_count = 1;
}
