#include "quality/shape.h"

#define DIGITS_BYTES_MAX 24 /* of a text that is a number */

static const char *const kinds[ZH_KINDS] = { "none", "bool", "number", "digits", "text", "object", "array" };

const char *zh_kind_text(zh_kind kind) { return (unsigned)kind < ZH_KINDS ? kinds[kind] : "unknown"; }

zh_kind zh_kind_of(zh_sv text)
{
    unsigned i = 0;
    while (i < ZH_KINDS && !zh_sv_equal(text, zh_sv_of(kinds[i]))) i++;
    return (zh_kind)i;
}

/* The quote that ends the text starting at p, or end. */
static const char *text_end(const char *p, const char *end)
{
    for (;;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (quote == NULL) return end;
        const char *back = quote;
        while (back > p && back[-1] == '\\') back--;
        if (((quote - back) & 1) == 0) return quote;
        p = quote + 1;
    }
}

/* Behind an object or array that starts at p. */
static const char *nested_end(const char *p, const char *end)
{
    int depth = 0;
    while (p < end) {
        switch (*p++) {
        case '{':
        case '[': depth++; break;
        case '}':
        case ']':
            if (--depth == 0) return p;
            break;
        case '"':
            p = text_end(p, end);
            if (p < end) p++;
            break;
        default: break;
        }
    }
    return end;
}

static zh_kind kind_of_text(const char *p, const char *end)
{
    const size_t size = (size_t)(end - p);
    if (size == 0) return ZH_KIND_NONE;
    if (size > DIGITS_BYTES_MAX || !((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == '.')) return ZH_KIND_TEXT;
    bool any = false;
    for (; p < end; p++) {
        const bool digit = *p >= '0' && *p <= '9';
        any |= digit;
        if (!digit && *p != '.' && *p != ',' && *p != '-' && *p != '+') return ZH_KIND_TEXT;
    }
    return any ? ZH_KIND_DIGITS : ZH_KIND_TEXT;
}

/* One member from *at on; false at the end, or where the text is none of ours. */
static inline bool next(const char **at, const char *end, zh_shape_member *m)
{
    const char *p = *at;
    if (p < end && *p == ',') p++;
    if (p >= end || *p != '"') return false;
    const char *name = ++p;
    p = text_end(p, end);
    m->name = (zh_sv){ name, (size_t)(p - name) };
    if (end - p < 3 || p[1] != ':') return false;
    p += 2;
    const char *value = p;
    switch (*p) {
    case '"':
        value = ++p;
        p = text_end(p, end);
        m->kind = kind_of_text(value, p);
        m->value = (zh_sv){ value, (size_t)(p - value) };
        *at = p < end ? p + 1 : end;
        return p < end;
    case '{':
    case '[':
        m->kind = *p == '{' ? ZH_KIND_OBJECT : ZH_KIND_ARRAY;
        p = nested_end(p, end);
        break;
    default:
        m->kind = *p == 't' || *p == 'f' ? ZH_KIND_BOOL : *p == 'n' ? ZH_KIND_NONE : ZH_KIND_NUMBER;
        while (p < end && *p != ',' && *p != '}') p++;
        break;
    }
    m->value = (zh_sv){ value, (size_t)(p - value) };
    *at = p;
    return true;
}

static inline uint64_t add(uint64_t print, const zh_shape_member *m)
{
    uint64_t name = 0;
    if (m->name.size <= 8) memcpy(&name, m->name.data, m->name.size);
    else if (m->name.size <= 16) {
        uint64_t tail;
        memcpy(&name, m->name.data, 8);
        memcpy(&tail, m->name.data + m->name.size - 8, 8);
        name = name * 0x9E3779B97F4A7C15u + tail;
    } else name = zh_fast64(m->name);
    return zh_mix64(print ^ name) + ((uint64_t)m->name.size << 8) + (uint64_t)m->kind;
}

static const char *begin(zh_sv object, const char **end)
{
    *end = object.data + object.size;
    return object.size >= 2 && object.data[0] == '{' ? object.data + 1 : *end;
}

uint64_t zh_shape_print(zh_sv object)
{
    const char *end, *p = begin(object, &end);
    uint64_t print = 0;
    uint32_t count = 0;
    for (zh_shape_member m; count < ZH_SHAPE_MEMBERS_MAX && next(&p, end, &m); count++) print = add(print, &m);
    return print;
}

void zh_shape_read(zh_sv object, zh_shape *out)
{
    const char *end, *p = begin(object, &end);
    out->count = 0;
    out->print = 0;
    while (out->count < ZH_SHAPE_MEMBERS_MAX && next(&p, end, &out->members[out->count])) {
        out->print = add(out->print, &out->members[out->count]);
        out->count++;
    }
    out->is_cut = out->count == ZH_SHAPE_MEMBERS_MAX && p < end && *p == ',';
}

const zh_shape_member *zh_shape_get(const zh_shape *shape, zh_sv name)
{
    for (uint32_t i = 0; i < shape->count; i++)
        if (zh_sv_equal(shape->members[i].name, name)) return &shape->members[i];
    return NULL;
}
