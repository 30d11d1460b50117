/* vocabulary_standing.h -- names of an expression that say where a customer stands (standing.h).
 *
 *     customer.rfm.segment == "champion"                 a code; "" without an order, or before the first boundaries
 *     customer.rfm.recency, .frequency, .monetary        1 .. 5, 5 the best; 0 as above
 *     customer.rfm.class, .class_zh                      "key_value", "重要价值"
 *     customer.lifecycle, customer.aipl                  "won_back", "loyal"
 */
#ifndef ZH_SEGMENT_VOCABULARY_STANDING_H
#define ZH_SEGMENT_VOCABULARY_STANDING_H
#include "lang/cel_env.h"

/* Declare them; the object Customer is declared, and what stands for it is a zh_look. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vocabulary_standing(zh_cel_env *env);

#endif
