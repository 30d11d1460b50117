/* baskets.h -- what is bought together: the orders of a span as baskets, frequent sets of their items and rules (measure/itemsets.h).
 *
 * A basket is the items of an order that stands, each once: those of the statement that stands, at most ZH_PROFILE_STATED_MAX; of an order that came as
 * single lines, those with the time of its first line. The order belongs to the moment of its oldest event. Orders without a known item are no baskets.
 *
 * Cost        a walk over all customers, then that of itemsets.h. 4 bytes an item of an order, for as long as it takes.
 * Threads     any; the world's read lock is held for ZH_CROWD_STEP customers at a time.
 */
#ifndef ZH_ENGINE_BASKETS_H
#define ZH_ENGINE_BASKETS_H
#include "engine/crowd.h"
#include "engine/engine.h"
#include "measure/itemsets.h"

#define ZH_BASKETS_CELLS_MAX ((size_t)1 << 26) /* items of all orders */
#define ZH_BASKETS_SETS_MAX ((size_t)1 << 20)  /* frequent sets that are looked through */
#define ZH_BASKETS_LENGTH_MAX 10               /* items of one */
#define ZH_BASKETS_LIST_MAX 500                /* sets and rules of one answer */

typedef enum zh_baskets_sort { ZH_BASKETS_LIFT, ZH_BASKETS_CONFIDENCE, ZH_BASKETS_SUPPORT, ZH_BASKETS_LEVERAGE, ZH_BASKETS_CONVICTION } zh_baskets_sort;

typedef struct zh_baskets_ask {
    int64_t from_ms, to_ms;
    zh_sv segment;            /* of its members alone; empty: of all */
    uint64_t min_count;       /* 0: by min_support, at least 2 */
    double min_support, min_confidence;
    uint32_t length_max, list;
    zh_baskets_sort sort;
    zh_item_id open_items[ZH_BASKETS_LENGTH_MAX]; /* who has an order with all of them */
    uint32_t open_count;
    zh_crowd_names open;      /* most 0: nobody */
} zh_baskets_ask;

typedef struct zh_basket_item { zh_sv text, title; } zh_basket_item; /* in the arena; title empty: none */
typedef struct zh_basket_set {
    zh_basket_item *items;    /* [count]; of a rule the last one is its right side */
    uint32_t count;
    uint64_t orders;
    double support, confidence, lift, leverage, conviction; /* conviction: INFINITY where the confidence is 1 */
} zh_basket_set;

typedef struct zh_baskets_answer {
    uint64_t customers, orders, items, cells, min_count; /* customers: with a basket */
    size_t sets_found, rules_found; /* sets of two items and more */
    zh_basket_set *sets, *rules;    /* in the arena; sets by their orders, rules as asked */
    size_t sets_count, rules_count;
    zh_crowd_names open;
    int64_t took_us;
} zh_baskets_answer;

/* Errors: ZH_ABSENT no such segment, ZH_FULL too many cells or sets, ZH_NOMEM. */
ZH_MUST zh_err zh_engine_baskets(zh_engine *engine, const zh_baskets_ask *ask, zh_arena *arena, zh_baskets_answer *out);

#endif
