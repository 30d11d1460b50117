#include "decide/placements.h"

#include <stdlib.h>

#define DEFINITION_BYTES_MAX ((size_t)64 << 20) /* of one, compiled: 100 conditions */
#define SETTING_BYTES_MAX (64u << 10)           /* as the registry keeps it */

typedef struct defined {
    zh_arena arena;
    zh_placement placement;  /* its name is there always */
    zh_placement_fault fault;
    bool is_good;
} defined;

struct zh_placements {
    defined *all[ZH_PLACEMENTS_MAX]; /* by name */
    size_t count;
    zh_json *json;
};

zh_err zh_placements_open(zh_placements **out)
{
    zh_placements *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    const zh_err e = zh_json_open(&s->json, SETTING_BYTES_MAX);
    if (e != ZH_OK) {
        free(s);
        return e;
    }
    *out = s;
    return ZH_OK;
}

static void drop(defined *d)
{
    if (d == NULL) return;
    zh_arena_close(&d->arena);
    free(d);
}

void zh_placements_close(zh_placements *s)
{
    if (s == NULL) return;
    for (size_t i = 0; i < s->count; i++) drop(s->all[i]);
    zh_json_close(s->json);
    free(s);
}

/* Where it stands or would stand. */
static size_t place_of(const zh_placements *s, zh_sv name)
{
    size_t at = 0;
    while (at < s->count && zh_sv_compare(s->all[at]->placement.name, name) < 0) at++;
    return at;
}

static const defined *defined_as(const zh_placements *s, zh_sv name)
{
    const size_t at = place_of(s, name);
    return at < s->count && zh_sv_equal(s->all[at]->placement.name, name) ? s->all[at] : NULL;
}

static zh_err make(zh_placements *s, zh_sv name, zh_sv setting, defined **out)
{
    zh_json_value root = { 0 };
    defined *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    d->arena = zh_arena_open(DEFINITION_BYTES_MAX);
    zh_err e = zh_json_parse(s->json, setting, &root, NULL);
    if (e != ZH_NOMEM) e = zh_placement_read(zh_json_get(root, ZH_SV("definition")), name, &d->arena, &d->placement, &d->fault);
    d->is_good = e == ZH_OK;
    if (e == ZH_FULL) zh_note_set(&d->fault.why, "its conditions are too large");
    if (e == ZH_NOMEM || d->placement.name.data == NULL) {
        drop(d);
        return ZH_NOMEM;
    }
    *out = d;
    return ZH_OK;
}

zh_err zh_placements_define(zh_placements *s, zh_sv name, zh_sv setting)
{
    defined *d = NULL;
    const size_t at = place_of(s, name);
    const bool is_there = defined_as(s, name) != NULL;
    if (setting.size == 0 && !is_there) return ZH_OK;
    if (setting.size > 0 && !is_there && s->count == ZH_PLACEMENTS_MAX) return ZH_FULL;
    if (setting.size > 0) {
        const zh_err e = make(s, name, setting, &d);
        if (e != ZH_OK) return e;
    }
    if (is_there) drop(s->all[at]);
    if (is_there && d == NULL) memmove(&s->all[at], &s->all[at + 1], (--s->count - at) * sizeof *s->all);
    if (!is_there) memmove(&s->all[at + 1], &s->all[at], (s->count++ - at) * sizeof *s->all);
    if (d != NULL) s->all[at] = d;
    return ZH_OK;
}

const zh_placement *zh_placements_find(const zh_placements *s, zh_sv name)
{
    const defined *d = defined_as(s, name);
    return d != NULL && d->is_good ? &d->placement : zh_placement_find(name);
}

const char *zh_placements_fault(const zh_placements *s, zh_sv name)
{
    const defined *d = defined_as(s, name);
    return d == NULL || d->is_good ? NULL : d->fault.why.text;
}

const zh_placement *zh_placements_next(const zh_placements *s, size_t *at)
{
    const size_t built_in = zh_placement_count();
    if (*at < built_in) return zh_placements_find(s, zh_placement_at((*at)++)->name);
    while (*at < built_in + s->count) {
        const defined *d = s->all[(*at)++ - built_in];
        if (d->is_good && zh_placement_find(d->placement.name) == NULL) return &d->placement;
    }
    return NULL;
}

size_t zh_placements_count(const zh_placements *s) { return s->count; }

size_t zh_placements_bytes(const zh_placements *s)
{
    size_t bytes = sizeof *s + s->count * sizeof(defined);
    for (size_t i = 0; i < s->count; i++) bytes += zh_arena_held(&s->all[i]->arena);
    return bytes;
}
