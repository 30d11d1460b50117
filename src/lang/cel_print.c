#include "lang/cel_print.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "lang/cel_macro.h"
#include "lang/cel_std.h"

#include <math.h>

#define LEVEL_COND 1
#define LEVEL_UNARY 7
#define LEVEL_NAME 8

static void print(const zh_cel_node *node, int level, zh_buf *out);

/* ---- values ---- */

static void put_quoted(zh_sv text, bool bytes, zh_buf *out)
{
    zh_buf_put(out, bytes ? ZH_SV("b\"") : ZH_SV("\""));
    for (size_t at = 0; at < text.size;) {
        const unsigned char c = (unsigned char)text.data[at];
        const size_t size = bytes && c >= 0x80 ? 0 : zh_utf8_character((const unsigned char *)text.data + at, text.size - at);
        if (c == '"' || c == '\\') zh_buf_printf(out, "\\%c", c);
        else if (c == '\n') zh_buf_put(out, ZH_SV("\\n"));
        else if (c == '\t') zh_buf_put(out, ZH_SV("\\t"));
        else if (c == '\r') zh_buf_put(out, ZH_SV("\\r"));
        else if (c < ' ' || c == 127 || size == 0) zh_buf_printf(out, bytes ? "\\x%02x" : "\\u%04x", c);
        else zh_buf_put(out, zh_sv_part(text, at, size));
        at += size == 0 ? 1 : size;
    }
    zh_buf_put(out, ZH_SV("\""));
}

static void put_real(double d, zh_buf *out)
{
    char text[ZH_JSON_REAL_BYTES];
    if (isnan(d)) zh_buf_put(out, ZH_SV("double(\"NaN\")"));
    else if (isinf(d)) zh_buf_put(out, d < 0 ? ZH_SV("double(\"-Infinity\")") : ZH_SV("double(\"Infinity\")"));
    else zh_buf_put(out, (zh_sv){ text, zh_json_print_real(d, text) });
}

static void put_call(const char *name, zh_cel_value v, zh_buf *out)
{
    zh_buf_printf(out, "%s(\"", name);
    if (v.kind == ZH_CEL_TIMESTAMP) zh_cel_put_timestamp(out, v);
    else zh_cel_put_duration(out, v.i);
    zh_buf_put(out, ZH_SV("\")"));
}

static void put_items(zh_cel_value v, zh_buf *out)
{
    const bool map = v.kind == ZH_CEL_MAP;
    const uint32_t count = map ? v.map->count : v.n;
    zh_buf_put(out, map ? ZH_SV("{") : ZH_SV("["));
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) zh_buf_put(out, ZH_SV(", "));
        if (map) {
            zh_cel_print_value(v.map->pairs[2 * i], out);
            zh_buf_put(out, ZH_SV(": "));
        }
        zh_cel_print_value(map ? v.map->pairs[2 * i + 1] : v.items[i], out);
    }
    zh_buf_put(out, map ? ZH_SV("}") : ZH_SV("]"));
}

void zh_cel_print_value(zh_cel_value v, zh_buf *out)
{
    switch (v.kind) {
    case ZH_CEL_NULL: zh_buf_put(out, ZH_SV("null")); break;
    case ZH_CEL_BOOL: zh_buf_put(out, v.boolean ? ZH_SV("true") : ZH_SV("false")); break;
    case ZH_CEL_INT: zh_buf_printf(out, "%lld", (long long)v.i); break;
    case ZH_CEL_UINT: zh_buf_printf(out, "%lluu", (unsigned long long)v.u); break;
    case ZH_CEL_DOUBLE: put_real(v.d, out); break;
    case ZH_CEL_STRING:
    case ZH_CEL_BYTES: put_quoted(zh_cel_sv(v), v.kind == ZH_CEL_BYTES, out); break;
    case ZH_CEL_TIMESTAMP: put_call("timestamp", v, out); break;
    case ZH_CEL_DURATION: put_call("duration", v, out); break;
    case ZH_CEL_LIST:
    case ZH_CEL_MAP: put_items(v, out); break;
    case ZH_CEL_TYPE: zh_buf_put(out, zh_cel_type_name(v.type)); break;
    case ZH_CEL_OPTIONAL:
        if (v.items == NULL) {
            zh_buf_put(out, ZH_SV("optional.none()"));
            break;
        }
        zh_buf_put(out, ZH_SV("optional.of("));
        zh_cel_print_value(*v.items, out);
        zh_buf_put(out, ZH_SV(")"));
        break;
    case ZH_CEL_ERROR: zh_buf_printf(out, "<%s>", v.text); break;
    default: zh_buf_printf(out, "<object %u>", v.n);
    }
}

/* ---- nodes ---- */

static void put_args(const zh_cel_node *node, uint32_t from, zh_buf *out)
{
    for (uint32_t i = from; i < node->count; i++) {
        if (i > from) zh_buf_put(out, ZH_SV(", "));
        if (node->args[i]->element) zh_buf_put(out, ZH_SV("?"));
        print(node->args[i], 0, out);
    }
}

static void put_name(const zh_cel_node *node, zh_buf *out)
{
    if (node->quoted) zh_buf_put(out, ZH_SV("`"));
    zh_buf_put(out, node->name);
    if (node->quoted) zh_buf_put(out, ZH_SV("`"));
}

static void put_map(const zh_cel_node *node, zh_buf *out)
{
    zh_buf_put(out, ZH_SV("{"));
    for (uint32_t i = 0; i < node->count; i += 2) {
        if (i > 0) zh_buf_put(out, ZH_SV(", "));
        if (node->args[i + 1]->element) zh_buf_put(out, ZH_SV("?"));
        print(node->args[i], 0, out);
        zh_buf_put(out, ZH_SV(": "));
        print(node->args[i + 1], 0, out);
    }
    zh_buf_put(out, ZH_SV("}"));
}

static void put_macro(const zh_cel_node *node, zh_buf *out)
{
    if (node->op == ZH_CEL_OP_BIND) {
        zh_buf_put(out, ZH_SV("cel.bind("));
    } else {
        print(node->args[0], LEVEL_NAME, out);
        zh_buf_put(out, ZH_SV("."));
        zh_buf_put(out, zh_cel_macro_name(node));
        zh_buf_put(out, ZH_SV("("));
    }
    for (uint32_t i = 0; i < node->vars_count; i++) {
        zh_buf_put(out, node->vars[i]);
        zh_buf_put(out, ZH_SV(", "));
    }
    put_args(node, node->op == ZH_CEL_OP_BIND ? 0 : 1, out);
    zh_buf_put(out, ZH_SV(")"));
}

/* Everything of a node but what leans left, which stands there already. */
static void put_rest(const zh_cel_node *node, zh_buf *out)
{
    const int level = zh_cel_op_level((zh_cel_op)node->op);
    const char *sign = zh_cel_op_sign((zh_cel_op)node->op);
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL: zh_cel_print_value(node->value, out); return;
    case ZH_CEL_IDENT: zh_buf_printf(out, "%s%.*s", node->rooted ? "." : "", ZH_SV_ARG(node->name)); return;
    case ZH_CEL_SELECT:
        zh_buf_put(out, node->optional ? ZH_SV(".?") : ZH_SV("."));
        put_name(node, out);
        return;
    case ZH_CEL_HAS:
        zh_buf_put(out, ZH_SV("has("));
        print(node->args[0], LEVEL_NAME, out);
        zh_buf_put(out, ZH_SV("."));
        put_name(node, out);
        zh_buf_put(out, ZH_SV(")"));
        return;
    case ZH_CEL_CALL:
        zh_buf_printf(out, "%s%.*s(", node->member || node->rooted ? "." : "", ZH_SV_ARG(node->name));
        put_args(node, node->member, out);
        zh_buf_put(out, ZH_SV(")"));
        return;
    case ZH_CEL_LIST_OF:
        zh_buf_put(out, ZH_SV("["));
        put_args(node, 0, out);
        zh_buf_put(out, ZH_SV("]"));
        return;
    case ZH_CEL_MAP_OF: put_map(node, out); return;
    case ZH_CEL_MACRO: put_macro(node, out); return;
    case ZH_CEL_OPERATOR: break;
    }
    switch ((zh_cel_op)node->op) {
    case ZH_CEL_OP_NOT:
    case ZH_CEL_OP_NEGATE:
        zh_buf_put(out, zh_sv_of(sign));
        print(node->args[0], node->op == ZH_CEL_OP_NEGATE && node->args[0]->kind == ZH_CEL_LITERAL ? LEVEL_NAME + 1 : LEVEL_UNARY, out);
        return;
    case ZH_CEL_OP_COND:
        print(node->args[0], LEVEL_COND + 1, out);
        zh_buf_put(out, ZH_SV(" ? "));
        print(node->args[1], LEVEL_COND + 1, out);
        zh_buf_put(out, ZH_SV(" : "));
        print(node->args[2], LEVEL_COND, out);
        return;
    case ZH_CEL_OP_AND:
    case ZH_CEL_OP_OR:
        for (uint32_t i = 0; i < node->count; i++) {
            if (i > 0) zh_buf_printf(out, " %s ", sign);
            print(node->args[i], level + 1, out);
        }
        return;
    case ZH_CEL_OP_INDEX:
    case ZH_CEL_OP_OPT_INDEX:
        zh_buf_put(out, node->op == ZH_CEL_OP_INDEX ? ZH_SV("[") : ZH_SV("[?"));
        print(node->args[1], 0, out);
        zh_buf_put(out, ZH_SV("]"));
        return;
    default:
        zh_buf_printf(out, " %s ", sign);
        print(node->args[1], level + 1, out);
    }
}

static int level_of(const zh_cel_node *node)
{
    if (node->kind == ZH_CEL_OPERATOR) return zh_cel_op_level((zh_cel_op)node->op);
    const bool negative = node->kind == ZH_CEL_LITERAL && ((node->value.kind == ZH_CEL_INT && node->value.i < 0) || (node->value.kind == ZH_CEL_DOUBLE && signbit(node->value.d)));
    return negative ? LEVEL_NAME : LEVEL_NAME;
}

/* In brackets where it binds less tightly than `level`. The part that leans left is written by a loop: brackets first, then bottom up. */
static void print(const zh_cel_node *node, int level, zh_buf *out)
{
    const zh_cel_node *above = NULL, *bottom = node;
    int wanted = level;
    uint32_t count = 0;
    for (;; above = bottom, bottom = zh_cel_node_left(bottom), count++) {
        wanted = above == NULL ? level : level_of(above);
        const bool bracket = level_of(bottom) < wanted || (level == LEVEL_NAME + 1 && above == NULL);
        if (bracket) zh_buf_put(out, ZH_SV("("));
        if (zh_cel_node_left(bottom) == NULL) {
            put_rest(bottom, out);
            if (bracket) zh_buf_put(out, ZH_SV(")"));
            break;
        }
    }
    for (uint32_t up = count; up-- > 0;) { /* O(n²) for chains of thousands; they are cut by the limits before */
        const zh_cel_node *at = node, *over = NULL;
        for (uint32_t i = 0; i < up; i++) over = at, at = zh_cel_node_left(at);
        put_rest(at, out);
        wanted = over == NULL ? level : level_of(over);
        if (level_of(at) < wanted || (level == LEVEL_NAME + 1 && over == NULL)) zh_buf_put(out, ZH_SV(")"));
    }
}

void zh_cel_print(const zh_cel_node *root, zh_buf *out) { print(root, 0, out); }
