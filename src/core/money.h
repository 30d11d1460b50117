/* money.h -- amounts as integers in a currency's minor unit, with the ISO 4217 code.
 *
 * Guarantees  no floating point: "2.55" is 255; a third decimal is rounded half away from zero,
 *             once, where the text is read; overflow is an error, never a wrap.
 */
#ifndef ZH_CORE_MONEY_H
#define ZH_CORE_MONEY_H
#include "base/err.h"
#include "base/sv.h"

/* Three upper-case letters packed as a number, so that it compares and stores like one; 0: unknown. */
typedef struct zh_currency { uint32_t code; } zh_currency;

/* "GBP" or "gbp" -> code; anything that is not three ASCII letters gives 0. */
zh_currency zh_currency_of(zh_sv text);
/* The three letters, NUL-ended, into `out`; "" where unknown. */
void zh_currency_text(zh_currency currency, char out[4]);
/* Digits of the minor unit: 2 for most, 0 for JPY KRW VND …, 3 for BHD KWD … */
int zh_currency_digits(zh_currency currency);

/* Decimal text ("12.5", "-0.001", "1e3") to minor units, rounded half away from zero.
 * Thousands separators, currency signs and full-width digits are the file formats' business.
 * Errors: ZH_FORMAT not a number, ZH_RANGE beyond +-9e15 minor units. */
ZH_MUST zh_err zh_money_parse(zh_sv text, int digits, int64_t *minor);

/* quantity x price as decimal text, rounded once: 3 x "0.333" is 100, not 99. */
ZH_MUST zh_err zh_money_times(zh_sv price, int64_t quantity, int digits, int64_t *minor);

/* "25.50" into out; returns the length. */
#define ZH_MONEY_TEXT_BYTES 32
size_t zh_money_print(int64_t minor, int digits, char out[ZH_MONEY_TEXT_BYTES]);

#endif
