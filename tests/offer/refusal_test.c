/* Goal: every reason has a code of its own and a sentence in both languages; an amount is said in its currency. Method: all of them, and by hand. */
#include "offer/refusal.h"
#include "check.h"

static bool says(zh_refusal refusal, bool chinese, const char *want)
{
    zh_buf out = zh_buf_open(4096);
    zh_refusal_say(refusal, chinese, 1250, zh_currency_of(ZH_SV("CNY")), &out);
    const bool same = want == NULL ? out.size > 0 : zh_sv_equal(zh_buf_view(&out), zh_sv_of(want));
    zh_buf_close(&out);
    return same;
}

int main(void)
{
    for (int i = 0; i < ZH_REFUSALS; i++) {
        CHECK(says((zh_refusal)i, false, NULL) && says((zh_refusal)i, true, NULL));
        for (int j = 0; j < i; j++) CHECK(strcmp(zh_refusal_code((zh_refusal)i), zh_refusal_code((zh_refusal)j)) != 0);
    }
    CHECK(says(ZH_REFUSAL_SOLD_OUT, true, "已领完") && strcmp(zh_refusal_code(ZH_REFUSAL_SOLD_OUT), "sold_out") == 0);
    CHECK(says(ZH_REFUSAL_BELOW_MINIMUM, true, "还差 CNY 12.50 可享受优惠"));
    CHECK(says(ZH_REFUSAL_BELOW_MINIMUM, false, "CNY 12.50 more of what the offer is for is needed"));
    return 0;
}
