/* Goal    urlencoded text is read as browsers and SDKs write it, damaged text too.
 * Method  tables; every text decoded byte by byte by a slow model that encodes again. */
#include "base/form.h"
#include "check.h"

static zh_arena arena;

static void texts_are_decoded(void)
{
    static const struct { const char *name, *text, *blank, *plus; } rows[] = {
        { "nothing", "", "", "" },
        { "plain", "abc", "abc", "abc" },
        { "a plus", "a+b", "a b", "a+b" },
        { "an escaped plus", "a%2Bb", "a+b", "a+b" },
        { "either case", "%e4%bD%A0", "你", "你" },
        { "a lone percent sign", "100%", "100%", "100%" },
        { "a cut escape", "%4", "%4", "%4" },
        { "no hex digits", "%zz", "%zz", "%zz" },
        { "twice encoded is decoded once", "%2541", "%41", "%41" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(zh_sv_equal(zh_form_decode(&arena, zh_sv_of(rows[i].text), true), zh_sv_of(rows[i].blank)), rows[i].name);
        CHECK_ROW(zh_sv_equal(zh_form_decode(&arena, zh_sv_of(rows[i].text), false), zh_sv_of(rows[i].plus)), rows[i].name);
        CHECK_ROW(zh_form_is(zh_sv_of(rows[i].text), zh_sv_of(rows[i].blank)), rows[i].name);
    }
    CHECK(zh_form_decode(&arena, ZH_SV("a%00b"), true).data == NULL);
    CHECK(!zh_form_is(ZH_SV("ab"), ZH_SV("a")) && !zh_form_is(ZH_SV("a"), ZH_SV("ab")));
}

static void pairs_are_walked(void)
{
    static const char *const want[][2] = { { "a", "1" }, { "b", "" }, { "c", "" }, { "", "x" }, { "a", "=2" } };
    zh_form it = zh_form_on(ZH_SV("&a=1&&b=&c&=x&a==2&"));
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        CHECK(zh_form_next(&it));
        CHECK(zh_sv_equal(it.name, zh_sv_of(want[i][0])) && zh_sv_equal(it.value, zh_sv_of(want[i][1])));
    }
    CHECK(!zh_form_next(&it) && !zh_form_next(&it));
}

static void the_first_of_a_name_is_got(void)
{
    const zh_sv form = ZH_SV("x=1&%64ata=a+b&data=2&empty=");
    CHECK(zh_sv_equal(zh_form_get(&arena, form, ZH_SV("data")), ZH_SV("a b")));
    CHECK(zh_form_get(&arena, form, ZH_SV("none")).data == NULL);
    CHECK(zh_form_get(&arena, form, ZH_SV("empty")).data != NULL && zh_form_get(&arena, form, ZH_SV("empty")).size == 0);
    CHECK(zh_form_get(&arena, (zh_sv){ 0 }, ZH_SV("data")).data == NULL);
}

static void what_was_encoded_comes_back(uint64_t seed)
{
    for (int round = 0; round < 2000; round++) {
        char plain[64], coded[200];
        size_t size = test_random(&seed) % sizeof plain, at = 0;
        for (size_t i = 0; i < size; i++) {
            plain[i] = (char)(unsigned char)(1 + test_random(&seed) % 255);
            at += (size_t)snprintf(coded + at, sizeof coded - at, "%%%02X", (unsigned)(unsigned char)plain[i]);
        }
        const zh_sv got = zh_form_decode(&arena, (zh_sv){ coded, at }, (round & 1) != 0);
        CHECK(zh_sv_equal(got, (zh_sv){ plain, size }));
        zh_arena_reset(&arena);
    }
}

static void a_full_arena_gives_nothing(void)
{
    zh_arena small = zh_arena_open(64);
    char text[4096] = "a=";
    for (size_t i = 2; i < sizeof text; i++) text[i] = 'x';
    CHECK(zh_form_get(&small, (zh_sv){ text, sizeof text }, ZH_SV("a")).data == NULL);
    zh_arena_close(&small);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open(1 << 20);
    texts_are_decoded();
    pairs_are_walked();
    the_first_of_a_name_is_got();
    what_was_encoded_comes_back(seed);
    a_full_arena_gives_nothing();
    zh_arena_close(&arena);
    return 0;
}
