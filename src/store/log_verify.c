/* log_verify.c -- one segment, or a whole log, read byte by byte and judged; nothing is changed. */
#include "store/log_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

zh_err zh_log_check_header(const zh_log_place *place, zh_sv bytes, zh_log_segment_header *header, const char **why)
{
    const zh_err e = zh_log_segment_header_decode(bytes, header, why);
    if (e != ZH_OK) return e;
    *why = "the segment header belongs to another segment than its name and folder say";
    if (header->partition != place->partition || header->first_sequence != place->first_sequence) return ZH_CORRUPT;
    *why = "the segment header says a size that no segment has";
    if (header->file_bytes < ZH_LOG_ALIGN || header->file_bytes > ZH_LOG_SEGMENT_BYTES_MAX) return ZH_CORRUPT;
    *why = "the segment before this one is missing";
    if (place->before != NULL && header->before_first_sequence != *place->before) return ZH_CORRUPT;
    return ZH_OK;
}

/* A segment that another follows was synced to its end before that one began. */
static void judge_sealed(uint64_t next_sequence, zh_log_scan *scan)
{
    if (scan->verdict == ZH_LOG_TORN) scan->verdict = ZH_LOG_BAD;
    if (scan->verdict != ZH_LOG_SOUND || scan->end_sequence == next_sequence) return;
    scan->verdict = ZH_LOG_BAD;
    scan->bad_offset = scan->end_offset;
    scan->bad_bytes = 0;
    scan->why = "frames are missing here: the next segment begins with a later record";
}

zh_err zh_log_check_segment(const zh_log_place *place, zh_log_scan_frame *on_frame, void *context,
                            zh_log_checked *checked)
{
    *checked = (zh_log_checked){ .scan.verdict = ZH_LOG_BAD };
    char name[ZH_LOG_NAME_BYTES], *image;
    size_t size;
    zh_log_segment_name(name, place->first_sequence);
    zh_err e = zh_log_slurp(place->dir, name, &image, &size);
    if (e != ZH_OK) return e;
    checked->size = size;
    e = zh_log_check_header(place, (zh_sv){ image, size }, &checked->header, &checked->scan.why);
    if (e == ZH_FORMAT) checked->scan.verdict = ZH_LOG_NEWER;
    if (e != ZH_OK) {
        free(image);
        return ZH_OK;
    }
    e = zh_log_segment_scan((zh_sv){ image, size }, &checked->header, on_frame, context, &checked->scan);
    free(image);
    if (place->after != NULL) judge_sealed(*place->after, &checked->scan);
    return e;
}

typedef struct verifier {
    zh_log_report *report;
    void *context;
    uint64_t damages;
} verifier;

static void tell(verifier *v, const char *path, const zh_log_damage *damage)
{
    zh_log_damage full = *damage;
    full.file = zh_sv_of(path);
    if (v->report != NULL) v->report(v->context, &full);
    v->damages++;
}

/* The content of a sound frame: it must uncompress to exactly its records. */
typedef struct deep {
    int file;
    zh_buf bytes, scratch;
    uint64_t bad_offset;
} deep;

static zh_err look_inside(void *context, uint64_t offset, const zh_log_header *header)
{
    deep *d = context;
    zh_log_header again;
    zh_sv records;
    const char *why;
    zh_err e = zh_log_load(d->file, offset, &d->bytes, &again, &why);
    if (e == ZH_OK) e = zh_log_frame_records(zh_buf_view(&d->bytes), header, &d->scratch, &records);
    if (e == ZH_CORRUPT && d->bad_offset == 0) d->bad_offset = offset;
    return e == ZH_CORRUPT ? ZH_OK : e;
}

static zh_err verify_segment(verifier *v, const zh_log_place *place, uint64_t *end_sequence)
{
    char name[ZH_LOG_NAME_BYTES], path[ZH_LOG_NAME_BYTES];
    zh_log_segment_name(name, place->first_sequence);
    zh_log_path(path, place->partition, name);
    deep d = { .file = openat(place->dir, name, O_RDONLY | O_CLOEXEC),
               .bytes = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX)),
               .scratch = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX) };
    if (d.file < 0) return ZH_IO;
    zh_log_checked checked;
    const zh_err e = zh_log_check_segment(place, look_inside, &d, &checked);
    close(d.file);
    zh_buf_close(&d.bytes);
    zh_buf_close(&d.scratch);
    if (e != ZH_OK) return e;
    if (d.bad_offset != 0)
        tell(v, path, &(zh_log_damage){ .offset = d.bad_offset, .reason = "the records of the frame do not add up" });
    *end_sequence = checked.scan.end_sequence;
    if (checked.scan.verdict == ZH_LOG_SOUND) return ZH_OK;
    tell(v, path, &(zh_log_damage){ .offset = checked.scan.bad_offset, .bytes = checked.scan.bad_bytes,
                                    .cut = checked.scan.verdict == ZH_LOG_TORN, .reason = checked.scan.why });
    return ZH_OK;
}

static zh_err verify_partition(verifier *v, int root, uint32_t number)
{
    char folder[ZH_LOG_NAME_BYTES], path[ZH_LOG_NAME_BYTES];
    snprintf(folder, sizeof folder, "p%03u", number);
    const int dir = openat(root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint64_t *firsts = NULL, end_sequence = 0, synced = 0;
    size_t count = 0;
    zh_err e = dir < 0 ? ZH_OK : zh_log_list(dir, &firsts, &count);
    if (e == ZH_OK && count == 0) tell(v, folder, &(zh_log_damage){ .reason = "the partition has no segment" });
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        const zh_log_place place = { .dir = dir, .partition = number, .first_sequence = firsts[i],
                                     .before = i > 0 ? &firsts[i - 1] : NULL,
                                     .after = i + 1 < count ? &firsts[i + 1] : NULL };
        e = verify_segment(v, &place, &end_sequence);
    }
    free(firsts);
    zh_log_path(path, number, ZH_LOG_SYNCED);
    if (e == ZH_OK && count > 0) {
        const zh_err hint = zh_log_small_read(dir, ZH_LOG_SYNCED, "ZHW", &synced);
        if ((hint == ZH_CORRUPT && !zh_log_hint_is_blank(dir)) || hint == ZH_FORMAT)
            tell(v, path, &(zh_log_damage){ .reason = "the file fails its check; the next opening writes it anew" });
        if (hint == ZH_OK && synced > end_sequence && v->damages == 0)
            tell(v, path, &(zh_log_damage){ .cut = true, .records_lost = synced - end_sequence,
                                            .reason = "records that had been durable are gone from the end" });
        if (hint == ZH_IO || hint == ZH_NOMEM) e = hint;
    }
    if (dir >= 0) close(dir);
    return e;
}

zh_err zh_log_verify(zh_sv dir, zh_log_report *report, void *context, zh_note *why)
{
    char path[4096];
    if (dir.size >= sizeof path) return ZH_RANGE;
    memcpy(path, dir.data, dir.size);
    path[dir.size] = '\0';
    const int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        zh_note_set(why, "%s: there is no log here", path);
        return errno == ENOENT ? ZH_ABSENT : ZH_IO;
    }
    verifier v = { .report = report, .context = context };
    uint64_t partitions = 0;
    int lock_file;
    zh_err e = zh_log_lock(root, &lock_file);
    if (e == ZH_BUSY) zh_note_set(why, "%s: the log is open in another process", path);
    if (e == ZH_OK) {
        e = zh_log_small_read(root, ZH_LOG_META, "ZHL", &partitions);
        if (e == ZH_CORRUPT || (e == ZH_OK && partitions > ZH_LOG_PARTITIONS_MAX)) {
            tell(&v, ZH_LOG_META, &(zh_log_damage){ .reason = "the file fails its check" });
            e = ZH_OK;
            partitions = 0;
        } else if (e != ZH_OK) {
            zh_note_set(why, "%s/%s: %s", path, ZH_LOG_META, zh_err_text(e));
        }
    }
    for (uint32_t i = 0; e == ZH_OK && i < partitions; i++) e = verify_partition(&v, root, i);
    if (lock_file >= 0) close(lock_file);
    close(root);
    if (e == ZH_OK && v.damages > 0) {
        zh_note_set(why, "%s: %llu damages", path, (unsigned long long)v.damages);
        e = ZH_CORRUPT;
    }
    return e;
}
