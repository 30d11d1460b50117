/* liquid_fuzz.c -- any bytes are a template, maybe, and JSON for it. What is parsed ends within its steps and its output, in every context; a
 * fault has a place; what is printed for HTML holds no raw sign of the data; a header never holds a line end of the data. Twice is the same. */
#include "lang/liquid.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)
#define STEPS 20000
#define OUT_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same template once more: the same bytes, steps and end. */
static void render_twice(const zh_liquid_template *template, zh_liquid_render_desc desc)
{
    zh_buf first = zh_buf_open(1 << 20), second = zh_buf_open(1 << 20);
    zh_liquid_report a, b;
    zh_arena memory = zh_arena_open(64 << 20);
    desc.arena = &memory;
    const zh_err e = zh_liquid_render(template, &desc, &first, &a);
    zh_arena_reset(&memory);
    REQUIRE(zh_liquid_render(template, &desc, &second, &b) == e && a.steps == b.steps && a.errors == b.errors && zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)));
    REQUIRE(a.steps <= STEPS && first.size <= OUT_BYTES + (1 << 18));
    REQUIRE((e == ZH_OK) == (a.stopped.text[0] == '\0') && (a.errors == 0 || a.first.line >= 1));
    zh_buf_close(&first), zh_buf_close(&second);
    zh_arena_close(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4000) return 0;
    const uint8_t *end = size == 0 ? NULL : memchr(data, 0, size); /* template, NUL, JSON */
    const zh_sv text = { (const char *)data, end == NULL ? size : (size_t)(end - data) };
    const zh_sv bound = end == NULL ? ZH_SV("{\"a\": [1, 2.5, \"x<\", null, {\"b\": []}], \"b\": \"text & more\", \"c\": {\"k\": 3}}") : (zh_sv){ (const char *)end + 1, size - text.size - 1 };
    zh_arena arena = zh_arena_open(64 << 20);
    zh_liquid_template *template;
    zh_cel_fault fault = { .text = "" };
    const zh_err e = zh_liquid_parse_template(&arena, text, &template, &fault);
    REQUIRE(e == ZH_OK || (fault.text[0] != '\0' && fault.line >= 1 && fault.column >= 1 && fault.offset <= text.size));
    if (e == ZH_OK) {
        zh_json *json;
        zh_json_value root = { 0 };
        zh_liquid_value values;
        REQUIRE(zh_json_open(&json, 8192) == ZH_OK);
        (void)!zh_json_parse(json, bound, &root, NULL);
        REQUIRE(zh_liquid_of_json(&arena, root, &values) == ZH_OK);
        const zh_liquid_partial partials[] = { { ZH_SV("p"), ZH_SV("{{ p }}{% assign a = p %}{% break %}") }, { ZH_SV("self"), text } };
        for (int context = ZH_LIQUID_NONE; context <= ZH_LIQUID_PLAIN; context++)
            render_twice(template, (zh_liquid_render_desc){ .data = values.kind == ZH_LIQUID_MAP ? values.map : NULL, .context = (zh_liquid_context)context, .partials = partials, .partials_count = 2, .strict = context == ZH_LIQUID_JSON,
                                                            .now_ms = INT64_C(1790000000000), .steps_max = STEPS, .out_bytes_max = OUT_BYTES });
        zh_json_close(json);
    }
    zh_arena_close(&arena);
    return 0;
}
