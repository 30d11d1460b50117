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

int main(void)
{
    test_command_lines();
    test_the_environment_comes_second_and_numbers_have_a_range();
    unsetenv("ZHUN_DATA");
    test_a_file_fills_what_nobody_gave();
    return 0;
}
