/* liquid_value.h -- the values of a template: 16 bytes each, passed by copy, what they point to does not change.
 *
 *     NIL, BOOL, INT, FLOAT, TEXT   plain values
 *     LIST, MAP                     items; pairs in the order of the JSON they came from
 *     RANGE                         (1..5): both ends, never written out
 *     EMPTY, BLANK                  the words `empty` and `blank`, for comparing
 *     LOOP, ROW                     `forloop` and `tablerowloop`: they look at a loop that runs
 *
 * Guarantees  equality and order are Ruby's: 1 == 1.0, 1 != "1", 1 != true; a text is never a number by itself.
 * Lifetimes   texts, items and pairs are as long as the arena they were made in, or what they were borrowed from.
 * Cost        a look into a map O(1) (a few comparisons up to 8 keys, then a table).
 * Source      Shopify's description of Liquid and the behaviour of its Ruby implementation, 5.x.
 */
#ifndef ZH_LANG_LIQUID_VALUE_H
#define ZH_LANG_LIQUID_VALUE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

typedef enum zh_liquid_kind {
    ZH_LIQUID_NIL = 0, ZH_LIQUID_BOOL, ZH_LIQUID_INT, ZH_LIQUID_FLOAT, ZH_LIQUID_TEXT, ZH_LIQUID_LIST, ZH_LIQUID_MAP, ZH_LIQUID_RANGE,
    ZH_LIQUID_EMPTY, ZH_LIQUID_BLANK, ZH_LIQUID_LOOP, ZH_LIQUID_ROW
} zh_liquid_kind;

struct zh_liquid_map;
struct zh_liquid_range;
struct zh_liquid_loop;

typedef struct zh_liquid_value {
    uint8_t kind; /* zh_liquid_kind */
    bool raw;     /* TEXT: printed as it is, whatever the context escapes */
    uint32_t n;   /* TEXT: bytes; LIST: items */
    union {
        bool boolean;
        int64_t i;
        double d;         /* finite */
        const char *text; /* not NUL-ended */
        const struct zh_liquid_value *items;
        const struct zh_liquid_map *map;
        const struct zh_liquid_range *range;
        const struct zh_liquid_loop *loop; /* LOOP, ROW */
    };
} zh_liquid_value;

_Static_assert(sizeof(zh_liquid_value) == 16, "passed in two registers");

typedef struct zh_liquid_pair { zh_sv key; zh_liquid_value value; } zh_liquid_pair;

typedef struct zh_liquid_map {
    uint32_t count, mask;
    const zh_liquid_pair *pairs;
    const uint32_t *slots; /* [mask + 1], pair numbers + 1; NULL up to 8 pairs */
} zh_liquid_map;

typedef struct zh_liquid_range { int64_t from, to; } zh_liquid_range; /* both belong to it; empty where to < from */

/* A for or tablerow that runs. */
typedef struct zh_liquid_loop {
    zh_sv name;     /* "item-cart.lines" */
    int64_t length, index; /* index from 0 */
    int64_t columns, column, row; /* tablerow: column and row from 1 */
    const struct zh_liquid_loop *parent; /* NULL: the outermost */
} zh_liquid_loop;

static inline zh_liquid_value zh_liquid_nil(void) { return (zh_liquid_value){ .kind = ZH_LIQUID_NIL }; }
static inline zh_liquid_value zh_liquid_bool(bool b) { return (zh_liquid_value){ .kind = ZH_LIQUID_BOOL, .boolean = b }; }
static inline zh_liquid_value zh_liquid_int(int64_t i) { return (zh_liquid_value){ .kind = ZH_LIQUID_INT, .i = i }; }
static inline zh_liquid_value zh_liquid_float(double d) { return (zh_liquid_value){ .kind = ZH_LIQUID_FLOAT, .d = d }; }
static inline zh_liquid_value zh_liquid_text(zh_sv text) /* borrowed; under 4 GiB */
{
    return (zh_liquid_value){ .kind = ZH_LIQUID_TEXT, .n = (uint32_t)text.size, .text = text.data };
}
static inline zh_liquid_value zh_liquid_list(const zh_liquid_value *items, uint32_t count)
{
    return (zh_liquid_value){ .kind = ZH_LIQUID_LIST, .n = count, .items = items };
}
static inline zh_sv zh_liquid_sv(zh_liquid_value text) { return (zh_sv){ text.text, text.n }; } /* of a TEXT */
static inline bool zh_liquid_truthy(zh_liquid_value v) { return v.kind != ZH_LIQUID_NIL && (v.kind != ZH_LIQUID_BOOL || v.boolean); }
static inline bool zh_liquid_is_number(zh_liquid_value v) { return v.kind == ZH_LIQUID_INT || v.kind == ZH_LIQUID_FLOAT; }

/* JSON as a value, copied into the arena; the first of a repeated key counts. A whole number over 2^63 becomes a float. ZH_NOMEM. */
ZH_MUST zh_err zh_liquid_of_json(zh_arena *arena, zh_json_value json, zh_liquid_value *out);

/* The pair's value; NULL where the map has no such key. */
const zh_liquid_value *zh_liquid_get(const zh_liquid_map *map, zh_sv key);

int64_t zh_liquid_range_size(const zh_liquid_range *range);
/* Is there nothing in it? Texts, lists, maps; ranges and others never. */
bool zh_liquid_is_empty(zh_liquid_value v);

bool zh_liquid_equal(zh_liquid_value a, zh_liquid_value b);
/* A number that is the same for values that zh_liquid_same. */
uint64_t zh_liquid_hash(zh_liquid_value v);
/* Equal and of one kind: 1 and 1.0 are not the same. */
bool zh_liquid_same(zh_liquid_value a, zh_liquid_value b);
/* Order of two numbers or two texts in *order; false where they have none. */
bool zh_liquid_compare(zh_liquid_value a, zh_liquid_value b, int *order);

/* As {{ }} prints it: nothing for nil, items one after the other. Unescaped. */
void zh_liquid_print(zh_liquid_value v, zh_buf *out);
/* As a filter of texts sees it: a list is ["a", 1], a map {"a"=>1}. */
void zh_liquid_print_text(zh_liquid_value v, zh_buf *out);
/* "Integer", "String": in messages of errors. */
const char *zh_liquid_class(zh_liquid_value v);

#endif
