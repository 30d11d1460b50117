/* feedback.h -- what a customer said of what he is shown: not this, never this, take that back. A fold of FEEDBACK records.
 *
 * A word is about an item, a brand or a category, and says "not interested" or "block", or takes one of them back. Of the words of
 * one kind about one thing the newest counts; of one millisecond the one that protects. So a block is not undone by a "not
 * interested" that comes later, and whatever is undone is named in the record: "the newest one" is looked up before it is written.
 *
 *     kind             what it does to his lists (decide)                        kept
 *     block            the item, brand or category is not shown                  all of them
 *     not_interested   the item is not shown, what is like it only where         the newest ZH_FEEDBACK_DISLIKES_MAX words
 *                      nothing else is left; of a brand or category: likewise
 *     useful, why      nothing; counted                                          two numbers
 *
 * Nothing decays: what a customer said stands until he takes it back (docs/CONTROL.md says why).
 *
 * Guarantees  order of words and merges never matters (property-tested). No block is ever dropped: who says one more than
 *             ZH_FEEDBACK_BLOCKS_MAX is refused before it is written, the fold takes them all.
 * Cost        O(words of the customer) a change; 32 bytes a word and its text.
 * Threads     readers together or one writer.
 * Clock       none: moments come in records.
 * Not here    what it means for a list (decide/refusal.h), who may say it (server).
 */
#ifndef ZH_PROFILE_FEEDBACK_H
#define ZH_PROFILE_FEEDBACK_H
#include "base/buf.h"
#include "base/keep.h"
#include "core/decision.h"
#include "core/record.h"

#define ZH_FEEDBACK_TEXT_BYTES_MAX 255  /* of an item id, a brand, a category: as the catalog's */
#define ZH_FEEDBACK_DISLIKES_MAX 256    /* "not interested" of a customer, undone ones too: the oldest word goes first */
#define ZH_FEEDBACK_BLOCKS_MAX 2000     /* the same of blocks, refused beyond; by hand nobody comes there */

/* Stored: append only. */
#define ZH_FEEDBACK_LIST(X)                \
    X(BLOCK,          1, "block")          \
    X(NOT_INTERESTED, 2, "not_interested") \
    X(WHY,            3, "why")            \
    X(USEFUL,         4, "useful")
typedef enum zh_feedback_kind {
#define X(name, number, text) ZH_FEEDBACK_##name = number,
    ZH_FEEDBACK_LIST(X)
#undef X
} zh_feedback_kind;
typedef enum zh_feedback_scope { ZH_FEEDBACK_ITEM = 1, ZH_FEEDBACK_BRAND = 2, ZH_FEEDBACK_CATEGORY = 3 } zh_feedback_scope;
const char *zh_feedback_kind_text(zh_feedback_kind kind);           /* "?" when unknown */
bool zh_feedback_kind_of(zh_sv text, zh_feedback_kind *out);
const char *zh_feedback_scope_text(zh_feedback_scope scope);        /* "?" when unknown */
bool zh_feedback_scope_of(zh_sv text, zh_feedback_scope *out);

/* The number of a thing: an item's, or the hash of a name as zh_item.category_hash. */
uint64_t zh_feedback_target(zh_feedback_scope scope, zh_sv text);

/* One record. */
typedef struct zh_feedback {
    zh_customer_id customer;
    zh_feedback_kind kind;
    zh_feedback_scope scope; /* of WHY and USEFUL: ITEM */
    bool is_undo;            /* takes the word of this kind about this thing back; only BLOCK and NOT_INTERESTED */
    int64_t at_ms;           /* >= 0 */
    zh_sv text;              /* the shop's item id, or the name as the catalog has it; 1 to ZH_FEEDBACK_TEXT_BYTES_MAX bytes */
    zh_decision_id decision; /* the list he speaks of; zeros: none */
    uint8_t actor_kind;      /* zh_actor_kind: for the log alone */
    uint32_t actor_number;
} zh_feedback;

bool zh_feedback_is_good(const zh_feedback *feedback); /* within the ranges above */
/* Append the record, kind byte first; it must be good (assert). Views of get point into `record`: ZH_FORMAT. */
void zh_feedback_put(const zh_feedback *feedback, zh_buf *out);
ZH_MUST zh_err zh_feedback_get(zh_sv record, zh_feedback *out);

/* What stands of one thing. Valid until the next change. */
typedef struct zh_feedback_word {
    uint64_t target;         /* zh_feedback_target() */
    int64_t at_ms;
    const char *text;        /* text_size bytes */
    uint8_t text_size;
    uint8_t kind;            /* zh_feedback_kind: BLOCK or NOT_INTERESTED */
    uint8_t scope;           /* zh_feedback_scope */
    bool is_undone;
} zh_feedback_word;

typedef struct zh_feedbacks zh_feedbacks; /* opaque */

ZH_MUST zh_err zh_feedbacks_open(zh_feedbacks **out, size_t bytes_max); /* caller closes; ZH_NOMEM */
void zh_feedbacks_close(zh_feedbacks *feedbacks);

/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_feedbacks_change(zh_feedbacks *feedbacks, const zh_feedback *feedback);
/* `gone` is absorbed by `kept`: its words join, its counts add up, then it has none. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_feedbacks_merge(zh_feedbacks *feedbacks, zh_customer_id gone, zh_customer_id kept);
/* Erasure: as if he never spoke. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_feedbacks_forget(zh_feedbacks *feedbacks, zh_customer_id customer);

/* His words, undone ones too, by kind, scope and target; NULL and 0: none. */
const zh_feedback_word *zh_feedbacks_of(const zh_feedbacks *feedbacks, zh_customer_id customer, uint32_t *count);
/* The word of this kind about this thing among `words`; NULL: none. O(log n). */
const zh_feedback_word *zh_feedback_find(const zh_feedback_word *words, uint32_t count, zh_feedback_kind kind, zh_feedback_scope scope,
                                         uint64_t target);
typedef struct zh_feedback_counts { uint32_t useful, why; } zh_feedback_counts;
zh_feedback_counts zh_feedbacks_counts(const zh_feedbacks *feedbacks, zh_customer_id customer);
bool zh_feedbacks_knows(const zh_feedbacks *feedbacks, zh_customer_id customer); /* did he ever say anything? */
size_t zh_feedbacks_customers(const zh_feedbacks *feedbacks);
uint64_t zh_feedbacks_words(const zh_feedbacks *feedbacks);
size_t zh_feedbacks_bytes(const zh_feedbacks *feedbacks);

/* Keep (base/keep.h): an entry a customer, key 8 bytes big-endian. Errors of load: ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_feedbacks_save(zh_feedbacks *feedbacks, bool all, zh_keep keep);
ZH_MUST zh_err zh_feedbacks_load(zh_feedbacks *feedbacks, zh_sv key, zh_sv value);
bool zh_feedbacks_check(const zh_feedbacks *feedbacks, const char **why);

#endif
