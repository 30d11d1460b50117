#include "engine/standings.h"
#include "engine/crowd.h"
#include "segment/rfm.h"

static void add(zh_standings_sum *sum, const zh_standing *s)
{
    sum->customers++;
    sum->orders += s->orders;
    if (__builtin_add_overflow(sum->minor, s->minor, &sum->minor)) sum->minor = s->minor > 0 ? INT64_MAX : INT64_MIN;
}

static void visit(void *context, const zh_customer_state *state)
{
    zh_standings *out = context;
    const zh_boundaries *b = out->has_boundaries ? &out->boundaries : NULL;
    zh_standing s;
    zh_standing_of(state, b, out->now_ms, &s);
    out->customers++;
    out->lifecycle[s.lifecycle]++;
    out->aipl[s.aipl]++;
    if (s.orders > 0) add(&out->buyers, &s);
    if (s.scores[0] > 0) {
        add(&out->codes[s.scores[ZH_FIGURE_RECENCY] - 1][s.scores[ZH_FIGURE_FREQUENCY] - 1][s.scores[ZH_FIGURE_MONETARY] - 1], &s);
        add(&out->segments[s.segment < ZH_STANDINGS_SEGMENTS ? s.segment : ZH_STANDINGS_SEGMENTS - 1], &s);
        add(&out->classes[s.rfm_class], &s);
    }
    if (out->since_ms == 0) return;
    zh_lifecycle lifecycle;
    zh_aipl aipl;
    zh_standing_then(state, b, out->since_ms, &lifecycle, &aipl);
    out->lifecycle_flows[aipl == ZH_AIPL_NONE ? ZH_LIFECYCLE_COUNT : lifecycle][s.lifecycle]++;
    out->aipl_flows[aipl][s.aipl]++;
}

int64_t zh_engine_standings_since(zh_engine *engine)
{
    zh_world *w = zh_engine_world(engine);
    zh_world_lock_read(w);
    const zh_boundaries *before = zh_boundaries_before(w->boundaries);
    const int64_t since_ms = before == NULL ? 0 : before->at_ms;
    zh_world_unlock(w);
    return since_ms;
}

zh_err zh_engine_standings(zh_engine *engine, int64_t since_ms, zh_standings *out)
{
    zh_world *w = zh_engine_world(engine);
    *out = (zh_standings){ .now_ms = zh_engine_now_ms(engine), .since_ms = since_ms };
    zh_world_lock_read(w);
    const zh_boundaries *last = zh_boundaries_last(w->boundaries);
    out->has_boundaries = last != NULL;
    if (last != NULL) out->boundaries = *last;
    zh_world_unlock(w);
    return zh_crowd_walk(w, &(zh_crowd){ .visit = visit, .context = out });
}
