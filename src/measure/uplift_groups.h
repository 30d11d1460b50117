/* uplift_groups.h -- private to uplift_model.c: effects of parts of the rows, and groups in few conditions. */
#ifndef ZH_MEASURE_UPLIFT_GROUPS_H
#define ZH_MEASURE_UPLIFT_GROUPS_H
#include "measure/uplift_model.h"

/* Of these rows: the difference of the arms with its 95 % interval. scores may be NULL. */
zh_uplift_part zh_uplift_part_of(const zh_uplift_set *set, const double *scores, const size_t *rows, size_t count);
/* out->scores are there. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_uplift_groups_of(zh_uplift_model *out, zh_arena *arena, const zh_uplift_set *set);

#endif
