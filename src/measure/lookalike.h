/* lookalike.h -- who is like these customers? Learnt from a seed and others, and judged by finding again a part of the seed that was hidden.
 *
 *     learn     boosted trees (model/boost.h): seed yes, others no. Others who belong to the seed but are not in it make the task harder, not wrong
 *     hide      ZH_LOOKALIKE_HELD of seed and others, by chance, are not learnt from in the test
 *     found@s   share of the hidden seed that scores above the s highest part of the hidden others; lift = found / s
 *     area      chance that a hidden seed scores above a hidden other, with DeLong's interval
 *     RFM       the same trees on recency, orders and money alone; the difference of the two areas with the interval of a paired test
 *
 * It is **offered** where at least ZH_LOOKALIKE_HELD_MIN of the seed were hidden, the area's lower end is above one half, and the difference's lower end
 * above nought: what RFM says as well needs no model. The model that scores is then learnt from everybody.
 *
 *     precision@s   of customers above the cut, the share who are in the seed, in the shop's proportion. At least so many: others may belong there
 *     why           the columns whose number, put to the others' median, takes most from the score
 *
 * Guarantees  deterministic by seed.
 * Cost        not measured by itself yet; three fits of 80 trees, and zhun_group_seconds tells the whole.
 * Source      DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988); learning from positives and unlabelled: Elkan, Noto, KDD 2008.
 */
#ifndef ZH_MEASURE_LOOKALIKE_H
#define ZH_MEASURE_LOOKALIKE_H
#include "measure/features.h"
#include "model/boost.h"

#define ZH_LOOKALIKE_SEED_MAX 5000
#define ZH_LOOKALIKE_OTHERS_MAX 20000
#define ZH_LOOKALIKE_HELD 0.3
#define ZH_LOOKALIKE_HELD_MIN 30 /* below, found@s is known to 18 points at best */
#define ZH_LOOKALIKE_CUTS 7
#define ZH_LOOKALIKE_WHY 3
#define ZH_LOOKALIKE_Z 1.959963984540054 /* 95 % */

typedef struct zh_lookalike_cut {
    double part;              /* s */
    double found, low, high;  /* Wilson's interval */
    double lift, precision;
} zh_lookalike_cut;

typedef enum zh_lookalike_why { ZH_LOOKALIKE_OFFERED, ZH_LOOKALIKE_FEW, ZH_LOOKALIKE_CHANCE, ZH_LOOKALIKE_RFM } zh_lookalike_why;
const char *zh_lookalike_why_text(zh_lookalike_why why); /* "offered", "few", "chance", "rfm" */

typedef struct zh_lookalike_data {
    const double *seed, *others; /* rows x columns of features */
    uint32_t seed_rows, others_rows, columns;
    uint64_t seed_all, others_all; /* customers these were drawn from */
} zh_lookalike_data;

typedef struct zh_lookalike {
    uint32_t held_seed, held_others;
    double area, area_low, area_high, rfm_area, gain, gain_low, gain_high;
    zh_lookalike_cut cuts[ZH_LOOKALIKE_CUTS];
    zh_lookalike_why why;
    zh_boost model;                    /* where it is offered, in the arena */
    float median[ZH_FEATURES_MAX];     /* of the others */
    uint32_t columns;
} zh_lookalike;

/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_lookalike_learn(zh_lookalike *out, zh_arena *arena, const zh_lookalike_data *data, uint64_t seed);
double zh_lookalike_score(const zh_lookalike *lookalike, const double *row); /* log-odds: an order only */
typedef struct zh_lookalike_reason { uint32_t column; double push; } zh_lookalike_reason;
/* At most ZH_LOOKALIKE_WHY, strongest first; returns how many. */
uint32_t zh_lookalike_reasons(const zh_lookalike *lookalike, const double *row, zh_lookalike_reason out[ZH_LOOKALIKE_WHY]);

#endif
