/* trainer.h -- the thread that learns: predictions, which become a record of the log, and the league of recommenders; at night and when asked.
 *
 *     customers, in steps under the world's read lock ─► their pasts (past_customer.h) ─► learnt and tested without any lock (predict.h)
 *         ─► a PREDICTIONS record, folded like any other (predictions.h)
 *
 *     orders ─► the league (league.h) ─► DIR/league.json
 *     its winner, where it is ahead ─► learnt on everything (recommender.h) ─► deployed (deploy.h)
 *
 * Once a night (ZH_TRAINER_HOUR of the workspace) where anything happened since the last training, and when asked. A folder of an earlier version has
 * its models in DIR/predictions: they are learnt anew at once, and the file goes.
 *
 * Guarantees  folding never waits for a training; closing waits for the recommender that is being learnt; nothing is learnt while the views still know an import that was taken back.
 * Cost        a training: zhun_predictions_training_seconds tells it; its thread has low priority. Its record is about 300 KB, and who is in segments that
 *             name a prediction is asked anew.
 * Threads     any; a thread of its own trains.
 * Not here    how it is learnt (measure/predict.h), what it says of a customer (measure/predictions.h).
 */
#ifndef ZH_ENGINE_TRAINER_H
#define ZH_ENGINE_TRAINER_H
#include "engine/deploy.h"
#include "engine/league.h"

#define ZH_TRAINER_CUSTOMERS_MAX 50000 /* with an order, that are learnt from; drawn by their number where there are more */
#define ZH_TRAINER_BYTES_MAX ((size_t)2 << 30) /* of memory in a training */
#define ZH_TRAINER_HOUR 3
#define ZH_TRAINER_STEP 256            /* customers under one lock */

typedef struct zh_trainer zh_trainer;

ZH_MUST zh_err zh_trainer_open(zh_trainer **out, zh_engine *engine); /* ZH_NOMEM; starts the thread */
void zh_trainer_close(zh_trainer *trainer); /* ends a training; NULL is fine. Before the committer goes */

typedef enum zh_training { ZH_TRAIN_PREDICTIONS, ZH_TRAIN_LEAGUE, ZH_TRAIN_RECOMMENDER, ZH_TRAININGS } zh_training;

typedef struct zh_recommender_ask {
    char model[ZH_SERVING_NAME_BYTES]; /* a kind, or "auto": the league is played first */
    bool deploy;                       /* else it is kept as a version that may be deployed */
    bool anyway;                       /* also where the league does not say that it is ahead; not with "auto" */
    zh_actor actor;
} zh_recommender_ask;

/* Learn a recommender soon. Errors: ZH_BUSY one is being learnt; of "auto" also a league. */
ZH_MUST zh_err zh_trainer_learn(zh_trainer *trainer, const zh_recommender_ask *ask);
/* How the last one went: {"at","model","version","deployed","why"}, or null. */
void zh_trainer_outcome(zh_trainer *trainer, zh_json_out *out);

/* Do it soon; not of recommenders. ZH_BUSY: it is being done. */
ZH_MUST zh_err zh_trainer_train(zh_trainer *trainer, zh_training what);
bool zh_trainer_is_training(zh_trainer *trainer, zh_training what);
/* Append the newest league's text; nothing where none was played. */
void zh_trainer_league(zh_trainer *trainer, zh_buf *out);

#endif
