#include "measure/touches.h"

/* Did the customer do it himself, there and then? */
static bool is_presence(const zh_fact *fact)
{
    if (fact->type == ZH_EVENT_PAGE || fact->type == ZH_EVENT_SCREEN) return true;
    switch (fact->act) {
    case ZH_ACT_VIEW:
    case ZH_ACT_CLICK:
    case ZH_ACT_LIST_VIEW:
    case ZH_ACT_SEARCH:
    case ZH_ACT_ADD:
    case ZH_ACT_REMOVE:
    case ZH_ACT_CART_VIEW:
    case ZH_ACT_CHECKOUT:
    case ZH_ACT_PROMOTION:
    case ZH_ACT_WISH: return true;
    default: return false;
    }
}

/* A visit from its newest event to its oldest; touches are written newest first. */
typedef struct visit {
    uint32_t begins;    /* of its touches in the list */
    int64_t oldest_ms;
    bool was_there;
    int64_t there_ms;   /* the oldest event of his own */
} visit;

static uint32_t close_visit(const visit *v, zh_touch_point *out, uint32_t count)
{
    if (count > v->begins || !v->was_there) return count;
    out[count] = (zh_touch_point){ v->there_ms, ZH_TOUCH_DIRECT };
    return count + 1;
}

uint32_t zh_touches_of(const zh_customer_state *state, int64_t to_ms, zh_touch_point out[ZH_TOUCHES_MAX])
{
    uint32_t count = 0;
    visit v = { 0 };
    bool any = false;
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) {
        if (fact.time_ms >= to_ms) continue;
        if (any && (uint64_t)v.oldest_ms - (uint64_t)fact.time_ms >= ZH_PROFILE_SITTING_MS) {
            count = close_visit(&v, out, count);
            v = (visit){ .begins = count };
        }
        any = true;
        v.oldest_ms = fact.time_ms;
        if (is_presence(&fact)) v.was_there = true, v.there_ms = fact.time_ms;
        const uint32_t channel = zh_fact_origin(&fact);
        if (channel == 0) continue;
        if (count > v.begins && out[count - 1].channel == channel) out[count - 1].time_ms = fact.time_ms; /* the oldest of a run */
        else out[count++] = (zh_touch_point){ fact.time_ms, channel };
    }
    count = close_visit(&v, out, count);
    for (uint32_t i = 0; i < count / 2; i++) {
        const zh_touch_point kept = out[i];
        out[i] = out[count - 1 - i];
        out[count - 1 - i] = kept;
    }
    return count;
}
