/* vocabulary_predict.h -- names of an expression that say what a customer will probably do.
 *
 *     customer.predictions.buy_7d, .buy_30d, .lapse      0 .. 1
 *     customer.predictions.clv                           money of the next year, in the shop's unit
 *
 * Absent where nothing is offered, the customer is not asked (docs/PREDICTIONS.md) or does not want to be personalised. They stand until the next
 * midnight of the workspace, the customer's next event or choice, or the next training. Who looks brings them (zh_look.predict); without, they are absent.
 */
#ifndef ZH_SEGMENT_VOCABULARY_PREDICT_H
#define ZH_SEGMENT_VOCABULARY_PREDICT_H
#include "lang/cel_env.h"

/* Declare them; the object Customer is declared, and what stands for it is a zh_look. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vocabulary_predict(zh_cel_env *env);

#endif
