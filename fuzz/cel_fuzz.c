/* cel_fuzz.c -- any bytes are an expression, maybe, and bindings for it. What is compiled ends, within its steps and its memory; printed and
 * parsed again it is the same text and has the same value; its tree as JSON gives the text back; a tree that is JSON has a text. Saved and
 * loaded, a program does what it did. */
#include "base/json.h"
#include "lang/cel_json.h"
#include "lang/cel_keep.h"
#include "lang/cel_parse.h"
#include "lang/cel_print.h"
#include "lang/cel_program.h"
#include "lang/cel_tree.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)
#define STEPS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static zh_cel_value events_where(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)self;
    REQUIRE(count == 2);
    for (uint64_t i = 0; i < 3; i++) {
        const zh_cel_value is = zh_cel_apply(run, args[1], zh_cel_object(2, (const void *)(uintptr_t)(i + 1)));
        if (zh_cel_is_error(is)) return is;
    }
    return args[0];
}

static zh_cel_value event_number(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return args[0].u == 3 ? zh_cel_error(ZH_CEL_ABSENT, NULL) : zh_cel_int((int64_t)args[0].u);
}

/* Names of all kinds: a = 3, b = "text", c = a list, d = what the bytes say; events, with a field and a macro. */
static zh_cel_env *names(zh_arena *arena)
{
    zh_cel_env *env;
    REQUIRE(zh_cel_env_open(&env, arena) == ZH_OK);
    REQUIRE(zh_cel_env_object(env, ZH_SV("Event"), 2) == ZH_OK && zh_cel_env_object(env, ZH_SV("Events"), 1) == ZH_OK);
    REQUIRE(zh_cel_env_field(env, ZH_SV("Event"), ZH_SV("n"), ZH_SV("int"), event_number, 1) == ZH_OK);
    REQUIRE(zh_cel_env_function(env, ZH_SV(".where(Events, Event => bool) Events"), events_where, 2) == ZH_OK);
    REQUIRE(zh_cel_env_variable(env, ZH_SV("a"), ZH_SV("int"), NULL, 0) == ZH_OK && zh_cel_env_variable(env, ZH_SV("b"), ZH_SV("string"), NULL, 1) == ZH_OK);
    REQUIRE(zh_cel_env_variable(env, ZH_SV("c"), ZH_SV("list(dyn)"), NULL, 2) == ZH_OK && zh_cel_env_variable(env, ZH_SV("d"), ZH_SV("dyn"), NULL, 3) == ZH_OK);
    REQUIRE(zh_cel_env_variable(env, ZH_SV("e"), ZH_SV("Events"), NULL, 4) == ZH_OK);
    return env;
}

static void print_result(zh_cel_value v, zh_buf *out)
{
    if (zh_cel_is_error(v)) zh_buf_printf(out, "!%s", zh_cel_code_name((zh_cel_code)v.code));
    else zh_cel_print_value(v, out);
}

/* The value as text; false: it does not compile. */
static bool value_of(zh_arena *arena, const zh_cel_env *env, const zh_cel_value *values, zh_sv text, zh_buf *out)
{
    zh_cel_program *program;
    zh_cel_fault fault;
    const zh_err e = zh_cel_compile(&program, arena, env, text, NULL, &fault);
    if (e != ZH_OK) {
        REQUIRE(fault.text[0] != '\0' && fault.line >= 1 && fault.column >= 1 && (fault.offset <= text.size || e == ZH_FULL));
        return false;
    }
    zh_cel_run run = { .arena = arena, .variables = values, .variables_count = 5, .steps_max = STEPS };
    const zh_cel_value v = zh_cel_eval(program, &run);
    REQUIRE(!zh_cel_is_error(v) || v.n == ZH_CEL_NO_PLACE || v.n <= text.size);
    zh_cel_program *loaded;
    zh_buf saved = zh_buf_open(1 << 26);
    REQUIRE(zh_cel_program_save(program, &saved) == ZH_OK && zh_cel_program_load(&loaded, arena, env, zh_buf_view(&saved)) == ZH_OK);
    zh_buf_close(&saved);
    const zh_cel_value again = zh_cel_eval(loaded, &run);
    REQUIRE(again.kind == v.kind && (zh_cel_is_error(v) ? again.code == v.code && again.n == v.n : true));
    print_result(v, out);
    if (zh_cel_is_error(v) && v.fatal) zh_buf_reset(out), zh_buf_put(out, ZH_SV("ended")); /* how far it came is no promise */
    return true;
}

/* A tree through JSON prints as it did. */
static void through_json(zh_arena *arena, const zh_cel_node *tree, const zh_cel_macros *macros, zh_sv printed)
{
    zh_buf json = zh_buf_open(1 << 26), text = zh_buf_open(1 << 26);
    if (zh_cel_tree_write(tree, &json) == ZH_OK) {
        zh_json *parser;
        zh_json_value root;
        zh_cel_node *read;
        REQUIRE(zh_json_open(&parser, 1 << 26) == ZH_OK && zh_json_parse(parser, zh_buf_view(&json), &root, NULL) == ZH_OK);
        REQUIRE(zh_cel_tree_read(arena, root, macros, &read, NULL) == ZH_OK);
        zh_cel_print(read, &text);
        REQUIRE(zh_sv_equal(zh_buf_view(&text), printed));
        zh_json_close(parser);
    }
    zh_buf_close(&json), zh_buf_close(&text);
}

/* Any JSON is a tree, maybe: then its text is an expression of the same tree. */
static void as_tree(zh_arena *arena, zh_json_value json, const zh_cel_macros *macros)
{
    zh_cel_node *tree, *parsed;
    if (zh_cel_tree_read(arena, json, macros, &tree, NULL) != ZH_OK) return;
    zh_buf text = zh_buf_open(1 << 26), again = zh_buf_open(1 << 26);
    zh_cel_print(tree, &text);
    REQUIRE(zh_cel_parse(arena, zh_buf_view(&text), macros, &parsed, NULL) == ZH_OK);
    zh_cel_print(parsed, &again);
    REQUIRE(zh_sv_equal(zh_buf_view(&text), zh_buf_view(&again)));
    zh_buf_close(&text), zh_buf_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4000) return 0;
    const uint8_t *end = size == 0 ? NULL : memchr(data, 0, size); /* expression, NUL, JSON */
    const zh_sv text = { (const char *)data, end == NULL ? size : (size_t)(end - data) };
    const zh_sv bound = end == NULL ? ZH_SV("{\"k\": [1, 2.5, \"x\", null]}") : (zh_sv){ (const char *)end + 1, size - text.size - 1 };
    zh_arena arena = zh_arena_open(256 << 20);
    zh_json *json;
    zh_json_value root = { 0 };
    REQUIRE(zh_json_open(&json, 8192) == ZH_OK);
    (void)!zh_json_parse(json, bound, &root, NULL);
    const zh_cel_value items[] = { zh_cel_int(1), zh_cel_text(ZH_SV("x")), zh_cel_double(0.5), zh_cel_null() };
    const zh_cel_value values[] = { zh_cel_int(3), zh_cel_text(ZH_SV("text")), zh_cel_list(items, 4), zh_cel_of_json(&arena, root), zh_cel_object(1, NULL) };
    const zh_cel_env *env = names(&arena);
    zh_buf first = zh_buf_open(1 << 26), second = zh_buf_open(1 << 26), printed = zh_buf_open(1 << 26), again = zh_buf_open(1 << 26);
    const bool compiles = value_of(&arena, env, values, text, &first);
    const zh_cel_macros macros = { zh_cel_env_is_macro, env };
    zh_cel_node *tree;
    as_tree(&arena, root, &macros);
    if (zh_cel_parse(&arena, text, &macros, &tree, NULL) == ZH_OK) {
        zh_cel_print(tree, &printed);
        REQUIRE(zh_buf_err(&printed) == ZH_OK);
        through_json(&arena, tree, &macros, zh_buf_view(&printed));
        if (zh_cel_parse(&arena, zh_buf_view(&printed), &macros, &tree, NULL) == ZH_OK) { /* brackets may pass a limit of depth */
            zh_cel_print(tree, &again);
            REQUIRE(zh_sv_equal(zh_buf_view(&printed), zh_buf_view(&again)));
            REQUIRE(value_of(&arena, env, values, zh_buf_view(&printed), &second) == compiles);
            REQUIRE(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)));
        }
    } else {
        REQUIRE(!compiles);
    }
    zh_buf_close(&first), zh_buf_close(&second), zh_buf_close(&printed), zh_buf_close(&again);
    zh_json_close(json);
    zh_arena_close(&arena);
    return 0;
}
