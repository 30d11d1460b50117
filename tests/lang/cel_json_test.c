/* Goal: JSON becomes values and values become JSON as the table of cel_json.h says.
 * Method: rows in both directions; values that JSON cannot say. */
#include "lang/cel_json.h"
#include "lang/cel_print.h"
#include "lang/cel_program.h"

#include "check.h"

#include <string.h>

static const struct { const char *json, *value; } in[] = {
    { "null", "null" }, { "true", "true" }, { "12", "12" }, { "-9223372036854775808", "-9223372036854775808" }, { "18446744073709551615", "18446744073709551615u" }, { "12.0", "12.0" }, { "1e3", "1000.0" },
    { "\"\\u8336\"", "\"茶\"" }, { "[1,[2.5]]", "[1, [2.5]]" }, { "{\"a\":{\"b\":[]}}", "{\"a\": {\"b\": []}}" }, { "{}", "{}" },
};

static const struct { const char *expression, *json; } out[] = {
    { "1", "1" }, { "18446744073709551615u", "18446744073709551615" }, { "2.0", "2.0" }, { "1e300", "1e+300" }, { "0.0/0.0", "\"NaN\"" }, { "-1.0/0.0", "\"-Infinity\"" }, { "'a\"\\n茶'", "\"a\\\"\\n茶\"" },
    { "b'\\xff\\x00'", "\"/wA=\"" }, { "timestamp('2026-11-11T08:00:00.5+08:00')", "\"2026-11-11T00:00:00.5Z\"" }, { "duration('-90.25s')", "\"-90.25s\"" }, { "{1: 'a', true: [null], 2u: {}}", "{\"1\":\"a\",\"true\":[null],\"2\":{}}" },
    { "type([1])", "\"list\"" }, { "[optional.none(), optional.of(3)]", "[null,3]" }, { "type(timestamp(0))", "\"google.protobuf.Timestamp\"" },
};

static void json_becomes_values(zh_arena *arena)
{
    zh_json *json;
    CHECK(zh_json_open(&json, 4096) == ZH_OK);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
        zh_json_value root;
        zh_buf text = zh_buf_open(4096);
        CHECK_ROW(zh_json_parse(json, zh_sv_of(in[i].json), &root, NULL) == ZH_OK, in[i].json);
        const zh_cel_value v = zh_cel_of_json(arena, root);
        CHECK(zh_json_parse(json, ZH_SV("0"), &root, NULL) == ZH_OK); /* the value keeps nothing of the parser */
        zh_cel_print_value(v, &text);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&text), zh_sv_of(in[i].value)), in[i].json);
        zh_buf_close(&text);
    }
    zh_json_close(json);
}

static void values_become_json(zh_arena *arena)
{
    zh_cel_env *env;
    CHECK(zh_cel_env_open(&env, arena) == ZH_OK);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        zh_cel_program *program;
        zh_buf text = zh_buf_open(4096);
        CHECK_ROW(zh_cel_compile(&program, arena, env, zh_sv_of(out[i].expression), NULL, NULL) == ZH_OK, out[i].expression);
        zh_cel_run run = { .arena = arena };
        CHECK_ROW(zh_cel_to_json(zh_cel_eval(program, &run), &text) == ZH_OK, out[i].expression);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&text), zh_sv_of(out[i].json)), out[i].expression);
        zh_buf_close(&text);
    }
}

static void what_json_cannot_say_is_refused(zh_arena *arena)
{
    zh_buf text = zh_buf_open(1 << 16);
    CHECK(zh_cel_to_json(zh_cel_error(ZH_CEL_NO_KEY, NULL), &text) == ZH_FORMAT && zh_cel_to_json(zh_cel_object(1, NULL), &text) == ZH_FORMAT);
    zh_cel_value *levels = ZH_TAKE(arena, zh_cel_value, 80);
    for (int i = 0; i < 80; i++) levels[i] = i == 0 ? zh_cel_int(1) : zh_cel_list(&levels[i - 1], 1);
    CHECK(zh_cel_to_json(levels[ZH_CEL_JSON_DEPTH_MAX], &text) == ZH_OK && zh_cel_to_json(levels[ZH_CEL_JSON_DEPTH_MAX + 1], &text) == ZH_FULL);
    zh_buf_close(&text);
}

int main(void)
{
    zh_arena arena = zh_arena_open(16 << 20);
    json_becomes_values(&arena);
    values_become_json(&arena);
    what_json_cannot_say_is_refused(&arena);
    zh_arena_close(&arena);
    return 0;
}
