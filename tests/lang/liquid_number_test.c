/* Goal: whole numbers stay whole, prices are added as people expect, nothing becomes infinite.
 * Method: rows over the filters of numbers; whole numbers against 128-bit arithmetic, from the seed that is printed. */
#include "liquid_case.h"
#include "lang/liquid_number.h"

static const liquid_case rows[] = {
    { "{{ 1.1 | plus: 2.2 }} {{ 19.99 | times: 3 }} {{ 0.3 | minus: 0.1 }} {{ 0.3 | divided_by: 0.1 }}", NULL, "3.3 59.97 0.2 3.0" },
    { "{{ 7 | divided_by: 2 }} {{ -7 | divided_by: 2 }} {{ 7 | divided_by: 2.0 }} {{ -7 | modulo: 3 }} {{ 7 | modulo: -3 }} {{ 7.5 | modulo: 2 }} {{ -7.5 | modulo: 2 }}", NULL, "3 -4 3.5 2 -2 1.5 0.5" },
    { "{{ 1 | divided_by: 0 }}|{{ 1.0 | divided_by: 0 }}|{{ 1 | modulo: '0.0' }}", NULL, "Liquid error: divided by 0|Liquid error: divided by 0|Liquid error: divided by 0" },
    { "{{ '12 pieces' | plus: ' 3.5 ' }} {{ 'x' | plus: 1 }} {{ nil | plus: '1_000' }} {{ true | plus: 1 }} {{ '1.' | plus: 1 }} {{ '+4' | plus: 1 }}", NULL, "15.5 1 1 1 2 5" },
    { "{{ 9223372036854775807 | plus: 1 }} {{ 9223372036854775807 | minus: 1 }} {{ 4611686018427387904 | times: 2 }} {{ -9223372036854775808 | abs }}", NULL, "9.223372036854776e+18 9223372036854775806 9.223372036854776e+18 9.223372036854776e+18" },
    { "{{ 1e5 }}", NULL, "!syntax" }, { "{{ 12345678901234567890 }} {{ 0.00001 }} {{ 0.0001 }} {{ 1000000000000000.5 }} {{ 10000000000000000.0 }} {{ -0.0 }} {{ 100.0 }} {{ 123.456 }}", NULL, "1.2345678901234567e+19 1.0e-05 0.0001 1000000000000000.5 1.0e+16 -0.0 100.0 123.456" },
    { "{{ big | times: big }}", "{\"big\":1e200}", "Liquid error: the number is too large" }, { "{{ small | times: small }} {{ small | plus: 1 }} {{ small | minus: big }}", "{\"small\":1e-200,\"big\":1e200}", "0.0 1.0 -1.0e+200" },
    { "{{ 5.5 | round }} {{ -5.5 | round }} {{ 2.675 | round: 2 }} {{ 1234.5 | round: -2 }} {{ 15 | round: -1 }} {{ -15 | round: -1 }} {{ 3 | round: 2 }} {{ 2.0 | round: 3 }} {{ 1.25 | round: 1 }}", NULL, "6 -6 2.68 1200 20 -20 3 2.0 1.3" },
    { "{{ 5 | round: 30 }} {{ 5.5 | round: -30 }} {{ 0.5 | round: 'x' }} {{ 1.15 | round: 1.9 }}", NULL, "5 0 1 1.2" },
    { "{{ 4.1 | ceil }} {{ -4.1 | ceil }} {{ 4.9 | floor }} {{ -4.1 | floor }} {{ '7.2' | ceil }} {{ big | floor }}", "{\"big\":1e30}", "5 -4 4 -5 8 1.0e+30" },
    { "{{ 3 | at_least: 5 }} {{ 3 | at_most: 5 }} {{ 3.5 | at_most: '2' }} {{ '9' | at_least: 1.5 }} {{ 'x' | at_least: -1 }}", NULL, "5 3 2 9 0" },
    { "{{ '-5' | abs }} {{ -5.25 | abs }} {{ '-0.5' | abs }}", NULL, "5 5.25 0.5" }, { "{{ 199900 | money }} {{ 5 | money }} {{ -1999 | money }} {{ '250' | money }} {{ nil | money }} {{ 99.6 | money }}", NULL, "1999.00 0.05 -19.99 2.50 0.00 1.00" },
    { "{{ l | sum: 'p' }} {{ k | sum: 'p' }}", "{\"l\":[0.1,\"3\",{}],\"k\":[1]}", "0 Liquid error: cannot select the property 'p'" },
    { "{{ l | sum }} {{ m | sum: 'p' }}", "{\"l\":[0.1,0.2,[\"3\",{}]],\"m\":[{\"p\":0.1},{\"p\":0.2},{}]}", "3.3 0.3" },
};

__extension__ typedef __int128 wide;

static void whole_numbers_are_exact(uint64_t seed)
{
    for (int i = 0; i < 20000; i++) {
        const int64_t a = (int64_t)test_random(&seed) >> (test_random(&seed) % 63), b = (int64_t)test_random(&seed) >> (test_random(&seed) % 63);
        const zh_liquid_number x = { .whole = true, .digits = a }, y = { .whole = true, .digits = b };
        for (zh_liquid_number_op op = ZH_LIQUID_ADD; op <= ZH_LIQUID_MODULO; op++) {
            if (op >= ZH_LIQUID_DIVIDE && b == 0) continue;
            wide want = op == ZH_LIQUID_ADD ? (wide)a + b : op == ZH_LIQUID_SUBTRACT ? (wide)a - b : op == ZH_LIQUID_MULTIPLY ? (wide)a * b : (wide)a / b;
            if (op >= ZH_LIQUID_DIVIDE && (wide)a % b != 0 && (a < 0) != (b < 0)) want--; /* down */
            if (op == ZH_LIQUID_MODULO) want = a - want * b;
            zh_liquid_value got;
            CHECK(zh_liquid_calculate(op, x, y, &got));
            if (want > INT64_MAX || want < INT64_MIN) CHECK(got.kind == ZH_LIQUID_FLOAT);
            else CHECK(got.kind == ZH_LIQUID_INT && got.i == (int64_t)want);
        }
    }
}

int main(int argc, char **argv)
{
    LIQUID_CHECK(rows, .strict = false);
    whole_numbers_are_exact(test_seed(argc, argv));
    return 0;
}
