/* bubble.h -- does what customers see become narrower, and does it drift from what they buy?
 *
 * By UTC day, and over the span (variety.h has the formulas):
 *
 *     entropy         of the categories of slots of personal lists; of lists that anybody gets (the control); of what was clicked; of what was bought
 *     customer        mean over customers of the corrected entropy of their slots, where they have ZH_BUBBLE_SLOTS_LEAST
 *     top share       of the most shown category
 *     gap             JS between the categories shown and bought, of the ZH_BUBBLE_GAP_DAYS days that end on the day; both need ZH_BUBBLE_GAP_LEAST
 *     new categories  of (customer, category, day) clicked by customers who had touched something in the ZH_BUBBLE_BACK_DAYS days before: the
 *                     share whose category was not among it; the same of what was bought, after what was bought
 *     Jaccard         mean over ZH_BUBBLE_PAIRS drawn pairs of customers: how alike is what they are shown
 *
 * Clicked: as in fairness.h. Bought: all lines a customer bought, shown before or not, since the drift is what matters.
 * Clicks and purchases are apart: the Taobao study saw clicks narrow where purchases hardly did.
 *
 * Guarantees  a function of the arguments.
 * Cost        O(rows log rows + days x categories).
 * Source      Ge et al., SIGIR 2020, arXiv:2007.02474 (echo chambers in clicks and purchases); Steck, RecSys 2018 (gap).
 */
#ifndef ZH_MEASURE_BUBBLE_H
#define ZH_MEASURE_BUBBLE_H
#include "measure/fairness.h"

#define ZH_BUBBLE_DAYS_MAX 56
#define ZH_BUBBLE_SLOTS_LEAST 5  /* of one customer: an entropy of fewer says how many, not how varied */
#define ZH_BUBBLE_BACK_DAYS 28
#define ZH_BUBBLE_GAP_DAYS 7     /* a week has all its weekdays */
#define ZH_BUBBLE_GAP_LEAST 200  /* slots and lines: chance alone makes JS about (K - 1) (1/n + 1/m) / (8 ln 2), 0.02 with 10 categories */
#define ZH_BUBBLE_PAIRS 1000

typedef struct zh_bubble_span { /* of a day, or of all days */
    int32_t day;
    uint64_t slots, control_slots, clicked, bought; /* what the entropies are of */
    double shown_bits, control_bits, clicked_bits, bought_bits;
    double customer_bits;         /* of `customers` */
    uint64_t customers;
    double top_share;
    bool has_gap;
    double gap;
    uint64_t clicked_of, clicked_new, bought_of, bought_new;
} zh_bubble_span;

typedef struct zh_bubble_category { uint64_t shown, control, clicked, bought; } zh_bubble_category; /* of the span */

typedef struct zh_bubble {
    zh_bubble_span *days;             /* each of the span, oldest first; in the arena */
    size_t days_count;
    zh_bubble_span all;               /* its gap is of the whole span */
    zh_bubble_category *categories;   /* [in->categories], in the arena */
    zh_between customer_bits;         /* all.customer_bits, with its interval */
    double steck;                     /* of the whole span, bought against shown; 0 without a gap */
    zh_between jaccard;
} zh_bubble;

/* The span has at most ZH_BUBBLE_DAYS_MAX days. Errors: ZH_NOMEM, ZH_RANGE. */
ZH_MUST zh_err zh_bubble_of(const zh_fair_input *in, zh_arena *arena, zh_bubble *out);

#endif
