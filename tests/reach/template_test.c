/* template_test.c
 * Goal    faults of a template have their place; each part is escaped for where it goes; the language is the nearest one; abort and limits stop.
 * Method  tables.
 */
#include "check.h"
#include "reach/template.h"

static zh_err read_one(const char *json, zh_arena *arena, zh_template *out, zh_fault *fault)
{
    zh_json *parser;
    zh_json_value root;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    CHECK_ROW(zh_json_parse(parser, zh_sv_of(json), &root, NULL) == ZH_OK, json);
    const zh_err e = zh_template_read(root, arena, out, fault);
    zh_json_close(parser);
    return e;
}

static zh_err render(const char *json, const char *data, zh_arena *arena, zh_rendered *out)
{
    zh_template t;
    zh_fault fault;
    zh_json *parser;
    zh_json_value root;
    zh_liquid_value value;
    CHECK_ROW(read_one(json, arena, &t, &fault) == ZH_OK, fault.why.text);
    CHECK(zh_json_open(&parser, 65536) == ZH_OK && zh_json_parse(parser, zh_sv_of(data), &root, NULL) == ZH_OK && zh_liquid_of_json(arena, root, &value) == ZH_OK);
    const zh_err e = zh_template_render(zh_template_for(&t, (zh_sv){ 0 }, (zh_sv){ 0 }), value.map, 0, NULL, arena, out);
    zh_json_close(parser);
    return e;
}

static void a_fault_has_its_place(void)
{
    static const struct { const char *json, *field, *says; } rows[] = {
        { "{}", "languages", "1 to 16" }, { "{\"languages\":{}}", "languages", "1 to 16" }, { "{\"languages\":{\"zh\":{}}}", "languages.zh", "says nothing" }, { "{\"languages\":{\"z\":{\"text\":\"a\"}}}", "languages.z", "written as" },
        { "{\"languages\":{\"zh\":{\"text\":\"a\\n  {{ b | \"}}}", "languages.zh.text", "line 2, column" }, { "{\"languages\":{\"zh\":{\"texts\":\"a\"}}}", "languages.zh.texts", "not known" },
        { "{\"languages\":{\"zh\":{\"text\":\"a\"}},\"language\":\"en\"}", "language", "not among" }, { "{\"languages\":{\"zh\":{\"text\":\"a\"}},\"purpose\":\"fun\"}", "purpose", "one of" }, { "{\"languages\":{\"zh\":{\"text\":\"a\"}},\"sample\":1}", "sample", "object" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
        zh_template t;
        zh_fault fault;
        CHECK_ROW(read_one(rows[i].json, &arena, &t, &fault) == ZH_FORMAT, rows[i].json);
        CHECK_ROW(strcmp(fault.field, rows[i].field) == 0 && strstr(fault.why.text, rows[i].says) != NULL, fault.why.text);
        zh_arena_close(&arena);
    }
}

static void each_part_is_escaped_for_where_it_goes(void)
{
    zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    zh_rendered r;
    const char *all = "{\"languages\":{\"en\":{\"subject\":\"s {{ x }}\",\"text\":\"t {{ x }}\",\"html\":\"h {{ x }}\",\"json\":\"{\\\"j\\\":\\\"{{ x }}\\\"}\"}}}";
    CHECK(render(all, "{\"x\":\"<\\\"&\"}", &arena, &r) == ZH_OK && r.errors == 0);
    CHECK(zh_sv_equal(r.part[ZH_TEMPLATE_SUBJECT], ZH_SV("s <\"&")) && zh_sv_equal(r.part[ZH_TEMPLATE_TEXT], ZH_SV("t <\"&")) && zh_sv_equal(r.part[ZH_TEMPLATE_HTML], ZH_SV("h &lt;&quot;&amp;")) && zh_sv_equal(r.part[ZH_TEMPLATE_JSON], ZH_SV("{\"j\":\"<\\\"&\"}")));
    CHECK(render(all, "{\"x\":\"a\\r\\nBcc: b@c.d\"}", &arena, &r) == ZH_FORMAT && strcmp(r.fault.field, "subject") == 0); /* it would be a second header */
    CHECK(render("{\"languages\":{\"en\":{\"json\":\"{{ x }}\"}}}", "{\"x\":\"no\"}", &arena, &r) == ZH_FORMAT && strcmp(r.fault.field, "json") == 0);
    CHECK(render("{\"languages\":{\"en\":{\"text\":\"{% if x == 1 %}{% abort 'no stock' %}{% endif %}\"}}}", "{\"x\":1}", &arena, &r) == ZH_STOPPED && strstr(r.fault.why.text, "no stock") != NULL);
    CHECK(render("{\"languages\":{\"en\":{\"text\":\"{{ 1 | divided_by: x }}\"}}}", "{\"x\":0}", &arena, &r) == ZH_OK && r.errors == 1 && r.fault.why.text[0] != '\0');
    zh_arena_close(&arena);
    arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    CHECK(render("{\"languages\":{\"en\":{\"text\":\"{% for i in (1..1000000) %}0123456789{% endfor %}\"}}}", "{}", &arena, &r) == ZH_FULL);
    zh_arena_close(&arena);
}

static void the_language_is_the_nearest_one(void)
{
    static const struct { const char *asked, *customer, *want; } rows[] = { { "", "", "zh" }, { "en", "", "en" }, { "", "en", "en" }, { "", "en-GB", "en" }, { "", "zh_TW", "zh" }, { "zh-TW", "en", "zh-TW" }, { "fr", "", "zh" }, { "fr", "en", "en" } };
    zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    zh_template t;
    zh_fault fault;
    CHECK(read_one("{\"language\":\"zh\",\"purpose\":\"transactional\",\"languages\":{\"en\":{\"text\":\"a\"},\"zh\":{\"text\":\"b\"},\"zh-TW\":{\"text\":\"c\"}}}", &arena, &t, &fault) == ZH_OK && !t.is_marketing && t.languages_count == 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_ROW(zh_sv_equal(zh_template_for(&t, zh_sv_of(rows[i].asked), zh_sv_of(rows[i].customer))->name, zh_sv_of(rows[i].want)), rows[i].want);
    zh_arena_close(&arena);
}

int main(void)
{
    a_fault_has_its_place();
    each_part_is_escaped_for_where_it_goes();
    the_language_is_the_nearest_one();
    return 0;
}
