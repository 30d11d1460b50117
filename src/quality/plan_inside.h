/* plan_inside.h -- how the tracking plan lies in memory; for the files of plan only. */
#ifndef ZH_QUALITY_PLAN_INSIDE_H
#define ZH_QUALITY_PLAN_INSIDE_H
#include "base/map.h"
#include "quality/plan.h"

typedef struct plan_property {
    char name[ZH_RULE_NAME_BYTES_MAX];
    char example[ZH_PLAN_EXAMPLE_BYTES_MAX];
    uint8_t name_size, example_size;
    uint64_t counts[ZH_KINDS]; /* of shapes that went */
    int64_t first_ms, last_ms;
} plan_property;

typedef struct plan_shape {
    uint64_t print, count;
    int64_t last_ms;
    uint32_t reasons;                     /* its verdict */
    uint8_t members;
    uint8_t property[ZH_SHAPE_MEMBERS_MAX]; /* place in the event's properties; UINT8_MAX: not kept */
    uint8_t kind[ZH_SHAPE_MEMBERS_MAX];
    uint8_t fault;                        /* member at fault; UINT8_MAX: none, or one that is missing */
} plan_shape;

typedef struct plan_entry {
    uint64_t hash;   /* of source, type and name */
    zh_source_id source;
    uint8_t type, act;
    uint8_t name_size;
    char name[ZH_EVENT_NAME_BYTES_MAX];
    uint64_t count, violations;
    int64_t first_ms, last_ms;
    plan_property *properties; /* by first sight */
    uint32_t properties_count, properties_room;
    plan_shape *shapes;
    uint32_t shapes_count, shapes_room;
    bool is_cut, is_dirty;
    char *rule;      /* zh_rule_put(); NULL: none */
    uint32_t rule_size;
    bool rejects;    /* the rule is locked and sends to the dead letters */
} plan_entry;

struct zh_plan {
    plan_entry **entries;
    size_t count, room;
    zh_map by_hash; /* hash -> place in entries */
    uint32_t rejecting;
};

uint64_t zh_plan_hash_(zh_source_id source, uint8_t type, zh_sv name);
plan_entry *zh_plan_entry_(const zh_plan *plan, uint64_t hash);
zh_err zh_plan_new_(zh_plan *plan, uint64_t hash, plan_entry **out); /* ZH_NOMEM, ZH_FULL */
bool zh_plan_entry_rule_(const plan_entry *entry, zh_rule *out); /* false: none */

#endif
