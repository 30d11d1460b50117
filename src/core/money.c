#include "core/money.h"

#include <stdio.h>

#define MINOR_MAX 9000000000000000 /* 9e15: exact as a double too, for readers of our JSON */

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

zh_currency zh_currency_of(zh_sv text)
{
    uint32_t code = 0;
    if (text.size != 3) return (zh_currency){ 0 };
    for (size_t i = 0; i < 3; i++) {
        if (!is_letter(text.data[i])) return (zh_currency){ 0 };
        code = code << 8 | ((uint32_t)(unsigned char)text.data[i] & 0xDFu);
    }
    return (zh_currency){ code };
}

void zh_currency_text(zh_currency currency, char out[4])
{
    out[0] = (char)(currency.code >> 16);
    out[1] = (char)(currency.code >> 8 & 0xFF);
    out[2] = (char)(currency.code & 0xFF);
    out[3] = '\0';
}

int zh_currency_digits(zh_currency currency)
{
    /* ISO 4217, table A.1: the codes whose minor unit is not a hundredth. */
    static const char none[][4] = { "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF" };
    static const char three[][4] = { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND" };
    char text[4];
    zh_currency_text(currency, text);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (memcmp(text, none[i], 4) == 0) return 0;
    for (size_t i = 0; i < sizeof three / sizeof *three; i++)
        if (memcmp(text, three[i], 4) == 0) return 3;
    return 2;
}

typedef struct decimal {
    __int128 digits; /* all digits as one number */
    int scale;       /* value = digits / 10^scale */
    bool negative;
} decimal;

#define DIGITS_MAX 30 /* of one amount: more than any price has, and 10^30 fits 128 bits */

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static zh_err parse_exponent(const char **at, const char *end, int *scale)
{
    const bool down = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+')) ++*at;
    int value = 0;
    if (!is_digit(*at, end)) return ZH_FORMAT;
    for (; is_digit(*at, end); ++*at)
        if (value < 1000) value = value * 10 + (**at - '0');
    *scale += down ? value : -value;
    return ZH_OK;
}

static zh_err parse(zh_sv text, decimal *out)
{
    const char *at = text.data, *end = text.data == NULL ? NULL : text.data + text.size;
    *out = (decimal){ 0 };
    int seen = 0, kept = 0;
    if (at < end && (*at == '-' || *at == '+')) out->negative = *at++ == '-';
    for (int after_point = 0; at < end; at++) {
        if (*at == '.' && !after_point) {
            after_point = 1;
            continue;
        }
        if (!is_digit(at, end)) break;
        seen++;
        if (kept > 0 || *at != '0') kept++;
        if (kept > DIGITS_MAX) return ZH_RANGE;
        out->digits = out->digits * 10 + (*at - '0');
        out->scale += after_point;
    }
    if (seen == 0) return ZH_FORMAT;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        const zh_err e = parse_exponent(&at, end, &out->scale);
        if (e != ZH_OK) return e;
    }
    return at == end ? ZH_OK : ZH_FORMAT;
}

/* digits x times / 10^(scale - wanted), rounded half away from zero. */
static zh_err scaled(decimal d, int64_t times, int wanted, int64_t *minor)
{
    const bool negative = d.negative != (times < 0);
    const unsigned __int128 factor = times < 0 ? (unsigned __int128)(-(__int128)times) : (unsigned __int128)times;
    unsigned __int128 value = (unsigned __int128)d.digits;
    if (value != 0 && factor > (~(unsigned __int128)0 >> 4) / value) return ZH_RANGE;
    value *= factor;
    int down = d.scale - wanted;
    for (; down < 0; down++) {
        if (value > MINOR_MAX) return ZH_RANGE;
        value *= 10;
    }
    if (down > 0) {
        /* Truncating the lower digits first keeps "half or more" true of the last one. */
        for (; down > 1 && value > 0; down--) value /= 10;
        value = (value + 5) / 10;
    }
    if (value > MINOR_MAX) return ZH_RANGE;
    *minor = negative ? -(int64_t)value : (int64_t)value;
    return ZH_OK;
}

zh_err zh_money_parse(zh_sv text, int digits, int64_t *minor)
{
    return zh_money_times(text, 1, digits, minor);
}

zh_err zh_money_times(zh_sv price, int64_t quantity, int digits, int64_t *minor)
{
    decimal d;
    const zh_err e = parse(price, &d);
    if (e != ZH_OK) return e;
    return scaled(d, quantity, digits, minor);
}

size_t zh_money_print(int64_t minor, int digits, char out[ZH_MONEY_TEXT_BYTES])
{
    const uint64_t value = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t unit = 1;
    for (int i = 0; i < digits; i++) unit *= 10;
    const char *sign = minor < 0 ? "-" : "";
    const int size = digits == 0
        ? snprintf(out, ZH_MONEY_TEXT_BYTES, "%s%llu", sign, (unsigned long long)value)
        : snprintf(out, ZH_MONEY_TEXT_BYTES, "%s%llu.%0*llu", sign, (unsigned long long)(value / unit),
                   digits, (unsigned long long)(value % unit));
    return (size_t)size;
}
