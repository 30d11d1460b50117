/* experiment_answer.h -- private to experiment*.c: how experiments, their results and metrics are written. */
#ifndef ZH_SERVER_EXPERIMENT_ANSWER_H
#define ZH_SERVER_EXPERIMENT_ANSWER_H
#include "measure/experiment_result.h"
#include "server/call.h"

/* Members of an object that is open; under the world's read lock. */
void zh_experiment_put(zh_call *call, const zh_experiment_view *view, zh_json_out *out);
void zh_metric_put(const zh_metric *metric, zh_json_out *out);
void zh_experiment_put_result(const zh_experiments *x, const zh_experiment_view *view, const zh_experiment_result *result, zh_json_out *out);

/* The workspace's own metric of this name; its views are in the arena. Under the world's read lock. A zh_metric_finder of a call. */
bool zh_metric_of_workspace(void *call, zh_sv name, zh_metric *out);
/* Its condition compiled, in the call's arena; false: it was answered, `field` is to blame. Under no lock. */
bool zh_metric_is_good(zh_call *call, zh_metric *metric, const char *field);

#endif
