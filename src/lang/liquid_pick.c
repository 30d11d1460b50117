/* where, reject, find, find_index, has: items by a property. */
#include "lang/liquid_pick.h"
#include "lang/liquid_filter.h"
#include "lang/liquid_letters.h"

/* A text's part: the text that is asked for where it stands in it, or a character by its place. */
static zh_liquid_value part_of(zh_sv text, zh_liquid_value property)
{
    if (property.kind == ZH_LIQUID_TEXT) {
        const zh_sv what = zh_liquid_sv(property);
        return what.size == 0 || (text.size > 0 && memmem(text.data, text.size, what.data, what.size) != NULL) ? property : zh_liquid_nil();
    }
    const int64_t size = (int64_t)zh_liquid_characters(text);
    int64_t at = property.kind == ZH_LIQUID_FLOAT ? (property.d > -1e15 && property.d < 1e15 ? (int64_t)property.d : size) : property.i;
    if (at < 0) at += size;
    if (at < 0 || at >= size) return zh_liquid_nil();
    const zh_sv rest = zh_sv_part(text, zh_liquid_characters_bytes(text, (size_t)at), SIZE_MAX);
    return zh_liquid_text(zh_sv_part(rest, 0, zh_liquid_character(rest)));
}

bool zh_liquid_property(zh_liquid_run *run, zh_liquid_value item, zh_liquid_value property, zh_liquid_value *out)
{
    *out = zh_liquid_nil();
    if (item.kind == ZH_LIQUID_MAP) {
        const zh_liquid_value *value = property.kind == ZH_LIQUID_TEXT ? zh_liquid_get(item.map, zh_liquid_sv(property)) : NULL;
        if (value != NULL) *out = *value;
        return true;
    }
    const bool numbered = zh_liquid_is_number(property);
    if (item.kind == ZH_LIQUID_TEXT && (numbered || property.kind == ZH_LIQUID_TEXT)) {
        if (!zh_liquid_pay(run, item.n / 32)) return false;
        *out = part_of(zh_liquid_sv(item), property);
        return true;
    }
    if (item.kind == ZH_LIQUID_INT && property.kind == ZH_LIQUID_INT) {
        *out = zh_liquid_int(property.i < 0 ? 0 : item.i >> (property.i > 63 ? 63 : property.i) & 1);
        return true;
    }
    const bool asked = item.kind == ZH_LIQUID_TEXT || item.kind == ZH_LIQUID_INT; /* it has properties, but not such a one */
    const zh_sv asked_for = asked ? zh_liquid_text_of(run, property) : (zh_sv){ 0 };
    if (asked && property.kind != ZH_LIQUID_NIL) zh_liquid_error(run, "cannot select the property '%.*s'", ZH_SV_ARG(zh_liquid_shown(asked_for)));
    return false;
}

/* Does it match: is the property what is asked for, or, asked for nothing, is there one? *none: the item has none, and the filter
 * answers nil as the reference does. */
static bool matches(zh_liquid_run *run, zh_liquid_value item, const zh_liquid_given *given, bool *none)
{
    zh_liquid_value value;
    if (!zh_liquid_property(run, item, given->args[0], &value)) return *none = true, false;
    if (given->count < 2 || given->args[1].kind == ZH_LIQUID_NIL) return zh_liquid_truthy(value);
    return zh_liquid_pay_for(run, value) && zh_liquid_equal(value, given->args[1]);
}

/* where (keep) and reject. */
static zh_liquid_value pick(zh_liquid_run *run, const zh_liquid_given *given, bool keep)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    zh_liquid_value *out = ZH_LIQUID_ROOM(run, zh_liquid_value, items.n);
    uint32_t count = 0;
    bool none = false;
    if (out == NULL) return zh_liquid_nil();
    for (uint32_t i = 0; i < items.n && !none; i++)
        if (matches(run, items.items[i], given, &none) == keep) out[count++] = items.items[i];
    return none ? zh_liquid_nil() : zh_liquid_list(out, count);
}

zh_liquid_value zh_liquid_f_where(zh_liquid_run *run, const zh_liquid_given *given) { return pick(run, given, true); }
zh_liquid_value zh_liquid_f_reject(zh_liquid_run *run, const zh_liquid_given *given) { return pick(run, given, false); }

/* The place of the first item that matches; -1: none, -2: nil. */
static int64_t find(zh_liquid_run *run, const zh_liquid_given *given, zh_liquid_value *item)
{
    const zh_liquid_value items = zh_liquid_items_of(run, given->in);
    bool none = false;
    for (uint32_t i = 0; i < items.n && !none; i++)
        if (matches(run, items.items[i], given, &none)) return *item = items.items[i], i;
    return none ? -2 : -1;
}

zh_liquid_value zh_liquid_f_find(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value item = zh_liquid_nil();
    return find(run, given, &item) < 0 ? zh_liquid_nil() : item;
}

zh_liquid_value zh_liquid_f_find_index(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value item;
    const int64_t at = find(run, given, &item);
    return at < 0 ? zh_liquid_nil() : zh_liquid_int(at);
}

zh_liquid_value zh_liquid_f_has(zh_liquid_run *run, const zh_liquid_given *given)
{
    zh_liquid_value item;
    const int64_t at = find(run, given, &item);
    return at == -2 ? zh_liquid_nil() : zh_liquid_bool(at >= 0);
}
