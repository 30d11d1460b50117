/* scene.h -- the moment of an ask as a factor of scores: more of what is wanted at such an hour, in such weather.
 *
 *     kept of an item's score  =  what the judge keeps  x  factor of its category / greatest factor of all
 *
 * with the factor of model/scene.h; so the order is that of score x factor, and nothing grows. Stages whose order is no wish (the newest, what
 * was seen last) stay as they are. An answer that is not personal reads the time alone: hour, kind of day, season.
 *
 * An item is **lifted** where its factor is at least ZH_SCENE_LIFT and somebody behind it in its stage stood before it without the
 * moment. Only then the moment is its reason.
 *
 * Guarantees  integers from bits that are the same anywhere; no scene, or nothing learned: nothing changes.
 * Cost        30 ns a category an ask, 10 ns a judged item.
 */
#ifndef ZH_DECIDE_SCENE_H
#define ZH_DECIDE_SCENE_H
#include "decide/recommend_inside.h"

#define ZH_SCENE_LIFT 1.25 /* a quarter more than usual is worth telling */
#define ZH_SCENE_TOLD 1.1  /* parts of a moment that are named */

/* Factors of this moment. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_scene_open(zh_list *l);
/* What of `keep` is kept at this moment; at least 1 of what was not hidden. */
int32_t zh_recommend_scene_keep(const zh_list *l, const zh_item *item, int32_t keep);
bool zh_recommend_scene_orders(zh_stage stage); /* does the moment change the order of this stage? */
bool zh_recommend_scene_lifts(const zh_list *l, const zh_pick *p);
/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_scene_word(const zh_list *l, const zh_pick *p, zh_reason *reason);

#endif
