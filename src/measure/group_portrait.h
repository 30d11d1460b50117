/* group_portrait.h -- what is a group like, beside the whole: counted from its customers one by one.
 *
 * Each customer is put in with the sides he is on (the group, the whole, both). For each value of each dimension is counted how many
 * customers of a side have it; the index of the two shares is tgi.h's. A customer has
 *
 *     category, brand      what he leans to: a share of his interest of ZH_GROUP_LEANING_MIN and more (profile/affinity.h)
 *     price_band           the band most lines of his newest events are in, for their category (ZH_GROUP_FACTS_MAX events)
 *     rfm, rfm_class, lifecycle, aipl     where he stands (segment/standing.h); rfm and its class: those with an order
 *     orders, order_value  how many stand, and what one is worth on average, in steps
 *     hour, weekday        when most of his newest events were, on the shop's clock; of equal ones the earliest
 *     trait:NAME           what the shop said, where that is a short text, a yes or no, or a whole number; nothing personal
 *     device, system, source   what he comes with most, of customers drawn (put in by the caller: the log tells)
 *
 * Items are counted by customers: who bought it (all orders that stand), who looked at it (his newest touches).
 * Hours of the week are counted by events.
 *
 * Guarantees  pure: the same customers in any order give the same counts. Dimensions and items past their maxima are left out and said.
 * Cost        9 us a customer of 20 events on a busy machine (bench/group_bench.c); ZH_GROUP_BYTES_MAX.
 * Threads     one at a time.
 * Not here    who is in the group (engine/group.h).
 */
#ifndef ZH_MEASURE_GROUP_PORTRAIT_H
#define ZH_MEASURE_GROUP_PORTRAIT_H
#include "base/tz.h"
#include "measure/tgi.h"
#include "profile/portrait.h"
#include "segment/standing.h"

#define ZH_GROUP_LEANING_MIN (0.25 - 1e-9) /* exactly a quarter counts, however it was rounded: nobody leans to more than four things */
#define ZH_GROUP_FACTS_MAX 64         /* newest events of a customer that speak of hours and price bands */
#define ZH_GROUP_VALUES_MAX 20000     /* of all dimensions together: a shop has some hundred */
#define ZH_GROUP_VALUE_BYTES_MAX 48   /* a longer trait is a text, not a kind */
#define ZH_GROUP_ITEMS_MAX 500000     /* distinct items of one list */
#define ZH_GROUP_BYTES_MAX ((size_t)64 << 20)

#define ZH_GROUP_DIMENSION_LIST(X)                                                                                                \
    X(CATEGORY, "category") X(BRAND, "brand") X(PRICE_BAND, "price_band") X(RFM, "rfm") X(RFM_CLASS, "rfm_class")                 \
    X(LIFECYCLE, "lifecycle") X(AIPL, "aipl") X(ORDERS, "orders") X(ORDER_VALUE, "order_value") X(HOUR, "hour")                   \
    X(WEEKDAY, "weekday") X(TRAIT, "trait") X(DEVICE, "device") X(SYSTEM, "system") X(SOURCE, "source")
typedef enum zh_group_dimension {
#define X(name, text) ZH_GROUP_##name,
    ZH_GROUP_DIMENSION_LIST(X)
#undef X
    ZH_GROUP_DIMENSIONS
} zh_group_dimension;
const char *zh_group_dimension_text(zh_group_dimension dimension);

enum { ZH_GROUP_IN = 1, ZH_GROUP_WHOLE = 2 }; /* sides, as bits */

typedef struct zh_group_value {
    zh_group_dimension dimension;
    zh_sv trait;              /* the name of a trait, else empty */
    zh_sv value;
    uint64_t counts[2];       /* customers of the group, of the whole */
} zh_group_value;

typedef struct zh_group_sums { /* of one side */
    uint64_t customers, buyers, orders, events;
    int64_t minor;            /* in the boundaries' currency */
    uint64_t drawn;           /* customers put in by zh_group_portrait_say */
    uint64_t hours[168];      /* events by hour of the week, Monday 00:00 first */
} zh_group_sums;

typedef struct zh_group_item { zh_item_id item; uint64_t counts[2]; } zh_group_item;
typedef enum zh_group_list { ZH_GROUP_BOUGHT, ZH_GROUP_VIEWED, ZH_GROUP_LISTS } zh_group_list;

typedef struct zh_group_portrait zh_group_portrait; /* opaque */
typedef struct zh_group_portrait_desc { /* borrowed until close */
    const zh_terms *terms;
    const zh_tz *zone;
    const zh_portrait_shop *shop;     /* NULL: no bands */
    const zh_boundaries *boundaries;  /* NULL: none yet */
    zh_json *json;                    /* that reads traits */
    int64_t now_ms;
    int currency_digits;              /* of the boundaries' currency */
} zh_group_portrait_desc;

ZH_MUST zh_err zh_group_portrait_open(zh_group_portrait **out, const zh_group_portrait_desc *desc); /* ZH_NOMEM; the caller closes */
void zh_group_portrait_close(zh_group_portrait *portrait);

/* A customer and his sides, at least one. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_group_portrait_add(zh_group_portrait *portrait, const zh_customer_state *state, unsigned sides);
/* What a drawn customer comes with; empty: not known. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_group_portrait_say(zh_group_portrait *portrait, zh_sv device, zh_sv system, zh_sv source, unsigned side);

const zh_group_sums *zh_group_portrait_sums(const zh_group_portrait *portrait, unsigned side);
/* All values, by dimension, trait, then the group's count, largest first, then text. Valid until close. */
const zh_group_value *zh_group_portrait_values(zh_group_portrait *portrait, size_t *count);
/* The items most customers of the group have; at most `limit`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_group_portrait_items(const zh_group_portrait *portrait, zh_group_list list, size_t limit, zh_arena *arena, zh_group_item **out, size_t *count);
bool zh_group_portrait_is_cut(const zh_group_portrait *portrait); /* a maximum was reached: some values or items were not counted */

#endif
