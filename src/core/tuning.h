/* tuning.h -- the numbers of the deciding policy that an experiment may set, each by its name.
 *
 * What a number means stands where it is used (decide/recommend.h). An arm of an experiment says some of them; those it does not
 * say are the workspace's.
 */
#ifndef ZH_CORE_TUNING_H
#define ZH_CORE_TUNING_H
#include "base/json.h"
#include "base/json_out.h"
#include "base/note.h"

/* name, as written, smallest, greatest. Stored by name: they may stand in any order. */
#define ZH_TUNING_LIST(X)                                                                                        \
    X(PERSONAL,       "personal",              0, 1)      /* 0: the list that anybody gets */                    \
    X(SHRINK,         "shrink",                0, 100000) /* of the cosine, customers */                         \
    X(BOUGHT_DAYS,    "bought_half_life_days", 1, 36500)                                                         \
    X(TOUCH_DAYS,     "touch_half_life_days",  1, 36500)                                                         \
    X(BOUGHT,         "bought_weight",         0, 100)                                                           \
    X(WANTED,         "wanted_weight",         0, 100)                                                           \
    X(VIEWED,         "viewed_weight",         0, 100)                                                           \
    X(PAGE_VIEWED,    "page_viewed_weight",    0, 100)                                                           \
    X(EXPLORE,        "explore",               0, 1)      /* chance that the last slot is drawn */               \
    X(REPEAT,         "repeat_times",          1, 1000)                                                          \
    X(TIRED,          "tired_weight",          0, 100)                                                           \
    X(TIRED_DAYS,     "tired_half_life_days",  1, 36500)                                                         \
    X(SCENE,          "scene",                 0, 1)      /* 0: the moment changes no score */

typedef enum zh_tune {
#define X(name, text, least, most) ZH_TUNE_##name,
    ZH_TUNING_LIST(X)
#undef X
    ZH_TUNES
} zh_tune;

typedef struct zh_tuning {
    uint32_t said;          /* bits 1 << zh_tune */
    double value[ZH_TUNES]; /* of those said */
} zh_tuning;

static inline bool zh_tuning_says(const zh_tuning *t, zh_tune which) { return (t->said & 1u << which) != 0; }
const char *zh_tune_text(zh_tune which);
double zh_tune_least(zh_tune which);
double zh_tune_most(zh_tune which);

/* An object of names and numbers; absent and null say nothing. Errors: ZH_FORMAT: *why says which and what is right. */
ZH_MUST zh_err zh_tuning_read(zh_json_value object, zh_tuning *out, zh_note *why);
void zh_tuning_write(const zh_tuning *t, zh_json_out *out); /* that object */

#endif
