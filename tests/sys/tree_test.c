/* Goal: a tree is measured and removed whole, links are not followed. Method: a small tree by hand. */
#include "sys/tree.h"
#include "sys/file.h"
#include "check.h"

#include <unistd.h>

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
    CHECK(zh_tree_remove(zh_sv_of(path)) == ZH_OK);
    CHECK(!zh_file_exists(zh_sv_of(path)) && zh_file_exists(zh_sv_of(kept)));
    CHECK(zh_tree_bytes(zh_sv_of(path)) == 0);
    CHECK(zh_tree_remove(zh_sv_of(path)) == ZH_OK);
    CHECK(zh_tree_remove((zh_sv){ 0 }) == ZH_RANGE);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
