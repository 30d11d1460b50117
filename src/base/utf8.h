/* utf8.h -- is this text UTF-8, and up to where?
 *
 * As RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 *
 * Cost        8 bytes a step where the text is ASCII, else a few ns a character.
 */
#ifndef ZH_BASE_UTF8_H
#define ZH_BASE_UTF8_H
#include "base/sv.h"

/* Bytes of the valid character at `at`, of which left >= 1 are there; 0 where none begins. */
size_t zh_utf8_character(const unsigned char *at, size_t left);

/* Bytes at the front that are whole, valid characters; text.size where all are. */
size_t zh_utf8_valid(zh_sv text);

/* Is the text UTF-8 but for a character that its end cuts in two? Then the first part of a longer text may be. */
bool zh_utf8_begins(zh_sv text);

#endif
