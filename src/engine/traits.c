#include "engine/traits.h"
#include "collect/personal.h"
#include "engine/history.h"
#include "engine/timeline.h"

#define TRAIT_EVENTS_MAX ZH_TIMELINE_TRAITS_KEPT /* newest identify events read for personal traits; older ones said the same things */

/* Personal traits are sealed in the events that brought them; of each name the newest counts. */
typedef struct trait_set {
    zh_sv names[ZH_PROFILE_TRAITS_MAX];
    size_t count;
} trait_set;

static bool is_first(trait_set *set, zh_sv name)
{
    for (size_t i = 0; i < set->count; i++)
        if (zh_sv_equal(set->names[i], name)) return false;
    if (set->count == ZH_PROFILE_TRAITS_MAX) return false;
    set->names[set->count++] = name;
    return true;
}

/* `once`: only what was set where nothing stood; else only the rest. */
static void put_personal_of(zh_engine *engine, zh_json *parser, zh_arena *arena, const zh_timeline_at *at, const zh_permit *permit, bool masked, bool once, const zh_rank *deleted, trait_set *set, zh_json_out *out)
{
    zh_event event;
    zh_sv plain;
    zh_json_value root;
    if (zh_history_trait(engine, at, arena, &event) != ZH_OK) return;
    const zh_trait_said said = zh_customer_trait_said(&event);
    if ((said == ZH_TRAIT_SET_ONCE) != once || said == ZH_TRAIT_ADD || said == ZH_TRAIT_APPEND || said == ZH_TRAIT_DELETE) return;
    if (deleted != NULL && zh_rank_compare(zh_rank_of(&event), *deleted) <= 0) return;
    if (zh_history_personal(engine, &event, permit, arena, &plain) != ZH_OK || plain.size == 0) return;
    if (zh_json_parse(parser, plain, &root, NULL) != ZH_OK) return;
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("traits"))); zh_json_next(&it);) {
        const zh_sv name = zh_arena_copy(arena, it.key);
        if (name.data == NULL || !is_first(set, name) || said == ZH_TRAIT_UNSET || zh_json_is(it.value, ZH_JSON_NULL)) continue;
        zh_json_out_key(out, name);
        if (masked) zh_personal_mask_value(it.value, out);
        else zh_json_out_value(out, it.value);
    }
}

void zh_traits_personal(zh_engine *engine, zh_customer_id customer, const zh_permit *permit, bool masked, zh_json *parser, zh_arena *arena, zh_json_out *out)
{
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    zh_timeline_at rows[TRAIT_EVENTS_MAX];
    trait_set set = { .count = 0 };
    size_t count = 0;
    zh_world *w = zh_engine_world(engine);
    zh_rank rank;
    zh_world_lock_read(w);
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    const zh_rank *const deleted = state != NULL && zh_customer_deleted(state, &rank) ? &rank : NULL;
    zh_world_unlock(w);
    const size_t numbers_count = zh_history_numbers(engine, customer, numbers);
    if (zh_timeline_read(zh_engine_timeline(engine), ZH_TIMELINE_TRAITS, numbers, numbers_count, NULL, TRAIT_EVENTS_MAX, rows, &count) != ZH_OK) return;
    for (size_t i = 0; i < count; i++) put_personal_of(engine, parser, arena, &rows[i], permit, masked, false, deleted, &set, out);
    for (size_t i = count; i-- > 0;) put_personal_of(engine, parser, arena, &rows[i], permit, masked, true, deleted, &set, out); /* the oldest counts */
}

void zh_traits_plain(const zh_customer_state *state, zh_json_out *out)
{
    zh_trait trait;
    for (uint32_t i = 0; state != NULL && zh_customer_trait_at(state, i, &trait); i++) {
        if (zh_sv_equal(trait.value, ZH_SV("null"))) continue;
        zh_json_out_key(out, trait.name);
        zh_json_out_raw(out, trait.value);
    }
}
