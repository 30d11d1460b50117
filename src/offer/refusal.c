#include "offer/refusal.h"

const char *zh_refusal_code(zh_refusal refusal)
{
    static const char *const codes[] = {
#define X(name, code, en, zh) code,
        ZH_REFUSAL_LIST(X)
#undef X
    };
    return codes[refusal];
}

void zh_refusal_say(zh_refusal refusal, bool chinese, int64_t missing_cents, zh_currency currency, zh_buf *out)
{
    static const char *const sentences[][2] = {
#define X(name, code, en, zh) { en, zh },
        ZH_REFUSAL_LIST(X)
#undef X
    };
    char letters[4], amount[ZH_MONEY_TEXT_BYTES];
    const char *text = sentences[refusal][chinese], *place = strchr(text, '%');
    if (place == NULL) {
        zh_buf_put(out, zh_sv_of(text));
        return;
    }
    zh_currency_text(currency, letters);
    const size_t size = zh_money_print(missing_cents, zh_currency_digits(currency), amount);
    zh_buf_put(out, (zh_sv){ text, (size_t)(place - text) });
    zh_buf_put(out, zh_sv_of(letters));
    zh_buf_put(out, ZH_SV(" "));
    zh_buf_put(out, (zh_sv){ amount, size });
    zh_buf_put(out, zh_sv_of(place + 1));
}
