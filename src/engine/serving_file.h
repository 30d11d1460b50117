/* serving_file.h -- serving tables as files of a data folder: DIR/models/HASH.zm, named by the hash of all their bytes.
 *
 * A file never changes: whoever has its name, a decision of long ago, has exactly that table or none.
 *
 * Guarantees  a file is there whole or not at all; what was read has the hash it was asked by.
 * Threads     any.
 * Not here    their bytes (model/serving.h), which one serves (deploy.h).
 */
#ifndef ZH_ENGINE_SERVING_FILE_H
#define ZH_ENGINE_SERVING_FILE_H
#include "base/note.h"
#include "model/serving.h"

/* `dir` is the data folder, everywhere. Errors: ZH_ABSENT it is not there (any more), ZH_CORRUPT, ZH_FORMAT, ZH_NOMEM, ZH_IO; *why. The caller closes. */
ZH_MUST zh_err zh_serving_file_read(zh_sv dir, uint64_t hash, zh_serving **out, zh_note *why);
bool zh_serving_file_is_there(zh_sv dir, uint64_t hash);
/* Errors: ZH_FULL, ZH_IO, ZH_RANGE. */
ZH_MUST zh_err zh_serving_file_write(zh_sv dir, uint64_t hash, zh_sv file);
/* Remove what is none of these: of a version that went, or of one whose word was never said. What cannot be removed goes next time. */
void zh_serving_file_sweep(zh_sv dir, const uint64_t *keep, size_t keep_count);
/* All files of one data folder into another, or into a backup; those that are there and whole are left, those that `from` has not are removed. *bytes counts
 * what `from` has. A file that is damaged in `from` is left out: learning anew heals it. Errors: ZH_FULL, ZH_IO, ZH_NOMEM; *why. */
ZH_MUST zh_err zh_serving_file_copy(zh_sv from, zh_sv to, uint64_t *bytes, zh_note *why);

#endif
