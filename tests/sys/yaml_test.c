/* Goal: documents are looked up as written; what configuration does not need is refused with its place.
 * Method: one document with everything; a table of refusals; every beginning of a document and random bytes. */
#include "sys/yaml.h"

#include "check.h"

static const char whole[] =
    "# a comment\n"
    "listen: 127.0.0.1:8700\n"
    "threads: 4\n"
    "rate: 0.25\n"
    "quoted: '12'\n"
    "on_it: yes\n"
    "quoted_yes: \"yes\"\n"
    "nothing:\n"
    "tilde: ~\n"
    "reach:\n"
    "  smtp:\n"
    "    host: mail.example.com\n"
    "    port: 25\n"
    "dates: [\"%d/%m/%Y\", iso8601]\n"
    "rules:\n"
    "  - name: a\n"
    "    max: 1\n"
    "  - name: b\n"
    "\xE5\x90\x8D: \xE4\xB8\xAD\n"
    "long: |\n"
    "  two\n"
    "  lines\n"
    "escaped: \"a\\tb\\u4E2D\"\n";

static void a_document_is_looked_up(void)
{
    zh_yaml *yaml;
    zh_note why = { "" };
    zh_sv text;
    int64_t number = 0;
    double real = 0;
    bool flag = false;
    CHECK(zh_yaml_open(&yaml, ZH_SV(whole), &why) == ZH_OK);
    const zh_yaml_node root = zh_yaml_root(yaml);
    CHECK(zh_yaml_type_of(root) == ZH_YAML_MAP);
    CHECK(zh_yaml_text(zh_yaml_get(root, ZH_SV("listen")), &text) && zh_sv_equal(text, ZH_SV("127.0.0.1:8700")));
    CHECK(zh_yaml_int(zh_yaml_find(yaml, ZH_SV("threads")), &number) && number == 4);
    CHECK(zh_yaml_real(zh_yaml_find(yaml, ZH_SV("rate")), &real) && real == 0.25);
    CHECK(!zh_yaml_int(zh_yaml_find(yaml, ZH_SV("rate")), &number));
    CHECK(!zh_yaml_int(zh_yaml_find(yaml, ZH_SV("listen")), &number));
    CHECK(zh_yaml_int(zh_yaml_find(yaml, ZH_SV("quoted")), &number) && number == 12);
    CHECK(zh_yaml_bool(zh_yaml_find(yaml, ZH_SV("on_it")), &flag) && flag);
    CHECK(!zh_yaml_bool(zh_yaml_find(yaml, ZH_SV("quoted_yes")), &flag));
    CHECK(zh_yaml_type_of(zh_yaml_find(yaml, ZH_SV("nothing"))) == ZH_YAML_NULL);
    CHECK(zh_yaml_type_of(zh_yaml_find(yaml, ZH_SV("tilde"))) == ZH_YAML_NULL);
    CHECK(!zh_yaml_text(zh_yaml_find(yaml, ZH_SV("tilde")), &text));
    CHECK(zh_yaml_int(zh_yaml_find(yaml, ZH_SV("reach.smtp.port")), &number) && number == 25);
    CHECK(zh_yaml_line(zh_yaml_find(yaml, ZH_SV("reach.smtp.port"))) == 13);
    CHECK(zh_yaml_type_of(zh_yaml_find(yaml, ZH_SV("reach.smtp.absent.deeper"))) == ZH_YAML_ABSENT);
    CHECK(zh_yaml_line(zh_yaml_find(yaml, ZH_SV("absent"))) == 0);
    zh_yaml_iter it = zh_yaml_walk(zh_yaml_find(yaml, ZH_SV("dates")));
    CHECK(zh_yaml_next(&it) && it.key.size == 0 && zh_yaml_text(it.value, &text) && zh_sv_equal(text, ZH_SV("%d/%m/%Y")));
    CHECK(zh_yaml_next(&it) && zh_yaml_text(it.value, &text) && zh_sv_equal(text, ZH_SV("iso8601")));
    CHECK(!zh_yaml_next(&it));
    it = zh_yaml_walk(zh_yaml_find(yaml, ZH_SV("rules")));
    CHECK(zh_yaml_next(&it) && zh_yaml_int(zh_yaml_get(it.value, ZH_SV("max")), &number) && number == 1);
    CHECK(zh_yaml_next(&it) && zh_yaml_text(zh_yaml_get(it.value, ZH_SV("name")), &text) && zh_sv_equal(text, ZH_SV("b")));
    CHECK(zh_yaml_text(zh_yaml_find(yaml, ZH_SV("\xE5\x90\x8D")), &text) && zh_sv_equal(text, ZH_SV("\xE4\xB8\xAD")));
    CHECK(zh_yaml_text(zh_yaml_find(yaml, ZH_SV("long")), &text) && zh_sv_equal(text, ZH_SV("two\nlines\n")));
    CHECK(zh_yaml_text(zh_yaml_find(yaml, ZH_SV("escaped")), &text) && zh_sv_equal(text, ZH_SV("a\tb\xE4\xB8\xAD")));
    size_t keys = 0;
    for (zh_yaml_iter all = zh_yaml_walk(root); zh_yaml_next(&all);) keys++;
    CHECK(keys == 14);
    zh_yaml_close(yaml);
}

static const struct { const char *name, *text, *want; zh_err e; } bad[] = {
    { "a tab as indent", "a:\n\tb: 1\n", "line 2", ZH_FORMAT },
    { "an open bracket", "a: [1, 2\n", "line 2", ZH_FORMAT },
    { "an alias", "a: &x 1\nb: *x\n", "line 2, column 4: aliases", ZH_FORMAT },
    { "a merge", "a: 1\n<<: {b: 2}\n", "line 2, column 1: merge", ZH_FORMAT },
    { "a key twice", "a: 1\nb: 2\na: 3\n", "line 3, column 1: this key is there twice", ZH_FORMAT },
    { "a list as key", "? [a, b]\n: 1\n", "line 1, column 3: a key must be text", ZH_FORMAT },
    { "two documents", "a: 1\n---\nb: 2\n", "line 2, column 1: a second document", ZH_FORMAT },
    { "not utf-8", "a: \xFF\n", "byte 3", ZH_FORMAT },
    { "a control character", "a: \x01\n", "byte 3", ZH_FORMAT },
    { "too deep", "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "more than 16 levels", ZH_FULL },
    { "too many escapes", "a: \"" "\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P\\P" "\"\n", "", ZH_OK },
};

static void what_is_refused_names_its_place(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        zh_yaml *yaml;
        zh_note why = { "" };
        const zh_err e = zh_yaml_open(&yaml, zh_sv_of(bad[i].text), &why);
        if (strstr(why.text, bad[i].want) == NULL) fprintf(stderr, "said: %s\n", why.text);
        CHECK_ROW(e == bad[i].e, bad[i].name);
        CHECK_ROW(strstr(why.text, bad[i].want) != NULL, bad[i].name);
        zh_yaml_close(yaml);
    }
}

static void an_empty_document_is_null(void)
{
    static const char *const texts[] = { "", "\n", "# nothing\n", "---\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        zh_yaml *yaml;
        CHECK_ROW(zh_yaml_open(&yaml, zh_sv_of(texts[i]), NULL) == ZH_OK, texts[i]);
        CHECK_ROW(zh_yaml_type_of(zh_yaml_root(yaml)) == ZH_YAML_NULL, texts[i]);
        CHECK_ROW(zh_yaml_type_of(zh_yaml_find(yaml, ZH_SV("a.b"))) == ZH_YAML_ABSENT, texts[i]);
        zh_yaml_iter it = zh_yaml_walk(zh_yaml_root(yaml));
        CHECK(!zh_yaml_next(&it));
        zh_yaml_close(yaml);
    }
}

static void any_bytes_are_a_document_or_a_reason(uint64_t seed)
{
    static const char alphabet[] = "ab:-[]{},&*!|>'\"%@`#?~ \n\n  0\t\\<";
    for (int i = 0; i < 20000; i++) {
        char text[80];
        const size_t size = test_random(&seed) % sizeof text;
        for (size_t b = 0; b < size; b++) text[b] = alphabet[test_random(&seed) % (sizeof alphabet - 1)];
        zh_yaml *yaml;
        zh_note why = { "" };
        const zh_err e = zh_yaml_open(&yaml, (zh_sv){ text, size }, &why);
        CHECK(e == ZH_OK || why.text[0] != '\0');
        zh_yaml_close(yaml);
    }
    for (size_t size = 0; size < sizeof whole; size++) {
        zh_yaml *yaml;
        zh_note why = { "" };
        const zh_err e = zh_yaml_open(&yaml, (zh_sv){ whole, size }, &why);
        CHECK(e == ZH_OK || why.text[0] != '\0');
        zh_yaml_close(yaml);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_document_is_looked_up();
    what_is_refused_names_its_place();
    an_empty_document_is_null();
    any_bytes_are_a_document_or_a_reason(seed);
    return 0;
}
