#include "store/log_copy.h"
#include "store/log_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (1u << 20)
#define COPYING "copy.tmp" /* a file that is being copied; then it takes its name */

typedef struct copier {
    zh_log *log;
    const zh_log_copy_desc *desc;
    zh_log_copied *did;
    zh_note *why;
    char *piece;
    int to, since; /* folders of the partition in work; -1: none */
} copier;

/* What a partition held when the copy of it began. */
typedef struct moment {
    uint64_t *firsts;    /* first sequences of its segments */
    uint32_t count;
    int last;            /* the last one, open: it may be sealed and packed before its turn */
    uint64_t last_bytes; /* size of its file */
    uint64_t end_offset, end_sequence;
} moment;

static zh_err fail(const copier *c, const char *name)
{
    const int number = errno;
    zh_note_set(c->why, "%s: %s", name, strerror(number));
    return number == ENOSPC || number == EDQUOT || number == EFBIG ? ZH_FULL : number == ENOMEM ? ZH_NOMEM : ZH_IO;
}

/* Offset of the frame that begins with a sequence of the last segment; the caller holds the lock. */
static uint64_t offset_of(const zh_log_partition *part, uint64_t sequence)
{
    const zh_log_segment *last = &part->segments[part->segments_count - 1];
    if (sequence >= part->shown_sequence) return part->shown_offset;
    for (uint32_t i = 0; i < last->index.count; i++)
        if (last->first_sequence + (last->index.frames[i] >> 32) == sequence) return (last->index.frames[i] & UINT32_MAX) * ZH_LOG_ALIGN;
    return ZH_LOG_ALIGN;
}

static zh_err take_moment(zh_log_partition *part, moment *m)
{
    char name[ZH_LOG_NAME_BYTES];
    *m = (moment){ .last = -1 };
    zh_err e = ZH_OK;
    pthread_mutex_lock(&part->lock);
    const zh_log_segment *last = &part->segments[part->segments_count - 1];
    m->firsts = malloc(part->segments_count * sizeof *m->firsts);
    if (m->firsts == NULL) e = ZH_NOMEM;
    for (uint32_t i = part->segments_first; e == ZH_OK && i < part->segments_count; i++) m->firsts[m->count++] = part->segments[i].first_sequence;
    m->end_sequence = part->shown_synced;
    m->end_offset = offset_of(part, part->shown_synced);
    m->last_bytes = last->file_bytes;
    zh_log_segment_name(name, last->first_sequence);
    if (e == ZH_OK && (m->last = openat(part->dir, name, O_RDONLY | O_CLOEXEC)) < 0) e = ZH_IO;
    pthread_mutex_unlock(&part->lock);
    return e;
}

/* The first `bytes` of a file, then zeros up to `size`. */
static zh_err copy_bytes(copier *c, int from, const char *name, uint64_t bytes, uint64_t size)
{
    const int to = openat(c->to, COPYING, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (to < 0) return fail(c, name);
    zh_err e = ZH_OK;
    for (uint64_t at = 0; e == ZH_OK && at < bytes;) {
        const size_t most = bytes - at < PIECE_BYTES ? (size_t)(bytes - at) : PIECE_BYTES;
        size_t got, written;
        e = zh_log_read(from, c->piece, most, at, &got);
        if (e == ZH_OK && got < most) e = ZH_CORRUPT; /* shorter than it said */
        if (e == ZH_OK) e = zh_log_write(&zh_log_real_io, to, (zh_sv){ c->piece, got }, at, &written);
        if (e != ZH_OK) zh_note_set(c->why, "%s: %s", name, zh_err_text(e));
        at += got;
        if (e == ZH_OK && c->desc->go_on != NULL && !c->desc->go_on(c->desc->context, got)) e = ZH_STOPPED;
    }
    if (e == ZH_OK && (ftruncate(to, (off_t)size) != 0 || fsync(to) != 0)) e = fail(c, name);
    close(to);
    if (e == ZH_OK && renameat(c->to, COPYING, c->to, name) != 0) e = fail(c, name);
    c->did->copied_bytes += bytes;
    return e;
}

/* Two files of a sealed segment are the same where their headers and sizes are: a header says whether it is packed. */
static bool is_same(int dir, const char *name, zh_sv header, off_t size)
{
    char bytes[ZH_LOG_ALIGN];
    struct stat info;
    const int file = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    size_t got = 0;
    const bool same = fstat(file, &info) == 0 && info.st_size == size && zh_log_read(file, bytes, sizeof bytes, 0, &got) == ZH_OK &&
                      zh_sv_equal((zh_sv){ bytes, got }, header);
    close(file);
    return same;
}

/* Is the file in the copy a whole one, not the last of an earlier copy, which went on to grow? Its end says so. */
static bool is_whole(int dir, uint64_t partition, uint64_t first_sequence, uint64_t next_sequence)
{
    zh_log_checked checked;
    const zh_log_place place = { .dir = dir, .partition = (uint32_t)partition, .first_sequence = first_sequence, .after = &next_sequence };
    return zh_log_check_segment(&place, NULL, NULL, &checked) == ZH_OK && checked.scan.verdict == ZH_LOG_SOUND;
}

static zh_err copy_sealed(copier *c, const zh_log_partition *part, uint64_t first_sequence, uint64_t next_sequence)
{
    char name[ZH_LOG_NAME_BYTES], header[ZH_LOG_ALIGN];
    zh_log_segment_name(name, first_sequence);
    const int from = openat(part->dir, name, O_RDONLY | O_CLOEXEC);
    if (from < 0) return fail(c, name);
    struct stat info;
    size_t got = 0;
    zh_err e = fstat(from, &info) == 0 ? zh_log_read(from, header, sizeof header, 0, &got) : fail(c, name);
    const zh_sv head = { header, got };
    bool done = false;
    if (e == ZH_OK && is_same(c->to, name, head, info.st_size) && is_whole(c->to, part->number, first_sequence, next_sequence)) {
        c->did->same_bytes += (uint64_t)info.st_size;
        done = true;
    } else if (e == ZH_OK && is_same(c->since, name, head, info.st_size) && is_whole(c->since, part->number, first_sequence, next_sequence)) {
        unlinkat(c->to, name, 0);
        done = linkat(c->since, name, c->to, name, 0) == 0; /* another disk: it is copied */
        if (done) c->did->linked_bytes += (uint64_t)info.st_size;
    }
    if (done && c->desc->go_on != NULL && !c->desc->go_on(c->desc->context, (uint64_t)info.st_size)) e = ZH_STOPPED;
    if (e == ZH_OK && !done) e = copy_bytes(c, from, name, (uint64_t)info.st_size, (uint64_t)info.st_size);
    close(from);
    return e;
}

/* Files of an earlier copy that the log does not have any more. */
static zh_err remove_others(const copier *c, const moment *m)
{
    uint64_t *there;
    size_t count;
    zh_err e = zh_log_list(c->to, &there, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        bool known = false;
        for (uint32_t k = 0; k < m->count; k++) known |= m->firsts[k] == there[i];
        char name[ZH_LOG_NAME_BYTES];
        zh_log_segment_name(name, there[i]);
        if (!known && unlinkat(c->to, name, 0) != 0) e = fail(c, name);
    }
    free(there);
    return e;
}

static zh_err put_small(const copier *c, int dir, const char *name, const char mark[3], uint64_t number)
{
    char bytes[ZH_LOG_ALIGN];
    size_t written;
    zh_log_small_encode(bytes, mark, number);
    const int file = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) return fail(c, name);
    zh_err e = zh_log_write(&zh_log_real_io, file, (zh_sv){ bytes, sizeof bytes }, 0, &written);
    if (e == ZH_OK && fsync(file) != 0) e = fail(c, name);
    close(file);
    return e;
}

static zh_err copy_partition(copier *c, zh_log_partition *part)
{
    moment m;
    char name[ZH_LOG_NAME_BYTES];
    zh_err e = take_moment(part, &m);
    for (uint32_t i = 0; e == ZH_OK && i + 1 < m.count; i++) e = copy_sealed(c, part, m.firsts[i], m.firsts[i + 1]);
    if (e == ZH_OK) {
        zh_log_segment_name(name, m.firsts[m.count - 1]);
        e = copy_bytes(c, m.last, name, m.end_offset, m.last_bytes);
    }
    if (e == ZH_OK) e = remove_others(c, &m);
    if (e == ZH_OK) e = put_small(c, c->to, ZH_LOG_SYNCED, "ZHW", m.end_sequence);
    if (e == ZH_OK && fsync(c->to) != 0) e = fail(c, "the folder");
    c->did->ends[part->number] = m.end_sequence;
    if (m.last >= 0) close(m.last);
    free(m.firsts);
    return e;
}

static int open_folder(zh_sv path)
{
    char text[4096];
    if (path.size == 0 || path.size >= sizeof text) return -1;
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    return open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static zh_err copy_all(copier *c, int to, int since)
{
    zh_err e = unlinkat(to, ZH_LOG_META, 0) == 0 || errno == ENOENT ? ZH_OK : fail(c, ZH_LOG_META);
    for (uint32_t p = 0; e == ZH_OK && p < c->log->partitions_count; p++) {
        char folder[ZH_LOG_NAME_BYTES];
        snprintf(folder, sizeof folder, "p%03u", p);
        if (mkdirat(to, folder, 0750) != 0 && errno != EEXIST) return fail(c, folder);
        c->to = openat(to, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        c->since = since < 0 ? -1 : openat(since, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        e = c->to < 0 ? fail(c, folder) : copy_partition(c, &c->log->partitions[p]);
        if (c->to >= 0) unlinkat(c->to, COPYING, 0), close(c->to);
        if (c->since >= 0) close(c->since);
    }
    if (e == ZH_OK && fsync(to) != 0) e = fail(c, "the folder");
    if (e == ZH_OK) e = put_small(c, to, ZH_LOG_META, "ZHL", c->log->partitions_count);
    return e == ZH_OK && fsync(to) != 0 ? fail(c, "the folder") : e;
}

zh_err zh_log_copy(zh_log *log, const zh_log_copy_desc *desc, zh_log_copied *did, zh_note *why)
{
    *did = (zh_log_copied){ 0 };
    copier c = { .log = log, .desc = desc, .did = did, .why = why, .piece = malloc(PIECE_BYTES) };
    const int to = open_folder(desc->to), since = desc->since.size == 0 ? -1 : open_folder(desc->since);
    zh_err e = c.piece == NULL ? ZH_NOMEM : to < 0 ? fail(&c, "the folder of the copy") : copy_all(&c, to, since);
    if (to >= 0) close(to);
    if (since >= 0) close(since);
    free(c.piece);
    return e;
}
