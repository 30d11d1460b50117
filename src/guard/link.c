#include "guard/link.h"

#include <assert.h>
#include <sodium.h>

#define VERSION 1
#define NONCE_BYTES 16
#define TAG_BYTES 16
#define HEAD_BYTES (1 + NONCE_BYTES)
#define PLAIN_BYTES 18 /* purpose, channel, until, customer; the campaign is the rest */
#define PLAIN_BYTES_MAX (PLAIN_BYTES + ZH_LINK_CAMPAIGN_BYTES_MAX)
#define TOKEN_BYTES_MAX (HEAD_BYTES + PLAIN_BYTES_MAX + TAG_BYTES)

_Static_assert(ZH_LINK_TEXT_BYTES >= (TOKEN_BYTES_MAX * 4 + 2) / 3 + 1, "as the header says");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG_BYTES && crypto_aead_xchacha20poly1305_ietf_NPUBBYTES >= NONCE_BYTES, "of libsodium");

static void key_of(const zh_sealer *sealer, uint8_t key[32])
{
    zh_seal_sign(sealer, ZH_SV("zhun link key"), (zh_sv){ 0 }, key);
}

static void nonce_of(const zh_sealer *sealer, zh_sv plain, uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES])
{
    uint8_t hash[32];
    zh_seal_sign(sealer, ZH_SV("zhun link nonce"), plain, hash);
    memset(nonce, 0, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    memcpy(nonce, hash, NONCE_BYTES);
}

static void print_url(zh_sv bytes, char *out, size_t room)
{
    sodium_bin2base64(out, room, (const uint8_t *)bytes.data, bytes.size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

size_t zh_link_print(const zh_sealer *sealer, const zh_link *link, char out[ZH_LINK_TEXT_BYTES])
{
    assert(link->customer.number != 0 && link->until_ms > 0);
    assert(link->purpose == ZH_LINK_PREFERENCES || link->purpose == ZH_LINK_UNSUBSCRIBE);
    assert(link->channel < ZH_CHANNEL_COUNT && link->campaign.size <= ZH_LINK_CAMPAIGN_BYTES_MAX);
    uint8_t plain[PLAIN_BYTES_MAX] = { (uint8_t)link->purpose, (uint8_t)link->channel };
    memcpy(plain + 2, &link->until_ms, 8);
    memcpy(plain + 10, &link->customer.number, 8);
    if (link->campaign.size > 0) memcpy(plain + PLAIN_BYTES, link->campaign.data, link->campaign.size);
    const size_t size = PLAIN_BYTES + link->campaign.size;

    uint8_t key[32], nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES], token[TOKEN_BYTES_MAX] = { VERSION };
    key_of(sealer, key);
    nonce_of(sealer, (zh_sv){ (const char *)plain, size }, nonce);
    memcpy(token + 1, nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(token + HEAD_BYTES, NULL, plain, size, token, 1, NULL, nonce, key);
    zh_wipe(key, sizeof key);
    print_url((zh_sv){ (const char *)token, HEAD_BYTES + size + TAG_BYTES }, out, ZH_LINK_TEXT_BYTES);
    return strlen(out);
}

/* The token's bytes; how many, 0: it is none. Compared with what it would be written as: libsodium 1.0.18 reads bytes beyond ASCII as the
 * letter A (seen by the fuzzer), so one token would have many spellings. */
static size_t read_url(zh_sv text, uint8_t token[TOKEN_BYTES_MAX])
{
    char again[ZH_LINK_TEXT_BYTES];
    size_t size = 0;
    if (sodium_base642bin(token, TOKEN_BYTES_MAX, text.data, text.size, NULL, &size, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) return 0;
    print_url((zh_sv){ (const char *)token, size }, again, sizeof again);
    return zh_sv_equal(zh_sv_of(again), text) ? size : 0;
}

/* The sealed part opened into `plain`; its size, 0: it does not open. */
static size_t open_token(const zh_sealer *sealer, zh_sv text, uint8_t plain[PLAIN_BYTES_MAX])
{
    uint8_t token[TOKEN_BYTES_MAX], key[32], nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = { 0 };
    const size_t size = read_url(text, token);
    if (size < HEAD_BYTES + PLAIN_BYTES + TAG_BYTES || token[0] != VERSION) return 0;
    key_of(sealer, key);
    memcpy(nonce, token + 1, NONCE_BYTES);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, token + HEAD_BYTES, size - HEAD_BYTES, token, 1, nonce, key);
    zh_wipe(key, sizeof key);
    return failed == 0 ? size - HEAD_BYTES - TAG_BYTES : 0;
}

zh_err zh_link_read(const zh_sealer *sealer, zh_sv token, zh_link_purpose purpose, int64_t now_ms, char room[ZH_LINK_CAMPAIGN_BYTES_MAX], zh_link *out)
{
    uint8_t plain[PLAIN_BYTES_MAX];
    const size_t size = open_token(sealer, token, plain);
    if (size == 0 || plain[0] != (uint8_t)purpose || plain[1] >= ZH_CHANNEL_COUNT) return ZH_CORRUPT;
    *out = (zh_link){ .purpose = purpose, .channel = (zh_channel)plain[1] };
    memcpy(&out->until_ms, plain + 2, 8);
    memcpy(&out->customer.number, plain + 10, 8);
    memcpy(room, plain + PLAIN_BYTES, size - PLAIN_BYTES);
    out->campaign = (zh_sv){ room, size - PLAIN_BYTES };
    return now_ms < out->until_ms ? ZH_OK : ZH_TIMEOUT;
}

void zh_link_form(const zh_sealer *sealer, zh_sv token, zh_sv act, char out[ZH_LINK_FORM_BYTES])
{
    uint8_t both[32 + 32], value[32]; /* the hashes of two texts: no text can run over into the other */
    zh_seal_sign(sealer, ZH_SV("zhun link form, token"), token, both);
    zh_seal_sign(sealer, ZH_SV("zhun link form, act"), act, both + 32);
    zh_seal_sign(sealer, ZH_SV("zhun link form"), (zh_sv){ (const char *)both, sizeof both }, value);
    print_url((zh_sv){ (const char *)value, sizeof value }, out, ZH_LINK_FORM_BYTES);
}

bool zh_link_form_fits(const zh_sealer *sealer, zh_sv token, zh_sv act, zh_sv value)
{
    char own[ZH_LINK_FORM_BYTES];
    zh_link_form(sealer, token, act, own);
    return value.size == sizeof own - 1 && sodium_memcmp(own, value.data, value.size) == 0;
}
