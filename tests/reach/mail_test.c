/* mail_test.c
 * Goal    no value makes a second header; what is outside ASCII is encoded words that end between characters; the same letter has the same bytes.
 * Method  a whole letter against its text; a table of values that are refused; long subjects taken apart again.
 */
#include "base/b64.h"
#include "check.h"
#include "reach/mail.h"

static const zh_mail plain = { .from_name = { "The \"Shop\"", 10 }, .from_address = { "hi@shop.example", 15 }, .to = { "ann@mail.example", 16 }, .reply_to = { "help@shop.example", 17 }, .subject = { "Hello", 5 },
                               .text = { "Hi Ann", 6 }, .html = { "<p>Hi Ann</p>", 13 }, .unsubscribe = { "https://shop.example/u/abc", 26 }, .id = { 255 }, .at_ms = 1795249800000 };

static void a_letter_is_what_the_rules_say(void)
{
    static const char want[] = "From: \"The \\\"Shop\\\"\" <hi@shop.example>\r\nTo: <ann@mail.example>\r\nReply-To: <help@shop.example>\r\nSubject: Hello\r\nDate: Sat, 21 Nov 2026 08:30:00 +0000\r\n"
        "Message-ID: <00000000000000ff@shop.example>\r\nList-Unsubscribe: <https://shop.example/u/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=\"=_00000000000000ff\"\r\n\r\n--=_00000000000000ff\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkgQW5u\r\n"
        "--=_00000000000000ff\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGkgQW5uPC9wPg==\r\n--=_00000000000000ff--\r\n";
    zh_buf out = zh_buf_open(ZH_MAIL_BYTES_MAX), again = zh_buf_open(ZH_MAIL_BYTES_MAX);
    CHECK(zh_mail_write(&plain, &out) == ZH_OK && zh_mail_write(&plain, &again) == ZH_OK);
    CHECK_ROW(zh_sv_equal(zh_buf_view(&out), ZH_SV(want)), out.data);
    CHECK(zh_sv_equal(zh_buf_view(&out), zh_buf_view(&again)));
    zh_mail one = plain;
    one.html = one.unsubscribe = one.from_name = one.reply_to = (zh_sv){ 0 };
    zh_buf_reset(&out);
    CHECK(zh_mail_write(&one, &out) == ZH_OK);
    zh_buf_put_u8(&out, '\0');
    CHECK(strstr(out.data, "multipart") == NULL && strstr(out.data, "List-Unsubscribe") == NULL && strstr(out.data, "Reply-To") == NULL && strstr(out.data, "From: <hi@shop.example>\r\n") == out.data);
    zh_buf_close(&out);
    zh_buf_close(&again);
}

static void no_value_makes_a_second_header(void)
{
    zh_buf out = zh_buf_open(ZH_MAIL_BYTES_MAX);
    const zh_sv evil = ZH_SV("a@b.c\r\nBcc: x@y.z");
    for (int i = 0; i < 6; i++) {
        zh_mail m = plain;
        zh_sv *const values[] = { &m.from_name, &m.from_address, &m.to, &m.reply_to, &m.subject, &m.unsubscribe };
        *values[i] = evil;
        CHECK(zh_mail_write(&m, &out) == ZH_FORMAT);
    }
    zh_mail m = plain;
    m.text = m.html = (zh_sv){ 0 };
    CHECK(zh_mail_write(&m, &out) == ZH_FORMAT);
    zh_buf_close(&out);
}

/* Decode the encoded words of a subject again; each must be whole characters and its line short. */
static void encoded_words_end_between_characters(uint64_t seed)
{
    static const char *const letters[] = { "a", "é", "你", "😀", " ", "=" };
    for (int n = 0; n < 300; n++) {
        char text[600] = "", back[700] = "";
        const int count = 1 + (int)(test_random(&seed) % 100);
        for (int i = 0; i < count; i++) strcat(text, letters[test_random(&seed) % 6]);
        zh_mail m = plain;
        strcat(text, "终"); /* not ASCII, so it is encoded */
        m.subject = zh_sv_of(text);
        zh_buf out = zh_buf_open(ZH_MAIL_BYTES_MAX);
        CHECK(zh_mail_write(&m, &out) == ZH_OK);
        zh_buf_put_u8(&out, '\0');
        const char *at = strstr(out.data, "Subject: ") + 9;
        while (strncmp(at, "=?UTF-8?B?", 10) == 0) {
            const char *end = strstr(at + 10, "?=");
            zh_buf part = zh_buf_open(1024);
            CHECK(end != NULL && end - at <= 73 && zh_b64_decode((zh_sv){ at + 10, (size_t)(end - at - 10) }, &part) == ZH_OK);
            CHECK(((unsigned char)part.data[0] & 0xC0) != 0x80);
            strncat(back, part.data, part.size);
            zh_buf_close(&part);
            at = end + 2;
            if (strncmp(at, "\r\n =?", 5) == 0) at += 3;
        }
        CHECK_ROW(strncmp(at, "\r\nDate:", 7) == 0 && strcmp(back, text) == 0, text);
        zh_buf_close(&out);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_letter_is_what_the_rules_say();
    no_value_makes_a_second_header();
    encoded_words_end_between_characters(seed);
    return 0;
}
