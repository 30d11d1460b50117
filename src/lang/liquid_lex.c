#include "lang/liquid_lex.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
static bool is_word(char c) { return is_letter(c) || is_digit(c); }

static zh_sv trim_left(zh_sv text)
{
    while (text.size > 0 && zh_liquid_is_blank_byte(text.data[0])) text.data++, text.size--;
    return text;
}

static zh_sv trim_right(zh_sv text)
{
    while (text.size > 0 && zh_liquid_is_blank_byte(text.data[text.size - 1])) text.size--;
    return text;
}

/* ---- pieces ---- */

static zh_sv rest_of(const zh_liquid_pieces *p) { return zh_sv_part(p->part, p->at, SIZE_MAX); }
static uint32_t place_of(const zh_liquid_pieces *p, const char *byte) { return (uint32_t)(byte - p->source.data); }

static zh_liquid_piece bad(zh_liquid_pieces *p, const char *at, const char *why)
{
    zh_cel_fault_set(p->fault, p->source, place_of(p, at), "%s", why);
    return (zh_liquid_piece){ .kind = ZH_LIQUID_P_BAD, .at = place_of(p, at) };
}

/* Where two signs stand beside each other in the text; its size where they do not. */
static size_t find_pair(zh_sv text, char first, char second)
{
    for (size_t at = 0; at + 1 < text.size; at++) {
        const char *found = memchr(text.data + at, first, text.size - 1 - at);
        if (found == NULL) break;
        at = (size_t)(found - text.data);
        if (text.data[at + 1] == second) return at;
    }
    return text.size;
}

/* Where {{ or {% begins. */
static size_t find_opening(zh_sv text)
{
    for (size_t at = 0; at + 1 < text.size; at++) {
        const char *found = memchr(text.data + at, '{', text.size - 1 - at);
        if (found == NULL) break;
        at = (size_t)(found - text.data);
        if (text.data[at + 1] == '{' || text.data[at + 1] == '%') return at;
    }
    return text.size;
}

/* Behind {{: where }} or, before that, {% stands. */
static size_t find_closing(zh_sv text, bool *tag)
{
    const size_t closing = find_pair(text, '}', '}');
    const size_t opening = find_pair(zh_sv_part(text, 0, closing), '{', '%');
    *tag = opening < closing;
    return *tag ? opening : closing;
}

/* Name and inside of a tag whose inside is known; false where no name stands there. */
static bool split_tag(zh_sv inside, zh_liquid_piece *piece)
{
    inside = trim_left(inside);
    size_t size = inside.size > 0 && inside.data[0] == '#';
    if (size == 0)
        while (size < inside.size && is_word(inside.data[size])) size++;
    piece->name = zh_sv_part(inside, 0, size);
    piece->inside = trim_left(zh_sv_part(inside, size, SIZE_MAX));
    if (zh_sv_equal(piece->name, ZH_SV("#"))) piece->inside = zh_sv_part(inside, size, SIZE_MAX);
    return size > 0;
}

/* {{ … }} or {% … %} that begins at the front of the rest, its inside without hyphens. */
static zh_liquid_piece take_marked(zh_liquid_pieces *p)
{
    const zh_sv rest = rest_of(p), body = zh_sv_part(rest, 2, SIZE_MAX);
    const bool is_tag = rest.data[1] == '%';
    bool tag_inside = false;
    const size_t end = is_tag ? find_pair(body, '%', '}') : find_closing(body, &tag_inside);
    if (end == body.size) return bad(p, rest.data, is_tag ? "this tag is never closed: write %}" : "this output is never closed: write }}");
    if (tag_inside) return bad(p, rest.data, "this output is not closed before the next tag begins: write }}");
    zh_liquid_piece piece = { .kind = is_tag ? ZH_LIQUID_P_TAG : ZH_LIQUID_P_OUTPUT, .at = place_of(p, rest.data) };
    zh_sv inside = zh_sv_part(body, 0, end);
    if (inside.size > 0 && inside.data[0] == '-') inside = zh_sv_part(inside, 1, SIZE_MAX);
    p->trim = inside.size > 0 && inside.data[inside.size - 1] == '-';
    if (p->trim) inside.size--;
    p->at += 2 + end + 2;
    piece.inside = inside;
    if (is_tag && !split_tag(inside, &piece) && !p->comment) return bad(p, rest.data, "a tag begins with its name: {% if ... %}");
    return piece;
}

static zh_liquid_piece take_line(zh_liquid_pieces *p)
{
    for (;;) {
        const zh_sv rest = rest_of(p);
        if (rest.size == 0) return (zh_liquid_piece){ .kind = ZH_LIQUID_P_END, .at = place_of(p, rest.data) };
        const char *end = memchr(rest.data, '\n', rest.size);
        const size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
        const zh_sv line = zh_sv_trim(zh_sv_part(rest, 0, size));
        p->at += size + (end != NULL);
        if (line.size == 0) continue;
        zh_liquid_piece piece = { .kind = ZH_LIQUID_P_TAG, .at = place_of(p, line.data) };
        if (!split_tag(line, &piece)) return bad(p, line.data, "a line of {% liquid %} begins with the name of a tag");
        return piece;
    }
}

zh_liquid_piece zh_liquid_piece_next(zh_liquid_pieces *p)
{
    if (p->lines) return take_line(p);
    const zh_sv rest = rest_of(p);
    if (rest.size == 0) return (zh_liquid_piece){ .kind = ZH_LIQUID_P_END, .at = (uint32_t)p->source.size };
    if (rest.size > 1 && rest.data[0] == '{' && (rest.data[1] == '{' || rest.data[1] == '%')) return take_marked(p);
    const size_t size = find_opening(rest);
    zh_liquid_piece piece = { .kind = ZH_LIQUID_P_TEXT, .inside = zh_sv_part(rest, 0, size), .at = place_of(p, rest.data) };
    if (p->trim) piece.inside = trim_left(piece.inside);
    if (size + 2 < rest.size && rest.data[size + 2] == '-') piece.inside = trim_right(piece.inside);
    p->trim = false;
    p->at += size;
    return piece;
}

bool zh_liquid_piece_raw(zh_liquid_pieces *p, zh_sv end, zh_sv *inside)
{
    const zh_sv rest = rest_of(p);
    if (p->lines) return false; /* lines have no end tag in signs */
    for (size_t at = 0; at < rest.size;) {
        const size_t opening = at + find_pair(zh_sv_part(rest, at, SIZE_MAX), '{', '%');
        zh_sv tag = zh_sv_part(rest, opening + 2, SIZE_MAX);
        if (opening >= rest.size) return false;
        if (tag.size > 0 && tag.data[0] == '-') tag = zh_sv_part(tag, 1, SIZE_MAX);
        tag = trim_left(tag);
        if (zh_sv_starts(tag, end)) {
            tag = trim_left(zh_sv_part(tag, end.size, SIZE_MAX));
            const bool hyphen = tag.size > 0 && tag.data[0] == '-';
            tag = zh_sv_part(tag, hyphen, SIZE_MAX);
            if (zh_sv_starts(tag, ZH_SV("%}"))) {
                *inside = zh_sv_part(rest, 0, opening);
                p->trim = hyphen;
                p->at = (size_t)(tag.data - p->part.data) + 2;
                return true;
            }
        }
        at = opening + 2;
    }
    return false;
}

/* ---- words ---- */

static size_t name_size(zh_sv text)
{
    size_t size = 0;
    while (size < text.size && (is_word(text.data[size]) || text.data[size] == '-')) size++;
    return size + (size < text.size && text.data[size] == '?');
}

static size_t number_size(zh_sv text)
{
    size_t size = text.data[0] == '-';
    while (size < text.size && is_digit(text.data[size])) size++;
    if (size + 1 < text.size && text.data[size] == '.' && is_digit(text.data[size + 1]))
        for (size++; size < text.size && is_digit(text.data[size]);) size++;
    return size;
}

static zh_liquid_word take(zh_sv *rest, zh_liquid_word_kind kind, size_t size)
{
    const zh_sv text = zh_sv_part(*rest, 0, size);
    *rest = zh_sv_part(*rest, size, SIZE_MAX);
    return (zh_liquid_word){ kind, text, text };
}

static zh_liquid_word take_text(zh_sv *rest)
{
    const char *end = memchr(rest->data + 1, rest->data[0], rest->size - 1);
    if (end == NULL) return take(rest, ZH_LIQUID_W_BAD, 1);
    zh_liquid_word word = take(rest, ZH_LIQUID_W_TEXT, (size_t)(end - rest->data) + 1);
    word.text = zh_sv_part(word.whole, 1, word.whole.size - 2);
    return word;
}

/* Signs of one or two bytes; BAD where the byte is none. */
static zh_liquid_word take_sign(zh_sv *rest)
{
    static const struct { char sign[3]; zh_liquid_word_kind kind; } signs[] = { /* the longer first */
        { "==", ZH_LIQUID_W_EQ }, { "!=", ZH_LIQUID_W_NE }, { "<>", ZH_LIQUID_W_NE }, { "<=", ZH_LIQUID_W_LE }, { ">=", ZH_LIQUID_W_GE }, { "..", ZH_LIQUID_W_DOTS },
        { "<", ZH_LIQUID_W_LT }, { ">", ZH_LIQUID_W_GT }, { "|", ZH_LIQUID_W_PIPE }, { ".", ZH_LIQUID_W_DOT }, { ":", ZH_LIQUID_W_COLON }, { ",", ZH_LIQUID_W_COMMA },
        { "[", ZH_LIQUID_W_LSQUARE }, { "]", ZH_LIQUID_W_RSQUARE }, { "(", ZH_LIQUID_W_LROUND }, { ")", ZH_LIQUID_W_RROUND }, { "-", ZH_LIQUID_W_DASH },
        { "?", ZH_LIQUID_W_QUESTION }, { "=", ZH_LIQUID_W_ASSIGN },
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (zh_sv_starts(*rest, zh_sv_of(signs[i].sign))) return take(rest, signs[i].kind, strlen(signs[i].sign));
    return take(rest, ZH_LIQUID_W_BAD, 1);
}

zh_liquid_word zh_liquid_word_next(zh_sv *rest, bool after_dot)
{
    *rest = trim_left(*rest);
    if (rest->size == 0) return (zh_liquid_word){ ZH_LIQUID_W_END, *rest, *rest };
    const char c = rest->data[0], next = rest->size > 1 ? rest->data[1] : '\0';
    if (is_letter(c)) {
        zh_liquid_word word = take(rest, ZH_LIQUID_W_NAME, name_size(*rest));
        if (!after_dot && zh_sv_equal(word.text, ZH_SV("contains"))) word.kind = ZH_LIQUID_W_CONTAINS;
        return word;
    }
    if (is_digit(c) || (c == '-' && is_digit(next))) return take(rest, ZH_LIQUID_W_NUMBER, number_size(*rest));
    if (c == '"' || c == '\'') return take_text(rest);
    return take_sign(rest);
}
