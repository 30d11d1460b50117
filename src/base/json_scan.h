/* json_scan.h -- where things lie in a JSON text, without parsing it.
 *
 * Two tools. zh_json_split_*() steps over the members of an object or the elements of an array and
 * gives each as a slice of the text: it knows strings and nesting and the grammar of the level it
 * walks, but does not look inside a slice. zh_json_judge() is the slow and strict one: it reads a
 * whole text by the grammar and says what is wrong and where.
 *
 * Guarantees  a text whose level was split without fault, and each of whose slices is JSON, is
 *             JSON; and a text that is JSON is split at its true places. Never reads past `text`.
 * Cost        split about 0.1 ns a byte (32 bytes a step); judge about 1.5 ns a byte.
 * Threads     no state.
 */
#ifndef ZH_BASE_JSON_SCAN_H
#define ZH_BASE_JSON_SCAN_H
#include "base/json.h"

typedef struct zh_json_split {
    zh_sv key;   /* raw, without its quotes, escapes not undone; empty in an array */
    zh_sv value; /* raw slice, blanks around it left out */
    bool key_escaped; /* the key holds a backslash: undo it by parsing */
    bool bad;    /* after the walk: the text breaks the grammar at `at_` */
    zh_sv text_; /* private */
    size_t at_;  /* private */
    uint8_t state_, close_; /* private */
} zh_json_split;

/* Walk the object or array that `text` is (blanks around allowed, nothing else after it).
 *     zh_json_split it = zh_json_split_on(text);
 *     while (zh_json_split_next(&it)) use(it.key, it.value);
 *     if (it.bad) ... */
zh_json_split zh_json_split_on(zh_sv text);
bool zh_json_split_next(zh_json_split *it);

/* Read all of `text` by RFC 8259. Kinds: FINE, MALFORMED, BAD_UTF8, NUMBER, DEEP; malformed comes
 * before number and deep, wherever they stand, because they are faults of a well-formed text. */
zh_json_fault zh_json_judge(zh_sv text);

#endif
