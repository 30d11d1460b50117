/* faults.c -- LD_PRELOAD: calls that change files, or take memory, fail on demand.
 *
 * ZHUN_FAULTS names the control page (control.h), ZHUN_FAULTS_UNDER the folder whose files are meant. Only calls that an
 * executable or library makes through libc's names are seen; what libc does within itself (stdio) is not. Of allocations only those
 * are meant that the executable's own code asks for: RocksDB's C++ ends the process when it has no memory, whoever calls it.
 */
#include "control.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static crash_control *control;
static char under[PATH_MAX];
static size_t under_size;
static uintptr_t own_first, own_end; /* the executable's code */

static int find_own(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || (info->dlpi_phdr[i].p_flags & PF_X) == 0) continue;
        own_first = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        own_end = own_first + info->dlpi_phdr[i].p_memsz;
    }
    return 1; /* the first is the executable */
}

static __attribute__((constructor)) void begin(void)
{
    const char *page = getenv("ZHUN_FAULTS"), *folder = getenv("ZHUN_FAULTS_UNDER");
    if (page == NULL || folder == NULL || strlen(folder) >= sizeof under) return;
    const int file = open(page, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *at = mmap(NULL, CRASH_CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (at == MAP_FAILED) return;
    dl_iterate_phdr(find_own, NULL);
    strcpy(under, folder);
    under_size = strlen(under);
    control = at;
}

#define REAL(type, name, ...)                                  \
    static type (*real)(__VA_ARGS__);                          \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, name)

static bool is_ours(const char *path)
{
    return strncmp(path, under, under_size) == 0;
}

static bool is_our_file(int file)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return false;
    path[size] = '\0';
    return is_ours(path);
}

static bool is_our_path(int dir, const char *path)
{
    return path[0] == '/' ? is_ours(path) : dir == AT_FDCWD ? false : is_our_file(dir);
}

/* Count a call; is this one to fail? `writes`: it can be cut short, the others cannot. */
static bool befalls(const char *name, bool ours, bool writes)
{
    if (control == NULL || !ours) return false;
    const uint64_t kind = __atomic_load_n(&control->kind, __ATOMIC_RELAXED);
    if (kind == CRASH_MEMORY || (kind == CRASH_SHORT && !writes)) return false;
    const uint64_t now = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
    const uint64_t first = __atomic_load_n(&control->first, __ATOMIC_SEQ_CST);
    if (first == 0 || now < first || now >= __atomic_load_n(&control->end, __ATOMIC_SEQ_CST)) return false;
    if (kind == CRASH_NOTHING || kind == CRASH_NO_SYNC) return false;
    snprintf(control->last, sizeof control->last, "%s", name);
    __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
    errno = kind == CRASH_FULL ? ENOSPC : EIO;
    return true;
}

static bool is_out_of_memory(const char *name, const void *caller)
{
    if (control == NULL || __atomic_load_n(&control->kind, __ATOMIC_RELAXED) != CRASH_MEMORY) return false;
    if ((uintptr_t)caller < own_first || (uintptr_t)caller >= own_end) return false;
    const uint64_t now = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
    const uint64_t first = __atomic_load_n(&control->first, __ATOMIC_SEQ_CST);
    if (first == 0 || now < first || now >= __atomic_load_n(&control->end, __ATOMIC_SEQ_CST)) return false;
    memcpy(control->last, name, strlen(name) + 1);
    __atomic_add_fetch(&control->hits, 1, __ATOMIC_SEQ_CST);
    errno = ENOMEM;
    return true;
}

static bool is_short(void)
{
    return control->kind == CRASH_SHORT;
}

static bool is_without_sync(int file)
{
    return control != NULL && control->kind == CRASH_NO_SYNC && is_our_file(file);
}

/* ---- writing ---- */

ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!befalls("write", control != NULL && is_our_file(file), size > 1)) return real(file, bytes, size);
    return is_short() ? real(file, bytes, size / 2) : -1;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    if (!befalls("pwrite", control != NULL && is_our_file(file), size > 1)) return real(file, bytes, size, offset);
    return is_short() ? real(file, bytes, size / 2, offset) : -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return pwrite(file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (!befalls("writev", control != NULL && is_our_file(file), count > 1)) return real(file, parts, count);
    return is_short() ? real(file, parts, count / 2) : -1;
}

/* ---- syncing ---- */

int fsync(int file)
{
    REAL(int, "fsync", int);
    if (is_without_sync(file)) return 0;
    return befalls("fsync", control != NULL && is_our_file(file), false) ? -1 : real(file);
}

int fdatasync(int file)
{
    REAL(int, "fdatasync", int);
    if (is_without_sync(file)) return 0;
    return befalls("fdatasync", control != NULL && is_our_file(file), false) ? -1 : real(file);
}

int sync_file_range(int file, off64_t offset, off64_t size, unsigned flags)
{
    REAL(int, "sync_file_range", int, off64_t, off64_t, unsigned);
    if (is_without_sync(file)) return 0;
    return befalls("sync_file_range", control != NULL && is_our_file(file), false) ? -1 : real(file, offset, size, flags);
}

/* ---- names and sizes ---- */

static mode_t mode_of(int flags, va_list more)
{
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

int openat(int dir, const char *path, int flags, ...)
{
    REAL(int, "openat", int, const char *, int, ...);
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    const bool ours = control != NULL && (flags & O_CREAT) != 0 && is_our_path(dir, path);
    return befalls("openat", ours, false) ? -1 : real(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return openat(dir, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    REAL(int, "open", const char *, int, ...);
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    const bool ours = control != NULL && (flags & O_CREAT) != 0 && is_our_path(AT_FDCWD, path);
    return befalls("open", ours, false) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    return open(path, flags, mode);
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *);
    return befalls("rename", control != NULL && is_our_path(AT_FDCWD, to), false) ? -1 : real(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    REAL(int, "renameat", int, const char *, int, const char *);
    return befalls("renameat", control != NULL && is_our_path(to_dir, to), false) ? -1 : real(from_dir, from, to_dir, to);
}

int link(const char *from, const char *to)
{
    REAL(int, "link", const char *, const char *);
    return befalls("link", control != NULL && is_our_path(AT_FDCWD, to), false) ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, "mkdir", const char *, mode_t);
    return befalls("mkdir", control != NULL && is_our_path(AT_FDCWD, path), false) ? -1 : real(path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    REAL(int, "mkdirat", int, const char *, mode_t);
    return befalls("mkdirat", control != NULL && is_our_path(dir, path), false) ? -1 : real(dir, path, mode);
}

int unlink(const char *path)
{
    REAL(int, "unlink", const char *);
    return befalls("unlink", control != NULL && is_our_path(AT_FDCWD, path), false) ? -1 : real(path);
}

int unlinkat(int dir, const char *path, int flags)
{
    REAL(int, "unlinkat", int, const char *, int);
    return befalls("unlinkat", control != NULL && is_our_path(dir, path), false) ? -1 : real(dir, path, flags);
}

int ftruncate(int file, off_t size)
{
    REAL(int, "ftruncate", int, off_t);
    return befalls("ftruncate", control != NULL && is_our_file(file), false) ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size)
{
    return ftruncate(file, size);
}

int fallocate(int file, int mode, off_t offset, off_t size)
{
    REAL(int, "fallocate", int, int, off_t, off_t);
    return befalls("fallocate", control != NULL && is_our_file(file), false) ? -1 : real(file, mode, offset, size);
}

int fallocate64(int file, int mode, off64_t offset, off64_t size)
{
    return fallocate(file, mode, offset, size);
}

/* ---- memory ---- */

/* glibc's own names of the real ones: dlsym itself allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *there, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

void *malloc(size_t size)
{
    return is_out_of_memory("malloc", __builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_out_of_memory("calloc", __builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *there, size_t size)
{
    return is_out_of_memory("realloc", __builtin_return_address(0)) ? NULL : __libc_realloc(there, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    return is_out_of_memory("aligned_alloc", __builtin_return_address(0)) ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    void *room = is_out_of_memory("posix_memalign", __builtin_return_address(0)) ? NULL : __libc_memalign(align, size);
    if (room == NULL) return ENOMEM;
    *out = room;
    return 0;
}
