/* Any bytes as a quote or an act: refused, or read back as they were; a quote that is worked out again never tells less than nothing. */
#include "offer/act.h"
#include "offer/quote.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv record = { (const char *)data, size };
    zh_quote quote;
    zh_price price;
    zh_offer_act act;
    zh_offers *offers;
    zh_arena arena = zh_arena_open(1 << 22);
    if (zh_quote_get(record, &arena, &quote, &price) == ZH_OK) {
        if (price.total_cents < 0 || price.total_cents > price.listed_cents) abort();
        if (zh_offers_open(&offers) == ZH_OK) {
            const zh_err e = zh_quote_replay(record, offers, &arena);
            if (e != ZH_OK && e != ZH_STALE && e != ZH_ABSENT && e != ZH_NOMEM) abort();
            zh_offers_close(offers);
        }
    }
    if (zh_offer_act_get(record, &act) == ZH_OK) {
        zh_buf out = zh_buf_open(1 << 16);
        zh_offer_act back;
        zh_offer_act_put(&act, &out);
        if (zh_offer_act_get(zh_buf_view(&out), &back) != ZH_OK || back.uses_count != act.uses_count || back.order != act.order) abort();
        zh_buf_close(&out);
    }
    zh_arena_close(&arena);
    return 0;
}
