/* Goal: a stream reads what its file says, whatever wraps it, and says so when the file is damaged.
 * Method: the same text stored plain, gzip, zstd, in one and several members; read in odd sizes; every cut
 * and many flips; the text itself is the slow model. */
#include "sys/input.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "sys/file.h"

#include "check.h"

#define TEXT_BYTES 300000

static char path[64];
static char text[TEXT_BYTES];

static void put_gzip(zh_buf *to, zh_sv part)
{
    z_stream z = { 0 };
    CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    const size_t before = to->size, bound = deflateBound(&z, part.size) + 64;
    char *room = zh_buf_room(to, bound);
    CHECK(room != NULL);
    z.next_in = (Bytef *)(uintptr_t)part.data;
    z.avail_in = (uInt)part.size;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    to->size = before + z.total_out;
    deflateEnd(&z);
}

static void put_zstd(zh_buf *to, zh_sv part)
{
    const size_t before = to->size, bound = ZSTD_compressBound(part.size);
    char *room = zh_buf_room(to, bound);
    CHECK(room != NULL);
    const size_t size = ZSTD_compress(room, bound, part.data, part.size, 3);
    CHECK(!ZSTD_isError(size));
    to->size = before + size;
}

static void put_plain(zh_buf *to, zh_sv part)
{
    zh_buf_put(to, part);
}

typedef void (*putter)(zh_buf *to, zh_sv part);
static const struct { const char *name; putter put; } kinds[] = {
    { "plain", put_plain }, { "gzip", put_gzip }, { "zstd", put_zstd },
};

static zh_err read_whole(zh_buf *into, size_t step)
{
    zh_input *input = NULL;
    zh_err e = zh_input_open(&input, zh_sv_of(path));
    if (e != ZH_OK) return e;
    static char bytes[1 << 17];
    for (size_t got = 1; e == ZH_OK && got > 0;) {
        e = zh_input_read(input, bytes, step, &got);
        zh_buf_put(into, (zh_sv){ bytes, got });
    }
    if (e == ZH_OK) CHECK(zh_input_at_bytes(input) == zh_input_total_bytes(input));
    zh_input_close(input);
    return e;
}

static void store(zh_sv bytes)
{
    CHECK(zh_file_write(zh_sv_of(path), bytes, 0600) == ZH_OK);
}

static void every_wrapping_reads_as_its_text(void)
{
    static const size_t steps[] = { 1, 7, 4096, 1 << 17 };
    for (size_t k = 0; k < 3; k++) {
        for (size_t members = 1; members <= 3; members++) {
            zh_buf stored = zh_buf_open(1 << 22), got = zh_buf_open(1 << 22);
            for (size_t m = 0; m < members; m++) kinds[k].put(&stored, (zh_sv){ text + m * 1000, 100000 });
            if (k == 1) zh_buf_put(&stored, (zh_sv){ "\0\0\0", 3 }); /* padding, as tapes have it */
            store(zh_buf_view(&stored));
            for (size_t s = 0; s < 4; s++) {
                zh_buf_reset(&got);
                CHECK_ROW(read_whole(&got, steps[s]) == ZH_OK, kinds[k].name);
                CHECK_ROW(got.size == members * 100000, kinds[k].name);
                for (size_t m = 0; m < members; m++)
                    CHECK_ROW(memcmp(got.data + m * 100000, text + m * 1000, 100000) == 0, kinds[k].name);
            }
            zh_buf_close(&stored);
            zh_buf_close(&got);
        }
    }
}

static void an_empty_file_is_an_empty_text(void)
{
    for (size_t k = 0; k < 3; k++) {
        zh_buf stored = zh_buf_open(1000), got = zh_buf_open(1000);
        kinds[k].put(&stored, ZH_SV(""));
        store(zh_buf_view(&stored));
        CHECK_ROW(read_whole(&got, 100) == ZH_OK && got.size == 0, kinds[k].name);
        zh_buf_close(&stored);
        zh_buf_close(&got);
    }
}

static void a_cut_or_changed_file_is_never_taken_for_another(uint64_t seed)
{
    for (size_t k = 1; k < 3; k++) {
        zh_buf stored = zh_buf_open(1 << 22), got = zh_buf_open(1 << 22);
        kinds[k].put(&stored, (zh_sv){ text, 20000 });
        for (int round = 0; round < 300; round++) {
            size_t size = stored.size;
            const size_t at = 4 + test_random(&seed) % (size - 4); /* the mark itself decides plain or not */
            char *was = stored.data + at, byte = *was;
            const bool cut = round % 2 == 0;
            if (cut) size = at;
            else *was = (char)(byte ^ (1 << (test_random(&seed) % 8)));
            store((zh_sv){ stored.data, size });
            zh_buf_reset(&got);
            const zh_err e = read_whole(&got, 4096);
            *was = byte;
            /* zstd without a checksum may decode a changed literal; a cut is always seen. */
            CHECK_ROW(e != ZH_OK || !cut, kinds[k].name);
            CHECK_ROW(e == ZH_CORRUPT || (e == ZH_OK && (k == 2 || memcmp(got.data, text, 20000) == 0)) , kinds[k].name);
        }
        zh_buf_close(&stored);
        zh_buf_close(&got);
    }
}

static void lines_come_one_by_one(void)
{
    static const struct { const char *name, *text; const char *lines[5]; } rows[] = {
        { "two", "a\nb\n", { "a", "b" } },          { "no end at the end", "a\nb", { "a", "b" } },
        { "CR LF", "a\r\nb\r\n", { "a", "b" } },    { "empty lines", "\n\na\n", { "", "", "a" } },
        { "nothing", "", { 0 } },                   { "only an end", "\n", { "" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        store(zh_sv_of(rows[i].text));
        zh_input *input = NULL;
        zh_sv line;
        CHECK(zh_input_open(&input, zh_sv_of(path)) == ZH_OK);
        for (size_t l = 0; rows[i].lines[l] != NULL; l++) {
            CHECK_ROW(zh_input_line(input, 100, &line) == ZH_OK, rows[i].name);
            CHECK_ROW(zh_sv_equal(line, zh_sv_of(rows[i].lines[l])), rows[i].name);
        }
        CHECK_ROW(zh_input_line(input, 100, &line) == ZH_ABSENT, rows[i].name);
        CHECK_ROW(zh_input_line(input, 100, &line) == ZH_ABSENT, rows[i].name);
        zh_input_close(input);
    }
}

/* Lines of random lengths around the maximum and around the buffer's size, gzip-wrapped. */
static void long_lines_are_cut_and_the_next_is_whole(uint64_t seed)
{
    enum { MAX = 1000, COUNT = 400 };
    zh_buf plain = zh_buf_open(1 << 26), stored = zh_buf_open(1 << 26);
    size_t sizes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = test_random(&seed) % 3 == 0 ? MAX - 1 + test_random(&seed) % 3 : test_random(&seed) % 1500;
        if (i % 97 == 0) sizes[i] = 70000; /* longer than what is decompressed at once */
        char *room = zh_buf_room(&plain, sizes[i] + 1);
        CHECK(room != NULL);
        memset(room, 'a' + (int)(i % 26), sizes[i]);
        room[sizes[i]] = '\n';
    }
    put_gzip(&stored, zh_buf_view(&plain));
    store(zh_buf_view(&stored));
    zh_input *input = NULL;
    CHECK(zh_input_open(&input, zh_sv_of(path)) == ZH_OK);
    for (size_t i = 0; i < COUNT; i++) {
        zh_sv line;
        const zh_err e = zh_input_line(input, MAX, &line);
        CHECK(e == (sizes[i] > MAX ? ZH_FULL : ZH_OK));
        CHECK(line.size == (sizes[i] > MAX ? MAX : sizes[i]));
        for (size_t c = 0; c < line.size; c++) CHECK(line.data[c] == (char)('a' + i % 26));
    }
    zh_input_close(input);
    zh_buf_close(&plain);
    zh_buf_close(&stored);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    for (size_t i = 0; i < TEXT_BYTES; i++) text[i] = (char)('a' + (i / 3 + test_random(&seed) % 4) % 26);
    snprintf(path, sizeof path, "/tmp/zh-input-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    every_wrapping_reads_as_its_text();
    an_empty_file_is_an_empty_text();
    a_cut_or_changed_file_is_never_taken_for_another(seed);
    lines_come_one_by_one();
    long_lines_are_cut_and_the_next_is_whole(seed);
    zh_input *input = NULL;
    CHECK(unlink(path) == 0 && zh_input_open(&input, zh_sv_of(path)) == ZH_ABSENT && input == NULL);
    CHECK(zh_input_open(&input, ZH_SV("/tmp")) == ZH_FORMAT);
    zh_input_close(NULL);
    return 0;
}
