/* identity.h -- which customer is behind an id?
 *
 * A shop names its customers by ids of several kinds. Here an external id is known by its kind and
 * its blind index only (a keyed hash made by guard); the text itself is sealed. The table leads
 * from external ids to dense customer numbers, and from a number that was absorbed by a merge to
 * the one that survives. zh_identity_plan() decides, for one event, whose event it is and what has
 * to be recorded first; it changes nothing. Records change the table: zh_identity_fold().
 *
 *     plan ─► IDENTITY / MERGE records ─► log ─► fold
 *
 * Guarantees  an absorbed number redirects until a person takes the merge back; no cycles; folding a record again, or records
 *             older than the table (a checkpoint may be ahead of the log position), changes nothing.
 * Cost        find, root, next, dek: O(1). plan: O(numbers absorbed). A merge: O(numbers absorbed).
 *             168 bytes a customer with two ids, 69 of them its wrapped key, and 18 to 37 for the
 *             index; sealed texts stay in the state store.
 * Threads     readers together or one writer.
 * Not here    blind indexes and sealing (guard), which ids identify nobody (collect), what a merge
 *             does to histories (profile/customer.h).
 */
#ifndef ZH_PROFILE_IDENTITY_H
#define ZH_PROFILE_IDENTITY_H
#include "base/buf.h"
#include "base/keep.h"
#include "core/id.h"
#include "guard/seal.h"

#define ZH_IDENTITY_SEALED_BYTES_MAX 512 /* ZH_EXTERNAL_ID_BYTES_MAX, nonce, tag and a margin */
#define ZH_IDENTITY_LINKS_MAX 3          /* one event adds: user id, anonymous id, previous id */
#define ZH_IDENTITY_ABSORBED_MAX 256     /* numbers one customer may absorb by plan: a kiosk or a test
                                          * login must not swallow the shop. Records are obeyed. */
#define ZH_IDENTITY_DEVICE_MOVES 8       /* newest customers of one anonymous id that are remembered, with times */
#define ZH_IDENTITY_TURN_MAX 16000000u   /* moves of one id; after that it stays (24 bits in memory) */
#define ZH_IDENTITY_CUSTOMERS_MAX 0xFFFFFFF0u /* numbers are 32 bits wide in memory */

/* Stored: append only (e-mail, phone … may follow). */
typedef enum zh_id_kind { ZH_ID_USER = 1, ZH_ID_ANONYMOUS = 2, ZH_ID_KIND_END } zh_id_kind;

typedef struct zh_external_id {
    zh_id_kind kind;
    zh_blind_id blind;
} zh_external_id;

/* IDENTITY: `id` belongs to `customer`.
 *
 *     OFFSET  SIZE  MEANING
 *          0     2  record kind, version 1
 *          2     1  id kind
 *          3    16  blind index, high then low
 *         19     8  customer
 *         27     4  turn: 1 when first linked, one more each time the id moves to another customer
 *         31     8  at_ms: the time of the event that said so
 *         39     1  1 when a wrapped key follows, else 0
 *         40   69?  wrapped key: present where this record makes the customer
 *          .     .  sealed text, size as var before it */
typedef struct zh_identity_link {
    zh_external_id id;
    zh_customer_id customer;
    uint32_t turn;
    int64_t at_ms;
    zh_sv sealed;     /* the id's text, sealed; at most ZH_IDENTITY_SEALED_BYTES_MAX */
    zh_sv dek;        /* the bytes of a zh_wrapped_dek, or empty */
} zh_identity_link;

/* Stored: append only. */
typedef enum zh_merge_why { ZH_MERGE_LOGIN = 1, ZH_MERGE_ALIAS = 2, ZH_MERGE_MANUAL = 3, ZH_MERGE_WHY_END } zh_merge_why;

/* MERGE: [kind, version 1][from u64][to u64][at_ms i64][why u8]. */
typedef struct zh_identity_merge {
    zh_customer_id from, to; /* both > 0, different */
    int64_t at_ms;
    zh_merge_why why;
} zh_identity_merge;

/* UNMERGE: [kind, version 1][from u64][to u64][at_ms i64][merged_ms i64][why u8][actor kind u8][actor var].
 * The merge of `from` is taken back: it and what it had absorbed before stand for themselves again. */
typedef struct zh_identity_unmerge {
    zh_customer_id from, to; /* of the merge */
    int64_t at_ms;
    int64_t merged_ms;       /* when it was merged, and why */
    zh_merge_why why;
    uint8_t actor_kind;      /* zh_actor_kind */
    uint32_t actor_number;
} zh_identity_unmerge;

void zh_identity_unmerge_put(const zh_identity_unmerge *unmerge, zh_buf *out);
ZH_MUST zh_err zh_identity_unmerge_get(zh_sv record, zh_identity_unmerge *out); /* ZH_FORMAT */
void zh_identity_link_put(const zh_identity_link *link, zh_buf *out);
void zh_identity_merge_put(const zh_identity_merge *merge, zh_buf *out);
/* Views point into `record`. Errors: ZH_FORMAT (any other bytes). */
ZH_MUST zh_err zh_identity_link_get(zh_sv record, zh_identity_link *out);
ZH_MUST zh_err zh_identity_merge_get(zh_sv record, zh_identity_merge *out);

typedef struct zh_identity zh_identity;

/* Reads one entry of this view, as kept by the last saves; ZH_ABSENT when it is not there. */
typedef zh_err (*zh_identity_get)(void *context, zh_sv key, zh_buf *out);

typedef struct zh_identity_desc {
    zh_identity_get get; /* NULL: sealed texts stay in memory (tests, small shops) */
    void *context;       /* given back to get; borrowed */
    size_t bytes_max;    /* bound of all memory; 0: 4 GiB */
} zh_identity_desc;

ZH_MUST zh_err zh_identity_open(zh_identity **out, const zh_identity_desc *desc);
void zh_identity_close(zh_identity *identity);

/* Fold an IDENTITY, MERGE, UNMERGE or ERASURE record; other kinds are ignored. Errors: ZH_FORMAT, ZH_NOMEM (nothing changed). */
ZH_MUST zh_err zh_identity_fold(zh_identity *identity, zh_sv record);
/* An erasure: the keys and ids of this customer and of all it absorbed are gone, and older records
 * never bring them back. Unknown is fine. Errors: ZH_NOMEM (nothing changed). */
ZH_MUST zh_err zh_identity_forget(zh_identity *identity, zh_customer_id customer);
/* One step of a key rotation: the same key, wrapped anew. Errors: ZH_ABSENT unknown or erased, ZH_NOMEM. */
ZH_MUST zh_err zh_identity_rewrap(zh_identity *identity, zh_customer_id customer, const zh_wrapped_dek *dek);

/* The customer behind an id (after merges: the survivor); 0: unknown. */
zh_customer_id zh_identity_find(const zh_identity *identity, const zh_external_id *id);
/* The survivor of a number; the number itself where it was never absorbed (also when unknown). */
zh_customer_id zh_identity_root(const zh_identity *identity, zh_customer_id customer);
/* The next number that was never used. */
zh_customer_id zh_identity_next(const zh_identity *identity);
/* The wrapped key of exactly this number (absorbed ones keep theirs: what was sealed before the
 * merge stays so), valid until the next change; NULL: unknown or erased. */
const zh_wrapped_dek *zh_identity_dek(const zh_identity *identity, zh_customer_id customer);
/* Has this customer an id of a known person (ZH_ID_USER), itself or by absorption? */
bool zh_identity_is_known(const zh_identity *identity, zh_customer_id customer);
size_t zh_identity_customers(const zh_identity *identity); /* numbers in use, absorbed ones too */
size_t zh_identity_bytes(const zh_identity *identity);     /* memory held */

/* Was the merge of this number taken back? And had it been folded here before? Then views know it as merged until they are
 * folded anew, without it. */
bool zh_identity_is_apart(const zh_identity *identity, zh_customer_id customer);
bool zh_identity_is_pending(const zh_identity *identity, zh_customer_id customer);
/* The numbers whose merges were taken back, or of them those that no view knows as merged; at most `room` into `out`.
 * Returns how many there are. */
size_t zh_identity_unmerged(const zh_identity *identity, bool applied_only, uint32_t *out, size_t room);

/* Was this number erased? */
bool zh_identity_is_erased(const zh_identity *identity, zh_customer_id customer);
/* How often this id was linked, 0: it is unknown. Above 1: it moved here from another customer. */
uint32_t zh_identity_turn(const zh_identity *identity, const zh_external_id *id);

/* Known customers (survivors, each once) among the last that used this anonymous id; 1 where it never moved from a known one. */
uint32_t zh_identity_device_customers(const zh_identity *identity, const zh_external_id *id);

/* All ids of a customer and of those it absorbed, in no particular order: sort before showing.
 *     for (zh_identity_links it = zh_identity_links_of(id, customer); zh_identity_links_next(&it);) use(it.id);
 * The table must not change meanwhile. */
typedef struct zh_identity_links {
    zh_external_id id;
    zh_customer_id customer; /* the number it was linked to: the survivor or an absorbed one */
    const zh_identity *identity_;
    uint32_t link_, number_;
} zh_identity_links;
zh_identity_links zh_identity_links_of(const zh_identity *identity, zh_customer_id customer);
bool zh_identity_links_next(zh_identity_links *it);

/* The numbers a customer absorbed, ascending, itself not among them. */
typedef struct zh_identity_absorbed {
    zh_customer_id customer;
    const zh_identity *identity_;
    uint32_t number_;
} zh_identity_absorbed;
zh_identity_absorbed zh_identity_absorbed_of(const zh_identity *identity, zh_customer_id customer);
bool zh_identity_absorbed_next(zh_identity_absorbed *it);

/* Append the sealed text of an id, from memory or through desc.get. Errors: ZH_ABSENT, ZH_CORRUPT, get's own. */
ZH_MUST zh_err zh_identity_sealed(zh_identity *identity, const zh_external_id *id, zh_buf *out);

/* How far ids are joined: a workspace's choice. It is asked when an event is planned, never in a fold. */
typedef struct zh_identity_policy {
    uint32_t users_max;     /* user ids one customer may have, all of them by alias: a login never joins two */
    uint32_t anonymous_max; /* anonymous ids one customer may have */
    uint32_t shared_from;   /* so many known customers on one anonymous id: it is a shared device's. 2 .. ZH_IDENTITY_DEVICE_MOVES */
} zh_identity_policy;
#define ZH_IDENTITY_POLICY_DEFAULT ((zh_identity_policy){ .users_max = 10, .anonymous_max = 250, .shared_from = 3 })
#define ZH_IDENTITY_POLICY_IDS_MAX 250 /* of users_max and anonymous_max */

typedef struct zh_identity_ask {
    const zh_identity_policy *policy;          /* NULL: no limits */
    int64_t time_ms;                           /* of the event */
    bool has_user, has_anonymous, has_previous;
    bool is_alias, is_unbind;                  /* what becomes of `previous`; without either it is ignored */
    zh_blind_id user, anonymous;
    zh_blind_id previous_user;                 /* previousId, as if it were a user id */
    zh_blind_id previous_anonymous;            /* … and as if it were an anonymous id */
    bool may_be_user;                          /* only an anonymous id, of which nobody said whether it is a user's */
    zh_blind_id anonymous_user;                /* … and as if it were a user id */
} zh_identity_ask;

typedef enum zh_identity_text { ZH_TEXT_USER, ZH_TEXT_ANONYMOUS, ZH_TEXT_PREVIOUS } zh_identity_text;

typedef struct zh_identity_step {
    zh_external_id id;
    zh_customer_id customer;
    uint32_t turn;
    zh_identity_text text; /* which of the event's ids is to be sealed into the record */
    bool makes;            /* the customer is new: it gets a key */
} zh_identity_step;

/* Why ids of an event were not joined. */
enum {
    ZH_IDENTITY_HELD_LIMIT = 1,  /* the customer has as many ids of the kind as the policy lets */
    ZH_IDENTITY_HELD_DEVICE = 2, /* a device of many: what happens there without a login is of nobody known */
    ZH_IDENTITY_HELD_APART = 4,  /* a person took this merge back */
};

/* What to record before the event, in this order: links, then the merge. A link that makes its customer carries the new key. */
typedef struct zh_identity_plan {
    zh_customer_id customer; /* whose event it is, after the merge: a survivor */
    zh_customer_id own;      /* the number its id was linked to, absorbed or not: what the event carries, so that a merge can be taken back */
    bool is_new;
    zh_identity_step links[ZH_IDENTITY_LINKS_MAX];
    uint32_t links_count;
    bool has_merge;
    zh_customer_id from, to; /* where has_merge; from survives until then, to may be absorbed already */
    zh_merge_why why;
    uint32_t held;           /* ZH_IDENTITY_HELD_ */
} zh_identity_plan;

/* This id will be looked up soon: bring its memory near, a step at a time, since each step needs what the one before
 * brought. 0: the index, 1: the link, 2: the customer. A hint, without effect on any answer. */
void zh_identity_prefetch(const zh_identity *identity, const zh_external_id *id, int step);

/* Decide, purely. At least one of user and anonymous is there. README.md has the table of cases. */
void zh_identity_plan_make(const zh_identity *identity, const zh_identity_ask *ask, zh_identity_plan *out);

/* Keep (base/keep.h). Keys: 'C' and the number (8 bytes, big-endian), 'L', id kind and blind index.
 * Sealed texts are let go at the end of the save after the one that wrote them: the store has them by then.
 * Errors: the keeper's, get's, ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_identity_save(zh_identity *identity, bool all, zh_keep keep);
/* A save of what changed in steps of `most` entries, so that others need not wait for the whole of it. The table may
 * change between the steps: each entry is written as it is then, never older than at the begin. After an error the next
 * begin takes what was left with the rest; what `keep` got before it must not be thrown away. */
ZH_MUST zh_err zh_identity_save_begin(zh_identity *identity, zh_keep keep);
ZH_MUST zh_err zh_identity_save_some(zh_identity *identity, size_t most, zh_keep keep, bool *done);
ZH_MUST zh_err zh_identity_load(zh_identity *identity, zh_sv key, zh_sv value);

/* Is the table as this file promises? Else *why is a static sentence. O(everything). */
bool zh_identity_check(const zh_identity *identity, const char **why);

#endif
