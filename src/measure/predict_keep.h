/* predict_keep.h -- the bytes of a trained prediction and of its test, and back.
 *
 * Numbers are written as they lie in memory (little-endian); whoever keeps them adds a checksum and the version below, and what does
 * not fit is thrown away and learnt again: models are made of the log, not the other way round.
 */
#ifndef ZH_MEASURE_PREDICT_KEEP_H
#define ZH_MEASURE_PREDICT_KEEP_H
#include "measure/predict.h"

#define ZH_PREDICT_KEEP_VERSION 1 /* of these bytes, and of the columns of past.h they speak of */

void zh_predictor_put(const zh_predictor *p, zh_buf *out);
/* Trees lie in the arena. Errors: ZH_CORRUPT, ZH_NOMEM. */
ZH_MUST zh_err zh_predictor_take(zh_predictor *out, zh_arena *arena, zh_reader *in);
void zh_predict_report_put(const zh_predict_report *r, zh_buf *out);
ZH_MUST zh_err zh_predict_report_take(zh_predict_report *out, zh_arena *arena, zh_reader *in);

#endif
