/* json_scan_test.c
 * Goal    a text is split where the parser would split it, and a broken level is noticed.
 * Method  a table by hand; random texts whose slices are compared with the parser's values. The
 *         judge is proved in json_test.c, against the parser.
 */
#include "base/json_scan.h"
#include "check.h"

#include <stdlib.h>

static void levels_are_split(void)
{
    static const struct { const char *name, *text, *want; bool bad; } rows[] = {
        { "array", "[1, \"a,]\" ,{\"x\":[2]},[] ]", "1|\"a,]\"|{\"x\":[2]}|[]|", false },
        { "object", " { \"k\" : 1 ,\"m\":{\"}\":\"\\\"}\"}} ", "k=1|m={\"}\":\"\\\"}\"}|", false },
        { "empty", "[]", "", false },
        { "scalar", "3", "", true },
        { "nothing", "", "", true },
        { "open", "[1,2", "1|2|", true },
        { "rubbish after", "[1] x", "1|", true },
        { "a NUL after", "[1]", "1|", false },
        { "no comma", "[1 2]", "1|", true },
        { "trailing comma", "[1,]", "1|", true },
        { "leading comma", "[,1]", "", true },
        { "key without quotes", "{k:1}", "", true },
        { "key with a tab", "{\"\t\":1}", "", true },
        { "key not UTF-8", "{\"\xFF\":1}", "", true },
        { "no colon", "{\"k\" 1}", "", true },
        { "no value", "{\"k\":}", "", true },
        { "never closed text", "[\"a", "", true },
        { "backslashes before a quote", "[{\"a\":\"\\\\\"},\"\\\\\\\"]\"]", "{\"a\":\"\\\\\"}|\"\\\\\\\"]\"|", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf got = zh_buf_open(1024);
        zh_json_split it = zh_json_split_on(zh_sv_of(rows[i].text));
        while (zh_json_split_next(&it)) {
            if (it.key.data != NULL) zh_buf_printf(&got, "%.*s=", ZH_SV_ARG(it.key));
            zh_buf_printf(&got, "%.*s|", ZH_SV_ARG(it.value));
        }
        CHECK_ROW(zh_sv_equal(zh_buf_view(&got), zh_sv_of(rows[i].want)), rows[i].name);
        CHECK_ROW(it.bad == rows[i].bad, rows[i].name);
        CHECK_ROW(!zh_json_split_next(&it), rows[i].name);
        zh_buf_close(&got);
    }
    zh_json_split nul = zh_json_split_on((zh_sv){ "[1]\0", 4 });
    while (zh_json_split_next(&nul)) {}
    CHECK(nul.bad);
}

static void put_random(uint64_t *seed, zh_buf *out, int depth)
{
    static const char *const scalars[] = { "1", "\"\"", "\"[{\"", "\"\\\"\"", "\"\\\\\"", "\"\\\\\\\"}\"", "null", "-2.5",
        "\"a text that is longer than thirty-two bytes, with ] and } and \\\" inside, and goes on past sixty-four\"" };
    const uint64_t kind = test_random(seed) % 4;
    if (depth == 0 || kind >= 2) {
        zh_buf_put(out, zh_sv_of(scalars[test_random(seed) % (sizeof scalars / sizeof *scalars)]));
        return;
    }
    zh_buf_put_u8(out, kind == 0 ? '[' : '{');
    const uint64_t count = test_random(seed) % 5;
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0) zh_buf_put(out, test_random(seed) % 2 ? ZH_SV(",") : ZH_SV(" ,\n "));
        if (kind == 1) zh_buf_printf(out, "\"k%llu\\\\\":", (unsigned long long)i);
        put_random(seed, out, depth - 1);
    }
    zh_buf_put_u8(out, kind == 0 ? ']' : '}');
}

/* Each slice, parsed alone, is the value the parser finds there. */
static void slices_are_the_parsers_values(uint64_t *seed)
{
    zh_json *whole, *part;
    CHECK(zh_json_open(&whole, 1 << 20) == ZH_OK);
    CHECK(zh_json_open(&part, 1 << 20) == ZH_OK);
    zh_buf text = zh_buf_open(1 << 20), a = zh_buf_open(1 << 20), b = zh_buf_open(1 << 20);
    for (int round = 0; round < 20000; round++) {
        zh_buf_reset(&text);
        zh_buf_put_u8(&text, '[');
        for (int i = 0; i < 4; i++) {
            if (i > 0) zh_buf_put_u8(&text, ',');
            put_random(seed, &text, 4);
        }
        zh_buf_put_u8(&text, ']');
        /* In a block of just its size, so that a read past the end is seen. */
        char *copy = malloc(text.size);
        CHECK(copy != NULL);
        memcpy(copy, text.data, text.size);
        zh_json_value root;
        CHECK(zh_json_parse(whole, zh_buf_view(&text), &root, NULL) == ZH_OK);
        zh_json_split split = zh_json_split_on((zh_sv){ copy, text.size });
        for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
            zh_json_value alone;
            CHECK(zh_json_split_next(&split));
            CHECK(zh_json_parse(part, split.value, &alone, NULL) == ZH_OK);
            zh_buf_reset(&a), zh_buf_reset(&b);
            zh_json_write(it.value, &a), zh_json_write(alone, &b);
            CHECK(zh_sv_equal(zh_buf_view(&a), zh_buf_view(&b)));
        }
        CHECK(!zh_json_split_next(&split) && !split.bad);
        free(copy);
    }
    zh_buf_close(&text), zh_buf_close(&a), zh_buf_close(&b);
    zh_json_close(whole), zh_json_close(part);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    levels_are_split();
    slices_are_the_parsers_values(&seed);
    return 0;
}
