/* log_reserve.c -- a segment of zeros that is kept for the day the disk is full.
 *
 *     disk has room   reserve.log lies there, ZH_LOG_RESERVE_BYTES in all partitions together, and is never touched
 *     disk is full    an append finds no zeros ahead ──┬─ not vital ─► ZH_FULL
 *                                                      └─ vital ─────► reserve.log becomes the next segment
 *     room again      zh_log_make_room writes a new one before it says that there is room
 *
 * It is a segment and not a ballast to be deleted: what deleting frees may be taken by anybody, a rename needs no space.
 */
#include "store/log_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW ZH_LOG_RESERVE ".new"
#define PIECE_BYTES (256u << 10)

static uint64_t share_of(const zh_log *log)
{
    uint64_t share = ZH_LOG_RESERVE_BYTES / log->partitions_count;
    if (share < ZH_LOG_RESERVE_BYTES_MIN) share = ZH_LOG_RESERVE_BYTES_MIN;
    if (share > log->segment_bytes) share = log->segment_bytes;
    return share / 4096 * 4096;
}

void zh_log_reserve_find(zh_log_partition *part)
{
    struct stat info;
    unlinkat(part->dir, NEW, 0); /* of a process that ended while it wrote one */
    part->reserve_bytes = 0;
    if (fstatat(part->dir, ZH_LOG_RESERVE, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode))
        part->reserve_bytes = (uint64_t)info.st_size / ZH_LOG_ALIGN * ZH_LOG_ALIGN;
}

static zh_err fill(const zh_log *log, int file, uint64_t bytes)
{
    zh_err e = ZH_OK;
    for (uint64_t done = 0; e == ZH_OK && done < bytes;) {
        const uint64_t left = bytes - done, size = left < ZH_LOG_STEP_BYTES ? left : ZH_LOG_STEP_BYTES;
        e = zh_log_write_zeros(log->io, file, done, size);
        if (e == ZH_OK) e = zh_log_sync_file(log->io, file); /* in steps, as zeros ahead are */
        done += size;
    }
    return e;
}

zh_err zh_log_reserve_make(const zh_log *log, const zh_log_partition *part, uint64_t *bytes)
{
    *bytes = share_of(log);
    if (!zh_log_may_grow(part->dir, *bytes)) return ZH_FULL;
    const int file = openat(part->dir, NEW, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    zh_err e = fill(log, file, *bytes);
    close(file);
    if (e == ZH_OK && renameat(part->dir, NEW, part->dir, ZH_LOG_RESERVE) != 0) e = errno == ENOSPC ? ZH_FULL : ZH_IO;
    if (e == ZH_OK) return zh_log_sync_dir(log->io, part->dir);
    unlinkat(part->dir, NEW, 0);
    return e;
}

/* Zeros were synced when it was made; where a byte of them changed since, they are written again, which needs no space. */
static zh_err make_zero(const zh_log *log, int file, uint64_t bytes)
{
    static const char zeros[PIECE_BYTES];
    char *piece = malloc(PIECE_BYTES);
    if (piece == NULL) return ZH_NOMEM;
    zh_err e = ZH_OK;
    bool clean = true;
    for (uint64_t done = 0; e == ZH_OK && clean && done < bytes;) {
        size_t got;
        e = zh_log_read(file, piece, PIECE_BYTES, done, &got);
        if (e == ZH_OK && got == 0) e = ZH_IO;
        clean = memcmp(piece, zeros, got) == 0;
        done += got;
    }
    free(piece);
    return e != ZH_OK || clean ? e : fill(log, file, bytes);
}

zh_err zh_log_reserve_take(const zh_log *log, zh_log_partition *part, int *file)
{
    *file = openat(part->dir, ZH_LOG_RESERVE, O_RDWR | O_CLOEXEC);
    if (*file < 0) return ZH_FULL;
    zh_err e = make_zero(log, *file, part->reserve_bytes);
    if (e == ZH_OK && renameat(part->dir, ZH_LOG_RESERVE, part->dir, ZH_LOG_SPARE) != 0) e = ZH_IO;
    if (e != ZH_OK) {
        close(*file);
        *file = -1;
    }
    return e;
}

uint64_t zh_log_reserve(zh_log *log)
{
    uint64_t bytes = 0;
    pthread_mutex_lock(&log->ahead_lock);
    for (uint32_t i = 0; i < log->partitions_count; i++) bytes += log->partitions[i].reserve_bytes;
    pthread_mutex_unlock(&log->ahead_lock);
    return bytes;
}
