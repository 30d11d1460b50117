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
 */
#ifndef ZH_DECIDE_PLACEMENT_H
#define ZH_DECIDE_PLACEMENT_H
#include "core/decision.h"

typedef enum zh_stage { /* one source of candidates */
    ZH_STAGE_END,
    ZH_STAGE_HISTORY,     /* sums over bought and touched items */
    ZH_STAGE_CONTEXT,     /* complements and look-alikes of the context item */
    ZH_STAGE_CART,        /* sums over the cart */
    ZH_STAGE_LAST_ORDER,  /* sums over the last order */
    ZH_STAGE_TASTE,       /* popular in the categories the history is in */
    ZH_STAGE_CATEGORY,    /* popular in the context item's category */
    ZH_STAGE_POPULAR,
    ZH_STAGE_TRENDING,
    ZH_STAGE_NEW,         /* any sellable item, the newest first */
    ZH_STAGE_SUBSTITUTE,  /* of the context item's category and price: looked at beside it */
    ZH_STAGE_RECENT,      /* what the customer looked at last and did not buy */
    ZH_STAGE_COMPLEMENT,  /* of other kinds, bought after the context item's kind */
    ZH_STAGE_CART_COMPLEMENT, /* the same for the cart, of none of its kinds */
    ZH_STAGE_ACCESSORY,   /* the same for the last order */
    ZH_STAGE_REPEAT,      /* what the customer buys again and again, when it is due */
} zh_stage;
#define ZH_PLACEMENT_STAGES_MAX 6

typedef struct zh_placement {
    zh_sv name;
    zh_strategy strategy;
    zh_stage stages[ZH_PLACEMENT_STAGES_MAX]; /* ends with ZH_STAGE_END */
    int32_t hide_bought_days; /* bought within so many days: not shown; 0: shown; ZH_HIDE_ALWAYS */
    const char *title_en, *title_zh; /* for the console */
} zh_placement;
#define ZH_HIDE_ALWAYS INT32_MAX

/* The placements every workspace starts with. zh_placement_find: NULL where there is none. */
size_t zh_placement_count(void);
const zh_placement *zh_placement_at(size_t index);
const zh_placement *zh_placement_find(zh_sv name);

#endif
