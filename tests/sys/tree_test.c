/* Goal: a tree is measured, copied and removed whole, links are not followed. Method: a small tree by hand. */
#include "sys/tree.h"
#include "sys/file.h"
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

static void count(void *context, uint64_t bytes)
{
    *(uint64_t *)context += bytes;
}

static void check_copy(const char *dir, const char *tree)
{
    char to[160], path[200];
    uint64_t heard = 0;
    zh_buf bytes = zh_buf_open(1 << 24);
    snprintf(path, sizeof path, "%s/a/zeros", tree); /* a piece and more, and a tail: holes stay as long as they were */
    char *zeros = calloc(1, (3 << 20) + 5);
    CHECK(zeros != NULL);
    zeros[3 << 20] = 'x';
    CHECK(zh_file_write(zh_sv_of(path), (zh_sv){ zeros, (3 << 20) + 5 }, 0600) == ZH_OK);
    snprintf(to, sizeof to, "%s/copy", dir);
    CHECK(zh_tree_copy(zh_sv_of(tree), zh_sv_of(to), count, &heard) == ZH_OK && heard == (3 << 20) + 5 + 10);
    snprintf(path, sizeof path, "%s/a/zeros", to);
    CHECK(zh_file_read(zh_sv_of(path), &bytes) == ZH_OK && zh_sv_equal(zh_buf_view(&bytes), (zh_sv){ zeros, (3 << 20) + 5 }));
    zh_buf_reset(&bytes);
    snprintf(path, sizeof path, "%s/a/b/file", to);
    CHECK(zh_file_read(zh_sv_of(path), &bytes) == ZH_OK && zh_sv_equal(zh_buf_view(&bytes), ZH_SV("some bytes")));
    snprintf(path, sizeof path, "%s/link", to);
    CHECK(!zh_file_exists(zh_sv_of(path)));
    CHECK(zh_tree_copy(zh_sv_of(tree), zh_sv_of(to), NULL, NULL) == ZH_EXISTS);
    CHECK(zh_tree_copy(ZH_SV("/no/such/tree"), zh_sv_of(to), NULL, NULL) != ZH_OK);
    zh_buf_close(&bytes);
    free(zeros);
}

static uint64_t inode_of(const char *folder, const char *name)
{
    char path[300];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(stat(path, &info) == 0);
    return info.st_ino;
}

static void check_links(const char *dir, const char *tree)
{
    char to[160], path[300];
    snprintf(path, sizeof path, "%s/a/rows.sst", tree);
    CHECK(zh_file_write(zh_sv_of(path), ZH_SV("rows"), 0600) == ZH_OK);
    snprintf(to, sizeof to, "%s/linked", dir);
    CHECK(zh_tree_link(zh_sv_of(tree), zh_sv_of(to), ZH_SV(".sst")) == ZH_OK);
    CHECK(inode_of(tree, "a/rows.sst") == inode_of(to, "a/rows.sst")); /* one file, two names */
    CHECK(inode_of(tree, "a/b/file") != inode_of(to, "a/b/file"));     /* the others are copies */
    CHECK(zh_tree_link(zh_sv_of(tree), zh_sv_of(to), ZH_SV(".sst")) == ZH_EXISTS);
    CHECK(zh_tree_remove(zh_sv_of(to)) == ZH_OK);
    CHECK(zh_file_exists(zh_sv_of(path)));
}

int main(void)
{
    char dir[] = "/tmp/zhun-tree-XXXXXX", path[128], kept[128];
    CHECK(mkdtemp(dir) != NULL);
    snprintf(kept, sizeof kept, "%s/kept", dir);
    CHECK(zh_file_write(zh_sv_of(kept), ZH_SV("stay"), 0600) == ZH_OK);
    snprintf(path, sizeof path, "%s/tree/a/b", dir);
    CHECK(zh_file_make_dirs(zh_sv_of(path)) == ZH_OK);
    snprintf(path, sizeof path, "%s/tree/a/b/file", dir);
    CHECK(zh_file_write(zh_sv_of(path), ZH_SV("some bytes"), 0600) == ZH_OK);
    snprintf(path, sizeof path, "%s/tree/link", dir);
    CHECK(symlink(kept, path) == 0);
    snprintf(path, sizeof path, "%s/tree", dir);
    CHECK(zh_tree_bytes(zh_sv_of(path)) > 0);
    check_copy(dir, path);
    check_links(dir, path);
    CHECK(zh_tree_remove(zh_sv_of(path)) == ZH_OK);
    CHECK(!zh_file_exists(zh_sv_of(path)) && zh_file_exists(zh_sv_of(kept)));
    CHECK(zh_tree_bytes(zh_sv_of(path)) == 0);
    CHECK(zh_tree_remove(zh_sv_of(path)) == ZH_OK);
    CHECK(zh_tree_remove((zh_sv){ 0 }) == ZH_RANGE);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
