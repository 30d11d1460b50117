#include "engine/undo.h"

#include "core/record.h"
#include "engine/world_erasures.h"
#include "sys/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_BYTES 4096

struct zh_undo {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    bool wanted, stopping, building, ready;
    zh_err failed;
    zh_fold *fold; /* of the building; to be told to stop */
    _Atomic uint64_t done, all;
};

/* ---- what is to be left out ---- */

void zh_undo_skip_close(zh_undo_skip *skip)
{
    free(skip->numbers);
    free(skip->merges);
    for (size_t i = 0; i < skip->erased_count; i++) free((void *)(uintptr_t)skip->erased[i].data);
    free(skip->erased);
    *skip = (zh_undo_skip){ 0 };
}

bool zh_undo_is_pending(zh_world *w)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const bool merges = zh_identity_unmerged(w->identity, false, NULL, 0) > zh_identity_unmerged(w->identity, true, NULL, 0);
    pthread_rwlock_unlock(&w->identity_lock);
    return merges || zh_imports_is_pending(w->imports);
}

static zh_err merges_of(zh_world *w, bool applied_only, zh_undo_skip *out)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const size_t count = zh_identity_unmerged(w->identity, applied_only, NULL, 0);
    out->merges = calloc(count + 1, sizeof *out->merges);
    if (out->merges != NULL) out->merges_count = zh_identity_unmerged(w->identity, applied_only, out->merges, count);
    pthread_rwlock_unlock(&w->identity_lock);
    return out->merges == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_undo_skip_of(zh_engine *engine, bool applied_only, zh_undo_skip *out)
{
    return zh_undo_skip_of_world(zh_engine_world(engine), applied_only, out);
}

static zh_err add_erased(zh_undo_skip *skip, zh_sv record)
{
    if ((skip->erased_count & (skip->erased_count - 1)) == 0) { /* full at 0, 1, 2, 4 … */
        const size_t room = skip->erased_count == 0 ? 1 : skip->erased_count * 2;
        zh_sv *more = realloc(skip->erased, room * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        skip->erased = more;
    }
    char *bytes = malloc(record.size);
    if (bytes == NULL) return ZH_NOMEM;
    memcpy(bytes, record.data, record.size);
    skip->erased[skip->erased_count++] = (zh_sv){ bytes, record.size };
    return ZH_OK;
}

/* Under the world's lock. */
static zh_err erased_of(const zh_world *w, bool applied_only, zh_undo_skip *out)
{
    zh_err e = ZH_OK;
    for (uint32_t number = 1; e == ZH_OK && number <= zh_erasures_last(w->erasures); number++) {
        const zh_erasure_entry *entry = zh_erasures_get(w->erasures, number);
        if (entry != NULL && (!applied_only || entry->is_applied)) e = add_erased(out, zh_erasures_record(w->erasures, number));
    }
    return e;
}

zh_err zh_undo_skip_of_world(zh_world *w, bool applied_only, zh_undo_skip *out)
{
    *out = (zh_undo_skip){ .numbers = calloc(ZH_IMPORTS_MAX, sizeof *out->numbers) };
    if (out->numbers == NULL) return ZH_NOMEM;
    zh_world_lock_read(w);
    out->count = zh_imports_undone(w->imports, applied_only, out->numbers, ZH_IMPORTS_MAX);
    const zh_err e = erased_of(w, applied_only, out);
    zh_world_unlock(w);
    return e != ZH_OK ? e : merges_of(w, applied_only, out);
}

static zh_err add_merge(zh_undo_skip *skip, zh_customer_id from)
{
    if ((skip->merges_count & (skip->merges_count - 1)) == 0) { /* full at 0, 1, 2, 4 … */
        const size_t room = skip->merges_count == 0 ? 1 : skip->merges_count * 2;
        uint32_t *more = realloc(skip->merges, room * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        skip->merges = more;
    }
    skip->merges[skip->merges_count++] = (uint32_t)from.number;
    return ZH_OK;
}

zh_err zh_undo_skip_of_log(zh_log *log, zh_undo_skip *out)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    zh_import_change change;
    zh_identity_unmerge unmerge;
    *out = (zh_undo_skip){ .numbers = calloc(ZH_IMPORTS_MAX, sizeof *out->numbers) };
    if (out->numbers == NULL) return ZH_NOMEM;
    zh_err e = zh_log_reader_open(&reader, log, 0, zh_log_begin(log, 0));
    if (e != ZH_OK) return e;
    zh_err full = ZH_OK;
    while (full == ZH_OK && (e = zh_log_reader_next(reader, &frame)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); full == ZH_OK && zh_log_record_next(&it);) {
            const zh_record_kind kind = zh_record_kind_of(it.record);
            if (kind == ZH_RECORD_IMPORT && zh_import_change_get(it.record, &change) == ZH_OK && change.phase == ZH_IMPORT_UNDONE &&
                out->count < ZH_IMPORTS_MAX) out->numbers[out->count++] = change.number;
            if (kind == ZH_RECORD_UNMERGE && zh_identity_unmerge_get(it.record, &unmerge) == ZH_OK) full = add_merge(out, unmerge.from);
        }
    zh_log_reader_close(reader);
    if (full != ZH_OK) return full;
    return e == ZH_ABSENT ? ZH_OK : e;
}

zh_err zh_undo_erased_of_log(zh_log *log, zh_undo_skip *skip)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    zh_erasure erasure;
    zh_err e = zh_log_reader_open(&reader, log, 0, zh_log_begin(log, 0)), full = ZH_OK;
    if (e != ZH_OK) return e;
    while (full == ZH_OK && (e = zh_log_reader_next(reader, &frame)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); full == ZH_OK && zh_log_record_next(&it);)
            if (zh_record_kind_of(it.record) == ZH_RECORD_ERASURE && zh_erasure_get(it.record, &erasure) == ZH_OK && erasure.phase == ZH_ERASURE_ASKED)
                full = add_erased(skip, it.record);
    zh_log_reader_close(reader);
    if (full != ZH_OK) return full;
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* ---- building ---- */

/* The views that are built, apart from those that work. */
typedef struct building {
    zh_undo *undo;
    zh_base base; /* that it begins with; number 0: none */
    zh_state *state;
    zh_world *world;
    zh_timeline *timeline;
    zh_fold *fold;
    zh_metrics *metrics; /* its own: those of the engine speak of the views that work */
} building;

static zh_err sealed_of(void *context, zh_sv key, zh_buf *out)
{
    const building *b = context;
    return zh_engine_sealed_in(b->state, key, out);
}

static void say_progress(void *context, uint64_t done, uint64_t all)
{
    zh_undo *u = context;
    u->done = done;
    u->all = all;
}

static zh_err open_views(building *b, zh_sv dir, const zh_undo_skip *skip)
{
    zh_engine *g = b->undo->engine;
    uint64_t positions[ZH_LOG_PARTITIONS_MAX] = { 0 };
    const zh_world_desc world = { .sealed_get = sealed_of, .sealed_context = b, .sales = zh_engine_sales_desc(g), .zone = zh_engine_tz(g), .skip = skip->numbers, .skip_count = skip->count,
                                   .skip_merges = skip->merges, .skip_merges_count = skip->merges_count, .erased = skip->erased, .erased_count = skip->erased_count, .is_base = b->base.number > 0 };
    zh_note why;
    zh_err e = zh_tree_remove(dir);
    if (e == ZH_ABSENT) e = ZH_OK;
    if (e == ZH_OK && b->base.number > 0) e = zh_base_state(&b->base, dir, false, &why);
    if (e == ZH_OK) e = zh_state_open(&b->state, &(zh_state_desc){ .dir = dir }, &why);
    if (e == ZH_OK) e = zh_world_open(&b->world, &world);
    if (e == ZH_OK) e = zh_world_load(b->world, b->state, positions, zh_log_partitions(zh_engine_log(g)), &why);
    if (e == ZH_OK && b->base.number > 0) e = zh_world_erase_from_base(b->world);
    if (e == ZH_OK) e = zh_timeline_open(&b->timeline, b->state);
    if (e == ZH_OK) e = zh_metrics_open(&b->metrics);
    if (e != ZH_OK) return e;
    const zh_fold_desc fold = { .world = b->world, .state = b->state, .timeline = b->timeline, .log = zh_engine_log(g), .clock = zh_engine_clock(g),
                                .metrics = b->metrics, .partitions = zh_log_partitions(zh_engine_log(g)) };
    return zh_fold_open(&b->fold, &fold, positions);
}

static zh_err close_views(building *b)
{
    zh_fold_close(b->fold);
    zh_timeline_close(b->timeline);
    zh_world_close(b->world);
    const zh_err e = b->state == NULL ? ZH_OK : zh_state_close(b->state);
    zh_metrics_close(b->metrics);
    return e;
}

/* The fold is known to whoever closes, so that it can be stopped. ZH_STOPPED: too late. */
static zh_err announce(zh_undo *u, zh_fold *fold)
{
    pthread_mutex_lock(&u->lock);
    u->fold = fold;
    const bool stopping = u->stopping;
    pthread_mutex_unlock(&u->lock);
    return stopping && fold != NULL ? ZH_STOPPED : ZH_OK;
}

static zh_err build(zh_undo *u, zh_sv dir, const zh_undo_skip *skip)
{
    building b = { .undo = u };
    zh_note why = { "" };
    zh_retention_base(zh_engine_retention(u->engine), &b.base);
    zh_err e = open_views(&b, dir, skip);
    if (e == ZH_OK) e = announce(u, b.fold);
    if (e == ZH_OK) e = zh_fold_replay(b.fold, say_progress, u, &why);
    (void)!announce(u, NULL);
    if (e == ZH_OK) e = zh_fold_start(b.fold); /* its thread writes the checkpoint */
    if (e == ZH_OK) e = zh_fold_checkpoint(b.fold);
    const zh_err closed = close_views(&b);
    return e != ZH_OK ? e : closed;
}

/* Was something undone that this list does not have? */
static bool is_all(zh_undo *u, const zh_undo_skip *skip)
{
    zh_undo_skip now;
    const bool all = zh_undo_skip_of(u->engine, false, &now) == ZH_OK && now.count == skip->count && now.merges_count == skip->merges_count; /* of one erased meanwhile the views hide what there is: the next time */
    zh_undo_skip_close(&now);
    return all;
}

static zh_err build_until_all(zh_undo *u)
{
    char next[PATH_BYTES], ready[PATH_BYTES];
    snprintf(next, sizeof next, "%.*s/state.next", ZH_SV_ARG(zh_sv_part(zh_engine_dir(u->engine), 0, PATH_BYTES - 32)));
    snprintf(ready, sizeof ready, "%.*s/state.ready", ZH_SV_ARG(zh_sv_part(zh_engine_dir(u->engine), 0, PATH_BYTES - 32)));
    for (bool all = false; !all;) {
        zh_undo_skip skip;
        zh_err e = zh_undo_skip_of(u->engine, false, &skip);
        if (e == ZH_OK) e = build(u, zh_sv_of(next), &skip);
        if (e == ZH_OK) all = is_all(u, &skip);
        zh_undo_skip_close(&skip);
        if (e != ZH_OK) return e;
    }
    const zh_err e = zh_tree_remove(zh_sv_of(ready));
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    return rename(next, ready) == 0 ? ZH_OK : ZH_IO;
}

static void *run(void *context)
{
    zh_undo *u = context;
    pthread_mutex_lock(&u->lock);
    while (u->wanted && !u->stopping) {
        u->wanted = false;
        pthread_mutex_unlock(&u->lock);
        zh_retention_hold(zh_engine_retention(u->engine), true);
        const zh_err e = build_until_all(u);
        zh_retention_hold(zh_engine_retention(u->engine), false);
        pthread_mutex_lock(&u->lock);
        u->failed = e;
        u->ready = e == ZH_OK && !u->wanted;
    }
    u->building = false;
    pthread_mutex_unlock(&u->lock);
    return NULL;
}

/* ---- the face ---- */

zh_err zh_undo_open(zh_undo **out, zh_engine *engine)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    (*out)->engine = engine;
    pthread_mutex_init(&(*out)->lock, NULL);
    return ZH_OK;
}

zh_err zh_undo_go(zh_undo *u)
{
    zh_err e = ZH_OK;
    pthread_mutex_lock(&u->lock);
    u->wanted = true;
    u->ready = false;
    if (!u->building && !u->stopping) {
        if (u->started) pthread_join(u->thread, NULL); /* it has ended */
        u->building = u->started = pthread_create(&u->thread, NULL, run, u) == 0;
        if (!u->started) e = ZH_NOMEM;
    }
    pthread_mutex_unlock(&u->lock);
    return e;
}

zh_undo_progress zh_undo_progress_of(zh_undo *u)
{
    pthread_mutex_lock(&u->lock);
    const zh_undo_progress p = { .building = u->building, .ready = u->ready, .done = u->done, .all = u->all, .failed = u->failed };
    pthread_mutex_unlock(&u->lock);
    return p;
}

void zh_undo_stop(zh_undo *u)
{
    if (u == NULL) return;
    pthread_mutex_lock(&u->lock);
    u->stopping = true;
    if (u->fold != NULL) zh_fold_stop_replay(u->fold);
    pthread_mutex_unlock(&u->lock);
    if (u->started) pthread_join(u->thread, NULL);
    u->started = false;
}

void zh_undo_close(zh_undo *u)
{
    if (u == NULL) return;
    zh_undo_stop(u);
    pthread_mutex_destroy(&u->lock);
    free(u);
}
