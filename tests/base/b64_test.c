/* b64_test.c
 * Goal    RFC 4648's vectors, both alphabets, and nothing else taken.
 * Method  a table; random bytes there and back.
 */
#include "base/b64.h"
#include "check.h"

static const struct { const char *plain, *standard, *url; } vectors[] = {
    { "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg==", "Zm9vYg" }, { "fooba", "Zm9vYmE=", "Zm9vYmE" }, { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\xFB\xFF\xFE", "+//+", "-__-" },
};

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_buf out = zh_buf_open(4096), back = zh_buf_open(4096);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const zh_sv plain = zh_sv_of(vectors[i].plain);
        const zh_sv both[] = { zh_sv_of(vectors[i].standard), zh_sv_of(vectors[i].url) };
        zh_buf_reset(&out), zh_b64_encode(plain, &out);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&out), both[0]), vectors[i].standard);
        zh_buf_reset(&out), zh_b64_encode_url(plain, &out);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&out), both[1]), vectors[i].standard);
        for (int k = 0; k < 2; k++) {
            zh_buf_reset(&out);
            CHECK_ROW(zh_b64_decode(both[k], &out) == ZH_OK, vectors[i].standard);
            CHECK_ROW(zh_sv_equal(zh_buf_view(&out), plain), vectors[i].standard);
        }
    }
    static const char *const bad[] = { "Z", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v=", "Zm9v====", "Zh==", "Zm9=", "Zm 9v",
        "Zm9v\n", "Zm9v*A==", "Zg==Zg==", "\xC3\xA9==" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        zh_buf_reset(&out);
        CHECK_ROW(zh_b64_decode(zh_sv_of(bad[i]), &out) == ZH_FORMAT && out.size == 0, bad[i]);
    }
    for (int round = 0; round < 5000; round++) {
        char bytes[100];
        const size_t size = (size_t)(test_random(&seed) % sizeof bytes);
        for (size_t i = 0; i < size; i++) bytes[i] = (char)test_random(&seed);
        zh_buf_reset(&out), zh_buf_reset(&back);
        if (round % 2) zh_b64_encode((zh_sv){ bytes, size }, &out);
        else zh_b64_encode_url((zh_sv){ bytes, size }, &out);
        CHECK(zh_b64_decode(zh_buf_view(&out), &back) == ZH_OK);
        CHECK(zh_sv_equal(zh_buf_view(&back), (zh_sv){ bytes, size }));
    }
    zh_buf small = zh_buf_open(3);
    CHECK(zh_b64_decode(ZH_SV("Zm9vYg=="), &small) == ZH_FULL);
    zh_buf_close(&out), zh_buf_close(&back), zh_buf_close(&small);
    return 0;
}
