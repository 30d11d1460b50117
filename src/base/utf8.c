#include "base/utf8.h"

#define HIGH_BITS 0x8080808080808080u

/* Bytes of the valid character at `at`; 0: none, *cut says that the end of the text may be why. */
static size_t character(const unsigned char *at, size_t left, bool *cut)
{
    size_t size;
    unsigned char
        low = 0x80,
        high = 0xBF; /* of the second byte: no overlong form, no surrogate, no more than U+10FFFF */
    *cut = false;
    if (at[0] < 0x80) return 1;
    if (at[0] < 0xC2 || at[0] > 0xF4) return 0;
    size = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (at[0] == 0xE0) low = 0xA0;
    if (at[0] == 0xED) high = 0x9F;
    if (at[0] == 0xF0) low = 0x90;
    if (at[0] == 0xF4) high = 0x8F;
    for (size_t i = 1; i < size; i++) {
        if (i == left) {
            *cut = true;
            return 0;
        }
        if (at[i] < low || at[i] > high) return 0;
        low = 0x80;
        high = 0xBF;
    }
    return size;
}

static size_t valid(zh_sv text, bool *cut)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t at = 0;
    *cut = false;
    while (at < text.size) {
        uint64_t eight;
        if (text.size - at >= sizeof eight) {
            memcpy(&eight, bytes + at, sizeof eight);
            if ((eight & HIGH_BITS) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const size_t size = character(bytes + at, text.size - at, cut);
        if (size == 0) break;
        at += size;
    }
    return at;
}

size_t zh_utf8_character(const unsigned char *at, size_t left)
{
    bool cut;
    return character(at, left, &cut);
}

size_t zh_utf8_valid(zh_sv text)
{
    bool cut;
    return valid(text, &cut);
}

bool zh_utf8_begins(zh_sv text)
{
    bool cut;
    return valid(text, &cut) == text.size || cut;
}
