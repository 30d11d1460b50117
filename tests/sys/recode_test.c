/* Goal: GB18030 becomes UTF-8 however it is cut; bad bytes are seen, not guessed; the encoding is told apart.
 * Method: tables; every character of GB18030 up to U+FFFF made by the system's own tables and read back in pieces. */
#include "sys/recode.h"

#include "check.h"

#include <iconv.h>

static void recode_pieces(zh_sv text, size_t step, zh_buf *out)
{
    zh_recode *recode;
    CHECK(zh_recode_open(&recode) == ZH_OK);
    for (size_t at = 0; at < text.size; at += step) CHECK(zh_recode_put(recode, zh_sv_part(text, at, step), false, out) == ZH_OK);
    CHECK(zh_recode_put(recode, (zh_sv){ 0 }, true, out) == ZH_OK);
    zh_recode_close(recode);
}

static const struct { const char *name, *text, *want; } rows[] = {
    { "ascii", "a,b\n", "a,b\n" },
    { "two bytes", "\xD6\xD0\xB9\xFA", "\xE4\xB8\xAD\xE5\x9B\xBD" },
    { "the euro of gbk", "\x80", "\xFF" },
    { "four bytes", "\x81\x39\xEE\x39", "\xE3\x90\x80" },
    { "beyond the first plane", "\x95\x32\x82\x36", "\xF0\xA0\x80\x80" },
    { "a bad byte costs itself", "a\xFF\xD6\xD0", "a\xFF\xE4\xB8\xAD" },
    { "half a character at the end", "a\xD6", "a\xFF" },
    { "three quarters of one", "a\x81\x39\xEE", "a\xFF\xFF\xFF" },
    { "empty", "", "" },
};

static void every_character_comes_through_in_pieces(void)
{
    zh_buf utf8 = zh_buf_open(1 << 20), gb = zh_buf_open(1 << 20), out = zh_buf_open(1 << 20);
    for (uint32_t c = 1; c < 0x10000; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        char bytes[3] = { (char)c };
        size_t size = 1;
        if (c >= 0x80 && c < 0x800) bytes[0] = (char)(0xC0 | c >> 6), bytes[1] = (char)(0x80 | (c & 63)), size = 2;
        if (c >= 0x800) bytes[0] = (char)(0xE0 | c >> 12), bytes[1] = (char)(0x80 | (c >> 6 & 63)), bytes[2] = (char)(0x80 | (c & 63)), size = 3;
        zh_buf_put(&utf8, (zh_sv){ bytes, size });
    }
    iconv_t table = iconv_open("GB18030", "UTF-8");
    CHECK(table != (iconv_t)-1);
    char *from = utf8.data, *to = zh_buf_room(&gb, 600000);
    size_t left = utf8.size, room = gb.size;
    while (left > 0 && iconv(table, &from, &left, &to, &room) == (size_t)-1) { /* the few that have no code */
        from += 3;
        left -= 3;
    }
    gb.size -= room;
    iconv_close(table);
    CHECK(gb.size > 150000);
    zh_buf whole = zh_buf_open(1 << 20);
    recode_pieces(zh_buf_view(&gb), SIZE_MAX / 2, &whole);
    CHECK(whole.size > 180000);
    for (size_t step = 1; step <= 5; step++) {
        zh_buf_reset(&out);
        recode_pieces(zh_buf_view(&gb), step, &out);
        CHECK(zh_sv_equal(zh_buf_view(&out), zh_buf_view(&whole)));
    }
    zh_buf_close(&utf8);
    zh_buf_close(&gb);
    zh_buf_close(&out);
    zh_buf_close(&whole);
}

static void encodings_are_told_apart(void)
{
    static const struct { const char *name, *text; zh_encoding want; bool utf16; } samples[] = {
        { "ascii", "order_id,item", ZH_ENCODING_UTF8, false },
        { "utf-8", "\xE8\xAE\xA2\xE5\x8D\x95", ZH_ENCODING_UTF8, false },
        { "utf-8, cut", "\xE8\xAE\xA2\xE5\x8D", ZH_ENCODING_UTF8, false },
        { "with a byte order mark", "\xEF\xBB\xBF" "a", ZH_ENCODING_UTF8, false },
        { "gbk", "\xB6\xA9\xB5\xA5", ZH_ENCODING_GB18030, false },
        { "utf-16", "\xFF\xFE" "a", ZH_ENCODING_AUTO, true },
        { "empty", "", ZH_ENCODING_UTF8, false },
    };
    zh_encoding encoding;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const zh_err e = zh_encoding_detect(zh_sv_of(samples[i].text), &encoding);
        CHECK_ROW(e == (samples[i].utf16 ? ZH_FORMAT : ZH_OK), samples[i].name);
        CHECK_ROW(samples[i].utf16 || encoding == samples[i].want, samples[i].name);
    }
    CHECK(zh_encoding_parse(ZH_SV("GBK"), &encoding) == ZH_OK && encoding == ZH_ENCODING_GB18030);
    CHECK(zh_encoding_parse(ZH_SV("latin1"), &encoding) == ZH_FORMAT);
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step < 9; step++) {
            zh_buf out = zh_buf_open(1 << 10);
            recode_pieces(zh_sv_of(rows[i].text), step, &out);
            CHECK_ROW(zh_sv_equal(zh_buf_view(&out), zh_sv_of(rows[i].want)), rows[i].name);
            zh_buf_close(&out);
        }
    every_character_comes_through_in_pieces();
    encodings_are_told_apart();
    return 0;
}
