/* Goal: the map equals a plain array indexed by key.
 * Method: random puts, drops and looks on a small key range against the array, many seeds. */
#include "base/map.h"
#include "check.h"

/* Place 5 is the key that marks free slots. */
static uint64_t key_of(uint64_t place) { return place == 5 ? ZH_MAP_FREE_ : place; }
static uint64_t place_of(uint64_t key) { return key == ZH_MAP_FREE_ ? 5 : key; }

static void test_random_calls_equal_an_array(uint64_t seed)
{
    enum { KEYS = 97, CALLS = 3000 };
    uint64_t slow[KEYS] = { 0 };
    bool there[KEYS] = { false };
    size_t count = 0;
    zh_map map = zh_map_open();
    for (int i = 0; i < CALLS; i++) {
        const uint64_t at = test_random(&seed) % KEYS, key = key_of(at), value = test_random(&seed);
        switch (test_random(&seed) % 3) {
        case 0:
            CHECK(zh_map_put(&map, key, value) == ZH_OK);
            count += !there[at];
            slow[at] = value, there[at] = true;
            break;
        case 1:
            CHECK(zh_map_drop(&map, key) == there[at]);
            count -= there[at];
            there[at] = false;
            break;
        default: {
            const uint64_t *got = zh_map_get(&map, key);
            CHECK((got != NULL) == there[at]);
            CHECK(got == NULL || *got == slow[at]);
        }
        }
        CHECK(map.count == count);
    }
    size_t walked = 0;
    uint64_t key, value;
    for (size_t at = 0; zh_map_next(&map, &at, &key, &value); walked++)
        CHECK(place_of(key) < KEYS && there[place_of(key)] && slow[place_of(key)] == value);
    CHECK(walked == count);
    zh_map_clear(&map);
    CHECK(map.count == 0 && zh_map_get(&map, 1) == NULL);
    zh_map_close(&map);
}

static void test_every_value_and_key_may_be_kept(void)
{
    zh_map map = zh_map_open();
    CHECK(zh_map_get(&map, 0) == NULL && !zh_map_drop(&map, 0));
    CHECK(zh_map_put(&map, 0, 0) == ZH_OK && zh_map_put(&map, UINT64_MAX, UINT64_MAX) == ZH_OK);
    CHECK(*zh_map_get(&map, 0) == 0 && *zh_map_get(&map, UINT64_MAX) == UINT64_MAX);
    zh_map_close(&map);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_every_value_and_key_may_be_kept();
    for (uint64_t i = 0; i < 50; i++) test_random_calls_equal_an_array(seed + i);
    return 0;
}
