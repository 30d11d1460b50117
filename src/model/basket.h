/* basket.h -- the questions of a basket: beside this item, what else is in it?
 *
 * A basket is a row of a session file: an order, an invoice. Every item of a test basket is asked in turn,
 * the right answers are the others of another kind (goods.h); items of its own kind are masked. An item
 * that was never learned is asked too, with nothing known, and a miss as an answer.
 *
 *     way        asked        right                        masked
 *     together   each item    the others, another kind     its kind
 *     after      the first    what came after, another kind  its kind
 *     instead    the first    what came after, its kind    itself
 *
 * The metrics are means over baskets of the mean over their items: a question weighs 1 / questions of its basket.
 *
 * Cost        O(sum n_b^2) for the answers of baskets of n_b items; memory is the caller's arena.
 * Threads     as problem.h.
 * Proof       tests/model/basket_test.c; docs/quality.md beside a numpy program.
 */
#ifndef ZH_MODEL_BASKET_H
#define ZH_MODEL_BASKET_H
#include "model/goods.h"
#include "model/problem.h"

#define ZH_BASKET_ITEMS_MAX 4096 /* of one test basket, repeats dropped: 16 M answers; a longer one is cut */

typedef enum zh_basket_way { ZH_BASKET_TOGETHER, ZH_BASKET_AFTER, ZH_BASKET_INSTEAD } zh_basket_way;

/* Put these questions in the place of those of `problem`, which zh_problem_make made of `split`, and tell its models
 * kinds and words. `goods` has the names of the split. Errors: ZH_NOMEM; ZH_FULL for more than
 * ZH_ROWS_ENTRIES_MAX answers; ZH_ABSENT when nothing is right in any basket. */
ZH_MUST zh_err zh_basket_ask(zh_problem *problem, zh_arena *arena, const zh_split *split, const zh_goods *goods,
                             zh_basket_way way, zh_note *why);

#endif
