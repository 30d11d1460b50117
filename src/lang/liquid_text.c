/* The filters of texts. */
#include "lang/liquid_filter.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_number.h"
#include "lang/liquid_run.h"

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static zh_sv text_in(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_text_of(run, given->in); }

/* ---- letters ---- */

zh_liquid_value zh_liquid_f_upcase(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    zh_liquid_put_upper(text, zh_liquid_text_begin(run));
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_downcase(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    zh_liquid_put_lower(text, zh_liquid_text_begin(run));
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_capitalize(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    const size_t first = zh_liquid_characters_bytes(text, 1);
    zh_buf *out = zh_liquid_text_begin(run);
    if (zh_sv_equal(zh_sv_part(text, 0, first), ZH_SV("ß"))) zh_buf_put(out, ZH_SV("Ss"));
    else zh_liquid_put_upper(zh_sv_part(text, 0, first), out);
    zh_liquid_put_lower(zh_sv_part(text, first, SIZE_MAX), out);
    return zh_liquid_text_end(run);
}

/* ---- joining ---- */

static zh_liquid_value joined(zh_liquid_run *run, zh_sv a, zh_sv b)
{
    zh_buf *out = zh_liquid_text_begin(run);
    zh_buf_put(out, a);
    zh_buf_put(out, b);
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_append(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    return joined(run, text, zh_liquid_text_of(run, given->args[0]));
}

zh_liquid_value zh_liquid_f_prepend(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    return joined(run, zh_liquid_text_of(run, given->args[0]), text);
}

/* ---- blanks ---- */

static zh_sv without_left(zh_sv text)
{
    while (text.size > 0 && (is_blank(text.data[0]) || text.data[0] == '\0')) text = zh_sv_part(text, 1, SIZE_MAX);
    return text;
}

static zh_sv without_right(zh_sv text)
{
    while (text.size > 0 && (is_blank(text.data[text.size - 1]) || text.data[text.size - 1] == '\0')) text.size--;
    return text;
}

zh_liquid_value zh_liquid_f_strip(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_text(without_right(without_left(text_in(run, given)))); }
zh_liquid_value zh_liquid_f_lstrip(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_text(without_left(text_in(run, given))); }
zh_liquid_value zh_liquid_f_rstrip(zh_liquid_run *run, const zh_liquid_given *given) { return zh_liquid_text(without_right(text_in(run, given))); }

/* The next word at *at, behind blanks; empty at the end. */
static zh_sv next_word(zh_sv text, size_t *at)
{
    while (*at < text.size && is_blank(text.data[*at])) ++*at;
    const size_t from = *at;
    while (*at < text.size && !is_blank(text.data[*at])) ++*at;
    return zh_sv_part(text, from, *at - from);
}

zh_liquid_value zh_liquid_f_squish(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given);
    zh_buf *out = zh_liquid_text_begin(run);
    size_t at = 0;
    for (zh_sv word; (word = next_word(text, &at)).size > 0;) {
        if (out->size > 0) zh_buf_put_u8(out, ' ');
        zh_buf_put(out, word);
    }
    return zh_liquid_text_end(run);
}

static zh_liquid_value lines(zh_liquid_run *run, zh_sv text, zh_sv end)
{
    zh_buf *out = zh_liquid_text_begin(run);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\r' && i + 1 < text.size && text.data[i + 1] == '\n') continue;
        if (text.data[i] == '\n') zh_buf_put(out, end);
        else zh_buf_put_u8(out, (uint8_t)text.data[i]);
    }
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_strip_newlines(zh_liquid_run *run, const zh_liquid_given *given) { return lines(run, text_in(run, given), ZH_SV("")); }
zh_liquid_value zh_liquid_f_newline_to_br(zh_liquid_run *run, const zh_liquid_given *given) { return lines(run, text_in(run, given), ZH_SV("<br />\n")); }

/* ---- parts ---- */

/* [from, from + length) of `size`, counted from the end where negative; false: nothing there. */
static bool clamp(int64_t size, int64_t *from, int64_t *length)
{
    if (*from < 0) *from += size;
    if (*from < 0 || *from > size || *length < 0) return false;
    if (*length > size - *from) *length = size - *from;
    return true;
}

zh_liquid_value zh_liquid_f_slice(zh_liquid_run *run, const zh_liquid_given *given)
{
    int64_t from = zh_liquid_whole_of(run, given->args[0]);
    int64_t length = given->count > 1 && given->args[1].kind != ZH_LIQUID_NIL ? zh_liquid_whole_of(run, given->args[1]) : 1;
    if (zh_liquid_fails(run)) return zh_liquid_nil();
    if (given->in.kind == ZH_LIQUID_LIST) {
        if (!clamp(given->in.n, &from, &length)) return zh_liquid_list(NULL, 0);
        return zh_liquid_list(given->in.items + from, (uint32_t)length);
    }
    const zh_sv text = text_in(run, given);
    if (!clamp((int64_t)zh_liquid_characters(text), &from, &length)) return zh_liquid_text(ZH_SV(""));
    const zh_sv rest = zh_sv_part(text, zh_liquid_characters_bytes(text, (size_t)from), SIZE_MAX);
    return zh_liquid_text(zh_sv_part(rest, 0, zh_liquid_characters_bytes(rest, (size_t)length)));
}

zh_liquid_value zh_liquid_f_truncate(zh_liquid_run *run, const zh_liquid_given *given)
{
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    const int64_t most = given->count > 0 ? zh_liquid_whole_of(run, given->args[0]) : 50;
    const zh_sv text = text_in(run, given), end = given->count > 1 ? zh_liquid_text_of(run, given->args[1]) : ZH_SV("...");
    if (zh_liquid_fails(run) || (int64_t)zh_liquid_characters(text) <= most) return zh_liquid_text(text);
    const int64_t kept = most - (int64_t)zh_liquid_characters(end);
    return joined(run, zh_sv_part(text, 0, zh_liquid_characters_bytes(text, kept < 0 ? 0 : (size_t)kept)), end);
}

zh_liquid_value zh_liquid_f_truncatewords(zh_liquid_run *run, const zh_liquid_given *given)
{
    if (given->in.kind == ZH_LIQUID_NIL) return zh_liquid_nil();
    int64_t most = given->count > 0 ? zh_liquid_whole_of(run, given->args[0]) : 15;
    const zh_sv text = text_in(run, given), end = given->count > 1 ? zh_liquid_text_of(run, given->args[1]) : ZH_SV("...");
    if (zh_liquid_fails(run)) return zh_liquid_nil();
    if (most < 1) most = 1;
    zh_buf *out = zh_liquid_text_begin(run);
    size_t at = 0;
    for (zh_sv word; most > 0 && (word = next_word(text, &at)).size > 0; most--) {
        if (out->size > 0) zh_buf_put_u8(out, ' ');
        zh_buf_put(out, word);
    }
    if (most > 0 || at >= text.size) return zh_liquid_text(text); /* nothing was left out */
    zh_buf_put(out, end);
    return zh_liquid_text_end(run);
}

/* ---- replacing ---- */

/* Where `what` stands in text, the first or the last; text.size + 1: nowhere. An empty one stands at each end. */
static size_t find(zh_sv text, zh_sv what, bool last)
{
    if (what.size == 0) return last ? text.size : 0;
    if (!last) {
        const char *found = text.size == 0 ? NULL : memmem(text.data, text.size, what.data, what.size);
        return found == NULL ? text.size + 1 : (size_t)(found - text.data);
    }
    for (size_t at = text.size < what.size ? 0 : text.size - what.size + 1; at > 0; at--)
        if (text.data[at - 1] == what.data[0] && memcmp(text.data + at - 1, what.data, what.size) == 0) return at - 1;
    return text.size + 1;
}

static zh_liquid_value replace_one(zh_liquid_run *run, zh_sv text, zh_sv what, zh_sv by, bool last)
{
    if (last && !zh_liquid_pay(run, text.size / 64 * (what.size / 64 + 1))) return zh_liquid_nil(); /* from the end it is looked for place by place */
    const size_t at = find(text, what, last);
    if (at > text.size) return zh_liquid_text(text);
    zh_buf *out = zh_liquid_text_begin(run);
    zh_buf_put(out, zh_sv_part(text, 0, at));
    zh_buf_put(out, by);
    zh_buf_put(out, zh_sv_part(text, at + what.size, SIZE_MAX));
    return zh_liquid_text_end(run);
}

static zh_liquid_value replace_all(zh_liquid_run *run, zh_sv text, zh_sv what, zh_sv by)
{
    zh_buf *out = zh_liquid_text_begin(run);
    for (size_t at = 0; at < text.size;) {
        const zh_sv rest = zh_sv_part(text, at, SIZE_MAX);
        size_t next = what.size == 0 ? zh_liquid_character(rest) : find(rest, what, false);
        if (next > rest.size) next = rest.size;
        if (what.size == 0) zh_buf_put(out, by); /* before each character */
        zh_buf_put(out, zh_sv_part(rest, 0, next));
        if (what.size > 0 && next < rest.size) zh_buf_put(out, by);
        at += next + what.size;
    }
    if (what.size == 0) zh_buf_put(out, by);
    return zh_liquid_text_end(run);
}

typedef enum which { ALL, FIRST, LAST } which;
static zh_liquid_value replace(zh_liquid_run *run, const zh_liquid_given *given, which place)
{
    const zh_sv text = text_in(run, given), what = zh_liquid_text_of(run, given->args[0]);
    const zh_sv by = given->count > 1 ? zh_liquid_text_of(run, given->args[1]) : ZH_SV("");
    if (zh_liquid_fails(run)) return zh_liquid_nil();
    return place == ALL ? replace_all(run, text, what, by) : replace_one(run, text, what, by, place == LAST);
}

zh_liquid_value zh_liquid_f_replace(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, ALL); }
zh_liquid_value zh_liquid_f_replace_first(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, FIRST); }
zh_liquid_value zh_liquid_f_replace_last(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, LAST); }
zh_liquid_value zh_liquid_f_remove(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, ALL); }
zh_liquid_value zh_liquid_f_remove_first(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, FIRST); }
zh_liquid_value zh_liquid_f_remove_last(zh_liquid_run *run, const zh_liquid_given *given) { return replace(run, given, LAST); }

/* ---- splitting ---- */

/* The next part at *at; false at the end. A blank parts at any blanks, nothing at each character. */
static bool next_part(zh_sv text, zh_sv by, size_t *at, zh_sv *part)
{
    if (*at > text.size || (by.size == 0 && *at == text.size)) return false;
    if (zh_sv_equal(by, ZH_SV(" "))) {
        *part = next_word(text, at);
        return part->size > 0;
    }
    const zh_sv rest = zh_sv_part(text, *at, SIZE_MAX);
    size_t size = by.size == 0 ? zh_liquid_character(rest) : find(rest, by, false);
    if (size > rest.size) size = rest.size;
    *part = zh_sv_part(rest, 0, size);
    *at += size + by.size;
    return true;
}

zh_liquid_value zh_liquid_f_split(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_sv text = text_in(run, given), by = zh_liquid_text_of(run, given->args[0]);
    uint32_t count = 0, kept = 0;
    zh_sv part;
    for (size_t at = 0; next_part(text, by, &at, &part);) count++;
    zh_liquid_value *items = ZH_LIQUID_ROOM(run, zh_liquid_value, count);
    if (items == NULL) return zh_liquid_nil();
    count = 0;
    for (size_t at = 0; next_part(text, by, &at, &part);) {
        items[count++] = zh_liquid_text(part);
        if (part.size > 0) kept = count; /* empty ones at the end are dropped */
    }
    return zh_liquid_list(items, kept);
}
