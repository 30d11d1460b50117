/* dedup.h -- was this event taken before? Exactly, across restarts.
 *
 * The latest keys stand in two tables in memory, all older ones in the state's DEDUP space. The
 * committer asks and inserts; the fold thread writes the same keys to the state when it folds the
 * event, so a key is in memory at least until it is there. While a shop is small enough to be
 * held whole in memory the state is not asked at all.
 *
 * Guarantees  exact: no false "new" and no false "seen" as long as the 128-bit key is one.
 *             The same key with another body is told apart, never dropped in silence.
 * Cost        about 60 ns in memory. Of older keys a Bloom filter in memory (1.5 bytes a key) says no to 99 in a hundred
 *             strangers; the rest asks the state, 10 to 50 us. The filter is read in by a thread after the opening; until then the state is asked.
 *             24 bytes a key at a load of at most 3/4; at most two tables of ZH_DEDUP_KEYS.
 * Threads     one: the committer. zh_dedup_keep belongs to the keeper and touches no table.
 */
#ifndef ZH_ENGINE_DEDUP_H
#define ZH_ENGINE_DEDUP_H
#include "core/id.h"
#include "store/state.h"

#define ZH_DEDUP_KEYS (1u << 19) /* keys in a table before it may turn over: 18 MB, minutes of a busy shop */

typedef struct zh_dedup zh_dedup;

typedef enum zh_seen { ZH_SEEN_NEW, ZH_SEEN_SAME, ZH_SEEN_OTHER_BODY } zh_seen;

/* `state` is borrowed. Reads up to ZH_DEDUP_KEYS keys from it. Errors: ZH_NOMEM, ZH_IO, ZH_CORRUPT. */
ZH_MUST zh_err zh_dedup_open(zh_dedup **out, zh_state *state);
void zh_dedup_close(zh_dedup *dedup);

/* Ask, and on ZH_SEEN_NEW remember it. Errors: ZH_NOMEM, ZH_IO, ZH_CORRUPT. */
ZH_MUST zh_err zh_dedup_ask(zh_dedup *dedup, zh_event_key key, uint64_t body_hash, zh_seen *seen);
bool zh_dedup_is_filtered(const zh_dedup *dedup); /* the filter has been read in */
void zh_dedup_prefetch(const zh_dedup *dedup, zh_event_key key); /* it will be asked soon: bring its memory near */
/* Take back a key whose append failed. */
void zh_dedup_forget(zh_dedup *dedup, zh_event_key key);

/* May the tables turn over? Then the older one is dropped; the caller says so only when every key
 * that was asked before the last turn has been put into the state. */
bool zh_dedup_is_full(const zh_dedup *dedup);
void zh_dedup_turn(zh_dedup *dedup);

/* Fold side: keys on their way to the state, written together, sorted. */
typedef struct zh_dedup_row {
    zh_event_key key;
    uint64_t body_hash;
} zh_dedup_row;
/* Sorts `rows`. A key that is there already keeps its place. `day`: UTC days since 1970 at which the newest of them was committed; see
 * zh_state_forget_before. Errors: ZH_NOMEM, ZH_IO, ZH_FULL. */
ZH_MUST zh_err zh_dedup_keep(zh_state *state, zh_dedup_row *rows, size_t count, uint16_t day);

#endif
