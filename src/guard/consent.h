/* consent.h -- what each customer allowed and refused: a fold of CONSENT records.
 *
 * A consent record says yes or no to some fields (personalisation, analytics, marketing by each
 * channel) and nothing about the others. For each field the newest word counts. Two words of the
 * same millisecond: the refusal wins; still equal: the greater version and source text, so that
 * the evidence is the same too. This is one total order, used by fold and merge alike, so shuffled,
 * repeated and merged records always end in the same state.
 *
 * Silence means: personalisation and analytics yes (an objection is honoured), marketing no.
 *
 * Guarantees  order and repetition of records and merges never matter (property-tested);
 *             a refusal is in force with the fold that brings it, there is no cache.
 * Cost        O(fields said) a fold, O(1) a zh_consents_said; about 70 bytes a word said.
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
#define ZH_CONSENT_CUSTOMER_MAX ((UINT64_C(1) << 60) - 1) /* a word's key is customer * 16 + field */

/* Ways to reach a customer. Stored as bits: append only, at most 14 (16 fields). */
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
    ZH_CONSENT_FIELDS = 2 + ZH_CHANNEL_COUNT
} zh_consent_field;
#define ZH_CONSENT_OF(channel) ((zh_consent_field)(ZH_CONSENT_MARKETING + (int)(channel)))
#define ZH_CONSENT_BIT(field) (1u << (unsigned)(field))
#define ZH_CONSENT_ALL (ZH_CONSENT_BIT(ZH_CONSENT_FIELDS) - 1) /* every field */

typedef enum zh_choice { ZH_CHOICE_UNKNOWN, ZH_CHOICE_NO, ZH_CHOICE_YES } zh_choice;

/* One record: what was said at one moment. */
typedef struct zh_consent_change {
    zh_customer_id customer; /* 1..ZH_CONSENT_CUSTOMER_MAX */
    int64_t at_ms;           /* when the customer said so */
    uint32_t said;           /* bits of the fields this is about; 0 changes nothing */
    uint32_t yes;            /* those allowed; a subset of `said` */
    zh_sv version;           /* of the text shown, "2026-11"; may be empty */
    zh_sv source;            /* "settings page"; may be empty */
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
    zh_choice marketing[ZH_CHANNEL_COUNT];
    int64_t at_ms;                        /* of the newest word; 0: none */
    zh_sv version, source;                /* of the newest word; as long as those of the words */
    zh_consent_word words[ZH_CONSENT_FIELDS];
} zh_consent;

typedef struct zh_consents zh_consents;

/* Distinct versions and sources: a shop has tens, so this stops only a program gone wild. */
#define ZH_CONSENT_TEXTS_BYTES_MAX (64u << 20)

/* An empty fold, in memory of its own; at most `bytes_max` bytes of words (32 each). Caller closes. */
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

/* base/keep.h: an entry a word; key [customer u64 big-endian][field u8]. Errors of load: ZH_FORMAT,
 * ZH_NOMEM, ZH_FULL; of save: those of the keeper. */
ZH_MUST zh_err zh_consents_save(zh_consents *consents, bool all, zh_keep keep);
ZH_MUST zh_err zh_consents_load(zh_consents *consents, zh_sv key, zh_sv value);

bool zh_consents_check(const zh_consents *consents, const char **why);

#endif
