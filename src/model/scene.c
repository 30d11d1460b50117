/* An entry: key u64 category hash; value u8 version=1, and a bucket var views, var bought lines. */
#include "model/scene.h"
#include "base/buf.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 1
#define VALUE_BYTES_MAX (1 + ZH_SCENE_BUCKETS * 10)
#define GROWS 64 /* categories at a time */

typedef struct counts { uint32_t views[ZH_SCENE_BUCKETS], buys[ZH_SCENE_BUCKETS]; } counts;
typedef struct category {
    uint64_t hash;
    counts n;
    bool changed; /* since the last save */
} category;

struct zh_scenes {
    category *categories;
    uint32_t count, room;
    zh_map places; /* hash -> place + 1 */
    uint64_t all[ZH_SCENE_BUCKETS]; /* acts of all categories */
};

zh_err zh_scenes_open(zh_scenes **out)
{
    zh_scenes *s = calloc(1, sizeof *s);
    if (s == NULL) return ZH_NOMEM;
    s->places = zh_map_open();
    *out = s;
    return ZH_OK;
}

void zh_scenes_close(zh_scenes *s)
{
    if (s == NULL) return;
    zh_map_close(&s->places);
    free(s->categories);
    free(s);
}

bool zh_scenes_find(const zh_scenes *s, uint64_t hash, uint32_t *place)
{
    const uint64_t *there = zh_map_get(&s->places, hash);
    if (there != NULL) *place = (uint32_t)*there - 1;
    return there != NULL;
}

/* ZH_FULL: no room for another. */
static zh_err place_of(zh_scenes *s, uint64_t hash, uint32_t *place)
{
    if (zh_scenes_find(s, hash, place)) return ZH_OK;
    if (s->count == ZH_SCENE_CATEGORIES_MAX) return ZH_FULL;
    if (s->count == s->room) {
        category *more = realloc(s->categories, (s->room + GROWS) * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        s->categories = more;
        s->room += GROWS;
    }
    const zh_err e = zh_map_put(&s->places, hash, s->count + 1);
    if (e != ZH_OK) return e;
    *place = s->count;
    s->categories[s->count++] = (category){ .hash = hash };
    return ZH_OK;
}

static uint64_t acts_of(const category *c, uint32_t bucket)
{
    return c->n.views[bucket] + (uint64_t)ZH_SCENE_BUY_ACTS * c->n.buys[bucket];
}

zh_err zh_scenes_count(zh_scenes *s, uint64_t hash, const zh_scene *scene, bool is_bought)
{
    uint32_t place;
    if (hash == 0) return ZH_OK;
    const zh_err e = place_of(s, hash, &place);
    if (e != ZH_OK) return e == ZH_FULL ? ZH_OK : e;
    category *c = &s->categories[place];
    for (int part = 0; part < (int)ZH_SCENE_PARTS; part++) {
        const int bucket = zh_scene_bucket(scene, (zh_scene_part)part);
        if (bucket < 0) continue;
        uint32_t *n = is_bought ? &c->n.buys[bucket] : &c->n.views[bucket];
        if (*n == UINT32_MAX) continue; /* four thousand million say enough */
        ++*n;
        s->all[bucket] += is_bought ? ZH_SCENE_BUY_ACTS : 1;
        c->changed = true;
    }
    return ZH_OK;
}

/* ---- effects ---- */

static double bound(double x, double most) { return x > most ? most : x < 1 / most ? 1 / most : x; }

static double effect_of(const zh_scenes *s, const category *c, zh_scene_part part, uint32_t bucket)
{
    double own = 0, all = 0; /* sums of integers below 2^53: exact */
    for (uint32_t b = zh_scene_part_first(part); b < zh_scene_part_first((zh_scene_part)(part + 1)); b++) own += (double)acts_of(c, b), all += (double)s->all[b];
    if (own <= 0 || all <= 0) return 1;
    const double expected = own * (double)s->all[bucket] / all;
    return bound(((double)acts_of(c, bucket) + ZH_SCENE_SHRINK) / (expected + ZH_SCENE_SHRINK), ZH_SCENE_EFFECT_MAX);
}

uint32_t zh_scenes_categories(const zh_scenes *s) { return s->count; }
uint64_t zh_scenes_category(const zh_scenes *s, uint32_t place) { return s->categories[place].hash; }

zh_scene_cell zh_scenes_cell(const zh_scenes *s, uint32_t place, uint32_t bucket)
{
    const category *c = &s->categories[place];
    int part = 0;
    while (bucket >= zh_scene_part_first((zh_scene_part)(part + 1))) part++;
    return (zh_scene_cell){ c->n.views[bucket], c->n.buys[bucket], effect_of(s, c, (zh_scene_part)part, bucket) };
}

double zh_scenes_factor(const zh_scenes *s, uint32_t place, const zh_scene *scene)
{
    double factor = 1;
    for (int part = 0; part < (int)ZH_SCENE_PARTS; part++) {
        const int bucket = zh_scene_bucket(scene, (zh_scene_part)part);
        if (bucket >= 0) factor *= effect_of(s, &s->categories[place], (zh_scene_part)part, (uint32_t)bucket);
    }
    return bound(factor, ZH_SCENE_FACTOR_MAX);
}

/* ---- keeping ---- */

zh_err zh_scenes_save(zh_scenes *s, bool all, zh_keep keep)
{
    zh_err e = ZH_OK;
    zh_buf value = zh_buf_open(VALUE_BYTES_MAX);
    for (uint32_t i = 0; e == ZH_OK && i < s->count; i++) {
        category *c = &s->categories[i];
        if (!all && !c->changed) continue;
        zh_buf_reset(&value);
        zh_buf_put_u8(&value, VERSION);
        for (uint32_t b = 0; b < ZH_SCENE_BUCKETS; b++) {
            zh_buf_put_var(&value, c->n.views[b]);
            zh_buf_put_var(&value, c->n.buys[b]);
        }
        e = zh_buf_err(&value);
        if (e == ZH_OK) e = keep.put(keep.context, (zh_sv){ (const char *)&c->hash, sizeof c->hash }, zh_buf_view(&value));
        if (e == ZH_OK && !all) c->changed = false;
    }
    zh_buf_close(&value);
    return e;
}

zh_err zh_scenes_load(zh_scenes *s, zh_sv key, zh_sv value)
{
    uint64_t hash;
    uint32_t place;
    counts n;
    zh_reader r = zh_reader_on(value);
    if (key.size != sizeof hash) return ZH_FORMAT;
    memcpy(&hash, key.data, sizeof hash);
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    for (uint32_t b = 0; b < ZH_SCENE_BUCKETS; b++) {
        const uint64_t views = zh_read_var(&r), buys = zh_read_var(&r);
        if (views > UINT32_MAX || buys > UINT32_MAX) return ZH_FORMAT;
        n.views[b] = (uint32_t)views, n.buys[b] = (uint32_t)buys;
    }
    if (r.bad || zh_reader_left(&r) != 0 || zh_scenes_find(s, hash, &place)) return ZH_FORMAT;
    const zh_err e = place_of(s, hash, &place);
    if (e != ZH_OK) return e;
    s->categories[place].n = n;
    for (uint32_t b = 0; b < ZH_SCENE_BUCKETS; b++) s->all[b] += acts_of(&s->categories[place], b);
    return ZH_OK;
}

bool zh_scenes_check(const zh_scenes *s, const char **why)
{
    for (uint32_t b = 0; b < ZH_SCENE_BUCKETS; b++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < s->count; i++) sum += acts_of(&s->categories[i], b);
        *why = "a bucket is not the sum of its categories";
        if (sum != s->all[b]) return false;
    }
    return true;
}

size_t zh_scenes_bytes(const zh_scenes *s) { return sizeof *s + s->room * sizeof *s->categories + zh_map_bytes(&s->places); }
