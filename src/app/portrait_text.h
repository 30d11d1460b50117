/* portrait_text.h -- a portrait as a page of text, for `zhun profile --portrait`. */
#ifndef ZH_APP_PORTRAIT_TEXT_H
#define ZH_APP_PORTRAIT_TEXT_H
#include "base/json.h"

void zh_portrait_print(zh_json_value portrait); /* as GET /v1/profiles/{userId}/portrait answers; to standard output */

#endif
