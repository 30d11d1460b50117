/* Goal: the filters of texts and lists do what Shopify's language says, by characters and not by bytes.
 * Method: rows; every filter of the table is found by its name, refuses a wrong number of arguments and takes every kind of value;
 *         sorting against a slow model. */
#include "liquid_case.h"
#include "lang/liquid_filter.h"

static const liquid_case texts[] = {
    { "{{ 'straße ÉCOLE' | upcase }} {{ 'ÀÉÎ ΑΣ ЖЁ ＡＢ 茶' | downcase }} {{ 'éCOLE NORMALE' | capitalize }} {{ 'ßa' | capitalize }} {{ 'ÿŷŁ' | upcase }} {{ 'ŸŹŁ' | downcase }} {{ 'ς' | upcase }}", NULL, "STRASSE ÉCOLE àéî ασ жё ａｂ 茶 École normale Ssa ŸŶŁ ÿźł Σ" },
    { "{{ '茶叶店' | size }} {{ '茶叶店' | slice: 1 }} {{ '茶叶店' | slice: -2, 2 }} {{ '茶叶店' | truncate: 2, '…' }} {{ '茶叶店' | first }}{{ '茶叶店' | last }} {{ '茶叶' | split: '' | join: '-' }}", NULL, "3 叶 叶店 茶… 茶店 茶-叶" },
    { "{{ 'a' | append: 1 | prepend: 2.5 }} {{ nil | append: true }} {{ l | append: '!' }}", "{\"l\":[1,\"b\",null,{\"c\":\"d\\\"\"}]}", "2.5a1 true [1, \"b\", nil, {\"c\"=>\"d\\\"\"}]!" },
    { "[{{ x | strip }}] [{{ x | lstrip }}] [{{ x | rstrip }}] [{{ x | squish }}] [{{ x | strip_newlines }}]", "{\"x\":\" \\ta \\n b \"}", "[a \n b] [a \n b ] [ \ta \n b] [a b] [ \ta  b ]" },
    { "{{ x | newline_to_br }}", "{\"x\":\"a\\r\\nb\\nc\\rd\"}", "a<br />\nb<br />\nc\rd" },
    { "{{ 'abcdef' | truncate: 5 }} {{ 'abcdef' | truncate: 6 }} {{ 'abcdef' | truncate: 2 }} {{ 'abcdef' | truncate: 4, '' }} {{ nil | truncate }} {{ 12345 | truncate: 4 }}", NULL, "ab... abcdef ... abcd  1..." },
    { "{{ ' a  b c ' | truncatewords: 2 }} {{ 'a b' | truncatewords: 2 }} {{ 'a b ' | truncatewords: 2 }} {{ 'a b' | truncatewords: -1, '+' }} {{ 'a b' | truncatewords: 9 }} {{ 5 | truncatewords }}", NULL, "a b... a b a b... a+ a b 5" },
    { "{{ 'aXbX' | replace: 'X', '-' }} {{ 'aXbX' | replace_first: 'X' }} {{ 'aXbX' | replace_last: 'X', 'y' }} {{ 'aXbX' | remove: 'X' }} {{ 'aXbX' | remove_first: 'X' }} {{ 'aXbX' | remove_last: 'X' }}", NULL, "a-b- abX aXby ab abX aXb" },
    { "{{ '茶a' | replace: '', '.' }} {{ 'ab' | replace_first: '', '.' }} {{ 'ab' | replace_last: '', '.' }} {{ '' | replace: '', '.' }} {{ 'aaa' | replace: 'aa', 'b' }} {{ 'aaa' | replace_last: 'aa', 'b' }} {{ 'a.b' | replace: '.', '\\0' }}", NULL, ".茶.a. .ab ab. . ba ab a\\0b" },
    { "{{ 'a,b,,c,,' | split: ',' | size }} {{ ' a  b ' | split: ' ' | join: '|' }} {{ 'a--b' | split: '-' | join: '|' }} {{ '' | split: ',' | size }} {{ ',,' | split: ',' | size }} {{ 123 | split: 2 | join: '|' }}", NULL, "4 a|b a||b 0 0 1|3" },
    { "{{ x | escape }} {{ x | escape_once }} {{ x | h }} {{ nil | escape }}", "{\"x\":\"<a href='b'>&amp;&#39;&x;& \\\"\"}", "&lt;a href=&#39;b&#39;&gt;&amp;amp;&amp;#39;&amp;x;&amp; &quot; &lt;a href=&#39;b&#39;&gt;&amp;&#39;&x;&amp; &quot; &lt;a href=&#39;b&#39;&gt;&amp;amp;&amp;#39;&amp;x;&amp; &quot; " },
    { "{{ x | strip_html }}", "{\"x\":\"<!-- <b> -->a<script>if (a < b) c()</script><b\\nclass='x'>d</b><style>p > q</style> 1 < 2\"}", "ad 1 < 2" },
    { "{{ '茶 a&b=c~d*e' | url_encode }} {{ '%E8%8C%B6+a%2' | url_decode }} {{ '%FF' | url_decode }} {{ nil | url_encode }}", NULL, "%E8%8C%B6+a%26b%3Dc~d%2Ae 茶 a%2 Liquid error: invalid byte sequence in UTF-8 " },
    { "{{ '茶?>' | base64_encode }} {{ '茶?>' | base64_url_safe_encode }} {{ '6Iy2Pz4=' | base64_decode }} {{ '6Iy2Pz4' | base64_url_safe_decode }} {{ '!' | base64_decode }}", NULL, "6Iy2Pz4= 6Iy2Pz4= 茶?> 茶?> Liquid error: invalid base64 provided to base64_decode" },
    { "{{ '/w==' | base64_decode }}|{{ 7 | base64_url_safe_decode }}", NULL, "Liquid error: invalid base64 provided to base64_decode|Liquid error: invalid base64 provided to base64_url_safe_decode" },
    { "{{ x | json }} {{ (1..2) | json }} {{ nil | json }}", "{\"x\":{\"a\":[1,2.0,\"b\\\"\",null,true]}}", "{\"a\":[1,2.0,\"b\\\"\",null,true]} [1,2] null" },
    { "{{ nil | default: 'a' }}{{ false | default: 'b' }}{{ '' | default: 'c' }}{{ l | default: 'd' }}{{ m | default: 'e' }}{{ 0 | default: 'x' }}{{ false | default: 'x', allow_false: true }}{{ nil | default: 'f', allow_false: true }}[{{ nil | default }}]", "{\"l\":[],\"m\":{}}", "abcde0falsef[]" },
    { "{{ 'a' | slice: 'b' }} {{ 'a' | truncate: 'b' }} {{ 'a' | truncatewords: nil }} {{ 'abc' | slice: 0, -1 }}[{{ 'abc' | slice: 9 }}{{ 'abc' | slice: -9 }}{{ 'abc' | slice: 3 }}]", NULL, "Liquid error: invalid integer Liquid error: invalid integer Liquid error: invalid integer []" },
};

#define PEOPLE "{\"l\":[{\"n\":\"b\",\"a\":2},{\"n\":\"A\",\"a\":10},{\"n\":\"a\"},{\"n\":\"B\",\"a\":2}],\"s\":[\"b\",\"C\",\"a\",null,\"B\"],\"n\":[3,1.5,2],\"x\":[1,\"a\"],\"t\":[\"tea\",\"cup\"],\"d\":[[1,[2]],[3]],\"m\":{\"k\":1}}"
static const liquid_case lists[] = {
    { "{{ l | map: 'n' | join }} {{ l | map: 'a' | join: ',' }} {{ d | join: '-' }} {{ m | map: 'k' }} {{ 'x' | join: ',' }} {{ nil | join }}", PEOPLE, "b A a B 2,10,,2 1-2-3 1 x " },
    { "{{ s | sort | join: ',' }} {{ s | sort_natural | join: ',' }} {{ n | sort | join: ',' }} {{ l | sort: 'a' | map: 'n' | join }} {{ l | sort_natural: 'n' | map: 'n' | join }}", PEOPLE, "B,C,a,b, a,b,B,C, 1.5,2,3 b B A a A a b B" },
    { "{{ x | sort }} {{ l | sort }} {{ s | sort: 'b' | join: ',' }} {{ 5 | sort }}", PEOPLE, "Liquid error: cannot sort values of incompatible types Liquid error: cannot sort values of incompatible types  5" },
    { "{{ l | where: 'a', 2 | map: 'n' | join }} {{ l | where: 'a' | size }} {{ l | reject: 'a' | map: 'n' }} {{ l | find: 'n', 'A' | map: 'a' }} {{ l | find_index: 'a', 10 }} {{ l | has: 'a', 11 }} {{ l | has: 'a' }}", PEOPLE, "b B 3 a 10 1 false true" },
    { "{{ t | where: 'e' }} {{ t | find: 'x' }} {{ t | find_index: 'u' }} {{ n | where: 'a' }} {{ x | has: 'a' }} {{ 1 | has: 0 }} {{ true | has: 'a' }}|{{ s | where: 'a' }}", PEOPLE, "tea  1 Liquid error: cannot select the property 'a' Liquid error: cannot select the property 'a' true |" },
    { "{{ 'b,a,b,a' | split: ',' | uniq | join }} {{ l | uniq: 'a' | map: 'n' | join }} {{ d | uniq | join }} {{ '1,1' | split: ',' | concat: n | uniq | join: ',' }}", PEOPLE, "b a b A a 1 2 3 1,3,1.5,2" },
    { "{{ s | compact | size }} {{ l | compact: 'a' | size }} {{ s | reverse | join: ',' }} {{ n | concat: t | join: ',' }} {{ n | concat: 'x' }} {{ d | reverse | first }}", PEOPLE, "4 3 B,,a,C,b 3,1.5,2,tea,cup Liquid error: concat filter requires an array argument 3" },
    { "{{ n | first }} {{ n | last }} {{ m | first | join: '=' }} {{ m | last }} {{ (3..7) | first }} {{ (3..7) | last }} {{ (3..7) | size }} {{ 5 | first }} {{ n | size }} {{ m | size }} {{ nil | size }} {{ 5 | size }}", PEOPLE, "3 2 k=1  3 7 5  3 1 0 0" },
    { "{{ n | slice: 1, 5 | join: ',' }} {{ n | slice: -1 | first }} {{ n | slice: 9 | size }} {{ (1..4) | slice: 0, 2 }} {{ (1..4) | reverse | join }} {{ (2..1) | join }}{{ (1..'3x') | join }}", PEOPLE, "1.5,2 2 0 1. 4 3 2 1 1 2 3" },
};

static void every_filter_is_found(void)
{
    for (size_t i = 0; zh_liquid_filter_at(i) != NULL; i++) {
        const zh_liquid_filter *f = zh_liquid_filter_at(i);
        char template[400], want[200];
        zh_liquid_report report;
        CHECK_ROW(zh_liquid_filter_of(zh_sv_of(f->name)) == f, f->name); /* the table is in order */
        (void)snprintf(template, sizeof template, "{{ 'a' | %s: 1, 1, 1 }}", f->name);
        if (f->least == f->most) (void)snprintf(want, sizeof want, "Liquid error: wrong number of arguments (given 4, expected %d)", f->least + 1);
        else (void)snprintf(want, sizeof want, "Liquid error: wrong number of arguments (given 4, expected %d..%d)", f->least + 1, f->most + 1);
        CHECK_ROW(strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ 0 }, &report), want) == 0, template);
        if (f->least > 0) { /* and none at all */
            (void)snprintf(template, sizeof template, "{{ 'a' | %s }}", f->name);
            CHECK_ROW(strstr(liquid_render(template, NULL, (zh_liquid_render_desc){ 0 }, &report), "given 1, expected") != NULL, template);
        }
    }
    CHECK(zh_liquid_filter_of(ZH_SV("nothing")) == NULL && zh_liquid_filter_of(ZH_SV("")) == NULL);
}

/* Every filter over every kind of value, with every kind of argument: an output or a liquid error, and never a stop. */
static void every_filter_takes_every_value(void)
{
    static const char *const values[] = { "nil", "true", "-7", "2.5", "'12 茶'", "l", "m", "(1..3)", "empty", "blank", "''", "forloop", "1e" };
    const size_t count = sizeof values / sizeof *values - 1;
    for (size_t f = 0; zh_liquid_filter_at(f) != NULL; f++)
        for (size_t at = 0; at < count * count; at++) {
            char template[400];
            zh_liquid_report report;
            const zh_liquid_filter *filter = zh_liquid_filter_at(f);
            (void)snprintf(template, sizeof template, "{%% for i in (1..1) %%}{{ %s | %s%s%s%s%s }}{%% endfor %%}", values[at / count], filter->name, filter->most > 0 ? ": " : "", filter->most > 0 ? values[at % count] : "",
                           filter->most > 1 ? ", " : "", filter->most > 1 ? values[(at + 3) % count] : "");
            const char *got = liquid_render(template, "{\"l\":[1,\"b\",null,[2.5,{\"c\":1}]],\"m\":{\"c\":[],\"12 茶\":1}}", (zh_liquid_render_desc){ 0 }, &report);
            CHECK_ROW(got[0] != '!', template);
            CHECK_ROW((report.errors > 0) == (strstr(got, "Liquid error") != NULL), template);
        }
}

/* Sorted and in the old order where equal. */
static void sorting_is_stable(uint64_t seed)
{
    for (int round = 0; round < 50; round++) {
        char data[8000] = "{\"l\":[", want[8000 + 14] = "";
        const int count = (int)(test_random(&seed) % 60);
        int keys[60];
        for (int i = 0; i < count; i++) {
            keys[i] = (int)(test_random(&seed) % 9);
            (void)snprintf(data + strlen(data), 60, "%s{\"k\":%d,\"i\":%d}", i > 0 ? "," : "", keys[i], i);
        }
        (void)snprintf(data + strlen(data), 3, "]}");
        for (int key = 0; key < 9; key++)
            for (int i = 0; i < count; i++)
                if (keys[i] == key) (void)snprintf(want + strlen(want), 14, "%s%d", want[0] == '\0' ? "" : " ", i);
        zh_liquid_report report;
        CHECK(strcmp(liquid_render("{{ l | sort: 'k' | map: 'i' | join }}", data, (zh_liquid_render_desc){ 0 }, &report), want) == 0);
    }
}

int main(int argc, char **argv)
{
    LIQUID_CHECK(texts, .strict = false);
    LIQUID_CHECK(lists, .strict = false);
    every_filter_is_found();
    every_filter_takes_every_value();
    sorting_is_stable(test_seed(argc, argv));
    return 0;
}
