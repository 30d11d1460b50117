/* file.h -- whole files, folders, the lock of a data folder, and random bytes of the system.
 *
 * Guarantees  a written file is there whole or not at all, also after a power cut: the bytes go to
 *             a temporary neighbour, are synced, take the name, and the folder is synced.
 * Threads     any; two writers of one path: the later rename wins, no mixture.
 * Errors      ZH_ABSENT no such file, ZH_EXISTS, ZH_DENIED no right, ZH_RANGE a path too long or
 *             with a NUL in it, ZH_FULL the disk or the buffer's maximum, ZH_IO anything else of
 *             the disk.
 * Not here    reading compressed or large files as a stream (input.h), the event log (store).
 */
#ifndef ZH_SYS_FILE_H
#define ZH_SYS_FILE_H
#include "base/buf.h"

#define ZH_FILE_PATH_MAX 4095 /* bytes; the kernel's PATH_MAX without its NUL */

/* Append the whole file to `into`; its maximum bounds the read (ZH_FULL beyond it). */
ZH_MUST zh_err zh_file_read(zh_sv path, zh_buf *into);

/* Replace the file with these bytes, atomically. `mode` as of chmod, e.g. 0600 for keys. */
ZH_MUST zh_err zh_file_write(zh_sv path, zh_sv bytes, unsigned mode);

bool zh_file_exists(zh_sv path);
ZH_MUST zh_err zh_file_size(zh_sv path, uint64_t *bytes);
/* Remove one file; ZH_ABSENT when it was not there. */
ZH_MUST zh_err zh_file_remove(zh_sv path);
/* The folder and those above it, mode 0700 where made; fine when it is there already. */
ZH_MUST zh_err zh_file_make_dirs(zh_sv path);
/* Make names made, renamed or removed in this folder survive a power cut. */
ZH_MUST zh_err zh_file_sync_dir(zh_sv path);
/* Bytes an unprivileged writer may still use on the disk of this path. */
ZH_MUST zh_err zh_file_disk(zh_sv path, uint64_t *free_bytes, uint64_t *bytes);

/* One process a data folder. The lock goes with the process, however it ends. */
typedef struct zh_file_lock zh_file_lock;

/* Take the lock file (made where absent) and write this process's id and `note` into it.
 * ZH_BUSY: another holds it; `holder` (may be NULL) then gets its "pid note" text. You close. */
ZH_MUST zh_err zh_file_lock_open(zh_file_lock **out, zh_sv path, zh_sv note, zh_buf *holder);
void zh_file_lock_close(zh_file_lock *lock);

/* Random bytes of the kernel, for seeds, keys and names. ZH_IO where it has none. */
ZH_MUST zh_err zh_file_random(void *bytes, size_t size);

#endif
