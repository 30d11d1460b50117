/* json_out_test.c
 * Goal    what the writer writes is JSON that reads back as what was meant.
 * Method  one text by hand; bytes and doubles of every kind read back by the parser.
 */
#include "base/json_out.h"
#include "base/json_scan.h"
#include "check.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static zh_buf buf;

static void commas_and_colons_fall_into_place(void)
{
    zh_buf_reset(&buf);
    zh_json_out out = zh_json_out_on(&buf);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("a\"b"), ZH_SV("x\\\n\x01\x7F"));
    zh_json_out_key_int(&out, ZH_SV("i"), INT64_MIN);
    zh_json_out_key(&out, ZH_SV("list"));
    zh_json_out_array(&out);
    zh_json_out_uint(&out, UINT64_MAX);
    zh_json_out_object(&out);
    zh_json_out_end(&out);
    zh_json_out_null(&out);
    zh_json_out_raw(&out, ZH_SV("[1]"));
    zh_json_out_array(&out);
    zh_json_out_bool(&out, true);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_json_out_key_real(&out, ZH_SV("r"), 1);
    zh_json_out_key_bool(&out, ZH_SV("no"), false);
    zh_json_out_key(&out, ZH_SV("absent"));
    zh_json_out_value(&out, (zh_json_value){ 0 });
    zh_json_out_end(&out);
    CHECK(zh_json_out_done(&out) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&buf), ZH_SV("{\"a\\\"b\":\"x\\\\\\n\\u0001\x7F\",\"i\":-9223372036854775808,"
        "\"list\":[18446744073709551615,{},null,[1],[true]],\"r\":1.0,\"no\":false,\"absent\":null}")));
}

static void any_bytes_become_a_text(uint64_t *seed)
{
    static const struct { const char *name; zh_sv bytes, want; } rows[] = {
        { "plain", { "abc", 3 }, { "\"abc\"", 5 } },
        { "empty", { NULL, 0 }, { "\"\"", 2 } },
        { "invalid byte", { "a\xFFz", 3 }, { "\"a\xEF\xBF\xBDz\"", 7 } },
        { "cut sequence", { "\xE4\xB8", 2 }, { "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", 8 } },
        { "overlong", { "\xC0\xAF", 2 }, { "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", 8 } },
        { "NUL", { "\0", 1 }, { "\"\\u0000\"", 8 } },
        { "sequence, quote", { "\xE4\xB8\xAD\"", 4 }, { "\"\xE4\xB8\xAD\\\"\"", 7 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf_reset(&buf);
        zh_json_put_text(&buf, rows[i].bytes);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&buf), rows[i].want), rows[i].name);
    }
    for (int round = 0; round < 20000; round++) {
        char bytes[40];
        const size_t size = (size_t)(test_random(seed) % sizeof bytes);
        for (size_t i = 0; i < size; i++) /* half ASCII, half anything */
            bytes[i] = (char)(test_random(seed) % 2 ? 'a' + test_random(seed) % 26 : test_random(seed) % 256);
        zh_buf_reset(&buf);
        zh_json_put_text(&buf, (zh_sv){ bytes, size });
        CHECK(zh_json_judge(zh_buf_view(&buf)).kind == ZH_JSON_FINE);
    }
}

static void doubles_read_back_the_same(uint64_t *seed)
{
    static const struct { double value; const char *want; } rows[] = {
        { 0, "0.0" }, { -0.0, "-0.0" }, { 0.1, "0.1" }, { 2.55, "2.55" }, { 1e21, "1e+21" }, { 100, "100.0" },
        { 5e-324, "5e-324" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
    };
    zh_json *json;
    CHECK(zh_json_open(&json, 1024) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ZH_JSON_REAL_BYTES];
        const size_t size = zh_json_print_real(rows[i].value, text);
        CHECK_ROW(zh_sv_equal((zh_sv){ text, size }, zh_sv_of(rows[i].want)), rows[i].want);
    }
    for (int round = 0; round < 20000; round++) {
        const uint64_t bits = test_random(seed);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        zh_buf_reset(&buf);
        zh_json_out out = zh_json_out_on(&buf);
        zh_json_out_real(&out, value);
        CHECK(zh_json_out_done(&out) == ZH_OK);
        zh_json_value root;
        CHECK(zh_json_parse(json, zh_buf_view(&buf), &root, NULL) == ZH_OK);
        CHECK(zh_json_is(root, ZH_JSON_REAL) && zh_json_real(root, &back));
        CHECK(memcmp(&back, &value, sizeof back) == 0);
    }
    zh_json_close(json);
}

static void what_is_parsed_is_written_minified(void)
{
    static const struct { const char *text, *want; } rows[] = {
        { " { \"a\" : [ 1 , 2.50 , \"\\u0041\\/\\t\" ] } ", "{\"a\":[1,2.5,\"A/\\t\"]}" },
        { "\"\\u4e2d\\ud83d\\ude00\"", "\"\xE4\xB8\xAD\xF0\x9F\x98\x80\"" },
        { "[-0,18446744073709551615,-9223372036854775808,1E2]", "[0,18446744073709551615,-9223372036854775808,100.0]" },
        { "\"1234567\\\"89012345\\\\\"", "\"1234567\\\"89012345\\\\\"" },
    };
    zh_json *json;
    CHECK(zh_json_open(&json, 1024) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value root;
        CHECK_ROW(zh_json_parse(json, zh_sv_of(rows[i].text), &root, NULL) == ZH_OK, rows[i].text);
        zh_buf_reset(&buf);
        zh_json_write(root, &buf);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&buf), zh_sv_of(rows[i].want)), rows[i].text);
    }
    zh_json_close(json);
}

static void a_full_buffer_is_said_at_the_end(void)
{
    for (size_t max = 0; max < 12; max++) {
        zh_buf small = zh_buf_open(max);
        zh_json_out out = zh_json_out_on(&small);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("k"), ZH_SV("\n345"));
        zh_json_out_end(&out);
        CHECK(zh_json_out_done(&out) == (max < 13 ? ZH_FULL : ZH_OK));
        zh_buf_close(&small);
    }
}

static void misuse(int kind)
{
    zh_json_out out = zh_json_out_on(&buf);
    if (kind == 0) zh_json_out_end(&out);
    if (kind == 1) zh_json_out_object(&out), zh_json_out_int(&out, 1);
    if (kind == 2) zh_json_out_object(&out), zh_json_out_key(&out, ZH_SV("a")), zh_json_out_end(&out);
    if (kind == 3) zh_json_out_array(&out), zh_json_out_key(&out, ZH_SV("a"));
    if (kind == 4) zh_json_out_int(&out, 1), zh_json_out_int(&out, 2);
    if (kind == 5) zh_json_out_array(&out), (void)!zh_json_out_done(&out);
    if (kind == 6) zh_json_out_real(&out, INFINITY);
    if (kind == 7) for (int i = 0; i <= ZH_JSON_DEPTH_MAX; i++) zh_json_out_array(&out);
}

static void wrong_order_stops_the_program(void)
{
    for (int kind = 0; kind < 8; kind++) {
        fflush(NULL);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            signal(SIGABRT, SIG_DFL);
            CHECK(freopen("/dev/null", "w", stderr) != NULL);
            misuse(kind);
            _exit(0);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    buf = zh_buf_open(1 << 16);
    commas_and_colons_fall_into_place();
    any_bytes_become_a_text(&seed);
    doubles_read_back_the_same(&seed);
    what_is_parsed_is_written_minified();
    a_full_buffer_is_said_at_the_end();
    wrong_order_stops_the_program();
    zh_buf_close(&buf);
    return 0;
}
