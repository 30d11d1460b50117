/* analyze_show.h -- a JSON answer for people: names and numbers in aligned columns.
 *
 * Single values stand as `name  value`, lists of numbers on one line, lists of objects as a table, objects
 * under their name, indented. Numbers are rounded to six digits; --json has them whole. A long list is cut
 * and says how long it is.
 */
#ifndef ZH_APP_ANALYZE_SHOW_H
#define ZH_APP_ANALYZE_SHOW_H
#include "base/json.h"

#include <stdio.h>

#define ZH_SHOW_LIST_MAX 24 /* numbers of one line */
#define ZH_SHOW_ROWS_MAX 50 /* rows of one table */

void zh_analyze_show(FILE *to, zh_json_value answer);

#endif
