/* word.h -- what a person says about quality, as records of the log: a rule of the tracking plan, and "this is true".
 *
 *     u8 kind = 13   u8 version = 1   u8 what   i64 time   u8 actor kind   var actor number
 *       1 rule       u32 source   text event   u8 gone
 *                    [not gone: u8 locked   u8 action   u8 closed   u8 properties, each: text name   u8 kinds (bits)   u8 required]
 *       2 event      u8 reason   var partition   var sequence   text the event's record, without its sealed part; may be empty
 *       3 customer   var customer
 *       4 events     u8 reason   u32 source   text event
 *
 * A truth of an event carries the event, so that folding it teaches what was kept apart.
 */
#ifndef ZH_QUALITY_WORD_H
#define ZH_QUALITY_WORD_H
#include "core/event.h"
#include "core/record.h"
#include "quality/reason.h"
#include "quality/shape.h"

#define ZH_RULE_PROPERTIES_MAX 64
#define ZH_RULE_NAME_BYTES_MAX 64 /* of a property that a plan names */

typedef enum zh_rule_action { ZH_RULE_MARK, ZH_RULE_REJECT } zh_rule_action; /* stored */

typedef struct zh_rule_property {
    zh_sv name;
    uint8_t kinds; /* bits of zh_kind; a number allows texts of digits only where that bit is set too */
    bool required;
} zh_rule_property;

typedef struct zh_rule { /* for one event name of a source */
    bool locked, closed; /* closed: a property that is not listed is a violation */
    zh_rule_action action;
    zh_rule_property properties[ZH_RULE_PROPERTIES_MAX];
    uint32_t count;
} zh_rule;

typedef enum zh_word_what { ZH_WORD_RULE = 1, ZH_WORD_EVENT, ZH_WORD_CUSTOMER, ZH_WORD_EVENTS } zh_word_what; /* stored */

typedef struct zh_word {
    zh_word_what what;
    int64_t at_ms;
    uint8_t actor_kind;
    uint32_t actor_number;
    zh_source_id source;       /* RULE, EVENTS */
    zh_sv name;                /* the event's */
    bool gone;                 /* RULE: take it back */
    zh_rule rule;
    zh_quality_reason reason;  /* EVENT, EVENTS */
    uint32_t partition;        /* EVENT */
    uint64_t sequence;
    zh_sv event;               /* EVENT: its record */
    zh_customer_id customer;   /* CUSTOMER */
} zh_word;

/* Does it violate the rule? *which (may be NULL): the property. */
bool zh_rule_is_violated(const zh_rule *rule, const zh_shape *shape, zh_sv *which);
/* NULL, or a sentence why it is no rule. */
const char *zh_rule_fault(const zh_rule *rule);

void zh_word_put(const zh_word *word, zh_buf *out);
ZH_MUST zh_err zh_word_get(zh_sv record, zh_word *out); /* ZH_FORMAT; views point into `record` */
/* The part of a rule, for those who keep it. */
void zh_rule_put(const zh_rule *rule, zh_buf *out);
bool zh_rule_read(zh_reader *reader, zh_rule *out);

#endif
