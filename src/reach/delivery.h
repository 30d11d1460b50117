/* delivery.h -- may this message go now, later, or not at all? The delivery policy, pure.
 *
 *     suppression and consent → control group → quiet hours → frequency caps → priority → send rate → best time
 *
 * The first three words decide alone: who refused is never reached, and who is left alone for comparison is neither. Quiet hours, caps, rate and
 * best time each say at which moments a message may go; asked together they give **the first moment that all of them allow**, so a cap that frees
 * at night waits for the morning and a best hour does not break a cap. What may not go before it expires is skipped, with the reason that held it.
 *
 *     quiet hours   a span of the customer's local day, over midnight too; by the zone's own summer time
 *     a cap         at most `most` messages within a rolling window, or within the customer's local day, week (from Monday) or month
 *     priority      where a cap has fewer places than messages that are due, those of higher priority have them
 *     best time     the hour of the customer's day that was asked for, within a day of the plan
 *
 * A message that the customer asked for (an order, a password: not marketing) passes everything but suppression and the rate.
 *
 * Guarantees  pure: the same ask gives the same answer; the moment found is the first (tested against a walk minute by minute). A contact in the
 *             future, after a clock was set back, counts: no cap opens by turning the clock.
 * Cost        O(contacts), about 1 us; where summer time begins or ends within quiet hours O(minutes of the night).
 * Not here    what was sent so far (ledger.h), what was allowed (guard/consent.h), who is in a control group (core/bucket.h).
 */
#ifndef ZH_REACH_DELIVERY_H
#define ZH_REACH_DELIVERY_H
#include "base/tz.h"
#include "reach/message.h"

#define ZH_DELIVERY_CAPS_MAX 8            /* of a workspace: a day, a week and a month, over all and by channel */
#define ZH_DELIVERY_MOST_MAX 1000         /* messages a cap may allow */
#define ZH_DELIVERY_WINDOW_MS_MAX (90 * ZH_DAY_MS)
#define ZH_DELIVERY_BEST_MS ZH_DAY_MS     /* how long a best hour is waited for: each hour comes once a day */
#define ZH_DELIVERY_OUTRANKED_MS (60 * ZH_SECOND_MS) /* when an outranked message looks again: the others are gone by then */
#define ZH_DELIVERY_CHANNELS_ALL ((1u << ZH_CHANNEL_COUNT) - 1)

typedef enum zh_cap_span { ZH_CAP_ROLLING, ZH_CAP_DAY, ZH_CAP_WEEK, ZH_CAP_MONTH } zh_cap_span;

typedef struct zh_delivery_cap {
    uint32_t channels;   /* bits of zh_channel: whose messages count, and are held */
    uint32_t most;       /* 1 .. ZH_DELIVERY_MOST_MAX */
    zh_cap_span span;
    int64_t window_ms;   /* of ROLLING: 1 minute .. ZH_DELIVERY_WINDOW_MS_MAX */
    bool skips;          /* a capped message is skipped; else it waits */
} zh_delivery_cap;

typedef struct zh_delivery_rules {
    bool has_quiet;
    uint16_t quiet_from, quiet_to; /* minutes of the local day, 0 .. 1439, not equal; from > to: over midnight */
    uint32_t quiet_channels;       /* bits; what is shown on a page wakes nobody */
    bool quiet_skips;
    zh_delivery_cap caps[ZH_DELIVERY_CAPS_MAX];
    uint32_t caps_count;
    uint32_t holdout;              /* share of all customers that no campaign reaches, of ZH_MESSAGE_CONTROL_OF */
} zh_delivery_rules;

/* A marketing message that went, or may have gone. */
typedef struct zh_delivery_contact {
    int64_t at_ms;
    zh_channel via;
    uint8_t priority;
} zh_delivery_contact;

typedef struct zh_delivery_ask {
    int64_t now_ms, planned_ms;
    int64_t expires_ms;    /* 0: whenever */
    const zh_tz *zone;     /* the customer's */
    zh_channel via;
    uint8_t priority, best_hour; /* as of zh_message_plan */
    bool is_marketing;
    /* facts, each the whole answer to its question */
    bool is_nobody, is_blocked, is_minor, is_suppressed, is_control, is_holdout;
    zh_choice choice;      /* of marketing by this channel; ONSITE: a no refuses, silence does not */
    const zh_delivery_contact *contacts; /* those of the customer, in any order */
    uint32_t contacts_count;
    const zh_delivery_contact *rivals;   /* messages that are due now as well and go before it, where there is room; at_ms is unused */
    uint32_t rivals_count;
    int64_t rate_free_ms;  /* when the channel takes the next one; at most now_ms: at once */
} zh_delivery_ask;

typedef enum zh_delivery_act { ZH_DELIVERY_SEND, ZH_DELIVERY_WAIT, ZH_DELIVERY_SKIP } zh_delivery_act;
typedef struct zh_delivery {
    zh_delivery_act act;
    zh_message_why why; /* NONE where it goes now */
    int64_t until_ms;   /* of WAIT: when to ask again, after now_ms */
} zh_delivery;

zh_delivery zh_delivery_judge(const zh_delivery_rules *rules, const zh_delivery_ask *ask);

/* Suppression and consent alone, what is asked again at the moment of sending. NONE: it may. */
zh_message_why zh_delivery_refusal(const zh_delivery_ask *ask);

/* Is this moment in quiet hours? And the first one, not before, that is not. */
bool zh_delivery_is_quiet(const zh_delivery_rules *rules, zh_channel via, const zh_tz *zone, int64_t at_ms);
int64_t zh_delivery_after_quiet(const zh_delivery_rules *rules, zh_channel via, const zh_tz *zone, int64_t at_ms);
/* Contacts that this cap counts at this moment. */
uint32_t zh_delivery_used(const zh_delivery_cap *cap, const zh_tz *zone, const zh_delivery_contact *contacts, uint32_t count, int64_t at_ms);

bool zh_delivery_rules_are_good(const zh_delivery_rules *rules, const char **why); /* within the ranges above */

#endif
