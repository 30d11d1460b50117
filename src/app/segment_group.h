/* segment_group.h -- verbs of `zhun segment` about a whole group: what it is like, which kinds of customers are in it, who is like them. */
#ifndef ZH_APP_SEGMENT_GROUP_H
#define ZH_APP_SEGMENT_GROUP_H
#include "app/door.h"
#include "app/options.h"
#include "base/json.h"

/* `zhun segment portrait NAME|'EXPRESSION' [--against NAME|'EXPRESSION']`. */
ZH_MUST zh_err zh_segment_portrait(zh_door *door, zh_json *json, const zh_options *given, zh_note *why);
/* `zhun segment personas NAME|'EXPRESSION' [--groups N]`. */
ZH_MUST zh_err zh_segment_personas(zh_door *door, zh_json *json, const zh_options *given, zh_note *why);
/* `zhun segment lookalikes NAME|'EXPRESSION' [--size N] [--csv]`. */
ZH_MUST zh_err zh_segment_lookalikes(zh_door *door, zh_json *json, const zh_options *given, zh_note *why);

#endif
