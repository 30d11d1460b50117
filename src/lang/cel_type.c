#include "lang/cel_type.h"

static const zh_cel_type plain[] = {
#define PLAIN(k) [k] = { .kind = k }
    PLAIN(ZH_CEL_DYN), PLAIN(ZH_CEL_NULL), PLAIN(ZH_CEL_BOOL), PLAIN(ZH_CEL_INT), PLAIN(ZH_CEL_UINT), PLAIN(ZH_CEL_DOUBLE),
    PLAIN(ZH_CEL_STRING), PLAIN(ZH_CEL_BYTES), PLAIN(ZH_CEL_TIMESTAMP), PLAIN(ZH_CEL_DURATION),
#undef PLAIN
    [ZH_CEL_LIST] = { .kind = ZH_CEL_LIST, .count = 1, .args = { &plain[ZH_CEL_DYN] } },
    [ZH_CEL_MAP] = { .kind = ZH_CEL_MAP, .count = 2, .args = { &plain[ZH_CEL_DYN], &plain[ZH_CEL_DYN] } },
    [ZH_CEL_TYPE] = { .kind = ZH_CEL_TYPE, .count = 1, .args = { &plain[ZH_CEL_DYN] } },
    [ZH_CEL_OPTIONAL] = { .kind = ZH_CEL_OPTIONAL, .count = 1, .args = { &plain[ZH_CEL_DYN] } },
};

const zh_cel_type *zh_cel_type_plain(zh_cel_kind kind)
{
    return kind <= ZH_CEL_OPTIONAL ? &plain[kind] : &plain[ZH_CEL_DYN];
}

static unsigned depth(const zh_cel_type *type)
{
    unsigned deepest = 0;
    for (uint32_t i = 0; i < type->count; i++) {
        const unsigned of_arg = depth(type->args[i]);
        if (of_arg > deepest) deepest = of_arg;
    }
    return deepest + 1;
}

const zh_cel_type *zh_cel_type_of2(zh_arena *arena, zh_cel_kind kind, const zh_cel_type *first, const zh_cel_type *second)
{
    if (first == NULL || depth(first) >= ZH_CEL_TYPE_DEPTH_MAX || (second != NULL && depth(second) >= ZH_CEL_TYPE_DEPTH_MAX)) return NULL;
    zh_cel_type *type = ZH_TAKE(arena, zh_cel_type, 1);
    if (type == NULL) return NULL;
    *type = (zh_cel_type){ .kind = kind, .count = second == NULL ? 1 : 2, .args = { first, second } };
    return type;
}

const zh_cel_type *zh_cel_type_of1(zh_arena *arena, zh_cel_kind kind, const zh_cel_type *arg)
{
    return zh_cel_type_of2(arena, kind, arg, NULL);
}

bool zh_cel_type_equal(const zh_cel_type *a, const zh_cel_type *b)
{
    if (a == b) return true;
    if (a->kind != b->kind || a->count != b->count) return false;
    if (a->kind == ZH_CEL_PARAM && a->number != b->number) return false;
    if (a->kind == ZH_CEL_OBJECT && !zh_sv_equal(a->name, b->name)) return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!zh_cel_type_equal(a->args[i], b->args[i])) return false;
    return true;
}

const char *zh_cel_kind_text(zh_cel_kind kind)
{
    static const char *const texts[] = {
        [ZH_CEL_DYN] = "dyn", [ZH_CEL_NULL] = "null_type", [ZH_CEL_BOOL] = "bool", [ZH_CEL_INT] = "int", [ZH_CEL_UINT] = "uint",
        [ZH_CEL_DOUBLE] = "double", [ZH_CEL_STRING] = "string", [ZH_CEL_BYTES] = "bytes", [ZH_CEL_TIMESTAMP] = "timestamp",
        [ZH_CEL_DURATION] = "duration", [ZH_CEL_LIST] = "list", [ZH_CEL_MAP] = "map", [ZH_CEL_TYPE] = "type",
        [ZH_CEL_OPTIONAL] = "optional_type", [ZH_CEL_OBJECT] = "object", [ZH_CEL_PARAM] = "param", [ZH_CEL_ERROR] = "error",
        [ZH_CEL_INSIDE] = "inside",
    };
    return texts[kind];
}

zh_sv zh_cel_type_name(const zh_cel_type *type)
{
    switch (type->kind) {
    case ZH_CEL_OBJECT:
    case ZH_CEL_PARAM: return type->name;
    case ZH_CEL_TIMESTAMP: return ZH_SV("google.protobuf.Timestamp");
    case ZH_CEL_DURATION: return ZH_SV("google.protobuf.Duration");
    default: return zh_sv_of(zh_cel_kind_text(type->kind));
    }
}

void zh_cel_type_print(const zh_cel_type *type, zh_buf *out)
{
    if (type->kind == ZH_CEL_PARAM && type->name.size == 0) {
        zh_buf_put(out, ZH_SV("dyn")); /* nothing more is known about it */
        return;
    }
    zh_buf_put(out, type->kind == ZH_CEL_OBJECT || type->kind == ZH_CEL_PARAM ? type->name : zh_sv_of(zh_cel_kind_text(type->kind)));
    for (uint32_t i = 0; i < type->count; i++) {
        zh_buf_put(out, i == 0 ? ZH_SV("(") : ZH_SV(", "));
        zh_cel_type_print(type->args[i], out);
    }
    if (type->count > 0) zh_buf_put(out, ZH_SV(")"));
}
