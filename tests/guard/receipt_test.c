/* Goal: a receipt holds for the bytes, the workspace and the key it was signed with, and for nothing else.
 * Method: the vector of RFC 8032 (TEST 2) for checking; every bit of bytes and signature turned; two workspaces. */
#include "guard/receipt.h"
#include "check.h"

#include <string.h>

static zh_sealer sealer_of(uint32_t seed)
{
    zh_workspace_key key = { .id = 1 };
    zh_sealer sealer;
    for (int i = 0; i < 32; i++) key.seal[i] = (uint8_t)(i + 1), key.index[i] = (uint8_t)(i * 3 + (int)seed);
    CHECK(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK);
    return sealer;
}

static void from_hex(const char *text, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        CHECK(sscanf(text + 2 * i, "%2x", &byte) == 1);
        out[i] = (uint8_t)byte;
    }
}

static void test_the_vector_of_the_rfc(void)
{
    uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], signature[ZH_RECEIPT_SIGNATURE_BYTES];
    from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", key, sizeof key);
    from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", signature, sizeof signature);
    CHECK(zh_receipt_check(key, ZH_SV("\x72"), signature) == ZH_OK);
    CHECK(zh_receipt_check(key, ZH_SV("\x73"), signature) == ZH_CORRUPT);
}

static void test_each_bit_counts(void)
{
    zh_sealer mine = sealer_of(1), other = sealer_of(2);
    char text[] = "{\"type\":\"zhun.erasure\",\"id\":\"7\"}";
    const zh_sv bytes = { text, sizeof text - 1 };
    uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], others[ZH_RECEIPT_PUBLIC_BYTES], signature[ZH_RECEIPT_SIGNATURE_BYTES], again[ZH_RECEIPT_SIGNATURE_BYTES];
    zh_receipt_public(&mine, key);
    zh_receipt_public(&other, others);
    zh_receipt_sign(&mine, bytes, signature);
    zh_receipt_sign(&mine, bytes, again);
    CHECK(memcmp(signature, again, sizeof signature) == 0); /* the same statement, the same receipt */
    CHECK(zh_receipt_check(key, bytes, signature) == ZH_OK && zh_receipt_check(others, bytes, signature) == ZH_CORRUPT);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        CHECK(zh_receipt_check(key, bytes, signature) == ZH_CORRUPT);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << bit % 8);
        CHECK(zh_receipt_check(key, bytes, signature) == ZH_CORRUPT);
        signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << bit % 8);
    }
    CHECK(zh_receipt_check(key, bytes, signature) == ZH_OK);
    zh_sealer_close(&mine);
    zh_sealer_close(&other);
}

int main(void)
{
    test_the_vector_of_the_rfc();
    test_each_bit_counts();
    return 0;
}
