#include "lang/cel_std.h"
#include "base/b64.h"
#include "lang/cel_regex.h"

#define BYTES_A_STEP 32

zh_err zh_cel_std_declare(zh_cel_env *env)
{
    static const zh_cel_entry *const tables[] = { zh_cel_std_core, zh_cel_std_convert, zh_cel_std_time, zh_cel_std_strings, zh_cel_std_math };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const zh_cel_entry *entry = tables[t]; entry->signature != NULL; entry++) {
            const zh_err e = zh_cel_env_function(env, zh_sv_of(entry->signature), entry->call, 0);
            if (e != ZH_OK) return e;
        }
    return ZH_OK;
}

zh_cel_value zh_cel_take_text(zh_cel_run *run, zh_buf *text)
{
    const zh_sv made = zh_buf_view(text);
    zh_cel_value v = zh_cel_error(zh_buf_err(text) == ZH_FULL ? ZH_CEL_LIMIT : ZH_CEL_MEMORY, NULL);
    if (zh_buf_err(text) == ZH_OK) {
        const zh_sv copy = zh_arena_copy(run->arena, made);
        if (!zh_cel_run_pay(run, made.size / BYTES_A_STEP)) v = zh_cel_error(ZH_CEL_LIMIT, NULL);
        else if (copy.data != NULL) v = zh_cel_text(copy);
    }
    zh_buf_close(text);
    return v;
}

uint32_t zh_cel_point(zh_sv text, size_t *at)
{
    const unsigned char *p = (const unsigned char *)text.data + *at;
    if (p[0] < 0x80) return *at += 1, p[0];
    if (p[0] < 0xE0) return *at += 2, (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    if (p[0] < 0xF0) return *at += 3, (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    return *at += 4, (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

uint32_t zh_cel_points(zh_sv text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; i++) count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

#define FUNCTION(name) static zh_cel_value name(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
#define UNUSED (void)run, (void)args, (void)count, (void)self

FUNCTION(size_of)
{
    UNUSED;
    switch (args[0].kind) {
    case ZH_CEL_STRING:
        if (!zh_cel_run_pay(run, args[0].n / BYTES_A_STEP)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
        return zh_cel_int(zh_cel_points(zh_cel_sv(args[0])));
    case ZH_CEL_MAP: return zh_cel_int(args[0].map->count);
    default: return zh_cel_int(args[0].n);
    }
}

FUNCTION(type_of)
{
    UNUSED;
    static const zh_cel_type object = { .kind = ZH_CEL_OBJECT, .name = { "object", 6 } };
    return zh_cel_type_value(args[0].kind == ZH_CEL_OBJECT ? &object : zh_cel_type_plain((zh_cel_kind)args[0].kind));
}

FUNCTION(itself)
{
    UNUSED;
    return args[0];
}

/* ---- optional values ---- */

FUNCTION(optional_of)
{
    UNUSED;
    zh_cel_value *inner = ZH_TAKE(run->arena, zh_cel_value, 1);
    if (inner == NULL) return zh_cel_error(ZH_CEL_MEMORY, NULL);
    *inner = args[0];
    return zh_cel_optional(inner);
}

static bool is_zero(zh_cel_value v)
{
    switch (v.kind) {
    case ZH_CEL_NULL: return true;
    case ZH_CEL_BOOL: return !v.boolean;
    case ZH_CEL_INT:
    case ZH_CEL_UINT:
    case ZH_CEL_DURATION: return v.u == 0;
    case ZH_CEL_DOUBLE: return v.d == 0;
    case ZH_CEL_STRING:
    case ZH_CEL_BYTES:
    case ZH_CEL_LIST: return v.n == 0;
    case ZH_CEL_MAP: return v.map->count == 0;
    case ZH_CEL_TIMESTAMP: return v.i == 0 && v.n == 0;
    case ZH_CEL_OPTIONAL: return v.items == NULL;
    default: return false;
    }
}

FUNCTION(optional_of_non_zero) { return is_zero(args[0]) ? zh_cel_optional(NULL) : optional_of(run, args, count, self); }

FUNCTION(optional_none)
{
    UNUSED;
    return zh_cel_optional(NULL);
}

FUNCTION(has_value)
{
    UNUSED;
    return zh_cel_bool(args[0].items != NULL);
}

FUNCTION(value_of)
{
    UNUSED;
    return args[0].items != NULL ? *args[0].items : zh_cel_error(ZH_CEL_ABSENT, "optional.none() has no value");
}

FUNCTION(or_optional) /* && is lazy; this is for what is not known to be optional before it is there */
{
    UNUSED;
    return args[0].items != NULL ? args[0] : args[1];
}

FUNCTION(or_value)
{
    UNUSED;
    return args[0].items != NULL ? *args[0].items : args[1];
}

FUNCTION(unwrap)
{
    UNUSED;
    zh_cel_value *items = ZH_TAKE(run->arena, zh_cel_value, args[0].n);
    uint32_t kept = 0;
    if (items == NULL || !zh_cel_run_pay(run, args[0].n)) return zh_cel_error(items == NULL ? ZH_CEL_MEMORY : ZH_CEL_LIMIT, NULL);
    for (uint32_t i = 0; i < args[0].n; i++) {
        if (args[0].items[i].kind != ZH_CEL_OPTIONAL) return zh_cel_error(ZH_CEL_NO_OVERLOAD, NULL);
        if (args[0].items[i].items != NULL) items[kept++] = *args[0].items[i].items;
    }
    return zh_cel_list(items, kept);
}

/* ---- matches, base64 ---- */

FUNCTION(matches)
{
    UNUSED;
    zh_cel_regex *regex = (zh_cel_regex *)(uintptr_t)args[1].object;
    if (args[1].kind == ZH_CEL_STRING) { /* not known before */
        zh_note why;
        if (!zh_cel_run_pay(run, 16 + args[1].n)) return zh_cel_error(ZH_CEL_LIMIT, NULL);
        const zh_err e = zh_cel_regex_open(&regex, run->arena, zh_cel_sv(args[1]), &why);
        if (e == ZH_NOMEM) return zh_cel_error(ZH_CEL_MEMORY, NULL);
        if (e != ZH_OK) return zh_cel_errorf(run->arena, ZH_CEL_ARGUMENT, "the pattern cannot be read: %s", why.text);
    }
    bool found;
    uint64_t steps = run->steps_left_;
    const zh_err e = zh_cel_regex_find(regex, run->arena, zh_cel_sv(args[0]), &steps, &found);
    run->steps_left_ = steps;
    if (e != ZH_OK) return zh_cel_error(e == ZH_NOMEM ? ZH_CEL_MEMORY : ZH_CEL_LIMIT, NULL);
    return zh_cel_bool(found);
}

FUNCTION(base64_encode)
{
    UNUSED;
    zh_buf text = zh_buf_open((size_t)args[0].n * 2 + 8);
    zh_b64_encode(zh_cel_sv(args[0]), &text);
    return zh_cel_take_text(run, &text);
}

FUNCTION(base64_decode)
{
    UNUSED;
    zh_buf bytes = zh_buf_open((size_t)args[0].n + 8);
    const zh_err e = zh_b64_decode(zh_cel_sv(args[0]), &bytes);
    if (e == ZH_FORMAT) {
        zh_buf_close(&bytes);
        return zh_cel_error(ZH_CEL_ARGUMENT, "invalid argument: no base64");
    }
    zh_cel_value v = zh_cel_take_text(run, &bytes);
    if (v.kind == ZH_CEL_STRING) v.kind = ZH_CEL_BYTES;
    return v;
}

#define ARITHMETIC(sign) { "_" sign "_(int, int) int", NULL }, { "_" sign "_(uint, uint) uint", NULL }
#define ORDER(sign)                                                                                                                           \
    { "_" sign "_(bool, bool) bool", NULL }, { "_" sign "_(int, int) bool", NULL }, { "_" sign "_(int, uint) bool", NULL },                    \
    { "_" sign "_(int, double) bool", NULL }, { "_" sign "_(uint, uint) bool", NULL }, { "_" sign "_(uint, int) bool", NULL },                 \
    { "_" sign "_(uint, double) bool", NULL }, { "_" sign "_(double, double) bool", NULL }, { "_" sign "_(double, int) bool", NULL },          \
    { "_" sign "_(double, uint) bool", NULL }, { "_" sign "_(string, string) bool", NULL }, { "_" sign "_(bytes, bytes) bool", NULL },         \
    { "_" sign "_(timestamp, timestamp) bool", NULL }, { "_" sign "_(duration, duration) bool", NULL }

const zh_cel_entry zh_cel_std_core[] = {
    ARITHMETIC("+"), ARITHMETIC("-"), ARITHMETIC("*"), ARITHMETIC("/"), ARITHMETIC("%"),
    { "_+_(double, double) double", NULL }, { "_-_(double, double) double", NULL }, { "_*_(double, double) double", NULL }, { "_/_(double, double) double", NULL },
    { "_+_(string, string) string", NULL }, { "_+_(bytes, bytes) bytes", NULL }, { "_+_(list(A), list(A)) list(A)", NULL },
    { "_+_(timestamp, duration) timestamp", NULL }, { "_+_(duration, timestamp) timestamp", NULL }, { "_+_(duration, duration) duration", NULL },
    { "_-_(timestamp, timestamp) duration", NULL }, { "_-_(timestamp, duration) timestamp", NULL }, { "_-_(duration, duration) duration", NULL },
    { "-_(int) int", NULL }, { "-_(double) double", NULL }, { "-_(duration) duration", NULL },
    { "_==_(A, A) bool", NULL }, { "_!=_(A, A) bool", NULL },
    ORDER("<"), ORDER("<="), ORDER(">"), ORDER(">="),
    { "@in(A, list(A)) bool", NULL }, { "@in(A, map(A, B)) bool", NULL },
    { "_[_](list(A), int) A", NULL }, { "_[_](map(A, B), A) B", NULL },
    { "_[_](optional_type(list(A)), int) optional_type(A)", NULL }, { "_[_](optional_type(map(A, B)), A) optional_type(B)", NULL },
    { "_[?_](list(A), int) optional_type(A)", NULL }, { "_[?_](map(A, B), A) optional_type(B)", NULL },
    { "_[?_](optional_type(list(A)), int) optional_type(A)", NULL }, { "_[?_](optional_type(map(A, B)), A) optional_type(B)", NULL },
    { "size(string) int", size_of }, { "size(bytes) int", size_of }, { "size(list(A)) int", size_of }, { "size(map(A, B)) int", size_of },
    { ".size(string) int", size_of }, { ".size(bytes) int", size_of }, { ".size(list(A)) int", size_of }, { ".size(map(A, B)) int", size_of },
    { "type(A) type(A)", type_of }, { "dyn(A) dyn", itself },
    { ".matches(string, string) bool", matches }, { "matches(string, string) bool", matches },
    { "base64.encode(bytes) string", base64_encode }, { "base64.decode(string) bytes", base64_decode },
    { "optional.of(A) optional_type(A)", optional_of }, { "optional.ofNonZeroValue(A) optional_type(A)", optional_of_non_zero },
    { "optional.none() optional_type(A)", optional_none }, { ".hasValue(optional_type(A)) bool", has_value }, { ".value(optional_type(A)) A", value_of },
    { ".or(optional_type(A), optional_type(A)) optional_type(A)", or_optional }, { ".orValue(optional_type(A), A) A", or_value },
    { "optional.unwrap(list(optional_type(A))) list(A)", unwrap }, { ".unwrapOpt(list(optional_type(A))) list(A)", unwrap },
    { NULL, NULL },
};
