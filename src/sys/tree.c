#include "sys/tree.h"
#include "sys/file.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

static FTS *walk(zh_sv path, char copy[ZH_FILE_PATH_MAX + 1])
{
    if (path.size == 0 || path.size > ZH_FILE_PATH_MAX) return NULL;
    memcpy(copy, path.data, path.size);
    copy[path.size] = '\0';
    char *const roots[] = { copy, NULL };
    return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

zh_err zh_tree_remove(zh_sv path)
{
    char copy[ZH_FILE_PATH_MAX + 1];
    FTS *tree = walk(path, copy);
    if (tree == NULL) return ZH_RANGE;
    zh_err e = ZH_OK;
    FTSENT *at;
    while ((at = fts_read(tree)) != NULL) {
        if (at->fts_info == FTS_D) continue; /* met again, after what is in it */
        if (at->fts_info == FTS_NS && at->fts_errno == ENOENT) continue;
        const int failed = at->fts_info == FTS_DP ? rmdir(at->fts_accpath) : unlink(at->fts_accpath);
        if (failed != 0 && errno != ENOENT) e = ZH_IO;
    }
    fts_close(tree);
    return e;
}

uint64_t zh_tree_bytes(zh_sv path)
{
    char copy[ZH_FILE_PATH_MAX + 1];
    FTS *tree = walk(path, copy);
    if (tree == NULL) return 0;
    uint64_t bytes = 0;
    for (FTSENT *at; (at = fts_read(tree)) != NULL;)
        if (at->fts_info == FTS_F) bytes += (uint64_t)at->fts_statp->st_blocks * 512u;
    fts_close(tree);
    return bytes;
}
