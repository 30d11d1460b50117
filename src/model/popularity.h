/* popularity.h -- what many look at and buy, weighted towards today.
 *
 * Each item has integer counts of views, adds and bought lines per UTC day. At day t its score is
 *
 *     score = sum over days d <= t of  (v views_d + a adds_d + b buys_d) decay(t - d)
 *     decay(age) = round(2^20 * 2^(-age / half_life))
 *
 *     symbol   field of zh_popularity_lens         default: popular / trending
 *     v a b    view_weight, add_weight, buy_weight   1 4 16  /  4 4 8
 *     half_life  half_life_days                      30      /  2
 *
 * All of it is integer, so a score can be kept up to date event by event and does not depend on
 * their order. The lists of the current day are kept sorted by fold; another day is computed on ask.
 *
 * Score       an order, not a probability; a new item has 0.
 * Guarantees  any order of the same events gives the same entries; lists go by (score down, item up).
 * Cost        fold ~100 ns a line; top of the current day: a copy; of another day: O(items x days).
 * Clock       zh_popularity_tick() moves the current day; nothing here reads the time.
 * Threads     readers together or one writer (fold, apply, category, tick, load).
 */
#ifndef ZH_MODEL_POPULARITY_H
#define ZH_MODEL_POPULARITY_H
#include "base/arena.h"
#include "base/keep.h"
#include "core/effect.h"

#define ZH_POPULARITY_ITEMS_MAX 2000000u /* default of desc.items_max, as the catalog's */
#define ZH_POPULARITY_TOP_MAX 500u       /* items of a kept list */
#define ZH_POPULARITY_CATEGORY_TOP_MAX 64u    /* items of a category's kept list */
#define ZH_POPULARITY_CATEGORIES_MAX 8192u    /* categories with a kept list; the first in use */
#define ZH_POPULARITY_AGE_MAX 4096       /* days; older ones count nothing */

typedef enum zh_popularity_kind { ZH_POPULAR, ZH_TRENDING, ZH_POPULARITY_KINDS } zh_popularity_kind;

typedef struct zh_popularity_lens {
    int32_t view_weight, add_weight, buy_weight; /* 0..1000 */
    int32_t half_life_days;                      /* 1..365 */
} zh_popularity_lens;

typedef struct zh_popularity zh_popularity; /* opaque */

typedef struct zh_popularity_desc {
    uint32_t items_max;                              /* 0: ZH_POPULARITY_ITEMS_MAX */
    zh_popularity_lens lenses[ZH_POPULARITY_KINDS];  /* half_life_days 0: the default of that kind */
} zh_popularity_desc;

ZH_MUST zh_err zh_popularity_open(zh_popularity **out, const zh_popularity_desc *desc); /* caller closes */
void zh_popularity_close(zh_popularity *popularity);

/* Count the lines of a VIEW, ADD or ORDER; others, and events marked NON_PRODUCT or OUTLIER,
 * change nothing. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_popularity_fold(zh_popularity *popularity, const zh_event *event);
/* Count buyers (ZH_STEP_BUYER); other steps change nothing. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_popularity_apply(zh_popularity *popularity, const zh_step *steps, size_t count);
/* The item's category (zh_item.category_hash; 0: none). Not kept: after a load the engine walks the
 * catalog once. No cost when unchanged. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_popularity_category(zh_popularity *popularity, zh_item_id item, uint64_t category_hash);
/* The current day becomes that of now_ms: O(items x days) when it changes, else nothing.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_popularity_tick(zh_popularity *popularity, int64_t now_ms);

typedef struct zh_popular { zh_item_id item; int64_t score; } zh_popular;

/* The best `limit` items at the day of now_ms, best first, none with score 0; returns how many.
 * limit <= ZH_POPULARITY_TOP_MAX; `scratch` is used for a day that is not the current one
 * (no room there: 0). A copy for the current day. */
size_t zh_popularity_top(const zh_popularity *popularity, zh_popularity_kind kind, int64_t now_ms,
                         zh_arena *scratch, zh_popular *out, size_t limit);
/* The same within a category; limit <= ZH_POPULARITY_CATEGORY_TOP_MAX. */
size_t zh_popularity_top_in(const zh_popularity *popularity, zh_popularity_kind kind, uint64_t category_hash,
                            int64_t now_ms, zh_arena *scratch, zh_popular *out, size_t limit);
/* Score of one item through any lens at the day of now_ms. O(its days). */
int64_t zh_popularity_score(const zh_popularity *popularity, zh_item_id item, int64_t now_ms,
                            const zh_popularity_lens *lens);

typedef struct zh_popularity_counts { int64_t views, adds, buys; } zh_popularity_counts; /* buys: lines */
int64_t zh_popularity_buyers(const zh_popularity *popularity, zh_item_id item);  /* customers, all time */
/* Counts of one item over [from_day, to_day], days since 1970-01-01 UTC. */
zh_popularity_counts zh_popularity_between(const zh_popularity *popularity, zh_item_id item,
                                           int64_t from_day, int64_t to_day);

ZH_MUST zh_err zh_popularity_save(zh_popularity *popularity, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_popularity_load(zh_popularity *popularity, zh_sv key, zh_sv value);
bool zh_popularity_check(const zh_popularity *popularity, const char **why);
size_t zh_popularity_bytes(const zh_popularity *popularity);

#endif
