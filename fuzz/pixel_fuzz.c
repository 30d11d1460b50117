/* pixel_fuzz.c -- any bytes are the query of a pixel: pairs, dotted names, base64. Of flat pairs comes one JSON object
 * without repeated keys; the walk over pairs and the look-up by name agree; decoding is what encoding undoes. */
#include "base/form.h"
#include "base/json_scan.h"
#include "collect/pixel.h"

#include <stdlib.h>

#define REQUIRE(cond) do { if (!(cond)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pairs(zh_sv query, zh_arena *arena)
{
    size_t left = query.size + 1;
    for (zh_form it = zh_form_on(query); zh_form_next(&it);) {
        REQUIRE(it.name.size + it.value.size < left); /* pairs never overlap */
        left -= it.name.size + it.value.size;
        const zh_sv name = zh_form_decode(arena, it.name, true);
        if (name.data == NULL) continue; /* a NUL byte */
        REQUIRE(name.size <= it.name.size && zh_form_is(it.name, name));
        const zh_sv value = zh_form_get(arena, query, name);
        REQUIRE(value.data == NULL || value.size <= query.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const zh_sv query = { (const char *)data, size };
    zh_arena arena = zh_arena_open(64 << 20);
    zh_buf scratch = zh_buf_open(4 << 20);
    zh_json *json;
    zh_sv body;
    zh_json_value root;
    if (size > 4096) goto done; /* the pairs are looked up one by one: quadratic, and no new paths */
    check_pairs(query, &arena);
    const zh_err e = zh_pixel_body(query, &arena, &scratch, &body);
    REQUIRE(e == ZH_OK || e == ZH_FORMAT || e == ZH_RANGE);
    if (e == ZH_OK && zh_form_get(&arena, query, ZH_SV("data")).data == NULL) {
        REQUIRE(zh_json_open(&json, 4 << 20) == ZH_OK);
        REQUIRE(zh_json_judge(body).kind == ZH_JSON_FINE);
        REQUIRE(zh_json_parse(json, body, &root, NULL) == ZH_OK && zh_json_is(root, ZH_JSON_OBJECT));
        zh_json_close(json);
    }
done:
    zh_arena_close(&arena);
    zh_buf_close(&scratch);
    return 0;
}
