/* uplift.h -- whom an arm of an experiment moves (measure/uplift_model.h), learnt from its exposed customers as they were before they were exposed.
 *
 * The outcome is one of the experiment's metrics that is no ratio, in its window after the exposure; what a model may know are the columns of
 * measure/before.h. Crossed customers and those of other arms are left out.
 *
 * Limits      ZH_UPLIFT_ROWS_MAX customers: of more a part is drawn by their numbers, and it is said.
 * Cost        20 us a customer and measure/uplift_model.h; the world's read lock is held for the list of exposures once, then for 256 customers at a time.
 * Threads     any.
 */
#ifndef ZH_ENGINE_UPLIFT_H
#define ZH_ENGINE_UPLIFT_H
#include "engine/engine.h"
#include "measure/before.h"
#include "measure/uplift_model.h"

#define ZH_UPLIFT_ROWS_MAX 100000
#define ZH_UPLIFT_BYTES_MAX ((size_t)256 << 20)

typedef struct zh_uplift_ask {
    zh_sv experiment, metric, arm; /* metric empty: the first that may be; arm empty: the first beside the control */
} zh_uplift_ask;

typedef struct zh_uplift_answer {
    zh_uplift_model model;
    zh_metric metric;       /* texts in the answer's arena */
    zh_sv arm, control;
    uint64_t exposed;       /* to one of the two arms */
    bool trusted;           /* the arms have the customers they should have; else nothing was learnt */
    bool drawn;             /* a part of them */
    zh_arena arena;         /* of all of it */
    int64_t took_us;
} zh_uplift_answer;

/* Errors: ZH_ABSENT no such experiment; ZH_FORMAT: *field is "metric" or "arm"; ZH_NOMEM. The caller closes, whatever was answered. */
ZH_MUST zh_err zh_engine_uplift(zh_engine *engine, const zh_uplift_ask *ask, zh_uplift_answer *out, const char **field);
void zh_uplift_answer_close(zh_uplift_answer *answer);

#endif
