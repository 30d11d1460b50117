/* campaign.h -- what a campaign is: whom it is for, when it runs, what it sends, what it is measured by; its states, and when its next run is.
 *
 *     { "title": {"zh": "…", "en": "…"}, "channel": "sms", "template": "spring",
 *       "audience": {"segment": "vip"} | {"expression": "customer.orders > 2"} | {"everyone": true},
 *       "when": {"kind": "once", "at": "2026-12-01T02:00:00Z"}                                      at: not said, as soon as it is approved
 *             | {"kind": "recurring", "time": "10:00", "weekdays": [1, 5]}                          or "monthDay": 31, or neither: every day
 *             | {"kind": "event", "event": "Cart Viewed", "where": "e.price > 100.0",
 *                "afterMs": 3600000, "unless": "Order Completed", "each": "event|day|customer", "key": "cart_id"},
 *       "control": 0.1, "goal": {"metric": "conversion", "windowMs": 604800000},
 *       "budget": 10000, "priority": 50, "expiresMs": 86400000, "bestHour": 20, "step": "message" }
 *
 *     draft ──submit──► review ──approve──► running ◄──resume── paused        an edit makes a draft of review and paused;
 *       ▲                 │                   │  └────pause──────►│           what runs is paused first
 *       └─────reject──────┘                   └───end───► ended ◄─┘
 *
 * Guarantees  pure; a definition that was taken is within the ranges below, a fault has its field.
 * Lifetimes   texts live in the arena.
 * Not here    who may approve (server/lifecycle.c), expressions (segment/vocabulary.h), running it (engine/campaign_clock.h).
 */
#ifndef ZH_REACH_CAMPAIGN_H
#define ZH_REACH_CAMPAIGN_H
#include "base/tz.h"
#include "reach/aim.h"

#define ZH_CAMPAIGN_SETTING "campaign/"            /* how the settings are called that hold one */
#define ZH_CAMPAIGN_RUNS_SETTING "campaign-runs/"  /* and its runs */
#define ZH_CAMPAIGNS_MAX 1000                      /* of a workspace */
#define ZH_CAMPAIGN_BYTES_MAX 6000                 /* of a definition: with six former ones it fits into a setting */
#define ZH_CAMPAIGN_EVENT_BYTES_MAX 200
#define ZH_CAMPAIGN_AFTER_MS_MAX (30 * ZH_DAY_MS)  /* what came later than a month after has another reason; and a start reads so much of the log again */
#define ZH_CAMPAIGN_EXPIRES_MS ZH_DAY_MS
#define ZH_CAMPAIGN_EXPIRES_MS_MAX (30 * ZH_DAY_MS)
#define ZH_CAMPAIGN_BUDGET_MAX 20000000            /* as many messages as the ledger holds */
#define ZH_CAMPAIGN_LATE_MS ZH_DAY_MS              /* what the engine missed by more than this (it was not running) is not sent any more */

typedef enum zh_campaign_kind { ZH_CAMPAIGN_ONCE, ZH_CAMPAIGN_RECURRING, ZH_CAMPAIGN_EVENT, ZH_CAMPAIGN_KINDS } zh_campaign_kind;
const char *zh_campaign_kind_text(zh_campaign_kind kind); /* "?" when unknown */

/* How often an event of a customer counts. */
typedef enum zh_campaign_each { ZH_CAMPAIGN_EACH_EVENT, ZH_CAMPAIGN_EACH_DAY, ZH_CAMPAIGN_EACH_CUSTOMER } zh_campaign_each;

typedef struct zh_campaign {
    zh_sv title_zh, title_en;
    zh_sv channel, template, step;
    zh_sv segment, expression;       /* the audience; both empty: everyone */
    zh_campaign_kind kind;
    int64_t at_ms;                   /* of ONCE; 0: as soon as it is approved */
    uint16_t minute;                 /* of RECURRING: of the workspace's day */
    uint8_t weekdays;                /* bit 0 Monday … bit 6 Sunday; 0: every day */
    uint8_t month_day;               /* 1 .. 31, in a shorter month its last day; 0: not by the month */
    zh_sv event, where, unless, key; /* of EVENT; key: the property that tells one entry from another, empty: the event itself */
    int64_t after_ms;                /* how long after the event */
    zh_campaign_each each;
    uint32_t control;                /* of ZH_MESSAGE_CONTROL_OF */
    zh_sv goal;                      /* a metric that is built in (measure/outcome.h) */
    int64_t goal_ms;
    uint32_t budget;                 /* messages at most; 0: as many as there are */
    uint8_t priority, best_hour;     /* as of zh_message_plan */
    int64_t expires_ms;              /* after the moment it is planned for */
} zh_campaign;

/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*fault says what), ZH_NOMEM. */
ZH_MUST zh_err zh_campaign_read(zh_json_value root, zh_arena *arena, zh_campaign *out, zh_fault *fault);
/* ---- states ---- */

/* Stored by their texts. */
typedef enum zh_campaign_state { ZH_CAMPAIGN_DRAFT, ZH_CAMPAIGN_REVIEW, ZH_CAMPAIGN_RUNNING, ZH_CAMPAIGN_PAUSED, ZH_CAMPAIGN_ENDED, ZH_CAMPAIGN_STATES } zh_campaign_state;
const char *zh_campaign_state_text(zh_campaign_state state); /* "?" when unknown */
bool zh_campaign_state_of(zh_sv text, zh_campaign_state *out);

typedef enum zh_campaign_act { ZH_CAMPAIGN_EDIT, ZH_CAMPAIGN_SUBMIT, ZH_CAMPAIGN_APPROVE, ZH_CAMPAIGN_REJECT, ZH_CAMPAIGN_PAUSE, ZH_CAMPAIGN_RESUME, ZH_CAMPAIGN_END, ZH_CAMPAIGN_ACTS } zh_campaign_act;
const char *zh_campaign_act_text(zh_campaign_act act); /* "submit" */
bool zh_campaign_act_of(zh_sv text, zh_campaign_act *out);
/* What it is then; false: that cannot be done now. */
bool zh_campaign_then(zh_campaign_state state, zh_campaign_act act, zh_campaign_state *then);

/* ---- runs: of ONCE and RECURRING ---- */

/* The first moment of a run after `after_ms`; false: there is none. */
bool zh_campaign_next_run(const zh_campaign *campaign, const zh_tz *zone, int64_t after_ms, int64_t *at_ms);
/* The newest moment of a run in (after_ms, now_ms] that is no more than ZH_CAMPAIGN_LATE_MS ago; false: none is due. */
bool zh_campaign_due_run(const zh_campaign *campaign, const zh_tz *zone, int64_t after_ms, int64_t now_ms, int64_t *at_ms);

#endif
