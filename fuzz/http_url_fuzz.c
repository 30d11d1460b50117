/* Any bytes are a form and a path: what comes out is never longer than what went in, holds no NUL, does
 * not depend on what stands behind, and a name found once is found again. */
#include "sys/http_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    zh_arena arena = zh_arena_open(1 << 20);
    const zh_sv all = { (const char *)data, size };
    const char *bar = size == 0 ? NULL : memchr(data, '|', size);
    const size_t cut = bar == NULL ? 0 : (size_t)(bar - all.data);
    const zh_sv name = zh_sv_part(all, 0, cut), form = zh_sv_part(all, cut + 1, size);
    const zh_sv value = zh_http_form_param(&arena, form, name);
    if (value.size > form.size) abort();
    if (value.size > 0 && memchr(value.data, '\0', value.size) != NULL) abort();
    if (value.data != NULL) {
        char *longer = malloc(form.size + 6);
        if (longer == NULL) abort();
        memcpy(longer, form.data, form.size);
        memcpy(longer + form.size, "&a=b&", 6);
        const zh_sv again = zh_http_form_param(&arena, (zh_sv){ longer, form.size + 5 }, name);
        if (!zh_sv_equal(value, again)) abort();
        free(longer);
    }
    zh_http_request request = { .path = form, .arena = arena };
    size_t parts = 0;
    for (size_t i = 0; i < 20; i++) {
        const zh_sv part = zh_http_path_part(&request, i);
        if (part.size > form.size) abort();
        parts += part.data != NULL;
    }
    if (parts > 0 && form.data[0] != '/') abort();
    zh_arena_close(&request.arena);
    return 0;
}
