#include "sys/http_internal.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The next decoded byte, moving *text; a percent sign without two digits stands for itself. */
static char next_byte(zh_sv *text, bool plus_is_blank)
{
    char c = text->data[0];
    size_t used = 1;
    if (c == '+' && plus_is_blank) c = ' ';
    if (c == '%' && text->size >= 3) {
        const int high = hex_digit(text->data[1]), low = hex_digit(text->data[2]);
        if (high >= 0 && low >= 0) {
            c = (char)(unsigned char)(high * 16 + low);
            used = 3;
        }
    }
    text->data += used;
    text->size -= used;
    return c;
}

zh_sv zh_http_decode(zh_arena *arena, zh_sv text, bool plus_is_blank)
{
    char *bytes = zh_arena_take(arena, text.size + 1, 1);
    if (bytes == NULL) return (zh_sv){ 0 };
    size_t size = 0;
    while (text.size > 0) {
        const char c = next_byte(&text, plus_is_blank);
        if (c == '\0') return (zh_sv){ 0 }; /* ends a C string early: two readers would differ */
        bytes[size++] = c;
    }
    return (zh_sv){ bytes, size };
}

static bool decodes_to(zh_sv text, zh_sv name)
{
    while (text.size > 0) {
        if (name.size == 0 || next_byte(&text, true) != name.data[0]) return false;
        name.data++;
        name.size--;
    }
    return name.size == 0;
}

zh_sv zh_http_form_param(zh_arena *arena, zh_sv form, zh_sv name)
{
    while (form.size > 0) {
        const char *amp = memchr(form.data, '&', form.size);
        const zh_sv pair = { form.data, amp == NULL ? form.size : (size_t)(amp - form.data) };
        const char *equal = pair.size == 0 ? NULL : memchr(pair.data, '=', pair.size);
        const size_t key = equal == NULL ? pair.size : (size_t)(equal - pair.data);
        if (pair.size > 0 && decodes_to(zh_sv_part(pair, 0, key), name))
            return zh_http_decode(arena, zh_sv_part(pair, key + (equal != NULL), pair.size), true);
        form = zh_sv_part(form, pair.size + 1, form.size);
    }
    return (zh_sv){ 0 };
}

zh_sv zh_http_param(zh_http_request *request, zh_sv name)
{
    return zh_http_form_param(&request->arena, request->query, name);
}

zh_sv zh_http_path_part(zh_http_request *request, size_t index)
{
    zh_sv rest = request->path;
    if (rest.size == 0 || rest.data[0] != '/') return (zh_sv){ 0 };
    for (rest = zh_sv_part(rest, 1, rest.size);; index--) {
        const char *slash = rest.size == 0 ? NULL : memchr(rest.data, '/', rest.size);
        const size_t size = slash == NULL ? rest.size : (size_t)(slash - rest.data);
        if (index == 0) return zh_http_decode(&request->arena, zh_sv_part(rest, 0, size), false);
        if (slash == NULL) return (zh_sv){ 0 };
        rest = zh_sv_part(rest, size + 1, rest.size);
    }
}
