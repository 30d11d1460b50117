/* tree.h -- a folder with all below it: how large, and gone.
 *
 * Symbolic links are counted and removed as themselves, never followed.
 */
#ifndef ZH_SYS_TREE_H
#define ZH_SYS_TREE_H
#include "base/err.h"
#include "base/sv.h"

/* Remove the folder and everything in it; fine when it is not there. Errors: ZH_RANGE the path, ZH_IO. */
ZH_MUST zh_err zh_tree_remove(zh_sv path);
/* Bytes on disk of everything below; 0 when it is not there. */
uint64_t zh_tree_bytes(zh_sv path);

#endif
