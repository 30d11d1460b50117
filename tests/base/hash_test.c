/* Goal: the hashes that stored formats rely on never change.
 * Method: published vectors; CRC by pieces equals CRC of the whole. */
#include "base/hash.h"
#include "base/rng.h"
#include "check.h"

static void test_siphash_equals_the_paper(void)
{
    zh_sip_key key;
    char text[64];
    for (int i = 0; i < 16; i++) key.bytes[i] = (uint8_t)i;
    for (int i = 0; i < 64; i++) text[i] = (char)i;
    /* Appendix A of the paper (15 bytes), and the first and last but one of the reference vectors. */
    CHECK(zh_sip64(&key, (zh_sv){ text, 15 }) == 0xa129ca6149be45e5u);
    CHECK(zh_sip64(&key, (zh_sv){ text, 0 }) == 0x726fdb47dd0e0e31u);
    CHECK(zh_sip64(&key, (zh_sv){ text, 8 }) == 0x93f5f5799a932462u);
}

static void test_crc32c_equals_rfc_3720(void)
{
    char zeros[32] = { 0 }, ones[32], up[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++) up[i] = (char)i;
    CHECK(zh_crc32c(0, (zh_sv){ zeros, 32 }) == 0x8a9136aau);
    CHECK(zh_crc32c(0, (zh_sv){ ones, 32 }) == 0x62a8ab43u);
    CHECK(zh_crc32c(0, (zh_sv){ up, 32 }) == 0x46dd794eu);
    CHECK(zh_crc32c(0, ZH_SV("123456789")) == 0xe3069283u);
    for (size_t cut = 0; cut <= 32; cut++)
        CHECK(zh_crc32c(zh_crc32c(0, (zh_sv){ up, cut }), (zh_sv){ up + cut, 32 - cut }) == 0x46dd794eu);
}

static void test_xxh3_of_nothing_is_the_published_value(void)
{
    CHECK(zh_fast64((zh_sv){ 0 }) == 0x2d06800538d394c2u);
}

static void test_random_numbers_can_be_named_and_look_uniform(void)
{
    zh_rng rng = { .seed = 7, .stream = 3 };
    double sum = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        CHECK(zh_rng_at(7, 3, i) == zh_rng_next(&rng));
        zh_rng again = { .seed = 7, .stream = 4, .index = i };
        sum += zh_rng_unit(&again);
    }
    CHECK(sum > 49500 && sum < 50500); /* 5 sigma of 100,000 uniforms is 456 */
    uint64_t counts[10] = { 0 };
    for (int i = 0; i < 100000; i++) counts[zh_rng_below(&rng, 10)]++;
    for (int i = 0; i < 10; i++) CHECK(counts[i] > 9500 && counts[i] < 10500);
}

int main(int argc, char **argv)
{
    test_seed(argc, argv);
    test_siphash_equals_the_paper();
    test_crc32c_equals_rfc_3720();
    test_xxh3_of_nothing_is_the_published_value();
    test_random_numbers_can_be_named_and_look_uniform();
    return 0;
}
