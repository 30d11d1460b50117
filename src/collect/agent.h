/* agent.h -- does a browser name itself a robot?
 *
 * The user agent is personal, so it is sealed with the event; whether it names a robot is asked before and kept as a mark.
 * Honest robots only: a list of words that search engines, previews and scripts put into their names. A browser without a
 * window ("HeadlessChrome") is not among them, because shops test with it; pace tells those that are robots (quality/pace.h).
 *
 * Cost        about 0.2 us an agent; callers remember the last ones.
 */
#ifndef ZH_COLLECT_AGENT_H
#define ZH_COLLECT_AGENT_H
#include "base/sv.h"

/* The user agent in the personal part of an event, escapes and all; empty where there is none. */
zh_sv zh_agent_of(zh_sv personal);
bool zh_agent_is_robot(zh_sv agent);

#endif
