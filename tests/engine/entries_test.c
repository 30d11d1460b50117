/* Goal: entries said in any order, some twice, some dropped, are in the state as the last word on each key was.
 * Method: random words on random keys against a plain array, few and many at a time, written twice, over a reopened state. */
#include "engine/entries.h"
#include "check.h"

#include <stdio.h>
#include <unistd.h>

enum { KEYS = 6000, GONE = 0 };

static zh_state *open_state(const char *dir)
{
    zh_state *state;
    zh_note why;
    CHECK(zh_state_open(&state, &(zh_state_desc){ .dir = zh_sv_of(dir), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, &why) == ZH_OK);
    return state;
}

/* Keys of many lengths with long common beginnings, so that the heads of many are equal. */
static zh_sv key_of(uint64_t number, char room[64])
{
    const int size = snprintf(room, 64, number % 3 == 0 ? "%llu" : "the same beginning %llu", (unsigned long long)number);
    return (zh_sv){ room, (size_t)size };
}

static void compare(zh_state *state, const uint32_t words[KEYS])
{
    zh_buf value = zh_buf_open(64);
    char room[64];
    for (uint64_t k = 0; k < KEYS; k++) {
        const zh_err e = zh_state_get(state, ZH_SPACE_VIEWS, key_of(k, room), &value);
        CHECK(e == (words[k] == GONE ? ZH_ABSENT : ZH_OK));
        if (e == ZH_OK) CHECK(value.size == sizeof words[k] && memcmp(value.data, &words[k], sizeof words[k]) == 0);
    }
    zh_buf_close(&value);
}

static void test_the_last_word_counts(uint64_t seed, const char *dir)
{
    static uint32_t words[KEYS];
    zh_state *state = open_state(dir);
    zh_entries entries = zh_entries_open();
    char room[64];
    uint32_t word = 0;
    for (int round = 0; round < 8; round++) {
        const zh_keep keep = zh_entries_keep(&entries);
        const int count = round % 2 ? 300 : 9000; /* the ordinary way, and as a file */
        for (int i = 0; i < count; i++) {
            const uint64_t k = test_random(&seed) % KEYS;
            const bool drops = test_random(&seed) % 4 == 0;
            words[k] = drops ? GONE : ++word;
            const zh_sv value = drops ? (zh_sv){ 0 } : (zh_sv){ (const char *)&words[k], sizeof words[k] };
            CHECK(keep.put(keep.context, key_of(k, room), value) == ZH_OK);
        }
        CHECK(zh_entries_bytes(&entries) > 0);
        CHECK(zh_entries_write(&entries, state, ZH_SPACE_VIEWS) == ZH_OK);
        if (round % 3 == 0) CHECK(zh_entries_write(&entries, state, ZH_SPACE_VIEWS) == ZH_OK); /* as after an error */
        zh_entries_close(&entries);
        CHECK(zh_entries_bytes(&entries) == 0);
        if (round % 4 == 3) {
            CHECK(zh_state_close(state) == ZH_OK);
            state = open_state(dir);
        }
        compare(state, words);
    }
    CHECK(zh_entries_write(&entries, state, ZH_SPACE_VIEWS) == ZH_OK); /* nothing to say */
    compare(state, words);
    zh_entries_close(&entries);
    CHECK(zh_state_close(state) == ZH_OK);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-entries-XXXXXX", path[64], command[96];
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/state", dir);
    test_the_last_word_counts(seed, path);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? 0 : 1;
}
