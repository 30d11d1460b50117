/* predict.h -- predictions of a running engine: trained in the background on the customers there are, asked at read time.
 *
 *     buy_7d, buy_30d   an order within 7, 30 days        lapse   no order for so long that the customer is lost
 *     clv               money of the next year: orders to come (BG/NBD) x what one is worth (Gamma-Gamma)
 *
 * A training walks the customers in steps under the world's read lock, takes their pasts (past_customer.h), and learns and tests without any
 * lock; then the new models take the place of the old ones, here and in DIR/predictions. Once a night (ZH_PREDICTIONS_HOUR of the workspace), and
 * when asked. The file is made of the log's events and may be deleted: then nothing is predicted until the next training.
 *
 * Guarantees  a prediction depends on the customer's state, the models and the day: it stands until the next midnight of the workspace, or the
 *             customer's next event, or the next training (`version` counts them). Folding never waits for a training.
 * Cost        a training: not measured yet (zhun_predictions_training_seconds tells it); its thread has low priority. Asking: O(events).
 * Threads     any; a thread of its own trains.
 * Not here    how it is learnt (measure/predict.h).
 */
#ifndef ZH_ENGINE_PREDICT_H
#define ZH_ENGINE_PREDICT_H
#include "base/tz.h"
#include "engine/world.h"
#include "measure/gammagamma.h"
#include "measure/predict.h"
#include "sys/clock.h"
#include "sys/line.h"
#include "sys/metrics.h"

#define ZH_PREDICTIONS_CUSTOMERS_MAX 50000 /* with an order, that are learnt from; drawn by their number where there are more */
#define ZH_PREDICTIONS_BYTES_MAX ((size_t)2 << 30) /* of memory in a training */
#define ZH_PREDICTIONS_HOUR 3
#define ZH_PREDICTIONS_STEP 256            /* customers under one lock */
#define ZH_PREDICTIONS_CLV_DAYS 365

enum { ZH_PREDICTION_BUY_7D, ZH_PREDICTION_BUY_30D, ZH_PREDICTION_LAPSE, ZH_PREDICTIONS_COUNT };
extern const char *const zh_prediction_names[ZH_PREDICTIONS_COUNT];

typedef struct zh_prediction {
    zh_predictor model;       /* where is_trained */
    zh_predict_report report;
    zh_predict_task task;
    bool is_trained;          /* there is a model; it is used where the report offers it */
} zh_prediction;

typedef struct zh_prediction_set { /* of one training */
    uint32_t version;         /* 0: never trained */
    int64_t trained_ms, took_ms;
    uint64_t customers;       /* learnt from */
    zh_prediction all[ZH_PREDICTIONS_COUNT];
    zh_past_shop shop;
    zh_gammagamma spend;
    bool has_clv;
    zh_arena arena;
} zh_prediction_set;

typedef struct zh_predictions zh_predictions;
typedef struct zh_predictions_desc {
    zh_sv dir;
    zh_world *world;
    const zh_tz *zone;
    const zh_clock *clock;
    zh_metrics *metrics;
    zh_line_sink *sink;       /* NULL: nothing is said */
} zh_predictions_desc;        /* borrowed until close */

ZH_MUST zh_err zh_predictions_open(zh_predictions **out, const zh_predictions_desc *desc); /* ZH_NOMEM; reads DIR/predictions, starts the thread */
void zh_predictions_close(zh_predictions *p); /* ends a training within a second; NULL is fine */

/* Train soon. ZH_BUSY: it is being done. */
ZH_MUST zh_err zh_predictions_train(zh_predictions *p);
bool zh_predictions_is_training(zh_predictions *p);

/* Look at the models of now, until unlock. Never NULL. Inside the world's lock, not around it. */
const zh_prediction_set *zh_predictions_lock(zh_predictions *p);
void zh_predictions_unlock(zh_predictions *p);

typedef struct zh_predicted {
    bool is[ZH_PREDICTIONS_COUNT];       /* offered, and asked of this customer */
    double chance[ZH_PREDICTIONS_COUNT];
    int32_t window[ZH_PREDICTIONS_COUNT];
    bool has_clv;
    double clv;                          /* in the shop's money */
    uint32_t version;
    int64_t until_ms;                    /* the next midnight */
} zh_predicted;
/* Under the world's read lock; `state` may be NULL. `scratch` is the caller's to reset. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_predictions_of(zh_predictions *p, const zh_customer_state *state, int64_t now_ms, zh_arena *scratch, zh_predicted *out);
/* For expressions (segment/vocabulary_predict.h): `which` < ZH_PREDICTIONS_COUNT, or that for the clv; false: none. */
bool zh_predictions_look(void *predictions, const zh_customer_state *state, int64_t now_ms, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms);

#endif
