/* message.h -- one message to one customer: its key, its states and why, and the records that say so.
 *
 * A message is step S of campaign C for entry E of a customer: that is its **key**, and there is one message of a key, ever. Its number is a hash
 * of the key, so whoever plans it again plans the same message.
 *
 *                      ┌── wait (quiet hours, a cap, try again) ──┐
 *     planned ◄────────┴──────────────────────────────────────────┤
 *        │                                                        │
 *        ├──► skipped (why)                                       │
 *        └──► sending ──► sent ──► delivered ──► complained       │   receipts only ever go to the right
 *                │  │        └───► bounced                        │
 *                │  ├──► failed (why)                             │
 *                │  └──► in doubt ──(the channel knows keys)──────┘
 *                └────────────────────────────────────────────────┘
 *
 * `sending` is written and on the disk before the first byte goes out. Who finds a message in that state after a crash knows that it may
 * have gone, and says so: in doubt.
 *
 *     record   u8 kind=30, u8 version=1, u64 customer, u64 id, u8 word, zig at, and
 *     PLAN     u8 flags (1 marketing, 2 data is kept), u8 via, u8 priority, u8 best hour (255: none), zig due, zig expires, var control,
 *              texts: channel, template, campaign, step, entry, language, and the sealed data
 *     others   u8 reason, zig due, u64 address, text provider's id, text detail
 *
 * Not here    what stands of all messages (ledger.h), whether one may go now (delivery.h), sending (the adapters).
 */
#ifndef ZH_REACH_MESSAGE_H
#define ZH_REACH_MESSAGE_H
#include "base/buf.h"
#include "core/id.h"
#include "core/record.h"
#include "guard/consent.h"
#include "guard/seal.h"

#define ZH_MESSAGE_NAME_BYTES_MAX 64      /* of a channel, template, campaign, step */
#define ZH_MESSAGE_ENTRY_BYTES_MAX 128    /* an order number, a day, a UUID */
#define ZH_MESSAGE_LANGUAGE_BYTES_MAX 16
#define ZH_MESSAGE_PROVIDER_BYTES_MAX 128 /* the number a gateway gives */
#define ZH_MESSAGE_DETAIL_BYTES_MAX 200   /* "status 503": nothing that points at a person */
#define ZH_MESSAGE_DATA_BYTES_MAX 16384   /* what came with it for its template, sealed */
#define ZH_MESSAGE_BEST_NONE 255
#define ZH_MESSAGE_CONTROL_OF 1000000     /* a control share is in millionths */

typedef struct zh_message_id { uint64_t number; } zh_message_id; /* 0: none */
#define ZH_MESSAGE_ID_TEXT_BYTES 17 /* 16 hex digits, NUL */
void zh_message_id_print(zh_message_id id, char out[ZH_MESSAGE_ID_TEXT_BYTES]);
ZH_MUST zh_err zh_message_id_parse(zh_sv text, zh_message_id *out); /* ZH_FORMAT */

/* Stored: append only. */
#define ZH_MESSAGE_STATE_LIST(X)                                                                              \
    X(PLANNED,    "planned")                                                                                  \
    X(SKIPPED,    "skipped")    /* it is not sent, and why */                                                 \
    X(SENDING,    "sending")    /* written before the first byte goes out */                                  \
    X(SENT,       "sent")       /* the gateway took it */                                                     \
    X(DELIVERED,  "delivered")  /* a receipt says so */                                                       \
    X(FAILED,     "failed")     /* it did not go, and will not */                                             \
    X(BOUNCED,    "bounced")    /* there is no such address, or it takes nothing */                           \
    X(COMPLAINED, "complained") /* "this is spam" */                                                          \
    X(DOUBT,      "in_doubt")   /* it may have gone: nobody knows */
typedef enum zh_message_state {
#define X(name, text) ZH_MESSAGE_##name,
    ZH_MESSAGE_STATE_LIST(X)
#undef X
    ZH_MESSAGE_STATES
} zh_message_state;
const char *zh_message_state_text(zh_message_state state); /* "?" when unknown */
bool zh_message_state_of(zh_sv text, zh_message_state *out);

/* Why it waits, was skipped or failed. Stored: append only. */
#define ZH_MESSAGE_WHY_LIST(X)                                                                                \
    X(NONE,       "none")                                                                                     \
    X(NOBODY,     "no_customer")      /* nobody has this number any more */                                   \
    X(BLOCKED,    "blocked")          /* the customer has the tag do-not-contact */                           \
    X(MINOR,      "minor")                                                                                    \
    X(NO_CONSENT, "no_consent")       /* never allowed this channel: silence is no */                         \
    X(OPTED_OUT,  "opted_out")                                                                                \
    X(SUPPRESSED, "suppressed")       /* bounced or complained on this channel before */                      \
    X(CONTROL,    "control_group")    /* of this campaign: left alone to be compared with */                  \
    X(HOLDOUT,    "holdout")          /* of the workspace: likewise, of all campaigns */                      \
    X(QUIET,      "quiet_hours")                                                                              \
    X(CAPPED,     "frequency_cap")                                                                            \
    X(OUTRANKED,  "outranked")        /* another campaign of higher priority has the place */                 \
    X(RATE,       "send_rate")                                                                                \
    X(BEST_TIME,  "best_time")                                                                                \
    X(EXPIRED,    "expired")                                                                                  \
    X(NO_ADDRESS, "no_address")                                                                               \
    X(NO_CHANNEL, "no_channel")       /* not defined any more, or not in force */                             \
    X(NO_TEMPLATE, "no_template")                                                                             \
    X(ABORTED,    "template_abort")   /* the template itself said not to send */                              \
    X(BROKEN,     "template_error")                                                                           \
    X(CANCELLED,  "cancelled")                                                                                \
    X(REFUSED,    "refused")          /* the gateway said no */                                               \
    X(THROTTLED,  "try_again")        /* the gateway asks to come later */                                    \
    X(UNREACHED,  "unreachable")      /* no connection: nothing went out */                                   \
    X(UNANSWERED, "unanswered")       /* it went out, and no answer came */                                   \
    X(CRASHED,    "crashed")          /* the engine stopped while it was under way */                         \
    X(GIVEN_UP,   "too_many_tries")                                                                           \
    X(TOO_LARGE,  "too_large")                                                                                \
    X(PAUSED,     "campaign_paused")  /* its campaign does not run: it waits */                                \
    X(ENDED,      "campaign_ended")
typedef enum zh_message_why {
#define X(name, text) ZH_WHY_##name,
    ZH_MESSAGE_WHY_LIST(X)
#undef X
    ZH_WHYS
} zh_message_why;
const char *zh_message_why_text(zh_message_why why); /* "?" when unknown */

/* What a record says. Stored: append only. */
typedef enum zh_message_word {
    ZH_MESSAGE_SAYS_PLAN = 1,
    ZH_MESSAGE_SAYS_WAIT,       /* not before due_ms, because of reason */
    ZH_MESSAGE_SAYS_STATE_FIRST = 16, /* + zh_message_state: it is now that */
    ZH_MESSAGE_SAYS_SEEN = 32,  /* opened, or shown in the inbox */
    ZH_MESSAGE_SAYS_CLICKED,
    ZH_MESSAGE_SAYS_DISMISSED,
    ZH_MESSAGE_SAYS_RESEND,     /* in doubt, and the channel knows keys: planned again */
    ZH_MESSAGE_SAYS_WAKE,       /* where it still waits it is due at due_ms: its campaign runs again, or ended. One under way is left alone */
} zh_message_word;

/* The key, and how it is to be sent. */
typedef struct zh_message_plan {
    zh_sv campaign;       /* empty: asked for by the shop's server alone */
    zh_sv step, entry;    /* entry: not empty */
    zh_sv channel, template;
    zh_sv language;       /* empty: the customer's, then the template's */
    zh_sv data;           /* sealed under the customer's key; empty: none */
    int64_t due_ms;       /* not before */
    int64_t expires_ms;   /* not after; 0: whenever */
    uint32_t control;     /* share left alone, of ZH_MESSAGE_CONTROL_OF */
    zh_channel via;       /* what was consented to */
    uint8_t priority;     /* between campaigns; greater first */
    uint8_t best_hour;    /* 0 .. 23 of the customer's day, or ZH_MESSAGE_BEST_NONE */
    bool is_marketing;    /* else the customer asked for it: an order, a password */
    bool keeps_data;      /* read again after it was sent: an inbox */
} zh_message_plan;

/* The number of a key, that nobody without the workspace's key works out: it stands in letters, and who tells of a bounce shows by it that he had the letter. Never 0. */
zh_message_id zh_message_id_of(const zh_sealer *sealer, zh_customer_id customer, const zh_message_plan *plan);

typedef struct zh_message_record {
    zh_customer_id customer; /* as it was called when it was planned */
    zh_message_id id;
    zh_message_word word;
    zh_message_state state;  /* where the word is one of a state */
    int64_t at_ms;
    zh_message_plan plan;    /* of PLAN */
    zh_message_why why;
    int64_t due_ms;          /* of WAIT, RESEND and WAKE */
    uint64_t address;        /* of SENDING: a keyed hash of where it goes (reply.h); 0: nowhere */
    zh_sv provider, detail;
} zh_message_record;

bool zh_message_record_is_good(const zh_message_record *record); /* within the ranges above */
/* Append; it must be good (assert). Views of get point into `bytes`: ZH_FORMAT. */
void zh_message_put(const zh_message_record *record, zh_buf *out);
ZH_MUST zh_err zh_message_get(zh_sv bytes, zh_message_record *out);
/* Whose record is it? 0: it cannot be read. */
zh_customer_id zh_message_customer(zh_sv bytes);

#endif
