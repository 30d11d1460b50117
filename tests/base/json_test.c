/* json_test.c
 * Goal    every text is parsed or refused with the right fault; values come back exact.
 * Method  tables of texts; a writer that must give back what it read; random texts where the fast
 *         parser and the slow judge must agree.
 */
#include "base/json.h"
#include "base/json_scan.h"
#include "check.h"

#include <math.h>
#include <stdio.h>

#define DEEP16 "[[[[[[[[[[[[[[[["
#define SHUT16 "]]]]]]]]]]]]]]]]"

static zh_json *json;

static zh_json_value parsed(const char *text)
{
    zh_json_value root;
    CHECK_ROW(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK, text);
    return root;
}

static void faults_are_told_apart(void)
{
    static const struct { const char *name; const char *text; zh_json_fault_kind kind; zh_err e; size_t offset; } rows[] = {
        { "object", "{\"a\":[1,2.5,\"x\",true,false,null,{}]}", ZH_JSON_FINE, ZH_OK, 0 },
        { "scalar", " 3 ", ZH_JSON_FINE, ZH_OK, 0 },
        { "empty", "", ZH_JSON_MALFORMED, ZH_FORMAT, 0 },
        { "blank", "  ", ZH_JSON_MALFORMED, ZH_FORMAT, 2 },
        { "cut off", "{\"a\":1", ZH_JSON_MALFORMED, ZH_FORMAT, 6 },
        { "cut in a text", "{\"a", ZH_JSON_MALFORMED, ZH_FORMAT, 3 },
        { "two values", "1 2", ZH_JSON_MALFORMED, ZH_FORMAT, 2 },
        { "trailing comma", "[1,]", ZH_JSON_MALFORMED, ZH_FORMAT, 3 },
        { "leading zero", "[01]", ZH_JSON_MALFORMED, ZH_FORMAT, 3 },
        { "no fraction", "[1.]", ZH_JSON_MALFORMED, ZH_FORMAT, 3 },
        { "NaN", "[NaN]", ZH_JSON_MALFORMED, ZH_FORMAT, 1 },
        { "tab in a text", "[\"\t\"]", ZH_JSON_MALFORMED, ZH_FORMAT, 2 },
        { "bad escape", "[\"\\x\"]", ZH_JSON_MALFORMED, ZH_FORMAT, 3 },
        { "half an escape of half a pair", "\"\\ud=12\"", ZH_JSON_MALFORMED, ZH_FORMAT, 4 },
        { "wrong bracket", "{\"a\":[1}}", ZH_JSON_MALFORMED, ZH_FORMAT, 7 },
        { "not UTF-8", "[\"\xC3(\"]", ZH_JSON_BAD_UTF8, ZH_FORMAT, 2 },
        { "surrogate in UTF-8", "[\"\xED\xA0\x80\"]", ZH_JSON_BAD_UTF8, ZH_FORMAT, 2 },
        { "overflowing double", "{\"a\":1e400}", ZH_JSON_NUMBER, ZH_RANGE, 5 },
        { "largest double", "1.7976931348623157e308", ZH_JSON_FINE, ZH_OK, 0 },
        { "smallest overflow", "[1.7976931348623159e308]", ZH_JSON_NUMBER, ZH_RANGE, 1 },
        { "tiny is zero", "1e-999", ZH_JSON_FINE, ZH_OK, 0 },
        { "20 digits", "[12345678901234567890]", ZH_JSON_FINE, ZH_OK, 0 },
        { "2^64", "[18446744073709551616]", ZH_JSON_NUMBER, ZH_RANGE, 1 },
        { "below -2^63", "[-9223372036854775809]", ZH_JSON_NUMBER, ZH_RANGE, 1 },
        { "21 digits, then malformed", "[123456789012345678901,", ZH_JSON_MALFORMED, ZH_FORMAT, 23 },
        { "64 levels", DEEP16 DEEP16 DEEP16 DEEP16 SHUT16 SHUT16 SHUT16 SHUT16, ZH_JSON_FINE, ZH_OK, 0 },
        { "64 levels and an empty one", "[" DEEP16 DEEP16 DEEP16 DEEP16 SHUT16 SHUT16 SHUT16 SHUT16 "]", ZH_JSON_FINE, ZH_OK, 0 },
        { "65 levels", "[[" DEEP16 DEEP16 DEEP16 DEEP16 SHUT16 SHUT16 SHUT16 SHUT16 "]]", ZH_JSON_DEEP, ZH_FULL, 64 },
        { "65 levels, filled", "[" DEEP16 DEEP16 DEEP16 DEEP16 "1" SHUT16 SHUT16 SHUT16 SHUT16 "]", ZH_JSON_DEEP, ZH_FULL, 64 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value root;
        zh_json_fault fault;
        CHECK_ROW(zh_json_parse(json, zh_sv_of(rows[i].text), &root, &fault) == rows[i].e, rows[i].name);
        CHECK_ROW(fault.kind == rows[i].kind, rows[i].name);
        CHECK_ROW(fault.kind == ZH_JSON_FINE || fault.offset == rows[i].offset, rows[i].name);
        CHECK_ROW((zh_json_type_of(root) != ZH_JSON_ABSENT) == (rows[i].e == ZH_OK), rows[i].name);
        CHECK_ROW(zh_json_judge(zh_sv_of(rows[i].text)).kind == rows[i].kind, rows[i].name);
    }
}

static void too_large_is_not_looked_at(void)
{
    zh_json *small;
    zh_json_value root;
    zh_json_fault fault;
    CHECK(zh_json_open(&small, 8) == ZH_OK);
    CHECK(zh_json_parse(small, ZH_SV("[1,2,34]"), &root, &fault) == ZH_OK);
    CHECK(zh_json_parse(small, ZH_SV("[1,2,345]"), &root, &fault) == ZH_FULL);
    CHECK(fault.kind == ZH_JSON_LARGE);
    zh_json_close(small);
    zh_json_close(NULL);
}

static void values_are_exact(void)
{
    int64_t number;
    uint64_t large;
    double real;
    bool yes;
    zh_sv text;
    zh_json_value root = parsed("{\"i\":-9223372036854775808,\"u\":18446744073709551615,\"d\":2.55,"
                                "\"one\":1.0,\"t\":\"a\\\"\\u4e2d\\u0000b\",\"b\":true,\"n\":null,\"o\":{\"k\":[1,2,3]}}");
    CHECK(zh_json_count(root) == 8);
    CHECK(zh_json_int(zh_json_get(root, ZH_SV("i")), &number) && number == INT64_MIN);
    CHECK(!zh_json_int(zh_json_get(root, ZH_SV("u")), &number));
    CHECK(zh_json_uint(zh_json_get(root, ZH_SV("u")), &large) && large == UINT64_MAX);
    CHECK(!zh_json_uint(zh_json_get(root, ZH_SV("i")), &large));
    CHECK(!zh_json_int(zh_json_get(root, ZH_SV("one")), &number)); /* a double is no integer */
    CHECK(zh_json_real(zh_json_get(root, ZH_SV("d")), &real) && real == 2.55);
    CHECK(zh_json_real(zh_json_get(root, ZH_SV("i")), &real) && real == -0x1p63);
    CHECK(zh_json_text(zh_json_get(root, ZH_SV("t")), &text));
    CHECK(zh_sv_equal(text, ((zh_sv){ "a\"\xE4\xB8\xAD\0b", 7 })));
    CHECK(zh_json_bool(zh_json_get(root, ZH_SV("b")), &yes) && yes);
    CHECK(zh_json_is(zh_json_get(root, ZH_SV("n")), ZH_JSON_NULL));
    const zh_json_value list = zh_json_get(zh_json_get(root, ZH_SV("o")), ZH_SV("k"));
    CHECK(zh_json_count(list) == 3);
    int64_t sum = 0;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        CHECK(zh_json_int(it.value, &number) && it.key.size == 0);
        sum += number;
    }
    CHECK(sum == 6);
}

static void what_is_absent_answers_no(void)
{
    const zh_json_value root = parsed("[1]"), absent = zh_json_get(root, ZH_SV("x"));
    int64_t number = 7;
    CHECK(zh_json_type_of(absent) == ZH_JSON_ABSENT);
    CHECK(zh_json_type_of(zh_json_get(absent, ZH_SV("y"))) == ZH_JSON_ABSENT);
    CHECK(!zh_json_int(absent, &number) && number == 7);
    CHECK(zh_json_count(absent) == 0);
    CHECK(zh_json_text_or_empty(absent).size == 0);
    zh_json_iter it = zh_json_walk(absent);
    CHECK(!zh_json_next(&it));
}

static void repeated_keys_are_found(void)
{
    static const struct { const char *text; const char *which; } rows[] = {
        { "{}", NULL }, { "{\"a\":1}", NULL }, { "{\"a\":1,\"b\":{\"a\":2}}", NULL },
        { "{\"a\":1,\"a\":2}", "a" }, { "{\"a\":1,\"\\u0061\":2}", "a" },
        { "{\"x\":[{\"b\":0,\"c\":{},\"b\":1}]}", "b" }, { "[{\"a\":1},{\"a\":1}]", NULL },
        { "{\"a\":{\"k\":1},\"b\":[1,2,{\"k\":1,\"j\":2}],\"k\":3}", NULL },
        { "{\"\":1,\"a\":-1,\"b\":1.5,\"\":2}", "" },
        { "{\"product_id\":1,\"product_sku\":1,\"product_id\":18446744073709551615}", "product_id" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_sv which = { 0 };
        const bool got = zh_json_repeated_key(json, parsed(rows[i].text), &which);
        CHECK_ROW(got == (rows[i].which != NULL), rows[i].text);
        CHECK_ROW(!got || zh_sv_equal(which, zh_sv_of(rows[i].which)), rows[i].text);
        CHECK_ROW(zh_json_repeated_key(json, parsed(rows[i].text), NULL) == got, rows[i].text);
    }
}

/* Objects of 1 .. 300 keys, with and without one repeat: both ways of looking meet. */
static void repeated_keys_are_found_in_objects_of_any_size(uint64_t *seed)
{
    zh_buf text = zh_buf_open(1 << 16);
    for (unsigned count = 1; count <= 300; count++) {
        for (int repeat = 0; repeat < 2; repeat++) {
            const unsigned victim = (unsigned)(test_random(seed) % count);
            zh_buf_reset(&text);
            zh_buf_put_u8(&text, '{');
            for (unsigned i = 0; i < count; i++)
                zh_buf_printf(&text, "%s\"key%u\":%u", i == 0 ? "" : ",", i * 7919, i);
            if (repeat) zh_buf_printf(&text, ",\"key%u\":0", victim * 7919);
            zh_buf_put_u8(&text, '}');
            zh_json_value root;
            CHECK(zh_json_parse(json, zh_buf_view(&text), &root, NULL) == ZH_OK);
            CHECK(zh_json_repeated_key(json, root, NULL) == (repeat == 1));
        }
    }
    zh_buf_close(&text);
}

static void kept_texts_outlive_the_next_parse(void)
{
    zh_arena arena = zh_arena_open(4096);
    zh_json_value root = parsed("{\"key\":[\"one\",2,\"\",{\"k\":\"three\\n\"}],\"n\":5}");
    const zh_json_value list = zh_json_get(root, ZH_SV("key"));
    CHECK(zh_json_keep(json, root, &arena) == ZH_OK);
    zh_sv texts[4];
    size_t count = 0;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);)
        texts[count++] = zh_json_is(it.value, ZH_JSON_OBJECT) ? zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("k")))
                                                              : zh_json_text_or_empty(it.value);
    (void)parsed("{\"other\":[\"xxxxxxxxxxxxxxxxxxxxxxxx\",\"yyyyyyyyyyyyyyyyyyyy\"]}");
    CHECK(count == 4 && zh_sv_equal(texts[0], ZH_SV("one")) && texts[1].size == 0 && texts[2].size == 0);
    CHECK(zh_sv_equal(texts[3], ZH_SV("three\n")));
    root = parsed("[1,2]");
    CHECK(zh_json_keep(json, root, &arena) == ZH_OK);
    zh_arena_close(&arena);
    arena = zh_arena_open(1);
    root = parsed("\"too much\"");
    CHECK(zh_json_keep(json, root, &arena) == ZH_FULL);
    CHECK(zh_sv_equal(zh_json_text_or_empty(root), ZH_SV("too much")));
    zh_arena_close(&arena);
}

static void half_a_surrogate_pair_becomes_a_replacement(void)
{
    static const struct { const char *text, *want; } rows[] = {
        { "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80" },
        { "\"a\\ud83d\"", "a\xEF\xBF\xBD" },
        { "\"\\ud83dx\"", "\xEF\xBF\xBDx" },
        { "\"\\ude00\"", "\xEF\xBF\xBD" },
        { "\"\\udE00\\uD83D\"", "\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80" },
        { "\"\\ud83d\\n\"", "\xEF\xBF\xBD\n" },
        { "\"\\\\ud83d\\u0041\"", "\\ud83d" "A" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_sv_equal(zh_json_text_or_empty(parsed(rows[i].text)), zh_sv_of(rows[i].want)),
                  rows[i].text);
}

/* Random texts made of telling pieces: parser and judge agree, and good texts survive writing. */
static void parser_and_judge_agree(uint64_t *seed)
{
    static const char *const pieces[] = { "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "1", "-0", "2.5e3",
        "1e999", "true", "null", " ", "\"\\ud800\"", "\"\xC3\xA9\"", "\xFF", "99999999999999999999", "\"c\":", "0" };
    zh_buf text = zh_buf_open(4096), once = zh_buf_open(4096), twice = zh_buf_open(4096);
    unsigned good = 0;
    for (int round = 0; round < 200000; round++) {
        const uint64_t count = 1 + test_random(seed) % 8;
        zh_buf_reset(&text);
        for (uint64_t i = 0; i < count; i++)
            zh_buf_put(&text, zh_sv_of(pieces[test_random(seed) % (sizeof pieces / sizeof *pieces)]));
        zh_json_value root;
        zh_json_fault fault;
        const zh_err e = zh_json_parse(json, zh_buf_view(&text), &root, &fault);
        CHECK(zh_json_judge(zh_buf_view(&text)).kind == fault.kind);
        if (e != ZH_OK) continue;
        good++;
        zh_buf_reset(&once);
        zh_json_write(root, &once);
        CHECK(zh_json_parse(json, zh_buf_view(&once), &root, NULL) == ZH_OK);
        zh_buf_reset(&twice);
        zh_json_write(root, &twice);
        CHECK(zh_sv_equal(zh_buf_view(&once), zh_buf_view(&twice)));
    }
    CHECK(good > 5000);
    zh_buf_close(&text), zh_buf_close(&once), zh_buf_close(&twice);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    CHECK(zh_json_open(&json, 1 << 20) == ZH_OK);
    faults_are_told_apart();
    too_large_is_not_looked_at();
    values_are_exact();
    what_is_absent_answers_no();
    repeated_keys_are_found();
    repeated_keys_are_found_in_objects_of_any_size(&seed);
    kept_texts_outlive_the_next_parse();
    half_a_surrogate_pair_becomes_a_replacement();
    parser_and_judge_agree(&seed);
    zh_json_close(json);
    return 0;
}
