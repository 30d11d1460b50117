#include "measure/paths.h"

/* The n-th event in the direction of the path. */
static const zh_funnel_event *event_at(const zh_paths_span *span, const zh_funnel_event *events, size_t count, size_t n)
{
    return span->backward ? &events[count - 1 - n] : &events[n];
}

static int64_t apart(const zh_funnel_event *a, const zh_funnel_event *b) { return a->time_ms < b->time_ms ? b->time_ms - a->time_ms : a->time_ms - b->time_ms; }

static bool starts(const zh_paths_span *span, const zh_funnel_event *e)
{
    return (e->steps & ZH_PATH_STARTS) != 0 && e->time_ms >= span->from_ms && e->time_ms < span->to_ms;
}

bool zh_path_next(const zh_paths_span *span, const zh_funnel_event *events, size_t count, size_t *at, zh_path *out)
{
    size_t n = *at;
    while (n < count && !starts(span, event_at(span, events, count, n))) n++;
    if (n == count) return false;
    const zh_funnel_event *first = event_at(span, events, count, n), *before = first;
    *out = (zh_path){ .names = { first->name }, .dropped = true };
    for (n++; n < count; n++) {
        const zh_funnel_event *e = event_at(span, events, count, n);
        if (span->window_ms > 0 ? apart(first, e) >= span->window_ms : apart(before, e) >= span->gap_ms) break;
        before = e;
        if ((e->steps & ZH_PATH_STEP) == 0 || !out->dropped || (!span->repeats && e->name == out->names[out->steps])) continue;
        out->names[++out->steps] = e->name;
        out->dropped = out->steps < span->depth;
    }
    *at = n;
    return true;
}
