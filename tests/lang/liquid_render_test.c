/* Goal: a template prints what Shopify's language says, escaped for where it goes, and always ends.
 * Method: rows for expressions, tags, partials, contexts and errors; runaway templates meet each limit; too little memory is said.
 *         The same template twice gives the same bytes and steps. */
#include "liquid_case.h"

#define SHOP "{\"shop\":{\"name\":\"Tea & Co\",\"tags\":[\"green\",\"black\",\"oolong\"],\"size\":7},\"n\":3,\"f\":1.0,\"text\":\"tea\",\"no\":false,\"none\":null,\"list\":[],\"map\":{},\"blank_text\":\" \\n\",\"客户\":{\"称呼\":\"李雷\"}," \
             "\"deep\":{\"a\":{\"b\":[{\"c\":5}]}},\"key\":\"name\",\"first\":{\"first\":1}}"

static const liquid_case expressions[] = {
    { "{{ shop.name }} {{ shop['name'] }} {{ shop[key] }} {{ [key] }}{{ ['shop'].name }} {{ deep.a.b[0].c }} {{ deep.a['b'].first.c }} {{ 客户.称呼 }}", SHOP, "Tea & Co Tea & Co Tea & Co Tea & Co 5 5 李雷" },
    { "{{ shop.tags[0] }} {{ shop.tags[-1] }} {{ shop.tags.first }} {{ shop.tags.last }} {{ shop.tags.size }} {{ shop.size }} {{ text.size }} {{ text.first }}{{ text.last }} {{ shop.tags[9] }}{{ shop.tags['x'] }}{{ n.x.y }}", SHOP, "green oolong green oolong 3 7 3 ta " },
    { "{{ nothing }}{{ shop.nothing.more }}{{ nil }}{{ empty }}{{ blank }}[{{ }}]", SHOP, "[]" }, { "{{ true }} {{ false }} {{ 1 }} {{ -1.50 }} {{ 'a\"b' }} {{ \"a'b\" }} {{ shop.tags }} {{ deep }} {{ (1..3) }} {{ f }}", SHOP, "true false 1 -1.5 a\"b a'b greenblackoolong {\"a\"=>{\"b\"=>[{\"c\"=>5}]}} 1..3 1.0" },
    { "{{ first.first }} {{ deep.first.first }} {{ deep.last }}", SHOP, "1 a " }, { "{{ true.a }}{{ nil.b }}{{ n | nothing: 1 }} {{ shop\n . name }} {{ deep [ 'a' ] . b.size }}", SHOP, "3 Tea & Co 1" },
    { "{{ (n..'5') | size }} {{ (nothing..2) | join }} {{ (1.9..3.2) | join }} {{ (f..2) }} {{ (5..1) | size }} {{ (1..2) | first }}", SHOP, "3 0 1 2 1 2 3 Liquid error: invalid integer 0 1" },
    /* conditions */
#define IS(condition) "{% if " condition " %}y{% else %}n{% endif %}"
    { IS("n == 3.0") IS("n == '3'") IS("f == 1") IS("true == 1") IS("none == nil") IS("nothing == null") IS("no") IS("0") IS("''") IS("list") IS("map") IS("none"), SHOP, "ynynyynyyyyn" },
    { IS("n > 2 and n < 4") IS("n >= 3") IS("n <= 2") IS("n <> 3") IS("n != 4") IS("'a' < 'b'") IS("none > 1") IS("1 < none") IS("list < 1") IS("true > false"), SHOP, "yynnyynnnn" },
    { IS("list == empty") IS("map == empty") IS("'' == empty") IS("none == empty") IS("empty == text") IS("none == blank") IS("no == blank") IS("blank_text == blank") IS("list == blank") IS("n == blank") IS("empty == blank") IS("empty == empty"), SHOP, "yyynnyyyynny" },
    { IS("true or false and false") IS("true and false and false or true") IS("false and true or true") IS("false or true and true"), SHOP, "ynny" },
    { IS("text contains 'ea'") IS("text contains 'x'") IS("shop.tags contains 'black'") IS("shop.tags contains 'bla'") IS("shop contains 'name'") IS("'a1' contains 1") IS("none contains 'a'") IS("text contains none") IS("(1..3) contains 2") IS("n contains 3"), SHOP, "ynynyynnyn" },
    { IS("shop.tags == shop.tags") IS("(1..2) == (1..2)") IS("(1..2) == (1..3)") IS("shop.tags != list") IS("deep.a == deep.a") IS("deep.contains == nil"), SHOP, "yynyyy" },
    { "{% if 'a' > 1 %}y{% endif %}|{% if 1.5 <= 'a' %}y{% endif %}", SHOP, "Liquid error: comparison of String with 1 failed|Liquid error: comparison of Float with String failed" },
    { "{% unless n == 3 %}a{% elsif n == 3 %}b{% else %}c{% endunless %}{% if false %}{% else %}d{% else %}e{% endif %}{% if false %}{% elsif nothing %}{% elsif n %}f{% else %}g{% endif %}", SHOP, "bdf" },
};

static const liquid_case tags[] = {
    { "{% assign a = shop.tags | join: '-' %}{{ a }} {% assign b-c = n %}{{ b-c }} {% assign n = 4 %}{{ n }}{% assign e = nothing %}[{{ e }}]", SHOP, "green-black-oolong 3 4[]" },
    { "{% capture a %}{{ n }}!{% endcapture %}{{ a }}{{ a.size }} {% capture 'b' %}x{% endcapture %}{{ b }}", SHOP, "3!2 x" },
    { "{% increment a %}{% increment a %}{{ a }} {% decrement b %}{% decrement b %}{{ b }} {% assign a = 9 %}{{ a }}{% increment a %} {% increment n %}{{ n }} {% decrement text %}", SHOP, "012 -1-2-2 92 34 -1" },
    { "{% case n %}{% when 1, 2 %}a{% when 3 or 4 %}b{% when 3 %}c{% else %}d{% endcase %}{% case text %}{% when 'x' %}{% else %}e{% endcase %}{% case none %}{% when nil %}f{% endcase %}{% case n %}{% when 3, 3 %}g{% endcase %}", SHOP, "bcefgg" },
    { "{% for t in shop.tags %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ t }}{% unless forloop.last %},{% endunless %}{% endfor %} {% for i in (1..2) %}{{ forloop.first }}{{ forloop.length }}{{ forloop.name }} {% endfor %}{{ i }}{{ forloop.index }}", SHOP, "1032green,2121black,3210oolong true2i-(1..2) false2i-(1..2) " },
    { "{% for i in (1..9) limit: 2 offset: 3 %}{{ i }}{% endfor %} {% for i in (1..9) offset: continue limit:2 %}{{ i }}{% endfor %} {% for i in (1..9) offset:continue %}{{ i }}{% endfor %} {% for i in (1..9) reversed limit: n, offset: '1' %}{{ i }}{% endfor %}", SHOP, "45 67 89 432" },
    { "{% for p in deep %}{{ p[0] }}{{ p.last.first.first }}{% endfor %} {% for c in text %}{{ c }}{% endfor %} {% for x in n %}{% else %}none{% endfor %} {% for x in '' %}{% else %}empty{% endfor %} {% for i in (1..3) offset: -1 limit: 2 %}{{ i }}{% endfor %}", SHOP, "ab tea none empty 1" },
    { "{% for i in (1..4) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %} {% for i in (1..2) %}{% for j in (1..3) %}{{ i }}{{ j }}{{ forloop.parentloop.index }}{% break %}{% endfor %}{% endfor %}.{% break %}never", SHOP, "13 111212." },
    { "{% for i in (1..2) limit: 'x' %}{{ i }}{% endfor %}|{% for i in (1..2) offset: list %}{% endfor %}|{% for i in (1..0) %}a{% else %}b{% endfor %}", SHOP, "Liquid error: invalid integer|Liquid error: invalid integer|b" },
    { "{% for i in (1..4) %}{% cycle 'a', 'b', n %} {% endfor %}{% cycle 'a', 'b', n %} {% cycle 'g': 1, 2 %}{% cycle 'g': 3, 4 %}{% cycle n: 1, 2 %}{% cycle 'g': 5, 6 %}", SHOP, "a b 3 a b 1415" },
    { "{% tablerow t in shop.tags cols: 2 %}{{ t }}{{ tablerowloop.col }}{{ tablerowloop.row }}{{ tablerowloop.col_last }}{% endtablerow %}", SHOP, "<tr class=\"row1\">\n<td class=\"col1\">green11false</td><td class=\"col2\">black21true</td></tr>\n<tr class=\"row2\"><td class=\"col1\">oolong12false</td></tr>\n" },
    { "{% tablerow i in (1..5) limit: 2, offset: 1 %}{{ i }}{% if i == 3 %}{% break %}{% endif %}{% endtablerow %}[{% tablerow i in nothing %}{% endtablerow %}]{% tablerow i in list %}{% endtablerow %}", SHOP, "<tr class=\"row1\">\n<td class=\"col1\">2</td><td class=\"col2\">3</td></tr>\n[]<tr class=\"row1\">\n</tr>\n" },
    { "{% for i in '1,1,2,1' %}{% endfor %}{% assign l = '1,1,2,1' | split: ',' %}{% for i in l %}{% ifchanged %}{{ i }}{% endifchanged %}{% endfor %}", SHOP, "121" },
    { "{% echo shop.tags | first | upcase %}{% assign l = forloop %}{% for i in (1..2) %}{% assign l = forloop %}{{ l.index }}{% endfor %}{{ l.index }}{% for i in (1..1) %}{{ forloop }}{% endfor %}", SHOP, "GREEN123Liquid::ForloopDrop" },
    { "a{% abort %}b", SHOP, "!stopped: the template ended itself" }, { "a{% if n == 3 %}{% abort shop.name | x %}{% endif %}", SHOP, "!syntax" }, { "a{% if n == 3 %}{% abort shop.name %}{% endif %}", SHOP, "!stopped: Tea & Co" }, { "{% capture c %}{% abort_message('no stock') %}{% endcapture %}", SHOP, "!stopped: no stock" },
};

static const zh_liquid_partial partials[] = {
    { { "card", 4 }, ZH_SV("[{{ card }}{{ n }}{{ a }}{{ forloop.index }}]") }, { { "own", 3 }, ZH_SV("{{ x }}{% assign x = 'new' %}{{ x }}") }, { { "dir/card", 8 }, ZH_SV("{{ card.c }}") }, { { "self", 4 }, ZH_SV("{% render 'self' %}") },
    { { "bad", 3 }, ZH_SV("a\n {{ b c }}") }, { { "stop", 4 }, ZH_SV("x{% break %}y") }, { { "inner", 5 }, ZH_SV("{% include 'card' %}") }, { { "count", 5 }, ZH_SV("{% increment k %}") }, { { "outer", 5 }, ZH_SV("{% for i in (1..2) %}{{ forloop.parentloop.index }}.{% endfor %}") },
    { { "loop", 4 }, ZH_SV("{% include 'loop' %}") },
};
#define PARTIALS .partials = partials, .partials_count = sizeof partials / sizeof *partials

static const liquid_case parts[] = {
    { "{% render 'card' %}{% render 'card', a: n %}{% render 'card' with n %}{% render 'card' for shop.tags %}{% render 'card' for (1..2), a: 0 %}{% render 'card' with n as a %}{% render 'card' for text %}", SHOP, "[][3][3][green1][black2][oolong3][101][202][3][tea]" },
    { "{% include 'card' %}{% include 'card', a: 5 %}{% include 'card' with n %}{% include 'card' for shop.tags %}{% assign card = 'c' %}{% include 'card' %}{% assign p = 'own' %}{% include p %}{{ x }}", SHOP, "[3][35][33][green3][black3][oolong3][c3]newnew" },
    { "{% assign x = 'old' %}{% render 'own', x: 1 %}{{ x }} {% include 'own', x: 1 %}{{ x }} {% render 'dir/card' for deep.a.b %}", SHOP, "1newold 11new 5" },
    { "{% for i in (1..2) %}{% render 'stop' %}{% render 'outer' %}{% endfor %}|{% for i in (1..2) %}{% include 'stop' %}{% endfor %}|{% for i in (1..2) %}{% include 'outer' %}{% endfor %}", SHOP, "x..x..|x|1.1.2.2." },
    { "{% increment k %}{% render 'count' %}{% include 'count' %}{% render 'count' %}{% increment k %}", SHOP, "00102" },
    { "{% render 'none' %}|{% include n %}|{% render 'inner' %}|{% render 'bad' %}", SHOP, "Liquid error: No such template 'none'|Liquid error: Argument error in tag 'include' - Illegal template name|Liquid error: include usage is not allowed in this context|Liquid error: in template 'bad', line 2, column 7: 'c' stands where the end is expected" },
    { "{% render 'self' %}", SHOP, "!limit" }, { "{% include 'loop' %}", SHOP, "!limit" },
};

static const liquid_case html[] = {
    { "<b>{{ shop.name }}</b>{{ '<' | append: '>' }}{{ '<i>' | raw }}{{ '<i>' | escape }}{{ '&lt;' | escape_once }}{% assign a = '<' | raw %}{{ a }}{{ a | append: '>' }}", SHOP, "<b>Tea &amp; Co</b>&lt;&gt;<i>&lt;i&gt;&lt;<&lt;&gt;" },
    { "{% capture c %}<p>{{ shop.name }}</p>{% endcapture %}{{ c }}{% raw %}<&>{% endraw %}{{ 'a' | plus: '<' | divided_by: 0 }}{{ l | where: '<' }}{% cycle '<', '>' %}{% echo '\"' %}", "{\"shop\":{\"name\":\"A&B\"},\"l\":[1]}", "<p>A&amp;B</p><&>Liquid error: divided by 0Liquid error: cannot select the property &#39;&lt;&#39;&lt;&quot;" },
    { "{{ l }}{{ m }}{% increment n %}{{ l | raw }}", "{\"l\":[\"<\",1,true],\"m\":{\"<\":1}}", "&lt;1true{&quot;&lt;&quot;=&gt;1}0<1true" },
};
static const liquid_case json[] = { { "{\"a\":\"{{ t }}\",\"b\":{{ l | json }},\"c\":{{ n }}}", "{\"t\":\"x\\\"y\\\\z\\n茶\",\"l\":[\"\\\"\"],\"n\":1}", "{\"a\":\"x\\\"y\\\\z\\n茶\",\"b\":[\"\\\"\"],\"c\":1}" } };
static const liquid_case header[] = {
    { "Subject: {{ a }}\n", "{\"a\":\"Tea <&>\"}", "Subject: Tea <&>\n" }, { "{{ a }}", "{\"a\":\"x\\r\\nBcc: y\"}", "!refused" }, { "{{ a | raw }}", "{\"a\":\"x\\ny\"}", "!refused" }, { "{{ a | strip_newlines }}", "{\"a\":\"x\\ny\"}", "xy" },
    { "{% capture c %}\n{% endcapture %}{{ c }}", NULL, "!refused" }, { "{{ a }}", "{\"a\":\"x\\u0000\"}", "!refused" },
};
static const liquid_case plain[] = { { "{{ a }}", "{\"a\":\"x\\u0007\\u001b[1m\\ty\\n<\"}", "x[1m\ty\n<" } };
/* A long name is shown in part, and no character of it is cut. */
#define LONG "茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶"
static const liquid_case shown[] = { { "{{ l | where: '" LONG "茶茶茶' }}", "{\"l\":[1]}", "Liquid error: cannot select the property '" LONG "'" } };
static const liquid_case strict[] = { { "{{ nothing }}{{ shop.nothing }}{{ 'a' | nothing }}{% if nothing %}{% endif %}b", SHOP, "b" } };

static void errors_have_their_place(void)
{
    zh_liquid_report report;
    CHECK(strcmp(liquid_render("a\n{{ 1 | divided_by: 0 }}{{ 1 | plus }}", NULL, (zh_liquid_render_desc){ 0 }, &report), "a\nLiquid error: divided by 0Liquid error: wrong number of arguments (given 1, expected 2)") == 0);
    CHECK(report.errors == 2 && report.first.line == 2 && report.first.column == 1 && strcmp(report.first.text, "divided by 0") == 0);
    CHECK(strcmp(liquid_render("{{ x }}{{ 1 | x }}{% for a in x.y %}{% endfor %}", NULL, (zh_liquid_render_desc){ .strict = true }, &report), "") == 0);
    CHECK(report.errors == 3 && strcmp(report.first.text, "undefined variable x") == 0);
    CHECK(strcmp(liquid_render("\n {% abort 'x' %}", NULL, (zh_liquid_render_desc){ 0 }, &report), "!stopped: x") == 0 && report.stopped.line == 2 && report.stopped.column == 2);
}

/* Each of them would go on for longer than anybody waits. */
static void runaways_are_stopped(void)
{
    static const char *const templates[] = {
        "{% for a in (1..99999999999) %}{% endfor %}", "{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}x{% endfor %}{% endfor %}{% endfor %}", "{{ (1..9999999999) | join }}", "{{ (1..9999999999) | size | plus: 0 }}{{ (0..999999999) | reverse }}",
        "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}", "{% assign l = 'a,b' | split: ',' %}{% for i in (1..99) %}{% assign l = l | concat: l %}{% endfor %}",
        "{% for i in (1..100) %}{% capture a %}{{ a }}{{ a }}x{% endcapture %}{% endfor %}", "{% assign a = 'x' %}{% for i in (1..40) %}{% assign a = a | replace: '', 'xx' %}{% endfor %}", "{% tablerow i in (1..99999999999) %}{% endtablerow %}",
        "{% for i in (1..1000000) %}{{ 'some text that grows the output' }}{% endfor %}", "{% for i in (1..999999) %}{% assign a = (1..999) | join | split: ' ' | sort | uniq | join %}{% endfor %}", "{% for i in (1..99999) %}{% render 'own' for (1..99999) %}{% endfor %}",
        "{% assign a = 'ab' | split: '' %}{% for i in (1..9999999) %}{% if a contains 'c' %}{% endif %}{% cycle 1, 2 %}{% endfor %}",
    };
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        zh_liquid_report report = { 0 };
        CHECK_ROW(strcmp(liquid_render(templates[i], NULL, (zh_liquid_render_desc){ PARTIALS, .out_bytes_max = 1 << 16 }, &report), "!limit") == 0, templates[i]);
        CHECK_ROW(report.stopped.text[0] != '\0' && report.stopped.line == 1 && report.steps <= ZH_LIQUID_STEPS_MAX, templates[i]);
    }
}

/* What looks at all of a long value pays for it: a loop around it ends, and soon. */
static void long_values_are_paid_for(void)
{
    static const char *const bodies[] = {
        "{% if l == k %}{% endif %}", "{% if l contains 'no' %}{% endif %}", "{% case l %}{% when k %}{% endcase %}", "{{ l | uniq | size }}", "{{ l | sort | size }}", "{{ l | has: 'x', 'y' }}", "{{ m[t] }}", "{% if t == u %}{% endif %}", "{% if t contains 'no' %}{% endif %}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char template[600];
        zh_liquid_report once, twice;
        (void)snprintf(template, sizeof template, "{%% assign l = (1..10000) | join: 'a,' | split: ',' %%}{%% assign k = l | reverse | reverse %%}{%% assign t = l | join %%}{%% assign u = t | append: '' %%}%s", bodies[i]);
        CHECK_ROW(liquid_render(template, "{\"m\":{}}", (zh_liquid_render_desc){ 0 }, &once)[0] != '!', bodies[i]);
        (void)snprintf(template + strlen(template), sizeof template - strlen(template), "%s", bodies[i]);
        CHECK_ROW(liquid_render(template, "{\"m\":{}}", (zh_liquid_render_desc){ 0 }, &twice)[0] != '!', bodies[i]);
        CHECK_ROW(twice.steps - once.steps > 1000, bodies[i]);
    }
}

static void steps_are_counted(void)
{
    zh_liquid_report first, second;
    static const char template[] = "{% for i in (1..10) %}{{ i | times: 2 }}{% endfor %}";
    CHECK(strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ 0 }, &first), "2468101214161820") == 0);
    CHECK(strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ .steps_max = first.steps }, &second), "2468101214161820") == 0 && first.steps == second.steps);
    CHECK(strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ .steps_max = first.steps - 1 }, &second), "!limit") == 0);
    CHECK(strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ .out_bytes_max = 16 }, &second), "2468101214161820") == 0 && strcmp(liquid_render(template, NULL, (zh_liquid_render_desc){ .out_bytes_max = 15 }, &second), "!limit") == 0);
}

static void too_little_memory_is_said(void)
{
    zh_arena holds = zh_arena_open(1 << 20);
    zh_liquid_template *template;
    const zh_sv source = ZH_SV("{% assign l = '3,1,2' | split: ',' | sort | uniq | map: 'x' %}{% capture c %}{{ l | json }}{% endcapture %}{% for i in l %}{% cycle 1, 2 %}{% increment k %}{% endfor %}{% render 'own', x: 1 %}{{ c | upcase | replace: 'N', 'nn' | split: 'n' | concat: l | reverse }}");
    CHECK(zh_liquid_parse_template(&holds, source, &template, NULL) == ZH_OK);
    bool done = false;
    for (size_t size = 16; size < 60000; size += 150) {
        zh_arena arena = zh_arena_open(size);
        zh_buf out = zh_buf_open(1 << 16);
        const zh_err e = zh_liquid_render(template, &(zh_liquid_render_desc){ .arena = &arena, PARTIALS }, &out, NULL);
        CHECK(e == ZH_NOMEM || (e == ZH_OK && (done = true)));
        zh_buf_close(&out);
        zh_arena_close(&arena);
    }
    CHECK(done);
    zh_arena_close(&holds);
}

int main(void)
{
    LIQUID_CHECK(expressions, .strict = false);
    LIQUID_CHECK(tags, .strict = false);
    LIQUID_CHECK(parts, PARTIALS);
    LIQUID_CHECK(html, .context = ZH_LIQUID_HTML);
    LIQUID_CHECK(json, .context = ZH_LIQUID_JSON);
    LIQUID_CHECK(header, .context = ZH_LIQUID_HEADER);
    LIQUID_CHECK(plain, .context = ZH_LIQUID_PLAIN);
    LIQUID_CHECK(shown, .strict = false);
    LIQUID_CHECK(strict, .strict = true);
    errors_have_their_place();
    runaways_are_stopped();
    long_values_are_paid_for();
    steps_are_counted();
    too_little_memory_is_said();
    return 0;
}
