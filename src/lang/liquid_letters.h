/* liquid_letters.h -- code points of a text, and letters large and small.
 *
 * Latin (with what Latin Extended-A and Vietnamese add), Greek, Cyrillic, Armenian and the wide Latin letters of East Asia have two
 * forms; other scripts have one and stay as they are. Invalid bytes count as one character each and are kept.
 */
#ifndef ZH_LANG_LIQUID_LETTERS_H
#define ZH_LANG_LIQUID_LETTERS_H
#include "base/buf.h"

/* Bytes of the character at the front; text.size > 0. */
size_t zh_liquid_character(zh_sv text);
size_t zh_liquid_characters(zh_sv text); /* how many */
/* Bytes of the first `count` characters, or of all where there are fewer. */
size_t zh_liquid_characters_bytes(zh_sv text, size_t count);

/* The beginning of a text for a message: 30 characters, and none of them cut. */
zh_sv zh_liquid_shown(zh_sv text);

void zh_liquid_put_upper(zh_sv text, zh_buf *out);
void zh_liquid_put_lower(zh_sv text, zh_buf *out);

#endif
