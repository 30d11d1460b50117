/* allocation.h -- the record of a bandit's allocation: with what chances customers are drawn from here on.
 *
 * It is written whenever an allocation is decided (bandit.h), so a rebuild draws as was drawn, whatever the sums then say.
 *
 *     u8 kind=22, u8 version=1, text experiment, var number, var since, u8 cause, u8 arms, u8 winner (arm + 1; 0 none), u8 drifted, each arm: var chance
 */
#ifndef ZH_MEASURE_ALLOCATION_H
#define ZH_MEASURE_ALLOCATION_H
#include "base/buf.h"
#include "measure/bandit.h"

void zh_allocation_put(zh_sv experiment, const zh_bandit_allocation *allocation, zh_buf *out);
/* *experiment is a view of the record. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_allocation_get(zh_sv record, zh_sv *experiment, zh_bandit_allocation *out);
/* Without the head: as entries of the state have it. A bad one sets reader->bad. */
void zh_allocation_write(const zh_bandit_allocation *allocation, zh_buf *out);
void zh_allocation_read(zh_reader *reader, zh_bandit_allocation *out);

#endif
