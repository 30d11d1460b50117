/* outside.h -- one thread that stays outside the folders a sandbox confines the rest of the process to.
 *
 *     e = zh_outside_open(&outside);      before zh_sandbox_enter
 *     zh_outside_call(outside, work, &argument);     from any thread; waits until work is done
 *
 * A backup goes where its owner says, which is known only when it is asked for. What is confined cannot widen its folders
 * again; what must reach there runs here, and threads that the work starts are outside, too. Calls of the system are confined here
 * as anywhere (sandbox.h).
 *
 * Guarantees  one work at a time, in the order of calls.
 * Threads     any.
 * Limits      a wall against a wrong path, not against foreign code in the process: it shares memory with the rest. Who
 *             knows the folders of backups names them at start, and then there is no such thread (docs/decisions/0049).
 */
#ifndef ZH_SYS_OUTSIDE_H
#define ZH_SYS_OUTSIDE_H
#include "base/err.h"

typedef struct zh_outside zh_outside;

/* You close; until then nothing else ends the thread. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_outside_open(zh_outside **out);
void zh_outside_close(zh_outside *outside); /* NULL is fine */

/* Run it there and wait. outside == NULL: right here. */
void zh_outside_call(zh_outside *outside, void (*work)(void *argument), void *argument);

#endif
