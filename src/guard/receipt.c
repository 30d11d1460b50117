#include "guard/receipt.h"

#include <sodium.h>

_Static_assert(ZH_RECEIPT_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES && ZH_RECEIPT_SIGNATURE_BYTES == crypto_sign_BYTES, "sizes of Ed25519");

static void keys_of(const zh_sealer *sealer, uint8_t public[ZH_RECEIPT_PUBLIC_BYTES], uint8_t secret[crypto_sign_SECRETKEYBYTES])
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    zh_seal_sign(sealer, ZH_SV("zhun receipt key"), (zh_sv){ 0 }, seed);
    (void)crypto_sign_seed_keypair(public, secret, seed); /* always 0 */
    zh_wipe(seed, sizeof seed);
}

void zh_receipt_public(const zh_sealer *sealer, uint8_t out[ZH_RECEIPT_PUBLIC_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    keys_of(sealer, out, secret);
    zh_wipe(secret, sizeof secret);
}

void zh_receipt_sign(const zh_sealer *sealer, zh_sv bytes, uint8_t out[ZH_RECEIPT_SIGNATURE_BYTES])
{
    uint8_t public[ZH_RECEIPT_PUBLIC_BYTES], secret[crypto_sign_SECRETKEYBYTES];
    keys_of(sealer, public, secret);
    (void)crypto_sign_detached(out, NULL, (const uint8_t *)bytes.data, bytes.size, secret); /* always 0 */
    zh_wipe(secret, sizeof secret);
}

zh_err zh_receipt_check(const uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], zh_sv bytes, const uint8_t signature[ZH_RECEIPT_SIGNATURE_BYTES])
{
    if (sodium_init() < 0) return ZH_IO;
    return crypto_sign_verify_detached(signature, (const uint8_t *)bytes.data, bytes.size, key) == 0 ? ZH_OK : ZH_CORRUPT;
}
