/* consent.h -- what each customer allowed and refused: a fold of CONSENT records, and their ledger.
 *
 * A consent record says yes or no to some fields (personalisation, analytics, sharing, marketing by
 * each channel, being a minor) and nothing about the others; or that the customer was asked. For each
 * field the newest word counts. Two words of the same millisecond: the stricter wins (a refusal; of
 * a minor, the yes); still equal: the greater version and source text, so that the evidence is the
 * same too. This is one total order, used by fold and merge alike, so shuffled, repeated and merged
 * records always end in the same state.
 *
 * The ledger is the records themselves, newest first: what was said when, of which text, where, with
 * what proof. The newest ZH_CONSENT_LINES_MAX of a customer are kept here; the log has all of them.
 *
 * Silence means: personalisation and analytics yes (an objection is honoured), marketing and sharing no.
 * A minor is not marketed to, whatever was said.
 *
 * Guarantees  order and repetition of records and merges never matter (property-tested);
 *             a refusal is in force with the fold that brings it, there is no cache.
 * Cost        O(fields said + lines of the customer) a fold, O(1) a zh_consents_said; about 70 bytes
 *             a word said and 80 a line.
 * Threads     readers together or one writer: the owner of the customer's partition.
 * Clock       none: times come in records.
 * Not here    what a purpose asks of a consent (guard/permit.h), JSON (server, collect).
 */
#ifndef ZH_GUARD_CONSENT_H
#define ZH_GUARD_CONSENT_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/keep.h"
#include "core/id.h"
#include "core/record.h"

#define ZH_CONSENT_TEXT_BYTES_MAX 128 /* policy version or source: a name, not a page */
#define ZH_CONSENT_CUSTOMER_MAX ((UINT64_C(1) << 59) - 1) /* a word's key is customer * 32 + field */
#define ZH_CONSENT_LINES_MAX 64 /* of the ledger of one customer: some years of changing one's mind; older ones stay in the log */
#define ZH_CONSENT_PROOF_BYTES 32 /* SHA-256 of what the shop keeps: the signed form, the recording, the page */
#define ZH_CONSENT_COOLING_MS (INT64_C(90) * 86400000) /* who said no, or nothing, is left alone so long: asking again and again is what the law calls nagging */

/* Ways to reach a customer. Stored as bits: append only, at most 12. */
#define ZH_CHANNEL_LIST(X)                                                   \
    X(EMAIL,    "email")                                                     \
    X(SMS,      "sms")                                                       \
    X(PUSH,     "push")                                                      \
    X(WECHAT,   "wechat")    /* official account and mini program */         \
    X(WECOM,    "wecom")     /* WeChat Work */                               \
    X(ONSITE,   "onsite")    /* shown while the customer visits: nothing is sent */ \
    X(WHATSAPP, "whatsapp")                                                  \
    X(CALL,     "call")                                                      \
    X(POST,     "post")      /* paper */                                     \
    X(ADS,      "ads")       /* audiences handed to an advertising platform */
typedef enum zh_channel {
#define X(name, text) ZH_CHANNEL_##name,
    ZH_CHANNEL_LIST(X)
#undef X
    ZH_CHANNEL_COUNT
} zh_channel;
const char *zh_channel_text(zh_channel channel);          /* "email"; "?" when unknown */
bool zh_channel_of(zh_sv text, zh_channel *channel);      /* false: no such channel */

/* What one can say yes or no to. Stored. */
typedef enum zh_consent_field {
    ZH_CONSENT_PERSONALIZATION = 0,
    ZH_CONSENT_ANALYTICS = 1,
    ZH_CONSENT_MARKETING = 2, /* + channel */
    ZH_CONSENT_SHARING = 14,  /* data given to others */
    ZH_CONSENT_MINOR = 15,    /* no consent but a fact that is stated in the same way: yes, this is a minor */
    ZH_CONSENT_FIELDS = 16    /* those behind the last channel are never said */
} zh_consent_field;
#define ZH_CONSENT_OF(channel) ((zh_consent_field)(ZH_CONSENT_MARKETING + (int)(channel)))
#define ZH_CONSENT_BIT(field) (1u << (unsigned)(field))
#define ZH_CONSENT_CHANNELS (ZH_CONSENT_BIT(ZH_CONSENT_MARKETING + ZH_CHANNEL_COUNT) - ZH_CONSENT_BIT(ZH_CONSENT_MARKETING))
#define ZH_CONSENT_ALL /* every consent */ \
    (ZH_CONSENT_BIT(ZH_CONSENT_PERSONALIZATION) | ZH_CONSENT_BIT(ZH_CONSENT_ANALYTICS) | ZH_CONSENT_CHANNELS | ZH_CONSENT_BIT(ZH_CONSENT_SHARING))
#define ZH_CONSENT_SAYABLE (ZH_CONSENT_ALL | ZH_CONSENT_BIT(ZH_CONSENT_MINOR))
/* "personalization", "analytics", "sharing", "minor", "marketing.email"; "?" for a field that is never said. */
const char *zh_consent_field_text(zh_consent_field field);
bool zh_consent_field_of(zh_sv text, zh_consent_field *field); /* false: no such field */

typedef enum zh_choice { ZH_CHOICE_UNKNOWN, ZH_CHOICE_NO, ZH_CHOICE_YES } zh_choice;

/* One record: what was said at one moment. */
typedef struct zh_consent_change {
    zh_customer_id customer; /* 1..ZH_CONSENT_CUSTOMER_MAX */
    int64_t at_ms;           /* when the customer said so */
    uint32_t said;           /* bits of the fields this is about */
    uint32_t yes;            /* those allowed; a subset of `said` */
    zh_sv version;           /* of the text shown, "2026-11"; may be empty */
    zh_sv source;            /* "settings page"; may be empty */
    uint32_t asked;          /* bits of the fields the customer was asked for; said, yes and asked all 0: changes nothing */
    uint8_t proof[ZH_CONSENT_PROOF_BYTES]; /* zeros: none */
} zh_consent_change;

/* Append the record, kind byte first. The change must satisfy the ranges above, texts their maximum (assert). */
void zh_consent_put(const zh_consent_change *change, zh_buf *out);
/* Views point into `record`. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_consent_get(zh_sv record, zh_consent_change *out);

/* Segment's context.consent.categoryPreferences, parsed by the caller. Absent (present == false)
 * says nothing; present and empty refuses every field; a category that nobody mapped says nothing;
 * of several categories of one field all must be true. Fills said and yes of `out` only.
 * The default mapping: Advertising, Marketing, Targeting, C0004 -> ads, onsite; Analytics, Performance,
 * C0002 -> analytics; Functional, Personalization, Preferences, C0003 -> personalisation; the name of a
 * channel -> that channel. A yes in a cookie banner is no consent to be written to, so Advertising
 * does not reach e-mail or SMS. */
typedef struct zh_consent_category {
    zh_sv name; /* "Advertising"; ASCII case does not matter */
    bool allowed;
} zh_consent_category;
typedef struct zh_consent_map { /* a workspace's own mapping; NULL and 0: the default one */
    zh_sv name;
    uint32_t fields; /* bits */
} zh_consent_map;
void zh_consent_categories(bool present, const zh_consent_category *categories, size_t count,
    const zh_consent_map *map, size_t map_count, zh_consent_change *out);

/* The state of one customer. */
typedef struct zh_consent_word {
    zh_choice choice;       /* UNKNOWN: never said, the rest is empty */
    int64_t at_ms;
    zh_sv version, source;  /* valid until the next fold, merge or load */
} zh_consent_word;
typedef struct zh_consent {
    bool personalization, analytics;      /* in force: true unless refused */
    bool sharing, minor;                  /* true where said */
    zh_choice marketing[ZH_CHANNEL_COUNT]; /* as said: zh_consents_marketing() is what may be done */
    int64_t at_ms;                        /* of the newest word; 0: none */
    zh_sv version, source;                /* of the newest word; as long as those of the words */
    zh_consent_word words[ZH_CONSENT_FIELDS];
} zh_consent;

typedef struct zh_consents zh_consents;

/* Distinct versions and sources: a shop has tens, so this stops only a program gone wild. */
#define ZH_CONSENT_TEXTS_BYTES_MAX (64u << 20)

/* An empty fold, in memory of its own; at most `bytes_max` bytes of words (32 each), and three times as many of lines. Caller closes. */
ZH_MUST zh_err zh_consents_open(zh_consents **out, size_t bytes_max);
void zh_consents_close(zh_consents *consents);

/* One record, or one already read. Errors: ZH_FORMAT, ZH_NOMEM, ZH_FULL; after the last two the
 * view may hold a part of the words: rebuild it. */
ZH_MUST zh_err zh_consents_fold(zh_consents *consents, zh_sv record);
ZH_MUST zh_err zh_consents_change(zh_consents *consents, const zh_consent_change *change);
/* `gone` is absorbed by `kept`: its words join by the same order, then it has none. Errors as above. */
ZH_MUST zh_err zh_consents_merge(zh_consents *consents, zh_customer_id gone, zh_customer_id kept);
/* Erasure: as if this customer never was. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_consents_forget(zh_consents *consents, zh_customer_id customer);

/* What is in force. An unknown customer gives the defaults: never an error. */
zh_consent zh_consents_get(const zh_consents *consents, zh_customer_id customer);
/* One field alone, O(1): what the hot path asks. */
zh_choice zh_consents_said(const zh_consents *consents, zh_customer_id customer, zh_consent_field field);

/* What holds of marketing by a channel: what was said; of a minor always a no. */
zh_choice zh_consents_marketing(const zh_consents *consents, zh_customer_id customer, zh_channel channel);
/* When the customer was last asked for this field; 0: never. */
int64_t zh_consents_asked_ms(const zh_consents *consents, zh_customer_id customer, zh_consent_field field);

/* May one ask the customer for this field now? Who refused, or was asked, within ZH_CONSENT_COOLING_MS is left alone, whatever
 * the text is called by now; who said yes to this version of the text (empty: to any) has answered; a minor is not asked
 * for marketing or sharing. *until_ms: from then on one may, INT64_MAX: until something else is said; now_ms where one may. */
typedef enum zh_ask_answer { ZH_ASK_MAY, ZH_ASK_GIVEN, ZH_ASK_REFUSED, ZH_ASK_ASKED, ZH_ASK_MINOR } zh_ask_answer;
zh_ask_answer zh_consents_may_ask(const zh_consents *consents, zh_customer_id customer, zh_consent_field field, zh_sv version, int64_t now_ms, int64_t *until_ms);
const char *zh_ask_answer_text(zh_ask_answer answer); /* "may", "given", "refused", "asked", "minor" */

/* The newest lines of the ledger, newest first; returns how many. Texts are valid until the next fold, merge or load. */
uint32_t zh_consents_ledger(const zh_consents *consents, zh_customer_id customer, zh_consent_change out[ZH_CONSENT_LINES_MAX]);

/* How many customers' word of a field is this, now. */
uint64_t zh_consents_count(const zh_consents *consents, zh_consent_field field, zh_choice choice);

/* base/keep.h: an entry a word; key [customer u64 big-endian][field u8, + 16: asked]; and one for the lines of a customer,
 * its last byte 255. Errors of load: ZH_FORMAT, ZH_NOMEM, ZH_FULL; of save: those of the keeper. */
ZH_MUST zh_err zh_consents_save(zh_consents *consents, bool all, zh_keep keep);
ZH_MUST zh_err zh_consents_load(zh_consents *consents, zh_sv key, zh_sv value);

bool zh_consents_check(const zh_consents *consents, const char **why);

#endif
