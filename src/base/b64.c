#include "base/b64.h"

#define BAD 64

/* Value of a letter of either alphabet, BAD for all others. */
static unsigned letter_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26u;
    if (c >= '0' && c <= '9') return c - '0' + 52u;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : BAD;
}

/* Letters without the padding; false when the padding is wrong. */
static bool strip_padding(zh_sv *text)
{
    size_t size = text->size;
    while (size > 0 && text->size - size < 2 && text->data[size - 1] == '=') size--;
    if (size < text->size && text->size % 4 != 0) return false;
    text->size = size;
    return size % 4 != 1;
}

zh_err zh_b64_decode(zh_sv text, zh_buf *out)
{
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    if (!strip_padding(&text)) return ZH_FORMAT;
    const size_t before = out->size, size = text.size / 4 * 3 + text.size % 4 * 3 / 4;
    if (size == 0) return ZH_OK;
    unsigned char *at = (unsigned char *)zh_buf_room(out, size);
    if (at == NULL) return zh_buf_err(out);
    uint32_t bits = 0, bad = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.size; i++) {
        const unsigned value = letter_value((unsigned char)text.data[i]);
        bad |= value & BAD;
        bits = bits << 6 | (value & 63);
        held += 6;
        if (held >= 8) {
            held -= 8;
            *at++ = (unsigned char)(bits >> held);
        }
    }
    if (bad != 0 || (bits & ((1u << held) - 1)) != 0) {
        out->size = before;
        return ZH_FORMAT;
    }
    return ZH_OK;
}

static void encode(zh_sv bytes, zh_buf *out, const char *letters, bool padded)
{
    const size_t rest = bytes.size % 3;
    const size_t size = bytes.size / 3 * 4 + (rest == 0 ? 0 : padded ? 4 : rest + 1);
    char *at = size == 0 ? NULL : zh_buf_room(out, size);
    if (at == NULL) return;
    const unsigned char *in = (const unsigned char *)bytes.data, *end = in + (bytes.size - rest);
    for (; in < end; in += 3) {
        const uint32_t three = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
        for (int shift = 18; shift >= 0; shift -= 6) *at++ = letters[three >> shift & 63];
    }
    if (rest == 0) return;
    const uint32_t last = (uint32_t)in[0] << 16 | (rest == 2 ? (uint32_t)in[1] << 8 : 0);
    *at++ = letters[last >> 18];
    *at++ = letters[last >> 12 & 63];
    if (rest == 2) *at++ = letters[last >> 6 & 63];
    for (size_t i = rest; padded && i < 3; i++) *at++ = '=';
}

void zh_b64_encode(zh_sv bytes, zh_buf *out)
{
    encode(bytes, out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true);
}

void zh_b64_encode_url(zh_sv bytes, zh_buf *out)
{
    encode(bytes, out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false);
}
