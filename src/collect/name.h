/* name.h -- what an event's name means to a shop.
 *
 * The 28 names of Segment's ecommerce specification v2, its older names, and a few that shops use
 * for the same; case and blanks around do not matter. Any other name is ZH_ACT_OTHER and keeps
 * its own meaning for segments and funnels.
 *
 * Cost        about 10 ns: the name's length leaves at most seven rows to compare.
 */
#ifndef ZH_COLLECT_NAME_H
#define ZH_COLLECT_NAME_H
#include "core/event.h"

zh_act zh_name_act(zh_sv name);

/* The table, for tests and for the console's help: row `at`, or false past the end. */
bool zh_name_row(size_t at, zh_sv *name, zh_act *act);

#endif
