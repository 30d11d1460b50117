#include "sys/tree.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (1u << 20)

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

/* ---- copying ---- */

typedef struct copier {
    char *piece;
    zh_sv linked; /* ending of names that are linked; empty: none */
    void (*copied)(void *context, uint64_t bytes);
    void *context;
} copier;

static zh_err error_of(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG ? ZH_FULL : number == EEXIST ? ZH_EXISTS : number == ENOENT ? ZH_ABSENT : ZH_IO;
}

static bool is_zero(const char *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static zh_err copy_piece(const copier *c, int from, int to, off_t at, ssize_t *got)
{
    do *got = pread(from, c->piece, PIECE_BYTES, at);
    while (*got < 0 && errno == EINTR);
    if (*got < 0) return error_of(errno);
    for (ssize_t done = is_zero(c->piece, (size_t)*got) ? *got : 0; done < *got;) {
        const ssize_t n = pwrite(to, c->piece + done, (size_t)(*got - done), at + done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? error_of(errno) : ZH_IO;
        done += n;
    }
    if (c->copied != NULL && *got > 0) c->copied(c->context, (uint64_t)*got);
    return ZH_OK;
}

static zh_err copy_file(const copier *c, const char *source, const char *target, mode_t mode)
{
    const int from = open(source, O_RDONLY | O_CLOEXEC);
    if (from < 0) return error_of(errno);
    const int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
    zh_err e = to < 0 ? error_of(errno) : ZH_OK;
    off_t at = 0;
    for (ssize_t got = 1; e == ZH_OK && got > 0; at += got) e = copy_piece(c, from, to, at, &got);
    if (e == ZH_OK && (ftruncate(to, at) != 0 || fsync(to) != 0)) e = error_of(errno);
    if (to >= 0) close(to);
    close(from);
    return e;
}

static bool link_file(const copier *c, const char *source, const char *target)
{
    const zh_sv name = zh_sv_of(source);
    if (c->linked.size == 0 || name.size < c->linked.size) return false;
    return zh_sv_equal(zh_sv_part(name, name.size - c->linked.size, c->linked.size), c->linked) && link(source, target) == 0;
}

static zh_err copy_entry(const copier *c, const FTSENT *at, const char *target)
{
    if (at->fts_info == FTS_D) return mkdir(target, 0700) == 0 ? ZH_OK : error_of(errno);
    if (at->fts_info == FTS_DP) return zh_file_sync_dir(zh_sv_of(target));
    if (at->fts_info == FTS_F && link_file(c, at->fts_accpath, target)) return ZH_OK;
    if (at->fts_info == FTS_F) return copy_file(c, at->fts_accpath, target, at->fts_statp->st_mode);
    return at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS ? error_of(at->fts_errno) : ZH_OK;
}

static zh_err copy_tree(zh_sv from, zh_sv to, copier c)
{
    char copy[ZH_FILE_PATH_MAX + 1], target[ZH_FILE_PATH_MAX + 1];
    FTS *tree = walk(from, copy);
    if (tree == NULL) return ZH_RANGE;
    c.piece = malloc(PIECE_BYTES);
    zh_err e = c.piece == NULL ? ZH_NOMEM : ZH_OK;
    FTSENT *at;
    while (e == ZH_OK && (at = fts_read(tree)) != NULL) {
        const int size = snprintf(target, sizeof target, "%.*s%s", ZH_SV_ARG(to), at->fts_path + from.size);
        e = size > 0 && size < (int)sizeof target ? copy_entry(&c, at, target) : ZH_RANGE;
    }
    fts_close(tree);
    free(c.piece);
    return e;
}

zh_err zh_tree_copy(zh_sv from, zh_sv to, void (*copied)(void *context, uint64_t bytes), void *context)
{
    return copy_tree(from, to, (copier){ .copied = copied, .context = context });
}

zh_err zh_tree_link(zh_sv from, zh_sv to, zh_sv suffix)
{
    return copy_tree(from, to, (copier){ .linked = suffix });
}
