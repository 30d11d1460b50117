/* For whom a plan need not be asked: an event that it wants cannot be there. Only what must be there is looked at: its name and window, and which item, category
 * or brand its lines must say. */
#include "segment/plan_inside.h"

typedef struct sifting {
    const zh_plan *plan;
    const zh_stamps *stamps;
    int64_t now_ms;
} sifting;

static const zh_stamp_kind kinds[] = { [ZH_PLAN_ITEM] = ZH_STAMP_ITEM, [ZH_PLAN_CATEGORY] = ZH_STAMP_CATEGORY, [ZH_PLAN_BRAND] = ZH_STAMP_BRAND };

/* Texts that are equal to a field, or one of its list: any of them. */
static bool any_text(const sifting *s, const zh_filter *f, uint32_t name, uint16_t day)
{
    const zh_plan_term *terms = s->plan->terms + f->term;
    for (uint32_t i = 0; i < f->count; i++)
        if (terms[i].number != 0 && zh_stamps_may(s->stamps, zh_stamp_slot(name, kinds[f->field], terms[i].number), day)) return true;
    return false;
}

static bool filter_may(const sifting *s, const zh_filter *f, uint32_t name, uint16_t day)
{
    switch (f->kind) {
    case ZH_FILTER_TEXT: return f->op == ZH_CEL_OP_NE || any_text(s, f, name, day);
    case ZH_FILTER_PRODUCTS: return filter_may(s, f->args[0], name, day);
    case ZH_FILTER_AND:
        for (uint32_t i = 0; i < f->count; i++)
            if (!filter_may(s, f->args[i], name, day)) return false;
        return true;
    case ZH_FILTER_OR:
        for (uint32_t i = 0; i < f->count; i++)
            if (filter_may(s, f->args[i], name, day)) return true;
        return false;
    default: return true;
    }
}

static bool events_may(const sifting *s, const zh_plan_node *n)
{
    const uint32_t name = n->any_name ? 0 : s->plan->terms[n->term].number;
    const bool all = !n->has_window || n->window_ms > s->now_ms;
    const uint16_t day = all ? 0 : zh_stamp_day(s->now_ms - n->window_ms);
    if (n->any_name) return zh_stamps_reach(s->stamps, day);
    if (name == 0 || !zh_stamps_may(s->stamps, zh_stamp_slot(name, ZH_STAMP_NAME, 0), day)) return false;
    for (uint32_t i = 0; i < n->count; i++)
        if (n->stages[i].filter != NULL && !filter_may(s, n->stages[i].filter, name, day)) return false;
    return true;
}

/* Is the answer no where there is no such event? */
static bool wants_events(const zh_plan_node *n)
{
    switch (n->kind) {
    case ZH_PLAN_DID: return true;
    case ZH_PLAN_COUNT: return (n->op == ZH_CEL_OP_GT && n->whole >= 0) || ((n->op == ZH_CEL_OP_GE || n->op == ZH_CEL_OP_EQ) && n->whole > 0);
    case ZH_PLAN_SUM: return (n->op == ZH_CEL_OP_GT && n->number >= 0) || (n->op == ZH_CEL_OP_GE && n->number > 0);
    default: return false;
    }
}

static bool node_may(const sifting *s, const zh_plan_node *n)
{
    if (wants_events(n)) return events_may(s, n);
    if (n->kind != ZH_PLAN_AND && n->kind != ZH_PLAN_OR) return true;
    for (uint32_t i = 0; i < n->count; i++) {
        const bool may = node_may(s, n->args[i]);
        if (may == (n->kind == ZH_PLAN_OR)) return may;
    }
    return n->kind == ZH_PLAN_AND;
}

bool zh_plan_may(const zh_plan *plan, const zh_stamps *stamps, int64_t now_ms)
{
    const sifting s = { plan, stamps, now_ms };
    return plan->has_machine || node_may(&s, plan->root); /* a machine's leaf may be too much, which is no answer, whatever the others say */
}
