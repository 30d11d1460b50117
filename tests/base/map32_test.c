/* Goal: the map equals a plain array indexed by key.
 * Method: random puts, drops and looks on small and on far keys against the array, many seeds. */
#include "base/map32.h"
#include "check.h"

#define KEYS 97u

static uint32_t key_of(uint32_t place, uint32_t wide) { return place * wide; }

static void random_calls_equal_an_array(uint64_t seed, uint32_t wide)
{
    int32_t slow[KEYS] = { 0 };
    bool there[KEYS] = { false };
    uint32_t count = 0;
    zh_map32 map = zh_map32_open();
    CHECK(zh_map32_get(&map, 0) == NULL && !zh_map32_drop(&map, 0) && zh_map32_bytes(&map) == 0);
    for (int i = 0; i < 3000; i++) {
        const uint32_t at = (uint32_t)(test_random(&seed) % KEYS), key = key_of(at, wide);
        switch (test_random(&seed) % 3) {
        case 0: {
            int32_t *place = zh_map32_at(&map, key);
            CHECK(place != NULL && *place == (there[at] ? slow[at] : 0));
            count += !there[at];
            *place = slow[at] = (int32_t)test_random(&seed), there[at] = true;
            break;
        }
        case 1:
            CHECK(zh_map32_drop(&map, key) == there[at]);
            count -= there[at];
            there[at] = false;
            break;
        default: {
            const int32_t *got = zh_map32_get(&map, key);
            CHECK((got != NULL) == there[at]);
            CHECK(got == NULL || *got == slow[at]);
        }
        }
        CHECK(map.count == count);
    }
    uint32_t walked = 0, key;
    int32_t value;
    for (size_t at = 0; zh_map32_next(&map, &at, &key, &value); walked++) CHECK(key % wide == 0 && there[key / wide] && slow[key / wide] == value);
    CHECK(walked == count && zh_map32_bytes(&map) <= 256 * 8);
    CHECK(zh_map32_get(&map, UINT32_MAX) == NULL); /* no key */
    zh_map32_close(&map);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 50; i++) random_calls_equal_an_array(seed + i, 1), random_calls_equal_an_array(seed + i, 40000003u);
    return 0;
}
