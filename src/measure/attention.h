/* attention.h -- what a person should look at today: thresholds over facts, nothing else.
 *
 *     code               level   when
 *     not_ready          high    the engine says it is not ready
 *     disk_low           high    less than 5 % or 1 GiB of the disk is free; medium: less than 15 % or 4 GiB
 *     views_behind       medium  views are more than 10 s behind the log; high: more than 60 s
 *     orders_down        high    orders under 0.7 x last week's same hours, where those were 20 or more
 *     conversion_down    high    conversion under 0.7 x last week's, where both spans had 200 visitors or more
 *     refunds_up         medium  5 refunds or more, and over 2 x last week's
 *     popular_sold_out   medium  items among the 50 most wanted that cannot be bought
 *     dead_letters       medium  events of the last 24 h that could not be taken
 *     silent             medium  no event for an hour, though there were some
 *     no_events          medium  no event yet
 *     lists_narrow       medium  placements whose lists are less varied than 80 % of their start (watch.h)
 *     lists_apart        medium  placements that show other categories than are bought (watch.h)
 *     untitled_items     low     items among the 50 most wanted without a title: lists show their ids
 *
 * Guarantees  most urgent first, then in the order above; a function of the facts.
 * Cost        O(1).
 * Clock       none: now_ms is a fact.
 */
#ifndef ZH_MEASURE_ATTENTION_H
#define ZH_MEASURE_ATTENTION_H
#include "measure/kpi.h"

#define ZH_ATTENTION_LIST(X)                                                                              \
    X(NOT_READY, "not_ready", "/system") X(DISK_LOW, "disk_low", "/system") X(VIEWS_BEHIND, "views_behind", "/system") \
    X(ORDERS_DOWN, "orders_down", "/") X(CONVERSION_DOWN, "conversion_down", "/") X(REFUNDS_UP, "refunds_up", "/")     \
    X(POPULAR_SOLD_OUT, "popular_sold_out", "/items?sort=trending") X(DEAD_LETTERS, "dead_letters", "/system")         \
    X(SILENT, "silent", "/live") X(NO_EVENTS, "no_events", "/live")                                                    \
    X(LISTS_NARROW, "lists_narrow", "/preview") X(LISTS_APART, "lists_apart", "/preview")                              \
    X(UNTITLED_ITEMS, "untitled_items", "/items?sort=popular")
typedef enum zh_attention_code {
#define X(name, text, to) ZH_ATTENTION_##name,
    ZH_ATTENTION_LIST(X)
#undef X
    ZH_ATTENTION_COUNT
} zh_attention_code;
const char *zh_attention_text(zh_attention_code code);
const char *zh_attention_page(zh_attention_code code); /* of the console */

typedef enum zh_attention_level { ZH_ATTENTION_HIGH, ZH_ATTENTION_MEDIUM, ZH_ATTENTION_LOW } zh_attention_level;
const char *zh_attention_level_text(zh_attention_level level);

typedef struct zh_attention_facts {
    bool ready;
    int64_t now_ms, lag_ms, newest_ms;         /* newest_ms: of the newest event */
    uint64_t disk_bytes, disk_free;            /* disk_bytes 0: unknown */
    uint64_t events;
    int64_t letters;                           /* dead letters of the last 24 hours */
    bool compared;                             /* the next two hold whole hours of the same length */
    zh_kpi today, last_week;
    int64_t sold_out, untitled;                /* of the 50 most wanted items */
    zh_sv sold_out_item;                       /* the most wanted of those, its id */
    int64_t narrow, apart;                     /* placements */
    zh_sv narrow_placement, apart_placement;   /* the first of those */
} zh_attention_facts;

typedef struct zh_attention_param { const char *name; double number; zh_sv text; } zh_attention_param; /* text where data is not NULL */
#define ZH_ATTENTION_PARAMS_MAX 3

typedef struct zh_attention {
    zh_attention_code code;
    zh_attention_level level;
    zh_attention_param params[ZH_ATTENTION_PARAMS_MAX];
    size_t params_count;
} zh_attention;

size_t zh_attention_of(const zh_attention_facts *facts, zh_attention out[ZH_ATTENTION_COUNT]);

#endif
