/* history.h -- events as they were taken in, read back from the log.
 *
 * A row of the timeline says where; the log has the record; what is personal is unsealed with a
 * permit and put back in its place, so an event looks as the shop sent it (Segment's shape), with
 * the corrected timestamp. Without a permit the personal parts are left out.
 */
#ifndef ZH_ENGINE_HISTORY_H
#define ZH_ENGINE_HISTORY_H
#include "base/json_out.h"
#include "engine/engine.h"
#include "engine/timeline.h"

/* Numbers of a customer: itself, then those it absorbed; at most ZH_TIMELINE_NUMBERS_MAX. */
size_t zh_history_numbers(zh_engine *engine, zh_customer_id customer, zh_customer_id out[ZH_TIMELINE_NUMBERS_MAX]);

/* The event at a place of the log. Views live in the arena. Errors: ZH_ABSENT not there, or no event; ZH_IO, ZH_CORRUPT, ZH_NOMEM. */
ZH_MUST zh_err zh_history_event(zh_engine *engine, uint32_t partition, uint64_t sequence, zh_arena *arena, zh_event *out);
/* The same of an event with sealed traits, also where the log dropped it and its row kept what is of use. */
ZH_MUST zh_err zh_history_trait(zh_engine *engine, const zh_timeline_at *at, zh_arena *arena, zh_event *out);
/* The personal part of such an event in clear, in the arena; "" where there is none or it was erased. */
ZH_MUST zh_err zh_history_personal(zh_engine *engine, const zh_event *event, const zh_permit *permit, zh_arena *arena, zh_sv *plain);

/* One page of a customer, newest first: writes the elements of a JSON array; *next is the cursor of the next page,
 * empty at the end. `masked`: what is personal as zh_personal_mask_json (collect/personal.h) shows it. */
ZH_MUST zh_err zh_history_page(zh_engine *engine, zh_customer_id customer, const zh_permit *permit, bool masked, zh_sv cursor, size_t limit,
                               zh_json *parser, zh_arena *arena, zh_json_out *out, char next[ZH_TIMELINE_CURSOR_BYTES]);

#endif
