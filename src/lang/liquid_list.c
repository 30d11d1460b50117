/* The filters of lists, but for those that pick items by a property (liquid_pick.c). */
#include "lang/liquid_filter.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_number.h"
#include "lang/liquid_pick.h"
#include "lang/liquid_run.h"

/* ---- ends and size ---- */

zh_liquid_value zh_liquid_f_size(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value out;
    return zh_liquid_command(run, given->in, ZH_SV("size"), &out) ? out : zh_liquid_int(0);
}

zh_liquid_value zh_liquid_f_first(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value out;
    return zh_liquid_command(run, given->in, ZH_SV("first"), &out) ? out : zh_liquid_nil();
}

zh_liquid_value zh_liquid_f_last(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value out;
    return zh_liquid_command(run, given->in, ZH_SV("last"), &out) ? out : zh_liquid_nil();
}

/* ---- whole lists ---- */

zh_liquid_value zh_liquid_f_join(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    const zh_sv glue = given->count > 0 ? zh_liquid_text_of(run, given->args[0]) : ZH_SV(" ");
    if (zh_liquid_fails(run)) return zh_liquid_nil();
    zh_buf *out = zh_liquid_text_begin(run);
    for (uint32_t i = 0; i < items.n; i++) {
        if (i > 0) zh_buf_put(out, glue);
        zh_liquid_print_text(items.items[i], out);
    }
    return zh_liquid_text_end(run);
}

zh_liquid_value zh_liquid_f_reverse(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_value *out = ZH_LIQUID_ROOM(run, zh_liquid_value, items.n);
    if (out == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < items.n; i++) out[i] = items.items[items.n - 1 - i];
    return zh_liquid_list(out, items.n);
}

zh_liquid_value zh_liquid_f_concat(zh_liquid_run *run, const zh_liquid_given *given)
{
    if (given->args[0].kind != ZH_LIQUID_LIST) return zh_liquid_error(run, "concat filter requires an array argument"), zh_liquid_nil();
    const zh_liquid_value a = zh_liquid_items_of(run, given->in), b = given->args[0];
    zh_liquid_value *out = (uint64_t)a.n + b.n > UINT32_MAX ? NULL : ZH_LIQUID_ROOM(run, zh_liquid_value, (size_t)a.n + b.n);
    if (out == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < a.n; i++) out[i] = a.items[i];
    for (uint32_t i = 0; i < b.n; i++) out[a.n + i] = b.items[i];
    return zh_liquid_list(out, a.n + b.n);
}

/* ---- properties of all items ---- */

/* The property of each item beside it; an item by itself where there is no property. NULL: an error, or *whole is nil. */
static zh_liquid_keyed *keyed(zh_liquid_run *run, const zh_liquid_given *given, zh_liquid_value items)
{
    const bool has_property = given->count > 0 && given->args[0].kind != ZH_LIQUID_NIL;
    zh_liquid_keyed *list = ZH_LIQUID_ROOM(run, zh_liquid_keyed, items.n);
    for (uint32_t i = 0; list != NULL && i < items.n; i++) {
        list[i] = (zh_liquid_keyed){ .item = items.items[i], .key = items.items[i] };
        if (has_property && !zh_liquid_property(run, items.items[i], given->args[0], &list[i].key)) return NULL;
    }
    return list;
}

static zh_liquid_value items_of_keyed(zh_liquid_run *run, const zh_liquid_keyed *list, uint32_t count)
{
    zh_liquid_value *out = ZH_LIQUID_ROOM(run, zh_liquid_value, count);
    for (uint32_t i = 0; out != NULL && i < count; i++) out[i] = list[i].item;
    return out == NULL ? zh_liquid_nil() : zh_liquid_list(out, count);
}

zh_liquid_value zh_liquid_f_map(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_value *out = ZH_LIQUID_ROOM(run, zh_liquid_value, items.n);
    if (out == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < items.n; i++)
        if (!zh_liquid_property(run, items.items[i], given->args[0], &out[i])) out[i] = zh_liquid_nil();
    return zh_liquid_list(out, items.n);
}

zh_liquid_value zh_liquid_f_sum(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    const bool has_property = given->count > 0 && given->args[0].kind != ZH_LIQUID_NIL;
    zh_liquid_value total = zh_liquid_int(0), one;
    for (uint32_t i = 0; i < items.n && !zh_liquid_fails(run); i++) {
        one = items.items[i];
        if (has_property && !zh_liquid_property(run, one, given->args[0], &one)) one = zh_liquid_int(0);
        if (!zh_liquid_calculate(ZH_LIQUID_ADD, zh_liquid_number_of(total), zh_liquid_number_of(one), &total)) zh_liquid_error(run, "the number is too large");
    }
    return total;
}

zh_liquid_value zh_liquid_f_compact(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_keyed *list = keyed(run, given, items);
    uint32_t kept = 0;
    if (list == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < items.n; i++)
        if (list[i].key.kind != ZH_LIQUID_NIL) list[kept++] = list[i];
    return items_of_keyed(run, list, kept);
}

zh_liquid_value zh_liquid_f_uniq(zh_liquid_run *run, const zh_liquid_given *given)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_keyed *list = keyed(run, given, items);
    uint32_t size = 16, kept = 0;
    while (size < 2 * items.n) size *= 2;
    uint32_t *slots = list == NULL || !zh_liquid_pay_for(run, items) ? NULL : ZH_LIQUID_ROOM(run, uint32_t, size);
    if (slots == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < items.n; i++) {
        uint32_t at = (uint32_t)zh_liquid_hash(list[i].key) & (size - 1);
        while (slots[at] != 0 && !zh_liquid_same(list[slots[at] - 1].key, list[i].key)) at = (at + 1) & (size - 1);
        if (slots[at] != 0) continue;
        list[kept] = list[i];
        slots[at] = ++kept;
    }
    return items_of_keyed(run, list, kept);
}

/* ---- sorting ---- */

static int byte_order(zh_sv a, zh_sv b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++) {
        unsigned char x = (unsigned char)a.data[i], y = (unsigned char)b.data[i];
        if (x >= 'A' && x <= 'Z') x = (unsigned char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (unsigned char)(y + 32);
        if (x != y) return x < y ? -1 : 1;
    }
    return a.size < b.size ? -1 : a.size > b.size;
}

/* < 0, 0, > 0; nil comes last. Natural: `key` is text. */
static int order_of(zh_liquid_run *run, const zh_liquid_keyed *a, const zh_liquid_keyed *b, bool natural)
{
    int order = 0;
    if (a->key.kind == ZH_LIQUID_NIL || b->key.kind == ZH_LIQUID_NIL) return (a->key.kind == ZH_LIQUID_NIL) - (b->key.kind == ZH_LIQUID_NIL);
    if (natural) return byte_order(zh_liquid_sv(a->key), zh_liquid_sv(b->key));
    if (!zh_liquid_compare(a->key, b->key, &order) && !zh_liquid_same(a->key, b->key)) zh_liquid_error(run, "cannot sort values of incompatible types");
    return order;
}

/* Merging runs of 1, 2, 4 …: equal items keep their order. */
static void sort(zh_liquid_run *run, zh_liquid_keyed *list, zh_liquid_keyed *spare, zh_liquid_value items, bool natural)
{
    const size_t count = items.n;
    zh_liquid_keyed *from = list, *to = spare;
    for (size_t width = 1; width < count && !zh_liquid_fails(run); width *= 2) {
        if (!zh_liquid_pay_for(run, items)) return;
        for (size_t begin = 0; begin < count; begin += 2 * width) {
            const size_t middle = begin + width < count ? begin + width : count, end = middle + width < count ? middle + width : count;
            size_t left = begin, right = middle;
            for (size_t at = begin; at < end; at++)
                to[at] = left < middle && (right >= end || order_of(run, &from[left], &from[right], natural) <= 0) ? from[left++] : from[right++];
        }
        zh_liquid_keyed *const other = from;
        from = to;
        to = other;
    }
    if (from != list) memcpy(list, from, count * sizeof *list);
}

static zh_liquid_value sorted(zh_liquid_run *run, const zh_liquid_given *given, bool natural)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_keyed *list = keyed(run, given, items), *spare = list == NULL ? NULL : ZH_LIQUID_ROOM(run, zh_liquid_keyed, items.n);
    if (spare == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; natural && i < items.n; i++)
        if (list[i].key.kind != ZH_LIQUID_NIL) list[i].key = zh_liquid_text(zh_liquid_text_of(run, list[i].key));
    if (!zh_liquid_fails(run)) sort(run, list, spare, items, natural);
    return zh_liquid_fails(run) ? zh_liquid_nil() : items_of_keyed(run, list, items.n);
}

zh_liquid_value zh_liquid_f_sort(zh_liquid_run *run, const zh_liquid_given *given) { return sorted(run, given, false); }
zh_liquid_value zh_liquid_f_sort_natural(zh_liquid_run *run, const zh_liquid_given *given) { return sorted(run, given, true); }
