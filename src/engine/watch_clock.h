/* watch_clock.h -- judges the variety of each placement when a day is over, and writes down what changes (measure/watch.h).
 *
 * A day is over when exposure knows a later one, so it is the log's days that count, not the machine's; a placement is judged once a day. What a person
 * turns off or bounds (the setting ZH_WATCH_SETTING) is looked at with every look. A look that finds the views behind waits.
 *
 * Cost        a look: two numbers compared; when a day is over, of each placement one gathering (exposed.h) and one counting (bubble.h).
 * Threads     one of its own, at low priority; it writes by the committer like everybody.
 */
#ifndef ZH_ENGINE_WATCH_CLOCK_H
#define ZH_ENGINE_WATCH_CLOCK_H
#include "engine/engine.h"

#define ZH_WATCH_CLOCK_LOOK_MS 250 /* between two looks */
#define ZH_WATCH_SETTING ZH_SV("variety")

typedef struct zh_watch_clock zh_watch_clock; /* opaque */
ZH_MUST zh_err zh_watch_clock_open(zh_watch_clock **out, zh_engine *engine); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_watch_clock_close(zh_watch_clock *clock);

/* The rule of the workspace: {"explores": bool, "most": 0 .. 1}; what is not said is the default. Under the world's read lock. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_watch_rule_of(const zh_registry *registry, zh_watch_rule *out);
/* The field that is wrong, or NULL. */
const char *zh_watch_rule_read(zh_json_value object, zh_watch_rule *out);

#endif
