#include "base/form.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The next decoded byte, moving *text. */
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

bool zh_form_next(zh_form *it)
{
    while (it->rest_.size > 0) {
        const char *amp = memchr(it->rest_.data, '&', it->rest_.size);
        const zh_sv pair = { it->rest_.data, amp == NULL ? it->rest_.size : (size_t)(amp - it->rest_.data) };
        it->rest_ = zh_sv_part(it->rest_, pair.size + 1, it->rest_.size);
        if (pair.size == 0) continue;
        const char *equal = memchr(pair.data, '=', pair.size);
        const size_t name = equal == NULL ? pair.size : (size_t)(equal - pair.data);
        it->name = zh_sv_part(pair, 0, name);
        it->value = zh_sv_part(pair, name + (equal != NULL), pair.size);
        return true;
    }
    return false;
}

zh_sv zh_form_decode(zh_arena *arena, zh_sv text, bool plus_is_blank)
{
    char *bytes = zh_arena_take(arena, text.size + 1, 1);
    if (bytes == NULL) return (zh_sv){ 0 };
    size_t size = 0;
    while (text.size > 0) {
        const char c = next_byte(&text, plus_is_blank);
        if (c == '\0') return (zh_sv){ 0 };
        bytes[size++] = c;
    }
    return (zh_sv){ bytes, size };
}

bool zh_form_is(zh_sv encoded, zh_sv name)
{
    while (encoded.size > 0) {
        if (name.size == 0 || next_byte(&encoded, true) != name.data[0]) return false;
        name.data++;
        name.size--;
    }
    return name.size == 0;
}

zh_sv zh_form_get(zh_arena *arena, zh_sv form, zh_sv name)
{
    for (zh_form it = zh_form_on(form); zh_form_next(&it);)
        if (zh_form_is(it.name, name)) return zh_form_decode(arena, it.value, true);
    return (zh_sv){ 0 };
}
