/* reports.h -- what the reports that are asked with a body share: steps, times, figures that are opened, and answers as a table. For src/server only. */
#ifndef ZH_SERVER_REPORTS_H
#define ZH_SERVER_REPORTS_H
#include "engine/steps.h"
#include "server/answer.h"
#include "server/call.h"

#define ZH_REPORT_DAY_MS INT64_C(86400000)
#define ZH_REPORT_TABLE_BYTES_MAX ((size_t)64 << 20)

/* ---- what is asked ---- */

/* The body, which stands as long as the call; *is_table: CSV is wanted (`format`, in the body or as a parameter, or Accept). False: a problem was answered. */
bool zh_report_begin(zh_call *call, zh_json_value *root, bool *is_table);
/* "name" or {"event", "where"}. Does it say an event? */
bool zh_report_step(zh_json_value value, zh_asked_event *out);
/* A time that may be left out. */
bool zh_report_time(zh_json_value root, const char *name, int64_t *ms);
/* Numbers that may be left out, in [low, high]. */
bool zh_report_int(zh_json_value root, const char *name, int64_t low, int64_t high, int64_t *out);
bool zh_report_real(zh_json_value root, const char *name, double low, double high, double *out);
bool zh_report_flag(zh_json_value root, const char *name, bool *out);
/* `limit` and `cursor` of what is opened: the field that is wrong, or NULL. */
const char *zh_report_names(zh_json_value open, zh_crowd_names *out);
/* May the caller open figures, and as a table? False: a problem was answered. */
bool zh_report_may(zh_call *call, bool opens, bool is_table);
int64_t zh_report_newest_ms(zh_call *call); /* the newest event: "today" of the shop's data */

/* ---- what is answered ---- */

void zh_report_customers(zh_call *call, const zh_crowd_names *names, zh_json_out *out); /* members `items` and `next` */
void zh_report_failed(zh_call *call, zh_err e, const zh_cel_fault *fault, const char *field, uint32_t step); /* step: from 1; 0: not said */

/* A table: cells by rows. A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
typedef struct zh_report_table { zh_buf text; bool in_row; } zh_report_table; /* private */
void zh_report_table_open(zh_report_table *table, const char *const *columns, size_t count);
void zh_report_text(zh_report_table *table, zh_sv text);
void zh_report_whole(zh_report_table *table, int64_t number);
void zh_report_number(zh_report_table *table, double number);
void zh_report_row(zh_report_table *table); /* ends */
void zh_report_table_answer(zh_call *call, zh_report_table *table, const char *name); /* and closes it; name: of the file, without ".csv" */
void zh_report_customers_answer(zh_call *call, const zh_crowd_names *names, const char *name); /* the customers of a figure as a table; X-Zhun-Next: the next cursor */

#endif
