/* liquid_bench.c -- what a letter costs: parsing its template, and rendering it for a customer, on one core.
 * A typical letter of a shop (greeting, a cart of ten lines with prices, a table of six suggestions, a footer), escaped for HTML.
 * `liquid_bench --print` prints template and data instead, as JSON lines, so that another implementation can be asked the same.
 * Prints JSON lines. usage: liquid_bench [--print] */
#include "base/json_out.h"
#include "lang/liquid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 20000u

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool done, const char *what)
{
    if (done) return;
    fprintf(stderr, "liquid_bench: %s\n", what);
    exit(1);
}

static const char letter[] =
    "<html><head><title>{{ shop.name }}: your cart</title></head>\n<body style=\"font-family: sans-serif\">\n"
    "<p>Dear {{ customer.name | default: 'customer' }},</p>\n{% if cart.lines.size > 0 %}<p>{{ cart.lines.size }} items wait for you since {{ cart.at | date: '%-d %B %Y' }}.</p>\n<table>\n"
    "{% for line in cart.lines %}  <tr class=\"{% cycle 'odd', 'even' %}\"><td><a href=\"{{ shop.url }}/p/{{ line.id | url_encode }}\">{{ line.title | truncate: 40 }}</a></td>"
    "<td>{{ line.quantity }} x {{ line.price_cents | money }}</td><td>{% assign sum = line.price_cents | times: line.quantity %}{{ sum | money }}</td></tr>\n"
    "{% endfor %}</table>\n<p>Together {{ cart.total_cents | money }} {{ cart.currency }}{% if cart.total_cents >= 20000 %}, sent free of charge{% else %}, {{ 20000 | minus: cart.total_cents | money }} more and it is sent free{% endif %}.</p>\n{% endif %}"
    "{% assign liked = suggestions | where: 'in_stock' %}{% if liked != empty %}<h3>You may like</h3>\n{% tablerow item in liked cols: 3 limit: 6 %}<img src=\"{{ item.image }}\" alt=\"{{ item.title }}\"><br>{{ item.title }}{% unless item.off == nil %} -{{ item.off }}%{% endunless %}{% endtablerow %}{% endif %}\n"
    "<p style=\"color: #888\">{{ shop.name | upcase }}, {{ shop.city }}. You get this letter because you asked for it; it is sent at most once a week, and a click ends it.</p>\n</body></html>\n";

static void make_data(zh_buf *out)
{
    zh_buf_put(out, ZH_SV("{\"shop\":{\"name\":\"Leaf & Cup\",\"url\":\"https://shop.example\",\"city\":\"Hangzhou\"},\"customer\":{\"name\":\"李雷\"},\"cart\":{\"at\":\"2026-11-20T08:00:00Z\",\"currency\":\"CNY\",\"total_cents\":15890,\"lines\":["));
    for (int i = 0; i < 10; i++) zh_buf_printf(out, "%s{\"id\":\"sku %d/茶\",\"title\":\"Spring tea of the %d. harvest, from the western hills\",\"quantity\":%d,\"price_cents\":%d}", i > 0 ? "," : "", i, i, i % 3 + 1, 990 + 100 * i);
    zh_buf_put(out, ZH_SV("]},\"suggestions\":["));
    for (int i = 0; i < 8; i++) zh_buf_printf(out, "%s{\"title\":\"Cup <%d>\",\"image\":\"https://img.example/%d.jpg\",\"in_stock\":%s,\"off\":%s}", i > 0 ? "," : "", i, i, i == 3 ? "false" : "true", i % 2 == 0 ? "null" : "15");
    zh_buf_put(out, ZH_SV("]}"));
}

int main(int argc, char **argv)
{
    zh_arena holds = zh_arena_open(16 << 20), scratch = zh_arena_open(16 << 20);
    zh_buf data = zh_buf_open(1 << 20), out = zh_buf_open(1 << 20);
    zh_json *json;
    zh_json_value root;
    zh_liquid_value values;
    zh_liquid_template *template = NULL;
    make_data(&data);
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        zh_json_put_text(&out, ZH_SV(letter));
        printf("%.*s\n%.*s\n", ZH_SV_ARG(zh_buf_view(&out)), ZH_SV_ARG(zh_buf_view(&data)));
        return 0;
    }
    must(zh_json_open(&json, 1 << 20) == ZH_OK && zh_json_parse(json, zh_buf_view(&data), &root, NULL) == ZH_OK && zh_liquid_of_json(&holds, root, &values) == ZH_OK, "no data");
    double began = now_ns();
    for (unsigned i = 0; i < ROUNDS; i++) {
        zh_arena_reset(&scratch);
        must(zh_liquid_parse_template(&scratch, ZH_SV(letter), &template, NULL) == ZH_OK, "no template");
    }
    const double parse_ns = (now_ns() - began) / ROUNDS;
    must(zh_liquid_parse_template(&holds, ZH_SV(letter), &template, NULL) == ZH_OK, "no template");
    const zh_liquid_render_desc desc = { .arena = &scratch, .data = values.map, .context = ZH_LIQUID_HTML, .now_ms = INT64_C(1790000000000) };
    zh_liquid_report report = { 0 };
    began = now_ns();
    for (unsigned i = 0; i < ROUNDS; i++) {
        zh_arena_reset(&scratch);
        zh_buf_reset(&out);
        must(zh_liquid_render(template, &desc, &out, &report) == ZH_OK && report.errors == 0, "not rendered");
    }
    const double render_ns = (now_ns() - began) / ROUNDS;
    printf("{\"bench\":\"liquid\",\"template_bytes\":%zu,\"out_bytes\":%zu,\"parse_us\":%.1f,\"render_us\":%.1f,\"out_mb_per_s\":%.0f,\"letters_per_s\":%.0f,\"steps\":%llu}\n", sizeof letter - 1, out.size, parse_ns / 1000, render_ns / 1000,
           (double)out.size * 1000 / render_ns, 1e9 / render_ns, (unsigned long long)report.steps);
    zh_json_close(json);
    zh_buf_close(&data), zh_buf_close(&out);
    zh_arena_close(&holds), zh_arena_close(&scratch);
    return 0;
}
