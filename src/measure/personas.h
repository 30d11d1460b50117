/* personas.h -- kinds of customers found in rows of numbers: how many kinds, who they are, how sure that is, and a rule that nearly says the same.
 *
 *     z(row, column) = (x - mean) / sd, within +-ZH_PERSONAS_CLAMP, times the column's weight     one outlier must not make a kind
 *     weight         1; of the columns of names together as much as ZH_PERSONAS_NAMES_WEIGHT others, or tastes would be all there is
 *     kinds          k-means (model/kmeans.h) on z; where k is not given, the smallest of ZH_PERSONAS_GROUPS_MIN .. _MAX whose silhouette is
 *                    ZH_PERSONAS_NEARLY of the largest: two more kinds for a hundredth are no better
 *     stability      the rows in two halves by chance, kinds from each, all rows put into both: the adjusted Rand index, mean of ZH_PERSONAS_SPLITS
 *     marks          columns in which the kind's mean is farthest from everybody's, in standard deviations
 *     rule           a tree of ZH_PERSONAS_RULE_DEPTH questions over the columns that an expression has words for, learnt on every other row;
 *                    precision and recall are those of the rest
 *
 * Kinds are **clear** where silhouette and stability reach the bounds below: people lie in clouds, and any cloud can be cut.
 *
 * Guarantees  deterministic by seed.
 * Cost        14 s for 10,000 rows of 25 columns without kinds, k not given, on a busy machine (bench/group_bench.c); well parted rows settle sooner.
 */
#ifndef ZH_MEASURE_PERSONAS_H
#define ZH_MEASURE_PERSONAS_H
#include "measure/features.h"
#include "model/kmeans.h"

#define ZH_PERSONAS_ROWS_MIN 200
#define ZH_PERSONAS_ROWS_MAX 10000
#define ZH_PERSONAS_GROUPS_MIN 2
#define ZH_PERSONAS_GROUPS_MAX 8        /* nobody keeps more kinds of people in mind */
#define ZH_PERSONAS_CLAMP 3.0
#define ZH_PERSONAS_NAMES_WEIGHT 5.0
#define ZH_PERSONAS_RESTARTS 8
#define ZH_PERSONAS_NEARLY 0.95
#define ZH_PERSONAS_SILHOUETTE_ROWS 1500 /* the first ones: rows come in an order of chance */
#define ZH_PERSONAS_SPLITS 3
#define ZH_PERSONAS_CLEAR_SILHOUETTE 0.15
#define ZH_PERSONAS_CLEAR_STABILITY 0.7
#define ZH_PERSONAS_MARKS 8
#define ZH_PERSONAS_RULE_DEPTH 3
#define ZH_PERSONAS_RULE_NODES ((1 << (ZH_PERSONAS_RULE_DEPTH + 1)) - 1)

typedef struct zh_persona_mark { uint32_t column; double mean, whole, z; } zh_persona_mark; /* mean, whole: of the raw numbers */

typedef struct zh_persona_question { /* node i's children are 2 i + 1 (below the value) and 2 i + 2 */
    uint32_t column;
    double value;
    bool is_leaf, is_yes;
} zh_persona_question;

typedef struct zh_persona {
    uint32_t rows;
    zh_persona_mark marks[ZH_PERSONAS_MARKS]; /* largest |z| first */
    uint32_t marks_count;
    zh_persona_question rule[ZH_PERSONAS_RULE_NODES];
    double precision, recall;   /* of the rule; precision 0: it finds nobody */
} zh_persona;

typedef struct zh_personas {
    double mean[ZH_FEATURES_MAX], sd[ZH_FEATURES_MAX], weight[ZH_FEATURES_MAX];
    uint32_t columns;
    zh_kmeans groups;
    zh_persona all[ZH_PERSONAS_GROUPS_MAX];
    double silhouettes[ZH_PERSONAS_GROUPS_MAX + 1]; /* of k; 0: not tried */
    double silhouette, stability;
    bool is_clear;
} zh_personas;

/* x is rows x columns of features; `groups` 0: to be found. can_ask[column]: an expression has words for it. Errors: ZH_ABSENT (fewer than
 * ZH_PERSONAS_ROWS_MIN rows), ZH_NOMEM. */
ZH_MUST zh_err zh_personas_fit(zh_personas *out, zh_arena *arena, const double *x, uint32_t rows, uint32_t columns, uint32_t groups, const bool *can_ask, uint64_t seed);
uint32_t zh_personas_of(const zh_personas *personas, const double *row); /* of a raw row */
bool zh_persona_rule_holds(const zh_persona *persona, const double *row);

#endif
