/* inflate_test.c
 * Goal    what zlib packed comes back; damage, truncation and bombs are refused.
 * Method  texts packed in three formats; every prefix of a packed text; a bomb; two members.
 */
#include "base/inflate.h"
#include "check.h"

#include <zlib.h>

static size_t pack(zh_sv text, int window, char *out, size_t room)
{
    z_stream z = { 0 };
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text.data;
    z.avail_in = (uInt)text.size;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    CHECK(deflateEnd(&z) == Z_OK);
    return room - z.avail_out;
}

static void every_format_comes_back(void)
{
    static const struct { const char *name; int window; zh_inflate_kind kind; } rows[] = {
        { "gzip", 31, ZH_INFLATE_GZIP }, { "zlib", 15, ZH_INFLATE_ZLIB }, { "raw", -15, ZH_INFLATE_RAW } };
    const zh_sv text = ZH_SV("{\"batch\":[{\"type\":\"track\"},{\"type\":\"track\"}]}");
    for (size_t i = 0; i < 3; i++) {
        char packed[256];
        const size_t size = pack(text, rows[i].window, packed, sizeof packed);
        for (int automatic = 0; automatic < 2; automatic++) {
            zh_buf out = zh_buf_open(text.size); /* exactly enough */
            const zh_inflate_kind kind = automatic ? ZH_INFLATE_AUTO : rows[i].kind;
            CHECK_ROW(zh_inflate((zh_sv){ packed, size }, kind, text.size, &out) == ZH_OK, rows[i].name);
            CHECK_ROW(zh_sv_equal(zh_buf_view(&out), text), rows[i].name);
            zh_buf_reset(&out);
            CHECK_ROW(zh_inflate((zh_sv){ packed, size }, kind, text.size - 1, &out) == ZH_FULL, rows[i].name);
            zh_buf_close(&out);
        }
        for (size_t cut = 0; cut < size; cut++) {
            zh_buf out = zh_buf_open(1 << 16);
            CHECK_ROW(zh_inflate((zh_sv){ packed, cut }, rows[i].kind, 1 << 16, &out) == ZH_FORMAT, rows[i].name);
            zh_buf_close(&out);
        }
    }
}

static void damage_is_refused(void)
{
    char packed[256];
    const size_t size = pack(ZH_SV("some text that is long enough"), 31, packed, sizeof packed);
    packed[size - 5] ^= 1; /* the checksum */
    zh_buf out = zh_buf_open(1 << 16);
    CHECK(zh_inflate((zh_sv){ packed, size }, ZH_INFLATE_AUTO, 1 << 16, &out) == ZH_FORMAT);
    packed[size - 5] ^= 1;
    packed[size] = 'x'; /* rubbish after the end */
    zh_buf_reset(&out);
    CHECK(zh_inflate((zh_sv){ packed, size + 1 }, ZH_INFLATE_AUTO, 1 << 16, &out) == ZH_FORMAT);
    zh_buf_reset(&out);
    CHECK(zh_inflate(ZH_SV("{\"not\":\"packed\"}"), ZH_INFLATE_AUTO, 1 << 16, &out) == ZH_FORMAT);
    zh_buf_close(&out);
}

static void members_follow_each_other(void)
{
    char packed[512];
    size_t size = pack(ZH_SV("first,"), 31, packed, sizeof packed);
    size += pack(ZH_SV("second"), 31, packed + size, sizeof packed - size);
    zh_buf out = zh_buf_open(1 << 16);
    CHECK(zh_inflate((zh_sv){ packed, size }, ZH_INFLATE_AUTO, 12, &out) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&out), ZH_SV("first,second")));
    zh_buf_reset(&out);
    CHECK(zh_inflate((zh_sv){ packed, size }, ZH_INFLATE_AUTO, 11, &out) == ZH_FULL);
    zh_buf_close(&out);
}

static void a_bomb_stops_at_the_cap(void)
{
    enum { BIG = 20 << 20 };
    char *zeros = calloc(1, BIG), *packed = malloc(1 << 16);
    CHECK(zeros != NULL && packed != NULL);
    const size_t size = pack((zh_sv){ zeros, BIG }, 31, packed, 1 << 16);
    zh_buf out = zh_buf_open(64 << 20);
    CHECK(zh_inflate((zh_sv){ packed, size }, ZH_INFLATE_AUTO, 10 << 20, &out) == ZH_FULL);
    CHECK(out.size <= 10 << 20);
    zh_buf_reset(&out);
    CHECK(zh_inflate((zh_sv){ packed, size }, ZH_INFLATE_AUTO, BIG, &out) == ZH_OK && out.size == BIG);
    zh_buf_close(&out);
    free(zeros), free(packed);
}

int main(void)
{
    every_format_comes_back();
    damage_is_refused();
    members_follow_each_other();
    a_bomb_stops_at_the_cap();
    return 0;
}
