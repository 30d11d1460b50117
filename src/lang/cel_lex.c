#include "lang/cel_lex.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

static char peek(const zh_cel_lex *l, size_t ahead)
{
    return l->at + ahead < l->source.size ? l->source.data[l->at + ahead] : '\0';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static int hex_of(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static zh_cel_token bad(zh_cel_lex *l, size_t at, const char *why)
{
    zh_cel_fault_set(l->fault, l->source, (uint32_t)at, "%s", why);
    return (zh_cel_token){ .kind = ZH_CEL_T_BAD, .at = (uint32_t)at, .to = (uint32_t)l->at };
}

static void skip_blanks(zh_cel_lex *l)
{
    for (;; l->at++) {
        const char c = peek(l, 0);
        if (c == '/' && peek(l, 1) == '/') {
            while (l->at < l->source.size && peek(l, 0) != '\n') l->at++;
            if (l->at >= l->source.size) return;
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
            return;
        }
    }
}

/* ---- numbers ---- */

/* The text holds only digits, '.', 'e' and signs; the process stays in the C locale. */
static bool read_double(zh_sv text, double *out)
{
    char copy[400], *end; /* more digits than anybody writes */
    if (text.size >= sizeof copy) return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *out = strtod(copy, &end);
    return end == copy + text.size;
}

static zh_cel_token take_double(zh_cel_lex *l, size_t from)
{
    double d;
    const zh_sv text = zh_sv_part(l->source, from, l->at - from);
    if (!read_double(text, &d)) return bad(l, from, "a number of more digits than are read: write fewer");
    if (isinf(d)) return bad(l, from, "the number is larger than a double can be");
    return (zh_cel_token){ .kind = ZH_CEL_T_VALUE, .at = (uint32_t)from, .to = (uint32_t)l->at, .value = zh_cel_double(d) };
}

static zh_cel_token take_whole(zh_cel_lex *l, size_t from, unsigned base)
{
    uint64_t value = 0;
    bool over = false;
    for (; hex_of(peek(l, 0)) >= 0 && (unsigned)hex_of(peek(l, 0)) < base; l->at++) {
        const unsigned digit = (unsigned)hex_of(peek(l, 0));
        if (value > (UINT64_MAX - digit) / base) over = true;
        value = value * base + digit;
    }
    const bool is_uint = peek(l, 0) == 'u' || peek(l, 0) == 'U';
    if (is_uint) l->at++;
    if (is_name(peek(l, 0)) || is_digit(peek(l, 0))) return bad(l, l->at, "a number ends in letters: put a blank or an operator between");
    if (is_uint && over) return bad(l, from, "the number is larger than a uint can be: at most 18446744073709551615u");
    if (!is_uint && (over || value > (uint64_t)INT64_MAX + 1)) return bad(l, from, "the number is larger than an int can be: at most 9223372036854775807");
    return (zh_cel_token){ .kind = is_uint ? ZH_CEL_T_VALUE : ZH_CEL_T_INT, .at = (uint32_t)from, .to = (uint32_t)l->at, .value = zh_cel_uint(value) };
}

static zh_cel_token take_number(zh_cel_lex *l)
{
    const size_t from = l->at;
    if (peek(l, 0) == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X') && hex_of(peek(l, 2)) >= 0) {
        l->at += 2;
        return take_whole(l, from, 16);
    }
    while (is_digit(peek(l, 0))) l->at++;
    bool real = false;
    if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
        real = true;
        l->at++;
        while (is_digit(peek(l, 0))) l->at++;
    }
    const size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 1 : 0;
    if ((peek(l, 0) == 'e' || peek(l, 0) == 'E') && is_digit(peek(l, 1 + sign))) {
        real = true;
        l->at += 1 + sign;
        while (is_digit(peek(l, 0))) l->at++;
    }
    if (real) {
        if (is_name(peek(l, 0))) return bad(l, l->at, "a number ends in letters: put a blank or an operator between");
        return take_double(l, from);
    }
    l->at = from;
    return take_whole(l, from, 10);
}

/* ---- texts ---- */

typedef struct text_out { char *data; size_t size; } text_out;

static void put_point(text_out *out, uint32_t point)
{
    char *at = out->data + out->size;
    if (point < 0x80) {
        at[0] = (char)point;
        out->size += 1;
    } else if (point < 0x800) {
        at[0] = (char)(0xC0 | point >> 6), at[1] = (char)(0x80 | (point & 0x3F));
        out->size += 2;
    } else if (point < 0x10000) {
        at[0] = (char)(0xE0 | point >> 12), at[1] = (char)(0x80 | (point >> 6 & 0x3F)), at[2] = (char)(0x80 | (point & 0x3F));
        out->size += 3;
    } else {
        at[0] = (char)(0xF0 | point >> 18), at[1] = (char)(0x80 | (point >> 12 & 0x3F));
        at[2] = (char)(0x80 | (point >> 6 & 0x3F)), at[3] = (char)(0x80 | (point & 0x3F));
        out->size += 4;
    }
}

/* `digits` of a base at *at; false where they are not there. */
static bool take_digits(zh_sv text, size_t *at, int digits, int base, uint32_t *out)
{
    uint32_t value = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        const int digit = *at < text.size ? hex_of(text.data[*at]) : -1;
        if (digit < 0 || digit >= base) return false;
        value = value * (uint32_t)base + (uint32_t)digit;
    }
    *out = value;
    return true;
}

/* One escape at text[*at] (behind the backslash). NULL, or why not. */
static const char *unescape(zh_sv text, size_t *at, bool bytes, text_out *out)
{
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    const char c = text.data[*at];
    const char *simple = memchr(from, c, sizeof from - 1);
    uint32_t value = 0;
    if (simple != NULL) {
        out->data[out->size++] = to[simple - from];
        ++*at;
        return NULL;
    }
    if (c >= '0' && c <= '3') {
        if (!take_digits(text, at, 3, 8, &value)) return "an octal escape has three digits: \\000 to \\377";
    } else if (c == 'x' || c == 'X') {
        ++*at;
        if (!take_digits(text, at, 2, 16, &value)) return "the escape \\x has two hexadecimal digits";
    } else if (c == 'u' || c == 'U') {
        if (bytes) return "\\u and \\U are for strings: in bytes write \\x";
        ++*at;
        if (!take_digits(text, at, c == 'u' ? 4 : 8, 16, &value)) return c == 'u' ? "the escape \\u has four hexadecimal digits" : "the escape \\U has eight hexadecimal digits";
        if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return "there is no such character";
    } else {
        return "there is no such escape: a backslash itself is written \\\\";
    }
    if (bytes) out->data[out->size++] = (char)value;
    else put_point(out, value);
    return NULL;
}

/* The inside of a literal, between the quotes; without escapes it stays where it is. */
static zh_cel_token make_text(zh_cel_lex *l, size_t from, zh_sv inside, bool raw, bool bytes)
{
    zh_cel_token token = { .kind = ZH_CEL_T_VALUE, .at = (uint32_t)from, .to = (uint32_t)l->at };
    zh_sv text = inside;
    const bool plain = raw || inside.size == 0 || memchr(inside.data, '\\', inside.size) == NULL;
    if (!plain || (inside.size > 0 && memchr(inside.data, '\r', inside.size) != NULL)) {
        text_out out = { zh_arena_take(l->arena, inside.size + 1, 1), 0 };
        if (out.data == NULL) {
            l->starved = true;
            return bad(l, from, "out of memory");
        }
        for (size_t i = 0; i < inside.size;) {
            if (inside.data[i] == '\r') { /* line ends are one sign, however they were typed */
                i += i + 1 < inside.size && inside.data[i + 1] == '\n' ? 2 : 1;
                out.data[out.size++] = '\n';
            } else if (inside.data[i] == '\\' && !raw) {
                const size_t escape = i++;
                const char *why = unescape(inside, &i, bytes, &out);
                if (why != NULL) return bad(l, (size_t)(inside.data - l->source.data) + escape, why);
            } else {
                out.data[out.size++] = inside.data[i++];
            }
        }
        text = (zh_sv){ out.data, out.size };
    }
    token.value = bytes ? zh_cel_bytes(text) : zh_cel_text(text);
    return token;
}

/* At a quote; letters before it said raw and bytes. */
static zh_cel_token take_text(zh_cel_lex *l, size_t from, bool raw, bool bytes)
{
    const char quote = peek(l, 0);
    const size_t quotes = peek(l, 1) == quote && peek(l, 2) == quote ? 3 : 1;
    l->at += quotes;
    const size_t start = l->at;
    for (; l->at < l->source.size; l->at++) {
        const char c = peek(l, 0);
        if (c == '\\' && !raw) {
            l->at++; /* whatever comes is escaped */
            if (l->at >= l->source.size) break;
        } else if (quotes == 1 && (c == '\n' || c == '\r')) {
            break;
        } else if (c == quote && (quotes == 1 || (peek(l, 1) == quote && peek(l, 2) == quote))) {
            const zh_sv inside = zh_sv_part(l->source, start, l->at - start);
            l->at += quotes;
            return make_text(l, from, inside, raw, bytes);
        }
    }
    return bad(l, from, quotes == 1 ? "a text is opened and not closed on its line" : "a text is opened and not closed");
}

/* ---- names and signs ---- */

static zh_cel_token take_name(zh_cel_lex *l)
{
    const size_t from = l->at;
    bool raw = false, bytes = false;
    for (size_t i = 0; i < 3; i++) { /* r"…", b'…', br"…", Rb"…" */
        const char c = peek(l, i);
        if ((c == '"' || c == '\'') && i > 0) {
            l->at += i;
            return take_text(l, from, raw, bytes);
        }
        if ((c == 'r' || c == 'R') && !raw) raw = true;
        else if ((c == 'b' || c == 'B') && !bytes) bytes = true;
        else break;
    }
    while (is_name(peek(l, 0)) || is_digit(peek(l, 0))) l->at++;
    const zh_sv text = zh_sv_part(l->source, from, l->at - from);
    return (zh_cel_token){ .kind = zh_sv_equal(text, ZH_SV("in")) ? ZH_CEL_T_IN : ZH_CEL_T_NAME, .at = (uint32_t)from, .to = (uint32_t)l->at, .text = text };
}

static zh_cel_token take_quoted_name(zh_cel_lex *l)
{
    const size_t from = l->at++;
    while (is_name(peek(l, 0)) || is_digit(peek(l, 0)) || (peek(l, 0) != '\0' && strchr(".-/ ", peek(l, 0)) != NULL)) l->at++;
    if (peek(l, 0) != '`' || l->at == from + 1) return bad(l, from, "a name in backquotes has letters, digits, blanks and _ . - / and ends in a backquote");
    l->at++;
    return (zh_cel_token){ .kind = ZH_CEL_T_QUOTED, .at = (uint32_t)from, .to = (uint32_t)l->at, .text = zh_sv_part(l->source, from + 1, l->at - from - 2) };
}

static zh_cel_token take_sign(zh_cel_lex *l)
{
    static const struct { char sign[3]; zh_cel_token_kind kind; } signs[] = {
        { "==", ZH_CEL_T_EQ }, { "!=", ZH_CEL_T_NE }, { "<=", ZH_CEL_T_LE }, { ">=", ZH_CEL_T_GE }, { "&&", ZH_CEL_T_AND }, { "||", ZH_CEL_T_OR },
        { "(", ZH_CEL_T_LPAREN }, { ")", ZH_CEL_T_RPAREN }, { "[", ZH_CEL_T_LBRACKET }, { "]", ZH_CEL_T_RBRACKET }, { "{", ZH_CEL_T_LBRACE },
        { "}", ZH_CEL_T_RBRACE }, { ".", ZH_CEL_T_DOT }, { ",", ZH_CEL_T_COMMA }, { "?", ZH_CEL_T_QUESTION }, { ":", ZH_CEL_T_COLON },
        { "!", ZH_CEL_T_NOT }, { "-", ZH_CEL_T_MINUS }, { "+", ZH_CEL_T_PLUS }, { "*", ZH_CEL_T_STAR }, { "/", ZH_CEL_T_SLASH },
        { "%", ZH_CEL_T_PERCENT }, { "<", ZH_CEL_T_LT }, { ">", ZH_CEL_T_GT },
    };
    const zh_sv left = zh_sv_part(l->source, l->at, 2);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const zh_sv sign = zh_sv_of(signs[i].sign);
        if (!zh_sv_starts(left, sign)) continue;
        const size_t from = l->at;
        l->at += sign.size;
        return (zh_cel_token){ .kind = signs[i].kind, .at = (uint32_t)from, .to = (uint32_t)l->at, .text = zh_sv_part(l->source, from, sign.size) };
    }
    switch (peek(l, 0)) {
    case '=': return bad(l, l->at, "'=' compares nothing here: write '=='");
    case '&': return bad(l, l->at, "'&' alone is no operator: write '&&'");
    case '|': return bad(l, l->at, "'|' alone is no operator: write '||'");
    default: break;
    }
    const size_t size = zh_utf8_character((const unsigned char *)l->source.data + l->at, l->source.size - l->at);
    const zh_sv sign = zh_sv_part(l->source, l->at, size == 0 ? 1 : size);
    if ((unsigned char)sign.data[0] < ' ') return bad(l, l->at, "a control character stands outside of a text");
    zh_cel_fault_set(l->fault, l->source, (uint32_t)l->at, "'%.*s' means nothing here%s", ZH_SV_ARG(sign),
                     (unsigned char)sign.data[0] >= 0x80 ? ": texts stand in quotes, names have letters a-z, digits and _" : "");
    return (zh_cel_token){ .kind = ZH_CEL_T_BAD, .at = (uint32_t)l->at };
}

zh_cel_token zh_cel_lex_next(zh_cel_lex *l)
{
    skip_blanks(l);
    const char c = peek(l, 0);
    if (l->at >= l->source.size) return (zh_cel_token){ .kind = ZH_CEL_T_END, .at = (uint32_t)l->source.size, .to = (uint32_t)l->source.size };
    if (is_digit(c) || (c == '.' && is_digit(peek(l, 1)))) return take_number(l);
    if (is_name(c)) return take_name(l);
    if (c == '"' || c == '\'') return take_text(l, l->at, false, false);
    if (c == '`') return take_quoted_name(l);
    return take_sign(l);
}
