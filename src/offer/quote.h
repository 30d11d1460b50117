/* quote.h -- a price that was told: what it was made of and what came out, as one record of the log.
 *
 * The record holds everything the price function was given (price.h), the versions of the offers by name, and the outcome. So anybody who has the public
 * register of offers can work it out again; zh_quote_replay does, and compares to the cent. **No customer stands in it**: not in the ask, not in the
 * record. What the ledger said of an offer to this customer (a coupon used before, a limit reached) stands there as that, a refusal.
 *
 *     u8 kind=33, u8 version=1, u64 high, u64 low, zig at_ms, u8 flags (1 first order, 2 each line alone), u8 channel, u32 currency, zig day,
 *     var lines, each: text item, text category, text brand, var unit_cents, var quantity
 *     var offers, each: text name, var version, var coupon, u8 closed, zig left_cents, zig gift_cents
 *     outcome: for each line three times var offer + 1 (0: none), var cents; for each offer u8 refusal, var missing_cents
 *
 * `each`: every line is priced as a cart of its own: the price in a list, which is the price of that item in a cart alone.
 *
 * Guarantees  the same record gives the same outcome, on every machine: integers only.
 * Cost        a record of 5 lines and 10 offers is about 600 bytes.
 */
#ifndef ZH_OFFER_QUOTE_H
#define ZH_OFFER_QUOTE_H
#include "offer/offers.h"
#include "offer/price.h"

#define ZH_QUOTE_VALID_MS INT64_C(1800000) /* an order may be held at a quoted price for half an hour: a checkout's length */
#define ZH_QUOTE_ID_TEXT_BYTES 33          /* 32 hexadecimal digits and the NUL */

typedef struct zh_quote_offer {
    zh_sv name;
    uint32_t version, coupon;      /* coupon 0: none */
    zh_refusal closed;
    int64_t left_cents, gift_cents; /* as in zh_price_offer */
} zh_quote_offer;

typedef struct zh_quote {
    uint64_t high, low;
    int64_t at_ms;
    bool first_order, each;
    zh_offer_channel channel;
    zh_currency currency;
    int32_t day;
    zh_price_line *lines;
    uint32_t lines_count;
    zh_quote_offer *offers;
    uint32_t offers_count;
} zh_quote;

/* Its price. Errors: ZH_ABSENT: the register has not the version of an offer; ZH_NOMEM. */
ZH_MUST zh_err zh_quote_price(const zh_quote *quote, const zh_offers *offers, zh_price *out);

void zh_quote_put(const zh_quote *quote, const zh_price *price, zh_buf *out);
/* Lines and offers are taken from the arena, texts are views of the record. Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_quote_get(zh_sv record, zh_arena *arena, zh_quote *out, zh_price *price);
/* Worked out again: ZH_OK the same to the cent; ZH_STALE another; ZH_ABSENT the register has not what it was made of; ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_quote_replay(zh_sv record, const zh_offers *offers, zh_arena *arena);

ZH_MUST zh_err zh_quote_id_of(zh_sv record, uint64_t *high, uint64_t *low); /* ZH_FORMAT; looks at its head only */
void zh_quote_id_print(uint64_t high, uint64_t low, char out[ZH_QUOTE_ID_TEXT_BYTES]);
ZH_MUST zh_err zh_quote_id_parse(zh_sv text, uint64_t *high, uint64_t *low); /* ZH_FORMAT */

#endif
