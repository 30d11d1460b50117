#include "collect/pixel.h"

#include "base/b64.h"
#include "base/form.h"
#include "base/json_out.h"

typedef struct pair {
    zh_sv name, value; /* decoded; of the name what is left below the level */
    bool done;
} pair;

typedef struct level {
    zh_arena *arena;
    zh_json_out *out;
    int depth;
} level;

/* The part of the name before its first dot; all of it on the last level. */
static zh_sv head_of(const pair *p, int depth)
{
    const char *dot = p->name.size == 0 || depth + 1 >= ZH_PIXEL_LEVELS_MAX
                          ? NULL : memchr(p->name.data, '.', p->name.size);
    return zh_sv_part(p->name, 0, dot == NULL ? p->name.size : (size_t)(dot - p->name.data));
}

static zh_err put_object(const level *l, pair *pairs, size_t count);

/* The pairs whose names go on below pairs[first], as one object. */
static zh_err put_inner(const level *l, const pair *pairs, size_t first, size_t count, zh_sv head)
{
    pair *inner = ZH_TAKE(l->arena, pair, count - first);
    size_t found = 0;
    if (inner == NULL) return ZH_FULL;
    for (size_t i = first; i < count; i++) {
        const zh_sv mine = head_of(&pairs[i], l->depth);
        if (!zh_sv_equal(mine, head) || mine.size == pairs[i].name.size) continue;
        inner[found++] = (pair){ zh_sv_part(pairs[i].name, mine.size + 1, SIZE_MAX), pairs[i].value, false };
    }
    return put_object(&(level){ l->arena, l->out, l->depth + 1 }, inner, found);
}

static zh_err put_object(const level *l, pair *pairs, size_t count)
{
    zh_json_out_object(l->out);
    for (size_t i = 0; i < count; i++) {
        const zh_sv head = head_of(&pairs[i], l->depth);
        if (pairs[i].done || head.size == 0) continue;
        zh_json_out_key(l->out, head);
        if (head.size == pairs[i].name.size) {
            zh_json_out_text(l->out, pairs[i].value);
        } else {
            const zh_err e = put_inner(l, pairs, i, count, head);
            if (e != ZH_OK) return e;
        }
        for (size_t k = i; k < count; k++) pairs[k].done |= zh_sv_equal(head_of(&pairs[k], l->depth), head);
    }
    zh_json_out_end(l->out);
    return ZH_OK;
}

static zh_err flat_body(zh_sv query, zh_arena *arena, zh_buf *scratch)
{
    size_t count = 0;
    pair *pairs = ZH_TAKE(arena, pair, ZH_PIXEL_PAIRS_MAX);
    if (pairs == NULL) return ZH_FULL;
    for (zh_form it = zh_form_on(query); zh_form_next(&it);) {
        if (count == ZH_PIXEL_PAIRS_MAX) return ZH_RANGE;
        pair *p = &pairs[count];
        p->name = zh_form_decode(arena, it.name, true);
        p->value = zh_form_decode(arena, it.value, true);
        if (p->name.data != NULL && p->name.size > 0 && p->value.data != NULL) count++;
    }
    if (count == 0) return ZH_FORMAT;
    zh_json_out out = zh_json_out_on(scratch);
    const zh_err e = put_object(&(level){ arena, &out, 0 }, pairs, count);
    return e != ZH_OK ? e : zh_json_out_done(&out);
}

zh_err zh_pixel_body(zh_sv query, zh_arena *arena, zh_buf *scratch, zh_sv *body)
{
    zh_buf_reset(scratch);
    zh_err e;
    const zh_sv data = zh_form_get(arena, query, ZH_SV("data"));
    if (data.data != NULL) {
        /* A plus that nobody escaped was read as a blank. */
        char *bytes = zh_arena_take(arena, data.size, 1);
        if (bytes == NULL) return ZH_FULL;
        for (size_t i = 0; i < data.size; i++) bytes[i] = data.data[i] == ' ' ? '+' : data.data[i];
        e = data.size == 0 ? ZH_FORMAT : zh_b64_decode((zh_sv){ bytes, data.size }, scratch);
    } else {
        e = flat_body(query, arena, scratch);
    }
    if (e != ZH_OK) return e;
    *body = zh_arena_copy(arena, zh_buf_view(scratch));
    return body->data == NULL ? ZH_FULL : ZH_OK;
}
