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

#include <stdint.h>

#define ZH_NOBODY_WORDS_MAX 64
#define ZH_NOBODY_WORD_BYTES_MAX 64

/* What identifies nobody in one shop, beside the words above: "kiosk", a shared test login. All zeros: none. */
typedef struct zh_nobody_words {
    uint32_t count;
    uint8_t sizes[ZH_NOBODY_WORDS_MAX];
    char words[ZH_NOBODY_WORDS_MAX][ZH_NOBODY_WORD_BYTES_MAX]; /* without blanks around, letters of ASCII small */
} zh_nobody_words;

/* One word more; there already is fine. False: blank, too long, or too many. */
bool zh_nobody_add(zh_nobody_words *words, zh_sv word);
bool zh_nobody_has(const zh_nobody_words *words, zh_sv id); /* in any case, blanks around do not help */

/* Blank, only zeros and dashes, or one of the known words in any case (blanks around do not help). */
bool zh_nobody(zh_sv id);

#endif
