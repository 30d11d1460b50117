/* tree.h -- a folder with all below it: how large, copied, and gone.
 *
 * Symbolic links are counted and removed as themselves, never followed.
 */
#ifndef ZH_SYS_TREE_H
#define ZH_SYS_TREE_H
#include "base/err.h"
#include "base/sv.h"

/* Remove the folder and everything in it; fine when it is not there. Errors: ZH_RANGE the path, ZH_IO. */
ZH_MUST zh_err zh_tree_remove(zh_sv path);
/* Copy the folder and everything in it to `to`, which must not be there; synced when it returns. Zeros at the end of a file stay a
 * hole. `copied` (may be NULL) hears of each piece. Links and special files are left out. Errors: ZH_ABSENT, ZH_EXISTS, ZH_FULL, ZH_IO, ZH_NOMEM. */
ZH_MUST zh_err zh_tree_copy(zh_sv from, zh_sv to, void (*copied)(void *context, uint64_t bytes), void *context);
/* The same, but files whose names end with `suffix` are hard links where the disk allows: for files that nobody changes. */
ZH_MUST zh_err zh_tree_link(zh_sv from, zh_sv to, zh_sv suffix);
/* Bytes on disk of everything below; 0 when it is not there. */
uint64_t zh_tree_bytes(zh_sv path);

#endif
