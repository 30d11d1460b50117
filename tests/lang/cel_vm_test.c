/* Goal: expressions have the values CEL's definition gives them, and fail as it says.
 * Method: tables of expressions with the value they print as, or the code of their error. Each value is evaluated twice: as a
 * program, and after it was printed and parsed again. */
#include "lang/cel_program.h"
#include "lang/cel_parse.h"
#include "lang/cel_print.h"

#include "check.h"

typedef struct row { const char *expression, *want; } row;

static const row values[] = {
    /* literals */
    { "7", "7" }, { "-9223372036854775808", "-9223372036854775808" }, { "0x1F", "31" }, { "-0x10", "-16" }, { "7u", "7u" }, { "0xFFu", "255u" },
    { "1.5e3", "1500.0" }, { ".25", "0.25" }, { "null", "null" }, { "'it''s'", "!" }, { "'a' \"b\"", "!" }, { "\"tea\\t\\u8336\\U0001F375\"", "\"tea\\t茶🍵\"" },
    { "r'\\d'", "\"\\\\d\"" }, { "'''a'b\nc'''", "\"a'b\\nc\"" }, { "b'\\xff\\000a'", "b\"\\xff\\x00a\"" }, { "b'茶'", "b\"\\xe8\\x8c\\xb6\"" }, { "'\\101'", "\"A\"" },
    { "[1, 2u, 'x',]", "[1, 2u, \"x\"]" }, { "{'a': 1, 2: [true]}", "{\"a\": 1, 2: [true]}" }, { "// note\n 1 // more", "1" },
    /* numbers */
    { "1 + 2 * 3 - 4 / 2 % 2", "7" }, { "7 / -2", "-3" }, { "-7 % 3", "-1" }, { "9223372036854775807 + 1", "!OVERFLOW" }, { "-9223372036854775808 - 1", "!OVERFLOW" },
    { "-(-9223372036854775808)", "!OVERFLOW" }, { "9223372036854775807 * 2", "!OVERFLOW" }, { "-9223372036854775808 / -1", "!OVERFLOW" }, { "1u - 2u", "!OVERFLOW" },
    { "18446744073709551615u + 1u", "!OVERFLOW" }, { "1 / 0", "!DIVIDE" }, { "1 % 0", "!MODULUS" }, { "1u / 0u", "!DIVIDE" }, { "1.0 / 0.0", "double(\"Infinity\")" },
    { "0.0 / 0.0 == 0.0 / 0.0", "false" }, { "0.1 + 0.2", "0.30000000000000004" }, { "-(3.5)", "-3.5" },
    /* equality and order over kinds of numbers */
    { "dyn(1) == 1u", "true" }, { "dyn(1) == 1.0", "true" }, { "dyn(1u) != 1.5", "true" }, { "1 < 2u", "true" }, { "1u < 0.5", "false" }, { "dyn(-1) < 0u", "true" },
    { "dyn(9007199254740993) == 9007199254740992.0", "true" }, { "dyn('1') == 1", "false" }, { "dyn([1, 2]) == [1.0, 2u]", "true" }, { "dyn({1: 2}) == {1u: 2.0}", "true" },
    { "double('NaN') < 1.0 || double('NaN') >= 1.0", "false" }, { "'a' < 'b' && b'a' < b'b' && false < true", "true" }, { "'茶' > 'z'", "true" }, { "dyn('a') < 1", "!NO_OVERLOAD" },
    { "[1] == [1, 2]", "false" }, { "null == dyn(0)", "false" }, { "{'a': 1} == {'a': 1, 'b': 2}", "false" },
    /* logic absorbs errors */
    { "false && 1 / 0 > 0", "false" }, { "1 / 0 > 0 && false", "false" }, { "1 / 0 > 0 || true", "true" }, { "1 / 0 > 0 || false", "!DIVIDE" }, { "1 / 0 > 0 && 1 % 0 > 0", "!DIVIDE" },
    { "true && 1 / 0 > 0 && false", "false" }, { "dyn(1) && true", "!NO_OVERLOAD" }, { "dyn(1) || true", "true" }, { "!dyn('x')", "!NO_OVERLOAD" }, { "true ? 1 : 1 / 0", "1" },
    { "1 / 0 > 0 ? 1 : 2", "!DIVIDE" }, { "dyn('x') ? 1 : 2", "!NO_OVERLOAD" }, { "false ? 1 : true ? 2 : 3", "2" },
    /* lists and maps */
    { "[1, 2] + [3]", "[1, 2, 3]" }, { "[1, 2][1]", "2" }, { "[1, 2][dyn(1.0)]", "2" }, { "[1, 2][dyn(1.5)]", "!ARGUMENT" }, { "[1, 2][2]", "!INDEX" }, { "[1][-1]", "!INDEX" },
    { "{'a': 1}.a", "1" }, { "{'a': 1}['b']", "!NO_KEY" }, { "{'a': {'b': 2}}.a.b", "2" }, { "{1: 'x'}[dyn(1.0)]", "\"x\"" }, { "{'a': 1, 'a': 2}", "!REPEATED" }, { "{1: 1, dyn(1u): 2}", "!REPEATED" },
    { "{dyn(1.5): 1}", "!NO_OVERLOAD" }, { "2 in [1, 2]", "true" }, { "dyn(2.0) in [1, 2]", "true" }, { "'a' in {'a': 1}", "true" }, { "size([1, 2]) + size({'a': 1}) + size('茶a') + size(b'茶')", "8" },
    { "'abc'.size() == [1, 2, 3].size()", "true" }, { "has({'a': 1}.a) && !has({'a': 1}.b)", "true" }, { "{'a b': 1}.`a b`", "1" },
    { "{'k1': 1, 'k2': 2, 'k3': 3, 'k4': 4, 'k5': 5, 'k6': 6, 'k7': 7, 'k8': 8, 'k9': 9, 'k10': 10}['k9']", "9" },
    /* macros */
    { "[1, 2, 3].all(x, x > 0)", "true" }, { "[1, 0].all(x, 1 / x > 5)", "false" }, { "[0, 1].all(x, 1 / x > 5)", "false" }, { "[0, 1].all(x, 1 / x > 0)", "!DIVIDE" }, { "[].all(x, false)", "true" },
    { "[0, 1].exists(x, 1 / x == 1)", "true" }, { "[0].exists(x, 1 / x == 1)", "!DIVIDE" }, { "[1, 2, 1].exists_one(x, x == 2)", "true" }, { "[1, 1].exists_one(x, x == 1)", "false" },
    { "[0, 1].exists_one(x, 1 / x == 1)", "!DIVIDE" }, { "[1, 2, 3].filter(x, x % 2 == 1)", "[1, 3]" }, { "[1, 2, 3].map(x, x > 1, x * 10)", "[20, 30]" }, { "[0].map(x, 1 / x)", "!DIVIDE" },
    { "{'a': 1, 'b': 2}.filter(k, k == 'b')", "[\"b\"]" }, { "[[1], [2, 3]].map(l, l.map(x, x + size(l)))", "[[2], [4, 5]]" }, { "[3, 4].transformList(i, v, i * 10 + v)", "[3, 14]" },
    { "[3, 4].transformList(i, v, v > 3, i)", "[1]" }, { "{'a': 1}.transformMap(k, v, k + string(v))", "{\"a\": \"a1\"}" }, { "[7].transformMap(i, v, v)", "{0: 7}" },
    { "{'a': 1}.transformMapEntry(k, v, {string(v): k})", "{\"1\": \"a\"}" }, { "{'a': 1, 'b': 1}.transformMapEntry(k, v, {string(v): k})", "!REPEATED" }, { "{'a': 1}.all(k, v, k == 'a' && v == 1)", "true" },
    { "[5, 6].existsOne(i, v, i == 1 && v == 6)", "true" }, { "cel.bind(x, 3, x * x)", "9" }, { "cel.bind(x, 1 / 0, true)", "true" }, { "cel.bind(x, 1, cel.bind(y, x + 1, [x, y]))", "[1, 2]" },
    { "[1, 2].map(x, [3].map(x, x))", "[[3], [3]]" }, { "dyn(5).map(x, x)", "!NO_OVERLOAD" },
    /* optional values */
    { "optional.of(1).value()", "1" }, { "optional.none().hasValue()", "false" }, { "optional.none().value()", "!ABSENT" }, { "{'a': 1}.?a.orValue(0) + {'a': 1}.?b.orValue(5)", "6" },
    { "[1][?0]", "optional.of(1)" }, { "[1][?5]", "optional.none()" }, { "{'a': {'b': 2}}.?a.b", "optional.of(2)" }, { "{}.?a.b.c.orValue('none')", "\"none\"" }, { "optional.of(2).optMap(x, x * 2)", "optional.of(4)" },
    { "optional.none().optMap(x, x * 2)", "optional.none()" }, { "optional.of([1]).optFlatMap(x, x[?3])", "optional.none()" }, { "optional.of(1).orValue(1 / 0)", "1" }, { "optional.none().or(optional.of(2)).value()", "2" },
    { "[?optional.none(), ?optional.of(1), 2]", "[1, 2]" }, { "{?'a': optional.none(), 'b': 1}", "{\"b\": 1}" }, { "optional.ofNonZeroValue('')", "optional.none()" }, { "has({'a': {}}.?a.b)", "false" },
    /* conversions */
    { "int('-42') + int(4.9) + int(2u)", "-36" }, { "int('4x')", "!CONVERT" }, { "int(1e19)", "!RANGE" }, { "int(double('NaN'))", "!RANGE" }, { "int(18446744073709551615u)", "!RANGE" }, { "uint(-1)", "!RANGE" },
    { "uint('300')", "300u" }, { "double('1e-3')", "0.001" }, { "double('x')", "!CONVERT" }, { "string(1.0)", "\"1\"" }, { "string(1e30)", "\"1e+30\"" }, { "string(b'\\xff')", "!CONVERT" }, { "bytes('茶')", "b\"\\xe8\\x8c\\xb6\"" },
    { "bool('TRUE')", "true" }, { "bool('yes')", "!CONVERT" }, { "type(1)", "int" }, { "type(type(1))", "type" }, { "type([1]) == list", "true" }, { "type(1u) == int", "false" },
    { "string(duration('1h1.5s'))", "\"3601.5s\"" }, { "string(timestamp(0))", "\"1970-01-01T00:00:00Z\"" },
    /* times */
    { "timestamp('2026-11-11T16:00:00+08:00')", "timestamp(\"2026-11-11T08:00:00Z\")" }, { "timestamp('2026-02-30T00:00:00Z')", "!CONVERT" }, { "timestamp('2026-11-11')", "!CONVERT" },
    { "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "!RANGE" }, { "timestamp('2026-03-01T00:00:00Z') - timestamp('2026-02-01T00:00:00Z') == duration('672h')", "true" },
    { "timestamp('2026-11-11T20:30:15.123Z').getHours('+05:45')", "2" }, { "timestamp('2026-11-11T20:30:15.123Z').getMilliseconds()", "123" }, { "timestamp('2026-01-01T00:00:00Z').getDayOfYear('-00:01')", "364" },
    { "timestamp('2026-11-15T00:00:00Z').getDayOfWeek()", "0" }, { "timestamp(0).getFullYear('Nowhere/Land')", "!ARGUMENT" }, { "duration('90m').getHours() + duration('90m').getMinutes()", "91" },
    { "duration('-1.5h')", "duration(\"-5400s\")" }, { "duration('5')", "!CONVERT" }, { "duration('300000h') + duration('9000000h')", "!RANGE" }, { "duration('9000000000000s')", "!RANGE" }, { "-duration('1s')", "duration(\"-1s\")" },
    /* strings */
    { "'茶叶店'.substring(1) + '茶叶店'.charAt(0)", "\"叶店茶\"" }, { "'abcabc'.indexOf('c') + 10 * 'abcabc'.lastIndexOf('c')", "52" }, { "'abc'.indexOf('', 3)", "3" }, { "'abc'.charAt(4)", "!INDEX" },
    { "'a-b-c'.split('-', 2)", "[\"a\", \"b-c\"]" }, { "'茶a'.split('')", "[\"茶\", \"a\"]" }, { "['a', 'b'].join('+')", "\"a+b\"" }, { "'banana'.replace('an', '<>', 1)", "\"b<>ana\"" }, { "'ab'.replace('', '_')", "\"_a_b_\"" },
    { "' \\u3000x\\t'.trim()", "\"x\"" }, { "'茶Ab'.reverse().lowerAscii().upperAscii()", "\"BA茶\"" }, { "strings.quote('a\"\\n')", "\"\\\"a\\\\\\\"\\\\n\\\"\"" }, { "'%s: %.1f%% %d %x'.format(['k', 2.25, 7, 255])", "\"k: 2.2% 7 ff\"" },
    { "'%d'.format(['x'])", "!ARGUMENT" }, { "'foobar'.startsWith('foo') && 'foobar'.endsWith('bar') && 'foobar'.contains('ob')", "true" }, { "base64.decode(base64.encode(b'x\\xff'))", "b\"x\\xff\"" },
    { "'order-17'.matches('^order-\\\\d+$')", "true" }, { "'女装'.matches('^\\\\p{Han}{2}$')", "true" }, { "'x'.matches(dyn('('))", "!ARGUMENT" },
    /* math */
    { "math.greatest(1, 2.5, 2u)", "2.5" }, { "math.least([3, 1, 2])", "1" }, { "math.abs(-3) + math.sign(-9)", "2" }, { "math.abs(-9223372036854775808)", "!OVERFLOW" }, { "math.round(-2.5)", "-3.0" },
    { "math.bitAnd(12, 10) + math.bitXor(12, 10) + math.bitShiftLeft(1, 4)", "30" }, { "math.bitShiftRight(-1, 60)", "15" }, { "math.isNaN(0.0 / 0.0) && math.isInf(1.0 / 0.0)", "true" }, { "math.sqrt(16)", "4.0" },
};

static zh_cel_value evaluate(zh_arena *arena, const zh_cel_env *env, const char *name, zh_sv text)
{
    zh_cel_program *program;
    zh_cel_fault fault;
    const zh_err e = zh_cel_compile(&program, arena, env, text, NULL, &fault);
    if (e != ZH_OK) {
        if (e != ZH_FORMAT) fprintf(stderr, "%s\n", fault.text);
        CHECK_ROW(e == ZH_FORMAT, name);
        return zh_cel_error(ZH_CEL_ARGUMENT, "!");
    }
    zh_cel_run run = { .arena = arena };
    return zh_cel_eval(program, &run);
}

static void compare(const row *r, zh_cel_value value)
{
    char got[400] = "";
    zh_buf text = zh_buf_open(1 << 16);
    if (zh_cel_is_error(value)) zh_buf_printf(&text, "!%s", strcmp(value.text, "!") == 0 ? "" : zh_cel_code_name((zh_cel_code)value.code));
    else zh_cel_print_value(value, &text);
    snprintf(got, sizeof got, "%.*s", ZH_SV_ARG(zh_buf_view(&text)));
    zh_buf_close(&text);
    if (strcmp(got, r->want) != 0) fprintf(stderr, "got %s, want %s\n", got, r->want);
    CHECK_ROW(strcmp(got, r->want) == 0, r->expression);
}

static void values_are_as_defined(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    zh_cel_env *env;
    CHECK(zh_cel_env_open(&env, &arena) == ZH_OK);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const zh_sv source = zh_sv_of(values[i].expression);
        compare(&values[i], evaluate(&arena, env, values[i].expression, source));
        zh_cel_node *root;
        if (zh_cel_parse(&arena, source, NULL, &root, NULL) != ZH_OK) continue;
        zh_buf text = zh_buf_open(1 << 16);
        zh_cel_print(root, &text);
        compare(&values[i], evaluate(&arena, env, values[i].expression, zh_buf_view(&text)));
        zh_buf_close(&text);
    }
    zh_arena_close(&arena);
}

int main(void)
{
    values_are_as_defined();
    return 0;
}
