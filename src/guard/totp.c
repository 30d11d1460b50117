#include "guard/totp.h"

#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define WINDOW 1 /* steps that two clocks may differ by */
#define RECOVERY_LETTERS 10

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char recovery[] = "abcdefghjkmnpqrstuvwxyz234567890"; /* what looks alike is left out: i, l, o, 1 */

void zh_totp_print(const uint8_t secret[ZH_TOTP_SECRET_BYTES], char out[ZH_TOTP_SECRET_TEXT])
{
    for (uint32_t i = 0; i < ZH_TOTP_SECRET_TEXT - 1; i++) {
        const uint32_t at = i * 5, byte = at / 8;
        const uint32_t two = (uint32_t)secret[byte] << 8 | (byte + 1 < ZH_TOTP_SECRET_BYTES ? secret[byte + 1] : 0u);
        out[i] = base32[two >> (11 - at % 8) & 31];
    }
    out[ZH_TOTP_SECRET_TEXT - 1] = '\0';
}

bool zh_totp_read(zh_sv text, uint8_t secret[ZH_TOTP_SECRET_BYTES])
{
    uint32_t held = 0, bits = 0, size = 0, letters = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const char upper = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        const char *at = upper == '\0' ? NULL : strchr(base32, upper);
        if (c == ' ') continue;
        if (at == NULL || ++letters > ZH_TOTP_SECRET_TEXT - 1) return false;
        held = held << 5 | (uint32_t)(at - base32);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        secret[size++] = (uint8_t)(held >> bits);
    }
    return size == ZH_TOTP_SECRET_BYTES;
}

void zh_totp_code(const uint8_t secret[ZH_TOTP_SECRET_BYTES], int64_t step, char out[ZH_TOTP_CODE_TEXT])
{
    uint8_t counter[8], mac[EVP_MAX_MD_SIZE] = { 0 };
    unsigned size = 0;
    for (int i = 0; i < 8; i++) counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    out[0] = '\0'; /* no memory: a code that nobody can say */
    if (HMAC(EVP_sha1(), secret, ZH_TOTP_SECRET_BYTES, counter, sizeof counter, mac, &size) == NULL || size != 20) return;
    const uint32_t at = mac[19] & 15;
    const uint32_t cut = ((uint32_t)mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    (void)snprintf(out, ZH_TOTP_CODE_TEXT, "%06u", cut % 1000000);
}

int64_t zh_totp_fits(const uint8_t secret[ZH_TOTP_SECRET_BYTES], zh_sv code, int64_t now_ms, int64_t last)
{
    int64_t found = -1;
    const int64_t now = zh_totp_step(now_ms);
    if (code.size != ZH_TOTP_CODE_TEXT - 1) return -1;
    for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
        char text[ZH_TOTP_CODE_TEXT];
        zh_totp_code(secret, step, text);
        const bool is = text[0] != '\0' && sodium_memcmp(text, code.data, code.size) == 0;
        if (is && step > last && found < 0) found = step;
    }
    return found;
}

void zh_totp_recovery(const uint8_t random[ZH_TOTP_RECOVERY_BYTES], char out[ZH_TOTP_RECOVERY_TEXT])
{
    uint64_t bits = 0;
    size_t at = 0;
    for (int i = 0; i < ZH_TOTP_RECOVERY_BYTES; i++) bits = bits << 8 | random[i];
    for (int i = 0; i < RECOVERY_LETTERS; i++) {
        if (i == RECOVERY_LETTERS / 2) out[at++] = '-';
        out[at++] = recovery[bits >> (5 * i) & 31];
    }
    out[at] = '\0';
}

bool zh_totp_recovery_read(zh_sv text, char out[ZH_TOTP_RECOVERY_TEXT])
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == ' ' || c == '-') continue;
        const char lower = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (size == RECOVERY_LETTERS || lower == '\0' || strchr(recovery, lower) == NULL) return false;
        out[size++] = lower;
    }
    out[size] = '\0';
    return size == RECOVERY_LETTERS;
}
