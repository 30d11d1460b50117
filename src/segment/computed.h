/* computed.h -- computed traits: a number, a name or a list over the events of a customer, as a marketer defines it.
 *
 *     {"kind": "count", "event": "Product Viewed", "where": "e.category == \"tea\"", "windowDays": 30}
 *     {"kind": "sum", "event": "Order Completed", "field": "value"}            and "average", "min", "max"
 *     {"kind": "first", "event": "Product Viewed", "field": "category"}        and "last"
 *     {"kind": "most_frequent", "field": "brand", "windowDays": 90}            and "unique_list", "unique_count"
 *
 * `event` empty: any. `where` is a condition on e as in customer.events().where(e, …) (vocabulary.h); what is not stated holds
 * nothing. `windowDays` 0 or absent: as far back as the activity goes. Fields of numbers: value (of the event), price, quantity
 * (of each product). Of names: item_id, category, brand (of each product), name (of the event). first and last take any.
 * Of equally frequent names the one seen last counts.
 *
 * Guarantees  exact at the moment it is asked: nothing is kept but the definition; any order of the events gives the same.
 * Cost        a compilation (10 us) and a walk over the events in the window.
 * Threads     many; a compiled one is read only.
 * Not here    keeping definitions (a setting "computed/NAME" of the registry), where values are shown (server).
 */
#ifndef ZH_SEGMENT_COMPUTED_H
#define ZH_SEGMENT_COMPUTED_H
#include "base/json_out.h"
#include "segment/vocabulary.h"

#define ZH_COMPUTED_SETTING ZH_SV("computed/") /* and the name */
#define ZH_COMPUTED_TRAITS_MAX 64              /* of a workspace: each is worked out whenever a portrait is read */
#define ZH_COMPUTED_NAME_BYTES_MAX 64
#define ZH_COMPUTED_WHERE_BYTES_MAX 4096
#define ZH_COMPUTED_WINDOW_DAYS_MAX 3650
#define ZH_COMPUTED_LIST_MAX 100               /* names a unique list shows, the newest */

#define ZH_COMPUTED_KINDS(X) X(COUNT, "count") X(SUM, "sum") X(AVERAGE, "average") X(MIN, "min") X(MAX, "max") X(FIRST, "first") X(LAST, "last") \
    X(MOST_FREQUENT, "most_frequent") X(UNIQUE_LIST, "unique_list") X(UNIQUE_COUNT, "unique_count")
#define ZH_COMPUTED_FIELDS(X) X(NONE, "") X(VALUE, "value") X(PRICE, "price") X(QUANTITY, "quantity") X(ITEM, "item_id") X(CATEGORY, "category") X(BRAND, "brand") X(NAME, "name")
typedef enum zh_computed_kind {
#define X(name, text) ZH_COMPUTED_##name,
    ZH_COMPUTED_KINDS(X)
#undef X
    ZH_COMPUTED_KIND_COUNT
} zh_computed_kind;
typedef enum zh_computed_field {
#define X(name, text) ZH_COMPUTED_OF_##name,
    ZH_COMPUTED_FIELDS(X)
#undef X
    ZH_COMPUTED_FIELD_COUNT
} zh_computed_field;

typedef struct zh_computed {
    zh_computed_kind kind;
    zh_computed_field field;
    zh_sv event, where;
    uint32_t window_days;
} zh_computed;

bool zh_computed_name_fits(zh_sv name); /* a-z, then a-z, 0-9 and '_' */
/* NULL, or the member that is wrong. Texts are views of the JSON. */
const char *zh_computed_read(zh_json_value root, zh_computed *out);
void zh_computed_put(const zh_computed *computed, zh_json_out *out); /* members of an open object */

/* The condition in the program; a fault's line and column are those within `where`. Errors: as zh_cel_compile. */
ZH_MUST zh_err zh_computed_compile(const zh_computed *computed, zh_arena *arena, const zh_cel_env *env, const zh_cel_program **out, zh_cel_fault *why);

typedef enum zh_computed_is { ZH_COMPUTED_ABSENT, ZH_COMPUTED_NUMBER, ZH_COMPUTED_NAME_IS, ZH_COMPUTED_NAMES } zh_computed_is;
typedef struct zh_computed_value {
    zh_computed_is is;      /* ABSENT: there was nothing to take it from */
    double number;
    zh_sv name;
    zh_sv *names;           /* [names_count], newest first, in the arena */
    uint32_t names_count;
    uint32_t events;        /* it was taken from */
    int64_t last_ms;        /* of the newest of them; 0: none */
    char failure[120];      /* why the condition had no answer; empty: it had */
} zh_computed_value;
/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_computed_ask(const zh_computed *computed, const zh_cel_program *program, const zh_look *look, zh_arena *arena, zh_computed_value *out);

#endif
