/* touch_paths.h -- paths of touches of many customers, put together, and what each model gives each channel of their conversions.
 *
 * Customers are added in any order; equal paths are one. At the end the channels with most touches keep their names and the others
 * are one, ZH_TOUCH_PATHS_OTHER; paths stand in one order (by the channels' texts), so every sum has the same bits whoever came first.
 * Parts of conversions are hundredths and parts of money minor units: each is rounded down, and what is left goes to the largest
 * remainders, so that the channels of a model add up to the total exactly.
 *
 *     conversions with a path       are divided
 *     conversions without a touch   are told apart (untouched): nobody gets them
 *     paths without a conversion    count in the Markov model alone
 *
 * Cut         a path keeps its newest ZH_TOUCH_PATH_LENGTH_MAX touches; past ZH_TOUCH_PATHS_PATHS_MAX different paths, or
 *             ZH_TOUCH_PATHS_CHANNELS_SEEN_MAX channels, a new one counts as its last touch alone, a new channel as other. Both are counted.
 * Cost        a path O(its length); the report O(paths log paths + channels^3), about 10 ms for 65 channels.
 * Not here    the models (attribution.h), whose touches they are (touches.h).
 */
#ifndef ZH_MEASURE_TOUCH_PATHS_H
#define ZH_MEASURE_TOUCH_PATHS_H
#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

#define ZH_TOUCH_PATH_LENGTH_MAX 64
#define ZH_TOUCH_PATHS_PATHS_MAX (1u << 20)
#define ZH_TOUCH_PATHS_CHANNELS_SEEN_MAX 65536
#define ZH_TOUCH_PATHS_CHANNELS_MAX 64 /* named in a report; one more is ZH_TOUCH_PATHS_OTHER */
#define ZH_TOUCH_PATHS_OTHER "other"
#define ZH_TOUCH_PATHS_VALUE_MAX (INT64_C(1) << 52) /* of all conversions, minor units: sums of doubles stay exact in their whole part */

typedef enum zh_touch_path_model {
    ZH_TOUCH_PATH_FIRST, ZH_TOUCH_PATH_LAST, ZH_TOUCH_PATH_LINEAR, ZH_TOUCH_PATH_DECAY, ZH_TOUCH_PATH_POSITION, ZH_TOUCH_PATH_SHAPLEY, ZH_TOUCH_PATH_MARKOV, ZH_TOUCH_PATH_MODELS
} zh_touch_path_model;
const char *zh_touch_path_model_text(zh_touch_path_model model); /* "first" … "markov" */

typedef struct zh_touch_paths zh_touch_paths; /* opaque */

ZH_MUST zh_err zh_touch_paths_open(zh_touch_paths **out, size_t bytes_max); /* the caller closes; ZH_NOMEM */
void zh_touch_paths_close(zh_touch_paths *paths);

/* The number of a channel by its text (not empty). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_touch_paths_channel(zh_touch_paths *paths, zh_sv text, uint32_t *number);

/* A path of such numbers, oldest first, that ended in a conversion of this value (>= 0; negative ones count as 0), or in none. An empty
 * one without a conversion is nothing. Errors: ZH_NOMEM, also where bytes_max is reached; nothing was added. */
ZH_MUST zh_err zh_touch_paths_add(zh_touch_paths *paths, const uint32_t *touches, size_t length, bool converted, int64_t value_minor);

typedef struct zh_touch_path_part { int64_t conversions_centi, value_minor; } zh_touch_path_part;
typedef struct zh_touch_path_channel {
    zh_sv text;
    uint64_t touches, paths, converted; /* touches on paths; paths it is on; those that converted */
    zh_touch_path_part parts[ZH_TOUCH_PATH_MODELS];
    double removal;                     /* Markov: the part of all conversions that would be lost without it, as the paths have it */
} zh_touch_path_channel;

typedef struct zh_touch_paths_report {
    zh_touch_path_channel *channels; /* most touches first, then by text; other last */
    uint32_t channels_count;
    uint64_t conversions, untouched;          /* with a path; without a touch */
    int64_t value_minor, untouched_minor;
    uint64_t nulls;                           /* paths without a conversion */
    uint64_t paths;                           /* different ones */
    uint64_t cut_paths, merged_paths;         /* longer than the maximum; counted as their last touch */
    uint32_t channels_seen;
    bool has_markov;                          /* some path converts */
} zh_touch_paths_report;

/* In `arena`; texts are the paths'. `half_life` > 0: touches. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_touch_paths_report_of(zh_touch_paths *paths, double half_life, zh_arena *arena, zh_touch_paths_report *out);

/* Whole parts that add up to `total` (>= 0), by largest remainder; of equal ones the first. `shares` >= 0, at least one > 0 where total > 0. */
void zh_touch_paths_divide(const double *shares, uint32_t count, int64_t total, int64_t *out, uint32_t *order);

#endif
