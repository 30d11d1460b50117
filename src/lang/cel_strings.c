/* Functions of strings: the standard ones and the strings extension. Positions count code points. */
#include "base/utf8.h"
#include "lang/cel_code.h"
#include "lang/cel_std.h"

#define FUNCTION(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self
#define BYTES_A_STEP 32
#define TEXT_BYTES_MAX ((size_t)64 << 20) /* of one made text; the run's arena and steps end before */
#define NONE SIZE_MAX

static zh_sv text_of(const zh_cel_value *args, uint32_t at) { return zh_cel_sv(args[at]); }

/* Byte where code point `position` begins; text.size for the end; NONE behind it. */
static size_t byte_at(zh_sv text, int64_t position)
{
    if (position < 0) return NONE;
    size_t at = 0;
    for (; position > 0 && at < text.size; position--) (void)zh_cel_point(text, &at);
    return position == 0 ? at : NONE;
}

static zh_cel_value out_of_range(zh_cel_run *run, int64_t position) { return zh_cel_errorf(run->arena, ZH_CEL_INDEX, "index out of range: %lld", (long long)position); }

static bool pay(zh_cel_run *run, size_t bytes) { return zh_cel_run_pay(run, 1 + bytes / BYTES_A_STEP); }

/* Byte of the first `part` at or behind byte `from`; NONE. */
static size_t find(zh_sv text, zh_sv part, size_t from)
{
    if (part.size == 0) return from;
    if (from >= text.size) return NONE;
    const char *found = memmem(text.data + from, text.size - from, part.data, part.size);
    return found == NULL ? NONE : (size_t)(found - text.data);
}

FUNCTION(contains)
{
    UNUSED;
    if (!pay(run, (size_t)args[0].n + args[1].n)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    return zh_cel_bool(find(text_of(args, 0), text_of(args, 1), 0) != NONE);
}

FUNCTION(starts_with)
{
    UNUSED;
    return zh_cel_bool(zh_sv_starts(text_of(args, 0), text_of(args, 1)));
}

FUNCTION(ends_with)
{
    UNUSED;
    const zh_sv text = text_of(args, 0), end = text_of(args, 1);
    return zh_cel_bool(text.size >= end.size && zh_sv_equal(zh_sv_part(text, text.size - end.size, end.size), end));
}

FUNCTION(char_at)
{
    UNUSED;
    const zh_sv text = text_of(args, 0);
    if (!pay(run, text.size)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    size_t from = byte_at(text, args[1].i), to = from;
    if (from == NONE) return out_of_range(run, args[1].i);
    if (from < text.size) (void)zh_cel_point(text, &to);
    return zh_cel_text(zh_sv_part(text, from, to - from));
}

FUNCTION(index_of)
{
    UNUSED;
    const zh_sv text = text_of(args, 0);
    if (!pay(run, 2 * text.size + args[1].n)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    const size_t from = count == 3 ? byte_at(text, args[2].i) : 0;
    if (from == NONE) return out_of_range(run, args[2].i);
    const size_t at = find(text, text_of(args, 1), from);
    return zh_cel_int(at == NONE ? -1 : (int64_t)zh_cel_points(zh_sv_part(text, 0, at)));
}

FUNCTION(last_index_of)
{
    UNUSED;
    const zh_sv text = text_of(args, 0), part = text_of(args, 1);
    if (!pay(run, 2 * text.size) || !zh_cel_run_pay(run, text.size / 8)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    size_t from = count == 3 ? byte_at(text, args[2].i) : text.size;
    if (from == NONE) return out_of_range(run, args[2].i);
    if (part.size > text.size) return zh_cel_int(-1);
    if (from > text.size - part.size) from = text.size - part.size;
    for (size_t at = from + 1; at-- > 0;)
        if (memcmp(text.data + at, part.data, part.size) == 0) return zh_cel_int((int64_t)zh_cel_points(zh_sv_part(text, 0, at)));
    return zh_cel_int(-1);
}

FUNCTION(substring)
{
    UNUSED;
    const zh_sv text = text_of(args, 0);
    if (!pay(run, 2 * text.size)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    const size_t from = byte_at(text, args[1].i), to = count == 3 ? byte_at(text, args[2].i) : text.size;
    if (from == NONE) return out_of_range(run, args[1].i);
    if (to == NONE) return out_of_range(run, args[2].i);
    if (from > to) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "invalid substring range. start: %lld, end: %lld", (long long)args[1].i, (long long)args[2].i);
    return zh_cel_text(zh_sv_part(text, from, to - from));
}

/* ---- making texts ---- */

static zh_cel_value cased(zh_cel_run *run, zh_sv text, char from, int by)
{
    char *out = pay(run, text.size) ? zh_arena_take(run->arena, text.size + 1, 1) : NULL;
    if (out == NULL) return zh_cel_error(run->steps_left_ == 0 ? ZH_CEL_LIMIT : ZH_CEL_MEMORY, NULL);
    for (size_t i = 0; i < text.size; i++) out[i] = text.data[i] >= from && text.data[i] < from + 26 ? (char)(text.data[i] + by) : text.data[i];
    return zh_cel_text((zh_sv){ out, text.size });
}

FUNCTION(lower_ascii)
{
    UNUSED;
    return cased(run, text_of(args, 0), 'A', 'a' - 'A');
}

FUNCTION(upper_ascii)
{
    UNUSED;
    return cased(run, text_of(args, 0), 'a', 'A' - 'a');
}

FUNCTION(replace)
{
    UNUSED;
    const zh_sv text = text_of(args, 0), old = text_of(args, 1), new = text_of(args, 2);
    int64_t left = count == 4 ? args[3].i : -1;
    if (!pay(run, text.size)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    zh_buf out = zh_buf_open(TEXT_BYTES_MAX);
    size_t at = 0;
    while (left != 0) {
        size_t next = find(text, old, at);
        if (next == NONE) break;
        zh_buf_put(&out, zh_sv_part(text, at, next - at));
        zh_buf_put(&out, new);
        if (!zh_cel_run_pay(run, 1 + new.size / BYTES_A_STEP)) break;
        if (left > 0) left--;
        at = next + old.size;
        if (old.size > 0) continue;
        if (at >= text.size) break;
        (void)zh_cel_point(text, &next); /* between all characters */
        zh_buf_put(&out, zh_sv_part(text, at, next - at));
        at = next;
    }
    zh_buf_put(&out, zh_sv_part(text, at, SIZE_MAX));
    if (run->steps_left_ == 0) {
        zh_buf_close(&out);
        return zh_cel_error(ZH_CEL_LIMIT, NULL);
    }
    return zh_cel_take_text(run, &out);
}

FUNCTION(split)
{
    UNUSED;
    const zh_sv text = text_of(args, 0), by = text_of(args, 1);
    const int64_t limit = count == 3 ? args[2].i : -1;
    if (!pay(run, text.size * 2)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    if (limit == 0 || (by.size == 0 && text.size == 0)) return zh_cel_list(NULL, 0);
    size_t pieces = 1;
    if (by.size == 0) pieces = zh_cel_points(text);
    else for (size_t at = find(text, by, 0); at != NONE; at = find(text, by, at + by.size)) pieces++;
    if (limit > 0 && pieces > (uint64_t)limit) pieces = (size_t)limit;
    if (!zh_cel_run_pay(run, pieces)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    zh_cel_value *items = ZH_TAKE(run->arena, zh_cel_value, pieces);
    if (items == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    size_t at = 0;
    for (size_t i = 0; i + 1 < pieces; i++) {
        size_t to = at;
        if (by.size == 0) (void)zh_cel_point(text, &to);
        else to = find(text, by, at);
        items[i] = zh_cel_text(zh_sv_part(text, at, to - at));
        at = to + by.size;
    }
    items[pieces - 1] = zh_cel_text(zh_sv_part(text, at, SIZE_MAX));
    return zh_cel_list(items, (uint32_t)pieces);
}

FUNCTION(join)
{
    UNUSED;
    const zh_sv by = count == 2 ? text_of(args, 1) : ZH_SV("");
    zh_buf out = zh_buf_open(TEXT_BYTES_MAX);
    for (uint32_t i = 0; i < args[0].n; i++) {
        const zh_cel_value item = args[0].items[i];
        const bool whole = item.kind == ZH_CEL_STRING, paid = whole && pay(run, item.n + by.size);
        if (!paid) {
            zh_buf_close(&out);
            return whole ? zh_cel_error(ZH_CEL_LIMIT, NULL) : zh_cel_no_overload(run, "join", &item, 1);
        }
        if (i > 0) zh_buf_put(&out, by);
        zh_buf_put(&out, zh_cel_sv(item));
    }
    return zh_cel_take_text(run, &out);
}

/* The white space of Unicode. */
static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

FUNCTION(trim)
{
    UNUSED;
    const zh_sv text = text_of(args, 0);
    if (!pay(run, text.size)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    size_t from = 0, to = 0, at = 0;
    bool begun = false;
    while (at < text.size) {
        const size_t start = at;
        if (is_space(zh_cel_point(text, &at))) continue;
        if (!begun) from = start;
        begun = true;
        to = at;
    }
    return zh_cel_text(zh_sv_part(text, from, to - from));
}

FUNCTION(reverse)
{
    UNUSED;
    const zh_sv text = text_of(args, 0);
    char *out = pay(run, text.size) ? zh_arena_take(run->arena, text.size + 1, 1) : NULL;
    if (out == NULL) return zh_cel_error(run->steps_left_ == 0 ? ZH_CEL_LIMIT : ZH_CEL_MEMORY, NULL);
    for (size_t at = 0, from = 0; at < text.size; from = at) {
        (void)zh_cel_point(text, &at);
        memcpy(out + text.size - at, text.data + from, at - from);
    }
    return zh_cel_text((zh_sv){ out, text.size });
}

FUNCTION(quote)
{
    UNUSED;
    static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
    const zh_sv text = text_of(args, 0);
    if (!pay(run, text.size)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
    zh_buf out = zh_buf_open(TEXT_BYTES_MAX);
    zh_buf_put(&out, ZH_SV("\""));
    for (size_t at = 0; at < text.size;) {
        const char *found = memchr(from, text.data[at], sizeof from - 1);
        const size_t size = zh_utf8_character((const unsigned char *)text.data + at, text.size - at);
        if (found != NULL) zh_buf_printf(&out, "\\%c", to[found - from]);
        else if (size == 0) zh_buf_put(&out, ZH_SV("\xEF\xBF\xBD"));
        else zh_buf_put(&out, zh_sv_part(text, at, size));
        at += size == 0 ? 1 : size;
    }
    zh_buf_put(&out, ZH_SV("\""));
    return zh_cel_take_text(run, &out);
}

const zh_cel_entry zh_cel_std_strings[] = {
    { ".contains(string, string) bool", contains }, { ".startsWith(string, string) bool", starts_with }, { ".endsWith(string, string) bool", ends_with },
    { ".charAt(string, int) string", char_at }, { ".indexOf(string, string) int", index_of }, { ".indexOf(string, string, int) int", index_of },
    { ".lastIndexOf(string, string) int", last_index_of }, { ".lastIndexOf(string, string, int) int", last_index_of },
    { ".lowerAscii(string) string", lower_ascii }, { ".upperAscii(string) string", upper_ascii },
    { ".replace(string, string, string) string", replace }, { ".replace(string, string, string, int) string", replace },
    { ".split(string, string) list(string)", split }, { ".split(string, string, int) list(string)", split },
    { ".substring(string, int) string", substring }, { ".substring(string, int, int) string", substring },
    { ".trim(string) string", trim }, { ".reverse(string) string", reverse }, { ".join(list(string)) string", join }, { ".join(list(string), string) string", join },
    { "strings.quote(string) string", quote }, { ".format(string, list(A)) string", zh_cel_format },
    { NULL, NULL },
};
