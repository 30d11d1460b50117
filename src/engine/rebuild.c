#include "engine/rebuild.h"
#include "engine/merge_read.h"
#include "engine/undo.h"
#include "sys/tree.h"

#include <stdio.h>

#define TRIES 5                          /* comparisons while ids keep arriving */
#define SCRATCH_BYTES_MAX (256u << 20)   /* as the fold's */

typedef struct rebuild {
    zh_engine *engine;
    zh_world *fresh;
    zh_merge_read *read;
    uint32_t partitions;
    zh_arena scratch;
    uint64_t done;
    const zh_rebuild_report *report;
    zh_base base;                    /* number 0: none */
    char folder[ZH_BASE_PATH_BYTES]; /* of the base's rows while they are looked at */
    zh_state *state;
} rebuild;

static zh_err fold_frame(rebuild *r, uint32_t partition, const zh_log_frame *frame)
{
    zh_err e = ZH_OK;
    for (zh_log_records it = zh_log_records_of(frame); e == ZH_OK && zh_log_record_next(&it);) {
        zh_world_record record = { .bytes = it.record, .partition = partition, .sequence = it.sequence,
                                   .commit_ms = frame->commit_ms, .fold_identity = true };
        zh_arena_reset(&r->scratch);
        e = zh_world_fold(r->fresh, &record, &r->scratch);
        r->done++;
    }
    return e;
}

static bool knows_as_much(const rebuild *r)
{
    for (uint32_t p = 0; p < r->partitions; p++)
        if (zh_merge_read_position(r->read, p) < zh_fold_position(zh_engine_fold(r->engine), p)) return false;
    return true;
}

/* Fold on to what the live views know. Both go frame by frame in the same order, so they meet. */
static zh_err catch_up(rebuild *r, zh_note *why)
{
    uint64_t all = 0;
    for (uint32_t p = 0; p < r->partitions; p++) all += zh_fold_position(zh_engine_fold(r->engine), p);
    while (!knows_as_much(r)) {
        zh_log_frame frame;
        uint32_t partition;
        zh_err e = zh_merge_read_next(r->read, &partition, &frame, why);
        if (e == ZH_OK) e = fold_frame(r, partition, &frame);
        if (e != ZH_OK) {
            if (why->text[0] == '\0') zh_note_set(why, "%s", zh_err_text(e));
            return e;
        }
        if (r->report->progress != NULL) r->report->progress(r->report->context, r->done, all);
    }
    return ZH_OK;
}

static bool is_at_end(const rebuild *r)
{
    for (uint32_t p = 0; p < r->partitions; p++)
        if (zh_log_end(zh_engine_log(r->engine), p) != zh_merge_read_position(r->read, p)) return false;
    return true;
}

typedef struct verdict {
    const zh_rebuild_report *report;
    bool speak, identity_differs, others_differ;
} verdict;

static void hear(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    verdict *v = context;
    if (different > 0 && strcmp(view, "identity") == 0) v->identity_differs = true;
    else if (different > 0) v->others_differ = true;
    if (v->speak && v->report->say != NULL) v->report->say(v->report->context, view, entries, different, first);
}

/* The committer may give out ids ahead of the fold; then the identity view is compared again. */
static zh_err compare(rebuild *r, bool *equal, zh_note *why)
{
    for (int i = 0; i < TRIES; i++) {
        zh_err e = catch_up(r, why);
        if (e != ZH_OK) return e;
        zh_world *live = zh_engine_world(r->engine);
        zh_world_lock_write(live);
        e = catch_up(r, why);
        verdict v = { .report = r->report };
        if (e == ZH_OK) e = zh_world_compare(live, r->fresh, hear, &v, equal);
        const bool settled = !v.identity_differs || is_at_end(r);
        if (e == ZH_OK && (settled || v.others_differ)) {
            v.speak = true;
            e = zh_world_compare(live, r->fresh, hear, &v, equal);
        }
        const char *view, *because;
        if (e == ZH_OK && !zh_world_check(live, &view, &because)) {
            *equal = false;
            zh_note_set(why, "%s: %s", view, because);
        }
        zh_world_unlock(live);
        if (e != ZH_OK || v.speak) return e;
    }
    zh_note_set(why, "new customers keep arriving faster than identities can be compared: ask again");
    return ZH_BUSY;
}

static zh_err sealed_of(void *context, zh_sv key, zh_buf *out)
{
    const rebuild *r = context;
    return zh_engine_sealed_in(r->state, key, out);
}

/* Where folding begins: with the base, proved, or with nothing. */
static zh_err begin_with(rebuild *r, uint64_t *positions, zh_note *why)
{
    for (uint32_t p = 0; p < r->partitions; p++) positions[p] = zh_log_begin(zh_engine_log(r->engine), p);
    if (r->base.number == 0) return ZH_OK;
    snprintf(r->folder, sizeof r->folder, "%.*s/base/check-%lld.tmp", ZH_SV_ARG(zh_sv_part(zh_engine_dir(r->engine), 0, 3500)), (long long)zh_clock_mono_us(NULL));
    zh_err e = zh_base_check_signature(&r->base, zh_engine_sealer(r->engine), why);
    if (e == ZH_OK) e = zh_base_check_rows(&r->base, NULL, NULL, why);
    if (e == ZH_OK) e = zh_base_state(&r->base, zh_sv_of(r->folder), true, why);
    if (e == ZH_OK) e = zh_state_open(&r->state, &(zh_state_desc){ .dir = zh_sv_of(r->folder), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, why);
    if (e == ZH_OK) e = zh_world_load(r->fresh, r->state, positions, r->partitions, why);
    for (uint32_t p = 0; e == ZH_OK && p < r->partitions; p++)
        if (positions[p] != r->base.positions[p]) e = ZH_CORRUPT;
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s: the rows are of another moment than " "base.json says", r->base.path);
    return e;
}

static void end_with(rebuild *r)
{
    if (r->state != NULL) (void)zh_state_close(r->state);
    if (r->folder[0] != '\0') (void)!zh_tree_remove(zh_sv_of(r->folder));
}

zh_err zh_rebuild_check(zh_engine *engine, const zh_rebuild_report *report, bool *equal, zh_note *why)
{
    rebuild r = { .engine = engine, .partitions = zh_log_partitions(zh_engine_log(engine)),
                  .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .report = report };
    zh_note unasked;
    if (why == NULL) why = &unasked;
    why->text[0] = '\0';
    *equal = false;
    zh_undo_skip skip;
    zh_retention_hold(zh_engine_retention(engine), true);
    zh_retention_base(zh_engine_retention(engine), &r.base);
    zh_err e = zh_undo_skip_of(engine, true, &skip);
    zh_world_desc desc = { .sealed_get = r.base.number > 0 ? sealed_of : NULL, .sealed_context = &r, .sales = zh_engine_sales_desc(engine), .zone = zh_engine_tz(engine), .skip = skip.numbers, .skip_count = skip.count,
                           .skip_merges = skip.merges, .skip_merges_count = skip.merges_count, .is_base = r.base.number > 0 };
    if (e == ZH_OK) e = zh_world_open(&r.fresh, &desc);
    zh_undo_skip_close(&skip);
    uint64_t begin[ZH_LOG_PARTITIONS_MAX];
    if (e == ZH_OK) e = begin_with(&r, begin, why);
    if (e == ZH_OK) e = zh_merge_read_open(&r.read, zh_engine_log(engine), begin, why);
    if (e == ZH_OK) e = compare(&r, equal, why);
    zh_merge_read_close(r.read);
    zh_world_close(r.fresh);
    end_with(&r);
    zh_retention_hold(zh_engine_retention(engine), false);
    zh_arena_close(&r.scratch);
    return e;
}
