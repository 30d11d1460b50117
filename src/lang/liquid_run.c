#include "lang/liquid_run.h"
#include "base/hash.h"
#include "lang/liquid_letters.h"
#include "lang/liquid_number.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- trouble ---- */

void zh_liquid_error(zh_liquid_run *run, const char *format, ...)
{
    va_list args;
    if (run->erred) return; /* the first counts */
    run->erred = true;
    va_start(args, format);
    if (vsnprintf(run->error, sizeof run->error, format, args) < 0) run->error[0] = '\0';
    va_end(args);
}

void zh_liquid_miss(zh_liquid_run *run, const char *what, zh_sv name)
{
    if (run->erred) return;
    zh_liquid_error(run, "%s %.*s", what, ZH_SV_ARG(zh_liquid_shown(name)));
    run->silent = true;
}

void zh_liquid_stop(zh_liquid_run *run, zh_err e, const char *format, ...)
{
    char text[sizeof run->report->stopped.text];
    va_list args;
    if (run->stopped != ZH_OK) return;
    run->stopped = e;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0) text[0] = '\0';
    va_end(args);
    zh_cel_fault_set(&run->report->stopped, run->template->source, run->report->stopped.offset, "%s", text);
}

bool zh_liquid_pay(zh_liquid_run *run, uint64_t units)
{
    if (units <= run->steps) return run->steps -= units, true;
    run->steps = 0;
    zh_liquid_stop(run, ZH_FULL, "the template takes more steps than it may: make its loops shorter");
    return false;
}

/* Values and 32-byte pieces of text within it. */
static uint64_t weight_of(zh_liquid_value v)
{
    uint64_t weight = 1;
    if (v.kind == ZH_LIQUID_TEXT) return 1 + v.n / 32;
    for (uint32_t i = 0; v.kind == ZH_LIQUID_LIST && i < v.n; i++) weight += weight_of(v.items[i]);
    for (uint32_t i = 0; v.kind == ZH_LIQUID_MAP && i < v.map->count; i++) weight += weight_of(v.map->pairs[i].value);
    return weight;
}

bool zh_liquid_pay_for(zh_liquid_run *run, zh_liquid_value v) { return zh_liquid_pay(run, weight_of(v)); }

void *zh_liquid_room(zh_liquid_run *run, size_t count, size_t each)
{
    if (run->stopped != ZH_OK || !zh_liquid_pay(run, count * each / 32)) return NULL;
    void *room = zh_arena_take(run->arena, count, each);
    if (room == NULL) zh_liquid_stop(run, ZH_NOMEM, "the template needs more memory than it may take");
    return room;
}

/* ---- texts ---- */

zh_buf *zh_liquid_text_begin(zh_liquid_run *run)
{
    zh_buf_reset(&run->scratch);
    return &run->scratch;
}

zh_liquid_value zh_liquid_text_end(zh_liquid_run *run)
{
    const zh_err e = zh_buf_err(&run->scratch);
    if (e != ZH_OK) zh_liquid_stop(run, e, e == ZH_FULL ? "a text becomes longer than the output may be" : "out of memory");
    if (run->stopped != ZH_OK || !zh_liquid_pay(run, run->scratch.size / 32)) return zh_liquid_nil();
    const zh_sv text = zh_arena_copy(run->arena, zh_buf_view(&run->scratch));
    if (text.data == NULL) zh_liquid_stop(run, ZH_NOMEM, "the template needs more memory than it may take");
    return text.data == NULL ? zh_liquid_nil() : zh_liquid_text(text);
}

zh_sv zh_liquid_text_of(zh_liquid_run *run, zh_liquid_value v)
{
    if (v.kind == ZH_LIQUID_NIL) return (zh_sv){ 0 };
    if (v.kind != ZH_LIQUID_TEXT) {
        zh_liquid_print_text(v, zh_liquid_text_begin(run));
        v = zh_liquid_text_end(run);
    } else if (!zh_liquid_pay(run, v.n / 32)) {
        return (zh_sv){ 0 };
    }
    return v.kind == ZH_LIQUID_TEXT ? zh_liquid_sv(v) : (zh_sv){ 0 };
}

int64_t zh_liquid_whole_of(zh_liquid_run *run, zh_liquid_value v)
{
    int64_t whole = 0;
    if (!zh_liquid_whole(v, &whole)) zh_liquid_error(run, "invalid integer");
    return whole;
}

/* ---- items ---- */

static uint64_t flat_count(zh_liquid_value list)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < list.n; i++) count += list.items[i].kind == ZH_LIQUID_LIST ? flat_count(list.items[i]) : 1;
    return count;
}

static zh_liquid_value *flatten(zh_liquid_value list, zh_liquid_value *to)
{
    for (uint32_t i = 0; i < list.n; i++) {
        if (list.items[i].kind == ZH_LIQUID_LIST) to = flatten(list.items[i], to);
        else *to++ = list.items[i];
    }
    return to;
}

static zh_liquid_value flat(zh_liquid_run *run, zh_liquid_value list)
{
    const uint64_t count = zh_liquid_pay(run, list.n / 8) ? flat_count(list) : 0;
    bool nested = false;
    for (uint32_t i = 0; i < list.n && !nested; i++) nested = list.items[i].kind == ZH_LIQUID_LIST;
    if (!nested) return list;
    zh_liquid_value *items = count > UINT32_MAX ? NULL : ZH_LIQUID_ROOM(run, zh_liquid_value, count);
    if (items == NULL) return zh_liquid_list(NULL, 0);
    (void)flatten(list, items);
    return zh_liquid_list(items, (uint32_t)count);
}

zh_liquid_value zh_liquid_items_of(zh_liquid_run *run, zh_liquid_value v)
{
    if (v.kind == ZH_LIQUID_NIL) return zh_liquid_list(NULL, 0);
    if (v.kind == ZH_LIQUID_LIST) return flat(run, v);
    const bool is_range = v.kind == ZH_LIQUID_RANGE;
    const int64_t count = is_range ? zh_liquid_range_size(v.range) : 1;
    zh_liquid_value *items = zh_liquid_pay(run, (uint64_t)count) ? ZH_LIQUID_ROOM(run, zh_liquid_value, (size_t)count) : NULL;
    if (items == NULL) return zh_liquid_list(NULL, 0);
    for (int64_t i = 0; i < count; i++) items[i] = is_range ? zh_liquid_int(v.range->from + i) : v;
    return zh_liquid_list(items, (uint32_t)count);
}

zh_liquid_walk zh_liquid_walk_of(zh_liquid_value v)
{
    switch (v.kind) {
    case ZH_LIQUID_LIST: return (zh_liquid_walk){ v, v.n };
    case ZH_LIQUID_RANGE: return (zh_liquid_walk){ v, zh_liquid_range_size(v.range) };
    case ZH_LIQUID_MAP: return (zh_liquid_walk){ v, v.map->count };
    case ZH_LIQUID_TEXT: return (zh_liquid_walk){ v, v.n > 0 };
    default: return (zh_liquid_walk){ v, 0 };
    }
}

zh_liquid_value zh_liquid_walk_item(zh_liquid_run *run, const zh_liquid_walk *walk, int64_t index)
{
    if (walk->over.kind == ZH_LIQUID_LIST) return walk->over.items[index];
    if (walk->over.kind == ZH_LIQUID_RANGE) return zh_liquid_int(walk->over.range->from + index);
    if (walk->over.kind != ZH_LIQUID_MAP) return walk->over;
    zh_liquid_value *pair = ZH_LIQUID_ROOM(run, zh_liquid_value, 2);
    if (pair == NULL) return zh_liquid_nil();
    pair[0] = zh_liquid_text(walk->over.map->pairs[index].key);
    pair[1] = walk->over.map->pairs[index].value;
    return zh_liquid_list(pair, 2);
}

/* ---- names ---- */

/* Where the name is, or the free slot where it would be. */
static zh_liquid_pair *slot_of(const zh_liquid_names *names, zh_sv name)
{
    uint32_t at = (uint32_t)zh_fast64(name) & (names->size - 1);
    while (names->slots[at].key.data != NULL && !zh_sv_equal(names->slots[at].key, name)) at = (at + 1) & (names->size - 1);
    return &names->slots[at];
}

zh_liquid_value *zh_liquid_name_get(const zh_liquid_names *names, zh_sv name)
{
    if (names->size == 0) return NULL;
    zh_liquid_pair *slot = slot_of(names, name);
    return slot->key.data == NULL ? NULL : &slot->value;
}

static bool grow(zh_liquid_run *run, zh_liquid_names *names)
{
    zh_liquid_names larger = { .size = names->size == 0 ? 16 : names->size * 2, .count = names->count };
    larger.slots = ZH_LIQUID_ROOM(run, zh_liquid_pair, larger.size);
    if (larger.slots == NULL) return false;
    for (uint32_t i = 0; i < names->size; i++)
        if (names->slots[i].key.data != NULL) *slot_of(&larger, names->slots[i].key) = names->slots[i];
    *names = larger;
    return true;
}

zh_liquid_value *zh_liquid_name_at(zh_liquid_run *run, zh_liquid_names *names, zh_sv name)
{
    if (names->count * 2 >= names->size && !grow(run, names)) return NULL;
    zh_liquid_pair *slot = slot_of(names, name);
    if (slot->key.data == NULL) {
        slot->key = name.data == NULL ? ZH_SV("") : name;
        names->count++;
    }
    return &slot->value;
}
