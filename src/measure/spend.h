/* spend.h -- the money of a customer's next days, with an interval that four of five customers fall into.
 *
 * What is expected is scored by orders to come (BG/NBD) x what one of his is worth (his own mean, drawn to the shop's). Customers as of earlier days are put
 * into groups of about equal score, and of each group is kept what came: its mean, and the shortest interval that holds 80 % of it, both as multiples
 * of the score. Many spend nothing, so most intervals begin at 0.
 *
 * Tested as of a day that lies the window before the end, with groups from windows that had ended by then: of so many customers, how many were
 * inside. Where more than 80 % of a group spend nothing its interval is 0 alone and holds more than it should; so is judged by those whose interval
 * is wider. **Offered** when there are ZH_SPEND_ASKED_MIN of them, and from 75 to 85 % of them were inside.
 *
 * Guarantees  deterministic; low <= high, all finite and >= 0. Exchangeable customers are inside with 80 % or more; seasons are not exchangeable.
 * Cost        learning about 3 us a customer and day; asking 1 us.
 * Source      conformal prediction by groups: Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World (2005), ch. 4.
 */
#ifndef ZH_MEASURE_SPEND_H
#define ZH_MEASURE_SPEND_H
#include "base/buf.h"
#include "measure/past.h"

#define ZH_SPEND_ASKED_MIN 100
#define ZH_SPEND_INSIDE 0.8
enum { ZH_SPEND_GROUPS = 12 };

typedef struct zh_spend {
    int32_t days;                        /* of the window; 0: nothing was learnt */
    zh_past_shop shop;
    double border[ZH_SPEND_GROUPS - 1];  /* of scores, ascending: below it, the group before */
    double mean[ZH_SPEND_GROUPS], low[ZH_SPEND_GROUPS], high[ZH_SPEND_GROUPS]; /* of what came, as multiples of the score */
} zh_spend;

typedef struct zh_spent { double expected, low, high; } zh_spent;

/* The longest of 365, 180, 90 and 30 days that a history reaches three times over; 0: none. */
int32_t zh_spend_days(const zh_past *pasts, size_t count, int32_t end);
/* From all facts until `end`. Errors: ZH_ABSENT (too little history), ZH_NOMEM. */
ZH_MUST zh_err zh_spend_learn(zh_spend *out, const zh_past *pasts, size_t count, int32_t days, int32_t end);
bool zh_spend_of(const zh_spend *model, const zh_past *past, int32_t day, zh_spent *out); /* false: no order until the day */

typedef struct zh_spend_report {
    int32_t day;                         /* tested as of; where asked > 0 */
    uint64_t asked, inside;
    uint64_t wide, wide_inside;          /* of them, those whose interval is more than 0 */
    double expected, came;               /* money of all asked */
    double width;                        /* mean of high - low */
    bool is_offered;
} zh_spend_report;
ZH_MUST zh_err zh_spend_test(zh_spend_report *out, const zh_past *pasts, size_t count, int32_t days, int32_t end); /* ZH_NOMEM */

void zh_spend_put(const zh_spend *model, const zh_spend_report *report, zh_buf *out);
ZH_MUST zh_err zh_spend_take(zh_spend *model, zh_spend_report *report, zh_reader *in); /* ZH_CORRUPT */

#endif
