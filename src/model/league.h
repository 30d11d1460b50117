/* league.h -- every recommender on the shop's own purchases: who is best, by how much, and who may be shown to customers?
 *
 *     purchases  before valid_ms ─▶ train   chosen and learnt from
 *                before test_ms  ─▶ valid   parameters are chosen by it, then it is learnt from too
 *                from test_ms on ─▶ test    asked once
 *
 * One pair of moments for all customers, so nothing that happened after a question helps to answer it (a global time split;
 * Ji, Sun, Zhang, Li, TOIS 41 (3), 2023). A question is a customer who bought before test_ms and since then something new to
 * him; what he had bought before is known and no answer. Definitions of the metrics: metric.h.
 *
 * Who may be shown: a model whose ndcg is above that of both `popular` and `itemknn`, by more than chance: the lower end of
 * the one-sided 95 % interval of the mean difference a question, to the better of the two, is above 0. These two are the
 * bars; a league without them has no verdict.
 *
 * Guarantees  a function of purchases, moments and seed; the crew's hands do not show.
 * Cost        for each kind its tuning (trial.h) and two trainings. Memory: `bytes_max` a hand.
 * Clock       none: the caller's `mark` is called at the start of each kind, and says whether to go on; `enough` ends its tuning
 *             with the best so far, and then what is chosen depends on the machine.
 * Not here    customers and their orders (engine/league.h), answering with the winner.
 */
#ifndef ZH_MODEL_LEAGUE_H
#define ZH_MODEL_LEAGUE_H
#include "model/trial.h"

#define ZH_LEAGUE_PLACES_MAX 16
#define ZH_LEAGUE_K 10
#define ZH_LEAGUE_QUERIES_MAX 20000 /* questions of the test; drawn where there are more */
#define ZH_LEAGUE_QUERIES_MIN 100   /* with fewer there is no verdict */

typedef struct zh_purchase {
    uint32_t customer, item; /* numbers from 0 */
    int64_t time_ms;
} zh_purchase;

/* Sorts `list`. Customers and items may be without a purchase. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_league_split(zh_split *out, zh_arena *arena, zh_purchase *list, size_t count, uint32_t customers, uint32_t items, int64_t valid_ms, int64_t test_ms);

typedef enum zh_league_verdict { ZH_LEAGUE_OPEN, ZH_LEAGUE_BAR, ZH_LEAGUE_AHEAD, ZH_LEAGUE_NOT_AHEAD, ZH_LEAGUE_ABSENT } zh_league_verdict;
const char *zh_league_verdict_text(zh_league_verdict verdict); /* "open", "bar", "ahead", "not_ahead", "absent" */

typedef struct zh_league_place {
    const zh_model_kind *kind;
    zh_league_verdict verdict;
    zh_note why;             /* of ABSENT: what it lacked */
    double param[ZH_MODEL_PARAMS_MAX];
    uint32_t trials;
    zh_metrics metrics;
    double ahead, ahead_low; /* mean difference of ndcg to the better bar, and the lower end of its interval; 0 for that bar */
    size_t bytes;            /* of the trained model */
} zh_league_place;

typedef struct zh_league {
    uint32_t queries, items; /* of the test */
    uint32_t count;
    zh_league_place place[ZH_LEAGUE_PLACES_MAX]; /* by ndcg, best first; absent ones last, by name */
} zh_league;

typedef struct zh_league_ask {
    const zh_split *split;
    const zh_crew *crew;
    uint64_t seed;
    size_t bytes_max;        /* of memory a hand */
    bool (*mark)(void *context, const zh_model_kind *kind); /* NULL: go on */
    bool (*enough)(void *context); /* of this kind's tuning, asked between trials; NULL: never */
    void *context;
} zh_league_ask;

/* Errors: ZH_NOMEM; ZH_ABSENT when no question is left (*why says what); ZH_STOPPED: `mark` said so. */
ZH_MUST zh_err zh_league_run(zh_league *out, const zh_league_ask *ask, zh_note *why);

#endif
