/* policies.h -- policies compared by somebody who let each live through the same days: reports, by name and day.
 *
 * zhun itself measures what it causes by experiments. A simulator, which knows the truth, or an experiment run
 * elsewhere can do better or different, and reports here: one report a measured day, with the sums so far.
 * So a comparison has a newest report and a history of its difference, day by day.
 *
 * A report of the same name and day as another takes its place when it came later (equal times: the greater
 * bytes). Beyond ZH_POLICIES_DAYS_MAX days the oldest day of a name goes; beyond ZH_POLICIES_NAMES_MAX names
 * the one whose newest report is oldest.
 *
 * Units       money in minor units; estimates in thousandths of them; shares in millionths.
 * Guarantees  the same records in the same order give the same entries.
 * Cost        fold O(reports kept), a few hundred bytes a report.
 * Threads     readers together or one writer.
 */
#ifndef ZH_MEASURE_POLICIES_H
#define ZH_MEASURE_POLICIES_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/keep.h"
#include "core/money.h"

#define ZH_POLICIES_NAMES_MAX 16
#define ZH_POLICIES_DAYS_MAX 400
#define ZH_POLICIES_RESULTS_MAX 8     /* policies of one report */
#define ZH_POLICIES_NAME_BYTES_MAX 64 /* of a comparison */
#define ZH_POLICY_NAME_BYTES_MAX 32
#define ZH_POLICY_NOTE_BYTES_MAX 200

typedef struct zh_estimate { int64_t value, low, high; } zh_estimate; /* thousandths; low <= value <= high */

typedef struct zh_policy_result {
    zh_sv policy;
    int64_t visits, orders, revenue_minor, margin_minor;
    zh_estimate margin_per_visit, difference; /* difference: against the baseline, paired */
    bool has_difference, has_share;
    int64_t share_micro;                      /* of the oracle's difference */
} zh_policy_result;

typedef struct zh_policy_report {
    zh_sv name, baseline, note; /* note may be empty */
    bool gone;                  /* forget the name; nothing below counts */
    int64_t at_ms;              /* when it came in */
    zh_currency currency;
    int64_t from_day, to_day;   /* measured local days since 1970-01-01 */
    int64_t visits;             /* of one policy */
    zh_policy_result results[ZH_POLICIES_RESULTS_MAX];
    uint32_t count;
} zh_policy_report;

/* Is it sound? false: *field and *why say what is not. */
bool zh_policy_report_check(const zh_policy_report *report, const char **field, const char **why);
void zh_policy_report_put(const zh_policy_report *report, zh_buf *out);
/* Views point into `record`. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_policy_report_get(zh_sv record, zh_policy_report *out);

typedef struct zh_policies zh_policies; /* opaque */
ZH_MUST zh_err zh_policies_open(zh_policies **out); /* caller closes */
void zh_policies_close(zh_policies *policies);

/* A record of zh_policy_report_put. Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_policies_fold(zh_policies *policies, zh_sv record);

/* Names, the one reported last first; views valid until the next fold. */
size_t zh_policies_names(const zh_policies *policies, zh_sv out[ZH_POLICIES_NAMES_MAX]);
/* The records of a name, by day, oldest first; views valid until the next fold. */
size_t zh_policies_days(const zh_policies *policies, zh_sv name, zh_sv out[ZH_POLICIES_DAYS_MAX]);

ZH_MUST zh_err zh_policies_save(zh_policies *policies, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_policies_load(zh_policies *policies, zh_sv key, zh_sv value);
bool zh_policies_check(const zh_policies *policies, const char **why);
size_t zh_policies_bytes(const zh_policies *policies);

#endif
