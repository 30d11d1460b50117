/* ballast.h -- some space of the disk that is given back when a start finds none.
 *
 *     DIR/ballast   ZH_BALLAST_BYTES of blocks, no meaning; deleted by a start that finds less than that free
 *
 * The log has a reserve of its own (store/log.h). The state has not: it cannot be opened on a full disk, and without it the
 * engine could not start, so nobody could opt out. Cost: the space.
 */
#ifndef ZH_ENGINE_BALLAST_H
#define ZH_ENGINE_BALLAST_H
#include "base/err.h"
#include "base/sv.h"

#define ZH_BALLAST_BYTES (8u << 20) /* what the state needs to be opened and to take the rows of some 50,000 events */

/* Give it back where the disk has less than ZH_BALLAST_BYTES free. ZH_FULL: even so there is less than a quarter of that. */
ZH_MUST zh_err zh_ballast_release(zh_sv dir);
/* Have one again, where that leaves enough free; no matter if not. */
void zh_ballast_keep(zh_sv dir);

#endif
