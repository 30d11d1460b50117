/* journey.h -- what a journey is: a graph of nodes that customers are led through, what lets one in, what lets him out, and the next step of one.
 *
 *     { "title": {"zh": "…", "en": "…"},
 *       "entry": {"event": "Cart Viewed", "where": "e.price > 100.0", "key": "cart_id", "again": "never|after_exit"}
 *              | {"segment": "vip", "again": "never|after_exit"},                        who becomes a member
 *       "audience": {"segment"} | {"expression"} | {"everyone": true},                  asked when he enters
 *       "exitOn": [{"event": "Order Completed", "where": "…"}],                          he leaves wherever he is; with "goal" as the reason
 *       "control": 0.1, "goal": {"metric": "conversion", "windowMs": 604800000}, "running": "finish|move",
 *       "first": "hour",
 *       "nodes": {
 *         "hour":  {"kind": "wait", "forMs": 3600000, "next": "ask"},
 *         "ten":   {"kind": "wait", "time": "10:00", "weekdays": [6, 7], "next": "ask"},    the next such moment of the workspace's clock
 *         "best":  {"kind": "wait", "bestHour": true, "forMs": 86400000, "next": "ask"},    the hour he is about most, within forMs
 *         "cart":  {"kind": "wait", "event": "Order Completed", "where": "…", "restart": "Cart Viewed", "forMs": 86400000, "next": "paid", "late": "mail"},
 *         "ask":   {"kind": "branch", "cases": [{"if": "customer.orders.count() > 2", "next": "vip"}], "next": "else"},
 *         "ab":    {"kind": "split", "arms": [{"name": "a", "share": 0.5, "next": "x"}, …], "winner": {"metric": "conversion", "customers": 1000}},
 *         "mail":  {"kind": "send", "channels": [{"channel": "email", "template": "cart"}, {"channel": "sms", "template": "cart-sms"}],
 *                   "priority": 50, "expiresMs": 86400000, "bestHour": 20, "next": "…", "unreached": "…"},
 *         "gift":  {"kind": "offer", "offer": "autumn", "next": "…", "refused": "…"},
 *         "mark":  {"kind": "update", "tag": "reminded", "remove": false, "forMs": 2592000000, "next": "…"},
 *         "tell":  {"kind": "update", "webhook": {"channel": "crm", "template": "crm-note"}, "next": "…"},
 *         "won":   {"kind": "exit", "goal": true} } }
 *
 * `next` and `late` that are absent are the end; `unreached` and `refused` are `next`. An **instance** is one customer in one journey for one key (a cart): there is one at a time. It stands
 * at a node: a wait it is in until `due`, or any other that is to be done at `due`. A **step** does nodes one after the other until one waits.
 *
 * Guarantees  pure. A definition that was taken is within the ranges below, every node can be reached and no circle is without a wait that waits a
 *             second: so a step ends after at most ZH_JOURNEY_NODES_MAX nodes. The same instance, moment and answers give the same step.
 * Lifetimes   texts live in the arena.
 * Cost        a step about 100 ns and what is asked.
 * Not here    conditions (segment/vocabulary.h), where instances are kept (instances.h), doing what a step wants (engine/journey_clock.h).
 */
#ifndef ZH_REACH_JOURNEY_H
#define ZH_REACH_JOURNEY_H
#include "base/tz.h"
#include "reach/campaign.h"

#define ZH_JOURNEY_SETTING "journey/"          /* how the settings are called that hold one */
#define ZH_JOURNEY_VERSION_SETTING "journey-version/" /* NAME/NUMBER: a definition that was approved, for who entered it */
#define ZH_JOURNEYS_MAX 200                    /* of a workspace */
#define ZH_JOURNEY_BYTES_MAX (16 << 10)        /* of a definition: with three former ones it fits into a setting */
#define ZH_JOURNEY_NODES_MAX 64                /* the nodes an instance came by are bits of a word */
#define ZH_JOURNEY_CASES_MAX 9                 /* of a branch, and arms of a split */
#define ZH_JOURNEY_CHANNELS_MAX 4              /* of a send, the first that reaches him */
#define ZH_JOURNEY_EXITS_MAX 4
#define ZH_JOURNEY_KEY_BYTES_MAX 64            /* of what tells one entry from another: a cart's number; a longer one is hashed */
#define ZH_JOURNEY_WAIT_MS_MIN ZH_SECOND_MS
#define ZH_JOURNEY_WAIT_MS_MAX (366 * ZH_DAY_MS)
#define ZH_JOURNEY_SHARE_OF 1000000
#define ZH_JOURNEY_END 255                     /* in place of a node: there is none, he leaves */

typedef enum zh_journey_kind { ZH_JOURNEY_WAIT, ZH_JOURNEY_BRANCH, ZH_JOURNEY_SPLIT, ZH_JOURNEY_SEND, ZH_JOURNEY_OFFER, ZH_JOURNEY_UPDATE, ZH_JOURNEY_EXIT, ZH_JOURNEY_KINDS } zh_journey_kind;
const char *zh_journey_kind_text(zh_journey_kind kind); /* "?" when unknown */

/* An event, and what it must be. */
typedef struct zh_journey_event { zh_sv event, where; } zh_journey_event;

typedef struct zh_journey_case { /* of a branch: condition; of a split: name and share; of a send: channel and template */
    zh_sv condition, name;
    uint32_t share;              /* of ZH_JOURNEY_SHARE_OF; all of a split make the whole */
    zh_sv channel, template;
    uint8_t next;                /* of a branch and a split */
} zh_journey_case;

typedef enum zh_journey_wait { ZH_JOURNEY_WAIT_FOR, ZH_JOURNEY_WAIT_TIME, ZH_JOURNEY_WAIT_EVENT, ZH_JOURNEY_WAIT_BEST } zh_journey_wait;

typedef struct zh_journey_node {
    zh_sv name;
    zh_journey_kind kind;
    uint8_t next;                /* a node, or ZH_JOURNEY_END */
    uint8_t other;               /* of an event that did not come: late; of a send that reaches nobody: unreached; of an offer: refused */
    zh_journey_wait wait;
    int64_t for_ms;              /* of a wait; how long a tag stays, 0: it stays */
    uint16_t minute;             /* of WAIT_TIME: of the workspace's day */
    uint8_t weekdays;            /* likewise; bit 0 Monday … 6; 0: every day */
    zh_journey_event event;      /* of WAIT_EVENT */
    zh_sv restart;               /* an event that begins the wait anew; empty: none */
    zh_journey_case cases[ZH_JOURNEY_CASES_MAX];
    uint8_t cases_count;
    zh_sv winner;                /* of a split: the metric by which an arm wins; empty: none does */
    uint32_t winner_customers;   /* on each arm, before one can */
    uint8_t priority, best_hour; /* of a send, as of a campaign */
    int64_t expires_ms;
    zh_sv offer;
    zh_sv tag;                   /* of an update; empty: it is a webhook, cases[0] */
    bool removes_tag;
    bool is_goal;                /* of an exit */
} zh_journey_node;

typedef enum zh_journey_again { ZH_JOURNEY_NEVER_AGAIN, ZH_JOURNEY_AFTER_EXIT } zh_journey_again;

typedef struct zh_journey {
    zh_sv title_zh, title_en;
    zh_journey_event entry;      /* event empty: `segment` is the entry */
    zh_sv entry_segment, key;
    zh_journey_again again;
    zh_sv segment, expression;   /* the audience; both empty: everyone */
    zh_journey_event exits[ZH_JOURNEY_EXITS_MAX];
    uint8_t exits_count;
    uint32_t control;            /* of ZH_MESSAGE_CONTROL_OF */
    zh_sv goal;
    int64_t goal_ms;
    bool moves;                  /* who is in an earlier version goes on in this one, where it has a node of that name */
    uint8_t first;
    uint8_t nodes_count;
    zh_journey_node *nodes;      /* [nodes_count], as the definition names them */
} zh_journey;

/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*fault says what, of a node as nodes.NAME.field), ZH_NOMEM. */
ZH_MUST zh_err zh_journey_read(zh_json_value root, zh_arena *arena, zh_journey *out, zh_fault *fault);
/* The node of this name; ZH_JOURNEY_END: there is none. */
uint8_t zh_journey_node_named(const zh_journey *journey, zh_sv name);

/* ---- a step ---- */

/* Why an instance left. Stored: append only. */
#define ZH_JOURNEY_LEFT_LIST(X)                                                                    \
    X(IN,      "in")       /* it did not */                                                        \
    X(END,     "end")      /* it came to the end */                                                \
    X(GOAL,    "goal")     /* an exit that is a goal, or an event of exitOn */                     \
    X(CONTROL, "control")  /* never led: of the control group, to be compared with */              \
    X(ENDED,   "ended")    /* the journey was ended */                                             \
    X(MERGED,  "merged")   /* the customer turned out to be another, who has one of this key */    \
    X(LOST,    "lost")     /* its node is not there any more */
typedef enum zh_journey_left {
#define X(name, text) ZH_JOURNEY_LEFT_##name,
    ZH_JOURNEY_LEFT_LIST(X)
#undef X
    ZH_JOURNEY_LEFTS
} zh_journey_left;
const char *zh_journey_left_text(zh_journey_left left); /* "?" when unknown */
bool zh_journey_left_of(zh_sv text, zh_journey_left *out);

/* Where an instance stands. */
typedef struct zh_journey_place {
    uint8_t node;           /* ZH_JOURNEY_END where it left */
    bool is_in;             /* in the wait of this node; else the node is to be done */
    zh_journey_left left;
    int64_t due_ms;         /* when it goes on by itself; INT64_MAX: never */
    uint64_t visited;       /* bit i: it came to node i */
} zh_journey_place;

typedef enum zh_journey_cause { ZH_JOURNEY_BY_TIME, ZH_JOURNEY_BY_EVENT, ZH_JOURNEY_BY_RESTART, ZH_JOURNEY_BY_EXIT } zh_journey_cause;

/* What a step asks of the world, and wants done. Each is called as the node is done, in order. */
typedef struct zh_journey_world {
    void *context;
    int64_t now_ms;
    const zh_tz *zone;
    bool (*holds)(void *context, uint8_t node, uint8_t which);            /* the condition of a branch's case */
    uint8_t (*arm)(void *context, uint8_t node);                          /* of a split: which case */
    bool (*send)(void *context, uint8_t node);                            /* false: no channel reaches him */
    bool (*offer)(void *context, uint8_t node);                           /* false: refused */
    void (*update)(void *context, uint8_t node);
    uint8_t (*best_hour)(void *context);                                  /* of the customer's day; ZH_MESSAGE_BEST_NONE: not known */
} zh_journey_world;

/* Where an instance begins. */
zh_journey_place zh_journey_start(const zh_journey *journey, int64_t now_ms);
/* On from there. BY_EVENT: the event it waits for came; BY_RESTART: the one that begins the wait anew; BY_EXIT: one of exitOn; BY_TIME: it is due.
 * What does not fit the place leaves it as it is. */
void zh_journey_step(const zh_journey *journey, const zh_journey_world *world, zh_journey_cause cause, zh_journey_place *place);
/* The same, but nothing is done: the journey is paused, and what is next is done when it goes on. */
void zh_journey_note(const zh_journey *journey, int64_t now_ms, zh_journey_cause cause, zh_journey_place *place);
/* The place in another version: the node of the same name, what was visited by names. False: there is none. */
bool zh_journey_move(const zh_journey *from, const zh_journey *to, zh_journey_place *place);
/* The arm of a split by chance: always the same of a customer and a node. `bucket`: 0 .. ZH_JOURNEY_SHARE_OF - 1. */
uint8_t zh_journey_arm(const zh_journey_node *split, uint32_t bucket);

#endif
