/* record.h -- the kinds of records in the log: one byte at the head of each.
 *
 * A record is [kind u8][version u8][body]. Bodies: events in core/event.h, the others by the
 * module that folds them. `input` records are facts from outside; `derived` ones are what zhun
 * concluded, regenerated and compared by `zhun check`. docs/FORMATS.md draws each body.
 */
#ifndef ZH_CORE_RECORD_H
#define ZH_CORE_RECORD_H
#include "base/buf.h"

/* Stored: append only, numbers never move. */
#define ZH_RECORD_LIST(X)                                                                    \
    X(EVENT,       1, "event")        /* input: a canonical event (core/event.h) */          \
    X(IDENTITY,    2, "identity")     /* input: an external id belongs to a customer (profile/identity.h) */ \
    X(MERGE,       3, "merge")        /* input: a customer is absorbed by another (profile/identity.h) */    \
    X(ITEM,        4, "item")         /* input: a catalog change (catalog/item.h) */         \
    X(CONSENT,     5, "consent")      /* input: a customer's choice (guard/consent.h) */     \
    X(DEFINITION,  6, "definition")   /* input: source, key, user, setting (guard/registry.h) */ \
    X(DEADLETTER,  7, "deadletter")   /* input: what could not be taken, with the reason (core/deadletter.h) */ \
    X(DECISION,    8, "decision")     /* derived: what was chosen and why (core/decision.h) */ \
    X(TICK,        9, "tick")         /* input: time passed */                               \
    X(FEEDBACK,   10, "feedback")     /* input: not interested, block, undo (profile) */     \
    X(POLICIES,   11, "policies")     /* input: policies compared elsewhere (measure/policies.h) */ \
    X(OUTCOME,    12, "outcome")      /* input: what became of a dead letter (quality/letters.h) */ \
    X(WORD,       13, "word")         /* input: a rule of the tracking plan; "this is true" (quality/word.h) */ \
    X(IMPORT,     14, "import")       /* input: a file that is brought in, or its undoing (collect/imports.h) */ \
    X(UNMERGE,    15, "unmerge")      /* input: a merge is taken back (profile/identity.h) */ \
    X(BOUNDARIES, 16, "boundaries")   /* derived: the borders between fifths of the buyers (segment/boundaries.h) */ \
    X(TAG,        18, "tag")          /* input: a customer has a tag, or has it no more (profile/tags.h) */ \
    X(LIST,       19, "list")         /* input: customers come on a list, or leave it (profile/tags.h) */ \
    X(PREDICTIONS, 21, "predictions") /* derived: what was learnt of customers, and how it was tested (measure/predictions.h) */ \
    X(ALLOCATION, 22, "allocation")   /* derived: with what chances a bandit draws its arms (measure/allocation.h) */ \
    X(ERASURE,    26, "erasure")      /* input: a customer is forgotten, and what of it is done (profile/erasures.h) */ \
    X(GONE,       27, "gone")         /* in the place of a record of a forgotten customer (profile/erasures.h) */ \
    X(WATCH,      28, "watch")        /* derived: is a placement still varied, and what is explored (measure/watch.h) */ \
    X(MESSAGE,    30, "message")      /* input: a message is planned, and what becomes of it (reach/message.h) */ \
    X(OFFER,      32, "offer")        /* input: a coupon is claimed, an order holds, uses or gives back offers (offer/act.h) */ \
    X(QUOTE,      33, "quote")        /* input: a price that was told, and what it was made of (offer/quote.h) */ \
    X(JOURNEY,    34, "journey")      /* input: a customer enters a journey, and where in it he goes (reach/instance.h) */
typedef enum zh_record_kind {
#define X(name, number, text) ZH_RECORD_##name = number,
    ZH_RECORD_LIST(X)
#undef X
} zh_record_kind;

/* Kind of a record, 0 when it is empty or unknown to this version. */
zh_record_kind zh_record_kind_of(zh_sv record);
const char *zh_record_kind_text(zh_record_kind kind); /* "?" when unknown */

/* The import a record came with, 0: none. Events and items have it behind their version where that is 2; the rest is
 * as in version 1. */
uint32_t zh_record_import_of(zh_sv record);

/* Start a record. */
static inline void zh_record_begin(zh_buf *out, zh_record_kind kind, uint8_t version)
{
    zh_buf_put_u8(out, (uint8_t)kind);
    zh_buf_put_u8(out, version);
}

#endif
