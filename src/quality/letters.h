/* letters.h -- the dead letters at a glance: reason, source, time, and what became of each.
 *
 * A letter's bytes stay in the log, sealed; this view knows where each one lies and whether it was replayed or put
 * aside, so a list by reason or source costs no reading of the log. What became of a letter is a record of its own:
 *
 *     u8 kind = 12   u8 version = 1   var number   u8 outcome   i64 time   u8 actor kind   var actor number   text messageId
 *
 * The newest outcome of a letter counts (by time, then by number of the outcome), so records may come in any order.
 *
 * Entries     key number u64 big-endian; value drawn in letters.c. Beyond ZH_LETTERS_MAX the oldest are no longer listed;
 *             they stay in the log.
 * Guarantees  the same records in the order of the log give the same entries.
 * Cost        fold O(1); a page O(letters looked at), about 5 ns each.
 * Threads     readers together or one writer.
 */
#ifndef ZH_QUALITY_LETTERS_H
#define ZH_QUALITY_LETTERS_H
#include "base/keep.h"
#include "core/deadletter.h"
#include "core/record.h"

#define ZH_LETTERS_MAX 262144u /* listed; about 14 MB. A shop with more has one mistake many times */

typedef enum zh_letter_outcome { /* stored: append only */
    ZH_LETTER_OPEN, ZH_LETTER_REPLAYED, ZH_LETTER_DISCARDED,
    ZH_LETTER_OUTCOMES
} zh_letter_outcome;
const char *zh_letter_outcome_text(zh_letter_outcome outcome);  /* "open", "replayed", "discarded" */
zh_letter_outcome zh_letter_outcome_of(zh_sv text);             /* ZH_LETTER_OUTCOMES: none of them */

/* What became of a letter. */
typedef struct zh_letter_word {
    uint64_t letter;
    zh_letter_outcome outcome;
    int64_t at_ms;
    uint8_t actor_kind;     /* zh_actor_kind, and its number */
    uint32_t actor_number;
    zh_sv message_id;       /* of the event it became; else empty */
} zh_letter_word;
void zh_letter_word_put(const zh_letter_word *word, zh_buf *out);
ZH_MUST zh_err zh_letter_word_get(zh_sv record, zh_letter_word *out); /* ZH_FORMAT; the text points into `record` */

typedef struct zh_letter { /* of one letter */
    uint64_t number, sequence; /* where it lies in the log */
    uint32_t partition;
    zh_source_id source;
    int64_t received_ms, outcome_ms; /* outcome_ms 0: open */
    uint8_t why, outcome;      /* zh_reject, zh_letter_outcome */
} zh_letter;

typedef struct zh_letters zh_letters; /* opaque */
ZH_MUST zh_err zh_letters_open(zh_letters **out); /* caller closes */
void zh_letters_close(zh_letters *letters);

/* A dead letter at its place in the log. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_letters_fold(zh_letters *letters, const zh_deadletter *letter, uint32_t partition, uint64_t sequence);
/* A record of zh_letter_word_put(). Unknown letters change nothing. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_letters_say(zh_letters *letters, zh_sv record);

const zh_letter *zh_letters_get(const zh_letters *letters, uint64_t number); /* NULL: not listed */

/* Which letters are meant. A reason of ZH_REJECT_NONE, source 0 and outcome ZH_LETTER_OUTCOMES mean any. */
typedef struct zh_letters_filter {
    zh_reject why;
    zh_source_id source;
    zh_letter_outcome outcome;
    uint64_t before; /* only those with a smaller number; 0: all */
} zh_letters_filter;
/* The newest that pass, newest first; returns how many. */
size_t zh_letters_find(const zh_letters *letters, const zh_letters_filter *filter, zh_letter *out, size_t most);
/* How many pass, whatever their reason (counts by zh_reject), before and limits ignored. */
void zh_letters_count(const zh_letters *letters, const zh_letters_filter *filter, uint32_t by_reason[ZH_REJECT_COUNT]);

ZH_MUST zh_err zh_letters_save(zh_letters *letters, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_letters_load(zh_letters *letters, zh_sv key, zh_sv value);
bool zh_letters_check(const zh_letters *letters, const char **why);
size_t zh_letters_bytes(const zh_letters *letters);

#endif
