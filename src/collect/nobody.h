/* nobody.h -- ids that identify nobody.
 *
 * A script that prints a missing variable sends "null", "undefined", "0": one such id would join
 * thousands of strangers into one customer. These values never identify anybody, in any dialect.
 *
 * Source      Segment, identity resolution, "blocked values"; the list is longer here.
 */
#ifndef ZH_COLLECT_NOBODY_H
#define ZH_COLLECT_NOBODY_H
#include "base/sv.h"

/* Blank, only zeros and dashes, or one of the known words in any case (blanks around do not help). */
bool zh_nobody(zh_sv id);

#endif
