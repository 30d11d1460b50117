/* traits.h -- the traits of a customer, those that are sealed too, as members of a JSON object. Needs a permit.
 *
 * Personal traits are sealed in the events that brought them; of each name the newest counts, of those "set once" the oldest.
 *
 * Cost        a read of the log for each of the newest events with sealed traits, at most ZH_TIMELINE_TRAITS_KEPT.
 */
#ifndef ZH_ENGINE_TRAITS_H
#define ZH_ENGINE_TRAITS_H
#include "base/json_out.h"
#include "engine/engine.h"

/* The sealed ones; `masked`: as zh_personal_mask_value (collect/personal.h) shows them. `parser` is used. What cannot be read is left out. */
void zh_traits_personal(zh_engine *engine, zh_customer_id customer, const zh_permit *permit, bool masked, zh_json *parser, zh_arena *arena, zh_json_out *out);
/* The others; `state` may be NULL. Under the world's read lock. */
void zh_traits_plain(const zh_customer_state *state, zh_json_out *out);

#endif
