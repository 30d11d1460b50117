/* Goal: percent signs and parameters mean what they mean to browsers and SDKs.
 * Method: a table of texts, and a slow model over random ones. */
#include "sys/http_internal.h"

#include "check.h"

static void percent_signs_decode(void)
{
    static const struct { const char *name, *text, *want; bool plus; } rows[] = {
        { "plain", "abc", "abc", true },          { "empty", "", "", true },
        { "utf-8", "%E5%A5%B3%e8%a3%85", "\xE5\xA5\xB3\xE8\xA3\x85", true },
        { "plus in a form", "a+b", "a b", true }, { "plus in a path", "a+b", "a+b", false },
        { "a bare percent", "100%", "100%", true }, { "half a digit", "%4", "%4", true },
        { "no digits", "%zz%", "%zz%", true },    { "an encoded percent", "%2541", "%41", true }, /* once */
        { "an encoded slash", "a%2Fb", "a/b", false },
    };
    zh_arena arena = zh_arena_open(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_sv got = zh_http_decode(&arena, zh_sv_of(rows[i].text), rows[i].plus);
        CHECK_ROW(got.data != NULL && zh_sv_equal(got, zh_sv_of(rows[i].want)), rows[i].name);
    }
    CHECK(zh_http_decode(&arena, ZH_SV("a%00b"), false).data == NULL); /* a NUL would end a C string early */
    zh_arena_close(&arena);
}

static void the_first_parameter_of_a_name_is_found(void)
{
    static const struct { const char *name, *form, *key, *want; } rows[] = {
        { "one", "a=1", "a", "1" },
        { "second", "a=1&b=2", "b", "2" },
        { "the first wins", "a=1&a=2", "a", "1" },
        { "empty value", "a=&b=2", "a", "" },
        { "no equals sign", "a&b=2", "a", "" },
        { "absent", "a=1", "b", NULL },
        { "absent in nothing", "", "a", NULL },
        { "a prefix is not it", "ab=1&a=2", "a", "2" },
        { "longer is not it", "a=1", "ab", NULL },
        { "equals signs in the value", "data=eyJ9==&x=1", "data", "eyJ9==" },
        { "an encoded name", "properties%2Eprice=3", "properties.price", "3" },
        { "a blank in the name", "a+b=1", "a b", "1" },
        { "empty pairs between", "&&a=1&&", "a", "1" },
        { "an encoded ampersand", "a=1%262&b=3", "a", "1&2" },
    };
    zh_arena arena = zh_arena_open(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_sv got = zh_http_form_param(&arena, zh_sv_of(rows[i].form), zh_sv_of(rows[i].key));
        CHECK_ROW((got.data != NULL) == (rows[i].want != NULL), rows[i].name);
        CHECK_ROW(rows[i].want == NULL || zh_sv_equal(got, zh_sv_of(rows[i].want)), rows[i].name);
    }
    zh_arena_close(&arena);
}

static void parts_are_cut_before_they_are_decoded(void)
{
    static const struct { const char *path; size_t index; const char *want; } rows[] = {
        { "/v1/profiles/a%2Fb", 0, "v1" }, { "/v1/profiles/a%2Fb", 2, "a/b" }, { "/v1/profiles/a%2Fb", 3, NULL },
        { "/", 0, "" },  { "/a/", 1, "" }, { "/a//b", 2, "b" }, { "*", 0, NULL }, { "/a%00", 0, NULL },
    };
    zh_http_request request = { .arena = zh_arena_open(1 << 20) };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        request.path = zh_sv_of(rows[i].path);
        const zh_sv got = zh_http_path_part(&request, rows[i].index);
        CHECK_ROW((got.data != NULL) == (rows[i].want != NULL), rows[i].path);
        CHECK_ROW(rows[i].want == NULL || zh_sv_equal(got, zh_sv_of(rows[i].want)), rows[i].path);
    }
    zh_arena_close(&request.arena);
}

/* Encode every byte, as a slow model a decoder cannot misread. */
static void what_was_encoded_comes_back(uint64_t seed)
{
    zh_arena arena = zh_arena_open(1 << 20);
    for (int round = 0; round < 2000; round++) {
        char bytes[32], form[256] = "";
        const size_t size = test_random(&seed) % 20;
        size_t at = (size_t)snprintf(form, sizeof form, "x=1&k=");
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (char)(unsigned char)(1 + test_random(&seed) % 255);
            at += (size_t)snprintf(form + at, sizeof form - at, "%%%02X", (unsigned char)bytes[i]);
        }
        snprintf(form + at, sizeof form - at, "&k=no");
        const zh_sv got = zh_http_form_param(&arena, zh_sv_of(form), ZH_SV("k"));
        CHECK(got.data != NULL && zh_sv_equal(got, (zh_sv){ bytes, size }));
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    percent_signs_decode();
    the_first_parameter_of_a_name_is_found();
    parts_are_cut_before_they_are_decoded();
    what_was_encoded_comes_back(test_seed(argc, argv));
    return 0;
}
