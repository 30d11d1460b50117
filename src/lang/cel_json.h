/* cel_json.h -- values from JSON and to it.
 *
 *     JSON          in                                      out
 *     null          null                                    null, optional.none()
 *     true          bool                                    bool
 *     12            int; uint where it passes 2^63 - 1      int, uint
 *     12.0, 1e3     double                                  double, always with a point or an exponent
 *     "text"        string                                  string; bytes as base64; timestamps as RFC 3339; durations as "90s";
 *                                                           types as their names; doubles that JSON has no number for: "NaN", "Infinity"
 *     [ ]           list                                    list
 *     { }           map of string; of a repeated key the    map; keys that are no strings as their text
 *                   first
 *
 * Out it follows CEL's conversion to JSON and that of protobuf, but integers stay numbers however large they are.
 */
#ifndef ZH_LANG_CEL_JSON_H
#define ZH_LANG_CEL_JSON_H
#include "base/json.h"
#include "lang/cel_value.h"

#define ZH_CEL_JSON_DEPTH_MAX 64 /* levels, as ZH_JSON_DEPTH_MAX */

/* A value in the arena, texts and all; absent becomes null. An ERROR where memory is out. */
zh_cel_value zh_cel_of_json(zh_arena *arena, zh_json_value value);
/* Append one JSON value. Errors: ZH_FORMAT an error or an object, which JSON cannot say, ZH_FULL too many levels or the buffer's limit,
 * ZH_NOMEM. Then the buffer holds a beginning. */
ZH_MUST zh_err zh_cel_to_json(zh_cel_value value, zh_buf *out);

#endif
