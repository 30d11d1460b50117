#include "engine/refold.h"
#include "engine/merge_read.h"
#include "engine/undo.h"
#include "engine/world_erasures.h"
#include "sys/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_BYTES_MAX (256u << 20)   /* as the fold's */

struct zh_refold {
    zh_engine *engine;
    zh_world *world;
    zh_merge_read *read;
    uint32_t partitions, partition;  /* of the frame */
    int64_t commit_ms;               /* of the frame */
    zh_log_records it;
    bool in_frame, leaves_out;
    uint64_t positions[ZH_LOG_PARTITIONS_MAX];
    zh_arena scratch;
    zh_base base;                    /* number 0: none */
    char folder[ZH_BASE_PATH_BYTES]; /* of the base's rows while they are looked at */
    zh_state *state;
};

static zh_err sealed_of(void *context, zh_sv key, zh_buf *out)
{
    const zh_refold *r = context;
    return zh_engine_sealed_in(r->state, key, out);
}

/* Where folding begins: with the base, proved, or with nothing. */
static zh_err begin_with(zh_refold *r, zh_note *why)
{
    for (uint32_t p = 0; p < r->partitions; p++) r->positions[p] = zh_log_begin(zh_engine_log(r->engine), p);
    if (r->base.number == 0) return ZH_OK;
    snprintf(r->folder, sizeof r->folder, "%.*s/base/check-%lld.tmp", ZH_SV_ARG(zh_sv_part(zh_engine_dir(r->engine), 0, 3500)), (long long)zh_clock_mono_us(NULL));
    zh_err e = zh_base_check_signature(&r->base, zh_engine_sealer(r->engine), why);
    if (e == ZH_OK) e = zh_base_check_rows(&r->base, NULL, NULL, why);
    if (e == ZH_OK) e = zh_base_state(&r->base, zh_sv_of(r->folder), true, why);
    if (e == ZH_OK) e = zh_state_open(&r->state, &(zh_state_desc){ .dir = zh_sv_of(r->folder), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, why);
    if (e == ZH_OK) e = zh_world_load(r->world, r->state, r->positions, r->partitions, why);
    if (e == ZH_OK) e = zh_world_erase_from_base(r->world);
    for (uint32_t p = 0; e == ZH_OK && p < r->partitions; p++)
        if (r->positions[p] != r->base.positions[p]) e = ZH_CORRUPT;
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s: the rows are of another moment than base.json says", r->base.path);
    return e;
}

static zh_err open_world(zh_refold *r)
{
    zh_undo_skip skip;
    zh_err e = zh_undo_skip_of(r->engine, true, &skip);
    if (e != ZH_OK) return e;
    r->leaves_out = skip.count + skip.merges_count + skip.erased_count > 0;
    const zh_world_desc desc = { .sealed_get = r->base.number > 0 ? sealed_of : NULL, .sealed_context = r, .sales = zh_engine_sales_desc(r->engine),
                                 .zone = zh_engine_tz(r->engine), .skip = skip.numbers, .skip_count = skip.count, .skip_merges = skip.merges,
                                 .skip_merges_count = skip.merges_count, .erased = skip.erased, .erased_count = skip.erased_count, .is_base = r->base.number > 0 };
    e = zh_world_open(&r->world, &desc);
    zh_undo_skip_close(&skip);
    return e;
}

zh_err zh_refold_open(zh_refold **out, zh_engine *engine, zh_note *why)
{
    *out = NULL;
    zh_refold *r = calloc(1, sizeof *r);
    if (r == NULL) return ZH_NOMEM;
    r->engine = engine;
    r->partitions = zh_log_partitions(zh_engine_log(engine));
    r->scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_retention_hold(zh_engine_retention(engine), true);
    zh_retention_base(zh_engine_retention(engine), &r->base);
    zh_err e = open_world(r);
    if (e == ZH_OK) e = begin_with(r, why);
    if (e == ZH_OK) e = zh_merge_read_open(&r->read, zh_engine_log(engine), r->positions, why);
    if (e == ZH_OK) *out = r;
    else zh_refold_close(r);
    return e;
}

void zh_refold_close(zh_refold *r)
{
    if (r == NULL) return;
    zh_merge_read_close(r->read);
    zh_world_close(r->world);
    if (r->state != NULL) (void)zh_state_close(r->state);
    if (r->folder[0] != '\0') (void)!zh_tree_remove(zh_sv_of(r->folder));
    zh_retention_hold(zh_engine_retention(r->engine), false);
    zh_arena_close(&r->scratch);
    free(r);
}

static zh_err next_frame(zh_refold *r, zh_note *why)
{
    zh_log_frame frame;
    const zh_err e = zh_merge_read_next(r->read, &r->partition, &frame, why);
    if (e != ZH_OK) return e;
    r->it = zh_log_records_of(&frame);
    r->commit_ms = frame.commit_ms;
    r->positions[r->partition] = frame.first_sequence;
    r->in_frame = true;
    return ZH_OK;
}

static zh_err fold_next(zh_refold *r, zh_note *why)
{
    while (!r->in_frame || !zh_log_record_next(&r->it)) {
        if (r->in_frame && r->it.at_ != r->it.end_) return ZH_CORRUPT;
        r->in_frame = false;
        const zh_err e = next_frame(r, why);
        if (e != ZH_OK) return e;
    }
    zh_world_record record = { .bytes = r->it.record, .partition = r->partition, .sequence = r->it.sequence,
                               .commit_ms = r->commit_ms, .fold_identity = true };
    zh_arena_reset(&r->scratch);
    const zh_err e = zh_world_fold(r->world, &record, &r->scratch);
    if (e == ZH_OK) r->positions[r->partition] = r->it.sequence + 1;
    return e;
}

zh_err zh_refold_next(zh_refold *r, zh_note *why)
{
    const zh_err e = fold_next(r, why);
    if (e != ZH_OK && e != ZH_ABSENT && why->text[0] == '\0') zh_note_set(why, "%s", zh_err_text(e));
    return e;
}

zh_world *zh_refold_world(zh_refold *r) { return r->world; }
uint64_t zh_refold_position(const zh_refold *r, uint32_t partition) { return r->positions[partition]; }
bool zh_refold_leaves_out(const zh_refold *r) { return r->leaves_out; }
