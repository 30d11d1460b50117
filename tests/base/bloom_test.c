/* Goal: nothing that was added is denied, and few others are not.
 * Method: keys by number over several parts, all asked again; as many strangers counted. */
#include "base/bloom.h"
#include "base/hash.h"
#include "check.h"

enum { KEYS = 2500000 }; /* two parts, or one that was reserved */

static uint64_t high_of(uint64_t i) { return zh_mix64(i * 2 + 1); }
static uint64_t low_of(uint64_t i) { return zh_mix64(~(i * 2)); }

static void test_all_that_was_added_is_perhaps(uint64_t seed, size_t reserved)
{
    zh_bloom bloom = { 0 };
    CHECK(!zh_bloom_may_have(&bloom, 1, 2));
    CHECK(zh_bloom_reserve(&bloom, reserved) == ZH_OK);
    for (uint64_t i = 0; i < KEYS; i++) CHECK(zh_bloom_add(&bloom, high_of(seed + i), low_of(seed + i)) == ZH_OK);
    size_t wrong = 0;
    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK(zh_bloom_may_have(&bloom, high_of(seed + i), low_of(seed + i)));
        wrong += zh_bloom_may_have(&bloom, high_of(seed + KEYS + i), low_of(seed + KEYS + i));
    }
    CHECK(wrong < KEYS * 2 / 100); /* a part of about 0.7 %, a second begun */
    CHECK(reserved == 0 || wrong < KEYS / 100);
    CHECK(reserved == 0 || zh_bloom_bytes(&bloom) < reserved * 3 / 2 + 128);
    CHECK(bloom.keys == KEYS);
    zh_bloom_close(&bloom);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv) << 32;
    test_all_that_was_added_is_perhaps(seed, 0);
    test_all_that_was_added_is_perhaps(seed, KEYS);
    return 0;
}
