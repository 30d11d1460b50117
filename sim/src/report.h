/* report.h -- what came out: a table for people or JSON lines for programs. No clock, so the same run gives the same bytes. */
#ifndef ZH_SIM_REPORT_H
#define ZH_SIM_REPORT_H
#include "run.h"

/* A line a policy, then the comparison with `popular` and the share of the oracle's gain. */
void zh_sim_report_table(const zh_sim_run *run, zh_buf *out);
void zh_sim_report_json(const zh_sim_run *run, zh_buf *out);

/* The comparison so far as an engine's PolicyReport (api/openapi.json): whole days from the first measured one to
 * `day`, money a visit in cents. False, and nothing written: `day` is not measured. */
bool zh_sim_report_policies(const zh_sim_run *run, int32_t day, zh_buf *out);

/* One JSON line for a program that waits: {"progress":{"day","days","visits","events","live","difference"}}; visits
 * of one policy, warm-up too; difference of the engine's margin a visit against popular in cents, null in the warm-up. */
void zh_sim_report_progress(const zh_sim_run *run, int32_t day, zh_buf *out);

/* One JSON line: how far the policies are after a day; nothing within the warm-up. */
void zh_sim_report_day(const zh_sim_run *run, int32_t day, zh_buf *out);

#endif
