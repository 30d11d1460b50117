#include "engine/engine.h"
#include "engine/ballast.h"
#include "engine/bandit_clock.h"
#include "engine/boundary_clock.h"
#include "engine/erase.h"
#include "engine/eraser.h"
#include "engine/joining.h"
#include "engine/outbox.h"
#include "engine/offer_desk.h"
#include "engine/deploy.h"
#include "engine/trainer.h"
#include "engine/upkeep.h"
#include "engine/undo.h"
#include "engine/watch_clock.h"
#include "engine/campaign_clock.h"
#include "engine/journey_clock.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_BYTES 4096
#define ZONE_SETTING ZH_SV("time_zone")
#define ZONES_DIR "/usr/share/zoneinfo"
#define ZONE_NAME_BYTES_MAX 64
#define DO_FOLD_MS_MAX 60000 /* how long a command waits for its own writes to be folded */

struct zh_engine {
    zh_engine_desc d;
    char dir[PATH_BYTES], key_file[PATH_BYTES], zone[ZONE_NAME_BYTES_MAX + 1];
    zh_workspace_id workspace;
    bool is_new;
    zh_file_lock *lock;
    zh_log *log;
    zh_state *state;
    zh_world *world;
    zh_dedup *dedup;
    zh_timeline *timeline;
    zh_fold *fold;
    zh_commit *commit;
    zh_upkeep *upkeep;
    zh_retention *retention;
    zh_boundary_clock *boundary_clock;
    zh_trainer *trainer;
    zh_deployer *deployer;
    zh_bandit_clock *bandit_clock;
    zh_watch_clock *watch_clock;
    zh_outbox *outbox;
    zh_campaign_clock *campaign_clock;
    zh_journey_clock *journey_clock;
    zh_offer_desk *offer_desk;
    zh_base base;        /* number 0: none */
    bool used_base;      /* the state was made from it */
    zh_undo *undo;
    zh_eraser *eraser;
    zh_backups *backups;
    zh_tz *tz;
    zh_sealer sealer;
    bool has_sealer;
    uint32_t key_id, partitions;
};

/* ---- small parts of opening ---- */

static zh_err path_in(const zh_engine *g, const char *name, char out[PATH_BYTES])
{
    const int size = snprintf(out, PATH_BYTES, "%s/%s", g->dir, name);
    return size > 0 && size < PATH_BYTES ? ZH_OK : ZH_RANGE;
}

static zh_err read_zone(zh_engine *g, zh_sv name, zh_note *why)
{
    char path[PATH_BYTES];
    const bool odd = name.size > ZONE_NAME_BYTES_MAX || memchr(name.data == NULL ? "" : name.data, '.', name.size) != NULL;
    if (odd) {
        zh_note_set(why, "no such time zone: %.*s", ZH_SV_ARG(zh_sv_part(name, 0, 80)));
        return ZH_RANGE;
    }
    snprintf(g->zone, sizeof g->zone, "%.*s", ZH_SV_ARG(name));
    if (zh_sv_equal(name, ZH_SV("UTC"))) return ZH_OK;
    snprintf(path, sizeof path, "%s/%s", ZONES_DIR, g->zone);
    zh_buf bytes = zh_buf_open(ZH_TZ_BYTES_MAX);
    zh_err e = zh_file_read(zh_sv_of(path), &bytes);
    if (e == ZH_OK) e = zh_tz_open(&g->tz, zh_buf_view(&bytes));
    zh_buf_close(&bytes);
    if (e != ZH_OK) zh_note_set(why, "the time zone %s is not on this machine (package tzdata): %s", g->zone, zh_err_text(e));
    return e;
}

static int64_t local_ms(void *context, int64_t utc_ms)
{
    const zh_engine *g = context;
    return utc_ms + (int64_t)zh_tz_offset_s(zh_engine_tz(g), utc_ms) * 1000;
}

zh_err zh_engine_sealed_in(zh_state *state, zh_sv key, zh_buf *out)
{
    char bytes[ZH_STATE_KEY_BYTES_MAX];
    if (key.size + 1 > sizeof bytes) return ZH_RANGE;
    bytes[0] = 'I'; /* as world.c keeps it */
    memcpy(bytes + 1, key.data, key.size);
    zh_buf value = zh_buf_open(4096);
    zh_err e = zh_state_get(state, ZH_SPACE_IDS, (zh_sv){ bytes, key.size + 1 }, &value);
    if (e == ZH_OK) zh_buf_put(out, zh_buf_view(&value));
    zh_buf_close(&value);
    return e != ZH_OK ? e : zh_buf_err(out);
}

static zh_err sealed_of(void *context, zh_sv key, zh_buf *out)
{
    const zh_engine *g = context;
    return zh_engine_sealed_in(g->state, key, out);
}

/* The zone must be known before anything is folded: the first frame of the log has it. */
static zh_err zone_of_log(zh_engine *g, zh_note *why)
{
    zh_log_reader *reader;
    if (g->base.number > 0) return read_zone(g, zh_sv_of(g->base.zone), why);
    if (zh_log_begin(g->log, 0) > 0) {
        zh_note_set(why, "the log of %s begins with record %llu, and the folder base, which has what was before, is missing: restore it from a backup",
                    g->dir, (unsigned long long)zh_log_begin(g->log, 0));
        return ZH_CORRUPT;
    }
    zh_err e = zh_log_reader_open(&reader, g->log, 0, zh_log_begin(g->log, 0));
    if (e != ZH_OK) return e;
    zh_log_frame frame;
    zh_definition definition;
    e = zh_log_reader_next(reader, &frame);
    bool found = false;
    for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && !found && zh_log_record_next(&it);) {
        if (zh_record_kind_of(it.record) != ZH_RECORD_DEFINITION || zh_definition_get(it.record, &definition) != ZH_OK) continue;
        if (definition.thing != ZH_THING_SETTING || !zh_sv_equal(definition.setting.name, ZONE_SETTING)) continue;
        const zh_sv json = definition.setting.json;
        found = json.size > 2;
        if (found) e = read_zone(g, zh_sv_part(json, 1, json.size - 2), why);
    }
    zh_log_reader_close(reader);
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    return found ? ZH_OK : read_zone(g, ZH_SV("UTC"), why);
}

static void report_cut(void *context, const zh_log_damage *damage)
{
    const zh_engine *g = context;
    if (g->d.sink == NULL) return;
    zh_log_line line = zh_line_open(g->d.sink, ZH_LINE_WARN, "log.cut");
    zh_line_text(&line, "file", damage->file);
    zh_line_int(&line, "offset", (int64_t)damage->offset);
    zh_line_int(&line, "bytes", (int64_t)damage->bytes);
    zh_line_int(&line, "recordsLost", (int64_t)damage->records_lost);
    zh_line_text(&line, "reason", zh_sv_of(damage->reason));
    zh_line_end(&line);
}

static zh_err open_lock(zh_engine *g, zh_note *why)
{
    char path[PATH_BYTES];
    zh_err e = path_in(g, "zhun.lock", path);
    if (e != ZH_OK) return e;
    zh_buf holder = zh_buf_open(256);
    e = zh_file_lock_open(&g->lock, zh_sv_of(path), ZH_SV("zhun"), &holder);
    if (e == ZH_BUSY)
        zh_note_set(why, "another process (%.*s) has %s open: stop it, or talk to it through %s/zhun.sock",
                    ZH_SV_ARG(zh_sv_trim(zh_buf_view(&holder))), g->dir, g->dir);
    else if (e != ZH_OK) zh_note_set(why, "%s cannot be used: %s", g->dir, zh_err_text(e));
    zh_buf_close(&holder);
    return e;
}

static zh_err say_empty(const zh_engine *g, zh_note *why)
{
    zh_note_set(why, "%s holds no data: check the path, or start with `zhun serve` or `zhun import`", g->dir);
    return ZH_ABSENT;
}

static zh_err open_log(zh_engine *g, zh_note *why)
{
    char path[PATH_BYTES], meta[PATH_BYTES];
    zh_err e = path_in(g, "log", path);
    if (e == ZH_OK) e = path_in(g, "log/log.meta", meta);
    if (e != ZH_OK) return e;
    g->is_new = !zh_file_exists(zh_sv_of(meta));
    if (g->is_new && g->d.must_exist) return say_empty(g, why);
    const uint32_t partitions = !g->is_new ? 0 : g->d.partitions == 0 ? 1 : g->d.partitions;
    e = zh_log_open(&g->log, &(zh_log_desc){ .dir = zh_sv_of(path), .partitions = partitions, .segment_bytes = g->d.segment_bytes,
                                             .report = report_cut, .report_context = g }, why);
    if (e == ZH_OK) g->partitions = zh_log_partitions(g->log);
    return e;
}

static zh_err open_state(zh_engine *g, zh_note *why)
{
    char path[PATH_BYTES];
    const zh_err e = path_in(g, "state", path);
    return e != ZH_OK ? e : zh_state_open(&g->state, &(zh_state_desc){ .dir = zh_sv_of(path), .cache_bytes = g->d.cache_bytes }, why);
}

/* The state is worth keeping when it is of this log: no position beyond the log's end. */
static zh_err load_views(zh_engine *g, const zh_undo_skip *skip, uint64_t positions[ZH_LOG_PARTITIONS_MAX], zh_note *why)
{
    const zh_world_desc desc = { .sealed_get = sealed_of, .sealed_context = g, .sales = zh_engine_sales_desc(g), .zone = zh_engine_tz(g),
                                 .skip = skip->numbers, .skip_count = skip->count,
                                 .skip_merges = skip->merges, .skip_merges_count = skip->merges_count,
                                 .erased = skip->erased, .erased_count = skip->erased_count, .is_base = g->used_base };
    zh_err e = zh_world_open(&g->world, &desc);
    if (e == ZH_OK) e = zh_world_load(g->world, g->state, positions, g->partitions, why);
    for (uint32_t p = 0; e == ZH_OK && p < g->partitions; p++)
        if (positions[p] > zh_log_end(g->log, p) || (g->base.number > 0 && positions[p] < g->base.positions[p])) e = ZH_STALE;
    return e;
}

/* The base the log begins with, proved before it is needed. */
static zh_err open_base(zh_engine *g, zh_note *why)
{
    zh_err e = zh_base_find(zh_sv_of(g->dir), &g->base, why);
    if (e == ZH_OK && g->base.partitions != g->partitions) {
        zh_note_set(why, "%s is of another log: restore the folder base from a backup", g->base.path);
        e = ZH_CORRUPT;
    }
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    return zh_base_tidy(zh_sv_of(g->dir), e == ZH_OK ? &g->base : NULL);
}

/* The base's rows become the state, which is not there. */
static zh_err state_of_base(zh_engine *g, const char *state, zh_note *why)
{
    char fresh[PATH_BYTES];
    zh_err e = path_in(g, "base/state.tmp", fresh);
    if (e == ZH_OK) e = zh_base_check_rows(&g->base, NULL, NULL, why);
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(fresh));
    if (e == ZH_OK) e = zh_base_state(&g->base, zh_sv_of(fresh), false, why);
    if (e == ZH_OK && rename(fresh, state) != 0) e = ZH_IO;
    if (e == ZH_OK) e = zh_file_sync_dir(zh_sv_of(g->dir));
    g->used_base = e == ZH_OK;
    return e;
}

/* With `ready` the state that was folded without what was undone takes its place, else that of the base, else an empty one. */
static zh_err clear_state(zh_engine *g, bool ready, zh_note *why)
{
    zh_world_close(g->world);
    g->world = NULL;
    char path[PATH_BYTES], aside[PATH_BYTES], other[PATH_BYTES];
    zh_err e = zh_state_close(g->state);
    g->state = NULL;
    if (e == ZH_OK) e = path_in(g, "state", path);
    if (e == ZH_OK) e = path_in(g, "state.old", aside);
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(aside));
    if (e == ZH_OK && rename(path, aside) != 0) e = ZH_IO;
    if (e == ZH_OK && ready) e = path_in(g, "state.ready", other);
    if (e == ZH_OK && ready && rename(other, path) != 0) e = ZH_IO;
    if (e == ZH_OK && !ready && g->base.number > 0) e = state_of_base(g, path, why);
    return e != ZH_OK ? e : open_state(g, why);
}

static void say_rebuild(zh_engine *g, const char *what, zh_err e)
{
    if (g->d.sink == NULL) return;
    zh_log_line line = zh_line_open(g->d.sink, ZH_LINE_WARN, what);
    zh_line_err(&line, e);
    zh_line_end(&line);
}

/* Views that are folded from the first record leave out at once who was erased; those that were saved, or begin with a base, know it
 * themselves. */
static zh_err leave_erased_out(zh_engine *g, zh_undo_skip *skip)
{
    if (g->base.number > 0 || zh_world_is_saved(g->state) || skip->erased_count > 0) return ZH_OK;
    return zh_undo_erased_of_log(g->log, skip);
}

static zh_err fold_all(zh_engine *g, zh_undo_skip *skip, zh_note *why)
{
    uint64_t positions[ZH_LOG_PARTITIONS_MAX] = { 0 };
    zh_err e = leave_erased_out(g, skip);
    if (e == ZH_OK) e = load_views(g, skip, positions, why);
    if (e == ZH_STALE || e == ZH_CORRUPT || e == ZH_FORMAT) { /* another log's, or damaged: the log has it all */
        say_rebuild(g, "state.rebuild", e);
        e = clear_state(g, false, why);
        if (e == ZH_OK) e = leave_erased_out(g, skip);
        if (e == ZH_OK) e = load_views(g, skip, positions, why);
    }
    if (e == ZH_OK) e = zh_timeline_open(&g->timeline, g->state);
    if (e != ZH_OK) return e;
    const zh_fold_desc desc = { .world = g->world, .state = g->state, .timeline = g->timeline, .log = g->log, .clock = g->d.clock,
                                .metrics = g->d.metrics, .partitions = g->partitions };
    e = zh_fold_open(&g->fold, &desc, positions);
    return e != ZH_OK ? e : zh_fold_replay(g->fold, g->d.progress, g->d.progress_context, why);
}

/* Put the views aside that know an import that is undone, and what stands on them. */
static zh_err leave_out(zh_engine *g, bool ready, zh_undo_skip *skip, zh_note *why)
{
    say_rebuild(g, "state.undo", ZH_OK);
    zh_fold_close(g->fold);
    zh_timeline_close(g->timeline);
    g->fold = NULL;
    g->timeline = NULL;
    zh_undo_skip_close(skip);
    zh_err e = clear_state(g, ready, why);
    return e != ZH_OK ? e : zh_undo_skip_of_log(g->log, skip);
}

/* What only a crash between two renames leaves: an undoing that is ready, and no state. */
static zh_err finish_renames(const zh_engine *g, bool *ready)
{
    char state[PATH_BYTES], path[PATH_BYTES];
    zh_err e = path_in(g, "state.next", path);
    if (e == ZH_OK) e = zh_tree_remove(zh_sv_of(path));
    if (e == ZH_OK || e == ZH_ABSENT) e = path_in(g, "state", state);
    if (e == ZH_OK) e = path_in(g, "state.ready", path);
    if (e != ZH_OK) return e;
    *ready = zh_file_exists(zh_sv_of(path));
    if (!*ready || zh_file_exists(zh_sv_of(state))) return ZH_OK;
    *ready = false;
    return rename(path, state) == 0 ? ZH_OK : ZH_IO;
}

static zh_err recover(zh_engine *g, bool ready, zh_note *why)
{
    zh_undo_skip skip = { 0 };
    zh_err e = fold_all(g, &skip, why);
    const bool without_erased = ready && e == ZH_OK && zh_erasures_is_pending(g->world->erasures);
    for (int turn = 0; e == ZH_OK && turn < 2 && (zh_undo_is_pending(g->world) || (turn == 0 && without_erased)); turn++) {
        e = leave_out(g, ready && turn == 0, &skip, why);
        if (e == ZH_OK) e = fold_all(g, &skip, why);
    }
    zh_undo_skip_close(&skip);
    char path[PATH_BYTES];
    if (e == ZH_OK && ready && path_in(g, "state.ready", path) == ZH_OK) (void)!zh_tree_remove(zh_sv_of(path));
    if (e == ZH_OK) e = zh_dedup_open(&g->dedup, g->state);
    return e;
}

/* ---- the keys ---- */

static zh_err open_sealer(zh_engine *g, zh_note *why)
{
    zh_kek kek;
    zh_err e = zh_vault_kek(zh_sv_of(g->key_file), false, &kek, why);
    if (e == ZH_OK) e = zh_vault_open(&kek, g->workspace, g->world->registry, &g->sealer, &g->key_id, why);
    zh_wipe(&kek, sizeof kek);
    g->has_sealer = e == ZH_OK;
    return e;
}

/* A base that is another's must not become the truth. */
static zh_err judge_base(zh_engine *g, bool *sound, zh_note *why)
{
    zh_note asked = { "" };
    const zh_err e = g->base.number == 0 ? ZH_OK : zh_base_check_signature(&g->base, &g->sealer, &asked);
    *sound = e == ZH_OK;
    if (e == ZH_OK) return ZH_OK;
    if (g->used_base) zh_note_set(why, "%s", asked.text);
    else say_rebuild(g, "base.damaged", e);
    return g->used_base ? e : ZH_OK;
}

static void put_setting(zh_buf *record, zh_sv name, zh_sv json, int64_t now_ms)
{
    zh_buf_reset(record);
    zh_definition_put(&(zh_definition){ .thing = ZH_THING_SETTING, .at_ms = now_ms, .actor = ZH_ACTOR_THE_ENGINE,
                                        .setting = { .name = name, .json = json } }, record);
}

/* The first frame of a log: the workspace's key and zone, appended before any thread runs. */
static zh_err found_workspace(zh_engine *g, zh_note *why)
{
    const int64_t now_ms = zh_engine_now_ms(g);
    zh_kek kek;
    zh_buf json = zh_buf_open(4096), record = zh_buf_open(8192), records = zh_buf_open(32768);
    zh_err e = read_zone(g, g->d.time_zone.size > 0 ? g->d.time_zone : ZH_SV("UTC"), why);
    if (e == ZH_OK) e = zh_vault_kek(zh_sv_of(g->key_file), true, &kek, why);
    if (e == ZH_OK) e = zh_vault_make(&kek, g->workspace, &json);
    zh_wipe(&kek, sizeof kek);
    if (e == ZH_OK) {
        put_setting(&record, ZH_VAULT_SETTING, zh_buf_view(&json), now_ms);
        zh_log_record_put(&records, zh_buf_view(&record));
        zh_buf_reset(&json);
        zh_buf_printf(&json, "\"%s\"", g->zone);
        put_setting(&record, ZONE_SETTING, zh_buf_view(&json), now_ms);
        zh_log_record_put(&records, zh_buf_view(&record));
        e = zh_buf_err(&records);
    }
    if (e == ZH_OK) {
        const zh_log_block block = { .workspace = g->workspace.number, .commit_ms = now_ms,
                                     .records = zh_buf_view(&records), .count = 2 };
        e = zh_log_append(g->log, 0, &block, NULL);
    }
    zh_buf_close(&json);
    zh_buf_close(&record);
    zh_buf_close(&records);
    if (e != ZH_OK && why != NULL && why->text[0] == '\0') zh_note_set(why, "the workspace cannot be founded: %s", zh_err_text(e));
    return e;
}

/* ---- opening and closing ---- */

static void hold_retention(void *context, bool on)
{
    zh_retention_hold(context, on);
}

static void base_of_retention(void *context, zh_base *out)
{
    zh_retention_base(context, out);
}

static zh_err open_all(zh_engine *g, zh_note *why)
{
    if (g->d.must_exist && !zh_file_exists(zh_sv_of(g->dir))) return say_empty(g, why);
    zh_err e = zh_file_make_dirs(zh_sv_of(g->dir));
    if (e != ZH_OK) {
        zh_note_set(why, "%s cannot be made: %s", g->dir, zh_err_text(e));
        return e;
    }
    if ((e = zh_ballast_release(zh_sv_of(g->dir))) != ZH_OK) {
        zh_note_set(why, "the disk of %s is full: make room", g->dir);
        return e;
    }
    if ((e = open_lock(g, why)) != ZH_OK) return e;
    if ((e = open_log(g, why)) != ZH_OK) return e;
    if ((e = open_base(g, why)) != ZH_OK) return e;
    bool ready = false, sound = true;
    if ((e = finish_renames(g, &ready)) != ZH_OK) return e;
    if ((e = open_state(g, why)) != ZH_OK) return e;
    if (zh_log_end(g->log, 0) == 0) e = found_workspace(g, why);
    else e = zone_of_log(g, why);
    if (e == ZH_OK) e = recover(g, ready, why);
    if (e == ZH_OK) e = open_sealer(g, why);
    if (e == ZH_OK) e = judge_base(g, &sound, why);
    if (e == ZH_OK) e = zh_fold_start(g->fold);
    if (e == ZH_OK) e = zh_undo_open(&g->undo, g);
    if (e != ZH_OK) return e;
    zh_joining joining;
    if ((e = zh_joining_of(g->world->registry, &joining)) != ZH_OK) return e;
    zh_ballast_keep(zh_sv_of(g->dir));
    const zh_commit_desc desc = {
        .workspace = g->workspace, .log = g->log, .fold = g->fold, .dedup = g->dedup,
        .identity = g->world->identity, .identity_lock = &g->world->identity_lock,
        .sealer = &g->sealer, .key_id = g->key_id, .next_letter = g->world->counts.letter_last + 1, .next_erasure = zh_erasures_last(g->world->erasures) + 1, .policy = joining.policy,
        .last_commit_ms = g->world->counts.commit_ms,
        .clock = g->d.clock, .metrics = g->d.metrics, .sink = g->d.sink,
    };
    e = zh_commit_open(&g->commit, &desc);
    const zh_upkeep_desc upkeep = { .log = g->log, .fold = g->fold, .world = g->world, .state = g->state, .sealer = &g->sealer,
                                    .metrics = g->d.metrics, .sink = g->d.sink };
    if (e == ZH_OK) e = zh_upkeep_open(&g->upkeep, &upkeep);
    const zh_retention_desc retention = { .dir = zh_sv_of(g->dir), .zone = zh_sv_of(g->zone), .rule = g->d.retention, .base = &g->base, .is_sound = sound, .log = g->log,
                                          .fold = g->fold, .world = g->world, .state = g->state, .sales = zh_engine_sales_desc(g), .tz = zh_engine_tz(g), .sealer = &g->sealer,
                                          .clock = g->d.clock, .metrics = g->d.metrics, .sink = g->d.sink };
    if (e == ZH_OK) e = zh_retention_open(&g->retention, &retention);
    const zh_backups_desc backups = { .dir = zh_sv_of(g->dir), .key_file = zh_sv_of(g->key_file), .log = g->log, .state = g->state,
                                      .hold = hold_retention, .base = base_of_retention, .context = g->retention, .outside = g->d.outside };
    if (e == ZH_OK) e = zh_backups_open(&g->backups, &backups);
    if (e == ZH_OK) e = zh_deployer_open(&g->deployer, g);
    if (e == ZH_OK) e = zh_trainer_open(&g->trainer, g);
    if (e == ZH_OK) e = zh_bandit_clock_open(&g->bandit_clock, g);
    if (e == ZH_OK) e = zh_erase_reconcile(g, why);
    if (e == ZH_OK) e = zh_eraser_open(&g->eraser, g, g->d.erase_wait_ms);
    if (e == ZH_OK) e = zh_watch_clock_open(&g->watch_clock, g);
    if (e == ZH_OK && g->d.senders > 0) e = zh_outbox_open(&g->outbox, &(zh_outbox_desc){ g, g->d.senders, g->d.sends_private });
    if (e == ZH_OK && g->d.senders > 0) e = zh_campaign_clock_open(&g->campaign_clock, g);
    if (e == ZH_OK) e = zh_offer_desk_open(&g->offer_desk, g);
    if (e == ZH_OK && g->d.senders > 0) e = zh_journey_clock_open(&g->journey_clock, g); /* claims at the desk */
    return e == ZH_OK ? zh_boundary_clock_open(&g->boundary_clock, g) : e;
}

zh_err zh_engine_open(zh_engine **out, const zh_engine_desc *desc, zh_note *why)
{
    zh_note unasked;
    if (why == NULL) why = &unasked;
    why->text[0] = '\0';
    zh_engine *g = calloc(1, sizeof *g);
    if (g == NULL) return ZH_NOMEM;
    g->d = *desc;
    g->workspace = ZH_WORKSPACE_DEFAULT;
    int size = snprintf(g->dir, sizeof g->dir, "%.*s", ZH_SV_ARG(desc->dir));
    zh_err e = size > 0 && size < 3500 ? ZH_OK : ZH_RANGE;
    if (desc->key_file.size > 0) size = snprintf(g->key_file, sizeof g->key_file, "%.*s", ZH_SV_ARG(desc->key_file));
    else size = snprintf(g->key_file, sizeof g->key_file, "%.3500s/zhun.key", g->dir);
    if (size <= 0 || size >= (int)sizeof g->key_file) e = ZH_RANGE;
    if (e == ZH_OK) e = open_all(g, why);
    if (e != ZH_OK) {
        if (why->text[0] == '\0') zh_note_set(why, "%s cannot be opened: %s", g->dir, zh_err_text(e));
        zh_engine_close(g);
        return e;
    }
    *out = g;
    return ZH_OK;
}

void zh_engine_close(zh_engine *g)
{
    if (g == NULL) return;
    zh_eraser_close(g->eraser);
    zh_trainer_close(g->trainer); /* these write: before the committer goes */
    zh_bandit_clock_close(g->bandit_clock);
    zh_journey_clock_close(g->journey_clock);
    zh_campaign_clock_close(g->campaign_clock);
    zh_outbox_close(g->outbox);
    zh_watch_clock_close(g->watch_clock);
    zh_offer_desk_close(g->offer_desk);
    zh_boundary_clock_close(g->boundary_clock);
    zh_backups_close(g->backups);
    zh_undo_stop(g->undo);
    zh_retention_close(g->retention);
    zh_upkeep_close(g->upkeep);
    zh_undo_close(g->undo);
    zh_commit_close(g->commit);
    zh_deployer_close(g->deployer);
    zh_fold_close(g->fold);
    zh_timeline_close(g->timeline);
    zh_dedup_close(g->dedup);
    zh_world_close(g->world);
    if (g->has_sealer) zh_sealer_close(&g->sealer);
    if (g->state != NULL) (void)zh_state_close(g->state);
    if (g->log != NULL) (void)zh_log_close(g->log);
    zh_tz_close(g->tz);
    zh_file_lock_close(g->lock);
    free(g);
}

/* ---- parts ---- */

zh_world *zh_engine_world(zh_engine *g) { return g->world; }
zh_log *zh_engine_log(zh_engine *g) { return g->log; }
zh_state *zh_engine_state(zh_engine *g) { return g->state; }
zh_timeline *zh_engine_timeline(zh_engine *g) { return g->timeline; }
zh_fold *zh_engine_fold(zh_engine *g) { return g->fold; }
zh_backups *zh_engine_backups(zh_engine *g) { return g->backups; }
zh_retention *zh_engine_retention(zh_engine *g) { return g->retention; }
struct zh_boundary_clock *zh_engine_boundary_clock(zh_engine *g) { return g->boundary_clock; }
struct zh_trainer *zh_engine_trainer(zh_engine *g) { return g->trainer; }
struct zh_offer_desk *zh_engine_offer_desk(zh_engine *g) { return g->offer_desk; }
struct zh_deployer *zh_engine_deployer(zh_engine *g) { return g->deployer; }
const zh_blas *zh_engine_blas(const zh_engine *g) { return g->d.blas; }
const zh_sealer *zh_engine_sealer(const zh_engine *g) { return &g->sealer; }
const zh_clock *zh_engine_clock(const zh_engine *g) { return g->d.clock; }
zh_line_sink *zh_engine_sink(const zh_engine *g) { return g->d.sink; }
zh_metrics *zh_engine_metrics(zh_engine *g) { return g->d.metrics; }
const zh_tz *zh_engine_tz(const zh_engine *g) { return g->tz == NULL ? zh_tz_utc() : g->tz; }
zh_sales_desc zh_engine_sales_desc(zh_engine *g) { return (zh_sales_desc){ local_ms, g }; }
zh_sv zh_engine_time_zone(const zh_engine *g) { return zh_sv_of(g->zone); }
zh_sv zh_engine_dir(const zh_engine *g) { return zh_sv_of(g->dir); }
zh_sv zh_engine_key_file(const zh_engine *g) { return zh_sv_of(g->key_file); }
zh_workspace_id zh_engine_workspace(const zh_engine *g) { return g->workspace; }
int64_t zh_engine_now_ms(const zh_engine *g) { return zh_clock_wall_ms(g->d.clock); }
bool zh_engine_is_new(const zh_engine *g) { return g->is_new; }
zh_undo *zh_engine_undo(zh_engine *g) { return g->undo; }
struct zh_eraser *zh_engine_eraser(zh_engine *g) { return g->eraser; }
bool zh_engine_wants_reopen(zh_engine *g) { return zh_undo_progress_of(g->undo).ready; }

bool zh_engine_is_ready(zh_engine *g)
{
    return zh_engine_intake(g) == ZH_INTAKE_OPEN;
}

void zh_engine_set_policy(zh_engine *g, const zh_identity_policy *policy) { zh_commit_set_policy(g->commit, policy); }
zh_intake zh_engine_intake(const zh_engine *g) { return zh_commit_intake(g->commit); }

/* ---- work ---- */

void zh_engine_prepare(const zh_engine *g, zh_source_id source, zh_event *events, zh_work_ids *ids, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        zh_event *e = &events[i];
        e->source = source;
        e->key = zh_dedup_key(&g->sealer, source, e->message_id);
        zh_costs_fill(g->world->costs, e);
        if (e->user_id.size > 0) ids[i].user = zh_blind(&g->sealer, ZH_BLIND_USER, e->user_id);
        if (e->anonymous_id.size > 0) ids[i].anonymous = zh_blind(&g->sealer, ZH_BLIND_ANONYMOUS, e->anonymous_id);
        if (e->previous_id.size == 0) continue;
        ids[i].previous_user = zh_blind(&g->sealer, ZH_BLIND_USER, e->previous_id);
        ids[i].previous_anonymous = zh_blind(&g->sealer, ZH_BLIND_ANONYMOUS, e->previous_id);
    }
}

zh_err zh_engine_submit(zh_engine *g, zh_work *work)
{
    return zh_commit_submit(g->commit, work);
}

static void post_done(zh_work *work)
{
    sem_post(work->context);
}

zh_err zh_engine_do(zh_engine *g, zh_work *work)
{
    sem_t done;
    if (sem_init(&done, 0, 0) != 0) return ZH_NOMEM;
    work->done = post_done;
    work->context = &done;
    zh_err e = zh_commit_submit(g->commit, work);
    if (e == ZH_OK) {
        while (sem_wait(&done) != 0) {}
        e = work->e;
    }
    sem_destroy(&done);
    for (uint32_t p = 0; e == ZH_OK && p < g->partitions; p++)
        e = zh_fold_wait(g->fold, p, zh_log_end(g->log, p), DO_FOLD_MS_MAX);
    return e;
}

/* Two words on one thing within a millisecond, or after the clock was set back: the one that is said later counts. */
static int64_t after_what_was_said(zh_engine *g, const zh_definition *definition)
{
    zh_world_lock_read(g->world);
    const int64_t said_ms = zh_registry_said_ms(g->world->registry, definition);
    zh_world_unlock(g->world);
    return definition->at_ms > said_ms ? definition->at_ms : said_ms + 1;
}

zh_err zh_engine_define(zh_engine *g, const zh_definition *definition)
{
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_definition later = *definition;
    later.at_ms = after_what_was_said(g, definition);
    zh_definition_put(&later, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(g, &work);
    zh_buf_close(&record);
    return e;
}

/* ---- customers ---- */

zh_customer_id zh_engine_find(zh_engine *g, zh_sv user_id, zh_sv anonymous_id)
{
    zh_customer_id found = { 0 };
    zh_external_id id = { .kind = ZH_ID_USER };
    pthread_rwlock_rdlock(&g->world->identity_lock);
    if (user_id.size > 0) {
        id.blind = zh_blind(&g->sealer, ZH_BLIND_USER, user_id);
        found = zh_identity_find(g->world->identity, &id);
    }
    if (found.number == 0 && anonymous_id.size > 0) {
        id = (zh_external_id){ .kind = ZH_ID_ANONYMOUS, .blind = zh_blind(&g->sealer, ZH_BLIND_ANONYMOUS, anonymous_id) };
        found = zh_identity_find(g->world->identity, &id);
    }
    pthread_rwlock_unlock(&g->world->identity_lock);
    return found;
}

static zh_err open_id(zh_engine *g, const zh_identity_links *it, zh_customer_id customer, const zh_permit *permit,
                      zh_arena *arena, zh_buf *sealed, zh_sv *text)
{
    const zh_permit own = zh_permit_of_absorbed(permit, customer, it->customer);
    zh_buf_reset(sealed);
    zh_err e = zh_identity_sealed(g->world->identity, &it->id, sealed);
    if (e != ZH_OK) return e;
    const zh_event_key place = { it->id.blind.high, it->id.blind.low };
    const zh_wrapped_dek *dek = zh_identity_dek(g->world->identity, it->customer);
    return zh_unseal_personal(&g->sealer, it->customer, dek, place, &own, zh_buf_view(sealed), arena, text);
}

zh_err zh_engine_ids(zh_engine *g, zh_customer_id customer, const zh_permit *permit, zh_arena *arena,
                     zh_engine_id *out, size_t limit, size_t *count)
{
    *count = 0;
    if (!zh_permit_covers(permit, customer)) return ZH_DENIED;
    zh_buf sealed = zh_buf_open(4096);
    zh_err e = ZH_OK;
    pthread_rwlock_wrlock(&g->world->identity_lock); /* reading a sealed text may go to the state */
    for (int kind = ZH_ID_USER; kind < ZH_ID_KIND_END; kind++) {
        zh_identity_links it = zh_identity_links_of(g->world->identity, customer);
        while (*count < limit && zh_identity_links_next(&it)) {
            if ((int)it.id.kind != kind) continue;
            zh_sv text;
            e = open_id(g, &it, customer, permit, arena, &sealed, &text);
            if (e == ZH_NOMEM || e == ZH_DENIED) break;
            if (e == ZH_OK) out[(*count)++] = (zh_engine_id){ it.id.kind, text, it.customer, it.id.kind == ZH_ID_ANONYMOUS ? zh_identity_device_customers(g->world->identity, &it.id) : 0 };
            e = ZH_OK; /* erased or damaged: not shown */
        }
    }
    pthread_rwlock_unlock(&g->world->identity_lock);
    zh_buf_close(&sealed);
    return e;
}
