#include "engine/ballast.h"
#include "sys/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *path_of(zh_sv dir, char path[ZH_FILE_PATH_MAX + 1])
{
    const int size = snprintf(path, ZH_FILE_PATH_MAX + 1, "%.*s/ballast", ZH_SV_ARG(dir));
    return size > 0 && size <= ZH_FILE_PATH_MAX ? path : NULL;
}

zh_err zh_ballast_release(zh_sv dir)
{
    char path[ZH_FILE_PATH_MAX + 1];
    uint64_t free_bytes, bytes;
    if (path_of(dir, path) == NULL || zh_file_disk(dir, &free_bytes, &bytes) != ZH_OK) return ZH_OK; /* opening will tell */
    if (free_bytes >= ZH_BALLAST_BYTES) return ZH_OK;
    if (unlink(path) == 0) (void)!zh_file_sync_dir(dir); /* blocks are free when the deletion is durable */
    if (zh_file_disk(dir, &free_bytes, &bytes) != ZH_OK) return ZH_OK;
    return free_bytes >= ZH_BALLAST_BYTES / 4 ? ZH_OK : ZH_FULL;
}

void zh_ballast_keep(zh_sv dir)
{
    char path[ZH_FILE_PATH_MAX + 1];
    uint64_t free_bytes, bytes;
    if (path_of(dir, path) == NULL || zh_file_disk(dir, &free_bytes, &bytes) != ZH_OK) return;
    if (free_bytes < 4 * (uint64_t)ZH_BALLAST_BYTES) return;
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return;
    const int failed = posix_fallocate(file, 0, ZH_BALLAST_BYTES);
    close(file);
    if (failed != 0) unlink(path);
}
