/* say.h -- what an offer gives and to whom, in words for the public: English and Chinese, made of the definition itself.
 *
 * Everybody reads the same sentence: the public page, the console, the customer. It is made of what is priced, so it cannot say anything else.
 */
#ifndef ZH_OFFER_SAY_H
#define ZH_OFFER_SAY_H
#include "offer/offer.h"

#define ZH_OFFER_SAY_BYTES_MAX 65536 /* 300 names of 255 bytes do not fit: then the sentence ends early, and the buffer says so */

void zh_offer_say_effect(const zh_offer *offer, bool chinese, zh_buf *out);     /* "15 % off, at most CNY 50.00" */
void zh_offer_say_conditions(const zh_offer *offer, bool chinese, zh_buf *out); /* "from CNY 100.00; only shoes; in the app" or "for everyone" */

#endif
