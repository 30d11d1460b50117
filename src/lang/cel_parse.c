#include "lang/cel_parse.h"
#include "base/utf8.h"
#include "lang/cel_lex.h"
#include "lang/cel_macro.h"

#define ARGS_MAX 100000 /* of one call, list or map: below ZH_CEL_NODES_MAX */

typedef struct parser {
    zh_cel_lex lex;
    zh_cel_token now;
    zh_cel_made made; /* arena, count of nodes, the first error */
    const zh_cel_macros *macros;
    uint32_t depth;
} parser;

/* Arguments while they are read. */
typedef struct list { zh_cel_node **items; uint32_t count, room; } list;

static zh_cel_node *expression(parser *p);

static zh_cel_node *fail(parser *p, uint32_t at, const char *why)
{
    return zh_cel_made_fail(&p->made, at, "%s", why);
}

static void advance(parser *p)
{
    p->now = zh_cel_lex_next(&p->lex);
    if (p->now.kind == ZH_CEL_T_BAD && p->made.failed == ZH_OK) p->made.failed = p->lex.starved ? ZH_NOMEM : ZH_FORMAT; /* the fault is set */
}

static zh_cel_node *unexpected(parser *p, const char *wanted)
{
    if (p->made.failed != ZH_OK) return NULL;
    if (p->now.kind == ZH_CEL_T_END) return zh_cel_made_fail(&p->made, p->now.at, "the expression ends where %s should stand", wanted);
    const zh_sv found = zh_sv_part(p->lex.source, p->now.at, p->now.to - p->now.at > 40 ? 40 : p->now.to - p->now.at);
    return zh_cel_made_fail(&p->made, p->now.at, "%.*s stands where %s should", ZH_SV_ARG(found), wanted);
}

static bool take(parser *p, zh_cel_token_kind kind)
{
    if (p->now.kind != kind) return false;
    advance(p);
    return true;
}

static bool must(parser *p, zh_cel_token_kind kind, const char *wanted)
{
    if (take(p, kind)) return p->made.failed == ZH_OK;
    unexpected(p, wanted);
    return false;
}

static bool add(parser *p, list *l, zh_cel_node *item)
{
    if (item == NULL) return false;
    if (l->count == l->room) {
        const uint32_t room = l->room == 0 ? 4 : l->room * 2;
        const bool many = l->count >= ARGS_MAX;
        zh_cel_node **grown = many ? NULL : ZH_TAKE(p->made.arena, zh_cel_node *, room);
        if (grown == NULL) {
            if (many) (void)zh_cel_made_fail(&p->made, item->at, "more arguments, elements or terms than %d: split the expression", ARGS_MAX);
            else (void)zh_cel_made_fail(&p->made, item->at, "out of memory");
            p->made.failed = many ? ZH_FULL : ZH_NOMEM;
            return false;
        }
        if (l->count > 0) memcpy(grown, l->items, l->count * sizeof *grown);
        l->items = grown;
        l->room = room;
    }
    l->items[l->count++] = item;
    return true;
}

static zh_cel_node *operation(parser *p, zh_cel_op op, uint32_t at, list *args)
{
    return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_OPERATOR, .op = (uint8_t)op, .at = at, .args = args->items, .count = args->count });
}

static zh_cel_node *binary(parser *p, zh_cel_op op, uint32_t at, zh_cel_node *left, zh_cel_node *right)
{
    list args = { 0 };
    return add(p, &args, left) && add(p, &args, right) ? operation(p, op, at, &args) : NULL;
}

static zh_cel_node *literal(parser *p, zh_cel_value value, uint32_t at)
{
    return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_LITERAL, .at = at, .value = value });
}

/* ---- primaries ---- */

bool zh_cel_is_reserved(zh_sv name)
{
    static const char *const words[] = { "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
                                         "namespace", "return", "var", "void", "while" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (zh_sv_equal(name, zh_sv_of(words[i]))) return true;
    return false;
}

static bool is_constant(zh_sv name)
{
    return zh_sv_equal(name, ZH_SV("true")) || zh_sv_equal(name, ZH_SV("false")) || zh_sv_equal(name, ZH_SV("null"));
}

/* Up to `close`, behind the opening sign; a list may have a comma more. */
static bool arguments(parser *p, list *out, zh_cel_token_kind close, const char *wanted)
{
    while (p->now.kind != close) {
        const bool optional = close == ZH_CEL_T_RBRACKET && take(p, ZH_CEL_T_QUESTION);
        zh_cel_node *item = expression(p);
        if (!add(p, out, item)) return false;
        item->element = optional;
        if (p->now.kind == close) break;
        if (!must(p, ZH_CEL_T_COMMA, wanted)) return false;
        if (p->now.kind == close && close == ZH_CEL_T_RPAREN) {
            unexpected(p, "an argument");
            return false;
        }
    }
    advance(p);
    return p->made.failed == ZH_OK;
}

static zh_cel_node *list_of(parser *p)
{
    const uint32_t at = p->now.at;
    list items = { 0 };
    advance(p);
    if (!arguments(p, &items, ZH_CEL_T_RBRACKET, "',' or ']'")) return NULL;
    return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_LIST_OF, .at = at, .args = items.items, .count = items.count });
}

static zh_cel_node *map_of(parser *p)
{
    const uint32_t at = p->now.at;
    list items = { 0 };
    advance(p);
    while (p->now.kind != ZH_CEL_T_RBRACE) {
        const bool optional = take(p, ZH_CEL_T_QUESTION);
        zh_cel_node *key = expression(p);
        if (!add(p, &items, key) || !must(p, ZH_CEL_T_COLON, "':' and the value of the key") || !add(p, &items, expression(p))) return NULL;
        items.items[items.count - 1]->element = optional;
        if (p->now.kind != ZH_CEL_T_RBRACE && !must(p, ZH_CEL_T_COMMA, "',' or '}'")) return NULL;
    }
    advance(p);
    return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_MAP_OF, .at = at, .args = items.items, .count = items.count });
}

static zh_cel_node *name_or_call(parser *p, bool rooted)
{
    const zh_cel_token name = p->now;
    if (rooted && is_constant(name.text)) return unexpected(p, "a name");
    advance(p);
    if (!rooted && is_constant(name.text))
        return literal(p, zh_sv_equal(name.text, ZH_SV("null")) ? zh_cel_null() : zh_cel_bool(zh_sv_equal(name.text, ZH_SV("true"))), name.at);
    if (zh_cel_is_reserved(name.text)) return zh_cel_made_fail(&p->made, name.at, "'%.*s' is a reserved word: it cannot be a name of its own", ZH_SV_ARG(name.text));
    if (p->now.kind != ZH_CEL_T_LPAREN)
        return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_IDENT, .rooted = rooted, .at = name.at, .name = name.text, .slot = ZH_CEL_NO_SLOT });
    list args = { 0 };
    advance(p);
    if (!arguments(p, &args, ZH_CEL_T_RPAREN, "',' or ')'")) return NULL;
    return zh_cel_macro_global(&p->made, &(zh_cel_node){ .kind = ZH_CEL_CALL, .rooted = rooted, .at = name.at, .name = name.text, .args = args.items, .count = args.count });
}

static zh_cel_node *primary(parser *p)
{
    const zh_cel_token now = p->now;
    zh_cel_node *inner;
    switch (now.kind) {
    case ZH_CEL_T_LPAREN:
        advance(p);
        inner = expression(p);
        return inner != NULL && must(p, ZH_CEL_T_RPAREN, "')'") ? inner : NULL;
    case ZH_CEL_T_LBRACKET: return list_of(p);
    case ZH_CEL_T_LBRACE: return map_of(p);
    case ZH_CEL_T_NAME: return name_or_call(p, false);
    case ZH_CEL_T_DOT:
        advance(p);
        return p->now.kind == ZH_CEL_T_NAME ? name_or_call(p, true) : unexpected(p, "a name");
    case ZH_CEL_T_INT:
        if (now.value.u > INT64_MAX) return fail(p, now.at, "the number is larger than an int can be: at most 9223372036854775807");
        advance(p);
        return literal(p, zh_cel_int((int64_t)now.value.u), now.at);
    case ZH_CEL_T_VALUE:
        if (now.value.kind == ZH_CEL_STRING && zh_utf8_valid(zh_cel_sv(now.value)) != now.value.n) return fail(p, now.at, "the text is not valid UTF-8");
        advance(p);
        return literal(p, now.value, now.at);
    default: return unexpected(p, "a value");
    }
}

/* ---- what follows a value ---- */

static zh_cel_node *member(parser *p, zh_cel_node *left)
{
    const uint32_t dot = p->now.at;
    advance(p);
    const bool optional = take(p, ZH_CEL_T_QUESTION);
    const zh_cel_token name = p->now;
    if ((name.kind != ZH_CEL_T_NAME && name.kind != ZH_CEL_T_QUOTED) || (name.kind == ZH_CEL_T_NAME && is_constant(name.text))) return unexpected(p, "the name of a field or function");
    advance(p);
    list args = { 0 };
    if (!add(p, &args, left)) return NULL;
    if (p->now.kind == ZH_CEL_T_LPAREN && !optional && name.kind == ZH_CEL_T_NAME) {
        advance(p);
        if (!arguments(p, &args, ZH_CEL_T_RPAREN, "',' or ')'")) return NULL;
        return zh_cel_macro_member(&p->made, p->macros, &(zh_cel_node){ .kind = ZH_CEL_CALL, .member = true, .at = name.at, .name = name.text, .args = args.items, .count = args.count });
    }
    (void)dot;
    return zh_cel_made_node(&p->made, &(zh_cel_node){ .kind = ZH_CEL_SELECT, .optional = optional, .quoted = name.kind == ZH_CEL_T_QUOTED, .at = name.at, .name = name.text, .args = args.items, .count = 1 });
}

static zh_cel_node *postfix(parser *p)
{
    zh_cel_node *left = primary(p);
    while (left != NULL && p->made.failed == ZH_OK) {
        if (p->now.kind == ZH_CEL_T_DOT) {
            left = member(p, left);
        } else if (p->now.kind == ZH_CEL_T_LBRACKET) {
            const uint32_t at = p->now.at;
            advance(p);
            const bool optional = take(p, ZH_CEL_T_QUESTION);
            zh_cel_node *index = expression(p);
            if (index == NULL || !must(p, ZH_CEL_T_RBRACKET, "']'")) return NULL;
            left = binary(p, optional ? ZH_CEL_OP_OPT_INDEX : ZH_CEL_OP_INDEX, at, left, index);
        } else if (p->now.kind == ZH_CEL_T_LBRACE && (left->kind == ZH_CEL_IDENT || left->kind == ZH_CEL_SELECT)) {
            return fail(p, p->now.at, "messages (Name{field: value}) are not part of this language: write a map, {\"field\": value}");
        } else {
            return left;
        }
    }
    return p->made.failed == ZH_OK ? left : NULL;
}

static bool deeper(parser *p)
{
    if (p->depth < ZH_CEL_DEPTH_MAX) {
        p->depth++;
        return true;
    }
    (void)zh_cel_made_fail(&p->made, p->now.at, "nested deeper than %d levels: split the expression", ZH_CEL_DEPTH_MAX);
    p->made.failed = ZH_FULL;
    return false;
}

static zh_cel_node *unary(parser *p)
{
    const uint32_t at = p->now.at;
    const bool minus = p->now.kind == ZH_CEL_T_MINUS;
    if (!minus && p->now.kind != ZH_CEL_T_NOT) return postfix(p);
    advance(p);
    if (minus && p->now.kind == ZH_CEL_T_INT) { /* the least int has no positive twin */
        p->now.kind = ZH_CEL_T_VALUE;
        p->now.value = zh_cel_int((int64_t)(0 - p->now.value.u));
        p->now.at = at;
        return postfix(p);
    }
    if (minus && p->now.kind == ZH_CEL_T_VALUE && p->now.value.kind == ZH_CEL_DOUBLE) {
        p->now.value.d = -p->now.value.d;
        p->now.at = at;
        return postfix(p);
    }
    if (!deeper(p)) return NULL;
    list args = { 0 };
    zh_cel_node *inner = unary(p);
    p->depth--;
    return add(p, &args, inner) ? operation(p, minus ? ZH_CEL_OP_NEGATE : ZH_CEL_OP_NOT, at, &args) : NULL;
}

static zh_cel_op operator_of(zh_cel_token_kind kind)
{
    switch (kind) {
    case ZH_CEL_T_OR: return ZH_CEL_OP_OR;
    case ZH_CEL_T_AND: return ZH_CEL_OP_AND;
    case ZH_CEL_T_EQ: return ZH_CEL_OP_EQ;
    case ZH_CEL_T_NE: return ZH_CEL_OP_NE;
    case ZH_CEL_T_LT: return ZH_CEL_OP_LT;
    case ZH_CEL_T_LE: return ZH_CEL_OP_LE;
    case ZH_CEL_T_GT: return ZH_CEL_OP_GT;
    case ZH_CEL_T_GE: return ZH_CEL_OP_GE;
    case ZH_CEL_T_IN: return ZH_CEL_OP_IN;
    case ZH_CEL_T_PLUS: return ZH_CEL_OP_ADD;
    case ZH_CEL_T_MINUS: return ZH_CEL_OP_SUB;
    case ZH_CEL_T_STAR: return ZH_CEL_OP_MUL;
    case ZH_CEL_T_SLASH: return ZH_CEL_OP_DIV;
    case ZH_CEL_T_PERCENT: return ZH_CEL_OP_MOD;
    default: return ZH_CEL_OP_NONE;
    }
}

/* Operators of `level` and tighter; all of them lean left, and the terms of && and || gather in one node. */
static zh_cel_node *climb(parser *p, int level)
{
    zh_cel_node *left = unary(p);
    while (left != NULL) {
        const zh_cel_op op = operator_of(p->now.kind);
        if (op == ZH_CEL_OP_NONE || zh_cel_op_level(op) < level) return left;
        const uint32_t at = p->now.at;
        if (op != ZH_CEL_OP_AND && op != ZH_CEL_OP_OR) {
            advance(p);
            left = binary(p, op, at, left, climb(p, zh_cel_op_level(op) + 1));
            continue;
        }
        list terms = { 0 };
        if (!add(p, &terms, left)) return NULL;
        while (operator_of(p->now.kind) == op) {
            advance(p);
            if (!add(p, &terms, climb(p, zh_cel_op_level(op) + 1))) return NULL;
        }
        left = operation(p, op, at, &terms);
    }
    return NULL;
}

static zh_cel_node *expression(parser *p)
{
    if (p->made.failed != ZH_OK || !deeper(p)) return NULL;
    zh_cel_node *left = climb(p, zh_cel_op_level(ZH_CEL_OP_OR));
    const uint32_t at = p->now.at;
    if (left != NULL && take(p, ZH_CEL_T_QUESTION)) {
        list args = { 0 };
        const bool whole = add(p, &args, left) && add(p, &args, climb(p, zh_cel_op_level(ZH_CEL_OP_OR))) && must(p, ZH_CEL_T_COLON, "':' and the other value") &&
                           add(p, &args, expression(p));
        left = whole ? operation(p, ZH_CEL_OP_COND, at, &args) : NULL;
    }
    p->depth--;
    return p->made.failed == ZH_OK ? left : NULL;
}

zh_err zh_cel_parse(zh_arena *arena, zh_sv source, const zh_cel_macros *macros, zh_cel_node **root, zh_cel_fault *why)
{
    *root = NULL;
    if (source.size > ZH_CEL_SOURCE_BYTES_MAX) {
        zh_cel_fault_set(why, ZH_SV(""), 0, "the expression is longer than %zu bytes: split it", ZH_CEL_SOURCE_BYTES_MAX);
        return ZH_FULL;
    }
    parser p = { .lex = { .source = source, .arena = arena, .fault = why }, .made = { .arena = arena, .source = source, .why = why }, .macros = macros };
    advance(&p);
    zh_cel_node *whole = expression(&p);
    if (whole != NULL && p.now.kind != ZH_CEL_T_END) unexpected(&p, "an operator or the end");
    if (p.made.failed != ZH_OK) return p.made.failed;
    *root = whole;
    return whole == NULL ? ZH_NOMEM : ZH_OK;
}
