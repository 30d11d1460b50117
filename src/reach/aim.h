/* aim.h -- what campaigns and journeys say alike: how they are called, whom they are for, how many are left alone, what they are measured by, and times of the week.
 *
 *     "title": {"zh", "en"}    "audience": {"segment"} | {"expression"} | {"everyone": true}    "control": 0.1    "goal": {"metric", "windowMs"}
 *     "time": "10:00", "weekdays": [1, 5]
 *
 * A control group is the rule: who says nothing leaves ZH_AIM_CONTROL of the audience alone, who wants none says 0.
 */
#ifndef ZH_REACH_AIM_H
#define ZH_REACH_AIM_H
#include "base/time.h"
#include "reach/definition.h"
#include "reach/message.h"

#define ZH_AIM_TITLE_BYTES_MAX 200
#define ZH_AIM_EXPRESSION_BYTES_MAX 4096 /* as a metric's condition */
#define ZH_AIM_CONTROL 100000            /* a tenth, of ZH_MESSAGE_CONTROL_OF */
#define ZH_AIM_GOAL_MS (7 * ZH_DAY_MS)
#define ZH_AIM_GOAL_MS_MAX (365 * ZH_DAY_MS) /* as an experiment's */

void zh_define_object(zh_define *d, zh_json_value value, const char *field, bool needed);
zh_sv zh_define_name(zh_define *d, zh_json_value of, const char *within, const char *field, bool needed);
void zh_define_titles(zh_define *d, zh_json_value root, zh_sv *zh, zh_sv *en);
/* Both empty: everyone. */
void zh_define_audience(zh_define *d, zh_json_value root, zh_sv *segment, zh_sv *expression);
/* control: of ZH_MESSAGE_CONTROL_OF; goal: a metric that is built in and no ratio (measure/outcome.h). */
void zh_define_measure(zh_define *d, zh_json_value root, uint32_t *control, zh_sv *goal, int64_t *goal_ms);
/* A metric that is built in and no ratio. */
zh_sv zh_define_metric(zh_define *d, zh_json_value of, const char *within, const char *field, bool needed);
uint16_t zh_define_minute(zh_define *d, zh_json_value of, const char *within);   /* of "time" */
uint8_t zh_define_weekdays(zh_define *d, zh_json_value of, const char *within);  /* bit 0 Monday … bit 6 Sunday; 0: not said */

/* The audience as one expression. */
#define ZH_AIM_AUDIENCE_BYTES (ZH_AIM_EXPRESSION_BYTES_MAX + 64)
zh_sv zh_aim_audience(zh_sv segment, zh_sv expression, char out[ZH_AIM_AUDIENCE_BYTES]);

#endif
