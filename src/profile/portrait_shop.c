/* Leanings that need the catalog: price bands, and what items say of themselves (colour, material …). */
#include "profile/portrait_inside.h"
#include "base/hash.h"

#include <stdlib.h>

#define VALUES_MAX 64         /* of one attribute; a customer touches fewer */
#define ITEMS_MAX 256         /* distinct items whose attributes are read, the newest: each costs a parse */
#define OF_ITEM_MAX 8         /* values of one item that count */
#define LIST_MAX 4            /* of one attribute of one item: "red", "white" */
#define VALUE_BYTES_MAX 40    /* longer texts are descriptions */

typedef struct spoken { uint8_t attribute; zh_lean *row; } spoken;
typedef struct item { /* what one says, by its term */
    uint32_t term, count;
    spoken values[OF_ITEM_MAX];
} item;

typedef struct shop {
    const zh_portrait_shop *given;
    const zh_terms *terms;
    zh_arena *arena;
    zh_dimension bands;
    zh_sv names[ZH_PORTRAIT_ATTRIBUTES_MAX];
    zh_dimension attributes[ZH_PORTRAIT_ATTRIBUTES_MAX];
    uint32_t attributes_count;
    item *items;
    uint32_t *slots; /* open addressing by term: place in items + 1 */
    uint32_t items_count;
    zh_err failed;
} shop;

/* ---- attributes ---- */

/* ZH_PORTRAIT_ATTRIBUTES_MAX: there is no room for another. */
static uint32_t attribute_of(shop *s, zh_sv name)
{
    uint32_t at = 0;
    while (at < s->attributes_count && !zh_sv_equal(s->names[at], name)) at++;
    if (at < s->attributes_count || at == ZH_PORTRAIT_ATTRIBUTES_MAX || s->failed != ZH_OK) return at;
    s->names[at] = zh_arena_copy(s->arena, name);
    s->failed = s->names[at].data == NULL ? ZH_NOMEM : zh_dimension_open(&s->attributes[at], VALUES_MAX, s->arena);
    s->attributes[at].by_events = true;
    s->attributes_count++;
    return at;
}

static void take_value(shop *s, item *one, zh_sv name, zh_json_value value)
{
    const zh_sv text = zh_json_text_or_empty(value);
    if (text.size == 0 || text.size > VALUE_BYTES_MAX || one->count == OF_ITEM_MAX) return;
    const uint32_t at = attribute_of(s, name);
    if (at == ZH_PORTRAIT_ATTRIBUTES_MAX || s->failed != ZH_OK) return;
    zh_lean *row = zh_dimension_row(&s->attributes[at], zh_fast64(text) | 1);
    if (row != NULL && row->row.name.data == NULL && (row->row.name = zh_arena_copy(s->arena, text)).data == NULL) s->failed = ZH_NOMEM;
    for (uint32_t i = 0; i < one->count; i++)
        if (row != NULL && one->values[i].row == row) return; /* "red", "red" */
    one->values[one->count++] = (spoken){ (uint8_t)at, row };
}

static void read_item(shop *s, item *one)
{
    zh_json_value root;
    const zh_sv text = s->given->attributes(s->given->context, zh_terms_text(s->terms, one->term));
    if (text.size == 0 || zh_json_parse(s->given->json, text, &root, NULL) != ZH_OK) return;
    for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
        if (it.key.size > VALUE_BYTES_MAX) continue;
        if (!zh_json_is(it.value, ZH_JSON_ARRAY)) {
            take_value(s, one, it.key, it.value);
            continue;
        }
        uint32_t most = LIST_MAX;
        for (zh_json_iter each = zh_json_walk(it.value); most > 0 && zh_json_next(&each); most--) take_value(s, one, it.key, each.value);
    }
}

/* NULL: there were ITEMS_MAX newer ones. */
static item *item_of(shop *s, uint32_t term)
{
    const uint32_t mask = 2 * ITEMS_MAX - 1;
    uint32_t at = (term * UINT32_C(2654435761)) & mask;
    for (; s->slots[at] != 0; at = (at + 1) & mask)
        if (s->items[s->slots[at] - 1].term == term) return &s->items[s->slots[at] - 1];
    if (s->items_count == ITEMS_MAX) return NULL;
    s->slots[at] = ++s->items_count;
    item *one = &s->items[s->items_count - 1];
    one->term = term;
    read_item(s, one);
    return one;
}

/* ---- walking ---- */

static void say_band(shop *s, const zh_fact_line *line, const zh_fact *fact, uint32_t number, double points)
{
    const int band = s->given->band(s->given->context, zh_terms_text(s->terms, line->item), zh_terms_text(s->terms, line->category), line->price_minor);
    if (band < 0) return;
    zh_lean *row = zh_dimension_row(&s->bands, (uint64_t)band + 1);
    if (row != NULL) row->row.name = s->given->band_text(band);
    zh_dimension_say(&s->bands, row, fact->time_ms, number, points);
}

static void walk(shop *s, const zh_customer_state *state)
{
    uint32_t number = 0;
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; s->failed == ZH_OK && zh_facts_next(&facts, &fact);) {
        number++;
        const double points = zh_act_points(fact.act);
        if (points == 0) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            say_band(s, &line, &fact, number, points);
            const item *one = line.item == 0 ? NULL : item_of(s, line.item);
            for (uint32_t i = 0; one != NULL && i < one->count; i++)
                zh_dimension_say(&s->attributes[one->values[i].attribute], one->values[i].row, fact.time_ms, number, points);
        }
    }
}

static int by_evidence(const void *left, const void *right) /* most events first, then by name */
{
    const zh_attribute *a = left, *b = right;
    uint32_t events[2] = { 0, 0 };
    for (uint32_t i = 0; i < a->values.count; i++) events[0] += a->values.rows[i].events;
    for (uint32_t i = 0; i < b->values.count; i++) events[1] += b->values.rows[i].events;
    return events[0] != events[1] ? (events[0] > events[1] ? -1 : 1) : zh_sv_compare(a->name, b->name);
}

zh_err zh_shop_leanings(const zh_customer_state *state, const zh_terms *terms, const zh_portrait_shop *given, zh_arena *arena, zh_portrait *out)
{
    shop *s = ZH_TAKE(arena, shop, 1);
    if (s == NULL) return ZH_NOMEM;
    *s = (shop){ .given = given, .terms = terms, .arena = arena, .items = ZH_TAKE(arena, item, ITEMS_MAX), .slots = ZH_TAKE(arena, uint32_t, 2 * ITEMS_MAX) };
    if (s->items == NULL || s->slots == NULL) return ZH_NOMEM;
    s->failed = zh_dimension_open(&s->bands, 8, arena);
    s->bands.by_events = true;
    walk(s, state);
    if (s->failed == ZH_OK) s->failed = zh_dimension_close(&s->bands, arena, &out->band);
    for (uint32_t i = 0; s->failed == ZH_OK && i < s->attributes_count; i++) {
        out->attributes[i].name = s->names[i];
        s->failed = zh_dimension_close(&s->attributes[i], arena, &out->attributes[i].values);
    }
    out->attributes_count = s->attributes_count;
    if (s->failed == ZH_OK && out->attributes_count > 1) qsort(out->attributes, out->attributes_count, sizeof *out->attributes, by_evidence);
    return s->failed;
}
