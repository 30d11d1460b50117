/* rules.h -- what a marketer says of a placement's items: which may be shown, which count more, and what stands where.
 *
 *     include  where some include rules are in force, only items for which one of them holds
 *     exclude  not the items for which it holds
 *     boost    the score of items for which it holds, times `factor`
 *     pin      an item in a slot: the one named, or the best candidate for which it holds
 *     cap      at most `most` items of one brand, or of one category
 *     stock    not the items of which fewer than `least` are left (with a factor: their score times it); unknown is enough
 *     margin   not the items that leave less than `share` of their price (or the factor); unknown is not enough
 *     price    not the items outside from .. to, minor units (or the factor); unknown is outside
 *
 * A rule is in force while its `when` holds, asked once a list; `item` is asked of each candidate. A rule without one holds for all.
 * A condition without an answer does not hold (rule_words.h).
 *
 * Factors of several rules are multiplied. They change the order, not the score that is told and explained.
 *
 * Guarantees  pure: the same rules, moment, customer and item give the same verdict.
 * Cost        about 0.2 us a condition and candidate.
 * Lifetimes   rules live in the arena they were read into.
 * Threads     rules are read by any; a run is one thread's.
 * Not here    reading them (placement_read.h), contradictions among them (rules_check.h), pins and caps at work (rerank.h).
 */
#ifndef ZH_DECIDE_RULES_H
#define ZH_DECIDE_RULES_H
#include "decide/rule_words.h"

#define ZH_RULES_MAX 50            /* of one placement: people must be able to read them */
#define ZH_SLOT_RULE_TEXT_BYTES_MAX 4096 /* of one condition */
#define ZH_SLOT_RULE_NAME_BYTES_MAX 100
#define ZH_SLOT_RULE_FACTOR_MAX 100.0   /* and 0.01 the least, but for 0 */

/* Stored by name. */
#define ZH_SLOT_RULE_KIND_LIST(X) \
    X(INCLUDE, "include") X(EXCLUDE, "exclude") X(BOOST, "boost") X(PIN, "pin") X(CAP, "cap") X(STOCK, "stock") X(MARGIN, "margin") X(PRICE, "price")
typedef enum zh_slot_rule_kind {
#define X(name, text) ZH_SLOT_RULE_##name,
    ZH_SLOT_RULE_KIND_LIST(X)
#undef X
    ZH_SLOT_RULE_KINDS
} zh_slot_rule_kind;
const char *zh_slot_rule_kind_text(zh_slot_rule_kind kind);
bool zh_slot_rule_kind_of(zh_sv text, zh_slot_rule_kind *out);

typedef struct zh_slot_rule {
    zh_slot_rule_kind kind;
    zh_sv name;                /* for people; may be empty */
    zh_sv when_text, item_text;
    zh_condition when, item;   /* program NULL: always, all */
    double factor;             /* BOOST; STOCK, MARGIN and PRICE: 0 hides */
    uint32_t slot;             /* PIN: from 1 */
    zh_item_id pinned;         /* PIN: this one; 0: by `item` */
    zh_sv pinned_text;
    uint32_t most;             /* CAP */
    bool by_brand;             /* CAP; else by category */
    int64_t least;             /* STOCK */
    double share;              /* MARGIN */
    int64_t from_minor, to_minor; /* PRICE: both included; -1: open */
} zh_slot_rule;

typedef struct zh_rules {
    zh_slot_rule *list;
    uint32_t count;
    bool reads_customer;       /* some condition looks at the customer */
    bool reorders;             /* some rule does more than hide */
} zh_rules;

/* Is the condition about nothing but the item, so that it can be judged without an ask? */
bool zh_rule_is_plain(const zh_condition *condition);

/* ---- a run: the rules of one list ---- */

typedef struct zh_rules_run {
    const zh_rules *rules;
    zh_look look;              /* with the variables below */
    zh_rule_moment moment;
    zh_rule_item item;
    zh_cel_value variables[ZH_RULE_VARIABLES];
    zh_arena scratch;
    bool active[ZH_RULES_MAX]; /* its `when` holds */
    bool includes;             /* an include rule is in force */
} zh_rules_run;

/* Of whom `look` is about, at the moment. *run stays where it is until closed; the caller closes. */
void zh_rules_begin(zh_rules_run *run, const zh_rules *rules, const zh_look *look, const zh_rule_moment *moment);
void zh_rules_end(zh_rules_run *run);

#define ZH_SLOT_RULE_NONE UINT32_MAX
typedef struct zh_rules_verdict {
    double factor;             /* of its score; 0: not shown */
    uint32_t rule;             /* which rule hides it; ZH_SLOT_RULE_NONE: it is not hidden, or no include rule holds (then factor is 0) */
} zh_rules_verdict;
zh_rules_verdict zh_rules_judge(zh_rules_run *run, const zh_item *item);

/* Does the rule, in force or not, hold for the item? Of STOCK, MARGIN and PRICE: is it against the item? */
bool zh_rule_holds(zh_rules_run *run, uint32_t rule, const zh_item *item);

#endif
