/* Any bytes as the definition of an offer: refused with a field and a sentence, or an offer that prices a cart within its promises. */
#include "offer/price.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void price(const zh_offer *offer)
{
    const zh_price_line lines[] = { { ZH_SV("a"), ZH_SV("shoes"), ZH_SV("x"), 9999, 2 }, { ZH_SV("b"), ZH_SV("hats"), ZH_SV(""), ZH_OFFER_CENTS_MAX, ZH_PRICE_QUANTITY_MAX } };
    const zh_price_offer given = { offer, ZH_REFUSAL_NONE, offer->budget_cents, 5 };
    zh_price p;
    zh_price_of(&(zh_price_ask){ lines, 2, &given, 1, offer->currency, ZH_OFFER_CHANNEL_APP, 20000, true }, &p);
    if (p.total_cents < 0 || p.total_cents > p.listed_cents || p.line_total[0] + p.line_total[1] != p.total_cents || p.offers[0].off_cents != p.off_cents) abort();
    if (offer->budget_cents >= 0 && p.off_cents > offer->budget_cents) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    zh_json *json;
    zh_json_value root;
    zh_offer offer;
    zh_offer_fault why = { .field = "" };
    if (zh_json_open(&json, 65536) != ZH_OK) return 0;
    zh_arena arena = zh_arena_open(1 << 20);
    if (zh_json_parse(json, (zh_sv){ (const char *)data, size }, &root, NULL) == ZH_OK) {
        const zh_err e = zh_offer_read(root, ZH_SV("o"), &arena, &offer, &why);
        if (e == ZH_OK) price(&offer);
        else if (e == ZH_FORMAT && (why.field[0] == '\0' || why.why.text[0] == '\0')) abort();
    }
    zh_arena_close(&arena);
    zh_json_close(json);
    return 0;
}
