/* fair.h -- what a price may not depend on: the words that no rule of an offer can name.
 *
 * A price follows from public conditions: what is bought, how much of it, when, and through which channel of the shop. Who asks is no
 * condition. The price function has no place for it (price.h), and a rule that names it is refused when it is saved, with the reason: a rule of a
 * few fixed words would refuse any other word too, but "age is not known here" teaches nobody why.
 *
 * Source      个人信息保护法 24; 消费者权益保护法实施条例 9; Hannak and others, IMC 2014 (what shops were found to use).
 * Cost        O(words).
 */
#ifndef ZH_OFFER_FAIR_H
#define ZH_OFFER_FAIR_H
#include "base/sv.h"

/* Why a rule may not name this word (English or Chinese; case, '_' and '-' do not matter); NULL: it is none of them. */
const char *zh_fair_refusal(zh_sv word);

#endif
