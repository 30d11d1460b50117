/* Goal: exactly the texts of RFC 3629 are UTF-8.
 * Method: a table of edges; every sequence of one to three bytes, and many of four, against the definition:
 * what decodes to a scalar value and encodes to the same bytes again. */
#include "base/utf8.h"

#include "check.h"

static const struct { const char *name, *text; size_t size, valid; bool begins; } rows[] = {
    { "empty", "", 0, 0, true },
    { "ascii", "abc", 3, 3, true },
    { "nul is a character", "a\0b", 3, 3, true },
    { "long ascii, then chinese", "0123456789\xE4\xB8\xAD", 13, 13, true },
    { "cut in a character", "abc\xE4\xB8", 5, 3, true },
    { "cut after its first byte", "\xF0", 1, 0, true },
    { "bad byte in the middle", "abcdefghij\xFFklm", 14, 10, false },
    { "bad byte before a cut", "\xFF\xE4\xB8", 3, 0, false },
    { "overlong slash", "\xC0\xAF", 2, 0, false },
    { "overlong, cut", "\xE0\x9F", 2, 0, false },
    { "surrogate", "\xED\xA0\x80", 3, 0, false },
    { "last scalar", "\xF4\x8F\xBF\xBF", 4, 4, true },
    { "beyond the last", "\xF4\x90\x80\x80", 4, 0, false },
    { "gb18030", "\xD6\xD0\xB9\xFA", 4, 0, false },
};

static bool slow_valid(const unsigned char *b, size_t size) /* one character of exactly this size */
{
    if (size == 1) return b[0] < 0x80;
    const unsigned lead_bits = size == 2 ? 5 : size == 3 ? 4 : 3;
    const unsigned lead = (0xFFu << (lead_bits + 1)) & 0xFFu;
    if ((b[0] & (0xFFu << lead_bits)) % 256 != lead) return false;
    uint32_t point = b[0] & ((1u << lead_bits) - 1);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xC0) != 0x80) return false;
        point = point << 6 | (b[i] & 0x3Fu);
    }
    const uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
    return point >= least && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

static void every_short_sequence_is_judged_as_defined(void)
{
    for (uint32_t n = 0; n < 1u << 24; n++) {
        const unsigned char b[3] = { (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n };
        size_t good = 0;
        while (good < 3) {
            size_t size = 1;
            while (good + size <= 3 && !slow_valid(b + good, size)) size++;
            if (good + size > 3) break;
            good += size;
        }
        CHECK(zh_utf8_valid((zh_sv){ (const char *)b, 3 }) == good);
    }
}

static void sequences_of_four_are_judged_as_defined(uint64_t seed)
{
    for (int i = 0; i < 2000000; i++) {
        const uint64_t n = test_random(&seed);
        const unsigned char b[4] = { (unsigned char)(0xEE + n % 10), (unsigned char)(0x78 + (n >> 8) % 0x50),
                                     (unsigned char)(0x78 + (n >> 16) % 0x50), (unsigned char)(0x78 + (n >> 24) % 0x50) };
        if (b[0] < 0xF0) continue;
        CHECK((zh_utf8_valid((zh_sv){ (const char *)b, 4 }) == 4) == slow_valid(b, 4));
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_sv text = { rows[i].text, rows[i].size };
        CHECK_ROW(zh_utf8_valid(text) == rows[i].valid, rows[i].name);
        CHECK_ROW(zh_utf8_begins(text) == rows[i].begins, rows[i].name);
    }
    every_short_sequence_is_judged_as_defined();
    sequences_of_four_are_judged_as_defined(seed);
    return 0;
}
