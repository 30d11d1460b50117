#include "segment/wakes_sign.h"

#define DEPTH_MAX 1000 /* of brackets; below it nothing is known */

static void note(zh_signs *s, zh_sv name, unsigned sign)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (!zh_sv_equal(s->names[i].name, name)) continue;
        s->names[i].signs |= sign;
        return;
    }
    if (s->count == ZH_SIGNS_MAX) return;
    s->names[s->count].name = name;
    s->names[s->count++].signs = sign;
}

static unsigned turned(unsigned sign) { return sign == ZH_SIGN_BOTH ? sign : sign == ZH_SIGN_UP ? ZH_SIGN_DOWN : ZH_SIGN_UP; }
static bool is_text(const zh_cel_node *node) { return node->kind == ZH_CEL_LITERAL && node->value.kind == ZH_CEL_STRING; }
static bool is_number(const zh_cel_node *node) { return node->kind == ZH_CEL_LITERAL && (node->value.kind == ZH_CEL_INT || node->value.kind == ZH_CEL_DOUBLE); }

static bool is_call(const zh_cel_node *node, const char *name, uint32_t args)
{
    return node->kind == ZH_CEL_CALL && node->member && node->count == args && zh_sv_equal(node->name, zh_sv_of(name));
}

static void read(zh_signs *s, const zh_cel_node *node, unsigned sign, int depth);

static void read_all(zh_signs *s, const zh_cel_node *node, unsigned sign, int depth)
{
    for (uint32_t i = 0; i < node->count; i++) read(s, node->args[i], sign, depth + 1);
}

/* customer.events("X") with conditions, as counted: more of X is more; false: it is something else. */
static bool read_events(zh_signs *s, const zh_cel_node *node, unsigned sign, int depth)
{
    for (;;) {
        if (node->kind == ZH_CEL_MACRO && node->op == ZH_CEL_OP_LAMBDA && zh_sv_equal(node->name, ZH_SV("where"))) {
            read(s, node->args[1], ZH_SIGN_BOTH, depth + 1);
        } else if ((is_call(node, "followed_by", 3) || is_call(node, "not_followed_by", 3)) && is_text(node->args[1])) {
            note(s, zh_cel_sv(node->args[1]->value), is_call(node, "followed_by", 3) ? sign : turned(sign));
        } else if (is_call(node, "events", 2) && is_text(node->args[1])) {
            note(s, zh_cel_sv(node->args[1]->value), sign);
            return true;
        } else {
            return false;
        }
        node = node->args[0];
    }
}

/* events.count(…) against a number. */
static bool read_count(zh_signs *s, const zh_cel_node *node, unsigned sign, int depth)
{
    const bool number_first = is_number(node->args[0]);
    const zh_cel_node *counted = node->args[number_first ? 1 : 0];
    if (!number_first && !is_number(node->args[1])) return false;
    if (!is_call(counted, "count", 1) && !is_call(counted, "count", 2)) return false;
    const bool more = node->op == ZH_CEL_OP_GT || node->op == ZH_CEL_OP_GE, less = node->op == ZH_CEL_OP_LT || node->op == ZH_CEL_OP_LE;
    if (!more && !less) return false;
    return read_events(s, counted->args[0], more != number_first ? sign : turned(sign), depth);
}

static void read(zh_signs *s, const zh_cel_node *node, unsigned sign, int depth)
{
    if (depth > DEPTH_MAX) {
        s->count = ZH_SIGNS_MAX + 1; /* nothing is known of any */
        return;
    }
    if (s->count > ZH_SIGNS_MAX) return;
    if (node->kind == ZH_CEL_OPERATOR && (node->op == ZH_CEL_OP_AND || node->op == ZH_CEL_OP_OR)) {
        read_all(s, node, sign, depth);
    } else if (node->kind == ZH_CEL_OPERATOR && node->op == ZH_CEL_OP_NOT) {
        read(s, node->args[0], turned(sign), depth + 1);
    } else if (node->kind == ZH_CEL_OPERATOR && node->op >= ZH_CEL_OP_LT && node->op <= ZH_CEL_OP_GE && read_count(s, node, sign, depth)) {
        return;
    } else if ((is_call(node, "did", 2) || is_call(node, "did", 3)) && is_text(node->args[1])) {
        note(s, zh_cel_sv(node->args[1]->value), sign);
    } else {
        if ((is_call(node, "events", 2) || is_call(node, "followed_by", 3) || is_call(node, "not_followed_by", 3)) && is_text(node->args[1]))
            note(s, zh_cel_sv(node->args[1]->value), ZH_SIGN_BOTH);
        read_all(s, node, ZH_SIGN_BOTH, depth);
    }
}

void zh_signs_read(zh_signs *s, const zh_cel_node *root)
{
    s->count = 0;
    read(s, root, ZH_SIGN_UP, 0);
}

unsigned zh_signs_of(const zh_signs *s, zh_sv name)
{
    if (s->count > ZH_SIGNS_MAX) return ZH_SIGN_BOTH;
    for (unsigned i = 0; i < s->count; i++)
        if (zh_sv_equal(s->names[i].name, name)) return s->names[i].signs;
    return ZH_SIGN_BOTH;
}
