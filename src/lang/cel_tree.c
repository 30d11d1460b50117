#include "lang/cel_tree.h"
#include "base/b64.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "lang/cel_macro.h"
#include "lang/cel_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define EXACT_MAX (INT64_C(1) << 53) /* JSON readers in browsers keep integers up to here */

/* ---- out ---- */

static zh_err put(const zh_cel_node *node, zh_json_out *out, unsigned depth);

static const char *sign_of(zh_cel_op op)
{
    switch (op) {
    case ZH_CEL_OP_COND: return "?:";
    case ZH_CEL_OP_INDEX: return "[]";
    case ZH_CEL_OP_OPT_INDEX: return "[?]";
    default: return zh_cel_op_sign(op);
    }
}

static void put_bytes(zh_json_out *out, zh_sv bytes)
{
    zh_buf text = zh_buf_open(bytes.size * 2 + 8);
    zh_b64_encode(bytes, &text);
    zh_json_out_key_text(out, ZH_SV("bytes"), zh_buf_view(&text));
    zh_buf_close(&text);
}

static void put_literal(zh_cel_value v, zh_json_out *out)
{
    char text[24];
    const bool exact = v.kind == ZH_CEL_INT ? v.i >= -EXACT_MAX && v.i <= EXACT_MAX : v.u <= (uint64_t)EXACT_MAX;
    if (v.kind == ZH_CEL_BYTES) {
        put_bytes(out, zh_cel_sv(v));
    } else if (v.kind == ZH_CEL_UINT || (v.kind == ZH_CEL_INT && !exact)) {
        zh_json_out_key(out, v.kind == ZH_CEL_UINT ? ZH_SV("uint") : ZH_SV("int"));
        const int size = v.kind == ZH_CEL_UINT ? snprintf(text, sizeof text, "%llu", (unsigned long long)v.u) : snprintf(text, sizeof text, "%lld", (long long)v.i);
        if (exact) zh_json_out_uint(out, v.u);
        else zh_json_out_text(out, (zh_sv){ text, (size_t)size });
    } else {
        const bool whole = v.kind == ZH_CEL_DOUBLE && v.d == trunc(v.d); /* 2.0: JSON readers in browsers do not tell it from 2 */
        zh_json_out_key(out, whole ? ZH_SV("double") : ZH_SV("value"));
        if (v.kind == ZH_CEL_BOOL) zh_json_out_bool(out, v.boolean);
        else if (v.kind == ZH_CEL_INT) zh_json_out_int(out, v.i);
        else if (v.kind == ZH_CEL_DOUBLE) zh_json_out_real(out, v.d);
        else if (v.kind == ZH_CEL_STRING) zh_json_out_text(out, zh_cel_sv(v));
        else zh_json_out_null(out);
    }
}

/* An argument, in {"optional": …} where it stands behind a ?. */
static zh_err put_part(const zh_cel_node *node, zh_json_out *out, unsigned depth)
{
    if (!node->element) return put(node, out, depth);
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("optional"));
    const zh_err e = put(node, out, depth + 1);
    if (e == ZH_OK) zh_json_out_end(out);
    return e;
}

static zh_err put_args(const zh_cel_node *node, uint32_t from, const char *key, zh_json_out *out, unsigned depth)
{
    zh_err e = ZH_OK;
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_array(out);
    for (uint32_t i = from; i < node->count && e == ZH_OK; i++) e = put_part(node->args[i], out, depth);
    if (e == ZH_OK) zh_json_out_end(out);
    return e;
}

static zh_err put_on(const zh_cel_node *node, const char *key, zh_json_out *out, unsigned depth)
{
    zh_json_out_key(out, zh_sv_of(key));
    return put(node->args[0], out, depth);
}

static zh_err put_pairs(const zh_cel_node *node, zh_json_out *out, unsigned depth)
{
    zh_err e = ZH_OK;
    zh_json_out_key(out, ZH_SV("map"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < node->count && e == ZH_OK; i += 2) {
        zh_json_out_array(out);
        e = put(node->args[i], out, depth + 1);
        if (e == ZH_OK) e = put_part(node->args[i + 1], out, depth + 1);
        if (e == ZH_OK) zh_json_out_end(out);
    }
    if (e == ZH_OK) zh_json_out_end(out);
    return e;
}

static zh_err put_macro(const zh_cel_node *node, zh_json_out *out, unsigned depth)
{
    const bool bind = node->op == ZH_CEL_OP_BIND;
    zh_json_out_key_text(out, ZH_SV("macro"), bind ? ZH_SV("cel.bind") : zh_cel_macro_name(node));
    zh_err e = bind ? ZH_OK : put_on(node, "on", out, depth);
    if (e != ZH_OK) return e;
    zh_json_out_key(out, ZH_SV("vars"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < node->vars_count; i++) zh_json_out_text(out, node->vars[i]);
    zh_json_out_end(out);
    return put_args(node, bind ? 0 : 1, "args", out, depth);
}

static void put_name(const zh_cel_node *node, zh_json_out *out, const char *key)
{
    zh_json_out_key_text(out, zh_sv_of(key), node->name);
    if (node->optional) zh_json_out_key_bool(out, ZH_SV("optional"), true);
    if (node->quoted) zh_json_out_key_bool(out, ZH_SV("quoted"), true);
}

/* ".name" of what is looked for at the root only. */
static void put_rooted(const zh_cel_node *node, zh_json_out *out, const char *key)
{
    zh_buf text = zh_buf_open(ZH_CEL_SOURCE_BYTES_MAX + 1);
    if (node->rooted) zh_buf_put(&text, ZH_SV("."));
    zh_buf_put(&text, node->name);
    zh_json_out_key_text(out, zh_sv_of(key), zh_buf_view(&text));
    zh_buf_close(&text);
}

static zh_err put_inside(const zh_cel_node *node, zh_json_out *out, unsigned depth)
{
    zh_err e;
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL: put_literal(node->value, out); return ZH_OK;
    case ZH_CEL_IDENT: put_rooted(node, out, "name"); return ZH_OK;
    case ZH_CEL_SELECT:
    case ZH_CEL_HAS: put_name(node, out, node->kind == ZH_CEL_HAS ? "has" : "field"); return put_on(node, "of", out, depth);
    case ZH_CEL_CALL:
        put_rooted(node, out, "call");
        e = node->member ? put_on(node, "on", out, depth) : ZH_OK;
        return e != ZH_OK ? e : put_args(node, node->member, "args", out, depth);
    case ZH_CEL_OPERATOR: zh_json_out_key_text(out, ZH_SV("op"), zh_sv_of(sign_of((zh_cel_op)node->op))); return put_args(node, 0, "args", out, depth);
    case ZH_CEL_LIST_OF: return put_args(node, 0, "list", out, depth);
    case ZH_CEL_MAP_OF: return put_pairs(node, out, depth);
    case ZH_CEL_MACRO: return put_macro(node, out, depth);
    }
    return ZH_OK;
}

static zh_err put(const zh_cel_node *node, zh_json_out *out, unsigned depth)
{
    if (depth >= ZH_CEL_TREE_DEPTH_MAX) return ZH_FULL;
    zh_json_out_object(out);
    const zh_err e = put_inside(node, out, depth + 1);
    if (e == ZH_OK) zh_json_out_end(out);
    return e;
}

zh_err zh_cel_tree_write(const zh_cel_node *root, zh_buf *out)
{
    zh_json_out json = zh_json_out_on(out);
    const zh_err e = put(root, &json, 0);
    return e != ZH_OK ? e : zh_buf_err(out);
}

/* ---- in ---- */

typedef struct reader {
    zh_cel_made made;
    const zh_cel_macros *macros;
    zh_note *why;
    unsigned depth;
} reader;

static zh_cel_node *read_node(reader *r, zh_json_value json);

__attribute__((format(printf, 2, 3)))
static zh_cel_node *wrong(reader *r, const char *format, ...)
{
    if (r->made.failed != ZH_OK) return NULL;
    va_list args;
    va_start(args, format);
    if (r->why != NULL && vsnprintf(r->why->text, sizeof r->why->text, format, args) < 0) r->why->text[0] = '\0';
    va_end(args);
    r->made.failed = ZH_FORMAT;
    return NULL;
}

static zh_sv kept(reader *r, zh_sv text)
{
    const zh_sv copy = zh_arena_copy(r->made.arena, text);
    if (copy.data == NULL && r->made.failed == ZH_OK) r->made.failed = ZH_NOMEM;
    return copy;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/* A name the grammar would read as one, and not as a word of its own. */
static bool is_name(zh_sv text)
{
    static const char *const words[] = { "true", "false", "null", "in" };
    if (text.size == 0 || !is_letter(text.data[0])) return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_letter(text.data[i]) && !(text.data[i] >= '0' && text.data[i] <= '9')) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (zh_sv_equal(text, zh_sv_of(words[i]))) return false;
    return true;
}

/* A name that can stand alone: no reserved word; or one of a block, "@index0", "@it0:1". */
static bool is_variable(zh_sv text)
{
    if (!zh_sv_starts(text, ZH_SV("@"))) return is_name(text) && !zh_cel_is_reserved(text);
    const bool index = zh_sv_starts(text, ZH_SV("@index"));
    unsigned numbers = 0;
    size_t at = index ? 6 : 3;
    if (!index && !zh_sv_starts(text, ZH_SV("@it"))) return false;
    for (size_t from = at; at <= text.size; at++) {
        if (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') continue;
        if (at == from || at - from > 5 || (at < text.size && text.data[at] != ':') || (text.data[from] == '0' && at - from > 1)) return false;
        numbers++;
        from = at + 1;
    }
    return numbers == (index ? 1 : 2);
}

static bool is_quoted_name(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_letter(text.data[i]) && !(text.data[i] >= '0' && text.data[i] <= '9') && (text.data[i] == '\0' || strchr(".-/ ", text.data[i]) == NULL)) return false;
    return text.size > 0;
}

/* Every key of the object is one of these. */
static bool only(reader *r, zh_json_value json, const char *const *keys)
{
    for (zh_json_iter it = zh_json_walk(json); zh_json_next(&it);) {
        const char *const *key = keys;
        while (*key != NULL && !zh_sv_equal(it.key, zh_sv_of(*key))) key++;
        if (*key == NULL) return (void)wrong(r, "'%.*s' means nothing beside '%s'", (int)(it.key.size < 60 ? it.key.size : 60), it.key.data, keys[0]), false;
    }
    return true;
}

#define ONLY(...) only(r, json, (const char *const[]){ __VA_ARGS__, NULL })

static bool flag(zh_json_value json, const char *key)
{
    bool is = false;
    return zh_json_bool(zh_json_get(json, zh_sv_of(key)), &is) && is;
}

/* `first` (or NULL), then the nodes of an array. */
static bool read_args(reader *r, zh_json_value array, zh_cel_node *first, bool elements, zh_cel_node *into)
{
    if (!zh_json_is(array, ZH_JSON_ARRAY)) return (void)wrong(r, "'args' and 'list' are arrays of nodes"), false;
    into->args = ZH_TAKE(r->made.arena, zh_cel_node *, zh_json_count(array) + 1);
    into->count = 0;
    if (into->args == NULL) return r->made.failed = ZH_NOMEM, false;
    if (first != NULL) into->args[into->count++] = first;
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it);) {
        const zh_json_value inner = zh_json_get(it.value, ZH_SV("optional"));
        const bool optional = elements && zh_json_is(inner, ZH_JSON_OBJECT) && zh_json_count(it.value) == 1;
        zh_cel_node *node = read_node(r, optional ? inner : it.value);
        if (node == NULL) return false;
        node->element = optional;
        into->args[into->count++] = node;
    }
    return true;
}

static zh_cel_node *read_literal(reader *r, zh_json_value json, zh_sv key, zh_json_value is)
{
    zh_cel_node node = { .kind = ZH_CEL_LITERAL };
    zh_sv text;
    int64_t i = 0;
    uint64_t u;
    double d;
    bool b;
    if (!only(r, json, (const char *const[]){ "value", "int", "uint", "double", "bytes", NULL }) || zh_json_count(json) != 1) return wrong(r, "a value stands alone");
    const bool is_text = zh_json_text(is, &text);
    if (zh_sv_equal(key, ZH_SV("bytes"))) {
        zh_buf bytes = zh_buf_open(ZH_CEL_SOURCE_BYTES_MAX);
        const bool good = is_text && zh_b64_decode(text, &bytes) == ZH_OK;
        node.value = zh_cel_bytes(kept(r, zh_buf_view(&bytes)));
        zh_buf_close(&bytes);
        return good ? zh_cel_made_node(&r->made, &node) : wrong(r, "'bytes' are base64");
    }
    if (zh_sv_equal(key, ZH_SV("double"))) {
        const bool good = zh_json_real(is, &d) && isfinite(d);
        node.value = zh_cel_double(good ? d : 0);
        return good ? zh_cel_made_node(&r->made, &node) : wrong(r, "'double' is a number");
    }
    if (zh_sv_equal(key, ZH_SV("int")) || zh_sv_equal(key, ZH_SV("uint"))) { /* as a number, or as its digits */
        char digits[24] = "", *end = digits;
        const bool is_int = key.size == 3;
        if (is_text && text.size > 0 && text.size < sizeof digits && (text.data[0] == '-' || (text.data[0] >= '0' && text.data[0] <= '9'))) memcpy(digits, text.data, text.size);
        if (is_int && zh_json_int(is, &i)) return node.value = zh_cel_int(i), zh_cel_made_node(&r->made, &node);
        if (!is_int && zh_json_uint(is, &u)) return node.value = zh_cel_uint(u), zh_cel_made_node(&r->made, &node);
        errno = 0;
        node.value = is_int ? zh_cel_int(strtoll(digits, &end, 10)) : zh_cel_uint(digits[0] == '-' ? 0 : strtoull(digits, &end, 10));
        return end == digits || *end != '\0' || errno != 0 ? wrong(r, "'%.*s' is a whole number in its range, or its digits as a text", ZH_SV_ARG(key)) : zh_cel_made_node(&r->made, &node);
    }
    if (is_text) node.value = zh_cel_text(kept(r, text));
    else if (zh_json_int(is, &i)) node.value = zh_cel_int(i);
    else if (zh_json_bool(is, &b)) node.value = zh_cel_bool(b);
    else if (zh_json_is(is, ZH_JSON_REAL) && zh_json_real(is, &d) && isfinite(d)) node.value = zh_cel_double(d);
    else if (zh_json_is(is, ZH_JSON_NULL)) node.value = zh_cel_null();
    else return wrong(r, "'value' is null, true, false, a number or a text");
    return zh_cel_made_node(&r->made, &node);
}

static zh_cel_node *read_name(reader *r, zh_json_value json, zh_json_value is)
{
    zh_sv text = zh_json_text_or_empty(is);
    const bool rooted = zh_sv_starts(text, ZH_SV("."));
    if (rooted) text = zh_sv_part(text, 1, SIZE_MAX);
    if (!ONLY("name")) return NULL;
    if (!is_variable(text)) return wrong(r, "'%.*s' is no name: letters, digits and _", (int)(text.size < 60 ? text.size : 60), text.data == NULL ? "" : text.data);
    return zh_cel_made_node(&r->made, &(zh_cel_node){ .kind = ZH_CEL_IDENT, .rooted = rooted, .name = kept(r, text), .slot = ZH_CEL_NO_SLOT });
}

static zh_cel_node *read_field(reader *r, zh_json_value json, zh_sv key, zh_json_value is)
{
    const zh_sv text = zh_json_text_or_empty(is);
    zh_cel_node node = { .kind = zh_sv_equal(key, ZH_SV("has")) ? ZH_CEL_HAS : ZH_CEL_SELECT, .optional = flag(json, "optional"), .quoted = flag(json, "quoted"), .count = 1 };
    if (!only(r, json, (const char *const[]){ "field", "has", "of", "optional", "quoted", NULL })) return NULL;
    if (node.quoted ? !is_quoted_name(text) : !is_name(text)) return wrong(r, "'%.*s' is no name of a field: letters, digits and _, or with \"quoted\": true also . - / and blanks", (int)(text.size < 60 ? text.size : 60), text.data == NULL ? "" : text.data);
    if (node.kind == ZH_CEL_HAS && node.optional) return wrong(r, "has() looks for a field that is not optional");
    node.name = kept(r, text);
    node.args = ZH_TAKE(r->made.arena, zh_cel_node *, 1);
    if (node.args == NULL) return r->made.failed = ZH_NOMEM, NULL;
    node.args[0] = read_node(r, zh_json_get(json, ZH_SV("of")));
    return node.args[0] == NULL ? NULL : zh_cel_made_node(&r->made, &node);
}

static zh_cel_node *read_operator(reader *r, zh_json_value json, zh_json_value is)
{
    const zh_sv sign = zh_json_text_or_empty(is);
    zh_cel_node node = { .kind = ZH_CEL_OPERATOR };
    if (!ONLY("op", "args") || !read_args(r, zh_json_get(json, ZH_SV("args")), NULL, false, &node)) return NULL;
    for (zh_cel_op op = ZH_CEL_OP_OR; op <= ZH_CEL_OP_OPT_INDEX; op++) {
        const bool many = op == ZH_CEL_OP_OR || op == ZH_CEL_OP_AND;
        const uint32_t count = op == ZH_CEL_OP_NOT || op == ZH_CEL_OP_NEGATE ? 1 : op == ZH_CEL_OP_COND ? 3 : 2;
        if (!zh_sv_equal(sign, zh_sv_of(sign_of(op))) || (many ? node.count < 2 : node.count != count)) continue;
        node.op = (uint8_t)op;
        return zh_cel_made_node(&r->made, &node);
    }
    return wrong(r, "there is no operator '%.*s' of %u arguments", (int)(sign.size < 20 ? sign.size : 20), sign.data == NULL ? "" : sign.data, node.count);
}

/* size, math.abs */
static bool is_call_name(zh_sv text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.size; i++) {
        if (i < text.size && text.data[i] != '.') continue;
        const zh_sv part = zh_sv_part(text, from, i - from);
        if (!is_name(part) || (from == 0 && zh_cel_is_reserved(part))) return false;
        from = i + 1;
    }
    return true;
}

/* "a.b.f" as it is parsed: f on the selection b of a. */
static zh_cel_node *on_names(reader *r, zh_sv names)
{
    zh_cel_node *node = NULL;
    for (size_t from = 0, to = 0; from <= names.size; from = to + 1) {
        for (to = from; to < names.size && names.data[to] != '.';) to++;
        const zh_sv name = kept(r, zh_sv_part(names, from, to - from));
        zh_cel_node **args = ZH_TAKE(r->made.arena, zh_cel_node *, 1);
        if (args == NULL) return r->made.failed = ZH_NOMEM, NULL;
        args[0] = node;
        const zh_cel_node like = node == NULL ? (zh_cel_node){ .kind = ZH_CEL_IDENT, .name = name, .slot = ZH_CEL_NO_SLOT } : (zh_cel_node){ .kind = ZH_CEL_SELECT, .name = name, .args = args, .count = 1 };
        node = zh_cel_made_node(&r->made, &like);
        if (node == NULL) return NULL;
    }
    return node;
}

static zh_cel_node *read_call(reader *r, zh_json_value json, zh_json_value is)
{
    zh_sv name = zh_json_text_or_empty(is);
    const zh_json_value on = zh_json_get(json, ZH_SV("on"));
    zh_cel_node node = { .kind = ZH_CEL_CALL, .member = zh_json_is(on, ZH_JSON_OBJECT) }, *receiver = NULL;
    node.rooted = !node.member && zh_sv_starts(name, ZH_SV("."));
    if (node.rooted) name = zh_sv_part(name, 1, SIZE_MAX);
    if (!ONLY("call", "on", "args")) return NULL;
    if (node.member ? !is_name(name) : !is_call_name(name)) return wrong(r, "'%.*s' is no name of a function", (int)(name.size < 60 ? name.size : 60), name.data == NULL ? "" : name.data);
    size_t dot = name.size;
    while (dot > 0 && name.data[dot - 1] != '.') dot--;
    if (node.member) receiver = read_node(r, on);
    else if (dot > 0) receiver = on_names(r, zh_sv_part(name, 0, dot - 1));
    if (r->made.failed != ZH_OK || !read_args(r, zh_json_get(json, ZH_SV("args")), receiver, false, &node)) return NULL;
    if (dot > 0 && receiver != NULL && node.rooted) return wrong(r, "a function of a leading dot has no other dots");
    node.member = receiver != NULL;
    node.name = kept(r, zh_sv_part(name, dot, SIZE_MAX));
    return node.member ? zh_cel_macro_member(&r->made, r->macros, &node) : zh_cel_macro_global(&r->made, &node);
}

static zh_cel_node *read_list(reader *r, zh_json_value json, zh_json_value is)
{
    zh_cel_node node = { .kind = ZH_CEL_LIST_OF };
    return ONLY("list") && read_args(r, is, NULL, true, &node) ? zh_cel_made_node(&r->made, &node) : NULL;
}

static zh_cel_node *read_map(reader *r, zh_json_value json, zh_json_value is)
{
    zh_cel_node node = { .kind = ZH_CEL_MAP_OF };
    if (!ONLY("map")) return NULL;
    if (!zh_json_is(is, ZH_JSON_ARRAY)) return wrong(r, "'map' is an array of [key, value]");
    node.args = ZH_TAKE(r->made.arena, zh_cel_node *, 2 * zh_json_count(is));
    if (node.args == NULL) return r->made.failed = ZH_NOMEM, NULL;
    for (zh_json_iter it = zh_json_walk(is); zh_json_next(&it);) {
        zh_cel_node pair;
        if (zh_json_count(it.value) != 2 || !read_args(r, it.value, NULL, true, &pair)) return wrong(r, "'map' is an array of [key, value]");
        if (pair.args[0]->element) return wrong(r, "the value of a key may be optional, the key may not");
        node.args[node.count++] = pair.args[0];
        node.args[node.count++] = pair.args[1];
    }
    return zh_cel_made_node(&r->made, &node);
}

/* As the parser does it: a call of the variables and the rest, which becomes a macro. */
static zh_cel_node *read_macro(reader *r, zh_json_value json, zh_json_value is)
{
    const zh_sv name = zh_json_text_or_empty(is);
    const bool bind = zh_sv_equal(name, ZH_SV("cel.bind"));
    const zh_json_value vars = zh_json_get(json, ZH_SV("vars"));
    zh_cel_node rest, call = { .kind = ZH_CEL_CALL, .member = true, .name = bind ? ZH_SV("bind") : kept(r, name) };
    if (!ONLY("macro", "on", "vars", "args")) return NULL;
    zh_cel_node *on = bind ? on_names(r, ZH_SV("cel")) : read_node(r, zh_json_get(json, ZH_SV("on")));
    if (on == NULL || !read_args(r, zh_json_get(json, ZH_SV("args")), NULL, false, &rest)) return NULL;
    call.args = ZH_TAKE(r->made.arena, zh_cel_node *, rest.count + zh_json_count(vars) + 2);
    if (call.args == NULL) return r->made.failed = ZH_NOMEM, NULL;
    call.args[call.count++] = on;
    for (zh_json_iter it = zh_json_walk(vars); zh_json_next(&it);) {
        const zh_sv var = zh_json_text_or_empty(it.value);
        if (!is_variable(var)) return wrong(r, "the variables of a macro are names");
        zh_cel_node *ident = zh_cel_made_node(&r->made, &(zh_cel_node){ .kind = ZH_CEL_IDENT, .name = kept(r, var), .slot = ZH_CEL_NO_SLOT });
        if (ident == NULL) return NULL;
        call.args[call.count++] = ident;
    }
    for (uint32_t i = 0; i < rest.count; i++) call.args[call.count++] = rest.args[i];
    zh_cel_node *macro = zh_cel_macro_member(&r->made, r->macros, &call);
    if (macro == NULL) return r->made.failed == ZH_FORMAT ? (r->made.failed = ZH_OK, wrong(r, "'%.*s' is no such macro", ZH_SV_ARG(name))) : NULL;
    return macro->kind == ZH_CEL_MACRO && macro->vars_count == zh_json_count(vars) ? macro : wrong(r, "there is no macro '%.*s' of so many variables and arguments", (int)(name.size < 60 ? name.size : 60), name.data == NULL ? "" : name.data);
}

static zh_cel_node *read_node(reader *r, zh_json_value json)
{
    static const char *const kinds[] = { "value", "int", "uint", "double", "bytes", "name", "field", "has", "op", "call", "list", "map", "macro" };
    if (r->made.failed != ZH_OK) return NULL;
    if (r->depth >= ZH_CEL_TREE_DEPTH_MAX + 2) return r->made.failed = ZH_FULL, NULL;
    zh_cel_node *node = NULL;
    r->depth++;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const zh_sv key = zh_sv_of(kinds[i]);
        const zh_json_value is = zh_json_get(json, key);
        if (zh_json_is(is, ZH_JSON_ABSENT)) continue;
        if (i < 5) node = read_literal(r, json, key, is);
        else if (i == 5) node = read_name(r, json, is);
        else if (i < 8) node = read_field(r, json, key, is);
        else if (i == 8) node = read_operator(r, json, is);
        else if (i == 9) node = read_call(r, json, is);
        else if (i == 10) node = read_list(r, json, is);
        else if (i == 11) node = read_map(r, json, is);
        else node = read_macro(r, json, is);
        r->depth--;
        return node;
    }
    r->depth--;
    return wrong(r, "a node is an object with one of: value, name, field, has, op, call, list, map, macro");
}

zh_err zh_cel_tree_read(zh_arena *arena, zh_json_value json, const zh_cel_macros *macros, zh_cel_node **root, zh_note *why)
{
    reader r = { .made = { .arena = arena }, .macros = macros, .why = why };
    zh_note before = { "" };
    if (why != NULL) before = *why;
    zh_note_set(why, "the tree is no expression: a macro has other arguments");
    *root = read_node(&r, json);
    if (r.made.failed != ZH_OK) *root = NULL;
    if (r.made.failed == ZH_FULL) zh_note_set(why, "the tree has more than %d levels, or more nodes than an expression may have", ZH_CEL_TREE_DEPTH_MAX);
    if (r.made.failed == ZH_OK && why != NULL) *why = before;
    return r.made.failed;
}
