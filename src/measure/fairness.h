/* fairness.h -- who gets shown: items, merchants, and what lists are worth to which kind of customer.
 *
 * From counts of a span of days (exposure.h) and what is known of items and customers:
 *
 *     exposure    Gini over all items that can be sold, those never shown too; coverage: the share of them shown at all; long tail: the share of slots
 *                 that went to items outside the head, the ZH_FAIR_HEAD_SHARE of them with the most buyers (ties by number).
 *                 Personal lists, and lists that anybody gets as the control
 *     groups      new: first seen in the last ZH_FAIR_NEW_DAYS; active: the others. By taste, where ZH_FAIR_HISTORY_LEAST items or more were bought or,
 *                 if none, touched: customers in the order of the share of head items among them; the lowest fifth is **niche**, the highest
 *                 **blockbuster**, the rest **diverse** (ties by number). Of each group
 *                     long tail      mean over customers of the share of their slots (APLT)
 *                     lift           (GAP shown - GAP history) / GAP history, GAP the mean over customers of the mean buyers of their items
 *                     js, steck      mean over customers of the distance between the categories of the history and of what was shown (variety.h)
 *                     click, buy     shares of (customer, item, day) shown that were followed
 *     merchants   brands in the order of lines bought; those that together make the first ZH_FAIR_LARGE_SHARE of them are large, the rest small
 *
 * A shown (customer, item, day) is **clicked** where the customer touched the item on that UTC day or the next, **bought** where he bought it then.
 *
 * Guarantees  a function of the arguments.
 * Cost        O(rows log rows), and the bootstraps of 3 means a group; about 0.3 s for 400,000 rows.
 * Source      groups and lift: Abdollahpouri, Mansoury, Burke, Mobasher, RMSE at RecSys 2019, arXiv:1907.13286; APLT: the same, FLAIRS 2019,
 *             arXiv:1901.07555; miscalibration: Steck, RecSys 2018. Ours: the day, not the list, is what a click is counted by.
 */
#ifndef ZH_MEASURE_FAIRNESS_H
#define ZH_MEASURE_FAIRNESS_H
#include "base/arena.h"
#include "measure/variety.h"

#include <stdbool.h>

#define ZH_FAIR_HEAD_SHARE 0.2    /* of the items: the short head of the literature */
#define ZH_FAIR_LARGE_SHARE 0.8   /* of the lines bought */
#define ZH_FAIR_NEW_DAYS 30
#define ZH_FAIR_HISTORY_LEAST 3   /* items: with fewer a taste is a coin */
#define ZH_FAIR_HISTORY_MAX 200   /* items of one history that count */

typedef struct zh_fair_item {
    uint32_t category, brand;     /* numbers from 0 */
    uint64_t buyers;              /* of all time */
    bool sellable;
    bool drawn;                   /* cells hold what there is of it (exposure.h: days that do not fit keep a draw) */
} zh_fair_item;

typedef struct zh_fair_row {      /* of one customer */
    uint32_t customer, item;      /* places in the arrays below */
    int32_t day;
    bool listed;                  /* shown in a list that is asked about; else what he did himself */
    uint32_t shown, touched, bought;
} zh_fair_row;

typedef struct zh_fair_cell {     /* of everybody */
    uint32_t item;
    int32_t day;
    bool personal;
    uint64_t shown;
} zh_fair_cell;

typedef struct zh_fair_customer {
    bool is_new;
    const uint32_t *history;      /* items, each once */
    uint32_t history_count;       /* <= ZH_FAIR_HISTORY_MAX */
} zh_fair_customer;

typedef struct zh_fair_input {    /* all borrowed */
    const zh_fair_item *items;
    const zh_fair_customer *customers;
    const zh_fair_cell *cells;
    const zh_fair_row *rows;      /* by (customer, day, item, listed), each once: zh_fair_sort() */
    size_t items_count, customers_count, cells_count, rows_count;
    uint32_t categories, brands;
    int32_t from_day, to_day;     /* the span; rows may begin before it */
} zh_fair_input;

/* In the order that an input has; rows of the same key become one; how many are left. */
size_t zh_fair_sort(zh_fair_row *rows, size_t count);
/* Was (customer, item) touched (or bought) on the row's day or the next? `row` is listed. O(log rows). */
typedef struct zh_fair_followed { bool clicked, bought; } zh_fair_followed;
zh_fair_followed zh_fair_follow(const zh_fair_input *in, const zh_fair_row *row);

#define ZH_FAIR_GROUP_LIST(X) X(ALL, "all") X(NEW, "new") X(ACTIVE, "active") X(NICHE, "niche") X(DIVERSE, "diverse") X(BLOCKBUSTER, "blockbuster")
typedef enum zh_fair_group_kind {
#define X(name, text) ZH_FAIR_##name,
    ZH_FAIR_GROUP_LIST(X)
#undef X
    ZH_FAIR_GROUPS
} zh_fair_group_kind;
const char *zh_fair_group_text(zh_fair_group_kind kind);

typedef struct zh_fair_exposure { uint64_t items, shown_items, slots; double gini, coverage, long_tail; } zh_fair_exposure; /* of those drawn */

typedef struct zh_fair_group {
    uint64_t customers, slots, shown, clicked, bought; /* shown: (customer, item, day) */
    double gini, lift;            /* lift 0 where lift_of is 0 */
    uint64_t lift_of;             /* customers with a history */
    zh_between long_tail, js, steck;
} zh_fair_group;

typedef struct zh_fair_merchants { uint64_t brands, items, slots, clicked, bought; } zh_fair_merchants; /* items: sellable and drawn; slots: personal, of those drawn; bought: lines */

typedef struct zh_fair_report {
    zh_fair_exposure personal, anybody;
    zh_fair_group groups[ZH_FAIR_GROUPS];
    zh_fair_merchants large, small;
} zh_fair_report;

/* `scratch` is used meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_fair_of(const zh_fair_input *in, zh_arena *scratch, zh_fair_report *out);

#endif
