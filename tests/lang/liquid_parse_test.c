/* Goal: what is no template is refused with the place of the fault, and blanks are taken where hyphens and empty blocks say so.
 * Method: rows of faults with line and column; rows of blanks; every front part of a template with all tags ends in a tree or a fault. */
#include "liquid_case.h"

static const struct { const char *template; unsigned line, column; const char *says; } faults[] = {
    { "{{ a", 1, 1, "never closed" }, { "x\n{% if a", 2, 1, "never closed" }, { "{{ a {% if b %}", 1, 1, "before the next tag" }, { "{% %}", 1, 1, "its name" },
    { "{% if a %}x", 1, 1, "this if is never closed" }, { "{% if a %}{% endfor %}", 1, 11, "write endif" }, { "a\n  {% endif %}", 2, 3, "no tag 'endif'" }, { "{% wrong %}", 1, 1, "no tag 'wrong'" },
    { "{% for x in y %}{% when 1 %}{% endfor %}", 1, 17, "no tag 'when' in for" }, { "{{ a b }}", 1, 6, "the end is expected" }, { "{{ a | }}", 1, 8, "name of a filter is missing" },
    { "{{ a | upcase: }}", 1, 16, "a value is missing" }, { "{{ a.[1] }}", 1, 6, "a name is expected" }, { "{{ a..b }}", 1, 5, "'..'" }, { "{{ a.0 }}", 1, 6, "a name is expected" }, { "{{ a[1 }}", 1, 8, "a ] is missing" },
    { "{{ (1..2 }}", 1, 10, "a ) is missing" }, { "{{ 'a }}", 1, 4, "this text is never closed" }, { "{{ \xE8\x8C\xB6 @ }}", 1, 6, "'@' does not belong" }, { "{{ 1 + 2 }}", 1, 6, "does not belong" }, { "{% assign = 1 %}", 1, 11, "assign is written" },
    { "{% assign a? = 1 %}", 1, 12, "assign is written" }, { "{% capture %}{% endcapture %}", 1, 12, "needs the name" }, { "{% if not a %}{% endif %}", 1, 11, "the end is expected" }, { "{% if a = 1 %}{% endif %}", 1, 9, "'='" },
    { "{% if %}{% endif %}", 1, 7, "a value is missing" }, { "{% for a of b %}{% endfor %}", 1, 10, "for item in list" }, { "{% for a in b by: 2 %}{% endfor %}", 1, 15, "limit and offset" }, { "{% case a %}{% when %}{% endcase %}", 1, 21, "a value is missing" },
    { "{% render name %}", 1, 11, "in quotes" }, { "{% include 'a' b %}", 1, 16, "has a name" }, { "{% raw %}{{ a }}", 1, 1, "raw is never closed" }, { "{% comment %}{% comment %}{% endcomment %}", 1, 1, "comment is never closed" },
    { "{% comment %}{% raw %}{% endcomment %}", 1, 14, "raw is never closed" }, { "{% doc %}{% doc %}{% enddoc %}", 1, 10, "no other doc" }, { "{% doc a %}{% enddoc %}", 1, 8, "stands alone" }, { "{% # a\n b %}", 2, 2, "begins with #" },
    { "{% if a %}{% liquid\n endif %}", 2, 2, "opens and closes its own" }, { "{% liquid\n if a\n echo 'x' %}", 2, 2, "this if is never closed" }, { "{% liquid\n 'a' %}", 2, 2, "begins with the name" }, { "{% break 1 %}", 1, 10, "the end is expected" },
    { "{{ a | default: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 }}", 1, 8, "at most 16" },
};

static void faults_have_their_place(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        zh_arena arena = zh_arena_open(1 << 20);
        zh_liquid_template *template;
        zh_cel_fault fault = { .text = "" };
        CHECK_ROW(zh_liquid_parse_template(&arena, zh_sv_of(faults[i].template), &template, &fault) == ZH_FORMAT && template == NULL, faults[i].template);
        if (fault.line != faults[i].line || fault.column != faults[i].column || strstr(fault.text, faults[i].says) == NULL) fprintf(stderr, "%u:%u %s\n", fault.line, fault.column, fault.text);
        CHECK_ROW(fault.line == faults[i].line && fault.column == faults[i].column && strstr(fault.text, faults[i].says) != NULL, faults[i].template);
        CHECK_ROW(zh_liquid_parse_template(&arena, zh_sv_of(faults[i].template), &template, NULL) == ZH_FORMAT, faults[i].template);
        zh_arena_close(&arena);
    }
}

static const liquid_case blanks[] = {
    { "a {{- 1 -}} b", NULL, "a1b" }, { "a {%- if true -%} b {%- endif -%} c", NULL, "abc" }, { "a\n\t{%- assign x = 1 -%}\r\n b", NULL, "ab" }, { "{%- # nothing -%} a", NULL, "a" }, { "a {%- comment -%} x {%- endcomment -%} b", NULL, "ab" },
    { "a {% raw -%} {{ x }} {%- endraw %} b", NULL, "a  {{ x }}  b" }, { "a {%- raw %} x {% endraw -%} b", NULL, "a x b" }, { "{{ -1 }}", NULL, "-1" }, { "{{-1}}", NULL, "1" },
    /* blocks that print nothing but blanks print nothing */
    { "[{% if true %} \n {% endif %}]", NULL, "[]" }, { "[{% if true %} {% assign a = 1 %} {% endif %}]", NULL, "[]" }, { "[{% if true %} {{ a }} {% endif %}]", NULL, "[  ]" }, { "[{% if true %} {% echo a %} {% endif %}]", NULL, "[  ]" },
    { "[{% if false %}{{ a }}{% else %}  {% endif %}]", NULL, "[  ]" }, { "[{% for i in (1..3) %} {% if true %} {% endif %} {% endfor %}]", NULL, "[]" }, { "[{% unless false %} {% # x %} {% endunless %}]", NULL, "[]" },
    { "[{% case 1 %} x {% when 1 %} {% endcase %}]", NULL, "[]" }, { "[{% if true %} {% raw %} {% endraw %} {% endif %}]", NULL, "[   ]" }, { "[{% if true %} {% liquid\n assign a = 1 %} {% endif %}]", NULL, "[]" }, { "[{% if true %}x{% liquid\n assign a = 1 %} {% endif %}]", NULL, "[x ]" },
    { "[{% if true %} {% capture a %} {{ 1 }} {% endcapture %} {% endif %}{{ a }}]", NULL, "[ 1 ]" },
    /* what hides */
    { "{% comment %}{% if %}{{ ! }}{% nothing %}{% %}{% raw %}{% endcomment %}{% endraw %}{% comment %}{% endcomment %}{% endcomment %}.", NULL, "." }, { "{% raw %}{{ a }}{% b %}{% }} %}{% endraw %}.", NULL, "{{ a }}{% b %}{% }} %}." },
    { "{% doc %}{{ a {% b {% enddoc %}.", NULL, "." }, { "{% # one\n # two\n\n %}.", NULL, "." }, { "{{ '{{' }}{{ \"{%\" }}", NULL, "!syntax" }, { "{{ '{{' }}", NULL, "{{" }, { "{ {a} } %} }}", NULL, "{ {a} } %} }}" },
    /* lines */
    { "{% liquid\n # a remark\n assign a = 2\n\n if a == 2\n   echo a | times: 3\n endif\n liquid echo 'x'\n comment\n  if\n endcomment %}", NULL, "6x" }, { "{% liquid %}{% liquid \n \n %}.", NULL, "." },
};

static const char everything[] =
    "{%- assign a = 'x' | split: '' -%}{% capture b %}{{ a[0].size }}{% endcapture %}{% if a contains 'x' and b == 1 or b %}{% elsif c %}{% else %}{% endif %}{% unless (1..a.size) == empty %}{% endunless %}"
    "{% case b %}{% when 1, '1' or blank %}{% else %}{% endcase %}{% for i in (1..3) reversed limit: 2, offset: continue %}{{ forloop.index }}{% break %}{% else %}{% continue %}{% endfor %}{% tablerow r in a cols: 2 %}{{ r }}{% endtablerow %}"
    "{% cycle 'g': 1, 2 %}{% increment n %}{% decrement n %}{% ifchanged %}x{% endifchanged %}{% render 'p' for a as q, k: 1 %}{% include 'p' with a %}{% comment %}{% endcomment %}{% raw %}{{{% endraw %}{% # r %}{% doc %}{% enddoc %}"
    "{% liquid\n echo a | join: ', ' | default: 'y', allow_false: true\n abort_message('z')\n %}";

static void front_parts_end(void)
{
    char part[sizeof everything];
    for (size_t size = 0; size <= sizeof everything - 1; size++) {
        zh_liquid_report report = { 0 };
        memcpy(part, everything, size);
        part[size] = '\0';
        const char *got = liquid_render(part, NULL, (zh_liquid_render_desc){ 0 }, &report);
        CHECK_ROW(size < sizeof everything - 1 ? strncmp(got, "!limit", 6) != 0 : strcmp(got, "!stopped: z") == 0, part);
    }
}

static void limits_are_kept(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    zh_liquid_template *template;
    zh_cel_fault fault;
    zh_buf text = zh_buf_open(4 << 20);
    for (int i = 0; i <= ZH_LIQUID_DEPTH_MAX; i++) zh_buf_put(&text, ZH_SV("{% if a %}"));
    CHECK(zh_liquid_parse_template(&arena, zh_buf_view(&text), &template, &fault) == ZH_FULL && strstr(fault.text, "nested deeper") != NULL && fault.column == 1001);
    zh_buf_reset(&text);
    zh_buf_put(&text, ZH_SV("{{ "));
    for (int i = 0; i <= ZH_LIQUID_DEPTH_MAX; i++) zh_buf_put(&text, ZH_SV("a["));
    CHECK(zh_liquid_parse_template(&arena, zh_buf_view(&text), &template, &fault) == ZH_FORMAT); /* not closed at all */
    zh_buf_put(&text, ZH_SV(" }}"));
    CHECK(zh_liquid_parse_template(&arena, zh_buf_view(&text), &template, &fault) == ZH_FULL);
    zh_buf_reset(&text);
    while (text.size <= ZH_LIQUID_TEMPLATE_BYTES_MAX) zh_buf_put(&text, ZH_SV("{{ a }}"));
    CHECK(zh_liquid_parse_template(&arena, zh_buf_view(&text), &template, &fault) == ZH_FULL && strstr(fault.text, "at most 1048576 bytes") != NULL);
    CHECK(zh_liquid_parse_template(&arena, zh_sv_part(zh_buf_view(&text), 0, 7 * (ZH_LIQUID_NODES_MAX / 3 + 1)), &template, &fault) == ZH_FULL && strstr(fault.text, "over 200000 parts") != NULL);
    zh_buf_close(&text);
    zh_arena_close(&arena);
}

static void too_little_memory_is_said(void)
{
    for (size_t size = 16; size < 40000; size += 400) {
        zh_arena arena = zh_arena_open(size);
        zh_liquid_template *template;
        const zh_err e = zh_liquid_parse_template(&arena, zh_sv_of(everything), &template, NULL);
        CHECK(e == ZH_NOMEM || (e == ZH_OK && template != NULL));
        zh_arena_close(&arena);
    }
}

int main(void)
{
    faults_have_their_place();
    LIQUID_CHECK(blanks, .strict = false);
    front_parts_end();
    limits_are_kept();
    too_little_memory_is_said();
    return 0;
}
