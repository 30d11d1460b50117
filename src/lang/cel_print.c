#include "lang/cel_print.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "lang/cel_macro.h"
#include "lang/cel_std.h"

#include <math.h>

#define LEVEL_COND 1
#define LEVEL_UNARY 7
#define LEVEL_NAME 8
#define SPINE_BYTES_MAX ((size_t)ZH_CEL_NODES_MAX * sizeof(step))

typedef struct step { const zh_cel_node *node; bool bracket; } step;

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

/* A variable's name; those of blocks are calls. */
static void put_variable(zh_sv name, zh_buf *out)
{
    const char *colon = name.size > 0 ? memchr(name.data, ':', name.size) : NULL;
    if (zh_sv_starts(name, ZH_SV("@index"))) zh_buf_printf(out, "cel.index(%.*s)", ZH_SV_ARG(zh_sv_part(name, 6, SIZE_MAX)));
    else if (zh_sv_starts(name, ZH_SV("@it")) && colon != NULL) zh_buf_printf(out, "cel.iterVar(%.*s, %.*s)", (int)(colon - name.data - 3), name.data + 3, (int)(name.data + name.size - colon - 1), colon + 1);
    else zh_buf_put(out, name);
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
        put_variable(node->vars[i], out);
        zh_buf_put(out, ZH_SV(", "));
    }
    put_args(node, node->op == ZH_CEL_OP_BIND ? 0 : 1, out);
    zh_buf_put(out, ZH_SV(")"));
}

/* A minus in front would become the number's own: -(1), -(1.size()). */
static bool begins_with_number(const zh_cel_node *node)
{
    for (;;) {
        const zh_cel_node *left = node->kind == ZH_CEL_MACRO && node->op != ZH_CEL_OP_BIND ? node->args[0] : zh_cel_node_left(node);
        if (left == NULL) return node->kind == ZH_CEL_LITERAL && (node->value.kind == ZH_CEL_INT || node->value.kind == ZH_CEL_DOUBLE);
        node = left;
    }
}

/* Everything of a node but what leans left, which stands there already. */
static void put_rest(const zh_cel_node *node, zh_buf *out)
{
    const int level = zh_cel_op_level((zh_cel_op)node->op);
    const char *sign = zh_cel_op_sign((zh_cel_op)node->op);
    bool number;
    switch ((zh_cel_node_kind)node->kind) {
    case ZH_CEL_LITERAL: zh_cel_print_value(node->value, out); return;
    case ZH_CEL_IDENT:
        if (node->rooted) zh_buf_put(out, ZH_SV("."));
        put_variable(node->name, out);
        return;
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
        number = node->op == ZH_CEL_OP_NEGATE && begins_with_number(node->args[0]);
        if (number) zh_buf_put(out, ZH_SV("("));
        print(node->args[0], LEVEL_UNARY, out);
        if (number) zh_buf_put(out, ZH_SV(")"));
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

/* How tightly a node holds together; a number with a sign is one value, but not behind another sign. */
static int level_of(const zh_cel_node *node)
{
    return node->kind == ZH_CEL_OPERATOR ? zh_cel_op_level((zh_cel_op)node->op) : LEVEL_NAME;
}

/* In brackets where it binds less tightly than `level`. What leans left is written by a loop: down it the brackets open, up it the
 * rest of each node follows and they close. */
static void print(const zh_cel_node *node, int level, zh_buf *out)
{
    zh_buf spine = zh_buf_open(SPINE_BYTES_MAX); /* the nodes on the way down, and whether they stand in brackets */
    for (const zh_cel_node *at = node; at != NULL; at = zh_cel_node_left(at)) {
        const bool bracket = level_of(at) < level;
        const step s = { at, bracket };
        if (bracket) zh_buf_put(out, ZH_SV("("));
        zh_buf_put(&spine, (zh_sv){ (const char *)&s, sizeof s });
        level = level_of(at);
    }
    for (size_t i = spine.size / sizeof(step); i-- > 0;) {
        step s;
        memcpy(&s, spine.data + i * sizeof s, sizeof s);
        put_rest(s.node, out);
        if (s.bracket) zh_buf_put(out, ZH_SV(")"));
    }
    if (zh_buf_err(&spine) != ZH_OK) (void)zh_buf_room(out, SIZE_MAX / 2); /* what is written is not whole: the buffer says so */
    zh_buf_close(&spine);
}

void zh_cel_print(const zh_cel_node *root, zh_buf *out) { print(root, 0, out); }
