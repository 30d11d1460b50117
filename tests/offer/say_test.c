/* Goal: the sentence says what is priced, in both languages. Method: rows. */
#include "offer/say.h"
#include "check.h"

static bool says(void (*say)(const zh_offer *, bool, zh_buf *), const zh_offer *o, bool chinese, const char *want)
{
    zh_buf out = zh_buf_open(ZH_OFFER_SAY_BYTES_MAX);
    say(o, chinese, &out);
    const bool same = zh_sv_equal(zh_buf_view(&out), zh_sv_of(want));
    if (!same) fprintf(stderr, "%.*s\n", (int)out.size, out.data);
    zh_buf_close(&out);
    return same;
}

int main(void)
{
    const zh_currency cny = zh_currency_of(ZH_SV("CNY"));
    const zh_sv words[] = { ZH_SV("shoes"), ZH_SV("hats") };
    zh_offer o = { .kind = ZH_OFFER_PERCENT, .percent = 15, .most_cents = 5000, .currency = cny, .layer = ZH_OFFER_LAYER_ORDER };
    CHECK(says(zh_offer_say_effect, &o, false, "15 % off, at most CNY 50.00") && says(zh_offer_say_effect, &o, true, "减 15%，最多减 CNY 50.00"));
    CHECK(says(zh_offer_say_conditions, &o, false, "for everyone") && says(zh_offer_say_conditions, &o, true, "所有人可用"));
    o = (zh_offer){ .kind = ZH_OFFER_THRESHOLD, .steps = { { 10000, 1000 }, { 20000, 3000 } }, .steps_count = 2, .currency = cny, .layer = ZH_OFFER_LAYER_ORDER };
    CHECK(says(zh_offer_say_effect, &o, false, "CNY 10.00 off from CNY 100.00, CNY 30.00 off from CNY 200.00"));
    CHECK(says(zh_offer_say_effect, &o, true, "满 CNY 100.00 减 CNY 10.00，满 CNY 200.00 减 CNY 30.00"));
    o.steps_count = 1, o.repeats = true;
    CHECK(says(zh_offer_say_effect, &o, false, "CNY 10.00 off for every CNY 100.00") && says(zh_offer_say_effect, &o, true, "每满 CNY 100.00 减 CNY 10.00"));
    o = (zh_offer){ .kind = ZH_OFFER_FIXED, .off_cents = 300, .currency = zh_currency_of(ZH_SV("JPY")), .layer = ZH_OFFER_LAYER_ITEM };
    CHECK(says(zh_offer_say_effect, &o, false, "JPY 300 off each piece") && says(zh_offer_say_effect, &o, true, "每件减 JPY 300"));
    o = (zh_offer){ .kind = ZH_OFFER_GIFT, .gift = ZH_SV("sock"), .gift_quantity = 2, .currency = cny, .minimum_cents = 9900, .categories = { words, 2 }, .items = { words, 1 }, .brands = { words, 1 },
                    .channels = 1u << ZH_OFFER_CHANNEL_APP | 1u << ZH_OFFER_CHANNEL_STORE, .first_order = true, .per_customer = 2 };
    CHECK(says(zh_offer_say_effect, &o, true, "赠 sock × 2"));
    CHECK(says(zh_offer_say_conditions, &o, false, "from CNY 99.00; only items shoes; only of shoes, hats; only by shoes; only by app, store; only the first order; 2 for each customer"));
    CHECK(says(zh_offer_say_conditions, &o, true, "满 CNY 99.00 可用；仅限商品 shoes；仅限类目 shoes、hats；仅限品牌 shoes；仅限渠道 APP、门店；仅限首单；每人限 2 次"));
    return 0;
}
