/* liquid_case.h -- for the tests of templates: one template over JSON, what comes out as text. */
#ifndef ZH_TESTS_LANG_LIQUID_CASE_H
#define ZH_TESTS_LANG_LIQUID_CASE_H
#include "lang/liquid.h"

#include "check.h"

#include <string.h>

typedef struct liquid_case { const char *template, *data, *want; } liquid_case;

/* The output; "!syntax", "!limit", "!stopped: reason", "!refused" where there is none. Ends with the next call. */
static inline const char *liquid_render(const char *template, const char *data, zh_liquid_render_desc desc, zh_liquid_report *report)
{
    static char text[1 << 16];
    zh_arena arena = zh_arena_open(64 << 20);
    zh_buf out = zh_buf_open(1 << 20);
    zh_json *json;
    zh_json_value root;
    zh_liquid_value bound;
    zh_liquid_template *parsed;
    zh_cel_fault fault = { .text = "" };
    CHECK(zh_json_open(&json, 1 << 16) == ZH_OK && zh_json_parse(json, zh_sv_of(data == NULL ? "{}" : data), &root, NULL) == ZH_OK);
    CHECK(zh_liquid_of_json(&arena, root, &bound) == ZH_OK);
    desc.arena = &arena;
    desc.data = bound.map;
    zh_err e = zh_liquid_parse_template(&arena, zh_sv_of(template), &parsed, &fault);
    if (e == ZH_OK) {
        e = zh_liquid_render(parsed, &desc, &out, report);
        (void)snprintf(text, sizeof text, "%s%.*s", e == ZH_OK ? "" : e == ZH_STOPPED ? "!stopped: " : e == ZH_FORMAT ? "!refused" : "!limit", e == ZH_OK ? (int)out.size : 0, out.data == NULL ? "" : out.data);
        if (e == ZH_STOPPED) (void)snprintf(text + strlen(text), 400, "%s", report->stopped.text);
    } else {
        CHECK_ROW(fault.text[0] != '\0' && fault.line >= 1 && fault.column >= 1, template);
        (void)snprintf(text, sizeof text, "!syntax");
    }
    zh_json_close(json);
    zh_buf_close(&out);
    zh_arena_close(&arena);
    return text;
}

static inline void liquid_check(const liquid_case *rows, size_t count, zh_liquid_render_desc desc)
{
    for (size_t i = 0; i < count; i++) {
        zh_liquid_report report = { 0 };
        const char *got = liquid_render(rows[i].template, rows[i].data, desc, &report);
        if (strcmp(got, rows[i].want) != 0) fprintf(stderr, "got  %s\nwant %s\n", got, rows[i].want);
        CHECK_ROW(strcmp(got, rows[i].want) == 0, rows[i].template);
    }
}

#define LIQUID_CHECK(rows, ...) liquid_check((rows), sizeof(rows) / sizeof *(rows), (zh_liquid_render_desc){ __VA_ARGS__ })

#endif
