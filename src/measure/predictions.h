/* predictions.h -- what was learnt of customers, as a record of the log and as a view; and what it says of a customer.
 *
 *     buy_7d, buy_30d   an order within 7, 30 days        lapse   no order for so long that the customer is lost
 *     clv               money of the next year: orders to come (BG/NBD) x what one is worth (Gamma-Gamma)
 *     spend             money of the next days, with an interval of 80 % (spend.h)
 *     next category     that with most money in the next order (next_category.h)
 *
 * A training (engine/trainer.h) becomes a PREDICTIONS record: models, their tests, what all share. The view keeps the newest. So what is predicted
 * of a customer is a function of the log: his state, the last record, and the workspace's day. It stands until the next midnight, his next
 * event, or the next record; where nothing is said of him it stands longer, see zh_predictions_look.
 *
 *     record   u8 kind, u8 version, u64 checksum of the rest │ u32 number, i64 trained, i64 took, u64 customers, u64 events, u32 undone
 *              u8 sections, each: u8 what, u32 bytes, bytes     a section that is not known is passed over
 *
 * Guarantees  pure; a record is refused whole or taken whole. A record whose models are of another version says nothing of anybody.
 * Ranges      a record is at most ZH_PREDICTIONS_RECORD_BYTES_MAX.
 * Cost        a fold about a millisecond; asking O(events), about 10 us a prediction (docs/PERFORMANCE.md).
 * Threads     a view: one writer, or readers.
 * Not here    how it is learnt (predict.h).
 */
#ifndef ZH_MEASURE_PREDICTIONS_H
#define ZH_MEASURE_PREDICTIONS_H
#include "base/keep.h"
#include "base/tz.h"
#include "measure/gammagamma.h"
#include "measure/next_category.h"
#include "measure/predict.h"
#include "measure/spend.h"
#include "segment/vocabulary.h"

#define ZH_PREDICTIONS_RECORD_BYTES_MAX ((size_t)1000 << 10) /* a record of the log is at most 1,024 KiB */
#define ZH_PREDICTIONS_CLV_DAYS 365
#define ZH_PREDICTED_CATEGORIES_MAX 5   /* shown of a customer */

enum { ZH_PREDICTION_BUY_7D, ZH_PREDICTION_BUY_30D, ZH_PREDICTION_LAPSE, ZH_PREDICTIONS_COUNT };
extern const char *const zh_prediction_names[ZH_PREDICTIONS_COUNT];

typedef struct zh_prediction {
    zh_predictor model;       /* where is_trained */
    zh_predict_report report;
    zh_predict_task task;
    bool is_trained;          /* there is a model, because the report offers it */
} zh_prediction;

typedef struct zh_prediction_set { /* of one training */
    uint32_t version;         /* 0: never trained; 1, 2 … */
    int64_t trained_ms, took_ms;
    uint64_t customers;       /* learnt from */
    uint64_t events;          /* folded before */
    uint32_t undone;          /* imports that were taken back before it was learnt, see fold */
    zh_prediction all[ZH_PREDICTIONS_COUNT];
    zh_past_shop shop;
    zh_gammagamma spend;
    bool has_clv;
    zh_next_category next;    /* count 0: it is not offered */
    zh_next_category_report next_report;
    zh_sv next_names[ZH_NEXT_CATEGORIES_MAX]; /* of its categories; empty: none is known */
    zh_spend spending;        /* days 0: it is not offered */
    zh_spend_report spend_report;
    zh_arena arena;           /* of models and texts */
} zh_prediction_set;

ZH_MUST zh_err zh_prediction_set_open(zh_prediction_set **out); /* empty; ZH_NOMEM */
void zh_prediction_set_close(zh_prediction_set *set);           /* NULL is fine */
/* A whole record. Errors: those of the buffer; it is too large. */
ZH_MUST zh_err zh_prediction_set_put(const zh_prediction_set *set, zh_buf *out);
/* The caller closes *out. Errors: ZH_FORMAT (no such record, or damaged), ZH_NOMEM. */
ZH_MUST zh_err zh_prediction_set_get(zh_sv record, zh_prediction_set **out);

typedef struct zh_predicted {
    bool is[ZH_PREDICTIONS_COUNT];       /* offered, and asked of this customer */
    double chance[ZH_PREDICTIONS_COUNT];
    int32_t window[ZH_PREDICTIONS_COUNT];
    bool has_clv;
    double clv;                          /* in the shop's money */
    int32_t spend_days;                  /* 0: nothing is said */
    zh_spent spend;
    uint32_t next_count;                 /* likeliest categories, most first; 0: nothing is said */
    struct { zh_sv name; double chance; } next[ZH_PREDICTED_CATEGORIES_MAX]; /* names live as long as the set */
    uint32_t version;
    int64_t until_ms;                    /* the next midnight */
} zh_predicted;

/* ---- the view ---- */

typedef struct zh_predictions_view zh_predictions_view;
ZH_MUST zh_err zh_predictions_open(zh_predictions_view **out, const zh_tz *zone); /* the workspace's, borrowed; NULL: UTC. ZH_NOMEM */
void zh_predictions_close(zh_predictions_view *view);
/* `undone` as zh_boundaries_fold: a training that learnt from an import that is taken back never was. Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_predictions_fold(zh_predictions_view *view, zh_sv record, uint32_t undone);
const zh_prediction_set *zh_predictions_last(const zh_predictions_view *view); /* never NULL; it goes with the next fold */
/* Key "last"; value: the record. */
ZH_MUST zh_err zh_predictions_save(zh_predictions_view *view, bool all, zh_keep keep);
ZH_MUST zh_err zh_predictions_load(zh_predictions_view *view, zh_sv key, zh_sv value);
bool zh_predictions_check(const zh_predictions_view *view, const char **why);
size_t zh_predictions_bytes(const zh_predictions_view *view);

/* ---- asking ---- */

/* `state` may be NULL. `scratch` is the caller's to reset. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_predictions_of(const zh_predictions_view *view, const zh_customer_state *state, const zh_terms *terms, int64_t now_ms, zh_arena *scratch, zh_predicted *out);
/* As zh_look.predict: `which` < ZH_PREDICTIONS_COUNT, or that for the clv; false: none. The answer for a customer without an order, or who is not asked
 * any more, stands until his next event: then *until_ms is INT64_MAX. */
bool zh_predictions_look(const void *view, const zh_look *look, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms);

#endif
