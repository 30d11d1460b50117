#include "lang/liquid_expr.h"
#include "lang/liquid_filter.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_number.h"

#include <stdarg.h>
#include <stdlib.h>

#define NUMBER_BYTES_MAX 300 /* a number as written; all of them fit a double */

/* ---- faults and room ---- */

void zh_liquid_fault(zh_liquid_parse *p, const char *at, const char *format, ...)
{
    char text[sizeof p->fault->text];
    va_list args;
    if (p->failed != ZH_OK) return;
    p->failed = ZH_FORMAT;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    va_end(args);
    zh_cel_fault_set(p->fault, p->source, (uint32_t)(at - p->source.data), "%s", text);
}

void zh_liquid_starved(zh_liquid_parse *p)
{
    if (p->failed != ZH_OK) return;
    p->failed = ZH_NOMEM;
    zh_cel_fault_set(p->fault, p->source, 0, "out of memory");
}

void *zh_liquid_new(zh_liquid_parse *p, const char *at, size_t bytes)
{
    if (p->failed != ZH_OK) return NULL;
    if (++p->nodes > ZH_LIQUID_NODES_MAX) {
        zh_liquid_fault(p, at, "the template has over %d parts: split it", ZH_LIQUID_NODES_MAX);
        p->failed = ZH_FULL;
        return NULL;
    }
    void *room = zh_arena_take(p->arena, 1, bytes);
    if (room == NULL) zh_liquid_starved(p);
    return room;
}

/* ---- words ---- */

static void advance(zh_liquid_words *w)
{
    w->word = zh_liquid_word_next(&w->rest, w->word.kind == ZH_LIQUID_W_DOT);
    if (w->word.kind != ZH_LIQUID_W_BAD) return;
    const char *at = w->word.whole.data;
    if (*at == '"' || *at == '\'') zh_liquid_fault(w->parse, at, "this text is never closed: write %c", *at);
    else zh_liquid_fault(w->parse, at, "a '%c' does not belong here", *at);
}

zh_liquid_words zh_liquid_words_of(zh_liquid_parse *parse, zh_sv inside)
{
    zh_liquid_words words = { .parse = parse, .rest = inside };
    advance(&words);
    return words;
}

bool zh_liquid_words_take(zh_liquid_words *w, zh_liquid_word_kind kind)
{
    if (w->parse->failed != ZH_OK || w->word.kind != kind) return false;
    advance(w);
    return true;
}

bool zh_liquid_words_take_name(zh_liquid_words *w, zh_sv name)
{
    return w->word.kind == ZH_LIQUID_W_NAME && zh_sv_equal(w->word.text, name) && zh_liquid_words_take(w, ZH_LIQUID_W_NAME);
}

static void unexpected(zh_liquid_words *w, const char *wanted)
{
    if (w->word.kind == ZH_LIQUID_W_END) zh_liquid_fault(w->parse, w->word.whole.data, "%s is missing", wanted);
    else zh_liquid_fault(w->parse, w->word.whole.data, "'%.*s' stands where %s is expected", ZH_SV_ARG(zh_liquid_shown(w->word.whole)), wanted);
}

void zh_liquid_words_end(zh_liquid_words *w)
{
    if (w->word.kind != ZH_LIQUID_W_END) unexpected(w, "the end");
}

zh_sv zh_liquid_words_since(zh_liquid_words *w, const char *from)
{
    const size_t size = (size_t)(w->word.whole.data - from);
    char *copy = zh_arena_take(w->parse->arena, size + 1, 1), quote = '\0';
    size_t used = 0;
    if (copy == NULL) return zh_liquid_starved(w->parse), (zh_sv){ 0 };
    for (size_t i = 0; i < size; i++) {
        if (quote == '\0' && zh_liquid_is_blank_byte(from[i])) continue;
        if (quote == '\0' ? from[i] == '"' || from[i] == '\'' : from[i] == quote) quote = quote == '\0' ? from[i] : '\0';
        copy[used++] = from[i];
    }
    return (zh_sv){ copy, used };
}

/* ---- expressions ---- */

static zh_liquid_expr *literal(zh_liquid_words *w, zh_liquid_value value)
{
    zh_liquid_expr *e = zh_liquid_new(w->parse, w->word.whole.data, sizeof *e);
    if (e != NULL) *e = (zh_liquid_expr){ .kind = ZH_LIQUID_LITERAL, .value = value, .at = (uint32_t)(w->word.whole.data - w->parse->source.data) };
    advance(w);
    return e;
}

static zh_liquid_value number_of(zh_sv text)
{
    int64_t whole;
    const zh_liquid_value v = zh_liquid_text(text);
    const bool fits = memchr(text.data, '.', text.size) == NULL && zh_liquid_whole(v, &whole) && whole > INT64_MIN && (whole < INT64_MAX || zh_sv_equal(text, ZH_SV("9223372036854775807")));
    if (fits) return zh_liquid_int(whole);
    char copy[NUMBER_BYTES_MAX + 1];
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return zh_liquid_float(strtod(copy, NULL)); /* so few digits are finite */
}

static zh_liquid_expr *number(zh_liquid_words *w)
{
    const zh_sv text = w->word.text;
    if (text.size > NUMBER_BYTES_MAX) return zh_liquid_fault(w->parse, text.data, "a number of more digits than are read: write fewer"), NULL;
    return literal(w, number_of(text));
}

static bool is_plain_word(zh_sv name, zh_liquid_value *out)
{
    static const struct { const char *name; zh_liquid_value value; } known[] = {
        { "nil", { .kind = ZH_LIQUID_NIL } }, { "null", { .kind = ZH_LIQUID_NIL } }, { "true", { .kind = ZH_LIQUID_BOOL, .boolean = true } },
        { "false", { .kind = ZH_LIQUID_BOOL } }, { "empty", { .kind = ZH_LIQUID_EMPTY } }, { "blank", { .kind = ZH_LIQUID_BLANK } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (zh_sv_equal(name, zh_sv_of(known[i].name))) return *out = known[i].value, true;
    return false;
}

/* [expression] whose bracket is the current word. */
static zh_liquid_expr *bracketed(zh_liquid_words *w)
{
    advance(w);
    zh_liquid_expr *inner = zh_liquid_expr_parse(w);
    if (inner != NULL && !zh_liquid_words_take(w, ZH_LIQUID_W_RSQUARE)) unexpected(w, "a ]");
    return w->parse->failed == ZH_OK ? inner : NULL;
}

static void steps(zh_liquid_words *w, zh_liquid_expr *lookup)
{
    zh_liquid_step **end = &lookup->steps;
    while (w->parse->failed == ZH_OK && (w->word.kind == ZH_LIQUID_W_DOT || w->word.kind == ZH_LIQUID_W_LSQUARE)) {
        zh_liquid_step *step = zh_liquid_new(w->parse, w->word.whole.data, sizeof *step);
        if (step == NULL) return;
        if (w->word.kind == ZH_LIQUID_W_LSQUARE) {
            step->index = bracketed(w);
            if (step->index == NULL) return;
        } else {
            advance(w);
            step->name = w->word.text;
            if (!zh_liquid_words_take(w, ZH_LIQUID_W_NAME)) unexpected(w, "a name");
        }
        *end = step;
        end = &step->next;
    }
}

static zh_liquid_expr *lookup(zh_liquid_words *w)
{
    zh_liquid_value plain;
    const zh_liquid_word word = w->word;
    zh_liquid_expr *e = zh_liquid_new(w->parse, word.whole.data, sizeof *e);
    if (e == NULL) return NULL;
    *e = (zh_liquid_expr){ .kind = ZH_LIQUID_LOOKUP, .name = word.text, .at = (uint32_t)(word.whole.data - w->parse->source.data) };
    if (word.kind == ZH_LIQUID_W_LSQUARE) e->root = bracketed(w);
    else advance(w);
    steps(w, e);
    if (e->root == NULL && e->steps == NULL && is_plain_word(word.text, &plain)) *e = (zh_liquid_expr){ .kind = ZH_LIQUID_LITERAL, .value = plain, .at = e->at };
    return w->parse->failed == ZH_OK ? e : NULL;
}

static zh_liquid_expr *range(zh_liquid_words *w)
{
    zh_liquid_expr *e = zh_liquid_new(w->parse, w->word.whole.data, sizeof *e);
    if (e == NULL) return NULL;
    *e = (zh_liquid_expr){ .kind = ZH_LIQUID_RANGE_OF, .at = (uint32_t)(w->word.whole.data - w->parse->source.data) };
    advance(w);
    e->root = zh_liquid_expr_parse(w);
    if (e->root != NULL && !zh_liquid_words_take(w, ZH_LIQUID_W_DOTS)) unexpected(w, "..");
    if (w->parse->failed == ZH_OK) e->to = zh_liquid_expr_parse(w);
    if (e->to != NULL && !zh_liquid_words_take(w, ZH_LIQUID_W_RROUND)) unexpected(w, "a )");
    return w->parse->failed == ZH_OK ? e : NULL;
}

zh_liquid_expr *zh_liquid_expr_parse(zh_liquid_words *w)
{
    zh_liquid_expr *e = NULL;
    if (w->parse->failed != ZH_OK) return NULL;
    if (++w->parse->brackets > ZH_LIQUID_DEPTH_MAX) {
        zh_liquid_fault(w->parse, w->word.whole.data, "brackets are nested deeper than %d levels", ZH_LIQUID_DEPTH_MAX);
        w->parse->failed = ZH_FULL;
        return NULL;
    }
    switch (w->word.kind) {
    case ZH_LIQUID_W_NAME:
    case ZH_LIQUID_W_CONTAINS:
    case ZH_LIQUID_W_LSQUARE: e = lookup(w); break;
    case ZH_LIQUID_W_TEXT: e = literal(w, zh_liquid_text(w->word.text)); break;
    case ZH_LIQUID_W_NUMBER: e = number(w); break;
    case ZH_LIQUID_W_LROUND: e = range(w); break;
    default: unexpected(w, "a value");
    }
    w->parse->brackets--;
    return w->parse->failed == ZH_OK ? e : NULL;
}

/* ---- filters ---- */

/* value, or key: value */
static zh_liquid_argument *argument(zh_liquid_words *w)
{
    zh_liquid_argument *a = zh_liquid_new(w->parse, w->word.whole.data, sizeof *a);
    if (a == NULL) return NULL;
    zh_liquid_words ahead = *w;
    if (ahead.word.kind == ZH_LIQUID_W_NAME && zh_liquid_words_take(&ahead, ZH_LIQUID_W_NAME) && zh_liquid_words_take(&ahead, ZH_LIQUID_W_COLON)) {
        a->key = w->word.text;
        *w = ahead;
    }
    a->value = zh_liquid_expr_parse(w);
    return a->value == NULL ? NULL : a;
}

static zh_liquid_call *call(zh_liquid_words *w)
{
    zh_liquid_call *c = zh_liquid_new(w->parse, w->word.whole.data, sizeof *c);
    if (c == NULL) return NULL;
    c->at = (uint32_t)(w->word.whole.data - w->parse->source.data);
    c->name = w->word.text;
    if (!zh_liquid_words_take(w, ZH_LIQUID_W_NAME)) return unexpected(w, "the name of a filter"), NULL;
    c->filter = zh_liquid_filter_of(c->name);
    zh_liquid_argument **end = &c->arguments;
    if (!zh_liquid_words_take(w, ZH_LIQUID_W_COLON)) return c;
    do {
        zh_liquid_argument *a = argument(w);
        if (a == NULL) return NULL;
        if (a->key.size == 0 && ++c->count > ZH_LIQUID_ARGUMENTS_MAX) return zh_liquid_fault(w->parse, c->name.data, "a filter takes at most %d arguments", ZH_LIQUID_ARGUMENTS_MAX), NULL;
        *end = a;
        end = &a->next;
    } while (zh_liquid_words_take(w, ZH_LIQUID_W_COMMA));
    return c;
}

zh_liquid_piped *zh_liquid_piped_parse(zh_liquid_words *w)
{
    zh_liquid_piped *piped = zh_liquid_new(w->parse, w->word.whole.data, sizeof *piped);
    if (piped == NULL || w->word.kind == ZH_LIQUID_W_END) return piped;
    piped->value = zh_liquid_expr_parse(w);
    zh_liquid_call **end = &piped->calls;
    while (zh_liquid_words_take(w, ZH_LIQUID_W_PIPE)) {
        *end = call(w);
        if (*end == NULL) return NULL;
        end = &(*end)->next;
    }
    zh_liquid_words_end(w);
    return piped;
}

zh_liquid_argument *zh_liquid_keys_parse(zh_liquid_words *w)
{
    zh_liquid_argument *first = NULL, **end = &first;
    while (w->parse->failed == ZH_OK && w->word.kind != ZH_LIQUID_W_END) {
        if (zh_liquid_words_take(w, ZH_LIQUID_W_COMMA)) continue;
        const char *at = w->word.whole.data;
        zh_liquid_argument *a = argument(w);
        if (a != NULL && a->key.size == 0) zh_liquid_fault(w->parse, at, "what is handed over has a name: write name: value");
        if (w->parse->failed != ZH_OK) return NULL;
        *end = a;
        end = &a->next;
    }
    return first;
}

/* ---- conditions ---- */

zh_liquid_condition *zh_liquid_condition_parse(zh_liquid_words *w)
{
    zh_liquid_condition *first = NULL, **end = &first;
    for (;;) {
        zh_liquid_condition *c = zh_liquid_new(w->parse, w->word.whole.data, sizeof *c);
        if (c == NULL) return NULL;
        c->op = ZH_LIQUID_W_END;
        c->left = zh_liquid_expr_parse(w);
        if (w->word.kind >= ZH_LIQUID_W_EQ && w->parse->failed == ZH_OK) {
            c->op = (uint8_t)w->word.kind;
            advance(w);
            c->right = zh_liquid_expr_parse(w);
        }
        if (w->parse->failed != ZH_OK) return NULL;
        *end = c;
        end = &c->next;
        c->is_or = zh_liquid_words_take_name(w, ZH_SV("or"));
        if (!c->is_or && !zh_liquid_words_take_name(w, ZH_SV("and"))) break;
    }
    zh_liquid_words_end(w);
    return w->parse->failed == ZH_OK ? first : NULL;
}
