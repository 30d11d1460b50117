/* entries.h -- entries of views on their way to the state: copied, sorted, taken in as one file.
 *
 * A view says its changed entries in any order, some perhaps twice; a space of the state takes a sorted file in whole or
 * not at all (zh_state_ingest), so the entries of one zh_entries_write() are seen together, also after a crash.
 *
 * Cost        put: a copy. write: a sort, and about 0.4 us an entry where going through RocksDB's memory takes 3.
 * Threads     one at a time.
 */
#ifndef ZH_ENGINE_ENTRIES_H
#define ZH_ENGINE_ENTRIES_H
#include "base/buf.h"
#include "base/keep.h"
#include "store/state.h"

#define ZH_ENTRIES_BYTES_MAX ((size_t)4 << 30) /* of one write: more than 10 million customers that changed */

typedef struct zh_entries {
    struct zh_entry_ *list_; /* private */
    size_t count_, cap_;     /* private */
    zh_buf bytes_;           /* private: keys and values */
} zh_entries;

zh_entries zh_entries_open(void);
void zh_entries_close(zh_entries *entries); /* gives the memory back; it may be used again */

/* For a view: what it says is copied. value.data NULL drops the key; of one key the later word counts.
 * Errors of put: ZH_NOMEM, ZH_FULL (ZH_ENTRIES_BYTES_MAX). */
zh_keep zh_entries_keep(zh_entries *entries);
size_t zh_entries_bytes(const zh_entries *entries);

/* All of them into the space. They stay, so that it can be done again. Errors: as zh_state_ingest(). */
ZH_MUST zh_err zh_entries_write(zh_entries *entries, zh_state *state, zh_space space);

#endif
