/* event_json.h -- a canonical event as people and programs sent it: one JSON object in Segment's shape.
 *
 * type, event or name, messageId, userId, anonymousId, timestamp (the corrected one), originalTimestamp,
 * sentAt, receivedAt, context, properties or traits, integrations, and `marks` where something was odd.
 * What is personal is put back into its places.
 */
#ifndef ZH_ENGINE_EVENT_JSON_H
#define ZH_ENGINE_EVENT_JSON_H
#include "base/json_out.h"
#include "core/event.h"

/* "track", "identify" … */
const char *zh_event_type_text(zh_event_type type);

/* The member `marks` of an object: names of ZH_MARK_…. */
void zh_event_marks_json(uint32_t marks, zh_json_out *out);

/* `personal`: the event's personal object in clear, or "". Errors: ZH_FORMAT, ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_event_json(const zh_event *event, zh_sv personal, zh_json *parser, zh_arena *arena, zh_json_out *out);

#endif
