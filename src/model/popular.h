/* popular.h -- what most took: the model every other one has to beat.
 *
 *     score(j) = training count of j      (users that hold it; sessions: clicks on it)
 *
 * Score       a count. New customer: the same list. New item: last.
 * Cost        train O(items), 4 bytes an item; score O(items).
 * Determinism exact.
 * Quality     docs/quality.md.
 */
#ifndef ZH_MODEL_POPULAR_H
#define ZH_MODEL_POPULAR_H
#include "model/model.h"

extern const zh_model_kind zh_popular_kind;

#endif
