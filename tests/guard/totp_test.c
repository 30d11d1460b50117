/* Goal: codes are those of RFC 6238, each is taken once and only near its moment; secrets and recovery codes survive how people write them.
 * Method: the RFC's table for SHA-1; every step around a moment; texts with blanks, small letters and mistakes. */
#include "guard/totp.h"
#include "check.h"

#include <string.h>

static const uint8_t secret[ZH_TOTP_SECRET_BYTES + 1] = "12345678901234567890";

static void codes_are_those_of_the_rfc(void)
{
    static const struct { int64_t second; const char *code; } rows[] = { /* appendix B: the last six of eight digits */
        { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char code[ZH_TOTP_CODE_TEXT];
        zh_totp_code(secret, zh_totp_step(rows[i].second * 1000), code);
        CHECK_ROW(strcmp(code, rows[i].code) == 0, rows[i].code);
    }
}

static void a_code_is_taken_once_and_near_its_moment(void)
{
    const int64_t now_ms = INT64_C(1700000000000), now = zh_totp_step(now_ms);
    for (int64_t step = now - 4; step <= now + 4; step++) {
        char code[ZH_TOTP_CODE_TEXT];
        zh_totp_code(secret, step, code);
        const bool near = step >= now - 1 && step <= now + 1;
        CHECK(zh_totp_fits(secret, zh_sv_of(code), now_ms, -1) == (near ? step : -1));
        CHECK(zh_totp_fits(secret, zh_sv_of(code), now_ms, step) == -1);                        /* it was taken */
        CHECK(zh_totp_fits(secret, zh_sv_of(code), now_ms, step - 1) == (near ? step : -1));
        CHECK(zh_totp_fits(secret, zh_sv_part(zh_sv_of(code), 0, 5), now_ms, -1) == -1);
    }
    CHECK(zh_totp_fits(secret, (zh_sv){ 0 }, now_ms, -1) == -1);
}

static void secrets_are_read_as_people_write_them(void)
{
    char text[ZH_TOTP_SECRET_TEXT];
    uint8_t back[ZH_TOTP_SECRET_BYTES];
    zh_totp_print(secret, text);
    CHECK(strcmp(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") == 0);
    CHECK(zh_totp_read(zh_sv_of(text), back) && memcmp(back, secret, sizeof back) == 0);
    memset(back, 0, sizeof back);
    CHECK(zh_totp_read(ZH_SV("gezd gnbv gy3t qojq gezd gnbv gy3t qojq"), back) && memcmp(back, secret, sizeof back) == 0);
    CHECK(!zh_totp_read(ZH_SV("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ"), back) && !zh_totp_read(ZH_SV("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA"), back));
    CHECK(!zh_totp_read(ZH_SV("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"), back) && !zh_totp_read((zh_sv){ 0 }, back));
}

static void recovery_codes(void)
{
    char text[ZH_TOTP_RECOVERY_TEXT], back[ZH_TOTP_RECOVERY_TEXT], loose[16];
    for (uint32_t n = 0; n < 256; n++) {
        const uint8_t random[ZH_TOTP_RECOVERY_BYTES] = { 1, (uint8_t)(n * 7), (uint8_t)n, 90, (uint8_t)(255 - n), 3, (uint8_t)(n * 31) };
        zh_totp_recovery(random, text);
        CHECK(strlen(text) == ZH_TOTP_RECOVERY_TEXT - 1 && text[5] == '-');
        CHECK(zh_totp_recovery_read(zh_sv_of(text), back) && strncmp(back, text, 5) == 0 && strcmp(back + 5, text + 6) == 0);
        for (size_t i = 0; i < strlen(text); i++) loose[i] = (char)(text[i] >= 'a' ? text[i] - 'a' + 'A' : text[i] == '-' ? ' ' : text[i]);
        CHECK(zh_totp_recovery_read((zh_sv){ loose, strlen(text) }, back) && strncmp(back, text, 5) == 0);
    }
    CHECK(!zh_totp_recovery_read(ZH_SV("abcde-fgh"), back) && !zh_totp_recovery_read(ZH_SV("abcde-fghjkm"), back) && !zh_totp_recovery_read(ZH_SV("abcde-fgh1k"), back));
}

int main(void)
{
    codes_are_those_of_the_rfc();
    a_code_is_taken_once_and_near_its_moment();
    secrets_are_read_as_people_write_them();
    recovery_codes();
    return 0;
}
