/* bandit_answer.h -- what a bandit has learnt, as JSON. Private to experiment*.c of this folder. */
#ifndef ZH_SERVER_BANDIT_ANSWER_H
#define ZH_SERVER_BANDIT_ANSWER_H
#include "measure/experiments.h"

#define ZH_BANDIT_POINTS_MAX 300 /* allocations that are shown: of more, some are left out, never a drift or a winner */

/* The member "bandit": null where it is none. `now_ms` is the log's clock. */
void zh_bandit_put_result(const zh_experiment_view *view, int64_t now_ms, zh_json_out *out);

#endif
