/* Goal: a pattern occurs in a text when RE2 says so, and never costs more than its states times the text.
 * Method: a table of patterns; random patterns over two letters against the C library's own; bombs with few steps. */
#include "lang/cel_regex.h"

#include "check.h"

#include <regex.h>
#include <string.h>

static bool finds(const char *pattern, const char *text, bool *valid)
{
    zh_arena arena = zh_arena_open(8 << 20);
    zh_cel_regex *regex;
    zh_note why;
    uint64_t steps = 1000000;
    bool found = false;
    *valid = zh_cel_regex_open(&regex, &arena, zh_sv_of(pattern), &why) == ZH_OK;
    if (*valid) CHECK(zh_cel_regex_find(regex, &arena, zh_sv_of(text), &steps, &found) == ZH_OK);
    zh_arena_close(&arena);
    return found;
}

static const struct { const char *pattern, *text; bool want; } rows[] = {
    { "", "", true }, { "abc", "xxabcx", true }, { "abc", "ab", false }, { "^b", "ab", false }, { "b$", "ab", true }, { "^$", "", true }, { "^$", "x", false }, { "a.c", "a\nc", false }, { "(?s)a.c", "a\nc", true },
    { "(?m)^b$", "a\nb\nc", true }, { "^b$", "a\nb\nc", false }, { "\\Ab", "a\nb", false }, { "a\\z", "a\n", false }, { "a|b|c", "xc", true }, { "^(a|b|)$", "", true }, { "a*", "b", true }, { "^a+$", "aaa", true },
    { "^a{2,3}$", "a", false }, { "^a{2,3}$", "aaa", true }, { "^a{2,3}$", "aaaa", false }, { "^a{2}$", "aa", true }, { "^a{2,}$", "aaaaa", true }, { "^a{0,1}$", "", true }, { "a{,2}", "a{,2}", true }, { "x{", "x{", true },
    { "^(ab)*?c", "ababc", true }, { "[a-c]x", "bx", true }, { "[^a-c]x", "bx", false }, { "[]a]", "]", true }, { "[a-]", "-", true }, { "[\\d_]+$", "1_2", true }, { "[[:alpha:]]", "1", false }, { "[[:^alpha:]]", "1", true },
    { "\\d\\D\\w\\W\\s\\S", "1aa- x", true }, { "\\bcat\\b", "a cat!", true }, { "\\bcat\\b", "concat", false }, { "\\Bcat", "concat", true }, { "(?i)STRASSE", "strasse", true }, { "(?i)\xC3\x84pfel", "\xC3\xA4PFEL", true },
    { "(?i)\xD0\xB6", "\xD0\x96", true }, { "a(?i)b", "aB", true }, { "a(?i)b", "AB", false }, { "a(?i:b)c", "aBC", false }, { "(?P<name>x)(?<other>y)", "xy", true }, { "\\Qa.b\\E+", "a.bb", true }, { "\\x41\\x{8336}", "A\xE8\x8C\xB6", true },
    { "^.$", "\xF0\x9F\x8D\xB5", true }, { "^\\p{Han}+$", "\xE5\xA5\xB3\xE8\xA3\x85", true }, { "\\P{Han}", "\xE5\xA5\xB3", false }, { "[^x]", "\xE5\xA5\xB3", true }, { "\\n\\t", "\n\t", true }, { "(a*)*", "b", true }, { "(a|b)*c|(a|ab)*c", "abc", true },
    { "\\.", "x", false }, { "[a-c-e]", "-", true }, { "(?:)+x", "x", true }, { "\\101", "A", true },
};

static const char *const wrong[] = { "(", ")", "a)", "[a", "[b-a]", "*a", "a**", "a{3,2}", "a{1001}", "\\q", "\\", "(?x)", "[[:what:]]", "\\p{Greek}", "(?P<a", "\\x{110000}", "((x{100}){100}){100}", "\xFF", "\\8" };

static void patterns_occur_as_re2_has_them(void)
{
    bool valid;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool found = finds(rows[i].pattern, rows[i].text, &valid);
        CHECK_ROW(valid && found == rows[i].want, rows[i].pattern);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)finds(wrong[i], "", &valid);
        CHECK_ROW(!valid, wrong[i]);
    }
}

static size_t random_pattern(uint64_t *seed, char *out, unsigned depth)
{
    size_t size = 0;
    const unsigned parts = 1 + (unsigned)(test_random(seed) % 3);
    for (unsigned i = 0; i < parts; i++) {
        if (depth > 0 && test_random(seed) % 3 == 0) {
            out[size++] = '(';
            size += random_pattern(seed, out + size, depth - 1);
            if (test_random(seed) % 2 == 0) {
                out[size++] = '|';
                size += random_pattern(seed, out + size, depth - 1);
            }
            out[size++] = ')';
        } else {
            static const char *const atoms[] = { "a", "b", ".", "[ab]", "[^a]" };
            size += (size_t)sprintf(out + size, "%s", atoms[test_random(seed) % 5]);
        }
        static const char *const repeats[] = { "", "", "*", "+", "?", "{1,2}" };
        size += (size_t)sprintf(out + size, "%s", repeats[test_random(seed) % 6]);
    }
    return size;
}

static void random_patterns_agree_with_posix(uint64_t seed)
{
    for (int round = 0; round < 4000; round++) {
        char pattern[600] = "", text[16];
        size_t size = 0;
        if (test_random(&seed) % 2 == 0) pattern[size++] = '^';
        size += random_pattern(&seed, pattern + size, 2);
        if (test_random(&seed) % 2 == 0) pattern[size++] = '$';
        pattern[size] = '\0';
        regex_t posix;
        CHECK_ROW(regcomp(&posix, pattern, REG_EXTENDED | REG_NOSUB) == 0, pattern);
        for (int i = 0; i < 8; i++) {
            const size_t length = test_random(&seed) % 9;
            for (size_t j = 0; j < length; j++) text[j] = test_random(&seed) % 2 == 0 ? 'a' : 'b';
            text[length] = '\0';
            bool valid;
            const bool found = finds(pattern, text, &valid);
            if (!valid || found != (regexec(&posix, text, 0, NULL, 0) == 0)) fprintf(stderr, "text %s\n", text);
            CHECK_ROW(valid && found == (regexec(&posix, text, 0, NULL, 0) == 0), pattern);
        }
        regfree(&posix);
    }
}

static void bombs_are_harmless(void)
{
    static const char *const bombs[] = { "(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){20}$", "((a?){30}){30}a{900}$" };
    static char text[20001];
    memset(text, 'a', 20000);
    text[19999] = '!';
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        zh_arena arena = zh_arena_open(8 << 20);
        zh_cel_regex *regex;
        bool found;
        uint64_t steps = 20000;
        CHECK_ROW(zh_cel_regex_open(&regex, &arena, zh_sv_of(bombs[i]), NULL) == ZH_OK, bombs[i]);
        const zh_err e = zh_cel_regex_find(regex, &arena, zh_sv_of(text), &steps, &found);
        CHECK_ROW((e == ZH_OK && !found) || (e == ZH_FULL && steps == 0), bombs[i]);
        zh_arena_close(&arena);
    }
}

int main(int argc, char **argv)
{
    patterns_occur_as_re2_has_them();
    random_patterns_agree_with_posix(test_seed(argc, argv));
    bombs_are_harmless();
    return 0;
}
