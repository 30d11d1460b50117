/* base.h -- the views at one moment of the log, kept apart and signed, so that the log before that moment may go.
 *
 *     DIR/base/00000007/base.json   what it is, a digest of each file below, and a signature; drawn in docs/FORMATS.md
 *     DIR/base/00000007/state/      the rows: a state (store/state.h)
 *     DIR/base/next.tmp/            one that is being made; removed by opening, as is everything else in base/
 *
 * A rebuild is base + tail: the views of the base, and the log folded on from its positions. Beside the views a base keeps what
 * cannot be told again once the log is cut: ids of the last ZH_BASE_ID_DAYS days, by day, so that what is sent again stays a
 * duplicate, and the newest sealed traits of each customer.
 *
 * Guarantees  a base is there whole or not at all: it takes its name when everything in it is durable, and the one before goes
 *             after that. A changed byte is found by verifying; another's base by its signature.
 * Threads     none inside. Who uses a base holds it (retention.h), so that no newer one takes its place meanwhile.
 */
#ifndef ZH_ENGINE_BASE_H
#define ZH_ENGINE_BASE_H
#include "base/note.h"
#include "guard/digest.h"
#include "guard/seal.h"
#include "store/log.h"
#include "store/state.h"

#define ZH_BASE_VERSION 1
#define ZH_BASE_PATH_BYTES 4096
#define ZH_BASE_ZONE_BYTES 65
#define ZH_BASE_ID_DAYS 31 /* an id is known for 30 whole days, whatever happens to its event */

typedef struct zh_base {
    uint64_t number;   /* of its folder; 0: there is none */
    int64_t made_ms;
    int64_t until_ms;  /* every record committed before is in it, and no other */
    uint32_t partitions, import_last; /* import_last: highest number of an import that began before */
    uint64_t positions[ZH_LOG_PARTITIONS_MAX]; /* records below are in it */
    uint64_t events, bytes;                    /* in its views; of its files */
    char zone[ZH_BASE_ZONE_BYTES];
    char digest[ZH_DIGEST_TEXT_BYTES];         /* of all its rows' files */
    char path[ZH_BASE_PATH_BYTES];             /* of its folder */
} zh_base;

/* The newest whole base of a data folder, by what its base.json says. Errors: ZH_ABSENT there is none; ZH_FORMAT of a newer version,
 * ZH_CORRUPT, ZH_IO, ZH_NOMEM: *why. */
ZH_MUST zh_err zh_base_find(zh_sv dir, zh_base *out, zh_note *why);
/* Remove what a crash left, and every base but this one (NULL: leave them). By opening. */
ZH_MUST zh_err zh_base_tidy(zh_sv dir, const zh_base *keep);

/* Was it written by who has this workspace's key? ZH_CORRUPT: no; *why. */
ZH_MUST zh_err zh_base_check_signature(const zh_base *base, const zh_sealer *sealer, zh_note *why);
/* Read every byte of its rows and compare. `go_on` may be NULL; false ends with ZH_STOPPED. ZH_CORRUPT: *why names the file. */
ZH_MUST zh_err zh_base_check_rows(const zh_base *base, bool (*go_on)(void *context), void *context, zh_note *why);

/* Its rows as a state of its own in `to`, which must not be there. `shared`: files are links, for who looks and goes. */
ZH_MUST zh_err zh_base_state(const zh_base *base, zh_sv to, bool shared, zh_note *why);

/* ---- making one (base_build.h fills DIR/base/next.tmp/state) ---- */

/* Note down what it is, and sign it: every byte is read and synced. *base gets digest and bytes. */
ZH_MUST zh_err zh_base_sign(zh_sv dir, zh_base *base, const zh_sealer *sealer, zh_note *why);
/* Remove one that is being made; fine when there is none. */
ZH_MUST zh_err zh_base_discard(zh_sv dir);
/* Give it its name, the one behind that of base->number; *base gets number and path. The one before is left. */
ZH_MUST zh_err zh_base_publish(zh_sv dir, zh_base *base, zh_note *why);

/* Ids in a base: the day of the commit stands before the key, so that a day can be forgotten. */
#define ZH_BASE_ID_KEY_BYTES 20
void zh_base_id_key(uint32_t day, zh_event_key key, char out[ZH_BASE_ID_KEY_BYTES]);

#endif
