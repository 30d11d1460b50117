/* Goal: options come from the command line, else the environment, else a default; wrong ones end with status 2.
 * Method: a table of command lines with what each gives. */
#include "app/options.h"
#include "check.h"
#include "sys/file.h"

#include <unistd.h>

static const zh_option options[] = {
    { "data", "DIR", "the folder", "here", false },
    { "port-number", "N", "a number", NULL, false },
    { "json", NULL, "a flag", NULL, true },
};
static int nothing(const zh_options *given) { (void)given; return 0; }
static const zh_command command = { .name = "try", .usage = "[options]", .summary = "A try.", .example = "  zhun try",
                                    .options = options, .options_count = 3, .run = nothing };

static void test_command_lines(void)
{
    static const struct { const char *name; char *words[6]; int status; const char *data; size_t arguments; bool json; } rows[] = {
        { "nothing", { NULL }, -1, "here", 0, false },
        { "a value apart", { "--data", "x" }, -1, "x", 0, false },
        { "a value joined", { "--data=x y" }, -1, "x y", 0, false },
        { "a flag", { "--json", "a", "b" }, -1, "here", 2, true },
        { "after two dashes", { "--", "--data" }, -1, "here", 1, false },
        { "help", { "--help" }, ZH_EXIT_DONE, NULL, 0, false },
        { "unknown", { "--dat", "x" }, ZH_EXIT_USAGE, NULL, 0, false },
        { "no value", { "--data" }, ZH_EXIT_USAGE, NULL, 0, false },
        { "twice", { "--data", "x", "--data=y" }, ZH_EXIT_USAGE, NULL, 0, false },
        { "a flag with a value", { "--json=1" }, ZH_EXIT_USAGE, NULL, 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *words[6];
        int count = 0;
        while (count < 6 && rows[i].words[count] != NULL) words[count] = rows[i].words[count], count++;
        zh_options given;
        const int status = zh_options_read(&given, &command, count, words);
        CHECK_ROW(status == rows[i].status, rows[i].name);
        if (status != -1) continue;
        CHECK_ROW(zh_sv_equal(zh_options_text(&given, "data"), zh_sv_of(rows[i].data)), rows[i].name);
        CHECK_ROW(given.arguments_count == rows[i].arguments, rows[i].name);
        CHECK_ROW(zh_options_flag(&given, "json") == rows[i].json, rows[i].name);
    }
}

static void test_the_environment_comes_second_and_numbers_have_a_range(void)
{
    zh_options given;
    int64_t number = 7;
    char *words[] = { "--data", "x" };
    setenv("ZHUN_DATA", "from-environment", 1);
    setenv("ZHUN_PORT_NUMBER", "12", 1);
    CHECK(zh_options_read(&given, &command, 2, words) == -1);
    CHECK(zh_sv_equal(zh_options_text(&given, "data"), ZH_SV("x")));
    CHECK(zh_options_number(&given, "port-number", 1, 20, &number) && number == 12);
    CHECK(!zh_options_number(&given, "port-number", 13, 20, &number));
    CHECK(zh_options_read(&given, &command, 0, NULL) == -1);
    CHECK(zh_sv_equal(zh_options_text(&given, "data"), ZH_SV("from-environment")));
    setenv("ZHUN_PORT_NUMBER", "12x", 1);
    CHECK(zh_options_read(&given, &command, 0, NULL) == -1 && !zh_options_number(&given, "port-number", 1, 20, &number));
    unsetenv("ZHUN_PORT_NUMBER");
    CHECK(zh_options_read(&given, &command, 0, NULL) == -1 && zh_options_number(&given, "port-number", 1, 20, &number) && number == 12);
}

static void test_a_file_fills_what_nobody_gave(void)
{
    static const struct { const char *name, *text; int status; const char *data, *number; } rows[] = {
        { "both forms of a name", "data: from-file\nport_number: 5\n", -1, "from-file", "5" },
        { "with a dash", "port-number: '6'\n", -1, "here", "6" },
        { "in a group", "port: {number: 7}\ndata: there\n", -1, "there", "7" },
        { "an unknown key in a group", "port: {size: 7}\n", ZH_EXIT_USAGE, NULL, NULL },
        { "nothing", "", -1, "here", NULL },
        { "unknown key", "dat: x\n", ZH_EXIT_USAGE, NULL, NULL },
        { "no single value", "data: [a, b]\n", ZH_EXIT_USAGE, NULL, NULL },
        { "no YAML", "data: [\n", ZH_EXIT_USAGE, NULL, NULL },
    };
    char path[] = "/tmp/zhun-options-XXXXXX";
    CHECK(mkstemp(path) >= 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena memory = zh_arena_open(1 << 16);
        zh_options given;
        CHECK(zh_file_write(zh_sv_of(path), zh_sv_of(rows[i].text), 0600) == ZH_OK);
        CHECK(zh_options_read(&given, &command, 0, NULL) == -1);
        CHECK_ROW(zh_options_file(&given, zh_sv_of(path), &memory) == rows[i].status, rows[i].name);
        if (rows[i].status == -1) {
            CHECK_ROW(zh_sv_equal(zh_options_text(&given, "data"), zh_sv_of(rows[i].data)), rows[i].name);
            CHECK_ROW(zh_sv_equal(zh_options_text(&given, "port-number"), zh_sv_of(rows[i].number)), rows[i].name);
        }
        zh_arena_close(&memory);
    }
    zh_options given;
    zh_arena memory = zh_arena_open(1 << 16);
    char *words[] = { "--data", "x" }; /* the command line wins */
    CHECK(zh_file_write(zh_sv_of(path), ZH_SV("data: y\n"), 0600) == ZH_OK);
    CHECK(zh_options_read(&given, &command, 2, words) == -1 && zh_options_file(&given, zh_sv_of(path), &memory) == -1);
    CHECK(zh_sv_equal(zh_options_text(&given, "data"), ZH_SV("x")));
    CHECK(zh_file_remove(zh_sv_of(path)) == ZH_OK);
    CHECK(zh_options_file(&given, zh_sv_of(path), &memory) == ZH_EXIT_COULD_NOT);
    zh_arena_close(&memory);
}

static void test_ages_and_sizes_have_units(void)
{
    static const struct { const char *text; bool is_age, is_size; uint64_t value; } rows[] = {
        { "400d", true, false, 400ull * 86400000 }, { "36h", true, false, 36ull * 3600000 }, { "90m", true, false, 5400000 }, { "10s", true, false, 10000 },
        { "500GB", false, true, 500000000000ull }, { "20MB", false, true, 20000000 }, { "64KiB", false, true, 65536 }, { "2TiB", false, true, 2ull << 40 },
        { "0", true, true, 0 }, { "", true, true, 0 }, { "0d", true, false, 0 },
        { "400", false, false, 0 }, { "d", false, false, 0 }, { "-1d", false, false, 0 }, { "1.5GB", false, false, 0 }, { "4d ", false, false, 0 },
        { "99999999999999999999d", false, false, 0 }, { "900000000000000000d", false, false, 0 }, { "9000000000TB", false, false, 0 }, { "5kg", false, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t value = 1;
        CHECK_ROW(zh_options_duration(zh_sv_of(rows[i].text), &value) == rows[i].is_age, rows[i].text);
        CHECK_ROW(!rows[i].is_age || value == rows[i].value, rows[i].text);
        CHECK_ROW(zh_options_size(zh_sv_of(rows[i].text), &value) == rows[i].is_size, rows[i].text);
        CHECK_ROW(!rows[i].is_size || value == rows[i].value, rows[i].text);
    }
}

int main(void)
{
    test_command_lines();
    test_the_environment_comes_second_and_numbers_have_a_range();
    test_ages_and_sizes_have_units();
    unsetenv("ZHUN_DATA");
    test_a_file_fills_what_nobody_gave();
    return 0;
}
