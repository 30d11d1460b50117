/* skill.h -- how good were forecasts, now that the truth is known.
 *
 * Cost        O(n), the area under the curve O(n log n) with two arrays of the caller's.
 * Source      area under the ROC curve as a rank sum, ties half: Hanley, McNeil, Radiology 143 (1982).
 */
#ifndef ZH_MEASURE_SKILL_H
#define ZH_MEASURE_SKILL_H
#include <stdbool.h>
#include <stddef.h>

typedef struct zh_skill {
    double mean_absolute, root_mean_square; /* errors, in the unit of the values */
    double correlation;                     /* Pearson's; NaN where one side does not vary */
} zh_skill;

zh_skill zh_skill_of(const double *forecast, const double *truth, size_t count);

/* The chance that a positive scores above a negative, ties counting half; NaN without both. `order` is room for
 * `count` numbers. */
double zh_skill_auc(const double *score, const bool *positive, size_t count, size_t *order);

#endif
