/* portrait_context.h -- with what and from where a customer comes, and whether orders had a discount: from whole events.
 *
 * The activity does not hold what an event's context says, so this part is counted from the newest events as the log has them:
 *
 *     devices    context.device.type, else "mobile" or "desktop" where context.screen says how wide
 *     systems    context.os.name
 *     channels   context.campaign.source, else .medium
 *     orders     those with properties.coupon, or a properties.discount above 0
 *
 * Guarantees  events in any order give the same; names that do not fit are left out, and all counts stay whole.
 * Cost        two parses an event, about 2 us.
 * Not here    reading the log (server), what a browser says of itself: that is sealed.
 */
#ifndef ZH_PROFILE_PORTRAIT_CONTEXT_H
#define ZH_PROFILE_PORTRAIT_CONTEXT_H
#include "base/arena.h"
#include "base/json.h"
#include "core/event.h"

#define ZH_CONTEXT_NAMES_MAX 8        /* of a kind; a person has a few devices, a handful of channels */
#define ZH_CONTEXT_NAME_BYTES_MAX 64
#define ZH_CONTEXT_NARROW_PIXELS 768  /* a screen narrower than this is in a hand */

typedef enum zh_context_kind { ZH_CONTEXT_DEVICES, ZH_CONTEXT_SYSTEMS, ZH_CONTEXT_CHANNELS, ZH_CONTEXT_KINDS } zh_context_kind;
typedef struct zh_context_name { zh_sv name; uint32_t events; } zh_context_name;
typedef struct zh_portrait_context {
    uint32_t events;              /* looked at */
    int64_t since_ms, last_ms;    /* oldest and newest of them; 0: none */
    zh_context_name names[ZH_CONTEXT_KINDS][ZH_CONTEXT_NAMES_MAX];
    uint32_t counts[ZH_CONTEXT_KINDS];
    uint32_t orders, discounted;  /* among them */
} zh_portrait_context;

/* Start with { 0 }. Names are copied to the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_portrait_context_add(zh_portrait_context *context, const zh_event *event, zh_json *json, zh_arena *arena);
void zh_portrait_context_end(zh_portrait_context *context); /* names by their events, then by name */

#endif
