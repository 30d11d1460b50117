/* standing.h -- where a customer stands: RFM scores and classes, lifecycle, AIPL stage.
 *
 * A pure function of his orders and acts, the last boundaries (boundaries.h) and the moment, computed when it is asked for.
 *
 *     RFM        scores 1 .. 5 against the fifths of the buyers; a segment by the rules of rfm.h; one of 8 classes by
 *                whether recency, frequency and monetary are better than the buyers' mean
 *     lifecycle  against p, the interval in which he usually buys: the median of his own last 8 intervals where he has 3,
 *                else the shop's. prospect: no order · new: one occasion · active: more · at_risk: silent for 2 p ·
 *                lapsed: for 4 p · won_back: as active, but the last order came after a silence of 4 p
 *     AIPL       aware: there is any event · interest: clicked, searched, added, wished, reviewed, shared, went to the cart,
 *                or viewed twice · purchase: an order that stands · loyal: orders on two occasions, or an order and a share
 *
 * An **occasion** is an order and all within a day before it. What is cancelled or only a refund is no order.
 *
 * Guarantees  pure, no allocation. Only the lifecycle depends on the moment: until_ms says how long it stands.
 * Cost        about 0.3 us where he is anywhere in memory, most of it bringing his orders near.
 */
#ifndef ZH_SEGMENT_STANDING_H
#define ZH_SEGMENT_STANDING_H
#include "profile/activity.h"
#include "segment/boundaries.h"

#define ZH_STANDING_OCCASION_MS ZH_DAY_MS
#define ZH_STANDING_RECENT 64         /* newest orders that intervals come from */
#define ZH_STANDING_INTERVALS 8       /* newest intervals whose median is his own */
#define ZH_STANDING_INTERVALS_MIN 3   /* fewer: the shop's */
#define ZH_STANDING_RISK 2            /* intervals of silence */
#define ZH_STANDING_LAPSE 4

/* In the order of tables and charts. Texts are codes of the interface: append only. */
#define ZH_LIFECYCLE_LIST(X) X(PROSPECT, "prospect") X(NEW, "new") X(ACTIVE, "active") X(AT_RISK, "at_risk") X(LAPSED, "lapsed") X(WON_BACK, "won_back")
typedef enum zh_lifecycle {
#define X(name, text) ZH_LIFECYCLE_##name,
    ZH_LIFECYCLE_LIST(X)
#undef X
    ZH_LIFECYCLE_COUNT
} zh_lifecycle;

#define ZH_AIPL_LIST(X) X(NONE, "none") X(AWARE, "aware") X(INTEREST, "interest") X(PURCHASE, "purchase") X(LOYAL, "loyal")
typedef enum zh_aipl { /* none: not there yet, at an earlier moment */
#define X(name, text) ZH_AIPL_##name,
    ZH_AIPL_LIST(X)
#undef X
    ZH_AIPL_COUNT
} zh_aipl;

#define ZH_RFM_CLASSES 8 /* bit 2: recency better than the mean, bit 1: frequency, bit 0: monetary */
#define ZH_RFM_CLASS_NONE ZH_RFM_CLASSES

typedef struct zh_standing {
    uint8_t scores[ZH_FIGURE_COUNT]; /* 1 .. 5; all 0: no order, or no boundaries yet */
    uint8_t segment;     /* a rule of zh_rfm_rules, zh_rfm_rules_count: of none; meaningless where scores are 0 */
    uint8_t rfm_class;   /* 0 .. 7, or ZH_RFM_CLASS_NONE */
    zh_lifecycle lifecycle;
    zh_aipl aipl;
    int64_t until_ms;    /* first moment at which the lifecycle is another; INT64_MAX: none */
    int64_t orders;      /* that stand */
    int64_t last_ms;     /* of the newest of them; 0: there is none */
    int64_t minor;       /* in the boundaries' currency */
    int64_t interval_ms; /* p */
} zh_standing;

/* `boundaries` may be NULL: none yet. */
void zh_standing_of(const zh_customer_state *state, const zh_boundaries *boundaries, int64_t now_ms, zh_standing *out);
/* The two stages as they were at an earlier moment, by orders as they stand now. */
void zh_standing_then(const zh_customer_state *state, const zh_boundaries *boundaries, int64_t then_ms, zh_lifecycle *lifecycle, zh_aipl *aipl);
/* As a buyer for zh_boundaries_make; false: no order stands. */
bool zh_standing_buyer(const zh_customer_state *state, zh_currency currency, zh_buyer *out);

const char *zh_lifecycle_text(zh_lifecycle lifecycle);
const char *zh_aipl_text(zh_aipl stage);
zh_sv zh_rfm_segment_code(size_t segment); /* "champion", …, "other"; of a customer without scores: ask not */
zh_sv zh_rfm_class_code(size_t rfm_class); /* "key_value"; "" for none */
zh_sv zh_rfm_class_zh(size_t rfm_class);   /* "重要价值"; "" for none */

#endif
