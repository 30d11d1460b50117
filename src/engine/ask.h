/* ask.h -- one question for recommendations: from the ids of a request to a decision written down.
 *
 *     ids ─► customer ─► permit (personalisation allowed?) ─► history ─► zh_recommend ─► decision record (lazy)
 *
 * Guarantees  unknown customers, unknown items, and customers who switched personalisation off get a
 *             full answer; the last one is byte for byte the answer of anybody.
 * Cost        one read lock of the world for the computing, about 50 to 150 us.
 * Threads     any.
 */
#ifndef ZH_ENGINE_ASK_H
#define ZH_ENGINE_ASK_H
#include "decide/recommend.h"
#include "engine/engine.h"
#include "engine/world_scene.h"

#define ZH_ASK_ITEMS_DEFAULT 10 /* n where the request does not say */

typedef struct zh_ask {
    zh_sv placement;             /* empty: "home" */
    zh_sv user_id, anonymous_id; /* either, both or none */
    zh_customer_id customer;     /* instead of ids: for the console */
    uint32_t n;                  /* 0: the default */
    const zh_placement *draft;   /* instead of `placement`, for previews; NULL: the one in force */
    zh_rule_mark *marks;         /* of a draft: what its rules say of these items */
    uint32_t marks_count;
    uint64_t *rules_active;      /* with marks */
    zh_sv city, device;          /* where and with what; empty: not said. At most ZH_CONTEXT_TEXT_BYTES_MAX */
    zh_sv context_item;          /* the shop's item ids */
    const zh_sv *cart, *exclude;
    uint32_t cart_count, exclude_count;
    int64_t time_ms;             /* 0: now */
    zh_scene_words scene;        /* what the page says of the moment */
    zh_cell cell;                /* and where it is; none: not said */
    bool explain;
    bool preview;                /* a person looks: nothing is written down */
    zh_actor actor;              /* who asks */
} zh_ask;

typedef struct zh_answer_item {
    zh_sv text, title, category, brand, image_url, url; /* copied into the arena; title may be empty */
    int64_t price_minor;         /* -1: unknown */
    zh_currency currency;
} zh_answer_item;

typedef struct zh_answer {
    zh_decision decision;
    zh_answer_item *items;       /* one a shown item */
    zh_reason *reasons;          /* one a shown item where explain, else NULL */
    zh_sv model;                 /* the learnt recommender it was made with; empty: counts alone */
    uint32_t model_version;
    zh_sv (*evidence_titles)[ZH_EVIDENCE_MAX]; /* with reasons: titles of the evidence items */
} zh_answer;

/* Errors: ZH_ABSENT no such placement; ZH_RANGE n, cart or exclude over its maximum; ZH_NOMEM. */
ZH_MUST zh_err zh_engine_ask(zh_engine *engine, const zh_ask *ask, zh_arena *arena, zh_answer *out);
typedef struct zh_arm_ask { /* which arm of one experiment, without a list */
    zh_sv experiment, user_id, anonymous_id;
    bool exposed;                /* he sees it now: written down, as a decision without items */
    zh_actor actor;
} zh_arm_ask;

typedef struct zh_arm_answer {
    bool known;                  /* is there a customer of these ids? */
    zh_decision decision;        /* experiment and arm, empty: he is in none; with `exposed` and an arm it was written down */
} zh_arm_answer;

/* Errors: ZH_ABSENT no such experiment, or one that is assigned outside; ZH_NOMEM. */
ZH_MUST zh_err zh_engine_ask_arm(zh_engine *engine, const zh_arm_ask *ask, zh_arena *arena, zh_arm_answer *out);

#endif
