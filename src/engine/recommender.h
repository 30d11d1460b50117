/* recommender.h -- a recommender learnt from everything the shop sold, as a table that can be served.
 *
 *     league text ─► which kind, with which parameters, and may it be shown?  (choose)
 *     purchases ─► trained on all of them ─► serving table (model/serving.h)    (learn)
 *
 * A recommender may be shown where the newest league says that it is ahead of popularity and item-kNN (docs/MODELS.md); who knows better says so
 * (`anyway`). Its parameters are those that the league chose, or the usual ones where it did not play.
 *
 * Cost        one thread: one training and one question an item; memory as in the league.
 * Threads     any; folding goes on meanwhile.
 * Not here    files, versions, which one serves (deploy.h).
 */
#ifndef ZH_ENGINE_RECOMMENDER_H
#define ZH_ENGINE_RECOMMENDER_H
#include "engine/engine.h"
#include "model/league.h"
#include "model/serving.h"

#define ZH_RECOMMENDER_AUTO ZH_SV("auto") /* the best that is ahead */

typedef struct zh_recommender_choice {
    const zh_model_kind *kind;
    double param[ZH_MODEL_PARAMS_MAX];
    bool has_played;                 /* the rest is of the league; else zeros */
    zh_league_verdict verdict;
    double ndcg, ahead, ahead_low;
    int64_t questions;
} zh_recommender_choice;

/* `name`: a kind, or "auto". `league`: the newest text, may be empty. Errors: ZH_ABSENT no kind of this name can be served; ZH_DENIED it, or with "auto"
 * every one, is not ahead; *why. ZH_CORRUPT a text that is none, ZH_NOMEM. */
ZH_MUST zh_err zh_recommender_choose(zh_recommender_choice *out, zh_sv name, zh_sv league, bool anyway, zh_note *why);

typedef struct zh_recommender_facts {
    uint64_t positions[ZH_LOG_PARTITIONS_MAX]; /* a partition: records folded before the purchases were gathered */
    uint32_t partitions, customers, items, pairs;
    uint64_t purchases;
    int64_t at_ms, took_ms;
} zh_recommender_facts;

/* Append the table's file to `file`. Errors: ZH_ABSENT the shop sold too little (*why), ZH_STOPPED, ZH_NOMEM, those of the kind. */
ZH_MUST zh_err zh_recommender_learn(zh_engine *engine, const zh_recommender_choice *choice, const volatile bool *stopping, zh_buf *file, zh_recommender_facts *facts, zh_note *why);

#endif
