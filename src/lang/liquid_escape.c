/* Escaping for contexts, and the filters of HTML, URLs and base64. */
#include "lang/liquid_escape.h"
#include "base/b64.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "lang/liquid_filter.h"
#include "lang/liquid_run.h"

static zh_sv text_in(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_text_of(run, given->in); }

/* ---- contexts ---- */

static void put_entity(char c, zh_buf *out)
{
    switch (c) {
    case '&': zh_buf_put(out, ZH_SV("&amp;")); return;
    case '<': zh_buf_put(out, ZH_SV("&lt;")); return;
    case '>': zh_buf_put(out, ZH_SV("&gt;")); return;
    case '"': zh_buf_put(out, ZH_SV("&quot;")); return;
    default: zh_buf_put(out, ZH_SV("&#39;")); return;
    }
}

static bool has_entity(char c) { return c == '&' || c == '<' || c == '>' || c == '"' || c == '\''; }

static void put_html(zh_sv text, zh_buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!has_entity(text.data[i])) continue;
        zh_buf_put(out, zh_sv_part(text, from, i - from));
        put_entity(text.data[i], out);
        from = i + 1;
    }
    zh_buf_put(out, zh_sv_part(text, from, SIZE_MAX));
}

static void put_json_inside(zh_sv text, zh_buf *out)
{
    zh_buf quoted = zh_buf_open(6 * text.size + 2);
    zh_json_put_text(&quoted, text);
    if (zh_buf_err(&quoted) == ZH_OK) zh_buf_put(out, zh_sv_part(zh_buf_view(&quoted), 1, quoted.size - 2));
    else (void)zh_buf_room(out, SIZE_MAX / 2); /* the output fails as the memory did */
    zh_buf_close(&quoted);
}

static void put_plain(zh_sv text, zh_buf *out)
{
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if ((c >= ' ' && c != 0x7F) || c == '\t' || c == '\n' || c == '\r') zh_buf_put_u8(out, c);
    }
}

bool zh_liquid_escape(zh_sv text, zh_liquid_context context, zh_buf *out)
{
    if (text.size == 0) return true;
    switch (context) {
    case ZH_LIQUID_HTML: put_html(text, out); return true;
    case ZH_LIQUID_JSON: put_json_inside(text, out); return true;
    case ZH_LIQUID_PLAIN: put_plain(text, out); return true;
    case ZH_LIQUID_HEADER:
        if (memchr(text.data, '\r', text.size) != NULL || memchr(text.data, '\n', text.size) != NULL || memchr(text.data, '\0', text.size) != NULL) return false;
        break;
    case ZH_LIQUID_NONE: break;
    }
    zh_buf_put(out, text);
    return true;
}

bool zh_liquid_context_of(zh_sv name, zh_liquid_context *out)
{
    static const char *const names[] = { [ZH_LIQUID_NONE] = "none", [ZH_LIQUID_HTML] = "html", [ZH_LIQUID_HEADER] = "header", [ZH_LIQUID_JSON] = "json", [ZH_LIQUID_PLAIN] = "text" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_sv_equal(name, zh_sv_of(names[i]))) return *out = (zh_liquid_context)i, true;
    return false;
}

/* ---- HTML ---- */

/* Escaped text is not escaped again by the context. */
static zh_liquid_value safe(const zh_liquid_run *run, zh_liquid_value v)
{
    v.raw = run->desc->context == ZH_LIQUID_HTML;
    return v;
}

zh_liquid_value zh_liquid_f_escape(zh_liquid_run *run, const zh_liquid_given *given)
{
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    const zh_sv text = text_in(run, given);
    put_html(text, zh_liquid_text_begin(run));
    return safe(run, zh_liquid_text_end(run));
}

zh_liquid_value zh_liquid_f_h(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_f_escape(run, given); }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* &name; or &#123; at the front */
static bool is_entity(zh_sv text)
{
    const bool numbered = text.size > 1 && text.data[1] == '#';
    size_t i = numbered ? 2 : 1;
    const size_t from = i;
    while (i < text.size && (numbered ? is_digit(text.data[i]) : is_letter(text.data[i]))) i++;
    return i > from && i < text.size && text.data[i] == ';';
}

zh_liquid_value zh_liquid_f_escape_once(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    zh_buf *out = zh_liquid_text_begin(run);
    for (size_t i = 0; i < text.size; i++) {
        if (has_entity(text.data[i]) && (text.data[i] != '&' || !is_entity(zh_sv_part(text, i, 64)))) put_entity(text.data[i], out);
        else zh_buf_put_u8(out, (uint8_t)text.data[i]);
    }
    return safe(run, zh_liquid_text_end(run));
}

/* Without what lies between `open` and the next `close`; what is never closed stays. */
static zh_liquid_value without(zh_liquid_run *run, zh_sv text, zh_sv open, zh_sv close)
{
    zh_buf *out = zh_liquid_text_begin(run);
    size_t from = 0;
    while (from < text.size) {
        const zh_sv rest = zh_sv_part(text, from, SIZE_MAX);
        const char *begin = memmem(rest.data, rest.size, open.data, open.size);
        const size_t at = begin == NULL ? rest.size : (size_t)(begin - rest.data);
        const zh_sv behind = zh_sv_part(rest, at + open.size, SIZE_MAX);
        const char *end = begin == NULL || behind.size == 0 ? NULL : memmem(behind.data, behind.size, close.data, close.size);
        zh_buf_put(out, end == NULL ? rest : zh_sv_part(rest, 0, at));
        from = end == NULL ? text.size : (size_t)(end - text.data) + close.size;
    }
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_strip_html(zh_liquid_run *run, const zh_liquid_given *given)
{
    static const struct { const char *open, *close; } parts[] = { { "<script", "</script>" }, { "<!--", "-->" }, { "<style", "</style>" }, { "<", ">" } };
    zh_liquid_value v = zh_liquid_text(text_in(run, given));
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !zh_liquid_fails(run); i++) v = without(run, zh_liquid_sv(v), zh_sv_of(parts[i].open), zh_sv_of(parts[i].close));
    return v;
}

/* ---- URLs ---- */

zh_liquid_value zh_liquid_f_url_encode(zh_liquid_run *run, const zh_liquid_given *given)
{
    static const char hex[] = "0123456789ABCDEF";
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    const zh_sv text = text_in(run, given);
    zh_buf *out = zh_liquid_text_begin(run);
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (is_letter((char)c) || is_digit((char)c) || c == '_' || c == '.' || c == '-' || c == '~') zh_buf_put_u8(out, c);
        else if (c == ' ') zh_buf_put_u8(out, '+');
        else zh_buf_put_u8(out, '%'), zh_buf_put_u8(out, (uint8_t)hex[c >> 4]), zh_buf_put_u8(out, (uint8_t)hex[c & 15]);
    }
    return zh_liquid_text_end(run);
}

static int hex_of(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

zh_liquid_value zh_liquid_f_url_decode(zh_liquid_run *run, const zh_liquid_given *given)
{
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    const zh_sv text = text_in(run, given);
    zh_buf *out = zh_liquid_text_begin(run);
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const int high = c == '%' && i + 2 < text.size ? hex_of(text.data[i + 1]) : -1, low = high < 0 ? -1 : hex_of(text.data[i + 2]);
        if (low >= 0) zh_buf_put_u8(out, (uint8_t)(high * 16 + low)), i += 2;
        else zh_buf_put_u8(out, c == '+' ? ' ' : (uint8_t)c);
    }
    const zh_liquid_value v = zh_liquid_text_end(run);
    if (!zh_liquid_fails(run) && zh_utf8_valid(zh_liquid_sv(v)) < v.n) zh_liquid_error(run, "invalid byte sequence in UTF-8");
    return v;
}

/* ---- base64 ---- */

static zh_liquid_value encode(zh_liquid_run *run, const zh_liquid_given *given, bool url)
{
    const zh_sv text = text_in(run, given);
    zh_buf *out = zh_liquid_text_begin(run);
    if (!url) zh_b64_encode(text, out);
    else zh_b64_encode_url(text, out);
    while (url && out->size % 4 != 0 && zh_buf_err(out) == ZH_OK) zh_buf_put_u8(out, '=');
    return zh_liquid_text_end(run);
}

static zh_liquid_value decode(zh_liquid_run *run, const zh_liquid_given *given, const char *name)
{
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    const zh_sv text = text_in(run, given);
    const zh_err e = text.size % 4 == 1 ? ZH_FORMAT : zh_b64_decode(text, zh_liquid_text_begin(run));
    const zh_liquid_value v = e == ZH_FORMAT ? zh_liquid_nil() : zh_liquid_text_end(run);
    if (e == ZH_FORMAT || (!zh_liquid_fails(run) && zh_utf8_valid(zh_liquid_sv(v)) < v.n)) zh_liquid_error(run, "invalid base64 provided to %s", name);
    return v;
}

zh_liquid_value zh_liquid_f_base64_encode(zh_liquid_run *run, const zh_liquid_given *given) { return encode(run, given, false); }
zh_liquid_value zh_liquid_f_base64_url_safe_encode(zh_liquid_run *run, const zh_liquid_given *given) { return encode(run, given, true); }
zh_liquid_value zh_liquid_f_base64_decode(zh_liquid_run *run, const zh_liquid_given *given) { return decode(run, given, "base64_decode"); }
zh_liquid_value zh_liquid_f_base64_url_safe_decode(zh_liquid_run *run, const zh_liquid_given *given) { return decode(run, given, "base64_url_safe_decode"); }
