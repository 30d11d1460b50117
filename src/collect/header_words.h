/* header_words.h -- what a column of a shop's table is called: words in Chinese and English, and what they mean to us.
 *
 * Exports of shop systems, marketplaces and office tables name the same column in dozens of ways
 * ("InvoiceNo", "订单编号", "order id"). A word is compared without case, blanks, signs and what stands in
 * brackets. A name that is one of the words is sure; one that only contains such a word is a hint.
 *
 * Cost        about 2 us a name, no allocation.
 * Not here    what the cells look like (table_guess.h).
 */
#ifndef ZH_COLLECT_HEADER_WORDS_H
#define ZH_COLLECT_HEADER_WORDS_H
#include "collect/column_map.h"

#define ZH_HEADER_SURE 100 /* of a score: our own name, or the usual word */
#define ZH_HEADER_HINT 40  /* the least that is given */

/* How well this name of a column says that it is `column`: 0 not at all, up to ZH_HEADER_SURE. */
int zh_header_score(zh_sv name, zh_column column);

/* Does the name speak of an amount that is no price of one piece: a sum ("总金额", "total"), a discount, postage, a tax? */
bool zh_header_is_no_price(zh_sv name);

#endif
