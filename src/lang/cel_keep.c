#include "lang/cel_keep.h"
#include "base/hash.h"
#include "lang/cel_code.h"
#include "lang/cel_regex.h"

#define MAGIC 0x4C45435Au /* "ZCEL" */
#define HEAD_BYTES 9
#define DEPTH_MAX 200 /* levels of constants: those of an expression */
enum { IS_DECL = 0, IS_OVERLOAD = 1 };

/* ---- out ---- */

static void put_type(zh_buf *out, const zh_cel_type *type)
{
    zh_buf text = zh_buf_open(1 << 16);
    zh_cel_type_print(type, &text);
    zh_buf_put_text(out, zh_buf_view(&text));
    zh_buf_close(&text);
}

static void put_signature(zh_buf *out, const zh_cel_overload *o)
{
    zh_buf_printf(out, "%s%.*s(", o->member ? "." : "", ZH_SV_ARG(o->name));
    for (uint32_t i = 0; i < o->params_count; i++) {
        if (i > 0) zh_buf_put(out, ZH_SV(", "));
        if (o->lambda && i + 1 == o->params_count) {
            zh_cel_type_print(o->variable, out);
            zh_buf_put(out, ZH_SV(" => "));
        }
        zh_cel_type_print(o->params[i], out);
    }
    zh_buf_put(out, ZH_SV(") "));
    zh_cel_type_print(o->result, out);
}

static void put_overload(zh_buf *out, const zh_cel_overload *o)
{
    zh_buf text = zh_buf_open(1 << 16);
    put_signature(&text, o);
    zh_buf_put_text(out, zh_buf_view(&text));
    zh_buf_close(&text);
}

static void put_decl(zh_buf *out, const zh_cel_decl *decl)
{
    zh_buf_put_u8(out, (uint8_t)decl->is);
    zh_buf_put_text(out, decl->owner == NULL ? ZH_SV("") : decl->owner->name);
    zh_buf_put_text(out, decl->name);
    put_type(out, decl->type);
}

static void put_value(zh_buf *out, zh_cel_value v)
{
    zh_buf_put_u8(out, v.kind);
    switch (v.kind) {
    case ZH_CEL_STRING:
    case ZH_CEL_BYTES: zh_buf_put_text(out, zh_cel_sv(v)); break;
    case ZH_CEL_TYPE: zh_buf_put_text(out, zh_cel_type_name(v.type)); break;
    case ZH_CEL_INSIDE: zh_buf_put_text(out, v.object == NULL ? ZH_SV("") : zh_cel_regex_pattern(v.object)); break;
    case ZH_CEL_LIST:
        zh_buf_put_var(out, v.n);
        for (uint32_t i = 0; i < v.n; i++) put_value(out, v.items[i]);
        break;
    case ZH_CEL_MAP:
        zh_buf_put_var(out, v.map->count);
        for (uint32_t i = 0; i < 2 * v.map->count; i++) put_value(out, v.map->pairs[i]);
        break;
    default: zh_buf_put_u64(out, v.u);
    }
}

static void put_uses(zh_buf *out, const zh_cel_program *p)
{
    zh_buf_put_var(out, p->uses_count);
    for (uint32_t i = 0; i < p->uses_count; i++) {
        const zh_cel_use *use = &p->uses[i];
        zh_buf_put_u8(out, use->decl != NULL ? IS_DECL : IS_OVERLOAD);
        if (use->decl != NULL) put_decl(out, use->decl);
        else put_overload(out, use->overload);
        zh_buf_put_zig(out, use->receiver);
        zh_buf_put_var(out, use->at);
        zh_buf_put_var(out, use->args_count);
        for (uint32_t j = 0; j < use->args_count; j++) put_value(out, use->args[j]);
        zh_buf_put_text(out, use->condition);
    }
}

zh_err zh_cel_program_save(const zh_cel_program *p, zh_buf *out)
{
    const size_t head = out->size;
    zh_buf_put_u32(out, MAGIC);
    zh_buf_put_u8(out, ZH_CEL_KEEP_VERSION);
    zh_buf_put_u32(out, 0);
    zh_buf_put_text(out, p->source);
    zh_buf_put_var(out, p->slots);
    zh_buf_put_var(out, p->stack);
    zh_buf_put_var(out, p->cost);
    put_type(out, p->type);
    zh_buf_put_var(out, p->constants_count);
    for (uint32_t i = 0; i < p->constants_count; i++) put_value(out, p->constants[i]);
    zh_buf_put_var(out, p->reads_count);
    for (uint32_t i = 0; i < p->reads_count; i++) put_decl(out, p->reads[i]);
    zh_buf_put_var(out, p->sites_count);
    for (uint32_t i = 0; i < p->sites_count; i++) {
        zh_buf_put_var(out, p->sites[i].count);
        for (uint32_t j = 0; j < p->sites[i].count; j++) put_overload(out, p->sites[i].overloads[j]);
    }
    zh_buf_put_var(out, p->code_count);
    for (uint32_t i = 0; i < p->code_count; i++) {
        zh_buf_put(out, (zh_sv){ (const char *)&p->code[i], sizeof p->code[i] });
        zh_buf_put_zig(out, (int64_t)p->places[i] - (i == 0 ? 0 : p->places[i - 1]));
    }
    put_uses(out, p);
    const zh_err e = zh_buf_err(out);
    if (e != ZH_OK) return e;
    const uint32_t crc = zh_crc32c(0, zh_sv_part(zh_buf_view(out), head + HEAD_BYTES, SIZE_MAX));
    memcpy(out->data + head + 5, &crc, sizeof crc);
    return ZH_OK;
}

/* ---- in ---- */

typedef struct loader {
    zh_arena *arena;
    const zh_cel_env *env;
    zh_reader in;
    zh_err failed;
} loader;

static void fail(loader *l, zh_err e)
{
    if (l->failed == ZH_OK) l->failed = e;
}

/* Room for a count that was read: each thing takes a byte at least, so what is left bounds it. */
static void *take_many(loader *l, uint64_t count, size_t each)
{
    if (count > zh_reader_left(&l->in)) fail(l, ZH_CORRUPT);
    void *room = l->failed != ZH_OK ? NULL : zh_arena_take(l->arena, (size_t)count, each);
    if (room == NULL) fail(l, ZH_NOMEM);
    return room;
}

static zh_sv take_text(loader *l)
{
    const zh_sv text = zh_read_text(&l->in);
    if (l->in.bad) fail(l, ZH_CORRUPT);
    const zh_sv copy = l->failed != ZH_OK ? (zh_sv){ 0 } : zh_arena_copy(l->arena, text);
    if (copy.data == NULL) fail(l, ZH_NOMEM);
    return copy;
}

static const zh_cel_decl *take_decl(loader *l)
{
    const uint8_t is = zh_read_u8(&l->in);
    const zh_sv owner_name = zh_read_text(&l->in), name = zh_read_text(&l->in), type = zh_read_text(&l->in);
    const zh_cel_type *owner = NULL;
    if (owner_name.size > 0 && zh_cel_env_type(l->env, owner_name, &owner) != ZH_OK) return fail(l, ZH_STALE), NULL;
    const zh_cel_decl *decl = zh_cel_env_decl(l->env, owner, name);
    zh_buf is_type = zh_buf_open(1 << 16);
    if (decl != NULL) zh_cel_type_print(decl->type, &is_type);
    const bool same = decl != NULL && (uint8_t)decl->is == is && zh_sv_equal(zh_buf_view(&is_type), type);
    zh_buf_close(&is_type);
    if (!same) fail(l, l->in.bad ? ZH_CORRUPT : ZH_STALE);
    return same ? decl : NULL;
}

static const zh_cel_overload *take_overload(loader *l)
{
    const zh_sv signature = zh_read_text(&l->in);
    zh_sv name = signature;
    const char *open = signature.size == 0 ? NULL : memchr(signature.data, '(', signature.size);
    if (open == NULL) return fail(l, ZH_CORRUPT), NULL;
    name.size = (size_t)(open - signature.data);
    if (zh_sv_starts(name, ZH_SV("."))) name = zh_sv_part(name, 1, SIZE_MAX);
    for (const zh_cel_overload *at = zh_cel_env_overloads(l->env, name); at != NULL; at = zh_cel_env_next(at)) {
        zh_buf text = zh_buf_open(1 << 16);
        put_signature(&text, at);
        const bool same = zh_sv_equal(zh_buf_view(&text), signature);
        zh_buf_close(&text);
        if (same) return at;
    }
    return fail(l, ZH_STALE), NULL;
}

static zh_cel_value take_value(loader *l, unsigned depth)
{
    zh_cel_value v = { .kind = zh_read_u8(&l->in) };
    if (depth > DEPTH_MAX || l->in.bad) fail(l, ZH_CORRUPT);
    if (l->failed != ZH_OK) return zh_cel_null();
    switch (v.kind) {
    case ZH_CEL_BOOL: return zh_cel_bool(zh_read_u64(&l->in) != 0);
    case ZH_CEL_NULL:
    case ZH_CEL_INT:
    case ZH_CEL_UINT:
    case ZH_CEL_DOUBLE: v.u = zh_read_u64(&l->in); break;
    case ZH_CEL_STRING: return zh_cel_text(take_text(l));
    case ZH_CEL_BYTES: return zh_cel_bytes(take_text(l));
    case ZH_CEL_TYPE: {
        const zh_cel_decl *decl = zh_cel_env_decl(l->env, NULL, zh_read_text(&l->in));
        if (decl == NULL || decl->is != ZH_CEL_TYPE_NAME) return fail(l, ZH_STALE), v;
        return zh_cel_type_value(decl->type->args[0]);
    }
    case ZH_CEL_INSIDE: { /* a pattern; in uses: what is no constant */
        const zh_sv pattern = take_text(l);
        zh_cel_regex *regex = NULL;
        if (pattern.size > 0 && zh_cel_regex_open(&regex, l->arena, pattern, NULL) != ZH_OK) fail(l, ZH_CORRUPT);
        v.object = regex;
        break;
    }
    case ZH_CEL_LIST:
    case ZH_CEL_MAP: {
        const uint64_t count = zh_read_var(&l->in), values = v.kind == ZH_CEL_MAP ? 2 * count : count;
        zh_cel_value *items = count > UINT32_MAX / 4 ? (fail(l, ZH_CORRUPT), NULL) : take_many(l, values, sizeof *items);
        for (uint64_t i = 0; i < values && l->failed == ZH_OK; i++) items[i] = take_value(l, depth + 1);
        if (l->failed != ZH_OK) return v;
        v = v.kind == ZH_CEL_LIST ? zh_cel_list(items, (uint32_t)count) : zh_cel_map_of(l->arena, items, (uint32_t)count);
        if (zh_cel_is_error(v)) fail(l, ZH_CORRUPT);
        break;
    }
    default: fail(l, ZH_CORRUPT);
    }
    return v;
}

static void take_names(loader *l, zh_cel_program *p)
{
    const uint64_t reads = zh_read_var(&l->in);
    const zh_cel_decl **decls = take_many(l, reads, sizeof *decls);
    for (uint64_t i = 0; i < reads && l->failed == ZH_OK; i++) {
        decls[i] = take_decl(l);
        if (decls[i] != NULL && decls[i]->get.call == NULL) fail(l, ZH_STALE);
    }
    p->reads = decls;
    p->reads_count = (uint32_t)reads;
    const uint64_t count = zh_read_var(&l->in);
    zh_cel_site *sites = take_many(l, count, sizeof *sites);
    for (uint64_t i = 0; i < count && l->failed == ZH_OK; i++) {
        const uint64_t overloads = zh_read_var(&l->in);
        sites[i].overloads = take_many(l, overloads, sizeof *sites[i].overloads);
        sites[i].count = (uint32_t)overloads;
        if (overloads == 0) fail(l, ZH_CORRUPT);
        for (uint64_t j = 0; j < overloads && l->failed == ZH_OK; j++) {
            sites[i].overloads[j] = take_overload(l);
            if (sites[i].overloads[j] != NULL && sites[i].overloads[j]->call == NULL) fail(l, ZH_CORRUPT);
        }
    }
    p->sites = sites;
    p->sites_count = (uint32_t)count;
}

static void take_code(loader *l, zh_cel_program *p)
{
    const uint64_t count = zh_read_var(&l->in);
    zh_cel_instr *code = take_many(l, count, sizeof *code);
    uint32_t *places = take_many(l, count, sizeof *places);
    int64_t place = 0;
    for (uint64_t i = 0; i < count && l->failed == ZH_OK; i++) {
        const zh_sv bytes = zh_read_bytes(&l->in, sizeof *code);
        if (bytes.size > 0) memcpy(&code[i], bytes.data, sizeof *code);
        place = (int64_t)((uint64_t)place + (uint64_t)zh_read_zig(&l->in));
        if (l->in.bad || place < 0 || (uint64_t)place > p->source.size) fail(l, ZH_CORRUPT);
        places[i] = (uint32_t)place;
    }
    p->code = code;
    p->places = places;
    p->code_count = (uint32_t)count;
}

static void take_uses(loader *l, zh_cel_program *p)
{
    const uint64_t count = zh_read_var(&l->in);
    zh_cel_use *uses = take_many(l, count, sizeof *uses);
    for (uint64_t i = 0; i < count && l->failed == ZH_OK; i++) {
        zh_cel_use *use = &uses[i];
        if (zh_read_u8(&l->in) == IS_DECL) use->decl = take_decl(l);
        else use->overload = take_overload(l);
        use->receiver = (int32_t)zh_read_zig(&l->in);
        use->at = (uint32_t)zh_read_var(&l->in);
        const uint64_t args = zh_read_var(&l->in);
        if (args > ZH_CEL_PARAMS_MAX || use->receiver < -1 || use->receiver >= (int64_t)i) fail(l, ZH_CORRUPT);
        for (uint64_t j = 0; j < args && l->failed == ZH_OK; j++) use->args[j] = take_value(l, 0);
        use->args_count = (uint32_t)args;
        use->condition = take_text(l);
    }
    p->uses = uses;
    p->uses_count = (uint32_t)count;
}

/* ---- the walk over code that is not believed ---- */

typedef struct effect { uint8_t needs; int8_t change; } effect; /* of the stack, where it goes on */

static const effect effects[ZH_CEL_I_COUNT] = {
    [ZH_CEL_I_RETURN] = { 1, 0 }, [ZH_CEL_I_CONST] = { 0, 1 }, [ZH_CEL_I_VARIABLE] = { 0, 1 }, [ZH_CEL_I_READ] = { 0, 1 }, [ZH_CEL_I_GET] = { 1, 0 }, [ZH_CEL_I_HAS_GET] = { 1, 0 },
    [ZH_CEL_I_LOCAL] = { 0, 1 }, [ZH_CEL_I_STORE] = { 1, -1 }, [ZH_CEL_I_FIELD] = { 1, 0 }, [ZH_CEL_I_HAS] = { 1, 0 }, [ZH_CEL_I_INDEX] = { 2, -1 }, [ZH_CEL_I_OPT_INDEX] = { 2, -1 },
    [ZH_CEL_I_NOT] = { 1, 0 }, [ZH_CEL_I_NEGATE] = { 1, 0 }, [ZH_CEL_I_ADD] = { 2, -1 }, [ZH_CEL_I_SUB] = { 2, -1 }, [ZH_CEL_I_MUL] = { 2, -1 }, [ZH_CEL_I_DIV] = { 2, -1 }, [ZH_CEL_I_MOD] = { 2, -1 },
    [ZH_CEL_I_EQ] = { 2, -1 }, [ZH_CEL_I_NE] = { 2, -1 }, [ZH_CEL_I_LT] = { 2, -1 }, [ZH_CEL_I_LE] = { 2, -1 }, [ZH_CEL_I_GT] = { 2, -1 }, [ZH_CEL_I_GE] = { 2, -1 }, [ZH_CEL_I_IN] = { 2, -1 },
    [ZH_CEL_I_BRANCH] = { 1, -1 }, [ZH_CEL_I_AND_FIRST] = { 1, 0 }, [ZH_CEL_I_OR_FIRST] = { 1, 0 }, [ZH_CEL_I_AND_NEXT] = { 2, -1 }, [ZH_CEL_I_OR_NEXT] = { 2, -1 },
    [ZH_CEL_I_BUILD] = { 0, 1 }, [ZH_CEL_I_APPEND] = { 2, -1 }, [ZH_CEL_I_PUT] = { 3, -2 }, [ZH_CEL_I_BUILT] = { 1, 0 }, [ZH_CEL_I_ITERATE] = { 1, -1 }, [ZH_CEL_I_WHERE] = { 2, -1 },
    [ZH_CEL_I_ALL_STEP] = { 2, -1 }, [ZH_CEL_I_EXISTS_STEP] = { 2, -1 }, [ZH_CEL_I_ONE_STEP] = { 2, -1 }, [ZH_CEL_I_MAP_STEP] = { 2, -1 }, [ZH_CEL_I_FILTER_STEP] = { 2, -1 }, [ZH_CEL_I_KEY_STEP] = { 2, -1 },
    [ZH_CEL_I_ENTRY_STEP] = { 2, -1 }, [ZH_CEL_I_ONE] = { 1, 0 }, [ZH_CEL_I_OR_ELSE] = { 1, -1 }, [ZH_CEL_I_OPT_TEST] = { 1, -1 }, [ZH_CEL_I_WRAP] = { 1, 0 }, [ZH_CEL_I_LAMBDA] = { 0, 1 },
};

typedef struct walk {
    const zh_cel_program *p;
    int32_t *depths; /* of the stack before each instruction; -1: not seen */
    uint32_t *todo, count;
    bool bad;
} walk;

static void go_on(walk *w, uint64_t at, int64_t depth)
{
    if (at >= w->p->code_count || depth < 0 || depth > w->p->stack) {
        w->bad = true;
    } else if (w->depths[at] < 0) {
        w->depths[at] = (int32_t)depth;
        w->todo[w->count++] = (uint32_t)at;
    } else if (w->depths[at] != depth) {
        w->bad = true;
    }
}

/* Do its operands name things that are there? */
static bool operands_good(const zh_cel_program *p, zh_cel_instr i)
{
    switch ((zh_cel_code_op)i.op) {
    case ZH_CEL_I_CONST: return i.c < p->constants_count;
    case ZH_CEL_I_FIELD:
    case ZH_CEL_I_HAS: return i.c < p->constants_count && p->constants[i.c].kind == ZH_CEL_STRING;
    case ZH_CEL_I_READ: return i.c < p->reads_count && p->reads[i.c]->is == ZH_CEL_VARIABLE;
    case ZH_CEL_I_GET:
    case ZH_CEL_I_HAS_GET: return i.c < p->reads_count && p->reads[i.c]->is == ZH_CEL_FIELD;
    case ZH_CEL_I_LOCAL:
    case ZH_CEL_I_STORE:
    case ZH_CEL_I_OPT_TEST:
    case ZH_CEL_I_LAMBDA: return i.b < p->slots;
    case ZH_CEL_I_ITERATE:
    case ZH_CEL_I_FILTER_STEP:
    case ZH_CEL_I_KEY_STEP: return (uint32_t)i.b + 3 < p->slots;
    case ZH_CEL_I_NEXT: return (uint32_t)i.b + 3 < p->slots && (i.a == 1 || i.a == 2);
    case ZH_CEL_I_BRANCH: return i.c > 0 && i.c <= p->code_count && p->code[i.c - 1].op == ZH_CEL_I_JUMP;
    case ZH_CEL_I_LIST:
    case ZH_CEL_I_MAP: return i.c <= p->stack;
    case ZH_CEL_I_CALL:
        if (i.c >= p->sites_count) return false;
        for (uint32_t j = 0; j < p->sites[i.c].count; j++)
            if (p->sites[i.c].overloads[j]->params_count != i.a) return false;
        return true;
    default: return i.op < ZH_CEL_I_COUNT;
    }
}

/* All go forwards but the end of a loop, which pays for it. */
static bool jump_good(zh_cel_instr i, uint32_t at)
{
    switch ((zh_cel_code_op)i.op) {
    case ZH_CEL_I_AGAIN: return i.b > 0 && i.c < at;
    case ZH_CEL_I_JUMP:
    case ZH_CEL_I_BRANCH:
    case ZH_CEL_I_AND_FIRST:
    case ZH_CEL_I_OR_FIRST:
    case ZH_CEL_I_AND_NEXT:
    case ZH_CEL_I_OR_NEXT:
    case ZH_CEL_I_ITERATE:
    case ZH_CEL_I_NEXT:
    case ZH_CEL_I_WHERE:
    case ZH_CEL_I_ALL_STEP:
    case ZH_CEL_I_EXISTS_STEP:
    case ZH_CEL_I_ONE_STEP:
    case ZH_CEL_I_MAP_STEP:
    case ZH_CEL_I_FILTER_STEP:
    case ZH_CEL_I_KEY_STEP:
    case ZH_CEL_I_ENTRY_STEP:
    case ZH_CEL_I_OR_ELSE:
    case ZH_CEL_I_OPT_TEST:
    case ZH_CEL_I_LAMBDA: return i.c > at;
    default: return true;
    }
}

static void step(walk *w, uint32_t at)
{
    const zh_cel_instr i = w->p->code[at];
    int64_t depth = w->depths[at], needs, change;
    if (!operands_good(w->p, i) || !jump_good(i, at)) {
        w->bad = true;
        return;
    }
    needs = effects[i.op].needs, change = effects[i.op].change;
    if (i.op == ZH_CEL_I_CALL) needs = i.a, change = 1 - (int64_t)i.a;
    else if (i.op == ZH_CEL_I_LIST) needs = i.c, change = 1 - (int64_t)i.c;
    else if (i.op == ZH_CEL_I_MAP) needs = 2 * (int64_t)i.c, change = 1 - needs;
    if (depth < needs) w->bad = true;
    const int64_t after = depth + change;
    switch ((zh_cel_code_op)i.op) {
    case ZH_CEL_I_RETURN: return;
    case ZH_CEL_I_JUMP:
    case ZH_CEL_I_AGAIN: go_on(w, i.c, after); return;
    case ZH_CEL_I_BRANCH:
        go_on(w, i.c, after);
        go_on(w, w->p->code[i.c - 1].c, depth); /* with an error */
        break;
    case ZH_CEL_I_ITERATE:
    case ZH_CEL_I_OR_ELSE:
    case ZH_CEL_I_OPT_TEST: go_on(w, i.c, depth); break;
    case ZH_CEL_I_WHERE:
        go_on(w, (uint64_t)at + 2, after);
        go_on(w, i.c, after);
        break;
    case ZH_CEL_I_AND_FIRST:
    case ZH_CEL_I_OR_FIRST:
    case ZH_CEL_I_AND_NEXT:
    case ZH_CEL_I_OR_NEXT:
    case ZH_CEL_I_NEXT:
    case ZH_CEL_I_ALL_STEP:
    case ZH_CEL_I_EXISTS_STEP:
    case ZH_CEL_I_ONE_STEP:
    case ZH_CEL_I_MAP_STEP:
    case ZH_CEL_I_FILTER_STEP:
    case ZH_CEL_I_KEY_STEP:
    case ZH_CEL_I_ENTRY_STEP:
    case ZH_CEL_I_LAMBDA: go_on(w, i.c, after); break;
    default: break;
    }
    go_on(w, (uint64_t)at + 1, after);
}

static zh_err walk_code(zh_arena *arena, const zh_cel_program *p)
{
    walk w = { .p = p, .depths = ZH_TAKE(arena, int32_t, p->code_count), .todo = ZH_TAKE(arena, uint32_t, p->code_count) };
    if (w.depths == NULL || w.todo == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < p->code_count; i++) w.depths[i] = -1;
    go_on(&w, 0, 0);
    while (w.count > 0 && !w.bad) step(&w, w.todo[--w.count]);
    return w.bad ? ZH_CORRUPT : ZH_OK;
}

static zh_err open_bytes(zh_sv bytes, zh_reader *in)
{
    *in = zh_reader_on(bytes);
    const uint32_t magic = zh_read_u32(in);
    const uint8_t version = zh_read_u8(in);
    const uint32_t crc = zh_read_u32(in);
    if (in->bad || magic != MAGIC) return ZH_CORRUPT;
    if (version != ZH_CEL_KEEP_VERSION) return ZH_STALE;
    return zh_crc32c(0, zh_sv_part(bytes, HEAD_BYTES, SIZE_MAX)) == crc ? ZH_OK : ZH_CORRUPT;
}

zh_err zh_cel_program_saved_source(zh_sv bytes, zh_sv *source)
{
    zh_reader in;
    const zh_err e = open_bytes(bytes, &in);
    *source = e == ZH_OK ? zh_read_text(&in) : (zh_sv){ 0 };
    return e == ZH_OK && in.bad ? ZH_CORRUPT : e;
}

zh_err zh_cel_program_load(zh_cel_program **out, zh_arena *arena, const zh_cel_env *env, zh_sv bytes)
{
    loader l = { .arena = arena, .env = env };
    *out = NULL;
    const zh_err e = open_bytes(bytes, &l.in);
    if (e != ZH_OK) return e;
    zh_cel_program *p = ZH_TAKE(arena, zh_cel_program, 1);
    if (p == NULL) return ZH_NOMEM;
    p->source = take_text(&l);
    const uint64_t slots = zh_read_var(&l.in), stack = zh_read_var(&l.in);
    p->cost = zh_read_var(&l.in);
    if (slots > UINT16_MAX || stack > ZH_CEL_CODE_MAX) fail(&l, ZH_CORRUPT);
    p->slots = (uint32_t)slots, p->stack = (uint32_t)stack;
    if (zh_cel_env_type(env, zh_read_text(&l.in), &p->type) != ZH_OK) fail(&l, l.in.bad ? ZH_CORRUPT : ZH_STALE);
    const uint64_t constants = zh_read_var(&l.in);
    zh_cel_value *values = take_many(&l, constants, sizeof *values);
    for (uint64_t i = 0; i < constants && l.failed == ZH_OK; i++) values[i] = take_value(&l, 0);
    p->constants = values;
    p->constants_count = (uint32_t)constants;
    if (l.failed == ZH_OK) take_names(&l, p);
    if (l.failed == ZH_OK) take_code(&l, p);
    if (l.failed == ZH_OK) take_uses(&l, p);
    if (l.failed == ZH_OK && (l.in.bad || zh_reader_left(&l.in) != 0)) fail(&l, ZH_CORRUPT);
    if (l.failed == ZH_OK) fail(&l, walk_code(arena, p));
    if (l.failed == ZH_OK) *out = p;
    return l.failed;
}
