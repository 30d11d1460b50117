/* scene.h -- what the moment changes: how much more, or less, a category is looked at and bought in each bucket of a scene.
 *
 * Views and bought lines are counted by category and bucket (core/scene.h), nothing else is kept. With n = views + 3 bought lines:
 *
 *     o  = n of the category in the bucket                    what was seen
 *     e  = n of the category x (n of the bucket / n of all)   what the bucket's share of all would give; both over acts whose
 *                                                             part was known
 *     effect = (o + m) / (e + m),  m = 30                     1: no effect
 *
 * It is the observed-to-expected ratio with m prior acts of no effect: where data is thin it stays at 1, and it goes to the true
 * ratio as acts come. An effect is held in [1/2, 2], the product over the parts of a moment in [1/4, 4]: parts are taken
 * as independent, which overstates those that go together (rain and evening may, cold and winter do), and the bounds keep that small.
 *
 *     symbol   field                          default
 *     m        ZH_SCENE_SHRINK                30 acts
 *     3        ZH_SCENE_BUY_ACTS              a bought line says more than a look
 *
 * Score       a factor, no probability. A category nobody counted, and a part not known: 1.
 * Guarantees  counts are integers: the same acts in any order give the same entries, and the factor is the same bits anywhere.
 * Cost        an act 60 ns; a factor 30 ns. Memory: 300 bytes a category, at most ZH_SCENE_CATEGORIES_MAX of them, the first in use.
 * Threads     readers together or one writer.
 * Not here    what an event's moment was (engine/world_scene.h), what the factor does to a list (decide/scene.h).
 * Source      Norén, Hopstadius, Bate, "Shrinkage observed-to-expected ratios for robust and transparent large-scale pattern
 *             discovery", Statistical Methods in Medical Research 22(1), 2013, with a prior of m in place of 1/2.
 */
#ifndef ZH_MODEL_SCENE_H
#define ZH_MODEL_SCENE_H
#include "base/keep.h"
#include "core/scene.h"

#define ZH_SCENE_CATEGORIES_MAX 1024 /* a shop has some hundreds; a factor of each is worked out a question */
#define ZH_SCENE_SHRINK 30.0
#define ZH_SCENE_BUY_ACTS 3
#define ZH_SCENE_EFFECT_MAX 2.0      /* and its inverse; of one part */
#define ZH_SCENE_FACTOR_MAX 4.0      /* and its inverse; of a moment */

typedef struct zh_scenes zh_scenes; /* opaque */

ZH_MUST zh_err zh_scenes_open(zh_scenes **out); /* caller closes */
void zh_scenes_close(zh_scenes *scenes);

/* One line of a view, or one bought. category_hash 0 is of no category and changes nothing; so is one beyond the last that fits.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_scenes_count(zh_scenes *scenes, uint64_t category_hash, const zh_scene *scene, bool is_bought);

/* Categories are numbered 0 .. count - 1 in the order they came. */
uint32_t zh_scenes_categories(const zh_scenes *scenes);
uint64_t zh_scenes_category(const zh_scenes *scenes, uint32_t category);       /* its hash */
bool zh_scenes_find(const zh_scenes *scenes, uint64_t category_hash, uint32_t *category);

typedef struct zh_scene_cell { uint32_t views, buys; double effect; } zh_scene_cell;
zh_scene_cell zh_scenes_cell(const zh_scenes *scenes, uint32_t category, uint32_t bucket);
double zh_scenes_factor(const zh_scenes *scenes, uint32_t category, const zh_scene *scene);

ZH_MUST zh_err zh_scenes_save(zh_scenes *scenes, bool all, zh_keep keep); /* base/keep.h: an entry a category */
ZH_MUST zh_err zh_scenes_load(zh_scenes *scenes, zh_sv key, zh_sv value);
bool zh_scenes_check(const zh_scenes *scenes, const char **why);
size_t zh_scenes_bytes(const zh_scenes *scenes);

#endif
