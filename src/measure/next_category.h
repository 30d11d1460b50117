/* next_category.h -- which category will a customer's next order be of? A mixture of what speaks for it, with weights that were learnt.
 *
 *     own      categories of his orders, the newest count most          looks    what he looked at and put into carts lately
 *     last     that of his last order                                   after    what others ordered after such an order
 *     popular  what everybody orders lately                      usual    his most frequent one
 *
 *     P(c) ~ (sum over these of weight x share of c) ^ sharpness     both by how many orders he has and whether he looked at anything
 *
 * Facts are those of past.h with a category: orders, of which the category with most money is that of the day, and views and adds. The weights are
 * fitted by likelihood (EM) on next orders as of days of the newest third of a history, with shares from what was before; then the shares are those of all.
 *
 * Tested like other predictions (predict.h): as of days that lie a window before the end, on the next order within the window, beside two rules:
 * his most frequent category (of equals the newer), and the most popular. **Offered** when asked of at least ZH_NEXT_CATEGORY_ASKED_MIN and right more often than
 * either by more than a standard error of the difference.
 *
 * Guarantees  deterministic; probabilities of an answer are > 0 and sum to the share of orders that are of a category of the model.
 * Cost        learning about 1 us an order and round; an answer about 2 us.
 * Source      interpolated models: Jelinek, Mercer 1980. EM: Dempster, Laird, Rubin 1977.
 */
#ifndef ZH_MEASURE_NEXT_CATEGORY_H
#define ZH_MEASURE_NEXT_CATEGORY_H
#include "measure/past.h"
#include "model/calibrate.h"
#include "base/buf.h"

#define ZH_NEXT_CATEGORIES_MAX 64      /* the most ordered; the others are not told apart */
#define ZH_NEXT_CATEGORY_ASKED_MIN 100
#define ZH_NEXT_CATEGORY_WINDOW 30     /* days of a test */
#define ZH_NEXT_CATEGORY_TESTS 3

enum { ZH_NEXT_SOURCES = 6, ZH_NEXT_BUCKETS = 8 };

typedef struct zh_next_category {
    uint32_t count;                            /* categories; 0: nothing was learnt */
    uint32_t ids[ZH_NEXT_CATEGORIES_MAX];      /* as the facts name them, ascending */
    float known;                               /* share of orders that are of one of them */
    float popular[ZH_NEXT_CATEGORIES_MAX];
    float after[ZH_NEXT_CATEGORIES_MAX][ZH_NEXT_CATEGORIES_MAX];
    float weights[ZH_NEXT_BUCKETS][ZH_NEXT_SOURCES];
    float sharpness[ZH_NEXT_BUCKETS];          /* the mixture to this power: shares mixed are flatter than what comes */
} zh_next_category;

/* From all facts until `end`. Errors: ZH_ABSENT (too little history), ZH_NOMEM. */
ZH_MUST zh_err zh_next_category_learn(zh_next_category *out, const zh_past *pasts, size_t count, int32_t end);
/* Probabilities by place in the model; false: no order of a known category until the day. */
bool zh_next_category_of(const zh_next_category *model, const zh_past *past, int32_t day, double out[ZH_NEXT_CATEGORIES_MAX]);

typedef struct zh_next_category_report {
    int32_t days[ZH_NEXT_CATEGORY_TESTS];
    uint32_t days_count;
    size_t asked, right, right_frequent, right_popular; /* next orders; whose category was the first of each */
    double log_loss, log_loss_popular;                  /* means; lower is better */
    zh_reliability reliability;                         /* of the first one's probability */
    bool is_offered;
    const char *why;                                    /* where it is not; a static sentence */
} zh_next_category_report;
/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_next_category_test(zh_next_category_report *out, const zh_past *pasts, size_t count, int32_t end);

/* The bytes of both; ids are the caller's to name. Errors: ZH_CORRUPT. */
void zh_next_category_put(const zh_next_category *model, zh_buf *out);
ZH_MUST zh_err zh_next_category_take(zh_next_category *out, zh_reader *in);
void zh_next_category_report_put(const zh_next_category_report *report, zh_buf *out);
ZH_MUST zh_err zh_next_category_report_take(zh_next_category_report *out, zh_reader *in);

#endif
