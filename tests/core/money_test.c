/* Goal: amounts are exact; rounding happens once, half away from zero; nothing overflows.
 * Method: a table of texts with their minor units, and printing back at random. */
#include "core/money.h"
#include "check.h"

static void test_decimal_text_becomes_minor_units(void)
{
    static const struct { const char *text; int digits; zh_err e; int64_t minor; } rows[] = {
        { "2.55", 2, ZH_OK, 255 },          { "-11062.06", 2, ZH_OK, -1106206 },
        { "0.001", 2, ZH_OK, 0 },           { "0.005", 2, ZH_OK, 1 },
        { "-0.005", 2, ZH_OK, -1 },         { "0.0049999", 2, ZH_OK, 0 },
        { "1.0049", 2, ZH_OK, 100 },        { "19.99", 0, ZH_OK, 20 },
        { "1e3", 2, ZH_OK, 100000 },        { "1.5E-2", 2, ZH_OK, 2 },
        { "12", 3, ZH_OK, 12000 },          { ".5", 2, ZH_OK, 50 },
        { "5.", 2, ZH_OK, 500 },            { "+7", 2, ZH_OK, 700 },
        { "0e999", 2, ZH_OK, 0 },           { "1e-999", 2, ZH_OK, 0 },
        { "90000000000000", 2, ZH_OK, 9000000000000000 },
        { "90000000000000.01", 2, ZH_RANGE, 0 }, { "1e400", 2, ZH_RANGE, 0 },
        { "", 2, ZH_FORMAT, 0 },            { "-", 2, ZH_FORMAT, 0 },
        { ".", 2, ZH_FORMAT, 0 },           { "1,5", 2, ZH_FORMAT, 0 },
        { "1.2.3", 2, ZH_FORMAT, 0 },       { "1e", 2, ZH_FORMAT, 0 },
        { "NaN", 2, ZH_FORMAT, 0 },         { "0x10", 2, ZH_FORMAT, 0 },
        { "1234567890123456789012345678901", 2, ZH_RANGE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t minor = 0;
        const zh_err e = zh_money_parse(zh_sv_of(rows[i].text), rows[i].digits, &minor);
        CHECK_ROW(e == rows[i].e, rows[i].text);
        CHECK_ROW(e != ZH_OK || minor == rows[i].minor, rows[i].text);
    }
}

static void test_a_line_is_rounded_once(void)
{
    int64_t minor;
    CHECK(zh_money_times(ZH_SV("0.333"), 3, 2, &minor) == ZH_OK && minor == 100);
    CHECK(zh_money_times(ZH_SV("0.001"), -5, 2, &minor) == ZH_OK && minor == -1);
    CHECK(zh_money_times(ZH_SV("2.08"), 80995, 2, &minor) == ZH_OK && minor == 16846960);
    CHECK(zh_money_times(ZH_SV("9e15"), INT64_MIN, 2, &minor) == ZH_RANGE);
    CHECK(zh_money_times(ZH_SV("0"), INT64_MIN, 2, &minor) == ZH_OK && minor == 0);
}

static void test_printing_and_reading_back_is_the_same(uint64_t seed)
{
    for (int i = 0; i < 10000; i++) {
        const int digits = (int)(test_random(&seed) % 4);
        const int64_t minor = (int64_t)(test_random(&seed) % 18000000000000001u) - 9000000000000000;
        char text[ZH_MONEY_TEXT_BYTES];
        const size_t size = zh_money_print(minor, digits, text);
        int64_t again;
        CHECK(zh_money_parse((zh_sv){ text, size }, digits, &again) == ZH_OK && again == minor);
    }
}

static void test_currencies_know_their_minor_unit(void)
{
    char text[4];
    zh_currency_text(zh_currency_of(ZH_SV("gbp")), text);
    CHECK(strcmp(text, "GBP") == 0);
    CHECK(zh_currency_of(ZH_SV("GB")).code == 0 && zh_currency_of(ZH_SV("G1P")).code == 0);
    CHECK(zh_currency_digits(zh_currency_of(ZH_SV("CNY"))) == 2);
    CHECK(zh_currency_digits(zh_currency_of(ZH_SV("JPY"))) == 0);
    CHECK(zh_currency_digits(zh_currency_of(ZH_SV("KWD"))) == 3);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_decimal_text_becomes_minor_units();
    test_a_line_is_rounded_once();
    test_printing_and_reading_back_is_the_same(seed);
    test_currencies_know_their_minor_unit();
    return 0;
}
