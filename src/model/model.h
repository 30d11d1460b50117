/* model.h -- the one face of every recommender: a kind is a row in a table.
 *
 *     zh_model_kind --open(params)--> zh_model --train(data)--> score(question) --> scores
 *
 * A kind names its parameters with range, default and the values tried when tuning, so the command
 * line, the console and the tuner know a new model without a line about it. A new model is one file
 * with its kind and one row in model.c.
 *
 * Scores      an order only: no probability, not comparable between models or questions.
 * Guarantees  train and score are functions of data, parameters and seed; threads do not show.
 * Lifetimes   what train made lives in the model until close; the training data is not needed
 *             afterwards unless the kind's header says so.
 * Threads     a trained model is read-only; train is one call at a time.
 * Not here    splits and questions (problem.h), measuring and tuning (trial.h).
 */
#ifndef ZH_MODEL_MODEL_H
#define ZH_MODEL_MODEL_H
#include "base/note.h"
#include "model/crew.h"
#include "model/problem.h"
#include "model/scores.h"

#define ZH_MODEL_PARAMS_MAX 16 /* of one kind; more is a sign of two models in one */

typedef struct zh_param_kind {
    const char *name, *meaning;
    double least, most, normal;  /* range, both ends allowed, and default */
    bool whole;                  /* whole numbers only */
    const char *const *choices;  /* names of 0, 1, ... up to `most`; NULL: a number */
    bool at_score;               /* used by score alone: no new training when it changes */
    bool timed;                  /* means something only where the training data has times: else not tuned */
    const double *grid;          /* values tried when tuning; NULL: never tuned */
    uint32_t grid_size;
} zh_param_kind;

typedef struct zh_model zh_model;

typedef struct zh_model_kind {
    const char *name, *meaning;
    const zh_param_kind *params; /* [params_count] */
    uint32_t params_count;
    /* Fill model->state, in model->keep. Errors: ZH_NOMEM, ZH_FULL when the data is too large for it. */
    zh_err (*train)(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why);
    /* Write the scores of one question into an empty table. Errors: ZH_NOMEM. */
    zh_err (*score)(const zh_model *model, const zh_query *query, zh_scores *into);
    bool dense; /* train needs crew->blas */
    /* Work out again what follows from the parameters of score; after train and whenever one of them
     * changed. Allocates nothing. NULL: nothing follows. */
    void (*settle)(zh_model *model);
} zh_model_kind;

/* Parameters that were found for a kind: what a blend gives to its members. */
typedef struct zh_model_choice {
    const zh_model_kind *kind;
    double param[ZH_MODEL_PARAMS_MAX];
} zh_model_choice;

struct zh_model {
    const zh_model_kind *kind;
    double param[ZH_MODEL_PARAMS_MAX];   /* in the kind's order */
    uint64_t seed;
    uint32_t items;                      /* catalogue trained on */
    zh_arena keep[ZH_CREW_HANDS_MAX];    /* for the kind: what lives as long as the model, one a hand */
    zh_arena scratch[ZH_CREW_HANDS_MAX]; /* for the kind: emptied after train */
    const void *state;                   /* of the kind; NULL before train */
    const zh_model_choice *choice;       /* [choices] for a blend's members, borrowed until trained; the others' are their defaults */
    uint32_t choices;
};

/* The table. zh_model_kind_named: NULL where there is no such kind. */
size_t zh_model_kinds(void);
const zh_model_kind *zh_model_kind_at(size_t index);
const zh_model_kind *zh_model_kind_named(zh_sv name);

/* Set param[i] of `kind` from text: ZH_ABSENT no such parameter, ZH_RANGE not a value of it (*why
 * says what would be). *index is the parameter's place. */
ZH_MUST zh_err zh_model_param_set(const zh_model_kind *kind, double *param, zh_sv name, zh_sv value,
                                  uint32_t *index, zh_note *why);
void zh_model_params_normal(const zh_model_kind *kind, double *param);

/* An untrained model with these parameters (NULL: the defaults), holding at most `bytes_max` a hand.
 * Allocates nothing yet. The caller closes. */
zh_model zh_model_open(const zh_model_kind *kind, const double *param, uint64_t seed, size_t bytes_max);
void zh_model_close(zh_model *model);

/* Learn; a model may be trained again, which forgets what it knew. Errors: those of the kind;
 * ZH_ABSENT a dense kind and no crew->blas. */
ZH_MUST zh_err zh_model_train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why);

/* Take other parameters of score (those of train as they were), without training. */
void zh_model_settle(zh_model *model, const double *param);

/* Bytes a trained model holds. */
size_t zh_model_bytes(const zh_model *model);

#endif
