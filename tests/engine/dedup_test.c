/* Goal: exact answers in memory, from the state, after a turn, after a restart, after a taken-back key.
 * Method: random keys against a plain array of what was taken; the fold side is played by puts. */
#include "engine/dedup.h"
#include "check.h"

#include <stdio.h>
#include <unistd.h>

enum { KEYS = 2000, DAY = 20000 };

static zh_event_key key_of(uint64_t i)
{
    return i == 0 ? (zh_event_key){ 0, 0 } : (zh_event_key){ zh_mix64(i), zh_mix64(i + 77) };
}

static zh_state *open_state(const char *dir)
{
    zh_state *state;
    zh_note why;
    CHECK(zh_state_open(&state, &(zh_state_desc){ .dir = zh_sv_of(dir), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, &why) == ZH_OK);
    return state;
}

static void test_random_questions_equal_an_array(uint64_t seed, const char *dir)
{
    bool taken[KEYS] = { false };
    zh_state *state = open_state(dir);
    zh_dedup *dedup;
    zh_seen seen;
    static zh_dedup_row rows[2 * KEYS];
    size_t rows_count = 0;
    CHECK(zh_dedup_open(&dedup, state) == ZH_OK);
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 1500; i++) {
            const uint64_t k = test_random(&seed) % KEYS;
            const uint64_t other = test_random(&seed) % 8 == 0;
            CHECK(zh_dedup_ask(dedup, key_of(k), k + other, &seen) == ZH_OK);
            if (!taken[k] && other) { /* as when the append failed */
                CHECK(seen == ZH_SEEN_NEW);
                zh_dedup_forget(dedup, key_of(k));
                continue;
            }
            CHECK(seen == (!taken[k] ? ZH_SEEN_NEW : other ? ZH_SEEN_OTHER_BODY : ZH_SEEN_SAME));
            if (!taken[k]) rows[rows_count++] = (zh_dedup_row){ key_of(k), k };
            taken[k] = true;
        }
        CHECK(zh_dedup_keep(state, rows, rows_count, DAY) == ZH_OK);
        if (round % 2) rows_count = 0; /* else the same rows come again, as in a replay */
        if (round % 3 == 0) zh_dedup_turn(dedup);
        if (round % 4 == 3) { /* a restart */
            zh_dedup_close(dedup);
            CHECK(zh_dedup_open(&dedup, state) == ZH_OK);
        }
    }
    CHECK(!zh_dedup_is_full(dedup));
    zh_dedup_close(dedup);
    CHECK(zh_state_close(state) == ZH_OK);
}

/* More than the tables take, so that the state has to be asked, with and without the filter. */
static void test_a_large_state(const char *dir)
{
    enum { MANY = ZH_DEDUP_KEYS + ZH_DEDUP_KEYS / 4 };
    zh_state *state = open_state(dir);
    zh_dedup_row *rows = malloc(MANY * sizeof *rows);
    CHECK(rows != NULL);
    for (uint64_t i = 0; i < MANY; i++) rows[i] = (zh_dedup_row){ key_of(i), i };
    CHECK(zh_dedup_keep(state, rows, MANY, DAY) == ZH_OK);
    free(rows);
    zh_dedup *dedup;
    zh_seen seen;
    CHECK(zh_dedup_open(&dedup, state) == ZH_OK);
    for (uint64_t i = 0; i < MANY; i += 97) CHECK(zh_dedup_ask(dedup, key_of(i), i, &seen) == ZH_OK && seen == ZH_SEEN_SAME);
    while (!zh_dedup_is_filtered(dedup)) usleep(1000);
    for (uint64_t i = 0; i < MANY; i += 7) CHECK(zh_dedup_ask(dedup, key_of(i), i, &seen) == ZH_OK && seen == ZH_SEEN_SAME);
    for (uint64_t i = 0; i < MANY; i += 89) CHECK(zh_dedup_ask(dedup, key_of(i), i + 1, &seen) == ZH_OK && seen == ZH_SEEN_OTHER_BODY);
    static zh_dedup_row fresh[5000];
    for (uint64_t i = 0; i < 5000; i++) {
        fresh[i] = (zh_dedup_row){ key_of(MANY + i), i };
        CHECK(zh_dedup_ask(dedup, fresh[i].key, i, &seen) == ZH_OK && seen == ZH_SEEN_NEW);
    }
    CHECK(zh_dedup_keep(state, fresh, 5000, DAY) == ZH_OK);
    zh_dedup_turn(dedup);
    zh_dedup_turn(dedup); /* now only the state and the filter know them */
    for (uint64_t i = 0; i < 5000; i++) CHECK(zh_dedup_ask(dedup, key_of(MANY + i), i, &seen) == ZH_OK && seen == ZH_SEEN_SAME);
    zh_dedup_close(dedup);
    CHECK(zh_state_close(state) == ZH_OK);
}

/* Ids of days that are gone may go, but no others: by the time all files are merged they have. */
static void check_08_ids_are_known_for_their_days(const char *dir)
{
    enum { A_DAY = 20000, DAYS = 20 };
    zh_state *state = open_state(dir);
    static zh_dedup_row rows[A_DAY];
    zh_state_forget_before(state, DAY + DAYS / 2);
    for (uint16_t day = 0; day < DAYS; day++) {
        for (uint64_t i = 0; i < A_DAY; i++) rows[i] = (zh_dedup_row){ key_of(day * A_DAY + i), i };
        CHECK(zh_dedup_keep(state, rows, A_DAY, (uint16_t)(DAY + day)) == ZH_OK);
        while (zh_state_is_merging(state)) usleep(1000);
    }
    uint64_t old = 0;
    for (uint64_t day = 0; day < DAYS; day++) {
        for (uint64_t i = 0; i < A_DAY; i++) {
            char key[16];
            const zh_event_key k = key_of(day * A_DAY + i);
            for (int b = 0; b < 8; b++) key[b] = (char)(k.high >> (56 - 8 * b)), key[8 + b] = (char)(k.low >> (56 - 8 * b));
            const zh_err e = zh_state_has(state, ZH_SPACE_DEDUP, (zh_sv){ key, 16 });
            CHECK(e == ZH_OK || (e == ZH_ABSENT && day < DAYS / 2));
            old += e == ZH_OK && day < DAYS / 2;
        }
    }
    CHECK(old < A_DAY * 3); /* of six days; the files of the last few wait for the next merge */
    CHECK(zh_state_close(state) == ZH_OK);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-dedup-XXXXXX", path[64], command[96];
    CHECK(mkdtemp(dir) != NULL);
    for (uint64_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%d", dir, (int)i);
        test_random_questions_equal_an_array(seed + i, path);
    }
    snprintf(path, sizeof path, "%s/large", dir);
    test_a_large_state(path);
    snprintf(path, sizeof path, "%s/days", dir);
    PROVE(check_08_ids_are_known_for_their_days, path);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command) == 0 ? 0 : 1;
}
