/* Goal: the state is always that after some whole batch, in all spaces; and gives back what was put.
 * Method: rows against a sorted array; a child killed at 20 moments while it writes and flushes. */
#include "log_help.h"
#include "store/state.h"

#include <signal.h>
#include <sys/wait.h>

enum { CACHE_BYTES = 8 << 20, ROWS = 50, WINDOW = 400, VALUE_BYTES = 3000 };
static const char *dir;

static zh_state *open_state(void)
{
    zh_state *state;
    zh_note why;
    const zh_err e = zh_state_open(&state, &(zh_state_desc){ .dir = zh_sv_of(dir), .cache_bytes = CACHE_BYTES }, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
    return state;
}

static void what_is_put_is_got_in_its_space_alone(void)
{
    zh_state *state = open_state();
    zh_state_batch *batch;
    zh_buf out = zh_buf_open(100), tiny = zh_buf_open(1);
    CHECK(zh_state_batch_open(&batch, state) == ZH_OK);
    for (int space = 0; space < ZH_SPACES_COUNT; space++)
        zh_state_put(batch, (zh_space)space, ZH_SV("key"), zh_sv_of(space % 2 == 0 ? "even" : "odd"));
    zh_state_put(batch, ZH_SPACE_IDS, ZH_SV("empty"), ZH_SV(""));
    CHECK(zh_state_get(state, ZH_SPACE_IDS, ZH_SV("key"), &out) == ZH_ABSENT); /* not before the commit */
    CHECK(zh_state_batch_bytes(batch) > 20);
    CHECK(zh_state_commit(batch) == ZH_OK);
    for (int space = 0; space < ZH_SPACES_COUNT; space++) {
        CHECK(zh_state_get(state, (zh_space)space, ZH_SV("key"), &out) == ZH_OK);
        CHECK(zh_sv_equal(zh_buf_view(&out), zh_sv_of(space % 2 == 0 ? "even" : "odd")));
    }
    CHECK(zh_state_get(state, ZH_SPACE_IDS, ZH_SV("empty"), &out) == ZH_OK && out.size == 0);
    CHECK(zh_state_get(state, ZH_SPACE_META, ZH_SV("empty"), &out) == ZH_ABSENT);
    CHECK(zh_state_get(state, ZH_SPACE_META, ZH_SV("key"), &tiny) == ZH_FULL);
    CHECK(zh_state_has(state, ZH_SPACE_IDS, ZH_SV("empty")) == ZH_OK);
    CHECK(zh_state_has(state, ZH_SPACE_DEDUP, ZH_SV("empty")) == ZH_ABSENT);
    zh_state_drop(batch, ZH_SPACE_META, ZH_SV("key"));
    zh_state_batch_clear(batch);
    zh_state_drop(batch, ZH_SPACE_DEDUP, ZH_SV("key"));
    CHECK(zh_state_commit(batch) == ZH_OK);
    CHECK(zh_state_has(state, ZH_SPACE_META, ZH_SV("key")) == ZH_OK);
    CHECK(zh_state_has(state, ZH_SPACE_DEDUP, ZH_SV("key")) == ZH_ABSENT);
    zh_state_batch_close(batch);
    CHECK(zh_state_close(state) == ZH_OK);
    state = open_state();
    CHECK(zh_state_has(state, ZH_SPACE_VIEWS, ZH_SV("key")) == ZH_OK);
    CHECK(zh_state_bytes(state) > 0 && zh_state_memory_bytes(state) < 2 * CACHE_BYTES);
    CHECK(zh_state_close(state) == ZH_OK);
    zh_buf_close(&out), zh_buf_close(&tiny);
    help_remove(dir);
}

static void a_scan_walks_its_prefix_in_order(void)
{
    static const char *const keys[] = { "a", "b", "b/1", "b/2", "b/20", "b/3", "b0", "c" };
    static const struct { const char *name, *prefix, *from, *want; } rows[] = {
        { "all", "", "", "a b b/1 b/2 b/20 b/3 b0 c " },
        { "all, from the middle", "", "b/2", "b/2 b/20 b/3 b0 c " },
        { "a prefix", "b/", "", "b/1 b/2 b/20 b/3 " },
        { "a prefix, from a key that is there", "b/", "b/20", "b/20 b/3 " },
        { "a prefix, from a key that is not there", "b/", "b/21", "b/3 " },
        { "from before the prefix", "b/", "a", "b/1 b/2 b/20 b/3 " },
        { "from behind the prefix", "b/", "c", "" },
        { "a prefix that nothing has", "d", "", "" },
    };
    zh_state *state = open_state();
    zh_state_batch *batch;
    CHECK(zh_state_batch_open(&batch, state) == ZH_OK);
    for (int round = 0; round < 2; round++) { /* from memory, then from files */
        for (size_t i = 0; round == 0 && i < sizeof keys / sizeof keys[0]; i++)
            zh_state_put(batch, ZH_SPACE_VIEWS, zh_sv_of(keys[i]), zh_sv_of(keys[i]));
        CHECK(zh_state_commit(batch) == ZH_OK);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            zh_buf got = zh_buf_open(1000);
            zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_VIEWS, zh_sv_of(rows[i].prefix), zh_sv_of(rows[i].from));
            while (zh_state_scan_next(&scan)) {
                CHECK_ROW(zh_sv_equal(scan.key, scan.value), rows[i].name);
                zh_buf_put(&got, scan.key);
                zh_buf_put(&got, ZH_SV(" "));
            }
            CHECK_ROW(zh_state_scan_close(&scan) == ZH_OK, rows[i].name);
            CHECK_ROW(zh_sv_equal(zh_buf_view(&got), zh_sv_of(rows[i].want)), rows[i].name);
            zh_buf_close(&got);
        }
        CHECK(zh_state_flush(state) == ZH_OK);
    }
    zh_state_drop_range(batch, ZH_SPACE_VIEWS, ZH_SV("b/"), ZH_SV("b0"));
    CHECK(zh_state_commit(batch) == ZH_OK);
    CHECK(zh_state_has(state, ZH_SPACE_VIEWS, ZH_SV("b/20")) == ZH_ABSENT);
    CHECK(zh_state_has(state, ZH_SPACE_VIEWS, ZH_SV("b0")) == ZH_OK);
    zh_state_batch_close(batch);
    CHECK(zh_state_close(state) == ZH_OK);
    help_remove(dir);
}

/* --- crashes: batch i sets META position = i, VIEWS row i % ROWS = i, TIMELINE key i, drops TIMELINE key i - WINDOW. */

static void put_number(zh_buf *to, uint64_t number)
{
    zh_buf_reset(to);
    for (int shift = 56; shift >= 0; shift -= 8) zh_buf_put_u8(to, (uint8_t)(number >> shift));
}

static uint64_t number_in(zh_sv bytes)
{
    uint64_t number = 0;
    CHECK(bytes.size >= 8);
    for (int i = 0; i < 8; i++) number = number << 8 | (unsigned char)bytes.data[i];
    return number;
}

static uint64_t position(zh_state *state)
{
    zh_buf out = zh_buf_open(8);
    const zh_err e = zh_state_get(state, ZH_SPACE_META, ZH_SV("position"), &out);
    CHECK(e == ZH_OK || e == ZH_ABSENT);
    const uint64_t at = e == ZH_OK ? number_in(zh_buf_view(&out)) : 0;
    zh_buf_close(&out);
    return at;
}

static void write_batch(zh_state_batch *batch, uint64_t i)
{
    static char filler[VALUE_BYTES];
    zh_buf key = zh_buf_open(8), value = zh_buf_open(8 + VALUE_BYTES);
    uint64_t seed = i;
    for (size_t k = 0; k < sizeof filler; k++) filler[k] = (char)test_random(&seed);
    put_number(&value, i);
    zh_state_put(batch, ZH_SPACE_META, ZH_SV("position"), zh_buf_view(&value));
    zh_buf_put(&value, (zh_sv){ filler, sizeof filler });
    put_number(&key, i % ROWS);
    zh_state_put(batch, ZH_SPACE_VIEWS, zh_buf_view(&key), zh_buf_view(&value));
    put_number(&key, i);
    zh_state_put(batch, ZH_SPACE_TIMELINE, zh_buf_view(&key), ZH_SV(""));
    if (i > WINDOW) {
        put_number(&key, i - WINDOW);
        zh_state_drop(batch, ZH_SPACE_TIMELINE, zh_buf_view(&key));
    }
    CHECK(zh_state_commit(batch) == ZH_OK);
    zh_buf_close(&key), zh_buf_close(&value);
}

static _Noreturn void write_until_killed(int flushes, uint64_t seed)
{
    zh_state *state = open_state();
    zh_state_batch *batch;
    CHECK(zh_state_batch_open(&batch, state) == ZH_OK);
    const uint64_t begun = position(state);
    CHECK(write(flushes, &begun, sizeof begun) == (ssize_t)sizeof begun);
    for (uint64_t i = begun + 1;; i++) {
        write_batch(batch, i);
        if (test_random(&seed) % 200 != 0) continue;
        CHECK(zh_state_flush(state) == ZH_OK);
        CHECK(write(flushes, &i, sizeof i) == (ssize_t)sizeof i);
    }
}

static void check_is_exactly_at(zh_state *state, uint64_t p)
{
    uint64_t rows = 0, times = 0;
    zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_VIEWS, ZH_SV(""), ZH_SV(""));
    for (; zh_state_scan_next(&scan); rows++) {
        const uint64_t row = number_in(scan.key), i = number_in(scan.value);
        CHECK(i <= p && i % ROWS == row && i + ROWS > p && scan.value.size == 8 + VALUE_BYTES);
    }
    CHECK(zh_state_scan_close(&scan) == ZH_OK);
    CHECK(rows == (p < ROWS ? p : ROWS));
    scan = zh_state_scan_open(state, ZH_SPACE_TIMELINE, ZH_SV(""), ZH_SV(""));
    for (; zh_state_scan_next(&scan); times++) CHECK(number_in(scan.key) == (p > WINDOW ? p - WINDOW : 0) + times + 1);
    CHECK(zh_state_scan_close(&scan) == ZH_OK);
    CHECK(times == (p > WINDOW ? WINDOW : p));
}

static void a_killed_writer_leaves_a_whole_earlier_point(uint64_t seed)
{
    uint64_t flushed = 0, at_flush = 0;
    for (int round = 0; round < 20; round++) {
        int pipe_ends[2], status;
        CHECK(pipe(pipe_ends) == 0);
        const uint64_t child_seed = test_random(&seed);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) { /* a fresh program: RocksDB's threads do not live on in a fork */
            char seed_text[32], end_text[16];
            snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)child_seed);
            snprintf(end_text, sizeof end_text, "%d", pipe_ends[1]);
            execl("/proc/self/exe", "state_test", seed_text, "write", end_text, dir, (char *)NULL);
            _exit(4);
        }
        close(pipe_ends[1]);
        uint64_t begun;
        CHECK(read(pipe_ends[0], &begun, sizeof begun) == (ssize_t)sizeof begun && begun == flushed);
        usleep((useconds_t)(1000 + test_random(&seed) % 200000));
        CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status));
        for (uint64_t i; read(pipe_ends[0], &i, sizeof i) == (ssize_t)sizeof i;) flushed = i;
        close(pipe_ends[0]);
        zh_state *state = open_state();
        const uint64_t p = position(state);
        CHECK(p >= flushed);
        at_flush += p == flushed;
        check_is_exactly_at(state, p);
        CHECK(zh_state_close(state) == ZH_OK);
        flushed = p;
    }
    printf("20 kills, position %llu, %llu times exactly at our own flush\n", (unsigned long long)flushed,
           (unsigned long long)at_flush);
    CHECK(flushed > 1000);
}

/* --- open and keep */

static void a_copy_is_a_state_of_its_own(void)
{
    char copy[300];
    zh_note why;
    snprintf(copy, sizeof copy, "%s.copy", dir);
    zh_state *state = open_state();
    const uint64_t p = position(state);
    CHECK(p > 0 && zh_state_copy(state, zh_sv_of(copy), &why) == ZH_OK);
    CHECK(zh_state_copy(state, zh_sv_of(copy), &why) == ZH_EXISTS);
    zh_state_batch *batch;
    CHECK(zh_state_batch_open(&batch, state) == ZH_OK);
    write_batch(batch, p + 1);
    zh_state_batch_close(batch);
    CHECK(zh_state_close(state) == ZH_OK);
    CHECK(zh_state_open(&state, &(zh_state_desc){ .dir = zh_sv_of(copy) }, &why) == ZH_OK);
    CHECK(position(state) == p);
    check_is_exactly_at(state, p);
    CHECK(zh_state_close(state) == ZH_OK);
    help_remove(copy);
}

/* Rows first, first + step …: they come, or go. */
static void take_in(zh_state *state, uint64_t first, uint64_t step, size_t count, bool drops)
{
    char(*keys)[8] = malloc(count * sizeof *keys);
    zh_state_row *rows = malloc(count * sizeof *rows);
    CHECK(keys != NULL && rows != NULL);
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = first + i * step;
        for (int k = 0; k < 8; k++) keys[i][k] = (char)(unsigned char)(number >> (8 * (7 - k)));
        rows[i] = (zh_state_row){ { keys[i], 8 }, drops ? (zh_sv){ 0 } : ZH_SV("") };
    }
    CHECK(zh_state_ingest(state, ZH_SPACE_TIMELINE, rows, count) == ZH_OK);
    free(keys);
    free(rows);
}

/* Rows 0 .. count - 1 are there, but for every gone_step-th. */
static void check_rows(zh_state *state, uint64_t count, uint64_t gone_step)
{
    uint64_t next = 0;
    zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_TIMELINE, (zh_sv){ 0 }, (zh_sv){ 0 });
    while (zh_state_scan_next(&scan)) {
        uint64_t number = 0;
        for (size_t k = 0; k < 8; k++) number = number << 8 | (unsigned char)scan.key.data[k];
        if (gone_step > 0 && next % gone_step == 0) next++;
        CHECK(number == next++);
    }
    CHECK(zh_state_scan_close(&scan) == ZH_OK);
    if (gone_step > 0 && next % gone_step == 0) next++;
    CHECK(next == count || next == count + 1);
}

static void many_rows_come_and_go_at_once(void)
{
    help_remove(dir);
    enum { MANY = 10000, FEW = 100 };
    for (int many = 0; many < 2; many++) { /* as a file, and the ordinary way */
        const size_t count = many ? MANY : FEW;
        zh_state *state = open_state();
        take_in(state, 0, 1, count, false);
        check_rows(state, count, 0);
        take_in(state, 0, 3, (count + 2) / 3, true);
        check_rows(state, count, 3);
        CHECK(zh_state_close(state) == ZH_OK);
        state = open_state();
        check_rows(state, count, 3);
        CHECK(zh_state_close(state) == ZH_OK);
        help_remove(dir);
    }
}

static void what_cannot_be_opened_says_why(void)
{
    zh_state *state = open_state(), *second;
    zh_note why;
    CHECK(zh_state_open(&second, &(zh_state_desc){ .dir = zh_sv_of(dir) }, &why) == ZH_BUSY && second == NULL);
    CHECK(zh_state_close(state) == ZH_OK);
    CHECK(zh_state_open(&second, &(zh_state_desc){ .dir = ZH_SV("/nonexistent/folder") }, &why) == ZH_IO);
    char path[300];
    snprintf(path, sizeof path, "%s/CURRENT", dir);
    help_write(path, "MANIFEST-999999\n", 16);
    CHECK(zh_state_open(&second, &(zh_state_desc){ .dir = zh_sv_of(dir) }, &why) == ZH_CORRUPT);
    CHECK(strncmp(why.text, "state: ", 7) == 0);
    help_remove(dir);
}

int main(int argc, char **argv)
{
    if (argc == 5) { /* the child of a_killed_writer_leaves_a_whole_earlier_point */
        dir = argv[4];
        write_until_killed((int)strtol(argv[3], NULL, 10), strtoull(argv[1], NULL, 0));
    }
    const uint64_t seed = test_seed(argc, argv);
    dir = help_dir();
    what_is_put_is_got_in_its_space_alone();
    a_scan_walks_its_prefix_in_order();
    a_killed_writer_leaves_a_whole_earlier_point(seed);
    a_copy_is_a_state_of_its_own();
    many_rows_come_and_go_at_once();
    what_cannot_be_opened_says_why();
    return 0;
}
