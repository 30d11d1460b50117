/* report.h -- what came out: a table for people or JSON lines for programs. No clock, so the same run gives the same bytes. */
#ifndef ZH_SIM_REPORT_H
#define ZH_SIM_REPORT_H
#include "run.h"

/* A line a policy, then the comparison with `popular` and the share of the oracle's gain. */
void zh_sim_report_table(const zh_sim_run *run, zh_buf *out);
void zh_sim_report_json(const zh_sim_run *run, zh_buf *out);

/* One JSON line: how far the policies are after a day; nothing within the warm-up. */
void zh_sim_report_day(const zh_sim_run *run, int32_t day, zh_buf *out);

#endif
