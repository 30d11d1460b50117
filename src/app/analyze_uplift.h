/* analyze_uplift.h -- a trial in a file: rows with an arm and outcomes, shared by the parts of `zhun analyze uplift`. */
#ifndef ZH_APP_ANALYZE_UPLIFT_H
#define ZH_APP_ANALYZE_UPLIFT_H
#include "app/analyze_table.h"
#include "model/names.h"

#define ZH_TRIAL_ARMS_MAX 100
#define ZH_TRIAL_OUTCOMES_MAX 8

typedef struct zh_trial_file {
    zh_table table;
    uint32_t arm_column;
    zh_names arms;
    uint32_t *arm;   /* [rows] */
    uint32_t *order; /* arms by name, controls ("No ...", "control ...") last */
} zh_trial_file;

uint32_t zh_trial_column(zh_analyze *job, const zh_trial_file *file, zh_sv name); /* a mistake where it is not there */
double *zh_trial_values(zh_analyze *job, const zh_trial_file *file, uint32_t column);

/* Areas and curves of y, uplift, treatment in the spec. */
void zh_uplift_put_scores(zh_analyze *job);
/* Two logistic regressions on every other row of two arms, judged on the rest. */
void zh_uplift_put_learner(zh_analyze *job, const zh_trial_file *file, uint32_t treatment, uint32_t control);

#endif
