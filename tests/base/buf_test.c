/* Goal: what is written is read back, nothing is read past the end, nothing grows past its maximum.
 * Method: edges of each number form by table, random sequences round trip, every truncation is `bad`. */
#include "base/buf.h"
#include "check.h"

static const int64_t edges[] = { 0, 1, -1, 63, 64, -64, -65, 127, 128, 16383, 16384,
                                 INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };

static void test_numbers_round_trip_at_their_edges(void)
{
    zh_buf buf = zh_buf_open(1 << 12);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        zh_buf_put_zig(&buf, edges[i]);
        zh_buf_put_var(&buf, (uint64_t)edges[i]);
        zh_buf_put_i64(&buf, edges[i]);
        zh_buf_put_u32(&buf, (uint32_t)edges[i]);
        zh_buf_put_u16(&buf, (uint16_t)edges[i]);
        zh_buf_put_u8(&buf, (uint8_t)edges[i]);
    }
    zh_buf_put_text(&buf, ZH_SV("准"));
    CHECK(zh_buf_err(&buf) == ZH_OK);

    for (size_t cut = 0; cut <= buf.size; cut++) { /* every shorter input is bad, none reads outside */
        zh_reader r = zh_reader_on((zh_sv){ buf.data, cut });
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
            const bool equal = zh_read_zig(&r) == edges[i] && zh_read_var(&r) == (uint64_t)edges[i] &&
                               zh_read_i64(&r) == edges[i] && zh_read_u32(&r) == (uint32_t)edges[i] &&
                               zh_read_u16(&r) == (uint16_t)edges[i] && zh_read_u8(&r) == (uint8_t)edges[i];
            CHECK(equal || r.bad);
        }
        CHECK(zh_sv_equal(zh_read_text(&r), ZH_SV("准")) == !r.bad);
        CHECK(r.bad == (cut < buf.size));
    }
    zh_buf_close(&buf);
}

static void test_a_number_of_more_than_64_bits_is_bad(void)
{
    zh_reader r = zh_reader_on(ZH_SV("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    CHECK(zh_read_var(&r) == 0 && r.bad);
    zh_reader most = zh_reader_on(ZH_SV("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    CHECK(zh_read_var(&most) == UINT64_MAX && !most.bad);
}

static void test_the_maximum_holds_and_is_remembered(void)
{
    zh_buf buf = zh_buf_open(10);
    zh_buf_put(&buf, ZH_SV("12345678"));
    zh_buf_put(&buf, ZH_SV("abc"));
    CHECK(zh_buf_err(&buf) == ZH_FULL);
    zh_buf_put(&buf, ZH_SV("a")); /* would fit, but the text would have a hole */
    CHECK(buf.size == 8 && zh_buf_err(&buf) == ZH_FULL);
    zh_buf_reset(&buf);
    zh_buf_printf(&buf, "%d", 123456789);
    CHECK(zh_buf_err(&buf) == ZH_OK && zh_sv_equal(zh_buf_view(&buf), ZH_SV("123456789")));
    zh_buf_close(&buf);
}

static void what_was_reserved_cannot_fail(void)
{
    zh_buf buf = zh_buf_open(100);
    CHECK(zh_buf_reserve(&buf, 80) && buf.size == 0);
    zh_buf_put(&buf, ZH_SV("0123456789"));
    CHECK(!zh_buf_reserve(&buf, 91)); /* refused, and as it was: it takes more */
    CHECK(zh_buf_err(&buf) == ZH_OK && zh_buf_reserve(&buf, 90));
    zh_buf_put(&buf, ZH_SV("abc"));
    CHECK(zh_sv_equal(zh_buf_view(&buf), ZH_SV("0123456789abc")));
    CHECK(zh_buf_room(&buf, 90) == NULL && zh_buf_err(&buf) == ZH_FULL && !zh_buf_reserve(&buf, 1)); /* a failure that was not asked for stays */
    zh_buf_close(&buf);
}

int main(int argc, char **argv)
{
    test_seed(argc, argv);
    test_numbers_round_trip_at_their_edges();
    test_a_number_of_more_than_64_bits_is_bad();
    test_the_maximum_holds_and_is_remembered();
    what_was_reserved_cannot_fail();
    return 0;
}
