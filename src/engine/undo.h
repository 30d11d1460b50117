/* undo.h -- taking an import or a merge back, or leaving an erased customer out: the views are folded anew without it, beside those that work on.
 *
 *     DIR/state.next    being folded            DIR/state.ready   folded; the next opening takes it for state
 *
 * The record that undoes is in the log first, so whatever happens then, an opening finds it: with state.ready it takes
 * that and folds what came since, without it folds everything. The engine that runs goes on with the old views until
 * then, and says that it wants to be opened anew (zh_engine_wants_reopen).
 *
 * Why not swapped in place: timeline, dedup and the state's rows are read without a lock by many; an opening exists
 * already, takes as long as a restart and survives any crash.
 *
 * With a base (base.h) building begins there, so what a base knows cannot be taken back: an import's events, or some of
 * them, are not in the log any more, and views of the base have joined who was merged (zh_retention_may_undo, _may_unmerge).
 *
 * What stays  ids that an import made known and merges it caused: other events may stand on them by now. Of a merge
 *             that is taken back, what was decided since: it is not asked again where an id would have gone without it.
 * Cost        one replay in a thread of its own, and twice the memory of the views meanwhile.
 */
#ifndef ZH_ENGINE_UNDO_H
#define ZH_ENGINE_UNDO_H
#include "engine/engine.h"

/* What to leave out: imports by their numbers, merges by that of who was absorbed, erased customers by the record that says so. */
typedef struct zh_undo_skip {
    uint32_t *numbers, *merges; /* owned, as what follows */
    zh_sv *erased;
    size_t count, merges_count, erased_count;
} zh_undo_skip;
void zh_undo_skip_close(zh_undo_skip *skip);
/* Is anything taken back that the engine's views still know? Erased customers are another matter: views hide them at once, so an opening
 * need not wait for those without them (engine/eraser.h). */
bool zh_undo_is_pending(zh_world *world);
/* Those of the engine's views: all that are undone, or only those that are applied. ZH_NOMEM. */
ZH_MUST zh_err zh_undo_skip_of(zh_engine *engine, bool applied_only, zh_undo_skip *out);
ZH_MUST zh_err zh_undo_skip_of_world(zh_world *world, bool applied_only, zh_undo_skip *out);
/* Add the erased customers that a log names, for views that are folded from its first record. */
ZH_MUST zh_err zh_undo_erased_of_log(zh_log *log, zh_undo_skip *skip);
/* Those of a log, found by reading its first partition, where such records stand; without erased customers. */
ZH_MUST zh_err zh_undo_skip_of_log(zh_log *log, zh_undo_skip *out);

typedef struct zh_undo zh_undo; /* the builder; a part of the engine */

ZH_MUST zh_err zh_undo_open(zh_undo **out, zh_engine *engine); /* ZH_NOMEM */
void zh_undo_stop(zh_undo *undo);  /* a building under way ends; none begins any more */
void zh_undo_close(zh_undo *undo); /* a building under way is given up; the next opening folds */
/* Something was undone: build, or build again. */
ZH_MUST zh_err zh_undo_go(zh_undo *undo);

typedef struct zh_undo_progress {
    bool building, ready;
    uint64_t done, all; /* records */
    zh_err failed;      /* ZH_OK, or why state.ready could not be made: a restart folds then */
} zh_undo_progress;
zh_undo_progress zh_undo_progress_of(zh_undo *undo);

#endif
