/* plan.h -- the tracking plan: the schema of events seen so far, and the rules people made of it.
 *
 * For every source and event name: which properties came, of which types, how often, since when, with an example. A rule
 * says what an event should have; locked, whatever violates it is marked, or goes to the dead letters by choice. Without
 * a rule two things are told from the schema itself: an ecommerce event that is not as its specification says (spec.h), and
 * a property that has another type than it nearly always had.
 *
 *     event, a hash of (source, name)  ─►  a few shapes, each a number: count, verdict, its properties and types
 *
 * A known shape costs one look-up: the verdict was made when the shape came first, and again whenever the events of the name
 * have doubled. Type counts of a property are the sum over shapes.
 *
 * Guarantees  the same events in the order of the log give the same entries.
 * Cost        about 0.3 us an event of a known shape, nearly all of it the print of its text; no allocation.
 * Threads     readers together or one writer.
 */
#ifndef ZH_QUALITY_PLAN_H
#define ZH_QUALITY_PLAN_H
#include "base/keep.h"
#include "quality/word.h"

#define ZH_PLAN_EVENTS_MAX 2000u    /* (source, name) pairs; a shop has 30, who puts ids into names has millions */
#define ZH_PLAN_PROPERTIES_MAX 128u /* of one event name */
#define ZH_PLAN_SHAPES_MAX 16u      /* of one event name; the rarest goes, its counts stay */
#define ZH_PLAN_EXAMPLE_BYTES_MAX 48u
#define ZH_PLAN_CONFLICT_EVENTS_MIN 100u  /* below, nothing is "nearly always" */
#define ZH_PLAN_CONFLICT_SHARE_MAX 20u    /* a type is odd where it is at most one in so many, and another is all the rest */

typedef struct zh_plan zh_plan; /* opaque */
ZH_MUST zh_err zh_plan_open(zh_plan **out); /* caller closes */
void zh_plan_close(zh_plan *plan);

/* Count an event; *reasons gets bits of zh_quality_reason, *which the property at fault (valid as long as the event).
 * Aliases and what is beyond the bounds are not counted. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_plan_see(zh_plan *plan, const zh_event *event, int64_t commit_ms, uint32_t *reasons, zh_sv *which);
/* The same verdict without counting. */
uint32_t zh_plan_judge(const zh_plan *plan, const zh_event *event, zh_sv *which);

/* A rule, or its end. Errors: ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_plan_rule(zh_plan *plan, const zh_word *word);
uint32_t zh_plan_rejecting(const zh_plan *plan); /* rules that send to the dead letters: mostly none */
/* Does such a rule refuse the event? *which: the property. */
bool zh_plan_rejects(const zh_plan *plan, const zh_event *event, zh_sv *which);

typedef struct zh_plan_property {
    zh_sv name, example;
    uint64_t counts[ZH_KINDS];
    int64_t first_ms, last_ms;
} zh_plan_property;
typedef struct zh_plan_event {
    zh_source_id source;
    zh_sv name;               /* "identify", "page", "screen", "group" for those types */
    zh_event_type type;
    zh_act act;
    uint64_t count, violations;
    int64_t first_ms, last_ms;
    uint32_t properties, shapes;
    bool is_cut;              /* more properties than are kept */
    bool has_rule;
    zh_rule rule;
} zh_plan_event;
size_t zh_plan_count(const zh_plan *plan);
/* The event at a place below the count, in no promised order; views are valid until the next change. */
void zh_plan_at(const zh_plan *plan, size_t at, zh_plan_event *out);
void zh_plan_property_at(const zh_plan *plan, size_t at, uint32_t property, zh_plan_property *out);
bool zh_plan_find(const zh_plan *plan, zh_source_id source, zh_sv name, size_t *at);

ZH_MUST zh_err zh_plan_save(zh_plan *plan, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_plan_load(zh_plan *plan, zh_sv key, zh_sv value);
bool zh_plan_check(const zh_plan *plan, const char **why);
size_t zh_plan_bytes(const zh_plan *plan);

#endif
