/* log_recover.c -- opening a log: make it, or find its end again.
 *
 *     no log.meta ──► create: folders, one empty segment a partition, then log.meta
 *     log.meta    ──► a partition: headers of all segments ──► scan of the last ──┬─ sound ─► serve
 *                                                                                 ├─ torn ──► cut, sync, report ─► serve
 *                                                                                 └─ bad ───► refuse
 *
 * Opening does the same again after a crash inside of it: zeros over zeros, a sync, the hint.
 */
#include "store/log_inner.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK_META "ZHL"
#define MARK_SYNCED "ZHW"

static zh_err refuse(zh_note *why, zh_err e, const zh_log_partition *part, const char *name, uint64_t offset,
                     const char *reason)
{
    zh_note_set(why, "p%03u/%s: damaged at byte %" PRIu64 ": %s; restore this file from a backup",
                part->number, name, offset, reason);
    return e;
}

/* --- one partition */

static zh_err find_segments(zh_log_partition *part, zh_note *why)
{
    uint64_t *firsts;
    size_t count;
    zh_err e = zh_log_list(part->dir, &firsts, &count);
    if (e == ZH_OK && count == 0) {
        zh_note_set(why, "p%03u: the partition has no segment; restore it from a backup", part->number);
        e = ZH_CORRUPT;
    }
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        char name[ZH_LOG_NAME_BYTES], bytes[ZH_LOG_ALIGN];
        zh_log_segment_name(name, firsts[i]);
        const zh_log_place place = { .dir = part->dir, .partition = part->number, .first_sequence = firsts[i],
                                     .before = i > 0 ? &firsts[i - 1] : NULL };
        const int file = openat(part->dir, name, O_RDONLY | O_CLOEXEC);
        struct stat info = { 0 };
        size_t got = 0;
        e = file >= 0 && fstat(file, &info) == 0 ? zh_log_read(file, bytes, sizeof bytes, 0, &got) : ZH_IO;
        if (file >= 0) close(file);
        zh_log_segment_header header;
        const char *reason;
        if (e == ZH_OK && (e = zh_log_check_header(&place, (zh_sv){ bytes, got }, &header, &reason)) != ZH_OK)
            e = refuse(why, e, part, name, 0, reason);
        if (e == ZH_OK && i + 1 < count && (uint64_t)info.st_size != header.file_bytes)
            e = refuse(why, ZH_CORRUPT, part, name, (uint64_t)info.st_size < header.file_bytes ?
                       (uint64_t)info.st_size : header.file_bytes, "the file has another size than its header says");
        if (e == ZH_OK) e = zh_log_segments_put(part, firsts[i], header.file_bytes, header.opened_ms);
        if (e == ZH_OK) part->segments[i].unpacked_bytes = header.unpacked_bytes;
        if (e == ZH_OK && i + 1 < count) part->segments[i].indexed = false;
    }
    free(firsts);
    return e;
}

static zh_err put_frame(void *context, uint64_t offset, const zh_log_header *header)
{
    zh_log_segment *last = context;
    return zh_log_index_put(&last->index, header->first_sequence - last->first_sequence, offset);
}

/* Make the file what it would be without the unfinished end: zeros from the end of the last sound frame. */
static zh_err cut(zh_log *log, zh_log_partition *part, const zh_log_checked *checked)
{
    const uint64_t full = checked->header.file_bytes, end = checked->scan.end_offset;
    if (checked->size > full && ftruncate(part->file, (off_t)full) != 0) return ZH_IO;
    const uint64_t dirty_end = checked->size < full ? full : checked->scan.bad_offset + checked->scan.bad_bytes;
    return dirty_end > end && end < full ?
           zh_log_write_zeros(log->io, part->file, end, (dirty_end < full ? dirty_end : full) - end) : ZH_OK;
}

static void tell(const zh_log_desc *desc, const zh_log_partition *part, const char *name, zh_log_damage damage,
                 zh_note *why)
{
    char path[ZH_LOG_NAME_BYTES];
    zh_log_path(path, part->number, name);
    damage.file = zh_sv_of(path);
    if (desc->report != NULL) desc->report(desc->report_context, &damage);
    zh_note_set(why, "%s: cut at byte %" PRIu64 ", %" PRIu64 " bytes: %s; %" PRIu64 " durable records lost",
                path, damage.offset, damage.bytes, damage.reason, damage.records_lost);
}

static zh_err open_hint(zh_log_partition *part, uint64_t *synced, const char **broken)
{
    *synced = 0;
    *broken = NULL;
    const zh_err e = zh_log_small_read(part->dir, ZH_LOG_SYNCED, MARK_SYNCED, synced);
    if ((e == ZH_CORRUPT && !zh_log_hint_is_blank(part->dir)) || e == ZH_FORMAT) *broken = "the file failed its check and was written anew";
    if (e == ZH_CORRUPT || e == ZH_FORMAT || e == ZH_ABSENT) *synced = 0;
    else if (e != ZH_OK) return e;
    part->synced_file = openat(part->dir, ZH_LOG_SYNCED, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    return part->synced_file >= 0 ? ZH_OK : ZH_IO;
}

static zh_err find_end(zh_log *log, zh_log_partition *part, const zh_log_desc *desc, zh_note *why)
{
    zh_log_segment *last = &part->segments[part->segments_count - 1];
    char name[ZH_LOG_NAME_BYTES];
    zh_log_segment_name(name, last->first_sequence);
    const zh_log_place place = { .dir = part->dir, .partition = part->number, .first_sequence = last->first_sequence };
    zh_log_checked checked;
    zh_err e = zh_log_check_segment(&place, put_frame, last, &checked);
    if (e != ZH_OK) return e;
    const zh_log_scan *scan = &checked.scan;
    if (scan->verdict == ZH_LOG_BAD || scan->verdict == ZH_LOG_NEWER)
        return refuse(why, scan->verdict == ZH_LOG_BAD ? ZH_CORRUPT : ZH_FORMAT, part, name, scan->bad_offset, scan->why);
    uint64_t hinted;
    const char *hint_broken;
    if ((e = open_hint(part, &hinted, &hint_broken)) != ZH_OK) return e;
    part->file = openat(part->dir, name, O_RDWR | O_CLOEXEC);
    if (part->file < 0) return ZH_IO;
    /* Also what looks sound is synced: a killed process may have left it in memory only. */
    if (scan->verdict == ZH_LOG_TORN && (e = cut(log, part, &checked)) != ZH_OK) return e;
    if ((e = zh_log_sync_file(log->io, part->file)) != ZH_OK) return e;

    const uint64_t lost = hinted > scan->end_sequence ? hinted - scan->end_sequence : 0;
    if (hint_broken != NULL) tell(desc, part, ZH_LOG_SYNCED, (zh_log_damage){ .reason = hint_broken }, why);
    if (scan->verdict == ZH_LOG_TORN || lost > 0)
        tell(desc, part, name, (zh_log_damage){
            .offset = scan->verdict == ZH_LOG_TORN ? scan->bad_offset : scan->end_offset, .bytes = scan->bad_bytes,
            .cut = true, .records_lost = lost,
            .reason = scan->verdict == ZH_LOG_TORN ? scan->why : "the end is missing" }, why);
    part->end_offset = part->shown_offset = scan->end_offset;
    part->end_sequence = part->synced_sequence = scan->end_sequence;
    part->shown_sequence = part->shown_synced = scan->end_sequence;
    zh_log_mark_synced(part, part->synced_sequence);
    return ZH_OK;
}

static zh_err verify_sealed(zh_log_partition *part, zh_note *why)
{
    for (uint32_t i = 0; i + 1 < part->segments_count; i++) {
        zh_log_segment *segment = &part->segments[i];
        const zh_log_place place = { .dir = part->dir, .partition = part->number,
                                     .first_sequence = segment->first_sequence,
                                     .after = &part->segments[i + 1].first_sequence };
        zh_log_checked checked;
        const zh_err e = zh_log_check_segment(&place, put_frame, segment, &checked);
        if (e != ZH_OK) return e;
        segment->indexed = true;
        if (checked.scan.verdict == ZH_LOG_SOUND) continue;
        char name[ZH_LOG_NAME_BYTES];
        zh_log_segment_name(name, segment->first_sequence);
        return refuse(why, checked.scan.verdict == ZH_LOG_NEWER ? ZH_FORMAT : ZH_CORRUPT, part, name,
                      checked.scan.bad_offset, checked.scan.why);
    }
    return ZH_OK;
}

/* --- the folder */

static zh_err open_partitions(zh_log *log, uint32_t count, bool create)
{
    log->partitions = calloc(count, sizeof *log->partitions);
    if (log->partitions == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        zh_log_partition *part = &log->partitions[i];
        *part = (zh_log_partition){ .number = i, .dir = -1, .file = -1, .synced_file = -1, .spare.file = -1 };
        pthread_mutex_init(&part->lock, NULL);
        pthread_mutex_init(&part->sync_lock, NULL);
        log->partitions_count = i + 1;
        char folder[ZH_LOG_NAME_BYTES];
        snprintf(folder, sizeof folder, "p%03u", i);
        if (create && mkdirat(log->dir, folder, 0750) != 0 && errno != EEXIST)
            return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
        part->dir = openat(log->dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (part->dir < 0) return errno == ENOENT ? ZH_CORRUPT : ZH_IO;
        unlinkat(part->dir, ZH_LOG_SPARE, 0); /* of a process that ended before it needed it */
        zh_log_reserve_find(part);
        unlinkat(part->dir, ZH_LOG_PACKING, 0); /* of one that ended while packing: the segment is there as it was */
    }
    return ZH_OK;
}

/* Before the first log.meta a crash can leave segments, but never a frame in one. */
static zh_err clear_unborn(zh_log_partition *part, zh_note *why)
{
    uint64_t *firsts;
    size_t count;
    zh_err e = zh_log_list(part->dir, &firsts, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        char name[ZH_LOG_NAME_BYTES], bytes[2 * ZH_LOG_ALIGN] = { 0 };
        static const char zeros[ZH_LOG_ALIGN];
        size_t got = 0;
        zh_log_segment_name(name, firsts[i]);
        const int file = openat(part->dir, name, O_RDONLY | O_CLOEXEC);
        e = file >= 0 ? zh_log_read(file, bytes, sizeof bytes, 0, &got) : ZH_IO;
        if (file >= 0) close(file);
        if (e == ZH_OK && memcmp(bytes + ZH_LOG_ALIGN, zeros, ZH_LOG_ALIGN) != 0) {
            zh_note_set(why, ZH_LOG_META " is missing, but p%03u/%s holds records: restore " ZH_LOG_META, part->number, name);
            e = ZH_CORRUPT;
        } else if (e == ZH_OK && unlinkat(part->dir, name, 0) != 0) {
            e = ZH_IO;
        }
    }
    free(firsts);
    return e;
}

static zh_err write_meta(zh_log *log, uint32_t partitions)
{
    char bytes[ZH_LOG_ALIGN];
    size_t written;
    zh_log_small_encode(bytes, MARK_META, partitions);
    const int file = openat(log->dir, ZH_LOG_META ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    zh_err e = zh_log_write(log->io, file, (zh_sv){ bytes, sizeof bytes }, 0, &written);
    if (e == ZH_OK) e = zh_log_sync_file(log->io, file);
    close(file);
    if (e == ZH_OK && renameat(log->dir, ZH_LOG_META ".new", log->dir, ZH_LOG_META) != 0) e = ZH_IO;
    return e == ZH_OK ? zh_log_sync_dir(log->io, log->dir) : e;
}

static zh_err create(zh_log *log, uint32_t partitions, zh_note *why)
{
    zh_err e = open_partitions(log, partitions, true);
    for (uint32_t i = 0; e == ZH_OK && i < partitions; i++) {
        zh_log_partition *part = &log->partitions[i];
        if ((e = clear_unborn(part, why)) == ZH_OK) e = zh_log_roll(log, part, ZH_LOG_SEGMENT_BYTES_MIN / 2, 0);
    }
    if (e == ZH_OK) e = zh_log_sync_dir(log->io, log->dir);
    if (e == ZH_OK) {
        const int parent = openat(log->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        e = parent >= 0 ? zh_log_sync_dir(log->io, parent) : ZH_IO;
        if (parent >= 0) close(parent);
    }
    if (e == ZH_OK) e = write_meta(log, partitions);
    for (uint32_t i = 0; e == ZH_OK && i < partitions; i++) {
        uint64_t synced;
        const char *broken;
        if ((e = open_hint(&log->partitions[i], &synced, &broken)) == ZH_OK) zh_log_mark_synced(&log->partitions[i], 0);
    }
    return e;
}

static zh_err recover_partition(zh_log *log, zh_log_partition *part, const zh_log_desc *desc, zh_note *why)
{
    zh_err e = find_segments(part, why);
    if (e == ZH_OK && desc->verify_all) e = verify_sealed(part, why);
    return e == ZH_OK ? find_end(log, part, desc, why) : e;
}

static zh_err open_folder(zh_log *log, zh_sv dir, zh_note *why)
{
    char path[4096]; /* PATH_MAX */
    if (dir.size >= sizeof path || dir.size == 0) return ZH_RANGE;
    memcpy(path, dir.data, dir.size);
    path[dir.size] = '\0';
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        zh_note_set(why, "%s: the folder of the log cannot be made: %s", path, strerror(errno));
        return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    }
    log->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->dir < 0) {
        zh_note_set(why, "%s: the folder of the log cannot be opened: %s", path, strerror(errno));
        return ZH_IO;
    }
    const zh_err e = zh_log_lock(log->dir, &log->lock_file);
    if (e == ZH_BUSY) zh_note_set(why, "%s: the log is open in another process", path);
    return e;
}

zh_err zh_log_recover(zh_log *log, const zh_log_desc *desc, zh_note *why)
{
    zh_err e = open_folder(log, desc->dir, why);
    if (e != ZH_OK) return e;
    uint64_t partitions = 0;
    e = zh_log_small_read(log->dir, ZH_LOG_META, MARK_META, &partitions);
    if (e == ZH_ABSENT) {
        e = create(log, desc->partitions == 0 ? 1 : desc->partitions, why);
    } else if (e == ZH_FORMAT) {
        zh_note_set(why, ZH_LOG_META ": the log was written by a newer version of zhun: start that version");
    } else if (e == ZH_CORRUPT || (e == ZH_OK && (partitions == 0 || partitions > ZH_LOG_PARTITIONS_MAX))) {
        zh_note_set(why, ZH_LOG_META ": damaged at byte 0: the file fails its check; restore it from a backup");
        e = ZH_CORRUPT;
    } else if (e == ZH_OK && desc->partitions != 0 && desc->partitions != partitions) {
        zh_note_set(why, "the log has %u partitions, not %u: set %u, or export and import into a new folder",
                    (unsigned)partitions, desc->partitions, (unsigned)partitions);
        e = ZH_RANGE;
    } else if (e == ZH_OK) {
        e = open_partitions(log, (uint32_t)partitions, false);
        if (e == ZH_CORRUPT)
            zh_note_set(why, "p%03u: the partition's folder is missing; restore it from a backup",
                        log->partitions_count - 1);
        for (uint32_t i = 0; e == ZH_OK && i < partitions; i++)
            e = recover_partition(log, &log->partitions[i], desc, why);
    }
    if (e != ZH_OK && why != NULL && why->text[0] == '\0') zh_note_set(why, "the log: %s", zh_err_text(e));
    return e;
}
