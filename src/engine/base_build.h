/* base_build.h -- the next base: the one before, folded on to a moment of the log.
 *
 *     base 6 ──► a copy ──► its views, + records committed before `until` ──► DIR/base/next.tmp ──► (base.h) base 7
 *
 * It is not a picture of the views that work: what an import that is undone brought is left out, identity is not ahead, and a
 * base holds nothing that is still in the log and later than its moment. So a check after it still proves all that the log tells, and an
 * import can be taken back as long as all of it is in the log.
 *
 * Cost        10 to 20 us an event that the base takes in (with its rows in the state and files), and the views in memory a second time while it lasts.
 * Threads     one at a time for a folder, on any thread; the engine goes on meanwhile.
 */
#ifndef ZH_ENGINE_BASE_BUILD_H
#define ZH_ENGINE_BASE_BUILD_H
#include "engine/base.h"
#include "engine/world.h"

typedef struct zh_base_build_desc {
    zh_sv dir;               /* the data folder */
    const zh_base *from;     /* the one before; number 0: the log has its first record */
    zh_log *log;
    int64_t until_ms, now_ms;
    zh_sales_desc sales;
    const zh_tz *tz;
    zh_sv zone;
    const struct zh_undo_skip *skip; /* imports and merges that are undone */
    bool (*go_on)(void *context); /* asked often; may rest. False: ZH_STOPPED */
    void *context;
} zh_base_build_desc; /* borrowed */

/* Fill DIR/base/next.tmp/state, and *out, which is not signed yet. Errors: ZH_STOPPED, ZH_FULL, ZH_IO, ZH_NOMEM, ZH_CORRUPT; *why. */
ZH_MUST zh_err zh_base_build(const zh_base_build_desc *desc, zh_base *out, zh_note *why);

/* What a base and a state keep of an event with sealed traits when the log drops it: its record without what is kept elsewhere. */
ZH_MUST zh_err zh_base_trait_record(const zh_event *event, zh_buf *out);
static inline uint32_t zh_base_day(int64_t commit_ms) /* since 1970 */
{
    return commit_ms < 0 ? 0 : (uint32_t)(commit_ms / 86400000);
}

#endif
