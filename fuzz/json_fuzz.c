/* json_fuzz.c -- any bytes are a JSON text, maybe. Parser and judge must agree on it, what is split must
 * be what the parser finds, and what is written must read back the same and stay the same. */
#include "base/json.h"
#include "base/json_out.h"
#include "base/json_scan.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void split_like_the_parser(zh_json *json, zh_sv text, size_t members)
{
    zh_json_split it = zh_json_split_on(text);
    size_t count = 0;
    for (; zh_json_split_next(&it); count++) {
        zh_json_value root;
        REQUIRE(zh_json_parse(json, it.value, &root, NULL) == ZH_OK);
    }
    REQUIRE(!it.bad && count == members);
}

/* The other way round: a split without fault whose slices are all JSON is a text that is JSON. */
static void never_split_what_is_no_json(zh_sv text)
{
    bool all = true;
    zh_json_split it = zh_json_split_on(text);
    while (zh_json_split_next(&it)) all = all && zh_json_judge(it.value).kind == ZH_JSON_FINE;
    REQUIRE(it.bad || !all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv text = { (const char *)data, size };
    zh_json *json;
    zh_json_value root;
    zh_json_fault fault;
    zh_buf once = zh_buf_open(1 << 22), twice = zh_buf_open(1 << 22);
    zh_arena arena = zh_arena_open(1 << 22);
    REQUIRE(zh_json_open(&json, 1 << 20) == ZH_OK);
    const zh_err e = zh_json_parse(json, text, &root, &fault);
    const zh_json_fault judged = zh_json_judge(text);
    REQUIRE((e == ZH_OK) == (fault.kind == ZH_JSON_FINE));
    REQUIRE(judged.kind == fault.kind ||
            (fault.kind == ZH_JSON_NUMBER && judged.kind == ZH_JSON_FINE));
    if (e == ZH_OK) {
        const bool container = zh_json_is(root, ZH_JSON_OBJECT) || zh_json_is(root, ZH_JSON_ARRAY);
        const size_t members = zh_json_count(root);
        const bool repeats = zh_json_repeated_key(json, root, NULL);
        REQUIRE(zh_json_keep(json, root, &arena) == ZH_OK);
        zh_json_write(root, &once);
        REQUIRE(zh_json_parse(json, zh_buf_view(&once), &root, NULL) == ZH_OK);
        REQUIRE(zh_json_repeated_key(json, root, NULL) == repeats);
        zh_json_write(root, &twice);
        REQUIRE(zh_buf_err(&twice) == ZH_OK &&
                zh_sv_equal(zh_buf_view(&once), zh_buf_view(&twice)));
        if (container) split_like_the_parser(json, text, members);
    } else if (judged.kind == ZH_JSON_MALFORMED || judged.kind == ZH_JSON_BAD_UTF8) {
        never_split_what_is_no_json(text);
    }
    zh_buf_reset(&once);
    zh_json_put_text(&once, text); /* any bytes become a text */
    REQUIRE(zh_json_judge(zh_buf_view(&once)).kind == ZH_JSON_FINE);
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_buf_close(&once), zh_buf_close(&twice);
    return 0;
}
