/* goods.h -- what a file says about items: of which kind they are, and the words of their titles.
 *
 *     item <tab> kind [<tab> title]            a line an item; more columns are ignored
 *
 * Two items of one kind are variants or substitutes of each other, so neither completes the other.
 * An item that the file does not name is a kind of its own without words. A word is a run of ASCII
 * letters and digits, small, or a single character beyond ASCII, so Chinese titles have words too.
 *
 * Guarantees  any bytes give goods or an error with its line. The last line about an item counts.
 * Cost        one pass; 8 bytes an item and 4 a word of a title.
 * Threads     one call at a time; what was read is read-only.
 */
#ifndef ZH_MODEL_GOODS_H
#define ZH_MODEL_GOODS_H
#include "base/note.h"
#include "model/names.h"
#include "model/rows.h"

#define ZH_GOODS_WORDS_MAX 64 /* words of one title; what follows is left out */

typedef struct zh_goods {
    uint32_t kinds;       /* every kind is below it */
    const uint32_t *kind; /* [names] by number in the table of item names */
    zh_rows words;        /* [names] numbers of words, repeats kept */
} zh_goods;

/* What `bytes` say about the items of `items`, which learns the names it did not know. The result lives in
 * `arena`. No bytes: every item is a kind of its own. Errors: ZH_FORMAT (*why names the line), ZH_FULL, ZH_NOMEM. */
ZH_MUST zh_err zh_goods_read(zh_goods *out, zh_arena *arena, zh_names *items, zh_sv bytes, zh_note *why);

#endif
