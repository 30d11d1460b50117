/* experiments_inside.h -- private to experiments*.c. */
#ifndef ZH_MEASURE_EXPERIMENTS_INSIDE_H
#define ZH_MEASURE_EXPERIMENTS_INSIDE_H
#include "base/map.h"
#include "measure/experiments.h"

#define ZH_EXPERIMENT_JSON_BYTES_MAX (64u << 10) /* as a setting */
#define ZH_EXPERIMENT_CROSSED UINT8_MAX          /* as an arm */

typedef struct zh_exposure {
    uint64_t customer : 48; /* 0: the place is free */
    uint64_t stratum : 16;  /* of a bandit: the allocation he was drawn under */
    int64_t first_ms;
    uint32_t next;      /* of the same customer; or of the free ones; index + 1 */
    uint16_t number;    /* of the experiment */
    uint8_t arm;        /* or ZH_EXPERIMENT_CROSSED */
    bool dirty;
} zh_exposure;

typedef struct zh_experiment_sheet { /* sums as they are held */
    int32_t day;
    uint64_t units[ZH_EXPERIMENT_ARMS_MAX];
    zh_experiment_cell cells[]; /* arms x metrics */
} zh_experiment_sheet;

typedef struct zh_experiment_inner {
    zh_arena arena;
    zh_experiment set_up;
    zh_sv json;
    zh_condition eligible;
    const char *fault;
    char fault_text[160];
    bool is_living, dirty, changed; /* changed: since the newest day of the history */
    uint64_t exposed, crossed;
    int64_t first_ms, last_ms;
    zh_experiment_sheet *now;
    zh_experiment_sheet **days;
    uint32_t days_count, days_room, days_saved; /* saved: before this index all are */
    zh_bandit_stratum *strata;   /* of a bandit: one at least */
    bool *strata_dirty;          /* one each */
    uint32_t strata_count, strata_room;
} zh_experiment_inner;

typedef struct zh_experiments_taken { /* out of the sums, to be put back */
    uint32_t exposure;
    uint32_t metrics; /* bits */
} zh_experiments_taken;

struct zh_experiments {
    zh_customers *customers;
    zh_look look;
    zh_arena names, scratch;
    zh_cel_env *env;
    zh_json *json;
    zh_experiment_inner *all[ZH_EXPERIMENTS_MAX]; /* by number - 1 */
    uint32_t count;
    zh_exposure *exposures;
    uint32_t used, room, free;
    zh_map by_customer; /* customer -> index of his first exposure + 1 */
    uint32_t *dirty;
    size_t dirty_count, dirty_room;
    zh_map gone;        /* number << 48 | customer: entries to be dropped */
    zh_experiments_taken *taken;
    size_t taken_count, taken_room;
    zh_map by_name;     /* hash of the name -> the newest number */
    uint32_t holdout;   /* its number; 0: none */
    int64_t now_ms;     /* commit time of the newest record; 0: none since the opening */
    int32_t day;        /* UTC, of the newest record; INT32_MIN: none yet */
    bool clock_dirty;
};

zh_experiment_inner *zh_experiments_inner_of(const zh_experiments *x, uint32_t number); /* NULL: none */
uint32_t zh_experiments_inner_numbered(const zh_experiments *x, zh_sv name); /* the newest of the name; 0: none */
zh_err zh_experiments_inner_make(zh_experiments *x, uint32_t number, zh_sv name, zh_sv json, bool is_living);
zh_err zh_experiments_inner_sheet(const zh_experiment_inner *e, int32_t day, zh_experiment_sheet **out); /* zeros */
size_t zh_experiments_inner_cells(const zh_experiment_inner *e);
zh_err zh_experiments_inner_add(zh_experiments *x, uint64_t customer, uint32_t number, uint8_t arm, uint32_t stratum, int64_t first_ms, uint32_t *at);
/* He saw the arm. */
zh_err zh_experiments_inner_expose(zh_experiments *x, uint32_t number, uint8_t arm, uint32_t stratum, uint64_t customer, int64_t at_ms);
/* Does it run, and take him, wherever that is asked? */
bool zh_experiments_inner_takes(const zh_experiments *x, const zh_experiment_inner *e, const zh_look *look, zh_arena *scratch);
zh_assignment zh_experiments_inner_assign(const zh_experiments *x, uint32_t number, zh_customer_id customer);
zh_err zh_experiments_inner_add_stratum(zh_experiment_inner *e, const zh_bandit_allocation *drawn, int64_t at_ms);
zh_err zh_experiments_inner_add_day(zh_experiment_inner *e, zh_experiment_sheet *day);
/* His numbers into a sheet, or out of it, and of a bandit into the strata (NULL: not). */
void zh_experiments_inner_count(const zh_experiments *x, const zh_experiment_inner *e, const zh_exposure *of, uint32_t metrics, int sign, zh_experiment_sheet *sheet, zh_bandit_stratum *strata);

#endif
