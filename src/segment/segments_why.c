/* Why is somebody in a segment, or not: the events that a clause looks at. */
#include "segment/segments.h"

static bool line_is(const zh_look *look, zh_fact fact, const zh_wake *wake)
{
    for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
        const uint32_t number = wake->field == ZH_WAKE_ITEM ? line.item : wake->field == ZH_WAKE_CATEGORY ? line.category : line.brand;
        if (zh_sv_equal(zh_terms_text(look->terms, number), wake->text)) return true;
    }
    return false;
}

static bool is_looked_at(const zh_segment_clause *clause, const zh_look *look, const zh_fact *fact)
{
    for (uint32_t i = 0; i < clause->wakes_count; i++) {
        const zh_wake *wake = &clause->wakes[i];
        if (wake->kind != ZH_WAKE_EVENT || (wake->name.size > 0 && !zh_sv_equal(zh_terms_text(look->terms, fact->name), wake->name))) continue;
        if (wake->field == ZH_WAKE_ANY_LINE || line_is(look, *fact, wake)) return true;
    }
    return false;
}

size_t zh_segment_evidence(const zh_segment_clause *clause, const zh_look *look, zh_fact *out, size_t most)
{
    size_t count = 0;
    if (look->state == NULL) return 0;
    zh_facts facts = zh_customer_facts(look->state);
    const int64_t since_ms = clause->condition.window_ms > look->now_ms ? INT64_MIN : look->now_ms - clause->condition.window_ms;
    for (zh_fact fact; count < most && zh_facts_next(&facts, &fact) && fact.time_ms > since_ms;)
        if (is_looked_at(clause, look, &fact)) out[count++] = fact;
    return count;
}
