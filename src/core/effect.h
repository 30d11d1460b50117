/* effect.h -- what one record changed in a customer, as integer steps for the views across customers.
 *
 * Only the customer's own fold knows that this is the customer's first purchase of an item, or
 * that two items were viewed in one sitting. It writes that down as steps; counts across
 * customers (model/cocount, model/popularity, model/sequel) add them up. Steps are +1 or -1 (a merge of two
 * customers takes back what both had counted; an order in time counts 2, or 1 each way), so their order never matters.
 */
#ifndef ZH_CORE_EFFECT_H
#define ZH_CORE_EFFECT_H
#include "base/arena.h"
#include "base/err.h"
#include "core/event.h"

typedef enum zh_step_kind {
    ZH_STEP_BUYER = 1,  /* item a has one more (fewer) customer who bought it */
    ZH_STEP_BOTH,       /* items a and b, a != b: one more customer bought both */
    ZH_STEP_VIEWER,     /* item a has one more customer who viewed it */
    ZH_STEP_SEEN_BOTH,  /* items a and b, a != b: viewed by one customer within 30 minutes */
    ZH_STEP_AFTER,      /* items a and b, a != b, in this order: what b bought after a weighs, by more or less */
    ZH_STEP_GAP,        /* item a has one more customer whose two newest purchases of it lie b.number days apart */
} zh_step_kind;

typedef struct zh_step {
    zh_step_kind kind;
    int32_t by;          /* +1 or -1; of AFTER -4 .. +4, not 0 */
    zh_item_id a, b;     /* b: 0 where the kind has one item */
} zh_step;

typedef struct zh_effects {
    zh_step *steps;      /* in the arena */
    size_t count, cap_;
    zh_arena *arena;     /* borrowed; valid until its reset */
} zh_effects;

static inline zh_effects zh_effects_open(zh_arena *arena)
{
    return (zh_effects){ .arena = arena };
}

/* Room for at least `more` steps behind those there. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_effects_reserve(zh_effects *effects, size_t more);

/* Errors: ZH_NOMEM. Inline: a buyer of many items emits a step for each. */
ZH_MUST static inline zh_err zh_effects_add(zh_effects *effects, zh_step step)
{
    if (effects->count == effects->cap_) {
        const zh_err e = zh_effects_reserve(effects, 1);
        if (e != ZH_OK) return e;
    }
    effects->steps[effects->count++] = step;
    return ZH_OK;
}

#endif
