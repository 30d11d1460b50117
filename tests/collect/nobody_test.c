/* nobody_test.c
 * Goal    ids that stand for a missing variable identify nobody; real ids are left alone.
 * Method  two lists.
 */
#include "collect/nobody.h"
#include "check.h"

int main(void)
{
    static const char *const nobody[] = { "", " ", "0", "000", "-", "---", "0-0", "00000000-0000-0000-0000-000000000000",
        "-1", "null", "NULL", " Null ", "undefined", "anonymous", "Anonymous", "none", "nil", "NaN", "n/a", "(null)",
        "(not set)", "[object Object]", "guest", "unknown", "true", "false" };
    static const char *const somebody[] = { "1", "01", "-2", "u1", "nulla", "nullx", "0a", "anonymous1", "a", "guest-17",
        "00000000-0000-0000-0000-000000000001", "[object Object]x", "\xE5\xBC\xA0\xE4\xB8\x89", "13800000000" };
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) CHECK_ROW(zh_nobody(zh_sv_of(nobody[i])), nobody[i]);
    for (size_t i = 0; i < sizeof somebody / sizeof *somebody; i++)
        CHECK_ROW(!zh_nobody(zh_sv_of(somebody[i])), somebody[i]);

    zh_nobody_words words = { 0 };
    CHECK(!zh_nobody_has(&words, ZH_SV("kiosk")));
    CHECK(zh_nobody_add(&words, ZH_SV(" Kiosk ")) && zh_nobody_add(&words, ZH_SV("KIOSK")) && words.count == 1);
    CHECK(zh_nobody_has(&words, ZH_SV("kiosk")) && zh_nobody_has(&words, ZH_SV("  kIOSK")) && !zh_nobody_has(&words, ZH_SV("kiosk2")));
    char text[ZH_NOBODY_WORD_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    CHECK(!zh_nobody_add(&words, ZH_SV("  ")) && !zh_nobody_add(&words, (zh_sv){ text, sizeof text }) && zh_nobody_add(&words, (zh_sv){ text, sizeof text - 1 }));
    CHECK(zh_nobody_has(&words, (zh_sv){ text, sizeof text - 1 }) && !zh_nobody_has(&words, (zh_sv){ text, sizeof text }));
    for (int n = 0; words.count < ZH_NOBODY_WORDS_MAX; n++) {
        text[0] = (char)('0' + n / 10);
        text[1] = (char)('0' + n % 10);
        CHECK(zh_nobody_add(&words, (zh_sv){ text, 3 }));
    }
    CHECK(!zh_nobody_add(&words, ZH_SV("one more")) && zh_nobody_add(&words, ZH_SV("kiosk")));
    return 0;
}
