/* Tags that follow a kept segment: whoever is in it has the tag, without a word about him. */
#include "segment/segments_inside.h"

#include <stdlib.h>

static zh_sv tag_of(const zh_segment_binding *b) { return (zh_sv){ b->tag, b->tag_bytes }; }
static zh_sv segment_of(const zh_segment_binding *b) { return (zh_sv){ b->segment, b->segment_bytes }; }

bool zh_segments_binding(const void *segments, uint32_t *at, zh_sv *tag, zh_sv *segment)
{
    const zh_segments *s = segments;
    if (*at >= s->bindings_count) return false;
    const zh_segment_binding *b = &s->bindings[(*at)++];
    *tag = tag_of(b);
    *segment = segment_of(b);
    return true;
}

static uint32_t place_of(const zh_segments *s, zh_sv tag)
{
    uint32_t at = 0;
    while (at < s->bindings_count && zh_sv_compare(tag_of(&s->bindings[at]), tag) < 0) at++;
    return at;
}

static zh_err make_room(zh_segments *s)
{
    if (s->bindings_count == ZH_TAG_BINDINGS_MAX) return ZH_FULL;
    if (s->bindings_count < s->bindings_room) return ZH_OK;
    const uint32_t room = s->bindings_room == 0 ? 8 : s->bindings_room * 2;
    zh_segment_binding *grown = realloc(s->bindings, room * sizeof *grown);
    if (grown == NULL) return ZH_NOMEM;
    s->bindings = grown;
    s->bindings_room = room;
    return ZH_OK;
}

zh_err zh_segments_bound(zh_segments *s, zh_sv tag, zh_sv segment)
{
    const uint32_t at = place_of(s, tag);
    const bool there = at < s->bindings_count && zh_sv_equal(tag_of(&s->bindings[at]), tag);
    if (segment.size == 0) {
        if (there) memmove(&s->bindings[at], &s->bindings[at + 1], (--s->bindings_count - at) * sizeof *s->bindings);
        return ZH_OK;
    }
    if (!there) {
        const zh_err e = make_room(s);
        if (e != ZH_OK) return e;
        memmove(&s->bindings[at + 1], &s->bindings[at], (s->bindings_count++ - at) * sizeof *s->bindings);
    }
    zh_segment_binding *b = &s->bindings[at];
    *b = (zh_segment_binding){ .tag_bytes = (uint8_t)tag.size, .segment_bytes = (uint8_t)segment.size };
    memcpy(b->tag, tag.data, tag.size);
    memcpy(b->segment, segment.data, segment.size);
    return ZH_OK;
}

/* ---- what wakes ---- */

static bool names(const zh_wake *wake, const zh_segment_binding *b) { return wake->kind == ZH_WAKE_TAG && (wake->name.size == 0 || zh_sv_equal(wake->name, tag_of(b))); }

zh_err zh_segments_inner_wakes(const zh_segments *s, const zh_condition *condition, zh_arena *arena, const zh_wake **out, uint32_t *count)
{
    const zh_wake *plain;
    uint32_t plain_count, at = 0;
    const zh_err e = zh_condition_wakes(condition, s->env, arena, &plain, &plain_count);
    *out = plain;
    *count = plain_count;
    if (e != ZH_OK || s->bindings_count == 0) return e;
    for (uint32_t w = 0; w < plain_count; w++)
        for (uint32_t i = 0; i < s->bindings_count; i++) at += names(&plain[w], &s->bindings[i]);
    if (at == 0) return ZH_OK;
    zh_wake *all = ZH_TAKE(arena, zh_wake, plain_count + at);
    if (all == NULL) return ZH_NOMEM;
    memcpy(all, plain, plain_count * sizeof *all);
    at = plain_count;
    for (uint32_t w = 0; w < plain_count; w++) {
        for (uint32_t i = 0; i < s->bindings_count; i++) {
            if (!names(&plain[w], &s->bindings[i])) continue;
            all[at] = (zh_wake){ .kind = ZH_WAKE_SEGMENT, .follows = true, .name = zh_arena_copy(arena, segment_of(&s->bindings[i])) };
            if (all[at++].name.data == NULL) return ZH_NOMEM;
        }
    }
    *out = all;
    *count = at;
    return ZH_OK;
}

/* ---- binding ---- */

static bool asks_tag(const zh_segments *s, const zh_segment_inner *g, zh_sv tag, int depth)
{
    for (uint32_t i = 0; i < g->wakes_count; i++) {
        const zh_wake *wake = &g->wakes[i];
        if (wake->kind == ZH_WAKE_TAG && (wake->name.size == 0 || zh_sv_equal(wake->name, tag))) return true;
        const zh_segment_inner *next = wake->kind == ZH_WAKE_SEGMENT ? zh_segments_inner_named(s, wake->name) : NULL;
        if (next != NULL && next->is_living && depth < ZH_SEGMENTS_MAX && asks_tag(s, next, tag, depth + 1)) return true;
    }
    return false;
}

bool zh_segments_asks_tag(const zh_segments *s, zh_sv segment, zh_sv tag)
{
    const zh_segment_inner *g = zh_segments_inner_named(s, segment);
    return g != NULL && g->is_living && asks_tag(s, g, tag, 0);
}

/* Compiled anew where it names the tag, or went in a circle, which may be open now. */
static zh_err compile_again(zh_segments *s, zh_segment_inner *g, zh_sv tag)
{
    bool concerns = g->is_circle;
    for (uint32_t w = 0; w < g->wakes_count && !concerns; w++) concerns = g->wakes[w].kind == ZH_WAKE_TAG && (g->wakes[w].name.size == 0 || zh_sv_equal(g->wakes[w].name, tag));
    if (!concerns) return ZH_OK;
    g->is_circle = false;
    g->dirty = g->settles = true;
    return zh_segments_inner_compile(s, g, g->face.expression);
}

zh_err zh_segments_bind(zh_segments *s, zh_sv tag, zh_sv segment, int64_t at_ms)
{
    zh_err e = zh_segments_bound(s, tag, segment);
    for (uint32_t i = 0; e == ZH_OK && i < s->count; i++)
        if (zh_segments_inner_of(s, i + 1) != NULL) e = compile_again(s, s->all[i], tag);
    bool any = false;
    for (uint32_t i = 0; e == ZH_OK && i < s->count; i++) {
        zh_segment_inner *g = zh_segments_inner_of(s, i + 1);
        if (g == NULL || !g->settles) continue;
        any = true;
        if (!zh_segments_inner_leads_to(s, g->wakes, g->wakes_count, g->face.name, 0)) continue;
        g->is_circle = true; /* who binds asks before; two at once may still make one */
        e = zh_segments_inner_compile(s, g, g->face.expression);
    }
    if (e != ZH_OK || !any) return e;
    zh_segments_inner_settle(s, at_ms);
    return zh_segments_inner_index(s);
}
