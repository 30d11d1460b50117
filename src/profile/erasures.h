/* erasures.h -- customers who are forgotten: the record that says so, what of it is done, and whom every fold passes over.
 *
 *     ASKED ─► keys, ids and what is known of him go at once ─► views folded anew without him ─► his records in the log emptied
 *              (the fold of this record)                        part VIEWS                       part LOG … then COMPLETE
 *
 * One rule, as with imports that are taken back (collect/imports.h): a record that carries one of the numbers is passed over. A later event of
 * the same id begins a new customer with a new number, so numbers never come back.
 *
 * The record has no id of the customer: his numbers, a keyed hash of the id that was asked for, and keyed hashes of those ids alone that had
 * belonged to others before (a shared device), because the table of ids must let go of them in a rebuild too, where the records that moved
 * them here are gone.
 *
 * GONE stands in the log where a record of his was, so that positions stay: [kind, version 1][kind it was u8][decision id 16, where that was a
 * decision]: whoever asks for the decision learns why it cannot be told.
 *
 * Guarantees  the same records, the same entries. Parsing takes any bytes.
 * Cost        is_gone: one look-up, none where nobody was ever erased. Some hundred bytes an erasure in memory, for ever.
 * Threads     readers together or one writer.
 */
#ifndef ZH_PROFILE_ERASURES_H
#define ZH_PROFILE_ERASURES_H
#include "base/keep.h"
#include "core/decision.h"
#include "core/record.h"
#include "profile/identity.h"

#define ZH_ERASURES_MAX 10000000u          /* of a workspace, ever */
#define ZH_ERASURE_NUMBERS_MAX 4096        /* of one customer: a plan merges 256, people may join more */
#define ZH_ERASURE_IDS_MAX 4096
#define ZH_ERASURE_LETTERS_MAX 65536       /* dead letters that name him */
#define ZH_ERASURE_REASON_BYTES_MAX 200
#define ZH_ERASURE_SUBJECT_BYTES 16
#define ZH_ERASURE_RECORD_BYTES_MAX (640u << 10) /* all of these at their maximum, and a margin */

/* Stored: append only. */
typedef enum zh_erasure_part {
    ZH_ERASED_VIEWS = 1, /* every view is as if he never was; count: records passed over is not known, 0 */
    ZH_ERASED_LOG,       /* count: records of his in the log that were emptied */
    ZH_ERASED_FILES,     /* count: kept files that named him, removed */
    ZH_ERASED_COMPLETE,  /* all of it */
    ZH_ERASED_PARTS
} zh_erasure_part;

typedef enum zh_erasure_phase { ZH_ERASURE_ASKED = 1, ZH_ERASURE_DONE } zh_erasure_phase;

/* ERASURE: [kind, version 1][phase u8][number var][at_ms i64], then
 *   ASKED  actor kind u8, actor var, subject 16, reason text, var numbers: u32 each; var ids: kind u8, blind 16 each; var letters: u64 each
 *   DONE   part u8, count var */
typedef struct zh_erasure { /* read by the functions below */
    zh_erasure_phase phase;
    uint32_t number;       /* from 1 */
    int64_t at_ms;
    uint8_t actor_kind;    /* zh_actor_kind */
    uint32_t actor_number;
    uint8_t subject[ZH_ERASURE_SUBJECT_BYTES]; /* a keyed hash of the id that was asked for */
    zh_sv reason;          /* as people wrote it; it must not name him */
    zh_sv numbers_, ids_, letters_; /* as they lie in the record; private, see below */
    uint32_t numbers_count, ids_count, letters_count;
    zh_erasure_part part;  /* of DONE */
    uint64_t count;
} zh_erasure;
zh_customer_id zh_erasure_number(const zh_erasure *erasure, uint32_t at);
zh_external_id zh_erasure_id(const zh_erasure *erasure, uint32_t at);
uint64_t zh_erasure_letter(const zh_erasure *erasure, uint32_t at);

/* `erasure` without lists of its own; these give them. Counts at most the maxima above (assert). */
void zh_erasure_put(const zh_erasure *erasure, const zh_customer_id *numbers, uint32_t numbers_count, const zh_external_id *ids, uint32_t ids_count,
                    const uint64_t *letters, uint32_t letters_count, zh_buf *out);
ZH_MUST zh_err zh_erasure_get(zh_sv record, zh_erasure *out); /* ZH_FORMAT; views of `record` */

/* GONE. */
typedef struct zh_gone {
    zh_record_kind was;
    zh_decision_id decision; /* where that is DECISION */
} zh_gone;
void zh_gone_put(const zh_gone *gone, zh_buf *out);
ZH_MUST zh_err zh_gone_get(zh_sv record, zh_gone *out); /* ZH_FORMAT */

/* ---- the view ---- */

typedef struct zh_erasures zh_erasures;

typedef struct zh_erasure_entry {
    zh_erasure asked;      /* views are valid until the view is closed */
    bool is_folded;        /* false: the log has not come to it yet; it is passed over from the beginning */
    bool is_applied;       /* no view was folded from his records */
    uint64_t sequence;     /* of the record in the first partition */
    struct { int64_t at_ms; uint64_t count; } parts[ZH_ERASED_PARTS]; /* at_ms 0: not done */
} zh_erasure_entry;

/* `ahead`: ERASURE records whose customers are passed over from the beginning, copied. The caller closes. ZH_NOMEM, ZH_FORMAT. */
ZH_MUST zh_err zh_erasures_open(zh_erasures **out, const zh_sv *ahead, size_t ahead_count);
void zh_erasures_close(zh_erasures *erasures);

/* `sequence`: its place in the first partition. ZH_FORMAT no record of ours, ZH_NOMEM. Said twice changes nothing. */
ZH_MUST zh_err zh_erasures_fold(zh_erasures *erasures, zh_sv record, uint64_t sequence);

/* Nobody was ever erased. */
bool zh_erasures_is_empty(const zh_erasures *erasures);
/* Is a record of this number, or this dead letter, to be passed over? */
bool zh_erasures_is_gone(const zh_erasures *erasures, zh_customer_id customer);
/* The number of the erasure of this customer, or of this letter; 0: none. */
uint32_t zh_erasures_of(const zh_erasures *erasures, zh_customer_id customer);
uint32_t zh_erasures_of_letter(const zh_erasures *erasures, uint64_t letter);
bool zh_erasures_is_letter_gone(const zh_erasures *erasures, uint64_t letter);

uint32_t zh_erasures_last(const zh_erasures *erasures); /* highest number, 0: none; of those folded */
const zh_erasure_entry *zh_erasures_get(const zh_erasures *erasures, uint32_t number); /* NULL: none, or not folded yet */
/* The highest number there is, folded or not. */
uint32_t zh_erasures_highest(const zh_erasures *erasures);
/* The record of one, as kept; data NULL: none. */
zh_sv zh_erasures_record(const zh_erasures *erasures, uint32_t number);
/* Is anybody erased whose records some view was folded from? */
bool zh_erasures_is_pending(const zh_erasures *erasures);
/* The records of all that are folded, or of them those that are applied; at most `room` into `out`, views of the view. How many there are. */
size_t zh_erasures_records(const zh_erasures *erasures, bool applied_only, zh_sv *out, size_t room);

ZH_MUST zh_err zh_erasures_save(zh_erasures *erasures, bool all, zh_keep keep); /* base/keep.h; key: u32 number, big-endian */
ZH_MUST zh_err zh_erasures_load(zh_erasures *erasures, zh_sv key, zh_sv value);
bool zh_erasures_check(const zh_erasures *erasures, const char **why);
size_t zh_erasures_bytes(const zh_erasures *erasures);

#endif
