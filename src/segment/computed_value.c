/* What a computed trait is of one customer: one walk over the events that count, newest first. */
#include "segment/computed.h"

#include <stdio.h>

typedef struct seen { uint32_t term, times, order; } seen; /* a name: how often, and its place by first sight, newest first */

typedef struct tally {
    const zh_computed *computed;
    const zh_look *look;
    uint64_t count;
    int64_t sum, least, most;
    int64_t edge;           /* of first and last: the number or the term */
    bool any;
    seen *names;            /* open addressing by term; term 0: free */
    uint32_t names_count, mask;
} tally;

static bool is_number(zh_computed_field field) { return field >= ZH_COMPUTED_OF_VALUE && field <= ZH_COMPUTED_OF_QUANTITY; }

static seen *name_of(tally *t, uint32_t term)
{
    uint32_t at = (term * UINT32_C(2654435761)) & t->mask;
    while (t->names[at].term != 0 && t->names[at].term != term) at = (at + 1) & t->mask;
    return &t->names[at];
}

static void say_number(tally *t, int64_t value)
{
    if (t->count++ == 0) t->least = t->most = value;
    t->sum = (int64_t)((uint64_t)t->sum + (uint64_t)value);
    if (value < t->least) t->least = value;
    if (value > t->most) t->most = value;
}

static void say_name(tally *t, uint32_t term)
{
    seen *name = name_of(t, term);
    if (name->term == 0) *name = (seen){ term, 0, t->names_count++ };
    name->times++;
    t->count++;
}

/* One value, number or term. For first and last that of the first product of an event stands; the oldest event comes last. */
static void say(tally *t, int64_t value, bool *said_here)
{
    const zh_computed_kind kind = t->computed->kind;
    if (kind == ZH_COMPUTED_FIRST || kind == ZH_COMPUTED_LAST) {
        if (!*said_here && (kind == ZH_COMPUTED_FIRST || !t->any)) t->edge = value;
        t->any = true;
    } else if (is_number(t->computed->field)) say_number(t, value);
    else say_name(t, (uint32_t)value);
    *said_here = true;
}

/* Does the event state what is asked for? */
static bool take_event(tally *t, zh_fact fact)
{
    bool said = false;
    switch (t->computed->field) {
    case ZH_COMPUTED_OF_NONE: t->count++; return true;
    case ZH_COMPUTED_OF_VALUE: say(t, zh_fact_value(&fact), &said); return true;
    case ZH_COMPUTED_OF_NAME:
        if (fact.name != 0) say(t, fact.name, &said);
        return said;
    default: break;
    }
    for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
        switch (t->computed->field) {
        case ZH_COMPUTED_OF_PRICE:
            if (line.price_minor >= 0) say(t, line.price_minor, &said);
            break;
        case ZH_COMPUTED_OF_QUANTITY: say(t, line.quantity, &said); break;
        default: {
            const uint32_t term = t->computed->field == ZH_COMPUTED_OF_ITEM ? line.item : t->computed->field == ZH_COMPUTED_OF_CATEGORY ? line.category : line.brand;
            if (term != 0) say(t, term, &said);
        }
        }
    }
    return said;
}

/* ---- what it comes to ---- */

static double shown(const tally *t, double value) { return t->computed->field == ZH_COMPUTED_OF_QUANTITY ? value : value / 100; } /* money has two digits here, as in conditions */

static void set_number(zh_computed_value *out, double number)
{
    out->is = ZH_COMPUTED_NUMBER;
    out->number = number;
}

static void set_name(zh_computed_value *out, const tally *t, uint32_t term)
{
    out->is = ZH_COMPUTED_NAME_IS;
    out->name = zh_terms_text(t->look->terms, term);
}

static uint32_t most_frequent(const tally *t)
{
    seen best = { 0 };
    for (uint32_t i = 0; i <= t->mask; i++) {
        const seen *name = &t->names[i];
        if (name->term != 0 && (best.term == 0 || name->times > best.times || (name->times == best.times && name->order < best.order))) best = *name;
    }
    return best.term;
}

static zh_err list_names(const tally *t, zh_arena *arena, zh_computed_value *out)
{
    out->is = ZH_COMPUTED_NAMES;
    out->names_count = t->names_count < ZH_COMPUTED_LIST_MAX ? t->names_count : ZH_COMPUTED_LIST_MAX;
    if ((out->names = ZH_TAKE(arena, zh_sv, out->names_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i <= t->mask; i++)
        if (t->names[i].term != 0 && t->names[i].order < out->names_count) out->names[t->names[i].order] = zh_terms_text(t->look->terms, t->names[i].term);
    return ZH_OK;
}

static zh_err conclude(const tally *t, zh_arena *arena, zh_computed_value *out)
{
    switch (t->computed->kind) {
    case ZH_COMPUTED_COUNT: set_number(out, (double)t->count); break;
    case ZH_COMPUTED_UNIQUE_COUNT: set_number(out, t->names_count); break;
    case ZH_COMPUTED_UNIQUE_LIST: return list_names(t, arena, out);
    case ZH_COMPUTED_SUM: set_number(out, shown(t, (double)t->sum)); break;
    case ZH_COMPUTED_AVERAGE:
        if (t->count > 0) set_number(out, shown(t, (double)t->sum / (double)t->count));
        break;
    case ZH_COMPUTED_MIN:
        if (t->count > 0) set_number(out, shown(t, (double)t->least));
        break;
    case ZH_COMPUTED_MAX:
        if (t->count > 0) set_number(out, shown(t, (double)t->most));
        break;
    case ZH_COMPUTED_MOST_FREQUENT:
        if (t->names_count > 0) set_name(out, t, most_frequent(t));
        break;
    default:
        if (!t->any) break;
        if (is_number(t->computed->field)) set_number(out, shown(t, (double)t->edge));
        else set_name(out, t, (uint32_t)t->edge);
    }
    return ZH_OK;
}

/* As many names as there may be: one a product, one an event's name. */
static zh_err room_for_names(tally *t, const zh_fact *facts, uint32_t count, zh_arena *arena)
{
    uint64_t most = 1, cap = 8;
    for (uint32_t i = 0; i < count; i++) most += facts[i].lines_count + 1;
    while (cap < 2 * most) cap *= 2;
    t->mask = (uint32_t)cap - 1;
    return (t->names = ZH_TAKE(arena, seen, cap)) == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_computed_ask(const zh_computed *computed, const zh_cel_program *program, const zh_look *look, zh_arena *arena, zh_computed_value *out)
{
    const zh_fact *facts;
    uint32_t count;
    zh_cel_value error;
    *out = (zh_computed_value){ 0 };
    const int64_t since_ms = computed->window_days == 0 ? INT64_MIN : look->now_ms - (int64_t)computed->window_days * 86400000;
    if (!zh_vocabulary_events(program, look, since_ms, arena, &facts, &count, &error)) {
        if (error.code == ZH_CEL_MEMORY) return ZH_NOMEM;
        (void)snprintf(out->failure, sizeof out->failure, "%s", error.text == NULL ? "the condition has no answer" : error.text);
        return ZH_OK;
    }
    tally t = { .computed = computed, .look = look };
    const zh_err e = room_for_names(&t, facts, count, arena);
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        if (!take_event(&t, facts[i])) continue;
        if (out->events++ == 0) out->last_ms = facts[i].time_ms;
    }
    return e != ZH_OK ? e : conclude(&t, arena, out);
}
