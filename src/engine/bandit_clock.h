/* bandit_clock.h -- looks at the bandits that run and writes an allocation down when one is due (measure/bandit.h).
 *
 * What is due is a function of the kept sums and the log's clock; what was decided is a record, so a rebuild draws the same. A look that finds the
 * views behind waits.
 *
 * Threads     one of its own, at low priority; it writes by the committer like everybody.
 */
#ifndef ZH_ENGINE_BANDIT_CLOCK_H
#define ZH_ENGINE_BANDIT_CLOCK_H
#include "engine/engine.h"

#define ZH_BANDIT_CLOCK_LOOK_MS 500 /* between two looks */

typedef struct zh_bandit_clock zh_bandit_clock; /* opaque */
ZH_MUST zh_err zh_bandit_clock_open(zh_bandit_clock **out, zh_engine *engine); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_bandit_clock_close(zh_bandit_clock *clock);

#endif
