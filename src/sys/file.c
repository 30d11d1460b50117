#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HOLDER_MAX 512 /* what a lock file says about its holder */

static zh_err err_of_errno(int number)
{
    switch (number) {
    case ENOENT: case ENOTDIR: return ZH_ABSENT;
    case EEXIST: return ZH_EXISTS;
    case EACCES: case EPERM: case EROFS: return ZH_DENIED;
    case ENAMETOOLONG: return ZH_RANGE;
    case ENOSPC: case EDQUOT: case EFBIG: return ZH_FULL;
    case ENOMEM: return ZH_NOMEM;
    default: return ZH_IO;
    }
}

/* The system wants a NUL at the end, and none before. */
static zh_err path_text(char text[ZH_FILE_PATH_MAX + 1], zh_sv path)
{
    if (path.size == 0) return ZH_ABSENT;
    if (path.size > ZH_FILE_PATH_MAX || memchr(path.data, '\0', path.size) != NULL) return ZH_RANGE;
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    return ZH_OK;
}

static zh_err read_all(int fd, zh_buf *into)
{
    char bytes[16384];
    for (;;) {
        const ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_of_errno(errno);
        if (n == 0) return ZH_OK;
        zh_buf_put(into, (zh_sv){ bytes, (size_t)n });
        if (zh_buf_err(into) != ZH_OK) return zh_buf_err(into);
    }
}

zh_err zh_file_read(zh_sv path, zh_buf *into)
{
    char text[ZH_FILE_PATH_MAX + 1];
    zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    const int fd = open(text, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_of_errno(errno);
    e = read_all(fd, into);
    close(fd);
    return e;
}

static zh_err write_all(int fd, zh_sv bytes)
{
    while (bytes.size > 0) {
        const ssize_t n = write(fd, bytes.data, bytes.size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_of_errno(errno);
        bytes = zh_sv_part(bytes, (size_t)n, bytes.size);
    }
    return ZH_OK;
}

/* The folder a path lies in; "." where it names none. */
static zh_sv folder_of(zh_sv path)
{
    size_t size = path.size;
    while (size > 0 && path.data[size - 1] != '/') size--;
    while (size > 1 && path.data[size - 1] == '/') size--;
    return size == 0 ? ZH_SV(".") : zh_sv_part(path, 0, size);
}

zh_err zh_file_write(zh_sv path, zh_sv bytes, unsigned mode)
{
    char text[ZH_FILE_PATH_MAX + 1], fresh[ZH_FILE_PATH_MAX + 32];
    uint64_t mark = 0;
    zh_err e = path_text(text, path);
    /* two writers do not share a neighbour */
    if (e == ZH_OK) e = zh_file_random(&mark, sizeof mark);
    if (e != ZH_OK) return e;
    snprintf(fresh, sizeof fresh, "%s.%016llx", text, (unsigned long long)mark);
    const int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return err_of_errno(errno);
    e = write_all(fd, bytes);
    if (e == ZH_OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0)) e = err_of_errno(errno);
    if (close(fd) != 0 && e == ZH_OK) e = err_of_errno(errno);
    if (e == ZH_OK && rename(fresh, text) != 0) e = err_of_errno(errno);
    if (e != ZH_OK) {
        unlink(fresh);
        return e;
    }
    return zh_file_sync_dir(folder_of(path));
}

bool zh_file_exists(zh_sv path)
{
    char text[ZH_FILE_PATH_MAX + 1];
    return path_text(text, path) == ZH_OK && access(text, F_OK) == 0;
}

zh_err zh_file_size(zh_sv path, uint64_t *bytes)
{
    char text[ZH_FILE_PATH_MAX + 1];
    struct stat there;
    const zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    if (stat(text, &there) != 0) return err_of_errno(errno);
    *bytes = (uint64_t)there.st_size;
    return ZH_OK;
}

zh_err zh_file_remove(zh_sv path)
{
    char text[ZH_FILE_PATH_MAX + 1];
    const zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    return unlink(text) == 0 ? ZH_OK : err_of_errno(errno);
}

static zh_err make_dir(const char *path)
{
    struct stat there;
    if (mkdir(path, 0700) == 0) return ZH_OK;
    const int number = errno;
    return number == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode)
               ? ZH_OK
               : err_of_errno(number);
}

zh_err zh_file_make_dirs(zh_sv path)
{
    char text[ZH_FILE_PATH_MAX + 1];
    zh_err e = path_text(text, path);
    for (size_t i = 1; e == ZH_OK && i < path.size; i++) {
        if (text[i] != '/' || text[i - 1] == '/') continue;
        text[i] = '\0';
        e = make_dir(text);
        text[i] = '/';
    }
    return e == ZH_OK ? make_dir(text) : e;
}

zh_err zh_file_sync_dir(zh_sv path)
{
    char text[ZH_FILE_PATH_MAX + 1];
    zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    const int fd = open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_of_errno(errno);
    if (fsync(fd) != 0) e = err_of_errno(errno);
    close(fd);
    return e;
}

zh_err zh_file_disk(zh_sv path, uint64_t *free_bytes, uint64_t *bytes)
{
    char text[ZH_FILE_PATH_MAX + 1];
    struct statvfs disk;
    const zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    if (statvfs(text, &disk) != 0) return err_of_errno(errno);
    *free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    *bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
    return ZH_OK;
}

/* ---- the lock ---- */

struct zh_file_lock {
    int fd;
};

zh_err zh_file_lock_open(zh_file_lock **out, zh_sv path, zh_sv note, zh_buf *holder)
{
    char text[ZH_FILE_PATH_MAX + 1], head[32];
    *out = NULL;
    zh_err e = path_text(text, path);
    if (e != ZH_OK) return e;
    const int fd = open(text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return err_of_errno(errno);
    zh_file_lock *lock = malloc(sizeof *lock);
    if (lock == NULL) e = ZH_NOMEM;
    /* The lock of an open file description: as flock(2), whose header our own file.h hides. */
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (e == ZH_OK && fcntl(fd, F_OFD_SETLK, &whole) != 0) {
        e = errno == EAGAIN || errno == EACCES ? ZH_BUSY : err_of_errno(errno);
        char who[HOLDER_MAX];
        const ssize_t n = e == ZH_BUSY && holder != NULL ? pread(fd, who, sizeof who, 0) : 0;
        if (n > 0) zh_buf_put(holder, zh_sv_trim((zh_sv){ who, (size_t)n }));
    }
    /* The file stays when the lock goes: removing it would let two hold "the" lock on two files. */
    if (e == ZH_OK && ftruncate(fd, 0) != 0) e = err_of_errno(errno);
    if (e == ZH_OK) {
        snprintf(head, sizeof head, "%ld ", (long)getpid());
        e = write_all(fd, zh_sv_of(head));
        if (e == ZH_OK) e = write_all(fd, zh_sv_part(note, 0, HOLDER_MAX - sizeof head));
        if (e == ZH_OK) e = write_all(fd, ZH_SV("\n"));
    }
    if (e != ZH_OK) {
        close(fd);
        free(lock);
        return e;
    }
    lock->fd = fd;
    *out = lock;
    return ZH_OK;
}

void zh_file_lock_close(zh_file_lock *lock)
{
    if (lock == NULL) return;
    close(lock->fd);
    free(lock);
}

zh_err zh_file_random(void *bytes, size_t size)
{
    unsigned char *at = bytes;
    while (size > 0) {
        const ssize_t n = getrandom(at, size, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return ZH_IO;
        at += n;
        size -= (size_t)n;
    }
    return ZH_OK;
}
