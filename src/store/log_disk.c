/* log_disk.c -- the log's calls to the system: whole writes, syncs, names, small files. */
#include "store/log_inner.h"

#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static ssize_t real_pwrite(void *context, int file, const void *bytes, size_t size, off_t offset)
{
    (void)context;
    return pwrite(file, bytes, size, offset);
}
static int real_fdatasync(void *context, int file)
{
    (void)context;
    return fdatasync(file);
}
static int real_fsync(void *context, int directory)
{
    (void)context;
    return fsync(directory);
}
const zh_log_io zh_log_real_io = { .pwrite = real_pwrite, .fdatasync = real_fdatasync, .fsync = real_fsync };

static zh_err error_of(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG ? ZH_FULL : ZH_IO;
}

zh_err zh_log_write(const zh_log_io *io, int file, zh_sv bytes, uint64_t offset, size_t *written)
{
    *written = 0;
    while (*written < bytes.size) {
        const ssize_t n = io->pwrite(io->context, file, bytes.data + *written, bytes.size - *written,
                                     (off_t)(offset + *written));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? error_of(errno) : ZH_IO;
        *written += (size_t)n;
    }
    return ZH_OK;
}

zh_err zh_log_write_zeros(const zh_log_io *io, int file, uint64_t offset, uint64_t bytes)
{
    static const char zeros[256 << 10];
    for (uint64_t done = 0; done < bytes;) {
        const uint64_t left = bytes - done;
        size_t written;
        const zh_sv piece = { zeros, left < sizeof zeros ? (size_t)left : sizeof zeros };
        const zh_err e = zh_log_write(io, file, piece, offset + done, &written);
        if (e != ZH_OK) return e;
        done += written;
    }
    return ZH_OK;
}

zh_err zh_log_sync_file(const zh_log_io *io, int file)
{
    return io->fdatasync(io->context, file) == 0 ? ZH_OK : error_of(errno);
}

zh_err zh_log_sync_dir(const zh_log_io *io, int dir)
{
    return io->fsync(io->context, dir) == 0 ? ZH_OK : error_of(errno);
}

zh_err zh_log_read(int file, char *to, size_t size, uint64_t offset, size_t *got)
{
    *got = 0;
    while (*got < size) {
        const ssize_t n = pread(file, to + *got, size - *got, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ZH_IO;
        if (n == 0) break;
        *got += (size_t)n;
    }
    return ZH_OK;
}

zh_err zh_log_slurp(int dir, const char *name, char **image, size_t *size)
{
    *image = NULL;
    *size = 0;
    const int file = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == ENOENT ? ZH_ABSENT : ZH_IO;
    struct stat info;
    zh_err e = fstat(file, &info) == 0 ? ZH_OK : ZH_IO;
    if (e == ZH_OK) {
        *image = malloc(info.st_size > 0 ? (size_t)info.st_size : 1);
        e = *image == NULL ? ZH_NOMEM : zh_log_read(file, *image, (size_t)info.st_size, 0, size);
    }
    close(file);
    if (e != ZH_OK) {
        free(*image);
        *image = NULL;
    }
    return e;
}

zh_err zh_log_lock(int dir, int *file)
{
    *file = openat(dir, ZH_LOG_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*file < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(*file, F_OFD_SETLK, &all) == 0) return ZH_OK;
    const zh_err e = errno == EAGAIN || errno == EACCES ? ZH_BUSY : ZH_IO;
    close(*file);
    *file = -1;
    return e;
}

bool zh_log_may_grow(int dir, uint64_t bytes)
{
    struct statvfs disk;
    return fstatvfs(dir, &disk) != 0 || (uint64_t)disk.f_bavail * disk.f_frsize >= bytes + ZH_LOG_KEEP_FREE_BYTES;
}

void zh_log_segment_name(char name[ZH_LOG_NAME_BYTES], uint64_t first_sequence)
{
    snprintf(name, ZH_LOG_NAME_BYTES, "%020" PRIu64 ".log", first_sequence);
}

bool zh_log_segment_parse(const char *name, uint64_t *first_sequence)
{
    if (strlen(name) != 24 || strcmp(name + 20, ".log") != 0) return false;
    *first_sequence = 0;
    for (int i = 0; i < 20; i++) {
        if (name[i] < '0' || name[i] > '9') return false;
        const uint64_t digit = (uint64_t)(name[i] - '0');
        if (*first_sequence > (UINT64_MAX - digit) / 10) return false;
        *first_sequence = *first_sequence * 10 + digit;
    }
    return true;
}

void zh_log_path(char path[ZH_LOG_NAME_BYTES], uint32_t partition, const char *name)
{
    snprintf(path, ZH_LOG_NAME_BYTES, "p%03u/%.30s", partition, name);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

zh_err zh_log_list(int dir, uint64_t **first_sequences, size_t *count)
{
    *first_sequences = NULL;
    *count = 0;
    const int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = again < 0 ? NULL : fdopendir(again);
    if (listing == NULL) {
        if (again >= 0) close(again);
        return ZH_IO;
    }
    size_t cap = 0;
    zh_err e = ZH_OK;
    for (struct dirent *entry; e == ZH_OK && (entry = readdir(listing)) != NULL;) {
        uint64_t number;
        if (!zh_log_segment_parse(entry->d_name, &number)) continue;
        if (*count == cap) {
            cap = cap == 0 ? 16 : 2 * cap;
            uint64_t *more = realloc(*first_sequences, cap * sizeof *more);
            if (more == NULL) e = ZH_NOMEM;
            else *first_sequences = more;
        }
        if (e == ZH_OK) (*first_sequences)[(*count)++] = number;
    }
    closedir(listing);
    if (e == ZH_OK && *count > 1) qsort(*first_sequences, *count, sizeof **first_sequences, by_number);
    if (e != ZH_OK) {
        free(*first_sequences);
        *first_sequences = NULL;
    }
    return e;
}

void zh_log_small_encode(char to[ZH_LOG_ALIGN], const char mark[3], uint64_t number)
{
    memset(to, 0, ZH_LOG_ALIGN);
    memcpy(to, mark, 3);
    to[3] = 1;
    for (int i = 0; i < 8; i++) to[4 + i] = (char)(unsigned char)(number >> (8 * i));
    const uint32_t crc = zh_crc32c(0, (zh_sv){ to, 60 });
    for (int i = 0; i < 4; i++) to[60 + i] = (char)(unsigned char)(crc >> (8 * i));
}

bool zh_log_hint_is_blank(int dir)
{
    char *image;
    size_t size, i = 0;
    if (zh_log_slurp(dir, ZH_LOG_SYNCED, &image, &size) != ZH_OK) return false;
    while (i < size && image[i] == 0) i++;
    free(image);
    return i == size;
}

zh_err zh_log_small_read(int dir, const char *name, const char mark[3], uint64_t *number)
{
    char *image;
    size_t size;
    zh_err e = zh_log_slurp(dir, name, &image, &size);
    if (e != ZH_OK) return e;
    char want[ZH_LOG_ALIGN];
    zh_reader r = zh_reader_on(zh_sv_part((zh_sv){ image, size }, 4, 8));
    *number = zh_read_u64(&r);
    zh_reader sum = zh_reader_on(zh_sv_part((zh_sv){ image, size }, 60, 4));
    if (size != ZH_LOG_ALIGN || zh_read_u32(&sum) != zh_crc32c(0, (zh_sv){ image, 60 })) {
        e = ZH_CORRUPT;
    } else if (memcmp(image, mark, 3) == 0 && image[3] != 1) {
        e = ZH_FORMAT;
    } else {
        zh_log_small_encode(want, mark, *number);
        e = memcmp(image, want, ZH_LOG_ALIGN) == 0 ? ZH_OK : ZH_CORRUPT;
    }
    free(image);
    return e;
}
