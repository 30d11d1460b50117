/* Goal: an act is read back as it was written, and nothing else is read. Method: each kind; cut and changed at every byte. */
#include "offer/act.h"
#include "check.h"

static void check_same(const zh_offer_act *act)
{
    zh_buf once = zh_buf_open(4096), again = zh_buf_open(4096);
    zh_offer_act back;
    zh_offer_act_put(act, &once);
    const zh_sv record = zh_buf_view(&once);
    CHECK(zh_offer_act_get(record, &back) == ZH_OK && back.kind == act->kind && back.at_ms == act->at_ms);
    zh_offer_act_put(&back, &again);
    CHECK(zh_sv_equal(record, zh_buf_view(&again)));
    for (size_t size = 0; size < record.size; size++) CHECK(zh_offer_act_get(zh_sv_part(record, 0, size), &back) == ZH_FORMAT);
    for (size_t at = 0; at < record.size; at++) { /* any byte: refused, or an act within its limits */
        once.data[at] = (char)(once.data[at] ^ 0x55);
        if (zh_offer_act_get(record, &back) == ZH_OK) CHECK(back.uses_count <= ZH_OFFER_ACT_USES_MAX && back.coupon <= ZH_COUPONS_MAX && (unsigned)back.cause < ZH_RELEASES);
        once.data[at] = (char)(once.data[at] ^ 0x55);
    }
    zh_buf_close(&once);
    zh_buf_close(&again);
}

int main(void)
{
    check_same(&(zh_offer_act){ .kind = ZH_OFFER_ACT_CLAIM, .at_ms = 5, .offer = ZH_SV("spring"), .version = 2, .coupon = 7, .customer = { 9 }, .claim_key = 11 });
    check_same(&(zh_offer_act){ .kind = ZH_OFFER_ACT_HOLD, .at_ms = 6, .order = 3, .customer = { 9 }, .until_ms = 77, .quote = { 1, 2 }, .uses_count = 2,
                          .uses = { { ZH_SV("spring"), 2, 7, 500 }, { ZH_SV("gift"), 1, 0, 0 } } });
    check_same(&(zh_offer_act){ .kind = ZH_OFFER_ACT_USE, .at_ms = -6, .order = 3 });
    check_same(&(zh_offer_act){ .kind = ZH_OFFER_ACT_RELEASE, .at_ms = 8, .order = 3, .cause = ZH_RELEASE_CANCELLED });
    CHECK(zh_offer_act_order(ZH_SV("A-1")) == zh_offer_act_order(ZH_SV("A-1")) && zh_offer_act_order(ZH_SV("A-1")) != zh_offer_act_order(ZH_SV("A-2")));
    return 0;
}
