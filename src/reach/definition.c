#include "reach/definition.h"

void zh_define_wrong(zh_define *d, const char *within, const char *field, const char *format, ...)
{
    va_list args;
    if (d->is_bad) return;
    d->is_bad = true;
    (void)snprintf(d->fault->field, sizeof d->fault->field, "%s%s%s", within, within[0] != '\0' && field[0] != '\0' ? "." : "", field);
    va_start(args, format);
    if (vsnprintf(d->fault->why.text, sizeof d->fault->why.text, format, args) < 0) d->fault->why.text[0] = '\0';
    va_end(args);
}

bool zh_define_name_is_good(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
    }
    return name.size >= 1 && name.size <= 64;
}

static bool is_there(zh_json_value value) { return zh_json_type_of(value) > ZH_JSON_NULL; }

zh_sv zh_define_text(zh_define *d, zh_json_value of, const char *within, const char *field, size_t most, bool needed)
{
    const zh_json_value value = zh_json_get(of, zh_sv_of(field));
    zh_sv text = { 0 };
    if (is_there(value) && !zh_json_text(value, &text)) zh_define_wrong(d, within, field, "must be a text");
    else if (text.size > most) zh_define_wrong(d, within, field, "has at most %zu bytes", most);
    else if (needed && text.size == 0) zh_define_wrong(d, within, field, "is missing");
    else if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL) zh_define_wrong(d, within, field, "must not contain NUL");
    if (d->is_bad || text.size == 0) return (zh_sv){ 0 };
    text = zh_arena_copy(d->arena, text);
    d->is_full |= text.data == NULL;
    return text;
}

int64_t zh_define_int(zh_define *d, zh_json_value of, const char *within, const char *field, int64_t least, int64_t most, int64_t otherwise)
{
    const zh_json_value value = zh_json_get(of, zh_sv_of(field));
    int64_t number = otherwise;
    if (!is_there(value)) return otherwise;
    if (zh_json_int(value, &number) && number >= least && number <= most) return number;
    zh_define_wrong(d, within, field, "must be a whole number from %lld to %lld", (long long)least, (long long)most);
    return otherwise;
}

bool zh_define_flag(zh_define *d, zh_json_value of, const char *within, const char *field, bool otherwise)
{
    const zh_json_value value = zh_json_get(of, zh_sv_of(field));
    bool flag = otherwise;
    if (is_there(value) && !zh_json_bool(value, &flag)) zh_define_wrong(d, within, field, "must be true or false");
    return flag;
}

size_t zh_define_word(zh_define *d, zh_json_value of, const char *within, const char *field, const char *const *words, size_t count, size_t otherwise)
{
    const zh_json_value value = zh_json_get(of, zh_sv_of(field));
    char list[160] = "";
    size_t at = 0;
    if (!is_there(value) && otherwise < count) return otherwise;
    for (size_t i = 0; i < count; i++) {
        if (zh_sv_equal(zh_json_text_or_empty(value), zh_sv_of(words[i]))) return i;
        const int size = snprintf(list + at, sizeof list - at, "%s%s", i == 0 ? "" : ", ", words[i]);
        if (size > 0 && at + (size_t)size < sizeof list) at += (size_t)size;
    }
    zh_define_wrong(d, within, field, "must be one of: %s", list);
    return 0;
}

void zh_define_only(zh_define *d, zh_json_value of, const char *within, const char *const *fields)
{
    char name[48];
    for (zh_json_iter it = zh_json_walk(of); zh_json_next(&it);) {
        size_t i = 0;
        while (fields[i] != NULL && !zh_sv_equal(it.key, zh_sv_of(fields[i]))) i++;
        (void)snprintf(name, sizeof name, "%.*s", ZH_SV_ARG(zh_sv_part(it.key, 0, 40)));
        if (fields[i] == NULL) zh_define_wrong(d, within, name, "is not known here");
    }
}

/* ---- pointers ---- */

bool zh_json_pointer_is_good(zh_sv pointer) { return pointer.size == 0 || (pointer.data[0] == '/' && pointer.size <= 200); }

static zh_json_value element(zh_json_value array, zh_sv part)
{
    size_t number = 0, at = 0;
    for (size_t i = 0; i < part.size; i++) {
        if (part.data[i] < '0' || part.data[i] > '9' || number > 100000) return (zh_json_value){ 0 };
        number = number * 10 + (size_t)(part.data[i] - '0');
    }
    for (zh_json_iter it = zh_json_walk(array); part.size > 0 && zh_json_next(&it); at++)
        if (at == number) return it.value;
    return (zh_json_value){ 0 };
}

/* "~1" is a slash and "~0" a tilde. */
static zh_sv unescaped(zh_sv part, char room[208])
{
    size_t size = 0;
    for (size_t i = 0; i < part.size && size < 207; i++) {
        const bool escape = part.data[i] == '~' && i + 1 < part.size && (part.data[i + 1] == '0' || part.data[i + 1] == '1');
        room[size++] = escape ? (part.data[++i] == '1' ? '/' : '~') : part.data[i];
    }
    return (zh_sv){ room, size };
}

zh_json_value zh_json_pointed(zh_json_value value, zh_sv pointer)
{
    char room[208];
    while (pointer.size > 0) {
        pointer = zh_sv_part(pointer, 1, SIZE_MAX);
        const char *slash = pointer.size == 0 ? NULL : memchr(pointer.data, '/', pointer.size);
        const zh_sv part = unescaped(zh_sv_part(pointer, 0, slash == NULL ? pointer.size : (size_t)(slash - pointer.data)), room);
        pointer = slash == NULL ? (zh_sv){ 0 } : zh_sv_part(pointer, (size_t)(slash - pointer.data), SIZE_MAX);
        value = zh_json_is(value, ZH_JSON_ARRAY) ? element(value, part) : zh_json_get(value, part);
    }
    return value;
}

bool zh_json_plain(zh_json_value value, char room[32], zh_sv *out)
{
    int64_t number;
    double real;
    bool flag;
    if (zh_json_text(value, out)) return true;
    int size = -1;
    if (zh_json_bool(value, &flag)) size = snprintf(room, 32, "%s", flag ? "true" : "false");
    else if (zh_json_int(value, &number)) size = snprintf(room, 32, "%lld", (long long)number);
    else if (zh_json_real(value, &real)) size = snprintf(room, 32, "%.15g", real);
    if (size < 0 || size >= 32) return false;
    *out = (zh_sv){ room, (size_t)size };
    return true;
}
