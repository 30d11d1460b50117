/* placement.h -- the slots of a shop that ask for items, and what each of them does.
 *
 *     placement     strategy     first                                    then, until full
 *     home          personal     what the customer bought and looked at   categories liked, popular, trending, new
 *     product_page  complement   bought together + viewed together        same category, popular, trending, new
 *     cart          basket       bought together with the cart's items    popular, trending, new
 *     search_empty  trending     trending                                 popular, new
 *     order_done    after_order  bought together with the last order      popular, trending, new
 *     substitutes   substitute   looked at beside it, of its kind and price  same category, popular, new
 *     recently_seen recently_seen  looked at last and not bought          popular, trending, new
 *     complements   complement   of other kinds, bought after its kind       context, popular, new
 *     accessories   after_order  of other kinds, bought after the last order's  last order, popular, new
 *     buy_again     repeat_due   bought again by people, and due               history, liked, popular, new
 *
 * A non-personal answer leaves out what needs the customer: on home, cart and order_done the
 * first stage is empty and the rest fills the list.
 *
 * These are built in. A shop may define its own, or another in the place of one of these: placements.h.
 */
#ifndef ZH_DECIDE_PLACEMENT_H
#define ZH_DECIDE_PLACEMENT_H
#include "core/decision.h"

/* One source of candidates, by the name a definition says. A new one goes to the end of the list. */
#define ZH_STAGE_LIST(X)                                                                  \
    X(HISTORY,    "history")    /* sums over bought and touched items */                  \
    X(CONTEXT,    "context")    /* complements and look-alikes of the context item */     \
    X(CART,       "cart")       /* sums over the cart */                                  \
    X(LAST_ORDER, "last_order") /* sums over the last order */                            \
    X(TASTE,      "taste")      /* popular in the categories the history is in */         \
    X(CATEGORY,   "category")   /* popular in the context item's category */              \
    X(POPULAR,    "popular")                                                              \
    X(TRENDING,   "trending")                                                             \
    X(NEW,        "new")        /* any sellable item, the newest first */                 \
    X(SUBSTITUTE, "substitute") /* of the context item's category and price: looked at beside it */ \
    X(RECENT,     "recently_seen") /* what the customer looked at last and did not buy */ \
    X(COMPLEMENT, "complement") /* of other kinds, bought after the context item's kind */ \
    X(CART_COMPLEMENT, "cart_complement") /* the same for the cart, of none of its kinds */ \
    X(ACCESSORY,  "accessory")  /* the same for the last order */                         \
    X(REPEAT,     "repeat_due") /* what the customer buys again and again, when it is due */
typedef enum zh_stage {
    ZH_STAGE_END,
#define X(name, text) ZH_STAGE_##name,
    ZH_STAGE_LIST(X)
#undef X
} zh_stage;
#define X(name, text) +1
enum { ZH_STAGES = 1 ZH_STAGE_LIST(X) };
#undef X
#define ZH_PLACEMENT_STAGES_MAX 6

typedef struct zh_dials { /* how a list is made of its candidates (rerank.h); all 0: by score alone */
    double diversity;     /* 0..1 */
    double popularity;    /* -1..1; above 0: what many buy */
    double calibration;   /* 0..1 */
    double margin;        /* 0..1 */
} zh_dials;

struct zh_rules;
typedef struct zh_placement {
    zh_sv name;
    zh_strategy strategy;
    zh_stage stages[ZH_PLACEMENT_STAGES_MAX]; /* ends with ZH_STAGE_END */
    int32_t hide_bought_days; /* bought within so many days: not shown; 0: shown; ZH_HIDE_ALWAYS */
    const char *title_en, *title_zh; /* for the console */
    const struct zh_rules *rules;    /* rules.h; NULL: none */
    zh_dials dials;
    uint32_t explore_micro;   /* chance that a slot is drawn, where no experiment says one */
    uint32_t explore_slots;   /* so many last ones; 0 as 1 */
    double explore_temperature; /* drawn by place: e times rarer for so many places further behind; 0: evenly */
    bool is_public;           /* a write key may read it */
    uint64_t hash;            /* of the definition; 0: built in */
} zh_placement;
#define ZH_HIDE_ALWAYS INT32_MAX

/* The placements every workspace starts with. zh_placement_find: NULL where there is none. */
size_t zh_placement_count(void);
const zh_placement *zh_placement_at(size_t index);
const zh_placement *zh_placement_find(zh_sv name);

const char *zh_stage_text(zh_stage stage);
bool zh_stage_of(zh_sv text, zh_stage *out);       /* false: there is none of this name */
bool zh_strategy_of(zh_sv text, zh_strategy *out);
/* The stages of a strategy where a definition says none; ends with ZH_STAGE_END. */
const zh_stage *zh_strategy_stages(zh_strategy strategy);

#endif
