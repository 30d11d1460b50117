/* for, tablerow and cycle. */
#include "lang/liquid_run.h"

#include <inttypes.h>

/* The part of a list that a loop walks: `length` items from `start` on. */
typedef struct part { zh_liquid_walk walk; int64_t start, length; } part;

/* Where offset and limit cut; `from` may be negative and then counts against the limit, as in the reference. */
static part part_of(zh_liquid_walk walk, int64_t from, bool limited, int64_t limit)
{
    int64_t to = walk.count;
    const int64_t start = from < 0 ? 0 : from;
    if (walk.over.kind == ZH_LIQUID_TEXT) return (part){ walk, 0, walk.count };
    if (limited && (__builtin_add_overflow(from, limit, &to) || to > walk.count)) to = limit < 0 ? 0 : walk.count;
    return (part){ walk, start, to > start ? to - start : 0 };
}

static int64_t optional_whole(zh_liquid_run *run, const zh_liquid_expr *expr, bool *given)
{
    const zh_liquid_value v = expr == NULL ? zh_liquid_nil() : zh_liquid_eval(run, expr);
    *given = v.kind != ZH_LIQUID_NIL;
    return *given ? zh_liquid_whole_of(run, v) : 0;
}

static bool cut(zh_liquid_run *run, const zh_liquid_node *node, part *out)
{
    bool given, limited;
    const zh_liquid_value *before = node->from_continue ? zh_liquid_name_get(&run->frame->offsets, node->name) : NULL;
    const int64_t from = before != NULL ? before->i : optional_whole(run, node->offset, &given);
    const zh_liquid_value over = zh_liquid_eval(run, node->value);
    const int64_t limit = optional_whole(run, node->with, &limited);
    *out = part_of(zh_liquid_walk_of(over), from, limited, limit);
    if (zh_liquid_fails(run)) return false;
    if (node->kind != ZH_LIQUID_N_FOR) return true;
    zh_liquid_value *offset = zh_liquid_name_at(run, &run->frame->offsets, node->name);
    if (offset != NULL) *offset = zh_liquid_int(from > INT64_MAX - out->length ? INT64_MAX : from + out->length);
    return offset != NULL;
}

static zh_liquid_loop *new_loop(zh_liquid_run *run, const zh_liquid_node *node, const part *p)
{
    zh_liquid_loop *loop = ZH_LIQUID_ROOM(run, zh_liquid_loop, 1); /* in the arena: a variable may keep it */
    if (loop != NULL) *loop = (zh_liquid_loop){ .name = node->name, .length = p->length, .parent = run->frame->loop };
    return loop;
}

/* Take the interrupt of a loop's body; true: the loop ends. */
static bool interrupted(zh_liquid_run *run)
{
    const bool ends = run->interrupt == ZH_LIQUID_BREAKS || run->stopped != ZH_OK;
    run->interrupt = ZH_LIQUID_GOES_ON;
    return ends;
}

void zh_liquid_render_loop(zh_liquid_run *run, const zh_liquid_node *node)
{
    part p;
    if (!cut(run, node, &p)) return;
    if (p.length == 0) {
        zh_liquid_render_block(run, &node->other);
        return;
    }
    zh_liquid_loop *loop = new_loop(run, node, &p);
    if (loop == NULL) return;
    zh_liquid_frame *frame = run->frame;
    zh_liquid_scope about = { .name = ZH_SV("forloop"), .value = { .kind = ZH_LIQUID_LOOP, .loop = loop }, .outer = frame->scopes };
    zh_liquid_scope item = { .name = node->text, .outer = &about };
    frame->scopes = &item;
    frame->loop = loop;
    for (; loop->index < p.length && zh_liquid_pay(run, 1); loop->index++) {
        item.value = zh_liquid_walk_item(run, &p.walk, p.start + (node->reversed ? p.length - 1 - loop->index : loop->index));
        zh_liquid_render_block(run, &node->block);
        if (interrupted(run)) break;
    }
    frame->loop = loop->parent;
    frame->scopes = about.outer;
}

/* ---- tablerow ---- */

static void put_number(zh_liquid_run *run, zh_sv before, int64_t number, zh_sv behind)
{
    zh_buf_put(run->out, before);
    zh_buf_printf(run->out, "%" PRId64, number);
    zh_liquid_put(run, behind);
}

static int64_t columns_of(zh_liquid_run *run, const zh_liquid_node *node, int64_t length)
{
    if (node->columns == NULL) return length;
    const zh_liquid_value v = zh_liquid_eval(run, node->columns);
    if (v.kind == ZH_LIQUID_FLOAT && v.d > -1e9 && v.d < 1e9) return (int64_t)v.d;
    return v.kind == ZH_LIQUID_NIL ? 0 : zh_liquid_whole_of(run, v);
}

void zh_liquid_render_rows(zh_liquid_run *run, const zh_liquid_node *node)
{
    part p;
    if (!cut(run, node, &p) || !zh_liquid_truthy(p.walk.over)) return;
    zh_liquid_loop *loop = new_loop(run, node, &p);
    const int64_t columns = columns_of(run, node, p.length);
    if (loop == NULL || zh_liquid_fails(run)) return;
    zh_liquid_frame *frame = run->frame;
    zh_liquid_scope about = { .name = ZH_SV("tablerowloop"), .value = { .kind = ZH_LIQUID_ROW, .loop = loop }, .outer = frame->scopes };
    zh_liquid_scope item = { .name = node->text, .outer = &about };
    loop->columns = columns, loop->column = loop->row = 1;
    frame->scopes = &item;
    zh_liquid_put(run, ZH_SV("<tr class=\"row1\">\n"));
    for (; loop->index < p.length && zh_liquid_pay(run, 1); loop->index++) {
        item.value = zh_liquid_walk_item(run, &p.walk, p.start + loop->index);
        put_number(run, ZH_SV("<td class=\"col"), loop->column, ZH_SV("\">"));
        zh_liquid_render_block(run, &node->block);
        zh_liquid_put(run, ZH_SV("</td>"));
        if (interrupted(run)) break;
        const bool wraps = loop->column == columns;
        if (wraps && loop->index < p.length - 1) put_number(run, ZH_SV("</tr>\n<tr class=\"row"), loop->row + 1, ZH_SV("\">"));
        loop->column = wraps ? 1 : loop->column + 1;
        loop->row += wraps;
    }
    zh_liquid_put(run, ZH_SV("</tr>\n"));
    frame->scopes = about.outer;
}

/* ---- cycle ---- */

/* Cycles of one group go on together: by the group's value, else by the items as written. */
static zh_sv group_of(zh_liquid_run *run, const zh_liquid_node *node)
{
    const zh_liquid_value group = node->value == NULL ? zh_liquid_text(node->name) : zh_liquid_eval(run, node->value);
    const zh_sv text = zh_liquid_text_of(run, group);
    zh_buf *out = zh_liquid_text_begin(run);
    zh_buf_printf(out, "%d%d:", node->value != NULL, group.kind);
    zh_buf_put(out, text);
    return zh_liquid_sv(zh_liquid_text_end(run));
}

void zh_liquid_render_cycle(zh_liquid_run *run, const zh_liquid_node *node)
{
    const zh_sv group = group_of(run, node);
    zh_liquid_value *at = zh_liquid_fails(run) ? NULL : zh_liquid_name_at(run, &run->frame->cycles, group);
    if (at == NULL) return;
    int64_t count = 0;
    const zh_liquid_argument *now = NULL;
    const int64_t turn = at->kind == ZH_LIQUID_INT ? at->i : 0;
    for (const zh_liquid_argument *a = node->arguments; a != NULL; a = a->next, count++)
        if (count == turn) now = a;
    *at = zh_liquid_int(turn + 1 >= count ? 0 : turn + 1);
    if (now != NULL && zh_liquid_pay(run, (uint64_t)count / 8)) zh_liquid_put_value(run, zh_liquid_eval(run, now->value));
}
