/* Goal: a digest is BLAKE2b-256 whatever pieces the bytes come in, and its text reads back; a signature holds for its key, its name and
 * its bytes alone.
 * Method: the vector of "abc" (BLAKE2b with 32 bytes, by b2sum -l 256), random cuts of random bytes, every byte of a text changed. */
#include "guard/digest.h"
#include "guard/seal.h"
#include "check.h"

#include <string.h>

static void digest_of(zh_sv bytes, uint8_t out[ZH_DIGEST_BYTES])
{
    zh_digest d;
    CHECK(zh_digest_begin(&d) == ZH_OK);
    zh_digest_put(&d, bytes);
    zh_digest_end(&d, out);
}

static void test_known_bytes_have_their_digest(void)
{
    uint8_t digest[ZH_DIGEST_BYTES];
    char text[ZH_DIGEST_TEXT_BYTES];
    digest_of(ZH_SV("abc"), digest);
    zh_digest_print(digest, text);
    CHECK(strcmp(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319") == 0);
}

static void test_pieces_do_not_show(uint64_t seed)
{
    char bytes[4096];
    uint8_t whole[ZH_DIGEST_BYTES], cut[ZH_DIGEST_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)test_random(&seed);
    digest_of((zh_sv){ bytes, sizeof bytes }, whole);
    for (int turn = 0; turn < 50; turn++) {
        zh_digest d;
        CHECK(zh_digest_begin(&d) == ZH_OK);
        for (size_t at = 0; at < sizeof bytes;) {
            size_t some = test_random(&seed) % 700;
            if (some > sizeof bytes - at) some = sizeof bytes - at;
            zh_digest_put(&d, (zh_sv){ bytes + at, some });
            at += some;
        }
        zh_digest_end(&d, cut);
        CHECK(zh_digest_equal(whole, cut));
    }
    bytes[77] ^= 1;
    digest_of((zh_sv){ bytes, sizeof bytes }, cut);
    CHECK(!zh_digest_equal(whole, cut));
}

static void test_a_text_reads_back_or_is_refused(void)
{
    uint8_t digest[ZH_DIGEST_BYTES], again[ZH_DIGEST_BYTES];
    char text[ZH_DIGEST_TEXT_BYTES];
    digest_of(ZH_SV("zhun"), digest);
    zh_digest_print(digest, text);
    CHECK(zh_digest_parse((zh_sv){ text, 64 }, again) == ZH_OK && zh_digest_equal(digest, again));
    CHECK(zh_digest_parse((zh_sv){ text, 63 }, again) == ZH_FORMAT);
    for (size_t i = 0; i < 64; i++) {
        const char was = text[i];
        text[i] = 'g';
        CHECK(zh_digest_parse((zh_sv){ text, 64 }, again) == ZH_FORMAT);
        text[i] = was;
    }
}

static void test_a_signature_is_of_one_key_one_name_and_these_bytes(void)
{
    zh_workspace_key key = { .id = 1, .index = { 1 } }, other = { .id = 1, .index = { 2 } };
    zh_sealer mine, theirs;
    uint8_t a[32], b[32];
    CHECK(zh_sealer_open(&mine, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK && zh_sealer_open(&theirs, ZH_WORKSPACE_DEFAULT, &other, 1) == ZH_OK);
    zh_seal_sign(&mine, ZH_SV("base"), ZH_SV("bytes"), a);
    zh_seal_sign(&mine, ZH_SV("base"), ZH_SV("bytes"), b);
    CHECK(zh_digest_equal(a, b));
    zh_seal_sign(&mine, ZH_SV("base"), ZH_SV("byteS"), b);
    CHECK(!zh_digest_equal(a, b));
    zh_seal_sign(&mine, ZH_SV("baseb"), ZH_SV("ytes"), b);
    CHECK(!zh_digest_equal(a, b));
    zh_seal_sign(&theirs, ZH_SV("base"), ZH_SV("bytes"), b);
    CHECK(!zh_digest_equal(a, b));
    zh_sealer_close(&mine);
    zh_sealer_close(&theirs);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_known_bytes_have_their_digest();
    test_pieces_do_not_show(seed);
    test_a_text_reads_back_or_is_refused();
    test_a_signature_is_of_one_key_one_name_and_these_bytes();
    return 0;
}
